"""The video wall: 1 to 64 live cameras, the tree they come from, patrols, large pictures, snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from backend.contracts.state import Delta
from console.models.cameras import KEY_ROLE, CameraFilter, CameraTreeModel
from console.models.patrol import PatrolRound
from console.models.places import cameras_at
from console.models.session import Selected, Session
from console.models.wall import Wall, clock_text
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.search_tree import SearchTree
from widgets.tile_canvas import TileCanvas
from widgets.tile_layout import WALL_GRIDS

TREE_PX: Final = 260
MESSAGE_MS: Final = 6000
KEYS: Final = {number: name for number, name in enumerate(WALL_GRIDS, 1) if number <= 9}
DEFAULT_GRID: Final = "16"


class VideoWall(Panel):
    """The camera wall of one window."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._restored = False
        self._before_visit: list[str] | None = None
        self.canvas = TileCanvas(partial(clock_text, session))
        self.setFocusProxy(self.canvas)
        self.wall = Wall(session, self.canvas)
        self.patrol = PatrolRound(self)
        self._tree = CameraTreeModel(session)
        self._filter = CameraFilter()
        self._filter.setSourceModel(self._tree)
        self.camera_list = SearchTree(self._filter, KEY_ROLE, self._filter.search, self.tr("Find a camera"))
        self._message = QLabel()
        self._message.setObjectName("panelMessage")
        self._message_timer = QTimer(self, singleShot=True, interval=MESSAGE_MS)
        self._build()
        self._connect()
        self.wall.set_grid(DEFAULT_GRID)
        self._take_site()

    # -- building --

    def _build(self) -> None:
        self._bar = QWidget()
        self._bar.setObjectName("panelBar")
        self._bar.setFixedHeight(tokens.HEADER_PX)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        self._tree_button = self._button(self.tr("Cameras"), self.tr("Show or hide the camera list (B)"))
        self._tree_button.setCheckable(True)
        self._tree_button.setChecked(True)
        row.addWidget(self._tree_button)
        row.addSpacing(8)
        self._grids = QButtonGroup(self)
        for number, name in enumerate(WALL_GRIDS, 1):
            keys = f" (Ctrl+{number})" if number in KEYS else ""
            button = self._button(name, self.tr("{count} pictures").replace("{count}", name) + keys)
            button.setCheckable(True)
            self._grids.addButton(button, number - 1)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._message)
        self._build_patrol(row)
        self._snapshot_button = self._button(self.tr("Snapshot"), self.tr("Save the selected picture (Ctrl+S)"))
        self._wall_button = self._button(self.tr("Wall mode"), self.tr("Pictures only (W; W or Esc to come back)"))
        row.addWidget(self._snapshot_button)
        row.addWidget(self._wall_button)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.camera_list)
        self._split.addWidget(self.canvas)
        self._split.setStretchFactor(1, 1)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes([TREE_PX, 4 * TREE_PX])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._split, 1)

    def _build_patrol(self, row: QHBoxLayout) -> None:
        self._back_button = self._button(self.tr("Back"), self.tr("The cameras shown before going there"))
        self._back_button.hide()
        self._patrols = QComboBox()
        self._patrols.setToolTip(self.tr("Patrol: cameras shown one page after the other"))
        self._patrols.setAccessibleName(self.tr("Patrol"))
        self._patrol_button = self._button(self.tr("Start patrol"), self.tr("Start or stop the patrol (P)"))
        self._next_button = self._button(self.tr("Next"), self.tr("Next page of the patrol (N)"))
        self._next_button.setEnabled(False)
        for widget in (self._back_button, self._patrols, self._patrol_button, self._next_button):
            row.addWidget(widget)
        row.addSpacing(8)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _connect(self) -> None:
        self._tree_button.toggled.connect(self.camera_list.setVisible)
        self._grids.idClicked.connect(lambda number: self.set_grid(WALL_GRIDS[number]))
        self._snapshot_button.clicked.connect(lambda: self.wall.snapshot(self.canvas.current))
        self._wall_button.clicked.connect(lambda: self.set_wall_mode(True))
        self._patrol_button.clicked.connect(self.toggle_patrol)
        self._next_button.clicked.connect(self.patrol.next)
        self._back_button.clicked.connect(self.go_back)
        self.patrol.page.connect(self.wall.fill)
        self.patrol.running_changed.connect(self._patrol_changed)
        self.camera_list.chosen.connect(self.wall.open)
        self.wall.changed.connect(self._wall_changed)
        self.wall.saved.connect(lambda path: self.say(self.tr("Saved: {path}").replace("{path}", path)))
        self.wall.save_failed.connect(self.say)
        self._message_timer.timeout.connect(self._message.clear)
        self._session.changed.connect(self._state_changed)
        self._session.selection.go_to.connect(self._go_to)
        keys: dict[str, object] = {f"Ctrl+{number}": partial(self.set_grid, name) for number, name in KEYS.items()}
        keys |= {
            "Ctrl+0": partial(self.set_grid, WALL_GRIDS[-1]),
            "B": self._tree_button.toggle,
            "P": self.toggle_patrol,
            "N": self.patrol.next,
            "W": lambda: self.set_wall_mode(not self.canvas.wall),
            "Esc": lambda: self.set_wall_mode(False),
        }
        for key, act in keys.items():
            owner = self.canvas if len(key) == 1 or key == "Esc" else self
            shortcut = QShortcut(QKeySequence(key), owner)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
            if key == "Esc":
                # Only in wall mode: in the grid Esc leaves the zoom and the large picture.
                self._leave_wall = shortcut
                shortcut.setEnabled(False)

    # -- what people do --

    def set_grid(self, name: str) -> None:
        """Choose a layout; a running patrol goes on with pages of the new size."""
        if self.patrol.running:
            self.wall.set_grid(name)
            self._start_patrol()
        else:
            self.wall.grow(name, self._all_cameras())

    def set_wall_mode(self, wall: bool) -> None:
        """Pictures only, with their name, age and state."""
        self._bar.setVisible(not wall)
        self.camera_list.setVisible(not wall and self._tree_button.isChecked())
        self.canvas.set_wall(wall)
        self._leave_wall.setEnabled(wall)
        self.canvas.setFocus()

    def toggle_patrol(self) -> None:
        if self.patrol.running:
            self.patrol.stop()
        else:
            self._start_patrol()

    def go_back(self) -> None:
        """What was shown before the wall went to a place."""
        if self._before_visit is not None:
            cameras, self._before_visit = self._before_visit, None
            self.wall.fill(cameras)
        self._back_button.hide()

    def say(self, text: str) -> None:
        """A sentence in the bar, for a few seconds."""
        self._message.setText(text)
        self._message_timer.start()

    # -- what happens --

    def _start_patrol(self) -> None:
        site = self._session.state.site
        patrol_id = self._patrols.currentData()
        found = None if site is None else next((one for one in site.patrols if one.patrol_id == patrol_id), None)
        if found is None:
            self.say(self.tr("This site has no patrol."))
            return
        self._before_visit = None
        self._back_button.hide()
        self.patrol.start(found.camera_ids, len(self.canvas.tiles), found.dwell_s)

    def _patrol_changed(self, running: bool) -> None:
        self._patrol_button.setText(self.tr("Stop patrol") if running else self.tr("Start patrol"))
        self._next_button.setEnabled(running)

    def _wall_changed(self) -> None:
        number = WALL_GRIDS.index(self.canvas.grid_name) if self.canvas.grid_name in WALL_GRIDS else -1
        button = self._grids.button(number)
        if button is not None:
            button.setChecked(True)

    def _state_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._take_site()
        elif delta.cameras or delta.recordings:
            self._tree.refresh(tuple(delta.cameras | delta.recordings))

    def _take_site(self) -> None:
        self._tree.refresh()
        site = self._session.state.site
        if site is None:
            return
        chosen = self._patrols.currentData()
        self._patrols.clear()
        for patrol in site.patrols:
            self._patrols.addItem(self._session.local_name(patrol.name_vi, patrol.name_en), patrol.patrol_id)
        self._patrols.setCurrentIndex(max(self._patrols.findData(chosen), 0))
        if not self._restored and not any(self.wall.camera_ids):
            self.wall.fill(self._all_cameras())

    def _all_cameras(self) -> list[str]:
        """The seat's own cameras, then the city's."""
        site = self._session.state.site
        return [*self._session.video.own, *(camera.camera_id for camera in (site.cameras if site else ()))]

    def _go_to(self, target: Selected) -> None:
        """Room, come here: the camera itself, or the nearest cameras of the place."""
        if target.kind == "camera":
            self.wall.open(target.key)
            return
        there = cameras_at(self._session.state, target, len(self.canvas.tiles))
        if there is None:
            return
        self.patrol.stop()
        if self._before_visit is None:
            self._before_visit = self.wall.camera_ids
        self._back_button.show()
        self.wall.fill(there.camera_ids)

    # -- remembering --

    def save_state(self) -> dict[str, object]:
        return {
            **self.wall.save_state(),
            "tree": self._tree_button.isChecked(),
            "patrol": self._patrols.currentData(),
            "patrolling": self.patrol.running,
        }

    def restore_state(self, state: Mapping[str, object]) -> None:
        cameras = state.get("cameras")
        self._restored = isinstance(cameras, list) and any(cameras)
        self.wall.restore_state(state if self._restored else {"grid": state.get("grid")})
        if self._restored:
            self.wall.show_own()
        else:
            self._take_site()
        tree = state.get("tree")
        if isinstance(tree, bool):
            self._tree_button.setChecked(tree)
        self._patrols.setCurrentIndex(max(self._patrols.findData(state.get("patrol")), 0))
        if state.get("patrolling") is True:
            self._start_patrol()

    def is_live(self) -> bool:
        return self.wall.is_live()


SPEC = PanelSpec(
    "video_wall", str(QT_TRANSLATE_NOOP("Panels", "Camera wall")), VideoWall, frozenset({"state", "video"})
)

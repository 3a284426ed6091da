"""The alarm strip: the six cameras that see what is selected or stand nearest; a patrol while nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from backend.contracts.state import Delta
from console.commands.commands import Pending
from console.models.patrol import PatrolRound
from console.models.places import cameras_at
from console.models.session import Selected, Session
from console.models.steering import offer_words, offered, turn
from console.models.wall import Wall, clock_text
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.tile_canvas import TileCanvas

TILES: Final = 6
WIDE_FROM: Final = 2.0
"""Above this shape (width to height) three pictures across show more than two."""


class CameraStrip(Panel):
    """Six pictures that follow the selection of the room."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pinned = False
        self.canvas = TileCanvas(partial(clock_text, session))
        self.wall = Wall(session, self.canvas)
        self.patrol = PatrolRound(self)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setObjectName("panelMessage")
        self._next_button = self._button(self.tr("Next"), self.tr("Next page of the patrol"))
        self._pin_button = self._button(self.tr("Hold"), self.tr("Keep these cameras whatever is selected"))
        self._pin_button.setCheckable(True)
        self._turn_button = self._button("", self.tr("Turn the nearest camera that can show the selection"))
        bar = QWidget()
        bar.setObjectName("panelBar")
        bar.setFixedHeight(tokens.HEADER_PX)
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 0, 4, 0)
        row.addWidget(self._title, 1)
        row.addWidget(self._turn_button)
        row.addWidget(self._next_button)
        row.addWidget(self._pin_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.canvas, 1)
        self.wall.set_grid("2x3")
        self._next_button.clicked.connect(self.patrol.next)
        self._pin_button.toggled.connect(self._hold)
        self._turn_button.clicked.connect(lambda: turn(session))
        self.patrol.page.connect(self.wall.fill)
        session.commands.changed.connect(self._command_changed)
        session.operator_changed.connect(self._show_offer)
        session.changed.connect(self._state_changed)
        session.selection.changed.connect(self._follow)
        session.selection.go_to.connect(self._follow)
        self._follow(session.selection.current)

    @property
    def title(self) -> str:
        """What the strip says it shows."""
        return self._title.text()

    @property
    def turn_text(self) -> str:
        """What the button that turns a camera says, "" = none can be turned."""
        return "" if self._turn_button.isHidden() else self._turn_button.text()

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.canvas.width() > self.canvas.height() * WIDE_FROM
        self.wall.set_grid("3x2" if wide else "2x3")

    def _hold(self, pinned: bool) -> None:
        self._pinned = pinned
        if pinned:
            self.patrol.stop()
        else:
            self._follow(self._session.selection.current)

    def _state_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._follow(self._session.selection.current)
        elif delta.cameras or delta.alerts:
            self._show_offer()

    def _show_offer(self) -> None:
        """The key that turns a camera to the selection, while one can be."""
        offer = offered(self._session)
        self._turn_button.setVisible(offer is not None)
        if offer is not None:
            self._turn_button.setText(f"{offer_words(self._session, offer)}  P")

    def _command_changed(self, pending: Pending) -> None:
        if pending.kind != "camera.goto_preset":
            return
        self._turn_button.setEnabled(not pending.waiting)
        if pending.failed:
            self._title.setText(f"✕ {pending.reason}")

    def _follow(self, selected: Selected | None) -> None:
        """Cameras near the selection; the patrol when there is none or nobody knows where it is."""
        state = self._session.state
        self._show_offer()
        if self._pinned or state.site is None:
            return
        if selected is not None and selected.kind == "camera" and selected.key in self.wall.camera_ids:
            return  # it is one of ours: changing the pictures under the pointer would be rude
        there = None if selected is None else cameras_at(state, selected, TILES)
        if there is None:
            self._start_patrol()
            return
        self.patrol.stop()
        self._next_button.hide()
        title = self.tr("Nearest cameras")
        if there.seeing:
            title += " · " + self.tr("the first {count} see the place").format(count=there.seeing)
        self._title.setText(title)
        self.wall.fill(there.camera_ids)

    def _start_patrol(self) -> None:
        site = self._session.state.site
        if site is None or self.patrol.running:
            return
        if not site.patrols:
            self._title.setText(self.tr("Cameras"))
            self._next_button.hide()
            self.wall.fill([camera.camera_id for camera in site.cameras[:TILES]])
            return
        patrol = site.patrols[0]
        name = self._session.local_name(patrol.name_vi, patrol.name_en)
        self._title.setText(self.tr("Patrol: {name}").replace("{name}", name))
        self._next_button.show()
        self.patrol.start(patrol.camera_ids, TILES, patrol.dwell_s)

    def save_state(self) -> dict[str, object]:
        return {"held": self._pinned, "cameras": self.wall.camera_ids if self._pinned else []}

    def restore_state(self, state: Mapping[str, object]) -> None:
        cameras = state.get("cameras")
        if state.get("held") is True and isinstance(cameras, list):
            self._pin_button.setChecked(True)
            self.wall.fill([entry if isinstance(entry, str) else "" for entry in cameras])

    def is_live(self) -> bool:
        return self.wall.is_live()


SPEC = PanelSpec(
    "camera_strip", str(QT_TRANSLATE_NOOP("Panels", "Cameras here")), CameraStrip, frozenset({"state", "video"})
)

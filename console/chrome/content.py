"""What a window shows of one workspace: its panels as docks, laid out by data, movable by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QPushButton, QTabWidget, QWidget

from console.workspace import VERSION, Layout, Leaf, SavedLayout, leaves
from resources import tokens


class Shown(Protocol):
    """What a window knows of a panel: what to remember of it, and whether it shows its room."""

    def save_state(self) -> dict[str, object]: ...

    def restore_state(self, state: Mapping[str, object]) -> None: ...

    def is_live(self) -> bool: ...


PanelFactory = Callable[[str], tuple[str, QWidget]]
"""Panel key -> (title, the panel's widget, which is also `Shown`)."""


class Content(QMainWindow):
    """One workspace in one window. Panels are built when it is first shown.

    Args:
        layout: where the panels stand.
        factory: makes a panel.
        saved: the operator's own arrangement, or None.
        states: how panels are set up as long as the operator has not set them up himself.
    """

    def __init__(
        self,
        layout: Layout,
        factory: PanelFactory,
        saved: SavedLayout | None,
        states: Mapping[str, Mapping[str, object]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._layout = layout
        self._factory = factory
        self._saved = saved
        self._states = states or {}
        self._docks: dict[str, QDockWidget] = {}
        self._shared_out = False
        self._own_shares: dict[str, tuple[float, float]] = {}

    @property
    def built(self) -> bool:
        """Its panels exist."""
        return bool(self._docks)

    def build(self) -> None:
        """Make the panels, if they are not made yet."""
        if self._docks:
            return
        first = self._dock(next(leaves(self._layout)))
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, first)
        self._place(self._layout, first)
        for key, state in (self._states if self._saved is None else self._saved.panels).items():
            if (dock := self._docks.get(key)) is not None:
                cast(Shown, dock.widget()).restore_state(state)

    def focus_first(self) -> None:
        """Give the keyboard to the workspace's first panel: its keys work without a click."""
        dock = self._docks.get(next(leaves(self._layout)))
        if dock is not None and dock.isVisible() and (panel := dock.widget()) is not None:
            panel.setFocus()

    def panels(self) -> list[tuple[str, Shown]]:
        """Panels that are on the screen now."""
        return [(key, cast(Shown, dock.widget())) for key, dock in self._docks.items() if dock.isVisible()]

    def save(self) -> SavedLayout:
        docks = bytes(self.saveState(VERSION).toBase64().data()).decode()
        return SavedLayout(docks, {key: cast(Shown, dock.widget()).save_state() for key, dock in self._docks.items()})

    def reset(self) -> None:
        """Back to the workspace's own layout."""
        self._saved = None
        self._own_shares = {}
        for dock in self._docks.values():
            dock.setFloating(False)
            dock.show()
            self.removeDockWidget(dock)
        first = self._docks[next(leaves(self._layout))]
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, first)
        self._place(self._layout, first)
        for dock in self._docks.values():
            dock.show()
        self._share_out(self._layout, self.width(), self.height())

    def keep_in_sight(self, areas: Sequence[QRect], window: QRect) -> None:
        """Bring panels that were taken out, and whose monitor is gone, over their window.

        Args:
            areas: of the monitors that are there.
            window: where the panel's window stands.
        """
        for dock in self._docks.values():
            place = dock.geometry()
            if dock.isFloating() and not any(area.contains(place.center()) for area in areas):
                place.setSize(place.size().boundedTo(window.size()))
                place.moveCenter(window.center())
                dock.setGeometry(place)

    def showEvent(self, event: QShowEvent) -> None:
        self.build()
        super().showEvent(event)
        if not self._shared_out:
            self._shared_out = True
            # Docks have sizes only once the window has been laid out.
            QTimer.singleShot(0, self, self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shared_out:
            QTimer.singleShot(0, self, self._keep_shares)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._note_shares()  # an edge between two panels was moved
        return done

    def _arrange(self) -> None:
        if self._saved is not None and self.restoreState(QByteArray.fromBase64(self._saved.docks.encode()), VERSION):
            QTimer.singleShot(0, self, self._note_shares)
            return
        self._saved = None
        self._share_out(self._layout, self.width(), self.height())

    def _note_shares(self) -> None:
        """Remember which part of the window each panel has now: it is the operator's own choice."""
        whole = self.size()
        if not whole.isEmpty():
            self._own_shares = {
                key: (dock.width() / whole.width(), dock.height() / whole.height())
                for key, dock in self._docks.items()
                if dock.isVisible() and not dock.isFloating()
            }

    def _keep_shares(self) -> None:
        """A window of another size shows the same arrangement. Qt itself takes what is missing from one panel."""
        if not self._own_shares:
            if self._saved is None:
                self._share_out(self._layout, self.width(), self.height())
            return
        kept = {key: dock for key, dock in self._docks.items() if key in self._own_shares and not dock.isFloating()}
        across = [max(1, round(self._own_shares[key][0] * self.width())) for key in kept]
        down = [max(1, round(self._own_shares[key][1] * self.height())) for key in kept]
        self.resizeDocks(list(kept.values()), across, Qt.Orientation.Horizontal)
        self.resizeDocks(list(kept.values()), down, Qt.Orientation.Vertical)

    def _dock(self, key: str) -> QDockWidget:
        title, panel = self._factory(key)
        dock = QDockWidget(title, self)
        dock.setObjectName(key)
        dock.setTitleBarWidget(TitleBar(dock))
        dock.setWidget(panel)
        dock.topLevelChanged.connect(lambda floating: QTimer.singleShot(0, self, self._note_shares))
        self._docks[key] = dock
        return dock

    def _place(self, layout: Layout, first: QDockWidget) -> None:
        """`first` holds the place of the whole layout; split it into the layout's parts."""
        if isinstance(layout, Leaf):
            return
        way = Qt.Orientation.Horizontal if layout.way == "row" else Qt.Orientation.Vertical
        heads = [first]
        for part in layout.parts[1:]:
            key = next(leaves(part))
            head = self._docks.get(key) or self._dock(key)
            self.splitDockWidget(heads[-1], head, way)
            heads.append(head)
        for part, head in zip(layout.parts, heads, strict=True):
            self._place(part, head)

    def _share_out(self, layout: Layout, width_px: int, height_px: int) -> None:
        if isinstance(layout, Leaf):
            return
        across = layout.way == "row"
        whole_px, total = (width_px if across else height_px), sum(layout.shares)
        sizes = [max(1, whole_px * share // total) for share in layout.shares]
        heads = [self._docks[next(leaves(part))] for part in layout.parts]
        self.resizeDocks(heads, sizes, Qt.Orientation.Horizontal if across else Qt.Orientation.Vertical)
        for part, size in zip(layout.parts, sizes, strict=True):
            self._share_out(part, size if across else width_px, height_px if across else size)


class TitleBar(QWidget):
    """A dock's header, as high as every header of the desk; a double click or its button floats the panel."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setObjectName("dockTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(tokens.HEADER_PX)
        title = QLabel(dock.windowTitle())
        title.setObjectName("dockTitleText")
        float_button = QPushButton("❐", flat=True)
        float_button.setObjectName("dockButton")
        float_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        float_button.setToolTip(self.tr("Take this panel out of the window, or put it back"))
        float_button.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * tokens.GRID_PX, 0, tokens.GRID_PX, 0)
        row.addWidget(title, 1)
        row.addWidget(float_button)

    def sizeHint(self) -> QSize:
        """A dock asks its title for a hint and does not look at fixed heights."""
        return QSize(super().sizeHint().width(), tokens.HEADER_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), tokens.HEADER_PX)

"""One window a monitor: which workspace it shows, where it belongs, where it goes when its monitor goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent, QScreen
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from console.chrome.content import Content, PanelFactory, Shown
from console.models.preferences import Preferences
from console.workspace import SavedLayout, Workspace, leaves, saved_name

SMALLEST_PX: Final = (960, 600)
SETTLE_MS: Final = 200
"""Monitors that are plugged in or out change several times in a row; what counts is how they end."""


def identity(screen: QScreen) -> str:
    """What tells one monitor from another over restarts: connector, model and serial number."""
    return f"{screen.name()}|{screen.model()}|{screen.serialNumber()}"


@dataclass(frozen=True, slots=True)
class Manner:
    """What tells windows of one session from those of another.

    Attributes:
        key: prefix of what is remembered of them; also the object name of a window's body, for the look.
        title: stands before each window's title.
        frame_px: width of the coloured frame around a window.
        from_last: stands on the last monitor rather than on the first.
    """

    key: str = ""
    title: str = ""
    frame_px: int = 0
    from_last: bool = False


LIVE: Final = Manner()


class RoomWindow(QMainWindow):
    """Header, the workspace's content, status line. It contains panels and knows none of them."""

    closed = Signal()

    def __init__(self, number: int, header: QWidget, footer: QWidget, manner: Manner = LIVE) -> None:
        super().__init__()
        self.number = number
        self._manner = manner
        self.home = ""
        self._contents: dict[str, Content] = {}
        self._stack = QStackedWidget()
        body = QWidget()
        body.setObjectName(f"{manner.key}room")
        column = QVBoxLayout(body)
        column.setContentsMargins(manner.frame_px, manner.frame_px, manner.frame_px, manner.frame_px)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._stack, 1)
        column.addWidget(footer)
        self.setCentralWidget(body)
        self.setMinimumSize(*SMALLEST_PX)

    def has(self, key: str) -> bool:
        return key in self._contents

    def put(self, key: str, content: Content) -> None:
        """Add the content of a workspace."""
        self._contents[key] = content
        self._stack.addWidget(content)

    def show_workspace(self, key: str, title: str) -> None:
        """Show it; what is not shown costs nothing."""
        self._stack.setCurrentWidget(self._contents[key])
        self._contents[key].focus_first()
        words = (self._manner.title, title, "Trực Ban")
        self.setWindowTitle(" · ".join(word for word in words if word))

    def current(self) -> Content:
        content = self._stack.currentWidget()
        assert isinstance(content, Content)
        return content

    def contents(self) -> dict[str, Content]:
        return dict(self._contents)

    def clear(self) -> None:
        """Drop all contents: the number of monitors changed, so every layout did."""
        for content in self._contents.values():
            self._stack.removeWidget(content)
            content.deleteLater()
        self._contents.clear()

    def fill(self, screen: QScreen, full_screen: bool) -> None:
        """Stand on this monitor, whole or in a frame."""
        self.setScreen(screen)
        area = screen.geometry() if full_screen else screen.availableGeometry()
        self.showNormal()
        self.setGeometry(area if full_screen else _inside(area))
        if full_screen:
            self.showFullScreen()
        else:
            self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for overlay in self.findChildren(QWidget, "help"):
            overlay.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()


def _inside(area: QRect) -> QRect:
    return area if area.width() <= SMALLEST_PX[0] * 2 else area.adjusted(40, 40, -40, -40)


class Windows(QObject):
    """All windows of the desk.

    Args:
        workspaces: what can be shown.
        factory: makes panels.
        furnish: makes header and footer of a window.
        preferences: where the operator's own layouts are kept.
        language: of the titles.
        monitors: how many windows; 0 = one for each monitor.
        full_screen: start so.
        manner: live, or how a replay's windows are told from live ones.

    Attributes:
        role: of who sits here; whoever has chosen no workspace yet begins with his role's.

    Signals:
        shown: (workspace key)
        all_closed: the last window was closed.
    """

    shown = Signal(str)
    all_closed = Signal()

    def __init__(
        self,
        workspaces: Sequence[Workspace],
        factory: PanelFactory,
        furnish: Callable[[], tuple[QWidget, QWidget]],
        preferences: Preferences,
        language: str,
        monitors: int = 0,
        full_screen: bool = True,
        manner: Manner = LIVE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.workspaces = list(workspaces)
        self._factory = factory
        self._furnish = furnish
        self._preferences = preferences
        self._language = language
        self._monitors = monitors
        self._full_screen = full_screen
        self._manner = manner
        self._key = self.workspaces[0].key
        self.role = ""
        self.windows: list[RoomWindow] = []
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._monitors_changed)
        application.screenRemoved.connect(self._monitors_changed)
        preferences.replaced.connect(self._operator_changed)

    @property
    def key(self) -> str:
        """Key of the workspace that is shown."""
        return self._key

    @property
    def full_screen(self) -> bool:
        return self._full_screen

    def open(self, workspace: str = "") -> None:
        """Make the windows and show a workspace: the one named, else the one last used, else the role's."""
        self._add_windows(self._monitors or len(QGuiApplication.screens()))
        self.show_workspace(workspace or self._last_used())
        self.arrange()

    def _add_windows(self, count: int) -> None:
        while len(self.windows) < count:
            window = RoomWindow(len(self.windows), *self._furnish(), self._manner)
            window.closed.connect(self._window_closed)
            self.windows.append(window)

    def _last_used(self) -> str:
        last = self._preferences.get(f"{self._manner.key}workspace")
        if isinstance(last, str) and any(one.key == last for one in self.workspaces):
            return last
        return next((one.key for one in self.workspaces if self.role in one.home_of), self._key)

    def open_for_pictures(self, count: int, workspace: str, first: QRect) -> None:
        """`count` windows of the size of `first` side by side, showing a workspace as it was delivered."""
        while len(self.windows) < count:
            window = RoomWindow(len(self.windows), *self._furnish(), self._manner)
            self.windows.append(window)
            for other in self.windows:
                other.clear()
        for window in self.windows:
            window.setGeometry(first.translated(window.number * first.width(), 0))
        self.show_workspace(workspace)
        for window in self.windows:
            window.show()

    def show_workspace(self, key: str) -> None:
        """Show a workspace in all windows."""
        workspace = self._put(key)
        self._key = key
        for window in self.windows:
            window.show_workspace(key, workspace.title(self._language))
        self._preferences.set(f"{self._manner.key}workspace", key)
        self.shown.emit(key)

    def prepare(self, key: str) -> None:
        """Make a workspace's panels before anybody asks for it: a map takes seconds to come."""
        self._put(key)
        for window in self.windows:
            window.contents()[key].build()

    def _put(self, key: str) -> Workspace:
        workspace = next(one for one in self.workspaces if one.key == key)
        layouts = workspace.windows(len(self.windows))
        for window in self.windows:
            if not window.has(key):
                layout = layouts[min(window.number, len(layouts) - 1)]
                name = self._layout_name(key, window)
                saved = SavedLayout.from_json(self._preferences.get(name))
                window.put(key, Content(layout, self._factory, saved, workspace.states))
        return workspace

    def panels(self) -> list[tuple[str, Shown]]:
        """Panels on the screens now, of all windows."""
        return [panel for window in self.windows for panel in window.current().panels()]

    def bring_panel(self, key: str) -> None:
        """Give the keyboard's window to the one that shows this panel; when none does, show a workspace that has it."""
        for window in self.windows:
            if any(shown == key for shown, _ in window.current().panels()):
                window.activateWindow()
                return
        for workspace in self.workspaces:
            if any(key in leaves(layout) for layout in workspace.windows(len(self.windows))):
                self.show_workspace(workspace.key)
                return

    def open_on_every_monitor(self) -> None:
        """Windows that were closed by hand come back, and every monitor has one."""
        count = self._monitors or len(QGuiApplication.screens())
        if len(self.windows) < count:
            self.save()
            for window in self.windows:
                window.clear()
            self._add_windows(count)
            self.show_workspace(self._key)
        self.arrange()

    def add_window(self) -> None:
        """One window more, on the next monitor: every layout is another with another number of windows."""
        self.save()
        for window in self.windows:
            window.clear()
        self._monitors = len(self.windows) + 1
        self._add_windows(self._monitors)
        self.show_workspace(self._key)
        self.arrange()

    def reset_layout(self) -> None:
        """The shown workspace as it was delivered."""
        for window in self.windows:
            self._preferences.set(self._layout_name(self._key, window), None)
            window.current().reset()

    def toggle_full_screen(self) -> None:
        self._full_screen = not self._full_screen
        self.arrange()

    def save(self) -> None:
        """Remember every layout and where each window stands."""
        for window in self.windows:
            for key, content in window.contents().items():
                if content.isVisible() or content.built:
                    self._preferences.set(self._layout_name(key, window), content.save().to_json())
            self._preferences.set(self._place_name(window), window.home)

    def _layout_name(self, key: str, window: RoomWindow) -> str:
        return self._manner.key + saved_name(key, len(self.windows), window.number)

    def _place_name(self, window: RoomWindow) -> str:
        """Per number of windows: a day with one monitor less does not mix up the places on all of them."""
        return f"{self._manner.key}screen/{len(self.windows)}/{window.number}"

    def arrange(self) -> None:
        """Put every window on its own monitor; one whose monitor is away stands on the primary, in a frame, and
        goes home when it is back. No window is ever off-screen.
        """
        screens = {identity(screen): screen for screen in QGuiApplication.screens()}
        primary = QGuiApplication.primaryScreen()
        taken: set[str] = set()
        for window in self.windows:
            window.home = window.home or self._home_of(window, list(screens), taken)
            taken.add(window.home)
        for window in reversed(self.windows):
            screen = screens.get(window.home)
            if screen is not None:
                window.fill(screen, self._full_screen)
            elif primary is not None:
                window.fill(primary, full_screen=False)
        areas = [screen.geometry() for screen in screens.values()]
        for window in self.windows:
            for content in window.contents().values():
                content.keep_in_sight(areas, window.geometry())
        if self.windows:
            self.windows[0].raise_()
            self.windows[0].activateWindow()

    def _home_of(self, window: RoomWindow, screens: Sequence[str], taken: set[str]) -> str:
        remembered = self._preferences.get(self._place_name(window))
        if isinstance(remembered, str) and remembered in screens and remembered not in taken:
            return remembered
        free = [name for name in screens if name not in taken]
        if self._manner.from_last:
            free.reverse()
        return free[0] if free else screens[window.number % len(screens)] if screens else ""

    def _monitors_changed(self, screen: QScreen) -> None:
        self._settle.start()

    def _settled(self) -> None:
        """A monitor more than there were windows gets one of its own."""
        count = self._monitors or len(QGuiApplication.screens())
        if self.windows and len(self.windows) < count:
            self.save()
            for window in self.windows:
                window.clear()
            self._add_windows(count)
            self._recall_places()
            self.show_workspace(self._key)
        self.arrange()

    def _recall_places(self) -> None:
        """Where so many windows stood the last time, if all of those monitors are there."""
        there = {identity(screen) for screen in QGuiApplication.screens()}
        places = [str(self._preferences.get(self._place_name(window))) for window in self.windows]
        if len(set(places)) == len(places) and there.issuperset(places):
            for window, place in zip(self.windows, places, strict=True):
                window.home = place

    def _operator_changed(self) -> None:
        """Another operator sat down: his workspace and his layouts."""
        if not self.windows:
            return
        for window in self.windows:
            window.clear()
        self.show_workspace(self._last_used())

    def _window_closed(self) -> None:
        # A window that is being closed still counts as visible: look when it is done.
        QTimer.singleShot(0, self, self._tell_all_closed)

    def _tell_all_closed(self) -> None:
        if not any(window.isVisible() for window in self.windows):
            self.all_closed.emit()

"""The windows of one session with all that belongs to them: header, footer, keys, menu, search, page of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from console.chrome.actions import Deed, add_to, menu_of
from console.chrome.banner import ExerciseBanner
from console.chrome.finder import Entry, Finder
from console.chrome.header import Header
from console.chrome.help import Help
from console.chrome.transport_dialogs import EvidenceDialog, EvidenceKind
from console.deeds import panel_keys, things
from console.models.preferences import Preferences
from console.models.session import Selected, Session
from console.panels import PanelSpec
from console.windows import LIVE, Manner, RoomWindow, Windows
from console.workspace import Workspace

translate = QCoreApplication.translate


class Room(QObject):
    """The windows of a session.

    Args:
        session: what their panels are given.
        specs: panels by key.
        workspaces: all of them; those for replay only are offered in a live room, too, and answered by `replay_wanted`,
            those of a training room only after `offer`.
        footer: makes what stands at the foot of a window.
        monitors: how many windows; 0 = one for each monitor.

    Signals:
        replay_wanted: a workspace that is for replay only was chosen in a live room: its key.
    """

    replay_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        specs: Mapping[str, PanelSpec],
        workspaces: Sequence[Workspace],
        footer: Callable[[], QWidget],
        preferences: Preferences,
        monitors: int,
        full_screen: bool,
        manner: Manner = LIVE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._specs = specs
        self._footer = footer
        self._all = tuple(workspaces)
        self.windows = Windows(
            workspaces,
            self._make_panel,
            self._furnish,
            preferences,
            session.language,
            monitors,
            full_screen,
            manner,
            parent=self,
        )
        self.deeds: Sequence[Deed] = ()
        self._headers: list[Header] = []
        self._finders: dict[RoomWindow, Finder] = {}
        self._helps: dict[RoomWindow, Help] = {}
        self.offer(exercise=False)
        self.windows.shown.connect(self._mark_workspace)
        session.asked.connect(self._bring_card)
        session.evidence_wanted.connect(self._ask_evidence)
        session.selection.go_to.connect(self._bring_call)

    def offer(self, exercise: bool) -> None:
        """What this room shows: workspaces of an exercise in a training room only. Before its windows open."""
        self.workspaces = tuple(one for one in self._all if one.session != "exercise" or exercise)
        replaying = self._session.replay is not None
        self.windows.workspaces = [one for one in self.workspaces if one.session != "replay" or replaying]

    def choose(self, key: str) -> None:
        """Show a workspace, or ask for the replay when it is one for replay only."""
        if any(one.key == key for one in self.windows.workspaces):
            self.windows.show_workspace(key)
            return
        for header in self._headers:
            header.mark(self.windows.key)
        if any(one.key == key for one in self.workspaces):
            self.replay_wanted.emit(key)

    def common_deeds(self) -> list[Deed]:
        """Search, palette and page of keys, as every room has them."""
        return [
            Deed("help", translate("Deeds", "Find anything in the room…"), "/", self._find_things),
            Deed("help", translate("Deeds", "Find an action…"), "Ctrl+K", self._find_deeds),
            Deed("help", translate("Deeds", "Show the keys"), "?", self._show_keys),
        ]

    def front(self) -> RoomWindow:
        """The window that the keyboard is in, else the first."""
        active: QWidget | None = QApplication.activeWindow()
        while active is not None and not isinstance(active, RoomWindow):
            active = active.parentWidget()  # a panel that was taken out belongs to its window
        return active if active is not None and active in self.windows.windows else self.windows.windows[0]

    def bring_to_front(self) -> None:
        for window in self.windows.windows:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
        if self.windows.windows:
            self.windows.windows[0].activateWindow()

    def close(self) -> None:
        """Drop windows and panels."""
        for window in self.windows.windows:
            window.clear()
            window.deleteLater()
        self.windows.windows.clear()

    # -- furniture ---------------------------------------------------------------------------------------------

    def _make_panel(self, key: str) -> tuple[str, QWidget]:
        spec = self._specs[key]
        panel = spec.build(self._session)
        self._keep_keys(panel)
        return translate("Panels", spec.title), panel

    def _keep_keys(self, panel: QWidget) -> None:
        """A key of the room is the room's wherever the focus is: two shortcuts of one key are ambiguous for Qt, and
        neither would act.
        """
        own = {QKeySequence(key) for deed in self.deeds if not deed.shown_only for key in (deed.key, *deed.also) if key}
        for shortcut in panel.findChildren(QShortcut):
            if shortcut.key() in own:
                shortcut.setEnabled(False)

    def _furnish(self) -> tuple[QWidget, QWidget]:
        header = Header(self._session, self.workspaces, self.choose, self._open_menu)
        self._headers.append(header)
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(ExerciseBanner(self._session))
        column.addWidget(header)
        return head, self._footer()

    def _mark_workspace(self, key: str) -> None:
        for header in self._headers:
            header.mark(key)
        for window in self.windows.windows:
            if window not in self._finders:
                self._finders[window] = Finder(window)
                self._helps[window] = Help(window, [*self.deeds, *self._panel_keys()])
                add_to(window, self.deeds)

    def _panel_keys(self) -> list[Deed]:
        """Keys of panels; where the window has the same key, its own counts."""
        taken = {deed.key for deed in self.deeds}
        return [deed for deed in panel_keys() if deed.key not in taken]

    def _bring_card(self, field: str) -> None:
        """Comment and dispatch are written on the card; it may stand in another window or another workspace."""
        current = self._session.selection.current
        if current is None or current.kind != "alert":
            return
        built = {key for key, _ in self.windows.panels()}
        self.windows.bring_panel("alert_card")
        if "alert_card" not in built and any(key == "alert_card" for key, _ in self.windows.panels()):
            # It was not there to hear what was asked.
            QTimer.singleShot(0, self, lambda: self._session.asked.emit(field))

    def _bring_call(self, target: Selected) -> None:
        """A call has no place on a map: the board of the hotline is where it is seen."""
        if target.kind == "call" and self.windows.windows:
            self.windows.bring_panel("hotline")

    def _ask_evidence(self, kind: EvidenceKind, start_ms: int, end_ms: int) -> None:
        EvidenceDialog(self._session, kind, (start_ms, end_ms), self.front()).open()

    def _open_menu(self, button: QWidget) -> None:
        window = self.front()
        actions = [action for action in window.actions() if action.text()]
        menu = menu_of(actions, self.deeds, window)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _find_things(self) -> None:
        found = things(self._session)
        self._finders[self.front()].ask(found, translate("Deeds", "Camera, station, alert, commune…"))

    def _find_deeds(self) -> None:
        entries = [Entry(deed.text, deed.key, deed.act) for deed in self.deeds]
        self._finders[self.front()].ask(entries, translate("Deeds", "What do you want to do?"))

    def _show_keys(self) -> None:
        self._helps[self.front()].open()

"""Replay beside the live room: a second session with a clock in somebody's hand, its windows, its video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from backend.contracts.replay import LIVE_EDGE_MS
from backend.contracts.state import Delta, RoomState
from console.chrome.actions import Deed
from console.chrome.transport import TransportBar, replay_deeds
from console.commands.commands import Commands
from console.deeds import room_deeds
from console.models.alerts import AlertModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.replay import ReplayControl, ReplayLink
from console.models.session import Session
from console.panels import PanelSpec
from console.room import Room
from console.sources.replay import PastHistory, ReplaySource
from console.timebase import ReplayClock, WallClock
from console.video.recorded.service import RecordedVideo
from console.windows import Manner
from console.workspace import Workspace
from resources import tokens

translate = QCoreApplication.translate

AGO_MS: Final = 60_000
"""A replay that nobody gave an instant begins so long ago."""

JOIN_S: Final = 2.0
DUTY: Final = "duty_officer"


class ReplaySession(QObject):
    """One replay: clock, state, models, source and video, without windows.

    Args:
        live: the session beside it: its server is asked, its marks and exports are ordered there.
        wall: the server's clock as the live session knows it.
        cache: folder for recordings that are being looked at.
    """

    def __init__(self, live: Session, wall: WallClock, cache: Path, workers: int = 0, parent: QObject | None = None):
        super().__init__(parent)
        assert live.server is not None, "a replay needs a server to ask"
        self.clock = ReplayClock(lambda: wall.now_ms() - LIVE_EDGE_MS)
        self.control = ReplayControl(self.clock, self)
        self.video = RecordedVideo(self.control, live.server, cache, workers, self)
        state = RoomState()
        self.session = Session(
            clock=self.clock,
            state=state,
            alerts=AlertModel(state, live.language),
            readings=ReadingStore(self.clock),
            link=ReplayLink(self.control),
            commands=Commands(_nothing_is_sent, refusal=translate("Replay", "A replay takes no commands.")),
            history=PastHistory(live.history, live.server, self.clock),
            server=live.server,
            video=self.video,
            preferences=live.preferences,
            language=live.language,
            read_only=True,
            replay=self.control,
            live=live,
            parent=self,
        )
        self.session.operator = live.operator
        self.source = ReplaySource(self.session, self.control, live.server, self)

    def start(self, at_ms: int, playing: bool = False) -> None:
        self.video.start()
        self.source.start(at_ms, playing)

    def stop(self) -> None:
        """Ends source and video; returns at once. `join` waits for the video's workers."""
        self.source.stop()
        self.video.stop()

    def join(self) -> bool:
        return self.video.join(JOIN_S)


class ReplayRooms(QObject):
    """Opens, raises and closes the replay of this desk. There is one at a time; it may have many windows.

    Signals:
        opened: a replay begins at this instant.
        live_wanted: back to the live windows.
    """

    opened = Signal(object)
    live_wanted = Signal()

    def __init__(
        self,
        live: Session,
        specs: Mapping[str, PanelSpec],
        workspaces: Sequence[Workspace],
        wall: WallClock,
        preferences: Preferences,
        cache: Path,
        full_screen: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._live = live
        self._specs = specs
        self._workspaces = workspaces
        self._wall = wall
        self._preferences = preferences
        self._cache = cache
        self._full_screen = full_screen
        self._ending: list[ReplaySession] = []
        self.running: ReplaySession | None = None
        self.room: Room | None = None
        self._following = False

    def show(self, workspace: str) -> None:
        """The replay with this workspace; one that does not run yet begins a minute ago."""
        if self.room is None:
            self.open(self._wall.now_ms() - AGO_MS, workspace)
        else:
            self.room.windows.show_workspace(workspace)
            self.room.bring_to_front()

    def open(self, at_ms: int, workspace: str = "", playing: bool = False) -> None:
        """Replay from `at_ms`; one that runs already goes there."""
        if not self._live.operator or "replay" not in self._live.operator.rights or self._live.server is None:
            return
        if self.running is None or self.room is None:
            self._begin(at_ms, workspace, playing)
        else:
            self.running.control.seek(at_ms)
            self.room.bring_to_front()
        self.opened.emit(at_ms)

    def stop(self) -> None:
        """End the replay and wait for its video; at the end of the program."""
        self._end()
        for running in self._ending:
            running.join()
        self._ending.clear()

    def _begin(self, at_ms: int, workspace: str, playing: bool) -> None:
        running = ReplaySession(self._live, self._wall, self._cache, parent=self)
        manner = Manner("replay_", translate("Replay", "REPLAY"), tokens.REPLAY_FRAME_PX, from_last=True)
        room = Room(
            running.session,
            self._specs,
            self._workspaces,
            partial(TransportBar, running.session),
            self._preferences,
            1,
            self._full_screen,
            manner,
            self,
        )
        self.running, self.room, self._following = running, room, False
        running.session.changed.connect(self._follow_officer)
        site = self._live.state.site
        room.offer(exercise=site is not None and bool(site.exercise_vi))
        room.deeds = self._deeds(room, running)
        room.windows.all_closed.connect(self._end)
        running.control.live_wanted.connect(self.live_wanted)
        running.start(at_ms, playing)
        key = workspace or next((one.key for one in self._workspaces if one.session == "replay"), "")
        room.windows.open(key)
        current = self._live.selection.current
        if current is not None:
            running.session.selection.select(current.kind, current.key)

    def _deeds(self, room: Room, running: ReplaySession) -> list[Deed]:
        windows = room.windows
        return [
            *replay_deeds(running.control, running.session),
            *room_deeds(windows, room.workspaces, room.choose, self._live.language),
            Deed(
                "room", translate("Deeds", "Show the workspaces the officer looked at, or not"), "", self._toggle_follow
            ),
            Deed("window", translate("Deeds", "One replay window more"), "", windows.add_window),
            Deed("window", translate("Deeds", "End the replay"), "Ctrl+W", self._end),
            *room.common_deeds(),
        ]

    def _toggle_follow(self) -> None:
        """Show what stood on the officer's desk at that time, as the log tells it."""
        self._following = not self._following
        if self.running is not None:
            self._follow_officer(Delta(reset=True))

    def _follow_officer(self, delta: Delta) -> None:
        room, running = self.room, self.running
        if not self._following or room is None or running is None or not (delta.reset or delta.operators):
            return
        seated = sorted(running.session.state.operators.values(), key=lambda one: (one.role != DUTY, one.since_ms))
        shown = next((one.shows for one in seated if one.shows), "")
        known = {one.key for one in room.windows.workspaces}
        if shown in known and shown != room.windows.key:
            room.windows.show_workspace(shown)

    def _end(self) -> None:
        room, running = self.room, self.running
        if room is None or running is None:
            return
        self.room = self.running = None
        room.windows.save()
        running.stop()
        room.close()
        # Feeds close with their panels; the session they belong to must still be there then.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._ending.append(running)
        room.deleteLater()
        self.live_wanted.emit()


def _nothing_is_sent(command: object) -> bool:
    return False

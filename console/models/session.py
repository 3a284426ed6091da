"""A session: the room as one clock sees it. Live and replay are two sessions; panels cannot tell them apart.

Everything here lives on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from pydantic import BaseModel
from PySide6.QtCore import QObject, Signal

from backend.contracts.alerts import Alert, Verdict
from backend.contracts.commands import Right, may_change
from backend.contracts.hotline import CallRecording
from backend.contracts.readings import ReadingHistory
from backend.contracts.state import RoomState
from console.timebase import Clock, monotonic_s

if TYPE_CHECKING:
    from console.commands.commands import Commands
    from console.models.alerts import AlertModel
    from console.models.link import LinkModel
    from console.models.preferences import Preferences
    from console.models.readings import ReadingStore
    from console.models.replay import ReplayControl
    from console.models.secret_ballots import SecretBallots
    from console.video.surface import Video

M = TypeVar("M", bound=BaseModel)

SelectedKind = Literal["alert", "camera", "station", "commune", "report", "call", "zone"]


@dataclass(frozen=True, slots=True)
class Selected:
    kind: SelectedKind
    key: str


SEEN_AFTER_S: Final = 0.7
"""So long it takes to see that something else is selected now."""


class Selection(QObject):
    """One selection for the whole session: selecting anything anywhere selects it everywhere."""

    changed = Signal(object)  # Selected | None
    go_to = Signal(object)  # Selected: bring the room there (map flies, cameras open)
    pointed = Signal(float, float)  # latitude and longitude in degrees that somebody pointed at on the map

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: Selected | None = None
        self._unasked_s = -SEEN_AFTER_S

    @property
    def current(self) -> Selected | None:
        return self._current

    def select(self, kind: SelectedKind, key: str) -> None:
        chosen = Selected(kind, key)
        if chosen != self._current:
            self._current = chosen
            self.changed.emit(chosen)

    def reconsider(self) -> None:
        """What is selected came, went or moved with a jump in time: whoever shows it looks again."""
        if self._current is not None:
            self.changed.emit(self._current)

    def clear(self) -> None:
        if self._current is not None:
            self._current = None
            self.changed.emit(None)

    def bring_by_itself(self, kind: SelectedKind, key: str) -> None:
        """The desk goes somewhere that nobody asked for; a key pressed for what was there before must not hit it."""
        self._unasked_s = monotonic_s()
        self.bring_room_to(kind, key)

    @property
    def is_settled(self) -> bool:
        """Whoever looks has had the time to see what is selected: keys may act on it."""
        return monotonic_s() - self._unasked_s >= SEEN_AFTER_S

    def bring_room_to(self, kind: SelectedKind, key: str) -> None:
        """Select it and ask map and cameras to go there (key G)."""
        self.select(kind, key)
        self.go_to.emit(Selected(kind, key))


class HistoryDoor(Protocol):
    """Questions to the store. Answers come on the GUI thread; `failed` gets a sentence for a person."""

    def readings(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        done: Callable[[ReadingHistory], None],
        failed: Callable[[str], None],
    ) -> None: ...

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        """Fetch a document of the server by its path, e.g. "/api/v1/site/communes.geojson"."""
        ...


class ServerDoor(Protocol):
    """Any other question to the server, answered like those of `HistoryDoor`."""

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[M],
        done: Callable[[M], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        """GET `path` (POST when there is a `body`) and read the answer as `model`, off the GUI thread."""
        ...

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        """Fetch a document into `file`, which is there whole or not at all."""
        ...


class FileDoor(Protocol):
    """Files of this desk for the server, sent off the GUI thread."""

    def upload(
        self,
        path: str,
        query: Mapping[str, str | int],
        file: Path,
        model: type[M],
        sent: Callable[[int, int], None],
        done: Callable[[M], None],
        failed: Callable[[str], None],
    ) -> None:
        """POST the bytes of `file` to `path` and read the answer as `model`. `sent`: (bytes so far, bytes in all)."""
        ...


@dataclass(frozen=True, slots=True)
class Operator:
    """Who sits here. `rights` decides what is offered; the server decides what is done.

    `agency_id` "" = one of the room's own people; an agency's seat has its own part of the room only.
    """

    user: str
    display_name: str
    role: str
    rights: frozenset[Right]
    agency_id: str = ""


class Session(QObject):
    """What a panel is given: models, commands, clock, selection.

    Attributes:
        files: takes files of this desk to the server; None in a replay, which nothing is added to.
        replay: the transport of a replay; None in a live session.
        live: the live session of this desk, itself when it is that one: marks, holds and exports are ordered there,
            because a replay takes no commands.
        workspace_titles: title of each workspace by its key, in the language of the seat.
        chart_hours: how much a chart shows at first; a replay takes it from the live session.
        call_recordings: of calls by their ids, as the replay's timeline was told of them: at an instant in which a call
            goes on the replayed room knows of no recording yet.
        ballots: this seat's part in secret votes; None in a replay.

    Signals:
        changed: a `Delta`, after state and models were updated.
        operator_changed: the operator signed in, changed or lost rights.
        folded: the events themselves, a tuple of `LoggedEvent`, after state and models were updated by them.
        evidence_wanted: hold or export a span: ("hold" or "export", start_ms, end_ms); the room asks for the rest.
        acted: something was done at this desk that the room's log should tell: (`DeskAct`, about).
        asked: a key wants a field of the shown alert card: "comment", "acknowledge" or "dispatch"; or a deed of the
            report's card by its letter: "report.V".
    """

    changed = Signal(object)
    folded = Signal(object)
    asked = Signal(str)
    evidence_wanted = Signal(str, object, object)
    acted = Signal(str, str)
    operator_changed = Signal()

    def __init__(
        self,
        *,
        clock: Clock,
        state: RoomState,
        alerts: AlertModel,
        readings: ReadingStore,
        link: LinkModel,
        commands: Commands,
        history: HistoryDoor,
        video: Video,
        preferences: Preferences,
        language: str,
        read_only: bool = False,
        server: ServerDoor | None = None,
        files: FileDoor | None = None,
        replay: ReplayControl | None = None,
        live: Session | None = None,
        chart_hours: int = 24,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.clock = clock
        self.state = state
        self.alerts = alerts
        self.readings = readings
        self.link = link
        self.commands = commands
        self.history = history
        self.video = video
        self.preferences = preferences
        self.language = language
        self.read_only = read_only
        self.server = server
        self.files = files
        self.replay = replay
        self.live = live or self
        self.workspace_titles: Mapping[str, str] = live.workspace_titles if live is not None else {}
        self.chart_hours: int = live.chart_hours if live is not None else chart_hours
        self.call_recordings: dict[str, CallRecording] = {}
        self.selection = Selection(self)
        self.operator: Operator | None = None
        self.ballots: SecretBallots | None = None

    def local_name(self, name_vi: str, name_en: str) -> str:
        """The name in the language of this seat; Vietnamese where there is no English one."""
        return name_en if self.language == "en" and name_en else name_vi

    def may(self, right: Right) -> bool:
        return not self.read_only and self.operator is not None and right in self.operator.rights

    def may_change(self, right: Right, alert: Alert) -> bool:
        """Whether this seat may do so to this alert: cyber alerts have officers of their own."""
        if not self.may(right) or self.operator is None:
            return False
        return may_change(right, alert.kind, self.operator.role, self.operator.rights)


def may_judge(session: Session, alert: Alert, verdict: Verdict) -> bool:
    """Whether this seat may say so of the alert now."""
    open_to_it = alert.can_be_judged and alert.verdict != verdict
    return (
        open_to_it
        and session.may_change("alert.judge", alert)
        and not session.commands.waiting(alert.alert_id, "alert.judge")
    )

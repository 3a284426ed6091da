"""A replay seat: a live seat with a replay beside it, its clock in the test's hand, its server's answers given here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from PySide6.QtCore import QTimer

from backend.contracts.commands import Role
from backend.contracts.hotline import RECORDED_MOST, CallRecording, RecordedCall, RecordedCalls
from backend.contracts.replay import LANES, LIVE_EDGE_MS, CameraGaps, LaneDensity, Timeline
from backend.contracts.state import RoomState
from console.commands.commands import Commands
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.replay import ReplayControl
from console.models.session import Session
from console.timebase import ReplayClock
from tests.panels.desk_room import Seat
from tests.panels.map_room import SiteDocuments

M = TypeVar("M", bound=BaseModel)

PRESENT_MS = 1_795_316_540_320  # 22/11/2026 10:02:20,320 in Lào Cai
EDGE_MS = PRESENT_MS - LIVE_EDGE_MS
DAY_MS = 86_400_000


class TimelineServer:
    """Answers the timeline's door in the shape the backend does, a turn of the event loop later.

    Attributes:
        asked: every question of the counts; `asked_calls`: of recorded calls.
        held: answers are kept back until `release`.
        refuse: a sentence instead of an answer.
        gaps: of each answer.
        calls: all recorded calls there are, in their order; `calls_most` are told at once.
        count: events of each lane in a bucket [start, end).
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, int]] = []
        self.held = False
        self.refuse = ""
        self.gaps: tuple[CameraGaps, ...] = ()
        self.asked_calls: list[dict[str, int]] = []
        self.calls: list[RecordedCall] = []
        self.calls_most = RECORDED_MOST
        self.count: Callable[[str, int, int], int] = lambda lane, start_ms, end_ms: 0
        self._waiting: list[Callable[[], None]] = []

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[M],
        done: Callable[[M], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        question = {name: int(value) for name, value in query.items()}
        made = {"/api/v1/replay/timeline": self._timeline, "/api/v1/hotline/recorded": self._recorded}[path]
        (self.asked if made == self._timeline else self.asked_calls).append(question)
        refusal = self.refuse

        def answer() -> None:
            if refusal:
                failed(refusal)
            else:
                done(cast(M, made(question)))

        if self.held:
            self._waiting.append(answer)
        else:
            QTimer.singleShot(0, answer)

    def release(self) -> None:
        self.held = False
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer()

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        failed("no downloads here")

    def _recorded(self, question: Mapping[str, int]) -> RecordedCalls:
        start_ms, end_ms = question["start"], question["end"]
        there = [one for one in self.calls if one.begin_ms < end_ms and one.end_ms > start_ms]
        calls = tuple(there[: self.calls_most])
        return RecordedCalls(start_ms=start_ms, end_ms=end_ms, calls=calls, more=len(there) > len(calls))

    def _timeline(self, question: Mapping[str, int]) -> Timeline:
        start_ms, buckets = question["start"], question["buckets"]
        bucket_ms = max(1, (question["end"] - start_ms) // buckets)
        edges = [start_ms + number * bucket_ms for number in range(buckets + 1)]
        return Timeline(
            start_ms=start_ms,
            bucket_ms=bucket_ms,
            lanes=tuple(
                LaneDensity(
                    lane=lane,
                    counts=tuple(self.count(lane, a, b) for a, b in zip(edges, edges[1:], strict=False)),
                )
                for lane in LANES
            ),
            gaps=self.gaps,
        )


class ReplaySeat:
    """`live` is the seat beside it, where marks are sent; `monotonic_s` is what the replay's clock runs by."""

    def __init__(self, role: Role = Role.SUPERVISOR, language: str = "vi") -> None:
        self.live = Seat(role, language)
        self.server = TimelineServer()
        self.monotonic_s = 100.0
        self.edge_ms = EDGE_MS
        self.clock = ReplayClock(lambda: self.edge_ms, lambda: self.monotonic_s)
        self.control = ReplayControl(self.clock)
        state = RoomState(epoch="test", site=self.live.state.site)
        self.session = Session(
            clock=self.clock,
            state=state,
            alerts=AlertModel(state, language),
            readings=ReadingStore(self.clock),
            link=LinkModel(),
            commands=Commands(lambda command: False, refusal="a replay takes no commands"),
            history=SiteDocuments(),
            video=cast(Any, None),
            preferences=Preferences(),
            language=language,
            read_only=True,
            server=self.server,
            replay=self.control,
            live=self.live.session,
        )
        self.session.operator = self.live.session.operator
        self.control.set_first_ms(EDGE_MS - 20 * DAY_MS)
        self.control.seek(EDGE_MS - 600_000)

    def now_ms(self) -> int:
        return self.clock.now_ms()


def recorded_call(number: int, at_ms: int, length_s: float = 60, ringing_s: float = 10) -> RecordedCall:
    """One that was answered after `ringing_s`, recorded from then on."""
    answered_ms = at_ms + round(1000 * ringing_s)
    recording = CallRecording(
        digest=f"{number:064x}", mime="audio/wav", bytes=16_044, duration_ms=round(1000 * length_s),
        started_ms=answered_ms, kept_until_ms=at_ms + 90 * DAY_MS,
    )  # fmt: skip
    return RecordedCall(
        call_id=f"t:{number}", arrived_ms=at_ms, answered_ms=answered_ms, ended_ms=recording.ended_ms, queue="1022",
        agent=f"Bàn {number}", recording=recording,
    )  # fmt: skip

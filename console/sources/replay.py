"""The replayed session: the same fold of the same events, up to where the replay's clock stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from backend.contracts.events import LoggedEvent
from backend.contracts.readings import ReadingHistory, ReadingSeries, ReadingStatus
from backend.contracts.replay import NextEvent, ReplayEvents, ReplayReadings, ReplaySpan, StateThen
from backend.contracts.state import Delta, FoldError, RoomState, apply
from console.models.replay import ReplayControl
from console.models.session import HistoryDoor, ServerDoor, Session
from console.sources.live import replace
from console.sources.tape import Tape, difference
from console.timebase import ReplayClock, monotonic_s

TICK_MS: Final = 50
READINGS_SPAN_MS: Final = 30 * 60_000
"""Readings that are loaded around an instant; charts ask for more when they are looked at."""

LATE_MS: Final = 10 * 60_000
"""Samples may come so much after their own time and are still fed in when they came."""

AHEAD_S: Final = 6.0
"""Events are fetched before the clock is so near to the end of what is in hand, in seconds of real time."""

FETCH_S: Final = 20.0
BEHIND_MS: Final = 2000
"""Events may be so late in a replay at 1x before the room is called late."""

EVENTS_AT_ONCE: Final = 2000
ASK_EVERY_S: Final = 0.4
READINGS_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Sample:
    received_ms: int
    station_id: str
    symbol: str
    at_ms: int
    value: float
    status: ReadingStatus


class ReplaySource(QObject):
    """Feeds a session from the log. Lives on the GUI thread; questions are one of a kind at a time."""

    def __init__(
        self, session: Session, control: ReplayControl, server: ServerDoor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._control = control
        self._server = server
        self._tape: Tape | None = None
        self._running = False
        self._asking = False
        self._asked_s = 0.0
        self._readings = _PastReadings(session, control, server, self)
        control.jumped.connect(self._jumped)
        control.moved.connect(self._moved)
        control.jump_wanted.connect(self._find_next)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self, at_ms: int, playing: bool = False) -> None:
        """Learn what can be replayed, stand at `at_ms`, and go on from there when `playing`."""
        self._running = True
        self._control.clock.seek(at_ms)
        self._control.set_loading(True)
        self._learn(at_ms, playing)

    def stop(self) -> None:
        self._running = False
        self._timer.stop()

    def _learn(self, at_ms: int, playing: bool) -> None:
        def learnt(span: ReplaySpan) -> None:
            if not self._running:
                return
            self._control.set_first_ms(span.first_ms or span.server_ms)
            self._control.seek(at_ms)
            if playing:
                self._control.play(1.0)
            self._timer.start()

        def refused(reason: str) -> None:
            self._failed(reason)
            QTimer.singleShot(round(1000 * ASK_EVERY_S), self, lambda: self._learn(at_ms, playing))

        if self._running:
            self._server.ask("/api/v1/replay/span", {}, ReplaySpan, learnt, refused)

    # -- where the clock goes ----------------------------------------------------------------------------------

    def _jumped(self, at_ms: int, exact: bool) -> None:
        self._readings.load(at_ms)
        if self._tape is not None and self._tape.covers(at_ms):
            self._show(self._tape.state_at(at_ms))
        else:
            self._ask_state()

    def _moved(self) -> None:
        self._readings.forget_ahead()

    def _tick(self) -> None:
        tape, now_ms, rate = self._tape, self._control.clock.now_ms(), self._control.clock.motion.rate
        if tape is None or now_ms < tape.begin_ms or now_ms - tape.horizon_ms > 1000 * FETCH_S * max(1.0, abs(rate)):
            self._ask_state()
            return
        self._advance(tape, min(now_ms, tape.horizon_ms))
        self._control.set_loading(now_ms - tape.horizon_ms > BEHIND_MS * max(1.0, rate), self._control.fault)
        if tape.horizon_ms - now_ms < 1000 * AHEAD_S * max(0.0, rate) or tape.horizon_ms < now_ms:
            self._ask_ahead(now_ms, rate)
        if rate > 0:
            self._readings.feed(now_ms, rate)
            tape.forget_before(now_ms)
        elif rate < 0:
            self._readings.follow_back(now_ms)

    def _advance(self, tape: Tape, now_ms: int) -> None:
        state = self._session.state
        events = tape.between(state.seq, now_ms)
        if events:
            delta = Delta()
            for logged in events:
                delta.merge(apply(state, logged))
            self._tell(delta, events)
        elif tape.count_at(now_ms) < state.seq - tape.base.seq:
            self._show(tape.state_at(now_ms))

    def _show(self, new: RoomState) -> None:
        state = self._session.state
        delta = difference(state, new)
        replace(state, new)
        self._control.set_loading(False)
        if delta:
            self._tell(delta, ())

    def _tell(self, delta: Delta, events: Sequence[LoggedEvent]) -> None:
        session = self._session
        selected = session.selection.current
        session.alerts.take(delta)
        session.changed.emit(delta)
        if events:
            session.folded.emit(tuple(events))
        if selected is not None and selected.kind == "alert" and selected.key in delta.alerts:
            session.selection.reconsider()

    # -- questions ---------------------------------------------------------------------------------------------

    def _ask_state(self) -> None:
        """The room at the clock's instant; who jumps on meanwhile is answered with where he is by then."""
        if self._asking or (self._control.fault and monotonic_s() - self._asked_s < ASK_EVERY_S):
            return
        self._asking = True
        self._control.set_loading(True, self._control.fault)
        at_ms = self._control.clock.now_ms()
        answered = partial(self._take_state, at_ms)
        self._server.ask("/api/v1/replay/state", {"at": at_ms}, StateThen, answered, self._failed)

    def _take_state(self, at_ms: int, then: StateThen) -> None:
        self._asking = False
        try:
            self._tape = tape_of(then, at_ms)
        except FoldError as error:
            self._failed(f"the log cannot be read: {error}")
            return
        now_ms = self._control.clock.now_ms()
        # While somebody drags the slider, something near is better than nothing; the right one is asked for at once.
        self._show(self._tape.state_at(min(max(now_ms, self._tape.begin_ms), self._tape.horizon_ms)))
        if not self._tape.covers(now_ms) and not self._control.playing:
            self._ask_state()

    def _ask_ahead(self, now_ms: int, rate: float) -> None:
        tape = self._tape
        if self._asking or tape is None or monotonic_s() - self._asked_s < ASK_EVERY_S:
            return
        self._asking = True
        self._asked_s = monotonic_s()
        until_ms = min(max(now_ms, tape.horizon_ms) + round(1000 * FETCH_S * max(1.0, rate)), self._control.edge_ms)
        query = {"after_seq": tape.head_seq, "until": until_ms, "limit": EVENTS_AT_ONCE}
        answered = partial(self._take_ahead, tape, until_ms)
        self._server.ask("/api/v1/replay/events", query, ReplayEvents, answered, self._failed)

    def _take_ahead(self, tape: Tape, until_ms: int, answer: ReplayEvents) -> None:
        self._asking = False
        if tape is not self._tape:
            return
        if answer.epoch != self._session.state.epoch:
            self._tape = None  # another log stands behind the doors: begin anew
            return
        horizon_ms = until_ms if answer.complete else max((one.at_ms for one in answer.events), default=until_ms)
        try:
            tape.extend(answer.events, horizon_ms)
        except FoldError:
            self._tape = None
        self._control.set_loading(False)

    def _failed(self, reason: str) -> None:
        self._asking = False
        self._asked_s = monotonic_s()
        self._control.set_loading(False, reason)

    def _find_next(self, lane: str, direction: int) -> None:
        query: dict[str, str | int] = {"at": self._control.clock.now_ms(), "direction": direction}
        if lane:
            query["lane"] = lane

        def found(answer: NextEvent) -> None:
            if answer.event is not None:
                self._control.seek(answer.event.at_ms)
            else:
                self._control.no_further.emit(direction)

        self._server.ask("/api/v1/replay/next", query, NextEvent, found, self._failed)


class PastHistory:
    """A `HistoryDoor` that knows nothing of what came after the replay's instant."""

    def __init__(self, history: HistoryDoor, server: ServerDoor, clock: ReplayClock) -> None:
        self._history = history
        self._server = server
        self._clock = clock

    def readings(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        done: Callable[[ReadingHistory], None],
        failed: Callable[[str], None],
    ) -> None:
        known_ms, generation = self._clock.now_ms(), self._clock.motion.generation
        until_ms = min(end_ms, known_ms)
        query: dict[str, str | int] = {
            "station": station_id,
            "parameter": symbol,
            "start": min(start_ms, until_ms),
            "end": until_ms,
            "known": known_ms,
            "max_points": max_points,
        }

        def answered(history: ReadingHistory) -> None:
            if generation == self._clock.motion.generation:
                done(history)
            else:  # the clock was set back meanwhile: some of it is not known any more
                self.readings(station_id, symbol, start_ms, end_ms, max_points, done, failed)

        self._server.ask("/api/v1/readings", query, ReadingHistory, answered, failed)

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        self._history.document(path, done, failed)


class _PastReadings(QObject):
    """Samples as they were known at the clock's instant: loaded around it, then fed in when they came."""

    def __init__(self, session: Session, control: ReplayControl, server: ServerDoor, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._control = control
        self._server = server
        self._asking = False
        self._wanted_ms: int | None = None
        self._ahead: list[_Sample] = []
        self._ahead_to_ms = 0
        self._known_ms = 0
        self._loaded_s = 0.0

    def load(self, at_ms: int) -> None:
        """Everything around `at_ms`; the newest wish counts."""
        self.forget_ahead()
        self._wanted_ms = at_ms
        self._ask()

    def forget_ahead(self) -> None:
        self._ahead.clear()
        self._ahead_to_ms = 0

    def follow_back(self, now_ms: int) -> None:
        """Going backwards: what came later than now goes again, in steps."""
        if monotonic_s() - self._loaded_s >= READINGS_EVERY_S and self._wanted_ms is None:
            self.load(now_ms)

    def feed(self, now_ms: int, rate: float) -> None:
        """Going forwards: give the session what has come by now, and fetch on."""
        due = [sample for sample in self._ahead if sample.received_ms <= now_ms]
        if due:
            self._ahead = self._ahead[len(due) :]
            self._known_ms = now_ms
            self._session.readings.add(_series(due))
        if not self._asking and self._wanted_ms is None and self._ahead_to_ms - now_ms < 1000 * AHEAD_S * rate:
            self._ask_ahead(now_ms, rate)

    def _ask(self) -> None:
        if self._asking or self._wanted_ms is None:
            return
        self._asking = True
        at_ms, self._wanted_ms = self._wanted_ms, None
        query = {"start": max(0, at_ms - READINGS_SPAN_MS), "end": at_ms, "known": at_ms}
        answered = partial(self._take, at_ms)
        self._server.ask("/api/v1/replay/readings", query, ReplayReadings, answered, self._failed)

    def _take(self, at_ms: int, answer: ReplayReadings) -> None:
        self._asking = False
        self._loaded_s = monotonic_s()
        self._known_ms = at_ms
        self.forget_ahead()
        self._session.readings.replace(answer.series)
        self._ask()

    def _ask_ahead(self, now_ms: int, rate: float) -> None:
        begin_ms = max(self._ahead_to_ms, self._known_ms)
        end_ms = min(max(now_ms, begin_ms) + round(1000 * FETCH_S * max(1.0, rate)), self._control.edge_ms)
        if end_ms <= begin_ms:
            return
        self._asking = True
        query = {"start": max(0, begin_ms - LATE_MS), "end": end_ms, "known": end_ms}
        answered = partial(self._take_ahead, begin_ms, end_ms, self._control.clock.motion.generation)
        self._server.ask("/api/v1/replay/readings", query, ReplayReadings, answered, self._failed)

    def _take_ahead(self, begin_ms: int, end_ms: int, generation: int, answer: ReplayReadings) -> None:
        self._asking = False
        if generation == self._control.clock.motion.generation:
            self._ahead += sorted(_came_after(answer, begin_ms), key=lambda sample: sample.received_ms)
            self._ahead_to_ms = end_ms
        self._ask()

    def _failed(self, reason: str) -> None:
        self._asking = False
        self._control.set_loading(False, reason)


def tape_of(then: StateThen, at_ms: int) -> Tape:
    """The answer of the state door as a tape that ends at the instant that was asked for.

    Raises:
        FoldError: the log has a hole.
    """
    base = RoomState() if then.snapshot is None else RoomState.from_snapshot(then.snapshot)
    base.epoch = then.epoch
    # Where the server's clock was set back, the snapshot may be stamped later than the instant it is right for.
    return Tape(base, min(base.at_ms, at_ms), then.tail, at_ms)


def _came_after(answer: ReplayReadings, begin_ms: int) -> Iterable[_Sample]:
    for series, received in zip(answer.series, answer.received_ms, strict=True):
        for at_ms, value, status, received_ms in zip(series.at_ms, series.value, series.status, received, strict=True):
            if received_ms > begin_ms:
                yield _Sample(received_ms, series.station_id, series.symbol, at_ms, value, status)


def _series(samples: Sequence[_Sample]) -> list[ReadingSeries]:
    grouped: dict[tuple[str, str], list[_Sample]] = {}
    for sample in samples:
        grouped.setdefault((sample.station_id, sample.symbol), []).append(sample)
    return [
        ReadingSeries(
            station_id=station_id,
            symbol=symbol,
            at_ms=tuple(one.at_ms for one in group),
            value=tuple(one.value for one in group),
            status=tuple(one.status for one in group),
        )
        for (station_id, symbol), group in grouped.items()
    ]

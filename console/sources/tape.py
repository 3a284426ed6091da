"""A stretch of the log in hand: any instant of it is a short fold away, forwards or backwards. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from backend.contracts.events import LoggedEvent
from backend.contracts.state import Delta, RoomState, apply

CHECKPOINT_EVERY: Final = 200
"""Events between two states that are kept: what a step backwards has to fold at most."""

EVENTS_KEPT: Final = 20_000


class Tape:
    """The state at its begin, and every event from there up to `horizon_ms`.

    Args:
        base: state before the first event; owned by the tape from now on.
        begin_ms: from when on `base` is right.
        horizon_ms: every event logged up to then is in `events`.

    Raises:
        FoldError: an event does not follow.
    """

    def __init__(self, base: RoomState, begin_ms: int, events: Sequence[LoggedEvent], horizon_ms: int) -> None:
        self.begin_ms = begin_ms
        self.horizon_ms = horizon_ms
        self._events: list[LoggedEvent] = []
        # The earliest stamp from here on: the server's clock may have been set back, and order is by seq.
        self._stamps: list[int] = []
        self._checkpoints: list[tuple[int, RoomState]] = [(0, base)]
        self._head = base.copied()
        self.extend(events, horizon_ms)

    @property
    def events(self) -> Sequence[LoggedEvent]:
        return self._events

    @property
    def base(self) -> RoomState:
        return self._checkpoints[0][1]

    @property
    def head_seq(self) -> int:
        """The newest event in hand."""
        return self._head.seq

    def covers(self, at_ms: int) -> bool:
        return self.begin_ms <= at_ms <= self.horizon_ms

    def extend(self, events: Sequence[LoggedEvent], horizon_ms: int) -> None:
        """Take the events that follow, up to `horizon_ms`; known ones are passed over."""
        for logged in events:
            if logged.seq <= self._head.seq:
                continue
            apply(self._head, logged)
            self._events.append(logged)
            self._stamp(logged.at_ms)
            if len(self._events) - self._checkpoints[-1][0] >= CHECKPOINT_EVERY:
                self._checkpoints.append((len(self._events), self._head.copied()))
        self.horizon_ms = max(self.horizon_ms, horizon_ms)

    def forget_before(self, at_ms: int) -> None:
        """Let go of the oldest part when there is too much of it; `at_ms` stays covered."""
        if len(self._events) <= EVENTS_KEPT:
            return
        place = bisect_right(self._stamps, at_ms)
        fitting = [checkpoint for checkpoint in self._checkpoints if checkpoint[0] <= place]
        cut, state = fitting[-1]
        if cut == 0:
            return
        self.begin_ms = self._events[cut - 1].at_ms
        del self._events[:cut], self._stamps[:cut]
        self._checkpoints = [(index - cut, kept) for index, kept in self._checkpoints if index >= cut]

    def count_at(self, at_ms: int) -> int:
        """How many of `events` were logged by then."""
        return bisect_right(self._stamps, at_ms)

    def state_at(self, at_ms: int) -> RoomState:
        """The state at an instant that is covered; the caller's own."""
        place = self.count_at(at_ms)
        index, checkpoint = next(one for one in reversed(self._checkpoints) if one[0] <= place)
        state = checkpoint.copied()
        for logged in self._events[index:place]:
            apply(state, logged)
        return state

    def between(self, seq: int, at_ms: int) -> Sequence[LoggedEvent]:
        """Events after `seq` that were logged by `at_ms`, in order."""
        if not self._events or seq < self._events[0].seq - 1:
            return ()
        return self._events[seq - self._events[0].seq + 1 : self.count_at(at_ms)]

    def _stamp(self, at_ms: int) -> None:
        place = len(self._stamps)
        while place and self._stamps[place - 1] > at_ms:
            place -= 1
            self._stamps[place] = at_ms
        self._stamps.append(at_ms)


def difference(old: RoomState, new: RoomState) -> Delta:
    """What differs, as a delta from `old` to `new`. What is in both is shared, so that a look at it is enough."""
    delta = Delta()
    if old.site is not new.site and old.site != new.site:
        delta.site = delta.reset = True
    delta.alerts = _differing(old.alerts, new.alerts) | _differing(old.closed, new.closed)
    delta.cameras = _differing(old.cameras, new.cameras) | _differing(old.steering, new.steering)
    delta.producers = _differing(old.producers, new.producers)
    delta.operators = _differing(old.operators, new.operators)
    delta.recordings = _differing(old.recordings, new.recordings)
    delta.evidence = _differing(old.holds, new.holds) | _differing(old.exports, new.exports)
    delta.marks = _differing(old.marks, new.marks)
    delta.incidents = _differing(old.incidents, new.incidents)
    delta.sops = _differing(old.sops, new.sops)
    delta.forecasts = _differing(old.forecasts, new.forecasts)
    delta.air = _differing(old.air, new.air)
    delta.watches = _differing(old.watches, new.watches)
    delta.reports = _differing(old.reports, new.reports) | _differing(old.ended_reports, new.ended_reports)
    delta.stories = _differing(old.stories, new.stories)
    delta.calls = _differing(old.calls, new.calls) | _differing(old.ended_calls, new.ended_calls)
    delta.crises = _differing(old.past_crises, new.past_crises)
    delta.meetings = _differing(old.meetings, new.meetings)
    delta.zones = _differing(old.zones, new.zones) | _differing(old.checkpoints, new.checkpoints)
    delta.crises |= {one.crisis_id for one in (old.crisis, new.crisis) if one is not None and old.crisis != new.crisis}
    delta.indicators = {key.partition("@")[0] for key in _differing(old.indicators, new.indicators)}
    judged = _differing(old.rules, new.rules)
    delta.alerts |= {alert.alert_id for alert in new.alerts.values() if alert.rule in judged}
    return delta


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> set[str]:
    return {
        key
        for key in old.keys() | new.keys()
        if (before := old.get(key)) is not (after := new.get(key)) and before != after
    }

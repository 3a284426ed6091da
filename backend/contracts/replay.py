"""Answers of the replay doors: the room as it stood, and what the timeline shows."""

from __future__ import annotations

from typing import Literal

from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.events import LoggedEvent
from backend.contracts.readings import ReadingSeries
from backend.contracts.state import StateSnapshot

LIVE_EDGE_MS = 5_000
"""Replay reaches up to so long behind now: younger video is still on its way to the disk."""

Lane = Literal["alert", "report", "motion", "operator", "system"]
"""Rows of density on the timeline. alert: raised or worse; report: citizens' reports; motion: raw detections;
operator: what officers did; system: our own faults, cameras, producers, sign-ins."""

LANES: tuple[Lane, ...] = ("alert", "report", "motion", "operator", "system")


class ReplaySpan(Wire):
    """What can be replayed. None when nothing was logged yet."""

    epoch: str
    first_ms: EpochMs | None
    last_ms: EpochMs | None
    first_seq: int
    last_seq: int
    server_ms: EpochMs


class StateThen(Wire):
    """The room at an instant: fold `tail` onto `snapshot` (None = onto an empty state).

    `seq` is the last event logged at or before the instant; 0 = before everything.
    """

    epoch: str
    seq: int
    at_ms: EpochMs
    snapshot: StateSnapshot | None
    tail: tuple[LoggedEvent, ...]


class ReplayEvents(Wire):
    """Events after `after_seq` logged up to an instant, oldest first. `complete` False: ask on from the last one."""

    epoch: str
    events: tuple[LoggedEvent, ...]
    complete: bool


class ReplayReadings(Wire):
    """Samples of every station in a span, as far as they were known at the instant asked for.

    Attributes:
        received_ms: for each of `series` when each of its samples came, parallel to `at_ms`.
        thinned: for each of `series` whether it had too many samples, and only the extremes of equal parts are here.
    """

    start_ms: EpochMs
    end_ms: EpochMs
    series: tuple[ReadingSeries, ...]
    received_ms: tuple[tuple[EpochMs, ...], ...]
    thinned: tuple[bool, ...] = ()


class LaneDensity(Wire):
    """How much happened: `counts[i]` in start_ms + i * bucket_ms."""

    lane: Lane
    counts: tuple[int, ...]


class CameraGaps(Wire):
    """Spans in which the camera should have been recorded and was not, (start_ms, end_ms) ascending."""

    camera_id: Identifier
    spans: tuple[tuple[EpochMs, EpochMs], ...]


class Timeline(Wire):
    start_ms: EpochMs
    bucket_ms: int
    lanes: tuple[LaneDensity, ...]
    gaps: tuple[CameraGaps, ...]


class NextEvent(Wire):
    """Answer to "jump to the next": None when there is no other in that direction."""

    event: LoggedEvent | None


class AnswerTimes(Wire):
    """How one alert was answered, for the debrief. None = it never was, or not by the end of the span.

    Attributes:
        acknowledged_ms, owned_ms, dispatched_ms: the first time; `closed_ms` the last.
        dispatched_to: the first agency it was handed to, "" when none.
        acknowledge_target_s, dispatch_target_s: from being raised; None where the site states no target.
    """

    alert_id: Identifier
    kind: str
    priority: int
    headline_vi: str
    headline_en: str
    raised_ms: EpochMs
    acknowledged_ms: EpochMs | None
    acknowledged_by: str
    owned_ms: EpochMs | None
    dispatched_ms: EpochMs | None
    closed_ms: EpochMs | None
    acknowledge_target_s: float | None
    dispatch_target_s: float | None
    owned_by: str = ""
    dispatched_by: str = ""
    dispatched_to: str = ""


class AnswerTarget(Wire):
    """How soon alerts of a priority shall be answered, counted from being raised; None = no target.

    Attributes:
        source: who set it; it says "(chưa xác minh)" while nobody has confirmed the figure.
    """

    priority: int
    acknowledge_s: float | None
    dispatch_s: float | None
    source: str


class Debrief(Wire):
    """Times of every alert raised in a span against the site's targets."""

    start_ms: EpochMs
    end_ms: EpochMs
    alerts: tuple[AnswerTimes, ...]
    targets: tuple[AnswerTarget, ...] = ()

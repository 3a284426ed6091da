"""A told story in a real log, and what it must come to by a fold that knows nothing of the replay."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from backend.contracts.events import LoggedEvent
from backend.contracts.replay import Lane, StateThen
from backend.contracts.state import RoomState, apply
from backend.storage.event_log import Draft, EventLog
from tests.unit.log_story import Happening, Story, sample_site
from tests.unit.storage_samples import NOW_MS, plain

SITE: Final = Path(__file__).resolve().parents[1] / "fixtures" / "sites" / "small"
STEPS: Final = (210, 300, 301, 640, 900)
SNAPSHOT_EVERY: Final = 90


def told(count: int, seed: int = 7, mean_ms: float = 4_000, steps: Sequence[int] = STEPS) -> list[Happening]:
    """A story in which the clock is set back by up to ten minutes at `steps`."""
    story = Story(sample_site(SITE), seed, NOW_MS, mean_ms, steps, step_ms=600_000)
    return list(islice(story.happenings(), count))


async def store(log: EventLog, story: Sequence[Happening]) -> list[LoggedEvent]:
    """Log the story as the room does: what was decided at one instant in one piece, a snapshot now and then."""
    pieces = [(at_ms, list(part)) for at_ms, part in groupby(story, key=lambda one: one.at_ms)]
    stored = await asyncio.gather(
        *[
            log.append([Draft(one.event, one.actor, origin="10.0.0.7" if one.actor else "") for one in part], at_ms)
            for at_ms, part in pieces
        ]
    )
    logged = [one for piece in stored for one in piece]
    state = RoomState(epoch=log.epoch)
    for one in logged:
        apply(state, one)
        if one.seq % SNAPSHOT_EVERY == 0:
            await log.save_snapshot(state.snapshot())
    return logged


def digest(state: RoomState) -> str:
    return hashlib.sha256(plain(state).encode()).hexdigest()


def folded(then: StateThen) -> RoomState:
    """As a console does it."""
    state = RoomState() if then.snapshot is None else RoomState.from_snapshot(then.snapshot)
    state.epoch = then.epoch
    for logged in then.tail:
        apply(state, logged)
    return state


def last_by(logged: Sequence[LoggedEvent], at_ms: int) -> int:
    """The last event, by its place, that is stamped by then."""
    return max((one.seq for one in logged if one.at_ms <= at_ms), default=0)


_UNSEEN: Final = (
    "alert.raised", "alert.updated", "alert.reactivated", "alert.returned", "alert.suppressed", "alert.unsuppressed",
    "forecast.issued", "air.indexed", "rows.shown", "story.seen", "story.grew", "call.arrived", "call.moved",
    "indicators.entered", "meeting.shown", "meeting.floor_withdrawn", "meeting.floor_ended", "meeting.ballot_cast",
    "meeting.ballot_handed",
)  # fmt: skip
_SYSTEM: Final = (
    "site.",
    "camera.",
    "producer.",
    "fire.",
    "input.",
    "limits.",
    "operator.",
    "recording.",
    "export.changed",
    "zones.",
)


def lanes(logged: Sequence[LoggedEvent]) -> list[Lane | None]:
    """Lane of each event, told by the room's own fold: what sounds at a desk is an alert or a fault of our own."""
    state, found = RoomState(), list[Lane | None]()
    for one in logged:
        delta = apply(state, one)
        kind = one.event.kind
        if delta.sounding:
            alert = state.find_alert(delta.sounding[0])
            assert alert is not None
            found.append("system" if alert.priority == 5 else "alert")
        elif kind in ("incident.step_overdue", "incident.task_overdue"):
            found.append("alert")
        elif kind in ("report.received", "report.rated", "report.overdue"):
            found.append("report")
        elif kind in _UNSEEN:
            found.append(None)
        else:
            found.append("system" if kind.startswith(_SYSTEM) else "operator")
    return found


def recounted(logged: Sequence[LoggedEvent]) -> dict[tuple[str, int], int]:
    """(lane, minute) -> how many."""
    counts = Counter[tuple[str, int]]()
    for one, lane in zip(logged, lanes(logged), strict=True):
        if lane is not None:
            counts[lane, one.at_ms // 60_000 * 60_000] += 1
    return dict(counts)

"""Is a replayed picture the picture of the instant? Judged at the desk: by what the worker tells and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.contracts.recording import Segment
from console.video.board import Phase, Reason
from console.video.orders import HOLD_MS, NEAR_MS
from console.video.recorded.index import Known
from widgets.tile_types import TileStatus

GRACE_S: Final = 0.3
"""After the clock was touched the old picture may stand so long before the tile says that it is loading."""

LATE_MS: Final = 500.0
"""A picture may come so much too late while its recording is there, in milliseconds of real time."""

OTHER_MS: Final = 1000.0
"""A picture that is so far beside the clock tells its own time."""

SLACK_MS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the replay stands.

    Attributes:
        at_ms: the clock.
        speed: how fast it goes, absolute; 0 = it stands.
        touched_s: seconds since somebody touched it.
    """

    at_ms: int
    speed: float
    generation: int
    scrubbing: bool
    touched_s: float


def judge(row: np.void, known: Known, moment: Moment, *, fetched: bool, fault: str = "") -> TileStatus:
    """The truth about a tile of a replay.

    Args:
        known: what the camera has recorded at the clock's instant.
        fetched: the recording of that instant is on this machine.
        fault: why it cannot be had, a key of words; "" when it can.
    """
    if int(row["phase"]) == Phase.LOST:
        return TileStatus("lost", 0.0, Reason(int(row["reason"])).name.lower())
    if known == "gap":
        return TileStatus("gap")
    at_ms = moment.at_ms
    if float(row["bad_from_ms"]) - SLACK_MS <= at_ms < float(row["bad_until_ms"]):
        return TileStatus("damaged")
    if int(row["frames"]):
        shown_ms, until_ms = float(row["shown_ms"]), float(row["until_ms"])
        # In a hole too short to be one, the last picture before it stands.
        held = isinstance(known, Segment) and at_ms >= known.end_ms
        if shown_ms - SLACK_MS <= at_ms < until_ms + (HOLD_MS if held else SLACK_MS):
            return TileStatus("past")
        beside_ms = shown_ms - at_ms if at_ms < shown_ms else at_ms - until_ms
        late_ms = LATE_MS * max(moment.speed, 1.0)
        # What was shown for another jump of the clock is of another time, however near. What was shown for this one is
        # the nearest there is: a key frame while the frame itself is being decoded, or a piece while dragging.
        ours = int(row["generation"]) == moment.generation
        waits = moment.speed and not fetched and not moment.scrubbing
        if ours and beside_ms <= (late_ms if waits else max(NEAR_MS, late_ms)):
            return _of_its_time(at_ms - shown_ms)
        if moment.touched_s < GRACE_S:
            return TileStatus("past")
    return TileStatus("loading", moment.touched_s, fault)


def _of_its_time(age_ms: float) -> TileStatus:
    return TileStatus("past") if abs(age_ms) < OTHER_MS else TileStatus("near", age_ms / 1000.0)

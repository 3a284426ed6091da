"""Is a picture live? Judged at the desk, from ages, so that it holds when a worker, a camera or a network hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from console.video.board import Note, Phase, Reason
from widgets.tile_types import TileState, TileStatus


@dataclass(frozen=True, slots=True)
class Rules:
    """When a picture stops being live.

    Attributes:
        frozen_after_s: no new picture for this long.
        unchanging_after_s: pictures arrive but show the same for this long.
        late_after_s: a single gap of this length is said (state slow) before it counts as frozen.
        slow_share: fewer than this share of the stream's own rate is slow.
        lag_slow_s: this far behind the stream's clock is slow.
        settle_s: a stream this young is not called slow: its rate is not known yet.
    """

    frozen_after_s: float = 2.0
    unchanging_after_s: float = 30.0
    late_after_s: float = 1.2
    slow_share: float = 0.5
    lag_slow_s: float = 1.0
    settle_s: float = 4.0


DEFAULT_RULES: Final = Rules()


def judge(row: np.void, now_s: float, rules: Rules = DEFAULT_RULES) -> TileStatus:
    """The truth about the stream of a board row at `now_s` (monotonic seconds)."""
    note = _note(int(row["note"]))
    if int(row["frames"]) == 0:
        asked_for_s = max(now_s - float(row["asked_s"]), 0.0)
        if int(row["phase"]) == Phase.LOST:
            return TileStatus("lost", asked_for_s, _reason(int(row["reason"])), note)
        return TileStatus("connecting", asked_for_s, "", note)
    age_s = max(now_s - float(row["frame_s"]), 0.0)
    if int(row["phase"]) == Phase.LOST:
        return TileStatus("lost", age_s, _reason(int(row["reason"])), note)
    if age_s >= rules.frozen_after_s:
        return TileStatus("frozen", age_s, "", note)
    state, since_s = _pace(row, now_s, age_s, rules)
    return TileStatus(state, since_s, "", note)


def _pace(row: np.void, now_s: float, age_s: float, rules: Rules) -> tuple[TileState, float]:
    lag_s = float(row["lag_s"])
    if lag_s >= rules.lag_slow_s:
        return "slow", lag_s
    if age_s >= rules.late_after_s:
        return "slow", age_s
    fps, nominal_fps = float(row["fps"]), float(row["nominal_fps"])
    settled = now_s - float(row["asked_s"]) >= rules.settle_s
    if settled and 0.0 < fps < rules.slow_share * nominal_fps:
        return "slow", max(age_s, 1.0 / fps)
    unchanged_s = now_s - float(row["changed_s"])
    if unchanged_s >= rules.unchanging_after_s:
        return "unchanging", unchanged_s
    return "live", 0.0


def _reason(code: int) -> str:
    return Reason(code).name.lower()


def _note(code: int) -> str:
    return "" if code == Note.NONE else Note(code).name.lower()

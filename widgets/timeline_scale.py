"""Time to pixels and back, round ticks for every zoom, views that stay in bounds: plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from widgets.chart_types import View
from widgets.timeline_types import Flag, GapRow

_S: Final = 1_000
_MIN: Final = 60 * _S
_H: Final = 60 * _MIN
_DAY: Final = 24 * _H
_MONDAY: Final = 4 * _DAY
"""The epoch was a Thursday: weeks begin so long after it."""

STEPS_MS: Final = (
    *(10, 20, 50, 100, 200, 500),
    *(_S, 2 * _S, 5 * _S, 10 * _S, 15 * _S, 30 * _S),
    *(_MIN, 2 * _MIN, 5 * _MIN, 10 * _MIN, 15 * _MIN, 30 * _MIN),
    *(_H, 2 * _H, 3 * _H, 6 * _H, 12 * _H),
    *(_DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY),
)
MINOR_PX: Final = 7
SPAN_LEAST_MS: Final = _S
SPAN_MOST_MS: Final = 30 * _DAY
INSIDE_SHARE: Final = 0.1
"""So much of a view always overlaps what can be replayed."""

CLUSTER_PX: Final = 11


class Mark(NamedTuple):
    """One tick of the ruler; `label` "" = a small one; `strong`: a midnight among hours, a second among its parts."""

    at_ms: int
    label: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Where instants lie in a widget, logical pixels on whole device pixels.

    Attributes:
        left_px: where `view.start_ms` is.
        width_px: of the whole view.
        ratio: device pixels in a logical one.
    """

    view: View
    left_px: float
    width_px: float
    ratio: float = 1.0

    def x(self, at_ms: float) -> float:
        exact = self.left_px + (at_ms - self.view.start_ms) / max(1, self.view.span_ms) * self.width_px
        return round(exact * self.ratio) / self.ratio

    def at_ms(self, x: float) -> int:
        return self.view.start_ms + round((x - self.left_px) / max(1.0, self.width_px) * self.view.span_ms)

    @property
    def right_px(self) -> float:
        return self.left_px + self.width_px

    @property
    def ms_per_px(self) -> float:
        return self.view.span_ms / max(1.0, self.width_px)


def label_px(step_ms: int) -> int:
    """Room that a label of such ticks needs, with air around it."""
    if step_ms < _S:
        return 64
    return 74 if step_ms < _MIN else 54


def step_for(span_ms: int, width_px: float) -> int:
    """The smallest round step whose labels have room."""
    for step_ms in STEPS_MS:
        if step_ms * width_px >= label_px(step_ms) * span_ms:
            return step_ms
    return STEPS_MS[-1]


def ruler(view: View, width_px: float, utc_offset_min: int, decimal: str = ",") -> list[Mark]:
    """Ticks at round local times, ascending: labelled ones with room for their labels, small ones between them."""
    span_ms = max(1, view.span_ms)
    step_ms = step_for(span_ms, width_px)
    minor_ms = next(
        (each for each in STEPS_MS if step_ms % each == 0 and each * width_px >= MINOR_PX * span_ms), step_ms
    )
    offset_ms = utc_offset_min * _MIN
    base_ms = _MONDAY if step_ms >= 7 * _DAY else 0
    first = -(-(view.start_ms + offset_ms - base_ms) // minor_ms) * minor_ms + base_ms
    marks = []
    for local_ms in range(first, view.end_ms + offset_ms + 1, minor_ms):
        labelled = (local_ms - base_ms) % step_ms == 0
        midnight = local_ms % _DAY == 0
        text = _label(local_ms, step_ms, decimal) if labelled else ""
        strong = midnight if _S <= step_ms < _DAY else step_ms < _S and local_ms % _S == 0
        marks.append(Mark(local_ms - offset_ms, text, strong))
    return marks


def _label(local_ms: int, step_ms: int, decimal: str) -> str:
    moment = datetime.fromtimestamp(local_ms // _S, UTC)
    if local_ms % _DAY == 0:
        return f"{moment:%d/%m}"
    if local_ms % _S:
        return f"{moment:%S}{decimal}{local_ms % _S:03d}"
    return f"{moment:%H:%M:%S}" if step_ms < _MIN else f"{moment:%H:%M}"


def instant_text(at_ms: int, utc_offset_min: int, decimal: str = ",") -> str:
    """The head's label: "10:02:15,320 · 22/11"."""
    local_ms = at_ms + utc_offset_min * _MIN
    moment = datetime.fromtimestamp(local_ms // _S, UTC)
    return f"{moment:%H:%M:%S}{decimal}{local_ms % _S:03d} · {moment:%d/%m}"


def date_text(at_ms: int, utc_offset_min: int) -> str:
    """ "22/11/2026" on the site's calendar."""
    return f"{datetime.fromtimestamp((at_ms + utc_offset_min * _MIN) // _S, UTC):%d/%m/%Y}"


def zoomed(view: View, factor: float, anchor_ms: int) -> View:
    """`factor` times the span, within the limits of zoom, `anchor_ms` staying where it is in the picture."""
    span_ms = min(max(round(view.span_ms * factor), SPAN_LEAST_MS), SPAN_MOST_MS)
    share = (anchor_ms - view.start_ms) / max(1, view.span_ms)
    start_ms = anchor_ms - round(share * span_ms)
    return View(start_ms, start_ms + span_ms)


def bounded(view: View, first_ms: int, edge_ms: int) -> View:
    """The view with a span within the limits, moved so that part of it is time that can be replayed."""
    span_ms = min(max(view.span_ms, SPAN_LEAST_MS), SPAN_MOST_MS)
    inside_ms = round(span_ms * INSIDE_SHARE)
    start_ms = view.start_ms
    if first_ms:
        start_ms = max(start_ms, first_ms + inside_ms - span_ms)
    start_ms = min(start_ms, edge_ms - inside_ms)
    return View(start_ms, start_ms + span_ms)


def around(at_ms: int, span_ms: int, share: float) -> View:
    """A view in which `at_ms` lies at `share` of the width."""
    start_ms = at_ms - round(span_ms * share)
    return View(start_ms, start_ms + span_ms)


def union(rows: Sequence[GapRow]) -> list[tuple[int, int]]:
    """Spans in which at least one row has a gap, ascending and apart."""
    found: list[tuple[int, int]] = []
    for start_ms, end_ms in sorted(span for row in rows for span in row.spans):
        if found and start_ms <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end_ms))
        else:
            found.append((start_ms, end_ms))
    return found


def names_with_gap(rows: Sequence[GapRow], start_ms: int, end_ms: int) -> list[str]:
    """Rows that have a gap somewhere in the span, in their own order."""
    return [row.name for row in rows if any(begin < end_ms and end > start_ms for begin, end in row.spans)]


def clusters(flags: Sequence[Flag], scale: Scale) -> list[tuple[float, tuple[Flag, ...]]]:
    """Flags inside the view from left to right; those too near to each other to be told apart stand together."""
    found: list[tuple[float, list[Flag]]] = []
    for flag in sorted(flags, key=lambda each: each.at_ms):
        if not scale.view.start_ms <= flag.at_ms <= scale.view.end_ms:
            continue
        x = scale.x(flag.at_ms)
        if found and x - found[-1][0] < CLUSTER_PX:
            found[-1][1].append(flag)
        else:
            found.append((x, [flag]))
    return [(x, tuple(group)) for x, group in found]

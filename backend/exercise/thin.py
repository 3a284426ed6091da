"""A measured series as the few points that make its curve: turning points, and what keeps the line near the samples."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[int, float]


def turning_points(samples: Sequence[Point], tolerance: float) -> list[Point]:
    """Some of `samples`, the first and the last among them, with straight lines between that pass every sample within
    `tolerance` (of the value). Ramer, Douglas and Peucker, measured along the value.

    Args:
        samples: (instant, value), ascending.
    """
    if len(samples) < 3:
        return list(samples)
    kept = {0, len(samples) - 1}
    spans = [(0, len(samples) - 1)]
    while spans:
        first, last = spans.pop()
        worst, far = 0.0, first
        for index in range(first + 1, last):
            off = abs(samples[index][1] - between(samples[first], samples[last], samples[index][0]))
            if off > worst:
                worst, far = off, index
        if worst > tolerance:
            kept.add(far)
            spans += [(first, far), (far, last)]
    return [samples[index] for index in sorted(kept)]


def between(before: Point, after: Point, at: int) -> float:
    """The straight line at an instant."""
    if after[0] == before[0]:
        return before[1]
    return before[1] + (after[1] - before[1]) * (at - before[0]) / (after[0] - before[0])

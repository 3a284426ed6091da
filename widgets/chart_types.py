"""What a strip chart is told: it knows no stations and no limits of law, only lines, shades and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trace:
    """Points of one line, ascending; four arrays of one length.

    Attributes:
        measured: False where the point is shown but does not count (calibration, device fault).
        joined: no gap between this point and the next.
    """

    at_ms: NDArray[np.int64]
    value: NDArray[np.float64]
    measured: NDArray[np.bool_]
    joined: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of time laid under the line. `fault`: the darker of the two shades."""

    start_ms: int
    end_ms: int
    label: str
    fault: bool


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A dashed line with its name and where it comes from. `priority` 1..4 colours it while it is passed."""

    value: float
    name: str
    source: str
    priority: int
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One sample for people. `label`: a word beside it when it does not count, else ""."""

    at_ms: int
    value: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The line under the newest value: how it stands to its limits. `priority` None: nothing to do, no colour.

    `near`: not passed, but close: told by a shape and a word.
    """

    text: str
    priority: int | None = None
    near: bool = False


class AheadPoint(NamedTuple):
    """One instant of what is expected, with its range."""

    at_ms: int
    value: float
    low: float
    high: float


def nothing_ahead() -> Sequence[AheadPoint]:
    return ()


class StripSource(Protocol):
    """Where a strip gets what it draws. Asked on the GUI thread at most 20 times a second, and only when visible."""

    def version(self) -> int:
        """Changes whenever the answers of the others may have changed."""
        ...

    def trace(self, start_ms: int, end_ms: int, columns: int) -> Trace: ...

    def shades(self, start_ms: int, end_ms: int) -> Sequence[Shade]: ...

    def limits(self) -> Sequence[LimitLine]: ...

    def latest(self) -> Point | None: ...

    def nearest(self, at_ms: int, within_ms: int) -> Point | None: ...

    def verdict(self) -> Verdict: ...

    def notice(self) -> str:
        """A sentence in place of the line while there is none: loading, failed, nothing sent; "" = nothing to say."""
        ...


@dataclass(frozen=True, slots=True)
class StripSpec:
    """One strip. `stale_after_ms`: without a newer sample for so long it is drawn as lost, never as live.

    `ahead`: what is expected after now, ascending in time; drawn as a ribbon that no limit is judged by.
    """

    key: str
    name: str
    long_name: str
    unit: str
    decimals: int
    stale_after_ms: int
    source: StripSource
    ahead: Callable[[], Sequence[AheadPoint]] = nothing_ahead


@dataclass(frozen=True, slots=True)
class ChartFormats:
    """How this seat writes numbers, ages and times, and what time it is.

    Attributes:
        number: (value, decimals) to text.
        age: seconds to text.
        moment: (at_ms, with_date) to text.
        now_ms: the session's clock, epoch milliseconds.
    """

    number: Callable[[float, int], str]
    age: Callable[[float], str]
    moment: Callable[[int, bool], str]
    now_ms: Callable[[], int]
    utc_offset_min: int


@dataclass(frozen=True, slots=True)
class View:
    """The part of time that is drawn."""

    start_ms: int
    end_ms: int

    @property
    def span_ms(self) -> int:
        return self.end_ms - self.start_ms

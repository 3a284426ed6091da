"""What a timeline is told: it knows no alerts and no cameras, only lanes of counts, gaps, episodes, flags, a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FlagKind = Literal["bookmark", "note", "debrief", "span"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of density. `urgent`: its bars are the only ones with a colour."""

    key: str
    name: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Density:
    """How much happened in equal buckets from `start_ms` on, per lane key; all arrays have one length."""

    start_ms: int
    bucket_ms: int
    counts: Mapping[str, NDArray[np.int64]]

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.bucket_ms * max((len(each) for each in self.counts.values()), default=0)


@dataclass(frozen=True, slots=True)
class GapRow:
    """Spans of one camera without a recording, (start_ms, end_ms), ascending and apart."""

    name: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that began and ended, and can be gone to.

    Attributes:
        strong_ms: (start_ms, end_ms) of the part of it that counts; drawn stronger.
        tip: what is said of it when it is pointed at.
    """

    episode_id: str
    start_ms: int
    end_ms: int
    strong_ms: tuple[int, int]
    tip: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """A lane of episodes, in any order; they may overlap.

    Attributes:
        known_ms: (start_ms, end_ms) in which they are all of them; None = nothing is known yet.
        notice: what is to be said instead of them or beside them.
    """

    name: str
    episodes: tuple[Episode, ...] = ()
    known_ms: tuple[int, int] | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something somebody left on the timeline.

    Attributes:
        end_ms: of a span; else None.
        who: name of whoever placed it.
        pending: asked for and not there yet: drawn hollow.
    """

    flag_id: str
    kind: FlagKind
    at_ms: int
    end_ms: int | None = None
    text: str = ""
    who: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class TimelineClock:
    """Where the head stands, epoch milliseconds. Asked on the GUI thread at most once a frame.

    Attributes:
        first_ms: the oldest instant there is; 0 = not known yet.
        edge_ms: the youngest instant there is.
    """

    now_ms: Callable[[], int]
    edge_ms: Callable[[], int]
    first_ms: Callable[[], int]
    rate: Callable[[], float]


@dataclass(frozen=True, slots=True)
class TimelineFormats:
    """How this seat writes times.

    Attributes:
        decimal: "," or ".".
        edge_words: what stands at the youngest instant, e.g. "now −5 s".
    """

    utc_offset_min: int = 0
    decimal: str = ","
    edge_words: str = ""


@dataclass(slots=True)
class Contents:
    """All that is drawn beside the head. Replaced piece by piece; each `set_...` of the widget draws anew.

    Attributes:
        no_recording: spans in which at least one of `gaps` has one, ascending and apart.
        marked: id of the episode that keys move from and Enter goes to.
    """

    lanes: tuple[Lane, ...] = ()
    density: Density | None = None
    gaps: tuple[GapRow, ...] = ()
    no_recording: tuple[tuple[int, int], ...] = ()
    episodes: EpisodeRow | None = None
    marked: str = ""
    flags: tuple[Flag, ...] = ()
    in_ms: int | None = None
    out_ms: int | None = None
    notice: str = ""
    loading: bool = False
    formats: TimelineFormats = field(default_factory=TimelineFormats)

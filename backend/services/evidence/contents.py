"""What lies in a package, for the pages that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.services.evidence.case import Case
from backend.services.evidence.journal import Made
from backend.services.evidence.names import LocalTime
from backend.services.evidence.story import Story
from backend.services.evidence.words import Names


@dataclass(frozen=True, slots=True)
class Video:
    """Paths in the package: of the untouched file ("" = left out), of its copy ("" = none), of its table of times."""

    camera_id: str
    path: str
    copy_path: str
    times_path: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Still:
    """`at_ms`: wall clock of the picture itself. `why` it was taken, in Vietnamese."""

    camera_id: str
    path: str
    at_ms: int
    why: str


@dataclass(slots=True)
class Contents:
    """
    Attributes:
        holes: by camera, spans without any picture, (start_ms, end_ms).
        damaged: by camera, spans of recorded files that cannot be read.
        left_out: what is not in the package though it was ordered, one sentence each.
        made: by path, what is finished so far.
    """

    case: Case
    names: Names
    story: Story
    videos: list[Video] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    holes: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    damaged: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    made: Mapping[str, Made] = field(default_factory=dict)

    @property
    def local(self) -> LocalTime:
        return self.names.local

    def span_words(self, start_ms: int, end_ms: int) -> str:
        return f"{self.local.shown(start_ms)} – {self.local.shown(end_ms)}"

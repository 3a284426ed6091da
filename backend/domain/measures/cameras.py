"""How much of a period the cameras could be seen, by the room's own probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.events import CameraCondition
from backend.domain.measures.counting import Count, Counted, Row, Span


@dataclass(frozen=True, slots=True)
class CameraFact:
    """One camera. `before`: its condition when the period began; `changes`: (instant, condition) since, in order."""

    camera_id: str
    before: CameraCondition
    changes: tuple[tuple[int, CameraCondition], ...] = ()
    name: str = ""

    @property
    def commune_code(self) -> str:
        return ""

    @property
    def agency_id(self) -> str:
        return ""

    @property
    def key(self) -> str:
        return self.camera_id

    @property
    def titles(self) -> tuple[str, str]:
        return self.name, self.name


def available_share(facts: Sequence[CameraFact], span: Span) -> Counted:
    """Time online over time known, all cameras together: what nobody had probed yet counts for neither."""
    rows: list[Row] = []
    online = known = 0
    for one in facts:
        up_ms, down_ms = _times(one, span)
        online, known = online + up_ms, known + up_ms + down_ms
        if up_ms + down_ms:
            rows.append(Row(one.camera_id, span.start_ms, hit=not down_ms))
    return Counted(100 * online / known if known else None, tuple(rows))


def _times(one: CameraFact, span: Span) -> tuple[int, int]:
    """(online, lost) in ms."""
    spent: dict[CameraCondition, int] = {"online": 0, "lost": 0, "unknown": 0}
    condition, since_ms = one.before, span.start_ms
    for at_ms, after in (*one.changes, (span.until_ms, one.before)):
        until_ms = min(max(at_ms, span.start_ms), span.until_ms)
        spent[condition] += max(0, until_ms - since_ms)
        condition, since_ms = after, max(since_ms, until_ms)
    return spent["online"], spent["lost"]


MEASURES: Final[dict[str, Count[CameraFact]]] = {"cameras.available_share": available_share}

"""What a figure is made of: those of its formula, or what was counted in the log, as far as the asker may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.contracts.indicator_formula import parse_formula
from backend.contracts.indicators import (
    COUNTED_MOST,
    CountedKind,
    CountedRow,
    FigureBehind,
    FigurePart,
    Indicator,
    IndicatorRules,
)
from backend.contracts.measures import MEASURES, MeasureFamily
from backend.contracts.periods import span_ms
from backend.domain.indicator_formula import formula_parts
from backend.domain.measures.counting import Span
from backend.services.indicators.book import IndicatorBook
from backend.services.indicators.log_facts import LogFacts

_KIND: Final[dict[MeasureFamily, CountedKind]] = {
    "reports": "report", "alerts": "alert", "hotline": "call", "cameras": "camera",
}  # fmt: skip

Sees = Callable[[CountedKind, str], bool]
"""Whether the asker may see the row of this id."""


def parts_behind(
    book: IndicatorBook, rules: IndicatorRules, indicator: Indicator, area: str, period: str, at_ms: int
) -> FigureBehind:
    """Figures that the formula of the indicator needs, as they were known at the instant."""

    def look(code: str, there: str, then: str) -> float | None:
        newest = book.newest(code, there, then, at_ms)
        return None if newest is None or newest.partial else newest.value

    parts = formula_parts(parse_formula(indicator.formula), area, period, look, rules.indicator, book.areas)
    return FigureBehind(
        code=indicator.code,
        area=area,
        period=period,
        parts=tuple(
            FigurePart(code=code, area=there, period=then, value=value) for (code, there, then), value in parts.items()
        ),
    )


async def counted_behind(
    facts: LogFacts, indicator: Indicator, area: str, period: str, at_ms: int, utc_offset_min: int, sees: Sees
) -> FigureBehind:
    """What the log had of it at the instant. Raises: StorageError."""
    start_ms, end_ms = span_ms(period, utc_offset_min)
    # Just before the next millisecond: what happened at the instant itself is known.
    span = Span(start_ms, end_ms, min(end_ms, max(start_ms, at_ms)), at_ms + 1)
    kind = _KIND[MEASURES[indicator.computed].family]
    found = await facts.behind(indicator.computed, (indicator.areas, area), span)
    visible = [one for one in found if sees(kind, one.row.key)]
    return FigureBehind(
        code=indicator.code,
        area=area,
        period=period,
        counted=tuple(
            CountedRow(
                kind=kind,
                key=one.row.key,
                at_ms=one.row.at_ms,
                title_vi=one.titles[0],
                title_en=one.titles[1],
                hit=one.row.hit,
            )
            for one in visible[:COUNTED_MOST]
        ),
        total=len(found),
        hits=sum(one.row.hit for one in found),
        hidden=len(found) - len(visible),
    )

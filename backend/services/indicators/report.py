"""How indicators stand at an instant, and the league tables of their areas."""

from __future__ import annotations

from datetime import date

from backend.contracts.indicators import PROVINCE, Indicator, IndicatorRow, League, LeagueRow
from backend.contracts.periods import after
from backend.domain.indicator_evaluation import evaluate, ranks, standing
from backend.domain.indicator_late import late_figure
from backend.services.indicators.book import IndicatorBook
from config.model import SiteConfig


def indicator_row(
    book: IndicatorBook, indicator: Indicator, at_ms: int, today: date, utc_offset_min: int
) -> IndicatorRow:
    """The newest figure of the province that was known then, how it stood, and what was missing on that day."""
    figures = book.figures(indicator.code, PROVINCE, at_ms)
    late = None if indicator.computed else late_figure(indicator, figures, today, utc_offset_min)
    if not figures:
        return IndicatorRow(indicator=indicator, late=late)
    period = max(figures)
    return IndicatorRow(
        indicator=indicator,
        newest=book.newest(indicator.code, PROVINCE, period, at_ms),
        evaluation=evaluate(indicator, PROVINCE, figures, period),
        late=late,
    )


def league(site: SiteConfig, book: IndicatorBook, indicator: Indicator, period: str, at_ms: int) -> League | None:
    """Ranks of a period, by default ("") the newest whole one of any area; None when there is no figure at all."""
    areas = [area for area in book.areas(indicator.code) if area]
    by_area = {area: book.figures(indicator.code, area, at_ms) for area in areas}
    if period or not any(by_area.values()):
        by_area = {area: book.figures(indicator.code, area, at_ms, partial=True) for area in areas}
    if not period:
        period = max((label for figures in by_area.values() for label in figures), default="")
    if not period:
        return None
    before = after(period, -1)
    names, held = _names(site, indicator), indicator.of(period)
    now = {area: figures[period] for area, figures in by_area.items() if period in figures}
    placed = ranks(held, now)
    then = {area: figures[before] for area, figures in by_area.items() if before in figures}
    earlier = ranks(indicator.of(before), then)
    rows = [
        LeagueRow(
            area=area,
            name_vi=names.get(area, (area, area))[0],
            name_en=names.get(area, (area, area))[1],
            value=value,
            rank=placed[area],
            moved=earlier[area] - placed[area] if area in earlier else None,
            standing=standing(held, value),
        )
        for area, value in now.items()
    ]
    expected = names if indicator.areas == "commune" else by_area
    missing = sorted(set(expected) - set(now))
    return League(
        code=indicator.code,
        period=period,
        previous_period=before,
        rows=tuple(sorted(rows, key=lambda row: (row.rank, row.name_vi))),
        missing=tuple(names.get(area, (area, area))[0] for area in missing),
    )


def _names(site: SiteConfig, indicator: Indicator) -> dict[str, tuple[str, str]]:
    if indicator.areas == "commune":
        return {one.code: (one.name, one.name) for one in site.communes}
    names = {one.unit_id: (one.name_vi, one.name_en or one.name_vi) for one in site.units}
    return names | {one.agency_id: (one.name_vi, one.name_en) for one in site.agencies}

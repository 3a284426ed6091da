"""How the newest figures change by an event: the part of the fold (`backend.contracts.state`) about indicators."""

from __future__ import annotations

from collections.abc import Iterable

from backend.contracts import events as ev
from backend.contracts.indicators import (
    AREA_POINTS_KEPT,
    POINTS_KEPT,
    PROVINCE,
    Channel,
    IndicatorFigure,
    IndicatorPoint,
    IndicatorSeries,
    series_key,
)


def entered(known: dict[str, IndicatorSeries], event: ev.IndicatorsEntered, logged: ev.LoggedEvent) -> set[str]:
    """Folds the figures into `known`; the codes of which some newest figure changed."""
    changed = _fold(known, event.figures, event.channel, logged.actor, logged.at_ms)
    return changed | _fold(known, event.derived, "computed", "", logged.at_ms)


def _fold(
    known: dict[str, IndicatorSeries], figures: Iterable[IndicatorFigure], channel: Channel, actor: str, at_ms: int
) -> set[str]:
    changed: dict[str, dict[str, IndicatorPoint]] = {}
    ids: dict[str, tuple[str, str]] = {}
    for one in figures:
        key = series_key(one.code, one.area)
        ids[key] = (one.code, one.area)
        if key not in changed:
            changed[key] = {point.period: point for point in known[key].points} if key in known else {}
        if one.value is None:
            changed[key].pop(one.period, None)
            continue
        changed[key][one.period] = IndicatorPoint(
            period=one.period,
            value=one.value,
            revision=one.revision,
            entered_by=actor,
            entered_ms=at_ms,
            channel=channel,
            note=one.note,
            partial=one.partial,
        )
    touched: set[str] = set()
    for key, points in changed.items():
        code, area = ids[key]
        kept = AREA_POINTS_KEPT if area != PROVINCE else POINTS_KEPT
        newest = tuple(points[period] for period in sorted(points)[-kept:])
        if key in known and known[key].points == newest:
            continue
        if newest:
            known[key] = IndicatorSeries(code=code, area=area, points=newest)
        elif known.pop(key, None) is None:
            continue
        touched.add(code)
    return touched

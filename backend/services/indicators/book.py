"""Every figure that was ever entered, from the log: with each revision, and as it was known at any instant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from backend.contracts.events import IndicatorsEntered, LoggedEvent, SiteLoaded
from backend.contracts.indicators import Channel, IndicatorFigure, IndicatorRules, IndicatorValue
from backend.services.room import Room
from backend.storage.history import History

LAST_MS: Final = 253_402_300_799_999
_KINDS: Final = ("indicators.entered", "site.loaded")


class IndicatorBook:
    """Event-loop thread only. It is made of the log alone, so that it may be killed at any time."""

    def __init__(self, room: Room, history: History) -> None:
        self._history = history
        self._figures: dict[tuple[str, str], dict[str, list[IndicatorValue]]] = {}
        self._rules: list[tuple[int, IndicatorRules]] = []
        self._seq = 0
        self._early: list[LoggedEvent] | None = []
        self.ready = asyncio.Event()
        room.listen(self._heard)

    async def run(self) -> None:
        """Read what the log has, then hear what happens, until cancelled.

        Raises:
            StorageError: the log cannot be read; it may be run again.
        """
        if not self.ready.is_set():
            await self._read()
        await asyncio.Event().wait()

    async def _read(self) -> None:
        self._figures.clear()
        self._rules.clear()
        async for page in self._history.stamped(_KINDS, 0, LAST_MS):
            for seq, at_ms, actor, kind, body in page:
                if kind == "site.loaded":
                    rules = json.loads(body)["site"].get("indicators", {})
                    self._seq = seq
                    self._ruled(at_ms, IndicatorRules.model_validate(rules, strict=False))
                else:
                    self._take(seq, at_ms, actor, IndicatorsEntered.model_validate_json(body))
        early, self._early = self._early or [], None
        for logged in early:
            self._hear(logged)
        self.ready.set()

    def _heard(self, events: Sequence[LoggedEvent]) -> None:
        for logged in events:
            if not isinstance(logged.event, IndicatorsEntered | SiteLoaded):
                continue
            if self._early is not None:
                self._early.append(logged)
            else:
                self._hear(logged)

    def _hear(self, logged: LoggedEvent) -> None:
        if logged.seq <= self._seq:
            return
        if isinstance(logged.event, IndicatorsEntered):
            self._take(logged.seq, logged.at_ms, logged.actor, logged.event)
        elif isinstance(logged.event, SiteLoaded):
            self._seq = logged.seq
            self._ruled(logged.at_ms, logged.event.site.indicators)

    def _ruled(self, at_ms: int, rules: IndicatorRules) -> None:
        if not self._rules or self._rules[-1][1] != rules:
            self._rules.append((at_ms, rules))

    def _take(self, seq: int, at_ms: int, actor: str, event: IndicatorsEntered) -> None:
        self._seq = seq
        came = {"entered_ms": at_ms, "seq": seq, "file_name": event.file_name, "digest": event.digest}
        self._add(event.figures, came | {"entered_by": actor, "channel": event.channel})
        computed: Channel = "computed"
        self._add(event.derived, came | {"entered_by": "", "channel": computed, "file_name": "", "digest": ""})

    def _add(self, figures: Iterable[IndicatorFigure], came: Mapping[str, object]) -> None:
        for one in figures:
            value = IndicatorValue.model_validate({**one.model_dump(), **came})
            revisions = self._figures.setdefault((one.code, one.area), {}).setdefault(one.period, [])
            if revisions and revisions[-1].partial:
                revisions.clear()  # what was told of a part of the period is no revision: the log alone keeps it
            revisions.append(value)

    # -- asked ----------------------------------------------------------------------------------

    def rules(self, at_ms: int = LAST_MS) -> IndicatorRules:
        """What the site kept at the instant, by what targets: a past one is not judged by those of today."""
        return next((rules for since_ms, rules in reversed(self._rules) if since_ms <= at_ms), IndicatorRules())

    def areas(self, code: str) -> tuple[str, ...]:
        return tuple(sorted(area for known, area in self._figures if known == code))

    def newest(self, code: str, area: str, period: str, at_ms: int = LAST_MS) -> IndicatorValue | None:
        """The revision that held at the instant, withdrawn or not."""
        revisions = self._figures.get((code, area), {}).get(period, ())
        return next((one for one in reversed(revisions) if one.entered_ms <= at_ms), None)

    def figures(self, code: str, area: str, at_ms: int = LAST_MS, partial: bool = False) -> dict[str, float]:
        """Value by period, as it stood at the instant. `partial`: also those of a part of a period."""
        found = ((each, self.newest(code, area, each, at_ms)) for each in sorted(self._figures.get((code, area), {})))
        return {
            period: one.value
            for period, one in found
            if one is not None and one.value is not None and (partial or not one.partial)
        }

    def revisions(self, code: str, area: str, at_ms: int = LAST_MS) -> tuple[IndicatorValue, ...]:
        periods = self._figures.get((code, area), {})
        return tuple(one for period in sorted(periods) for one in periods[period] if one.entered_ms <= at_ms)

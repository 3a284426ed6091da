"""Alerts of figures: an agency whose figures are late, an indicator that is bad; each handed to its owner at once."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Literal

from backend.contracts.alerts import Alert, IndicatorDetail, IndicatorItem
from backend.contracts.events import Event
from backend.contracts.indicators import PROVINCE, Indicator
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, dispatch, reactivate, return_alert, update
from backend.domain.indicator_evaluation import evaluate
from backend.domain.indicator_late import late_figure
from backend.domain.wording import number_en, number_vi
from backend.services.indicators.desk import IndicatorDesk
from backend.services.open_alerts import OpenAlerts
from backend.services.places import own_alert, raised, taken
from backend.services.room import Room
from backend.storage.errors import StorageError
from config.model import SiteConfig

_log = logging.getLogger(__name__)

SETTLE_S: Final = 3.0
"""What an office sends in several pieces is judged when all of them are here."""

LOOK_S: Final = 60.0
"""Days pass slowly; what comes in is looked at when it comes."""

Kind = Literal["indicator.late", "indicator.off_target"]
_KINDS: Final = ("indicator.late", "indicator.off_target")
_Found = dict[tuple[Kind, str], IndicatorDetail]
"""(kind, place) -> what is so: the place is the owner of late figures, the code of a bad one."""


class IndicatorWatch:
    """Event-loop thread only. `run` is an endless job for the supervisor."""

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        desk: IndicatorDesk,
        counting_fails: Callable[[], bool],
        now_ms: Callable[[], int],
    ) -> None:
        """`counting_fails`: the room cannot count its own figures now; only then are they waited for."""
        self._site = site
        self._room = room
        self._book = desk.book
        self._desk = desk
        self._counting_fails = counting_fails
        self._now_ms = now_ms
        self._open = OpenAlerts(lambda alert: (_key(alert),) if alert.kind in _KINDS else ())
        self._rules = site.indicators
        self._owners = {one.owner: one.owner_vi for one in site.indicators.indicators}

    async def run(self) -> None:
        await self._book.ready.wait()
        news = asyncio.Event()
        stop = self._room.listen(
            lambda events: news.set() if any(one.event.kind == "indicators.entered" for one in events) else None
        )
        try:
            while True:
                news.clear()
                try:
                    await self.look()
                except StorageError as error:
                    _log.warning("alerts of figures are not told: %s", error)
                try:
                    await asyncio.wait_for(news.wait(), LOOK_S)
                    await asyncio.sleep(SETTLE_S)
                except TimeoutError:
                    continue
        finally:
            stop()

    async def look(self) -> None:
        """Raise, change and end what there is now. Raises: StorageError."""
        found = self._found()
        if self._decide(self._room.state, found):
            await self._room.record(lambda state: self._decide(state, found))

    def _found(self) -> _Found:
        now_ms = self._now_ms()
        today = self._desk.day(now_ms)
        late: dict[str, list[IndicatorItem]] = defaultdict(list)
        found: _Found = {}
        for one in self._rules.indicators:
            figures = self._book.figures(one.code, PROVINCE, now_ms)
            waited_for = not one.computed or self._counting_fails()
            missing = late_figure(one, figures, today, self._site.utc_offset_min) if waited_for else None
            if missing is not None:
                late[one.owner].append(IndicatorItem(code=one.code, period=missing.period, due_ms=missing.due_ms))
            if figures:
                period = max(figures)
                told = evaluate(one, PROVINCE, figures, period)
                if told.standing == "bad":
                    bad = IndicatorItem(code=one.code, period=period, value=told.value, goal=told.goal)
                    found["indicator.off_target", one.code] = IndicatorDetail(owner=one.owner, items=(bad,))
        for owner, items in late.items():
            found["indicator.late", owner] = IndicatorDetail(owner=owner, items=tuple(items))
        return found

    def _decide(self, state: RoomState, found: _Found) -> tuple[Event, ...]:
        events: list[Event] = []
        for (kind, place), detail in found.items():
            events += self._told(state, kind, place, detail)
        wanted = {f"{kind}\n{place}" for kind, place in found}
        for alert in state.alerts.values():
            if alert.kind in _KINDS and alert.active and _key(alert) not in wanted:
                events += taken(
                    return_alert(alert, "đã có số liệu" if alert.kind == "indicator.late" else "đã đạt lại")
                )
        return tuple(events)

    def _told(self, state: RoomState, kind: Kind, place: str, detail: IndicatorDetail) -> tuple[Event, ...]:
        words = self._words(kind, detail)
        alert = self._open.find(state, f"{kind}\n{place}")
        if alert is None:
            new = own_alert(self._site, kind, place, self._place_name(kind, place), words, self._now_ms())
            new = new.model_copy(update={"indicator": detail})
            self._open.note(f"{kind}\n{place}", new.alert_id)
            # Who answers for the figure has it at once; nobody in the room has to hand it on.
            return (*raised(new), *taken(dispatch(new, detail.owner, "", self._site.agencies)))
        again = () if alert.active else taken(reactivate(alert))
        if alert.indicator == detail:
            return again
        return (*again, *taken(update(alert, Change(headline_vi=words[0], headline_en=words[1], indicator=detail))))

    def _place_name(self, kind: Kind, place: str) -> str:
        if kind == "indicator.late":
            return self._owners.get(place) or place
        one = self._rules.indicator(place)
        return one.name_vi if one is not None else place

    def _words(self, kind: Kind, detail: IndicatorDetail) -> tuple[str, str]:
        first = detail.items[0]
        one = self._rules.indicator(first.code)
        assert one is not None, "only indicators of the site are looked at"
        if kind == "indicator.off_target":
            return _bad_words(one, first)
        more = len(detail.items) - 1
        vi, en = f"Chậm số liệu: {one.name_vi} {first.period}", f"Figures late: {one.name_en} {first.period}"
        return (f"{vi} và {more} chỉ tiêu khác", f"{en} and {more} more") if more else (vi, en)


def _bad_words(one: Indicator, item: IndicatorItem) -> tuple[str, str]:
    assert item.value is not None
    vi = f"{one.name_vi} {item.period}: {number_vi(item.value, one.decimals)} {one.unit}"
    en = f"{one.name_en} {item.period}: {number_en(item.value, one.decimals)} {one.unit}"
    if item.goal is not None:
        vi += f", chỉ tiêu {number_vi(item.goal, one.decimals)}"
        en += f", target {number_en(item.goal, one.decimals)}"
    return vi, en


def _key(alert: Alert) -> str:
    return f"{alert.kind}\n{alert.place_id}"

"""Alerts of an overloaded hotline, one for each switchboard."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Final

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.hotline import Call, CallMoved
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.domain.hotline_overflow import Excess, HotlineLoad, excesses, is_clear
from backend.services.open_alerts import OpenOfPlace
from backend.services.places import producer_alert, producer_of, raised, taken
from backend.services.room import Room
from config.model import SiteConfig

KIND: Final = "hotline.overflow"
TICK_S: Final = 1.0


class HotlineWatch:
    """Event-loop thread only. `run` is an endless job for the supervisor."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int], tick_s: float = TICK_S) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._tick_s = tick_s
        self._open = OpenOfPlace(KIND)
        self._settled: dict[str, deque[tuple[int, bool]]] = defaultdict(deque)
        self._since_ms: dict[tuple[str, bool], int] = {}
        """(switchboard, overloaded or clear) -> since when it is so without a break."""

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        if self._site.hotline.overflow is None:
            await asyncio.Event().wait()
        for call in self._room.state.ended_calls.values():
            self._settle(call)
        stop = self._room.listen(self._heard)
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._tick_s)
        finally:
            stop()

    async def look(self) -> None:
        """Record what began or is over now. Raises: StorageError."""
        now_ms = self._now_ms()
        if self._decide(self._room.state, now_ms):
            await self._room.record(lambda state: self._decide(state, now_ms))

    def load(self, state: RoomState, producer_id: str, now_ms: int) -> HotlineLoad:
        """Of one switchboard, now."""
        rules = self._site.hotline.overflow
        settled = self._settled[producer_id]
        while rules is not None and settled and settled[0][0] < now_ms - 60_000 * rules.window_min:
            settled.popleft()
        waits_ms = [
            call.wait_ms(now_ms) for call in state.calls.values() if call.producer_id == producer_id and call.is_waiting
        ]
        lost = sum(was_lost for _, was_lost in settled)
        return HotlineLoad(len(waits_ms), max(waits_ms, default=0) / 1000, len(settled), lost)

    def _heard(self, events: Sequence[LoggedEvent]) -> None:
        for logged in events:
            if isinstance(logged.event, CallMoved) and logged.event.step not in ("queued", "held", "resumed"):
                call = self._room.state.call(logged.event.call_id)
                # One that was answered is settled then, and not for the second time at its end.
                if call is not None and (call.answered_ms is None or logged.event.step == "answered"):
                    self._settle(call)

    def _settle(self, call: Call) -> None:
        at_ms = call.answered_ms if call.answered_ms is not None else call.ended_ms
        if at_ms is not None:
            self._settled[call.producer_id].append((at_ms, call.answered_ms is None))

    def _decide(self, state: RoomState, now_ms: int) -> tuple[Event, ...]:
        switchboards = {call.producer_id for call in state.calls.values()} | self._settled.keys()
        return tuple(event for one in sorted(switchboards) for event in self._of(state, one, now_ms))

    def _of(self, state: RoomState, producer_id: str, now_ms: int) -> tuple[Event, ...]:
        rules, producer = self._site.hotline.overflow, producer_of(self._site, producer_id)
        if rules is None or producer is None:
            return ()
        load = self.load(state, producer_id, now_ms)
        over = excesses(load, rules)
        alert = next(iter(self._open.of(state, producer_id)), None)
        long_over = self._lasts((producer_id, True), bool(over), rules.on_delay_s, now_ms)
        long_clear = self._lasts((producer_id, False), is_clear(load, rules), rules.off_delay_s, now_ms)
        if alert is None:
            if not long_over:
                return ()
            new = producer_alert(self._site, producer, KIND, _words(over), now_ms)
            self._open.note(producer_id, new.alert_id)
            return raised(new)
        if long_over:
            again = () if alert.active else taken(reactivate(alert))
            vi, en = _words(over)
            return (*again, *taken(update(alert, Change(headline_vi=vi, headline_en=en))))
        return taken(return_alert(alert, "tổng đài hết quá tải")) if alert.active and long_clear else ()

    def _lasts(self, key: tuple[str, bool], so: bool, delay_s: float, now_ms: int) -> bool:
        if not so:
            self._since_ms.pop(key, None)
            return False
        return now_ms - self._since_ms.setdefault(key, now_ms) >= 1000 * delay_s


def _words(over: Sequence[Excess]) -> tuple[str, str]:
    vi = "Tổng đài quá tải: " + ", ".join(one.vi for one in over)
    return vi, "Hotline overloaded: " + ", ".join(one.en for one in over)

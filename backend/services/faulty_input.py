"""Broken input: kept, recorded, and told by one system alert per producer that counts."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.events import Event, InputQuarantined
from backend.contracts.site import Producer
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.open_alerts import OpenAlerts
from backend.services.places import producer_alert, raised, taken
from backend.services.quarantine import Quarantine
from backend.services.room import Room
from backend.sources.text import plain
from config.model import SiteConfig

MAX_RECORDED_PER_MINUTE: Final = 20
"""Per producer; a flood of broken input beyond it is kept and counted, but does not fill the log."""

_KIND: Final = "input.quarantined"


@dataclass(slots=True)
class _Sender:
    digests: deque[bytes] = field(default_factory=lambda: deque(maxlen=200))
    recorded_ms: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_RECORDED_PER_MINUTE))
    untold: int = 0


class FaultyInput:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, quarantine: Quarantine, now_ms: Callable[[], int]) -> None:
        self._site = site
        self._room = room
        self._quarantine = quarantine
        self._now_ms = now_ms
        self._open = OpenAlerts(lambda alert: (alert.place_id,) if alert.kind == _KIND else ())
        self._senders: dict[str, _Sender] = {}

    async def keep(self, producer: Producer, door: str, name: str, body: bytes, reason: str) -> None:
        """Keep one broken input. The very same bytes again change nothing while the alert about them is active.

        Raises:
            StorageError: the event could not be stored (the bytes may be kept nevertheless).
        """
        sender = self._senders.setdefault(producer.producer_id, _Sender())
        digest = hashlib.sha256(body).digest()
        known = self._open.find(self._room.state, producer.producer_id)
        if digest in sender.digests and known is not None and known.active:
            return
        now_ms = self._now_ms()
        try:
            file_name = await asyncio.to_thread(
                self._quarantine.keep, producer.producer_id, door, name, body, reason, now_ms
            )
        except OSError as error:
            file_name, reason = "", f"{reason} (and it could not be kept: {error.strerror or 'I/O error'})"
        sender.digests.append(digest)
        if len(sender.recorded_ms) == MAX_RECORDED_PER_MINUTE and now_ms - sender.recorded_ms[0] < 60_000:
            sender.untold += 1
            return
        sender.recorded_ms.append(now_ms)
        count, sender.untold = sender.untold + 1, 0
        what = plain(f"{name}: {reason}" if name else reason, 300)
        event = InputQuarantined(
            producer_id=producer.producer_id, door=door, file_name=file_name, reason=plain(reason, 1000)
        )
        await self._room.record(
            lambda state: (event, *self._told(state, producer, what, count)),
            actor=f"producer:{producer.producer_id}",
        )

    async def good(self, producer: Producer) -> None:
        """Whole input came again: the alert returns."""
        alert = self._open.find(self._room.state, producer.producer_id)
        if alert is not None and alert.active:
            await self._room.record(lambda state: self._returned(state, producer.producer_id))

    def _returned(self, state: RoomState, producer_id: str) -> tuple[Event, ...]:
        alert = self._open.find(state, producer_id)
        return () if alert is None else taken(return_alert(alert, "dữ liệu hợp lệ trở lại"))

    def _told(self, state: RoomState, producer: Producer, what: str, count: int) -> tuple[Event, ...]:
        alert = self._open.find(state, producer.producer_id)
        if alert is None:
            new = producer_alert(self._site, producer, _KIND, _headline(producer, what, count), self._now_ms())
            self._open.note(producer.producer_id, new.alert_id)
            return raised(new.model_copy(update={"count": count}))
        total = alert.count + count
        headline_vi, headline_en = _headline(producer, what, total)
        change = Change(headline_vi=headline_vi, headline_en=headline_en, count=total)
        return (*_again(alert), *taken(update(alert, change)))


def _again(alert: Alert) -> tuple[Event, ...]:
    return taken(reactivate(alert)) if not alert.active else ()


def _headline(producer: Producer, what: str, count: int) -> tuple[str, str]:
    return (
        f"{producer.name_vi}: {count} lần dữ liệu bị cách ly, mới nhất: {what}",
        f"{producer.name_en}: input quarantined {count} times, latest: {what}",
    )

"""CAP messages to alerts: new ones, updates of a thread, cancellations; each message once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.events import Event
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.bulletin_words import Bulletin, bulletin_alert, never_sounds, read_bulletin
from backend.services.open_alerts import OpenAlerts
from backend.services.places import is_simulated, raised, taken
from backend.services.room import Room
from backend.services.seen_keys import SeenKeys
from backend.sources.cap import CapMessage, canonical_key
from config.model import SiteConfig

_EXPIRED: Final = "bản tin đã hết hiệu lực khi nhận được"
_ALL_CLEAR: Final = "bản tin báo an toàn (AllClear)"


def _keys_of(alert: Alert) -> tuple[str, ...]:
    return () if alert.cap is None else (canonical_key(alert.cap.key),)


class Bulletins:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, seen_file: Path, now_ms: Callable[[], int]) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._open = OpenAlerts(_keys_of)
        self._seen = SeenKeys(seen_file)
        self._flights: dict[str, asyncio.Event] = {}
        # A cancellation or an update may overtake the message it is about: feeds promise no order.
        self._cancelled = SeenKeys(seen_file.with_name("cap-cancelled.txt"))
        self._replaced = SeenKeys(seen_file.with_name("cap-replaced.txt"))

    async def take(self, producer_id: str, message: CapMessage, origin: str) -> tuple[bool, tuple[str, ...]]:
        """(it was new, warnings). Durable when it returns, also when the answer is "not new".

        Raises:
            StorageError: it was not stored; sending it again is right.
        """
        key = canonical_key(message.key)
        while (flight := self._flights.get(key)) is not None:
            await flight.wait()
        if self._known(key):
            return False, ()
        self._flights[key] = asyncio.Event()
        try:
            warnings: list[str] = list(message.faults)
            await self._room.record(
                lambda state: self._decide(state, producer_id, key, message, warnings),
                actor=f"producer:{producer_id}",
                origin=origin,
            )
            await asyncio.to_thread(self._seen.add, key)
            over = {"Cancel": self._cancelled, "Update": self._replaced}.get(message.message_type)
            if over is not None:
                for reference in message.references:
                    await asyncio.to_thread(over.add, _sorted_key(message.status, canonical_key(reference)))
        finally:
            self._flights.pop(key).set()
        return True, tuple(warnings)

    def _known(self, key: str) -> bool:
        state = self._room.state
        if key in self._seen or self._open.find(state, key) is not None:
            return True
        return any(key in _keys_of(alert) for alert in state.closed.values())

    def _decide(
        self, state: RoomState, producer_id: str, key: str, message: CapMessage, warnings: list[str]
    ) -> tuple[Event, ...]:
        referenced = self._referenced(state, message)
        match message.message_type:
            case "Cancel":
                return self._cancel(message, referenced, warnings)
            case "Ack" | "Error":
                return _attach(message, referenced, warnings)
            case "Update":
                same = self._in_reach(referenced, message, warnings)
                return self._update(state, producer_id, key, message, same)
            case _:
                return self._raise(producer_id, key, message)

    def _referenced(self, state: RoomState, message: CapMessage) -> tuple[Alert, ...]:
        found = (self._open.find(state, canonical_key(reference)) for reference in message.references)
        return tuple({alert.alert_id: alert for alert in found if alert is not None}.values())

    @staticmethod
    def _in_reach(alerts: tuple[Alert, ...], message: CapMessage, warnings: list[str]) -> tuple[Alert, ...]:
        """An exercise's or a test's message never ends or changes a real warning; a real one may end those."""
        sort = _sort(message.status)
        near = tuple(alert for alert in alerts if sort == "real" or _sort_of(alert) == sort)
        if len(near) < len(alerts):
            warnings.append(f"a message of status {message.status} touches no real warning; it stays as it is")
        return near

    def _cancel(self, message: CapMessage, referenced: tuple[Alert, ...], warnings: list[str]) -> tuple[Event, ...]:
        referenced = self._in_reach(referenced, message, warnings)
        if not referenced:
            warnings.append("it cancels nothing that is open here")
        reason = f"hủy bởi bản tin {message.identifier}"[:300]
        return tuple(event for alert in referenced for event in taken(return_alert(alert, reason)))

    def _raise(self, producer_id: str, key: str, message: CapMessage) -> tuple[Event, ...]:
        now_ms = self._now_ms()
        bulletin = read_bulletin(self._site, message, now_ms)
        alert = bulletin_alert(self._site, bulletin, is_simulated(self._site, producer_id), now_ms)
        reason = self._over(bulletin, key)
        if reason:
            alert = alert.model_copy(update={"silent": True})
        self._open.note(key, alert.alert_id)
        return (*raised(alert), *(taken(return_alert(alert, reason)) if reason else ()))

    def _over(self, bulletin: Bulletin, key: str) -> str:
        """Why the message holds no longer at the moment it comes; "" when it holds."""
        if _sorted_key(bulletin.detail.status, key) in self._cancelled:
            return "đã bị hủy trước khi nhận được"
        if _sorted_key(bulletin.detail.status, key) in self._replaced:
            return "đã được thay bằng bản tin mới hơn trước khi nhận được"
        return _ALL_CLEAR if bulletin.all_clear else _EXPIRED if bulletin.expired else ""

    def _update(
        self, state: RoomState, producer_id: str, key: str, message: CapMessage, referenced: tuple[Alert, ...]
    ) -> tuple[Event, ...]:
        """The first referenced alert lives on as this message; the others are superseded by it."""
        heirs = [alert for alert in referenced if _sort_of(alert) == _sort(message.status)]
        if not heirs:
            return (*_superseded(referenced, message), *self._raise(producer_id, key, message))
        heir = heirs[0]
        bulletin = read_bulletin(self._site, message, self._now_ms())
        reason = self._over(bulletin, key)
        self._open.note(key, heir.alert_id)
        events = [*_superseded(tuple(alert for alert in referenced if alert is not heir), message)]
        if not heir.active and not reason:
            events += taken(reactivate(heir))
        change = Change(
            priority=bulletin.priority,
            headline_vi=bulletin.headline_vi,
            headline_en=bulletin.headline_en,
            cap=bulletin.detail,
            shapes=bulletin.shapes or None,
            text=f"bản tin cập nhật {message.identifier}"[:300],
        )
        events += taken(update(heir, change))
        if reason:
            events += taken(return_alert(heir, reason))
        return tuple(events)


def _sort(status: str) -> str:
    """Real, exercise or silent by the message's own status: in a training room every alert is an exercise's."""
    return "exercise" if status == "Exercise" else "silent" if never_sounds(status) else "real"


def _sort_of(alert: Alert) -> str:
    return "" if alert.cap is None else _sort(alert.cap.status)


def _sorted_key(status: str, key: str) -> str:
    return f"{_sort(status)} {key}"


def _superseded(alerts: tuple[Alert, ...], message: CapMessage) -> tuple[Event, ...]:
    reason = f"thay bằng bản tin {message.identifier}"[:300]
    return tuple(event for alert in alerts for event in taken(return_alert(alert, reason)))


def _attach(message: CapMessage, referenced: tuple[Alert, ...], warnings: list[str]) -> tuple[Event, ...]:
    if not referenced:
        warnings.append(f"{message.message_type} refers to nothing that is open here")
    text = f"{message.message_type} {message.sender}: {message.note}"[:500]
    return tuple(event for alert in referenced for event in taken(update(alert, Change(text=text))))

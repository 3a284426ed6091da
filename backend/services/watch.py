"""What nobody reports: producers that fall silent, cameras that do not answer, alerts whose time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.events import CameraChanged, CameraCondition, Event, ProducerChanged
from backend.contracts.kinds.alerts import ALERT_KINDS
from backend.contracts.site import Producer
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.bulletin_words import ends_ms
from backend.services.ingest import Ingest
from backend.services.open_alerts import OpenAlerts
from backend.services.places import camera_alert, producer_alert, raised, taken
from backend.services.room import Room
from backend.sources.text import plain
from config.model import SiteConfig

SILENT_AFTER_INTERVALS: Final = 3
TICK_S: Final = 1.0


class ProducerWatch:
    """Calls a producer silent after three intervals without a word, and fresh at the first word after.

    After a start a producer has three intervals to be heard before it is called silent. Event-loop thread only.
    """

    def __init__(
        self, site: SiteConfig, room: Room, ingest: Ingest, now_ms: Callable[[], int], tick_s: float = TICK_S
    ) -> None:
        self._site = site
        self._room = room
        self._ingest = ingest
        self._now_ms = now_ms
        self._tick_s = tick_s
        self._started_ms = now_ms()
        self._open = OpenAlerts(lambda alert: (alert.place_id,) if alert.kind == "producer.silent" else ())

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(self._tick_s)

    async def look(self) -> None:
        """Record every change there is now. Raises: StorageError."""
        if self._changes(self._room.state):
            await self._room.record(self._decide)

    def _changes(self, state: RoomState) -> list[tuple[Producer, bool, int | None]]:
        changes = []
        for producer in self._site.producers:
            known = state.producers.get(producer.producer_id)
            heard_ms = self._ingest.last_message_ms(producer.producer_id)
            last_ms = heard_ms if heard_ms is not None or known is None else known.last_message_ms
            condition = self._condition(producer, heard_ms)
            if condition is not None and (known is None or known.condition != condition):
                changes.append((producer, condition == "silent", last_ms))
        return changes

    def _condition(self, producer: Producer, heard_ms: int | None) -> str | None:
        """None: nothing can be said yet."""
        if self._ingest.gone_reason(producer.producer_id) is not None:
            return "silent"
        if producer.expect_every_s <= 0:
            return None if heard_ms is None else "fresh"
        since_ms = self._started_ms if heard_ms is None else heard_ms
        if self._now_ms() - since_ms > SILENT_AFTER_INTERVALS * producer.expect_every_s * 1000:
            return "silent"
        return None if heard_ms is None else "fresh"

    def _decide(self, state: RoomState) -> tuple[Event, ...]:
        events: list[Event] = []
        for producer, silent, last_ms in self._changes(state):
            events.append(
                ProducerChanged(
                    producer_id=producer.producer_id,
                    condition="silent" if silent else "fresh",
                    last_message_ms=last_ms,
                )
            )
            alert = self._open.find(state, producer.producer_id)
            if silent:
                events += self._silent(producer, alert, last_ms)
            elif alert is not None:
                events += taken(return_alert(alert, "đã nhận lại dữ liệu"))
        return tuple(events)

    def _silent(self, producer: Producer, alert: Alert | None, last_ms: int | None) -> tuple[Event, ...]:
        headline = self._headline(producer, last_ms)
        if alert is None:
            new = producer_alert(self._site, producer, "producer.silent", headline, self._now_ms())
            self._open.note(producer.producer_id, new.alert_id)
            return raised(new)
        return _again(alert, headline)

    def _headline(self, producer: Producer, last_ms: int | None) -> tuple[str, str]:
        every = producer.expect_every_s
        if (gone := self._ingest.gone_reason(producer.producer_id)) is not None:
            return f"{producer.name_vi}: {gone[0]}", f"{producer.name_en}: {gone[1]}"
        if last_ms is None:
            return (
                f"{producer.name_vi}: chưa nhận được dữ liệu nào (lẽ ra mỗi {every} s)",
                f"{producer.name_en}: nothing received so far (expected every {every} s)",
            )
        zone = timedelta(minutes=self._site.utc_offset_min)
        at = (datetime.fromtimestamp(last_ms / 1000, UTC) + zone).strftime("%H:%M:%S %d/%m")
        return (
            f"{producer.name_vi}: im lặng từ {at} (lẽ ra mỗi {every} s)",
            f"{producer.name_en}: silent since {at} (expected every {every} s)",
        )


class CameraWatch:
    """Given to the sources as `SourceContext.cameras`; it needs no task of its own. Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int]) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._cameras = {camera.camera_id: camera for camera in site.cameras}
        self._open = OpenAlerts(lambda alert: (alert.place_id,) if alert.kind == "camera.lost" else ())

    async def report(self, camera_id: str, condition: CameraCondition, reason: str) -> None:
        """What a probe found; only a change is recorded. Raises: StorageError."""
        if camera_id in self._cameras and self._differs(self._room.state, camera_id, condition):
            await self._room.record(lambda state: self._decide(state, camera_id, condition, plain(reason, 300)))

    @staticmethod
    def _differs(state: RoomState, camera_id: str, condition: CameraCondition) -> bool:
        known = state.cameras.get(camera_id)
        return known is None or known.condition != condition

    def _decide(self, state: RoomState, camera_id: str, condition: CameraCondition, reason: str) -> tuple[Event, ...]:
        if not self._differs(state, camera_id, condition):
            return ()
        changed = CameraChanged(camera_id=camera_id, condition=condition, reason=reason)
        alert = self._open.find(state, camera_id)
        if condition == "lost":
            return (changed, *self._lost(camera_id, alert, reason))
        back = alert is not None and condition == "online"
        return (changed, *(taken(return_alert(alert, "camera trả lời trở lại")) if back and alert else ()))

    def _lost(self, camera_id: str, alert: Alert | None, reason: str) -> tuple[Event, ...]:
        camera = self._cameras[camera_id]
        headline = (f"{camera.name_vi}: mất tín hiệu camera", f"{camera.name_en}: camera lost")
        if alert is not None:
            return _again(alert, headline)
        priority = ALERT_KINDS["camera.lost"].default_priority
        new = camera_alert(self._site, camera, "camera.lost", priority, headline, self._now_ms())
        self._open.note(camera_id, new.alert_id)
        return raised(new)


class ExpiryWatch:
    """Returns CAP alerts past their expiry and detections that were not seen again for their rule's `group_s`.

    `last_seen_ms` tells when the thing of a detection alert was last reported (`Ingest.last_detection_ms`), None when
    it was not since the start. Event-loop thread only.
    """

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        now_ms: Callable[[], int],
        last_seen_ms: Callable[[str], int | None] = lambda alert_id: None,
        tick_s: float = TICK_S,
    ) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._last_seen_ms = last_seen_ms
        self._tick_s = tick_s
        self._group_ms = {rule.label: round(rule.group_s * 1000) for rule in site.detection_rules}

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(self._tick_s)

    async def look(self) -> None:
        """Return what is over now. Raises: StorageError."""
        if self._over(self._room.state):
            await self._room.record(self._over)

    def _over(self, state: RoomState) -> tuple[Event, ...]:
        now_ms = self._now_ms()
        return tuple(
            event
            for alert in state.alerts.values()
            if alert.active and (reason := self._reason(alert, now_ms))
            for event in taken(return_alert(alert, reason))
        )

    def _reason(self, alert: Alert, now_ms: int) -> str:
        if alert.cap is not None:
            return "bản tin hết hiệu lực" if ends_ms(self._site, alert.cap) <= now_ms else ""
        if alert.detection is not None:
            last_ms = self._last_seen_ms(alert.alert_id) or _last_came_true_ms(alert)
            over = now_ms - last_ms >= self._group_ms.get(alert.detection.label, 0)
            return "không còn phát hiện" if over else ""
        return ""


def _last_came_true_ms(alert: Alert) -> int:
    """Not `changed_ms`: a comment is no sign of life of the thing itself."""
    for entry in reversed(alert.history):
        if entry.kind in ("raised", "updated", "reactivated"):
            return entry.at_ms
    return alert.raised_ms


def _again(alert: Alert, headline: tuple[str, str]) -> tuple[Event, ...]:
    if alert.active:
        return ()
    change = Change(headline_vi=headline[0], headline_en=headline[1])
    return (*taken(reactivate(alert)), *taken(update(alert, change)))

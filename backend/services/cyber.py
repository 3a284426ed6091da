"""Reports of security sensors to alerts: one alert a rule and source, or a rule and target, however many reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import Alert, CyberDetail
from backend.contracts.events import Event
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Producer
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.open_alerts import OpenAlerts, OpenOfPlace
from backend.services.places import producer_alert, raised, taken
from backend.services.room import Room
from backend.sources.cyber_note import CyberNote
from backend.sources.text import plain
from config.model import CyberSettings, SiteConfig

KIND: Final = "cyber.alert"
GATHER_FROM: Final = 5
"""So many sources with one rule against one target: the next ones join one alert of the target."""

MAX_OPEN: Final = 40
"""Open alerts of one producer; what is new beyond them joins one alert of the producer itself."""

COUNT_EVERY_MS: Final = 10_000
LATE_MS: Final = 10 * 60 * 1000
"""A report that was made so long ago is history that was sent late: it never sounds."""

TICK_S: Final = 2.0


@dataclass(slots=True)
class _Group:
    """Reports of one rule from one source that came together, the newest of them, and the worst priority."""

    note: CyberNote
    priority: Priority
    count: int
    live: bool


class CyberDesk:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int], tick_s: float = TICK_S) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._tick_s = tick_s
        self._open = OpenAlerts(_keys_of)
        self._of_producer = OpenOfPlace(KIND)
        self._more: dict[str, tuple[int, CyberNote]] = {}
        self._seen_ms: dict[str, int] = {}

    async def take(self, producer: Producer, notes: Sequence[CyberNote], origin: str) -> None:
        """Durable when it returns, but for counts: alerts tell them each ten seconds.

        Raises:
            StorageError: nothing new of it was stored.
        """
        groups = self._groups(producer, notes)
        if groups and any(self._asks(self._room.state, key, group) for key, group in groups.items()):
            await self._room.record(
                lambda state: self._decide(state, producer, groups),
                actor=f"producer:{producer.producer_id}",
                origin=origin,
            )
            return
        for key, group in groups.items():
            alert = self._find(self._room.state, key)
            if alert is not None:
                self._count(alert, group)

    async def run(self) -> None:
        """Tell counts and return what is over once a tick, until cancelled. Raises: StorageError."""
        while True:
            await asyncio.sleep(self._tick_s)
            await self.look()

    async def look(self) -> None:
        """Record what is to be told now. Raises: StorageError."""
        self._more = {key: value for key, value in self._more.items() if key in self._room.state.alerts}
        self._seen_ms = {key: value for key, value in self._seen_ms.items() if key in self._room.state.alerts}
        if self._countable(self._room.state) or self._over(self._room.state):
            await self._room.record(self._due)

    # -- what comes -------------------------------------------------------------------------------

    def _groups(self, producer: Producer, notes: Sequence[CyberNote]) -> dict[tuple[str, ...], _Group]:
        now_ms = self._now_ms()
        groups: dict[tuple[str, ...], _Group] = {}
        for note in notes:
            priority = priority_of(self._site.cyber, note)
            if priority is None:
                continue
            live = note.at_ms is None or now_ms - note.at_ms < LATE_MS
            group = groups.setdefault(_key(producer.producer_id, note), _Group(note, priority, 0, False))
            group.note = note
            group.priority = min(group.priority, priority)
            group.count += 1
            group.live = group.live or live
        return groups

    def _find(self, state: RoomState, key: tuple[str, ...]) -> Alert | None:
        """The open alert that the group belongs to: its own, its target's, or its producer's when that is crowded."""
        producer_id, rule, source, target = key
        own = self._open.find(state, _index(producer_id, rule, source, ""))
        if own is None and target:
            own = self._open.find(state, _index(producer_id, rule, "", target))
        if own is None and len(self._of_producer.of(state, producer_id)) >= MAX_OPEN:
            own = self._open.find(state, _index(producer_id, "", "", ""))
        return own

    def _asks(self, state: RoomState, key: tuple[str, ...], group: _Group) -> bool:
        """The group changes more than a count."""
        alert = self._find(state, key)
        return alert is None or group.priority < alert.priority or not alert.active or (alert.silent and group.live)

    def _decide(
        self, state: RoomState, producer: Producer, groups: Mapping[tuple[str, ...], _Group]
    ) -> tuple[Event, ...]:
        events: list[Event] = []
        # What is raised here is not in the state yet: the next groups of the same call must find it.
        begun: dict[str, Alert] = {}
        for key, group in groups.items():
            alert = self._find(state, key)
            if alert is None:
                events += self._raise(state, producer, key, group, begun)
            elif alert.silent and group.live and alert.unanswered:
                # What was sent late cannot begin to sound: what happens now is an alert of its own.
                events += taken(return_alert(alert, "báo cáo mới đang diễn ra"))
                events += self._raise(state, producer, key, group, begun)
            else:
                events += self._grow(alert, group)
        for index, alert in begun.items():
            # Noted only now: both indexes forget what they do not find in the state.
            self._open.note(index, alert.alert_id)
            self._of_producer.note(producer.producer_id, alert.alert_id)
            self._seen_ms[alert.alert_id] = self._now_ms()
            events += raised(alert)
        return tuple(events)

    def _grow(self, alert: Alert, group: _Group) -> list[Event]:
        self._count(alert, group)
        events: list[Event] = []
        if not alert.active and group.live:
            events += taken(reactivate(alert))
        if group.priority < alert.priority:
            more, note = self._more.pop(alert.alert_id)
            change = self._change(alert, note, more)
            events += taken(update(alert, _with_priority(change, group.priority)))
        return events

    def _count(self, alert: Alert, group: _Group) -> None:
        more, _ = self._more.get(alert.alert_id, (0, group.note))
        self._more[alert.alert_id] = (more + group.count, group.note)
        self._seen_ms[alert.alert_id] = self._now_ms()

    def _raise(
        self,
        state: RoomState,
        producer: Producer,
        key: tuple[str, ...],
        group: _Group,
        begun: dict[str, Alert],
    ) -> list[Event]:
        index, detail = self._place(state, producer, key, group, begun)
        before = begun.get(index)
        if before is not None:
            assert before.cyber is not None
            total = before.count + group.count
            begun[index] = before.model_copy(
                update={
                    "count": total,
                    "cyber": before.cyber.model_copy(update={"count": total}),
                    "priority": min(before.priority, group.priority),
                    "silent": before.silent and not group.live,
                }
            )
            return []
        known = self._open.find(state, index)
        if known is not None:
            return self._grow(known, group)
        new = producer_alert(self._site, producer, KIND, _headline(producer, detail), self._now_ms()).model_copy(
            update={"cyber": detail, "priority": group.priority, "count": detail.count, "silent": not group.live}
        )
        begun[index] = new
        return []

    def _place(
        self,
        state: RoomState,
        producer: Producer,
        key: tuple[str, ...],
        group: _Group,
        begun: Mapping[str, Alert],
    ) -> tuple[str, CyberDetail]:
        """Where a new group goes: an alert of its own, of its target, or the producer's one for all that is more."""
        producer_id, rule, source, target = key
        mine = [*self._of_producer.of(state, producer_id), *begun.values()]
        alike = sum(
            one.cyber is not None and _rule(one.cyber) == rule and one.cyber.target.rpartition(":")[0] == target
            for one in mine
        )
        detail = _detail(group)
        if target and alike >= GATHER_FROM:
            return _index(producer_id, rule, "", target), detail.model_copy(update={"source": "", "target": target})
        if len(mine) >= MAX_OPEN:
            gathered = {"source": "", "target": "", "signature": "", "signature_id": "", "category": ""}
            return _index(producer_id, "", "", ""), detail.model_copy(update=gathered)
        return _index(producer_id, rule, source, ""), detail

    # -- what is told later -----------------------------------------------------------------------

    def _due(self, state: RoomState) -> tuple[Event, ...]:
        events: list[Event] = []
        for alert in self._countable(state):
            more, note = self._more.pop(alert.alert_id)
            events += taken(update(alert, self._change(alert, note, more)))
        for alert in self._over(state):
            events += taken(return_alert(alert, "không còn ghi nhận"))
        return tuple(events)

    def _countable(self, state: RoomState) -> list[Alert]:
        """Open alerts that have something to tell and did not tell it just now."""
        now_ms = self._now_ms()
        alerts = (state.alerts.get(alert_id) for alert_id in self._more)
        return [alert for alert in alerts if alert is not None and now_ms - alert.changed_ms >= COUNT_EVERY_MS]

    def _over(self, state: RoomState) -> list[Alert]:
        """Active alerts whose rule was silent for as long as the site says."""
        before_ms = self._now_ms() - round(self._site.cyber.group_s * 1000)
        return [
            alert
            for producer in self._site.producers
            for alert in self._of_producer.of(state, producer.producer_id)
            if alert.active and self._seen_ms.get(alert.alert_id, alert.changed_ms) <= before_ms
        ]

    def _change(self, alert: Alert, note: CyberNote, more: int) -> Change:
        assert alert.cyber is not None
        changes: dict[str, object] = {"count": alert.count + more}
        if alert.cyber.source:
            changes["target"] = _target(note)
        detail = alert.cyber.model_copy(update=changes)
        producer = next(one for one in self._site.producers if one.producer_id == alert.place_id)
        headline_vi, headline_en = _headline(producer, detail)
        return Change(headline_vi=headline_vi, headline_en=headline_en, cyber=detail, count=detail.count)


def priority_of(settings: CyberSettings, note: CyberNote) -> Priority | None:
    """The site's word for the sensor's severity; None = not worth an alert."""
    if note.scale == "cef":
        # CEF counts upwards: the highest threshold that is reached.
        reached = [int(level) for level in settings.cef if int(level) <= note.level]
        found = settings.cef[str(max(reached))] if reached else None
    else:
        found = (settings.eve if note.scale == "eve" else settings.syslog).get(str(note.level))
    return None if found is None else Priority(found)


def _with_priority(change: Change, priority: Priority) -> Change:
    return Change(
        priority=priority,
        headline_vi=change.headline_vi,
        headline_en=change.headline_en,
        cyber=change.cyber,
        count=change.count,
    )


def _key(producer_id: str, note: CyberNote) -> tuple[str, ...]:
    return producer_id, note.signature_id or note.signature, note.source or note.sensor, note.target


def _rule(detail: CyberDetail) -> str:
    return detail.signature_id or detail.signature


def _index(producer_id: str, rule: str, source: str, target: str) -> str:
    return "\n".join((producer_id, rule, source, target))


def _keys_of(alert: Alert) -> tuple[str, ...]:
    """An alert without a source stands for all sources against its target, one without both for its producer."""
    detail = alert.cyber
    if detail is None:
        return ()
    return (_index(alert.place_id, _rule(detail), detail.source, "" if detail.source else detail.target),)


def _detail(group: _Group) -> CyberDetail:
    note = group.note
    return CyberDetail(
        sensor=note.sensor,
        signature=note.signature,
        signature_id=note.signature_id,
        category=note.category,
        source=note.source or note.sensor,
        target=_target(note),
        severity=f"{note.scale} {note.level}",
        count=group.count,
    )


def _target(note: CyberNote) -> str:
    return f"{note.target}:{note.target_port}" if note.target else ""


def _headline(producer: Producer, detail: CyberDetail) -> tuple[str, str]:
    times_vi = f", {detail.count} lần" if detail.count > 1 else ""
    times_en = f", {detail.count} times" if detail.count > 1 else ""
    target = detail.target.rstrip(":")
    if not detail.signature:
        return (
            f"{producer.name_vi}: quá nhiều loại cảnh báo an toàn thông tin cùng lúc{times_vi}",
            f"{producer.name_en}: too many different cyber alerts at once{times_en}",
        )
    way_vi = f"từ {detail.source} tới {target}" if detail.source and target else f"từ {detail.source}"
    way_en = f"from {detail.source} to {target}" if detail.source and target else f"from {detail.source}"
    if not detail.source:
        way_vi, way_en = f"nhiều nguồn tới {target}", f"many sources to {target}"
    vi = plain(f"{detail.signature}: {way_vi}{times_vi}", 300)
    return vi, plain(f"{detail.signature}: {way_en}{times_en}", 300)

"""Camera detections: all are stored, those a rule asks for become one alert per camera and label, which counts.

The funnel has two more narrows. What a person found to be false stays quiet on that camera for a while. And in a
flood of alarms a rule raises no alert a camera but one a commune, and when that is still too many one for the city,
which counts and names its cameras. Neither holds for rules of priority 1: each of theirs is an alert of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from backend.contracts.alerts import Alert, DetectionDetail
from backend.contracts.doors import Rejection
from backend.contracts.events import Event
from backend.contracts.flood import alarms_lately, is_flood
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.open_alerts import OpenAlerts
from backend.services.places import camera_alert, raised, taken
from backend.services.room import Room
from backend.sources.detections import ParsedDetection
from backend.sources.text import shown
from backend.storage.detections import DetectionRow, DetectionsStore
from config.camera_model import CameraConfig
from config.model import DetectionRule, SiteConfig

LATE_MS: Final = 10 * 60 * 1000
"""A detection that began so long ago is history that was sent late: it never sounds."""

_REMEMBERED: Final = 20_000


GATHER_WIDER_FROM: Final = 4
"""So many open alerts of a flood's detections are bearable, a commune each; past it the whole city is one."""

ALSO_KEPT: Final = 500
"""Cameras named in one gathered alert."""

COUNT_EVERY_MS: Final = 1_000
"""An open alert that only counts on is told so often: a storm must not fill the log with sums."""


LOST_END_MS: Final = 60 * 60 * 1000
"""So long nothing was heard of a thing whose end should be told: the end was lost."""


def _keys_of(alert: Alert) -> tuple[str, ...]:
    found = alert.detection
    return () if found is None else tuple(_key(camera_id, found.label) for camera_id in (found.camera_id, *found.also))


def _key(camera_id: str, label: str) -> str:
    return f"{camera_id}\n{label}"


class _Deciding:
    """The open alerts while one body is decided on: as the state has them, with what was decided so far.

    A body may hold hundreds of detections of all cameras; the alert that the first raised counts the others.
    """

    def __init__(self, state: RoomState) -> None:
        self.state = state
        self._changed: dict[str, Alert] = {}
        self._id_of: dict[str, str] = {}

    def of(self, alert: Alert) -> Alert:
        return self._changed.get(alert.alert_id, alert)

    def find(self, key: str, index: OpenAlerts) -> Alert | None:
        if key in self._id_of:
            return self._changed[self._id_of[key]]
        found = index.find(self.state, key)
        return None if found is None else self.of(found)

    def open(self) -> list[Alert]:
        """Oldest first."""
        new = (one for alert_id, one in self._changed.items() if alert_id not in self.state.alerts)
        return [*(self.of(one) for one in self.state.alerts.values()), *new]

    def joined(self, key: str, alert: Alert) -> None:
        self._id_of[key] = alert.alert_id
        self._changed.setdefault(alert.alert_id, alert)

    def changed(self, alert: Alert) -> None:
        self._changed[alert.alert_id] = alert


class _Counted:
    """What open alerts counted and have not told yet."""

    def __init__(self) -> None:
        self._more: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._more)

    def add(self, alert_id: str, more: int) -> None:
        self._more[alert_id] = self._more.get(alert_id, 0) + more

    def take(self, alert_id: str) -> int:
        return self._more.pop(alert_id, 0)

    def taken(self) -> tuple[tuple[str, int], ...]:
        every = tuple(self._more.items())
        self._more.clear()
        return every


class _There:
    """Things whose end their producer will tell, by camera and label, while they are there."""

    def __init__(self) -> None:
        self._heard_ms: dict[str, dict[tuple[str, str], int]] = {}

    def note(self, producer_id: str, items: Sequence[ParsedDetection], now_ms: int) -> None:
        for item in items:
            key, identity = _key(item.camera, item.label), (producer_id, item.detection_id)
            if item.lasting and item.end_ms is None:
                things = self._heard_ms.setdefault(key, {})
                things[identity] = now_ms
                while len(things) > _REMEMBERED:
                    del things[next(iter(things))]
            elif things := self._heard_ms.get(key, {}):
                things.pop(identity, None)

    def holds(self, key: str, now_ms: int) -> bool:
        things = self._heard_ms.get(key, {})
        for identity in [one for one, heard_ms in things.items() if now_ms - heard_ms >= LOST_END_MS]:
            del things[identity]
        return bool(things)

    def let_go(self, producer_id: str) -> None:
        for things in self._heard_ms.values():
            for identity in [one for one in things if one[0] == producer_id]:
                del things[identity]


class Detections:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, store: DetectionsStore, now_ms: Callable[[], int]) -> None:
        self._room = room
        self._store = store
        self._now_ms = now_ms
        self._site = site
        self._cameras = {camera.camera_id: camera for camera in site.cameras}
        self._rules = {rule.label: rule for rule in site.detection_rules}
        self._open = OpenAlerts(_keys_of)
        # Seen, but not (yet) worth an alert: a later message about it may bring the score up.
        self._waiting: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._last_seen_ms: dict[str, int] = {}
        self._there = _There()
        self._flood = False
        self._counted = _Counted()

    async def tell_counts(self) -> None:
        """Let open alerts tell what they counted since they last did. Raises: StorageError."""
        if self._counted:
            await self._room.record(self._tell_counts)

    def _tell_counts(self, state: RoomState) -> tuple[Event, ...]:
        told: list[Event] = []
        for alert_id, more in self._counted.taken():
            alert = state.alerts.get(alert_id)
            if alert is not None and alert.detection is not None:
                told += taken(update(alert, self._change(alert, (), more)))
        return tuple(told)

    async def take(self, producer_id: str, items: Sequence[ParsedDetection]) -> tuple[int, int, tuple[Rejection, ...]]:
        """(new detections, messages that brought no new one, rejected). Durable when it returns.

        Raises:
            StorageError: something was not stored; sending it again is right.
        """
        rejections: list[Rejection] = []
        known: list[ParsedDetection] = []
        for item in items:
            if item.camera not in self._cameras:
                reason = f"unknown camera {shown(item.camera)}; it must be a camera_id of the site"
                rejections.append(Rejection(line=item.line, reason=reason))
            elif not item.label:
                rejections.append(Rejection(line=item.line, reason="the label is missing"))
            else:
                known.append(item)
        merged = _merged(known)
        self._there.note(producer_id, [item for item in merged if item.label in self._rules], self._now_ms())
        merged = [item for item in merged if not item.initial]
        rows = [_row(producer_id, item) for item in merged]
        new_ids = {row.detection_id for row in await self._store.insert(rows)} if rows else set()
        ripe = [item for item in merged if self._is_ripe(producer_id, item, item.detection_id in new_ids)]
        if ripe:
            await self._room.record(lambda state: self._decide(state, ripe), actor=f"producer:{producer_id}")
        return len(new_ids), len(known) - len(new_ids), tuple(rejections)

    def last_seen_ms(self, alert_id: str) -> int | None:
        """When the thing of this alert was last reported, by our clock; None when not since the start.

        A thing whose end will be told is there until then: not having heard of it says nothing.
        """
        alert = self._room.state.alerts.get(alert_id)
        if alert is not None and any(self._there.holds(key, self._now_ms()) for key in _keys_of(alert)):
            self._last_seen_ms[alert_id] = self._now_ms()
        return self._last_seen_ms.get(alert_id)

    def let_go(self, producer_id: str) -> None:
        """The producer cannot be heard: the ends of what it told of may be missed."""
        self._there.let_go(producer_id)

    def _is_ripe(self, producer_id: str, item: ParsedDetection, new: bool) -> bool:
        """A rule asks for an alert, and this detection has not counted yet."""
        rule = self._rules.get(item.label)
        if rule is None:
            return False
        self._touch(item)
        identity = (producer_id, item.detection_id)
        if not new and identity not in self._waiting:
            return False
        entered = not rule.zones or not set(rule.zones).isdisjoint(item.zones)
        if item.score >= rule.min_score and entered and not item.stationary:
            self._waiting.pop(identity, None)
            return True
        self._waiting[identity] = None
        while len(self._waiting) > _REMEMBERED:
            self._waiting.popitem(last=False)
        return False

    def _touch(self, item: ParsedDetection) -> None:
        alert = self._open.find(self._room.state, _key(item.camera, item.label))
        if alert is not None and item.end_ms is None:
            self._last_seen_ms[alert.alert_id] = self._now_ms()

    def _decide(self, state: RoomState, items: Sequence[ParsedDetection]) -> tuple[Event, ...]:
        groups: dict[str, list[ParsedDetection]] = {}
        for item in items:
            groups.setdefault(_key(item.camera, item.label), []).append(item)
        deciding = _Deciding(state)
        return tuple(event for key, group in groups.items() for event in self._group(deciding, key, group))

    def _group(self, deciding: _Deciding, key: str, group: Sequence[ParsedDetection]) -> tuple[Event, ...]:
        camera, rule = self._cameras[group[0].camera], self._rules[group[0].label]
        now_ms = self._now_ms()
        alert = deciding.find(key, self._open)
        live = any(now_ms - (item.end_ms or item.start_ms) < LATE_MS for item in group)
        if alert is None and self._is_quiet(deciding.state, camera.camera_id, rule, now_ms):
            return ()
        if alert is None and live and rule.priority > 1:
            alert = self._gatherer(deciding, camera, rule, now_ms)
            if alert is not None:
                self._open.note(key, alert.alert_id)
                deciding.joined(key, alert)
        if alert is None or (alert.silent and live):
            # A silent one (sent late) cannot begin to sound: what happens now is an alert of its own.
            over = taken(return_alert(alert, "phát hiện mới đang diễn ra")) if alert is not None else ()
            return (*over, *self._raise(deciding, key, camera, rule, group, live))
        self._last_seen_ms[alert.alert_id] = now_ms
        # What was sent late is counted, but does not ring for a thing that is over.
        back = not alert.active and live
        more = self._counted.take(alert.alert_id)
        change = self._change(alert, group, more + len(group))
        if not back and change.only_counts(alert) and now_ms - alert.changed_ms < COUNT_EVERY_MS:
            self._counted.add(alert.alert_id, more + len(group))
            return ()
        deciding.changed(alert.model_copy(update={"detection": change.detection, "count": change.count}))
        return (*(taken(reactivate(alert)) if back else ()), *taken(update(alert, change)))

    def _change(self, alert: Alert, group: Sequence[ParsedDetection], more: int) -> Change:
        """The alert's figures with `more` detections, of which `group` is what just came."""
        assert alert.detection is not None
        detail = _detail(group, alert.detection, alert.count + more)
        headline_vi, headline_en = _headline(self._cameras[detail.camera_id], self._rules[detail.label], detail)
        return Change(headline_vi=headline_vi, headline_en=headline_en, detection=detail, count=detail.count)

    def _is_quiet(self, state: RoomState, camera_id: str, rule: DetectionRule, now_ms: int) -> bool:
        """Somebody found this camera's last alert of the rule to be false, a little while ago."""
        if rule.priority == 1 or rule.quiet_after_false_s <= 0:
            return False
        since_ms = now_ms - round(rule.quiet_after_false_s * 1000)
        for alert in reversed(state.closed.values()):
            found = alert.detection
            if alert.changed_ms < since_ms:
                return False  # closed before that, and so were all before it
            if found is not None and found.label == rule.label and camera_id in (found.camera_id, *found.also):
                return alert.verdict == "false"
        return False

    def _gatherer(self, deciding: _Deciding, camera: CameraConfig, rule: DetectionRule, now_ms: int) -> Alert | None:
        """In a flood: the open alert of the rule that a detection of one more camera joins; else None."""
        every = deciding.open()
        city = (one for one in (*every, *deciding.state.closed.values()) if one.priority < Priority.SYSTEM)
        self._flood = is_flood(alarms_lately((one.raised_ms for one in city), now_ms), self._flood)
        if not self._flood:
            return None
        flooding = [one for one in every if _may_gather(one)]
        same_rule = [one for one in flooding if one.detection is not None and one.detection.label == rule.label]
        near = [one for one in same_rule if one.commune_code == camera.commune_code]
        if not near and len(flooding) >= GATHER_WIDER_FROM:
            near = same_rule
        return near[0] if near else None

    def _raise(
        self,
        deciding: _Deciding,
        key: str,
        camera: CameraConfig,
        rule: DetectionRule,
        group: Sequence[ParsedDetection],
        live: bool,
    ) -> tuple[Event, ...]:
        detail = _detail(group, None, len(group))
        now_ms = self._now_ms()
        alert = camera_alert(
            self._site, camera, "detection", Priority(rule.priority), _headline(camera, rule, detail), now_ms
        ).model_copy(update={"detection": detail, "count": detail.count, "silent": not live})
        self._open.note(key, alert.alert_id)
        deciding.joined(key, alert)
        self._last_seen_ms[alert.alert_id] = now_ms
        while len(self._last_seen_ms) > _REMEMBERED:
            del self._last_seen_ms[next(iter(self._last_seen_ms))]
        return raised(alert)


def _may_gather(alert: Alert) -> bool:
    """Those of priority 1 stand alone, and so does what was looked at or does not sound."""
    return alert.detection is not None and alert.priority > Priority.CRITICAL and not (alert.silent or alert.verdict)


def _merged(items: Sequence[ParsedDetection]) -> list[ParsedDetection]:
    """One item a detection: several messages of one body about it are its newest state with the best of all."""
    merged: dict[str, ParsedDetection] = {}
    for item in items:
        before = merged.get(item.detection_id)
        if before is not None:
            # It may have moved, been in a zone and come to rest within one body.
            item = replace(
                item,
                score=max(item.score, before.score),
                zones=tuple(dict.fromkeys((*before.zones, *item.zones))),
                stationary=item.stationary and before.stationary,
            )
        merged[item.detection_id] = item
    return list(merged.values())


def _row(producer_id: str, item: ParsedDetection) -> DetectionRow:
    return DetectionRow(
        detection_id=item.detection_id,
        producer_id=producer_id,
        camera_id=item.camera,
        label=item.label,
        sub_label=item.sub_label,
        score=item.score,
        zones=item.zones,
        start_ms=item.start_ms,
        end_ms=item.end_ms,
        raw=item.raw,
    )


def _detail(group: Sequence[ParsedDetection], before: DetectionDetail | None, count: int) -> DetectionDetail:
    if before is None:
        newest = group[-1]
        before = DetectionDetail(
            camera_id=newest.camera, label=newest.label, sub_label="", score=0.0, zones=(), count=0
        )
    zones = (*before.zones, *(zone for item in group for zone in item.zones))
    others = (*before.also, *(item.camera for item in group if item.camera != before.camera_id))
    return DetectionDetail(
        camera_id=before.camera_id,
        label=before.label,
        sub_label=next((item.sub_label for item in reversed(group) if item.sub_label), before.sub_label),
        score=max((before.score, *(item.score for item in group))),
        zones=tuple(dict.fromkeys(zones))[:20],
        count=count,
        also=tuple(dict.fromkeys(others))[:ALSO_KEPT],
    )


def _headline(camera: CameraConfig, rule: DetectionRule, detail: DetectionDetail) -> tuple[str, str]:
    sub = f" ({detail.sub_label})" if detail.sub_label else ""
    times_vi = f", {detail.count} lần" if detail.count > 1 else ""
    times_en = f", {detail.count} times" if detail.count > 1 else ""
    if detail.also:
        count = len(detail.also) + 1
        return f"{rule.name_vi}: {count} camera{times_vi}", f"{rule.name_en}: {count} cameras{times_en}"
    return f"{camera.name_vi}: {rule.name_vi}{sub}{times_vi}", f"{camera.name_en}: {rule.name_en}{sub}{times_en}"

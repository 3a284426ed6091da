"""Fire panels' reports to alerts: one fire alert a site that grows zone by zone, one of troubles, one of silence."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contracts.alerts import Alert, AlertPhase, FireDetail, FireZone
from backend.contracts.events import Event, FireReported
from backend.contracts.kinds.alerts import AlertKindKey
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.services.open_alerts import OpenOfPlace
from backend.services.places import fire_alert, raised, taken
from backend.services.room import Room
from backend.sources.fire_codes import TROUBLE_ENDS, FireReport, code_words
from backend.sources.text import plain
from config.model import FireSiteConfig, SiteConfig
from config.source_model import FirePanelSource, MqttSource

SILENT_AFTER_POLLS: Final = 1.5
TICK_S: Final = 1.0
RECORDED_PER_MINUTE: Final = 60
"""Lines of the log per panel; alerts are not held back by it."""

REPEAT_MS: Final = 10_000
"""A panel that repeats what stands in the alert already is counted so often at most."""

MAX_ZONES: Final = 200
_NORMAL: Final = "tủ báo đã trở lại bình thường"


@dataclass(slots=True)
class _Panel:
    site: FireSiteConfig
    heard_ms: int | None = None
    recorded_ms: deque[int] = field(default_factory=lambda: deque(maxlen=RECORDED_PER_MINUTE))


class FireDesk:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int], tick_s: float = TICK_S) -> None:
        self._site = site
        self._room = room
        self._now_ms = now_ms
        self._tick_s = tick_s
        self._started_ms = now_ms()
        self._panels = {one.fire_site_id: _Panel(one) for one in site.fire_sites}
        # A room that opens no door for them (a training room) cannot call panels silent.
        self._listened_to = {
            source.producer_id
            for source in site.sources
            if isinstance(source, FirePanelSource) or (isinstance(source, MqttSource) and source.fire_prefix)
        }
        self._open = {kind: OpenOfPlace(kind) for kind in ("fire.alarm", "fire.trouble", "fire.silent")}

    async def take(self, producer_id: str, fire_site_id: str, reports: Sequence[FireReport], origin: str) -> None:
        """Durable when it returns. `fire_site_id` is one of the site's; no report = the panel only lives.

        Raises:
            StorageError: nothing of it was stored; the panel must not be acknowledged.
        """
        panel = self._panels[fire_site_id]
        if reports:
            await self._room.record(
                lambda state: self._decide(state, panel, reports), actor=f"producer:{producer_id}", origin=origin
            )
        panel.heard_ms = self._now_ms()

    def site_of(self, producer_id: str, account: str) -> str:
        """Whose panel it is; "" when the site names none of this producer."""
        for panel in self._panels.values():
            if panel.site.panel.producer_id == producer_id and panel.site.panel.account.upper() == account:
                return panel.site.fire_site_id
        return ""

    async def run(self) -> None:
        """Look for silent panels once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(self._tick_s)

    async def look(self) -> None:
        """Record which panels fell silent or were heard again. Raises: StorageError."""
        if self._silences(self._room.state):
            await self._room.record(self._silences)

    # -- what a panel says ----------------------------------------------------------------------

    def _decide(self, state: RoomState, panel: _Panel, reports: Sequence[FireReport]) -> tuple[Event, ...]:
        events: list[Event] = list(self._record_of(panel, reports))
        # One by one on the alerts as the reports before left them: a message may alarm and restore at once.
        for kind, mine in (("fire.alarm", ("alarm", "restore")), ("fire.trouble", ("trouble", "trouble_restore"))):
            for_kind = [report for report in reports if report.nature in mine]
            events += self._follow(state, panel, kind, for_kind)  # type: ignore[arg-type]  # both are kinds
        return tuple(events)

    def _record_of(self, panel: _Panel, reports: Sequence[FireReport]) -> list[Event]:
        now_ms = self._now_ms()
        told: list[Event] = []
        for report in reports:
            recorded = panel.recorded_ms
            if len(recorded) == RECORDED_PER_MINUTE and now_ms - recorded[0] < 60_000:
                break
            recorded.append(now_ms)
            told.append(
                FireReported(
                    fire_site_id=panel.site.fire_site_id,
                    nature=report.nature,
                    code=report.code,
                    zone=report.zone,
                    text=report.text,
                )
            )
        return told

    def _follow(
        self, state: RoomState, panel: _Panel, kind: AlertKindKey, reports: Sequence[FireReport]
    ) -> list[Event]:
        """The reports in the site's open alerts of this kind; a new one where there is none to grow."""
        if not reports:
            return []
        alerts = self._open[kind].of(state, panel.site.fire_site_id)
        zones = {alert.alert_id: list(alert.fire.zones) if alert.fire is not None else [] for alert in alerts}
        # What was acknowledged does not cover a fire that spreads: new zones ring as an alert of their own.
        growing = next((alert for alert in reversed(alerts) if _may_grow(alert)), None)
        begun: list[FireZone] = []
        fresh: set[str] = set()
        for report in reports:
            if report.nature in ("restore", "trouble_restore"):
                for known in (*zones.values(), begun):
                    _restore(known, report, self._now_ms())
            elif not any(_stands(known, report) for known in (*zones.values(), begun)):
                self._put(begun if growing is None else zones[growing.alert_id], panel.site, report)
                fresh |= {growing.alert_id} if growing is not None else set()
        events = [
            event
            for alert in alerts
            for event in self._change(panel.site, alert, zones[alert.alert_id], reports, alert.alert_id in fresh)
        ]
        return events + (self._raise(panel, kind, begun) if begun else [])

    def _change(
        self, site: FireSiteConfig, alert: Alert, zones: list[FireZone], reports: Sequence[FireReport], grew: bool
    ) -> list[Event]:
        if alert.fire is None or tuple(zones) == alert.fire.zones:
            return self._repeat(alert, reports)
        headline_vi, headline_en = _headline(site, zones)
        last = reports[-1]
        change = Change(
            headline_vi=headline_vi,
            headline_en=headline_en,
            fire=FireDetail(account=site.panel.account, zones=tuple(zones)),
            count=max(alert.count, len(zones)),
            text=plain(f"{code_words(last.code, english=False)}: {_zone_words(site, last.zone, english=False)}", 300),
        )
        events: list[Event] = []
        if grew and not alert.active:
            events += taken(reactivate(alert))
            alert = alert.model_copy(update={"phase": AlertPhase.ACTIVE_UNACKNOWLEDGED})
        events += taken(update(alert, change))
        if alert.active and all(zone.restored_ms is not None for zone in zones):
            events += taken(return_alert(alert, _NORMAL))
        return events

    def _repeat(self, alert: Alert, reports: Sequence[FireReport]) -> list[Event]:
        """The panel says again what stands here: that counts, but one that babbles must not fill the log."""
        repeats = sum(report.nature in ("alarm", "trouble") for report in reports)
        stands = alert.fire is not None and any(_stands(alert.fire.zones, report) for report in reports)
        if not repeats or not stands or self._now_ms() - alert.changed_ms < REPEAT_MS:
            return []
        return [*taken(update(alert, Change(count=alert.count + repeats)))]

    def _raise(self, panel: _Panel, kind: AlertKindKey, zones: list[FireZone]) -> list[Event]:
        site = panel.site
        new = fire_alert(self._site, site, kind, _headline(site, zones), self._now_ms()).model_copy(
            update={"fire": FireDetail(account=site.panel.account, zones=tuple(zones)), "count": len(zones)}
        )
        self._open[kind].note(site.fire_site_id, new.alert_id)
        events: list[Event] = [*raised(new)]
        if all(zone.restored_ms is not None for zone in zones):
            # Alarm and restore in one message: it is over, but somebody shall know that it was.
            events += taken(return_alert(new, _NORMAL))
        return events

    def _put(self, zones: list[FireZone], site: FireSiteConfig, report: FireReport) -> None:
        new = FireZone(
            zone=report.zone,
            name=report.text or _zone_words(site, report.zone, english=False),
            code=report.code,
            at_ms=self._now_ms(),
        )
        zones[:] = [zone for zone in zones if _identity(zone.code, zone.zone) != _identity(new.code, new.zone)]
        zones.append(new)
        del zones[:-MAX_ZONES]

    # -- what it does not say -------------------------------------------------------------------

    def _silences(self, state: RoomState) -> tuple[Event, ...]:
        events: list[Event] = []
        now_ms = self._now_ms()
        for panel in self._panels.values():
            if panel.site.panel.producer_id not in self._listened_to:
                continue
            alert = next(iter(self._open["fire.silent"].of(state, panel.site.fire_site_id)), None)
            last_ms = self._started_ms if panel.heard_ms is None else panel.heard_ms
            silent = now_ms - last_ms > panel.site.panel.poll_every_s * SILENT_AFTER_POLLS * 1000
            if silent and alert is None:
                new = fire_alert(self._site, panel.site, "fire.silent", self._silent_headline(panel), now_ms)
                self._open["fire.silent"].note(panel.site.fire_site_id, new.alert_id)
                events += raised(new)
            elif silent and alert is not None and not alert.active:
                headline_vi, headline_en = self._silent_headline(panel)
                events += taken(reactivate(alert))
                events += taken(update(alert, Change(headline_vi=headline_vi, headline_en=headline_en)))
            elif not silent and panel.heard_ms is not None and alert is not None and alert.active:
                events += taken(return_alert(alert, "tủ báo cháy đã liên lạc lại"))
        return tuple(events)

    def _silent_headline(self, panel: _Panel) -> tuple[str, str]:
        site, every_s = panel.site, panel.site.panel.poll_every_s
        if panel.heard_ms is None:
            return (
                f"{site.name_vi}: tủ báo cháy chưa liên lạc lần nào (lẽ ra mỗi {every_s} s)",
                f"{site.name_en}: fire panel not heard so far (expected every {every_s} s)",
            )
        zone = timedelta(minutes=self._site.utc_offset_min)
        at = (datetime.fromtimestamp(panel.heard_ms / 1000, UTC) + zone).strftime("%H:%M:%S %d/%m")
        return (
            f"{site.name_vi}: tủ báo cháy im lặng từ {at} (lẽ ra mỗi {every_s} s)",
            f"{site.name_en}: fire panel silent since {at} (expected every {every_s} s)",
        )


def _may_grow(alert: Alert) -> bool:
    """A fire that was acknowledged and burns, or was shelved, keeps what was known of it then."""
    if alert.kind != "fire.alarm" or not alert.active:
        return True
    return alert.phase not in (AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.SHELVED)


def _identity(code: str, zone: str) -> tuple[str, str]:
    """What a restore ends: an alarm of the same sort (fire, heat, sprinkler, gas) or the same trouble of the zone."""
    trouble = TROUBLE_ENDS.get(code, code)
    sort = "F" if code == "AN" else code[0]
    return (trouble if trouble in TROUBLE_ENDS.values() else sort, zone)


def _stands(zones: Sequence[FireZone], report: FireReport) -> bool:
    """The report is among the zones already and was not restored since."""
    mine = _identity(report.code, report.zone)
    return any(_identity(zone.code, zone.zone) == mine and zone.restored_ms is None for zone in zones)


def _restore(zones: list[FireZone], report: FireReport, now_ms: int) -> None:
    """A restore that names no zone is the whole panel's."""
    sort, which = _identity(report.code, report.zone)
    for index, zone in enumerate(zones):
        theirs = _identity(zone.code, zone.zone)
        if zone.restored_ms is None and theirs[0] == sort and which in ("", theirs[1]):
            zones[index] = zone.model_copy(update={"restored_ms": now_ms})


def _zone_words(site: FireSiteConfig, zone: str, english: bool) -> str:
    if not zone:
        return "panel" if english else "tủ trung tâm"
    for known in site.zones:
        if known.zone.lstrip("0") == zone:
            return known.name_en if english else known.name_vi
    return f"zone {zone}" if english else f"khu vực {zone}"


def _headline(site: FireSiteConfig, zones: Sequence[FireZone]) -> tuple[str, str]:
    burning = [zone for zone in zones if zone.restored_ms is None] or list(zones)
    newest = burning[-1]
    more = len(burning) - 1
    vi = f"{code_words(newest.code, english=False)} – {site.name_vi}: {_zone_words(site, newest.zone, english=False)}"
    en = f"{code_words(newest.code, english=True)} – {site.name_en}: {_zone_words(site, newest.zone, english=True)}"
    if more:
        vi, en = f"{vi} và {more} khu vực khác", f"{en} and {more} more"
    return plain(vi, 300), plain(en, 300)

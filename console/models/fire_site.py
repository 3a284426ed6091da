"""The site card of premises with a fire panel, and the clock that runs from a fire's alarm to its handing over."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from backend.contracts.alerts import Alert
from backend.contracts.site import FireSite, WaterSource
from backend.contracts.state import RoomState
from console.models.alert_words import Fact
from console.models.numbers import format_number
from console.models.places import distance_m

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class DispatchClock:
    """`elapsed_s` since the alarm, up to the handing over when it was `running` no longer; `source` of the target."""

    elapsed_s: float
    running: bool
    target_s: float
    source: str

    @property
    def late(self) -> bool:
        return self.elapsed_s > self.target_s


def dispatch_clock(state: RoomState, alert: Alert, now_ms: int) -> DispatchClock | None:
    """The clock of a fire alert; None for every other, and where the site sets no time."""
    target = state.site.fire_dispatch if state.site is not None else None
    if alert.kind != "fire.alarm" or target is None:
        return None
    sent_ms = next((entry.at_ms for entry in alert.history if entry.kind == "dispatched"), None)
    if sent_ms is None and alert.alert_id not in state.alerts:
        return None  # closed without: there is nothing to wait for
    until_ms = now_ms if sent_ms is None else sent_ms
    elapsed_s = max(0.0, (until_ms - alert.raised_ms) / 1000)
    return DispatchClock(elapsed_s, sent_ms is None, target.target_s, target.source)


def clock_text(clock: DispatchClock) -> str:
    """ "2:13 / 5:00"."""
    return f"{_minutes(clock.elapsed_s)} / {_minutes(clock.target_s)}"


def clock_words(clock: DispatchClock) -> str:
    if clock.running:
        words = translate("FireSite", "Dispatch: {clock}") if not clock.late else translate("FireSite", "LATE: {clock}")
    elif clock.late:
        words = translate("FireSite", "Dispatched late: {clock}")
    else:
        words = translate("FireSite", "Dispatched in time: {clock}")
    return f"{words.format(clock=clock_text(clock))} · {clock.source}"


def premises_of(state: RoomState, alert: Alert) -> FireSite | None:
    """The premises an alert is about."""
    if not alert.kind.startswith("fire.") or state.site is None:
        return None
    return next((site for site in state.site.fire_sites if site.fire_site_id == alert.place_id), None)


def site_card(state: RoomState, site: FireSite, language: str) -> list[Fact]:
    """Its lines, what is needed first on top; none for what nobody entered."""
    english = language == "en"
    hazards = (site.hazards_en if english else ()) or site.hazards_vi
    access = (site.access_en if english else "") or site.access_vi
    lines = [
        Fact(translate("FireSite", "Address"), site.address, strong=True),
        *(Fact(translate("FireSite", "Call"), f"{one.name} · {one.phone}") for one in site.contacts),
        *(Fact(translate("FireSite", "Hazard"), hazard, strong=True) for hazard in hazards),
        Fact(translate("FireSite", "Access"), access),
        *(Fact(translate("FireSite", "Water"), _water(site, source, language)) for source in site.water),
        Fact(translate("FireSite", "Floors"), str(site.floors) if site.floors else ""),
        Fact(translate("FireSite", "Cameras"), ", ".join(_cameras(state, site, english))),
        Fact(translate("FireSite", "Plan"), site.plan_key),
        Fact(translate("FireSite", "Panel"), _panel(site)),
    ]
    return [line for line in lines if line.text]


def _panel(site: FireSite) -> str:
    words = translate("FireSite", "account {account}, reports every {seconds} s")
    return words.format(account=site.account, seconds=site.poll_every_s)


def _cameras(state: RoomState, site: FireSite, english: bool) -> list[str]:
    names = {one.camera_id: one for one in (state.site.cameras if state.site is not None else ())}
    found = [names[camera_id] for camera_id in site.camera_ids if camera_id in names]
    return [one.name_en if english and one.name_en else one.name_vi for one in found]


def _water(site: FireSite, source: WaterSource, language: str) -> str:
    name = source.name_en if language == "en" and source.name_en else source.name_vi
    away_m = distance_m(site.lat_deg, site.lon_deg, source.lat_deg, source.lon_deg)
    return f"{name} · {format_number(round(away_m, -1), 0, language)} m"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"

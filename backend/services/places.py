"""New alerts with their place filled in from the site."""

from __future__ import annotations

import secrets

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import Event
from backend.contracts.kinds.alerts import ALERT_KINDS, AlertKindKey, Priority
from backend.contracts.site import Producer, Station
from backend.domain.alerts import Refusal, raise_alert
from config.camera_model import CameraConfig
from config.model import FireSiteConfig, SiteConfig


def fresh_id(kind: AlertKindKey) -> str:
    """Ids name nothing and nobody: they go into addresses and file names."""
    return f"{kind.partition('.')[0]}-{secrets.token_hex(10)}"


def own_alert(
    site: SiteConfig, kind: AlertKindKey, place_id: str, place_name: str, headline: tuple[str, str], now_ms: int
) -> Alert:
    """About a part of the room itself; the others below begin with it. It has the priority of its kind."""
    return Alert(
        alert_id=fresh_id(kind),
        kind=kind,
        priority=ALERT_KINDS[kind].default_priority,
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id=place_id,
        place_name=place_name,
        headline_vi=headline[0],
        headline_en=headline[1],
        raised_ms=now_ms,
        changed_ms=now_ms,
        exercise=bool(site.exercise_vi),
    )


def station_alert(
    site: SiteConfig, station: Station, kind: AlertKindKey, priority: Priority, headline: tuple[str, str], now_ms: int
) -> Alert:
    alert = own_alert(site, kind, station.station_id, station.name_vi, headline, now_ms)
    simulated = is_simulated(site, station.producer_id)
    return _stands(alert, station).model_copy(update={"priority": priority, "simulated": simulated})


def camera_alert(
    site: SiteConfig,
    camera: CameraConfig,
    kind: AlertKindKey,
    priority: Priority,
    headline: tuple[str, str],
    now_ms: int,
) -> Alert:
    alert = own_alert(site, kind, camera.camera_id, camera.name_vi, headline, now_ms)
    return _stands(alert, camera).model_copy(update={"priority": priority, "simulated": camera.simulated})


def producer_alert(
    site: SiteConfig, producer: Producer, kind: AlertKindKey, headline: tuple[str, str], now_ms: int
) -> Alert:
    alert = own_alert(site, kind, producer.producer_id, producer.name_vi, headline, now_ms)
    return alert.model_copy(update={"simulated": producer.simulated or site.simulated})


def fire_alert(
    site: SiteConfig, fire_site: FireSiteConfig, kind: AlertKindKey, headline: tuple[str, str], now_ms: int
) -> Alert:
    alert = own_alert(site, kind, fire_site.fire_site_id, fire_site.name_vi, headline, now_ms)
    simulated = is_simulated(site, fire_site.panel.producer_id)
    return _stands(alert, fire_site).model_copy(update={"simulated": simulated})


def _stands(alert: Alert, place: Station | CameraConfig | FireSiteConfig) -> Alert:
    """The alert where the thing stands."""
    return alert.model_copy(
        update={"lat_deg": place.lat_deg, "lon_deg": place.lon_deg, "commune_code": place.commune_code}
    )


def producer_of(site: SiteConfig, producer_id: str) -> Producer | None:
    return next((item for item in site.producers if item.producer_id == producer_id), None)


def is_simulated(site: SiteConfig, producer_id: str) -> bool:
    producer = producer_of(site, producer_id)
    return site.simulated or (producer is not None and producer.simulated)


def taken(decision: tuple[Event, ...] | Refusal) -> tuple[Event, ...]:
    """Events of a decision that a service asks for by itself: refused means that it is so already."""
    return () if isinstance(decision, Refusal) else decision


def raised(alert: Alert) -> tuple[Event, ...]:
    return taken(raise_alert(None, alert))

"""What an alert shows of a CAP message: chosen language, priority, place, shapes, texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import Alert, AlertPhase, CapDetail
from backend.contracts.geometry import Polygon, Shape
from backend.contracts.kinds.alerts import Priority
from backend.services.places import fresh_id
from backend.sources.cap import CapInfo, CapMessage
from backend.sources.cap_area import centre_of
from config.model import SiteConfig

MAX_POINTS: Final = 20_000
"""Of all shapes of one alert together: every seat holds and draws them."""

_SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One CAP message as the room reads it.."""

    message: CapMessage
    infos: tuple[CapInfo, ...]
    detail: CapDetail
    priority: Priority
    headline_vi: str
    headline_en: str
    shapes: tuple[Shape, ...]
    all_clear: bool
    expired: bool


def read_bulletin(site: SiteConfig, message: CapMessage, now_ms: int) -> Bulletin:
    infos = message.chosen(site.cap.languages)
    severity = min((_known_severity(info) for info in infos), key=_SEVERITIES.index, default="Unknown")
    all_clear = any("AllClear" in info.response_types for info in infos)
    past = bool(infos) and all(info.urgency == "Past" for info in infos)
    priority = Priority(site.cap.priorities.get(severity, int(Priority.MEDIUM)))
    faults = list(message.faults)
    shapes = _shapes(infos, faults)
    detail = _detail(message, infos, tuple(faults))
    headline = _headline(infos, message)
    return Bulletin(
        message=message,
        infos=infos,
        detail=detail,
        priority=Priority.LOW if all_clear or past else priority,
        headline_vi=headline,
        headline_en=_english(message) or headline,
        shapes=shapes,
        all_clear=all_clear,
        expired=ends_ms(site, detail) <= now_ms,
    )


def ends_ms(site: SiteConfig, detail: CapDetail) -> int:
    """When the message stops to hold: as it says itself, else the site's default life after it took effect."""
    if detail.expires_ms is not None:
        return detail.expires_ms
    return detail.effective_ms + round(site.cap.default_life_h * 3_600_000)


def bulletin_alert(site: SiteConfig, bulletin: Bulletin, simulated: bool, now_ms: int) -> Alert:
    """A new alert. Test, draft, system and expired messages never sound; an exercise does, and says so."""
    lat_deg, lon_deg, commune_code = _place(site, bulletin)
    return Alert(
        alert_id=fresh_id("cap.message"),
        kind="cap.message",
        priority=bulletin.priority,
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id="",
        place_name=", ".join(bulletin.detail.area_names)[:300],
        headline_vi=bulletin.headline_vi,
        headline_en=bulletin.headline_en,
        raised_ms=now_ms,
        changed_ms=now_ms,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        commune_code=commune_code,
        shapes=bulletin.shapes,
        cap=bulletin.detail,
        simulated=simulated,
        exercise=bulletin.detail.status == "Exercise" or bool(site.exercise_vi),
        silent=bulletin.expired or bulletin.all_clear or never_sounds(bulletin.detail.status),
    )


def never_sounds(status: str) -> bool:
    return status in ("Test", "Draft", "System")


def _known_severity(info: CapInfo) -> str:
    return info.severity if info.severity in _SEVERITIES else "Unknown"


def _headline(infos: tuple[CapInfo, ...], message: CapMessage) -> str:
    for info in infos:
        if info.headline or info.event:
            return info.headline or info.event
    return f"Bản tin không có nội dung: {message.identifier}"[:400]


def _english(message: CapMessage) -> str:
    info = next((info for info in message.infos if info.language.casefold().startswith("en")), None)
    return "" if info is None else info.headline or info.event


def _shapes(infos: tuple[CapInfo, ...], faults: list[str]) -> tuple[Shape, ...]:
    kept: list[Shape] = []
    points = 0
    for shape in dict.fromkeys(shape for info in infos for area in info.areas for shape in area.shapes):
        points += len(shape.ring) if isinstance(shape, Polygon) else 1
        if points > MAX_POINTS:
            faults.append(f"the shapes have more than {MAX_POINTS} points; the rest were left out")
            break
        kept.append(shape)
    return tuple(kept)


def _detail(message: CapMessage, infos: tuple[CapInfo, ...], faults: tuple[str, ...]) -> CapDetail:
    first = infos[0] if infos else None
    names = dict.fromkeys(area.description for info in infos for area in info.areas if area.description)
    communes = dict.fromkeys(code for info in infos for code in info.commune_codes)
    expiries = [info.expires_ms for info in infos if info.expires_ms is not None]
    effective = next((info.effective_ms for info in infos if info.effective_ms is not None), message.sent_ms)
    return CapDetail(
        key=message.key,
        status=message.status,
        message_type=message.message_type,
        category=", ".join(first.categories) if first else "",
        event=first.event if first else "",
        urgency=first.urgency if first else "",
        severity=first.severity if first else "",
        certainty=first.certainty if first else "",
        sender_name=first.sender_name if first and first.sender_name else message.sender,
        description=first.description if first else message.note,
        instruction=first.instruction if first else "",
        web=first.web if first else "",
        effective_ms=effective,
        # Several areas may end at several times: the bulletin holds until the last of them.
        expires_ms=max(expiries) if expiries and len(expiries) == len(infos) else None,
        risk_level=next((info.risk_level for info in infos if info.risk_level is not None), None),
        area_names=tuple(names)[:200],
        commune_codes=tuple(communes)[:500],
        faults=faults,
    )


def _place(site: SiteConfig, bulletin: Bulletin) -> tuple[float | None, float | None, str]:
    codes = bulletin.detail.commune_codes
    commune = next((item for code in codes for item in site.communes if item.code == code), None)
    centre = centre_of(bulletin.shapes)
    if centre is not None:
        return centre[1], centre[0], commune.code if commune else ""
    if commune is not None:
        return commune.lat_deg, commune.lon_deg, commune.code
    return None, None, ""

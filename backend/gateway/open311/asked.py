"""What citizens' programs send, checked: every mistake names its field and says what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from backend.contracts.report_doors import Identity
from backend.contracts.report_events import TEXT_MOST
from backend.contracts.report_rules import Attribute, Category, ReportRules
from backend.contracts.reports import Rating
from backend.gateway.open311.answers import Open311Error
from backend.services.reports.desk import Filed, is_inside
from backend.sources.text import paragraphs, plain, shown

DAY_MS: Final = 86_400_000
SPAN_MOST_MS: Final = 90 * DAY_MS
"""GeoReport v2: a search spans at most 90 days."""

PAGE_MOST: Final = 1000
FIELD_CHARS: Final = 300

_ATTRIBUTE: Final = re.compile(r"attribute\[([^\]]{1,100})\](\[\])?")

Fields = Mapping[str, Sequence[str]]
"""A form: each name with its values in their order."""


def one(fields: Fields, name: str, most: int = FIELD_CHARS) -> str:
    """The value of a field that is there once at most. Raises: Open311Error."""
    values = [value for value in fields.get(name, ()) if value.strip()]
    if not values:
        return ""
    if len(values) > 1:
        raise Open311Error(400, f"{name}: it is there {len(values)} times; once is right")
    if "\0" in values[0]:
        raise Open311Error(400, f"{name}: it holds a NUL; right is text without it")
    if len(values[0]) > most:
        raise Open311Error(400, f"{name}: {len(values[0])} characters; {most} at most are right")
    return values[0].strip()


def jurisdiction(fields: Fields, site_id: str) -> None:
    """Raises: Open311Error (404): it names another place."""
    asked = one(fields, "jurisdiction_id")
    if asked and asked != site_id:
        raise Open311Error(404, f"jurisdiction_id: {shown(asked)} is not here; this is {site_id!r}")


def category_of(rules: ReportRules, code: str) -> Category:
    """Raises: Open311Error (404)."""
    found = rules.category(code)
    if found is None or found.retired:
        allowed = ", ".join(item.category_id for item in rules.categories if not item.retired)
        raise Open311Error(404, f"service_code: {shown(code)} is not offered; offered are {allowed}")
    return found


def filed(fields: Fields, rules: ReportRules, box: tuple[float, float, float, float] | None, simulated: bool) -> Filed:
    """A service request as a report, without its media.

    Args:
        box: (south, west, north, east) around the communes of the site; None = anywhere.

    Raises:
        Open311Error: 400 with every field that is wrong; 404 for a service that is not offered.
    """
    code = one(fields, "service_code")
    if not code:
        raise Open311Error(400, "service_code: it is missing; GET services lists those that are offered")
    category = category_of(rules, code)
    lat_deg, lon_deg = _place(fields, box)
    address = plain(one(fields, "address_string", 1000) or one(fields, "address_id"), 300)
    if lat_deg is None and not address:
        raise Open311Error(400, "lat, long or address_string: one place is needed, e.g. lat=22.4986 and long=103.9689")
    said = paragraphs(one(fields, "description", TEXT_MOST), TEXT_MOST)
    answers = _attributes(fields, category)
    text = "\n".join(part for part in (said, *answers) if part)[:TEXT_MOST]
    if not text:
        raise Open311Error(400, "description: nothing is said; say in a few words what is wrong")
    return Filed(
        channel="app",
        category_id=category.category_id,
        text=text,
        title=said or category.name_vi,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        address=address,
        campaign=_campaign(fields, rules),
        simulated=simulated,
    )


def identity(fields: Fields) -> Identity:
    """Raises: Open311Error."""
    names = ("first_name", "last_name", "phone", "email", "device_id", "account_id")
    return Identity(**{name: plain(one(fields, name), FIELD_CHARS) for name in names})


def rating(fields: Fields) -> Rating | None:
    """Raises: Open311Error."""
    asked = one(fields, "rating")
    match asked:
        case "":
            return None
        case "satisfied" | "accepted" | "dissatisfied":
            return asked
    raise Open311Error(400, f"rating: {shown(asked)}; right is satisfied, accepted or dissatisfied")


def span(fields: Fields, now_ms: int, default_ms: int, most_ms: int = SPAN_MOST_MS) -> tuple[int, int]:
    """[start, end) in epoch ms of start_date and end_date. Raises: Open311Error."""
    end_ms = instant(fields, "end_date")
    start_ms = instant(fields, "start_date")
    if end_ms is None:
        end_ms = now_ms + 1 if start_ms is None else min(now_ms + 1, start_ms + most_ms)
    if start_ms is None:
        start_ms = max(0, end_ms - default_ms)
    if end_ms < start_ms:
        raise Open311Error(400, "end_date: it lies before start_date")
    if end_ms - start_ms > most_ms:
        raise Open311Error(400, f"start_date to end_date: at most {most_ms // DAY_MS} days at a time")
    return start_ms, end_ms


def instant(fields: Fields, name: str) -> int | None:
    """A W3C date and time with its zone as epoch ms. Raises: Open311Error."""
    asked = one(fields, name)
    if not asked:
        return None
    try:
        found = datetime.fromisoformat(asked.replace(" ", "+"))  # a plus that nobody escaped comes as a blank
        if found.tzinfo is None:
            raise ValueError("no zone")
        at_ms = int(found.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Open311Error(400, f"{name}: {shown(asked)}; right is e.g. 2026-11-23T08:00:00+07:00") from None
    if not 0 <= at_ms < 10**14:
        raise Open311Error(400, f"{name}: {shown(asked)} lies outside of the years 1970 to 5138")
    return at_ms


def whole(fields: Fields, name: str, default: int, least: int, most: int) -> int:
    """Raises: Open311Error."""
    asked = one(fields, name)
    if not asked:
        return default
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 9 or not least <= int(asked) <= most:
        raise Open311Error(400, f"{name}: {shown(asked)}; right is a whole number from {least} to {most}")
    return int(asked)


def several(fields: Fields, name: str, most: int = 100) -> tuple[str, ...]:
    """Values of a list with commas. Raises: Open311Error."""
    found = tuple(part.strip() for part in one(fields, name, 5000).split(",") if part.strip())
    if len(found) > most:
        raise Open311Error(400, f"{name}: {len(found)} values; {most} at most are right")
    return found


def w3c(at_ms: int, utc_offset_min: int) -> str:
    """Epoch ms as a W3C date and time at the site."""
    sign = "-" if utc_offset_min < 0 else "+"
    zone = f"{sign}{abs(utc_offset_min) // 60:02d}:{abs(utc_offset_min) % 60:02d}"
    local = datetime.fromtimestamp(at_ms // 1000 + utc_offset_min * 60, UTC)
    return local.strftime("%Y-%m-%dT%H:%M:%S") + zone


def _place(fields: Fields, box: tuple[float, float, float, float] | None) -> tuple[float | None, float | None]:
    lat, lon = one(fields, "lat"), one(fields, "long")
    if not lat and not lon:
        return None, None
    if not lat or not lon:
        raise Open311Error(400, "lat and long come together: one of them is missing")
    lat_deg, lon_deg = _degrees("lat", lat, 90), _degrees("long", lon, 180)
    if box is None:
        return lat_deg, lon_deg
    if is_inside(lat_deg, lon_deg, box):
        return lat_deg, lon_deg
    if is_inside(lon_deg, lat_deg, box):
        raise Open311Error(400, f"lat, long: {lat}, {lon} look swapped; right is lat={lon}, long={lat}")
    south, west, north, east = box
    raise Open311Error(
        400,
        f"lat, long: {lat}, {lon} lie outside of this place; right is lat from {south:.2f} to {north:.2f} and long "
        f"from {west:.2f} to {east:.2f}",
    )


def _degrees(name: str, text: str, most: float) -> float:
    try:
        value = float(text) if text.isascii() else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > most:
        raise Open311Error(400, f"{name}: {shown(text)}; right are degrees (WGS 84) from -{most:g} to {most:g}")
    return value


def _campaign(fields: Fields, rules: ReportRules) -> str:
    asked = one(fields, "campaign")
    if asked and all(asked != item.campaign_id for item in rules.campaigns):
        known = ", ".join(item.campaign_id for item in rules.campaigns) or "none"
        raise Open311Error(400, f"campaign: {shown(asked)} is not known; known are {known}")
    return asked


def _attributes(fields: Fields, category: Category) -> list[str]:
    """Answers to the questions of the category, a line each."""
    given: dict[str, list[str]] = {}
    for name, values in fields.items():
        found = _ATTRIBUTE.fullmatch(name)
        if found is not None:
            given.setdefault(found[1], []).extend(value for value in values if value.strip())
    known = {attribute.code for attribute in category.attributes}
    unknown = [code for code in given if code not in known]
    if unknown:
        raise Open311Error(
            400,
            f"attribute[{plain(unknown[0], 60)}]: {category.category_id} has no such attribute; it has {sorted(known)}",
        )
    lines = []
    for attribute in category.attributes:
        values = given.get(attribute.code, [])
        if attribute.required and not values:
            raise Open311Error(400, f"attribute[{attribute.code}]: it is required ({attribute.description_vi})")
        if values:
            lines.append(f"{attribute.description_vi}: {', '.join(_value(attribute, value) for value in values)}")
    return lines


def _value(attribute: Attribute, text: str) -> str:
    name = f"attribute[{attribute.code}]"
    match attribute.datatype:
        case "singlevaluelist" | "multivaluelist":
            chosen = next((item for item in attribute.values if item.key == text), None)
            if chosen is None:
                allowed = ", ".join(item.key for item in attribute.values)
                raise Open311Error(400, f"{name}: {shown(text)}; right is one of {allowed}")
            return chosen.name_vi
        case "number":
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                raise Open311Error(400, f"{name}: {shown(text)} is no number; right is e.g. 12.5")
            return f"{value:g}"
        case "datetime":
            instant({name: [text]}, name)
            return plain(text, 60)
        case "string" | "text":
            return plain(text, 500)


def _form(required: Sequence[str], **fields: Mapping[str, object]) -> dict[str, object]:
    """A form as OpenAPI tells it."""
    schema = {"type": "object", "required": list(required), "properties": fields}
    body = {kind: {"schema": schema} for kind in ("application/x-www-form-urlencoded", "multipart/form-data")}
    return {"requestBody": {"required": True, "content": body}}


_TEXT: Final = {"type": "string"}
_FILE: Final = {"type": "string", "format": "binary"}
REQUEST_FORM: Final = _form(
    ("api_key", "service_code"),
    api_key=_TEXT, jurisdiction_id=_TEXT, service_code=_TEXT, lat={"type": "number"}, long={"type": "number"},
    address_string=_TEXT, address_id=_TEXT, description={"type": "string", "maxLength": TEXT_MOST}, email=_TEXT,
    phone=_TEXT, first_name=_TEXT, last_name=_TEXT, device_id=_TEXT, account_id=_TEXT, campaign=_TEXT, media=_FILE,
)  # fmt: skip
UPDATE_FORM: Final = _form(
    ("api_key", "service_request_id"),
    api_key=_TEXT, service_request_id=_TEXT, update_id=_TEXT, description={"type": "string", "maxLength": TEXT_MOST},
    status=_TEXT, media=_FILE, rating={"type": "string", "enum": ["satisfied", "accepted", "dissatisfied"]},
)  # fmt: skip

"""Common Alerting Protocol 1.0, 1.1 and 1.2: bytes in, `CapMessage` out.

A warning is shown even when it is written badly: what was wrong is named in `faults`. Refused is only what cannot be
identified (no identifier, sender or sent) and what is hostile. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

from backend.contracts.geometry import Shape
from backend.sources.cap_area import area_shapes
from backend.sources.safe_xml import XmlError, child_text, children, local_name, namespace, parse_xml
from backend.sources.text import paragraphs, plain, shown

MAX_CAP_BYTES: Final = 2 * 1024 * 1024
MAX_INFOS: Final = 50
MAX_AREAS: Final = 200
MAX_REFERENCES: Final = 200

NAMESPACES: Final = frozenset(
    (
        "urn:oasis:names:tc:emergency:cap:1.2",
        "urn:oasis:names:tc:emergency:cap:1.1",
        "urn:oasis:names:tc:emergency:cap:1.0",
        "http://www.incident.com/cap/1.0",
    )
)
RISK_LEVEL_PARAMETER: Final = "VN:CapDoRuiRo"
COMMUNE_GEOCODE: Final = "VN:GSO"

_ENUMS: Final[dict[str, tuple[str, ...]]] = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": (
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
    ),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}  # fmt: skip
_RISK_LEVEL: Final = re.compile(r"(?i)(?:cấp\s*)?([1-5])")
_STRICT_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}")
_LOOSE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?"
)


class CapError(ValueError):
    """No alert can be made of it; the message says why."""


@dataclass(frozen=True, slots=True)
class CapArea:
    """`geocodes` are (valueName, value) pairs as they stand."""

    description: str
    shapes: tuple[Shape, ...]
    geocodes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CapInfo:
    """One `info` block. Enumerations keep an unknown value as text; "" = absent."""

    language: str
    categories: tuple[str, ...]
    event: str
    response_types: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    effective_ms: int | None
    onset_ms: int | None
    expires_ms: int | None
    sender_name: str
    headline: str
    description: str
    instruction: str
    web: str
    parameters: tuple[tuple[str, str], ...]
    areas: tuple[CapArea, ...]

    @property
    def commune_codes(self) -> tuple[str, ...]:
        codes = (value for area in self.areas for name, value in area.geocodes if name == COMMUNE_GEOCODE)
        return tuple(dict.fromkeys(code for value in codes for code in value.split()))

    @property
    def risk_level(self) -> int | None:
        """Level 1..5 of QĐ 18/2021/QĐ-TTg as the bulletin states it."""
        values = (value.strip() for name, value in self.parameters if name == RISK_LEVEL_PARAMETER)
        stated = (_RISK_LEVEL.fullmatch(value) for value in values)
        return next((int(match.group(1)) for match in stated if match is not None), None)


@dataclass(frozen=True, slots=True)
class CapMessage:
    """`references` are keys of earlier messages. `faults` name what was wrong though it could be used."""

    identifier: str
    sender: str
    sent: str
    sent_ms: int
    status: str
    message_type: str
    scope: str
    note: str
    references: tuple[str, ...]
    infos: tuple[CapInfo, ...]
    faults: tuple[str, ...]

    @property
    def key(self) -> str:
        """ "sender,identifier,sent" as references write it."""
        return f"{self.sender},{self.identifier},{self.sent}"

    def chosen(self, languages: tuple[str, ...]) -> tuple[CapInfo, ...]:
        """The infos of the first wanted language that is there, else of the first info's; several = several areas."""
        wanted = [language.casefold() for language in languages]
        for language in (*wanted, *(info.language.casefold() for info in self.infos[:1])):
            found = tuple(info for info in self.infos if info.language.casefold() == language)
            if found:
                return found
        return ()


def parse_cap(body: bytes, received_ms: int) -> CapMessage:
    """Read one CAP message, the root or wrapped in another document.

    Raises:
        CapError: hostile, no CAP alert, several of them, or without identifier, sender or sent.
    """
    try:
        root = parse_xml(body, MAX_CAP_BYTES)
    except XmlError as error:
        raise CapError(str(error)) from error
    return read_alert(_alert_element(root), received_ms)


def read_alert(element: Element, received_ms: int) -> CapMessage:
    """`parse_cap` for an element already parsed.

    Raises:
        CapError: it has no identifier, sender or sent.
    """
    faults: list[str] = []
    if namespace(element) not in NAMESPACES:
        faults.append(f"namespace {shown(namespace(element))} is not CAP's")
    identifier, sender, sent = (_identity(element, name) for name in ("identifier", "sender", "sent"))
    if re.search(r"[\s,<&]", identifier):
        faults.append("identifier holds a blank, comma, < or &")
    if re.search(r"[\s,<&]", sender):
        faults.append("sender holds a blank, comma, < or &")
    sent_ms = cap_time(sent, "sent", faults)
    message_type = _enum(element, "msgType", faults) or "Alert"
    infos = children(element, "info")
    if not infos and message_type in ("Alert", "Update"):
        faults.append("no info block: it says nothing about what happens")
    if len(infos) > MAX_INFOS:
        faults.append(f"{len(infos)} info blocks; the first {MAX_INFOS} were read")
    return CapMessage(
        identifier=identifier,
        sender=sender,
        sent=sent,
        sent_ms=received_ms if sent_ms is None else sent_ms,
        status=_enum(element, "status", faults),
        message_type=message_type,
        scope=_enum(element, "scope", faults),
        note=paragraphs(child_text(element, "note"), 2000),
        references=_references(child_text(element, "references"), faults),
        infos=tuple(_info(info, faults) for info in infos[:MAX_INFOS]),
        # The same fault in twenty areas is one fault to a reader.
        faults=tuple(dict.fromkeys(faults))[:30],
    )


def canonical_key(key: str) -> str:
    """`key` with its instant in one spelling: senders write the same `sent` in other zones when they refer to it."""
    head, comma, sent = key.rpartition(",")
    instant = cap_time(sent, "sent", []) if comma else None
    return f"{head},{instant}" if instant is not None else key


def cap_time(text: str, name: str, faults: list[str]) -> int | None:
    """Epoch milliseconds of a CAP dateTime, None when it is none. No zone is read as UTC; both leave a fault."""
    text = text.strip()
    if not text:
        return None
    if not _LOOSE_TIME.fullmatch(text):
        faults.append(f"{name} {shown(text)} is no date and time")
        return None
    if not _STRICT_TIME.fullmatch(text):
        faults.append(f"{name} {shown(text)} is not written as CAP wants it (2026-01-31T08:00:00+07:00)")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        at_ms = round(instant.timestamp() * 1000)
    except (ValueError, OverflowError):
        faults.append(f"{name} {shown(text)} is no date and time")
        return None
    if not 0 <= at_ms <= 253_402_300_799_999:
        faults.append(f"{name} {shown(text)} is out of range")
        return None
    return at_ms


def _alert_element(root: Element) -> Element:
    if local_name(root) == "alert":
        return root
    wrapped = [item for item in root.iter() if local_name(item) == "alert" and namespace(item) in NAMESPACES]
    if len(wrapped) == 1:
        return wrapped[0]
    if wrapped:
        raise CapError(f"{len(wrapped)} alerts in one document; send them one by one or as a feed")
    raise CapError(f"the root element is {shown(local_name(root))}; a CAP message begins with <alert>")


def _identity(element: Element, name: str) -> str:
    text = plain(child_text(element, name), 401)
    if not text:
        raise CapError(f"<{name}> is missing: the message cannot be identified")
    if len(text) > 400:
        raise CapError(f"<{name}> is longer than 400 characters")
    return text


def _enum(element: Element, name: str, faults: list[str]) -> str:
    text = plain(child_text(element, name), 60)
    if not text:
        faults.append(f"<{name}> is missing")
    elif name == "certainty" and text == "Very Likely":
        return "Likely"  # CAP 1.0's word, withdrawn in 1.1
    elif text not in _ENUMS[name]:
        faults.append(f"{name} {shown(text)} is none of {', '.join(_ENUMS[name])}")
    return text


def _references(text: str, faults: list[str]) -> tuple[str, ...]:
    keys: list[str] = []
    for triple in text.split()[:MAX_REFERENCES]:
        clean = plain(triple, 1300)
        if clean.count(",") < 2:
            faults.append(f"reference {shown(clean)} is not sender,identifier,sent")
        else:
            keys.append(clean)
    return tuple(dict.fromkeys(keys))


def _pairs(element: Element, name: str) -> tuple[tuple[str, str], ...]:
    found = children(element, name)[:500]
    return tuple((plain(child_text(item, "valueName"), 200), plain(child_text(item, "value"), 2000)) for item in found)


def _info(element: Element, faults: list[str]) -> CapInfo:
    areas = children(element, "area")
    if len(areas) > MAX_AREAS:
        faults.append(f"{len(areas)} areas; the first {MAX_AREAS} were read")
    event = plain(child_text(element, "event"), 200)
    if not event:
        faults.append("<event> is missing")
    categories = tuple(plain(item.text or "", 60) for item in children(element, "category")[:20])
    for category in categories:
        if category not in _ENUMS["category"]:
            faults.append(f"category {shown(category)} is none of {', '.join(_ENUMS['category'])}")
    parameters = _pairs(element, "parameter")
    for name, value in parameters:
        if name == RISK_LEVEL_PARAMETER and not _RISK_LEVEL.fullmatch(value.strip()):
            faults.append(f"risk level {shown(value)} is none of 1 to 5; no level is shown")
    return CapInfo(
        language=plain(child_text(element, "language"), 40) or "en-US",
        categories=categories,
        event=event,
        response_types=tuple(plain(item.text or "", 60) for item in children(element, "responseType")[:20]),
        urgency=_enum(element, "urgency", faults),
        severity=_enum(element, "severity", faults),
        certainty=_enum(element, "certainty", faults),
        effective_ms=cap_time(child_text(element, "effective"), "effective", faults),
        onset_ms=cap_time(child_text(element, "onset"), "onset", faults),
        expires_ms=cap_time(child_text(element, "expires"), "expires", faults),
        sender_name=plain(child_text(element, "senderName"), 300),
        headline=plain(child_text(element, "headline"), 400),
        description=paragraphs(child_text(element, "description"), 20_000),
        instruction=paragraphs(child_text(element, "instruction"), 20_000),
        web=_web(child_text(element, "web"), faults),
        parameters=parameters,
        areas=tuple(_area(area, faults) for area in areas[:MAX_AREAS]),
    )


def _web(text: str, faults: list[str]) -> str:
    address = plain(text, 2000)
    if address and not re.fullmatch(r"(?i)https?://[^\s<>\"']+", address):
        faults.append(f"web {shown(address)} is no http address; left out")
        return ""
    return address


def _area(element: Element, faults: list[str]) -> CapArea:
    description = plain(child_text(element, "areaDesc"), 2000)
    if not description:
        faults.append("<areaDesc> is missing")
    polygons = [item.text or "" for item in children(element, "polygon")]
    circles = [item.text or "" for item in children(element, "circle")]
    return CapArea(description, area_shapes(polygons, circles, faults), _pairs(element, "geocode"))

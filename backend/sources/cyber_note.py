"""What a security sensor reported, whichever way it came: syslog, CEF or Suricata's EVE. Pure.

A note has no priority yet: the site's configuration makes one of its `scale` and `level`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from backend.sources.text import plain

Scale = Literal["eve", "cef", "syslog"]


@dataclass(frozen=True, slots=True)
class CyberNote:
    """One report.

    Attributes:
        sensor: host or device that reports.
        source, target: host (never a port) it came from and went to, "" when unknown; `target_port` "" likewise.
        scale, level: the sensor's own severity. eve: 1 (worst) to 3 and more; cef: 0 to 10 (worst); syslog: 0 (worst)
            to 7.
        at_ms: when it was seen, None when the report does not say.
    """

    sensor: str
    signature: str
    signature_id: str
    category: str
    source: str
    target: str
    target_port: str
    scale: Scale
    level: int
    at_ms: int | None


class CyberNoteError(ValueError):
    """It is no report of its format; the message says why."""


# -- Suricata EVE (docs.suricata.io, "Eve JSON Format") ---------------------------------------------------------


def eve_note(record: object, sensor: str = "") -> CyberNote | None:
    """The note of one EVE record; None for records that are no alerts (flows, DNS, statistics).

    Raises:
        CyberNoteError: the record is no EVE record, or its alert lacks its signature or severity.
    """
    if not isinstance(record, Mapping) or not isinstance(record.get("event_type"), str):
        raise CyberNoteError("no EVE record: it must be a JSON object with an event_type")
    if record["event_type"] != "alert":
        return None
    alert = record.get("alert")
    if not isinstance(alert, Mapping) or not _words(alert.get("signature"), 200):
        raise CyberNoteError("an EVE alert without alert.signature")
    severity = alert.get("severity")
    if not isinstance(severity, int) or isinstance(severity, bool) or not 0 <= severity <= 255:
        raise CyberNoteError(f"alert.severity is {_words(severity, 40)!r}; it must be a whole number, 1 = worst")
    numbers = (alert.get("gid"), alert.get("signature_id"), alert.get("rev"))
    return CyberNote(
        sensor=_words(record.get("host"), 100) or plain(sensor, 100),
        signature=_words(alert.get("signature"), 200),
        signature_id=":".join(str(number) for number in numbers[:2] if isinstance(number, int)),
        category=_words(alert.get("category"), 100),
        source=_words(record.get("src_ip"), 60),
        target=_words(record.get("dest_ip"), 60),
        target_port=_port(record.get("dest_port")),
        scale="eve",
        level=severity,
        at_ms=iso_ms(record.get("timestamp")),
    )


# -- ArcSight CEF (Implementing ArcSight Common Event Format, 26) ---------------------------------------------

_CEF: Final = re.compile(r"\bCEF:\s?\d+\|")
_HEADER_FIELDS: Final = 7
_KEY: Final = re.compile(r"(?:^|(?<= ))([A-Za-z][\w.\[\]-]{0,60})(?<!\\)=")
_CEF_WORDS: Final = {"unknown": 3, "low": 3, "medium": 6, "high": 8, "very-high": 10}


def has_cef(text: str) -> bool:
    return _CEF.search(text) is not None


def cef_note(text: str, sensor: str, at_ms: int | None) -> CyberNote:
    """The note of a line that holds a CEF message.

    Raises:
        CyberNoteError: the header has not its seven fields, or a severity that is none.
    """
    start = _CEF.search(text)
    if start is None:
        raise CyberNoteError("no CEF message: it begins with CEF:0|")
    fields = re.split(r"(?<!\\)\|", text[start.start() :], maxsplit=_HEADER_FIELDS)
    if len(fields) <= _HEADER_FIELDS:
        raise CyberNoteError(f"a CEF header has {_HEADER_FIELDS} fields closed by '|', this one {len(fields) - 1}")
    _, vendor, product, _, signature_id, name, severity, extension = fields
    values = _extension(extension)
    return CyberNote(
        sensor=plain(values.get("dvchost", "") or values.get("dvc", "") or sensor, 100),
        signature=_header(name, 200) or _header(signature_id, 200),
        signature_id=_header(signature_id, 100),
        category=plain(values.get("cat", "") or f"{_header(vendor, 50)} {_header(product, 50)}", 100),
        source=plain(values.get("src", "") or values.get("shost", ""), 60),
        target=plain(values.get("dst", "") or values.get("dhost", ""), 60),
        target_port=_port(values.get("dpt")),
        scale="cef",
        level=_cef_level(severity),
        at_ms=at_ms,
    )


def _extension(text: str) -> dict[str, str]:
    """`key=value key=value`: a value reaches to the next key, blanks inside; `\\=` and `\\\\` are escaped."""
    found = list(_KEY.finditer(text))
    if not found:
        return {}
    ends = [match.start() for match in found[1:]] + [len(text)]
    pairs = ((match[1], text[match.end() : end].strip()) for match, end in zip(found, ends, strict=True))
    return {key: value.replace("\\=", "=").replace("\\n", " ").replace("\\\\", "\\") for key, value in pairs}


def _header(text: str, most: int) -> str:
    return plain(text.replace("\\|", "|").replace("\\\\", "\\"), most)


def _cef_level(text: str) -> int:
    word = text.strip().casefold()
    if word in _CEF_WORDS:
        return _CEF_WORDS[word]
    if re.fullmatch(r"\d{1,2}", word) and int(word) <= 10:
        return int(word)
    raise CyberNoteError(f"CEF severity {plain(text, 40)!r}; allowed: 0 to 10, Low, Medium, High, Very-High, Unknown")


# -- shared ---------------------------------------------------------------------------------------------------


def iso_ms(value: object) -> int | None:
    """An ISO 8601 instant with its zone as epoch milliseconds; None when it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value)
        at_ms = int(at.timestamp() * 1000) if at.tzinfo is not None else -1
    except (ValueError, OverflowError):
        return None
    return at_ms if 0 <= at_ms <= 253_402_300_799_999 else None


def _words(value: object, most: int) -> str:
    return plain(value, most) if isinstance(value, str) else ""


def _port(value: object) -> str:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if re.fullmatch(r"\d{1,5}", text) else ""

"""Syslog: RFC 5424 messages, what RFC 3164 left of its own, and the two framings of RFC 6587. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from backend.sources.cyber_note import CyberNote, cef_note, eve_note, has_cef, iso_ms
from backend.sources.text import plain

_PRI: Final = re.compile(r"<(\d{1,3})>")
_VERSION_1: Final = re.compile(
    r"1 (?P<at>\S{1,40}) (?P<host>\S{1,255}) (?P<app>\S{1,48}) (?P<proc>\S{1,128}) (?P<msgid>\S{1,32}) "
)
_OLD_TIME: Final = re.compile(r"(?:[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}T\S{8,30})(?:\.\d+)? ")
_TAG: Final = re.compile(r"(?P<app>[^\s:\[]{1,48})(?:\[[^\]\s]{0,20}\])?: ?")
_COUNT: Final = re.compile(rb"([1-9][0-9]{0,6}) ")
_JSON_AT: Final = re.compile(r"(?:@cee:\s*)?(\{.*\})\s*$", re.DOTALL)
_BOM: Final = "\ufeff"


class SyslogError(ValueError):
    """A line that is no syslog message; the message says why."""


@dataclass(frozen=True, slots=True)
class SyslogMessage:
    """One message. `at_ms` None = no time, or one without a year or zone; `severity` 0 (worst) to 7."""

    facility: int
    severity: int
    at_ms: int | None
    host: str
    app: str
    msgid: str
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that is not handed out: why, and its beginning."""

    reason: str
    head: bytes


class SyslogFramer:
    """Cuts a stream into messages: octet counting where a frame begins with a digit, else up to LF (RFC 6587).

    Never keeps more than `max_bytes` and a chunk; a longer frame is refused once and passed over to its end.
    """

    KEPT_OF_REFUSED: Final = 2_000

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._rest = bytearray()
        self._skip_bytes = 0
        self._skip_line = False

    @property
    def unfinished(self) -> bool:
        return bool(self._rest) or self._skip_bytes > 0 or self._skip_line

    def feed(self, chunk: bytes) -> list[bytes | Refused]:
        """Every frame that `chunk` completes."""
        self._rest += chunk
        found: list[bytes | Refused] = []
        while self._rest:
            frame = self._next()
            if frame is None:
                break
            if isinstance(frame, Refused) or frame.strip(b" \r\n\0"):
                found.append(frame)
        return found

    def end(self) -> list[bytes | Refused]:
        """The sender is gone: a last line without its LF is a line; half a counted frame is refused."""
        rest, self._rest = bytes(self._rest), bytearray()
        if self._skip_bytes or self._skip_line or not rest.strip(b" \r\n\0"):
            return []
        if rest[:1].isdigit():
            return [Refused("the connection ended inside a counted frame", rest[: self.KEPT_OF_REFUSED])]
        return [rest]

    def _next(self) -> bytes | Refused | None:
        if self._skip_bytes:
            gone = min(self._skip_bytes, len(self._rest))
            del self._rest[:gone]
            self._skip_bytes -= gone
            return b"" if self._rest else None
        if self._skip_line:
            return self._skipped_line()
        if self._rest[:1].isdigit():
            return self._counted()
        return self._line()

    def _skipped_line(self) -> bytes | None:
        end = self._rest.find(b"\n")
        if end < 0:
            self._rest.clear()
            return None
        del self._rest[: end + 1]
        self._skip_line = False
        return b"" if self._rest else None

    def _counted(self) -> bytes | Refused | None:
        match = _COUNT.match(self._rest)
        if match is None:
            if len(self._rest) < 8 and self._rest.isdigit():
                return None  # the count itself is not whole yet
            return self._line()
        length = int(match[1])
        if length > self._max_bytes:
            head = bytes(self._rest[: self.KEPT_OF_REFUSED])
            del self._rest[: match.end()]
            self._skip_bytes = length
            return Refused(f"a frame of {length} bytes; allowed: {self._max_bytes}", head)
        if len(self._rest) < match.end() + length:
            return None
        frame = bytes(self._rest[match.end() : match.end() + length])
        del self._rest[: match.end() + length]
        return frame

    def _line(self) -> bytes | Refused | None:
        end = self._rest.find(b"\n", 0, self._max_bytes + 1)
        if end >= 0:
            frame = bytes(self._rest[:end])
            del self._rest[: end + 1]
            return frame
        if len(self._rest) <= self._max_bytes:
            return None
        head = bytes(self._rest[: self.KEPT_OF_REFUSED])
        self._skip_line = True
        return Refused(f"a line of more than {self._max_bytes} bytes", head)


def parse_syslog(frame: bytes) -> SyslogMessage:
    """RFC 5424, or else whatever begins with a priority (RFC 3164).

    Raises:
        SyslogError: there is no priority, or none that exists.
    """
    text = frame.decode("utf-8", "replace").strip("\r\n\0")
    pri = _PRI.match(text)
    if pri is None or int(pri[1]) > 191:
        raise SyslogError("no syslog message: it must begin with a priority, <0> to <191>")
    facility, severity = divmod(int(pri[1]), 8)
    rest = text[pri.end() :]
    head = _VERSION_1.match(rest)
    if head is None:
        return _old(facility, severity, rest)
    body = _after_structured_data(rest[head.end() :])
    return SyslogMessage(
        facility=facility,
        severity=severity,
        at_ms=iso_ms(head["at"]),
        host=_value(head["host"]),
        app=_value(head["app"]),
        msgid=_value(head["msgid"]),
        text=body.lstrip(" ").removeprefix(_BOM),
    )


def note_of(message: SyslogMessage) -> CyberNote | None:
    """What the message reports: a CEF or EVE message inside it, else itself. None: an EVE record that is no alert.

    Raises:
        CyberNoteError: what is inside cannot be read.
    """
    if has_cef(message.text):
        return cef_note(message.text, message.host, message.at_ms)
    inside = _JSON_AT.match(message.text)
    if inside is not None:
        try:
            record = json.loads(inside[1])
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict) and "event_type" in record:
            return eve_note(record, message.host)
    words = plain(message.text, 200)
    return CyberNote(
        sensor=plain(message.host, 100),
        signature=plain(f"{message.app} {message.msgid}", 100) or words,
        signature_id="",
        category=words,
        source="",
        target=plain(message.host, 60),
        target_port="",
        scale="syslog",
        level=message.severity,
        at_ms=message.at_ms,
    )


def _old(facility: int, severity: int, rest: str) -> SyslogMessage:
    """RFC 3164 as it is met: perhaps a time, perhaps a host, perhaps a tag."""
    rest = re.sub(r"^\d{1,10}: (?=\S)", "", rest)
    time = _OLD_TIME.match(rest)
    host, body = "", rest
    if time is not None:
        host, _, body = rest[time.end() :].partition(" ")
        if host.endswith(":") or "[" in host:
            host, body = "", rest[time.end() :]
    tag = _TAG.match(body)
    app = tag["app"] if tag is not None and not body.startswith("CEF:") else ""
    text = body[tag.end() :] if tag is not None and app else body
    at_ms = iso_ms(time[0].strip()) if time is not None else None
    return SyslogMessage(facility, severity, at_ms, host, app, "", text)


def _after_structured_data(text: str) -> str:
    """The message behind `-` or `[id name="value"]...`; with broken data everything is message."""
    if text.startswith("-"):
        return text[1:]
    position = 0
    while text[position : position + 1] == "[":
        end = _element_end(text, position)
        if end < 0:
            return text
        position = end
    return text[position:]


def _element_end(text: str, start: int) -> int:
    quoted, index = False, start + 1
    while index < len(text):
        char = text[index]
        if char == "\\" and quoted:
            index += 1
        elif char == '"':
            quoted = not quoted
        elif char == "]" and not quoted:
            return index + 1
        index += 1
    return -1


def _value(field: str) -> str:
    return "" if field == "-" else field

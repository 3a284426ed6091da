"""The wire of the Asterisk Manager Interface: lines "Key: Value", an empty line ends a message. Pure.

Source: docs.asterisk.org, "AMI v2 Specification"; a greeting is the first line of a connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_LINE_BYTES: Final = 8_192
MAX_MESSAGE_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class AmiMessage:
    """An event, an answer or an action. `fields`: keys in small letters; of a key that stands twice the first."""

    fields: Mapping[str, str]

    @property
    def event(self) -> str:
        return self.fields.get("event", "")

    @property
    def response(self) -> str:
        return self.fields.get("response", "")

    @property
    def action_id(self) -> str:
        return self.fields.get("actionid", "")

    def get(self, key: str) -> str:
        """The value of a key in small letters, "" = it is not there."""
        return self.fields.get(key, "")


@dataclass(frozen=True, slots=True)
class Garbled:
    """What is no message: passed over up to the next empty line. `content` is cut to a line's length."""

    content: bytes
    reason: str


@dataclass(slots=True)
class AmiReader:
    """Bytes in, messages out; what is cut anywhere goes on with the next bytes. Takes no more room than a message."""

    greeting: str | None = None
    _rest: bytes = b""
    _lines: list[bytes] = field(default_factory=list)
    _size: int = 0
    _reason: str = ""

    def feed(self, data: bytes) -> list[AmiMessage | Garbled]:
        found: list[AmiMessage | Garbled] = []
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.removesuffix(b"\r"), found)
        if len(self._rest) > MAX_LINE_BYTES:
            self._spoil(self._rest, f"a line of more than {MAX_LINE_BYTES} bytes")
            self._rest = b""
        return found

    def _take(self, line: bytes, found: list[AmiMessage | Garbled]) -> None:
        if self.greeting is None:
            self.greeting = line[:200].decode("utf-8", "replace")
        elif line:
            self._add(line)
        elif self._lines:
            found.append(self._message())
            self._lines, self._size, self._reason = [], 0, ""

    def _add(self, line: bytes) -> None:
        self._size += len(line)
        if len(line) > MAX_LINE_BYTES:
            self._spoil(line, f"a line of more than {MAX_LINE_BYTES} bytes")
        elif self._size > MAX_MESSAGE_BYTES:
            self._spoil(line, f"a message of more than {MAX_MESSAGE_BYTES} bytes")
        elif not self._reason:
            self._lines.append(line)

    def _spoil(self, line: bytes, reason: str) -> None:
        if not self._reason:
            self._lines, self._reason = [*self._lines[:20], line[:MAX_LINE_BYTES]], reason

    def _message(self) -> AmiMessage | Garbled:
        content = b"\n".join(self._lines)
        if self._reason:
            return Garbled(content[:MAX_LINE_BYTES], self._reason)
        fields: dict[str, str] = {}
        for line in self._lines:
            key, colon, value = line.decode("utf-8", "replace").partition(":")
            if colon:
                fields.setdefault(key.strip().lower(), value.strip())
        if not fields.keys() & {"event", "response", "action"}:
            return Garbled(content[:MAX_LINE_BYTES], "neither an event nor a response")
        return AmiMessage(fields)


def written(fields: Mapping[str, str]) -> bytes:
    """A message as it goes over the wire. Raises: ValueError, a value has a line's end in it."""
    if any(set("\r\n") & set(value) for value in fields.values()):
        raise ValueError("a value of a message has no line's end in it")
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


def challenge_key(challenge: str, secret: str) -> str:
    """What answers a challenge of AuthType MD5."""
    return hashlib.md5(f"{challenge}{secret}".encode(), usedforsecurity=False).hexdigest()

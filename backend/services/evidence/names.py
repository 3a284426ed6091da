"""Names of files that are safe on every disk, whatever identifiers the room uses; instants as people read them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_PLAIN_FOLDER: Final = re.compile(r"^(?!x-)[a-z0-9][a-z0-9_-]{7,63}$")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
LONGEST_NAME: Final = 60


def folder_name(export_id: str) -> str:
    """Of an export's folder: the id itself where that is harmless, else made of its hash."""
    if _PLAIN_FOLDER.match(export_id):
        return export_id
    return f"x-{hashlib.sha256(export_id.encode()).hexdigest()[:32]}"


def file_name(text: str) -> str:
    """`text` as part of a file name; what had to be changed gets a mark of its hash, so that two stay two."""
    plain = _UNSAFE.sub("_", text)[:LONGEST_NAME]
    if plain == text and not _RESERVED.match(plain):
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


class LocalTime:
    """Instants in the site's own time."""

    def __init__(self, utc_offset_min: int) -> None:
        self._zone = timezone(timedelta(minutes=utc_offset_min))

    def at(self, at_ms: int) -> datetime:
        # Not fromtimestamp(at_ms / 1000): a float of so many digits loses the last millisecond.
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(self._zone)

    def iso(self, at_ms: int) -> str:
        """2026-01-31T07:00:00.250+07:00."""
        return self.at(at_ms).isoformat(timespec="milliseconds")

    def stamp(self, at_ms: int) -> str:
        """For file names: 20260131-070000."""
        return f"{self.at(at_ms):%Y%m%d-%H%M%S}"

    def shown(self, at_ms: int) -> str:
        """As people write it here: 07:00:00 31/01/2026."""
        return f"{self.at(at_ms):%H:%M:%S %d/%m/%Y}"

    def clock(self, at_ms: int) -> str:
        """07:00:00.250 31/01/2026: of one frame."""
        moment = self.at(at_ms)
        return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d} {moment:%d/%m/%Y}"

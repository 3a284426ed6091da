"""Which log this is. A console that knows (epoch, seq) must never be handed the tail of another history."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, select, text

from backend.storage.tables import log_meta

_POSTGRES_PLACE: Final = text(
    "SELECT (SELECT system_identifier FROM pg_control_system())::text"
    " || ':' || (SELECT timeline_id FROM pg_control_checkpoint())::text"
    " || ':' || 'events'::regclass::oid::text"
)


class SeqMark:
    """A small file beside an SQLite database: "epoch seq" of its newest event.

    A database whose newest event is older than its mark says was put back from a backup. The mark is written
    after the commit and not synced: at worst it is behind, never ahead.
    """

    def __init__(self, database: Path | None, epoch: str) -> None:
        self._path = None if database is None else database.with_name(database.name + ".mark")
        self._epoch = epoch
        self._file: FileIO | None = None

    def write(self, seq: int) -> None:
        """Called on the writer thread."""
        if self._path is None:
            return
        # A full disk may refuse it; a mark that is behind only notices less.
        with contextlib.suppress(OSError):
            if self._file is None:
                self._file = FileIO(self._path, "r+" if self._path.exists() else "w+")
            self._file.seek(0)
            self._file.write(f"{self._epoch} {seq:020d}\n".encode("ascii"))

    def read(self) -> int:
        """The seq it holds for this epoch; 0 when there is none."""
        if self._path is None:
            return 0
        with contextlib.suppress(OSError, ValueError):
            epoch, seq = self._path.read_text(encoding="ascii").split()
            if epoch == self._epoch:
                return int(seq)
        return 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True, slots=True)
class LogIdentity:
    epoch: str
    mark: SeqMark

    @classmethod
    def establish(cls, connection: Connection, database: Path | None, last_seq: int) -> LogIdentity:
        """The log's epoch; a new one when the database is new, lies elsewhere, or lost events since last time."""
        place = _place(connection, database)
        rows = connection.execute(select(log_meta.c.key, log_meta.c.value))
        found = {str(row.key): str(row.value) for row in rows}
        epoch = found.get("epoch", "")
        mark = SeqMark(database, epoch)
        if epoch and found.get("place") == place and mark.read() <= last_seq:
            return cls(epoch, mark)
        epoch = secrets.token_hex(16)
        connection.execute(delete(log_meta))
        connection.execute(insert(log_meta), [{"key": "epoch", "value": epoch}, {"key": "place", "value": place}])
        mark = SeqMark(database, epoch)
        mark.write(last_seq)
        return cls(epoch, mark)


def _place(connection: Connection, database: Path | None) -> str:
    """What a copy of the database does not share with the original: its file's number, or the server's own ids."""
    if database is not None:
        return f"file:{database.stat().st_ino}"
    return f"server:{connection.execute(_POSTGRES_PLACE).scalar_one()}"

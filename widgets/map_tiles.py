"""A customer's MBTiles file as base layer, read on a thread of its own."""

from __future__ import annotations

import atexit
import sqlite3
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

TileFault = Literal["missing", "not_sqlite", "no_tiles", "vector", "format"]

_MAGIC: Final = ((b"\x89PNG\r\n\x1a\n", b"image/png"), (b"\xff\xd8\xff", b"image/jpeg"))
_RASTER: Final = frozenset({"png", "jpg", "jpeg", "webp"})


@dataclass(frozen=True, slots=True)
class TileSet:
    """What an MBTiles file says of itself. `bounds` is west, south, east, north in degrees, or None."""

    name: str
    attribution: str
    format: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float] | None


class TileError(ValueError):
    """The file cannot be a base layer. `fault` says why, for a sentence in the seat's language."""

    def __init__(self, fault: TileFault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


def media_type_of(content: bytes) -> bytes:
    """Image type by the content's first bytes; b"" when it is none a map can show."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return b"image/webp"
    return b""


def open_tiles(path: Path) -> tuple[sqlite3.Connection, TileSet]:
    """Open an MBTiles file for reading only.

    Raises:
        TileError: it is not there, not SQLite, has no tiles, or its tiles are not pictures.
    """
    if not path.is_file():
        raise TileError("missing", str(path))
    try:
        database = sqlite3.connect(f"file:{quote(path.as_posix())}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise TileError("not_sqlite", str(error)) from error
    try:
        return database, _describe(database, path)
    except sqlite3.DatabaseError as error:
        database.close()
        missing = isinstance(error, sqlite3.OperationalError) and "no such table" in str(error)
        raise TileError("no_tiles" if missing else "not_sqlite", str(error)) from error
    except TileError:
        database.close()
        raise


def _describe(database: sqlite3.Connection, path: Path) -> TileSet:
    metadata = {str(name): str(value) for name, value in database.execute("SELECT name, value FROM metadata")}
    row = database.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
    if row is None:
        raise TileError("no_tiles", "the table tiles is empty")
    kind = metadata.get("format", "").lower()
    if kind in ("pbf", "mvt") or (row[0] is not None and bytes(row[0][:2]) == b"\x1f\x8b"):
        raise TileError("vector", kind or "gzip")
    if (kind and kind not in _RASTER) or not media_type_of(bytes(row[0] or b"")):
        raise TileError("format", kind or "unknown")
    low, high = database.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
    return TileSet(
        name=metadata.get("name", path.stem),
        attribution=metadata.get("attribution", ""),
        format=kind,
        min_zoom=int(low),
        max_zoom=int(high),
        bounds=_bounds(metadata),
    )


def _bounds(metadata: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(part) for part in metadata.get("bounds", "").split(","))
    except ValueError:
        return None
    return west, south, east, north


def read_tile(database: sqlite3.Connection, zoom: int, column: int, row: int) -> bytes:
    """A tile by the web's numbering (row 0 in the north; MBTiles counts from the south), b"" when absent."""
    found = database.execute(
        "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
        (zoom, column, (1 << zoom) - 1 - row),
    ).fetchone()
    return b"" if found is None or found[0] is None else bytes(found[0])


class _Worker(QObject):
    """Lives on the tile thread; the only one that touches the file."""

    answered = Signal(int, bytes, bytes)
    opened = Signal(object)
    refused = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._database: sqlite3.Connection | None = None

    @Slot(str)
    def open(self, path: str) -> None:
        self.close()
        if not path:
            return
        try:
            self._database, tile_set = open_tiles(Path(path))
        except TileError as error:
            self.refused.emit(error.fault, error.detail)
        else:
            self.opened.emit(tile_set)

    @Slot(int, int, int, int)
    def read(self, token: int, zoom: int, column: int, row: int) -> None:
        content = b""
        if self._database is not None:
            try:
                content = read_tile(self._database, zoom, column, row)
            except sqlite3.Error as error:
                # A damaged page or a share that went away costs this tile; the map says so once.
                self.refused.emit("not_sqlite", str(error))
                self.close()
        self.answered.emit(token, media_type_of(content), content if media_type_of(content) else b"")

    @Slot()
    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


class TileReader(QObject):
    """The GUI thread's handle of the tile thread.

    Signals:
        answered: token, media type, content (b"" = no such tile).
        opened: a `TileSet`: the file can be shown.
        refused: (`TileFault`, detail): it cannot.
    """

    answered = Signal(int, bytes, bytes)
    opened = Signal(object)
    refused = Signal(str, str)
    _open = Signal(str)
    _read = Signal(int, int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName("map tiles")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        queued = Qt.ConnectionType.QueuedConnection
        self._open.connect(self._worker.open, queued)
        self._read.connect(self._worker.read, queued)
        self._worker.answered.connect(self.answered, queued)
        self._worker.opened.connect(self.opened, queued)
        self._worker.refused.connect(self.refused, queued)
        self._thread.finished.connect(self._worker.close, Qt.ConnectionType.DirectConnection)
        # However this object ends (deleted with its window, or the program just exits), the thread ends first: what
        # is registered last is done first at the exit, before Qt's own objects go.
        end = partial(_end, self._thread)
        self.destroyed.connect(end)
        weakref.finalize(self, end).atexit = False
        atexit.register(end)
        self._thread.start()

    def open(self, path: Path | None) -> None:
        """Use this file from now on; None = no base layer. The answer is `opened` or `refused`."""
        self._open.emit("" if path is None else str(path))

    def request(self, token: int, zoom: int, column: int, row: int) -> None:
        self._read.emit(token, zoom, column, row)

    def stop(self) -> None:
        """End the thread and wait for it. Called on the GUI thread."""
        _end(self._thread)


def _end(thread: QThread, *_: object) -> None:
    if shiboken6.isValid(thread):
        thread.quit()
        thread.wait()

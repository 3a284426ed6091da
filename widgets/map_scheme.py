"""The map page's own address space, `trucban://map/...`: everything the page may load, and nothing else.

Files come from installed packages (Leaflet, Be Vietnam Pro) and from resources/map; boundary documents from memory;
base tiles from the customer's MBTiles, read on a worker thread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import fontpkg_be_vietnam_pro
import xstatic.pkg.leaflet as xstatic_leaflet
from PySide6.QtCore import QBuffer, QFile, QIODevice, QObject
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

# Loaded before the application object exists, so that Qt shares OpenGL contexts as QtWebEngine asks for.
from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: F401

from widgets.map_tiles import TileReader

SCHEME: Final = b"trucban"
HOST: Final = "map"
BASE_URL: Final = "trucban://map/"

OWN_FOLDER: Final = Path(__file__).resolve().parents[1] / "resources" / "map"
LEAFLET_FOLDER: Final = Path(xstatic_leaflet.BASE_DIR)
FONT_FOLDER: Final = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"

_TYPES: Final = {
    ".js": b"text/javascript",
    ".css": b"text/css",
    ".png": b"image/png",
    ".ttf": b"font/ttf",
}
_FOLDERS: Final = {"own": OWN_FOLDER, "leaflet": LEAFLET_FOLDER, "font": FONT_FOLDER}
_FILE_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z]+)+$")
_TILE: Final = re.compile(r"^(\d{1,2})/(\d{1,7})/(\d{1,7})$")


def register_map_scheme() -> None:
    """Make the scheme known to the web engine. Must run before QApplication is made; again is harmless."""
    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(
        QWebEngineUrlScheme.Flag.SecureScheme
        | QWebEngineUrlScheme.Flag.CorsEnabled
        | QWebEngineUrlScheme.Flag.FetchApiAllowed
    )
    QWebEngineUrlScheme.registerScheme(scheme)


def read_file(kind: str, name: str) -> tuple[bytes, bytes] | None:
    """(media type, content) of a file the page may have, or None. No path can lead outside its folder."""
    if kind == "qt" and name == "qwebchannel.js":
        file = QFile(":/qtwebchannel/qwebchannel.js")
        if not file.open(QIODevice.OpenModeFlag.ReadOnly):
            return None
        return b"text/javascript", bytes(file.readAll().data())
    folder = _FOLDERS.get(kind)
    if folder is None or not _FILE_NAME.match(name):
        return None
    media_type = _TYPES.get(Path(name).suffix)
    path = folder / name
    if media_type is None or not path.is_file():
        return None
    return media_type, path.read_bytes()


class MapInterceptor(QWebEngineUrlRequestInterceptor):
    """Blocks every request that is not for this page's own scheme. Called on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blocked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802
        url = info.requestUrl()
        allowed = url.scheme() == SCHEME.decode() or url.toString().startswith("data:image/")
        if not allowed:
            self.blocked = [*self.blocked[-99:], url.scheme() + "://" + url.host()]
            info.block(True)


class MapSchemeHandler(QWebEngineUrlSchemeHandler):
    """Answers the page's requests. Lives on the GUI thread; tiles are answered later, from the tile thread."""

    def __init__(self, page_html: bytes, tiles: TileReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page_html = page_html
        self._documents: dict[str, bytes] = {}
        self._tiles = tiles
        self._waiting: dict[int, QWebEngineUrlRequestJob] = {}
        self._next_token = 0
        tiles.answered.connect(self._tile_answered)

    def set_document(self, name: str, content: bytes) -> None:
        """Offer `content` (JSON text) as `trucban://map/doc/<name>`."""
        self._documents[name] = content

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        if bytes(job.requestMethod().data()) != b"GET" or url.host() != HOST:
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        kind, _, name = url.path().lstrip("/").partition("/")
        if kind == "tiles":
            self._ask_tile(job, name)
            return
        found = self._find(kind, name)
        if found is None:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        else:
            self._reply(job, *found)

    def _find(self, kind: str, name: str) -> tuple[bytes, bytes] | None:
        if kind == "":
            return b"text/html", self._page_html
        if kind == "doc":
            content = self._documents.get(name)
            return None if content is None else (b"application/json", content)
        return read_file(kind, name)

    def _ask_tile(self, job: QWebEngineUrlRequestJob, name: str) -> None:
        match = _TILE.match(name)
        if match is None or int(match[1]) > 30:
            job.fail(QWebEngineUrlRequestJob.Error.UrlInvalid)
            return
        self._next_token += 1
        token = self._next_token
        self._waiting[token] = job
        # The engine deletes a job it no longer needs (the view moved on): then the answer must find nothing.
        job.destroyed.connect(lambda: self._waiting.pop(token, None))
        self._tiles.request(token, int(match[1]), int(match[2]), int(match[3]))

    def _tile_answered(self, token: int, media_type: bytes, content: bytes) -> None:
        job = self._waiting.pop(token, None)
        if job is None:
            return
        if content:
            self._reply(job, media_type, content)
        else:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

    @staticmethod
    def _reply(job: QWebEngineUrlRequestJob, media_type: bytes, content: bytes) -> None:
        # The buffer is the job's child: it must live exactly as long as the engine reads from it.
        buffer = QBuffer(parent=job)
        buffer.setData(content)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        job.reply(media_type, buffer)

"""The map as a widget: layers of points and areas on a folium page, live over QWebChannel. Knows no domain."""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from resources import tokens
from widgets.map_bridge import BridgeHandler, MapBridge, MapWebPage
from widgets.map_feed import MapFeed
from widgets.map_overlay import MapOverlay
from widgets.map_page import build_page
from widgets.map_scheme import BASE_URL, SCHEME, MapInterceptor, MapSchemeHandler
from widgets.map_tiles import TileReader, TileSet
from widgets.map_types import Bounds, MapDelta, MapLabel, MapLayer, MapTheme, MapWords, View

log: Final = logging.getLogger(__name__)

TICK_MS: Final = 100
"""Least time between batches under steady load; the first change after a pause goes at once. Each batch costs a
repaint, which on a seat without GPU is the map's whole price."""

UNANSWERED_AFTER_MS: Final = 5_000
KILL_AFTER_MS: Final = 15_000
DESK_THEME: Final = MapTheme(
    colours={
        "window": tokens.WINDOW,
        "panel": tokens.PANEL,
        "raised": tokens.RAISED,
        "line": tokens.LINE,
        "text1": tokens.TEXT_1,
        "text2": tokens.TEXT_2,
        "text3": tokens.TEXT_3,
    },
    ranks=tokens.SEVERITY,
    levels={**tokens.RISK, **tokens.HEAT, **tokens.ZONES},
)
RELOAD_MS: Final = (200, 1_000, 5_000)
"""Waits before the page is loaded again, by how often it failed in a row."""


class MapView(QWidget):
    """Shows layers of points and areas; keeps them itself, so that a page that dies loses nothing.

    Everything runs on the GUI thread except the reading of base tiles.

    Signals:
        ready: the page stands and has shown its first batch (again after each reload).
        failed: a sentence for a person: the page reported an error or was ended.
        clicked: (layer, key) of the point that was clicked.
        pointed: latitude and longitude in degrees of a click beside all points.
        about_to_send: a batch is handed to the page now: everything pushed before is in it.
        shown: number of the batch the page has just shown, and the page's report.
        view_changed: the `View` the page shows now.
        base_opened: the `TileSet` of the base layer.
        base_refused: a sentence: why the base layer's file cannot be used.
    """

    ready = Signal()
    failed = Signal(str)
    clicked = Signal(str, str)
    pointed = Signal(float, float)
    about_to_send = Signal()
    shown = Signal(int, object)
    view_changed = Signal(object)
    base_opened = Signal(object)
    base_refused = Signal(str)

    def __init__(self, layers: Sequence[MapLayer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = MapFeed(layers)
        self._documents: dict[str, int] = {}
        self._is_ready = False
        self._failures = 0
        self._words = ""
        self._base_version = 0
        self._report: dict[str, object] = {}
        self._last_sent = QElapsedTimer()
        self._tick = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._send)
        self._watch = QTimer(self, singleShot=True, interval=UNANSWERED_AFTER_MS)
        self._watch.timeout.connect(self._unanswered)
        self._reload = QTimer(self, singleShot=True)
        self._reload.timeout.connect(self._load)
        self._tiles = TileReader(self)
        self._tiles.opened.connect(self._base_opened)
        self._tiles.refused.connect(self._base_refused)
        self._build_web()
        self._overlay = MapOverlay(self)
        self.set_theme(DESK_THEME)
        self._load()

    def _build_web(self) -> None:
        self._profile = QWebEngineProfile(self)  # without a name it is off the record: nothing is written to disk
        self._interceptor = MapInterceptor(self._profile)
        self._profile.setUrlRequestInterceptor(self._interceptor)
        self._handler = MapSchemeHandler(build_page(), self._tiles, self._profile)
        self._profile.installUrlSchemeHandler(SCHEME, self._handler)
        self._web = QWebEngineView(self)
        self._page = MapWebPage(self._profile, self._web)
        # Children go in the order they came: the page (inside the view) must be gone before its profile.
        self._profile.setParent(None)
        self._profile.setParent(self)
        self._page.setBackgroundColor(QColor(tokens.WINDOW))
        self._bridge = MapBridge(self)
        self._bridge.handler = _Handler(self)
        channel = QWebChannel(self._page)
        channel.registerObject("bridge", self._bridge)
        self._page.setWebChannel(channel)
        self._page.renderProcessTerminated.connect(self._render_ended)
        self._page.loadFinished.connect(self._loaded)
        self._web.setPage(self._page)
        self._web.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._web.setAcceptDrops(False)
        self.setFocusProxy(self._web)

    # -- what the map shows ------------------------------------------------------------------------------------

    @property
    def feed(self) -> MapFeed:
        return self._feed

    @property
    def is_ready(self) -> bool:
        """The page stands and has shown at least one batch since it was loaded."""
        return self._is_ready

    @property
    def report(self) -> dict[str, object]:
        """What the page said with its last acknowledgement: counts of items, marks, areas, documents' features."""
        return self._report

    @property
    def web_page(self) -> QWebEnginePage:
        return self._page

    @property
    def blocked(self) -> list[str]:
        """Addresses outside the page's own scheme that it tried to reach."""
        return self._interceptor.blocked

    def push(self, delta: MapDelta) -> None:
        """Show what changed; sent with the next batch, within one tick."""
        self._feed.put(delta)
        self._send_soon()

    def set_texts(self, words: MapWords) -> None:
        self._set("words", dataclasses.asdict(words))

    def set_theme(self, theme: MapTheme) -> None:
        scales = {"ranks": theme.ranks, "levels": theme.levels}
        by_text = {name: {str(k): v for k, v in scale.items()} for name, scale in scales.items()}
        self._set("theme", {"colours": dict(theme.colours), **by_text})

    def set_labels(self, labels: Sequence[MapLabel]) -> None:
        self._set("labels", [dataclasses.asdict(label) for label in labels])

    def set_home_code(self, code: str) -> None:
        """The province whose outline stands out."""
        self._set("home_code", code)

    def set_document(self, name: str, content: bytes) -> None:
        """Boundaries as GeoJSON bytes, "provinces" or "communes"; parsed by the page, not here."""
        self._handler.set_document(name, content)
        self._documents = {**self._documents, name: self._documents.get(name, 0) + 1}
        self._set("documents", self._documents)

    def set_selected(self, layer: str, key: str) -> None:
        """Mark one point, which is then never swallowed by a cluster; "" = none."""
        self._feed.pin(f"{layer}/{key}" if key else "")
        self._send_soon()

    def set_live(self, live: bool, words: str = "") -> None:
        """Not live: the map is dimmed under a hatched band with `words`, and nothing on it moves."""
        self._words = "" if live else words
        self._set("live", live)
        self._show_overlay()

    def set_layer_visible(self, layer: str, visible: bool) -> None:
        self._feed.hide_layer(layer, not visible)
        self._send_soon()

    def set_base_tiles(self, path: Path | None) -> None:
        """Use an MBTiles file as base layer, None = none. Answered by `base_opened` or `base_refused`."""
        self._tiles.open(path)
        if path is None:
            self._set("base", None)

    # -- where it looks ----------------------------------------------------------------------------------------

    @property
    def view(self) -> View | None:
        return self._feed.index.view

    def fly_to(self, lat_deg: float, lon_deg: float, zoom: int) -> None:
        self._order("view", {"lat": lat_deg, "lon": lon_deg, "zoom": zoom})

    def fit(self, bounds: Bounds, max_zoom: int = 16) -> None:
        self._order("fit", {**dataclasses.asdict(bounds), "max_zoom": max_zoom})

    def fit_feature(self, code: str) -> None:
        """Show a commune or province of the boundary documents."""
        self._order("fit_code", code)

    def _order(self, name: str, value: object) -> None:
        self._feed.order(name, value)
        self._send_soon()

    def _set(self, name: str, value: object) -> None:
        self._feed.set_setting(name, value)
        self._send_soon()

    # -- batches -----------------------------------------------------------------------------------------------

    def _send_soon(self) -> None:
        if self._feed.in_flight is not None or self._tick.isActive() or self.view is None:
            return
        since_ms = self._last_sent.elapsed() if self._last_sent.isValid() else TICK_MS
        self._tick.start(max(0, TICK_MS - since_ms))

    def _send(self) -> None:
        batch = self._feed.next_batch()
        if batch is None:
            return
        self.about_to_send.emit()
        self._last_sent.restart()
        self._watch.start(UNANSWERED_AFTER_MS)
        self._bridge.batch.emit(batch)

    def acknowledged(self, number: int, report: dict[str, object]) -> None:
        """The page has shown a batch."""
        if not self._feed.acknowledge(number):
            return
        self._watch.stop()
        self._report = report
        self._failures = 0
        was_ready, self._is_ready = self._is_ready, True
        self._show_overlay()
        if not was_ready:
            self.ready.emit()
        self.shown.emit(number, report)
        if self._feed.due:
            self._send_soon()

    def page_view(self, view: View) -> None:
        """The page tells what it shows; the first time it is how a new page says that it stands."""
        self._feed.set_view(view)
        self.view_changed.emit(view)
        self._send_soon()

    def page_clicked(self, ident: str) -> None:
        if ident.startswith("~"):
            bounds = self._feed.index.members_bounds(ident)
            if bounds is not None:
                self._open_cluster(bounds)
            return
        layer, _, key = ident.partition("/")
        if self._feed.index.find(ident) is not None:
            self.clicked.emit(layer, key)

    def _open_cluster(self, bounds: Bounds) -> None:
        view = self.view
        if view is None:
            return
        if max(bounds.north - bounds.south, bounds.east - bounds.west) < 1e-5:
            self.fly_to(bounds.south, bounds.west, max(view.zoom + 2, 15))
        else:
            self.fit(bounds, max_zoom=17)

    def page_failed(self, text: str) -> None:
        log.warning("map page reports: %s", text)
        self.failed.emit(self.tr("The map page reports an error: {text}").format(text=text))

    # -- the page's life ---------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._page.load(QUrl(BASE_URL))

    def _loaded(self, ok: bool) -> None:
        if not ok and not self._reload.isActive():
            self._lost(self.tr("The map page could not be loaded"))

    def _render_ended(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        log.warning("map render process ended: %s, exit code %d", status.name, code)
        self._lost(self.tr("The map's drawing process ended"))

    def _lost(self, reason: str) -> None:
        self._is_ready = False
        self._watch.stop()
        self._tick.stop()
        self._feed.page_lost()
        view = self.view
        if view is not None:
            self._feed.order("view", {"lat": view.lat_deg, "lon": view.lon_deg, "zoom": view.zoom})
        wait_ms = RELOAD_MS[min(self._failures, len(RELOAD_MS) - 1)]
        self._failures += 1
        self._show_overlay(reason)
        self.failed.emit(reason)
        self._reload.start(wait_ms)

    def _unanswered(self) -> None:
        """The page has not shown a batch for seconds: say so, and end its process when it stays that way."""
        if self._watch.interval() != UNANSWERED_AFTER_MS:
            pid = self._page.renderProcessPid()
            log.warning("map page does not answer; ending its process %d", pid)
            if pid > 0:
                os.kill(pid, signal.SIGTERM)
            return
        self._overlay.show_words(self.tr("THE MAP DOES NOT RESPOND — what it shows is old"))
        self._watch.start(KILL_AFTER_MS - UNANSWERED_AFTER_MS)

    def _show_overlay(self, reason: str = "") -> None:
        if not self._is_ready and (reason or self._failures):
            words = self.tr("{reason} — loading it again").format(
                reason=reason or self.tr("The map page could not be loaded")
            )
            self._overlay.show_words(words, opaque=True)
        elif not self._is_ready:
            self._overlay.show_words(self.tr("Loading the map"), opaque=True)
        else:
            self._overlay.show_words(self._words)

    # -- base tiles --------------------------------------------------------------------------------------------

    def _base_opened(self, tile_set: TileSet) -> None:
        self._base_version += 1
        self._set("base", {**dataclasses.asdict(tile_set), "version": self._base_version})
        self.base_opened.emit(tile_set)

    def _base_refused(self, fault: str, detail: str) -> None:
        sentences = {
            "missing": self.tr("The base map file is not there: {detail}"),
            "not_sqlite": self.tr("The base map file cannot be read as MBTiles (SQLite): {detail}"),
            "no_tiles": self.tr("The base map file holds no tiles: {detail}"),
            "vector": self.tr(
                "The base map file holds vector tiles ({detail}); this map needs raster tiles (png, jpg or webp)"
            ),
            "format": self.tr("The base map's tile format is not one of png, jpg, webp: {detail}"),
        }
        self._set("base", None)
        self.base_refused.emit(sentences.get(fault, "{detail}").format(detail=detail))

    # -- the widget --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._web.setGeometry(self.rect())
        self._overlay.setGeometry(self.rect())

    @property
    def overlay_words(self) -> str:
        """What is written over the map now, "" when it is live and well."""
        return self._overlay.words


class _Handler(BridgeHandler):
    def __init__(self, view: MapView) -> None:
        self._view = view

    def page_acknowledged(self, number: int, report: dict[str, object]) -> None:
        self._view.acknowledged(number, report)

    def page_clicked(self, ident: str) -> None:
        self._view.page_clicked(ident)

    def page_pointed(self, lat_deg: float, lon_deg: float) -> None:
        self._view.pointed.emit(lat_deg, lon_deg)

    def page_view_changed(self, view: View) -> None:
        self._view.page_view(view)

    def page_failed(self, text: str) -> None:
        self._view.page_failed(text)

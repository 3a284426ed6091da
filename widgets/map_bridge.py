"""The only object the map page can talk to, and the page that may talk to it."""

from __future__ import annotations

import json
import logging
import math
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings

from widgets.map_scheme import BASE_URL
from widgets.map_types import Bounds, View

log: Final = logging.getLogger(__name__)

_TEXT_MAX: Final = 2000


class MapBridge(QObject):
    """What the page may call: that it has shown a batch, a click on a thing or beside all, what it shows now, and that
    something failed.

    Everything that comes from the page is checked; what does not fit is dropped.

    Signals:
        batch: JSON text for the page.
    """

    batch = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Plain Python hooks instead of signals: a signal of this object would be visible to the page.
        self.handler: BridgeHandler | None = None

    @Slot(int, str)
    def ack(self, number: int, report: str) -> None:
        if self.handler is not None:
            self.handler.page_acknowledged(number, _report(report))

    @Slot(str)
    def click(self, ident: str) -> None:
        if self.handler is not None and len(ident) <= _TEXT_MAX:
            self.handler.page_clicked(ident)

    @Slot(float, float)
    def point(self, lat_deg: float, lon_deg: float) -> None:
        if self.handler is not None and abs(lat_deg) <= 90 and abs(lon_deg) <= 180:
            self.handler.page_pointed(lat_deg, lon_deg)

    @Slot(str)
    def view_changed(self, text: str) -> None:
        view = _view(text)
        if self.handler is not None and view is not None:
            self.handler.page_view_changed(view)

    @Slot(str)
    def error(self, text: str) -> None:
        if self.handler is not None:
            self.handler.page_failed(text[:_TEXT_MAX])


class BridgeHandler:
    """What the desk does with the page's calls. All are called on the GUI thread."""

    def page_acknowledged(self, number: int, report: dict[str, object]) -> None: ...

    def page_clicked(self, ident: str) -> None: ...

    def page_pointed(self, lat_deg: float, lon_deg: float) -> None: ...

    def page_view_changed(self, view: View) -> None: ...

    def page_failed(self, text: str) -> None: ...


def _report(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _view(text: str) -> View | None:
    found = _report(text)
    numbers: dict[str, float] = {}
    for name in ("zoom", "south", "west", "north", "east", "lat", "lon"):
        value = found.get(name)
        if not isinstance(value, int | float) or not math.isfinite(value):
            return None
        numbers[name] = float(value)
    zoom = int(numbers["zoom"])
    if not 0 <= zoom <= 22:
        return None
    bounds = Bounds(numbers["south"], numbers["west"], numbers["north"], numbers["east"])
    return View(zoom, bounds, numbers["lat"], numbers["lon"])


class MapWebPage(QWebEnginePage):
    """Shows the map's own page and refuses to go anywhere else, open anything, or ask for anything."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject | None = None) -> None:
        super().__init__(profile, parent)
        settings = self.settings()
        attribute = QWebEngineSettings.WebAttribute
        for name in (
            attribute.PluginsEnabled,
            attribute.JavascriptCanOpenWindows,
            attribute.JavascriptCanAccessClipboard,
            attribute.LocalStorageEnabled,
            attribute.LocalContentCanAccessFileUrls,
            attribute.LocalContentCanAccessRemoteUrls,
            attribute.ScreenCaptureEnabled,
            attribute.PdfViewerEnabled,
            attribute.ErrorPageEnabled,
            attribute.NavigateOnDropEnabled,
            attribute.FullScreenSupportEnabled,
            attribute.WebGLEnabled,
        ):
            settings.setAttribute(name, False)
        settings.setAttribute(attribute.ShowScrollBars, False)
        settings.setAttribute(attribute.FocusOnNavigationEnabled, False)
        self.permissionRequested.connect(lambda permission: permission.deny())

    def acceptNavigationRequest(
        self, url: QUrl | str, navigation_type: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        return is_main_frame and QUrl(url) == QUrl(BASE_URL)

    def createWindow(self, window_type: QWebEnginePage.WebWindowType) -> QWebEnginePage | None:  # type: ignore[override]
        return None

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        if level != QWebEnginePage.JavaScriptConsoleMessageLevel.InfoMessageLevel:
            log.warning("map page: %s (%s:%d)", message[:_TEXT_MAX], source.rsplit("/", 1)[-1], line)

"""map.html: one file that shows where everything was, without any network. Built by folium on Leaflet."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import Final

import folium
import xstatic.pkg.leaflet as xstatic_leaflet
from branca.element import Element, Figure

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Camera, Station
from backend.services.evidence.contents import Contents
from backend.services.evidence.geometry import communes, cone, outline
from backend.services.evidence.words import PRIORITY, kind_name

LEAFLET: Final = Path(xstatic_leaflet.BASE_DIR)
_URL: Final = re.compile(r"url\((images/[\w.-]+)\)")
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_LITERAL: Final = str.maketrans({"`": "&#96;", "$": "&#36;", "\\": "&#92;", "\n": "<br>", "\r": ""})
_COLOUR: Final = {
    Priority.CRITICAL: "#b3001b",
    Priority.HIGH: "#d9480f",
    Priority.MEDIUM: "#b58100",
    Priority.LOW: "#1c6dd0",
    Priority.SYSTEM: "#6b7280",
}
CAMERA_COLOUR: Final = "#0b7285"
STATION_COLOUR: Final = "#2b8a3e"


def map_page(contents: Contents) -> bytes:
    """The page as UTF-8 HTML: nothing in it is loaded from elsewhere, and its own policy forbids it."""
    case = contents.case
    home = case.site.home
    page = folium.Map(
        location=(home.lat_deg, home.lon_deg), zoom_start=home.zoom, tiles=None, attribution_control=False, min_zoom=3
    )
    # folium's own lists name web addresses; what is needed of them is put into the page below.
    page.default_js, page.default_css = [], []
    page._id = "map"
    _boundaries(contents, page)
    _cameras(contents, page)
    _stations(contents, page)
    _alerts(contents, page)
    folium.LayerControl(collapsed=False).add_to(page)
    places = _places(contents)
    if places:
        page.fit_bounds(_bounds(places), max_zoom=15)
    figure = page.get_root()
    assert isinstance(figure, Figure)
    figure.title = html.escape(case.order.title)
    figure.header.add_child(Element(f"<style>{_leaflet_css()}{_OWN_CSS}</style>"), name="leaflet_css")
    figure.header.add_child(Element(f"<script>{_leaflet_js()}</script>"), name="leaflet_js")
    figure.html.add_child(Element(_heading(contents)), name="heading")
    text: str = figure.render()
    meta = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_policy(text)}">'
    return text.replace("<head>", f"<head>\n{meta}", 1).encode()


_OWN_CSS: Final = (
    "#heading{position:absolute;z-index:999;left:56px;top:10px;background:#fff;padding:6px 10px;border-radius:4px;"
    "font:14px/1.4 'Be Vietnam Pro',system-ui,sans-serif;max-width:60%;box-shadow:0 1px 4px #0006}"
    ".folium-map{background:#eef2f5}.leaflet-tooltip{white-space:normal;max-width:320px;width:max-content}"
)


def _policy(page: str) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _SCRIPT.findall(page)
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


@cache
def _leaflet_js() -> str:
    text = (LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    # Where its source lies would be asked for by a browser's tools.
    return re.sub(r"//# sourceMappingURL=\S+", "", text).replace("</script", "<\\/script")


@cache
def _leaflet_css() -> str:
    def inlined(found: re.Match[str]) -> str:
        content = base64.b64encode((LEAFLET / found[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{content})"

    return _URL.sub(inlined, (LEAFLET / "leaflet.css").read_text(encoding="utf-8"))


def literal(*lines: str) -> str:
    """Strangers' texts as HTML that stands inside a script's template literal."""
    return "<br>".join(html.escape(line).translate(_LITERAL) for line in lines if line)


def _heading(contents: Contents) -> str:
    order = contents.case.order
    lines = (order.title, contents.span_words(order.start_ms, order.end_ms), contents.case.site.name_vi)
    return f'<div id="heading">{"<br>".join(html.escape(line) for line in lines)}</div>'


def _boundaries(contents: Contents, page: folium.Map) -> None:
    layer = folium.FeatureGroup(name="Ranh giới xã, phường").add_to(page)
    found = communes(Path(contents.case.communes_file))
    if not found["features"]:
        return
    folium.GeoJson(
        found,
        style_function=lambda feature: {"color": "#8a97a5", "weight": 1, "fillColor": "#fbfcfd", "fillOpacity": 0.6},
        smooth_factor=0.5,
    ).add_to(layer)


def _cameras(contents: Contents, page: folium.Map) -> None:
    layer = folium.FeatureGroup(name="Camera").add_to(page)
    chosen = set(contents.case.camera_ids)
    for camera in contents.case.site.cameras:
        is_chosen = camera.camera_id in chosen
        shape = cone(camera)
        if shape:
            opacity = 0.35 if is_chosen else 0.1
            folium.Polygon(
                [(lat, lon) for lon, lat in shape],
                stroke=False,
                fill=True,
                fill_color=CAMERA_COLOUR,
                fill_opacity=opacity,
            ).add_to(layer)
        folium.CircleMarker(
            (camera.lat_deg, camera.lon_deg),
            radius=6 if is_chosen else 3,
            color=CAMERA_COLOUR,
            fill=True,
            fill_opacity=0.9 if is_chosen else 0.4,
            tooltip=literal(*_camera_lines(contents, camera)),
        ).add_to(layer)


def _camera_lines(contents: Contents, camera: Camera) -> list[str]:
    lines = [f"Camera {camera.name_vi}", camera.camera_id, camera.owner]
    for video in contents.videos:
        if video.camera_id == camera.camera_id:
            lines.append(f"Có hình: {contents.span_words(video.start_ms, video.end_ms)}")
    return lines[:12]


def _stations(contents: Contents, page: folium.Map) -> None:
    layer = folium.FeatureGroup(name="Trạm quan trắc").add_to(page)
    for station in contents.case.site.stations:
        folium.CircleMarker(
            (station.lat_deg, station.lon_deg),
            radius=5,
            color=STATION_COLOUR,
            fill=True,
            fill_opacity=0.8,
            tooltip=literal(*_station_lines(contents, station)),
        ).add_to(layer)


def _station_lines(contents: Contents, station: Station) -> list[str]:
    order = contents.case.order
    symbols = ", ".join(f"{one.symbol} ({one.unit})" for one in station.parameters)
    span = contents.span_words(order.start_ms, order.end_ms)
    return [f"Trạm {station.name_vi}", station.station_id, symbols, f"Số liệu: {span}"]


def _alerts(contents: Contents, page: folium.Map) -> None:
    layer = folium.FeatureGroup(name="Cảnh báo").add_to(page)
    for alert in contents.case.alerts:
        colour = _COLOUR[alert.priority]
        words = literal(*_alert_lines(contents, alert))
        for shape in alert.shapes:
            places = [(lat, lon) for lon, lat in outline(shape)]
            folium.Polygon(places, color=colour, weight=2, fill=True, fill_opacity=0.12, tooltip=words).add_to(layer)
        if alert.lat_deg is not None and alert.lon_deg is not None:
            is_incident = alert.alert_id == contents.case.order.alert_id
            folium.CircleMarker(
                (alert.lat_deg, alert.lon_deg),
                radius=11 if is_incident else 8,
                color=colour,
                weight=4 if is_incident else 2,
                fill=True,
                fill_opacity=0.7,
                tooltip=words,
            ).add_to(layer)


def _alert_lines(contents: Contents, alert: Alert) -> list[str]:
    lines = [
        alert.headline_vi,
        f"{kind_name(alert.kind)}, mức {PRIORITY[alert.priority]}",
        f"Phát sinh: {contents.local.shown(alert.raised_ms)}",
    ]
    if alert.acknowledged_ms is not None:
        lines.append(f"Xác nhận: {contents.local.shown(alert.acknowledged_ms)}, {alert.acknowledged_by}")
    return lines


def _places(contents: Contents) -> list[tuple[float, float]]:
    """(lat, lon) of what the package is about."""
    chosen = set(contents.case.camera_ids)
    cameras = [(one.lat_deg, one.lon_deg) for one in contents.case.site.cameras if one.camera_id in chosen]
    alerts = [
        (one.lat_deg, one.lon_deg)
        for one in contents.case.alerts
        if one.lat_deg is not None and one.lon_deg is not None
    ]
    return cameras + alerts


def _bounds(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    lats, lons = [place[0] for place in places], [place[1] for place in places]
    return [(min(lats), min(lons)), (max(lats), max(lons))]

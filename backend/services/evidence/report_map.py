"""The report's map: boundaries, cameras with what they look at, stations and alerts, drawn as lines on paper."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Protocol

from reportlab.lib import colors
from reportlab.platypus import Flowable

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Site
from backend.services.evidence.geometry import METRES_PER_DEGREE, Point, communes, cone, outline, rings
from backend.services.evidence.paper import REGULAR

_MARGIN: Final = 0.15
_LEAST_DEG: Final = 0.01
"""About a kilometre: a single place is shown with its surroundings."""

_COLOUR: Final = {
    Priority.CRITICAL: colors.HexColor("#b3001b"),
    Priority.HIGH: colors.HexColor("#d9480f"),
    Priority.MEDIUM: colors.HexColor("#b58100"),
    Priority.LOW: colors.HexColor("#1c6dd0"),
    Priority.SYSTEM: colors.HexColor("#6b7280"),
}
_CAMERA: Final = colors.HexColor("#0b7285")
_STATION: Final = colors.HexColor("#2b8a3e")
_LABELS_MOST: Final = 20
_LABEL_HIGH: Final = 8.0
_LABEL_WIDE: Final = 90.0
"""Words closer to each other than this go below each other, points."""


class Shows(Protocol):
    """What a map is of; `camera_ids` are those that are drawn."""

    @property
    def site(self) -> Site: ...
    @property
    def camera_ids(self) -> tuple[str, ...]: ...
    @property
    def alerts(self) -> tuple[Alert, ...]: ...
    @property
    def communes_file(self) -> str: ...


class MapDrawing(Flowable):  # type: ignore[misc]  # reportlab carries no types
    """A rectangle of the given size, in points."""

    def __init__(self, shows: Shows, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._shows = shows
        self._labels: list[Point] = []
        self._view = _View(_shown(shows), width, height)

    def draw(self) -> None:
        canvas: Any = self.canv
        self._labels.clear()
        canvas.saveState()
        frame = canvas.beginPath()
        frame.rect(0, 0, self.width, self.height)
        canvas.clipPath(frame, stroke=1, fill=0)
        self._boundaries(canvas)
        self._cameras(canvas)
        self._stations(canvas)
        self._alerts(canvas)
        canvas.restoreState()
        self._scale(canvas)

    def _boundaries(self, canvas: Any) -> None:
        canvas.setStrokeColor(colors.HexColor("#8a97a5"))
        canvas.setFillColor(colors.HexColor("#f7f9fa"))
        canvas.setLineWidth(0.5)
        for ring in rings(communes(Path(self._shows.communes_file))):
            if self._view.touches(ring):
                self._shape(canvas, ring, fill=1)

    def _cameras(self, canvas: Any) -> None:
        chosen = self._shows.camera_ids
        for camera in self._shows.site.cameras:
            if camera.camera_id not in chosen:
                continue
            canvas.setFillColor(_CAMERA, alpha=0.3)
            if shape := cone(camera):
                self._shape(canvas, shape, fill=1, stroke=0)
            self._dot(canvas, (camera.lon_deg, camera.lat_deg), _CAMERA, 3, camera.name_vi)

    def _stations(self, canvas: Any) -> None:
        for station in self._shows.site.stations:
            self._dot(canvas, (station.lon_deg, station.lat_deg), _STATION, 2)

    def _alerts(self, canvas: Any) -> None:
        for number, alert in enumerate(self._shows.alerts):
            colour = _COLOUR[alert.priority]
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(1)
            for shape in alert.shapes:
                self._shape(canvas, outline(shape), fill=0)
            if alert.lat_deg is not None and alert.lon_deg is not None:
                words = alert.headline_vi if number < _LABELS_MOST else ""
                self._dot(canvas, (alert.lon_deg, alert.lat_deg), colour, 4, words)

    def _shape(self, canvas: Any, ring: Iterable[Point], fill: int, stroke: int = 1) -> None:
        path = canvas.beginPath()
        for number, place in enumerate(ring):
            x, y = self._view.at(place)
            if number:
                path.lineTo(x, y)
            else:
                path.moveTo(x, y)
        path.close()
        canvas.drawPath(path, stroke=stroke, fill=fill)

    def _dot(self, canvas: Any, place: Point, colour: Any, radius: float, words: str = "") -> None:
        x, y = self._view.at(place)
        canvas.setFillColor(colour, alpha=1)
        canvas.circle(x, y, radius, stroke=0, fill=1)
        if words:
            canvas.setFont(REGULAR, 6.5)
            short = words if len(words) <= 48 else words[:47] + "…"
            left, base = min(x + radius + 2, max(2.0, self.width - 3.4 * len(short))), y - 2
            while self._is_taken(left, base):
                base -= _LABEL_HIGH
            self._labels.append((left, base))
            canvas.drawString(left, base, short)

    def _is_taken(self, left: float, base: float) -> bool:
        return any(abs(left - x) < _LABEL_WIDE and abs(base - y) < _LABEL_HIGH for x, y in self._labels)

    def _scale(self, canvas: Any) -> None:
        metres = self._view.scale_metres()
        length = metres / self._view.metres_per_point
        canvas.saveState()
        canvas.setLineWidth(1.5)
        canvas.line(8, 8, 8 + length, 8)
        canvas.setFont(REGULAR, 7)
        canvas.drawString(10, 11, f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m")
        canvas.restoreState()


class _View:
    """Degrees to points: the places with a margin, north up, equal scale both ways."""

    def __init__(self, places: list[Point], width: float, height: float) -> None:
        lons, lats = [place[0] for place in places], [place[1] for place in places]
        self._lon, self._lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self._narrow = max(0.01, math.cos(math.radians(self._lat)))
        across = max((max(lons) - min(lons)) * self._narrow, _LEAST_DEG) * (1 + 2 * _MARGIN)
        up = max(max(lats) - min(lats), _LEAST_DEG) * (1 + 2 * _MARGIN)
        self._per_point = max(across / width, up / height)
        self._width, self._height = width, height
        self.metres_per_point = self._per_point * METRES_PER_DEGREE

    def at(self, place: Point) -> Point:
        x = (place[0] - self._lon) * self._narrow / self._per_point + self._width / 2
        return x, (place[1] - self._lat) / self._per_point + self._height / 2

    def touches(self, ring: list[Point]) -> bool:
        places = [self.at(place) for place in ring]
        xs, ys = [place[0] for place in places], [place[1] for place in places]
        return bool(xs) and max(xs) >= 0 and min(xs) <= self._width and max(ys) >= 0 and min(ys) <= self._height

    def scale_metres(self) -> int:
        """A round figure, about a fifth of the width."""
        about = self._width * self.metres_per_point / 5
        power: int = 10 ** max(0, math.floor(math.log10(max(1.0, about))))
        return max(step for step in (1, 2, 5) if step * power <= max(about, power)) * power


def _shown(shows: Shows) -> list[Point]:
    chosen = set(shows.camera_ids)
    places = [(one.lon_deg, one.lat_deg) for one in shows.site.cameras if one.camera_id in chosen]
    places += [
        (one.lon_deg, one.lat_deg) for one in shows.alerts if one.lon_deg is not None and one.lat_deg is not None
    ]
    return places or [(shows.site.home.lon_deg, shows.site.home.lat_deg)]

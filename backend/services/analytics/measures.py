"""What a small grey picture tells: brightness, edges against those that are usual here, motion and fullness of zones.

Only the analytics process imports this: OpenCV stays out of the backend's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from backend.services.analytics.rules import Measure, ZoneMeasure
from config.camera_model import AnalyticsCamera

Grey = NDArray[np.uint8]
"""(height, width), 0..255."""

_Floats = NDArray[np.float32]

CELLS: Final = (40, 23)
"""Edges are compared in so many cells across and down: a swaying leaf stays in its cell."""

LEARN_S: Final = 60.0
LEARNT_AFTER_S: Final = 10.0
"""What is usual follows the picture within a minute, and is believed after some seconds."""

EMPTY_S: Final = 1800.0
"""What a zone looks like when it is empty follows within half an hour, where nothing moves."""

EDGE_FROM: Final = 0.25
"""A change of brightness by so much of itself, over the width of the filter, is an edge."""

MOVED_BY: Final = 18
DIFFERS_BY: Final = 28
"""Grey levels from the picture before, and from the empty zone, that are no noise of a camera."""

GAP_MOST_S: Final = 5.0
"""After a longer gap the picture before says nothing about motion."""


class Measurer:
    """One camera's pictures, in order. Sizes may change: then all is learnt anew."""

    def __init__(self, camera: AnalyticsCamera) -> None:
        self._camera = camera
        self._shape: tuple[int, ...] = ()
        self._zones: dict[str, NDArray[np.bool_]] = {}
        self._counted: NDArray[np.bool_] = np.ones((1, 1), np.bool_)
        self._forget()

    def _forget(self) -> None:
        self._before: Grey | None = None
        self._before_s = self._same_since_s = 0.0
        self._usual: _Floats | None = None
        self._usual_texture = self._usual_contrast = 0.0
        self._learnt_s = 0.0
        self._empty: _Floats | None = None

    def look_away(self) -> None:
        """The next picture is no follower of the last; what is usual here stays known."""
        self._before = None

    def measure(self, picture: Grey, at_s: float) -> Measure:
        """Measure a picture; nothing is learnt from it yet (`learn`)."""
        if picture.shape != self._shape:
            self._shape = picture.shape
            self._forget()
            self._zones = {zone.name: _inside([zone.polygon], picture.shape) for zone in self._camera.zones}
            self._counted = ~_inside(self._camera.ignore, picture.shape)
        same = self._before is not None and np.array_equal(picture, self._before)
        if not same:
            self._same_since_s = at_s
        edges, contrast = self._edges(picture)
        texture = float(edges.mean())
        measure = Measure(
            luma=float(picture[self._counted].mean()) if self._counted.any() else 255.0,
            texture=texture / self._usual_texture if self._usual_texture else 1.0,
            contrast=contrast / self._usual_contrast if self._usual_contrast else 1.0,
            likeness=_likeness(edges, self._usual) if self._usual is not None else 1.0,
            same_s=at_s - self._same_since_s,
            learnt=self._learnt_s >= LEARNT_AFTER_S,
            zones=self._zone_measures(picture, at_s),
        )
        self._now = (picture, at_s, edges, texture, contrast)
        return measure

    def learn(self, sees: bool) -> None:
        """Take the picture measured last as the one before; `sees`: and as an example of what is usual here."""
        picture, at_s, edges, texture, contrast = self._now
        passed_s = min(GAP_MOST_S, max(0.0, at_s - self._before_s)) if self._before is not None else 0.0
        if sees:
            if self._usual is None:
                self._usual, self._usual_texture, self._usual_contrast = edges, texture, contrast
            share = _share(passed_s, max(1.0, min(LEARN_S, self._learnt_s)))
            self._usual = self._usual + share * (edges - self._usual)
            self._usual_texture += share * (texture - self._usual_texture)
            self._usual_contrast += share * (contrast - self._usual_contrast)
            self._learnt_s += passed_s
            self._learn_empty(picture, passed_s)
        self._before, self._before_s = picture, at_s

    def _learn_empty(self, picture: Grey, passed_s: float) -> None:
        if self._empty is None:
            self._empty = picture.astype(np.float32)
            return
        still = np.ones(picture.shape, np.bool_)
        if self._before is not None:
            still = cv2.absdiff(picture, self._before) < MOVED_BY
        share = _share(passed_s, EMPTY_S if self._learnt_s >= LEARNT_AFTER_S else LEARNT_AFTER_S)
        self._empty[still] += share * (picture[still] - self._empty[still])

    def _edges(self, picture: Grey) -> tuple[_Floats, float]:
        """Mean strength of the edges in each cell, whatever the light; and how far its large parts differ in light."""
        light = picture.astype(np.float32) + 10.0
        calm = light / cv2.GaussianBlur(light, (0, 0), 8.0)  # an edge is a ratio: dusk and clouds leave it as it is
        across, down = cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)
        strength = cv2.magnitude(across, down)
        # The noise of the sensor is no edge.
        strength = np.where(self._counted & (strength > EDGE_FROM), strength, 0.0).astype(np.float32)
        cells = cv2.resize(strength, CELLS, interpolation=cv2.INTER_AREA)
        large = cv2.resize(light, CELLS, interpolation=cv2.INTER_AREA)
        return np.asarray(cells, np.float32), float(large.std() / large.mean())

    def _zone_measures(self, picture: Grey, at_s: float) -> dict[str, ZoneMeasure]:
        if not self._zones:
            return {}
        moving = np.zeros(picture.shape, np.bool_)
        if self._before is not None and at_s - self._before_s <= GAP_MOST_S:
            moving = cv2.absdiff(picture, self._before) >= MOVED_BY
        full = np.zeros(picture.shape, np.bool_)
        if self._empty is not None:
            full = np.abs(picture.astype(np.float32) - self._empty) >= DIFFERS_BY
        return {
            name: ZoneMeasure(float(moving[zone].mean()), float(full[zone].mean())) if zone.any() else ZoneMeasure(0, 0)
            for name, zone in self._zones.items()
        }


def _inside(polygons: Sequence[Sequence[tuple[float, float]]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        points = np.array([(x * (shape[1] - 1), y * (shape[0] - 1)) for x, y in polygon]).round().astype(np.int32)
        cv2.fillPoly(mask, [points], 1)
    return mask.astype(np.bool_)


def _likeness(edges: _Floats, usual: _Floats) -> float:
    """Correlation of two maps of edges; 1 when there is nothing to compare."""
    one, other = edges - edges.mean(), usual - usual.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > 1e-9 else 1.0


def _share(passed_s: float, within_s: float) -> float:
    return 1.0 - math.exp(-passed_s / within_s)

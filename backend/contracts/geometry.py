"""Shapes on the wire, in GeoJSON's order (longitude first). CAP writes latitude first: its parser turns it round."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import LatDeg, LonDeg, Wire

Position = tuple[LonDeg, LatDeg]


class Polygon(Wire):
    """One closed ring, first position == last."""

    type: Literal["polygon"] = "polygon"
    ring: Annotated[tuple[Position, ...], Field(min_length=4, max_length=20_000)]


class Circle(Wire):
    type: Literal["circle"] = "circle"
    centre: Position
    radius_m: Annotated[float, Field(ge=0.0, le=40_000_000.0)]


Shape = Annotated[Polygon | Circle, Field(discriminator="type")]

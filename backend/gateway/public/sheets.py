"""Published reports as CSV (RFC 4180) and GeoJSON (RFC 7946)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from pydantic_core import to_json

from backend.gateway.open311.asked import w3c
from backend.gateway.public.told import PublicReport

COLUMNS: Final = (
    "code", "state", "category_id", "category", "commune_code", "commune", "agency", "received", "closed", "late",
    "rating", "campaign", "simulated", "lat", "lon", "text", "answer",
)  # fmt: skip
_STEERING: Final = ("=", "+", "-", "@", "\t", "\r")


def values(one: PublicReport, utc_offset_min: int) -> dict[str, str | float | bool | None]:
    """By the names of `COLUMNS`."""
    found = (
        one.code, one.state, one.category_id, one.category_vi, one.commune_code, one.commune_vi, one.agency_vi,
        w3c(one.received_ms, utc_offset_min), w3c(one.closed_ms, utc_offset_min) if one.closed_ms is not None else None,
        one.late, one.rating_vi, one.campaign_id, one.simulated, one.lat_deg, one.lon_deg, one.text, one.answer,
    )  # fmt: skip
    return dict(zip(COLUMNS, found, strict=True))


def csv_of(reports: Iterable[PublicReport], utc_offset_min: int) -> bytes:
    """With a byte-order mark, without which spreadsheets take it for another alphabet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for one in reports:
        writer.writerow([_cell(value) for value in values(one, utc_offset_min).values()])
    return file.getvalue().encode("utf-8-sig")


def geojson_of(reports: Iterable[PublicReport], utc_offset_min: int) -> bytes:
    """Those without a place have the geometry null."""
    features = []
    for one in reports:
        told = values(one, utc_offset_min)
        lat, lon = told.pop("lat"), told.pop("lon")
        geometry = {"type": "Point", "coordinates": [lon, lat]} if lat is not None else None
        features.append({"type": "Feature", "id": one.code, "geometry": geometry, "properties": told})
    return to_json({"type": "FeatureCollection", "features": features})


def _cell(value: str | float | bool | None) -> str | float:
    """What a stranger wrote is a text for a spreadsheet, never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_STEERING) else value

"""Where and when a picture was taken, as its file says: read with doubt, None where it cannot be true."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif

_ISO_6709: Final = re.compile(r"([+-]\d{1,3}(?:\.\d{1,12})?)([+-]\d{1,3}(?:\.\d{1,12})?)(?:[+-]\d{1,6}(?:\.\d{1,6})?)?")
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")
_PLACES: Final = ("location", "com.apple.quicktime.location.ISO6709", "location-eng", "LOCATION")
_TIMES: Final = ("com.apple.quicktime.creationdate", "creation_time", "DATE_RECORDED")
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""What is older is a clock that was never set."""


def exif_place(exif: Exif) -> tuple[float, float] | None:
    """(lat, lon) in degrees of EXIF's GPS tags."""
    gps = exif.get_ifd(IFD.GPSInfo)
    lat = _angle(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S")
    lon = _angle(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W")
    return place(lat, lon)


def exif_taken_ms(exif: Exif, utc_offset_min: int) -> int | None:
    """Epoch ms of DateTimeOriginal; without OffsetTimeOriginal it is local time at `utc_offset_min`."""
    more = exif.get_ifd(IFD.Exif)
    text = more.get(Base.DateTimeOriginal) or more.get(Base.DateTimeDigitized) or exif.get(Base.DateTime)
    try:
        local = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        return _sane(local - timedelta(minutes=_offset(more.get(Base.OffsetTimeOriginal), utc_offset_min)))
    except (ValueError, OverflowError):
        return None


def film_place(metadata: Mapping[str, str]) -> tuple[float, float] | None:
    """(lat, lon) in degrees of a film's ISO 6709 location."""
    for key in _PLACES:
        found = _ISO_6709.match(metadata.get(key, ""))
        if found is not None:
            return place(float(found[1]), float(found[2]))
    return None


def film_taken_ms(metadata: Mapping[str, str]) -> int | None:
    """Epoch ms of a film's creation time."""
    for key in _TIMES:
        try:
            at = datetime.fromisoformat(metadata.get(key, ""))
            found = _sane(at if at.tzinfo is not None else at.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found
    return None


def place(lat_deg: float | None, lon_deg: float | None) -> tuple[float, float] | None:
    """None for what is no place on the earth, and for 0, 0: a receiver that had none yet."""
    if lat_deg is None or lon_deg is None or not (math.isfinite(lat_deg) and math.isfinite(lon_deg)):
        return None
    if abs(lat_deg) > 90 or abs(lon_deg) > 180 or (lat_deg == 0 and lon_deg == 0):
        return None
    return lat_deg, lon_deg


def _angle(parts: object, reference: object, negative: str) -> float | None:
    if not isinstance(parts, Sequence) or isinstance(parts, str | bytes) or len(parts) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if str(reference).strip("\0 ").upper() == negative else angle


def _offset(text: object, default_min: int) -> int:
    found = _OFFSET.match(str(text))
    if found is None:
        return default_min
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


def _sane(at: datetime) -> int | None:
    if not _OLDEST <= at <= datetime.now(UTC) + timedelta(days=1):
        return None
    return round(at.timestamp() * 1000)

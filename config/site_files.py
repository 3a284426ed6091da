"""What may stand in the files of a site folder, where that differs from what the program uses afterwards."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from backend.contracts.site import LevelMark, LimitDirection, StationKind
from config.base import Config

Coefficient = Literal["Kp", "Kv", "Kq", "Kf"]


class SiteHead(Config):
    """[site] of site.toml. `communes` and `provinces` are file names inside the folder; "" = no outline."""

    site_id: str = Field(min_length=1)
    name_vi: str
    name_en: str
    province_code: str
    utc_offset_min: int = Field(ge=-720, le=840)
    simulated: bool = False
    speed_up: float = Field(default=1.0, ge=1.0, le=1000.0)
    communes: str = "communes.geojson"
    provinces: str = ""


class LimitRow(Config):
    """One row of a standard: [[limit]] of limits.toml.

    Attributes:
        coefficients: which factors of the station multiply `value`.
        window_min: length of the mean that is compared; 0 = each sample.
        source: where the figure was read; `verified` only when that is the primary text, or it
            follows from an official bulletin.
        mark: which alarm level of a gauge it is. A level that is not known has no row.
    """

    standard: str
    column: str
    symbol: str
    value: float
    unit: str
    window_min: int = Field(ge=0, le=525_600)
    direction: LimitDirection = "above"
    priority: int = Field(default=3, ge=1, le=4)
    coefficients: tuple[Coefficient, ...] = ()
    o2_ref_percent: float | None = Field(default=None, gt=0, lt=20)
    valid_from: date
    valid_to: date | None = None
    source: str
    verified: bool
    name_vi: str = ""
    name_en: str = ""
    mark: LevelMark = ""


class GradeRow(Config):
    """One level of a standard that grades: [[grade]] of limits.toml, the best first.

    Its bounds are the [[limit]] rows of the same standard and column; a level without any holds what is worse than all
    others. A parameter without a row in the best level has no grade.
    """

    standard: str
    column: str
    name_vi: str
    name_en: str


class LimitReference(Config):
    """Which standard and column holds for a station, with the station's own coefficients."""

    standard: str
    column: str
    Kp: float | None = Field(default=None, gt=0, le=2)
    Kv: float | None = Field(default=None, gt=0, le=2)
    Kq: float | None = Field(default=None, gt=0, le=2)
    Kf: float | None = Field(default=None, gt=0, le=2)


class PermitRow(Config):
    """A limit of the plant's own environmental permit (GPMT): it wins over the standard's."""

    number: str
    symbol: str
    value: float
    unit: str
    window_min: int = Field(default=60, ge=0, le=525_600)
    direction: LimitDirection = "above"
    priority: int = Field(default=3, ge=1, le=4)
    o2_ref_percent: float | None = Field(default=None, gt=0, lt=20)
    valid_from: date
    valid_to: date | None = None
    verified: bool


class StationEntry(Config):
    """[[station]] of stations.toml. `units` and `decimals` where they differ from the catalogue's.

    `grades`: standard whose levels its quality is told in, "" = none.
    """

    station_id: str = Field(min_length=1)
    name_vi: str
    name_en: str
    kind: StationKind
    plant_id: str = ""
    lat_deg: float = Field(ge=-90, le=90)
    lon_deg: float = Field(ge=-180, le=180)
    commune_code: str
    interval_s: int = Field(ge=1, le=86_400)
    producer_id: str
    parameters: tuple[str, ...] = Field(min_length=1)
    units: dict[str, str] = {}
    decimals: dict[str, int] = {}
    limits: tuple[LimitReference, ...] = ()
    grades: str = ""
    permit: tuple[PermitRow, ...] = ()
    camera_ids: tuple[str, ...] = ()

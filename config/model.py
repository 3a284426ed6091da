"""What a site folder says, typed and frozen. `config.site.load_site` reads it; `public_site` is what seats may see.

Secrets (camera passwords, API keys) are `SecretStr`: printing or logging a config never shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.contracts.commands import Role
from backend.contracts.site import Agency, Commune, MapView, Parameter, Patrol, Plant, Producer, Station


class Config(BaseModel):
    """A frozen settings type; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CameraConfig(Config):
    """One row of cameras.csv. URLs are rtsp:// or rtsps:// (a file path only by `--camera` on the command line)."""

    camera_id: str
    name_vi: str
    name_en: str
    group: str
    lat_deg: float
    lon_deg: float
    bearing_deg: float | None
    view_deg: float
    range_m: float
    owner: str
    commune_code: str
    main_url: SecretStr
    sub_url: SecretStr
    engine: Literal["pyav", "vlc"] = "pyav"
    simulated: bool = False


class OperatorConfig(Config):
    """An account the site wants to exist. Passwords are never in the site: `user add` sets them."""

    user: str
    display_name: str
    role: Role
    agency_id: str = ""


class DropFolderSource(Config):
    """Station TXT files (TT 10/2021) dropped into a folder, one producer per source.

    Attributes:
        file_name_pattern: regular expression with the named group `station`, and optionally `at`.
        aliases: this producer's own spellings of symbols, e.g. {"N0x" = "NOx"}.
        station_names: the producer's station names -> station_id, where they differ.
    """

    kind: Literal["station_drop"] = "station_drop"
    producer_id: str
    folder: Path
    file_name_pattern: str = r"^(?P<station>.+)_(?P<at>\d{14})\.txt$"
    aliases: dict[str, str] = {}
    station_names: dict[str, str] = {}
    stable_after_s: float = 1.0


class CapFeedSource(Config):
    """A CAP message, or an Atom or RSS feed of them, polled over HTTP with ETag."""

    kind: Literal["cap_feed"] = "cap_feed"
    producer_id: str
    url: str
    poll_every_s: float = 60.0


class CameraProbeSource(Config):
    """The backend's own look at each camera's RTSP door (OPTIONS), a few at a time."""

    kind: Literal["camera_probe"] = "camera_probe"
    producer_id: str
    every_s: float = 10.0
    lost_after: int = 3
    timeout_s: float = 5.0


SourceConfig = Annotated[DropFolderSource | CapFeedSource | CameraProbeSource, Field(discriminator="kind")]


class DetectionRule(Config):
    """Which detections become alerts: by label, from `min_score`, grouped per camera for `group_s` seconds."""

    label: str
    name_vi: str
    name_en: str
    priority: int = Field(default=3, ge=1, le=4)
    min_score: float = Field(default=0.6, ge=0.0, le=1.0)
    group_s: float = 120.0


class CapSettings(Config):
    """`default_life_h` when a message names no expiry. `priorities`: CAP severity -> alert priority."""

    default_life_h: float = 24.0
    languages: tuple[str, ...] = ("vi-VN", "vi")
    priorities: dict[str, int] = {"Extreme": 1, "Severe": 2, "Moderate": 3, "Minor": 4, "Unknown": 3}


class SiteConfig(Config):
    """A whole site folder.

    Attributes:
        folder: where it was read from; relative paths inside the site are resolved against the data folder.
        speed_up: how much faster than the wall clock a simulated city's story runs; 1 for a real one.
        exercise_vi, exercise_en: title of the exercise that this room is for; "" in a real one. No file says it: a
            training room does (backend/exercise/training.py).
        communes_file: GeoJSON of the communes; `province_file` the outline of the provinces.
    """

    folder: Path
    site_id: str
    name_vi: str
    name_en: str
    province_code: str
    utc_offset_min: int
    simulated: bool
    speed_up: float
    exercise_vi: str = ""
    exercise_en: str = ""
    home: MapView
    plants: tuple[Plant, ...]
    stations: tuple[Station, ...]
    cameras: tuple[CameraConfig, ...]
    patrols: tuple[Patrol, ...]
    agencies: tuple[Agency, ...]
    operators: tuple[OperatorConfig, ...]
    producers: tuple[Producer, ...]
    sources: tuple[SourceConfig, ...]
    detection_rules: tuple[DetectionRule, ...]
    cap: CapSettings
    communes: tuple[Commune, ...]
    communes_file: Path
    province_file: Path | None

    def station(self, station_id: str) -> Station | None:
        return next((station for station in self.stations if station.station_id == station_id), None)

    def parameter(self, station_id: str, symbol: str) -> Parameter | None:
        station = self.station(station_id)
        if station is None:
            return None
        return next((item for item in station.parameters if item.symbol == symbol), None)

"""Cameras of a site and what is done with their pictures: recorded, looked at by our analytics, turned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from backend.contracts.recording import RecordingMode
from backend.contracts.site import (
    CameraPreset,
    CameraPtz,
)
from config.base import Config


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


class Volume(Config):
    """[[volume]]: a folder for recordings; relative ones lie in the backend's data folder.

    Attributes:
        floor_free_gb: when less is free on its disk, the oldest unprotected recordings go.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    folder: Annotated[str, Field(min_length=1)]
    floor_free_gb: Annotated[float, Field(ge=0, le=100_000)] = 2.0


class Window(Config):
    """Part of a week in which a camera of mode "schedule" is recorded: site time, `days` 1 = Monday .. 7 = Sunday.

    `to_min` at or before `from_min` reaches over midnight into the next day.
    """

    days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    from_time: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    to_time: Annotated[str, Field(alias="to", pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]

    @property
    def from_min(self) -> int:
        return _minutes(self.from_time)

    @property
    def to_min(self) -> int:
        return _minutes(self.to_time)


class RecordingClass(Config):
    """[[class]]: how its cameras are recorded and kept.

    Attributes:
        days: nothing older is kept, evidence excepted; 0 = until the space is needed.
        max_gb: of all cameras of the class together; 0 = no bound of its own.
        stream: which of the camera's streams; a camera that has no sub-stream gives its main one.
        pre_s, post_s: mode "event": seconds before and after an alert that are kept, too.
        groups, cameras: whose class this is; a camera named beats its group, a later class beats an earlier one.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    mode: RecordingMode
    stream: Literal["main", "sub"] = "main"
    days: Annotated[float, Field(ge=0, le=3660)] = 30.0
    max_gb: Annotated[float, Field(ge=0, le=10_000_000)] = 0.0
    pre_s: Annotated[float, Field(ge=0, le=120)] = 10.0
    post_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    volume: str = ""
    schedule: tuple[Window, ...] = ()
    groups: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()


Share = Annotated[float, Field(ge=0, le=1)]


Polygon = Annotated[tuple[tuple[Share, Share], ...], Field(min_length=3, max_length=64)]
"""Corners as shares of the picture's width and height, from the top left."""


class AnalyticsZone(Config):
    """[[camera.zone]]: part of a camera's picture.

    Attributes:
        use: forbidden: nothing may move there in `hours`; crowd: how full it is of people; traffic: whether it stands.
        from_share: from which share of the zone on it counts; left out = as [rules] says.
        classes: what the camera's detector counts in the zone, which is judged by its number then.
        from_count: from how many on.
        occupancy: "STATION/SYMBOL" that how full the zone is (%) is a series of; "" = it is none.
        count: likewise of how many of `classes` are in it.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    use: Literal["forbidden", "crowd", "traffic"]
    polygon: Polygon
    hours: tuple[Window, ...] = ()
    from_share: Annotated[float, Field(gt=0, le=1)] | None = None
    classes: tuple[str, ...] = ()
    from_count: Annotated[int, Field(ge=1, le=10_000)] = 1
    occupancy: str = ""
    count: str = ""


DetectorLayout = Literal["yolov8", "yolov5", "end_to_end", "ssd"]


class DetectorConfig(Config):
    """[[detector]] of analytics.toml: an ONNX model of the site that finds things in a picture.

    Attributes:
        model: file name inside the site folder.
        layout: how its answer is to be read (`backend.services.analytics.detector`).
        width_px, height_px: of the picture it takes; a camera's picture is fitted in, with grey bars.
        mean, scale: a level x of 0..255 is given as (x - mean) * scale; `rgb`: red first, else blue first.
        classes: names of what it finds, in the model's order.
        nms_over: of two boxes of a class that overlap by more than this share the surer one is kept.
        every_s: how often a camera's picture is given to it.
        busy_most: it is asked more seldom when it would take more than this share of the time.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    model: Annotated[str, Field(min_length=1, max_length=200)]
    layout: DetectorLayout
    width_px: Annotated[int, Field(ge=32, le=1920)]
    height_px: Annotated[int, Field(ge=32, le=1920)]
    mean: float = 0.0
    scale: Annotated[float, Field(gt=0)] = 1 / 255
    rgb: bool = True
    classes: Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]
    score_from: Annotated[float, Field(gt=0, le=1)] = 0.4
    nms_over: Annotated[float, Field(gt=0, le=1)] = 0.5
    every_s: Annotated[float, Field(ge=0.1, le=3600)] = 2.0
    busy_most: Annotated[float, Field(gt=0, le=1)] = 0.25


class AnalyticsCamera(Config):
    """[[camera]] of analytics.toml.

    Attributes:
        sight: tell when it is dark, covered, blurred, moved or frozen.
        turns: it is moved on purpose (PTZ) and never told as moved.
        ignore: parts that do not count, e.g. the clock in the picture.
        detector: name of the detector that counts in its zones; "" = none, as everywhere by default.
    """

    camera_id: str
    sight: bool = True
    turns: bool = False
    ignore: tuple[Polygon, ...] = ()
    detector: str = ""
    zones: tuple[AnalyticsZone, ...] = Field(default=(), alias="zone")


class AnalyticsRules(Config):
    """[rules] of analytics.toml: the room's own practice, no law.

    Attributes:
        pictures_per_s: how many pictures of each camera are measured.
        width_px: how wide they are made before.
        dark_below_luma, light_from_luma: mean brightness; a camera that got dark is so until it is this light again, so
            that dusk is told once.
        covered_below_contrast, blurred_below_texture: share of the lights and darks, and of the edges, that the camera
            usually shows. Covered it has neither, blurred it has lost its edges.
        moved_below_likeness: correlation of the edges with where they usually lie.
        relearn_after_s: a picture that is another for so long is how the camera looks now.
        *_from_share, standing_below_share: of a zone.
        series_every_s: of how long a stretch each figure of a zone's series is the mean.
    """

    pictures_per_s: Annotated[float, Field(gt=0, le=15)] = 2.0
    width_px: Annotated[int, Field(ge=64, le=1280)] = 320
    dark_below_luma: Annotated[float, Field(ge=0, le=255)] = 12.0
    light_from_luma: Annotated[float, Field(ge=0, le=255)] = 18.0
    covered_below_contrast: Share = 0.35
    blurred_below_texture: Share = 0.5
    moved_below_likeness: Annotated[float, Field(ge=-1, le=1)] = 0.3
    frozen_after_s: Annotated[float, Field(ge=1, le=3600)] = 20.0
    sight_on_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    sight_off_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    relearn_after_s: Annotated[float, Field(ge=10, le=86_400)] = 900.0
    motion_from_share: Share = 0.02
    motion_on_s: Annotated[float, Field(ge=0, le=3600)] = 1.0
    crowd_from_share: Share = 0.5
    crowd_on_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    traffic_from_share: Share = 0.5
    standing_below_share: Share = 0.03
    traffic_on_s: Annotated[float, Field(ge=0, le=3600)] = 60.0
    zone_off_s: Annotated[float, Field(ge=0, le=3600)] = 15.0
    series_every_s: Annotated[float, Field(ge=1, le=3600)] = 60.0


class AnalyticsConfig(Config):
    """The whole file. `producer_id`: in whose name it is told; no camera = there are no analytics of ours."""

    producer_id: str = ""
    rules: AnalyticsRules = AnalyticsRules()
    detectors: tuple[DetectorConfig, ...] = ()
    cameras: tuple[AnalyticsCamera, ...] = ()

    def detector(self, name: str) -> DetectorConfig | None:
        return next((one for one in self.detectors if one.name == name), None)


class PtzPreset(Config):
    """[[camera.preset]] of ptz.toml; see `backend.contracts.site.CameraPreset`.

    Attributes:
        place_id: station or fire site it shows; its point is taken from there.
    """

    token: Annotated[str, Field(min_length=1, max_length=64)]
    name_vi: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(min_length=1, max_length=200)]
    place_id: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    bearing_deg: Annotated[float, Field(ge=0, le=360)] | None = None


class PtzCamera(Config):
    """[[camera]] of ptz.toml.

    Attributes:
        address: of the ONVIF device service, e.g. http://10.1.2.3/onvif/device_service.
        profile: token of the media profile that is turned.
        user, password: of an ONVIF user with the right to turn it; "" = it asks for none. Never given to seats.
        home: token of the preset it is brought back to.
        by_itself: may move for an alert of priority 1 without a hand.
    """

    camera_id: str
    address: str
    profile: Annotated[str, Field(min_length=1, max_length=64)]
    user: str = ""
    password: SecretStr = SecretStr("")
    home: str = ""
    by_itself: bool = False
    presets: tuple[PtzPreset, ...] = Field(default=(), alias="preset")


class PtzRules(Config):
    """[rules] of ptz.toml: the room's own practice, no law.

    Attributes:
        hold_s: how long a camera belongs to who turned it last.
        home_after_s: how long after the last order it goes home; 0 = never.
        answer_within_s: of each question to a camera; `arrive_within_s` of the whole way to a preset.
    """

    hold_s: Annotated[int, Field(ge=0, le=3600)] = 60
    home_after_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    answer_within_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    arrive_within_s: Annotated[float, Field(gt=0, le=300)] = 20.0


class PtzConfig(Config):
    """The whole file."""

    rules: PtzRules = PtzRules()
    cameras: tuple[PtzCamera, ...] = ()

    def public(self, camera_id: str) -> CameraPtz | None:
        """What seats may know: no address, no user, no password."""
        one = next((one for one in self.cameras if one.camera_id == camera_id), None)
        if one is None:
            return None
        return CameraPtz(
            presets=tuple(CameraPreset(**preset.model_dump()) for preset in one.presets),
            home=one.home,
            hold_s=self.rules.hold_s,
            by_itself=one.by_itself,
            home_after_s=self.rules.home_after_s,
        )


class RecordingConfig(Config):
    """The whole file. `class_of` every camera's class; one that is not in it is not recorded."""

    segment_s: Annotated[float, Field(ge=1, le=300)] = 10.0
    volumes: tuple[Volume, ...] = ()
    classes: tuple[RecordingClass, ...] = ()
    class_of: dict[str, str] = {}

    def of(self, camera_id: str) -> RecordingClass | None:
        name = self.class_of.get(camera_id)
        return next((one for one in self.classes if one.name == name), None)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)

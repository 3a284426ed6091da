"""The site of a training room: the real one's equipment, with nothing that reaches out of the room.

What it must never do: take the real room's files or bulletins away, or wait for a rhythm nobody plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from config.camera_model import CameraConfig, RecordingConfig
from config.model import SiteConfig
from config.scenario import Scenario
from config.source_model import CameraProbeSource, DropFolderSource, SourceConfig

SCENARIO_COPY: Final = "scenario.toml"
"""The scenario as it was played, in the training room's data folder."""


def training_site(site: SiteConfig, scenario: Scenario, speed_up: float, cameras: bool) -> SiteConfig:
    """The site for a training room.

    Args:
        speed_up: how fast the story is played; the windows of limits shrink by it, as in a simulated city.
        cameras: the site's cameras answer here, so that they are looked for.
    """
    scripted = {curve.station for curve in scenario.curves}
    every_s = scenario.head.send_every_s
    stations = tuple(
        station.model_copy(update={"interval_s": every_s}) if station.station_id in scripted else station
        for station in site.stations
    )
    rhythm: dict[str, int] = {}
    for station in stations:
        rhythm[station.producer_id] = min(rhythm.get(station.producer_id, station.interval_s), station.interval_s)
    probed = {source.producer_id for source in site.sources if isinstance(source, CameraProbeSource)} if cameras else {}
    producers = tuple(
        producer
        if producer.producer_id in probed
        # Bulletins and detections come when they come: only who sends station files is called silent.
        else producer.model_copy(update={"expect_every_s": rhythm.get(producer.producer_id, 0)})
        for producer in site.producers
    )
    return site.model_copy(
        update={
            "exercise_vi": scenario.head.title_vi,
            "exercise_en": scenario.head.title_en,
            "speed_up": speed_up,
            "stations": stations,
            "producers": producers,
            "recording": _recording_inside(site.recording) if cameras else RecordingConfig(),
            "sources": tuple(found for source in site.sources if (found := _inside(source, cameras)) is not None),
        }
    )


def _recording_inside(recording: RecordingConfig) -> RecordingConfig:
    """Recorded as in the real room, but never onto the real room's disks."""
    volumes = tuple(volume.model_copy(update={"folder": f"recordings/{volume.name}"}) for volume in recording.volumes)
    return recording.model_copy(update={"volumes": volumes})


def _inside(source: SourceConfig, cameras: bool) -> SourceConfig | None:
    match source:
        case DropFolderSource():
            # A real site's folder may lie anywhere: files taken from there would be missing in the real room.
            return source.model_copy(update={"folder": Path("drop") / source.producer_id})
        case CameraProbeSource():
            return source if cameras else None
        case _:
            return None


def through_relays(site: SiteConfig, ports: Mapping[str, int]) -> SiteConfig:
    """The site whose cameras of `ports` are reached at that port of this machine."""

    def moved(camera: CameraConfig) -> CameraConfig:
        port = ports.get(camera.camera_id)
        if port is None:
            return camera
        urls = {name: _at_port(getattr(camera, name).get_secret_value(), port) for name in ("main_url", "sub_url")}
        return camera.model_copy(update={name: SecretStr(url) for name, url in urls.items()})

    return site.model_copy(update={"cameras": tuple(moved(camera) for camera in site.cameras)})


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    login, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login}{at}127.0.0.1:{port}"))

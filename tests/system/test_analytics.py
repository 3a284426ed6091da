"""Our own analytics on a real RTSP server: what a camera shows wrongly is told, and one that is dead hurts nobody."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import SecretStr

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Parameter, Producer
from backend.gateway.compose import running
from backend.gateway.parts import Parts
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape, encode
from config.camera_model import AnalyticsCamera, AnalyticsConfig, AnalyticsRules, DetectorConfig
from config.model import DetectionRule, SiteConfig
from config.site import load_site
from tests.system.backend_process import SMALL_SITE
from tests.system.recorder_room import until
from tests.system.rtsp_server_process import RtspServer, rtsp_server
from tests.unit.onnx_file import bright_patches
from tests.unit.test_analytics import noisy, street

pytestmark = pytest.mark.anyio

FPS = 5
SHAPE = StreamShape("small", 320, 180, FPS, 28, 400)
SEES_S, COVERED_S = 16, 8


def shown(number: int) -> NDArray[np.uint8]:
    """A street that lives, then a hand before the camera."""
    picture = street() if number < SEES_S * FPS else np.full((180, 320), 90, np.float32)
    return np.asarray(np.repeat(noisy(picture, number)[:, :, None], 3, axis=2), np.uint8)


def lit(number: int) -> NDArray[np.uint8]:
    """A street with three bright lamps, each as large as the detector of the tests looks for."""
    picture = noisy(street(), number)
    for left, top in ((0, 10), (80, 90), (240, 90)):
        picture[top : top + 80, left : left + 80] = 250
    return np.asarray(np.repeat(picture[:, :, None], 3, axis=2), np.uint8)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    folder = tmp_path_factory.mktemp("analytics")
    clip = folder / "covered.h264"
    encode(clip, (shown(number) for number in range((SEES_S + COVERED_S) * FPS)), SHAPE)
    lamps = folder / "lamps.h264"
    encode(lamps, (lit(number) for number in range(SEES_S * FPS)), SHAPE)
    mounts = {"/cam-1": rtsp.Mount(clip, FPS), "/lamps": rtsp.Mount(lamps, FPS)}
    with rtsp_server(folder, mounts) as serving:
        yield serving


def watched(address: str) -> SiteConfig:
    """The small site; its second camera's address answers nobody."""
    site = load_site(SMALL_SITE)
    cameras = [
        site.cameras[0].model_copy(update={"camera_id": name, "main_url": SecretStr(url), "sub_url": SecretStr("")})
        for name, url in (("cam-1", address), ("cam-2", "rtsp://127.0.0.1:9/nothing"))
    ]
    rules = AnalyticsRules(pictures_per_s=4, sight_on_s=2, sight_off_s=1)
    looked_at = tuple(AnalyticsCamera(camera_id=one.camera_id) for one in cameras)
    own = Producer(producer_id="own", name_vi="Của ta", name_en="Ours", door="rtsp", expect_every_s=0)
    return site.model_copy(
        update={
            "cameras": tuple(cameras),
            "analytics": AnalyticsConfig(producer_id="own", rules=rules, cameras=looked_at),
            "producers": (*site.producers, own),
            "detection_rules": (
                DetectionRule(label="camera_covered", name_vi="Bị che", name_en="Covered", group_s=2.0),
            ),
            "patrols": (),
            "sources": (),
        }
    )


CROWD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def counted(address: str, folder: Path) -> SiteConfig:
    """Both cameras have a detector now: one that works, and one whose file is rubbish."""
    site = watched(address)
    bright_patches(folder / "good.onnx")
    (folder / "bad.onnx").write_bytes(b"\x08\x08 not a model")
    detectors = tuple(
        DetectorConfig(name=name, model=f"{name}.onnx", layout="yolov8", width_px=64, height_px=64, classes=("lamp",),
                       every_s=0.5)
        for name in ("good", "bad")
    )  # fmt: skip
    zone = {"name": "sân", "use": "crowd", "polygon": CROWD, "classes": ("lamp",), "from_count": 1}
    places = {"good": {"occupancy": "MD-1/Occupancy", "count": "MD-1/People"}, "bad": {}}
    station = site.stations[0].model_copy(
        update={
            "station_id": "MD-1",
            "kind": "counter",
            "producer_id": "own",
            "parameters": (
                Parameter(symbol="Occupancy", unit="%", decimals=0),
                Parameter(symbol="People", unit="người", decimals=0),
            ),
        }
    )
    cameras = [
        site.cameras[0].model_copy(update={"camera_id": name, "main_url": SecretStr(address), "sub_url": SecretStr("")})
        for name in ("good", "bad")
    ]
    looked_at = tuple(
        AnalyticsCamera.model_validate(
            {"camera_id": one.camera_id, "detector": one.camera_id, "zone": ({**zone, **places[one.camera_id]},)}
        )
        for one in cameras
    )
    rules = site.analytics.rules.model_copy(update={"crowd_on_s": 1.0, "series_every_s": 1.0})
    analytics = AnalyticsConfig(producer_id="own", rules=rules, detectors=detectors, cameras=looked_at)
    crowd = DetectionRule(label="crowd_dense", name_vi="Đông người", name_en="Crowd", group_s=2.0)
    changes = {
        "folder": folder,
        "cameras": tuple(cameras),
        "analytics": analytics,
        "detection_rules": (crowd,),
        "stations": (*site.stations, station),
    }
    return site.model_copy(update=changes)


def covered(parts: Parts) -> list[Alert]:
    state = parts.room.durable
    every = (*state.alerts.values(), *state.closed.values())
    return [one for one in every if one.detection is not None and one.detection.label == "camera_covered"]


async def test_a_covered_camera_is_told_and_over_when_it_sees_again_and_a_dead_one_hurts_nobody(
    server: RtspServer, tmp_path: Path
) -> None:
    async with running(watched(server.address("cam-1")), tmp_path) as parts:
        await until(lambda: bool(covered(parts)), "the covered camera is told", 60.0)
        (alert,) = covered(parts)
        assert alert.active
        assert alert.place_id == "cam-1"
        assert parts.analytics.sights["cam-1"].code == ""
        assert parts.analytics.sights["cam-1"].per_s > 2
        assert parts.analytics.sights["cam-2"].code == "refused"
        assert parts.ingest.last_message_ms("own"), "who looks is not silent"
        await until(lambda: not covered(parts)[0].active, "it is over when the camera sees again", 30.0)


async def test_analytics_that_are_killed_begin_anew(server: RtspServer, tmp_path: Path) -> None:
    async with running(watched(server.address("cam-1")), tmp_path) as parts:
        await until(lambda: parts.analytics.sights["cam-1"].code == "", "it looks")
        (killed,) = parts.analytics.process_ids
        os.kill(killed, signal.SIGKILL)
        await until(lambda: parts.analytics.process_ids not in ([], [killed]), "another process")
        await until(lambda: parts.analytics.sights["cam-1"].code == "", "it looks again")


async def test_a_detector_counts_what_it_finds_and_one_that_is_no_model_is_a_fault_of_ours(
    server: RtspServer, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    async with running(counted(server.address("lamps"), folder), tmp_path / "data") as parts:

        def alerts(kind: str) -> list[Alert]:
            state = parts.room.durable
            return [one for one in (*state.alerts.values(), *state.closed.values()) if one.kind == kind]

        await until(lambda: bool(alerts("detection")), "enough of them were counted", 60.0)
        await until(lambda: bool(alerts("service.fault")), "the model that is none is told", 60.0)
        (alert,) = alerts("detection")
        assert alert.place_id == "good"
        (fault,) = alerts("service.fault")
        assert "bad.onnx" in fault.headline_vi
        assert fault.priority is Priority.SYSTEM
        async with asyncio.timeout(30):
            while not (rows := await parts.readings_store.samples("MD-1", "People", 0, parts.now_ms())):
                await asyncio.sleep(0.05)
        assert all(value > 0 for _, value, _ in rows), "what was counted is a series"
        await until(lambda: parts.analytics.sights["bad"].per_s > 0, "its light analytics go on")
        assert parts.analytics.faults.keys() == {"bad"}

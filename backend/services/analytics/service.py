"""Our own analytics as the backend has them: processes that look at the cameras, and what they find told at the door.

What they find goes the way of every detection of a producer: stored, judged by the site's rules, gathered, counted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from backend.contracts.doors import IngestAnswer
from backend.contracts.events import CameraSteered, LoggedEvent
from backend.contracts.state import SteerState
from backend.services.analytics import child
from backend.services.analytics.messages import Detecting, Found, Looked, Means, Order, Report, Stop, Turned, Watch
from backend.services.analytics.series import Mean
from backend.services.child_process import ChildProcess
from backend.sources.mqtt_messages import CountReading
from backend.storage.errors import StorageError
from config.camera_model import AnalyticsCamera
from config.model import SiteConfig

_log = logging.getLogger(__name__)

CAMERAS_A_PROCESS: Final = 16
DETECTORS_A_PROCESS: Final = 2
"""Cameras with a detector share a process with few: a model may be large, slow, or the end of its process."""

STEADY_AFTER_S: Final = 600.0
AGAIN_AFTER_S: Final = 2.0
TELL_AGAIN_S: Final = 20.0
"""What goes on is told again so often: its alert lives as long as it is reported."""


class Door(Protocol):
    """Where detections go in (`backend.services.ingest.Ingest`)."""

    async def detections(self, producer_id: str, body: bytes) -> IngestAnswer: ...

    async def counted(self, producer_id: str, counts: Sequence[CountReading]) -> None: ...

    def heard(self, producer_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """How the looking at a camera goes.

    Attributes:
        code: "" = well, "starting" at first.
        per_s: pictures measured a second.
        detector_fault: why the site's detector does not count on it, "" = it does, or none is wished for.
    """

    code: str
    per_s: float
    detector_fault: str = ""


class Analytics:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, door: Door) -> None:
        self._site = site
        self._config = site.analytics
        self._door = door
        addresses = {one.camera_id: one.sub_url.get_secret_value() or one.main_url.get_secret_value()
                     for one in site.cameras}  # fmt: skip
        watched = [(camera, addresses[camera.camera_id]) for camera in self._config.cameras]
        self._groups = [
            group
            for counting, size in ((False, CAMERAS_A_PROCESS), (True, DETECTORS_A_PROCESS))
            for group in _split([one for one in watched if bool(one[0].detector) is counting], size)
        ]
        self._open: dict[tuple[str, str, str], Found] = {}
        self._homes = {one.camera_id: one.home for one in site.ptz.cameras}
        self._preset: dict[str, str] = {}
        self._away: dict[str, bool] = {}
        self._turns: asyncio.Queue[Turned] = asyncio.Queue()
        self._process_of: dict[str, ChildProcess[Order, Report]] = {}
        self._processes: list[ChildProcess[Order, Report]] = []
        self.sights: dict[str, Sight] = {camera.camera_id: Sight("starting", 0.0) for camera, _ in watched}

    @property
    def process_ids(self) -> list[int]:
        """Of the processes that look now."""
        return [one.pid for one in self._processes if one.pid is not None]

    def take(self, logged: Sequence[LoggedEvent]) -> None:
        """Hear of cameras that are turned by order: one that moves so is not moved by a stranger."""
        for one in logged:
            event = one.event
            if not isinstance(event, CameraSteered) or event.camera_id not in self._homes:
                continue
            home = self._homes[event.camera_id]
            if event.condition == "arrived":
                self._preset[event.camera_id] = event.preset
            # One that did not arrive is believed to look where it did before.
            away = event.condition == "moving" or self._preset.get(event.camera_id, home) != home
            if away != self._away.get(event.camera_id, False):
                self._away[event.camera_id] = away
                self._turns.put_nowait(Turned(event.camera_id, away))

    @property
    def turned_away(self) -> set[str]:
        """Cameras whose pictures are not judged now, because they were turned by order."""
        return {camera_id for camera_id, away in self._away.items() if away}

    def begin(self, steering: Mapping[str, SteerState]) -> None:
        """Where cameras were sent before this start."""
        for camera_id, last in steering.items():
            if camera_id in self._homes:
                self._preset[camera_id] = last.preset
                self._away[camera_id] = last.condition == "moving" or last.preset != self._homes[camera_id]

    async def _pass_on(self) -> None:
        while True:
            turned = await self._turns.get()
            process = self._process_of.get(turned.camera_id)
            if process is not None:
                await process.send(turned)

    async def run(self) -> None:
        """Look, until cancelled. Raises: StorageError: a finding could not be stored; running again is right."""
        if not self._groups:
            return await _for_ever()
        try:
            async with asyncio.TaskGroup() as group:
                for cameras in self._groups:
                    group.create_task(self._look(cameras))
                group.create_task(self._tell_again())
                group.create_task(self._pass_on())
        except* StorageError as errors:
            raise errors.exceptions[0] from None

    async def _look(self, cameras: Sequence[tuple[AnalyticsCamera, str]]) -> None:
        while True:
            process = ChildProcess[Order, Report](child.main, "trucban-analytics", Stop())
            began_s = time.monotonic()
            self._processes.append(process)
            try:
                for camera, address in cameras:
                    await process.send(self._order(camera, address))
                    if self._away.get(camera.camera_id):
                        await process.send(Turned(camera.camera_id, away=True))
                    self._process_of[camera.camera_id] = process
                while reports := await process.reports():
                    await self._take(reports)
            finally:
                self._processes.remove(process)
                await asyncio.shield(process.end())
            _log.warning("the analytics' process ended; another one is started")
            for camera, _ in cameras:
                # The light analytics go on in any case: a model that soon ends its process is not tried again.
                short = bool(camera.detector) and time.monotonic() - began_s < STEADY_AFTER_S
                sight = replace(self.sights[camera.camera_id], code="starting", per_s=0.0)
                self._told_of(camera.camera_id, sight, "its process ended while it was in use" if short else "")
            await asyncio.sleep(AGAIN_AFTER_S)

    def _order(self, camera: AnalyticsCamera, address: str) -> Watch:
        detector = self._config.detector(camera.detector)
        if detector is None or self.sights[camera.camera_id].detector_fault:
            return Watch(camera, self._config.rules, self._site.utc_offset_min, address)
        model = self._site.folder / detector.model
        return Watch(camera, self._config.rules, self._site.utc_offset_min, address, detector, model)

    def _told_of(self, camera_id: str, sight: Sight, fault: str) -> None:
        if fault and fault != sight.detector_fault:
            _log.warning("the detector of camera %s does not count any more: %s", camera_id, fault)
        self.sights[camera_id] = replace(sight, detector_fault=fault or sight.detector_fault)

    @property
    def faults(self) -> dict[str, str]:
        """Camera -> why its detector does not count."""
        return {key: sight.detector_fault for key, sight in self.sights.items() if sight.detector_fault}

    async def _take(self, reports: Sequence[Report]) -> None:
        told: list[Mapping[str, object]] = []
        means: list[Mean] = []
        for report in reports:
            if isinstance(report, Means):
                means += report.means
                continue
            sight = self.sights[report.camera_id]
            if isinstance(report, Detecting):
                self._told_of(report.camera_id, sight, report.fault)
                continue
            if isinstance(report, Looked):
                self.sights[report.camera_id] = replace(sight, code=report.code, per_s=report.per_s)
                if not report.code:
                    self._door.heard(self._config.producer_id)
                continue
            key = (report.camera_id, report.label, report.zone)
            if report.began:
                self._open[key] = report
                told.append(_event("new", report))
            elif (began := self._open.pop(key, None)) is not None:
                told.append(_event("end", began, report.at_ms))
        await self._tell(told)
        if means:
            counts = [CountReading(one.place, one.at_ms, one.value) for one in means]
            await self._door.counted(self._config.producer_id, counts)

    async def _tell_again(self) -> None:
        while True:
            await asyncio.sleep(TELL_AGAIN_S)
            # What nobody can see just now is not told as if it were seen: its alert ends of itself.
            await self._tell([_event("update", found) for found in self._open.values() if self._seen(found)])

    def _seen(self, found: Found) -> bool:
        sight = self.sights[found.camera_id]
        if sight.code:
            return False
        camera = next(one for one in self._config.cameras if one.camera_id == found.camera_id)
        counted = any(zone.name == found.zone and zone.classes for zone in camera.zones)
        return not (counted and sight.detector_fault)

    async def _tell(self, events: Sequence[Mapping[str, object]]) -> None:
        if events:
            await self._door.detections(self._config.producer_id, json.dumps(events).encode())


def _event(kind: str, found: Found, end_ms: int | None = None) -> Mapping[str, object]:
    """A finding as Frigate writes an event, which the door knows."""
    after = {
        "id": f"{found.camera_id}-{found.label}-{found.zone}-{found.at_ms}",
        "camera": found.camera_id,
        "label": found.label,
        "score": 1.0,
        "top_score": 1.0,
        "false_positive": False,
        "start_time": found.at_ms / 1000,
        "end_time": None if end_ms is None else end_ms / 1000,
        "entered_zones": [found.zone] if found.zone else [],
    }
    return {"type": kind, "before": after, "after": after}


def _split(cameras: list[tuple[AnalyticsCamera, str]], size: int) -> list[list[tuple[AnalyticsCamera, str]]]:
    return [cameras[at : at + size] for at in range(0, len(cameras), size)]


async def _for_ever() -> None:
    await asyncio.Event().wait()

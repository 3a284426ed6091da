"""The recorder as the backend has it: what each camera is to do, what became of it, what must go."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backend.contracts.events import Event, RecordingChanged
from backend.contracts.recording import (
    RecorderHealth,
    RecordingCondition,
    RecordingHealth,
    RecordingStream,
    Segment,
    VolumeHealth,
)
from backend.contracts.state import RoomState
from backend.services.child_process import ChildProcess
from backend.services.recorder import child
from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.services.recorder.index import Leftovers, Place
from backend.services.recorder.keeping import Keeping, free_bytes_of
from backend.services.recorder.messages import (
    Condition,
    Follow,
    Order,
    Report,
    SegmentClosed,
    SegmentOpened,
    Stop,
    Task,
)
from backend.services.recorder.modes import Concerned, task_of
from backend.services.recorder.retention import DAY_MS, protected
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.segments import NewSegment, SegmentRow, SegmentsStore
from config.camera_model import CameraConfig, RecordingClass, RecordingConfig
from config.model import SiteConfig

_log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.5
RETENTION_EVERY_S: Final = 20.0
HEALTH_KEPT_S: Final = 3.0
CAMERAS_A_PROCESS: Final = 16
"""A camera that brings the library down takes no more than these with it, for the seconds of a restart."""

UNKNOWN_BYTES: Final = 250_000
DISK_CODES: Final = frozenset({"disk_full", "disk_error", "disk_slow"})
WAS_RECORDED: Final = frozenset({"recording", "gap", "failed"})
REASONS: Final[Mapping[str, str]] = {
    "refused": "camera từ chối kết nối",
    "no_answer": "camera không trả lời",
    "unreachable": "không tới được camera",
    "unauthorized": "sai tài khoản hoặc mật khẩu camera",
    "not_found": "camera không có luồng này",
    "no_video": "luồng không có hình",
    "no_key": "luồng không có khung hình gốc",
    "ended": "camera ngắt luồng",
    "lost": "mất luồng từ camera",
    "disk_full": "đĩa ghi hình đã đầy",
    "disk_error": "không ghi được vào đĩa",
    "disk_slow": "đĩa ghi quá chậm, phải bỏ bớt hình",
    "no_address": "camera không có địa chỉ luồng",
    "recorder_died": "tiến trình ghi hình dừng đột ngột, đang khởi động lại",
    "stopped": "máy chủ dừng ghi hình",
}
"""What an officer reads of a code."""


class TooManyError(ValueError):
    """More segments than an answer may hold."""


@dataclass(slots=True)
class _Camera:
    """`task` None: it was not told yet. `newest_bytes`: size of its newest file."""

    config: CameraConfig
    rule: RecordingClass | None
    stream: RecordingStream
    place: Place | None
    task: Task | None = None
    newest_bytes: int = UNKNOWN_BYTES


@dataclass(frozen=True, slots=True)
class _Open:
    stream: RecordingStream
    file: Path
    start_ms: int


@dataclass(slots=True)
class _Group:
    """Cameras that one process records."""

    cameras: dict[str, _Camera]
    process: ChildProcess[Order, Report] | None = None
    unknown: list[NewSegment] = field(default_factory=list)
    """Closed files that the index does not have yet."""
    untold: dict[str, Condition] = field(default_factory=dict)


def volume_folders(config: RecordingConfig, data_dir: Path) -> dict[str, Path]:
    """Volume name -> its folder."""
    return {volume.name: (data_dir / Path(volume.folder).expanduser()).resolve() for volume in config.volumes}


class Recorder:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, store: SegmentsStore, now_ms: Callable[[], int]) -> None:
        self._config = site.recording
        self._room = room
        self._store = store
        self._now_ms = now_ms
        self._cameras = {camera.camera_id: self._camera(camera) for camera in site.cameras}
        self._groups = _groups(self._cameras)
        self._open: dict[str, _Open] = {}
        self._keeping = Keeping(site.recording, store, lambda: room.durable, now_ms)
        self._leftovers = Leftovers(store)
        self._full = asyncio.Event()
        self._health: tuple[float, RecorderHealth] | None = None
        self._looked_everywhere = False
        self.restarts = 0

    @property
    def process_id(self) -> int | None:
        """Of the (first) process that records; None while there is none."""
        process = self._groups[0].process if self._groups else None
        return None if process is None else process.pid

    @property
    def fault(self) -> str:
        """What a person should know of the volumes; "" when all is well."""
        return "; ".join(f"{name}: {fault}" for name, fault in self._keeping.faults.items() if fault)

    def _camera(self, camera: CameraConfig) -> _Camera:
        rule = self._config.of(camera.camera_id)
        has_sub = bool(camera.sub_url.get_secret_value())
        stream: RecordingStream = "sub" if rule is not None and rule.stream == "sub" and has_sub else "main"
        place = None
        if rule is not None and self._store.volumes:
            volume = rule.volume or next(iter(self._store.volumes))
            place = Place(camera.camera_id, volume, self._store.volumes[volume], rule.mode, rule.name)
        return _Camera(camera, rule, stream, place)

    # -- jobs of the supervisor --------------------------------------------------------------------------------

    def jobs(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Each runs until cancelled; the supervisor starts one that ended again."""
        found: dict[str, Callable[[], Awaitable[None]]] = {"recordings' room": self._keep_room}
        for number, group in enumerate(self._groups, 1):
            name = "recorder" if number == 1 else f"recorder {number}"
            found[name] = lambda group=group: self._run(group)  # type: ignore[misc]
        if self._groups:
            found["recordings' index"] = self._look_everywhere
        found["recordings' past"] = self._forget_the_past
        return found

    async def _run(self, group: _Group) -> None:
        """Ends when its process died."""
        await self._index_newest(group)
        await self._open_gaps(group, "stopped")
        for camera in group.cameras.values():
            camera.task = None
        process = ChildProcess[Order, Report](child.main, "trucban-recorder", Stop())
        group.process = process
        try:
            async with asyncio.TaskGroup() as tasks:
                looking = tasks.create_task(self._look_again(group, process))
                while reports := await process.reports():
                    await self._take(group, reports)
                looking.cancel()
            self.restarts += 1
        finally:
            group.process = None
            await asyncio.shield(self._take_last(group, process))
        await self._index_newest(group)
        await self._died(group)
        raise RuntimeError("the recording process ended by itself")

    async def _keep_room(self) -> None:
        while True:
            self._full.clear()
            await self._keeping.clean()
            try:
                await asyncio.wait_for(self._full.wait(), RETENTION_EVERY_S)
            except TimeoutError:
                continue

    async def clean(self) -> None:
        """Retention, now."""
        await self._keeping.clean()

    async def _look_everywhere(self) -> None:
        """Once a start: files that no index knows, however old they are."""
        if not self._looked_everywhere:
            places = [camera.place for camera in self._cameras.values() if camera.place is not None]
            await self._leftovers.all(places, lambda: {one.file for one in self._open.values()})
            self._looked_everywhere = True
        await asyncio.Event().wait()

    async def _forget_the_past(self) -> None:
        """Cameras that were recorded and are not any more."""
        if not self._groups:
            _log.info("nothing is recorded: recording.toml names no camera, or is not there")
        state = self._room.durable
        for camera_id, known in list(state.recordings.items()):
            camera = self._cameras.get(camera_id)
            is_off = camera is None or camera.rule is None or camera.rule.mode == "off"
            if is_off and known.condition != "off":
                await self._tell(camera_id, "off", "")
                await self._store.close_gap(camera_id, self._now_ms())
        await asyncio.Event().wait()

    # -- recording ---------------------------------------------------------------------------------------------

    async def _look_again(self, group: _Group, process: ChildProcess[Order, Report]) -> None:
        """Tell the process whose turn it is, whenever that changes."""
        while True:
            state, now_ms = self._room.durable, self._now_ms()
            concerned = Concerned(state, now_ms)
            for camera_id, camera in group.cameras.items():
                task = task_of(camera.rule, camera_id, state, now_ms, concerned)
                if task == camera.task:
                    continue
                before, camera.task = camera.task, task
                if task != "off" or before is not None:
                    await process.send(self._follow(camera, task))
                if task == "off":
                    group.untold[camera_id] = Condition(camera_id, "waiting", "", now_ms)
            await self._settle(group)
            await asyncio.sleep(LOOK_EVERY_S)

    def _follow(self, camera: _Camera, task: Task) -> Follow:
        assert camera.rule is not None
        assert camera.place is not None
        url = camera.config.sub_url if camera.stream == "sub" else camera.config.main_url
        return Follow(
            camera_id=camera.config.camera_id,
            task=task,
            stream=camera.stream,
            folder=str(camera.place.folder),
            pre_s=camera.rule.pre_s,
            segment_s=self._config.segment_s,
            address=url.get_secret_value(),
        )

    async def _take(self, group: _Group, reports: Sequence[Report]) -> None:
        for report in reports:
            if isinstance(report, SegmentOpened):
                stream: RecordingStream = "sub" if report.stream == "sub" else "main"
                self._open[report.camera_id] = _Open(stream, Path(report.file), report.start_ms)
            elif isinstance(report, SegmentClosed):
                row = self._row(report)
                group.unknown += [row] if row is not None else []
            else:
                group.untold[report.camera_id] = report
        await self._settle(group)
        # Only now: until it is in the index, it is served as one that is open.
        for report in reports:
            if isinstance(report, SegmentClosed) and self.open_path(report.camera_id) == Path(report.file):
                del self._open[report.camera_id]

    async def _settle(self, group: _Group) -> None:
        """Store what is to be stored; what cannot be just now is tried again."""
        try:
            rows = list(group.unknown)
            await self._store.insert(rows)  # what is there already stays as it is
            if group.unknown[: len(rows)] == rows:
                del group.unknown[: len(rows)]
            for condition in list(group.untold.values()):
                await self._changed(group.cameras[condition.camera_id], condition)
                if group.untold.get(condition.camera_id) is condition:
                    del group.untold[condition.camera_id]
        except StorageError as error:
            _log.warning("the index of recordings cannot be written: %s", error)

    def _row(self, report: SegmentClosed) -> NewSegment | None:
        camera = self._cameras.get(report.camera_id)
        if camera is None or camera.place is None or report.end_ms <= report.start_ms:
            return None
        camera.newest_bytes = report.bytes
        return NewSegment(
            camera_id=report.camera_id,
            stream=report.stream,
            start_ms=report.start_ms,
            end_ms=report.end_ms,
            volume=camera.place.volume,
            path=Path(report.file).relative_to(camera.place.folder).as_posix(),
            bytes=report.bytes,
            frames=report.frames,
            codec=report.codec,
            width_px=report.width_px,
            height_px=report.height_px,
            has_audio=report.has_audio,
            cause=camera.place.cause,
            retention_class=camera.place.retention_class,
        )

    async def _changed(self, camera: _Camera, report: Condition) -> None:
        """A condition that is another than before becomes an event, a gap begins or ends. Raises: StorageError."""
        condition: RecordingCondition = report.condition
        if camera.task == "off" or (camera.task == "ring" and condition == "recording"):
            condition = "waiting"
        if report.code in DISK_CODES:
            self._needs_room(camera, report.code)
        if condition in ("gap", "failed"):
            if camera.task == "write":
                await self._store.open_gap(report.camera_id, report.at_ms, report.code)
        else:
            await self._store.close_gap(report.camera_id, report.at_ms)
        await self._tell(report.camera_id, condition, REASONS.get(report.code, ""))

    async def _tell(self, camera_id: str, condition: RecordingCondition, reason: str) -> None:
        def decide(state: RoomState) -> tuple[Event, ...]:
            known = state.recordings.get(camera_id)
            if known is not None and (known.condition, known.reason) == (condition, reason):
                return ()
            return (RecordingChanged(camera_id=camera_id, condition=condition, reason=reason),)

        await self._room.record(decide)

    def _needs_room(self, camera: _Camera, code: str) -> None:
        """A disk that is full may still claim to have room (a quota, blocks for root): two files a camera go."""
        if code == "disk_full" and camera.place is not None:
            volume = camera.place.volume
            here = [one for one in self._cameras.values() if one.place is not None and one.place.volume == volume]
            self._keeping.make_room(volume, 2 * sum(one.newest_bytes for one in here))
        self._full.set()

    # -- ends and what they leave ------------------------------------------------------------------------------

    async def _take_last(self, group: _Group, process: ChildProcess[Order, Report]) -> None:
        await self._take(group, [one for one in await process.end() if isinstance(one, SegmentClosed)])

    async def _index_newest(self, group: _Group) -> None:
        """What a process that is gone left behind."""
        files = [one.file for key in group.cameras if (one := self._open.get(key)) is not None]
        places = [camera.place for camera in group.cameras.values() if camera.place is not None]
        try:
            await self._leftovers.newest(places, files)
        except StorageError as error:
            _log.warning("what a recorder left cannot be put into the index: %s", error)
        for camera_id in group.cameras:
            self._open.pop(camera_id, None)

    async def _open_gaps(self, group: _Group, code: str) -> None:
        """From the end of what was recorded: nobody recorded until now.

        That end may be a little ahead of the clock, as the last frame has its length: whoever starts again at once
        has a gap all the same.
        """
        recordings = self._room.durable.recordings
        for camera_id, camera in group.cameras.items():
            known = recordings.get(camera_id)
            if known is None or known.condition not in WAS_RECORDED:
                continue
            try:
                end_ms = await self._store.newest_end(camera_id)
                if end_ms is not None and camera.rule is not None:
                    await self._store.open_gap(camera_id, end_ms, code)
            except StorageError as error:
                _log.warning("a gap of %s cannot be noted: %s", camera_id, error)

    async def _died(self, group: _Group) -> None:
        for camera_id, camera in group.cameras.items():
            if camera.task == "write":
                at_ms = await self._store.newest_end(camera_id) or self._now_ms()
                group.untold[camera_id] = Condition(camera_id, "gap", "recorder_died", min(at_ms, self._now_ms()))
        await self._settle(group)

    # -- what is asked -----------------------------------------------------------------------------------------

    async def segments(
        self, camera_ids: list[str], start_ms: int, end_ms: int, limit: int | None = None
    ) -> tuple[Segment, ...]:
        """Recorded segments of a span, those that are being written included as far as they can be played.

        Raises:
            StorageError: the index cannot be read.
            TooManyError: they are more than `limit`.
        """
        rows = await self._store.overlapping(camera_ids, start_ms, end_ms, None if limit is None else limit + 1)
        if limit is not None and len(rows) > limit:
            raise TooManyError(f"more than {limit} segments")
        found = [_segment(row) for row in rows]
        paths = {self._store.file(row) for row in rows if row.volume in self._store.volumes}
        for camera_id in camera_ids:
            one = self._open.get(camera_id)
            if one is not None and one.start_ms <= end_ms and one.file not in paths:
                segment = await asyncio.to_thread(_open_segment, camera_id, one)
                if segment is not None and segment.end_ms >= start_ms:
                    found.append(segment)
        return tuple(sorted(found, key=lambda segment: (segment.camera_id, segment.start_ms)))

    def open_file(self, camera_id: str, start_ms: int) -> Path | None:
        """The file a camera is being recorded into, when it began then."""
        one = self._open.get(camera_id)
        return one.file if one is not None and one.start_ms == start_ms else None

    def open_path(self, camera_id: str) -> Path | None:
        """The file a camera is being recorded into now."""
        one = self._open.get(camera_id)
        return None if one is None else one.file

    async def health(self) -> RecorderHealth:
        """Figures of the last day and of the disks, at most HEALTH_KEPT_S old. Raises: StorageError."""
        if self._health is not None and time.monotonic() - self._health[0] < HEALTH_KEPT_S:
            return self._health[1]
        found = await self._look_at_health()
        self._health = (time.monotonic(), found)
        return found

    async def _look_at_health(self) -> RecorderHealth:
        now_ms = self._now_ms()
        used = await self._store.used()
        recent = await self._store.recent(now_ms - DAY_MS)
        held = await self._store.touching([one.span for one in protected(self._room.durable)])
        gaps: dict[str, list[int]] = {}
        for gap in await self._store.gaps(None, now_ms - DAY_MS, now_ms):
            ended_ms = now_ms if gap.end_ms is None else gap.end_ms
            gaps.setdefault(gap.camera_id, []).append(ended_ms - max(gap.start_ms, now_ms - DAY_MS))
        cameras: list[RecordingHealth] = []
        a_day: dict[str, int] = {}
        for camera_id, camera in self._cameras.items():
            kept_bytes = sum(size for key, size in used.items() if key[2] == camera_id)
            kept_from_ms = await self._store.oldest_start(camera_id) if kept_bytes else None
            one = _health(camera, recent.get(camera_id), gaps.get(camera_id, []), now_ms, (kept_bytes, kept_from_ms))
            cameras.append(one)
            if camera.place is not None:
                a_day[camera.place.volume] = a_day.get(camera.place.volume, 0) + one.bytes_day
        volumes = []
        for name, folder in self._store.volumes.items():
            used_bytes = sum(size for key, size in used.items() if key[0] == name)
            figures = (used_bytes, held.get(name, 0), a_day.get(name, 0))
            volumes.append(await asyncio.to_thread(_volume, name, folder, figures, self._keeping.faults.get(name, "")))
        return RecorderHealth(at_ms=now_ms, cameras=tuple(cameras), volumes=tuple(volumes))


def _groups(cameras: Mapping[str, _Camera]) -> list[_Group]:
    """By volume, so that a disk that hangs has its own processes, and not too many cameras in one."""
    by_volume: dict[str, list[str]] = {}
    for camera_id, camera in cameras.items():
        if camera.place is not None and camera.rule is not None and camera.rule.mode != "off":
            by_volume.setdefault(camera.place.volume, []).append(camera_id)
    return [
        _Group({key: cameras[key] for key in ids[start : start + CAMERAS_A_PROCESS]})
        for ids in by_volume.values()
        for start in range(0, len(ids), CAMERAS_A_PROCESS)
    ]


def _segment(row: SegmentRow) -> Segment:
    return Segment(
        segment_id=row.segment_id,
        camera_id=row.camera_id,
        stream="sub" if row.stream == "sub" else "main",
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        bytes=row.bytes,
        codec=row.codec,
        width_px=row.width_px,
        height_px=row.height_px,
        has_audio=row.has_audio,
    )


def _open_segment(camera_id: str, one: _Open) -> Segment | None:
    """What can be played of a file that is being written; None while that is nothing."""
    try:
        found = read_fragments(one.file)
    except (BrokenFileError, OSError):
        return None
    if not found.fragments:
        return None
    return Segment(
        segment_id=-one.start_ms,
        camera_id=camera_id,
        stream=one.stream,
        start_ms=one.start_ms,
        end_ms=one.start_ms + round(found.end_s * 1000),
        bytes=found.whole_bytes,
        codec=found.track.codec,
        width_px=found.track.width_px,
        height_px=found.track.height_px,
        has_audio=found.has_audio,
        open=True,
    )


def _health(
    camera: _Camera,
    recent: tuple[int, int, int] | None,
    gaps_ms: Sequence[int],
    now_ms: int,
    kept: tuple[int, int | None],
) -> RecordingHealth:
    """Args: `recent` as SegmentsStore.recent gives it; `kept` bytes and begin."""
    size, recorded_ms, first_ms = recent or (0, 0, now_ms)
    return RecordingHealth(
        camera_id=camera.config.camera_id,
        mode="off" if camera.rule is None else camera.rule.mode,
        stream=camera.stream,
        retention_class="" if camera.rule is None else camera.rule.name,
        bytes_day=round(size * DAY_MS / max(1, now_ms - first_ms)) if size else 0,
        recorded_s=recorded_ms / 1000,
        gap_s=sum(gaps_ms) / 1000,
        gaps=len(gaps_ms),
        kept_bytes=kept[0],
        kept_from_ms=kept[1],
    )


def _volume(name: str, folder: Path, figures: tuple[int, int, int], fault: str) -> VolumeHealth:
    """Args: `figures` bytes used, held and written a day."""
    used, held, a_day = figures
    free, days = 0, None
    try:
        free = free_bytes_of(folder)
        days = free / a_day if a_day else None
    except OSError as error:
        fault = f"không đọc được: {error.strerror}"
    return VolumeHealth(name=name, free_bytes=free, used_bytes=used, held_bytes=held, days_left=days, fault=fault)

"""The recorder as the backend has it: what each camera is to do, what became of it, what must go."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
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
from backend.services.recorder import child
from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.services.recorder.index import unindexed
from backend.services.recorder.messages import Condition, Follow, Report, SegmentClosed, SegmentOpened, Stop, Task
from backend.services.recorder.modes import task_of
from backend.services.recorder.retention import DAY_MS, GB, doomed, protected
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.segments import NewSegment, SegmentsStore
from config.model import CameraConfig, RecordingClass, RecordingConfig, SiteConfig

_log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.5
RETENTION_EVERY_S: Final = 20.0
STOP_WITHIN_S: Final = 4.0
REASONS: Final[Mapping[str, str]] = {
    "refused": "camera từ chối kết nối",
    "no_answer": "camera không trả lời",
    "unreachable": "không tới được camera",
    "unauthorized": "sai tài khoản hoặc mật khẩu camera",
    "not_found": "camera không có luồng này",
    "no_video": "luồng không có hình",
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


@dataclass(slots=True)
class _Camera:
    config: CameraConfig
    rule: RecordingClass | None
    stream: RecordingStream
    task: Task = "off"
    condition: RecordingCondition = "off"
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    stream: RecordingStream
    file: Path
    start_ms: int


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
        self._cameras: dict[str, _Camera] = {}
        for camera in site.cameras:
            rule = self._config.of(camera.camera_id)
            has_sub = bool(camera.sub_url.get_secret_value())
            stream: RecordingStream = "sub" if rule is not None and rule.stream == "sub" and has_sub else "main"
            self._cameras[camera.camera_id] = _Camera(camera, rule, stream)
        self._open: dict[str, _Open] = {}
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._full = asyncio.Event()
        self._faults: dict[str, str] = {}
        self.restarts = 0

    @property
    def process_id(self) -> int | None:
        """Of the process that records; None while there is none."""
        return None if self._process is None else self._process.pid

    # -- jobs of the supervisor --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Record until cancelled. Ends when its process died: the supervisor starts it again."""
        if not any(camera.rule is not None and camera.rule.mode != "off" for camera in self._cameras.values()):
            await asyncio.Event().wait()
        await self._index_leftovers()
        self._open.clear()
        for camera in self._cameras.values():
            camera.task = "off"
        self._start_process(asyncio.get_running_loop())
        try:
            await self._work()
        finally:
            await asyncio.shield(self._end_process())

    async def keep_room(self) -> None:
        """Retention, until cancelled."""
        while True:
            await self.clean()
            self._full.clear()
            try:
                await asyncio.wait_for(self._full.wait(), RETENTION_EVERY_S)
            except TimeoutError:
                continue

    # -- recording ---------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        looking = asyncio.create_task(self._look_again())
        try:
            while (report := await self._reports.get()) is not None:
                batch = [report]
                while not self._reports.empty() and (more := self._reports.get_nowait()) is not None:
                    batch.append(more)
                await self._take(batch)
        finally:
            looking.cancel()
        self.restarts += 1
        now_ms = self._now_ms()
        died = [
            Condition(key, "gap", "recorder_died", now_ms) for key, one in self._cameras.items() if one.task != "off"
        ]
        await self._take(died)
        raise RuntimeError("the recording process ended by itself")

    async def _look_again(self) -> None:
        """Tell the process whose turn it is, whenever that changes."""
        while True:
            state, now_ms, idle = self._room.durable, self._now_ms(), []
            for camera_id, camera in self._cameras.items():
                task = task_of(camera.rule, camera_id, state, now_ms)
                if task != camera.task:
                    camera.task = task
                    await asyncio.to_thread(self._send, self._follow(camera))
                    if task == "off":
                        idle.append(Condition(camera_id, "waiting", "", now_ms))
            await self._take(idle)
            await asyncio.sleep(LOOK_EVERY_S)

    def _follow(self, camera: _Camera) -> Follow:
        rule = camera.rule
        assert rule is not None
        url = camera.config.sub_url if camera.stream == "sub" else camera.config.main_url
        folder = self._store.volumes[rule.volume or next(iter(self._store.volumes))]
        return Follow(
            camera_id=camera.config.camera_id,
            task=camera.task,
            stream=camera.stream,
            folder=str(folder),
            pre_s=rule.pre_s,
            segment_s=self._config.segment_s,
            address=url.get_secret_value(),
        )

    async def _take(self, reports: Sequence[Report]) -> None:
        closed: list[NewSegment] = []
        conditions: dict[str, Condition] = {}
        for report in reports:
            if isinstance(report, SegmentOpened):
                stream: RecordingStream = "sub" if report.stream == "sub" else "main"
                self._open[report.camera_id] = _Open(stream, Path(report.file), report.start_ms)
            elif isinstance(report, SegmentClosed):
                if self._open.get(report.camera_id, _NONE).file == Path(report.file):
                    del self._open[report.camera_id]
                row = self._row(report)
                closed += [row] if row is not None else []
            else:
                conditions[report.camera_id] = report
        try:
            await self._store.insert(closed)
            for condition in conditions.values():
                await self._changed(condition)
        except StorageError as error:
            # The files are there: the next start indexes them.
            _log.warning("the index of recordings cannot be written: %s", error)

    def _row(self, report: SegmentClosed) -> NewSegment | None:
        camera = self._cameras.get(report.camera_id)
        if camera is None or camera.rule is None or report.end_ms <= report.start_ms:
            return None
        volume = camera.rule.volume or next(iter(self._store.volumes))
        return NewSegment(
            camera_id=report.camera_id,
            stream=report.stream,
            start_ms=report.start_ms,
            end_ms=report.end_ms,
            volume=volume,
            path=Path(report.file).relative_to(self._store.volumes[volume]).as_posix(),
            bytes=report.bytes,
            frames=report.frames,
            codec=report.codec,
            width_px=report.width_px,
            height_px=report.height_px,
            has_audio=report.has_audio,
            cause=camera.rule.mode,
            retention_class=camera.rule.name,
        )

    async def _changed(self, report: Condition) -> None:
        """A condition that is another than before becomes an event, a gap begins or ends."""
        camera = self._cameras[report.camera_id]
        condition: RecordingCondition = report.condition
        if camera.task == "off":
            condition = "off" if camera.rule is None or camera.rule.mode == "off" else "waiting"
        elif camera.task == "ring" and condition in ("recording", "waiting"):
            condition = "waiting"
        if report.code in ("disk_full", "disk_slow", "disk_error"):
            self._full.set()
        camera.condition, camera.code = condition, report.code
        if condition in ("gap", "failed") and camera.task == "write":
            await self._store.open_gap(report.camera_id, report.at_ms, report.code)
        elif condition in ("recording", "waiting", "off"):
            await self._store.close_gap(report.camera_id, report.at_ms)
        reason = REASONS.get(report.code, "")

        def decide(state: RoomState) -> tuple[Event, ...]:
            known = state.recordings.get(report.camera_id)
            if known is not None and (known.condition, known.reason) == (condition, reason):
                return ()
            return (RecordingChanged(camera_id=report.camera_id, condition=condition, reason=reason),)

        await self._room.record(decide)

    async def _index_leftovers(self) -> None:
        classes = {key: one.rule.name for key, one in self._cameras.items() if one.rule is not None}
        for volume, folder in self._store.volumes.items():
            known = await self._store.paths(volume)
            found = await asyncio.to_thread(unindexed, volume, folder, known, classes)
            await self._store.insert(found)
            if found:
                _log.info("%d recorded files were not in the index of %s and are now", len(found), volume)

    # -- the process -------------------------------------------------------------------------------------------

    def _start_process(self, loop: asyncio.AbstractEventLoop) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=True)
        process = context.Process(target=child.main, args=(theirs,), name="trucban-recorder", daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        reports = self._reports

        def listen() -> None:
            """On a thread of its own: a pipe cannot be awaited everywhere."""
            while True:
                try:
                    report = ours.recv()
                except (EOFError, OSError):
                    report = None
                try:
                    loop.call_soon_threadsafe(reports.put_nowait, report)
                except RuntimeError:  # the loop is closed
                    return
                if report is None:
                    return

        threading.Thread(target=listen, name="recorder-reports", daemon=True).start()

    def _send(self, order: Follow | Stop) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.send(order)
        except OSError:
            return  # it died just now: that is told by the end of its reports

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        await asyncio.to_thread(self._send, Stop())
        await asyncio.to_thread(process.join, STOP_WITHIN_S)
        if process.is_alive():
            process.kill()
            await asyncio.to_thread(process.join, STOP_WITHIN_S)
        # What it said at its end is still of use; a process that died says nothing more.
        while not self._reports.empty():
            report = self._reports.get_nowait()
            if isinstance(report, SegmentClosed):
                await self._take([report])
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    # -- retention ---------------------------------------------------------------------------------------------

    async def clean(self) -> None:
        """Delete what may and must go. Evidence stays, whatever happens."""
        kept = protected(self._room.durable)
        for volume in self._config.volumes:
            folder = self._store.volumes[volume.name]
            try:
                rows = await self._store.all_of(volume.name)
                free_bytes = await asyncio.to_thread(_free_bytes, folder)
                wanted_bytes = max(0, round(volume.floor_free_gb * GB) - free_bytes)
                gone = doomed(rows, self._config.classes, kept, self._now_ms(), wanted_bytes)
                await asyncio.to_thread(_unlink, [folder / row.path for row in gone])
                await self._store.delete([row.segment_id for row in gone])
            except (StorageError, OSError) as error:
                self._faults[volume.name] = f"không dọn được chỗ ghi hình: {error}"
                _log.warning("recordings of %s cannot be cleaned: %s", volume.name, error)
                continue
            short = wanted_bytes > sum(row.bytes for row in gone)
            self._faults[volume.name] = "đĩa gần đầy, mọi đoạn ghi còn lại đều được niêm giữ" if short else ""

    @property
    def fault(self) -> str:
        """What a person should know of the volumes; "" when all is well."""
        return "; ".join(f"{name}: {fault}" for name, fault in self._faults.items() if fault)

    # -- what is asked -----------------------------------------------------------------------------------------

    async def segments(self, camera_ids: list[str], start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        """Recorded segments of a span, those that are being written included as far as they can be played.

        Raises:
            StorageError: the index cannot be read.
        """
        rows = await self._store.overlapping(camera_ids, start_ms, end_ms)
        found = [
            Segment(
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
            for row in rows
        ]
        for camera_id in camera_ids:
            one = self._open.get(camera_id)
            if one is not None and one.start_ms <= end_ms:
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
        """Figures of the last day and of the disks. Raises: StorageError."""
        now_ms = self._now_ms()
        by_camera: dict[str, list[tuple[int, int, int]]] = {}
        held: dict[str, int] = {}
        used: dict[str, int] = {}
        kept = protected(self._room.durable)
        for volume in self._store.volumes:
            for row in await self._store.all_of(volume):
                by_camera.setdefault(row.camera_id, []).append((row.start_ms, row.end_ms, row.bytes))
                used[volume] = used.get(volume, 0) + row.bytes
                if any(span.covers(row) for span in kept):
                    held[volume] = held.get(volume, 0) + row.bytes
        gaps: dict[str, list[tuple[int, int]]] = {}
        for gap in await self._store.gaps(None, now_ms - DAY_MS, now_ms):
            begin_ms = max(gap.start_ms, now_ms - DAY_MS)
            gaps.setdefault(gap.camera_id, []).append((begin_ms, now_ms if gap.end_ms is None else gap.end_ms))
        cameras = [
            _health(one, by_camera.get(key, []), gaps.get(key, []), now_ms) for key, one in self._cameras.items()
        ]
        a_day = sum(one.bytes_day for one in cameras)
        volumes = [
            await asyncio.to_thread(
                _volume, name, folder, used.get(name, 0), held.get(name, 0), a_day, self._faults.get(name, "")
            )
            for name, folder in self._store.volumes.items()
        ]
        return RecorderHealth(at_ms=now_ms, cameras=tuple(cameras), volumes=tuple(volumes))


_NONE: Final = _Open("main", Path(), 0)


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
    camera: _Camera, spans: list[tuple[int, int, int]], gaps: list[tuple[int, int]], now_ms: int
) -> RecordingHealth:
    recent = [span for span in spans if span[1] > now_ms - DAY_MS]
    recorded_ms = sum(end - max(start, now_ms - DAY_MS) for start, end, _ in recent)
    known_ms = max(1, now_ms - max(min((span[0] for span in spans), default=now_ms), now_ms - DAY_MS))
    a_day = sum(size for _, _, size in recent) * DAY_MS / known_ms
    return RecordingHealth(
        camera_id=camera.config.camera_id,
        mode="off" if camera.rule is None else camera.rule.mode,
        stream=camera.stream,
        retention_class="" if camera.rule is None else camera.rule.name,
        bytes_day=round(a_day) if recent else 0,
        recorded_s=recorded_ms / 1000,
        gap_s=sum(end - start for start, end in gaps) / 1000,
        gaps=len(gaps),
        kept_bytes=sum(size for _, _, size in spans),
        kept_from_ms=min((span[0] for span in spans), default=None),
    )


def _volume(name: str, folder: Path, used: int, held: int, a_day: int, fault: str) -> VolumeHealth:
    try:
        free = _free_bytes(folder)
    except OSError as error:
        return VolumeHealth(
            name=name,
            free_bytes=0,
            used_bytes=used,
            held_bytes=held,
            days_left=None,
            fault=f"không đọc được: {error.strerror}",
        )
    days = free / a_day if a_day else None
    return VolumeHealth(name=name, free_bytes=free, used_bytes=used, held_bytes=held, days_left=days, fault=fault)


def _free_bytes(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _unlink(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
        # Empty hours and days go with their last file.
        for folder in (file.parent, file.parent.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

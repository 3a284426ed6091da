"""One camera's packets on their way to the disk: a bounded queue, and a thread that makes segments of it."""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from backend.services.recorder.messages import Report, SegmentClosed, SegmentOpened
from backend.services.recorder.shape import Shape

QUEUE_BYTES: Final = 64 << 20
"""What a camera may wait for a slow disk; past this, up to the next key frame is given up and told."""

AUDIO_IN_MP4: Final = frozenset({"aac", "mp3", "opus", "ac3"})
MOVFLAGS: Final = "empty_moov+default_base_moof+frag_keyframe"


MediaPacket: TypeAlias = "Packet[VideoStream] | Packet[AudioStream]"


@dataclass(slots=True)
class Arrived:
    """A packet with the wall clock of its presentation, ms. `fresh`: it must begin a new segment."""

    packet: MediaPacket
    wall_ms: int
    is_video: bool
    is_key: bool
    fresh: bool
    shape: Shape


class DiskError(OSError):
    """The segment cannot be written. `code` says why: "disk_full" or "disk_error"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Segment:
    """One file being written."""

    def __init__(
        self,
        folder: Path,
        camera_folder: str,
        stream: str,
        video: VideoStream,
        audio: AudioStream | None,
        first: Arrived,
    ) -> None:
        self.base_dts = _ticks(first.packet)
        base_s = float(self.base_dts * video.time_base) if video.time_base else 0.0
        ahead_ms = round(1000 * (float((first.packet.pts or 0) * video.time_base) - base_s)) if video.time_base else 0
        self.start_ms = first.wall_ms - ahead_ms
        self.base_s = base_s
        moment = datetime.fromtimestamp(self.start_ms / 1000, UTC)
        self.file = folder / camera_folder / f"{moment:%Y-%m-%d}" / f"{moment:%H}" / f"{self.start_ms}-{stream}.mp4"
        self.frames = 0
        self.end_ms = self.start_ms
        self._last_dts: dict[int, int] = {}
        self.shape = first.shape
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # Names of one camera are unique: a clock that was set back must not write over what is there.
            while self.file.exists():
                self.file = self.file.with_name(f"{self.file.stem}x.mp4")
            self._container: OutputContainer = av.open(
                str(self.file), "w", format="mp4", options={"movflags": MOVFLAGS, "flush_packets": "1"}
            )
            self._video = self._container.add_stream_from_template(video)
            if first.shape.extradata:
                # What the stream was announced with may be another picture than it sends by now.
                self._video.codec_context.extradata = first.shape.extradata
                self._video.codec_context.width = first.shape.width_px
                self._video.codec_context.height = first.shape.height_px
            self._audio = self._container.add_stream_from_template(audio) if audio is not None else None
            self._container.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise _disk_error(error) from None

    @property
    def has_audio(self) -> bool:
        return self._audio is not None

    def write(self, arrived: Arrived) -> None:
        """Raises: DiskError."""
        packet = arrived.packet
        stream = self._video if arrived.is_video else self._audio
        if stream is None or packet.time_base is None:
            return
        base = round(self.base_s / float(packet.time_base))
        pts = packet.pts if packet.pts is not None else packet.dts
        if pts is None:
            return
        dts = (packet.dts if packet.dts is not None else pts) - base
        last = self._last_dts.get(stream.index)
        # Strictly rising, as MP4 wants it; cameras repeat stamps now and then.
        dts = max(dts, 0 if last is None else last + 1)
        self._last_dts[stream.index] = dts
        packet.dts, packet.pts = dts, max(pts - base, dts)
        packet.stream = stream
        try:
            self._container.mux(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise _disk_error(error) from None
        if arrived.is_video:
            self.frames += 1
            self.end_ms = max(self.end_ms, arrived.wall_ms)

    def close(self, end_ms: int) -> None:
        """Raises: DiskError."""
        self.end_ms = max(self.end_ms, end_ms)
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise _disk_error(error) from None


class SegmentWriter:
    """`put` is called by the reading thread and never waits; the rest happens on the writer's own thread."""

    def __init__(
        self,
        camera_id: str,
        folder: Path,
        stream: str,
        segment_s: float,
        report: Callable[[Report], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._camera_id = camera_id
        self._folder = folder
        self._stream = stream
        self._segment_ms = round(segment_s * 1000)
        self._report = report
        self._trouble = trouble
        self._queue: deque[tuple[Arrived, VideoStream, AudioStream | None]] = deque()
        self._bytes = 0
        self._overflowed = False
        self._ended = False
        self._wake = threading.Condition()
        self._segment: Segment | None = None
        self._retry_s = 0.0
        self._frame_ms = 40
        self._thread = threading.Thread(target=self._run, name=f"writer-{camera_id}", daemon=True)
        self._thread.start()

    def put(self, arrived: Arrived, video: VideoStream, audio: AudioStream | None) -> None:
        with self._wake:
            if self._overflowed:
                if not (arrived.is_video and arrived.is_key) or self._bytes > QUEUE_BYTES // 2:
                    return
                self._overflowed = False
                arrived.fresh = True
            self._queue.append((arrived, video, audio))
            self._bytes += arrived.packet.size
            if self._bytes > QUEUE_BYTES:
                self._overflowed = True
            self._wake.notify()
        if self._overflowed:
            self._trouble("disk_slow")

    def cut(self) -> None:
        """The stream was lost: what is open is closed."""
        with self._wake:
            self._queue.append((_CUT, None, None))  # type: ignore[arg-type]
            self._wake.notify()

    def end(self) -> None:
        """Write what waits, close, end the thread; returns at once."""
        with self._wake:
            self._ended = True
            self._wake.notify()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    # -- the writer's thread --

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._ended:
                    self._wake.wait()
                if not self._queue:
                    break
                arrived, video, audio = self._queue.popleft()
                if arrived is not _CUT:
                    self._bytes -= arrived.packet.size
            if arrived is _CUT:
                self._close(None)
            else:
                self._take(arrived, video, audio)
        self._close(None)

    def _take(self, arrived: Arrived, video: VideoStream, audio: AudioStream | None) -> None:
        begins = arrived.is_video and arrived.is_key
        segment = self._segment
        if segment is not None and begins and (arrived.fresh or self._is_full(segment, arrived)):
            self._close(arrived.wall_ms if not arrived.fresh else None)
            segment = None
        if segment is None:
            if not begins or time.monotonic() < self._retry_s:
                return
            segment = self._open(arrived, video, audio)
        if segment is None:
            return
        if arrived.is_video and arrived.wall_ms > segment.end_ms > segment.start_ms:
            self._frame_ms = min(1000, arrived.wall_ms - segment.end_ms)
        try:
            segment.write(arrived)
        except DiskError as error:
            self._failed(error)

    def _is_full(self, segment: Segment, arrived: Arrived) -> bool:
        return arrived.wall_ms - segment.start_ms >= self._segment_ms or arrived.shape != segment.shape

    def _open(self, arrived: Arrived, video: VideoStream, audio: AudioStream | None) -> Segment | None:
        try:
            self._segment = Segment(self._folder, safe_name(self._camera_id), self._stream, video, audio, arrived)
        except DiskError as error:
            self._failed(error)
            return None
        opened = self._segment
        self._report(SegmentOpened(self._camera_id, self._stream, str(opened.file), opened.start_ms))
        return opened

    def _close(self, next_ms: int | None) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            segment.close(segment.end_ms + self._frame_ms if next_ms is None else next_ms)
        except DiskError as error:
            self._trouble(error.code)
        self._tell_closed(segment)

    def _failed(self, error: DiskError) -> None:
        """What is open ends here; the next key frame after a moment tries again."""
        segment, self._segment = self._segment, None
        self._retry_s = time.monotonic() + 2.0
        self._trouble(error.code)
        if segment is not None:
            with contextlib.suppress(DiskError):  # its fragments up to here are on the disk
                segment.close(segment.end_ms)
            self._tell_closed(segment)

    def _tell_closed(self, segment: Segment) -> None:
        try:
            size = segment.file.stat().st_size
        except OSError:
            size = 0
        self._report(
            SegmentClosed(
                self._camera_id,
                self._stream,
                str(segment.file),
                segment.start_ms,
                segment.end_ms if segment.frames else segment.start_ms,
                size,
                segment.frames,
                segment.shape.codec,
                segment.shape.width_px,
                segment.shape.height_px,
                segment.has_audio,
            )
        )


_CUT: Final = Arrived(cast("Packet[VideoStream]", Packet(0)), 0, False, False, False, Shape("", 0, 0, b""))


def safe_name(camera_id: str) -> str:
    """A folder name for any camera id, different for different ids also where upper and lower case are one."""
    plain = "abcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(letter if letter in plain else f"%{ord(letter):06x}" for letter in camera_id)


def _ticks(packet: MediaPacket) -> int:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return 0 if stamp is None else stamp


def _disk_error(error: Exception) -> DiskError:
    return DiskError("disk_full" if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) else "disk_error")

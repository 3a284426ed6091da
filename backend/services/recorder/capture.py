"""One camera in the recorder's process: its stream read for ever, handed to the writer or kept in a ring."""

from __future__ import annotations

import errno
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from backend.services.recorder.messages import Condition, Follow, Report
from backend.services.recorder.shape import first_shape, shape_at
from backend.services.recorder.stream_clock import StreamClock
from backend.services.recorder.writer import AUDIO_IN_MP4, Arrived, MediaPacket, SegmentWriter

OPEN_TIMEOUT_S: Final = 6.0
READ_TIMEOUT_S: Final = 6.0
RETRY_FIRST_S: Final = 0.5
RETRY_MOST_S: Final = 15.0
OPTIONS: Final = {
    "rtsp_transport": "tcp",
    "probesize": "500000",
    "analyzeduration": "1000000",
    "fpsprobesize": "0",
    "timeout": "5000000",
    "protocol_whitelist": "rtp,udp,tcp,tls,rtsp",
}
_CODES: Final = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "no_answer",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
}

_Kept = tuple[Arrived, VideoStream, AudioStream | None]


class Capture:
    """Runs on a thread of its own until `stop`. `follow` may come at any time from the process's main thread."""

    def __init__(self, order: Follow, report: Callable[[Report], None]) -> None:
        self._order = order
        self._report = report
        self._stopping = threading.Event()
        self._ring: deque[_Kept] = deque()
        self._writer: SegmentWriter | None = None
        self._told = ""
        self._thread = threading.Thread(target=self._run, name=f"camera-{order.camera_id}", daemon=True)
        self._thread.start()

    @property
    def order(self) -> Follow:
        return self._order

    def follow(self, order: Follow) -> None:
        """Another task for the same stream of the same camera."""
        self._order = order

    def stop(self) -> None:
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    # -- the camera's thread --

    def _run(self) -> None:
        pause_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            began_s = time.monotonic()
            code = self._play()
            if self._writer is not None:
                self._writer.cut()
            self._ring.clear()
            if self._stopping.is_set():
                break
            self._tell("gap", code)
            pause_s = RETRY_FIRST_S if time.monotonic() - began_s > 10.0 else min(pause_s * 2, RETRY_MOST_S)
            self._stopping.wait(pause_s * random.uniform(0.5, 1.0))
        if self._writer is not None:
            self._writer.end()
            self._writer.join(3.0)

    def _play(self) -> str:
        """Read until it ends; why it ended."""
        try:
            container = av.open(
                self._order.address, "r", options=dict(OPTIONS), timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
            )
        except (av.FFmpegError, OSError) as error:
            return code_of(error)
        try:
            return self._read(container)
        except (av.FFmpegError, OSError) as error:
            return code_of(error)
        finally:
            container.close()

    def _read(self, container: InputContainer) -> str:
        if not container.streams.video:
            return "no_video"
        video = container.streams.video[0]
        audio = next((one for one in container.streams.audio if one.codec_context.name in AUDIO_IN_MP4), None)
        clock, shape, fresh = StreamClock(), first_shape(video), True
        packets = container.demux(*([video] if audio is None else [video, audio]))
        for packet in cast("Iterator[MediaPacket]", packets):
            if self._stopping.is_set():
                return "stopped"
            is_video = packet.stream is video
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None or packet.size == 0 or packet.time_base is None:
                continue
            stream_s = float(stamp * packet.time_base)
            if is_video and not clock.arrived(stream_s, time.monotonic(), time.time()):
                fresh = True
            if fresh and not is_video:
                continue
            if is_video and packet.is_keyframe:
                now = shape_at(cast("Packet[VideoStream]", packet), shape)
                fresh = fresh or now is not shape
                shape = now
            wall_ms = round(clock.wall_s(stream_s) * 1000)
            arrived = Arrived(packet, wall_ms, is_video, packet.is_keyframe, fresh, shape)
            if is_video and packet.is_keyframe:
                fresh = False
            self._hand_on(arrived, video, audio)
        return "ended"

    def _hand_on(self, arrived: Arrived, video: VideoStream, audio: AudioStream | None) -> None:
        order = self._order
        if order.task == "write":
            writer = self._writer
            if writer is None:
                writer = self._writer = SegmentWriter(
                    order.camera_id, Path(order.folder), order.stream, order.segment_s, self._report, self._trouble
                )
            while self._ring:
                writer.put(*self._ring.popleft())
            writer.put(arrived, video, audio)
            if arrived.is_video and arrived.is_key:
                self._tell("recording", "")
        else:
            if self._writer is not None:
                self._writer.end()
                self._writer = None
            self._keep(arrived, video, audio, order.pre_s)
            self._tell("waiting", "")

    def _keep(self, arrived: Arrived, video: VideoStream, audio: AudioStream | None, pre_s: float) -> None:
        """In the ring, which begins with a key frame that is old enough."""
        self._ring.append((arrived, video, audio))
        if not (arrived.is_video and arrived.is_key):
            return
        oldest_ms = arrived.wall_ms - round(pre_s * 1000)
        keys = [index for index, kept in enumerate(self._ring) if kept[0].is_video and kept[0].is_key]
        before = [index for index in keys if self._ring[index][0].wall_ms <= oldest_ms]
        for _ in range(before[-1] if before else 0):
            self._ring.popleft()

    def _trouble(self, code: str) -> None:
        self._tell("failed", code)

    def _tell(self, condition: str, code: str) -> None:
        told = f"{condition}:{code}"
        if told != self._told:
            self._told = told
            now_ms = time.time_ns() // 1_000_000
            self._report(Condition(self._order.camera_id, condition, code, now_ms))  # type: ignore[arg-type]


def code_of(error: BaseException) -> str:
    """A word for a library's error; its own words may hold the address with the password."""
    if isinstance(error, av.HTTPUnauthorizedError | av.HTTPForbiddenError):
        return "unauthorized"
    if isinstance(error, av.HTTPNotFoundError):
        return "not_found"
    if isinstance(error, av.ExitError | av.TimeoutError):
        return "no_answer"
    if isinstance(error, av.EOFError):
        return "ended"
    return _CODES.get(getattr(error, "errno", 0) or 0, "lost")

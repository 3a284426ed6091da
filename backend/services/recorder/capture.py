"""One camera in the recorder's process: its stream read for ever, handed to the writer or kept in a ring."""

from __future__ import annotations

import errno
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from backend.services.recorder.messages import Condition, Follow, Report
from backend.services.recorder.segment import AUDIO_IN_MP4, Arrived, MediaPacket, Template
from backend.services.recorder.shape import first_shape, shape_at
from backend.services.recorder.stream_clock import StreamClock
from backend.services.recorder.writer import SegmentWriter

OPEN_TIMEOUT_S: Final = 6.0
READ_TIMEOUT_S: Final = 6.0
RETRY_FIRST_S: Final = 0.5
RETRY_MOST_S: Final = 15.0
STEADY_S: Final = 10.0

FIRST_KEY_S: Final = 20.0
NEXT_KEY_S: Final = 300.0
"""A camera that sends no key frame for so long is asked anew: nothing can be cut or played without."""

SETTLE_WAITS: Final = 3
SETTLE_PAUSE_S: Final = 0.004
SETTLE_MOST_S: Final = 2.0
"""The first packets come late, all at once: they waited while the stream was looked at. The clock is known by the first
so many that we had to wait for so long; they are held until then, or until this time went by."""

RING_BYTES: Final = 64 << 20
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

_Kept = tuple[Arrived, Template]
_Told = Literal["recording", "gap", "failed", "waiting"]


class Capture:
    """Runs on a thread of its own until `stop`. `follow` may come at any time from the process's main thread."""

    def __init__(
        self, order: Follow, report: Callable[[Report], None], wall_s: Callable[[], float] = time.time
    ) -> None:
        self._order = order
        self._report = report
        self._wall_s = wall_s
        self._stopping = threading.Event()
        self._ring: deque[_Kept] = deque()
        self._ring_bytes = 0
        self._writer: SegmentWriter | None = None
        self._telling = threading.Lock()
        self._told = ""
        self._newest_ms = round(wall_s() * 1000)
        self._thread = threading.Thread(target=self._run, name=f"camera-{order.camera_id}", daemon=True)
        self._thread.start()

    @property
    def order(self) -> Follow:
        return self._order

    def follow(self, order: Follow) -> None:
        """Another task for the same stream of the same camera."""
        self._order = order

    def stop(self) -> None:
        """Returns at once; what waits for the disk is written."""
        self._stopping.set()
        writer = self._writer
        if writer is not None:
            writer.end()

    def join(self, timeout_s: float) -> None:
        """Until what was read is on the disk; a camera that is silent is not waited for."""
        writer = self._writer
        if writer is not None:
            writer.join(timeout_s)

    # -- the camera's thread --

    def _run(self) -> None:
        pause_s = RETRY_FIRST_S
        while not self._stopping.is_set():
            began_s = time.monotonic()
            code = self._play()
            if self._writer is not None:
                self._writer.cut()
            self._ring.clear()
            self._ring_bytes = 0
            if self._stopping.is_set():
                break
            self._tell("gap", code, self._newest_ms)
            pause_s = RETRY_FIRST_S if time.monotonic() - began_s > STEADY_S else min(pause_s * 2, RETRY_MOST_S)
            self._stopping.wait(pause_s * random.uniform(0.5, 1.0))
        if self._writer is not None:
            self._writer.end()

    def _play(self) -> str:
        """Read until it ends; why it ended."""
        asked_s = time.monotonic()
        try:
            container = av.open(
                self._order.address, "r", options=dict(OPTIONS), timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S)
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            # FFmpeg reports a reply that never came as invalid data: the clock knows better.
            return "no_answer" if time.monotonic() - asked_s > 0.75 * OPEN_TIMEOUT_S else code_of(error)
        try:
            return self._read(container)
        except (av.FFmpegError, OSError, ValueError) as error:
            return code_of(error)
        finally:
            container.close()

    def _read(self, container: InputContainer) -> str:
        if not container.streams.video:
            return "no_video"
        video = container.streams.video[0]
        audio = next((one for one in container.streams.audio if one.codec_context.name in AUDIO_IN_MP4), None)
        line = _Line(video, Template(video, audio), self._hand_on, self._wall_s)
        source = cast("Iterator[MediaPacket]", container.demux(*([video] if audio is None else [video, audio])))
        while True:
            asked_s = time.monotonic()
            packet = next(source, None)
            if self._stopping.is_set():
                return "stopped"
            if packet is None:
                return "ended"
            now_s = time.monotonic()
            line.take(packet, now_s, now_s - asked_s)
            if now_s - line.key_s > (NEXT_KEY_S if line.has_key else FIRST_KEY_S):
                return "no_key"

    def _hand_on(self, arrived: Arrived, template: Template) -> None:
        order = self._order
        if order.task == "write":
            writer = self._writer
            if writer is None:
                writer = self._writer = SegmentWriter(
                    order.camera_id, Path(order.folder), order.stream, order.segment_s, self._report, self._stored
                )
                if self._stopping.is_set():
                    writer.end()
            while self._ring:
                writer.put(*self._ring.popleft())
            self._ring_bytes = 0
            writer.put(arrived, template)
        else:
            if self._writer is not None:
                self._writer.end()
                self._writer = None
            self._keep(arrived, template, order.pre_s)
            self._tell("waiting", "", arrived.wall_ms)
        if arrived.is_video:
            self._newest_ms = arrived.wall_ms

    def _keep(self, arrived: Arrived, template: Template, pre_s: float) -> None:
        """In the ring, which begins with a key frame that is old enough."""
        self._ring.append((arrived, template))
        self._ring_bytes += arrived.packet.size
        if not (arrived.is_video and arrived.is_key) and self._ring_bytes <= RING_BYTES:
            return
        oldest_ms = arrived.wall_ms - round(pre_s * 1000)
        keys = [index for index, (one, _) in enumerate(self._ring) if one.is_video and one.is_key]
        before = [index for index in keys if self._ring[index][0].wall_ms <= oldest_ms]
        for _ in range(before[-1] if before else 0):
            self._ring_bytes -= self._ring.popleft()[0].packet.size
        while self._ring_bytes > RING_BYTES:
            self._ring_bytes -= self._ring.popleft()[0].packet.size

    def _stored(self, code: str, at_ms: int) -> None:
        """Called on the writer's thread, and on the camera's when it must leave something out."""
        self._tell("failed" if code else "recording", code, at_ms)

    def _tell(self, condition: _Told, code: str, at_ms: int) -> None:
        with self._telling:
            if self._stopping.is_set() or self._told == f"{condition}:{code}":
                return
            self._told = f"{condition}:{code}"
            self._report(Condition(self._order.camera_id, condition, code, at_ms))


@dataclass(frozen=True, slots=True)
class _Came:
    """A packet and when it came: on the stream's clock, on the clock that never jumps and on the wall clock."""

    packet: MediaPacket
    is_video: bool
    stream_s: float
    mono_s: float
    wall_s: float


class _Line:
    """The packets of one connection, each with its wall clock. `key_s`: when the last key frame came (monotonic)."""

    def __init__(
        self,
        video: VideoStream,
        template: Template,
        hand_on: Callable[[Arrived, Template], None],
        wall_s: Callable[[], float],
    ) -> None:
        self._template = template
        self._hand_on = hand_on
        self._wall_s = wall_s
        self._ticks_s = template.ticks_s
        self._index = video.index
        self._clock = StreamClock()
        self._shape = first_shape(video)
        self._fresh = True
        self._skipping = True
        self._early: list[_Came] | None = []
        self._waited: list[_Came] = []
        self._began_s = self.key_s = time.monotonic()
        self.has_key = False

    def take(self, packet: MediaPacket, mono_s: float, waited_s: float) -> None:
        stamp = packet.pts
        if stamp is None:
            stamp = packet.dts
        if stamp is None or packet.size == 0:
            return
        is_video = packet.stream_index == self._index
        came = _Came(packet, is_video, stamp * self._ticks_s[is_video], mono_s, self._wall_s())
        if is_video and packet.is_keyframe:
            self.key_s, self.has_key = mono_s, True
        if self._early is None:
            self._tell_clock(came)
            self._pass_on(came)
        else:
            self._settle(self._early, came, waited_s)

    def _settle(self, early: list[_Came], came: _Came, waited_s: float) -> None:
        early.append(came)
        if came.is_video and waited_s > SETTLE_PAUSE_S:
            self._waited.append(came)
        if len(self._waited) >= SETTLE_WAITS or came.mono_s - self._began_s > SETTLE_MOST_S:
            for one in self._waited or early:
                self._tell_clock(one)
            self._early, self._waited = None, []
            for one in early:
                self._pass_on(one)

    def _tell_clock(self, came: _Came) -> None:
        if came.is_video and not self._clock.arrived(came.stream_s, came.mono_s, came.wall_s):
            self._fresh = True
            # Stamps of another clock have no place in the file that is open.
            self._skipping = self._skipping or self._clock.jumped

    def _pass_on(self, came: _Came) -> None:
        packet = came.packet
        is_key = came.is_video and packet.is_keyframe
        if self._skipping and not is_key:
            return
        if is_key:
            now = shape_at(cast("Packet[VideoStream]", packet), self._shape)
            self._fresh = self._fresh or now is not self._shape
            self._shape, self._skipping = now, False
        wall_ms = round(self._clock.wall_s(came.stream_s) * 1000)
        fresh = self._fresh and is_key
        self._hand_on(Arrived(packet, wall_ms, came.is_video, is_key, fresh, self._shape), self._template)
        if is_key:
            self._fresh = False


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

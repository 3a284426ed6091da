"""One recorded file: packets go in, whole fragments of MP4 go to the disk.

FFmpeg writes into memory, never to the disk: it would hold Python's lock while a slow disk takes its time, and with it
every other camera. And what goes to the disk is whole: a fragment that did not fit is cut off again.
"""

from __future__ import annotations

import contextlib
import errno
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from io import FileIO
from pathlib import Path
from typing import Final, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.services.recorder.shape import Shape

AUDIO_IN_MP4: Final = frozenset({"aac", "mp3", "opus", "ac3"})
MOVFLAGS: Final = "empty_moov+default_base_moof+frag_keyframe"
OPTIONS: Final = {
    "movflags": MOVFLAGS,
    # A camera with a key frame every ten seconds gives a fragment all the same: a kill costs no more than this, and a
    # replay comes this near to now. Longer than the usual two seconds, so that those are not cut in two.
    "frag_duration": "2100000",
    "flush_packets": "1",
    # Sound that ends must not hold the pictures back.
    "max_interleave_delta": "500000",
}
SOUND_OFF_S: Final = 5.0
"""Sound whose stamps are further from the picture's belongs to another clock and is left out."""

OPEN_TRIES: Final = 20
_BUFFER_BYTES: Final = 1 << 16

MediaPacket: TypeAlias = "Packet[VideoStream] | Packet[AudioStream]"


@dataclass(slots=True)
class Arrived:
    """A packet with the wall clock of its presentation, ms.

    Attributes:
        fresh: it must begin a new segment.
        after_loss: what was before it is lost.
    """

    packet: MediaPacket
    wall_ms: int
    is_video: bool
    is_key: bool
    fresh: bool
    shape: Shape
    after_loss: bool = False

    @property
    def begin_ms(self) -> int:
        """Wall clock of a file that begins with it: a picture may be shown later than it is decoded."""
        packet = self.packet
        if packet.pts is None or packet.dts is None or packet.time_base is None:
            return self.wall_ms
        return self.wall_ms - round(1000 * (packet.pts - packet.dts) * packet.time_base)


class DiskError(OSError):
    """The segment cannot be written. `code` says why: "disk_full" or "disk_error"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Memory:
    """A file of which FFmpeg sees the writing end."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(data)
        return len(data)

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


class Template:
    """What a file's streams are like, apart from the connection: that may be gone when its packets are written.

    Attributes:
        ticks: units of the stamps of the pictures (True) and the sound (False), seconds; looked up once, as a packet
            makes a new fraction at every look.
        ticks_s: the same as floats.
    """

    def __init__(self, video: VideoStream, audio: AudioStream | None) -> None:
        self._holder = av.open(_Memory(), "w", format="mp4")  # never begun: it only owns the two streams
        self.video = self._holder.add_stream_from_template(video, opaque=True)
        self.audio = None if audio is None else self._holder.add_stream_from_template(audio, opaque=True)
        self.ticks = {True: video.time_base or Fraction(1, 90_000)}
        if audio is not None:
            self.ticks[False] = audio.time_base or Fraction(1, 90_000)
        self.ticks_s = {is_video: float(tick) for is_video, tick in self.ticks.items()}


class Segment:
    """One file being written. It is there with its first fragment, not before.

    Raises:
        DiskError: as every method does.
    """

    def __init__(self, folder: Path, camera_folder: str, stream: str, template: Template, first: Arrived) -> None:
        packet = first.packet
        stamp = packet.dts if packet.dts is not None else packet.pts
        base_s = (stamp or 0) * template.ticks[True]
        self._bases = {is_video: round(base_s / tick) for is_video, tick in template.ticks.items()}
        self._ticks_s = template.ticks_s
        self.start_ms = first.begin_ms
        moment = datetime.fromtimestamp(self.start_ms / 1000, UTC)
        self.file = folder / camera_folder / f"{moment:%Y-%m-%d}" / f"{moment:%H}" / f"{self.start_ms}-{stream}.mp4"
        self.shape = first.shape
        self.frames = 0
        self.bytes = 0
        self._memory, self._unwritten = _Memory(), b""
        self._opened: FileIO | None = None
        self._last_dts: dict[bool, int] = {}
        self._shown_s, self._frame_s = 0.0, 0.04
        try:
            self._container: OutputContainer = av.open(
                self._memory, "w", format="mp4", options=dict(OPTIONS), buffer_size=_BUFFER_BYTES
            )
            self._video = self._container.add_stream_from_template(template.video, opaque=True)
            if first.shape.extradata:
                # What the stream was announced with may be another picture than it sends by now.
                self._video.codec_context.extradata = first.shape.extradata
                self._video.codec_context.width = first.shape.width_px
                self._video.codec_context.height = first.shape.height_px
            self._audio = (
                None
                if template.audio is None
                else self._container.add_stream_from_template(template.audio, opaque=True)
            )
            self._container.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise disk_error(error) from None

    @property
    def has_audio(self) -> bool:
        return self._audio is not None

    @property
    def is_on_disk(self) -> bool:
        return self._opened is not None

    @property
    def end_ms(self) -> int:
        """End of the newest picture, by the file's own clock."""
        return self.start_ms + round(1000 * (self._shown_s + self._frame_s)) if self.frames else self.start_ms

    def write(self, arrived: Arrived) -> bool:
        """True: a fragment reached the disk."""
        packet, stream = arrived.packet, self._video if arrived.is_video else self._audio
        pts, dts = packet.pts, packet.dts
        if pts is None:
            pts = dts
        if stream is None or pts is None:
            return False
        base = self._bases[arrived.is_video]
        dts = (pts if dts is None else dts) - base
        pts -= base
        shown_s = pts * self._ticks_s[arrived.is_video]
        if not arrived.is_video and (dts < 0 or abs(shown_s - self._shown_s) > SOUND_OFF_S):
            return False
        last = self._last_dts.get(arrived.is_video)
        # Strictly rising, as MP4 wants it; cameras repeat stamps now and then.
        dts = max(dts, 0 if last is None else last + 1)
        self._last_dts[arrived.is_video] = dts
        packet.dts, packet.pts = dts, max(pts, dts)
        packet.stream = cast("Stream", stream)  # type: ignore[assignment]
        try:
            self._container.mux(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise disk_error(error) from None
        if arrived.is_video:
            self.frames += 1
            if 0 < shown_s - self._shown_s < 1:
                self._frame_s = shown_s - self._shown_s
            self._shown_s = max(self._shown_s, shown_s)
        return self._flush()

    def close(self) -> None:
        """Write what is left."""
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise disk_error(error) from None
        if self.frames:
            self._flush()
        if self._opened is not None:
            try:
                self._opened.close()
            except OSError as error:
                raise disk_error(error) from None

    def give_up(self) -> int:
        """The disk failed: keep what is whole on it. Returns the wall clock of its end, `start_ms` = nothing."""
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()
        opened = self._opened
        if opened is None:
            return self.start_ms
        with contextlib.suppress(OSError):
            opened.truncate(self.bytes)
        with contextlib.suppress(OSError):
            opened.close()
        if not self.bytes:
            self._opened = None
            with contextlib.suppress(OSError):
                self.file.unlink()
            return self.start_ms
        try:
            found = read_fragments(self.file)
        except (BrokenFileError, OSError):
            return self.start_ms
        self.frames = sum(one.frames for one in found.fragments)
        return self.start_ms + round(1000 * found.end_s)

    def _flush(self) -> bool:
        data = self._memory.take()
        if not data:
            return False
        if self._opened is None and b"moof" not in data:
            self._unwritten += data  # the head alone is no file
            return False
        try:
            if self._opened is None:
                self._open()
            assert self._opened is not None
            _write_all(self._opened, self._unwritten + data)
        except OSError as error:
            raise disk_error(error) from None
        self.bytes += len(self._unwritten) + len(data)
        self._unwritten = b""
        return True

    def _open(self) -> None:
        for _ in range(OPEN_TRIES):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            try:
                # Names of one camera are unique: a clock that was set back must not write over what is there.
                self._opened = FileIO(self.file, "x")
                return
            except FileExistsError:
                self.file = self.file.with_name(f"{self.file.stem}x.mp4")
            except FileNotFoundError:
                continue  # retention took the empty folder just then
        raise FileExistsError(errno.EEXIST, "no free name")


def _write_all(file: FileIO, data: bytes) -> None:
    """Raises: OSError, a part of it may be written."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def disk_error(error: Exception) -> DiskError:
    return DiskError("disk_full" if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) else "disk_error")


def safe_name(camera_id: str) -> str:
    """A folder name for any camera id, different for different ids also where upper and lower case are one."""
    plain = "abcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(letter if letter in plain else f"%{ord(letter):06x}" for letter in camera_id)

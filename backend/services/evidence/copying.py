"""A second copy of a video with something painted over every picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from backend.services.evidence.footage import MEDIA_ERRORS, Part, Piece, opened, tracks
from backend.services.evidence.joining import MOVFLAGS, MediaPacket, Placed, chosen, place
from backend.services.evidence.pictures import Painter, Painting

TICKS: Final = Fraction(1, 90_000)
TICKS_PER_MS: Final = 90


def encoder() -> str:
    """The best of the encoders that are there, for a video that plays anywhere. Raises: OSError."""
    for name in ("libx264", "mpeg4"):
        try:
            av.Codec(name, "w")
        except ValueError:
            continue
        return name
    raise OSError("this machine's media library can encode neither H.264 nor MPEG-4")


def copy(part: Part, target: Path, painting: Painting, stopping: Callable[[int], None]) -> tuple[Placed, ...]:
    """Write the part again with `painting` on every picture; the sound stays as it was.

    Args:
        stopping: told the bytes of each piece when it is done, and 0 at every picture; what it raises ends the work.

    Raises:
        OSError: the file cannot be stored, or nothing can encode it.
    """
    with av.open(str(target), "w", format="mp4", options=MOVFLAGS) as output:
        copied = _Copy(output, part, Painter(painting, part.format.width_px, part.format.height_px))
        placed = []
        for piece in part.pieces:
            before = copied.pictures
            for _ in copied.add(piece):
                stopping(0)
            placed.append(place(part, piece, copied.pictures - before, copied.broken_off))
            stopping(piece.source.bytes)
        copied.end()
    return tuple(placed)


class _Copy:
    """The file being written. `broken_off`: the piece added last could not be read to its end."""

    def __init__(self, output: OutputContainer, part: Part, painter: Painter) -> None:
        self._output = output
        self._start_ms = part.start_ms
        self._painter = painter
        self._sound: AudioStream | None = None
        self._last_ticks = -1
        self._last_sound = -1
        self._begun = False
        self.pictures = 0
        self.broken_off = False
        name = encoder()
        options = {"preset": "veryfast", "crf": "21"} if name == "libx264" else {"qscale": "3"}
        self._video = cast("VideoStream", output.add_stream(name, rate=25, options=options))
        self._video.width, self._video.height = painter.width_px, painter.height_px
        self._video.pix_fmt = "yuv420p"
        self._video.codec_context.time_base = TICKS
        self._video.codec_context.thread_count = 1

    def add(self, piece: Piece) -> Iterator[None]:
        """One step a packet. What cannot be decoded is left out."""
        with opened(piece.source.file) as container:
            video, audio = tracks(container)
            video.thread_type, video.codec_context.thread_count = "NONE", 1
            if not self._begun:
                self._begun = True
                self._sound = None if audio is None else self._output.add_stream_from_template(audio)
            # Of the stream: what the decoder still held back at the end comes without one.
            base = video.time_base or Fraction(1, 1000)
            packets = chosen(container.demux(*([video] if audio is None else [video, audio])), piece)
            self.broken_off = False
            while (packet := self._next(packets)) is not None:
                if packet.stream is video:
                    self._show(piece, _frames(video, packet), base)
                else:
                    self._hear(piece, packet)
                yield
            self._show(piece, _frames(video, None), base)

    def _next(self, packets: Iterator[MediaPacket]) -> MediaPacket | None:
        try:
            return next(packets, None)
        except MEDIA_ERRORS:
            self.broken_off = True
            return None

    def end(self) -> None:
        self._output.mux(self._video.encode(None))

    def _show(self, piece: Piece, frames: list[VideoFrame], base: Fraction) -> None:
        for frame in frames:
            if frame.pts is None:
                continue
            wall_ms = piece.source.start_ms + round(1000 * float(frame.pts * base))
            painted = self._painter.painted(frame, wall_ms)
            self._last_ticks = max((wall_ms - self._start_ms) * TICKS_PER_MS, self._last_ticks + 1)
            painted.pts, painted.time_base = self._last_ticks, TICKS
            self._output.mux(self._video.encode(painted))
            self.pictures += 1

    def _hear(self, piece: Piece, packet: MediaPacket) -> None:
        if self._sound is None or packet.pts is None or packet.time_base is None:
            return
        shift = round(Fraction(piece.source.start_ms - self._start_ms, 1000) / packet.time_base)
        stamp = max(packet.pts + shift, self._last_sound + 1)
        if stamp < 0:
            return
        packet.pts = packet.dts = self._last_sound = stamp
        packet.stream = self._sound
        self._output.mux(packet)


def _frames(video: VideoStream, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
    try:
        return list(video.codec_context.decode(packet))
    except MEDIA_ERRORS:
        return []

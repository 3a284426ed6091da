"""Recorded files joined into one MP4 without transcoding: every packet stays as the camera sent it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from backend.services.evidence.footage import MEDIA_ERRORS, Part, Piece, opened, tracks
from backend.services.evidence.journal import sha256_of

MediaPacket: TypeAlias = "Packet[VideoStream] | Packet[AudioStream]"

MOVFLAGS: Final = {"movflags": "faststart"}
"""The index goes to the front: a file plays at once, also over a network."""

LAST_WORD_MS: Final = 500
"""Sound is written a little after its picture: how far it is read past a cut."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a recorded file lies in a file of the package.

    Attributes:
        file_ms: file time of its first frame, which was taken at `wall_ms`.
        sha256: of the whole recorded file as it lay on the recorder's disk.
        broken_off: it could not be read to its end.
    """

    name: str
    file_ms: int
    wall_ms: int
    end_ms: int
    frames: int
    sha256: str
    broken_off: bool


def join(part: Part, target: Path, stopping: Callable[[int], None]) -> tuple[Placed, ...]:
    """Write the part as one MP4.

    Args:
        stopping: told the bytes of each piece when it is done; what it raises ends the work.

    Raises:
        OSError: the file cannot be stored.
    """
    placed = []
    with av.open(str(target), "w", format="mp4", options=MOVFLAGS) as output:
        tape = _Tape(output)
        for piece in part.pieces:
            before = tape.frames
            broken_off = tape.add(piece, piece.source.start_ms - part.start_ms)
            placed.append(place(part, piece, tape.frames - before, broken_off))
            stopping(piece.source.bytes)
    return tuple(placed)


def place(part: Part, piece: Piece, frames: int, broken_off: bool) -> Placed:
    """Raises: OSError when the recorded file cannot be read to be hashed."""
    file = Path(piece.source.file)
    file_ms = piece.from_ms - part.start_ms
    return Placed(file.name, file_ms, piece.from_ms, piece.end_ms, frames, sha256_of(file), broken_off)


class _Tape:
    """The file being written. Its streams are those of the first piece."""

    def __init__(self, output: OutputContainer) -> None:
        self._output = output
        self._video: VideoStream | None = None
        self._audio: AudioStream | None = None
        self._last_dts: dict[int, Fraction] = {}
        self.frames = 0

    def add(self, piece: Piece, shift_ms: int) -> bool:
        """True: the piece broke off in its middle."""
        with opened(piece.source.file) as container:
            video, audio = tracks(container)
            if self._video is None:
                self._begin(video, audio)
            try:
                for packet in chosen(container.demux(*([video] if audio is None else [video, audio])), piece):
                    self._write(packet, shift_ms)
            except _StoreError:
                raise
            except MEDIA_ERRORS:
                return True
        return False

    def _begin(self, video: VideoStream, audio: AudioStream | None) -> None:
        self._video = self._output.add_stream_from_template(video)
        if video.codec_context.name == "hevc":
            # The other allowed tag, hev1, is played by fewer programs.
            self._video.codec_context.codec_tag = "hvc1"
        self._audio = None if audio is None else self._output.add_stream_from_template(audio)

    def _write(self, packet: MediaPacket, shift_ms: int) -> None:
        is_video = packet.stream.type == "video"
        stream = self._video if is_video else self._audio
        if stream is None or packet.time_base is None or packet.pts is None:
            return
        base = packet.time_base
        shift = round(Fraction(shift_ms, 1000) / base)
        dts = (packet.dts if packet.dts is not None else packet.pts) + shift
        last = self._last_dts.get(stream.index)
        if last is not None and dts * base <= last:
            # Two recorded files may overlap by some milliseconds; a file's stamps have to rise.
            dts = int(last / base) + 1
        if not is_video and dts < 0:
            return
        self._last_dts[stream.index] = dts * base
        packet.pts = max(packet.pts + shift, dts)
        packet.dts = dts
        packet.stream = stream
        try:
            self._output.mux(packet)
        except MEDIA_ERRORS as error:
            raise _StoreError(getattr(error, "errno", 0) or 0, "the file cannot be written") from error
        self.frames += is_video


class _StoreError(OSError):
    """Writing failed, not reading: this ends the export."""


def chosen(packets: object, piece: Piece) -> Iterator[MediaPacket]:
    """The packets of a piece, from its first key frame up to the one that is no longer wanted."""
    started, ended = False, False
    for packet in cast("Iterator[MediaPacket]", packets):
        if packet.pts is None or packet.time_base is None or packet.size == 0:
            continue
        wall_ms = piece.source.start_ms + round(1000 * float(packet.pts * packet.time_base))
        if packet.stream.type == "video":
            if packet.is_keyframe:
                started = started or wall_ms >= piece.from_ms
                ended = ended or (piece.until_ms is not None and wall_ms >= piece.until_ms)
            if started and not ended:
                yield packet
        elif started and wall_ms >= piece.from_ms and (piece.until_ms is None or wall_ms < piece.until_ms):
            yield packet
        if ended and piece.until_ms is not None and wall_ms > piece.until_ms + LAST_WORD_MS:
            return

"""A recorded file as its player needs it: every packet in memory, when each frame was taken, what of it is broken.

Files are some ten seconds long: reading one through costs milliseconds, tells exactly which frames there are, and needs
no index, which fragmented files do not have.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import Final

import av
from av.packet import Packet
from av.video.stream import VideoStream

from console.video.orders import RecordedFile

FILE_OPTIONS: Final = {"protocol_whitelist": "file", "probesize": "65536", "analyzeduration": "0"}
PACKETS_MOST: Final = 40_000
STRAY_MS: Final = 2000.0
"""Frames so far outside what the recording is said to hold have a damaged time."""

SHORT_MS: Final = 500.0
"""A file may end so much before its time, or two of its frames, and is still whole."""

USUAL_FRAME_MS: Final = 40.0


@dataclass
class LoadedSegment:
    """Frames are numbered by their presentation time.

    Attributes:
        times_ms: wall clock of each frame, ascending, epoch milliseconds.
        places: for each frame its packet (in decoding order).
        keys: numbers of the frames that can be decoded by themselves, ascending.
        end_ms: where the last frame ends.
        bad: spans (from, until) that cannot be shown, ascending as far as they are known.
    """

    file: RecordedFile
    codec: str = ""
    extradata: bytes = b""
    width_px: int = 0
    base_ms: float = 0.0
    """Length of a tick of the file's clock."""
    pixel_aspect: float = 1.0
    reordered: bool = False
    packets: list[Packet[VideoStream]] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    end_ms: float = 0.0
    frame_ms: float = USUAL_FRAME_MS
    bad: list[tuple[float, float]] = field(default_factory=list)

    @property
    def first_ms(self) -> float:
        return self.times_ms[0] if self.times_ms else float(self.file.start_ms)

    def frame_at(self, at_ms: float) -> int:
        """Number of the newest frame taken at or before an instant; -1 when there is none.

        Half a millisecond of grace: the clock counts in whole ones.
        """
        return bisect.bisect_right(self.times_ms, at_ms + 0.5) - 1

    def until_ms(self, frame: int) -> float:
        """When the frame after it is due."""
        return self.times_ms[frame + 1] if frame + 1 < len(self.times_ms) else self.end_ms

    def key_of(self, frame: int) -> int:
        """The key frame that decoding a frame begins with; -1 when there is none before it."""
        place = bisect.bisect_right(self.keys, frame) - 1
        return self.keys[place] if place >= 0 else -1

    def next_key_ms(self, frame: int) -> float:
        """When the next frame that stands by itself was taken; the file's end without one."""
        place = bisect.bisect_right(self.keys, frame)
        return self.times_ms[self.keys[place]] if place < len(self.keys) else self.end_ms

    def bad_span(self, at_ms: float) -> tuple[float, float] | None:
        return next((span for span in self.bad if span[0] - 0.5 <= at_ms < span[1]), None)

    def spoil(self, frame: int) -> None:
        """What was decoded there is no picture: everything up to the next key frame goes with it."""
        span = (self.times_ms[frame], self.next_key_ms(frame))
        self.bad = sorted([one for one in self.bad if one[0] < span[0] or one[1] > span[1]] + [span])


def load(file: RecordedFile) -> LoadedSegment:
    """Reads a file through. Whatever is broken about it is said in `bad`; nothing is raised."""
    loaded = LoadedSegment(file, end_ms=float(file.end_ms))
    read_whole = False
    found: list[tuple[float, int, bool]] = []
    try:
        with av.open(file.path, "r", options=dict(FILE_OPTIONS)) as container:
            if container.streams.video:
                video = container.streams.video[0]
                context = video.codec_context
                loaded.codec, loaded.extradata = context.name, bytes(context.extradata or b"")
                loaded.width_px = context.width
                aspect = context.sample_aspect_ratio
                loaded.pixel_aspect = float(aspect) if aspect and 0.2 < aspect < 5.0 else 1.0
                base_ms = loaded.base_ms = 1000.0 * float(video.time_base or 0)
                for packet in container.demux(video):
                    if packet.size == 0 or packet.pts is None or len(loaded.packets) >= PACKETS_MOST:
                        continue
                    at_ms = file.start_ms + packet.pts * base_ms
                    if file.start_ms - STRAY_MS <= at_ms <= file.end_ms + STRAY_MS or file.open:
                        found.append((at_ms, len(loaded.packets), packet.is_keyframe and not packet.is_corrupt))
                        loaded.packets.append(packet)
                read_whole = True
    except (av.FFmpegError, OSError, ValueError):
        read_whole = False
    _number(loaded, found, whole=read_whole)
    return loaded


def _number(loaded: LoadedSegment, found: list[tuple[float, int, bool]], *, whole: bool) -> None:
    """Frames by time, and what is missing at either end."""
    file = loaded.file
    loaded.reordered = any(later[0] < earlier[0] for earlier, later in zip(found, found[1:], strict=False))
    found = sorted(found)
    found = [one for number, one in enumerate(found) if number == 0 or one[0] > found[number - 1][0]]
    loaded.times_ms = [at_ms for at_ms, _, _ in found]
    loaded.places = [place for _, place, _ in found]
    loaded.keys = [number for number, (_, _, is_key) in enumerate(found) if is_key]
    if not loaded.keys:
        loaded.bad = [(float(file.start_ms), float(file.end_ms))]
        loaded.times_ms, loaded.places, loaded.packets = [], [], []
        return
    steps = sorted(later - earlier for earlier, later in zip(loaded.times_ms, loaded.times_ms[1:], strict=False))
    if steps:
        loaded.frame_ms = steps[len(steps) // 2]
    _find_missing(loaded, whole=whole)


def _find_missing(loaded: LoadedSegment, *, whole: bool) -> None:
    file, first_ms = loaded.file, loaded.times_ms[0]
    first_key_ms = loaded.times_ms[loaded.keys[0]]
    reached_ms = loaded.times_ms[-1] + loaded.frame_ms
    short_ms = max(SHORT_MS, 2 * loaded.frame_ms)
    if first_key_ms > first_ms:
        loaded.bad.append((min(float(file.start_ms), first_ms), first_key_ms))
    elif file.whole and first_key_ms > file.start_ms + short_ms:
        loaded.bad.append((float(file.start_ms), first_key_ms))
    if not file.whole or file.open:
        loaded.end_ms = reached_ms
    elif reached_ms < file.end_ms - (short_ms if whole else loaded.frame_ms):
        loaded.end_ms = reached_ms
        loaded.bad.append((reached_ms, float(file.end_ms)))
    else:
        loaded.end_ms = max(float(file.end_ms), loaded.times_ms[-1] + 1.0)

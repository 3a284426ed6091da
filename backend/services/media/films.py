"""A film packed anew: one picture and one sound stream as they are, and nothing else of the file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from PIL import Image

from backend.services.media import said
from backend.services.media.kinds import RIGHT, FileKind, check_boxes
from backend.services.media.messages import FILM_FILES, Job, Made, MediaError, MediaLimits
from backend.services.media.pictures import save_thumbnail

_MIME: Final = {"mp4": "video/mp4", "webm": "video/webm"}
_PICTURES: Final = {
    "mp4": frozenset(("h264", "hevc", "av1", "mpeg4", "vp9")),
    "webm": frozenset(("vp8", "vp9", "av1")),
}
_SOUNDS: Final = {"mp4": frozenset(("aac", "mp3", "ac3", "opus")), "webm": frozenset(("opus", "vorbis"))}
_READ: Final = {
    # Nothing but the file that is open already: no references, no lists, no addresses.
    "mp4": ("mov", {"enable_drefs": "0", "use_absolute_path": "0", "protocol_whitelist": "pipe"}),
    "webm": ("matroska", {"protocol_whitelist": "pipe"}),
}
_WRITE: Final = {"mp4": {"movflags": "+faststart", "fflags": "+bitexact"}, "webm": {"fflags": "+bitexact"}}
_PACKETS_PER_S: Final = 1000
_LOOK_FRAMES: Final = 60
_PLAIN_SPREAD: Final = 8
"""Grey values of a frame that lie closer together show nothing: a black start, a hand on the lens."""


def make(job: Job, kind: FileKind, limits: MediaLimits) -> Made:
    """The film and its thumbnail in the job's folder. Raises: MediaError, OSError, MemoryError."""
    with Path(job.source).open("rb") as source:
        if kind == "mp4":
            check_boxes(source)
            source.seek(0)
        try:
            return _make(source, job, kind, limits)
        except (av.FFmpegError, ValueError, IndexError, TypeError, AttributeError) as error:
            if isinstance(error, MediaError):
                raise
            raise MediaError("content: the video is damaged or cut off; send it again, whole") from None


def _make(source: BinaryIO, job: Job, kind: FileKind, limits: MediaLimits) -> Made:
    mime = _MIME[kind]
    folder = Path(job.folder)
    form, options = _READ[kind]
    with av.open(source, "r", format=form, options=dict(options)) as film:
        video, audio = _streams(film, kind)
        _check(film, video, limits)
        metadata = {**video.metadata, **film.metadata}
        target = folder / FILM_FILES[mime]
        with av.open(str(target), "w", format=kind, options=dict(_WRITE[kind])) as out:
            _remux(film, out, video, audio, limits)
    _thumbnail(target, kind, folder, limits)
    lat_deg, lon_deg = said.film_place(metadata) or (None, None)
    return Made("video", mime, said.film_taken_ms(metadata), lat_deg, lon_deg)


def _streams(film: InputContainer, kind: FileKind) -> tuple[VideoStream, AudioStream | None]:
    if not film.streams.video:
        raise MediaError(f"content: there are no moving pictures in it; {RIGHT}")
    video = film.streams.video[0]
    if video.codec_context.name not in _PICTURES[kind]:
        raise MediaError(
            f"content: its pictures are coded as {video.codec_context.name}; right is one of "
            f"{', '.join(sorted(_PICTURES[kind]))}"
        )
    # A sound that does not fit is left out: the pictures are what a report is about.
    sounds = [one for one in film.streams.audio if one.codec_context.name in _SOUNDS[kind]]
    return video, sounds[0] if sounds else None


def _check(film: InputContainer, video: VideoStream, limits: MediaLimits) -> None:
    width, height = video.codec_context.width, video.codec_context.height
    if not width or not height or width * height > limits.film_pixels:
        raise MediaError(f"size: its frames are {width} x {height}; right are {limits.film_pixels} pixels at most")
    if film.duration is not None and film.duration / av.time_base > limits.film_s:
        raise _too_long(film.duration / av.time_base, limits)


def _remux(
    film: InputContainer, out: OutputContainer, video: VideoStream, audio: AudioStream | None, limits: MediaLimits
) -> None:
    wanted = [one for one in (video, audio) if one is not None]
    copies = {one.index: out.add_stream_from_template(one) for one in wanted}
    for copy in copies.values():
        copy.metadata.clear()
    out.metadata.clear()
    first: dict[int, float] = {}
    count = pictures = 0
    for packet in film.demux(wanted):
        if packet.dts is None or packet.pts is None:
            continue
        at_s = _seconds(packet)
        if at_s - first.setdefault(packet.stream_index, at_s) > limits.film_s + 1:
            raise _too_long(at_s - first[packet.stream_index], limits)
        count += 1
        if count > _PACKETS_PER_S * limits.film_s:
            raise MediaError("content: the video has more packets than a film of that length; send it again, whole")
        pictures += packet.stream_index == video.index
        packet.stream = copies[packet.stream_index]
        out.mux(packet)
    if not pictures:
        raise MediaError("content: there is not one picture in the video; send it again, whole")


def _seconds(packet: Packet) -> float:  # type: ignore[type-arg]
    return float((packet.dts or 0) * packet.time_base) if packet.time_base is not None else 0.0


def _thumbnail(target: Path, kind: FileKind, folder: Path, limits: MediaLimits) -> None:
    """The first frame that shows something; of what was packed anew, so that this can be played is known, too."""
    form, options = _READ[kind]
    with target.open("rb") as source, av.open(source, "r", format=form, options=dict(options)) as film:
        video = film.streams.video[0]
        video.codec_context.thread_count = 1
        chosen: av.VideoFrame | None = None
        for number, frame in enumerate(film.decode(video)):
            chosen = chosen or frame
            if _shows(frame):
                chosen = frame
                break
            if number >= _LOOK_FRAMES:
                break
        if chosen is None:
            raise MediaError("content: not one picture of the video can be decoded; send it again, whole")
        picture = _picture(chosen)
    save_thumbnail(picture, folder, limits)


def _picture(frame: av.VideoFrame) -> Image.Image:
    """As it is looked at."""
    picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _shows(frame: av.VideoFrame) -> bool:
    grey = _picture(frame.reformat(width=32, height=32, format="gray"))
    low, high = grey.convert("L").getextrema()
    return isinstance(low, int | float) and isinstance(high, int | float) and high - low > _PLAIN_SPREAD


def _too_long(seconds: float, limits: MediaLimits) -> MediaError:
    return MediaError(f"length: the video is {seconds:.0f} s long; right are {limits.film_s:.0f} s at most")

"""The engine `pyav`: FFmpeg's RTSP over TCP and its decoders, one thread a stream, the newest picture first."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from typing import Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from console.video.address import AddressRefusedError, checked
from console.video.board import Reason
from console.video.stream import Stream, StreamFailedError
from console.video.watch import Lag

OPEN_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 4.0
READY_S: Final = 0.002
"""A packet that was had this fast had been waiting for us, not we for it."""

SKIP_BEHIND_S: Final = 0.25
DROP_BEHIND_S: Final = 1.0
SHOW_AT_LEAST_EVERY_S: Final = 0.2

# Options count only when they are set before the opening. `timeout` is FFmpeg's own, microseconds, behind PyAV's.
# Not `fflags nobuffer`: it throws away what was read while the stream was looked at, and with it the key frame that
# the camera sent first (measured: the first picture after 0.9 s instead of 0.16 s with a key frame every second).
RTSP_OPTIONS: Final = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "flags": "low_delay",
    "probesize": "65536",
    "analyzeduration": "300000",
    "fpsprobesize": "0",
    "timeout": "5000000",
    "protocol_whitelist": "rtp,udp,tcp,tls,rtsp",
}
FILE_OPTIONS: Final = {"protocol_whitelist": "file"}

_BY_ERRNO: Final = {
    errno.ECONNREFUSED: Reason.REFUSED,
    errno.ETIMEDOUT: Reason.NO_ANSWER,
    errno.EHOSTUNREACH: Reason.UNREACHABLE,
    errno.ENETUNREACH: Reason.UNREACHABLE,
    errno.ENOENT: Reason.FILE_MISSING,
    errno.EPIPE: Reason.ENDED,
    errno.ECONNRESET: Reason.ENDED,
    errno.ECONNABORTED: Reason.ENDED,
}


def quiet_library() -> None:
    """FFmpeg writes addresses into its messages: none of them goes anywhere."""
    av.logging.set_level(None)


def play(stream: Stream) -> None:
    """Plays until the stream is closed.

    Raises:
        StreamFailedError: it cannot be opened, ended, went silent or cannot be decoded.
    """
    order = stream.order
    try:
        address = checked(order.address, file_allowed=order.is_file)
    except AddressRefusedError:
        raise StreamFailedError(Reason.BAD_ADDRESS) from None
    leave = stream.gate.enter()
    try:
        if stream.is_stopping():
            return
        container = _open(address, is_file=order.is_file)
    finally:
        leave()
    try:
        if order.is_file:
            _play_file(stream, container)
        else:
            _play_camera(stream, container)
    except (av.FFmpegError, OSError) as error:
        raise StreamFailedError(reason_of(error)) from None
    finally:
        container.close()


def reason_of(error: BaseException) -> Reason:
    """The code for a library's error."""
    if isinstance(error, av.HTTPUnauthorizedError | av.HTTPForbiddenError):
        return Reason.UNAUTHORIZED
    if isinstance(error, av.HTTPNotFoundError):
        return Reason.NOT_FOUND
    if isinstance(error, av.ExitError | av.TimeoutError):
        return Reason.NO_ANSWER
    if isinstance(error, av.EOFError):
        return Reason.ENDED
    if isinstance(error, av.InvalidDataError | av.DecoderNotFoundError):
        return Reason.UNDECODABLE
    number = getattr(error, "errno", None)
    if number in _BY_ERRNO:
        return _BY_ERRNO[number]
    return Reason.NAME_UNKNOWN if number == errno.EIO else Reason.OTHER


def _open(address: str, *, is_file: bool) -> InputContainer:
    options = FILE_OPTIONS if is_file else RTSP_OPTIONS
    asked_s = time.monotonic()
    try:
        return av.open(address, "r", options=dict(options), timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S))
    except (av.FFmpegError, OSError) as error:
        # FFmpeg reports a reply that never came as invalid data: the clock knows better.
        silent = time.monotonic() - asked_s > 0.9 * OPEN_TIMEOUT_S
        raise StreamFailedError(Reason.NO_ANSWER if silent else reason_of(error)) from None


def _video_of(stream: Stream, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise StreamFailedError(Reason.NO_VIDEO)
    video = container.streams.video[0]
    # One thread: parallelism lies across streams; frame threads would each hold a picture back.
    video.codec_context.thread_count = 1
    video.thread_type = "SLICE"
    rate = video.average_rate or video.guessed_rate
    stream.nominal(float(rate) if rate else 0.0)
    aspect = video.codec_context.sample_aspect_ratio
    stream.pixel_aspect(float(aspect) if aspect else 1.0)
    return video


def _packets(container: InputContainer, video: VideoStream) -> Iterator[tuple[Packet[VideoStream], bool, float]]:
    """(packet, had been waiting for us, when it came), until the end."""
    source = container.demux(video)
    while True:
        asked_s = time.monotonic()
        packet = next(source, None)
        if packet is None:
            return
        came_s = time.monotonic()
        yield packet, came_s - asked_s < READY_S, came_s


def _play_camera(stream: Stream, container: InputContainer) -> None:
    video = _video_of(stream, container)
    small = False
    codec = _decoder(video, small=small)
    lag, base_s = Lag(), float(video.time_base or 0)
    dropping = False
    shown_s = 0.0
    for packet, waiting, now_s in _packets(container, video):
        if stream.is_stopping():
            return
        if packet.size == 0:
            continue
        behind_s = lag.arrived(packet.pts * base_s, now_s) if packet.pts is not None else 0.0
        stream.packet(now_s, behind_s)
        if not waiting and behind_s > SKIP_BEHIND_S:
            lag.accept(0.05)  # we wait for the stream, so it is the road that became longer
        # Catching up: first without scaling what nobody will see, then from key frame to key frame.
        dropping = _still_dropping(dropping, packet, behind_s if waiting else 0.0)
        if dropping:
            stream.skipped()
            continue
        if packet.is_keyframe and stream.is_shown_small() != small:
            small = not small
            codec = _decoder(video, small=small)
        hurry = waiting and behind_s > SKIP_BEHIND_S and now_s - shown_s < SHOW_AT_LEAST_EVERY_S
        for frame in _decoded(codec, packet):
            stream.picture(frame, now_s, show=not hurry)
        if hurry:
            stream.skipped()
        else:
            shown_s = now_s


def _decoder(video: VideoStream, *, small: bool) -> VideoCodecContext:
    """A decoder for the stream, one thread, no delay. A new one may begin at any key frame.

    Args:
        small: leave the loop filter out. It is a quarter of the decoding; what it smooths vanishes when the picture
            is shrunk to half or less (measured: docs/decisions/0002-video-wall.md), and a key frame begins anew.
    """
    codec = av.CodecContext.create(video.codec_context.name, "r")
    if not isinstance(codec, VideoCodecContext):
        raise StreamFailedError(Reason.NO_VIDEO)
    codec.extradata = video.codec_context.extradata
    codec.thread_count = 1
    codec.thread_type = "SLICE"
    codec.flags |= av.codec.context.Flags.low_delay
    if small:
        codec.options = {"skip_loop_filter": "all"}
    return codec


def _still_dropping(dropping: bool, packet: Packet[VideoStream], behind_s: float) -> bool:
    if dropping:
        return not (packet.is_keyframe and behind_s < DROP_BEHIND_S)
    return behind_s > DROP_BEHIND_S and not packet.is_keyframe


def _decoded(codec: VideoCodecContext, packet: Packet[VideoStream]) -> list[av.VideoFrame]:
    try:
        return codec.decode(packet)
    except av.InvalidDataError:
        # Damaged data costs pictures, not the stream: the age of the last good one tells the rest.
        return []


def _play_file(stream: Stream, container: InputContainer) -> None:
    """Loops the file at its own rate, for ever."""
    video = _video_of(stream, container)
    while not stream.is_stopping():
        if not _play_through(stream, container, video):
            raise StreamFailedError(Reason.UNDECODABLE)
        # The last picture's own time; a file of one picture must not spin.
        stream.pause(1 / float(video.average_rate or 25))
        container.seek(0)


def _play_through(stream: Stream, container: InputContainer, video: VideoStream) -> int:
    """One pass over the file; returns how many pictures it had."""
    started_s, shown = 0.0, 0
    for frame in container.decode(video):
        at_s = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else 0.0
        if shown == 0:
            started_s = time.monotonic() - at_s
        late_s = time.monotonic() - started_s - at_s
        if stream.pause(max(-late_s, 0.0)):
            break
        now_s = time.monotonic()
        stream.packet(now_s, 0.0)
        # Too late to be shown, but never so that nothing is shown.
        stream.picture(frame, now_s, show=late_s < 0.1 or shown % 5 == 0)
        shown += 1
    return shown

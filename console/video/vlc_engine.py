"""The engine `vlc`: libVLC decodes, its vmem callbacks write into memory of ours. For cameras that only VLC can play.

Where the installed libVLC cannot do RTSP the tile says so and `pyav` plays the camera.
"""

from __future__ import annotations

import ctypes
import threading
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from console.video import pyav_engine
from console.video.address import AddressRefusedError, checked
from console.video.board import Note, Reason
from console.video.ring import BYTES_PER_PIXEL
from console.video.stream import Stream, StreamFailedError
from console.video.vlc_probe import vlc_shortcoming

FIRST_PICTURE_S: Final = 8.0
SILENT_S: Final = 4.0
LOOK_S: Final = 0.1
GREEN: Final = 1
DEFAULT_BOX_PX: Final = (640, 360)

# RTSP over TCP, one decoder thread, a short buffer; the network's words stay out of the console.
INSTANCE_OPTIONS: Final = ("--quiet", "--no-audio", "--no-stats", "--no-osd", "--no-spu", "--no-video-title-show")
MEDIA_OPTIONS: Final = (":rtsp-tcp", ":network-caching=200", ":avcodec-threads=1", ":clock-jitter=0")


def play(stream: Stream) -> None:
    """Plays until the stream is closed; through `pyav` where libVLC cannot.

    Raises:
        StreamFailedError: no picture came, or pictures stopped.
    """
    order = stream.order
    try:
        address = checked(order.address, file_allowed=order.is_file)
    except AddressRefusedError:
        raise StreamFailedError(Reason.BAD_ADDRESS) from None
    shortcoming = vlc_shortcoming()
    if shortcoming is Note.VLC_MISSING or (shortcoming is not Note.NONE and not order.is_file):
        stream.note(shortcoming)
        pyav_engine.play(stream)
        return
    picture = _Vmem(stream)
    try:
        picture.play(address)
    finally:
        picture.end()


class _Vmem:
    """One libVLC player writing into a buffer of a fixed size; begun anew when the tile wants another size."""

    def __init__(self, stream: Stream) -> None:
        import vlc

        self._vlc = vlc
        self._stream = stream
        self._box_px = stream.largest_box_px() or DEFAULT_BOX_PX
        self._stride = self._box_px[0] * BYTES_PER_PIXEL
        self._pixels = np.zeros((self._box_px[1], self._box_px[0], BYTES_PER_PIXEL), np.uint8)
        self._address = self._pixels.ctypes.data
        self._instance = vlc.Instance(*INSTANCE_OPTIONS)
        self._player = self._instance.media_player_new()
        self._newest_s = 0.0
        # libVLC keeps the bare pointers: the callables must live as long as the player.
        self._callbacks = (
            vlc.CallbackDecorators.VideoLockCb(self._lock),
            vlc.CallbackDecorators.VideoUnlockCb(_nothing),
            vlc.CallbackDecorators.VideoDisplayCb(self._display),
        )

    def play(self, address: str) -> None:
        media = self._instance.media_new(address if "://" in address else str(Path(address).resolve()))
        for option in MEDIA_OPTIONS:
            media.add_option(option)
        if self._stream.order.is_file:
            media.add_option(":input-repeat=65535")
        self._player.video_set_callbacks(*self._callbacks, None)
        self._player.video_set_format("RV32", *self._box_px, self._stride)
        self._player.set_media(media)
        media.release()
        self._player.play()
        started_s = time.monotonic()
        while not self._stream.pause(LOOK_S):
            if self._stream.largest_box_px() not in (None, self._box_px):
                return
            self._check(started_s)

    def end(self) -> None:
        """libVLC's stop can hang: it has a thread of its own, and nobody waits for it."""
        threading.Thread(target=self._release, name="vlc-release", daemon=True).start()

    def _release(self) -> None:
        self._player.stop()
        self._player.release()
        self._instance.release()

    def _check(self, started_s: float) -> None:
        now_s = time.monotonic()
        state = self._player.get_state()
        if state == self._vlc.State.Error:
            raise StreamFailedError(Reason.OTHER)
        if state == self._vlc.State.Ended:
            raise StreamFailedError(Reason.ENDED if self._newest_s else Reason.UNDECODABLE)
        if self._newest_s == 0.0 and now_s - started_s > FIRST_PICTURE_S:
            raise StreamFailedError(Reason.NO_ANSWER)
        if self._newest_s and now_s - self._newest_s > SILENT_S:
            raise StreamFailedError(Reason.NO_ANSWER)

    # -- on libVLC's threads --

    def _lock(self, opaque: Any, planes: Any) -> int:
        ctypes.cast(planes, ctypes.POINTER(ctypes.c_void_p))[0] = self._address
        return 0

    def _display(self, opaque: Any, picture: Any) -> None:
        now_s = self._newest_s = time.monotonic()
        self._stream.packet(now_s, 0.0)
        self._stream.pixels(self._pixels.data.cast("B"), self._box_px, self._stride, self._pixels[:, :, GREEN], now_s)


def _nothing(opaque: Any, picture: Any, planes: Any) -> None:
    pass

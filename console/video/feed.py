"""A tile's view of a camera: the stream that fits the tile's size; the old picture stays until the new one is there."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QImage

from console.video.choice import Quality, Stream, choose
from console.video.liveness import Rules
from console.video.source import NO_ADDRESS, Decode, Output
from widgets.tile_types import TileStatus


class FeedHome(Protocol):
    """Where a feed gets its decodes from."""

    rules: Rules
    main_from_px: int

    def streams_of(self, camera_id: str) -> tuple[bool, bool] | None:
        """(has a main stream, has a sub-stream); None when nothing may be opened."""
        ...

    def refusal_of(self, camera_id: str) -> TileStatus: ...

    def decode(self, key: tuple[str, Stream]) -> Decode | None:
        """The decode of a camera's stream, begun if there is none. None when no worker has room."""
        ...

    def released(self, key: tuple[str, Stream]) -> None:
        """One of its users has gone."""
        ...

    def forget(self, feed: TileFeed) -> None: ...


class _View:
    """One output of one decode, held by one feed."""

    def __init__(self, key: tuple[str, Stream], decoded: Decode, size_px: tuple[int, int]) -> None:
        self.key = key
        self.decoded = decoded
        self.output: Output = decoded.output(size_px)
        self.start = self.output.ring.sequence if decoded.users > 1 else 0

    @property
    def has_picture(self) -> bool:
        return self.output.ring.sequence > 0


class TileFeed:
    """A `TileSource` (widgets/tile_types.py). GUI thread only; made by `VideoService.open`, ended by `close`."""

    def __init__(
        self, service: FeedHome, camera_id: str, tile_px: tuple[int, int], quality: Quality, *, paused: bool = False
    ) -> None:
        self.camera_id = camera_id
        self._service = service
        self._tile_px = tile_px
        self._quality: Quality = quality
        self._stream: Stream | None = None
        self._shown: _View | None = None
        self._coming: _View | None = None
        self._refusal: TileStatus = NO_ADDRESS
        self._paused = paused
        self._closed = False
        # Counts pictures over all views, so that a change of view is a new picture too.
        self._sequence_base = 0
        if not paused:
            self._choose()

    @property
    def sequence(self) -> int:
        self._swap_when_ready()
        if self._shown is None:
            return self._sequence_base
        return self._sequence_base + self._shown.output.ring.sequence

    @property
    def stream(self) -> Stream | None:
        """Which of the camera's streams is being decoded for this tile."""
        return None if self._paused else self._stream

    @property
    def decoded(self) -> Decode | None:
        """The decode whose picture is shown."""
        return None if self._shown is None else self._shown.decoded

    def image(self) -> QImage | None:
        """The newest picture, on the shared memory itself: valid until control returns to the event loop."""
        self._swap_when_ready()
        if self._shown is None:
            return None
        ring = self._shown.output.ring
        picture = ring.newest()
        if picture is None:
            return None
        end = picture.offset_bytes + picture.stride_bytes * picture.height_px
        pixels = ring.buffer[picture.offset_bytes : end]
        return QImage(pixels, picture.width_px, picture.height_px, picture.stride_bytes, QImage.Format.Format_RGB32)

    def arrived_s(self) -> float | None:
        """When the shown picture's data had arrived, monotonic seconds."""
        picture = None if self._shown is None else self._shown.output.ring.newest()
        return None if picture is None else picture.arrived_s

    def status(self) -> TileStatus:
        self._swap_when_ready()
        if self._shown is None:
            return self._refusal
        return self._shown.decoded.status(self._service.rules)

    def resize(self, tile_px: tuple[int, int], quality: Quality = "auto") -> None:
        if (tile_px, quality) != (self._tile_px, self._quality):
            self._tile_px, self._quality = tile_px, quality
            if not self._paused and not self._closed:
                self._choose()

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._drop_all()

    def resume(self) -> None:
        if self._paused and not self._closed:
            self._paused = False
            self._choose()

    def close(self) -> None:
        """Ends the feed; calling it again changes nothing."""
        if not self._closed:
            self._closed = True
            self._drop_all()
            self._service.forget(self)

    def _choose(self) -> None:
        streams = self._service.streams_of(self.camera_id)
        if streams is None:
            self._refusal = self._service.refusal_of(self.camera_id)
            return
        has_main, has_sub = streams
        self._stream = choose(
            self._tile_px,
            self._quality,
            self._stream,
            has_main=has_main,
            has_sub=has_sub,
            main_from_px=self._service.main_from_px,
        )
        key = (self.camera_id, self._stream)
        newest = self._coming or self._shown
        if newest is not None and newest.key == key and newest.output.size_px == self._tile_px:
            return
        self._drop(self._coming)
        self._coming = None
        decoded = self._service.decode(key)
        if decoded is None:
            self._refusal = self._service.refusal_of(self.camera_id)
            return
        view = _View(key, decoded, self._tile_px)
        if self._shown is None:
            self._shown = view
        elif self._shown.key == key and self._shown.output.size_px == self._tile_px:
            self._drop(view)
        else:
            self._coming = view

    def _swap_when_ready(self) -> None:
        if self._coming is not None and self._coming.has_picture:
            old, self._shown, self._coming = self._shown, self._coming, None
            if old is not None:
                self._sequence_base += old.output.ring.sequence + 1
            self._drop(old)

    def _drop_all(self) -> None:
        if self._shown is not None:
            self._sequence_base += self._shown.output.ring.sequence + 1
        shown, coming = self._shown, self._coming
        self._shown = self._coming = None
        self._drop(coming)
        self._drop(shown)

    def _drop(self, view: _View | None) -> None:
        if view is not None:
            view.decoded.release(view.output)
            self._service.released(view.key)

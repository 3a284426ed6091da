"""The desk's door to live video: cameras in, tile feeds out. Everything on the GUI thread, nothing of it waits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer

from backend.contracts.doors import CameraStreams
from console.video.address import AddressRefusedError, checked
from console.video.choice import MAIN_FROM_PX, Quality, Stream
from console.video.feed import TileFeed
from console.video.liveness import DEFAULT_RULES, Rules
from console.video.orders import Engine
from console.video.own import own_cameras
from console.video.pool import WorkerPool
from console.video.retry import CAP_S, FIRST_S
from console.video.source import BAD_ADDRESS, NO_ADDRESS, DecodedStream
from widgets.tile_types import TileStatus

LINGER_S: Final = 1.5
"""A decode that nobody shows any more stays this long: a change of grid must not reconnect every camera."""

STREAM_WEIGHT: Final[Mapping[Stream, int]] = {"main": 6, "sub": 1}


class VideoService(QObject):
    """Live video of one desk.

    Args:
        workers: decode processes; 0 = one a core.
        own_addresses: cameras and video files of the command line; nothing else may be a file.
        rules: when a picture stops being live.
        retry_s: first and longest pause before a lost camera is tried again.
        main_from_px: tiles about so wide, device pixels, take the main stream.
    """

    def __init__(
        self,
        workers: int = 0,
        own_addresses: Sequence[str] = (),
        rules: Rules = DEFAULT_RULES,
        parent: QObject | None = None,
        *,
        retry_s: tuple[float, float] = (FIRST_S, CAP_S),
        main_from_px: int = MAIN_FROM_PX,
    ) -> None:
        super().__init__(parent)
        self.rules = rules
        self.main_from_px = main_from_px
        self._retry_s = retry_s
        self.pool = WorkerPool(workers)
        self.own, self._own_streams = own_cameras(own_addresses)
        self._streams: dict[str, CameraStreams] = {}
        self._refused: dict[str, TileStatus] = {}
        self._engines: Mapping[str, Engine] = {}
        self._decodes: dict[tuple[str, Stream], DecodedStream] = {}
        self._idle_since_s: dict[tuple[str, Stream], float] = {}
        self._feeds: set[TileFeed] = set()
        self._running = False
        self._sweep = QTimer(self)
        self._sweep.setInterval(500)
        self._sweep.timeout.connect(self._end_idle)
        self.set_streams(())

    def start(self) -> None:
        """Starts the workers; they warm up while the windows are built."""
        if not self._running:
            self._running = True
            self.pool.start()
            self._sweep.start()

    def stop(self) -> None:
        """Begins the end and returns at once; `join` waits for the workers when the program ends."""
        if not self._running:
            return
        self._running = False
        self._sweep.stop()
        for feed in list(self._feeds):
            feed.close()
        for decoded in self._decodes.values():
            decoded.end()
        self._decodes.clear()
        self._idle_since_s.clear()
        self.pool.stop()

    def join(self, timeout_s: float = 2.0) -> bool:
        """Waits for the workers' end after `stop`, when the windows are closed. False = some were still there."""
        return self.pool.join(timeout_s)

    def set_streams(self, streams: Sequence[CameraStreams]) -> None:
        """The cameras' full addresses, besides those of the command line; feeds of changed ones begin again."""
        before = self._streams
        self._streams, self._refused = {}, {}
        for entry in (*self._own_streams, *streams):
            try:
                self._streams[entry.camera_id] = self._checked(entry)
            except AddressRefusedError:
                self._refused[entry.camera_id] = BAD_ADDRESS
        changed = {key for key in before.keys() | self._streams.keys() if before.get(key) != self._streams.get(key)}
        changed |= self._refused.keys()
        affected = [feed for feed in self._feeds if feed.camera_id in changed]
        for feed in affected:
            feed.pause()
        for key in [key for key in self._decodes if key[0] in changed]:
            self._end(key)
        for feed in affected:
            feed.resume()

    def set_engines(self, engines: Mapping[str, Engine]) -> None:
        """Which engine plays which camera (`Camera.engine` of the site); `pyav` where nothing is said."""
        self._engines = dict(engines)

    def is_file(self, camera_id: str) -> bool:
        """The camera is a file from the command line: its tile says so."""
        return camera_id in self.own and self.own[camera_id].is_file

    def open(self, camera_id: str, tile_px: tuple[int, int], quality: Quality = "auto") -> TileFeed:
        """A feed for a tile of `tile_px` device pixels. Close it when the tile goes."""
        feed = TileFeed(self, camera_id, tile_px, quality)
        self._feeds.add(feed)
        return feed

    @property
    def decodes(self) -> Mapping[tuple[str, Stream], DecodedStream]:
        """What is being decoded now, by camera and stream."""
        return self._decodes

    # -- for feeds --

    def streams_of(self, camera_id: str) -> tuple[bool, bool] | None:
        """(has a main stream, has a sub-stream); None when nothing may be opened."""
        entry = self._streams.get(camera_id)
        if entry is None or not (entry.main_url or entry.sub_url):
            return None
        return bool(entry.main_url), bool(entry.sub_url)

    def refusal_of(self, camera_id: str) -> TileStatus:
        return self._refused.get(camera_id, NO_ADDRESS)

    def decode(self, key: tuple[str, Stream]) -> DecodedStream | None:
        """The decode of a camera's stream, begun if there is none. None when no worker has room."""
        self._idle_since_s.pop(key, None)
        decoded = self._decodes.get(key)
        if decoded is None and self._running:
            decoded = self._begin(key)
        return decoded

    def released(self, key: tuple[str, Stream]) -> None:
        decoded = self._decodes.get(key)
        if decoded is not None and decoded.users == 0:
            self._idle_since_s[key] = time.monotonic()

    def forget(self, feed: TileFeed) -> None:
        self._feeds.discard(feed)

    # -- own --

    def _checked(self, entry: CameraStreams) -> CameraStreams:
        for address in (entry.main_url, entry.sub_url):
            if address:
                checked(address, file_allowed=self.is_file(entry.camera_id))
        return entry

    def _begin(self, key: tuple[str, Stream]) -> DecodedStream | None:
        camera_id, stream = key
        entry = self._streams[camera_id]
        address = entry.main_url if stream == "main" else entry.sub_url
        keeper = self.pool.freest((decoded.keeper, decoded.weight) for decoded in self._decodes.values())
        if keeper is None:
            return None
        engine = self._engines.get(camera_id, "pyav")
        weight = STREAM_WEIGHT[stream]
        self._decodes[key] = DecodedStream(
            keeper, address, engine, weight, is_file=self.is_file(camera_id), retry_s=self._retry_s
        )
        return self._decodes[key]

    def _end(self, key: tuple[str, Stream]) -> None:
        self._idle_since_s.pop(key, None)
        self._decodes.pop(key).end()

    def _end_idle(self) -> None:
        now_s = time.monotonic()
        for key in [key for key, since_s in self._idle_since_s.items() if now_s - since_s >= LINGER_S]:
            self._end(key)

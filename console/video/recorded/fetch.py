"""Which recordings are on this machine: asks what there is around the clock and fetches it, the nearest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel
from PySide6.QtCore import QObject, Signal

from backend.contracts.recording import Segment, SegmentList
from console.timebase import ReplayClock
from console.video.orders import RecordedFile
from console.video.recorded.cache import RecordingCache, Stored
from console.video.recorded.index import CameraIndex, Known

M = TypeVar("M", bound=BaseModel)

SEGMENTS: Final = "/api/v1/recordings/segments"
PREVIEW: Final = "/api/v1/recordings/preview"

FILES_AT_ONCE: Final = 4
FILES_AT_MOST: Final = 8
"""Together with those that were asked for before the clock jumped away from them."""

PIECES_AT_ONCE: Final = 6
PIECES_KEPT: Final = 6
FILES_UP_TO: Final = 8.0
"""Faster than this, whole files are not fetched any more: a piece here and there is all that is seen."""

AHEAD_S: Final = 20.0
AHEAD_MOST_MS: Final = 120_000
BESIDE_MS: Final = 12_000
SETTLED_S: Final = 0.3
"""A clock that was set and stands: pieces first, whole files so much later, what lies beside them later still."""

AT_REST_S: Final = 1.0
LIST_MS: Final = 300_000
LIST_NEAR_MS: Final = 30_000
YOUNG_MS: Final = 10_000
"""That nothing is listed so near to the edge of the present does not mean yet that nothing was recorded."""

OPEN_NEAR_MS: Final = 3000
SOON_MS: Final = 3000
"""What is being recorded is asked about again when no more than this is known to be there."""

RETRY_S: Final = 2.0
ASK_AGAIN_S: Final = 1.0
KEPT_AROUND_MS: Final = 2 * 3_600_000
WORKER_FILES: Final = 32
WANTED_SHARE: Final = 0.7


class FilesDoor(Protocol):
    """What is asked of the server (`ServerDoor` of the session)."""

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[M],
        done: Callable[[M], None],
        failed: Callable[[str], None],
    ) -> None: ...

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """One fragment, asked for an instant; `file` when it is known which recording it belongs to."""

    at_ms: int
    path: Path
    file: RecordedFile | None = None


@dataclass
class _Camera:
    index: CameraIndex = field(default_factory=CameraIndex)
    whole: dict[int, RecordedFile] = field(default_factory=dict)
    """By begin."""
    pieces: list[_Piece] = field(default_factory=list)
    piece_asked_ms: int | None = None
    piece_retry_s: float = 0.0
    failures: dict[int, float] = field(default_factory=dict)
    """Begin of a recording that could not be had -> when it is tried again."""


class RecordingFetch(QObject):
    """Lives on the GUI thread; `plan` is called when the clock was touched, and a few times a second.

    Signals:
        changed: (camera) other files of it are there, or something else is known of it.
    """

    changed = Signal(str)

    def __init__(
        self, clock: ReplayClock, server: FilesDoor, cache: RecordingCache, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._server = server
        self._cache = cache
        self._cameras: dict[str, _Camera] = {}
        self._resting: dict[str, _Camera] = {}
        self._fetching: set[tuple[str, int]] = set()
        self._pieces_asked = 0
        self._list_asked = False
        self._list_s = 0.0
        self._list_fault = False
        self._touched_s = 0.0
        self.list_fetches = 0
        self.file_fetches = 0
        self.piece_fetches = 0

    # -- what is shown --

    def show(self, camera_id: str) -> None:
        """Fetch for this camera from now on."""
        if camera_id not in self._cameras:
            rested = camera_id in self._resting
            self._cameras[camera_id] = self._resting.pop(camera_id) if rested else _Camera()

    def hide(self, camera_id: str) -> None:
        """It is shown no more; what is there stays until room is needed."""
        camera = self._cameras.pop(camera_id, None)
        if camera is not None:
            self._resting[camera_id] = camera

    def known(self, camera_id: str, at_ms: float) -> Known:
        """What the camera has recorded at an instant."""
        camera = self._cameras.get(camera_id)
        return "unknown" if camera is None else camera.index.at(at_ms)

    def fetched(self, camera_id: str, at_ms: float) -> bool:
        """The recording of an instant is on this machine."""
        camera = self._cameras.get(camera_id)
        return camera is not None and _holding(camera, at_ms) is not None

    def fault(self, camera_id: str, at_ms: float) -> str:
        """Key of the words that say why the recording of an instant cannot be had; "" when it can."""
        camera = self._cameras.get(camera_id)
        known = "unknown" if camera is None else camera.index.at(at_ms)
        if known == "unknown":
            return "fetch_failed" if self._list_fault else ""
        failed = camera is not None and isinstance(known, Segment) and known.start_ms in camera.failures
        return "fetch_failed" if failed else ""

    def files_of(self, camera_id: str, at_ms: int) -> tuple[RecordedFile, ...]:
        """What a worker should know: whole files around an instant, nearest first, and pieces."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            return ()
        near = sorted(camera.whole.values(), key=lambda file: _distance(file, at_ms))[:WORKER_FILES]
        return (*sorted(near, key=lambda file: file.start_ms), *(one.file for one in camera.pieces if one.file))

    @property
    def busy(self) -> bool:
        """Something is on its way."""
        return bool(self._fetching) or self._pieces_asked > 0 or self._list_asked

    # -- planning --

    def touched(self) -> None:
        """Somebody set the clock: what is needed there goes before everything else."""
        self._touched_s = time.monotonic()
        self.plan()

    def plan(self) -> None:
        """Ask for whatever is missing and not on its way yet."""
        if not self._cache.ready or not self._cameras:
            return
        at_ms, motion = self._clock.now_ms(), self._clock.motion
        self._ask_list(at_ms, motion.rate)
        self._ask_pieces(at_ms, motion.rate, scrubbing=motion.scrubbing)
        self._ask_files(at_ms, motion.rate, scrubbing=motion.scrubbing)

    def _ask_list(self, at_ms: int, rate: float) -> None:
        now_s = time.monotonic()
        if self._list_asked or (self._list_fault and now_s - self._list_s < RETRY_S):
            return
        edge_ms = self._clock.edge_ms
        near_ms = round(LIST_NEAR_MS * max(abs(rate), 1.0))
        # Sure is what is older than YOUNG_MS: to ask for all of that would be to ask again with every step of the edge.
        low_ms, high_ms = at_ms - near_ms, min(at_ms + near_ms, edge_ms - 2 * YOUNG_MS)
        unasked = [one for one in self._cameras.values() if low_ms < high_ms and not one.index.knows(low_ms, high_ms)]
        soon_ms = min(at_ms + SOON_MS, edge_ms)
        young = any(_ends_ms(one.index, at_ms, soon_ms) < soon_ms for one in self._cameras.values())
        if unasked:
            wide_ms = LIST_MS + near_ms
            self._ask_span(at_ms - wide_ms, min(at_ms + wide_ms, edge_ms), edge_ms)
        elif young and at_ms > edge_ms - YOUNG_MS - LIST_NEAR_MS and now_s - self._list_s > ASK_AGAIN_S:
            self._ask_span(at_ms - LIST_NEAR_MS, edge_ms, edge_ms)

    def _ask_span(self, start_ms: int, end_ms: int, edge_ms: int) -> None:
        self._list_asked = True
        self._list_s = time.monotonic()
        self.list_fetches += 1
        start_ms, end_ms = max(start_ms, 0), max(end_ms, 0)
        cameras = tuple(self._cameras)
        query = urlencode([*(("camera", one) for one in cameras), ("start", start_ms), ("end", end_ms)])
        sure_ms = min(end_ms, edge_ms - YOUNG_MS)
        answered = partial(self._take_list, cameras, start_ms, sure_ms)
        self._server.ask(f"{SEGMENTS}?{query}", {}, SegmentList, answered, self._list_failed)

    def _take_list(self, cameras: tuple[str, ...], start_ms: int, sure_ms: int, answer: SegmentList) -> None:
        self._list_asked = self._list_fault = False
        told: dict[str, list[Segment]] = {}
        for segment in answer.segments:
            told.setdefault(segment.camera_id, []).append(segment)
        for camera_id in cameras:
            camera = self._cameras.get(camera_id)
            if camera is not None:
                camera.index.learn(start_ms, max(sure_ms, start_ms), told.get(camera_id, ()))
                camera.index.forget_far(self._clock.now_ms(), KEPT_AROUND_MS)
                self._settle_pieces(camera)
                self.changed.emit(camera_id)
        self.plan()

    def _list_failed(self, reason: str) -> None:
        self._list_asked, self._list_fault = False, True

    # -- whole files --

    def _ask_files(self, at_ms: int, rate: float, *, scrubbing: bool) -> None:
        # First the pieces that are wanted at this moment: whole files would take the same road.
        if abs(rate) > FILES_UP_TO or scrubbing or self._pieces_asked:
            return
        wanted = self._wanted(at_ms, rate)
        rested_s = time.monotonic() - self._touched_s
        if rate == 0 and rested_s < AT_REST_S:
            wanted = [
                one for one in wanted if one[0] == 0 and (rested_s > SETTLED_S or self._has_no_piece(one[1], at_ms))
            ]
        keys = {(camera_id, segment.start_ms) for _, camera_id, segment in wanted}
        for _, camera_id, segment in wanted:
            stored = self._cameras[camera_id].whole.get(segment.start_ms)
            if stored is not None:
                self._cache.touch(stored)
        now_s = time.monotonic()
        for _, camera_id, segment in wanted:
            if len(self._fetching) >= FILES_AT_MOST or len(self._fetching & keys) >= FILES_AT_ONCE:
                return
            camera = self._cameras[camera_id]
            waits = camera.failures.get(segment.start_ms, 0.0) > now_s
            if (
                (camera_id, segment.start_ms) not in self._fetching
                and not waits
                and _is_missing(camera, segment, at_ms)
            ):
                self._fetch(camera_id, segment)

    def _has_no_piece(self, camera_id: str, at_ms: int) -> bool:
        return all(piece.at_ms != at_ms for piece in self._cameras[camera_id].pieces)

    def _wanted(self, at_ms: int, rate: float) -> list[tuple[float, str, Segment]]:
        """(distance, camera, segment), the nearest first, as much as there is room for."""
        ahead_ms = min(max(AHEAD_S * 1000 * abs(rate), BESIDE_MS), AHEAD_MOST_MS)
        before_ms, after_ms = (ahead_ms, 0) if rate < 0 else (0 if rate else BESIDE_MS, ahead_ms)
        found: list[tuple[float, str, Segment]] = []
        for camera_id, camera in self._cameras.items():
            for segment in camera.index.between(at_ms - before_ms, at_ms + after_ms):
                distance_ms = max(segment.start_ms - at_ms, at_ms - segment.end_ms, 0)
                # Standing still, what comes next is as likely as what was before.
                found.append((distance_ms, camera_id, segment))
        found.sort(key=lambda one: one[0])
        room = self._cache.most_bytes * WANTED_SHARE
        taken: list[tuple[float, str, Segment]] = []
        for one in found:
            room -= one[2].bytes
            if room < 0 and one[0] > 0:
                break
            taken.append(one)
        return taken

    def _fetch(self, camera_id: str, segment: Segment) -> None:
        self._fetching.add((camera_id, segment.start_ms))
        self.file_fetches += 1
        path = f"/api/v1/recordings/files/{segment.segment_id}"
        if segment.open:
            path = f"/api/v1/recordings/open/{quote(camera_id, safe='')}/{segment.start_ms}"
        done = partial(self._fetched, camera_id, segment)
        self._server.download(path, self._cache.new_path(), done, partial(self._fetch_failed, camera_id, segment))

    def _fetched(self, camera_id: str, segment: Segment, path: Path) -> None:
        self._fetching.discard((camera_id, segment.start_ms))
        camera = self._any(camera_id)
        if camera is None or not self._cache.ready:
            self._cache.discard(path)
            return
        file = RecordedFile(
            segment.segment_id, str(path), segment.start_ms, segment.end_ms, whole=True, open=segment.open
        )
        before = camera.whole.get(segment.start_ms)
        if before is not None:
            self._cache.remove(before)
        camera.whole[segment.start_ms] = file
        camera.failures.pop(segment.start_ms, None)
        self._cache.add(Stored(file, camera_id, segment.bytes))
        self._make_room()
        self.changed.emit(camera_id)
        self.plan()

    def _fetch_failed(self, camera_id: str, segment: Segment, reason: str) -> None:
        self._fetching.discard((camera_id, segment.start_ms))
        camera = self._any(camera_id)
        if camera is not None:
            # It may be finished by now, or gone: what was listed is asked for again.
            camera.failures[segment.start_ms] = time.monotonic() + RETRY_S
            camera.index.forget(segment.start_ms, segment.end_ms)
            self.changed.emit(camera_id)

    def _make_room(self) -> None:
        at_ms, rate = self._clock.now_ms(), self._clock.motion.rate
        wanted = {
            file
            for _, camera_id, segment in self._wanted(at_ms, rate)
            if (file := self._cameras[camera_id].whole.get(segment.start_ms)) is not None
        }
        for stored in self._cache.shrink(wanted):
            camera = self._any(stored.camera_id)
            if camera is None:
                continue
            if camera.whole.get(stored.file.start_ms) == stored.file:
                del camera.whole[stored.file.start_ms]
            camera.pieces = [one for one in camera.pieces if one.file != stored.file]

    # -- pieces --

    def _ask_pieces(self, at_ms: int, rate: float, *, scrubbing: bool) -> None:
        """A fragment for each camera whose recording of the instant is not here."""
        now_s = time.monotonic()
        # By the time it is here the clock has gone on.
        aim_ms = min(at_ms + round(150 * rate), self._clock.edge_ms) if abs(rate) > 1.0 else at_ms
        near_ms = (300 if scrubbing else 0) if rate == 0 or scrubbing else 1000 * max(1.0, abs(rate) / 4)
        for camera_id, camera in self._cameras.items():
            if self._pieces_asked >= PIECES_AT_ONCE:
                return
            if camera.piece_asked_ms is not None or camera.piece_retry_s > now_s:
                continue
            if camera.index.at(aim_ms) == "gap" or _holding(camera, aim_ms) is not None:
                continue
            if any(abs(piece.at_ms - aim_ms) <= near_ms for piece in camera.pieces):
                continue
            camera.piece_asked_ms = aim_ms
            self._pieces_asked += 1
            self.piece_fetches += 1
            path = f"{PREVIEW}?{urlencode([('camera', camera_id), ('at', aim_ms)])}"
            done, failed = partial(self._take_piece, camera_id, aim_ms), partial(self._piece_failed, camera_id)
            self._server.download(path, self._cache.new_path(), done, failed)

    def _take_piece(self, camera_id: str, at_ms: int, path: Path) -> None:
        self._pieces_asked -= 1
        camera = self._any(camera_id)
        if camera is None or not self._cache.ready:
            self._cache.discard(path)
            return
        camera.piece_asked_ms = None
        camera.pieces.append(_Piece(at_ms, path))
        self._settle_pieces(camera)
        self._forget_pieces(camera.pieces, camera)
        self._make_room()
        self.changed.emit(camera_id)
        self.plan()

    def _piece_failed(self, camera_id: str, reason: str) -> None:
        self._pieces_asked -= 1
        camera = self._any(camera_id)
        if camera is not None:
            camera.piece_asked_ms = None
            camera.piece_retry_s = time.monotonic() + RETRY_S / 4

    def _any(self, camera_id: str) -> _Camera | None:
        return self._cameras.get(camera_id) or self._resting.get(camera_id)

    def _settle_pieces(self, camera: _Camera) -> None:
        """Pieces whose recording is known by now can be shown."""
        settled: list[_Piece] = []
        for piece in camera.pieces:
            # Where two recordings overlap, door and index both mean the one that began last.
            known = camera.index.at(piece.at_ms) if piece.file is None else None
            if isinstance(known, Segment):
                file = RecordedFile(known.segment_id, str(piece.path), known.start_ms, known.end_ms, whole=False)
                piece = _Piece(piece.at_ms, piece.path, file)
                # At most the whole recording: how much of it a piece is, only the disk knows.
                self._cache.add(Stored(file, known.camera_id, known.bytes))
            settled.append(piece)
        camera.pieces = settled

    def _forget_pieces(self, pieces: Iterable[_Piece], camera: _Camera) -> None:
        old = list(pieces)[:-PIECES_KEPT]
        camera.pieces = camera.pieces[-PIECES_KEPT:]
        for piece in old:
            self._drop_piece(piece)

    def _drop_piece(self, piece: _Piece) -> None:
        if piece.file is not None:
            self._cache.remove(piece.file)
        else:
            self._cache.discard(piece.path)


def _holding(camera: _Camera, at_ms: float) -> RecordedFile | None:
    known = camera.index.at(at_ms)
    if not isinstance(known, Segment):
        return None
    file = camera.whole.get(known.start_ms)
    return file if file is not None and (at_ms < file.end_ms or not known.open and not file.open) else None


def _is_missing(camera: _Camera, segment: Segment, at_ms: int) -> bool:
    """It is not here, or longer by now than what is here, and that is soon needed."""
    file = camera.whole.get(segment.start_ms)
    if file is None:
        return True
    longer = segment.end_ms > file.end_ms or (file.open and not segment.open)
    return longer and at_ms > file.end_ms - OPEN_NEAR_MS


def _ends_ms(index: CameraIndex, at_ms: int, enough_ms: int) -> int:
    """Until when recordings follow one another from an instant on, looked at up to `enough_ms`; the instant itself
    when there is none."""
    end_ms = at_ms
    while end_ms < enough_ms and isinstance(known := index.at(end_ms), Segment) and known.end_ms > end_ms:
        end_ms = known.end_ms
    return end_ms


def _distance(file: RecordedFile, at_ms: int) -> int:
    return max(file.start_ms - at_ms, at_ms - file.end_ms, 0)

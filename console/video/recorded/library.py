"""The files a player has of its camera, read when they are needed, and which frame of which belongs to an instant."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from console.video.orders import HOLD_MS, NEAR_MS, RecordedFile
from console.video.recorded.segment import LoadedSegment, load

LOADED_MOST: Final = 3
LOADED_PIECES_MOST: Final = 8
Place = tuple[LoadedSegment, int]


class Library:
    """`take` may be called on any thread, the rest on the player's.

    Args:
        reading: told the recording's number before a file is read, and 0 when that is done.
    """

    def __init__(self, reading: Callable[[int], None]) -> None:
        self._reading = reading
        self._files: tuple[RecordedFile, ...] = ()
        self._loaded: OrderedDict[RecordedFile, LoadedSegment] = OrderedDict()

    def take(self, files: tuple[RecordedFile, ...]) -> None:
        self._files = files

    def at(self, at_ms: float, shown: LoadedSegment | None, *, near: bool) -> Place | None:
        """The newest frame at or before an instant; frame -1: the file is there, but nothing of it can be shown then.

        Args:
            shown: what is being shown: as long as it holds the instant there is no need for another file.
            near: a piece from close by will do when nothing holds the instant itself.
        """
        if shown is not None and shown.first_ms <= at_ms < shown.end_ms and shown.bad_span(at_ms) is None:
            return shown, _frame(shown, at_ms)
        early: Place | None = None
        for file in self._covering(at_ms):
            segment = self._load(file)
            if segment.frame_at(at_ms) < 0 and segment.bad_span(at_ms) is None:
                # Its first frame comes after its time 0 (reordered frames): until then the file before goes on.
                early = early or (segment, _frame(segment, at_ms))
            elif at_ms < segment.end_ms or segment.bad_span(at_ms) is not None:
                return segment, _frame(segment, at_ms)
        if early is not None:
            return early
        return self._piece(at_ms) or self._held(at_ms) or (self._near_piece(at_ms) if near else None)

    def after(self, segment: LoadedSegment) -> LoadedSegment | None:
        """What goes on where a recording ends; None when it is not there."""
        end_ms = segment.end_ms
        for file in self._files:
            if file.whole and -HOLD_MS <= file.start_ms - end_ms <= HOLD_MS and file.start_ms > segment.file.start_ms:
                return self._load(file)
        return None

    def before(self, segment: LoadedSegment) -> LoadedSegment | None:
        """What ends where a recording begins; None when it is not there."""
        start_ms = segment.file.start_ms
        for file in self._files:
            if file.whole and abs(file.end_ms - start_ms) <= HOLD_MS and file.start_ms < start_ms:
                return self._load(file)
        return None

    def _covering(self, at_ms: float) -> list[RecordedFile]:
        """Whole files that hold the instant; finished ones first, then the longest."""
        holding = [file for file in self._files if file.whole and file.start_ms <= at_ms < file.end_ms]
        return sorted(holding, key=lambda file: (file.open, -file.end_ms))

    def _held(self, at_ms: float) -> Place | None:
        """The last frame of what ended just before."""
        ended = [file for file in self._files if file.whole and file.end_ms <= at_ms < file.end_ms + HOLD_MS]
        for file in sorted(ended, key=lambda file: -file.end_ms):
            segment = self._load(file)
            if segment.times_ms and at_ms < segment.end_ms + HOLD_MS:
                return segment, len(segment.times_ms) - 1
        return None

    def _pieces(self, at_ms: float) -> list[LoadedSegment]:
        close = [self._load(file) for file in self._files if not file.whole and _is_close(file, at_ms)]
        return [piece for piece in close if piece.times_ms]

    def _piece(self, at_ms: float) -> Place | None:
        for piece in self._pieces(at_ms):
            if piece.first_ms - 0.5 <= at_ms < piece.end_ms:
                return piece, _frame(piece, at_ms)
        return None

    def _near_piece(self, at_ms: float) -> Place | None:
        close = [piece for piece in self._pieces(at_ms) if abs(piece.first_ms - at_ms) <= NEAR_MS]
        return (min(close, key=lambda piece: abs(piece.first_ms - at_ms)), 0) if close else None

    def _load(self, file: RecordedFile) -> LoadedSegment:
        segment = self._loaded.get(file)
        if segment is None:
            self._reading(file.segment_id)
            segment = self._loaded[file] = load(file)
            self._reading(0)
            self._forget(whole=file.whole)
        self._loaded.move_to_end(file)
        return segment

    def _forget(self, *, whole: bool) -> None:
        kind = [file for file in self._loaded if file.whole == whole]
        most = LOADED_MOST if whole else LOADED_PIECES_MOST
        for file in kind[: max(len(kind) - most, 0)]:
            del self._loaded[file]


def _frame(segment: LoadedSegment, at_ms: float) -> int:
    frame = segment.frame_at(at_ms)
    # The first frame of a file with reordered frames comes a little after the file's own time 0.
    return 0 if frame < 0 and segment.times_ms and segment.first_ms - at_ms <= HOLD_MS else frame


def _is_close(file: RecordedFile, at_ms: float) -> bool:
    return file.start_ms - NEAR_MS <= at_ms <= file.end_ms + NEAR_MS

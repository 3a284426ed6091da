"""What is written on the feed, encoded once: events and series as fragments of JSON, ticks as shared frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic_core import to_json

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import Topic
from backend.gateway.feed.pipe import text_frame
from backend.storage.readings import ReadingRow

EVENTS_PER_FRAME: Final = 1000
BYTES_PER_FRAME: Final = 1024 * 1024
"""A batch holds at most so many events, or so many bytes of them (one event may be larger alone)."""


@dataclass(frozen=True, slots=True)
class EventPiece:
    seq: int
    json: bytes


@dataclass(frozen=True, slots=True)
class SeriesPiece:
    station_id: str
    json: bytes
    samples: int


@dataclass(frozen=True, slots=True)
class View:
    """What a seat wants to hear. `stations` None = all."""

    events: bool = True
    readings: bool = True
    stations: frozenset[str] | None = None

    @classmethod
    def of(cls, topics: Iterable[Topic], stations: Sequence[str] | None) -> View:
        wanted = frozenset(topics)
        return cls("events" in wanted, "readings" in wanted, None if stations is None else frozenset(stations))

    def chosen(self, readings: Iterable[SeriesPiece]) -> tuple[SeriesPiece, ...]:
        if not self.readings:
            return ()
        if self.stations is None:
            return tuple(readings)
        return tuple(piece for piece in readings if piece.station_id in self.stations)


def event_piece(logged: LoggedEvent) -> EventPiece:
    return EventPiece(logged.seq, to_json(logged))


def series_pieces(rows: Iterable[ReadingRow]) -> tuple[SeriesPiece, ...]:
    """Rows grouped per station and symbol, ascending in time."""
    groups: dict[tuple[str, str], list[ReadingRow]] = {}
    for row in rows:
        groups.setdefault((row.station_id, row.symbol), []).append(row)
    pieces = []
    for (station_id, symbol), group in groups.items():
        group.sort(key=lambda row: row.at_ms)
        series = {
            "station_id": station_id,
            "symbol": symbol,
            "at_ms": [row.at_ms for row in group],
            "value": [row.value for row in group],
            "status": [row.status for row in group],
        }
        pieces.append(SeriesPiece(station_id, to_json(series), len(group)))
    return tuple(pieces)


def batch_frame(
    server_ms: int, events: Iterable[EventPiece], readings: Iterable[SeriesPiece], readings_dropped: int = 0
) -> bytes:
    """A `Batch` as a websocket frame, put together from fragments."""
    payload = b'{"type":"batch","server_ms":%d,"events":[%b],"readings":[%b],"readings_dropped":%d}' % (
        server_ms,
        b",".join([piece.json for piece in events]),
        b",".join([piece.json for piece in readings]),
        readings_dropped,
    )
    return text_frame(payload)


@dataclass(frozen=True, slots=True)
class Tick:
    """What became known since the tick before. Its frame is built once for each different view."""

    server_ms: int
    events: tuple[EventPiece, ...]
    readings: tuple[SeriesPiece, ...]
    _frames: dict[View, bytes | None] = field(default_factory=dict)

    @property
    def first_seq(self) -> int:
        """0 when the tick has no event."""
        return self.events[0].seq if self.events else 0

    @property
    def last_seq(self) -> int:
        """0 when the tick has no event."""
        return self.events[-1].seq if self.events else 0

    def frame(self, view: View) -> bytes | None:
        """The frame for seats of this view; None when there is nothing in it for them."""
        if view not in self._frames:
            events = self.events if view.events else ()
            readings = view.chosen(self.readings)
            self._frames[view] = batch_frame(self.server_ms, events, readings) if events or readings else None
        return self._frames[view]


def cut_ticks(server_ms: int, events: Sequence[EventPiece], readings: tuple[SeriesPiece, ...]) -> tuple[Tick, ...]:
    """One tick, or several when a burst would make a frame too large; the readings ride on the last."""
    parts: list[list[EventPiece]] = [[]]
    size_bytes = 0
    for piece in events:
        full = len(parts[-1]) >= EVENTS_PER_FRAME or size_bytes + len(piece.json) > BYTES_PER_FRAME
        if full and parts[-1]:
            parts.append([])
            size_bytes = 0
        parts[-1].append(piece)
        size_bytes += len(piece.json)
    last = len(parts) - 1
    return tuple(Tick(server_ms, tuple(part), readings if number == last else ()) for number, part in enumerate(parts))

"""What is written on the feed, encoded once: events and series as fragments of JSON, ticks as shared frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Final

from pydantic_core import to_json

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import Topic
from backend.gateway.feed.pipe import text_frame
from backend.gateway.feed.sight import WHOLE, Sight
from backend.storage.readings import ReadingRow

EVENTS_PER_FRAME: Final = 1000
BYTES_PER_FRAME: Final = 1024 * 1024
"""A batch holds at most so many events, or so many bytes of them (one event may be larger alone)."""


@dataclass(frozen=True, slots=True)
class EventPiece:
    """An event as JSON. `others`: what seats are told that do not see all of the room, where it is something else."""

    seq: int
    json: bytes
    others: Mapping[Sight, bytes] = field(default_factory=dict)

    def seen_by(self, sight: Sight) -> bytes:
        return self.others.get(sight, self.json)


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
    sight: Sight = WHOLE

    @classmethod
    def of(cls, topics: Iterable[Topic], stations: Sequence[str] | None, sight: Sight = WHOLE) -> View:
        """Equal views are mostly one object: ticks look that up first."""
        wanted = frozenset(topics)
        chosen = None if stations is None else frozenset(stations)
        return _view("events" in wanted, "readings" in wanted, chosen, sight)

    def with_stations(self, stations: Sequence[str] | None) -> View:
        return _view(self.events, self.readings, None if stations is None else frozenset(stations), self.sight)

    def chosen(self, readings: Iterable[SeriesPiece]) -> tuple[SeriesPiece, ...]:
        if not self.readings:
            return ()
        if self.stations is None:
            return tuple(readings)
        return tuple(piece for piece in readings if piece.station_id in self.stations)


@lru_cache(maxsize=256)
def _view(events: bool, readings: bool, stations: frozenset[str] | None, sight: Sight) -> View:
    return View(events, readings, stations, sight)


# The model's own serialiser knows the fields: half the time of the one that looks what it was given.
_event_json: Final = LoggedEvent.__pydantic_serializer__.to_json


def event_piece(logged: LoggedEvent, others: Mapping[Sight, bytes] | None = None) -> EventPiece:
    return EventPiece(logged.seq, _event_json(logged), others or {})


def series_pieces(rows: Iterable[ReadingRow]) -> tuple[SeriesPiece, ...]:
    """Rows grouped per station and symbol, ascending in time."""
    groups: dict[tuple[str, str], list[ReadingRow]] = {}
    for row in rows:
        groups.setdefault((row.station_id, row.symbol), []).append(row)
    return tuple(_series_piece(station_id, symbol, group) for (station_id, symbol), group in groups.items())


def _series_piece(station_id: str, symbol: str, group: list[ReadingRow]) -> SeriesPiece:
    if len(group) == 1:  # the rule: one sample a parameter and file
        row = group[0]
        head = _series_head(station_id, symbol)
        return SeriesPiece(
            station_id, b'%b"at_ms":[%d],"value":[%a],"status":[%d]}' % (head, row.at_ms, row.value, row.status), 1
        )
    group.sort(key=attrgetter("at_ms"))
    arrays = [[row.at_ms for row in group], [row.value for row in group], [row.status for row in group]]
    at_ms, value, status = map(to_json, arrays)
    json = _series_head(station_id, symbol) + b'"at_ms":%b,"value":%b,"status":%b}' % (at_ms, value, status)
    return SeriesPiece(station_id, json, len(group))


@lru_cache(maxsize=4096)
def _series_head(station_id: str, symbol: str) -> bytes:
    return b'{"station_id":%b,"symbol":%b,' % (to_json(station_id), to_json(symbol))


def batch_frame(
    server_ms: int,
    events: Iterable[EventPiece],
    readings: Iterable[SeriesPiece],
    readings_dropped: int = 0,
    sight: Sight = WHOLE,
) -> bytes:
    """A `Batch` as a websocket frame, put together from fragments."""
    payload = b'{"type":"batch","server_ms":%d,"events":[%b],"readings":[%b],"readings_dropped":%d}' % (
        server_ms,
        b",".join([piece.seen_by(sight) for piece in events]),
        b",".join([piece.json for piece in readings]),
        readings_dropped,
    )
    return text_frame(payload)


class Tick:
    """What became known since the tick before. Its frame is built once for each different view.

    Attributes:
        first_seq, last_seq: of its events, 0 when it has none.
    """

    __slots__ = ("_frames", "_newest", "_newest_view", "events", "first_seq", "last_seq", "readings", "server_ms")

    def __init__(self, server_ms: int, events: tuple[EventPiece, ...], readings: tuple[SeriesPiece, ...]) -> None:
        self.server_ms = server_ms
        self.events = events
        self.readings = readings
        self.first_seq = events[0].seq if events else 0
        self.last_seq = events[-1].seq if events else 0
        self._frames: dict[View, bytes | None] = {}
        self._newest_view: View | None = None
        self._newest: bytes | None = None

    def frame(self, view: View) -> bytes | None:
        """The frame for seats of this view; None when there is nothing in it for them."""
        if view is not self._newest_view:
            if view not in self._frames:
                self._frames[view] = self._built(view)
            self._newest_view, self._newest = view, self._frames[view]
        return self._newest

    def _built(self, view: View) -> bytes | None:
        events = self.events if view.events else ()
        readings = view.chosen(self.readings)
        return batch_frame(self.server_ms, events, readings, sight=view.sight) if events or readings else None


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

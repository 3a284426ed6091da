"""Reads the database of a room without changing anything in it: not its schema, not a byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.readings import MEASURING
from backend.storage.errors import StorageError, in_words
from backend.storage.tables import detections, events, readings, series

DATABASE_NAME: Final = "trucban.sqlite3"
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored detection."""

    producer_id: str
    camera_id: str
    label: str
    zones: tuple[str, ...]
    score: float
    start_ms: int
    end_ms: int | None


class Past:
    """What was logged and stored. Made by `open_past`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(self) -> tuple[LoggedEvent, ...]:
        """The whole log, in its order. Raises: StorageError."""
        columns = (events.c.seq, events.c.at_ms, events.c.actor, events.c.caused_by, events.c.origin, events.c.body)
        return tuple(
            LoggedEvent(seq=seq, at_ms=at_ms, actor=actor, caused_by=caused_by, origin=origin, event=_event(seq, body))
            for seq, at_ms, actor, caused_by, origin, body in self._connection.execute(
                select(*columns).order_by(events.c.seq)
            )
        )

    def samples(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> list[tuple[int, float]]:
        """(instant, value) of what was measured (status 00) in [start, end]."""
        query = (
            select(readings.c.at_ms, readings.c.value)
            .join(series, series.c.series_id == readings.c.series_id)
            .where(series.c.station_id == station_id, series.c.symbol == symbol, readings.c.status == MEASURING)
            .where(readings.c.at_ms >= start_ms, readings.c.at_ms <= end_ms)
            .order_by(readings.c.at_ms)
        )
        return [(int(at_ms), float(value)) for at_ms, value in self._connection.execute(query)]

    def detections(self, camera_id: str, label: str, start_ms: int, end_ms: int) -> list[Seen]:
        query = (
            select(detections)
            .where(detections.c.camera_id == camera_id, detections.c.label == label)
            .where(detections.c.start_ms >= start_ms, detections.c.start_ms <= end_ms)
            .order_by(detections.c.start_ms, detections.c.detection_id)
        )
        return [
            Seen(row.producer_id, row.camera_id, row.label, _zones(row.zones), row.score, row.start_ms, row.end_ms)
            for row in self._connection.execute(query)
        ]


def _event(seq: int, body: str) -> Event:
    try:
        return _EVENT.validate_json(body)
    except ValidationError as error:
        raise StorageError(f"event {seq} of the log cannot be read by this version: {error.title}") from error


def _zones(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    return tuple(str(item) for item in found) if isinstance(found, list) else ()


@contextmanager
def open_past(data_dir: Path, database: str = "") -> Iterator[Past]:
    """The room whose data folder it is, or whose database address is given.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    file = data_dir / DATABASE_NAME
    if not database and not file.is_file():
        raise StorageError(f"{data_dir}: no room has its database there")
    url = database or f"sqlite:///file:{file.resolve().as_posix()}?mode=ro&uri=true"
    engine = create_engine(url)
    try:
        with engine.connect().execution_options(postgresql_readonly=not url.startswith("sqlite")) as connection:
            yield Past(connection)
    except SQLAlchemyError as error:
        raise StorageError(in_words(error)) from error
    finally:
        engine.dispose()

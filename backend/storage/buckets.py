"""Down-sampling of readings inside the database: nothing smaller or larger than drawn is ever lost."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from backend.contracts.readings import ReadingBucket

_SPAN: Final = (
    "FROM readings WHERE series_id = :series_id AND at_ms >= :start_ms AND at_ms <= :end_ms"
    " AND received_ms <= :known_ms"
)

FOR_EVER_MS: Final = 253_402_300_799_999

# SQLite: beside one single min() or max(), a bare column is of the row that holds it (sqlite.org/lang_select.html);
# a max(status) would be the second.
_SQLITE_MINIMA: Final = text(
    "SELECT (at_ms - :start_ms) / :width_ms AS bucket, min(value), at_ms, avg(value), count(*),"
    " CASE WHEN sum(status = 2) > 0 THEN 2 WHEN sum(status = 1) > 0 THEN 1 ELSE 0 END"
    f" {_SPAN} GROUP BY bucket ORDER BY bucket"
)
_SQLITE_MAXIMA: Final = text(
    f"SELECT (at_ms - :start_ms) / :width_ms AS bucket, max(value), at_ms {_SPAN} GROUP BY bucket ORDER BY bucket"
)

# PostgreSQL: arrays compare by their first item, then the second; times are exact in a double until year 287396.
_POSTGRES: Final = text(
    "SELECT (at_ms - :start_ms) / :width_ms AS bucket, min(ARRAY[value, at_ms::float8]),"
    " max(ARRAY[value, -at_ms::float8]), avg(value), count(*), max(status)"
    f" {_SPAN} GROUP BY bucket ORDER BY bucket"
)


def reading_buckets(
    connection: Connection,
    series_id: int,
    start_ms: int,
    end_ms: int,
    wanted: int,
    is_sqlite: bool,
    known_ms: int = FOR_EVER_MS,
) -> tuple[ReadingBucket, ...]:
    """Up to `wanted` equal spans of start_ms..end_ms, both included; a span without samples has no bucket."""
    width_ms = -(-(end_ms - start_ms + 1) // wanted)
    values = {"series_id": series_id, "start_ms": start_ms, "end_ms": end_ms, "width_ms": width_ms}
    values["known_ms"] = known_ms
    if is_sqlite:
        found = _of_sqlite(connection, values)
    else:
        found = _of_postgres(connection, values)
    return tuple(
        ReadingBucket(
            at_ms=start_ms + bucket * width_ms,
            minimum=minimum,
            minimum_ms=minimum_ms,
            maximum=maximum,
            maximum_ms=maximum_ms,
            mean=mean,
            samples=samples,
            status=status,  # type: ignore[arg-type]  # the model checks that it is 0, 1 or 2
        )
        for bucket, minimum, minimum_ms, maximum, maximum_ms, mean, samples, status in found
    )


_Found = list[tuple[int, float, int, float, int, float, int, int]]


def _of_sqlite(connection: Connection, values: dict[str, int]) -> _Found:
    maxima = {row[0]: (row[1], row[2]) for row in connection.execute(_SQLITE_MAXIMA, values)}
    return [
        (bucket, minimum, minimum_ms, *maxima[bucket], mean, samples, status)
        for bucket, minimum, minimum_ms, mean, samples, status in connection.execute(_SQLITE_MINIMA, values)
    ]


def _of_postgres(connection: Connection, values: dict[str, int]) -> _Found:
    return [
        (bucket, low[0], int(low[1]), high[0], -int(high[1]), mean, samples, status)
        for bucket, low, high, mean, samples, status in connection.execute(_POSTGRES, values)
    ]

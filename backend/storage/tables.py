"""The tables. migrations/ holds how they came to be; a test compares the two."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData()

# SQLite makes only INTEGER PRIMARY KEY the table's own key; its INTEGER is 64 bits wide all the same.
_Long = BigInteger().with_variant(Integer, "sqlite")

log_meta: Final = Table(
    "log_meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""`epoch` of the log, and `place`: where the database lay when it was last opened."""

events: Final = Table(
    "events",
    metadata,
    Column("seq", _Long, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("caused_by", Text),
    Column("origin", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index(
        "events_caused_by",
        "caused_by",
        sqlite_where=text("caused_by IS NOT NULL"),
        postgresql_where=text("caused_by IS NOT NULL"),
    ),
)

snapshots: Final = Table(
    "snapshots",
    metadata,
    Column("seq", _Long, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Index("snapshots_at_ms", "at_ms"),
)
"""`packed`: the state as JSON, zlib-compressed; thirty days of a busy room are ten thousand of them."""

series: Final = Table(
    "series",
    metadata,
    Column("series_id", Integer, primary_key=True),
    Column("station_id", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    UniqueConstraint("station_id", "symbol", name="series_station_symbol"),
)

# Clustered by (series_id, at_ms): a span of one parameter is one sequential read, and the key is the duplicate check.
readings: Final = Table(
    "readings",
    metadata,
    Column("series_id", Integer, ForeignKey("series.series_id"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("producer_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

detections: Final = Table(
    "detections",
    metadata,
    Column("producer_id", Text, primary_key=True),
    Column("detection_id", Text, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("sub_label", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("zones", Text, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger),
    Column("raw", Text, nullable=False),
    Index("detections_camera_start", "camera_id", "start_ms"),
    Index("detections_start", "start_ms"),
)

segments: Final = Table(
    "segments",
    metadata,
    Column("segment_id", _Long, primary_key=True, autoincrement=True),
    Column("camera_id", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("volume", Text, nullable=False),
    Column("path", Text, nullable=False, unique=True),
    Column("bytes", BigInteger, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("codec", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("has_audio", Boolean(create_constraint=False), nullable=False),
    Column("cause", Text, nullable=False),
    Column("retention_class", Text, nullable=False),
    Index("segments_camera_start", "camera_id", "start_ms"),
    Index("segments_start", "start_ms"),
    Index("segments_retention", "volume", "retention_class", "start_ms"),
    Index("segments_volume_start", "volume", "start_ms"),
    sqlite_autoincrement=True,  # the number of a deleted file is never another's: desks keep files by it
)
"""Recorded files. `path` is relative to the volume's folder; `cause`: continuous, event, schedule."""

segment_sums: Final = Table(
    "segment_sums",
    metadata,
    Column("volume", Text, primary_key=True),
    Column("retention_class", Text, primary_key=True),
    Column("camera_id", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""Bytes of the segments that are there, in step with them: adding up millions of rows takes more than a minute."""

gaps: Final = Table(
    "gaps",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("end_ms", BigInteger),
    Column("reason", Text, nullable=False),
    Index("gaps_start", "start_ms"),
)
"""Spans that should have been recorded and were not; `end_ms` NULL while it lasts."""

density: Final = Table(
    "density",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("minute_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Events of the log by lane of the timeline and minute: counted once, so that a month is drawn at once."""

audit: Final = Table(
    "audit",
    metadata,
    Column("number", _Long, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("audit_at_ms", "at_ms"),
)
"""Hash chain: `digest` = SHA-256 over `previous` and the record; `detail` is JSON text."""

accounts: Final = Table(
    "accounts",
    metadata,
    Column("user", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("password_hash", Text),
    Column("disabled", Boolean(create_constraint=False), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user", Text, ForeignKey("accounts.user"), nullable=False),
    Column("origin", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("sessions_user", "user"),
)

producer_tokens: Final = Table(
    "producer_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("producer_id", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

feed_logins: Final = Table(
    "feed_logins",
    metadata,
    Column("user", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
)

notes: Final = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

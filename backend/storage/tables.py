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

reports: Final = Table(
    "reports",
    metadata,
    Column("number", _Long, primary_key=True, autoincrement=False),
    Column("report_id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("channel", Text, nullable=False),
    Column("category_id", Text, nullable=False),
    Column("commune_code", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("chief", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("closed_ms", BigInteger),
    Column("near_ms", BigInteger),
    Column("due_ms", BigInteger),
    Column("late", Boolean, nullable=False),
    Column("lat_deg", Double),
    Column("lon_deg", Double),
    Column("filed_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("reports_received", "received_ms"),
    Index("reports_closed", "closed_ms"),
    Index("reports_changed", "changed_ms"),
    Index("reports_state", "state", "number"),
    Index("reports_category", "category_id", "number"),
    Index("reports_commune", "commune_code", "number"),
    Index("reports_due", "ended", "due_ms"),
    Index("reports_place", "lat_deg", "lon_deg", "ended", "late"),
)
"""Rows of the log's fold, all of them; `body` is the row as JSON, `text` what its citizen said, `answer` what the
citizen was told last, `filed_by` the actor who brought it. Their words for the search stand in `report_words`:
an FTS5 table on SQLite, a tsvector on PostgreSQL (migration 0004)."""

report_agencies: Final = Table(
    "report_agencies",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("number", _Long, primary_key=True, autoincrement=False),
    Index("report_agencies_number", "number"),
)
"""Who has a report now: its chief agency and the partners."""

report_events: Final = Table(
    "report_events",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("seq", _Long, primary_key=True, autoincrement=False),
    Index("report_events_seq", "seq"),
)
"""The thread of each report in the log."""

report_media: Final = Table(
    "report_media",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("seq", _Long, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("report_media_digest", "digest"),
)
"""Photos and video of each report; `approved`: it shows the result, and was there when the result was published."""

reporters: Final = Table(
    "reporters",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("phone_hash", Text, nullable=False),
    Column("account_hash", Text, nullable=False),
    Column("kept_ms", BigInteger, nullable=False),
    Index("reporters_phone", "phone_hash"),
    Index("reporters_account", "account_hash"),
)
"""Who reported, encrypted: the hashes are keyed, "" = not told."""

press_posts: Final = Table(
    "press_posts",
    metadata,
    Column("post_id", Text, primary_key=True),
    Column("story_id", Text, nullable=False),
    Column("published_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Index("press_posts_story", "story_id", "published_ms"),
    Index("press_posts_received", "received_ms"),
)
"""`body` is the post as JSON, `snapshot` the canonical JSON of what its producer gave: its SHA-256 is audited."""

press_stories: Final = Table(
    "press_stories",
    metadata,
    Column("story_id", Text, primary_key=True),
    Column("newest_ms", BigInteger, nullable=False),
    Column("restricted", Boolean(create_constraint=False), nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("leaders", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("press_stories_newest", "newest_ms"),
)
"""`body` is the row of the log's fold as JSON, without what restricted lists found: these items are `leaders`, a list
as JSON. A story that only they name is restricted: it stands here alone."""

hotline_calls: Final = Table(
    "hotline_calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("caller_id", Text, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("heard_from_ms", BigInteger),
    Column("heard_until_ms", BigInteger),
    Column("kept_until_ms", BigInteger),
    Index("hotline_calls_caller", "caller_id", "arrived_ms"),
    Index("hotline_calls_place", "place", "arrived_ms"),
    Index("hotline_calls_arrived", "arrived_ms"),
    Index("hotline_calls_heard", "heard_from_ms"),
)
"""`body` is the row of the log's fold as JSON, `sealed` the encrypted number, `caller_id` its keyed hash, `place` the
commune. Of a call with a recording `heard_from_ms` and `heard_until_ms` are the first and the last instant of call or
recording, `kept_until_ms` is when its recording may go."""

channel_messages: Final = Table(
    "channel_messages",
    metadata,
    Column("message_key", Text, primary_key=True),
    Column("producer_id", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("done", Boolean, nullable=False),
    Index("channel_messages_open", "producer_id", "done"),
    Index("channel_messages_conversation", "conversation", "begun_ms"),
)
"""What citizens sent by a messenger, until it is a report; then its keyed hashes alone, `sealed` empty.

`bundle`: the key of the first message of those that become, or join, one report together; "" = they wait for more.
"""

ballot_keys: Final = Table(
    "ballot_keys",
    metadata,
    Column("meeting_id", Text, primary_key=True),
    Column("vote_id", Text, primary_key=True),
    Column("modulus", Text, nullable=False),
    Column("private_exponent", Text, nullable=False),
)
"""Keys of secret votes that are open, hexadecimal; gone when the vote is closed."""

ballots: Final = Table(
    "ballots",
    metadata,
    Column("meeting_id", Text, primary_key=True),
    Column("vote_id", Text, primary_key=True),
    Column("serial", Text, primary_key=True),
    Column("option_id", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What was cast in secret votes that are open. No name, no time, and no row number that would tell the order."""

cases: Final = Table(
    "cases",
    metadata,
    Column("case_key", Text, primary_key=True),
    Column("disease_id", Text, primary_key=True),
    Column("commune", Text, nullable=False),
    Column("reported_on", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("ended_on", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("cases_disease", "disease_id"),
)
"""Line lists of outbreaks as they stand now. `case_key` is a keyed hash of the agency's number; days are ISO dates,
`ended_on` "" = not ended."""

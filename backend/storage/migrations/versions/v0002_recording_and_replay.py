"""Recordings, gaps, density of the timeline, audit chain; snapshots packed."""

from __future__ import annotations

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _pack_snapshots()
    op.create_index("detections_start", "detections", ["start_ms"])
    _recordings()
    op.create_table(
        "density",
        sa.Column("lane", sa.Text, primary_key=True),
        sa.Column("minute_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("number", _LONG, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("audit_at_ms", "audit", ["at_ms"])


def _pack_snapshots() -> None:
    """They are the log's own fold: kept so that the first start does not fold all of it again."""
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT seq, at_ms, body FROM snapshots ORDER BY seq")).all()
    op.drop_index("snapshots_at_ms", "snapshots")
    op.drop_table("snapshots")
    snapshots = op.create_table(
        "snapshots",
        sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_index("snapshots_at_ms", "snapshots", ["at_ms"])
    for seq, at_ms, body in kept:
        packed = zlib.compress(body.encode(), 1)
        connection.execute(sa.insert(snapshots), {"seq": seq, "at_ms": at_ms, "packed": packed})


def _recordings() -> None:
    op.create_table(
        "segments",
        sa.Column("segment_id", _LONG, primary_key=True, autoincrement=True),
        sa.Column("camera_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("start_ms", sa.BigInteger, nullable=False),
        sa.Column("end_ms", sa.BigInteger, nullable=False),
        sa.Column("volume", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False, unique=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("frames", sa.Integer, nullable=False),
        sa.Column("codec", sa.Text, nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("has_audio", sa.Boolean, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("retention_class", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("segments_camera_start", "segments", ["camera_id", "start_ms"])
    op.create_index("segments_start", "segments", ["start_ms"])
    op.create_index("segments_retention", "segments", ["volume", "retention_class", "start_ms"])
    op.create_index("segments_volume_start", "segments", ["volume", "start_ms"])
    op.create_table(
        "segment_sums",
        sa.Column("volume", sa.Text, primary_key=True),
        sa.Column("retention_class", sa.Text, primary_key=True),
        sa.Column("camera_id", sa.Text, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "gaps",
        sa.Column("camera_id", sa.Text, primary_key=True),
        sa.Column("start_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("end_ms", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("gaps_start", "gaps", ["start_ms"])

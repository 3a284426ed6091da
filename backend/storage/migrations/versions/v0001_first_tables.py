"""Event log, snapshots, readings, detections, accounts, notes.

The tables are written out here and not taken from tables.py: a migration tells what was, not what is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_LONG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _log()
    _measurements()
    _accounts()
    op.create_table(
        "notes",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _log() -> None:
    op.create_table(
        "log_meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("caused_by", sa.Text),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    known = sa.text("caused_by IS NOT NULL")
    op.create_index("events_caused_by", "events", ["caused_by"], sqlite_where=known, postgresql_where=known)
    op.create_table(
        "snapshots",
        sa.Column("seq", _LONG, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("snapshots_at_ms", "snapshots", ["at_ms"])


def _measurements() -> None:
    op.create_table(
        "series",
        sa.Column("series_id", sa.Integer, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.UniqueConstraint("station_id", "symbol", name="series_station_symbol"),
    )
    op.create_table(
        "readings",
        sa.Column("series_id", sa.Integer, sa.ForeignKey("series.series_id"), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("producer_id", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "detections",
        sa.Column("producer_id", sa.Text, primary_key=True),
        sa.Column("detection_id", sa.Text, primary_key=True),
        sa.Column("camera_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("sub_label", sa.Text, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("zones", sa.Text, nullable=False),
        sa.Column("start_ms", sa.BigInteger, nullable=False),
        sa.Column("end_ms", sa.BigInteger),
        sa.Column("raw", sa.Text, nullable=False),
    )
    op.create_index("detections_camera_start", "detections", ["camera_id", "start_ms"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("user", sa.Text, primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, sa.ForeignKey("accounts.user"), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("sessions_user", "sessions", ["user"])
    op.create_table(
        "producer_tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("producer_id", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )

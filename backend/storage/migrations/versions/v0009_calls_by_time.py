"""Calls of the hotline, by when they arrived: days of them are counted."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("hotline_calls_arrived", "hotline_calls", ["arrived_ms"])

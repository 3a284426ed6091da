"""Calls of the hotline, by caller: the numbers are encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "hotline_calls",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("caller_id", sa.Text, nullable=False),
        sa.Column("arrived_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Index("hotline_calls_caller", "caller_id", "arrived_ms"),
    )

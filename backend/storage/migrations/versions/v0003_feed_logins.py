"""Passwords of the data loggers that log in at a server of our own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "feed_logins",
        sa.Column("user", sa.Text, primary_key=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("set_ms", sa.BigInteger, nullable=False),
    )

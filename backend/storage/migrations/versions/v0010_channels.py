"""Messages of citizens that wait for what belongs to them: sealed, and found again by keyed hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "channel_messages",
        sa.Column("message_key", sa.Text, primary_key=True),
        sa.Column("producer_id", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("begun_ms", sa.BigInteger, nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Index("channel_messages_open", "producer_id", "done"),
        sa.Index("channel_messages_conversation", "conversation", "begun_ms"),
    )

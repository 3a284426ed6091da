"""Which photo or video belongs to which report, so that its bytes are shown to whom the report is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "report_media",
        sa.Column("report_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("report_media_digest", "digest"),
    )

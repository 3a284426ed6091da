"""Secret votes: the keys of those that are open, and the ballots in the box, which keep no order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "ballot_keys",
        sa.Column("meeting_id", sa.Text, primary_key=True),
        sa.Column("vote_id", sa.Text, primary_key=True),
        sa.Column("modulus", sa.Text, nullable=False),
        sa.Column("private_exponent", sa.Text, nullable=False),
    )
    op.create_table(
        "ballots",
        sa.Column("meeting_id", sa.Text, primary_key=True),
        sa.Column("vote_id", sa.Text, primary_key=True),
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("option_id", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )

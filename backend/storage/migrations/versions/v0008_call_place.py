"""Where a call of the hotline came from: calls are found by their place, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("hotline_calls", sa.Column("place", sa.Text, nullable=False, server_default=""))
    op.create_index("hotline_calls_place", "hotline_calls", ["place", "arrived_ms"])

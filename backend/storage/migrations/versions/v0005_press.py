"""Posts of press and social media, and the stories they tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "press_posts",
        sa.Column("post_id", sa.Text, primary_key=True),
        sa.Column("story_id", sa.Text, nullable=False),
        sa.Column("published_ms", sa.BigInteger, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Index("press_posts_story", "story_id", "published_ms"),
        sa.Index("press_posts_received", "received_ms"),
    )
    op.create_table(
        "press_stories",
        sa.Column("story_id", sa.Text, primary_key=True),
        sa.Column("newest_ms", sa.BigInteger, nullable=False),
        sa.Column("restricted", sa.Boolean, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("leaders", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("press_stories_newest", "newest_ms"),
    )

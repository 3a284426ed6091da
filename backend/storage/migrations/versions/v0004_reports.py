"""Citizens' reports as rows that can be searched, the thread of each, and who reported, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    long = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "reports",
        sa.Column("number", long, primary_key=True, autoincrement=False),
        sa.Column("report_id", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("category_id", sa.Text, nullable=False),
        sa.Column("commune_code", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("chief", sa.Text, nullable=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("closed_ms", sa.BigInteger),
        sa.Column("near_ms", sa.BigInteger),
        sa.Column("due_ms", sa.BigInteger),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("lat_deg", sa.Double),
        sa.Column("lon_deg", sa.Double),
        sa.Column("filed_by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("reports_received", "received_ms"),
        sa.Index("reports_closed", "closed_ms"),
        sa.Index("reports_changed", "changed_ms"),
        sa.Index("reports_state", "state", "number"),
        sa.Index("reports_category", "category_id", "number"),
        sa.Index("reports_commune", "commune_code", "number"),
        sa.Index("reports_due", "ended", "due_ms"),
        sa.Index("reports_place", "lat_deg", "lon_deg", "ended", "late"),
    )
    op.create_table(
        "report_agencies",
        sa.Column("agency_id", sa.Text, primary_key=True),
        sa.Column("number", long, primary_key=True, autoincrement=False),
        sa.Index("report_agencies_number", "number"),
    )
    op.create_table(
        "report_events",
        sa.Column("report_id", sa.Text, primary_key=True),
        sa.Column("seq", long, primary_key=True, autoincrement=False),
        sa.Index("report_events_seq", "seq"),
    )
    op.create_table(
        "reporters",
        sa.Column("report_id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("phone_hash", sa.Text, nullable=False),
        sa.Column("account_hash", sa.Text, nullable=False),
        sa.Column("kept_ms", sa.BigInteger, nullable=False),
        sa.Index("reporters_phone", "phone_hash"),
        sa.Index("reporters_account", "account_hash"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # rowid is the report's number; the words come folded, so that the tokenizer has nothing to fold.
        op.execute("CREATE VIRTUAL TABLE report_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')")
    else:
        op.create_table(
            "report_words",
            sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("words", sa.dialects.postgresql.TSVECTOR, nullable=False),
        )
        op.execute("CREATE INDEX report_words_words ON report_words USING gin (words)")

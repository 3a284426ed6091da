"""When the calls were that have a recording: those of a span are found, also the ones that were taken before."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_AT_ONCE = 1000


def upgrade() -> None:
    for name in ("heard_from_ms", "heard_until_ms", "kept_until_ms"):
        op.add_column("hotline_calls", sa.Column(name, sa.BigInteger))
    op.create_index("hotline_calls_heard", "hotline_calls", ["heard_from_ms"])
    connection = op.get_bind()
    calls = sa.table(
        "hotline_calls",
        *(sa.column(name) for name in ("call_id", "body", "heard_from_ms", "heard_until_ms", "kept_until_ms")),
    )
    fill = (
        sa.update(calls)
        .where(calls.c.call_id == sa.bindparam("of"))
        .values({name: sa.bindparam(f"the_{name}") for name in ("heard_from_ms", "heard_until_ms", "kept_until_ms")})
    )
    last = ""
    while True:
        page = sa.select(calls.c.call_id, calls.c.body).where(calls.c.call_id > last).order_by(calls.c.call_id)
        rows = connection.execute(page.limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].call_id
        values = [found for row in rows if (found := _heard(row.call_id, json.loads(row.body))) is not None]
        if values:
            connection.execute(fill, values)


def _heard(call_id: str, call: dict[str, object]) -> dict[str, object] | None:
    """None: it has no recording."""
    recording = call.get("recording")
    if not isinstance(recording, dict):
        return None
    ended_ms = recording["started_ms"] + recording["duration_ms"]
    return {
        "of": call_id,
        "the_heard_from_ms": min(int(str(call["arrived_ms"])), recording["started_ms"]),
        "the_heard_until_ms": max(int(str(call.get("ended_ms") or 0)), ended_ms),
        "the_kept_until_ms": recording["kept_until_ms"],
    }

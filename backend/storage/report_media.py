"""Which photo or video belongs to which report: made from the log together with the reports' rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, select, update

from backend.contracts import report_events as rev
from backend.contracts.events import LoggedEvent
from backend.contracts.reports import PUBLIC, Medium
from backend.storage.database import Database
from backend.storage.dialect import insert_new
from backend.storage.tables import report_media, reports

_AT_ONCE: Final = 500


class ReportMediaStore:
    """Reads; `keep` of `ReportStore` writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def named(self, digests: Collection[str]) -> frozenset[str]:
        """Those of `digests` that belong to a report. Raises: StorageError."""
        wanted = sorted(digests)

        def read(connection: Connection) -> frozenset[str]:
            found: set[str] = set()
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                query = select(report_media.c.digest).where(report_media.c.digest.in_(part))
                found.update(connection.execute(query).scalars())
            return frozenset(found)

        return await self._database.read(read)

    async def reports_of(self, digest: str) -> tuple[str, ...]:
        """Ids of the reports that show it. Raises: StorageError."""
        query = select(report_media.c.report_id).where(report_media.c.digest == digest).distinct()
        return tuple(await self._database.read(lambda connection: connection.execute(query).scalars().all()))

    async def is_public(self, digest: str) -> bool:
        """Whether a report that is public shows it to everybody. Raises: StorageError."""
        query = (
            select(report_media.c.digest)
            .join(reports, reports.c.report_id == report_media.c.report_id)
            .where(report_media.c.digest == digest, report_media.c.approved, reports.c.state.in_(PUBLIC))
            .limit(1)
        )
        return await self._database.read(lambda connection: connection.execute(query).one_or_none()) is not None

    async def approved(self, report_ids: Collection[str]) -> dict[str, tuple[Medium, ...]]:
        """Pictures that an officer gave free for everybody, by report, oldest first. Raises: StorageError."""
        query = (
            select(report_media.c.report_id, report_media.c.body)
            .where(report_media.c.report_id.in_(report_ids), report_media.c.approved)
            .order_by(report_media.c.seq)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        found: dict[str, tuple[Medium, ...]] = {}
        for report_id, body in rows:
            found[report_id] = (*found.get(report_id, ()), Medium.model_validate_json(body))
        return found


def take(connection: Connection, logged: Sequence[LoggedEvent], is_sqlite: bool) -> None:
    """Rows of the media that these events name, and which of them an officer gave free for everybody."""
    for one in logged:
        event = one.event
        report_id = event.report.report_id if isinstance(event, rev.ReportReceived) else getattr(event, "report_id", "")
        media: tuple[Medium, ...] = getattr(event, "media", ())
        if media:
            rows = [
                {
                    "report_id": report_id,
                    "digest": medium.digest,
                    "stage": medium.stage,
                    "seq": one.seq,
                    "approved": False,
                    "body": medium.model_dump_json(),
                }
                for medium in media
            ]
            connection.execute(insert_new(report_media, is_sqlite), rows)
        if isinstance(event, rev.ReportMediumDecided):
            decided = update(report_media).where(
                report_media.c.report_id == report_id, report_media.c.digest == event.digest
            )
            connection.execute(decided.values(approved=event.public))

"""Keys and ballots of secret votes that are open. Nothing here knows a name or a time."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from backend.storage.database import Database
from backend.storage.dialect import insert_new
from backend.storage.tables import ballot_keys, ballots

VoteName = tuple[str, str]
"""(meeting_id, vote_id)."""


class BallotStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._new_key = insert_new(ballot_keys, database.is_sqlite)
        self._new_ballot = insert_new(ballots, database.is_sqlite)

    async def put_key(self, vote: VoteName, modulus: str, private_exponent: str) -> None:
        """Keep a key, durable when it returns; one that is there already stays. Raises: StorageError."""
        row = {"meeting_id": vote[0], "vote_id": vote[1], "modulus": modulus, "private_exponent": private_exponent}
        await self._database.write(lambda connection: connection.execute(self._new_key, row) and None)

    async def key(self, vote: VoteName) -> tuple[str, str] | None:
        """(modulus, private exponent). Raises: StorageError."""
        columns = ballot_keys.c
        query = select(columns.modulus, columns.private_exponent).where(
            columns.meeting_id == vote[0], columns.vote_id == vote[1]
        )
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return None if found is None else (found[0], found[1])

    async def put(self, vote: VoteName, serial: str, option_id: str) -> str:
        """Put a ballot into the box, durable when it returns; what lies under its serial. Raises: StorageError."""
        row = {"meeting_id": vote[0], "vote_id": vote[1], "serial": serial, "option_id": option_id}
        columns = ballots.c
        query = select(columns.option_id).where(
            columns.meeting_id == vote[0], columns.vote_id == vote[1], columns.serial == serial
        )

        def write(connection: Connection) -> str:
            connection.execute(self._new_ballot, row)
            lies: str = connection.execute(query).scalar_one()
            return lies

        return await self._database.write(write)

    async def box(self, vote: VoteName) -> dict[str, str]:
        """Serial -> option of what lies in it. Raises: StorageError."""
        columns = ballots.c
        query = select(columns.serial, columns.option_id).where(
            columns.meeting_id == vote[0], columns.vote_id == vote[1]
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {row[0]: row[1] for row in rows}

    async def keep_only(self, votes: Collection[VoteName]) -> None:
        """Forget keys and boxes of all other votes. Raises: StorageError."""
        kept = set(votes)

        def write(connection: Connection) -> None:
            for table in (ballot_keys, ballots):
                columns = (table.c.meeting_id, table.c.vote_id)
                for row in connection.execute(select(*columns).distinct()).all():
                    if (row[0], row[1]) not in kept:
                        connection.execute(delete(table).where(columns[0] == row[0], columns[1] == row[1]))

        await self._database.write(write)

"""Accounts, sessions and ingest tokens as rows. Secrets come in hashed already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from backend.storage.database import Database
from backend.storage.dialect import insert_new, insert_or_replace
from backend.storage.tables import accounts, feed_logins, producer_tokens, sessions


@dataclass(frozen=True, slots=True)
class AccountRow:
    user: str
    display_name: str
    role: str
    agency_id: str
    password_hash: str | None
    disabled: bool
    created_ms: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    token_hash: str
    user: str
    origin: str
    created_ms: int
    expires_ms: int


class AccountsStore:
    """Every method raises StorageError when the database cannot be read or written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, user: str) -> AccountRow | None:
        query = select(accounts).where(accounts.c.user == user)
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return None if found is None else _account(found)

    async def accounts(self) -> tuple[AccountRow, ...]:
        query = select(accounts).order_by(accounts.c.user)
        return tuple(_account(row) for row in await self._database.read(lambda c: c.execute(query).all()))

    async def add_missing(self, rows: Sequence[AccountRow]) -> None:
        if not rows:
            return
        query = insert_new(accounts, self._database.is_sqlite)
        await self._database.write(lambda c: c.execute(query, [asdict(row) for row in rows]) and None)

    async def put(self, row: AccountRow) -> None:
        """Insert, or change a known account and end its sessions; empty name, agency and hash stay as they were."""

        def work(connection: Connection) -> None:
            known = select(accounts.c.user).where(accounts.c.user == row.user)
            if connection.execute(known).first() is None:
                connection.execute(insert(accounts), asdict(row))
                return
            changes: dict[str, object] = {"role": row.role, "disabled": row.disabled}
            for name in ("display_name", "agency_id", "password_hash"):
                if getattr(row, name):
                    changes[name] = getattr(row, name)
            connection.execute(update(accounts).where(accounts.c.user == row.user).values(changes))
            connection.execute(delete(sessions).where(sessions.c.user == row.user))

        await self._database.write(work)

    async def set_password(self, user: str, password_hash: str) -> None:
        query = update(accounts).where(accounts.c.user == user).values(password_hash=password_hash)
        await self._database.write(lambda connection: connection.execute(query) and None)

    async def disable(self, user: str) -> bool:
        """End its sessions and let nobody in; False when there is no such account."""

        def work(connection: Connection) -> bool:
            found = connection.execute(update(accounts).where(accounts.c.user == user).values(disabled=True))
            connection.execute(delete(sessions).where(sessions.c.user == user))
            return found.rowcount > 0

        return await self._database.write(work)

    async def begin_session(self, row: SessionRow) -> bool:
        """Store it and sweep out the expired ones; False when the account is disabled or gone by now."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(sessions).where(sessions.c.expires_ms <= row.created_ms))
            enabled = select(accounts.c.user).where(accounts.c.user == row.user, accounts.c.disabled.is_(False))
            if connection.execute(enabled).first() is None:
                return False
            connection.execute(insert(sessions), asdict(row))
            return True

        return await self._database.write(work)

    async def session(self, token_hash: str) -> tuple[AccountRow, int] | None:
        """The account of the session and the session's `expires_ms`."""
        query = (
            select(accounts, sessions.c.expires_ms)
            .join(sessions, sessions.c.user == accounts.c.user)
            .where(sessions.c.token_hash == token_hash)
        )
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return None if found is None else (_account(found), int(found.expires_ms))

    async def end_session(self, token_hash: str) -> None:
        query = delete(sessions).where(sessions.c.token_hash == token_hash)
        await self._database.write(lambda connection: connection.execute(query) and None)

    async def add_producer_token(self, token_hash: str, producer_id: str, created_ms: int) -> None:
        row = {"token_hash": token_hash, "producer_id": producer_id, "created_ms": created_ms}
        await self._database.write(lambda connection: connection.execute(insert(producer_tokens), row) and None)

    async def producer_of(self, token_hash: str) -> str | None:
        query = select(producer_tokens.c.producer_id).where(producer_tokens.c.token_hash == token_hash)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def revoke_producer_tokens(self, producer_id: str) -> int:
        query = delete(producer_tokens).where(producer_tokens.c.producer_id == producer_id)
        return await self._database.write(lambda connection: connection.execute(query).rowcount)

    async def feed_password(self, user: str) -> str | None:
        """The hash of a data logger's password."""
        query = select(feed_logins.c.password_hash).where(feed_logins.c.user == user)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def put_feed_password(self, user: str, password_hash: str, set_ms: int) -> None:
        query = insert_or_replace(feed_logins, ["user"], self._database.is_sqlite)
        row = {"user": user, "password_hash": password_hash, "set_ms": set_ms}
        await self._database.write(lambda connection: connection.execute(query, row) and None)

    async def remove_feed_password(self, user: str) -> bool:
        query = delete(feed_logins).where(feed_logins.c.user == user)
        return await self._database.write(lambda connection: connection.execute(query).rowcount > 0)


def _account(row: Row[object]) -> AccountRow:
    return AccountRow(
        user=row.user,
        display_name=row.display_name,
        role=row.role,
        agency_id=row.agency_id,
        password_hash=row.password_hash,
        disabled=row.disabled,
        created_ms=row.created_ms,
    )

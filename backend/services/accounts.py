"""Who may sit at a desk, and which producer may feed the room."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.contracts.commands import RIGHTS, Right, Role
from backend.contracts.doors import LoginAnswer
from backend.services.login_throttle import FREE_ATTEMPTS, LoginThrottle
from backend.storage.accounts import AccountRow, AccountsStore, SessionRow
from backend.storage.database import Database
from backend.storage.errors import StorageError
from config.model import OperatorConfig

SESSION_S: Final = 12 * 3600.0
TOKEN_BYTES: Final = 32
SHORTEST_PASSWORD: Final = 8
VERIFY_AT_ONCE: Final = 2
"""Argon2 takes 64 MB and a core for each: a crowd at the door waits in line instead of filling the memory."""

_USER: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_REFUSED: Final = "unknown user or wrong password"


class LoginRefused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Not let in. The words are the same for an unknown user and a wrong password.

    Attributes:
        retry_after_s: > 0 when there were too many attempts (HTTP 429), else 0 (401).
    """

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class AccountError(ValueError):
    """The account cannot be made or changed so; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An operator whose token holds, with the rights of the role. `agency_id` is "" for the room's own people."""

    user: str
    display_name: str
    role: Role
    rights: tuple[Right, ...]
    expires_ms: int
    agency_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What may be listed of an account; the password's hash may not."""

    user: str
    display_name: str
    role: Role
    agency_id: str
    has_password: bool
    disabled: bool
    created_ms: int


class Accounts:
    """Tokens are random and stored as hashes only: the database alone opens no door.

    Args:
        session_s: how long a token holds.
        free_attempts: wrong passwords of one user from one origin before each further one has to wait.
        hasher: argon2's cost; a stored hash of another cost is renewed at the next sign-in.
    """

    def __init__(
        self,
        database: Database,
        now_ms: Callable[[], int],
        session_s: float = SESSION_S,
        hasher: PasswordHasher | None = None,
        free_attempts: int = FREE_ATTEMPTS,
    ) -> None:
        self._store = AccountsStore(database)
        self._now_ms = now_ms
        self._session_s = session_s
        self._hasher = hasher or PasswordHasher()
        self._throttle = LoginThrottle(now_ms, free_attempts)
        # Apart from the seats': a logger with an old password behind the same address must lock nobody out.
        self._feed_throttle = LoginThrottle(now_ms, free_attempts)
        self._verifying = asyncio.Semaphore(VERIFY_AT_ONCE)
        self._nobody = ""

    async def adopt(self, operators: Sequence[OperatorConfig]) -> None:
        """Make the accounts that the site names and that are missing.

        They have no password until `add_user` gives them one, so nobody can sign in with them.

        Raises:
            StorageError: they could not be stored.
        """
        now_ms = self._now_ms()
        await self._store.add_missing(
            [
                AccountRow(one.user, one.display_name, one.role.value, one.agency_id, None, False, now_ms)
                for one in operators
            ]
        )

    async def login(self, user: str, password: str, origin: str) -> LoginAnswer:
        """A new session.

        Raises:
            LoginRefused: in the same words and after the same work, whatever was wrong.
            StorageError: the session could not be stored.
        """
        wait_s = self._throttle.wait_s(user, origin)
        if wait_s > 0:
            raise LoginRefused("too many attempts", wait_s)
        # Counted before the slow part: a hundred attempts at once are a hundred attempts.
        self._throttle.failed(user, origin)
        account = await self._store.account(user)
        usable = account is not None and not account.disabled and account.password_hash is not None
        known_hash = account.password_hash if account is not None and usable else None
        right = await self._verify(known_hash or await self._nobodys_hash(), password)
        if account is None or known_hash is None or not right:
            raise LoginRefused(_REFUSED)
        self._throttle.succeeded(user, origin)
        if self._hasher.check_needs_rehash(known_hash):
            await self._store.set_password(user, await self._hash(password))
        return await self._new_session(account, origin)

    async def knows(self, user: str) -> bool:
        """Whether there is such an account; never told to who is not signed in. Raises: StorageError."""
        return await self._store.account(user) is not None

    async def logout(self, token: str) -> None:
        """End this session. Raises: StorageError."""
        await self._store.end_session(_hashed(token))

    async def operator(self, token: str) -> SignedIn | None:
        """Whose token it is, None when it is none, expired or its account disabled.

        Ask again from time to time for a seat that stays connected.
        """
        found = await self._store.session(_hashed(token))
        if found is None:
            return None
        account, expires_ms = found
        if account.disabled or expires_ms <= self._now_ms():
            return None
        return _signed_in(account, expires_ms)

    async def producer(self, token: str) -> str | None:
        """The producer an ingest token was made for, None when it is none."""
        return await self._store.producer_of(_hashed(token))

    async def add_user(
        self, user: str, password: str | None, role: Role, display_name: str = "", agency_id: str = ""
    ) -> None:
        """Make the account, or give a known one this role, password and name; a disabled one is enabled again.

        A known account's sessions end. Empty or None leaves a known account's name, agency or password as it is.

        Raises:
            AccountError: the name or the password will not do; the text says what would.
            StorageError: it could not be stored.
        """
        if not _USER.fullmatch(user):
            raise AccountError(f"user {user!r}: right is a-z, 0-9 and . _ - (at most 64), a letter or digit first")
        if password is not None and len(password) < SHORTEST_PASSWORD:
            raise AccountError(f"the password has {len(password)} characters; right are {SHORTEST_PASSWORD} or more")
        password_hash = None if password is None else await self._hash(password)
        await self._store.put(
            AccountRow(user, display_name, role.value, agency_id, password_hash, False, self._now_ms())
        )

    async def list_users(self) -> tuple[Account, ...]:
        """Every account by name. Raises: StorageError."""
        return tuple(
            Account(
                user=row.user,
                display_name=row.display_name,
                role=Role(row.role),
                agency_id=row.agency_id,
                has_password=row.password_hash is not None,
                disabled=row.disabled,
                created_ms=row.created_ms,
            )
            for row in await self._store.accounts()
        )

    async def disable_user(self, user: str) -> None:
        """No more sign-ins, and all its sessions end now.

        Raises:
            AccountError: there is no such user.
            StorageError: it could not be stored.
        """
        if not await self._store.disable(user):
            raise AccountError(f"there is no user {user!r}")

    async def create_producer_token(self, producer_id: str) -> str:
        """A new ingest token, to be shown this once; earlier ones of the producer stay valid. Raises: StorageError."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._store.add_producer_token(_hashed(token), producer_id, self._now_ms())
        return token

    async def revoke_producer_tokens(self, producer_id: str) -> int:
        """End every ingest token of the producer; how many there were. Raises: StorageError."""
        return await self._store.revoke_producer_tokens(producer_id)

    async def set_feed_password(self, user: str, password: str) -> None:
        """A data logger's password, from now on.

        Raises:
            AccountError: it is too short, or holds what FTP cannot carry.
            StorageError: it could not be stored.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise AccountError(f"the password has {len(password)} characters; right are {SHORTEST_PASSWORD} or more")
        if not password.isprintable():
            raise AccountError("the password holds a control character; right is one line of printable characters")
        await self._store.put_feed_password(user, await self._hash(password), self._now_ms())

    async def remove_feed_password(self, user: str) -> None:
        """The logger gets in no more.

        Raises:
            AccountError: it has no password.
            StorageError: it could not be stored.
        """
        if not await self._store.remove_feed_password(user):
            raise AccountError(f"{user!r} has no password")

    async def feed_refusal(self, user: str, password: str, origin: str) -> str:
        """Why this data logger is not let in, for the log; "" = its password is right."""
        wait_s = self._feed_throttle.wait_s(user, origin)
        if wait_s > 0:
            return f"too many attempts, the next one in {wait_s:.0f} s"
        self._feed_throttle.failed(user, origin)
        try:
            known_hash = await self._store.feed_password(user)
        except StorageError as error:
            return f"it cannot be checked: {error}"
        if not await self._verify(known_hash or await self._nobodys_hash(), password) or known_hash is None:
            return _REFUSED
        self._feed_throttle.succeeded(user, origin)
        return ""

    async def local_token(self, user: str) -> str:
        """A session of `user` without a password: for the console that started its own backend.

        Raises:
            AccountError: there is no such user, or it is disabled.
            StorageError: the session could not be stored.
        """
        account = await self._store.account(user)
        if account is None or account.disabled:
            raise AccountError(f"there is no user {user!r} who may sign in")
        return (await self._new_session(account, "local")).token

    async def _new_session(self, account: AccountRow, origin: str) -> LoginAnswer:
        now_ms = self._now_ms()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires_ms = now_ms + int(self._session_s * 1000)
        row = SessionRow(_hashed(token), account.user, origin, now_ms, expires_ms)
        if not await self._store.begin_session(row):
            raise LoginRefused(_REFUSED)  # disabled while the password was being looked at
        who = _signed_in(account, expires_ms)
        return LoginAnswer(
            token=token,
            expires_ms=expires_ms,
            user=who.user,
            display_name=who.display_name,
            role=who.role,
            rights=who.rights,
        )

    async def _hash(self, password: str) -> str:
        async with self._verifying:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _verify(self, password_hash: str, password: str) -> bool:
        async with self._verifying:
            try:
                return await asyncio.to_thread(self._hasher.verify, password_hash, password)
            except (VerificationError, InvalidHashError):
                return False

    async def _nobodys_hash(self) -> str:
        """What an unknown user's password is compared with, so that the answer takes as long."""
        if not self._nobody:
            self._nobody = await self._hash(secrets.token_urlsafe(TOKEN_BYTES))
        return self._nobody


def _signed_in(account: AccountRow, expires_ms: int) -> SignedIn:
    role = Role(account.role)
    return SignedIn(
        user=account.user,
        display_name=account.display_name or account.user,
        role=role,
        rights=tuple(sorted(RIGHTS[role])),
        expires_ms=expires_ms,
        agency_id=account.agency_id,
    )


def _hashed(token: str) -> str:
    # The token is 256 random bits: a fast hash is enough, there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

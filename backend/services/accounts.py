"""Who may sit at a desk, and which producer may feed the room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.commands import Right, Role
from backend.contracts.doors import LoginAnswer
from backend.storage.database import Database
from config.model import OperatorConfig

SESSION_S: Final = 12 * 3600.0


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
    user: str
    display_name: str
    role: Role
    rights: tuple[Right, ...]
    expires_ms: int
    agency_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    display_name: str
    role: Role
    agency_id: str
    has_password: bool
    disabled: bool
    created_ms: int


class Accounts:
    def __init__(self, database: Database, now_ms: Callable[[], int], session_s: float = SESSION_S) -> None:
        raise NotImplementedError

    async def adopt(self, operators: Sequence[OperatorConfig]) -> None:
        """Make the accounts that the site names and that are missing; without a password nobody can sign in."""
        raise NotImplementedError

    async def login(self, user: str, password: str, origin: str) -> LoginAnswer:
        """Raises: LoginRefused, StorageError."""
        raise NotImplementedError

    async def logout(self, token: str) -> None:
        raise NotImplementedError

    async def operator(self, token: str) -> SignedIn | None:
        """Ask again from time to time for a seat that stays: expiry and `disable_user` end a session at once."""
        raise NotImplementedError

    async def producer(self, token: str) -> str | None:
        raise NotImplementedError

    async def add_user(
        self, user: str, password: str | None, role: Role, display_name: str = "", agency_id: str = ""
    ) -> None:
        """Make the account, or give an existing one this role and password. Raises: AccountError, StorageError."""
        raise NotImplementedError

    async def list_users(self) -> tuple[Account, ...]:
        raise NotImplementedError

    async def disable_user(self, user: str) -> None:
        """Raises: AccountError (no such user)."""
        raise NotImplementedError

    async def create_producer_token(self, producer_id: str) -> str:
        """A new token, shown this once; earlier ones of the producer stay valid."""
        raise NotImplementedError

    async def revoke_producer_tokens(self, producer_id: str) -> int:
        raise NotImplementedError

    async def local_token(self, user: str) -> str:
        """A session of `user` without a password: for the console that started its own backend."""
        raise NotImplementedError

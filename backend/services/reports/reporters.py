"""Who reported: encrypted at rest, opened for a reason by those who may, and never without a trace.

NaCl's secret box (XSalsa20 and Poly1305) under a key in the data folder. The log, the feed and every other table know
a report by its number only. The same telephone or account is found again by a keyed hash (BLAKE2b, RFC 7693), which
says nothing to whoever has the database without the key.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox

from backend.contracts.report_doors import Identity
from backend.services.audit import Audit
from backend.services.keys import kept_key, line, write_new
from backend.storage.reporters import ReporterRow, ReportersStore

KEY_FILE: Final = "reporters.key"
COMING_FILE: Final = "reporters.key.coming"
DEED: Final = "report.identity"


class IdentityError(ValueError):
    """It cannot be opened; the text says why."""


class IdentityKey:
    """One secret: seals, opens, and finds the same person again."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._box = SecretBox(secret)
        self.key_id = hashlib.sha256(b"key id" + secret).hexdigest()[:16]

    def seal(self, report_id: str, who: Identity, kept_ms: int) -> ReporterRow:
        return ReporterRow(
            report_id=report_id,
            key_id=self.key_id,
            sealed=bytes(self._box.encrypt(who.model_dump_json().encode())),
            phone_hash=self._hash(digits_of(who.phone)),
            account_hash=self._hash(who.account_id.casefold()),
            kept_ms=kept_ms,
        )

    def open(self, row: ReporterRow) -> Identity:
        """Raises: IdentityError."""
        try:
            return Identity.model_validate_json(self._box.decrypt(row.sealed))
        except CryptoError:
            raise IdentityError(
                f"the identity of {row.report_id} was sealed with the key {row.key_id}, and {KEY_FILE} is "
                f"{self.key_id}: put the old key file back"
            ) from None

    def _hash(self, text: str) -> str:
        return blake2b(text.encode(), digest_size=16, key=self._secret).decode() if text else ""


class Reporters:
    """Event-loop thread only.

    Args:
        key: what is sealed from now on is sealed with it.
        coming: the key of a rotation that was not finished: what it sealed already can be opened.
    """

    def __init__(
        self,
        store: ReportersStore,
        audit: Audit,
        key: IdentityKey,
        now_ms: Callable[[], int],
        coming: IdentityKey | None = None,
    ) -> None:
        self._store = store
        self._audit = audit
        self._key = key
        self._keys = {one.key_id: one for one in (key, coming) if one is not None}
        self._now_ms = now_ms

    @classmethod
    def open(cls, store: ReportersStore, audit: Audit, folder: Path, now_ms: Callable[[], int]) -> Reporters:
        """With the key of `folder`, made when there is none. Raises: KeyFileError."""
        key, coming = IdentityKey(kept_key(folder / KEY_FILE)), folder / COMING_FILE
        return cls(store, audit, key, now_ms, IdentityKey(kept_key(coming)) if coming.exists() else None)

    async def seal(self, report_id: str, who: Identity) -> None:
        """Keep who reported; what was kept of the same report before is replaced. Raises: StorageError."""
        await self._store.put(self._key.seal(report_id, who, self._now_ms()))

    async def reveal(self, report_id: str, why: str, *, actor: str, origin: str) -> Identity | None:
        """Who reported, for `why`; None = nobody told. The audit log has the look before it is answered.

        Raises:
            IdentityError: it was sealed with another key.
            StorageError: the look could not be recorded, or nothing can be read: nothing is shown.
        """
        await self._audit.record(DEED, report_id, actor=actor, origin=origin, detail={"why": why})
        row = await self._store.get(report_id)
        if row is None:
            return None
        return self._keys.get(row.key_id, self._key).open(row)

    async def others_of(self, report_id: str) -> tuple[str, ...]:
        """Reports of the same telephone or account, newest first; nobody is named by it. Raises: StorageError."""
        return await self._store.of_the_same(report_id)

    async def forget(self, report_id: str, *, actor: str, origin: str) -> bool:
        """Erase who reported; whether there was anything. Raises: StorageError."""
        await self._audit.record("report.forget_identity", report_id, actor=actor, origin=origin)
        return await self._store.drop(report_id)


async def rotate_key(store: ReportersStore, folder: Path) -> tuple[int, Path]:
    """Seal every identity anew with a new key; nobody else may use `folder` or write to the store meanwhile.

    Killed at any point, done again it goes on. Returns how many were sealed anew, and where the old key lies: whoever
    has it and an old backup reads that one.

    Raises:
        IdentityError: one was sealed with another key; nothing is changed.
        KeyFileError, OSError, StorageError: as above.
    """
    current, coming = folder / KEY_FILE, folder / COMING_FILE
    secret = await asyncio.to_thread(kept_key, current)
    old, new = IdentityKey(secret), IdentityKey(await asyncio.to_thread(kept_key, coming))

    def change(row: ReporterRow) -> ReporterRow | None:
        return None if row.key_id == new.key_id else new.seal(row.report_id, old.open(row), row.kept_ms)

    count = await store.rewrite(change)
    kept = folder / f"reporters-{old.key_id}.key"
    await asyncio.to_thread(write_new, kept, line(secret), 0o600)
    await asyncio.to_thread(coming.replace, current)
    return count, kept


def digits_of(phone: str) -> str:
    """0912 345 678 and +84 912 345 678 are one telephone."""
    digits = "".join(char for char in phone if char.isdigit())
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 9 else digits

"""The record of who did what: commands, sign-ins, looks at the past and at what only some may see."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Final

from backend.storage.audit import AuditRow, AuditStore, Deed, canonical
from backend.storage.errors import StorageError, in_vietnamese

_log = logging.getLogger(__name__)

MAX_ABOUT_CHARS: Final = 300
MAX_DETAIL_CHARS: Final = 500
OWED: Final = 10_000
"""Records kept in memory while the disk takes none; more are counted, and the count is recorded."""

RETRY_S: Final = 2.0
LOOK_S: Final = 600.0


class Looks:
    """Whether a (user, what, about) is new: a slider that asks ten times a second is one look, not thousands."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, kept: int = 10_000) -> None:
        self._now_s = now_s
        self._kept = kept
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def is_new(self, user: str, what: str, about: str, within_s: float = LOOK_S) -> bool:
        """True once, then False for `within_s`. `forget` makes it new again."""
        now_s = self._now_s()
        key = (user, what, about)
        seen_s = self._seen.get(key)
        if seen_s is not None and now_s - seen_s < within_s:
            return False
        self._seen[key] = now_s
        self._seen.move_to_end(key)
        while len(self._seen) > self._kept:
            self._seen.popitem(last=False)
        return True

    def forget(self, user: str, what: str, about: str) -> None:
        self._seen.pop((user, what, about), None)


class Audit:
    """Event-loop thread only.

    What may be refused (looks at recordings, exports, personal data) uses `record` or `look` and lets their
    StorageError through: what cannot be recorded does not happen. What must go on (an alarm acknowledged while the
    disk is full) uses `note`: it is stored as soon as the disk takes it, and `fault` says so until then.
    """

    def __init__(self, store: AuditStore, now_ms: Callable[[], int]) -> None:
        self.store = store
        self._now_ms = now_ms
        self.looks = Looks()
        self._owed: deque[Deed] = deque()
        self._lost = 0
        self._why = ""
        self._owing = asyncio.Event()

    @property
    def fault(self) -> str:
        """What is wrong with the record, in one Vietnamese sentence; "" when it is whole."""
        if self.store.broken:
            return self.store.broken
        waiting = len(self._owed) + self._lost
        return f"{waiting} việc chưa ghi được vào nhật ký thao tác: {in_vietnamese(self._why)}" if waiting else ""

    async def record(
        self,
        deed: str,
        about: str,
        *,
        actor: str,
        origin: str,
        outcome: str = "done",
        detail: Mapping[str, str | int] | None = None,
    ) -> AuditRow:
        """Durable when it returns.

        Args:
            deed: what was done, in words with dots like a command's kind.
            about: id of what it was done to.
            outcome: done, asked, refused or failed.

        Raises:
            StorageError: it is not recorded.
        """
        return await self.store.append(self._deed(deed, about, actor, origin, outcome, detail or {}))

    async def note(
        self,
        deed: str,
        about: str,
        *,
        actor: str,
        origin: str,
        outcome: str = "done",
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Record it now, or as soon as the disk takes it."""
        made = self._deed(deed, about, actor, origin, outcome, detail or {})
        try:
            await self.store.append(made)
        except StorageError as error:
            self._owe(made, str(error))

    async def look(
        self,
        deed: str,
        about: str,
        *,
        actor: str,
        origin: str,
        detail: Mapping[str, str | int] | None = None,
        within_s: float = LOOK_S,
    ) -> None:
        """Record that somebody looks, once in `within_s` for the same deed and about.

        Raises:
            StorageError: it is not recorded, so what is looked at must not be shown.
        """
        if not self.looks.is_new(actor, deed, about, within_s):
            return
        recorded = False
        try:
            await self.record(deed, about, actor=actor, origin=origin, detail=detail)
            recorded = True
        finally:
            if not recorded:
                self.looks.forget(actor, deed, about)

    async def run(self) -> None:
        """Store what is owed, oldest first."""
        while True:
            await self._owing.wait()
            try:
                await self.settle()
            except StorageError as error:
                self._why = str(error)
                await asyncio.sleep(RETRY_S)

    async def settle(self) -> None:
        """Store all that is owed now. Raises: StorageError with the first that fails."""
        while self._owed:
            await self.store.append(self._owed[0])
            self._owed.popleft()
        if self._lost:
            lost = self._lost
            await self.record("audit.lost", "", actor="", origin="", outcome="failed", detail={"records": lost})
            self._lost -= lost
        if not self._owed and not self._lost:
            self._owing.clear()

    def _owe(self, deed: Deed, why: str) -> None:
        if not self._owed and not self._lost:
            _log.error("the audit log takes nothing: %s", why)
        self._why = why
        if len(self._owed) < OWED:
            self._owed.append(deed)
        else:
            self._lost += 1
        self._owing.set()

    def _deed(
        self, deed: str, about: str, actor: str, origin: str, outcome: str, detail: Mapping[str, str | int]
    ) -> Deed:
        known = {
            _clean(key): _clean(value, MAX_DETAIL_CHARS) if isinstance(value, str) else value
            for key, value in detail.items()
        }
        return Deed(
            at_ms=self._now_ms(),
            actor=_clean(actor),
            origin=_clean(origin),
            deed=_clean(deed),
            about=_clean(about),
            outcome=_clean(outcome),
            detail=canonical(known).decode("ascii"),
        )


def _clean(text: str, most: int = MAX_ABOUT_CHARS) -> str:
    """Text that every database can hold: no NUL, no half surrogate pair."""
    return text[:most].encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")

"""Heads of the audit log: signed every minute and written to where whoever changes the log cannot reach them.

The chain alone shows every change but one: its end cut off, or all of it computed anew. A head on another machine
shows that too, up to the minute it was made.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import httpx

from backend.contracts.audit import AuditHead, SignedHead
from backend.contracts.redact import redacted
from backend.services.audit import Audit
from backend.services.signing import Signer, fingerprint, verify
from backend.storage.audit import SEALED, canonical, genesis_of
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

SEAL_EVENTS: Final = 100_000
"""A seal covers at most so many events: the first one of an old log is made in parts."""

WRITE_S: Final = 10.0
"""A folder that takes longer (a share that hangs) counts as failed."""

LAST_WRITE_S: Final = 1.0
"""Patience when the backend stops: whoever stopped it waits."""

_TOO_LONG: Final = "it takes too long"
TOLD_AFTER: Final = 3
POSTS: Final = 3
POST_S: Final = 5.0
_SENDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTEXT: Final = b"trucban audit head\n"


@dataclass(frozen=True, slots=True)
class HeadPlan:
    """Where heads go.

    Attributes:
        folders: shares or sticks; none = the data folder's own `heads`.
        url: `POST /api/v1/audit/heads` of another backend; "" = none.
        token: ingest token that the other backend gave.
    """

    folders: tuple[Path, ...] = ()
    url: str = ""
    token: str = ""
    every_s: float = 60.0


def signed_head(head: AuditHead, signer: Signer) -> SignedHead:
    signature = signer.sign(_CONTEXT + canonical(head.model_dump()))
    return SignedHead(
        head=head,
        public_key=base64.b64encode(signer.public_key).decode("ascii"),
        signature=base64.b64encode(signature).decode("ascii"),
    )


def signer_of(signed: SignedHead) -> bytes | None:
    """The public key that made it; None when its signature does not hold."""
    try:
        key = base64.b64decode(signed.public_key, validate=True)
        signature = base64.b64decode(signed.signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    if base64.b64encode(signature).decode("ascii") != signed.signature:
        return None  # base64 has bits to spare at its end; nothing of a head may be changed
    return key if _holds(key, canonical(signed.head.model_dump()), signature) else None


@lru_cache(maxsize=4096)
def _holds(key: bytes, head: bytes, signature: bytes) -> bool:
    return verify(key, _CONTEXT + head, signature)


def head_file(folder: Path, public_key: bytes, at_ms: int) -> Path:
    """One file a month and key: a folder may serve several backends."""
    month = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m")
    return folder / f"heads-{_short(public_key)}-{month}.jsonl"


def _short(public_key: bytes) -> str:
    return fingerprint(public_key).replace(" ", "")[:16]


def append_head(folder: Path, signed: SignedHead) -> None:
    """Durable when it returns. A line that a power cut tore is taken away first. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = head_file(folder, base64.b64decode(signed.public_key), signed.head.at_ms)
    line = canonical(signed.model_dump()) + b"\n"
    with path.open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 4096))
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


class _Target:
    """One place that heads go to, and how it went."""

    def __init__(self, name: str, write: Callable[[SignedHead], Awaitable[None]], is_far: bool = False) -> None:
        self.is_far = is_far
        self.name = name
        self.failed = 0
        self.why = ""
        self._write = write
        self._writing: asyncio.Future[None] | None = None

    async def send(self, signed: SignedHead, patience_s: float = WRITE_S) -> None:
        """Never longer than `patience_s`; a write that hangs is waited for by the next calls, not begun again."""
        try:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.ensure_future(self._write(signed))
            async with asyncio.timeout(patience_s):
                await asyncio.shield(self._writing)
        except (OSError, TimeoutError, httpx.HTTPError, httpx.InvalidURL, HeadRefused) as error:
            self.failed += 1
            words = _words(error)
            self.why = "quá lâu không xong" if words == _TOO_LONG else words
            _log.warning("no audit head to %s: %s", self.name, words)
        else:
            self.failed = 0

    async def close(self) -> None:
        if self._writing is not None and not self._writing.done():
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return _TOO_LONG
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return redacted(str(error)) or type(error).__name__


class Heads:
    """Seals the event log into the chain, signs the chain's end, and writes it off. Event-loop thread only."""

    def __init__(
        self,
        audit: Audit,
        signer: Signer,
        folders: Sequence[Path],
        plan: HeadPlan,
        last_seq: Callable[[], int],
        now_ms: Callable[[], int],
    ) -> None:
        self._audit = audit
        self._signer = signer
        self._plan = plan
        self._last_seq = last_seq
        self._now_ms = now_ms
        self._sealed_seq: int | None = None
        self._chain = ""
        self._targets = [_Target(str(folder), _to_folder(folder)) for folder in folders]
        if plan.url:
            self._targets.append(_Target(redacted(plan.url), self._post, is_far=True))
        self._folders = tuple(folders)
        self._set_back = ""
        self.newest: SignedHead | None = None

    @property
    def fault(self) -> str:
        """What is wrong with the log or with writing it off, in one Vietnamese sentence; "" = nothing."""
        if self._set_back:
            return self._set_back
        late = [target for target in self._targets if target.failed >= TOLD_AFTER]
        return f"không ghi được mã chốt nhật ký thao tác ra {late[0].name}: {late[0].why}" if late else ""

    async def run(self) -> None:
        looked_back = False
        while True:
            try:
                if not looked_back:
                    await self.look_back()
                    looked_back = True
                await self.turn()
            except StorageError as error:
                _log.warning("no audit head: %s", error)
            await asyncio.sleep(self._plan.every_s)

    async def look_back(self) -> None:
        """Whether the log still holds what was signed in earlier runs; if not, say so and record it.

        Raises:
            StorageError: the log cannot be read, or takes nothing.
        """
        for folder in self._folders:
            try:
                async with asyncio.timeout(WRITE_S):
                    last = await asyncio.to_thread(_last_head, folder, self._signer.public_key)
            except (OSError, TimeoutError) as error:
                _log.warning("the audit heads in %s cannot be read: %s", folder, _words(error))
                continue
            row = None if last is None else await self._audit.store.record_at(last.number)
            if last is None or (row is not None and row.digest == last.digest):
                continue
            _log.error(
                "the audit log is not the one whose record %d was signed in %s: its end was cut off, or an older "
                "database was put back",
                last.number,
                folder,
            )
            self._set_back = (
                f"nhật ký thao tác không khớp mã chốt của bản ghi số {last.number} trong {folder}: phần cuối bị cắt, "
                "hoặc cơ sở dữ liệu cũ được đặt lại"
            )
            detail: dict[str, str | int] = {"number": last.number, "digest": last.digest}
            await self._audit.record("audit.set_back", "", actor="", origin="", outcome="failed", detail=detail)
            return

    async def stop(self) -> None:
        """The last head of this run, into the folders that take it at once."""
        try:
            signed = await self._make()
        except StorageError as error:
            _log.warning("no last audit head: %s", error)
        else:
            near = [target for target in self._targets if not target.is_far]
            await asyncio.gather(*[target.send(signed, LAST_WRITE_S) for target in near])
        for target in self._targets:
            await target.close()

    async def turn(self) -> SignedHead:
        """Seal, sign, write off. Raises: StorageError."""
        signed = await self._make()
        await asyncio.gather(*[target.send(signed) for target in self._targets])
        return signed

    async def _make(self) -> SignedHead:
        await self._audit.store.compare()
        events_seq = await self._seal()
        newest = await self._audit.store.newest()
        if newest is None:
            newest = await self._audit.record("audit.head", "", actor="", origin="")
        head = AuditHead(
            chain=await self._chain_name(),
            number=newest.number,
            digest=newest.digest,
            events_seq=events_seq,
            at_ms=self._now_ms(),
        )
        self.newest = signed_head(head, self._signer)
        return self.newest

    async def _seal(self) -> int:
        """Record a digest over every event that is durable and not sealed yet; the newest sealed seq."""
        if self._sealed_seq is None:
            known = await self._audit.store.newest_seal()
            self._sealed_seq = 0 if known is None else known.to_seq
        last_seq = self._last_seq()
        while self._sealed_seq < last_seq:
            until = min(last_seq, self._sealed_seq + SEAL_EVENTS)
            seal = await self._audit.store.sealed(self._sealed_seq + 1, until)
            await self._audit.record(
                SEALED,
                f"{seal.from_seq}-{seal.to_seq}",
                actor="",
                origin="",
                detail={"from_seq": seal.from_seq, "to_seq": seal.to_seq, "sha256": seal.sha256},
            )
            self._sealed_seq = until
        return self._sealed_seq

    async def _chain_name(self) -> str:
        if not self._chain:
            first = await self._audit.store.record_at(1)
            self._chain = "0" * 64 if first is None else genesis_of(first) or "0" * 64
        return self._chain

    async def _post(self, signed: SignedHead) -> None:
        """Raises: httpx.HTTPError, HeadRefused."""
        headers = {"Authorization": f"Bearer {self._plan.token}", "Content-Type": "application/json"}
        body = canonical(signed.model_dump())
        async with httpx.AsyncClient(timeout=POST_S / POSTS) as client:
            for attempt in range(POSTS):
                last = attempt == POSTS - 1
                try:
                    answer = await client.post(self._plan.url, content=body, headers=headers)
                except httpx.TransportError:
                    if last:
                        raise
                else:
                    if answer.status_code < 300:
                        return
                    if last or answer.status_code < 500:
                        raise HeadRefused(f"HTTP {answer.status_code}")
                await asyncio.sleep(0.5 * (attempt + 1))


def _to_folder(folder: Path) -> Callable[[SignedHead], Awaitable[None]]:
    return lambda signed: asyncio.to_thread(append_head, folder, signed)


class HeadRefused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The other side does not take this head; the text says why."""


class ReceivedHeads:
    """Heads of other backends, kept for them: `from-SENDER/heads-*.jsonl`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last: dict[str, AuditHead] = {}

    async def take(self, sender: str, signed: SignedHead) -> str:
        """Keep it, durably. The answer says what is wrong with the sender's log, "" when it goes on as it should.

        Raises:
            HeadRefused: its signature does not hold, or the sender's name makes no folder.
            OSError: it cannot be kept.
        """
        if not _SENDER.fullmatch(sender):
            raise HeadRefused(f"a sender's name is made of letters, digits and . _ -, not {sender!r}")
        if signer_of(signed) is None:
            raise HeadRefused("the signature does not hold")
        head, last = signed.head, self._last.get(sender)
        if last == head:
            return ""  # sent again because our answer was lost
        folder = self._folder / f"from-{sender}"
        if last is None:
            last = await asyncio.to_thread(_last_head, folder)
        await asyncio.to_thread(append_head, folder, signed)
        self._last[sender] = head
        if last is None:
            return ""
        if head.chain != last.chain:
            return "its audit log was begun anew"
        if head.number < last.number or (head.number == last.number and head.digest != last.digest):
            return f"its audit log went back to record {head.number}; {last.number} was known"
        return ""


def _last_head(folder: Path, public_key: bytes | None = None) -> AuditHead | None:
    """The newest head of a folder, of that key or of any; None when none can be read. Raises: OSError."""
    newest: AuditHead | None = None
    for path in sorted(folder.glob("heads-*.jsonl" if public_key is None else f"heads-{_short(public_key)}-*.jsonl")):
        lines = path.read_bytes().splitlines()
        if lines:
            try:
                head = SignedHead.model_validate_json(lines[-1]).head
            except ValueError:
                continue
            newest = head if newest is None or head.at_ms > newest.at_ms else newest
    return newest

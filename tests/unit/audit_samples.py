"""A small audit log as a real backend leaves it: records, sealed events, signed heads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.cli.audit import head_lines
from backend.services.audit import Audit
from backend.services.audit_check import HeadLine, Report, verify
from backend.services.audit_heads import HeadPlan, Heads
from backend.services.signing import Signer
from backend.storage.audit import AuditStore
from backend.storage.audit_reading import audit_reading
from backend.storage.database import Database
from backend.storage.event_log import EventLog
from tests.unit.storage_samples import NOW_MS, drafts, opened, raised, refused

Row = tuple[object, ...]


@dataclass
class Clock:
    """The server's clock, one second further at every look."""

    at_ms: int = NOW_MS

    def __call__(self) -> int:
        self.at_ms += 1000
        return self.at_ms


@dataclass
class Log:
    """An audit log as a checker gets it."""

    rows: list[Row]
    events: list[Row]
    heads: list[HeadLine]
    keys: list[bytes] = field(default_factory=list)

    def check(self) -> Report:
        return verify(self.rows, self.heads, self.keys, self.events)

    def copy(self) -> Log:
        return Log(list(self.rows), list(self.events), list(self.heads), list(self.keys))


async def fill(database: Database, folder: Path, signer: Signer, turns: int = 4, deeds: int = 5) -> None:
    """`turns` heads, each over `deeds` deeds and a few events."""
    log = await EventLog.open(database)
    clock = Clock()
    audit = Audit(AuditStore(database), clock)
    heads = Heads(audit, signer, [folder], HeadPlan(), lambda: log.last_seq, clock)
    for turn in range(turns):
        for number in range(deeds):
            deed, about = ("alert.acknowledge", f"b-{turn}-{number}") if number else ("account.sign_in", "lan")
            detail: dict[str, str | int] = {"command_id": f"{turn * 100 + number:032x}", "ghi chú": "đã gọi xã"}
            await audit.record(deed, about, actor="lan", origin="10.0.0.7", detail=detail)
        await log.append(drafts([raised(f"b-{turn}"), refused(f"b-{turn}")]), clock())
        await heads.turn()


async def with_heads(
    folder: Path,
    places: Sequence[Path],
    plan: HeadPlan,
    clock: Clock,
    scenario: Callable[[Heads], Coroutine[None, None, None]],
) -> None:
    """Heads of an audit log in `folder`, over no events."""
    async with opened(f"sqlite:///{folder / 'trucban.sqlite3'}") as database:
        audit = Audit(AuditStore(database), clock)
        await scenario(Heads(audit, Signer.open(folder / "keys"), places, plan, lambda: 0, clock))


def read(url: str, folder: Path, signer: Signer) -> Log:
    with audit_reading(url) as reading:
        log = Log(list(reading.records()), list(reading.events()), list(head_lines(folder)), [signer.public_key])
        assert reading.fault == ""
    return log


def made(url: str, folder: Path) -> Log:
    """A new log in the database and the folder."""
    signer = Signer.open(folder / "keys")

    async def play() -> None:
        async with opened(url) as database:
            await fill(database, folder / "heads", signer)

    asyncio.run(play())
    return read(url, folder / "heads", signer)

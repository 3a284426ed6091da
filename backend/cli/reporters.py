"""`reporters`: a new key for the identities of citizens who reported, and forgetting one of them."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from backend.cli import os_user
from backend.services.audit import Audit
from backend.services.keys import KeyFileError
from backend.services.reports.reporters import IdentityError, Reporters, rotate_key
from backend.storage.audit import AuditStore
from backend.storage.database import Database, database_file, open_database
from backend.storage.errors import InUseError, StorageError
from backend.storage.reporters import ReportersStore
from backend.storage.sole_use import sole_use

EXIT_WRONG = 2
EXIT_FAILED = 1
ORIGIN = "command line"
T = TypeVar("T")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reporters = commands.add_parser("reporters", help="who reported: rotate-key, forget")
    parts = reporters.add_subparsers(required=True, metavar="rotate-key|forget")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, metavar="DIR", help="the backend's data folder")
    data.add_argument("--database", default="", metavar="URL", help="default: SQLite in --data")
    rotate = parts.add_parser("rotate-key", parents=[data], help="seal all of them with a new key; stop the backend")
    rotate.set_defaults(run=lambda options: _told(options, _rotate))
    forget = parts.add_parser("forget", parents=[data], help="erase who made a report; the report itself stays")
    forget.add_argument("report", nargs="+", metavar="REPORT", help="id of a report, e.g. PA-000123")
    forget.set_defaults(run=lambda options: _told(options, _forget))


def _told(options: argparse.Namespace, run: Callable[[argparse.Namespace], int]) -> int:
    try:
        return run(options)
    except (InUseError, KeyFileError, IdentityError) as error:
        print(f"reporters: {error}", file=sys.stderr)
        return EXIT_WRONG
    except (StorageError, OSError) as error:
        print(f"reporters: {error}", file=sys.stderr)
        return EXIT_FAILED


def _rotate(options: argparse.Namespace) -> int:
    async def work(database: Database, audit: Audit) -> tuple[int, Path]:
        await audit.record("reporters.rotate_key", "", actor=os_user(), origin=ORIGIN, outcome="asked")
        count, kept = await rotate_key(ReportersStore(database), options.data / "keys")
        await audit.record("reporters.rotate_key", "", actor=os_user(), origin=ORIGIN, detail={"identities": count})
        return count, kept

    with sole_use(options.data):
        count, kept = _with_database(options, work, alone=True)
    print(f"{count} identities sealed with a new key; the old one is {kept}: delete it when no backup needs it")
    return 0


def _forget(options: argparse.Namespace) -> int:
    async def work(database: Database, audit: Audit) -> list[str]:
        reporters = Reporters.open(ReportersStore(database), audit, options.data / "keys", _now_ms)
        return [
            report_id
            for report_id in options.report
            if not await reporters.forget(report_id, actor=os_user(), origin=ORIGIN)
        ]

    unknown = _with_database(options, work)
    for report_id in options.report:
        print(f"{report_id}: {'nobody told who reported it' if report_id in unknown else 'forgotten'}")
    return EXIT_WRONG if unknown else 0


def _with_database(
    options: argparse.Namespace, work: Callable[[Database, Audit], Awaitable[T]], alone: bool = False
) -> T:
    """Raises: InUseError, StorageError."""

    async def run() -> T:
        url = options.database or f"sqlite:///{(options.data / 'trucban.sqlite3').resolve().as_posix()}"
        file = database_file(url)
        if file is not None and not file.is_file():
            raise StorageError(f"there is no database {file}: right is the data folder of a backend")
        database = open_database(url, sole_use=alone)
        try:
            return await work(database, Audit(AuditStore(database), _now_ms))
        finally:
            await database.close()

    return asyncio.run(run())


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

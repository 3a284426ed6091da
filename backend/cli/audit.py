"""`audit`: check the audit log, or print it. Reads only; the backend may run or not."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from backend.services.audit_check import HeadLine, Report, verify
from backend.services.keys import KeyFileError
from backend.services.signing import PUBLIC_FILE, read_public_key
from backend.storage.audit import AuditRow
from backend.storage.audit_reading import AuditReading, audit_reading
from backend.storage.errors import StorageError

EXIT_DAMAGED = 1
EXIT_WRONG = 2
DATABASE_FILE: Final = "trucban.sqlite3"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = commands.add_parser("audit", help="the audit log: verify, list")
    parts = audit.add_subparsers(required=True, metavar="verify|list")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, metavar="DIR", help="the backend's data folder")
    data.add_argument("--database", default="", metavar="URL", help="default: SQLite in --data")
    check = parts.add_parser("verify", parents=[data], help="recompute everything and tell what was changed")
    check.add_argument(
        "--heads", type=Path, action="append", default=[], metavar="DIR", help="folder of heads; may be given again"
    )
    check.add_argument(
        "--public-key", type=Path, action="append", default=[], metavar="FILE", help="default: that of --data"
    )
    check.set_defaults(run=_verify)
    listing = parts.add_parser("list", parents=[data], help="print the records")
    listing.add_argument("--actor", default="", help="only deeds of this user")
    listing.add_argument("--about", default="", help="only deeds about this id")
    moment = "ISO 8601 with an offset, or epoch milliseconds"
    listing.add_argument("--from", dest="from_ms", type=_moment, default=-math.inf, metavar="TIME", help=moment)
    listing.add_argument("--to", dest="to_ms", type=_moment, default=math.inf, metavar="TIME", help=moment)
    listing.set_defaults(run=_list)


def _verify(options: argparse.Namespace) -> int:
    try:
        keys = [read_public_key(path) for path in options.public_key or [options.data / "keys" / PUBLIC_FILE]]
        folders = _head_folders(options.data, options.heads)
        # The heads first: beside a running backend, no head may be newer than the rows it is compared with.
        heads = [line for folder in folders for line in head_lines(folder)]
    except (KeyFileError, OSError) as error:
        return _told(EXIT_WRONG, f"audit: {error}")
    try:
        with audit_reading(_url(options)) as reading:
            report = verify(reading.records(), heads, keys, reading.events())
            if reading.fault:
                report.found("unreadable", f"the database cannot be read to its end: {reading.fault}")
    except StorageError as error:
        return _told(EXIT_WRONG, f"audit: {error}")
    for finding in report.findings:
        print(finding)
    if report.more:
        print(f"and {report.more} more of the same kinds")
    print(_summary(report))
    return 0 if report.good else EXIT_DAMAGED


def _summary(report: Report) -> str:
    words = [
        f"audit: {'good' if report.good else 'DAMAGED'}; {report.records} records",
        f"{report.heads} heads",
        f"{report.events_sealed} events sealed",
        f"{report.events_unsealed} not sealed yet",
    ]
    if report.newest_head is None:
        words.append("NO HEAD: nobody could tell whether the end was cut off or all of it written anew")
    else:
        at = datetime.fromtimestamp(report.newest_head.at_ms / 1000, UTC).isoformat(timespec="seconds")
        words.append(f"{report.records_after_head} records since the newest head of {at}")
    return ", ".join(words)


def _head_folders(data: Path, given: Sequence[Path]) -> list[Path]:
    """Raises: OSError: a folder that was named is not there."""
    for folder in given:
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {folder}")
    own = data / "heads"
    return [*given, *([own] if own.is_dir() and own not in given else [])]


def head_lines(folder: Path) -> Iterator[HeadLine]:
    """Every line of every head file of a folder, in order. Raises: OSError."""
    for path in sorted(folder.glob("heads-*.jsonl")):
        lines = path.read_bytes().split(b"\n")
        if not lines[-1]:
            lines.pop()
        for number, line in enumerate(lines, 1):
            yield HeadLine(f"{path}:{number}", line)


def _url(options: argparse.Namespace) -> str:
    return options.database or f"sqlite:///{(options.data / DATABASE_FILE).resolve().as_posix()}"


def _list(options: argparse.Namespace) -> int:
    try:
        with audit_reading(_url(options)) as reading:
            for line in _lines(reading, options):
                print(line)
            if reading.fault:
                return _told(EXIT_DAMAGED, f"audit: the database cannot be read to its end: {reading.fault}")
    except StorageError as error:
        return _told(EXIT_WRONG, f"audit: {error}")
    return 0


def _lines(reading: AuditReading, options: argparse.Namespace) -> Iterator[str]:
    for raw in reading.records():
        row = AuditRow(*raw)  # type: ignore[arg-type]
        if (options.actor and row.actor != options.actor) or (options.about and row.about != options.about):
            continue
        if isinstance(row.at_ms, int) and not options.from_ms <= row.at_ms <= options.to_ms:
            continue
        words = (row.number, _written(row.at_ms), row.actor, row.origin, row.deed, row.about, row.outcome, row.detail)
        # No control character of a record reaches the terminal.
        yield "\t".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "?", str(word)) or "-" for word in words)


def _written(at_ms: object) -> str:
    """As people read it; as it stands when it is no time."""
    try:
        return datetime.fromtimestamp(float(str(at_ms)) / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return str(at_ms)


def _moment(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the offset is missing")
    return round(moment.timestamp() * 1000)


def _told(code: int, line: str) -> int:
    print(line, file=sys.stderr)
    return code

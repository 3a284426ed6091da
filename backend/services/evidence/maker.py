"""Makes the files of a package: a process of its own, at low priority, so that the room never waits for it.

    python -m backend.services.evidence.maker WORK_FOLDER

The first line of its standard input says what to do (`Task`), every line of its standard output how far it is
(`Told`). It ends with its parent: when its input closes.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import av

from backend.services.evidence.assembly import Assembly
from backend.services.evidence.case import PACKAGE_FOLDER, Case, read_case
from backend.services.evidence.journal import Journal
from backend.services.evidence.messages import ENCRYPTED_FILE, FailedBecause, Task, Told
from backend.services.evidence.names import LocalTime
from backend.services.evidence.packing import write_encrypted
from backend.services.evidence.seal import MANIFEST, manifest_bytes
from backend.storage.errors import InUseError
from backend.storage.sole_use import sole_use

STARTS_FILE: Final = "starts.jsonl"
NICER_BY: Final = 10
TELL_EVERY_S: Final = 0.2
EXIT_FAILED: Final = 1
EXIT_ORPHANED: Final = 3

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFullError(OSError):
    """What must stay free on the disk is reached."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Teller:
    """Tells the parent, not too often; looks after the disk as often."""

    def __init__(self, work: Path, reserve_bytes: int, out: Callable[[Told], None]) -> None:
        self._work = work
        self._reserve_bytes = reserve_bytes
        self._out = out
        self._told_s = 0.0

    def tell(self, told: Told) -> None:
        """Raises: DiskFullError."""
        now_s = time.monotonic()
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            if shutil.disk_usage(self._work).free < self._reserve_bytes:
                raise DiskFullError
            self._out(told)


def make(work: Path, reserve_bytes: int, out: Callable[[Told], None]) -> None:
    """Everything of the package but its signature; the manifest is left beside it. Finished files are kept.

    Raises:
        OSError: something cannot be stored. ValueError: the work folder holds no case.
    """
    case = read_case(work)
    teller = Teller(work, reserve_bytes, out)
    teller.tell(Told(step="kiểm tra phần đã làm"))
    journal = Journal(work, lambda: teller.tell(Told(step="kiểm tra phần đã làm")))

    def tell(share: float, step: str) -> None:
        teller.tell(Told(share, step, len(journal.by_path), journal.size_bytes))

    starts = _started(work, case)
    contents = Assembly(case, journal, tell).run(starts)
    manifest = manifest_bytes(case, journal.made, contents.left_out, _now_ms())
    _store(work / MANIFEST, manifest)
    out(Told(1.0, "ký", len(journal.by_path), journal.size_bytes, done=True))


def encrypt(work: Path, task: Task, out: Callable[[Told], None]) -> None:
    """The sealed package as an encrypted ZIP beside it. Raises: OSError."""
    package = work / PACKAGE_FOLDER
    total = max(1, sum(path.stat().st_size for path in package.rglob("*") if path.is_file()))
    files = sum(1 for path in package.rglob("*") if path.is_file())
    teller = Teller(work, task.reserve_bytes, out)
    target = work / ENCRYPTED_FILE

    def progress(done: int) -> None:
        teller.tell(Told(done / total, "mã hóa", files, done))

    digest = write_encrypted(package, target, task.passphrase, progress)
    out(Told(1.0, "mã hóa", files, target.stat().st_size, done=True, digest=digest.hex()))


def _started(work: Path, case: Case) -> list[dict[str, object]]:
    """Write down this start and give all of them: a package may take several."""
    now_ms = _now_ms()
    entry = {
        "deed": "making begun",
        "at": LocalTime(case.site.utc_offset_min).iso(now_ms),
        "at_ms": now_ms,
        "by": f"Trực Ban {case.version}",
        "on": case.machine,
        "system": platform.platform(),
        "python": platform.python_version(),
        "clock": "this machine's, not compared with any other",
    }
    file = work / STARTS_FILE
    with file.open("a", encoding="utf-8", newline="\n") as target:
        target.write(json.dumps(entry, ensure_ascii=False) + "\n")
    starts: list[dict[str, object]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            starts.append(json.loads(line))
    return starts


def _store(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def cause_of(error: BaseException) -> FailedBecause:
    number = getattr(error, "errno", None)
    return "disk_full" if number in _FULL else "disk_error"


def run(work: Path, task: Task, out: Callable[[Told], None]) -> int:
    """Do the task; the exit code. Failures that are the disk's are told, others are bugs and show where."""
    try:
        with sole_use(work):
            if task.do == "make":
                make(work, task.reserve_bytes, out)
            else:
                encrypt(work, task, out)
    except InUseError:
        out(Told(failed="in_use"))
        return EXIT_FAILED
    except (OSError, av.FFmpegError) as error:
        out(Told(failed=cause_of(error)))
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_FAILED
    return 0


def _main(arguments: list[str]) -> int:
    # Ctrl+C in a terminal reaches the whole group: the backend decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICER_BY)
    av.logging.set_level(None)
    pipe = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints must not be taken for an answer
    said: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def out(told: Told) -> None:
        pipe.write(json.dumps(asdict(told), ensure_ascii=True) + "\n")
        pipe.flush()

    return run(Path(arguments[0]), replace(Task("make", 0), **said), out)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(EXIT_ORPHANED)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))

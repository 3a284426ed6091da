"""The maker's process, seen from the backend: started, listened to, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from backend.services.evidence.messages import Task, Told

_TOP: Final = Path(__file__).resolve().parents[3]
_MODULE: Final = "backend.services.evidence.maker"
LOG_FILE: Final = "maker.log"
LOG_SHOWN: Final = 2_000
Maker = Callable[[Path, Task, Callable[[Told], None]], Awaitable[Told]]
"""(work folder, task, told how far it is) -> its last word. Raises: MakerError."""

_FLAGS: Final = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)


class MakerError(RuntimeError):
    """`code` is one of the maker's own (`FailedBecause`) or "stopped": the process ended without a word."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


async def run_maker(work: Path, task: Task, told: Callable[[Told], None]) -> Told:
    """Let the maker do the task; its last word. Being cancelled ends its process.

    Raises:
        MakerError: it failed.
        OSError: it cannot be started.
    """
    log = work / LOG_FILE
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MODULE, str(work.resolve()), cwd=_TOP, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, creationflags=_FLAGS,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    last = Told()
    try:
        process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        async for line in process.stdout:
            last = Told(**json.loads(line))
            told(last)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if last.failed or not last.done:
        raise MakerError(last.failed or "stopped", _end_of(log))
    return last


def _end_of(log: Path) -> str:
    try:
        return log.read_bytes()[-LOG_SHOWN:].decode("utf-8", "replace").strip()
    except OSError:
        return ""

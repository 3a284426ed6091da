"""Confined children, seen from the backend: started when they are needed, kept, ended when they overdo it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from backend.services.confined.confine import bare_environment
from backend.services.confined.serving import Ready

A = TypeVar("A")

_log = logging.getLogger(__name__)

_TOP: Final = Path(__file__).resolve().parents[3]
START_S: Final = 20.0
_READY: Final = TypeAdapter(Ready)
_FLAGS: Final = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)


@dataclass(frozen=True, slots=True)
class Trade(Generic[A]):
    """What the children of a workshop do.

    Attributes:
        module: run as `python -m`; it calls `serve`.
        settings: its first line of input.
        wall_s: of one job.
        answer: reads a line of its output.
        error: what is raised for a job that overdid it, with `slow` or `spent` as its words.
        line_bytes: of an answer at most.
    """

    module: str
    settings: Mapping[str, object]
    wall_s: float
    answer: TypeAdapter[A]
    error: Callable[[str], Exception]
    slow: str
    spent: str
    line_bytes: int = 1 << 16


class Workshop(Generic[A]):
    """Event-loop thread only. At most `children` jobs are in work; others wait."""

    def __init__(self, trade: Trade[A], children: int) -> None:
        self._free: asyncio.LifoQueue[_Child[A]] = asyncio.LifoQueue()
        self._children = tuple(_Child(trade) for _ in range(children))
        for child in reversed(self._children):
            self._free.put_nowait(child)

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(child.pid for child in self._children if child.pid)

    async def warm(self) -> None:
        """Have one ready before the first file comes. Raises: OSError."""
        child = await self._free.get()
        try:
            await child.start()
        finally:
            self._free.put_nowait(child)

    async def make(self, job: Mapping[str, object]) -> A:
        """Raises: the trade's error (it overdid it), OSError (no child can be started)."""
        child = await self._free.get()
        try:
            return await child.make(job)
        finally:
            self._free.put_nowait(child)

    async def close(self) -> None:
        for child in self._children:
            await child.end()


class _Child(Generic[A]):
    """One process, or none yet, or none any more."""

    def __init__(self, trade: Trade[A]) -> None:
        self._trade = trade
        self._process: Process | None = None
        self._told_open = False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def start(self) -> None:
        """Raises: OSError."""
        if self.pid:
            return
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._trade.module, cwd=_TOP, env=bare_environment(), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=_FLAGS,
            limit=self._trade.line_bytes,
        )  # fmt: skip
        try:
            async with asyncio.timeout(START_S):
                ready = _READY.validate_json(await self._asked(process, self._trade.settings))
        except (OSError, ValueError, TimeoutError) as error:
            await self.end()
            raise OSError(f"{self._trade.module} does not start") from error
        except asyncio.CancelledError:
            await self.end()
            raise
        if ready.open and not self._told_open:
            self._told_open = True
            _log.warning("%s: this system does not confine its %s", self._trade.module, ", ".join(ready.open))

    async def make(self, job: Mapping[str, object]) -> A:
        """Raises: the trade's error, OSError."""
        whole = False
        try:
            for again in (True, False):
                await self.start()
                assert self._process is not None
                try:
                    async with asyncio.timeout(self._trade.wall_s):
                        made = self._trade.answer.validate_json(await self._asked(self._process, job))
                    whole = True
                    return made
                except TimeoutError:
                    raise self._trade.error(self._trade.slow) from None
                except (OSError, ValueError):
                    # It may have ended between two files, for its age; a file that ends two of them is the file's.
                    await self.end()
                    if not again:
                        raise self._trade.error(self._trade.spent) from None
        finally:
            if not whole:
                await self.end()
        raise AssertionError("unreachable")

    async def _asked(self, process: Process, line: Mapping[str, object]) -> bytes:
        """Raises: OSError (it is gone)."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(dict(line)).encode() + b"\n")
        await process.stdin.drain()
        answer = await process.stdout.readline()
        if not answer.endswith(b"\n"):
            raise ConnectionError("the child is gone")
        return answer

    async def end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

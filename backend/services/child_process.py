"""A process of the backend that is told by orders and tells by reports: started, listened to, ended."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final, Generic, TypeVar

OrderT = TypeVar("OrderT")
ReportT = TypeVar("ReportT")

STOP_WITHIN_S: Final = 4.0


class ChildProcess(Generic[OrderT, ReportT]):
    """Event-loop thread only. It is started (with `spawn`) by being made.

    Args:
        main: what it runs, with its end of the pipe; it ends when that closes.
        name: of the process, for who looks at the machine.
        stop: the order to end.
    """

    def __init__(self, main: Callable[[Connection], None], name: str, stop: OrderT) -> None:
        self._stop = stop
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=True)
        self._process: BaseProcess = context.Process(target=main, args=(theirs,), name=name, daemon=True)
        self._process.start()
        theirs.close()
        self._pipe: Connection = ours
        self._reports: asyncio.Queue[ReportT | None] = asyncio.Queue()
        self._gone = False
        loop = asyncio.get_running_loop()

        def listen() -> None:
            """On a thread of its own: a pipe cannot be awaited everywhere."""
            report: ReportT | None = None
            while True:
                try:
                    report = ours.recv()
                except (EOFError, OSError):
                    report = None
                try:
                    loop.call_soon_threadsafe(self._reports.put_nowait, report)
                except RuntimeError:  # the loop is closed
                    return
                if report is None:
                    return

        threading.Thread(target=listen, name=f"{name}-reports", daemon=True).start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    async def reports(self) -> list[ReportT]:
        """What it said since the last time, at least one; empty = it is gone."""
        batch: list[ReportT] = []
        while not self._gone and not (batch and self._reports.empty()):
            report = await self._reports.get()
            if report is None:
                self._gone = True
            else:
                batch.append(report)
        return batch

    async def send(self, order: OrderT) -> None:
        """One that died just now is not told: the end of its reports says so."""
        await asyncio.to_thread(self._send, order)

    def _send(self, order: OrderT) -> None:
        try:
            self._pipe.send(order)
        except (OSError, ValueError):
            return

    async def end(self) -> list[ReportT]:
        """Ask, then insist. Returns what it said at its end."""
        await self.send(self._stop)
        await asyncio.to_thread(self._process.join, STOP_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join, STOP_WITHIN_S)
        last: list[ReportT] = []
        try:
            async with asyncio.timeout(1.0):
                while batch := await self.reports():
                    last += batch
        except TimeoutError:
            pass  # a process of its own that it left behind holds the pipe
        self._pipe.close()
        return last

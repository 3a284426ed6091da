"""The decode workers as the desk has them: started, told, watched, replaced. No Qt; nothing here waits on the caller.

Each worker has a keeper, a thread of the desk that alone starts the process, writes to its pipe and watches it, so a
worker that hangs can hold up its own keeper at most.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Final

from console.video import worker
from console.video.board import ROWS, Board, Phase, Reason
from console.video.orders import (
    AddOutput,
    CloseStream,
    HaveFiles,
    OpenRecorded,
    OpenStream,
    Order,
    RemoveOutput,
    Stop,
)

WATCH_S: Final = 0.2
HANGS_AFTER_S: Final = 4.0
STARTING_S: Final = 20.0
STOP_WAIT_S: Final = 1.0
CRASH_LOOP_S: Final = 3.0
CRASH_PAUSE_CAP_S: Final = 10.0


@dataclass
class _Wanted:
    """What a stream's replacement must be told."""

    opened: OpenStream | OpenRecorded
    outputs: dict[str, AddOutput] = field(default_factory=dict)
    files: HaveFiles | None = None


class WorkerKeeper:
    """One worker and its board. `open`, `tell` and `close` are called on the GUI thread and return at once."""

    def __init__(self, context: SpawnContext, number: int) -> None:
        self.board = Board.create()
        self._context = context
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._wanted: dict[int, _Wanted] = {}
        self._free_rows = list(range(ROWS - 1, -1, -1))
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._started_s = 0.0
        self._crashes = 0
        self.restarts = 0
        self._thread = threading.Thread(target=self._keep, name=f"video-keeper-{number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    @property
    def free(self) -> int:
        return len(self._free_rows)

    def take_row(self) -> int:
        """A free row of the board, cleared.

        Raises:
            IndexError: none is free.
        """
        row = self._free_rows.pop()
        self.board.reset_row(row, time.monotonic())
        return row

    def give_row(self, row: int) -> None:
        self._free_rows.insert(0, row)

    def tell(self, order: Order) -> None:
        self._orders.put(order)

    def stop(self) -> None:
        """Begins the end; `join` waits for it."""
        self._orders.put(Stop())

    def join(self, timeout_s: float) -> bool:
        """Whether the worker is gone within `timeout_s`; then the board may be removed."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # -- the keeper's thread --

    def _keep(self) -> None:
        while True:
            order = self._next_order()
            if isinstance(order, Stop):
                self._end_process()
                return
            if order is not None:
                self._remember(order)
            if not self._healthy():
                self._replace()
            elif order is not None:
                self._send(order)

    def _next_order(self) -> Order | None:
        if self._process is None:
            return None
        try:
            return self._orders.get(timeout=WATCH_S)
        except queue.Empty:
            return None

    def _remember(self, order: Order) -> None:
        match order:
            case OpenStream() | OpenRecorded():
                self._wanted[order.row] = _Wanted(order)
            case HaveFiles(row) if row in self._wanted:
                self._wanted[row].files = order
            case CloseStream(row):
                self._wanted.pop(row, None)
            case AddOutput() if order.row in self._wanted:
                self._wanted[order.row].outputs[order.ring] = order
            case RemoveOutput(row, ring) if row in self._wanted:
                self._wanted[row].outputs.pop(ring, None)

    def _healthy(self) -> bool:
        if self._process is None or not self._process.is_alive():
            return False
        now_s = time.monotonic()
        beat_s = self.board.heartbeat_s
        if beat_s <= self._started_s:
            return now_s - self._started_s < STARTING_S
        return now_s - beat_s < HANGS_AFTER_S

    def _replace(self) -> None:
        """A dead or hanging worker goes; a new one is told all that is wanted."""
        if self._process is not None:
            self._kill()
            self.restarts += 1
            quick = time.monotonic() - self._started_s < CRASH_LOOP_S
            self._crashes = self._crashes + 1 if quick else 0
            self._mark_streams_lost()
            if self._crashes:
                # Something kills it at once: do not burn the machine with starting it.
                time.sleep(min(0.5 * 2**self._crashes, CRASH_PAUSE_CAP_S))
        ours, theirs = self._context.Pipe(duplex=True)
        self._started_s = time.monotonic()
        self._process = self._context.Process(
            target=worker.main, args=(theirs, self.board.name), name="trucban-decode", daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        for wanted in self._wanted.values():
            self._send(wanted.opened)
            for output in wanted.outputs.values():
                self._send(output)
            if wanted.files is not None:
                self._send(wanted.files)

    def _mark_streams_lost(self) -> None:
        now_s = time.monotonic()
        for row in self._wanted:
            if self.board.rows["phase"][row] != Phase.IDLE:
                self.board.mark_lost(row, Reason.WORKER_DIED, now_s)

    def _send(self, order: Order) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.send(order)
        except OSError:
            # It died just now: the next round replaces it and tells the replacement everything.
            return

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(STOP_WAIT_S)
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def _end_process(self) -> None:
        if self._process is not None and self._process.is_alive():
            self._send(Stop())
            self._process.join(STOP_WAIT_S)
        self._kill()


class WorkerPool:
    """`count` workers; 0 = one a core."""

    def __init__(self, count: int = 0) -> None:
        context = multiprocessing.get_context("spawn")
        wanted = count if count > 0 else max(1, os.cpu_count() or 1)
        self.keepers = tuple(WorkerKeeper(context, number) for number in range(wanted))

    def start(self) -> None:
        for keeper in self.keepers:
            keeper.start()

    def stop(self) -> None:
        """Begins the end of every worker and returns at once."""
        for keeper in self.keepers:
            keeper.stop()

    def freest(self, loads: Iterable[tuple[WorkerKeeper, int]]) -> WorkerKeeper | None:
        """The worker with room that has the least to do; None when none has room.

        Args:
            loads: worker and weight of each decode that runs.
        """
        sums = {keeper: 0 for keeper in self.keepers if keeper.free}
        for keeper, weight in loads:
            if keeper in sums:
                sums[keeper] += weight
        return min(sums, key=sums.__getitem__, default=None)

    def join(self, timeout_s: float) -> bool:
        """Whether all workers were gone within `timeout_s`; their boards are then removed."""
        deadline_s = time.monotonic() + timeout_s
        gone = [keeper.join(max(0.0, deadline_s - time.monotonic())) for keeper in self.keepers]
        for keeper, is_gone in zip(self.keepers, gone, strict=True):
            if is_gone:
                keeper.board.close(remove=True)
        return all(gone)

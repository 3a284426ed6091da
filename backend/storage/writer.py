"""The one thread that writes. Whatever queues up while a transaction is being committed makes the next one."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine

from backend.storage.errors import ITEM_ERRORS, THREAD_ENDED, StorageError, in_words, is_io_fault

_log = logging.getLogger(__name__)

ItemT = TypeVar("ItemT", contravariant=True)
ResultT = TypeVar("ResultT", covariant=True)
Item = TypeVar("Item")
R = TypeVar("R")

TRANSACTION_ROWS: Final = 5_000
"""A transaction takes no further item past this many rows: bounds the time that everybody in it waits."""

QUEUE_ROWS: Final = 20_000
"""Past this many rows queued or being written, `Writer.capacity` makes the producers wait."""


class Handler(Protocol[ItemT, ResultT]):
    """Writes one kind of item, many in one statement. Called on the writer thread only."""

    def write(self, connection: Connection, items: Sequence[ItemT]) -> Sequence[ResultT | StorageError]:
        """One result an item; an item that cannot be stored gets its error, the rest goes on."""

    def settled(self, committed: bool) -> None:
        """The transaction of the last `write` was committed, or not."""


@dataclass(slots=True)
class _Job:
    handler: Handler[object, object]
    item: object
    rows: int
    future: asyncio.Future[object]


class Writer:
    """Group commit: futures resolve only after the commit that holds their item.

    `submit`, `capacity` and `stop` belong to one event loop's thread.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self.rows_pending = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = ""
        self._batch: list[_Job] = []
        self.fault = ""
        self.transactions = 0
        self.rows_committed = 0
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    async def capacity(self) -> None:
        """Return when the queue has room. Everything that submits awaits this first."""
        while self.rows_pending >= QUEUE_ROWS:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def submit(self, handler: Handler[Item, R], item: Item, rows: int = 1) -> asyncio.Future[R]:
        """Queue `item`; the future carries the handler's result, or its StorageError."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(StorageError(self._closed))
            return future
        self.rows_pending += rows
        self._queue.put(
            _Job(cast("Handler[object, object]", handler), item, rows, cast("asyncio.Future[object]", future))
        )
        return future

    async def stop(self) -> None:
        """Write what is queued, then end the thread."""
        if not self._closed:
            self._closed = "the database is closed"
            self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    # ---- writer thread ----

    def _run(self) -> None:
        try:
            while self._next_batch():
                self._deliver(self._batch, self._store(self._batch))
        finally:
            # Jobs are left only when this thread died of a bug: nobody may wait for ever.
            if not self._closed:
                self._closed = THREAD_ENDED
                self._set_fault(self._closed)
            self._take_queued()
            self._deliver(self._batch, [StorageError(self._closed)] * len(self._batch))

    def _next_batch(self) -> bool:
        """Wait for a job and take all that stand behind it; False when it is time to end."""
        self._batch = []
        first = self._queue.get()
        if first is None:
            return False
        self._batch.append(first)
        self._take_queued()
        return True

    def _take_queued(self) -> None:
        rows = sum(job.rows for job in self._batch)
        while rows < TRANSACTION_ROWS or self._closed:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            self._batch.append(job)
            rows += job.rows

    def _store(self, batch: Sequence[_Job]) -> Sequence[object]:
        try:
            results = self._transaction(batch)
        except ITEM_ERRORS as error:
            self._settle(batch, committed=False)
            if is_io_fault(error):
                self._set_fault(in_words(error))
                return [StorageError(self.fault)] * len(batch)
            if len(batch) == 1:
                return [error if isinstance(error, ValueError) else StorageError(in_words(error))]
            # One of them is bad and took the transaction with it: each for itself now.
            return [result for job in batch for result in self._store([job])]
        self._settle(batch, committed=True)
        if any(not isinstance(result, Exception) for result in results):
            self._set_fault("")  # refusals alone do not show that the disk takes anything again
        self.transactions += 1
        self.rows_committed += sum(job.rows for job in batch)
        return results

    def _set_fault(self, fault: str) -> None:
        if fault != self.fault:
            self.fault = fault
            _log.error("storing fails: %s", fault) if fault else _log.warning("storing goes on again")

    def _transaction(self, batch: Sequence[_Job]) -> Sequence[object]:
        groups: dict[int, list[int]] = {}
        for index, job in enumerate(batch):
            groups.setdefault(id(job.handler), []).append(index)
        results: list[object] = [None] * len(batch)
        with self._engine.begin() as connection:
            for indices in groups.values():
                handler = batch[indices[0]].handler
                for index, result in zip(
                    indices, handler.write(connection, [batch[index].item for index in indices]), strict=True
                ):
                    results[index] = result
        return results

    def _settle(self, batch: Sequence[_Job], committed: bool) -> None:
        for handler in {id(job.handler): job.handler for job in batch}.values():
            handler.settled(committed)

    def _deliver(self, batch: Sequence[_Job], results: Sequence[object]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[tuple[_Job, object]]] = {}
        for job, result in zip(batch, results, strict=True):
            loops.setdefault(job.future.get_loop(), []).append((job, result))
        for loop, answers in loops.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._resolve, answers)

    # ---- event loop ----

    def _resolve(self, answers: Sequence[tuple[_Job, object]]) -> None:
        for job, result in answers:
            self.rows_pending -= job.rows
            if job.future.done():  # its caller was cancelled
                continue
            if isinstance(result, Exception):
                job.future.set_exception(result)
            else:
                job.future.set_result(result)
        while self._waiting and self.rows_pending < QUEUE_ROWS:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                break
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._resolve, ())

"""One connected desk: what it may, what waits for it, and the writer that keeps its own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic_core import to_json

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import CommandResult, Farewell
from backend.gateway.feed.outbox import Outbox
from backend.gateway.feed.pipe import Pipe, text_frame
from backend.gateway.feed.wire import EVENTS_PER_FRAME, SeriesPiece, Tick, batch_frame, event_piece
from backend.services.accounts import SignedIn
from backend.storage.errors import StorageError
from backend.storage.event_log import EventLog

CLOCKS_KEPT: Final = 8
"""Of so many of a seat's clock readings the quickest to come counts (clock filter, RFC 5905 §10): a slow network makes
a clock look late, never early."""


class Seat:
    """Event-loop thread only. Nothing here waits for the peer except `write`."""

    def __init__(self, pipe: Pipe, outbox: Outbox, operator: SignedIn, origin: str, stuck_s: float) -> None:
        self.pipe = pipe
        self.outbox = outbox
        self.operator = operator
        self.origin = origin
        self.farewell: asyncio.Future[Farewell] = asyncio.get_running_loop().create_future()
        self._stuck_s = stuck_s
        self._caught_up = False
        self._wake = asyncio.Event()
        self._behind_ms: deque[int] = deque(maxlen=CLOCKS_KEPT)
        self._unsent_bytes = 0
        self._moved_at_s = asyncio.get_running_loop().time()

    def tell_clock(self, local_ms: int, now_ms: int) -> None:
        """What the seat's clock said, and what ours says as that comes."""
        self._behind_ms.append(now_ms - local_ms)

    @property
    def clock_ahead_ms(self) -> int | None:
        """By how much the seat's clock is ahead of ours; None until it has told enough to be judged."""
        return -min(self._behind_ms) if len(self._behind_ms) == CLOCKS_KEPT else None

    def leave(self, farewell: Farewell) -> None:
        """End the conversation; the first reason given is the one told."""
        if not self.farewell.done():
            self.farewell.set_result(farewell)

    def deliver(self, tick: Tick) -> None:
        """A seat that is up to date gets the frame that all share; the others get it in line."""
        outbox = self.outbox
        follows = tick.first_seq in (0, outbox.seq + 1) or not outbox.view.events
        if self._caught_up and follows and outbox.idle:
            frame = tick.frame(outbox.view)
            if frame is None or self.pipe.write_if_ready(frame):
                if tick.last_seq:
                    outbox.seq = tick.last_seq
                return
        outbox.offer(tick)
        self._wake.set()

    def beat(self, frame: bytes, now_s: float) -> None:
        """Heartbeat; cuts the connection when its peer has taken nothing for `stuck_s` although bytes wait."""
        unsent_bytes = self.pipe.unsent_bytes
        if unsent_bytes == 0 or unsent_bytes < self._unsent_bytes:
            self._moved_at_s = now_s
        self._unsent_bytes = unsent_bytes
        if now_s - self._moved_at_s > self._stuck_s:
            self.leave(Farewell(code="too_slow", reason=f"took nothing for {self._stuck_s:g} s", retry=True))
            self.pipe.abort()
        elif self._caught_up and self.outbox.idle and self.pipe.ready:
            self.pipe.write(frame)
        else:
            self.outbox.heartbeat(frame)
            self._wake.set()

    def answer(self, result: CommandResult) -> None:
        self.outbox.answer(text_frame(to_json(result)))
        self._wake.set()

    def tell_readings(self, pieces: Sequence[SeriesPiece]) -> None:
        self.outbox.offer_readings(pieces)
        self._wake.set()

    async def write(self, log: EventLog, tail_to_seq: int, now_ms: int) -> None:
        """Bring the seat up to `tail_to_seq` from the log, then write what waits; ends when the pipe is gone."""
        try:
            await self._write_tail(log, tail_to_seq, now_ms)
        except StorageError:
            self.outbox.want_snapshot("tail_gone")
        self._caught_up = True
        self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while not self.outbox.idle:
                if not await self.pipe.drained():
                    return
                frame = self.outbox.next_frame()
                if frame is not None:
                    self.pipe.write(frame)

    async def _write_tail(self, log: EventLog, tail_to_seq: int, now_ms: int) -> None:
        while self.outbox.seq < tail_to_seq:
            limit = min(EVENTS_PER_FRAME, tail_to_seq - self.outbox.seq)
            page: Sequence[LoggedEvent] = await log.read(self.outbox.seq, limit)
            if not page or page[0].seq != self.outbox.seq + 1:
                self.outbox.want_snapshot("tail_gone")
                return
            frame = batch_frame(now_ms, [event_piece(logged) for logged in page], ())
            if not await self.pipe.drained():
                return
            self.pipe.write(frame)
            self.outbox.seq = page[-1].seq


def clocks_ahead(seats: Iterable[Seat]) -> dict[str, int]:
    """Address -> by how many ms the clock there is ahead of ours; the seats of one machine share its clock."""
    ahead: dict[str, int] = {}
    for seat in seats:
        own_ms = seat.clock_ahead_ms
        if own_ms is not None and abs(own_ms) >= abs(ahead.get(seat.origin, 0)):
            ahead[seat.origin] = own_ms
    return ahead

"""Seats that cannot keep up, and what the others feel of it: the stated limits, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.contracts.feed import SERVER_FRAME
from backend.contracts.state import RoomState
from backend.gateway.feed.outbox import OutboxLimits
from backend.gateway.settings import GatewaySettings
from backend.storage.readings import ReadingRow
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.feed_client import FeedClient, feed_client, hello, same_state

SMALL = GatewaySettings(heartbeat_s=0.2, check_s=0.2, outbox=OutboxLimits(events=300, event_bytes=400_000, samples=500))


@asynccontextmanager
async def deaf_seat(backend: OpenBackend) -> AsyncIterator[ClientConnection]:
    """Says hello and then takes as little from the network as a socket lets it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", backend.port))
    sock.setblocking(False)
    async with connect(
        backend.feed_url, sock=sock, max_queue=1, max_size=None, ping_interval=None, close_timeout=0.2
    ) as connection:
        seats = backend.parts.fanout.seats
        before = len(seats)
        await connection.send(hello(backend.token))
        await until(lambda: len(seats) > before and all(seat.outbox.idle for seat in seats))
        yield connection


async def until(condition: object, timeout_s: float = 10.0) -> None:
    assert callable(condition)
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


async def hear(connection: ClientConnection, client: FeedClient) -> None:
    """The deaf seat hears again."""
    with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
        async for text in connection:
            client.take(SERVER_FRAME.validate_json(text))


def test_a_seat_that_falls_behind_gets_one_snapshot_and_the_others_notice_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, SMALL) as backend, contextlib.AsyncExitStack() as stack:
            await backend.raise_alert("a")
            fast = [await stack.enter_async_context(feed_client(backend.feed_url, backend.token)) for _ in range(3)]
            connection = await stack.enter_async_context(deaf_seat(backend))
            start = fast[0].state.seq
            most_bytes = 0
            for _ in range(40):
                await backend.comment("a", 100)
                sizes = [seat.outbox.waiting_bytes for seat in backend.parts.fanout.seats]
                most_bytes = max(most_bytes, *sizes)
                reached = backend.parts.room.durable.seq
                for seat in fast:
                    await seat.until(lambda s=seat, seq=reached: s.state.seq >= seq)  # type: ignore[misc]
            assert reached >= start + 4000
            for seat in fast:
                seqs = [event.seq for event in seat.events]
                assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
                assert [frame.reason for frame in seat.snapshots] == ["first"]
            assert most_bytes <= SMALL.outbox.event_bytes
            assert backend.parts.fanout.resyncs >= 1
            late = FeedClient(connection)
            hearing = asyncio.create_task(hear(connection, late))
            await late.until(lambda: len(late.snapshots) == 2)
            assert [frame.reason for frame in late.snapshots] == ["first", "too_slow"]
            await backend.comment("a", 100)
            theirs = backend.parts.room.durable.snapshot()
            await late.until(lambda: same_state(late.state, theirs))
            assert len(late.snapshots) == 2
            hearing.cancel()

    asyncio.run(scenario())


def test_a_seat_that_takes_nothing_is_cut(tmp_path: Path) -> None:
    settings = GatewaySettings(heartbeat_s=0.2, stuck_s=1.0, outbox=OutboxLimits(events=100))

    async def scenario() -> None:
        async with open_backend(tmp_path, settings) as backend:
            await backend.raise_alert("a")
            async with feed_client(backend.feed_url, backend.token) as healthy, deaf_seat(backend):
                assert len(backend.parts.fanout.seats) == 2
                end = time.monotonic() + 20
                while len(backend.parts.fanout.seats) == 2 and time.monotonic() < end:
                    await backend.comment("a", 100)
                assert len(backend.parts.fanout.seats) == 1
                theirs = backend.parts.room.durable.snapshot()
                await healthy.until(lambda: healthy.state.seq >= theirs.seq)
                assert healthy.farewell is None

    asyncio.run(scenario())


def test_only_readings_are_dropped_oldest_first_and_counted(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, SMALL) as backend, contextlib.AsyncExitStack() as stack:
            await backend.raise_alert("a")
            connection = await stack.enter_async_context(deaf_seat(backend))
            seat = next(iter(backend.parts.fanout.seats))
            at_ms = backend.clock.now_ms()
            sent = 0
            while seat.pipe.ready or seat.outbox.samples_dropped < 300:
                sent += 1
                first_ms = at_ms + sent * 250
                rows = [ReadingRow("R-01", "Level", first_ms + n, 70.0, 0, at_ms, "logger") for n in range(250)]
                await backend.parts.readings.record(rows)
                backend.parts.fanout.flush()
            late = FeedClient(connection)
            hearing = asyncio.create_task(hear(connection, late))
            last_ms = at_ms + sent * 250 + 249
            await late.until(lambda: any(last_ms in series.at_ms for series in late.readings))
            dropped = sum(batch.readings_dropped for _, batch in late.batches)
            times = [moment for series in late.readings for moment in series.at_ms]
            assert dropped == seat.outbox.samples_dropped > 0
            assert len(set(times)) + dropped == sent * 250
            # What came after the drop is the newest, without a hole.
            newest = sorted(set(times))[-250:]
            assert newest == list(range(last_ms - 249, last_ms + 1))
            hearing.cancel()

    asyncio.run(scenario())


def test_who_missed_too_much_for_a_tail_gets_a_snapshot(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings(tail_events=150)) as backend:
            await backend.raise_alert("a")
            seq = backend.parts.room.durable.seq
            have = RoomState.from_snapshot(backend.parts.room.durable.snapshot())
            await backend.comment("a", 100, chars=10)
            async with feed_client(backend.feed_url, backend.token, have) as seat:
                assert seat.snapshots == []
            have = RoomState(epoch=backend.parts.room.durable.epoch, seq=seq)
            await backend.comment("a", 100, chars=10)
            async with feed_client(backend.feed_url, backend.token, have) as seat:
                assert [frame.reason for frame in seat.snapshots] == ["tail_gone"]

    asyncio.run(scenario())


def test_a_seat_is_told_when_its_session_is_over(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, SMALL) as backend, feed_client(backend.feed_url, backend.token) as seat:
            backend.clock.ahead_ms += 13 * 3_600_000
            await seat.until(lambda: seat.farewell is not None)
            assert seat.farewell is not None
            assert (seat.farewell.code, seat.farewell.retry) == ("expired", False)

    asyncio.run(scenario())


def test_a_seat_that_floods_is_read_slowly_and_holds_nobody_up(tmp_path: Path) -> None:
    settings = GatewaySettings(heartbeat_s=0.2, frames_per_s=20)

    async def scenario() -> None:
        async with (
            open_backend(tmp_path, settings) as backend,
            feed_client(backend.feed_url, backend.token) as flooding,
            feed_client(backend.feed_url, backend.token) as other,
        ):
            began = time.monotonic()
            for _ in range(40):
                await flooding.subscribe("R-01")
            result = asyncio.create_task(flooding.acknowledge("nothing"))
            await backend.raise_alert("a")
            await other.until(lambda: "a" in other.state.alerts, 2)
            assert not (await result).accepted
            assert time.monotonic() - began > 0.8

    asyncio.run(scenario())

"""The feed against what it cannot beat: fan-out against a bare write loop, decoding against bare JSON parsers.

Fan-out: one process sends, another reads; the anchor writes the same frame to the same number of sockets with
`transport.write` on the same event loop, and knows nothing of clients, views or limits. Decoding: frames recorded from
a real backend, read with validation and fold as a console does, against parsers that only build dictionaries.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import uvloop
from pydantic_core import from_json
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from backend.contracts.events import AlertCommented, CameraChanged, LoggedEvent
from backend.contracts.feed import SERVER_FRAME, Batch, SnapshotFrame
from backend.contracts.state import RoomState, apply
from backend.gateway.feed.pipe import HIGH_WATER_BYTES
from backend.gateway.feed.wire import Tick, batch_frame, event_piece, series_pieces
from backend.gateway.settings import GatewaySettings
from backend.storage.readings import ReadingRow
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.feed_client import hello
from tests.system.producers import cap_message

CLIENTS = 50
EVENTS_PER_BATCH = 10
SAMPLES_PER_BATCH = 40
SIDES = ("anchor", "delivery", "gateway")


def make_events(after_seq: int) -> list[LoggedEvent]:
    return [
        LoggedEvent(
            seq=after_seq + 1 + number,
            at_ms=1_767_225_600_000,
            actor="truc-ban-1",
            caused_by=None,
            origin="127.0.0.1",
            event=AlertCommented(alert_id="a", comment="đã gọi trạm, đang cử người tới nơi"),
        )
        for number in range(EVENTS_PER_BATCH)
    ]


def make_rows(at_ms: int) -> list[ReadingRow]:
    return [ReadingRow(f"TL-KT-{n:02}", "SO2", at_ms, 212.5 + n, 0, at_ms, "p") for n in range(SAMPLES_PER_BATCH)]


# ---- the sending process ----------------------------------------------------------------------------


async def measured(
    count: int, send_one: Callable[[int], Awaitable[None]], all_taken: Callable[[], Awaitable[None]]
) -> dict[str, float]:
    """Seconds on the clock and on the processor until `count` batches are taken by the network."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for number in range(count):
        await send_one(number)
    await all_taken()
    return {"wall_s": time.perf_counter() - wall_s, "cpu_s": time.process_time() - cpu_s}


class _Anchor(asyncio.Protocol):
    """Writes when told; knows only whether its transport has room."""

    def __init__(self, made: list[_Anchor]) -> None:
        self._made = made
        self.room = asyncio.Event()
        self.room.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        self._made.append(self)

    def pause_writing(self) -> None:
        self.room.clear()

    def resume_writing(self) -> None:
        self.room.set()


async def serve_anchor(count: int) -> dict[str, float]:
    clients: list[_Anchor] = []
    server = await asyncio.get_running_loop().create_server(lambda: _Anchor(clients), "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1], "")
    while len(clients) < CLIENTS:
        await asyncio.sleep(0.01)
    frame = batch_frame(1_767_225_600_000, map(event_piece, make_events(100)), series_pieces(make_rows(1)))

    async def send_one(number: int) -> None:
        for client in clients:
            client.transport.write(frame)
        await asyncio.sleep(0)
        for client in clients:
            if not client.room.is_set():
                await client.room.wait()

    async def all_taken() -> None:
        while any(client.transport.get_write_buffer_size() for client in clients):
            await asyncio.sleep(0)

    figures = await measured(count, send_one, all_taken)
    server.close()
    return {**figures, "frame_bytes": len(frame)}


async def serve_gateway(count: int) -> dict[str, float]:
    """Everything from the committed event on: encoding, building the frame, handing it to every seat."""
    return await _in_gateway(count, encoded_before=False)


async def serve_delivery(count: int) -> dict[str, float]:
    """From the encoded event on: building the frame and handing it to every seat."""
    return await _in_gateway(count, encoded_before=True)


async def _in_gateway(count: int, encoded_before: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_backend(Path(folder), GatewaySettings(heartbeat_s=60.0)) as backend:
            return await _drive_gateway(backend, count, encoded_before)


async def _drive_gateway(backend: OpenBackend, count: int, encoded_before: bool) -> dict[str, float]:
    announce(backend.port, backend.token)
    fanout = backend.parts.fanout
    while len(fanout.seats) < CLIENTS or not all(seat.outbox.idle for seat in fanout.seats):
        await asyncio.sleep(0.01)
    # From here on the log is played by hand: every seat stands at the same seq, as after one commit after another.
    seq = backend.parts.room.durable.seq
    while any(seat.outbox.seq != seq for seat in fanout.seats):
        await asyncio.sleep(0.01)
        seq = backend.parts.room.durable.seq

    async def send_one(number: int) -> None:
        if encoded_before:
            fanout.deliver(ticks[number])
        else:
            fanout.on_events(events[number])
            fanout.on_readings(rows[number])
            fanout.flush()
        await asyncio.sleep(0)
        for seat in fanout.seats:
            if not seat.pipe.ready:
                await seat.pipe.drained()

    async def all_taken() -> None:
        while any(seat.pipe.unsent_bytes or not seat.outbox.idle for seat in fanout.seats):
            await asyncio.sleep(0)

    events = [make_events(seq + number * EVENTS_PER_BATCH) for number in range(count)]
    rows = [make_rows(number) for number in range(count)]
    ticks = [
        Tick(1_767_225_600_000, tuple(map(event_piece, events[number])), series_pieces(rows[number]))
        for number in range(count)
    ]
    return await measured(count, send_one, all_taken)


def announce(port: int, token: str) -> None:
    print(json.dumps({"port": port, "token": token}), flush=True)


# ---- the reading process ----------------------------------------------------------------------------


class _Reader(asyncio.BufferedProtocol):
    """Takes everything, looks at nothing."""

    def __init__(self) -> None:
        self._buffer = bytearray(1 << 18)
        self.heard = asyncio.Event()

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.heard.set()


async def read_all(port: int, token: str, until: Awaitable[None]) -> None:
    loop = asyncio.get_running_loop()
    transports = []
    for _ in range(CLIENTS):
        transport, reader = await loop.create_connection(_Reader, "127.0.0.1", port)
        transports.append(transport)
        if token:
            key = base64.b64encode(uuid.uuid4().bytes).decode()
            transport.write(
                (
                    "GET /feed HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
                ).encode()
            )
            await reader.heard.wait()  # the upgrade's answer: no frame may come before it
            transport.write(Frame(Opcode.TEXT, hello(token).encode()).serialize(mask=True))
    await until
    for transport in transports:
        transport.abort()


def fan_out(side: str, count: int) -> dict[str, float]:
    """One round of `side` (one of SIDES) in a process of its own, read from this one."""
    command = [sys.executable, "-m", "tests.bench.feed", side, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        stdout = process.stdout
        hello_line = json.loads(stdout.readline())

        async def done() -> None:
            figures.update(json.loads(await asyncio.to_thread(stdout.readline)))

        figures: dict[str, float] = {}
        uvloop.run(read_all(hello_line["port"], hello_line["token"], done()))
        process.kill()
    return figures


# ---- decoding ---------------------------------------------------------------------------------------


async def record(folder: Path, alerts: int) -> list[bytes]:
    """Frames of a busy quarter of an hour, as one seat got them."""
    texts: list[bytes] = []
    async with (
        open_backend(folder, GatewaySettings(batch_s=0.0)) as backend,
        connect(backend.feed_url, max_size=None) as connection,
    ):
        await connection.send(hello(backend.token))

        async def listen() -> None:
            async for text in connection:
                texts.append(text.encode() if isinstance(text, str) else text)

        listening = asyncio.create_task(listen())
        for number in range(alerts):
            await _something_happens(backend, number)
        await asyncio.sleep(0.5)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
    return texts


async def _something_happens(backend: OpenBackend, number: int) -> None:
    parts = backend.parts
    await parts.ingest.cap("bulletins", cap_message(f"recorded-{number}"))
    newest = list(parts.room.durable.alerts)[-1]
    await parts.room.record(lambda state: [AlertCommented(alert_id=newest, comment="đã gọi trạm")], actor="officer")
    condition = CameraChanged(camera_id="cam-1", condition="lost" if number % 2 else "online", reason="no answer")
    await parts.room.record(lambda state: [condition])
    at_ms = backend.clock.now_ms() - 10_000_000 + number * 60
    rows = [ReadingRow("K-01", "Temp", at_ms + n, 20.0 + n / 7, 0, at_ms, "logger") for n in range(50)]
    await parts.readings.record(rows)


def decode_and_fold(frames: list[bytes]) -> RoomState:
    state = RoomState()
    for text in frames:
        frame = SERVER_FRAME.validate_json(text)
        if isinstance(frame, SnapshotFrame):
            state = RoomState.from_snapshot(frame.state)
        elif isinstance(frame, Batch):
            for event in frame.events:
                apply(state, event)
    return state


def best_s(work: Callable[[], object], rounds: int) -> float:
    """The shortest of several runs: the machine's other work only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def decoding(brief: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        frames = asyncio.run(record(Path(folder), 30 if brief else 200))
    rounds = 3 if brief else 15
    ours = best_s(lambda: decode_and_fold(frames), rounds)
    bare_json = best_s(lambda: [json.loads(text) for text in frames], rounds)
    bare_core = best_s(lambda: [from_json(text) for text in frames], rounds)
    return {
        "frames": len(frames),
        "bytes": sum(map(len, frames)),
        "decode_validate_fold_ms": round(ours * 1000, 2),
        "json_loads_ms": round(bare_json * 1000, 2),
        "pydantic_core_from_json_ms": round(bare_core * 1000, 2),
        "times_json_loads": round(ours / bare_json, 2),
        "times_from_json": round(ours / bare_core, 2),
    }


def run(brief: bool) -> dict[str, object]:
    """Ratios to the anchors of the same run; above 1 would be faster than the bare loop."""
    count, rounds = (300, 1) if brief else (3000, 5)
    # Turn and turn about, so that a busy minute of the machine meets all of them.
    turns = [{side: fan_out(side, count) for side in SIDES} for _ in range(rounds)]

    def us_per_frame(side: str) -> float:
        return round(statistics.median(turn[side]["cpu_s"] for turn in turns) / count / CLIENTS * 1e6, 2)

    def ratio(side: str, key: str) -> float:
        return round(statistics.median(turn["anchor"][key] / turn[side][key] for turn in turns), 2)

    return {
        "clients": CLIENTS,
        "frame_bytes": int(turns[0]["anchor"]["frame_bytes"]),
        "cpu_us_per_frame": {side: us_per_frame(side) for side in SIDES},
        "delivery_to_anchor": {"cpu": ratio("delivery", "cpu_s"), "wall": ratio("delivery", "wall_s")},
        "with_encoding_to_anchor": {"cpu": ratio("gateway", "cpu_s"), "wall": ratio("gateway", "wall_s")},
        "decoding": decoding(brief),
    }


if __name__ == "__main__":
    serve = {"anchor": serve_anchor, "delivery": serve_delivery, "gateway": serve_gateway}[sys.argv[1]]

    async def _serve_once() -> None:
        print(json.dumps(await serve(int(sys.argv[2]))), flush=True)

    uvloop.run(_serve_once())

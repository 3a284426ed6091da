"""A TCP relay between a client and a server under test: it can delay, throttle, hold and cut the connection.

It stands in for the network, nothing else: both ends are real.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

CHUNK_BYTES = 16_384


class TcpRelay:
    """Relays 127.0.0.1:`port` to `target_port` on a thread of its own.

    Args:
        target_port: where the real server listens on 127.0.0.1.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._delay_s = 0.0
        self._bytes_per_s: float | None = None
        self._refusing = False
        self._open_gate: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the relay did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._finish)
        self._thread.join(10)

    def cut(self) -> None:
        """Reset every connection and refuse new ones until `heal`."""
        self._refusing = True
        self._call(self._drop_all())

    def hold(self) -> None:
        """Swallow nothing and pass nothing on: a network that hangs without closing."""
        self._call(self._set_gate(False))

    def heal(self) -> None:
        """Back to a good network."""
        self._refusing = False
        self._delay_s = 0.0
        self._bytes_per_s = None
        self._call(self._set_gate(True))

    def slow_down(self, delay_s: float, bytes_per_s: float | None = None) -> None:
        """Add `delay_s` each way and, if given, limit each direction to `bytes_per_s`."""
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s

    def _call(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._open_gate = asyncio.Event()
        self._open_gate.set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _finish(self) -> None:
        assert self._stop is not None
        self._stop.set()

    async def _set_gate(self, passing: bool) -> None:
        assert self._open_gate is not None
        if passing:
            self._open_gate.set()
        else:
            self._open_gate.clear()

    async def _drop_all(self) -> None:
        for writer in list(self._writers):
            transport = writer.transport
            transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._open_gate is not None
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._open_gate.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                if self._bytes_per_s:
                    await asyncio.sleep(len(chunk) / self._bytes_per_s)
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()

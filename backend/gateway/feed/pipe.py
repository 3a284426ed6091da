"""The websocket under a seat: uvicorn's, with a way to write frames that were built once for everybody.

uvicorn builds the same frame anew for each client. Server frames are not masked and no extension is negotiated,
so one frame's bytes are right for every client; `Pipe.write` puts them on the transport as they are.
"""

from __future__ import annotations

import struct
from asyncio.transports import BaseTransport
from typing import Final, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

PIPE: Final = "trucban.pipe"
"""Key of the scope's extensions under which a connection's pipe is found."""

HIGH_WATER_BYTES: Final = 256 * 1024
"""A connection with more than this unsent takes nothing more until it has drained to a quarter."""

_FIN_TEXT: Final = 0x81


def text_frame(payload: bytes) -> bytes:
    """`payload` (UTF-8) as one whole unmasked websocket text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        head = bytes((_FIN_TEXT, size))
    elif size < 65536:
        head = struct.pack("!BBH", _FIN_TEXT, 126, size)
    else:
        head = struct.pack("!BBQ", _FIN_TEXT, 127, size)
    return head + payload


class Pipe(Protocol):
    """What a seat may do to its connection."""

    @property
    def ready(self) -> bool:
        """Open, and the transport takes more without piling up."""

    @property
    def unsent_bytes(self) -> int:
        """What the transport holds and the peer's machine has not taken."""

    async def drained(self) -> bool:
        """Wait until more may be written; False when the connection is gone."""

    def write(self, frame: bytes) -> None:
        """Hand over one whole frame; nothing happens when the connection is closing."""

    def write_if_ready(self, frame: bytes) -> bool:
        """`write`, but only when `ready`; whether it was. One call, for the loop over all seats."""

    def abort(self) -> None:
        """Cut at once, without a closing handshake and without what is unsent."""


class FeedProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket with a `Pipe`. Text arrives undecoded: the JSON parser judges the UTF-8."""

    _full = False

    def pause_writing(self) -> None:
        self._full = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self._full = False
        super().resume_writing()

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=HIGH_WATER_BYTES // 4)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions = self.scope["extensions"]
            assert extensions is not None
            extensions[PIPE] = {"pipe": self}

    def handle_text(self, event: Frame) -> None:
        super().handle_bytes(event)

    def handle_bytes(self, event: Frame) -> None:
        self.conn.fail(1003, "frames are JSON text")
        self.handle_parser_exception()

    @property
    def ready(self) -> bool:
        return self.writable.is_set() and not self.close_sent and not self.transport.is_closing()

    @property
    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    async def drained(self) -> bool:
        await self.writable.wait()
        return self.ready

    def write_if_ready(self, frame: bytes) -> bool:
        transport = self.transport
        if self._full or self.close_sent or transport.is_closing():
            return False
        transport.write(frame)
        return True

    def write(self, frame: bytes) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def abort(self) -> None:
        self.transport.abort()

"""The hotline's switchboard by the Asterisk Manager Interface: its events are calls, as the webhook's are.

After each connecting it is asked who waits and which channels there are: what ended while nobody listened is told as
ended, and is not shown as going on. The secret goes out as the answer of an MD5 challenge; in the clear only under
TLS.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, NoReturn

from backend.sources.ami_calls import AmiCallError, AmiCalls
from backend.sources.ami_protocol import AmiMessage, AmiReader, Garbled, challenge_key, written
from backend.sources.call_note import CallNote, without_numbers
from backend.sources.lasting import Silence, stay_connected
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.text import plain
from config.source_model import AmiSource

CONNECT_S: Final = 5.0
LIST_S: Final = 20.0
LOOK_S: Final = 0.5
CHUNK: Final = 65_536
GREETING: Final = "Asterisk Call Manager"
DOOR: Final = "ami"


class AmiError(Exception):
    """The switchboard cannot be used just now; the message holds no secret."""


class Line:
    """One connection. Its methods: event-loop thread only."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = AmiReader()
        self._came: list[AmiMessage | Garbled] = []

    async def say(self, name: str, **fields: str) -> None:
        """Raises: AmiError, it ended."""
        try:
            self._writer.write(written({"Action": name, **fields}))
            await self._writer.drain()
        except OSError as error:
            raise AmiError(plain(error.strerror or "the connection broke", 200)) from None

    async def hear(self, within_s: float) -> list[AmiMessage | Garbled]:
        """What came, nothing when nothing came in time. Raises: AmiError, it ended."""
        try:
            async with asyncio.timeout(within_s):
                data = await self._reader.read(CHUNK)
        except TimeoutError:
            return []
        except OSError as error:
            raise AmiError(plain(error.strerror or "the connection broke", 200)) from None
        if not data:
            raise AmiError("it ended the connection")
        return self._parser.feed(data)

    async def greeted(self) -> None:
        """Raises: AmiError."""
        async with asyncio.timeout(CONNECT_S):
            while self._parser.greeting is None:
                self._came += await self.hear(CONNECT_S)
        if not self._parser.greeting.startswith(GREETING):
            raise AmiError(f"it is no Asterisk manager: it greets with {plain(self._parser.greeting, 60)!r}")

    async def answer(self, action_id: str) -> AmiMessage:
        """The answer to an action; what else comes meanwhile waits for `waiting`. Raises: AmiError."""
        async with asyncio.timeout(CONNECT_S):
            while True:
                for number, item in enumerate(self._came):
                    if isinstance(item, AmiMessage) and item.response and item.action_id == action_id:
                        del self._came[number]
                        return item
                self._came += await self.hear(CONNECT_S)

    def waiting(self) -> list[AmiMessage | Garbled]:
        found, self._came = self._came, []
        return found

    @property
    def secure(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None


async def run(config: AmiSource, context: SourceContext) -> None:
    """Take what comes until cancelled; passes on what ingest raises."""
    words = "không kết nối được tổng đài", "no connection to the switchboard"
    silence = Silence(context, config.producer_id, config.gone_after_s, words)
    calls = AmiCalls(config)
    await stay_connected(
        silence,
        lambda: _connected_once(config, context, calls, silence),
        lambda reason: context.fault(config.producer_id, f"AMI {config.host}:{config.port}: {reason}"),
    )


async def _connected_once(config: AmiSource, context: SourceContext, calls: AmiCalls, silence: Silence) -> str:
    try:
        async with _line(config) as line:
            await _log_in(line, config)
            silence.connected()
            await _catch_up(line, config, context, calls)
            await _listen(line, config, context, calls)
    except AmiError as error:
        return str(error)
    except TimeoutError:
        return "it does not answer"


@asynccontextmanager
async def _line(config: AmiSource) -> AsyncIterator[Line]:
    """Raises: AmiError, TimeoutError."""
    try:
        secure = None
        if config.tls:
            secure = await asyncio.to_thread(ssl.create_default_context, cafile=config.ca_file or None)
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(config.host, config.port, ssl=secure)
    except ssl.SSLError as error:
        raise AmiError(f"TLS: {plain(error.reason or 'no handshake', 100)}") from None
    except OSError as error:
        raise AmiError(plain(error.strerror or str(error) or type(error).__name__, 200)) from None
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


async def _log_in(line: Line, config: AmiSource) -> None:
    """Raises: AmiError, TimeoutError."""
    await line.greeted()
    secret = config.password.get_secret_value()
    await line.say("Challenge", ActionID="challenge", AuthType="MD5")
    asked = await line.answer("challenge")
    who = {"ActionID": "login", "Username": config.user, "Events": "call,agent"}
    if asked.response == "Success" and asked.get("challenge"):
        key = challenge_key(asked.get("challenge"), secret)
        await line.say("Login", **who, AuthType="MD5", Key=key)
    elif line.secure:
        await line.say("Login", **who, Secret=secret)
    else:
        raise AmiError("it takes no MD5 challenge, and a secret goes out in the clear only with tls = true")
    answer = await line.answer("login")
    if answer.response != "Success":
        raise AmiError(f"it lets us not in: {plain(answer.get('message') or answer.response, 100)}")


async def _catch_up(line: Line, config: AmiSource, context: SourceContext, calls: AmiCalls) -> None:
    """Who waits and who talks now; all others have ended. Raises: AmiError, TimeoutError."""
    before = calls.reconnected(context.ingest.calls_going(config.producer_id))
    channels: dict[str, bool] = {}
    waiting: set[str] = set()
    await line.say("CoreShowChannels", ActionID="channels")
    await line.say("QueueStatus", ActionID="queues")
    open_lists = {"CoreShowChannelsComplete", "QueueStatusComplete"}
    async with asyncio.timeout(LIST_S):
        while open_lists:
            came = [*line.waiting(), *await line.hear(LIST_S)]
            for item in came:
                if isinstance(item, AmiMessage):
                    open_lists.discard(item.event)
                    if item.response == "Error":
                        raise AmiError(f"it does not list its calls: {plain(item.get('message'), 100)}")
                    if item.event == "CoreShowChannel":
                        channels[item.get("uniqueid")] = bool(item.get("bridgeid"))
                    if item.event == "QueueEntry":
                        waiting.add(item.get("uniqueid"))
            await _take(came, config, context, calls)
    # Those that came while the lists were made are in neither of them.
    await _tell(calls.caught_up(before, channels, waiting, context.now_ms()), config, context)


async def _listen(line: Line, config: AmiSource, context: SourceContext, calls: AmiCalls) -> NoReturn:
    """Raises: AmiError when it ended or says nothing any more."""
    clock = asyncio.get_running_loop().time
    heard_s = asked_s = clock()
    while True:
        came = await line.hear(LOOK_S)
        now_s = clock()
        if came:
            heard_s = now_s
            await _take(came, config, context, calls)
        await _tell(calls.due(context.now_ms()), config, context)
        if now_s - heard_s > 2 * config.ping_every_s:
            raise AmiError(f"it says nothing for {now_s - heard_s:.0f} s, not even to a ping")
        if now_s - asked_s >= config.ping_every_s:
            asked_s = now_s
            await line.say("Ping", ActionID="ping")


async def _take(
    came: Sequence[AmiMessage | Garbled], config: AmiSource, context: SourceContext, calls: AmiCalls
) -> None:
    notes: list[CallNote] = []
    for item in came:
        try:
            if isinstance(item, Garbled):
                raise AmiCallError(item.reason)
            if item.action_id == "ping":
                context.ingest.heard(config.producer_id)
            notes += calls.read(item, context.now_ms())
        except AmiCallError as error:
            body = item.content if isinstance(item, Garbled) else _written(item)
            await context.ingest.refuse(config.producer_id, DOOR, "", without_numbers(body), str(error))
    await _tell(notes, config, context)


async def _tell(notes: Sequence[CallNote], config: AmiSource, context: SourceContext) -> None:
    if notes:
        await context.ingest.call_notes(config.producer_id, notes)


def _written(message: AmiMessage) -> bytes:
    return "\n".join(f"{key}: {value}" for key, value in message.fields.items()).encode()


SPEC = SourceSpec(key="ami", config=AmiSource, run=run)

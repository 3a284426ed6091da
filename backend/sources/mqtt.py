"""Camera detections from an MQTT 3.1.1 broker. See `backend.sources.mqtt_messages` for what is understood.

The session is a lasting one (clean_session false, QoS 1) and a message is acknowledged when it is stored: what the
broker took while we were away, or what we had when we fell, comes again. Reading goes on in paho's own thread.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from backend.sources.lasting import Silence, stay_connected
from backend.sources.mqtt_messages import MqttMessage, may_be_dropped
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.text import plain, shown
from config.source_model import MqttSource

CONNECT_S: Final = 5.0
MAX_WAITING: Final = 5_000
MAX_WAITING_BYTES: Final = 32 * 1024 * 1024
BATCH: Final = 200
BATCH_BYTES: Final = 1024 * 1024

T = TypeVar("T")
_Acknowledge = Callable[[], object]


class BrokerError(Exception):
    """The broker cannot be used just now; the message holds no secret."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: MqttMessage
    acknowledge: _Acknowledge


class Inbox:
    """What came and is not stored yet, bounded: filled by paho's thread, emptied by the event loop's.

    When it is full, messages that another will follow are dropped, the oldest first, and counted. When there are
    none, the filling thread waits, and with it the broker: a state is never dropped.
    """

    def __init__(self, max_messages: int = MAX_WAITING, max_bytes: int = MAX_WAITING_BYTES) -> None:
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._dropped = 0
        self._closed = False
        self._max_messages = max_messages
        self._max_bytes = max_bytes

    def put(self, message: MqttMessage, acknowledge: _Acknowledge) -> None:
        """Any thread but the event loop's: it may wait. After `close` nothing is taken any more."""
        with self._changed:
            if self._is_full() and may_be_dropped(message):
                self._dropped += 1
                acknowledge()
                return
            if self._is_full():
                self._make_room()
            while self._is_full() and not self._closed:
                self._changed.wait()
            if self._closed:
                return
            self._waiting.append(_Waiting(message, acknowledge))
            self._bytes += len(message.payload)
        self._loop.call_soon_threadsafe(self._filled.set)

    async def take(self) -> tuple[list[_Waiting], int]:
        """Some of the oldest, at least one, and how many were dropped meanwhile."""
        await self._filled.wait()
        with self._changed:
            found: list[_Waiting] = []
            size_bytes = 0
            while self._waiting and len(found) < BATCH and size_bytes < BATCH_BYTES:
                found.append(self._waiting.popleft())
                size_bytes += len(found[-1].message.payload)
            self._bytes -= size_bytes
            dropped, self._dropped = self._dropped, 0
            if not self._waiting:
                self._filled.clear()
            self._changed.notify_all()
        return found, dropped

    def close(self) -> None:
        """Let go of whoever waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._max_messages or self._bytes >= self._max_bytes

    def _make_room(self) -> None:
        kept: deque[_Waiting] = deque()
        for waiting in self._waiting:
            if may_be_dropped(waiting.message):
                self._dropped += 1
                self._bytes -= len(waiting.message.payload)
                waiting.acknowledge()
            else:
                kept.append(waiting)
        self._waiting = kept


class Connection:
    """One connection to the broker, from connecting to its end. Its methods: event-loop thread only."""

    def __init__(self, config: MqttSource, inbox: Inbox) -> None:
        self._config = config
        self._inbox = inbox
        self._loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[str] = self._loop.create_future()
        self._granted: dict[int, asyncio.Future[list[ReasonCode]]] = {}
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._client = paho.Client(
            callback_api_version=CallbackAPIVersion.VERSION2,
            client_id=config.client_id,
            clean_session=False,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._client.connect_timeout = CONNECT_S
        if config.user:
            self._client.username_pw_set(config.user, config.password.get_secret_value() or None)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    async def open(self) -> list[str]:
        """Connect and subscribe; the topics that were refused.

        Raises:
            BrokerError: it is not there, lets us not in, or refuses every topic.
        """
        if self._config.tls:
            try:
                context = await asyncio.to_thread(ssl.create_default_context, cafile=self._config.ca_file or None)
            except (OSError, ssl.SSLError) as error:
                raise BrokerError(
                    f"the authority's file cannot be read: {error.strerror or 'no certificate'}"
                ) from None
            self._client.tls_set_context(context)
        try:
            await asyncio.to_thread(
                self._client.connect, self._config.host, self._config.port, self._config.keep_alive_s
            )
        except ssl.SSLError as error:
            raise BrokerError(f"TLS: {plain(error.reason or 'no handshake', 100)}") from None
        except (OSError, ValueError) as error:
            raise BrokerError(
                plain(getattr(error, "strerror", "") or str(error) or type(error).__name__, 200)
            ) from None
        self._client.loop_start()
        if refused := await _soon(self._accepted):
            raise BrokerError(f"it lets us not in: {refused}")
        return await self._subscribe()

    async def _subscribe(self) -> list[str]:
        refused: list[str] = []
        for topic in self._config.topics:
            code, mid = self._client.subscribe(topic, qos=1)
            if code != paho.MQTT_ERR_SUCCESS or mid is None:
                raise BrokerError("the connection ended")
            reasons = await _soon(self._granted.setdefault(mid, self._loop.create_future()))
            if any(reason.is_failure for reason in reasons):
                refused.append(topic)
        if len(refused) == len(self._config.topics):
            raise BrokerError("it refuses every topic")
        return refused

    async def until_end(self) -> str:
        """Why it ended."""
        return await self._ended

    async def close(self) -> None:
        """Let go; the session stays with the broker."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    # -- paho's thread ----------------------------------------------------------------------------

    def _on_connect(
        self, client: paho.Client, userdata: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._tell(self._accepted, str(reason) if reason.is_failure else "")

    def _on_disconnect(
        self, client: paho.Client, userdata: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._tell(self._accepted, str(reason))
        self._tell(self._ended, str(reason))

    def _on_subscribe(
        self, client: paho.Client, userdata: object, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        def tell() -> None:
            future = self._granted.setdefault(mid, self._loop.create_future())
            if not future.done():
                future.set_result(reasons)

        self._loop.call_soon_threadsafe(tell)

    def _on_message(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        mid, qos = message.mid, message.qos
        self._inbox.put(MqttMessage(topic, bytes(message.payload), message.retain), lambda: client.ack(mid, qos))

    def _tell(self, future: asyncio.Future[str], text: str) -> None:
        self._loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(text))


async def _soon(answer: asyncio.Future[T]) -> T:
    try:
        async with asyncio.timeout(CONNECT_S):
            return await answer
    except TimeoutError:
        raise BrokerError("it does not answer") from None


async def run(config: MqttSource, context: SourceContext) -> None:
    """Take what comes until cancelled; passes on what ingest raises."""
    inbox = Inbox()
    async with asyncio.TaskGroup() as group:
        group.create_task(_store(config, context, inbox))
        group.create_task(_stay_connected(config, context, inbox))


async def _store(config: MqttSource, context: SourceContext, inbox: Inbox) -> None:
    while True:
        waiting, dropped = await inbox.take()
        if dropped:
            context.ingest.dropped(config.producer_id, dropped)
        await context.ingest.mqtt(config.producer_id, [item.message for item in waiting])
        for item in waiting:
            item.acknowledge()


async def _stay_connected(config: MqttSource, context: SourceContext, inbox: Inbox) -> None:
    words = "không kết nối được máy chủ MQTT", "no connection to the MQTT broker"
    silence = Silence(context, config.producer_id, config.gone_after_s, words)
    try:
        await stay_connected(
            silence,
            lambda: _connected_once(config, context, inbox, silence),
            lambda reason: context.fault(config.producer_id, f"MQTT broker {config.host}:{config.port}: {reason}"),
        )
    finally:
        inbox.close()


async def _connected_once(config: MqttSource, context: SourceContext, inbox: Inbox, silence: Silence) -> str:
    """Connect and stay; why it ended."""
    connection = Connection(config, inbox)
    try:
        for topic in await connection.open():
            context.fault(config.producer_id, f"MQTT broker {config.host}:{config.port} refuses topic {shown(topic)}")
        silence.connected()
        return await connection.until_end()
    except BrokerError as error:
        return str(error)
    except asyncio.CancelledError:
        inbox.close()  # whoever fills it may wait for room, and would be waited for
        raise
    finally:
        await connection.close()


SPEC = SourceSpec(key="mqtt", config=MqttSource, run=run)

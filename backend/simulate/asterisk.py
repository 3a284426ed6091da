"""A switchboard's manager interface as Asterisk speaks it: queues of callers, agents who answer, events over TCP.

Source: docs.asterisk.org, "AMI v2 Specification" and the events of app_queue.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from backend.sources.ami_protocol import AmiMessage, AmiReader, challenge_key, written

GREETING: Final = b"Asterisk Call Manager/9.0.0\r\n"
_DENIED: Final = {"Response": "Error", "Message": "Permission denied"}


@dataclass(slots=True)
class Channel:
    """A caller's leg. `agent` "" = he waits; `since_s`: Unix time."""

    caller: str
    queue: str
    since_s: float
    agent: str = ""


@dataclass(slots=True, eq=False)
class _Client:
    writer: asyncio.StreamWriter
    challenge: str = ""
    logged_in: bool = False


@dataclass(slots=True)
class Asterisk:
    """Serves until it is stopped. What happens to calls is told by `tell`, as the webhook's switchboard tells it.

    Attributes:
        challenges: it knows AuthType MD5.
        mute: it takes connections and says nothing more.
    """

    user: str
    secret: str
    challenges: bool = True
    mute: bool = False
    channels: dict[str, Channel] = field(default_factory=dict)
    _clients: set[_Client] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """The port. Raises: OSError, it is taken."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Calls go on meanwhile, as they do when a network breaks."""
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()
            self._server = None

    def cut(self) -> None:
        """Ends every connection, in the middle of whatever it was saying."""
        for client in self._clients:
            client.writer.transport.abort()

    @property
    def listeners(self) -> int:
        """How many have logged in."""
        return sum(client.logged_in for client in self._clients)

    def say(self, content: bytes) -> None:
        """To everybody who has logged in, as it is."""
        for client in self._clients:
            if client.logged_in and not self.mute:
                client.writer.write(content)

    async def tell(self, call_id: str, event: str, *, caller: str = "", queue: str = "", agent: str = "") -> None:
        """What happens to a call: arrived, queued, answered, held, resumed, ended, abandoned, overflowed."""
        if event == "arrived":
            self.channels[call_id] = Channel(caller, queue, time.time())
            self._event("Newchannel", call_id, Context="from-trunk", Exten="1022")
        elif event == "queued":
            self._event(
                "QueueCallerJoin", call_id, Queue=queue or self.channels[call_id].queue, Position="1", Count="1"
            )
        elif event == "answered":
            channel = self.channels[call_id]
            self._event("QueueCallerLeave", call_id, Queue=channel.queue, Position="1", Count="0")
            channel.agent = agent
            self._event(
                "AgentConnect", call_id, Queue=channel.queue, MemberName=agent, Interface="PJSIP/101", HoldTime="3"
            )
        elif event in ("held", "resumed"):
            self._event("Hold" if event == "held" else "Unhold", call_id)
        else:
            self._over(call_id, event)

    def _over(self, call_id: str, event: str) -> None:
        channel = self.channels[call_id]
        if event == "abandoned":
            self._event("QueueCallerAbandon", call_id, Queue=channel.queue, Position="1", HoldTime="9")
        if not channel.agent:
            self._event("QueueCallerLeave", call_id, Queue=channel.queue, Position="1", Count="0")
        elif event == "ended":
            self._event("AgentComplete", call_id, Queue=channel.queue, MemberName=channel.agent, Reason="caller")
        if event != "overflowed":  # who is let go from the queue may listen to a message for a while
            self._event("Hangup", call_id, Cause="16")
            del self.channels[call_id]

    def _event(self, name: str, call_id: str, **more: str) -> None:
        self.say(written({"Event": name, **self._of_channel(call_id), **more, "Timestamp": f"{time.time():.6f}"}))

    def _of_channel(self, call_id: str) -> dict[str, str]:
        number = self.channels[call_id].caller or "<unknown>"
        return {
            "Channel": f"PJSIP/trunk-{call_id}",
            "ChannelState": "6",
            "CallerIDNum": number,
            "CallerIDName": "<unknown>",
            "Uniqueid": call_id,
            "Linkedid": call_id,
        }

    # -- a connection -----------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(writer)
        self._clients.add(client)
        parser = AmiReader(greeting="")
        try:
            if not self.mute:
                writer.write(GREETING)
            with suppress(ConnectionError):
                while data := await reader.read(4096):
                    for item in parser.feed(data):
                        if isinstance(item, AmiMessage) and not self.mute:
                            self._answer(client, item)
                    await writer.drain()
        finally:
            self._clients.discard(client)
            writer.close()

    def _answer(self, client: _Client, asked: AmiMessage) -> None:
        name = asked.get("action").lower()
        about = {"ActionID": asked.action_id} if asked.action_id else {}
        if name in ("challenge", "login"):
            answers: Sequence[Mapping[str, str]] = [self._let_in(client, name, asked)]
        elif not client.logged_in:
            answers = [_DENIED]
        elif name == "ping":
            answers = [{"Response": "Success", "Ping": "Pong", "Timestamp": f"{time.time():.6f}"}]
        elif name in ("queuestatus", "coreshowchannels"):
            answers = self._list(name)
        else:
            answers = [{"Response": "Error", "Message": "Invalid/unknown command"}]
        for answer in answers:
            client.writer.write(written({**answer, **about}))

    def _let_in(self, client: _Client, name: str, asked: AmiMessage) -> Mapping[str, str]:
        if name == "challenge":
            if not self.challenges or asked.get("authtype").upper() != "MD5":
                return {"Response": "Error", "Message": "Must specify AuthType"}
            client.challenge = str(secrets.randbelow(10**9))
            return {"Response": "Success", "Challenge": client.challenge}
        right = (
            asked.get("key") == challenge_key(client.challenge, self.secret)
            if client.challenge
            else asked.get("secret") == self.secret
        )
        client.logged_in = right and asked.get("username") == self.user
        if not client.logged_in:
            return {"Response": "Error", "Message": "Authentication failed"}
        return {"Response": "Success", "Message": "Authentication accepted"}

    def _list(self, name: str) -> list[dict[str, str]]:
        begun = {"Response": "Success", "EventList": "start"}
        if name == "coreshowchannels":
            found = [
                {"Event": "CoreShowChannel", **self._of_channel(key), "BridgeId": f"b-{key}" if channel.agent else ""}
                for key, channel in self.channels.items()
            ]
            end = "CoreShowChannelsComplete"
        else:
            found = [
                {
                    "Event": "QueueEntry",
                    "Queue": channel.queue,
                    **self._of_channel(key),
                    "Wait": str(int(time.time() - channel.since_s)),
                }
                for key, channel in self.channels.items()
                if not channel.agent
            ]
            end = "QueueStatusComplete"
        return [begun, *found, {"Event": end, "EventList": "Complete", "ListItems": str(len(found))}]

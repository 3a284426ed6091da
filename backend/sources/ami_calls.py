"""What the events of an Asterisk with queues mean for the hotline's calls. Pure but for its own memory.

A call is the caller's channel, by its Uniqueid. Source: docs.asterisk.org, AMI events of app_queue (QueueCallerJoin,
QueueCallerLeave, QueueCallerAbandon, AgentConnect, AgentComplete, QueueEntry) and of channels (Newchannel, Hangup,
Hold, Unhold). A caller who leaves a queue is answered or has given up in the same breath; else the queue let him go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from backend.contracts.hotline import NAME_MOST, CallStep
from backend.sources.ami_protocol import AmiMessage
from backend.sources.call_note import AHEAD_MS, CallNote
from backend.sources.text import plain
from config.source_model import AmiSource

LEFT_MS: Final = 2_000
"""So long after it left its queue a call that nobody answered and that joined no other is let go."""

_ID: Final = re.compile(r"^[A-Za-z0-9._:@-]{1,100}$")
_OLD_MS: Final = 86_400_000


class AmiCallError(ValueError):
    """The event cannot be used; the message says why."""


@dataclass(slots=True)
class AmiCalls:
    """Follows the calls of one switchboard.

    Attributes:
        going: ids of the calls that go on, as far as it knows.
    """

    source: AmiSource
    going: set[str] = field(default_factory=set)
    _left_ms: dict[str, int] = field(default_factory=dict)

    def read(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        """What an event tells; nothing of an event that is about no call of the hotline. Raises: AmiCallError."""
        reader = _EVENTS.get(message.event)
        return () if reader is None else reader(self, message, received_ms)

    def due(self, now_ms: int) -> tuple[CallNote, ...]:
        """Calls that left their queue for nowhere."""
        gone = [(call_id, at_ms) for call_id, at_ms in self._left_ms.items() if now_ms - at_ms >= LEFT_MS]
        return tuple(self._over(call_id, "overflowed", at_ms) for call_id, at_ms in gone)

    def reconnected(self, going: Iterable[str]) -> frozenset[str]:
        """The line was cut: `going` are the calls that the room shows. All that were known before."""
        self.going |= set(going)
        self._left_ms.clear()
        return frozenset(self.going)

    def caught_up(
        self, before: Iterable[str], channels: Mapping[str, bool], waiting: Collection[str], now_ms: int
    ) -> tuple[CallNote, ...]:
        """What became of calls while nobody listened: ended, or answered by somebody who is not named any more.

        Args:
            before: calls that were known when the line was back.
            channels: what the switchboard lists; whether it talks with another one.
            waiting: those that stand in a queue.
        """
        known = sorted(self.going.intersection(before))
        over = tuple(self._over(one, "ended", now_ms) for one in known if one not in channels)
        talks = [one for one in known if channels.get(one) and one not in waiting]
        return (*over, *(_note(one, "answered", now_ms) for one in talks))

    # -- events -----------------------------------------------------------------------------------

    def _new_channel(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        if message.get("context") not in self.source.contexts:
            return ()
        return (self._arrived(message, _at_ms(message, received_ms)),)

    def _joined(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        """Also of a queue's list (QueueEntry), which tells how long the caller has waited."""
        if not self._is_ours(message):
            return ()
        at_ms = _at_ms(message, received_ms)
        if message.event == "QueueEntry":
            at_ms -= 1000 * _seconds(message)
        call_id, new = _id(message), _id(message) not in self.going
        self._left_ms.pop(call_id, None)
        arrived = (self._arrived(message, at_ms),) if new else ()
        return (*arrived, _note(call_id, "queued", at_ms, queue=self._queue(message)))

    def _left(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        call_id = _id(message)
        if call_id in self.going and self._is_ours(message):
            self._left_ms[call_id] = _at_ms(message, received_ms)
        return ()

    def _answered(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        if not self._is_ours(message):
            return ()
        call_id, at_ms = _id(message), _at_ms(message, received_ms)
        self._left_ms.pop(call_id, None)
        arrived = () if call_id in self.going else (self._arrived(message, at_ms),)
        agent = message.get("membername") or message.get("interface")
        return (*arrived, _note(call_id, "answered", at_ms, queue=self._queue(message), agent=plain(agent, NAME_MOST)))

    def _finished(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        step: CallStep = "abandoned" if message.event == "QueueCallerAbandon" else "ended"
        return self._when_going(_id(message), step, _at_ms(message, received_ms))

    def _hold(self, message: AmiMessage, received_ms: int) -> tuple[CallNote, ...]:
        call_id = message.get("linkedid") or _id(message)
        if call_id not in self.going:
            return ()
        return (_note(call_id, "held" if message.event == "Hold" else "resumed", _at_ms(message, received_ms)),)

    # -- own --------------------------------------------------------------------------------------

    def _is_ours(self, message: AmiMessage) -> bool:
        return not self.source.queues or message.get("queue") in self.source.queues

    def _queue(self, message: AmiMessage) -> str:
        name = message.get("queue")
        return plain(self.source.queues.get(name, name), NAME_MOST)

    def _arrived(self, message: AmiMessage, at_ms: int) -> CallNote:
        call_id = _id(message)
        self.going.add(call_id)
        number = message.get("calleridnum")
        return _note(
            call_id, "arrived", at_ms, caller=plain(number if any(map(str.isdigit, number)) else "", 64),
            queue=self._queue(message),
        )  # fmt: skip

    def _when_going(self, call_id: str, step: CallStep, at_ms: int) -> tuple[CallNote, ...]:
        return (self._over(call_id, step, at_ms),) if call_id in self.going else ()

    def _over(self, call_id: str, step: CallStep, at_ms: int) -> CallNote:
        self.going.discard(call_id)
        self._left_ms.pop(call_id, None)
        return _note(call_id, step, at_ms)


_Reader = Callable[[AmiCalls, AmiMessage, int], tuple[CallNote, ...]]
_EVENTS: Final[dict[str, _Reader]] = {
    "Newchannel": AmiCalls._new_channel,
    "QueueCallerJoin": AmiCalls._joined,
    "QueueEntry": AmiCalls._joined,
    "QueueCallerLeave": AmiCalls._left,
    "QueueCallerAbandon": AmiCalls._finished,
    "AgentConnect": AmiCalls._answered,
    "AgentComplete": AmiCalls._finished,
    "Hangup": AmiCalls._finished,
    "Hold": AmiCalls._hold,
    "Unhold": AmiCalls._hold,
}


def _note(
    call_id: str,
    event: Literal["arrived"] | CallStep,
    at_ms: int,
    *,
    caller: str = "",
    queue: str = "",
    agent: str = "",
) -> CallNote:
    return CallNote(1, call_id, event, at_ms, caller, queue, agent, "")


def _id(message: AmiMessage) -> str:
    """Raises: AmiCallError."""
    found = message.get("uniqueid")
    if not _ID.match(found):
        raise AmiCallError(f"{message.event}: Uniqueid is no id of a channel; right would be 1732345678.12")
    return found


def _at_ms(message: AmiMessage, received_ms: int) -> int:
    """By the switchboard's clock where it tells it (timestampevents = yes in manager.conf). Raises: AmiCallError."""
    text = message.get("timestamp")
    if not text:
        return received_ms
    try:
        at_ms = round(float(text) * 1000)
    except (ValueError, OverflowError):
        raise AmiCallError(f"{message.event}: Timestamp is no number of seconds") from None
    if not received_ms - _OLD_MS <= at_ms <= received_ms + AHEAD_MS:
        raise AmiCallError(f"{message.event}: Timestamp is {abs(at_ms - received_ms) // 1000} s beside our clock")
    return at_ms


def _seconds(message: AmiMessage) -> int:
    text = message.get("wait")
    return min(int(text), _OLD_MS // 1000) if text.isascii() and text.isdigit() and len(text) < 10 else 0

"""The hotline's desk: what the switchboard tells becomes calls of the room; their numbers are sealed.

NaCl's secret box under a key in the data folder, as for reporters. The log, the feed and the doors know a caller by a
keyed hash (BLAKE2b, RFC 7693) and a masked number only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox

from backend.contracts.events import Event
from backend.contracts.hotline import Call, CallArrived, CallMoved, CallRecorded, CallRecording
from backend.contracts.hotline_fold import after
from backend.contracts.site import Producer
from backend.domain.hotline import is_next
from backend.services.keys import kept_key
from backend.services.places import is_simulated
from backend.services.reports.reporters import digits_of
from backend.services.room import Room
from backend.sources.call_note import CallNote
from backend.storage.calls import CallRow, CallStore
from config.model import SiteConfig

KEY_FILE: Final = "callers.key"
PLACE_WITHIN_MS: Final = 86_400_000


class CallDesk:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, store: CallStore, key: bytes) -> None:
        self._site = site
        self._room = room
        self._store = store
        self._key = key
        self._box = SecretBox(key)
        self._key_id = hashlib.sha256(b"key id" + key).hexdigest()[:16]
        self._turn = asyncio.Lock()
        self._unkept = set(room.state.calls) | set(room.state.ended_calls)  # a killed run may not have kept them

    @classmethod
    def open(cls, site: SiteConfig, room: Room, store: CallStore, folder: Path) -> CallDesk:
        """With the key of `folder`, made when there is none. Raises: KeyFileError."""
        return cls(site, room, store, kept_key(folder / KEY_FILE))

    async def take(self, producer: Producer, notes: Sequence[CallNote]) -> tuple[int, int]:
        """How many words of the switchboard are new, and how many were known. Raises: StorageError."""
        async with self._turn:
            await self._keep()
            ids = [f"{producer.producer_id}:{note.call_id}" for note in notes]
            calls = {key: call for key in ids if (call := self._stands(key)) is not None}
            over = await self._store.over(set(ids) - set(calls))
            events: list[Event] = []
            arrivals: list[CallRow] = []
            new = 0
            for key, note in zip(ids, notes, strict=True):
                if key in over:
                    continue
                found = len(events)
                if key not in calls:
                    arrivals.append(self._arrival(producer, key, note))
                    calls[key] = arrivals[-1].call
                    events.append(CallArrived(call=calls[key]))
                # A call whose arrival was lost on the way begins with the first word of it.
                if note.event != "arrived" and is_next(calls[key], note.event, note.at_ms):
                    moved = CallMoved(
                        call_id=key, step=note.event, at_ms=note.at_ms, queue=note.queue, agent=note.agent
                    )
                    calls[key] = after(calls[key], moved)
                    events.append(moved)
                new += len(events) > found
            await self._store.put(arrivals)
            await self._room.record(lambda state: events, actor=f"producer:{producer.producer_id}")
            self._unkept |= {event.call_id for event in events if isinstance(event, CallMoved)}
            await self._keep()
        return new, len(notes) - new

    def going(self, producer_id: str) -> frozenset[str]:
        """The switchboard's own ids of its calls that go on."""
        begin = f"{producer_id}:"
        return frozenset(key.removeprefix(begin) for key in self._room.state.calls if key.startswith(begin))

    async def find(self, call_id: str) -> Call | None:
        """As it stands now; of one that was over long ago the table knows. Raises: StorageError."""
        return self._stands(call_id) or await self._store.find(call_id)

    async def recorded(self, producer_id: str, call: Call, recording: CallRecording) -> None:
        """Durable when it returns. Raises: StorageError."""
        async with self._turn:
            await self._store.moved([call.model_copy(update={"recording": recording})])
            event = CallRecorded(call_id=call.call_id, recording=recording)
            await self._room.record(lambda state: (event,), actor=f"producer:{producer_id}")
            self._unkept.add(call.call_id)

    async def recorded_in(self, start_ms: int, end_ms: int, now_ms: int, most: int) -> tuple[Call, ...]:
        """Calls in [start, end) whose recording is to be kept at `now_ms`, in their order. Raises: StorageError."""
        return await self._store.recorded(start_ms, end_ms, now_ms, most)

    async def earlier(self, call: Call) -> tuple[Call, ...]:
        """Earlier calls of the same number, newest first; of a withheld one none. Raises: StorageError."""
        if not call.caller_id:
            return ()
        found = await self._store.earlier(call.caller_id, call.arrived_ms)
        return tuple(self._stands(one.call_id) or one for one in found)

    async def at_place(self, call: Call) -> tuple[Call, ...]:
        """Calls of the day before from its commune by other numbers, newest first. Raises: StorageError."""
        if not call.place:
            return ()
        found = await self._store.at_place(call.place, call.arrived_ms - PLACE_WITHIN_MS, call.arrived_ms)
        others = [one for one in found if not call.caller_id or one.caller_id != call.caller_id]
        return tuple(self._stands(one.call_id) or one for one in others)

    async def number_of(self, call: Call) -> str:
        """The caller's number for the sealed record of a report, "" when it was withheld; it is shown to nobody.

        Raises:
            StorageError: it cannot be read.
        """
        sealed = await self._store.sealed(call.call_id)
        try:
            return self._box.decrypt(sealed).decode() if sealed else ""
        except CryptoError:
            return ""  # of an earlier key: the report is taken without it

    def _stands(self, call_id: str) -> Call | None:
        return self._room.state.call(call_id)

    async def _keep(self) -> None:
        """How the calls stand, for when the room's state has forgotten them. Raises: StorageError."""
        keys = set(self._unkept)
        await self._store.moved([call for key in keys if (call := self._stands(key)) is not None])
        self._unkept -= keys

    def _arrival(self, producer: Producer, key: str, note: CallNote) -> CallRow:
        digits = digits_of(note.caller)
        call = Call(
            call_id=key,
            producer_id=producer.producer_id,
            caller_id=blake2b(digits.encode(), digest_size=16, key=self._key).decode() if digits else "",
            masked=masked(digits),
            queue=note.queue,
            place=note.place,
            arrived_ms=note.at_ms,
            changed_ms=note.at_ms,
            simulated=is_simulated(self._site, producer.producer_id),
        )
        sealed = bytes(self._box.encrypt(note.caller.encode())) if digits else b""
        return CallRow(call, self._key_id, sealed)


def masked(digits: str) -> str:
    """0912345678 as 09xx xxx 678; of a short number nothing is told but that there is one."""
    if not digits:
        return ""
    return f"{digits[:2]}xx xxx {digits[-3:]}" if len(digits) >= 8 else "xxx"

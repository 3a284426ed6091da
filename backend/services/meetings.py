"""Meetings as the commands reach them, and the ballot boxes of their secret votes."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel

from backend.contracts.ballots import EXPONENT, KEY_BITS, Ballot, is_genuine, signed
from backend.contracts.meeting_commands import CloseVote, MeetingCommand, OpenVote, TakeBallot
from backend.contracts.meetings import BallotKey, Vote
from backend.contracts.state import RoomState
from backend.domain import meetings
from backend.domain.alerts import Decision
from backend.domain.meetings import NO_BALLOTS, Ballots
from backend.services.room import Room
from backend.sources.text import paragraphs, plain
from backend.storage.ballots import BallotStore, VoteName
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

PARAGRAPHS: Final = frozenset(("text", "about"))
"""Words of several lines; all others are one line."""

AS_IT_IS: Final = frozenset(("kind", "command_id", "meeting_id", "user", "agency_id", "link", "blinded", "key"))
"""Fields that are ids or addresses."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class BallotError(ValueError):
    """The ballot does not count; `gone`: because the vote is closed."""

    def __init__(self, reason: str, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


@dataclass(slots=True)
class _Box:
    """The box of an open secret vote: while somebody closes it nothing more goes in. `closers`: command ids."""

    closers: set[str] = field(default_factory=set)
    going_in: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class MeetingDesk:
    """Event-loop thread only."""

    def __init__(self, room: Room, store: BallotStore) -> None:
        self._room = room
        self._store = store
        self._boxes: dict[VoteName, _Box] = {}

    async def begin(self) -> None:
        """Forget what an earlier run left of votes that are closed. Raises: StorageError."""
        await self._store.keep_only(self._open_votes())

    def _open_votes(self) -> set[VoteName]:
        return {
            (meeting.meeting_id, vote.vote_id)
            for meeting in self._room.durable.meetings.values()
            for vote in meeting.votes
            if vote.is_open
        }

    # -- commands ------------------------------------------------------------------------------------------------

    async def prepare(self, command: MeetingCommand) -> Ballots:
        """What the decision needs besides the state. Every call is followed by `settle`. Raises: StorageError."""
        if isinstance(command, OpenVote) and command.form == "secret":
            return Ballots(key=await self._new_key((command.meeting_id, command.vote_id)))
        if isinstance(command, TakeBallot):
            return await self._hand((command.meeting_id, command.vote_id))
        if isinstance(command, CloseVote) and self._secret(command.meeting_id, command.vote_id) is not None:
            return Ballots(cast=await self._closed_box(command))
        return NO_BALLOTS

    def wish(self, state: RoomState, command: MeetingCommand, user: str, ballots: Ballots) -> Decision:
        return meetings.decide(state, cleaned(command), user, ballots)

    async def settle(self, command: MeetingCommand) -> None:
        """The command was decided, or was not: what it held is let go."""
        if not isinstance(command, CloseVote):
            return
        name = (command.meeting_id, command.vote_id)
        box = self._boxes.get(name)
        if box is not None:
            box.closers.discard(command.command_id)
            if not box.closers and not box.going_in:
                del self._boxes[name]
        vote = self._vote(*name)
        if vote is None or vote.is_open or vote.form != "secret":
            return
        try:
            await self._store.keep_only(self._open_votes())
        except StorageError as error:
            _log.warning("the box of a closed vote stays until the next start: %s", error)

    async def _new_key(self, name: VoteName) -> BallotKey:
        if await self._store.key(name) is None:
            key = await asyncio.to_thread(rsa.generate_private_key, public_exponent=EXPONENT, key_size=KEY_BITS)
            numbers = key.private_numbers()
            await self._store.put_key(name, f"{numbers.public_numbers.n:x}", f"{numbers.d:x}")
        kept = await self._store.key(name)
        if kept is None:
            raise StorageError("the key of a secret vote was not kept")
        return BallotKey(modulus=kept[0], exponent=f"{EXPONENT:x}")

    async def _hand(self, name: VoteName) -> Ballots:
        vote, kept = self._secret(*name), await self._store.key(name)
        if vote is None or vote.key is None or kept is None:
            return NO_BALLOTS
        key, private_exponent = vote.key, int(kept[1], 16)
        return Ballots(sign=lambda number: signed(number, key, private_exponent))

    async def _closed_box(self, command: CloseVote) -> dict[str, str]:
        name = (command.meeting_id, command.vote_id)
        box = self._boxes.setdefault(name, _Box())
        box.closers.add(command.command_id)
        while box.going_in:
            box.idle.clear()
            await box.idle.wait()
        return await self._store.box(name)

    def _vote(self, meeting_id: str, vote_id: str) -> Vote | None:
        meeting = self._room.state.meetings.get(meeting_id)
        return meeting.vote(vote_id) if meeting is not None else None

    def _secret(self, meeting_id: str, vote_id: str) -> Vote | None:
        vote = self._vote(meeting_id, vote_id)
        return vote if vote is not None and vote.form == "secret" else None

    # -- the box -------------------------------------------------------------------------------------------------

    async def cast(self, ballot: Ballot) -> None:
        """Put a ballot into the box: on the disk when it returns, and counted once however often it is sent.

        Raises:
            BallotError: it does not count.
            StorageError: it may not be on the disk; send it again.
        """
        vote = self._secret(ballot.meeting_id, ballot.vote_id)
        if vote is None or vote.key is None:
            raise BallotError("the room knows no such secret vote")
        if vote.option(ballot.option_id) is None:
            known = ", ".join(one.option_id for one in vote.options)
            raise BallotError(f"the vote has no option {ballot.option_id!r}; it has {known}")
        if not is_genuine(ballot, vote.key):
            raise BallotError("the room did not hand out this ballot")
        if vote.result is not None:
            if dict(vote.result.serials).get(ballot.serial) == ballot.option_id:
                return  # it was in time; the answer was lost
            raise BallotError("the vote was closed before this ballot came", gone=True)
        name = (ballot.meeting_id, ballot.vote_id)
        box = self._boxes.setdefault(name, _Box())
        if box.closers:
            raise BallotError("the vote is being closed", gone=True)
        box.going_in += 1
        try:
            lies = await self._store.put(name, ballot.serial, ballot.option_id)
        finally:
            box.going_in -= 1
            box.idle.set()
        if lies != ballot.option_id:
            raise BallotError("this ballot was cast already, for something else; a secret vote cannot be changed")


def cleaned(wish: ModelT) -> ModelT:
    """With the words people wrote as the record takes them, however deep: plain, no hidden letters."""
    changes: dict[str, object] = {}
    for name, info in type(wish).model_fields.items():
        value = getattr(wish, name)
        if isinstance(value, BaseModel):
            changes[name] = cleaned(value)
        elif isinstance(value, tuple):
            changes[name] = tuple(cleaned(one) if isinstance(one, BaseModel) else one for one in value)
        elif isinstance(value, str) and name not in AS_IT_IS and not name.endswith("_id"):
            most = next((one.max_length for one in info.metadata if hasattr(one, "max_length")), 2000)
            changes[name] = (paragraphs if name in PARAGRAPHS else plain)(value, most)
    return wish.model_copy(update=changes)

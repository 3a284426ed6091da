"""Voters at their seats: each with an account, a connection and, for a secret vote, a ballot; they do not give up."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Final

import httpx
from websockets.exceptions import ConnectionClosed

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.ballots import Ballot, blinded, drawn, unblinded
from backend.contracts.commands import Command, RefusalCode
from backend.contracts.feed import CommandResult
from backend.contracts.meeting_events import BallotHanded
from backend.contracts.state import RoomState
from tests.system.backend_process import BackendProcess
from tests.system.feed_client import FeedClient, feed_client

MEETING: Final = "hop-1"
OPTIONS: Final = (
    mt.VoteOption(option_id="co", name_vi="Tán thành"),
    mt.VoteOption(option_id="khong", name_vi="Không tán thành"),
    mt.VoteOption(option_id="trang", name_vi="Không có ý kiến", counts=False),
)
RETRY_S: Final = 0.05
GIVES_UP_S: Final = 60.0


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Voter:
    """`option_id`: what he votes for. `state` is what his seat saw last; it resumes from there."""

    name: str
    token: str
    option_id: str
    state: RoomState | None = None
    serial: str = ""
    blinding: int = 0
    signature: str = ""

    async def ask(self, backend: BackendProcess, *commands: Command) -> list[CommandResult]:
        """Each until it is answered, over as many connections as it takes; a command keeps its id."""
        results: list[CommandResult] = []
        async with asyncio.timeout(GIVES_UP_S):
            while len(results) < len(commands):
                try:
                    async with feed_client(backend.feed_url, self.token, self.state) as seat:
                        self.state = seat.state
                        while len(results) < len(commands):
                            result = await self._sent(seat, commands[len(results)])
                            if result.reason_code != RefusalCode.UNAVAILABLE:
                                results.append(result)
                except (OSError, ConnectionClosed, AssertionError, TimeoutError, _CutError):
                    await asyncio.sleep(RETRY_S)
        return results

    async def _sent(self, seat: FeedClient, command: Command) -> CommandResult:
        """Raises: _CutError, the connection ended before the answer."""
        answer = asyncio.create_task(seat.command(command, GIVES_UP_S))
        cut = asyncio.create_task(seat.connection.wait_closed())
        await asyncio.wait((answer, cut), return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        if not answer.done():
            answer.cancel()
            raise _CutError
        return answer.result()

    async def votes(self, backend: BackendProcess, vote_id: str) -> CommandResult:
        """Under his name."""
        wish = cmd.CastBallot(
            command_id=new_id(), meeting_id=MEETING, vote_id=vote_id, participant_id=self.name, option_id=self.option_id
        )
        return (await self.ask(backend, wish))[0]

    async def takes_ballot(self, backend: BackendProcess, vote_id: str, key: mt.BallotKey) -> None:
        self.serial, self.blinding = drawn(key)
        number = blinded(MEETING, vote_id, self.serial, self.blinding, key)
        wish = cmd.TakeBallot(
            command_id=new_id(), meeting_id=MEETING, vote_id=vote_id, participant_id=self.name, blinded=number
        )
        (result,) = await self.ask(backend, wish)
        assert result.accepted, result.reason

    def signed(self, handed: BallotHanded, key: mt.BallotKey) -> None:
        self.signature = unblinded(handed.signature, self.blinding, key)

    async def casts(self, backend: BackendProcess, vote_id: str) -> int:
        """Without a name, until it is answered; the status. A seat has no session for this and sends none."""
        ballot = Ballot(
            meeting_id=MEETING, vote_id=vote_id, serial=self.serial, option_id=self.option_id, signature=self.signature
        )
        async with asyncio.timeout(GIVES_UP_S):
            while True:
                try:
                    async with httpx.AsyncClient(timeout=GIVES_UP_S) as http:
                        answer = await http.post(f"{backend.url}/api/v1/ballots", json=ballot.model_dump())
                        if answer.status_code != 503:
                            return answer.status_code
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(RETRY_S)


class _CutError(Exception):
    """The connection ended before the answer."""


def plan_of(voters: list[Voter], chair: str, begins_ms: int) -> mt.MeetingPlan:
    people = [mt.Participant(participant_id=one.name, name=f"Đại biểu {one.name}", user=one.name) for one in voters]
    head = mt.Participant(participant_id="chu-tri", name="Chủ trì", user=chair, role="chair", has_vote=False)
    return mt.MeetingPlan(
        title="Họp bất thường",
        begins_ms=begins_ms,
        ends_ms=begins_ms + 3_600_000,
        participants=(head, *people),
        agenda=(mt.AgendaItem(item_id="lu", title="Sơ tán dân vùng lũ"),),
    )


def open_vote(vote_id: str, form: mt.VoteForm) -> cmd.OpenVote:
    return cmd.OpenVote(
        command_id=new_id(), meeting_id=MEETING, vote_id=vote_id, question="Sơ tán ngay trong đêm?", form=form,
        options=OPTIONS, majority_id="qua-ban",
    )  # fmt: skip


def close_vote(vote_id: str) -> cmd.CloseVote:
    return cmd.CloseVote(command_id=new_id(), meeting_id=MEETING, vote_id=vote_id)

"""The console's way of casting a secret ballot, against a real room: nameless, counted once, and told why when not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.ballots import Ballot, blinded, drawn, unblinded
from backend.contracts.events import Event
from backend.contracts.state import RoomState
from backend.domain.alerts import Refusal
from backend.gateway.settings import GatewaySettings
from config.site import load_site
from console.link.doors import CastOutcome, DoorError, Doors
from console.link.target import Target
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE
from tests.unit.meeting_samples import HALF, one_id, open_vote

pytestmark = pytest.mark.anyio
USER = "officer"


async def wish(backend: OpenBackend, command: cmd.MeetingCommand) -> None:
    """As the feed's door has it done, ballot boxes and all."""
    desk = backend.parts.meetings
    prepared = await desk.prepare(command)

    def decided(state: RoomState) -> tuple[Event, ...]:
        decision = desk.wish(state, command, USER, prepared)
        assert not isinstance(decision, Refusal), decision
        return decision

    await backend.parts.room.record(decided, actor=USER, caused_by=command.command_id)
    await desk.settle(command)


async def secret_vote(backend: OpenBackend) -> mt.Vote:
    person = mt.Participant(participant_id="toi", name="Trần An", user=USER, role="chair")
    now_ms = backend.clock.now_ms()
    plan = mt.MeetingPlan(title="Kín", begins_ms=now_ms, ends_ms=now_ms + 1, participants=(person,))
    await wish(backend, cmd.PlanMeeting(command_id=one_id(), meeting_id="m1", plan=plan))
    await wish(
        backend, cmd.AttendMeeting(command_id=one_id(), meeting_id="m1", participant_id="toi", presence="present")
    )
    await wish(backend, cmd.MoveMeeting(command_id=one_id(), meeting_id="m1", phase="running"))
    await wish(backend, open_vote("secret"))
    return backend.parts.room.durable.meetings["m1"].votes[0]


async def taken_ballot(backend: OpenBackend, key: mt.BallotKey, option_id: str) -> Ballot:
    serial, blinding = drawn(key)
    number = blinded("m1", "v1", serial, blinding, key)
    await wish(
        backend,
        cmd.TakeBallot(command_id=one_id(), meeting_id="m1", vote_id="v1", participant_id="toi", blinded=number),
    )
    handed = backend.parts.room.durable.meetings["m1"].votes[0].handed["toi"]
    assert handed.blinded == number, "a seat that was away finds its own in the state"
    signature = unblinded(handed.signature, blinding, key)
    return Ballot(meeting_id="m1", vote_id="v1", serial=serial, option_id=option_id, signature=signature)


async def test_a_ballot_is_counted_once_however_often_it_is_sent_and_refusals_are_for_good(tmp_path: Path) -> None:
    site = load_site(SMALL_SITE)
    site = site.model_copy(update={"meetings": mt.MeetingRules(majorities=(HALF,))})
    async with open_backend(tmp_path, GatewaySettings(), site) as backend:
        vote = await secret_vote(backend)
        assert vote.key is not None
        ballot = await taken_ballot(backend, vote.key, "co")
        doors = Doors(Target(f"http://127.0.0.1:{backend.port}"))
        try:
            assert await doors.cast(ballot) == CastOutcome("counted")
            assert await doors.cast(ballot) == CastOutcome("counted")
            other = await doors.cast(ballot.model_copy(update={"option_id": "khong"}))
            assert (other.kind, "cannot be changed" in other.reason) == ("refused", True)
            forged = await doors.cast(ballot.model_copy(update={"serial": "0" * 64}))
            assert (forged.kind, "did not hand out" in forged.reason) == ("refused", True)
            await wish(backend, cmd.CloseVote(command_id=one_id(), meeting_id="m1", vote_id="v1"))
            closed = backend.parts.room.durable.meetings["m1"].votes[0]
            assert closed.result is not None
            assert closed.result.counts == {"co": 1, "khong": 0, "trang": 0}
            assert closed.handed == {}, "what a seat needed to vote is let go of"
            assert await doors.cast(ballot) == CastOutcome("counted"), "its answer may have been lost"
            late = await doors.cast(ballot.model_copy(update={"option_id": "khong"}))
            assert late.kind == "late"
        finally:
            await doors.close()


async def test_a_ballot_goes_out_without_the_session_that_the_desk_has() -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    doors = Doors(Target(f"http://127.0.0.1:{port}"))
    doors.token = "dấu-phiên".encode().hex()
    ballot = Ballot(meeting_id="m1", vote_id="v1", serial="0" * 64, option_id="co", signature="1")
    try:
        with pytest.raises(DoorError):
            await doors.cast(ballot)  # 503: nobody knows, it is to be sent again
        with pytest.raises(DoorError):
            await doors.document("/api/v1/me")
    finally:
        await doors.close()
        server.close()
    nameless, named = heard
    assert doors.token.encode() in named
    assert doors.token.encode() not in nameless
    assert b"authorization" not in nameless.lower()
    assert b"cookie" not in nameless.lower()

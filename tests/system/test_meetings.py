"""A meeting at the real backend: sixty vote in the same moment while the backend is killed, openly and secretly."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.ballots import Ballot, drawn
from backend.contracts.commands import Role
from backend.contracts.meeting_events import BallotHanded
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.feed_client import feed_client
from tests.system.voting import MEETING, OPTIONS, Voter, close_vote, new_id, open_vote, plan_of

pytestmark = pytest.mark.anyio
VOTERS: Final = 60
CHOICES: Final = [OPTIONS[number % 3].option_id if number % 7 else "co" for number in range(VOTERS)]


@asynccontextmanager
async def session(tmp_path: Path, voters: int = VOTERS) -> AsyncIterator[tuple[BackendProcess, Voter, list[Voter]]]:
    """A backend with a meeting in session and everybody there: (backend, chair, voters)."""
    with BackendProcess.start(SMALL_SITE, tmp_path) as backend:
        backend.add_user("chu-toa", Role.SUPERVISOR)
        names = [backend.add_user(f"dai-bieu-{number}", Role.LEADER) for number in range(voters)]
        tokens = await asyncio.gather(*(asyncio.to_thread(backend.login, name) for name in ("chu-toa", *names)))
        chair = Voter("chu-tri", tokens[0], "")
        people = [Voter(name, token, option) for name, token, option in zip(names, tokens[1:], CHOICES, strict=False)]
        plan = plan_of(people, "chu-toa", int(time.time() * 1000))
        wishes: list[cmd.MeetingCommand] = [cmd.PlanMeeting(command_id=new_id(), meeting_id=MEETING, plan=plan)]
        wishes += [
            cmd.AttendMeeting(
                command_id=new_id(), meeting_id=MEETING, participant_id=one.participant_id, presence="present"
            )
            for one in plan.participants
        ]
        wishes.append(cmd.MoveMeeting(command_id=new_id(), meeting_id=MEETING, phase="running"))
        results = await chair.ask(backend, *wishes)
        assert [one.reason for one in results if not one.accepted] == []
        yield backend, chair, people


async def opened(backend: BackendProcess, chair: Voter, form: mt.VoteForm) -> mt.Vote:
    (result,) = await chair.ask(backend, open_vote("v1", form))
    assert result.accepted, result.reason
    async with feed_client(backend.feed_url, chair.token) as seat:
        await seat.until(lambda: seat.state.meetings[MEETING].vote("v1") is not None)
        vote = seat.state.meetings[MEETING].vote("v1")
    assert vote is not None
    return vote


async def killed_amid(backend: BackendProcess, done: asyncio.Event) -> None:
    """Killed once some were answered, and started again at the same address."""
    await done.wait()
    port = backend.port
    await asyncio.to_thread(backend.kill)
    await asyncio.to_thread(lambda: backend.restart(port=port))


async def closed(backend: BackendProcess, chair: Voter) -> mt.VoteResult:
    (result,) = await chair.ask(backend, close_vote("v1"))
    assert result.accepted, result.reason
    async with feed_client(backend.feed_url, chair.token) as seat:
        vote = seat.state.meetings[MEETING].vote("v1")
    assert vote is not None
    assert vote.result is not None
    return vote.result


def expected(voters: list[Voter]) -> dict[str, int]:
    counts = Counter(one.option_id for one in voters)
    return {one.option_id: counts[one.option_id] for one in OPTIONS}


async def test_sixty_votes_at_once_are_counted_exactly_although_the_backend_is_killed(tmp_path: Path) -> None:
    async with session(tmp_path) as (backend, chair, voters):
        await opened(backend, chair, "open")
        some, answered = asyncio.Event(), 0

        async def vote(one: Voter) -> None:
            nonlocal answered
            result = await one.votes(backend, "v1")
            assert result.accepted, result.reason
            answered += 1
            if answered == VOTERS // 4:
                some.set()

        await asyncio.gather(killed_amid(backend, some), *(vote(one) for one in voters))
        result = await closed(backend, chair)
        assert result.counts == expected(voters)
        assert (result.present, result.members, result.base) == (VOTERS, VOTERS, VOTERS)
        assert result.carried is (expected(voters)["co"] * 2 > VOTERS)


async def test_sixty_secret_votes_are_counted_exactly_and_nobody_can_tell_whose_they_were(tmp_path: Path) -> None:
    async with session(tmp_path) as (backend, chair, voters):
        vote = await opened(backend, chair, "secret")
        assert vote.key is not None
        await asyncio.gather(*(one.takes_ballot(backend, "v1", vote.key) for one in voters))
        handed = await handed_ballots(backend, chair)
        for one in voters:
            one.signed(handed[one.name], vote.key)
        some, counted = asyncio.Event(), 0

        async def cast(one: Voter) -> None:
            nonlocal counted
            assert await one.casts(backend, "v1") == 200
            counted += 1
            if counted == VOTERS // 4:
                some.set()

        await asyncio.gather(killed_amid(backend, some), *(cast(one) for one in voters))
        assert await voters[0].casts(backend, "v1") == 200, "the same ballot again is the same vote"
        result = await closed(backend, chair)
        assert result.counts == expected(voters)
        assert dict(result.serials) == {one.serial: one.option_id for one in voters}
        assert await voters[0].casts(backend, "v1") == 200, "its answer may have been lost"
        late = Voter("late", "", "co", serial=drawn(vote.key)[0])
        late.signature = voters[0].signature
        assert await late.casts(backend, "v1") == 422
        names = {one.name for one in voters}
        serials = {one.serial for one in voters}
    assert linked_rows(tmp_path, names, serials) == []


async def handed_ballots(backend: BackendProcess, chair: Voter) -> dict[str, BallotHanded]:
    async with httpx.AsyncClient(base_url=backend.url, headers={"Authorization": f"Bearer {chair.token}"}) as http:
        found: dict[str, BallotHanded] = {}
        after = 0
        while len(found) < VOTERS:
            answer = await http.get("/api/v1/events", params={"after_seq": after})
            rows = answer.json()["events"]
            assert rows, "the log has the ballots that were handed out"
            after = rows[-1]["seq"]
            for row in rows:
                if row["event"]["kind"] == "meeting.ballot_handed":
                    event = BallotHanded.model_validate_json(json.dumps(row["event"]))
                    found[event.participant_id] = event
    return found


def linked_rows(data_dir: Path, names: set[str], serials: set[str]) -> list[str]:
    """Rows of any table of the database, and lines of any file of the data folder, that have a voter and a ballot's
    number; and every row that still holds a key or a ballot of the closed vote."""
    found: list[str] = []
    (file,) = data_dir.glob("*.sqlite3")
    with sqlite3.connect(file) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert {"events", "ballots", "ballot_keys", "audit"} <= set(tables)
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                text = " ".join(map(str, row))
                if table in ("ballots", "ballot_keys"):
                    found.append(f"{table}: {text}")
                elif table == "events" and "meeting.vote_closed" in text:
                    assert not any(name in text for name in names), "the result names nobody"
                elif any(serial in text for serial in serials):
                    found.append(f"{table}: {text}")
    return found


async def test_a_ballot_that_nobody_handed_out_is_refused_in_words(tmp_path: Path) -> None:
    async with session(tmp_path, 2) as (backend, chair, _):
        await opened(backend, chair, "secret")
        ballot = Ballot(meeting_id=MEETING, vote_id="v1", serial="ab" * 32, option_id="co", signature="ab" * 100)
        async with httpx.AsyncClient(base_url=backend.url) as http:
            forged = await http.post("/api/v1/ballots", json=ballot.model_dump())
            assert (forged.status_code, forged.json()["reason"]) == (422, "the room did not hand out this ballot")
            other = ballot.model_copy(update={"option_id": "co-le"})
            wrong = await http.post("/api/v1/ballots", json=other.model_dump())
            assert "it has co, khong, trang" in wrong.json()["reason"]
            none = ballot.model_copy(update={"vote_id": "v9"})
            unknown = await http.post("/api/v1/ballots", json=none.model_dump())
            assert "no such secret vote" in unknown.json()["reason"]


async def test_a_seat_that_drops_and_returns_is_where_the_meeting_is_now(tmp_path: Path) -> None:
    async with session(tmp_path, 2) as (backend, chair, voters):
        async with feed_client(backend.feed_url, voters[0].token) as seat:
            before = seat.state
        shown = mt.Shown(kind="map", zoom=4.0, x=0.25)
        wishes = (
            cmd.OpenMeetingItem(command_id=new_id(), meeting_id=MEETING, item_id="lu"),
            cmd.GiveFloor(command_id=new_id(), meeting_id=MEETING, participant_id=voters[1].name),
            cmd.ShowInMeeting(command_id=new_id(), meeting_id=MEETING, shown=shown),
        )
        assert all(one.accepted for one in await chair.ask(backend, *wishes))
        async with feed_client(backend.feed_url, voters[0].token, before) as seat:
            await seat.until(lambda: seat.state.meetings[MEETING].shown == shown, timeout_s=2)
            assert seat.snapshots == [], "the tail was enough"
            meeting = seat.state.meetings[MEETING]
            assert meeting.item_id == "lu"
            assert meeting.floor is not None
            assert meeting.floor.participant_id == voters[1].name

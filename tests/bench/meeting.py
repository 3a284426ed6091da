"""Sixty seats in one meeting: how long until what the chair shows is at every one of them, and sixty votes at once.

A real backend, real websockets; the seats are clients of one process beside it. The chair puts something else on the
screen again and again; a seat notes when the word of it came. Then everybody votes in the same moment, each over his
own connection. The anchor is one loopback round trip of a door that stores nothing, median.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection, connect

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.commands import Role
from backend.contracts.feed import CommandFrame
from tests.bench.desk import percentile
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.feed_client import feed_client, hello
from tests.system.voting import MEETING, Voter, close_vote, new_id, open_vote, plan_of

SEATS: Final = 60
TURNS: Final = 120
TURN_EVERY_S: Final = 0.25
_SHOWN: Final = re.compile(r'"kind":"meeting\.shown".{0,120}?"zoom":([0-9.]+)')


def run(brief: bool) -> dict[str, object]:
    """Hold the meeting."""
    return asyncio.run(_run(12 if brief else SEATS, 8 if brief else TURNS))


async def _run(seats: int, turns: int) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory(prefix="trucban-meeting-") as folder,
        BackendProcess.start(SMALL_SITE, Path(folder)) as backend,
    ):
        backend.add_user("chu-toa", Role.SUPERVISOR)
        names = [backend.add_user(f"dai-bieu-{number}", Role.LEADER) for number in range(seats)]
        tokens = [await asyncio.to_thread(backend.login, name) for name in ("chu-toa", *names)]
        chair = Voter("chu-tri", tokens[0], "")
        voters = [
            Voter(name, token, ("co", "khong")[number % 2])
            for number, (name, token) in enumerate(zip(names, tokens[1:], strict=True))
        ]
        await _begin(backend, chair, voters)
        late_s, lost = await _turns(backend, chair, voters, turns)
        vote_s, exact = await _votes(backend, chair, voters)
        trip_ms = await _round_trip_ms(backend)
    p50_ms, p95_ms = percentile(late_s, 0.5) * 1000, percentile(late_s, 0.95) * 1000
    return {
        "seats": seats,
        "turns": turns,
        "turn_to_every_seat_p50_ms": round(p50_ms, 1),
        "turn_to_every_seat_p95_ms": round(p95_ms, 1),
        "turns_lost": lost,
        "votes_at_once_s": round(vote_s, 2),
        "votes_exact": exact,
        "round_trip_ms": round(trip_ms, 2),
        "p95_per_round_trip": round(p95_ms / trip_ms, 1),
    }


async def _begin(backend: BackendProcess, chair: Voter, voters: list[Voter]) -> None:
    plan = plan_of(voters, "chu-toa", int(time.time() * 1000))
    wishes: list[cmd.MeetingCommand] = [cmd.PlanMeeting(command_id=new_id(), meeting_id=MEETING, plan=plan)]
    wishes += [
        cmd.AttendMeeting(
            command_id=new_id(), meeting_id=MEETING, participant_id=one.participant_id, presence="present"
        )
        for one in plan.participants
    ]
    wishes.append(cmd.MoveMeeting(command_id=new_id(), meeting_id=MEETING, phase="running"))
    refused = [one.reason for one in await chair.ask(backend, *wishes) if not one.accepted]
    if refused:
        raise RuntimeError(f"the meeting does not begin: {refused[0]}")


async def _turns(backend: BackendProcess, chair: Voter, voters: list[Voter], turns: int) -> tuple[list[float], int]:
    """(seconds from the chair's word until the last seat had it, of each turn; how many did not come everywhere)."""
    came: dict[float, list[float]] = {}
    async with AsyncExitStack() as stack:
        for voter in voters:
            socket = await stack.enter_async_context(connect(backend.feed_url, max_size=None))
            await socket.send(hello(voter.token, topics=("events",)))
            reading = asyncio.create_task(_listen(socket, came))
            stack.callback(reading.cancel)
        seat = await stack.enter_async_context(feed_client(backend.feed_url, chair.token))
        sent: dict[float, float] = {}
        for number in range(turns):
            zoom = 1 + (number + 1) / 100
            shown = mt.Shown(kind="map", zoom=zoom)
            wish = cmd.ShowInMeeting(command_id=new_id(), meeting_id=MEETING, shown=shown)
            sent[zoom] = time.perf_counter()
            await seat.connection.send(CommandFrame(command=wish).model_dump_json())
            await asyncio.sleep(TURN_EVERY_S)
        async with asyncio.timeout(20):
            while any(len(came.get(zoom, ())) < len(voters) for zoom in sent):
                await asyncio.sleep(0.05)
    whole = [zoom for zoom in sent if len(came.get(zoom, ())) == len(voters)]
    return [max(came[zoom]) - sent[zoom] for zoom in whole], turns - len(whole)


async def _listen(socket: ClientConnection, came: dict[float, list[float]]) -> None:
    """Notes when each turn came; what else is told is not read."""
    async for text in socket:
        at_s = time.perf_counter()
        for zoom in _SHOWN.findall(str(text)):
            came.setdefault(float(zoom), []).append(at_s)


async def _votes(backend: BackendProcess, chair: Voter, voters: list[Voter]) -> tuple[float, bool]:
    """(seconds until all were answered, whether the count is theirs)."""
    await chair.ask(backend, open_vote("v1", "open"))
    begin_s = time.perf_counter()
    await asyncio.gather(*(one.votes(backend, "v1") for one in voters))
    took_s = time.perf_counter() - begin_s
    await chair.ask(backend, close_vote("v1"))
    async with feed_client(backend.feed_url, chair.token) as seat:
        vote = seat.state.meetings[MEETING].vote("v1")
    counts = dict(vote.result.counts) if vote is not None and vote.result is not None else {}
    told = {option: sum(one.option_id == option for one in voters) for option in counts}
    return took_s, bool(counts) and counts == told


async def _round_trip_ms(backend: BackendProcess) -> float:
    async with httpx.AsyncClient(base_url=backend.url) as http:
        times = []
        for _ in range(50):
            begin_s = time.perf_counter()
            await http.get("/healthz")
            times.append(time.perf_counter() - begin_s)
    return statistics.median(times) * 1000

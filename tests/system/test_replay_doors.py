"""The replay's doors of a running backend: what they answer, to whom, and in which words they refuse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from backend.contracts.commands import Role
from backend.contracts.events import AlertAcknowledged, MarkPlaced
from backend.contracts.marks import Mark
from backend.contracts.replay import (
    LIVE_EDGE_MS,
    Debrief,
    NextEvent,
    ReplayEvents,
    ReplayReadings,
    ReplaySpan,
    StateThen,
    Timeline,
)
from backend.contracts.state import RoomState, apply
from backend.gateway.settings import GatewaySettings
from backend.storage.readings import ReadingRow
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.unit.replay_samples import folded
from tests.unit.storage_samples import plain

PASSWORD = "a-long-enough-password"
HOUR_MS = 3_600_000


@asynccontextmanager
async def caller(backend: OpenBackend, token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    base = f"http://127.0.0.1:{backend.port}/api/v1/replay"
    async with httpx.AsyncClient(base_url=base, headers=headers) as client:
        yield client


async def signed_in(backend: OpenBackend, user: str, role: Role) -> str:
    await backend.parts.accounts.add_user(user, PASSWORD, role, user, "pccc" if role is Role.AGENCY else "")
    return (await backend.parts.accounts.login(user, PASSWORD, "test")).token


def followed(backend: OpenBackend) -> dict[int, str]:
    """The live state after each of its decisions from now on, whoever made them."""
    room, states = backend.parts.room, dict[int, str]()
    room.listen(lambda events: states.update({room.durable.seq: plain(room.durable)}))
    return states


async def acknowledge(backend: OpenBackend, alert_id: str) -> None:
    await backend.parts.room.record(lambda state: [AlertAcknowledged(alert_id=alert_id)], actor="officer")


async def ok(client: httpx.AsyncClient, door: str, **query: str | int) -> bytes:
    answer = await client.get(door, params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_the_doors_answer_with_the_room_as_it_stood(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend, caller(backend, backend.token) as client:
            room, began_ms = backend.parts.room, backend.clock.now_ms()
            states = followed(backend)
            for number in range(6):
                await backend.raise_alert(f"a{number}")
                await acknowledge(backend, f"a{number}")
                backend.clock.ahead_ms += 60_000
            samples = [ReadingRow("R-01", "Level", began_ms + 1_000 * n, 70.0 + n, 0, began_ms + 90_000, "logger")
                       for n in range(5)]  # fmt: skip
            await backend.parts.readings_store.insert(samples)
            span = ReplaySpan.model_validate_json(await ok(client, "/span"))
            assert (span.epoch, span.last_seq) == (backend.parts.log.epoch, room.durable.seq)
            assert span.first_ms is not None
            for minute in range(6):
                at_ms = began_ms + minute * 60_000 + 30_000
                then = StateThen.model_validate_json(await ok(client, "/state", at=at_ms))
                assert plain(folded(then)) == states[then.seq]
            body = await ok(client, "/events", after_seq=0, until=began_ms + 90_000, limit=1_000)
            page = ReplayEvents.model_validate_json(body)
            assert page.complete
            assert {one.event.kind for one in page.events} >= {"site.loaded", "alert.raised", "alert.acknowledged"}
            for known, count in ((began_ms + 89_000, 0), (began_ms + 91_000, 5)):
                answer = await ok(client, "/readings", start=began_ms, end=began_ms + HOUR_MS, known=known)
                found = ReplayReadings.model_validate_json(answer)
                assert sum(len(series.value) for series in found.series) == count

    asyncio.run(scenario())


def test_bars_jumps_and_gaps_follow_the_room(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend, caller(backend, backend.token) as client:
            began_ms = backend.clock.now_ms()
            backend.clock.ahead_ms += 1_000
            for number in range(4):
                await backend.raise_alert(f"a{number}")
                backend.clock.ahead_ms += 600_000
            end_ms = backend.clock.now_ms()

            async def alerts(buckets: int) -> int:
                body = await ok(client, "/timeline", start=began_ms, end=end_ms, buckets=buckets)
                bars = Timeline.model_validate_json(body)
                return sum(next(lane.counts for lane in bars.lanes if lane.lane == "alert"))

            assert await alerts(4_000) == 4, "narrow bars are counted from the log itself"
            async with asyncio.timeout(10):
                while await alerts(10) != 4:
                    await asyncio.sleep(0.05)
            at_ms, seen = began_ms, list[str]()
            for _ in range(5):
                body = await ok(client, "/next", at=at_ms, direction=1, lane="alert")
                event = NextEvent.model_validate_json(body).event
                if event is None:
                    break
                at_ms = event.at_ms
                assert event.event.kind == "alert.raised"
                seen.append(event.event.alert.alert_id)
            assert seen == ["a0", "a1", "a2", "a3"]
            body = await ok(client, "/next", at=at_ms, direction=-1, lane="alert")
            before = NextEvent.model_validate_json(body).event
            assert before is not None
            assert before.event.kind == "alert.raised"
            assert before.event.alert.alert_id == "a2"

    asyncio.run(scenario())


def test_nothing_younger_than_the_edge_is_replayed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend, caller(backend, backend.token) as client:
            before = backend.parts.room.durable.seq
            backend.clock.ahead_ms += 2 * LIVE_EDGE_MS
            await backend.raise_alert("new")
            far = backend.clock.now_ms() + HOUR_MS
            then = StateThen.model_validate_json(await ok(client, "/state", at=far))
            assert then.seq == before
            assert then.at_ms <= backend.clock.now_ms() - LIVE_EDGE_MS
            page = ReplayEvents.model_validate_json(await ok(client, "/events", until=far))
            assert page.events[-1].seq == before
            found = NextEvent.model_validate_json(await ok(client, "/next", at=then.at_ms, direction=1))
            assert found.event is None
            backend.clock.ahead_ms += LIVE_EDGE_MS
            then = StateThen.model_validate_json(await ok(client, "/state", at=far))
            assert "new" in folded(then).alerts

    asyncio.run(scenario())


def test_a_clock_that_was_set_back_hides_nothing_for_long(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend, caller(backend, backend.token) as client:
            backend.clock.ahead_ms += HOUR_MS
            await backend.raise_alert("ahead of time")
            backend.clock.ahead_ms -= HOUR_MS
            await backend.raise_alert("after the step")
            backend.clock.ahead_ms += 2 * LIVE_EDGE_MS
            wanted, shown = {"ahead of time", "after the step"}, set[str]()
            async with asyncio.timeout(10):
                while not wanted <= shown:
                    body = await ok(client, "/state", at=backend.clock.now_ms() + HOUR_MS)
                    shown = set(folded(StateThen.model_validate_json(body)).alerts)
                    await asyncio.sleep(0.05)

    asyncio.run(scenario())


BAD: Final[tuple[tuple[str, dict[str, str | int]], ...]] = (
    ("/state", {"at": "yesterday"}),
    ("/state", {"at": -1}),
    ("/state", {"at": 10**18}),
    ("/state", {}),
    ("/events", {"until": 5, "limit": 0}),
    ("/events", {"until": 5, "after_seq": 2**63}),
    ("/readings", {"start": 5, "end": 4, "known": 9}),
    ("/readings", {"start": 0, "end": 7 * HOUR_MS, "known": 9}),
    ("/timeline", {"start": 9_000, "end": 8_000, "buckets": 100}),
    ("/timeline", {"start": 0, "end": 999, "buckets": 100}),
    ("/timeline", {"start": 0, "end": 41 * 24 * HOUR_MS, "buckets": 100}),
    ("/timeline", {"start": 0, "end": 9_000, "buckets": 9}),
    ("/timeline", {"start": 0, "end": 9_000, "buckets": 4_001}),
    ("/next", {"at": 5, "direction": 0}),
    ("/next", {"at": 5, "direction": 2}),
    ("/next", {"at": 5, "lane": "motion"}),
    ("/next", {"at": 5, "lane": "weather"}),
    ("/debrief", {"start": 9, "end": 8}),
    ("/debrief", {"start": 0, "end": 8 * 24 * HOUR_MS}),
    ("/debrief.html", {"start": 9, "end": 8}),
    ("/debrief.csv", {"start": 9}),
)


def test_bad_questions_are_refused_with_a_sentence(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend:
            token = await signed_in(backend, "chief", Role.SUPERVISOR)
            async with caller(backend, token) as client:
                for door, query in BAD:
                    answer = await client.get(door, params=query)
                    assert answer.status_code == 422, (door, query, answer.text)
                    assert len(json.loads(answer.content)["reason"]) > 10
                # The widest and the narrowest span that are allowed.
                for wide in (1_000, 40 * 24 * HOUR_MS):
                    await ok(client, "/timeline", start=0, end=wide, buckets=10)

    asyncio.run(scenario())


def test_who_may_look_into_the_past_may_and_it_is_recorded(tmp_path: Path) -> None:
    doors = ("/span", "/state?at=5", "/events?until=5", "/readings?start=1&end=2&known=3",
             "/timeline?start=0&end=9000", "/next?at=5", "/debrief?start=0&end=5", "/debrief.csv?start=0&end=5",
             "/debrief.html?start=0&end=5")  # fmt: skip
    allowed = {Role.SUPERVISOR: 9, Role.DUTY_OFFICER: 7, Role.LEADER: 7, Role.AGENCY: 0, Role.ADMINISTRATOR: 0}

    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend:
            for role, count in allowed.items():
                token = await signed_in(backend, f"one-{role}", role)
                async with caller(backend, token) as client:
                    codes = [(await client.get(door)).status_code for door in doors]
                assert codes == [200] * count + [403] * (len(doors) - count), role
            async with caller(backend, "") as client:
                assert {(await client.get(door)).status_code for door in doors} == {401}
            rows = await backend.parts.audit.store.read(0, 1_000)
            looked = {(row.deed, row.actor) for row in rows if row.deed in ("replay.opened", "debrief.opened")}
            assert looked == {
                ("replay.opened", "one-supervisor"),
                ("replay.opened", "one-duty_officer"),
                ("replay.opened", "one-leader"),
                ("debrief.opened", "one-supervisor"),
            }

    asyncio.run(scenario())


def test_the_debrief_and_its_sheets(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend:
            token = await signed_in(backend, "chief", Role.SUPERVISOR)
            began_ms = backend.clock.now_ms()
            await backend.raise_alert("a1")
            backend.clock.ahead_ms += 30_000
            await acknowledge(backend, "a1")
            mark = Mark(mark_id="m", kind="debrief", at_ms=began_ms + 10_000, text="nên nhanh hơn", placed_by="chief",
                        placed_ms=began_ms)  # fmt: skip
            await backend.parts.room.record(lambda state: [MarkPlaced(mark=mark)], actor="chief")
            backend.clock.ahead_ms += 30_000
            async with caller(backend, token) as client:
                query = {"start": began_ms - 1_000, "end": began_ms + HOUR_MS}
                found = Debrief.model_validate_json(await ok(client, "/debrief", **query))
                assert began_ms + 60_000 <= found.end_ms <= backend.clock.now_ms(), "up to now"
                times = next(one for one in found.alerts if one.alert_id == "a1")
                assert times.acknowledged_by == "officer"
                assert times.acknowledged_ms is not None
                assert 29_000 < times.acknowledged_ms - times.raised_ms < 40_000
                for ending, kind in (("csv", "text/csv"), ("html", "text/html")):
                    answer = await client.get(f"/debrief.{ending}", params=query)
                    assert answer.status_code == 200
                    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
                    assert answer.headers["content-disposition"].startswith('attachment; filename="rut-kinh-nghiem-')
                    assert "sandbox" in answer.headers["content-security-policy"]
                    assert "nên nhanh hơn" in answer.text
                    assert "Trực ban" in answer.text

    asyncio.run(scenario())


def test_a_fold_of_the_pages_is_the_live_state(tmp_path: Path) -> None:
    """As a console plays from the beginning: page by page, from nothing."""

    async def scenario() -> None:
        async with open_backend(tmp_path, GatewaySettings()) as backend, caller(backend, backend.token) as client:
            states = followed(backend)
            for number in range(12):
                await backend.raise_alert(f"a{number}")
            await backend.comment("a3", 30, 20)
            backend.clock.ahead_ms += 2 * LIVE_EDGE_MS
            state, until = RoomState(epoch=backend.parts.log.epoch), backend.clock.now_ms()
            complete = False
            while not complete:
                body = await ok(client, "/events", after_seq=state.seq, until=until, limit=7)
                page = ReplayEvents.model_validate_json(body)
                for one in page.events:
                    apply(state, one)
                complete = page.complete
            assert plain(state) == states[state.seq]
            assert len(state.alerts) >= 12

    asyncio.run(scenario())

"""The live feed of a real backend process, spoken to as consoles and intruders do."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.commands import AcknowledgeAlert, Command, CommentAlert, DispatchAlert, Role, TakeAlert
from backend.contracts.feed import SERVER_FRAME, Farewell, SeatClock
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState
from backend.gateway.feed.seat import CLOCKS_KEPT
from tests.system.backend_process import SMALL_SITE, BackendProcess, run_backend
from tests.system.feed_client import FeedClient, feed_client, hello, same_state
from tests.system.producers import cap_message, file_name, station_file


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    data_dir = tmp_path_factory.mktemp("feed") / "data"
    with BackendProcess.start(SMALL_SITE, data_dir, "--local-seat") as running:
        yield running


@pytest.fixture(scope="module")
def tokens(backend: BackendProcess) -> dict[Role, str]:
    users = {role: backend.add_user(f"one-{role.value.replace('_', '-')}", role) for role in Role}
    return {role: backend.login(user) for role, user in users.items()}


async def ingest_cap(backend: BackendProcess, identifier: str) -> None:
    headers = {"Authorization": f"Bearer {backend.producer_token('bulletins')}"}
    async with httpx.AsyncClient(base_url=backend.url, headers=headers, timeout=20) as client:
        answer = await client.post("/api/v1/ingest/cap", content=cap_message(identifier))
    assert answer.status_code == 202, answer.text


async def new_alert(backend: BackendProcess, seat: FeedClient) -> str:
    """The id of an alert that was just raised and has reached the seat."""
    identifier = uuid.uuid4().hex
    await ingest_cap(backend, identifier)

    def found() -> list[str]:
        return [key for key, alert in seat.state.alerts.items() if alert.cap and identifier in alert.cap.key]

    await seat.until(lambda: bool(found()))
    return found()[0]


async def ending(url: str, *texts: str | bytes, limit_s: float = 8.0) -> tuple[Farewell | None, int | None]:
    """What the server says last, and its close code, after these frames."""
    farewell = None
    async with asyncio.timeout(limit_s), connect(url) as connection:
        try:
            for text in texts:
                await connection.send(text)
            while True:
                frame = SERVER_FRAME.validate_json(await connection.recv())
                farewell = frame if isinstance(frame, Farewell) else farewell
        except ConnectionClosed:
            return farewell, connection.close_code
    raise AssertionError("not reached")


def test_the_local_seat_is_the_sites_first_duty_officer(backend: BackendProcess) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, backend.local_token) as seat:
            assert seat.welcome is not None
            assert (seat.welcome.user, seat.welcome.role) == ("officer", Role.DUTY_OFFICER)
            assert [frame.reason for frame in seat.snapshots] == ["first"]
            await seat.until(lambda: "officer" in seat.state.operators)

    asyncio.run(scenario())


def test_a_seat_folds_to_the_servers_own_state(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            alert_id = await new_alert(backend, seat)
            assert (await seat.acknowledge(alert_id)).accepted
            await seat.until(lambda: seat.state.alerts[alert_id].phase is AlertPhase.ACTIVE_ACKNOWLEDGED)
            theirs = await asyncio.to_thread(backend.state, tokens[Role.LEADER])
            await seat.until(lambda: seat.state.seq >= theirs.seq)
            theirs = await asyncio.to_thread(backend.state, tokens[Role.LEADER])
            await seat.until(lambda: same_state(seat.state, theirs))

    asyncio.run(scenario())


def test_a_returning_seat_gets_the_tail_and_only_that(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            await new_alert(backend, seat)
            kept = seat.state
        for number in range(5):
            await ingest_cap(backend, f"missed-{number}-{uuid.uuid4().hex}")
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER], kept) as seat:
            assert seat.snapshots == []
            theirs = await asyncio.to_thread(backend.state, tokens[Role.DUTY_OFFICER])
            await seat.until(lambda: same_state(seat.state, theirs))
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER], RoomState(epoch="0" * 32, seq=3)) as seat:
            assert [frame.reason for frame in seat.snapshots] == ["epoch_changed"]

    asyncio.run(scenario())


def test_bursts_come_in_batches_in_order_and_at_most_twenty_a_second(
    backend: BackendProcess, tokens: dict[Role, str]
) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            seat.batches.clear()
            start = seat.state.seq
            headers = {"Authorization": f"Bearer {backend.producer_token('bulletins')}"}
            async with httpx.AsyncClient(base_url=backend.url, headers=headers, timeout=20) as client:

                async def send(worker: int) -> None:
                    for number in range(25):
                        body = cap_message(f"burst-{worker}-{number}-{uuid.uuid4().hex}")
                        assert (await client.post("/api/v1/ingest/cap", content=body)).status_code == 202

                await asyncio.gather(*(send(worker) for worker in range(4)))
            await seat.until(lambda: seat.state.seq >= start + 100)
            seqs = [event.seq for event in seat.events]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
            times = [batch.server_ms for _, batch in seat.batches]
            gaps_ms = sorted(after - before for before, after in zip(times, times[1:], strict=False))
            assert len(seat.batches) < 100
            assert gaps_ms[len(gaps_ms) // 10] >= 45

    asyncio.run(scenario())


def test_a_command_is_done_once_however_often_it_is_sent(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            alert_id = await new_alert(backend, seat)
            command = CommentAlert(command_id=uuid.uuid4().hex, alert_id=alert_id, comment="đã gọi trạm")
            assert (await seat.command(command)).accepted
            seat.results.clear()
            assert (await seat.command(command)).accepted
            await seat.until(lambda: any(e.caused_by == command.command_id for e in seat.events))
            last = await seat.acknowledge(alert_id)
            await seat.until(lambda: any(e.caused_by == last.command_id for e in seat.events))
            caused = [event for event in seat.events if event.caused_by == command.command_id]
            assert len(caused) == 1
            assert (caused[0].actor, caused[0].origin) == ("one-duty-officer", "127.0.0.1")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.DUTY_OFFICER, {"acknowledge", "comment", "take", "dispatch"}),
        (Role.SUPERVISOR, {"acknowledge", "comment", "take", "dispatch"}),
        (Role.LEADER, {"comment", "dispatch"}),
        (Role.AGENCY, {"comment"}),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_each_role_may_do_what_its_rights_say(
    backend: BackendProcess, tokens: dict[Role, str], role: Role, allowed: set[str]
) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[role]) as seat:
            alert_id = await new_alert(backend, seat)
            ids = [uuid.uuid4().hex for _ in range(4)]
            commands: dict[str, Command] = {
                "acknowledge": AcknowledgeAlert(command_id=ids[0], alert_id=alert_id),
                "comment": CommentAlert(command_id=ids[1], alert_id=alert_id, comment="ghi chú"),
                "take": TakeAlert(command_id=ids[2], alert_id=alert_id, expected_owner=""),
                "dispatch": DispatchAlert(command_id=ids[3], alert_id=alert_id, agency_id="pccc"),
            }
            for name, command in commands.items():
                result = await seat.command(command)
                assert result.accepted == (name in allowed), (name, result)
                if name not in allowed:
                    assert result.reason_code == "not_allowed"
                    assert result.reason

            def caused_by(command_id: str) -> list[str]:
                return [event.event.kind for event in seat.events if event.caused_by == command_id]

            # A refusal is an event too, so each command has exactly one.
            await seat.until(lambda: all(caused_by(command_id) for command_id in ids))
            kinds = {name: caused_by(command.command_id) for name, command in commands.items()}
            assert {name for name, caused in kinds.items() if caused != ["command.refused"]} == allowed

    asyncio.run(scenario())


def test_a_command_about_nothing_is_refused_with_a_reason(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            result = await seat.acknowledge("no-such-alert")
            assert (result.accepted, result.reason_code) == (False, "not_found")

    asyncio.run(scenario())


def test_readings_reach_the_seats_that_want_them(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        headers = {"Authorization": f"Bearer {backend.producer_token('logger')}"}
        token = tokens[Role.DUTY_OFFICER]
        async with (
            feed_client(backend.feed_url, token) as every,
            feed_client(backend.feed_url, token, topics=("readings",)) as one,
            httpx.AsyncClient(base_url=backend.url, headers=headers, timeout=20) as client,
        ):
            await one.subscribe("K-01")
            for station, values in (("R-01", [("Level", 71.5, "m")]), ("K-01", [("PM2.5", 33.0, "µg/m3")])):
                url = f"/api/v1/ingest/station-file?name={file_name(station)}"
                assert (await client.post(url, content=station_file(values))).status_code == 202
            await every.until(lambda: {s.station_id for s in every.readings} == {"R-01", "K-01"})
            await one.until(lambda: any(series.station_id == "K-01" for series in one.readings))
            assert {series.station_id for series in one.readings} == {"K-01"}
            assert one.events == []
        async with feed_client(backend.feed_url, token) as late:
            # Who comes later has the newest values at once, not with the next file.
            await late.until(lambda: {s.symbol for s in late.readings} >= {"Level", "PM2.5"})

    asyncio.run(scenario())


def test_heartbeats_tell_of_producers_and_of_the_newest_event(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as seat:
            await ingest_cap(backend, uuid.uuid4().hex)
            await seat.until(lambda: len(seat.heartbeats) >= 2)
            beat = seat.heartbeats[-1]
            pulse = next(item for item in beat.producers if item.producer_id == "bulletins")
            assert pulse.accepted >= 1
            assert pulse.last_message_ms is not None
            assert (beat.degraded, beat.seq >= seat.state.seq - 1) == ("", True)

    asyncio.run(scenario())


def test_a_desk_with_a_wrong_clock_is_an_alert_of_the_rooms_own_while_it_is_there(
    backend: BackendProcess, tokens: dict[Role, str]
) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as watching:

            def skewed() -> list[Alert]:
                return [one for one in watching.state.alerts.values() if one.kind == "clock.skew" and one.active]

            async with feed_client(backend.feed_url, tokens[Role.LEADER]) as wrong:
                for _ in range(CLOCKS_KEPT):
                    wrong_ms = round(time.time() * 1000) + 300_000
                    await wrong.connection.send(SeatClock(local_ms=wrong_ms).model_dump_json())
                await watching.until(lambda: bool(skewed()), 20)
                (alert,) = skewed()
                assert (alert.priority, alert.place_id) == (Priority.SYSTEM, "seat-127.0.0.1")
                assert "chạy trước" in alert.headline_vi
            await watching.until(lambda: not skewed(), 20)

    asyncio.run(scenario())


def test_who_does_not_say_hello_is_sent_away(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    good = hello(tokens[Role.LEADER])
    silent, _ = asyncio.run(ending(backend.feed_url))
    assert silent is not None
    assert (silent.code, silent.retry) == ("protocol", True)
    cases: list[tuple[tuple[str | bytes, ...], str]] = [
        ((hello("no-such-token"),), "unauthorised"),
        ((good.replace('"protocol":1', '"protocol":99'),), "protocol"),
        (('{"type":"goodbye"}',), "protocol"),
        (("{",), "bad_frame"),
        (('{"type":"hello"}',), "bad_frame"),
        (('{"type":"nonsense"}',), "bad_frame"),
        ((good, good), "protocol"),
        ((good, '{"type":"command","command":{"kind":"alert.acknowledge","command_id":"x"}}'), "bad_frame"),
        ((good, '{"type":"subscribe","stations":[""]}'), "bad_frame"),
    ]
    for texts, code in cases:
        farewell, close_code = asyncio.run(ending(backend.feed_url, *texts))
        assert farewell is not None, texts
        assert (farewell.code, close_code) == (code, 1008), texts
        assert farewell.reason


def test_frames_that_are_no_text_or_too_long_or_no_utf8_end_that_connection_only(
    backend: BackendProcess, tokens: dict[Role, str]
) -> None:
    async def bad_utf8() -> Farewell | None:
        async with connect(backend.feed_url) as connection:
            await connection.send(b'{"type":"\xff\xfe"}', text=True)
            return await farewell_of(connection.recv())

    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as bystander:
            assert (await ending(backend.feed_url, b"\x00\x01"))[1] == 1003
            assert (await ending(backend.feed_url, "x" * 70_000))[1] == 1009
            farewell = await bad_utf8()
            assert farewell is not None
            assert farewell.code == "bad_frame"
            beats = len(bystander.heartbeats)
            await bystander.until(lambda: len(bystander.heartbeats) > beats)

    asyncio.run(scenario())


async def farewell_of(frame: object) -> Farewell | None:
    assert asyncio.iscoroutine(frame)
    parsed = SERVER_FRAME.validate_json(await frame)
    return parsed if isinstance(parsed, Farewell) else None


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8080", "https://localhost"])
def test_a_web_page_cannot_open_the_feed(backend: BackendProcess, origin: str) -> None:
    async def scenario() -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(backend.feed_url, additional_headers={"Origin": origin}):
                pass
        assert refused.value.response.status_code == 403

    asyncio.run(scenario())


def test_a_disabled_users_seat_is_cut_within_seconds(backend: BackendProcess) -> None:
    user = backend.add_user("short-stay")
    token = backend.login(user)

    async def scenario() -> None:
        async with feed_client(backend.feed_url, token) as seat:
            where = ("--data", backend.data_dir)
            done = await asyncio.to_thread(run_backend, "user", "disable", user, *where)
            assert done.returncode == 0
            await seat.until(lambda: seat.farewell is not None, 8)
            assert seat.farewell is not None
            assert (seat.farewell.code, seat.farewell.retry) == ("unauthorised", False)

    asyncio.run(scenario())


def test_signing_in_and_out_stands_in_the_log(backend: BackendProcess, tokens: dict[Role, str]) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, tokens[Role.DUTY_OFFICER]) as witness:
            async with feed_client(backend.feed_url, tokens[Role.LEADER]) as seat:
                await witness.until(lambda: "one-leader" in witness.state.operators)
                assert seat.farewell is None
            await witness.until(lambda: "one-leader" not in witness.state.operators)
            kinds = [event.event.kind for event in witness.events if event.actor == "one-leader"]
            assert kinds == ["operator.signed_in", "operator.signed_out"]

    asyncio.run(scenario())

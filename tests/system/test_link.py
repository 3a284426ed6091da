"""The desk's link against a real backend: resume, bad networks, commands, sealed addresses, rubbish servers."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from websockets.sync.server import ServerConnection, serve

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.commands import Role
from backend.contracts.feed import CLIENT_FRAME, PROTOCOL_VERSION, Heartbeat, SeatClock, Welcome
from console.link.target import Target, TargetError
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.link_seat import LinkSeat
from tests.system.producers import cap_message, file_name, frigate_event, station_file
from tests.system.tcp_relay import TcpRelay

LIVE_MS = 15_000
CAP_PRODUCER = "bulletins"
STATION_PRODUCER = "logger"
CAMERA_PRODUCER = "camera-ai"


@pytest.fixture(autouse=True)
def garbage_is_collected_on_this_thread() -> Iterator[None]:
    """As in the program: on the link's thread the collector would destroy Qt objects of this one."""
    gc.collect()
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[BackendProcess]:
    with BackendProcess.start(SMALL_SITE, tmp_path, "--local-seat") as running:
        yield running
        running.kill()  # how it stops in order is another test's matter, and takes a second each time


@pytest.fixture
def seat(qtbot: QtBot) -> Iterator[LinkSeat]:
    made = LinkSeat()
    yield made
    made.close()


def ingest(backend: BackendProcess, producer: str, path: str, body: bytes) -> None:
    with backend.client(backend.producer_token(producer)) as client:
        answer = client.post(path, content=body)
    assert answer.status_code == 202, answer.text


def send_cap(backend: BackendProcess, identifier: str) -> None:
    ingest(backend, CAP_PRODUCER, "/api/v1/ingest/cap", cap_message(identifier))


def bulletins(seat: LinkSeat) -> int:
    """Bulletins in the inbox; the site's unreachable cameras raise alerts of their own meanwhile."""
    return sum(alert.kind == "cap.message" for alert in seat.session.alerts.alerts())


def newest_bulletin(seat: LinkSeat) -> Alert:
    return next(alert for alert in seat.session.alerts.alerts() if alert.kind == "cap.message")


def same_as_server(seat: LinkSeat, backend: BackendProcess) -> bool:
    theirs = backend.state(backend.local_token)
    return seat.snapshot.model_copy(update={"at_ms": 0}) == theirs.model_copy(update={"at_ms": 0})


def go_live(qtbot: QtBot, seat: LinkSeat, url: str, token: str) -> None:
    seat.connect(url, token)
    qtbot.waitUntil(lambda: seat.live_now and seat.session.state.site is not None, timeout=LIVE_MS)


def test_the_first_snapshot_makes_the_desk_equal_to_the_server(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)
    send_cap(backend, "one")
    qtbot.waitUntil(lambda: bulletins(seat) > 0, timeout=LIVE_MS)
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)
    assert seat.session.operator is not None


def test_camera_addresses_arrive_sealed_and_whole(qtbot: QtBot, backend: BackendProcess, seat: LinkSeat) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    qtbot.waitUntil(lambda: bool(seat.streams), timeout=LIVE_MS)
    assert any("@" in stream.main_url for stream in seat.streams), "the small site's cameras have passwords"
    assert "canary" not in seat.snapshot.model_dump_json()


def test_a_killed_backend_is_found_again_within_five_seconds_of_its_return_and_nothing_is_lost(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    send_cap(backend, "before")
    qtbot.waitUntil(lambda: bulletins(seat) == 1, timeout=LIVE_MS)
    port = backend.port
    backend.kill()
    qtbot.waitUntil(lambda: seat.session.link.condition == "lost", timeout=LIVE_MS)
    backend.restart(port=port)
    qtbot.waitUntil(lambda: seat.live_now, timeout=5_000)
    send_cap(backend, "after")
    qtbot.waitUntil(lambda: bulletins(seat) == 2, timeout=LIVE_MS)
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)


def test_a_new_token_goes_on_where_the_old_one_stood(qtbot: QtBot, backend: BackendProcess, seat: LinkSeat) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    resets = seat.resets
    other = backend.login(backend.add_user("hai"))
    seat.connect(backend.url, other)
    qtbot.waitUntil(lambda: seat.session.operator is not None and seat.session.operator.user == "hai", timeout=LIVE_MS)
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)
    assert seat.resets == resets, "the tail was enough: no snapshot"


def test_a_cut_network_is_lost_in_words_and_heals_by_itself(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    with TcpRelay(backend.port) as relay:
        go_live(qtbot, seat, f"http://127.0.0.1:{relay.port}", backend.local_token)
        relay.cut()
        qtbot.waitUntil(lambda: seat.session.link.condition == "lost", timeout=LIVE_MS)
        assert seat.session.link.reason
        send_cap(backend, "meanwhile")
        relay.heal()
        qtbot.waitUntil(lambda: seat.live_now, timeout=5_000)
        qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)
        assert bulletins(seat) == 1


def test_a_network_that_hangs_without_closing_is_noticed_by_the_missing_heartbeats(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    with TcpRelay(backend.port) as relay:
        go_live(qtbot, seat, f"http://127.0.0.1:{relay.port}", backend.local_token)
        relay.hold()
        qtbot.waitUntil(lambda: "stale" in seat.conditions, timeout=LIVE_MS)
        qtbot.waitUntil(lambda: seat.session.link.condition == "lost", timeout=LIVE_MS)
        relay.heal()
        qtbot.waitUntil(lambda: seat.live_now and same_as_server(seat, backend), timeout=LIVE_MS)


def test_a_slow_network_delivers_late_but_all(qtbot: QtBot, backend: BackendProcess, seat: LinkSeat) -> None:
    with TcpRelay(backend.port) as relay:
        relay.slow_down(delay_s=0.15, bytes_per_s=200_000)
        go_live(qtbot, seat, f"http://127.0.0.1:{relay.port}", backend.local_token)
        for number in range(5):
            send_cap(backend, f"slow-{number}")
        qtbot.waitUntil(lambda: bulletins(seat) == 5, timeout=LIVE_MS)


def test_readings_arrive_and_the_time_of_an_outage_is_fetched_from_history(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    with TcpRelay(backend.port) as relay:
        go_live(qtbot, seat, f"http://127.0.0.1:{relay.port}", backend.local_token)
        site = seat.session.state.site
        assert site is not None
        station = next(one for one in site.stations if one.producer_id == STATION_PRODUCER)
        parameter = station.parameters[0]

        def send(value: float) -> None:
            body = station_file([(parameter.symbol, value, parameter.unit)])
            name = file_name(station.station_id)
            ingest(backend, STATION_PRODUCER, f"/api/v1/ingest/station-file?name={name}", body)

        def latest() -> float:
            found = seat.session.readings.latest(station.station_id, parameter.symbol)
            return -1.0 if found is None else found[1]

        send(11.0)
        qtbot.waitUntil(lambda: latest() == 11.0, timeout=LIVE_MS)
        relay.cut()
        qtbot.waitUntil(lambda: not seat.live_now, timeout=LIVE_MS)
        sent_ms = seat.clock.now_ms()
        qtbot.waitUntil(lambda: seat.clock.now_ms() - sent_ms > 1_100, timeout=LIVE_MS)  # stamps have whole seconds
        send(22.0)
        relay.heal()
        qtbot.waitUntil(lambda: latest() == 22.0, timeout=LIVE_MS)


def test_a_command_is_done_only_when_its_event_is_back(qtbot: QtBot, backend: BackendProcess, seat: LinkSeat) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    send_cap(backend, "fire")
    qtbot.waitUntil(lambda: bulletins(seat) == 1, timeout=LIVE_MS)
    alert = newest_bulletin(seat)
    states: list[tuple[str, AlertPhase]] = []
    pending = seat.commands.acknowledge(alert.alert_id)
    assert pending.state == "pending"
    pending.changed.connect(lambda: states.append((pending.state, seat.session.state.alerts[alert.alert_id].phase)))
    qtbot.waitUntil(lambda: pending.state == "done", timeout=LIVE_MS)
    assert states[-1] == ("done", AlertPhase.ACTIVE_ACKNOWLEDGED)
    operator = seat.session.operator
    assert operator is not None
    assert seat.session.state.alerts[alert.alert_id].acknowledged_by == operator.user


def test_a_leaders_acknowledgement_is_refused_with_its_reason(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    token = backend.login(backend.add_user("lanh-dao", Role.LEADER))
    go_live(qtbot, seat, backend.url, token)
    send_cap(backend, "fire")
    qtbot.waitUntil(lambda: bulletins(seat) == 1, timeout=LIVE_MS)
    alert = newest_bulletin(seat)
    pending = seat.commands.acknowledge(alert.alert_id)
    qtbot.waitUntil(lambda: pending.failed, timeout=LIVE_MS)
    assert pending.reason
    assert not seat.session.state.alerts[alert.alert_id].acknowledged


def test_a_hung_server_times_the_command_out_in_words(qtbot: QtBot, backend: BackendProcess) -> None:
    seat = LinkSeat(timeout_s=0.6)
    try:
        with TcpRelay(backend.port) as relay:
            go_live(qtbot, seat, f"http://127.0.0.1:{relay.port}", backend.local_token)
            send_cap(backend, "fire")
            qtbot.waitUntil(lambda: bulletins(seat) == 1, timeout=LIVE_MS)
            relay.hold()
            pending = seat.commands.acknowledge(newest_bulletin(seat).alert_id)
            qtbot.waitUntil(lambda: pending.state == "timed_out", timeout=LIVE_MS)
            assert pending.reason
    finally:
        seat.close()


def test_a_burst_of_ten_thousand_detections_loses_no_event(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    site = seat.session.state.site
    assert site is not None
    events = b",".join(
        frigate_event(f"d-{number}", site.cameras[number % len(site.cameras)].camera_id) for number in range(2_000)
    )
    for part in range(5):
        ingest(
            backend, CAMERA_PRODUCER, "/api/v1/ingest/detections", b"[" + events.replace(b'"d-', b'"%d-' % part) + b"]"
        )
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=30_000)
    assert seat.session.alerts.rowCount() > 0


def test_wrong_passwords_are_refused_and_expired_tokens_ask_for_a_sign_in(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    backend.add_user("ba")
    seat.link.sign_in(Target(backend.url), "ba", "wrong password")
    qtbot.waitUntil(lambda: bool(seat.refusals), timeout=LIVE_MS)
    seat.connect(backend.url, "no-such-token")
    qtbot.waitUntil(lambda: bool(seat.asked_to_sign_in), timeout=LIVE_MS)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.5:8080",
        "http://localhost.example.vn",
        "ftp://127.0.0.1",
        "nonsense",
        "https://",
        "https://[::1",
        "https://10.0.0.5:99999",
        "https://10.0.0.5/desk?user=an",
    ],
)
def test_servers_that_may_not_be_used_are_refused_in_words(url: str) -> None:
    with pytest.raises(TargetError):
        Target(url).checked()
    assert Target("http://10.0.0.5:8080", insecure=True).checked().feed_url == "ws://10.0.0.5:8080/feed"
    assert Target("HTTPS://10.0.0.5/").checked().feed_url == "wss://10.0.0.5/feed"


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(TargetError) as refused:
        Target("https://an:canary@10.0.0.5").checked()
    assert "canary" not in str(refused.value)


def test_a_server_that_speaks_rubbish_is_told_and_tried_again(qtbot: QtBot, seat: LinkSeat) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    served: list[int] = []

    def serve() -> None:
        for answer in (b"\x00\xff rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n<html>", b"HTTP/1.1 101 Sw"):
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(answer)
            served.append(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    seat.connect(f"http://127.0.0.1:{listener.getsockname()[1]}", "token")
    qtbot.waitUntil(lambda: len(served) == 3, timeout=LIVE_MS)
    assert seat.session.link.condition in ("connecting", "lost")
    assert seat.session.link.reason
    thread.join(5)
    listener.close()


def test_a_fold_that_does_not_fit_starts_over_from_a_snapshot(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    go_live(qtbot, seat, backend.url, backend.local_token)
    qtbot.waitUntil(lambda: same_as_server(seat, backend), timeout=LIVE_MS)
    seat.session.state.seq -= 1  # as if an event had been lost on this desk
    send_cap(backend, "gap")
    qtbot.waitUntil(lambda: seat.live_now and same_as_server(seat, backend), timeout=LIVE_MS)
    assert bulletins(seat) == 1


def test_a_desk_tells_its_own_clock_with_each_heartbeat(qtbot: QtBot, seat: LinkSeat) -> None:
    told: list[SeatClock] = []
    beat = Heartbeat(server_ms=1_000, seq=0, producers=()).model_dump_json()

    def converse(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(
            Welcome(
                protocol=PROTOCOL_VERSION,
                server_ms=1_000,
                epoch="e",
                seq=0,
                user="one",
                display_name="One",
                role=Role.LEADER,
                rights=(),
                token_expires_ms=2_000,
                heartbeat_s=2.0,
            ).model_dump_json()
        )
        for _ in range(2):
            connection.send(beat)
            frame = CLIENT_FRAME.validate_json(connection.recv())
            assert isinstance(frame, SeatClock)
            told.append(frame)

    with serve(converse, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        seat.connect(f"http://127.0.0.1:{server.socket.getsockname()[1]}", "token")
        qtbot.waitUntil(lambda: len(told) >= 2, timeout=LIVE_MS)
        server.shutdown()
        thread.join(5)
    assert abs(told[0].local_ms - time.time() * 1000) < 60_000

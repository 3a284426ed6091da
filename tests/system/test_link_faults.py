"""The desk's link against servers and networks that misbehave, and at its own ends: start, change, stop."""

from __future__ import annotations

import gc
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_core import to_json
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from backend.contracts.readings import ReadingHistory
from backend.gateway.feed.pipe import text_frame
from console.link.inbound import LinkBatch
from console.link.target import Target
from tests.system.backend_process import SMALL_SITE, TOP, BackendProcess
from tests.system.link_seat import LinkSeat
from tests.system.producers import file_name, station_file
from tests.system.raw_feed import RawFeed, Talk, comments, snapshot, welcome
from tests.system.tcp_relay import TcpRelay

WAIT_MS = 10_000
TLS = TOP / "tests" / "fixtures" / "tls"


@pytest.fixture(autouse=True)
def garbage_is_collected_on_this_thread() -> Iterator[None]:
    """As in the program: on the link's thread the collector would destroy Qt objects of this one."""
    gc.collect()
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def seat(qtbot: QtBot) -> Iterator[LinkSeat]:
    made = LinkSeat()
    yield made
    made.close()


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    with BackendProcess.start(SMALL_SITE, tmp_path_factory.mktemp("link"), "--local-seat") as running:
        yield running
        running.kill()


def condition(seat: LinkSeat) -> str:
    """Now; a function, because the type checker takes a property for something that stays."""
    return seat.session.link.condition


def welcomed(talk: Talk) -> None:
    talk.say(welcome(), snapshot())
    talk.until_gone()


# -- servers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rubbish",
    [
        text_frame(b"not JSON"),
        text_frame(b'{"type":"nobody"}'),
        text_frame(b'{"type":"batch","events":[{}]}'),
        text_frame(b"\xff\xfe\x00"),
        text_frame(to_json(welcome()))[:-9],
        b"\x81\x7f" + (1 << 40).to_bytes(8, "big") + b"{",
        b"\xff" * 64,
        b"\x88\x02\x03\xe8",
        b"",
    ],
    ids=[
        "no JSON",
        "no frame",
        "a wrong frame",
        "no UTF-8",
        "half a frame",
        "a huge frame",
        "noise",
        "goodbye",
        "silence",
    ],
)
def test_a_server_that_talks_rubbish_is_left_and_asked_again(qtbot: QtBot, seat: LinkSeat, rubbish: bytes) -> None:
    def script(number: int, talk: Talk) -> None:
        if number == 1:
            talk.peer.sendall(rubbish)
        else:
            welcomed(talk)

    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: bool(seat.session.link.reason), timeout=WAIT_MS)
        assert condition(seat) == "connecting", "what never spoke sense was never live"
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        assert len(server.hellos) == 2


def test_a_heartbeat_that_cannot_be_meant_is_not_believed(qtbot: QtBot, seat: LinkSeat) -> None:
    def script(number: int, talk: Talk) -> None:
        talk.say(welcome(heartbeat_s=0.0), snapshot())
        beat.wait(10)
        talk.say(comments(1))
        talk.until_gone()

    beat = threading.Event()
    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        beat.set()
        qtbot.waitUntil(lambda: seat.session.state.seq == 1, timeout=WAIT_MS)
        assert len(server.hellos) == 1


def test_a_server_that_throws_every_desk_out_is_asked_less_and_less_often(qtbot: QtBot, seat: LinkSeat) -> None:
    with RawFeed(lambda number, talk: talk.say(welcome(), snapshot())) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: len(server.hellos) >= 6, timeout=WAIT_MS)
        gaps_s = [after - before for before, after in zip(server.opened_s, server.opened_s[1:], strict=False)]
    assert gaps_s[4] > gaps_s[0]
    assert sum(gaps_s[:5]) > 1.0, "six times the whole state within a second"


def test_a_redirection_is_not_followed_with_the_token(qtbot: QtBot, seat: LinkSeat) -> None:
    with RawFeed(lambda number, talk: welcomed(talk)) as elsewhere:
        listener = socket.create_server(("127.0.0.1", 0))
        answered = threading.Event()

        def redirect() -> None:
            for _ in range(2):
                peer, _ = listener.accept()
                with peer:
                    peer.recv(4096)
                    place = f"ws://127.0.0.1:{elsewhere.port}/feed"
                    peer.sendall(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
            answered.set()

        thread = threading.Thread(target=redirect, daemon=True)
        thread.start()
        seat.connect(f"http://127.0.0.1:{listener.getsockname()[1]}", "token")
        qtbot.waitUntil(answered.is_set, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: "302" in seat.session.link.reason, timeout=WAIT_MS)
        assert elsewhere.knocks == 0
        thread.join(5)
        listener.close()


def test_only_the_right_authority_opens_an_encrypted_link(qtbot: QtBot, seat: LinkSeat) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "loopback.pem", TLS / "loopback-key.pem")
    with RawFeed(lambda number, talk: welcomed(talk), context) as server:
        seat.link.connect_to(Target(server.url, TLS / "stranger.pem"), "token")
        qtbot.waitUntil(lambda: "certificate" in seat.session.link.reason, timeout=WAIT_MS)
        assert server.hellos == []
        seat.link.connect_to(Target(server.url, TLS / "loopback.pem"), "token")
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)


def test_an_authority_file_that_is_none_is_told_with_its_name(qtbot: QtBot, seat: LinkSeat, tmp_path: Path) -> None:
    seat.link.connect_to(Target("https://127.0.0.1:1", tmp_path / "none.pem"), "token")
    qtbot.waitUntil(lambda: "none.pem" in seat.session.link.reason, timeout=WAIT_MS)


# -- what is live ----------------------------------------------------------------------------------------------


def test_a_desk_is_not_live_before_it_shows_what_the_server_welcomed_it_to(qtbot: QtBot, seat: LinkSeat) -> None:
    tail = threading.Event()

    def script(number: int, talk: Talk) -> None:
        talk.say(welcome(seq=4), snapshot(seq=3))
        tail.wait(10)
        talk.say(comments(4))
        talk.until_gone()

    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: seat.session.state.seq == 3, timeout=WAIT_MS)
        assert condition(seat) == "connecting"
        tail.set()
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        assert seat.session.state.seq == 4


def test_a_snapshot_that_takes_longer_than_three_heartbeats_still_arrives(qtbot: QtBot, seat: LinkSeat) -> None:
    frame = text_frame(to_json(snapshot()))
    pace = threading.Event()

    def script(number: int, talk: Talk) -> None:
        talk.say(welcome(heartbeat_s=0.1))
        for start in range(0, len(frame), 10):
            talk.peer.sendall(frame[start : start + 10])
            pace.wait(0.06)  # the network's pace: the frame as a whole takes more than three heartbeats
        talk.until_gone()

    with RawFeed(script) as server:
        begun_s = time.monotonic()
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        assert time.monotonic() - begun_s > 3 * 0.1
        assert len(server.hellos) == 1


def test_frames_that_come_while_the_gui_is_busy_are_one_delta(qtbot: QtBot, seat: LinkSeat) -> None:
    go, sent = threading.Event(), threading.Event()

    def script(number: int, talk: Talk) -> None:
        talk.say(welcome(), snapshot())
        go.wait(10)
        talk.say(*[comments(seq) for seq in range(1, 1001)])
        sent.set()
        talk.until_gone()

    folded: list[int] = []
    seat.live.folded.connect(folded.append)
    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        folded.clear()
        go.set()
        assert sent.wait(10)  # this thread is the GUI's: meanwhile it does nothing
        qtbot.waitUntil(lambda: seat.session.state.seq == 1000, timeout=WAIT_MS)
        assert sum(folded) == 1000
        # One may have been handed over before the GUI went to sleep; the last ones may still be on the wire.
        assert len(folded) < 30


def test_a_gap_in_the_log_asks_for_the_state_once_and_resumes_nowhere(qtbot: QtBot, seat: LinkSeat) -> None:
    def script(number: int, talk: Talk) -> None:
        talk.say(welcome(seq=5), snapshot(seq=5))
        if number == 1:
            talk.say(*[comments(seq) for seq in range(8, 300)])
        talk.until_gone()

    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: len(server.hellos) == 2 and condition(seat) == "live", timeout=WAIT_MS)
        assert seat.resets == 2
        assert server.hellos[1].epoch is None
        assert len(server.hellos) == 2


def test_after_a_cut_the_desk_says_where_it_stands(qtbot: QtBot, seat: LinkSeat) -> None:
    def script(number: int, talk: Talk) -> None:
        if number == 1:
            talk.say(welcome(), snapshot(), comments(1, 2, 3))
            return
        talk.say(welcome(seq=3))
        talk.until_gone()

    with RawFeed(script) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: len(server.hellos) == 2 and condition(seat) == "live", timeout=WAIT_MS)
        assert (server.hellos[1].epoch, server.hellos[1].seq) == ("raw", 3)
        assert seat.resets == 1


def test_a_frame_that_was_long_on_its_way_does_not_turn_the_clock_back(seat: LinkSeat) -> None:
    for offset_ms in (40, -20_000, 35):
        seat.link.batch.emit(LinkBatch(offset_ms=offset_ms))
    assert seat.clock.offset_ms == 40
    for _ in range(8):  # a clock that was truly set back is believed before long
        seat.link.batch.emit(LinkBatch(offset_ms=-5000))
    assert seat.session.link.offset_ms == -5000


# -- readings --------------------------------------------------------------------------------------------------


def test_samples_past_the_bound_are_counted_as_left_out_and_fetched_from_history(
    qtbot: QtBot, backend: BackendProcess
) -> None:
    seat = LinkSeat(samples_kept=8)
    try:
        seat.connect(backend.url, backend.local_token)
        qtbot.waitUntil(lambda: seat.live_now and seat.session.state.site is not None, timeout=WAIT_MS)
        site = seat.session.state.site
        assert site is not None
        station = next(one for one in site.stations if one.producer_id == "logger")
        parameter = station.parameters[0]
        key = (station.station_id, parameter.symbol)
        first_s = time.time() // 1 - 60
        with backend.client(backend.producer_token("logger")) as client:
            for number in range(40):  # this thread is the GUI's: nothing is taken meanwhile
                at_s = first_s + number
                body = station_file([(parameter.symbol, float(number), parameter.unit)], at_s)
                answer = client.post(
                    f"/api/v1/ingest/station-file?name={file_name(station.station_id, at_s)}", content=body
                )
                assert answer.status_code == 202, answer.text
        start_ms, end_ms = int(first_s * 1000), int(first_s * 1000) + 40_000

        def held() -> list[float]:
            return [float(value) for value in seat.session.readings.window(*key, start_ms, end_ms).value]

        qtbot.waitUntil(lambda: seat.session.link.dropped > 0, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: held() == [float(number) for number in range(40)], timeout=WAIT_MS)
    finally:
        seat.close()


# -- the link's own ends ---------------------------------------------------------------------------------------


def test_two_orders_to_connect_at_once_leave_one_seat(qtbot: QtBot, backend: BackendProcess, seat: LinkSeat) -> None:
    token = backend.login(backend.add_user("doi"))
    for _ in range(3):
        seat.connect(backend.url, token)
    qtbot.waitUntil(lambda: seat.live_now, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: (own := seat.session.state.operators.get("doi")) is not None and own.seats == 1, timeout=WAIT_MS
    )
    theirs = backend.state(token).operators["doi"]
    assert theirs.seats == 1


def test_every_question_is_answered_though_the_client_is_closed_under_it(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat
) -> None:
    answers: list[str] = []

    def done(history: ReadingHistory) -> None:
        answers.append("done")

    with TcpRelay(backend.port) as relay:
        url = f"http://127.0.0.1:{relay.port}"
        seat.connect(url, backend.local_token)
        qtbot.waitUntil(lambda: seat.live_now, timeout=WAIT_MS)
        relay.hold()
        for _ in range(6):
            seat.link.readings("s", "p", 0, 1, 10, done, answers.append)
        seat.connect(url, backend.local_token)
        qtbot.waitUntil(lambda: len(answers) == 6, timeout=WAIT_MS)
        assert "done" not in answers
        assert all(answers)
        relay.heal()


def test_an_answer_does_not_reach_a_receiver_that_is_gone(qtbot: QtBot, seat: LinkSeat) -> None:
    class Receiver(QObject):
        told = 0

        def take(self, content: bytes) -> None:
            Receiver.told += 1

        def refuse(self, reason: str) -> None:
            Receiver.told += 1

    gone = Receiver()
    heard: list[str] = []
    seat.link.document("/nowhere", gone.take, gone.refuse)
    delete(gone)  # at once: the answer cannot come before it
    seat.link.document("/nowhere", lambda content: None, heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=WAIT_MS)
    assert Receiver.told == 0


def test_what_is_still_on_its_way_when_the_link_stops_does_no_harm(qtbot: QtBot) -> None:
    seat = LinkSeat()
    with RawFeed(lambda number, talk: welcomed(talk)) as server:
        seat.connect(server.url, "token")
        qtbot.waitUntil(lambda: condition(seat) == "live", timeout=WAIT_MS)
        seat.close()
        seat.link.batch.emit(LinkBatch())  # pytest-qt fails the test for what is raised in a slot
        seat.link.taken()
        seat.link.start_over()
        seat.connect(server.url, "token")
        assert not seat.link.send(None)  # type: ignore[arg-type]
        refused: list[str] = []
        seat.link.document("/x", lambda content: None, refused.append)
        qtbot.waitUntil(lambda: bool(refused), timeout=WAIT_MS)


def test_the_link_stops_in_time_though_the_network_hangs(qtbot: QtBot, backend: BackendProcess) -> None:
    seat = LinkSeat()
    with TcpRelay(backend.port) as relay:
        seat.connect(f"http://127.0.0.1:{relay.port}", backend.local_token)
        qtbot.waitUntil(lambda: seat.live_now, timeout=WAIT_MS)
        relay.hold()
        begun_s = time.monotonic()
        seat.close()
        assert time.monotonic() - begun_s < 2.0
        assert not seat.link._thread.is_alive()


# -- secrets ---------------------------------------------------------------------------------------------------


def test_neither_token_nor_password_nor_camera_address_is_written_down(
    qtbot: QtBot, backend: BackendProcess, seat: LinkSeat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    backend.add_user("kin", password="canary-own-word")
    seat.link.sign_in(Target(backend.url), "kin", "canary-own-word")
    qtbot.waitUntil(lambda: seat.live_now and bool(seat.streams), timeout=WAIT_MS)
    token = seat.link._doors.token if seat.link._doors is not None else ""
    passwords = {
        stream.main_url.partition("@")[0].rpartition(":")[2] for stream in seat.streams if "@" in stream.main_url
    }
    assert token
    assert passwords
    written = caplog.text + repr(vars(seat.link)) + repr(seat.link._conversation) + repr(seat.session.state)
    for secret in (token, "canary-own-word", *passwords):
        assert secret not in written


def test_a_password_that_no_server_takes_is_refused_here_and_not_quoted(qtbot: QtBot, seat: LinkSeat) -> None:
    seat.link.sign_in(Target("http://127.0.0.1:1"), "an", "canary" * 200)
    qtbot.waitUntil(lambda: bool(seat.refusals), timeout=WAIT_MS)
    assert "canary" not in seat.refusals[0]

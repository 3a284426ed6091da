"""SIA DC-09: a real receiver on real sockets, a panel that speaks the protocol, a real room behind it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from pysiaalarm.account import SIAAccount
from pysiaalarm.event import SIAEvent

from backend.contracts.alerts import AlertPhase
from backend.contracts.doors import IngestAnswer
from backend.contracts.events import AlertAcknowledged, FireReported, InputQuarantined
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import FireZoneName
from backend.sources import SourceContext, source_specs
from backend.sources.dc09 import (
    MAX_FRAME_BYTES,
    Dc09Error,
    Framer,
    PanelKey,
    answer_to,
    crc16,
    encrypt,
    framed,
    read_message,
    stamp,
)
from backend.sources.fire_codes import FireCodeError, FireReport, reports_of
from backend.sources.fire_panel import BAD_IN_A_ROW
from backend.sources.mqtt_messages import MqttMessage
from backend.storage.errors import StorageError
from config.model import FirePanelConfig, FireSiteConfig, SiteConfig
from config.source_model import FirePanelSource, MqttSource
from tests.unit.feeds_samples import FIXTURES, NOW_MS, Desk, Moment, opened_desk, producer, small_site

KEY = bytes(range(16))
KEYS = {"1001": PanelKey(), "2002": PanelKey(key=KEY)}
FIRE = '"SIA-DCS"0007R0L0#1001[#1001|Nri1/FA2]'
POLL_S = 60


def panel_site(**source: object) -> SiteConfig:
    def fire_site(fire_site_id: str, account: str, key: str) -> FireSiteConfig:
        return FireSiteConfig(
            fire_site_id=fire_site_id,
            name_vi="Chợ Cốc Lếu",
            name_en="Coc Leu market",
            address="Hòa An",
            lat_deg=22.49,
            lon_deg=103.96,
            commune_code="02647",
            zones=(FireZoneName(zone="002", name_vi="Kho vải", name_en="Cloth store"),),
            panel=FirePanelConfig(account=account, key=SecretStr(key), poll_every_s=POLL_S, producer_id="bao-chay"),
        )

    receiver = FirePanelSource.model_validate({"producer_id": "bao-chay", **source})
    site = small_site(sources=(receiver,))
    return site.model_copy(
        update={
            "producers": (*site.producers, producer("bao-chay")),
            "fire_sites": (fire_site("cho", "1001", ""), fire_site("kho", "2002", KEY.hex())),
        }
    )


@dataclass
class Station:
    """A running receiver with its room."""

    desk: Desk
    port: int
    faults: list[str]

    async def say(self, *bodies: str, wait_s: float = 10.0) -> list[str]:
        """Send bodies on one connection, one after the other's answer; the answers' bodies."""
        answers = []
        async with self.line() as (reader, writer):
            for body in bodies:
                writer.write(framed(body.encode()))
                answers.append(await heard(reader, wait_s))
        return answers

    @asynccontextmanager
    async def line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    def rejected(self) -> int:
        return next(one.rejected for one in self.desk.ingest.pulses() if one.producer_id == "bao-chay")


async def heard(reader: asyncio.StreamReader, wait_s: float = 10.0) -> str:
    async with asyncio.timeout(wait_s):
        return (await reader.readuntil(b"\r"))[9:-1].decode("latin-1")


async def until(true: Callable[[], bool], wait_s: float = 10.0) -> None:
    async with asyncio.timeout(wait_s):
        while not true():
            await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def on_station(data_dir: Path, scenario: Callable[[Station], Coroutine[None, None, None]], **source: object) -> None:
    async def play() -> None:
        port = free_port()
        site = panel_site(tcp_port=port, udp_port=port, **source)
        async with opened_desk(data_dir, site=site, now=Moment()) as desk:
            faults: list[str] = []
            context = SourceContext(
                site, data_dir, desk.ingest, desk.cameras, desk.accounts, desk.now, lambda _, text: faults.append(text)
            )
            running = asyncio.ensure_future(source_specs()["fire_panel"].bind(site.sources[0], context)())
            station = Station(desk, port, faults)
            await until(lambda: running.done() or _listens(port))
            try:
                await scenario(station)
                assert not running.done(), "the receiver outlives whatever it hears"
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(play())


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def sealed(text: str, at_ms: int, sequence: str = "0001", key: bytes = KEY) -> str:
    return f'"*SIA-DCS"{sequence}R1L2#2002[{encrypt(f"{text}]{stamp(at_ms)}", key)}'


# -- the protocol itself ------------------------------------------------------------------------------------


def test_crc_is_the_standards() -> None:
    assert crc16(b"123456789") == 0xBB3D  # the check value of CRC-16/ARC


@pytest.mark.parametrize(
    ("body", "code", "zone"),
    [
        (FIRE, "FA", "2"),
        ('"SIA-DCS"0001L0#1001[#1001|NFR129]', "FR", "129"),
        ('"ADM-CID"0001R0L0#1001[#1001|1110 01 005]', "FA", "005"),
        ('"ADM-CID"0001R0L0#1001[#1001|3301 00 000]', "AR", "000"),
    ],
)
def test_messages_read_as_the_established_library_reads_them(body: str, code: str, zone: str) -> None:
    frame = framed(body.encode())
    theirs = SIAEvent.from_line(frame.decode().strip(), {"1001": SIAAccount("1001")})
    (ours,) = reports_of(read_message(frame[:-1], KEYS, NOW_MS))
    assert theirs.valid_message
    assert (theirs.code, ours.code) == (code, code)
    assert ours.zone == zone.lstrip("0")


def test_what_we_encrypt_the_established_library_decrypts() -> None:
    text = "0123456789abcdef"
    body = f'"*SIA-DCS"0001L0#2002[{encrypt(f"#2002|NFA7]{stamp(NOW_MS)}", text.encode())}'
    theirs = SIAEvent.from_line(framed(body.encode()).decode().strip(), {"2002": SIAAccount("2002", text)})
    assert (theirs.code, theirs.message) == ("FA", "7")


@pytest.mark.parametrize(
    ("data", "reports"),
    [
        ("#1001|Nti12:30/ri1/FA2/FT3", (FireReport("alarm", "FA", "2"), FireReport("trouble", "FT", "3"))),
        ("#1001|Nri5/FA", (FireReport("alarm", "FA", "5"),)),
        ("|Nri1FA05^Kho hang^", (FireReport("alarm", "FA", "5", "Kho hang"),)),
        ("#1001|NFA4|AKho vai", (FireReport("alarm", "FA", "4", "Kho vai"),)),
        ("#1001|NRP", (FireReport("test", "RP", ""),)),
    ],
)
def test_blocks_of_dc03(data: str, reports: tuple[FireReport, ...]) -> None:
    frame = framed(f'"SIA-DCS"0001L0#1001[{data}]'.encode())[:-1]
    assert reports_of(read_message(frame, KEYS, NOW_MS)) == reports


@pytest.mark.parametrize("data", ["", "#1001|", "#1001|FA1", "#1001|N", "#1001|NQ", "#1001|N12", "#1001|NJJ1"])
def test_blocks_that_name_no_event_are_refused(data: str) -> None:
    message = read_message(framed(f'"SIA-DCS"0001L0#1001[{data}]'.encode())[:-1], KEYS, NOW_MS)
    with pytest.raises(FireCodeError):
        reports_of(message)


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_and_nothing_worse(noise: bytes) -> None:
    for frame in (noise, framed(noise)[:-1], framed(FIRE.encode() + noise)[:-1]):
        with suppress(Dc09Error, FireCodeError):
            assert all(len(report.text) <= 200 for report in reports_of(read_message(frame, KEYS, NOW_MS)))


@given(st.binary(min_size=16, max_size=160))
def test_a_wrong_key_never_makes_an_event(noise: bytes) -> None:
    body = f'"*SIA-DCS"0001L0#2002[{noise[: len(noise) // 16 * 16].hex()}'
    with pytest.raises(Dc09Error, match="decrypt"):
        read_message(framed(body.encode())[:-1], KEYS, NOW_MS)


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\r", b"")), max_size=5), st.data())
def test_frames_come_out_whole_however_they_are_cut(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(framed(body) for body in bodies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    framer, found = Framer(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[start:end])
    assert found == [framed(body)[:-1] for body in bodies]
    assert not framer.unfinished


def test_an_endless_line_is_cut() -> None:
    framer = Framer()
    assert framer.feed(b"\n" + b"A" * MAX_FRAME_BYTES)
    assert not framer.unfinished


def test_the_timestamp_of_encrypted_messages_is_judged() -> None:
    for ahead_s, good in ((0, True), (20, True), (-40, True), (22, False), (-42, False)):
        frame = framed(sealed("#2002|NFA1", NOW_MS + ahead_s * 1000).encode())[:-1]
        if good:
            assert read_message(frame, KEYS, NOW_MS).data == "#2002|NFA1"
            continue
        with pytest.raises(Dc09Error, match="clock") as caught:
            read_message(frame, KEYS, NOW_MS)
        assert caught.value.answer is not None
        assert caught.value.answer.frame.endswith(f'"NAK"0000R0L0A0[]{stamp(NOW_MS)}\r'.encode())


def test_an_encrypted_answer_is_readable_with_the_key_only() -> None:
    message = read_message(framed(sealed("#2002|NFA1", NOW_MS).encode())[:-1], KEYS, NOW_MS)
    frame = answer_to(message, "ACK", KEY, NOW_MS).frame
    assert frame[9:].startswith(b'"*ACK"0001R1L2#2002[')
    assert b"]" not in frame
    assert int(frame[1:5], 16) == crc16(frame[9:-1])


# -- the door -----------------------------------------------------------------------------------------------


def test_an_alarm_is_raised_acknowledged_to_the_panel_and_latched(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        assert await station.say(FIRE) == ['"ACK"0007R0L0#1001[]']
        alert = station.desk.only("fire.alarm")
        assert (alert.priority, alert.place_id, alert.lat_deg) == (Priority.CRITICAL, "cho", 22.49)
        assert alert.headline_vi == "Báo cháy – Chợ Cốc Lếu: Kho vải"
        assert await station.say('"SIA-DCS"0008R0L0#1001[#1001|NFR2]') == ['"ACK"0008R0L0#1001[]']
        assert station.desk.only("fire.alarm").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        reported = [one.event for one in station.desk.events if isinstance(one.event, FireReported)]
        assert [one.nature for one in reported] == ["alarm", "restore"]

    on_station(tmp_path, scenario)


def test_one_site_is_one_alert_until_somebody_acknowledged_and_the_fire_spreads(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        desk = station.desk
        await station.say(*(f'"SIA-DCS"{zone:04}L0#1001[#1001|NFA{zone}]' for zone in range(1, 31)))
        first = desk.only("fire.alarm")
        assert first.count == 30
        assert first.fire is not None
        assert len(first.fire.zones) == 30
        await desk.room.record(lambda state: (AlertAcknowledged(alert_id=first.alert_id),), actor="lan")
        await station.say('"SIA-DCS"0031L0#1001[#1001|NFA30]')
        assert len(desk.alerts("fire.alarm")) == 1, "what burns already is no news"
        await station.say('"SIA-DCS"0032L0#1001[#1001|NFA31]')
        assert len(desk.alerts("fire.alarm")) == 2, "a new zone rings"
        await station.say('"SIA-DCS"0033L0#1001[#1001|NFR]')
        assert desk.only("fire.alarm").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        assert first.alert_id not in desk.room.durable.alerts, "acknowledged and over: closed"

    on_station(tmp_path, scenario)


def test_a_repeated_message_is_answered_and_not_raised_twice(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        answers = await station.say(FIRE, FIRE, FIRE)
        assert answers == ['"ACK"0007R0L0#1001[]'] * 3
        assert station.desk.kinds().count("fire.reported") == 1
        # The same sequence with other data is another event: cheap panels never count on.
        await station.say('"SIA-DCS"0007R0L0#1001[#1001|NFR2]', FIRE)
        assert station.desk.kinds().count("fire.reported") == 3

    on_station(tmp_path, scenario)


def numbered(sequence: int) -> str:
    return f'"SIA-DCS"{sequence:04}R0L0#1001[#1001|NRP{sequence % 9}]'


def test_numbers_that_a_counting_panel_leaves_out_are_lost_messages(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.say(numbered(9_997), numbered(9_998), numbered(9_999), numbered(1), numbered(2))
        assert station.rejected() == 0, "after 9999 comes 1"
        await station.say(numbered(2), '"NULL"0000R0L0#1001[]', numbered(3))
        assert station.rejected() == 0, "sent again, and a link test outside the count"
        answers = await station.say(numbered(7))
        assert answers == ['"ACK"0007R0L0#1001[]']
        assert station.rejected() == 3
        (told,) = station.desk.alerts("input.quarantined")
        assert told.place_id == "bao-chay"
        (reason,) = [one.event.reason for one in station.desk.events if isinstance(one.event, InputQuarantined)]
        assert reason == "panel of Chợ Cốc Lếu (1001): 3 messages before 0007 never came"

    on_station(tmp_path, scenario)


@pytest.mark.parametrize("numbers", [(7, 7, 7, 8, 7), (1, 2, 3, 1, 2), (2, 4, 6, 8, 10), (1, 2, 3, 5_000)])
def test_panels_that_do_not_count_one_by_one_lose_nothing(numbers: tuple[int, ...], tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.say(*map(numbered, numbers))
        assert station.rejected() == 0

    on_station(tmp_path, scenario)


def test_a_panel_with_a_certificate_is_heard_through_tls_and_one_without_is_not(tmp_path: Path) -> None:
    tls = FIXTURES / "tls"
    files = {"cert_file": "loopback.pem", "key_file": "loopback-key.pem", "ca_file": "loopback.pem"}
    port = free_port()

    async def scenario(station: Station) -> None:
        trust = ssl.create_default_context(cafile=str(tls / "loopback.pem"))
        trust.check_hostname = False
        await until(lambda: _listens(port))
        stranger, _ = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
            await heard(stranger)
        trust.load_cert_chain(tls / "loopback.pem", tls / "loopback-key.pem")
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        writer.write(framed(FIRE.encode()))
        assert await heard(reader) == '"ACK"0007R0L0#1001[]'
        assert station.desk.only("fire.alarm").place_id == "cho"
        writer.close()

    on_station(tmp_path, scenario, tls_port=port, **{key: str(tls / name) for key, name in files.items()})


def test_encrypted_accounts_are_believed_only_encrypted(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        plain = '"SIA-DCS"0001L0#2002[#2002|NFA1]'
        (duh,) = await station.say(plain)
        assert duh == '"DUH"0001L0#2002[]'
        assert not station.desk.alerts("fire.alarm")
        (nak,) = await station.say(sealed("#2002|NFA1", NOW_MS - 90_000))
        assert nak == f'"NAK"0000R0L0A0[]{stamp(NOW_MS)}'
        assert not station.desk.alerts("fire.alarm")
        (ack,) = await station.say(sealed("#2002|NFA1", NOW_MS))
        assert ack.startswith('"*ACK"0001R1L2#2002[')
        assert station.desk.only("fire.alarm").place_id == "kho"
        assert station.rejected() == 2

    on_station(tmp_path, scenario)


def test_trouble_and_tests_are_never_fire(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.say('"SIA-DCS"0001L0#1001[#1001|NAT0]', '"SIA-DCS"0002L0#1001[#1001|NYT0]')
        trouble = station.desk.only("fire.trouble")
        assert (trouble.priority, trouble.count) == (Priority.LOW, 2)
        await station.say('"SIA-DCS"0003L0#1001[#1001|NRP]', '"NULL"0004L0#1001[]')
        await station.say('"SIA-DCS"0005L0#1001[#1001|NAR0/YR0]')
        assert station.desk.only("fire.trouble").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        assert not station.desk.alerts("fire.alarm")

    on_station(tmp_path, scenario)


def test_a_panel_that_does_not_poll_is_a_fault_of_its_own_class(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        desk = station.desk
        await station.say('"NULL"0000L0#1001[]')
        desk.now.move(POLL_S * 1.4)
        await desk.ingest.fires.look()
        assert not desk.alerts("fire.silent")
        desk.now.move(POLL_S * 0.2)
        await desk.ingest.fires.look()
        assert {alert.priority for alert in desk.alerts("fire.silent")} == {Priority.SYSTEM}
        assert {alert.place_id for alert in desk.alerts("fire.silent")} == {"cho", "kho"}
        assert not desk.alerts("fire.alarm")
        await station.say('"NULL"0000L0#1001[]')
        await desk.ingest.fires.look()
        phases = {alert.place_id: alert.phase for alert in desk.alerts("fire.silent")}
        assert phases == {"cho": AlertPhase.RETURNED_UNACKNOWLEDGED, "kho": AlertPhase.ACTIVE_UNACKNOWLEDGED}

    on_station(tmp_path, scenario)


def test_damaged_frames_are_not_answered_and_kept_with_their_reason(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        good = framed(FIRE.encode())
        for number, bad in enumerate((good.replace(b"FA2", b"FA3"), b"\nZZZZ0010" + FIRE.encode() + b"\r", b"\nhi\r")):
            async with station.line() as (reader, writer):
                writer.write(bad + good)
                assert await heard(reader) == '"ACK"0007R0L0#1001[]', "the good frame behind it is the one answered"
            assert station.rejected() == number + 1
        reasons = [path.with_name(f"{path.name}.reason.txt").read_text() for path in station.desk.quarantined()]
        assert any("CRC" in reason for reason in reasons)
        assert station.desk.only("fire.alarm").count == 1

    on_station(tmp_path, scenario)


def test_a_report_that_could_not_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    async def play() -> None:
        port = free_port()
        site = panel_site(tcp_port=port, udp_port=0)
        async with opened_desk(tmp_path, site=site, now=Moment()) as desk:
            context = SourceContext(
                site, tmp_path, desk.ingest, desk.cameras, desk.accounts, desk.now, lambda _, text: None
            )
            running = asyncio.ensure_future(source_specs()["fire_panel"].bind(site.sources[0], context)())
            await until(lambda: _listens(port))
            await desk.database.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(framed(FIRE.encode()))
            with suppress(ConnectionError):
                async with asyncio.timeout(10):
                    assert await reader.read() == b"", "no word: the panel sends it again"
            writer.transport.abort()
            await asyncio.wait([running], timeout=10)
            assert running.done(), "whoever supervises the receiver hears of it"
            with pytest.raises(BaseExceptionGroup) as caught:
                running.result()
            assert caught.group_contains(StorageError)

    asyncio.run(play())


def test_unknown_accounts_and_codes_are_told_so(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        answers = await station.say('"SIA-DCS"0001L0#9999[#9999|NFA1]', '"SIA-DCS"0002L0#1001[#1001|NJJ1]')
        assert answers == ['"DUH"0001L0#9999[]', '"DUH"0002L0#1001[]']
        assert not station.desk.alerts("fire.alarm")
        assert station.desk.only("input.quarantined").count == 2

    on_station(tmp_path, scenario)


def broker_site(tmp_path: Path) -> SiteConfig:
    site = panel_site(tcp_port=0, udp_port=0)
    broker = MqttSource(producer_id="bao-chay", host="localhost", client_id="x", topics=("fire/#",), fire_prefix="fire")
    return site.model_copy(update={"sources": (broker,)})


def test_panels_report_through_a_broker_too(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened_desk(tmp_path, site=broker_site(tmp_path), now=Moment()) as desk:

            async def say(account: str, payload: bytes, retained: bool = False) -> IngestAnswer:
                return await desk.ingest.mqtt("bao-chay", [MqttMessage(f"fire/{account}", payload, retained)])

            await say("1001", b'{"code": "FA", "zone": 2}', retained=True)
            assert not desk.alerts("fire.alarm"), "a retained report is an old one"
            assert (await say("1001", b'{"code": "FA", "zone": 2, "text": "kho"}')).accepted == 1
            assert desk.only("fire.alarm").place_id == "cho"
            assert (await say("1001", b'[{"code": "FR", "zone": "002"}, {"alive": true}]')).accepted == 1
            assert desk.only("fire.alarm").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
            for account, bad in (
                ("9999", b'{"alive": true}'),
                ("1001", b"{}"),
                ("1001", b'{"code": "??"}'),
                ("1", b"[]"),
            ):
                assert (await say(account, bad)).rejected
            desk.now.move(POLL_S * 1.6)
            await say("2002", b'{"alive": true}')
            await desk.ingest.fires.look()
            assert desk.only("fire.silent").place_id == "cho"

    asyncio.run(play())


def test_a_room_without_a_door_for_panels_calls_none_silent(tmp_path: Path) -> None:
    async def play() -> None:
        site = panel_site().model_copy(update={"sources": ()})
        async with opened_desk(tmp_path, site=site, now=Moment()) as desk:
            desk.now.move(POLL_S * 10)
            await desk.ingest.fires.look()
            assert not desk.alerts("fire.silent")

    asyncio.run(play())


def test_datagrams_are_answered_too(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as panel:
            panel.setblocking(False)
            panel.connect(("127.0.0.1", station.port))
            for body in (b"\xff" * 1000, b"", b"\r", framed(FIRE.encode())):
                panel.send(body)
            async with asyncio.timeout(10):
                answer = await loop.sock_recv(panel, 1000)
        assert answer == framed(b'"ACK"0007R0L0#1001[]')
        assert station.desk.only("fire.alarm").place_id == "cho"

    on_station(tmp_path, scenario)


def test_a_crowd_that_says_nothing_does_not_keep_a_panel_out(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        async with station.line() as (reader, writer):
            writer.write(framed(b'"NULL"0000L0#1001[]'))
            await heard(reader)
            crowd = [await asyncio.open_connection("127.0.0.1", station.port) for _ in range(40)]
            try:
                for _, stranger in crowd:
                    stranger.write(b'\n0000"SIA')  # half a frame, for ever
                assert await station.say(FIRE) == ['"ACK"0007R0L0#1001[]'], "a newcomer gets in"
                writer.write(framed(b'"NULL"0001L0#1001[]'))
                assert await heard(reader) == '"ACK"0001L0#1001[]', "who was believed keeps the line"
            finally:
                for _, stranger in crowd:
                    stranger.transport.abort()
        assert any("wanted the place" in fault for fault in station.faults)

    on_station(tmp_path, scenario, max_connections=8, max_per_sender=8)


def test_a_sender_of_rubbish_is_cut_off_and_fills_neither_log_nor_disk(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        async with station.line() as (reader, writer):
            writer.write(b"".join(b"\nrubbish %d\r" % number for number in range(5_000)))
            async with asyncio.timeout(10):
                assert await reader.read() == b""
        assert station.rejected() == BAD_IN_A_ROW
        assert await station.say(FIRE) == ['"ACK"0007R0L0#1001[]']
        for _ in range(10):
            async with station.line() as (reader, writer):
                writer.write(b"".join(b"\nmore %d\r" % number for number in range(30)))
                async with asyncio.timeout(10):
                    assert await reader.read() == b""
        assert station.rejected() == 11 * BAD_IN_A_ROW
        assert len(station.desk.quarantined()) <= 60

    on_station(tmp_path, scenario)


@settings(max_examples=15, deadline=None)
@given(noise=st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_whatever_comes_first_the_next_line_works(noise: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    async def scenario(station: Station) -> None:
        async with station.line() as (_, writer):
            for chunk in noise:
                writer.write(chunk)
            await writer.drain()
        assert await station.say(FIRE) == ['"ACK"0007R0L0#1001[]']

    on_station(tmp_path_factory.mktemp("noise"), scenario)

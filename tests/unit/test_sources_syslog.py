"""Syslog on real sockets: framings, formats, storms; grouped alerts; who may handle them."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import Alert
from backend.contracts.commands import AcknowledgeAlert, CommentAlert, Role
from backend.contracts.kinds.alerts import Priority
from backend.sources import SourceContext, source_specs
from backend.sources.cyber_note import CyberNoteError, cef_note
from backend.sources.syslog import Rates
from backend.sources.syslog_message import Refused, SyslogError, SyslogFramer, note_of, parse_syslog
from config.model import SiteConfig
from config.source_model import SyslogSource
from tests.unit.feeds_samples import FIXTURES, Desk, Moment, opened_desk, operator, producer, small_site
from tests.unit.test_sources_fire_panel import free_port, until

CEF = (
    "<134>1 2026-01-01T09:00:00.5+07:00 fw-01 CEF - - - "
    "CEF:0|Security|threat\\|manager|1.0|100|worm stopped|{severity}|"
    "src={source} dst=10.0.0.5 dpt=445 msg=a\\=b c cat=Malware"
)
EVE = json.loads((FIXTURES / "cyber" / "eve.json").read_text().splitlines()[0])


def cef(source: str = "203.0.113.9", severity: str = "9") -> bytes:
    return CEF.format(source=source, severity=severity).encode()


def syslog_site(**source: object) -> SiteConfig:
    receiver = SyslogSource.model_validate({"producer_id": "attt", **source})
    site = small_site(sources=(receiver,))
    return site.model_copy(update={"producers": (*site.producers, producer("attt"))})


@dataclass
class Station:
    desk: Desk
    port: int
    faults: list[str]

    async def send(self, data: bytes) -> None:
        """Back when the door has read all of it and closed its side too."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with suppress(ConnectionError):
            writer.write(data)
            await writer.drain()
            writer.write_eof()
            await reader.read()
        writer.transport.abort()

    def counts(self) -> tuple[int, int]:
        """(accepted, rejected)."""
        pulse = next(one for one in self.desk.ingest.pulses() if one.producer_id == "attt")
        return pulse.accepted, pulse.rejected

    def alerts(self) -> list[Alert]:
        return self.desk.alerts("cyber.alert")


def on_station(data_dir: Path, scenario: Callable[[Station], Coroutine[None, None, None]], **source: object) -> None:
    async def play() -> None:
        port = free_port()
        ports = {"tcp_port": port, "udp_port": port} if "tls_port" not in source else {"tls_port": port}
        site = syslog_site(**{**source, **ports})
        async with opened_desk(data_dir, site=site, now=Moment()) as desk:
            faults: list[str] = []
            context = SourceContext(
                site, data_dir, desk.ingest, desk.cameras, desk.accounts, desk.now, lambda _, text: faults.append(text)
            )
            running = asyncio.ensure_future(source_specs()["syslog"].bind(site.sources[0], context)())
            await until(lambda: running.done() or _listens(port))
            try:
                await scenario(Station(desk, port, faults))
                assert not running.done()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(play())


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


# -- formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "host", "app", "severity", "text"),
    [
        # The first three are RFC 5424's own examples (6.5).
        (
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
            "mymachine.example.com", "su", 2, "'su root' failed",
        ),
        (
            "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time",
            "192.0.2.1", "myproc", 5, "%% It's time",
        ),
        (
            '<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [ex@32473 iut="3" t="a]\\"b"][x y="1"] text',
            "host", "evntslog", 5, "text",
        ),
        ("<13>1 - - - - - -", "", "", 5, ""),
        # RFC 3164's example, and what devices really send.
        ("<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su", 2, "'su root' failed"),
        ("<13>sshd[77]: refused", "", "sshd", 5, "refused"),
        ("<13>2026-01-01T09:00:00+07:00 sw-1 link down", "sw-1", "", 5, "link down"),
        ("<0>x", "", "", 0, "x"),
    ],
)  # fmt: skip
def test_messages_of_both_generations(line: str, host: str, app: str, severity: int, text: str) -> None:
    message = parse_syslog(line.encode())
    assert (message.host, message.app, message.severity, message.text) == (host, app, severity, text)


@pytest.mark.parametrize("line", [b"", b"hello", b"<192>x", b"<>x", b"<-1>x", b"\xff\xfe"])
def test_lines_without_a_priority_are_refused(line: bytes) -> None:
    with pytest.raises(SyslogError):
        parse_syslog(line)


def test_cef_inside_syslog() -> None:
    note = note_of(parse_syslog(cef()))
    assert note is not None
    assert (note.signature, note.signature_id, note.source, note.target, note.target_port, note.level) == (
        "worm stopped", "100", "203.0.113.9", "10.0.0.5", "445", 9,
    )  # fmt: skip
    assert (note.category, note.sensor) == ("Malware", "fw-01")


@pytest.mark.parametrize("severity", ["11", "-1", "", "bad"])
def test_a_cef_severity_that_is_none_is_refused(severity: str) -> None:
    with pytest.raises(CyberNoteError, match="severity"):
        cef_note(f"CEF:0|v|p|1|id|name|{severity}|src=1.2.3.4", "fw", None)


def test_eve_inside_syslog_as_suricata_sends_it() -> None:
    note = note_of(parse_syslog(b"<173>Jan  1 08:59:41 ids-1 suricata[812]: " + json.dumps(EVE).encode()))
    assert note is not None
    assert (note.signature_id, note.scale, note.level) == ("1:2001219", "eve", 2)
    flow = {**EVE, "event_type": "flow"}
    assert note_of(parse_syslog(b"<173>Jan  1 08:59:41 ids-1 suricata: " + json.dumps(flow).encode())) is None


@pytest.mark.parametrize("extension", ["", " ", "no key in it"])
def test_a_cef_line_without_any_pair_is_a_note_of_its_header(extension: str) -> None:
    note = note_of(parse_syslog(f"<1>CEF:0|Hãng|Thiết bị|1|100|Dò cổng|5|{extension}".encode()))
    assert note is not None
    assert (note.signature, note.source, note.target_port) == ("Dò cổng", "", "")


@given(st.binary(max_size=400))
def test_hostile_bytes_make_a_note_or_an_error_of_ours(noise: bytes) -> None:
    for head in (b"", b"<1>", b"<1>1 - - - - - ", b"<1>CEF:0|", b'<1>x: {"event_type":'):
        try:
            note = note_of(parse_syslog(head + noise))
        except (SyslogError, CyberNoteError):
            continue
        assert note is None or len(note.signature) <= 200


# -- framing ------------------------------------------------------------------------------------------------

_LINES = st.lists(st.binary(min_size=1, max_size=60).map(lambda body: b"<13>" + body.replace(b"\n", b" ")), max_size=6)


@given(_LINES, st.booleans(), st.data())
def test_frames_come_out_whole_wherever_the_stream_is_cut(
    lines: list[bytes], counted: bool, data: st.DataObject
) -> None:
    stream = b"".join(b"%d %b" % (len(line), line) if counted else line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    framer, found = SyslogFramer(1_000), list[bytes | Refused]()
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[start:end])
    assert found == lines
    assert not framer.unfinished


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_noise_never_makes_the_framer_keep_more_than_a_line(chunks: list[bytes]) -> None:
    framer = SyslogFramer(200)
    for chunk in chunks:
        for frame in framer.feed(chunk):
            assert isinstance(frame, Refused) or len(frame) <= 200
        assert len(framer._rest) <= 200 + 8 + 300
    framer.end()


@pytest.mark.parametrize("big", [b"<13>" + b"x" * 5_000 + b"\n", b"5000 <13>" + b"x" * 4_996])
def test_a_huge_line_is_refused_once_and_what_follows_is_read(big: bytes) -> None:
    framer = SyslogFramer(1_000)
    stream = big + b"<13>after\n"
    found = [frame for start in range(0, len(stream), 700) for frame in framer.feed(stream[start : start + 700])]
    assert [type(frame) for frame in found] == [Refused, bytes]
    assert found[-1] == b"<13>after"


# -- the door and its alerts --------------------------------------------------------------------------------


def test_reports_are_one_alert_a_rule_and_source_that_counts(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        desk = station.desk
        await station.send((cef() + b"\n") * 50 + cef("198.51.100.7", "5") + b"\n")
        await until(lambda: station.counts() == (51, 0))
        by_source = {alert.cyber.source: alert for alert in station.alerts() if alert.cyber is not None}
        assert by_source["203.0.113.9"].priority is Priority.HIGH
        assert by_source["198.51.100.7"].priority is Priority.LOW
        assert by_source["203.0.113.9"].place_id == "attt"
        desk.now.move(11)
        await desk.ingest.cybers.look()
        assert desk.room.durable.alerts[by_source["203.0.113.9"].alert_id].count == 50
        desk.now.move(601)
        await desk.ingest.cybers.look()
        assert not any(alert.active for alert in station.alerts()), "over when its rule was silent so long"

    on_station(tmp_path, scenario)


def test_a_worse_report_raises_the_priority_of_its_alert(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.send(cef(severity="4") + b"\n" + cef(severity="10") + b"\n")
        await until(lambda: station.counts() == (2, 0))
        (alert,) = station.alerts()
        assert alert.priority is Priority.HIGH

    on_station(tmp_path, scenario)


def test_many_sources_against_one_target_and_many_rules_stay_few_alerts(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.send(b"".join(cef(f"203.0.113.{number}") + b"\n" for number in range(200)))
        await until(lambda: station.counts()[0] == 200)
        assert len(station.alerts()) <= 6
        many = (b"<9>1 - host-%d app-%d - m - x\n" % (number, number) for number in range(200))
        await station.send(b"".join(many))
        await until(lambda: station.counts()[0] == 400)
        assert len(station.alerts()) <= 41
        station.desk.now.move(11)
        await station.desk.ingest.cybers.look()
        assert sum(alert.count for alert in station.alerts()) == 400, "what is gathered is counted"

    on_station(tmp_path, scenario)


def test_a_storm_of_one_sender_is_bounded_counted_and_told_and_others_are_read(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        # 20,000 lines at once over one connection; the room reads two seconds' worth of a sender.
        storm = asyncio.create_task(station.send((cef() + b"\n") * 20_000))
        started = asyncio.get_running_loop().time()
        late_s = 0.0
        while not storm.done():
            before = asyncio.get_running_loop().time()
            await asyncio.sleep(0.01)
            late_s = max(late_s, asyncio.get_running_loop().time() - before - 0.01)
        await storm
        assert asyncio.get_running_loop().time() - started < 20
        assert late_s < 1.0, "the event loop goes on"
        accepted, _ = station.counts()
        assert accepted < 3_000
        assert len(station.alerts()) == 1
        assert station.desk.kinds().count("alert.updated") < 5

    on_station(tmp_path, scenario, lines_per_s=500)


def test_what_was_not_read_is_told_with_its_number() -> None:
    rates = Rates(10)
    allowed = sum(rates.allows("10.0.0.9", b"line") for _ in range(1_000))
    assert allowed <= 21
    assert rates.allows("10.0.0.10", b"another sender"), "one sender's storm is not another's"
    ((sender, count, line),) = rates.dropped()
    assert (sender, count + allowed, line) == ("10.0.0.9", 1_000, b"line")
    assert rates.dropped() == []


def test_bad_lines_are_kept_with_their_reason_and_the_rest_is_read(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.send(b"no priority\n" + b"<13>" + b"y" * 5_000 + b"\n" + b"<13>CEF:0|broken\n" + cef() + b"\n")
        await until(lambda: station.counts() == (1, 3))
        reasons = "".join(path.with_name(f"{path.name}.reason.txt").read_text() for path in station.desk.quarantined())
        for wanted in ("must begin with a priority", "more than 1000 bytes", "CEF header"):
            assert wanted in reasons
        assert len(station.alerts()) == 1

    on_station(tmp_path, scenario, max_line_bytes=1_000)


def test_datagrams_are_messages(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for body in (cef(), b"\xff" * 9_000, b"", b"\n", cef()):
                sender.sendto(body, ("127.0.0.1", station.port))
        await until(lambda: station.counts() == (2, 1))
        assert len(station.alerts()) == 1

    on_station(tmp_path, scenario, max_line_bytes=8_192)


def test_tls_is_spoken_and_plain_text_there_is_not(tmp_path: Path) -> None:
    tls = FIXTURES / "tls"

    async def scenario(station: Station) -> None:
        trust = ssl.create_default_context(cafile=str(tls / "loopback.pem"))
        trust.check_hostname = False
        _, writer = await asyncio.open_connection("127.0.0.1", station.port, ssl=trust)
        body = cef()
        writer.write(b"%d %b" % (len(body), body))
        await writer.drain()
        await until(lambda: station.counts() == (1, 0))
        writer.close()
        await station.send(cef() + b"\n")
        assert station.counts() == (1, 0)

    on_station(
        tmp_path, scenario, tls_port=1, cert_file=str(tls / "loopback.pem"), key_file=str(tls / "loopback-key.pem")
    )


def test_a_duty_officer_sees_a_cyber_alert_and_its_officer_handles_it(tmp_path: Path) -> None:
    async def scenario(station: Station) -> None:
        await station.send(cef() + b"\n")
        await until(lambda: len(station.alerts()) == 1)
        desk = station.desk
        commands = desk.commands()
        alert_id = station.alerts()[0].alert_id
        answers = []
        for number, role in enumerate((Role.DUTY_OFFICER, Role.LEADER, Role.CYBER)):
            command = AcknowledgeAlert(command_id=f"{number:032x}", alert_id=alert_id)
            answers.append(await commands.execute(command, operator(role, f"user-{number}"), ""))
        assert [answer.accepted for answer in answers] == [False, False, True]
        assert answers[0].reason_code == "not_allowed"
        comment = CommentAlert(command_id="c" * 32, alert_id=alert_id, comment="đã gọi cán bộ ATTT")
        assert (await commands.execute(comment, operator(Role.DUTY_OFFICER), "")).accepted

    on_station(tmp_path, scenario)

"""What is wrong with the room itself is told once, ends by itself, and is never among the city's alarms."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from backend.contracts.kinds.alerts import Priority
from backend.gateway.feed.seat import CLOCKS_KEPT, Seat, clocks_ahead
from backend.services.certificates import certificate_eye, certificate_files, ends_ms
from backend.services.self_watch import (
    GB,
    ClockEye,
    Eye,
    Look,
    SelfWatch,
    ahead_of_us,
    database_eyes,
    disk_eye,
    seat_eye,
)
from config.model import SelfLimits
from config.problems import SiteErrors
from config.site import load_site
from config.source_model import FtpDoorSource, FtpLogin, SyslogSource
from tests.unit.feeds_samples import FIXTURES, NOW_MS, Desk, opened_desk, reading

LIMITS = SelfLimits()


def on_desk(data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]]) -> None:
    async def play() -> None:
        async with opened_desk(data_dir) as desk:
            await scenario(desk)

    asyncio.run(play())


def test_a_disk_that_fills_is_told_once_and_over_only_when_there_is_room_again(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        free = [100 * GB]
        eye = disk_eye({"ghi-hinh": tmp_path}, LIMITS, lambda folder: (round(free[0]), round(500 * GB)))
        watch = SelfWatch(desk.site, desk.room, [eye], desk.now)
        await watch.look()
        assert desk.alerts("disk.low") == []
        free[0] = 4.2 * GB
        for _ in range(3):
            await watch.look()
        alert = desk.only("disk.low")
        assert (alert.priority, alert.headline_vi) == (Priority.SYSTEM, "Đĩa ghi-hinh còn trống 4,2 GB")
        free[0] = 5.5 * GB
        await watch.look()
        assert desk.only("disk.low").active, "a little more room is not enough"
        free[0] = 7 * GB
        await watch.look()
        assert not desk.only("disk.low").active
        free[0] = 1 * GB
        await watch.look()
        assert len([one for one in desk.alerts("disk.low") if one.active]) == 1

    on_desk(tmp_path, scenario)


def test_a_volume_that_is_away_is_not_the_disk_s_trouble(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        def gone(folder: Path) -> tuple[int, int]:
            raise FileNotFoundError(folder)

        await SelfWatch(desk.site, desk.room, [disk_eye({"x": tmp_path}, LIMITS, gone)], desk.now).look()
        assert desk.events == []

    on_desk(tmp_path, scenario)


def test_a_database_that_takes_long_and_a_queue_that_grows(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        slow, full = database_eyes(desk.database, SelfLimits(write_slow_ms=1e-3, queue_full_share=0.5))
        (look,) = await slow()
        assert look.badness > 1, "a write takes more than a microsecond"
        (look,) = await full()
        assert look.badness == 0
        desk.database.writer.rows_pending += 15_000
        (look,) = await full()
        desk.database.writer.rows_pending -= 15_000
        assert look.kind == "queue.full"
        assert look.badness == pytest.approx(1.5)

    on_desk(tmp_path, scenario)


def test_a_clock_that_jumps_and_a_logger_that_lives_in_the_future(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        mono, ahead = [0.0], dict[str, int]()
        eye = ClockEye(lambda: ahead, desk.now, LIMITS, lambda: mono[0])
        watch = SelfWatch(desk.site, desk.room, [eye], desk.now)
        mono[0] += 5
        desk.now.move(5)
        await watch.look()
        assert desk.alerts("clock.skew") == []
        mono[0] += 5
        desk.now.move(3605)
        await watch.look()
        assert desk.only("clock.skew").place_id == "server-clock"
        mono[0] += 5
        desk.now.move(5)
        ahead["tang-loong"] = 300_000
        await watch.look()
        active = [one.place_id for one in desk.alerts("clock.skew") if one.active]
        assert active == ["tang-loong"]
        ahead.clear()
        await watch.look()
        assert not any(one.active for one in desk.alerts("clock.skew")), "what is no longer looked at is over"

    on_desk(tmp_path, scenario)


def test_how_far_ahead_a_producer_is_is_known_from_when_its_samples_came() -> None:
    rows = [reading(NOW_MS, 1.0), reading(NOW_MS, 2.0, symbol="NOx")]
    assert ahead_of_us(rows) == {"tang-loong": 0}


def test_a_small_disk_has_a_limit_of_its_own(tmp_path: Path) -> None:
    eye = disk_eye({"small": tmp_path}, LIMITS, lambda folder: (32_000_000, 64_000_000))
    (look,) = asyncio.run(_looked(eye))
    assert look.badness < 0.2


async def _looked(eye: Eye) -> Sequence[Look]:
    return await eye()


def certificate(ends_in_days: float) -> bytes:
    """PEM of one that ends so long after the story's first moment."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trucban")])
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    begun = now - timedelta(days=400)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begun, now + timedelta(days=ends_in_days))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_certificate_is_told_before_it_ends_and_again_when_it_has(tmp_path: Path) -> None:
    file = tmp_path / "door.pem"
    file.write_bytes(certificate(900) + certificate(40))

    async def scenario(desk: Desk) -> None:
        watch = SelfWatch(desk.site, desk.room, [certificate_eye({"gateway": file}, desk.site, desk.now)], desk.now)
        await watch.look()
        assert desk.alerts("certificate.ending") == [], "forty days are enough"
        desk.now.move(11 * 86_400)
        for _ in range(2):
            await watch.look()
        soon = desk.only("certificate.ending")
        assert soon.priority == Priority.SYSTEM
        assert soon.headline_vi == "Chứng chỉ TLS của cổng gateway hết hạn ngày 10/02/2026"
        file.write_bytes(certificate(900))
        desk.now.move(30 * 86_400)
        await watch.look()
        told = {one.headline_vi for one in desk.alerts("certificate.ending") if one.active}
        ended = "Chứng chỉ TLS của cổng gateway đã hết hạn ngày 10/02/2026"
        assert told == {soon.headline_vi, ended}, "the door still has the old one"
        again = SelfWatch(desk.site, desk.room, [certificate_eye({"gateway": file}, desk.site, desk.now)], desk.now)
        await again.look()
        assert not any(one.active for one in desk.alerts("certificate.ending")), "started again with the new one"

    on_desk(tmp_path, scenario)


def test_every_door_of_ours_that_has_a_certificate_is_watched(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        sources = (
            FtpDoorSource(
                port=2121, certfile="ftp.pem", keyfile="k.pem", login=(FtpLogin(user="tl", producer_id="tang-loong"),)
            ),
            SyslogSource(producer_id="attt", tls_port=6514, cert_file="syslog.pem", key_file="k.pem"),
            SyslogSource(producer_id="plain", tcp_port=5514),
        )
        site = desk.site.model_copy(update={"sources": sources})
        assert certificate_files(site, tmp_path, Path("door.pem")) == {
            "gateway": Path("door.pem"),
            "ftp 2121": tmp_path / "ftp.pem",
            "syslog 6514": site.folder / "syslog.pem",
        }
        assert certificate_files(desk.site, tmp_path, None) == {}

    on_desk(tmp_path, scenario)


@pytest.mark.parametrize("text", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_file_without_a_certificate_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="certificate"):
        ends_ms(text)


def test_a_slow_network_is_not_taken_for_a_wrong_clock(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        seat = Seat(cast(Any, None), cast(Any, None), cast(Any, None), "10.0.0.5", 30.0)
        watch = SelfWatch(desk.site, desk.room, [seat_eye(lambda: clocks_ahead([seat]), LIMITS)], desk.now)
        for late_s in range(CLOCKS_KEPT):
            assert seat.clock_ahead_ms is None
            seat.tell_clock(NOW_MS, NOW_MS + late_s * 4000)
        await watch.look()
        assert desk.alerts("clock.skew") == []
        for _ in range(CLOCKS_KEPT):
            seat.tell_clock(NOW_MS, NOW_MS + 7_400)
        await watch.look()
        alert = desk.only("clock.skew")
        assert alert.headline_vi == "Đồng hồ của bàn trực 10.0.0.5 chạy sau máy chủ 7,4 s"
        for _ in range(CLOCKS_KEPT):
            seat.tell_clock(NOW_MS + 50, NOW_MS)
        await watch.look()
        assert not desk.only("clock.skew").active

    on_desk(tmp_path, scenario)


def test_limits_are_the_sites_own_and_a_wrong_one_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(FIXTURES / "sites" / "small", folder)
    file = folder / "site.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n[self_watch]\ncertificate_days = 60\n", encoding="utf-8")
    assert load_site(folder).self_watch == SelfLimits(certificate_days=60)
    file.write_text(f"{text}\n[self_watch]\ncertificate_days = 0\n", encoding="utf-8")
    with pytest.raises(SiteErrors, match=rf"site.toml:{text.count(chr(10)) + 3}.*certificate_days"):
        load_site(folder)

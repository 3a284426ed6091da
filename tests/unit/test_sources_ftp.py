"""The FTP(S) door: real clients (ftplib) upload as data loggers do, whole, in parts, wrongly and with bad intent."""

from __future__ import annotations

import asyncio
import ftplib
import os
import shutil
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest

from backend.services.accounts import Accounts
from backend.sources import SourceContext, source_specs
from backend.sources.station_file import MAX_FILE_BYTES
from backend.sources.station_ftp import FtpDoor
from backend.storage.database import open_database
from config.site import SiteErrors, load_site
from config.source_model import FtpDoorSource, FtpLogin
from tests.system.backend_process import SMALL_SITE, run_backend
from tests.unit.feeds_samples import NOW_MS, Desk, local_time, opened_desk, small_site

TLS = Path(__file__).resolve().parents[1] / "fixtures" / "tls"
PASSWORD = "mot-hai-ba-bon"
NAME = "TL-KT-01_20260101090000.txt"
LINES = f"SO2\t7,5\tmg/Nm3\t{local_time(NOW_MS)}\t00\r\nNOx\t188\tmg/Nm3\t{local_time(NOW_MS)}\t00\r\n".encode()
LOGINS = (
    FtpLogin(user="tl", producer_id="tang-loong", station_names={"ONGKHOI1": "TL-KT-01"}),
    FtpLogin(user="tv", producer_id="thuy-van"),
)


@dataclass
class Door:
    desk: Desk
    door: FtpDoor
    folder: Path
    loggers: ThreadPoolExecutor
    faults: list[str] = field(default_factory=list)

    async def client(self, work: Callable[[ftplib.FTP], object], user: str = "tl", secure: bool = False) -> None:
        """`work` with a logger's connection, on a thread of its own: the event loop must stay free to check log-ins."""

        def session() -> None:
            ftp: ftplib.FTP = ftplib.FTP_TLS(context=_trusting(), timeout=30) if secure else ftplib.FTP(timeout=30)
            ftp.connect("127.0.0.1", self.door.port)
            with ftp:
                ftp.login(user, PASSWORD)
                if isinstance(ftp, ftplib.FTP_TLS):
                    ftp.prot_p()
                work(ftp)

        await asyncio.get_running_loop().run_in_executor(self.loggers, session)

    async def samples(self, symbol: str = "SO2") -> tuple[tuple[int, float, int], ...]:
        return await self.desk.store.samples("TL-KT-01", symbol, 0, NOW_MS)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.01)

    async def taken(self, count: int, where: str = "done", user: str = "tl") -> None:
        folder = self.folder / user / "whole" / where
        await self.until(lambda: folder.is_dir() and len(list(folder.iterdir())) >= count)

    def waiting(self, user: str = "tl") -> list[str]:
        return sorted(path.name for path in (self.folder / user / "home").rglob("*") if path.is_file())


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(TLS / "loopback.pem"))


def _put(name: str = NAME, body: bytes = LINES) -> Callable[[ftplib.FTP], object]:
    return lambda ftp: ftp.storbinary(f"STOR {name}", BytesIO(body))


@asynccontextmanager
async def opened_door(data_dir: Path, **settings: object) -> AsyncIterator[Door]:
    config = FtpDoorSource.model_validate({"port": 0, "passive_ports": (40_000, 40_400), "login": LOGINS, **settings})
    site = small_site(sources=(config,))
    async with opened_desk(data_dir, site) as desk:
        for login in LOGINS:
            await desk.accounts.set_feed_password(login.user, PASSWORD)
        faults: list[str] = []
        context = SourceContext(
            site, data_dir, desk.ingest, desk.cameras, desk.accounts, desk.now, lambda who, what: faults.append(what)
        )
        door = FtpDoor(config, context)
        await door.start()
        serving = asyncio.create_task(door.serve())
        try:
            with ThreadPoolExecutor(50) as loggers:
                yield Door(desk, door, data_dir / "ftp", loggers, faults)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await door.stop()


@pytest.mark.parametrize("secure", [False, True], ids=["FTP", "FTPS"])
@pytest.mark.anyio
async def test_an_upload_reaches_the_readings(tmp_path: Path, secure: bool) -> None:
    for file in ("loopback.pem", "loopback-key.pem"):
        shutil.copy(TLS / file, tmp_path)
    tls: dict[str, object] = {"certfile": "loopback.pem", "keyfile": "loopback-key.pem", "tls_required": True}
    async with opened_door(tmp_path, **(tls if secure else {})) as door:
        await door.client(_put(), secure=secure)
        await door.taken(1)
        assert await door.samples() == ((NOW_MS, 7.5, 0),)
        # Sent again, and once more under the plant's own name for the stack: nothing new, nothing refused.
        await door.client(_put(), secure=secure)
        await door.client(_put("ONGKHOI1_20260101090000.txt"), secure=secure)
        await door.taken(3)
        assert await door.samples() == ((NOW_MS, 7.5, 0),)
        assert door.desk.quarantined() == []
        if secure:
            with pytest.raises(ftplib.error_perm, match="550|SSL"):
                await door.client(_put())
    assert door.faults == []


@pytest.mark.anyio
async def test_a_file_is_taken_when_it_got_its_final_name(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:

        def careful(ftp: ftplib.FTP) -> None:
            ftp.mkd("2026")
            ftp.cwd("2026")
            ftp.storbinary(f"STOR {NAME}.tmp", BytesIO(LINES))
            assert door.waiting() == [f"{NAME}.tmp"]
            ftp.rename(f"{NAME}.tmp", NAME)
            assert ftp.size(NAME) == len(LINES), "loggers ask for the size and send again when it is not told"

        await door.client(careful)
        await door.taken(1)
        assert door.waiting() == []
        assert await door.samples("NOx") == ((NOW_MS, 188.0, 0),)


@pytest.mark.anyio
async def test_a_broken_upload_waits_and_is_completed_by_its_sender(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:

        def broken(ftp: ftplib.FTP) -> None:
            data = ftp.transfercmd(f"STOR {NAME}")
            data.sendall(LINES[:20])
            for _ in range(3):
                ftp.voidcmd("NOOP")  # answered after the server looked at the data connection, too
            # As a modem that loses its line: a reset, no orderly end.
            data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            data.close()
            with pytest.raises(ftplib.error_temp, match="426"):
                ftp.voidresp()
            with pytest.raises(ftplib.error_perm, match="not complete"):
                ftp.rename(NAME, f"X{NAME}")

        await door.client(broken)
        assert door.waiting() == [NAME]
        await door.client(lambda ftp: None)
        assert await door.samples() == ()

        def resumed(ftp: ftplib.FTP) -> None:
            ftp.voidcmd("TYPE I")
            begun = ftp.size(NAME)
            assert begun == 20
            ftp.storbinary(f"STOR {NAME}", BytesIO(LINES[begun:]), rest=begun)

        await door.client(resumed)
        await door.taken(1)
        assert await door.samples() == ((NOW_MS, 7.5, 0),)
        assert door.desk.quarantined() == []


@pytest.mark.anyio
async def test_what_nobody_finished_goes_to_the_quarantine_at_last(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:
        await door.client(_put("old.tmp", b"SO2\t1"))
        await door.client(_put("new.tmp", b"SO2\t2"))
        old = door.folder / "tl" / "home" / "old.tmp"
        os.utime(old, (time.time() - 90_000, time.time() - 90_000))
        await door.door.take_abandoned()
        assert door.waiting() == ["new.tmp"]
        (kept,) = door.desk.quarantined()
        assert kept.read_bytes() == b"SO2\t1"
        assert "not completed within 24 h" in kept.with_name(f"{kept.name}.reason.txt").read_text(encoding="utf-8")
        assert door.desk.only("input.quarantined").place_id == "tang-loong"


@pytest.mark.anyio
async def test_what_is_refused_is_quarantined_with_its_reason_and_hurts_nobody(tmp_path: Path) -> None:
    async with opened_door(tmp_path, rate_kb_s=0) as door:
        await door.client(_put("nonsense.bin", b"\x00\xff"))
        # Of another producer: thuy-van may not speak for a stack of tang-loong.
        await door.client(_put(), user="tv")

        def too_large(ftp: ftplib.FTP) -> None:
            data = ftp.transfercmd("STOR TL-KT-01_20260101091000.txt")
            with pytest.raises(OSError, match="reset|pipe"):
                data.sendall(b"x" * (10 * MAX_FILE_BYTES))
            data.close()
            with pytest.raises(ftplib.error_perm, match="552"):
                ftp.voidresp()

        await door.client(too_large)
        await door.taken(2, "refused")
        await door.taken(1, "refused", "tv")
        assert len(door.desk.quarantined()) == 3
        assert {alert.place_id for alert in door.desk.alerts("input.quarantined")} == {"tang-loong", "thuy-van"}
        await door.client(_put())
        await door.taken(1)
        assert await door.samples() == ((NOW_MS, 7.5, 0),)


@pytest.mark.anyio
async def test_a_logger_sees_its_own_folder_only_and_neither_reads_nor_deletes(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:
        await door.client(_put("waits.tmp"), user="tv")

        def nosy(ftp: ftplib.FTP) -> None:
            ftp.storbinary("STOR mine.tmp", BytesIO(LINES))
            assert ftp.nlst() == ["mine.tmp"]
            for path in ("/", "..", "../..", "/../../tv/home"):
                ftp.cwd("/")
                try:
                    ftp.cwd(path)
                    assert ftp.nlst() == ["mine.tmp"], path
                except ftplib.error_perm:
                    pass
            for line in (
                "RETR mine.tmp",
                "DELE mine.tmp",
                "RMD /",
                "SITE CHMOD 777 mine.tmp",
                "SIZE ../../tv/home/waits.tmp",
            ):
                with pytest.raises(ftplib.error_perm, match="550|553"):
                    ftp.voidcmd(line)
            (door.folder / "tl" / "home" / "link.txt").symlink_to(tmp_path / "trucban.sqlite3")
            with pytest.raises(ftplib.error_perm):
                ftp.storbinary("STOR link.txt", BytesIO(b"x"))

        await door.client(nosy)
        assert (tmp_path / "trucban.sqlite3").stat().st_size > 1000


@pytest.mark.anyio
async def test_wrong_passwords_are_slow_and_told_and_lock_no_other_out(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:

        def guess(user: str, password: str) -> str:
            with ftplib.FTP(timeout=30) as ftp:
                ftp.connect("127.0.0.1", door.door.port)
                try:
                    return ftp.login(user, password)
                except ftplib.error_perm as error:
                    return str(error)

        for user, password in [("tl", "wrong-wrong"), ("nobody", PASSWORD), ("anonymous", "")]:
            assert (await asyncio.to_thread(guess, user, password)).startswith("530"), user
        assert any("refused" in text for text in door.faults)
        for _ in range(5):
            await door.desk.accounts.feed_refusal("tl", "wrong-wrong", "127.0.0.1")
        assert "530" in await asyncio.to_thread(guess, "tl", PASSWORD), "throttled: not even the right one at once"
        assert "230" in await asyncio.to_thread(guess, "tv", PASSWORD)
        door.desk.now.move(120)
        assert "230" in await asyncio.to_thread(guess, "tl", PASSWORD)
        await door.desk.accounts.remove_feed_password("tl")
        assert "530" in await asyncio.to_thread(guess, "tl", PASSWORD)
    assert PASSWORD not in "".join(door.faults)


@pytest.mark.anyio
async def test_what_was_whole_before_a_restart_is_taken_after_it(tmp_path: Path) -> None:
    whole = tmp_path / "ftp" / "tl" / "whole"
    whole.mkdir(parents=True)
    (whole / f"{1:024d}-{NAME}").write_bytes(LINES)
    async with opened_door(tmp_path) as door:
        await door.taken(1)
        assert await door.samples() == ((NOW_MS, 7.5, 0),)


@pytest.mark.anyio
async def test_fifty_loggers_at_once_leave_the_event_loop_free(tmp_path: Path) -> None:
    async with opened_door(tmp_path) as door:
        late = 0.0

        async def beat() -> None:
            nonlocal late
            while True:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                late = max(late, time.monotonic() - before - 0.01)

        beating = asyncio.create_task(beat())
        await asyncio.gather(*(door.client(_put(f"TL-KT-01_202601010900{number:02d}.txt")) for number in range(50)))
        await door.taken(50)
        beating.cancel()
        assert late < 2.0, "fifty log-ins and transfers one after the other would hold it up for longer"
        assert len(await door.samples()) == 1


@pytest.mark.anyio
async def test_the_source_ends_its_server_with_itself(tmp_path: Path) -> None:
    config = FtpDoorSource.model_validate({"port": 0, "login": LOGINS})
    async with opened_desk(tmp_path, small_site(sources=(config,))) as desk:
        context = SourceContext(
            desk.site, tmp_path, desk.ingest, desk.cameras, desk.accounts, desk.now, lambda who, what: None
        )
        task = asyncio.create_task(_run(config, context))
        async with asyncio.timeout(30):
            while not (tmp_path / "ftp" / "tl" / "whole").is_dir():
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()


async def _run(config: FtpDoorSource, context: SourceContext) -> None:
    await source_specs()["station_ftp"].bind(config, context)()


DOOR = """
[[source]]
kind = "station_ftp"
passive_ports = [60000, 60100]

[[source.login]]
user = "logger"
producer_id = "logger"
"""


def _site(folder: Path, door: str = DOOR) -> Path:
    shutil.copytree(SMALL_SITE, folder)
    with (folder / "site.toml").open("a", encoding="utf-8") as file:
        file.write(door)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('producer_id = "logger"', 'producer_id = "nobody"', "unknown producer 'nobody'"),
        ("[60000, 60100]", "[60100, 60000]", "right would be [first, last]"),
        ("passive_ports", 'certfile = "a.pem"\npassive_ports', "TLS needs both certfile and keyfile"),
        ("passive_ports", "tls_required = true\npassive_ports", "TLS needs both certfile and keyfile"),
        ('user = "logger"', 'user = "../etc"', "user"),
        ('producer_id = "logger"\n', 'producer_id = "logger"\nfile_name_pattern = "x"\n', "(?P<station>"),
        ("[[source.login]]", DOOR.partition("\n\n")[2] + "\n[[source.login]]", "is there twice"),
        (DOOR, DOOR + DOOR.replace("2121", "2122"), "by another source already"),
    ],
)
def test_what_is_wrong_with_a_door_is_told_at_the_check(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in DOOR
    with pytest.raises(SiteErrors) as told:
        load_site(_site(tmp_path / "site", DOOR.replace(old, new)))
    assert words in "\n".join(told.value.messages)


def test_the_password_is_set_by_command_line_and_never_shown(tmp_path: Path) -> None:
    site, data, file = _site(tmp_path / "site"), tmp_path / "data", tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    here = ("--site", site, "--data", data, "--password-file", file)
    added = run_backend("ftp-user", "add", "logger", *here)
    assert added.returncode == 0, added.stderr
    assert PASSWORD not in added.stdout + added.stderr
    stranger = run_backend("ftp-user", "add", "stranger", *here)
    assert (stranger.returncode, "it has logger" in stranger.stderr) == (2, True)

    async def refusal(password: str) -> str:
        database = open_database(f"sqlite:///{data / 'trucban.sqlite3'}")
        try:
            return await Accounts(database, lambda: NOW_MS).feed_refusal("logger", password, "10.0.0.1")
        finally:
            await database.close()

    assert asyncio.run(refusal(PASSWORD)) == ""
    assert asyncio.run(refusal("khong-phai-no")) != ""
    assert run_backend("ftp-user", "remove", "logger", "--data", data).returncode == 0
    assert asyncio.run(refusal(PASSWORD)) != ""
    assert PASSWORD.encode() not in (data / "trucban.sqlite3").read_bytes()

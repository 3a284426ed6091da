"""Station files by FTP(S): loggers log in at a server of our own, each producer to a folder of its own.

What is uploaded whole waits in `FOLDER/USER/whole/` on the disk until ingest has it; a restart in between loses
nothing. From there on it is a watched folder (`station_drop`): taken oldest first, then moved to `done/` or `refused/`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Final

from backend.contracts.doors import IngestAnswer
from backend.sources.ftp_server import FtpRules, FtpUploads, FtpUser, whole_name
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.station_drop import DropFolder
from backend.sources.station_file import MAX_FILE_BYTES
from config.source_model import FtpDoorSource, FtpLogin

LOOK_EVERY_S: Final = 2.0
LOGIN_WITHIN_S: Final = 10.0
LOOK_FOR_ABANDONED_EVERY_S: Final = 60.0
MAX_ABANDONED_AT_ONCE: Final = 10
"""Fewer than the quarantine keeps in a minute: beyond it a flood is only counted, and these would be lost."""

_SPOOLED: Final = r"(?P<at>\d{24})-.*"
"""In the order they came in, which is the order loggers send in: oldest first."""


class FtpDoor:
    """One server and its users' folders. `port` holds after `start`."""

    def __init__(self, config: FtpDoorSource, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self._event_loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        base = context.data_dir / config.folder
        self._users = {
            login.user: FtpUser(home=base / login.user / "home", whole=base / login.user / "whole")
            for login in config.login
        }
        self._producers = {login.user: login.producer_id for login in config.login}
        self._folders = [self._drop(login) for login in config.login]
        self._look_for_abandoned_s = 0.0
        self._uploads = FtpUploads(
            (config.host, config.port), self._users, self._rules(), self._refusal, self._received, self._fault
        )

    @property
    def port(self) -> int:
        return self._uploads.port

    async def start(self) -> None:
        """Raises: OSError: the port is taken, or the certificate cannot be read."""
        await asyncio.to_thread(self._uploads.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._uploads.stop)

    async def serve(self) -> None:
        """Bring what was uploaded to ingest, until cancelled; passes on what ingest raises, the files stay."""
        while True:
            self._wake.clear()
            for folder in self._folders:
                await folder.look()
            if time.monotonic() >= self._look_for_abandoned_s:
                self._look_for_abandoned_s = time.monotonic() + LOOK_FOR_ABANDONED_EVERY_S
                await self.take_abandoned()
            if not self._uploads.alive:
                raise OSError("the FTP server's thread ended by itself")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)

    async def take_abandoned(self) -> None:
        """Uploads that nobody finished go to the quarantine. Raises: StorageError; they stay then."""
        oldest_s = time.time() - self._config.abandoned_after_h * 3600
        for user, folders in self._users.items():
            for path in (await asyncio.to_thread(_older, folders.home, oldest_s))[:MAX_ABANDONED_AT_ONCE]:
                try:
                    body = await asyncio.to_thread(_head, path)
                    hours = f"{self._config.abandoned_after_h:g} h"
                    reason = f"the upload was not completed within {hours}; the logger has to send the file again"
                    await self._context.ingest.refuse(self._producers[user], "station-ftp", path.name, body, reason)
                    await asyncio.to_thread(path.unlink, missing_ok=True)
                except OSError as error:
                    self._tell(user, f"abandoned upload cannot be taken: {error.strerror or type(error).__name__}")

    def _drop(self, login: FtpLogin) -> DropFolder:
        async def take(name: str, body: bytes) -> IngestAnswer:
            return await self._context.ingest.station_file(login.producer_id, whole_name(name), body)

        return DropFolder(self._users[login.user].whole, _SPOOLED, 0.0, take, lambda text: self._tell(login.user, text))

    def _rules(self) -> FtpRules:
        config, data_dir = self._config, self._context.data_dir
        return FtpRules(
            passive_ports=config.passive_ports,
            masquerade_address=config.masquerade_address,
            certfile=data_dir / config.certfile if config.certfile else None,
            keyfile=data_dir / config.keyfile if config.keyfile else None,
            tls_required=config.tls_required,
            max_connections=config.max_connections,
            max_connections_of_address=config.max_connections_of_address,
            rate_bytes_s=config.rate_kb_s * 1000,
            idle_timeout_s=config.idle_timeout_s,
            max_file_bytes=MAX_FILE_BYTES,
        )

    # -- called on the server's thread ------------------------------------------------------------

    def _refusal(self, user: str, password: str, origin: str) -> str:
        """Only this thread waits for the password's check, never the event loop."""
        checked = self._on_loop(self._context.logins.feed_refusal(user, password, origin))
        try:
            return checked.result(LOGIN_WITHIN_S)
        except (TimeoutError, concurrent.futures.CancelledError):
            checked.cancel()
            return "its password could not be checked in time"

    def _on_loop(self, work: Awaitable[str]) -> concurrent.futures.Future[str]:
        async def run() -> str:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._event_loop)

    def _received(self) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody waits for it any more
            self._event_loop.call_soon_threadsafe(self._wake.set)

    def _fault(self, user: str, text: str) -> None:
        with suppress(RuntimeError):
            self._event_loop.call_soon_threadsafe(self._tell, user, text)

    def _tell(self, user: str, text: str) -> None:
        self._context.fault(self._producers[user], text)


async def run(config: FtpDoorSource, context: SourceContext) -> None:
    """Serve until cancelled. Raises: OSError: the port is taken, or the certificate cannot be read."""
    door = FtpDoor(config, context)
    await door.start()
    try:
        await door.serve()
    finally:
        await door.stop()


def _older(folder: Path, than_s: float) -> list[Path]:
    found: list[Path] = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # renamed or taken meanwhile
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime < than_s:
                found.append(path)
    return sorted(found)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


SPEC = SourceSpec(key="station_ftp", config=FtpDoorSource, run=run)

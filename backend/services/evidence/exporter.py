"""Makes evidence packages as the room orders them: one at a time, gone on with after a restart."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.contracts.events import Event, ExportChanged, LoggedEvent
from backend.contracts.recording import ExportCondition, ExportProgress, ExportState
from backend.contracts.state import RoomState
from backend.services.evidence import custody_log
from backend.services.evidence.case import PACKAGE_FOLDER, Case
from backend.services.evidence.child import Maker, MakerError, run_maker
from backend.services.evidence.gather import Sources, gather
from backend.services.evidence.messages import ENCRYPTED_FILE, Task, Told
from backend.services.evidence.names import folder_name
from backend.services.evidence.packing import put_seal
from backend.services.evidence.seal import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    digest_of,
    public_key_pem,
    zip_seal_message,
)
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

RESERVE_BYTES: Final = 1 << 30
"""What an export leaves free on the disk: it never stops the room from storing what happens."""

SETTLE_MS: Final = 5_000
"""After the end of a span and the length of a recorded file: until then its last pictures are being written."""

RETRY_S: Final = 3.0
WORK_SUFFIX: Final = ".work"
DIGEST_SUFFIX: Final = ".sha256"
CUSTODY_SUFFIX: Final = ".custody.jsonl"

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
WAITS_FOR_PASSPHRASE: Final = "chờ mật khẩu"
_REASONS: Final = {
    "disk_full": "ổ đĩa không còn chỗ cho gói bằng chứng",
    "disk_error": "không ghi được gói bằng chứng lên ổ đĩa, hoặc không đọc được đoạn ghi",
    "in_use": "gói này đang được một tiến trình khác lập",
    "stopped": "tiến trình lập gói dừng đột ngột; xem nhật ký của máy chủ",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A finished package: its `folder`, or its encrypted ZIP as `file`. `digest`: SHA-256 of its manifest."""

    export_id: str
    digest: str
    folder: Path | None
    file: Path | None
    custody: Path


class PassphraseError(ValueError):
    """Why there is no passphrase to be had, for the caller."""


class ExportFailedError(RuntimeError):
    """Why, in Vietnamese, for the room."""


class Exporter:
    """Event-loop thread only. What is to be made is what the room's state calls running; `run` makes it.

    Args:
        folder: where packages lie; made when it is missing.
        segment_ms: length of a recorded file.
        reserve_bytes: left free on the disk.
        maker: does the work that takes long.
    """

    def __init__(
        self,
        sources: Sources,
        folder: Path,
        segment_ms: int = 10_000,
        reserve_bytes: int = RESERVE_BYTES,
        maker: Maker = run_maker,
    ) -> None:
        self._sources = sources
        self._room = sources.room
        self._folder = folder
        self._settle_ms = segment_ms + SETTLE_MS
        self._reserve_bytes = reserve_bytes
        self._maker = maker
        self._passphrases: dict[str, str] = {}
        self._progress: dict[str, Told] = {}
        self._waiting: set[str] = set()
        self._wake = asyncio.Event()
        self._current: tuple[str, asyncio.Task[str]] | None = None
        self._custody = threading.Lock()

    # -- for the doors --

    def progress(self, export_id: str) -> ExportProgress | None:
        """None: the room knows no such export."""
        export = self._room.durable.exports.get(export_id)
        if export is None:
            return None
        told = self._progress.get(export_id, Told())
        share = 1.0 if export.condition == "done" else told.share
        step = told.step if export.condition == "running" else ""
        return ExportProgress(
            export_id=export_id,
            condition=export.condition,
            share=share,
            step=step or ("đợi tới lượt" if export.condition == "running" else ""),
            files=told.files,
            bytes=told.bytes,
            reason=export.reason,
        )

    def passphrase(self, export_id: str, given: str = "") -> str:
        """What opens the encrypted package: the one there is, else `given`, else a new one.

        In memory only: it is gone when the backend ends.

        Raises:
            PassphraseError: the export is not encrypted, has another one already, or it is no longer known.
        """
        export = self._room.durable.exports.get(export_id)
        if export is None or not export.order.encrypt:
            raise PassphraseError("no export of that id was ordered encrypted")
        known = self._passphrases.get(export_id, "")
        if not known and export.condition != "running":
            raise PassphraseError("its passphrase is no longer known here")
        if known and given not in ("", known):
            # What is being encrypted with one must not be told to open with another.
            raise PassphraseError("the export has a passphrase already")
        if not known:
            known = self._passphrases[export_id] = given or new_passphrase()
            self._waiting.discard(export_id)
            self._wake.set()
        return known

    def ready(self, export_id: str) -> Ready | None:
        """The finished package; None while it is none. Blocks for a moment of disk."""
        export = self._room.durable.exports.get(export_id)
        if export is not None and export.condition != "done":
            return None
        name = folder_name(export_id)
        folder, file = self._folder / name, self._folder / f"{name}.zip"
        try:
            digest = (self._folder / f"{name}{DIGEST_SUFFIX}").read_text(encoding="ascii").strip()
        except OSError:
            return None
        custody = self._folder / f"{name}{CUSTODY_SUFFIX}"
        if folder.is_dir():
            return Ready(export_id, digest, folder, None, custody)
        return Ready(export_id, digest, None, file, custody) if file.is_file() else None

    def measured(self, export_id: str) -> tuple[int, int]:
        """(files, bytes) of the finished package; (0, 0) while it is none. Blocks for a moment of disk."""
        ready = self.ready(export_id)
        if ready is None:
            return 0, 0
        paths = [ready.file] if ready.file is not None else list((ready.folder or self._folder).rglob("*"))
        sizes = [path.stat().st_size for path in paths if path.is_file()]
        return len(sizes), sum(sizes)

    def taken(self, ready: Ready, deed: str, by: str, origin: str) -> None:
        """Write down who got the package; any thread. Raises: OSError: it is not written, so it must not be given."""
        # Each line is chained to the one before: two at once would look as if somebody had been at the log.
        with self._custody:
            sign, now_ms = self._sources.signer.sign, self._sources.now_ms()
            custody_log.append(ready.custody, sign, ready.digest, now_ms, deed, by, origin)

    # -- the work --

    async def run(self) -> None:
        """For ever. Being cancelled leaves everything so that the next start goes on with it."""
        stop = self._room.listen(self._heard)
        try:
            await asyncio.to_thread(self._tidy)
            while True:
                self._wake.clear()
                export, wait_s = self._next()
                if export is None:
                    await self._woken(wait_s)
                else:
                    await self._work(export)
        finally:
            stop()

    def _heard(self, logged: Sequence[LoggedEvent]) -> None:
        if not any(one.event.kind in ("export.ordered", "export.changed") for one in logged):
            return
        self._wake.set()
        running = {key for key, one in self._room.durable.exports.items() if one.condition == "running"}
        if self._current is not None and self._current[0] not in running:
            self._current[1].cancel()
        exports = self._room.durable.exports
        opened = {key for key, one in exports.items() if one.condition in ("running", "done")}
        for export_id in [key for key in self._passphrases if key not in opened]:
            del self._passphrases[export_id]
        for export_id in [key for key in self._progress if key not in exports]:
            del self._progress[export_id]
        self._waiting &= running

    async def _woken(self, wait_s: float | None) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), wait_s)
        except TimeoutError:
            return

    def _next(self) -> tuple[ExportState | None, float | None]:
        """The next export to work at, else how long until one is due (None = until something happens)."""
        running = [one for one in self._room.durable.exports.values() if one.condition == "running"]
        due_ms: list[int] = []
        for export in sorted(running, key=lambda one: one.ordered_ms):
            if export.export_id in self._waiting:
                continue
            left_ms = export.order.end_ms + self._settle_ms - self._sources.now_ms()
            if left_ms <= 0:
                return export, None
            self._progress[export.export_id] = Told(step="đợi hết khoảng thời gian được yêu cầu")
            due_ms.append(left_ms)
        # Not longer at once than a minute: the clock may be set.
        return None, min(60.0, min(due_ms) / 1000) if due_ms else None

    async def _work(self, export: ExportState) -> None:
        task = asyncio.get_running_loop().create_task(self._produce(export))
        self._current = export.export_id, task
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            self._current = None
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            await self._settle(export, task.result())
        elif isinstance(error, StorageError):
            _log.warning("export %s waits for the database: %s", export.export_id, error)
            self._progress[export.export_id] = Told(step="đợi cơ sở dữ liệu")
            await asyncio.sleep(RETRY_S)
        else:
            await self._failed(export.export_id, error)

    async def _settle(self, export: ExportState, digest: str) -> None:
        """Args: digest: "" = it waits for its passphrase."""
        if not digest:
            return
        if await self._ended(export.export_id, "done", "", digest):
            return
        # Cancelled at the last moment: nothing that looks like a package stays.
        await asyncio.to_thread(self._withdraw, export.export_id)

    async def _failed(self, export_id: str, error: BaseException) -> None:
        _log.error("export %s failed: %s", export_id, error, exc_info=error)
        if isinstance(error, ExportFailedError):
            reason = str(error)
        elif isinstance(error, MakerError):
            reason = _REASONS.get(error.code, _REASONS["stopped"])
        else:
            reason = _REASONS["disk_error" if isinstance(error, OSError) else "stopped"]
        await self._ended(export_id, "failed", reason)

    async def _ended(self, export_id: str, condition: ExportCondition, reason: str, digest: str = "") -> bool:
        """Tell the room, as soon as it takes it. False: it was cancelled meanwhile."""

        def decide(state: RoomState) -> list[Event]:
            export = state.exports.get(export_id)
            if export is None or export.condition != "running":
                return []
            return [ExportChanged(export_id=export_id, condition=condition, reason=reason, digest=digest)]

        while True:
            try:
                return bool(await self._room.record(decide))
            except StorageError as error:
                _log.warning("export %s is %s and cannot be told: %s", export_id, condition, error)
                await asyncio.sleep(RETRY_S)

    async def _produce(self, export: ExportState) -> str:
        """The digest of the finished package's manifest; "" when it waits for its passphrase.

        Raises:
            StorageError, OSError, MakerError, ExportFailedError.
        """
        export_id = export.export_id
        done = await asyncio.to_thread(self._finished, export_id)
        if done:
            return done
        work = self._folder / f"{folder_name(export_id)}{WORK_SUFFIX}"
        await asyncio.to_thread(work.mkdir, parents=True, exist_ok=True)
        if not await asyncio.to_thread(self._is_sealed, work):
            self._progress[export_id] = Told(step="gom dữ liệu")
            case = await gather(self._sources, export, work)
            await asyncio.to_thread(self._check_room, case)
            await self._maker(work, Task("make", self._reserve_bytes), self._teller(export_id))
            await asyncio.to_thread(self._seal, work)
        if not export.order.encrypt:
            return await asyncio.to_thread(self._publish, export_id, work)
        passphrase = self._passphrases.get(export_id, "")
        if not passphrase:
            before = self._progress.get(export_id, Told())
            self._progress[export_id] = Told(before.share, WAITS_FOR_PASSPHRASE, before.files, before.bytes)
            self._waiting.add(export_id)
            return ""
        told = await self._maker(work, Task("encrypt", self._reserve_bytes, passphrase), self._teller(export_id))
        signature = self._sources.signer.sign(zip_seal_message(bytes.fromhex(told.digest)))
        await asyncio.to_thread(put_seal, work / ENCRYPTED_FILE, signature)
        return await asyncio.to_thread(self._publish, export_id, work)

    def _teller(self, export_id: str) -> Callable[[Told], None]:
        def tell(told: Told) -> None:
            self._progress[export_id] = told

        return tell

    # -- on the disk, off the loop --

    def _check_room(self, case: Case) -> None:
        """Raises: ExportFailedError before anything is begun that cannot be ended."""
        recorded = sum(source.bytes for source in case.sources)
        kinds = 1 + bool(case.order.watermark or case.order.masks) + case.order.encrypt
        package = self._folder / f"{folder_name(case.export_id)}{WORK_SUFFIX}" / PACKAGE_FOLDER
        made = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
        needed = max(0, recorded * kinds - made) + self._reserve_bytes
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            raise ExportFailedError(
                f"ổ đĩa không đủ chỗ: cần khoảng {_gigabytes(needed)} GB, còn {_gigabytes(free)} GB"
            )

    def _is_sealed(self, work: Path) -> bool:
        return all((work / PACKAGE_FOLDER / name).is_file() for name in (MANIFEST, SIGNATURE, PUBLIC_KEY))

    def _seal(self, work: Path) -> None:
        """Sign what the maker left. The manifest comes last: a package without it is none."""
        manifest = (work / MANIFEST).read_bytes()
        package = work / PACKAGE_FOLDER
        signer = self._sources.signer
        (package / SIGNATURE).write_bytes(signer.sign(manifest))
        (package / PUBLIC_KEY).write_bytes(public_key_pem(signer.public_key))
        (work / MANIFEST).replace(package / MANIFEST)

    def _publish(self, export_id: str, work: Path) -> str:
        """Give the package its place; what it was made of goes."""
        name = folder_name(export_id)
        package = work / PACKAGE_FOLDER
        digest = digest_of((package / MANIFEST).read_bytes())
        encrypted = work / ENCRYPTED_FILE
        source, place = (encrypted, f"{name}.zip") if encrypted.is_file() else (package, name)
        self._withdraw(export_id)
        # The digest first: a package without it is not finished, a digest without its package neither.
        (self._folder / f"{name}{DIGEST_SUFFIX}").write_text(digest, encoding="ascii")
        source.replace(self._folder / place)
        shutil.rmtree(work, ignore_errors=True)
        return digest

    def _finished(self, export_id: str) -> str:
        """Digest of a package that was finished and not told to the room before the backend ended, else ""."""
        name = folder_name(export_id)
        place = [path for path in (self._folder / name, self._folder / f"{name}.zip") if path.exists()]
        file = self._folder / f"{name}{DIGEST_SUFFIX}"
        if not place or not file.is_file():
            return ""
        return file.read_text(encoding="ascii").strip()

    def _withdraw(self, export_id: str) -> None:
        name = folder_name(export_id)
        (self._folder / f"{name}{DIGEST_SUFFIX}").unlink(missing_ok=True)
        (self._folder / f"{name}.zip").unlink(missing_ok=True)
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def _tidy(self) -> None:
        """Work of exports that the room no longer knows, or that are done, goes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        exports = self._room.durable.exports.values()
        wanted = {folder_name(one.export_id) for one in exports if one.condition != "done"}
        for work in self._folder.glob(f"*{WORK_SUFFIX}"):
            if work.name.removesuffix(WORK_SUFFIX) not in wanted:
                shutil.rmtree(work, ignore_errors=True)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f}".replace(".", ",")


def new_passphrase() -> str:
    """Six groups of four, 118 bits, of letters and digits that nobody confuses when reading them out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(6))

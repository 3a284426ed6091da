"""Evidence packages of a real backend: who gets them, what is recorded of it, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from backend.contracts.commands import Role
from backend.contracts.events import ExportOrdered
from backend.contracts.recording import ExportOrder, ExportProgress
from backend.gateway.settings import GatewaySettings
from backend.services.audit import Audit
from backend.services.evidence import custody_log
from backend.services.evidence.package_source import ZipSource
from backend.services.evidence.verify import check
from backend.storage.errors import StorageError
from tests.system.backend_in_process import OpenBackend, open_backend

EXPORT = "0123456789abcdef" * 2
PASSPHRASE = "mật khẩu rất dài 1234"
WAIT_S = 60.0


@dataclass
class Room:
    backend: OpenBackend
    client: httpx.AsyncClient
    officer: httpx.AsyncClient

    async def order(self, export_id: str = EXPORT, encrypt: bool = False) -> None:
        now_ms = self.backend.clock.now_ms()
        order = ExportOrder(
            title="Ngập cầu Cốc Lếu",
            start_ms=now_ms - 120_000,
            end_ms=now_ms - 60_000,
            camera_ids=("cam-1",),
            encrypt=encrypt,
        )
        await self.backend.parts.room.record(
            lambda state: [ExportOrdered(export_id=export_id, order=order)], actor="giam-sat"
        )

    async def progress(self, export_id: str = EXPORT) -> ExportProgress:
        answer = await self.client.get(f"/api/v1/exports/{export_id}")
        assert answer.status_code == 200, answer.text
        return ExportProgress.model_validate_json(answer.content)

    async def until(self, condition: str, step: str = "", export_id: str = EXPORT) -> ExportProgress:
        async with asyncio.timeout(WAIT_S):
            while True:
                found = await self.progress(export_id)
                assert found.condition in ("running", condition), found
                if found.condition == condition and step in found.step:
                    return found
                await asyncio.sleep(0.05)

    async def deeds(self) -> list[tuple[str, str, str]]:
        rows = await self.backend.parts.audit.store.read(0, 1000, "", EXPORT)
        return [(row.deed, row.actor, row.outcome) for row in rows]


@asynccontextmanager
async def evidence_room(data_dir: Path) -> AsyncIterator[Room]:
    async with open_backend(data_dir, GatewaySettings()) as backend:
        await backend.parts.accounts.add_user("giam-sat", "mot-hai-ba-bon", Role.SUPERVISOR, "Giám sát", "")
        base = f"http://127.0.0.1:{backend.port}"
        login = {"user": "giam-sat", "password": "mot-hai-ba-bon"}
        async with httpx.AsyncClient(base_url=base, timeout=30) as client, httpx.AsyncClient(base_url=base) as officer:
            token = (await client.post("/api/v1/login", json=login)).json()["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            officer.headers["Authorization"] = f"Bearer {backend.token}"
            yield Room(backend, client, officer)


def test_a_package_goes_to_who_may_have_it_and_every_fetch_is_recorded(tmp_path: Path) -> None:
    async def play() -> None:
        async with evidence_room(tmp_path) as room:
            assert (await room.client.get(f"/api/v1/exports/{EXPORT}")).status_code == 404
            await room.order()
            for path in ("", "/package", "/custody"):
                assert (await room.officer.get(f"/api/v1/exports/{EXPORT}{path}")).status_code == 403
            early = await room.client.get(f"/api/v1/exports/{EXPORT}/package")
            assert early.status_code == 409
            done = await room.until("done")
            assert done.share == 1.0
            assert done.files > 8
            state = room.backend.parts.room.durable.exports[EXPORT]
            assert state.condition == "done"
            for _ in range(2):
                answer = await room.client.get(f"/api/v1/exports/{EXPORT}/package")
                assert answer.status_code == 200
                assert answer.headers["content-disposition"] == f'attachment; filename="bang-chung-{EXPORT}.zip"'
                key = room.backend.parts.signer.public_key
                assert check(ZipSource(io.BytesIO(answer.content)), [key]).good
            assert await room.deeds() == [("export.fetched", "giam-sat", "done")] * 2
            custody = await room.client.get(f"/api/v1/exports/{EXPORT}/custody")
            ready = room.backend.parts.exporter.ready(EXPORT)
            assert ready is not None
            assert custody.content.count(b"\n") == 2
            assert custody_log.faults(custody.content, key, ready.digest) == []

    asyncio.run(play())


def test_a_fetch_that_cannot_be_recorded_gives_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(*arguments: object, **names: object) -> None:
        raise StorageError("the disk is full")

    async def play() -> None:
        async with evidence_room(tmp_path) as room:
            await room.order()
            await room.until("done")
            with monkeypatch.context() as patch:
                patch.setattr(Audit, "record", refuses)
                answer = await room.client.get(f"/api/v1/exports/{EXPORT}/package")
                assert answer.status_code == 503
                assert b"PK" not in answer.content
            # Likewise the package's own log of fetches.
            (tmp_path / "exports" / f"{EXPORT}.custody.jsonl").mkdir()
            answer = await room.client.get(f"/api/v1/exports/{EXPORT}/package")
            assert answer.status_code == 503
            assert b"PK\x03\x04" not in answer.content

    asyncio.run(play())


def test_the_passphrase_of_an_encrypted_package_comes_by_its_door_and_is_never_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def play() -> None:
        async with evidence_room(tmp_path) as room:
            path = f"/api/v1/exports/{EXPORT}/passphrase"
            assert (await room.client.post(path, json={"passphrase": PASSPHRASE})).status_code == 409
            await room.order(encrypt=True)
            short = await room.client.post(path, json={"passphrase": "ngắn"})
            assert short.status_code == 422
            assert "ngắn" not in short.text
            await room.until("running", "chờ mật khẩu")
            assert (await room.officer.post(path, json={"passphrase": PASSPHRASE})).status_code == 403
            for body in ({"passphrase": PASSPHRASE}, {}):
                answer = await room.client.post(path, json=body)
                assert (answer.status_code, answer.json()) == (200, {"passphrase": PASSPHRASE})
            assert (await room.client.post(path, json={"passphrase": PASSPHRASE + "!"})).status_code == 409
            await room.until("done")
            answer = await room.client.get(f"/api/v1/exports/{EXPORT}/package")
            assert check(ZipSource(io.BytesIO(answer.content), PASSPHRASE.encode())).good
            deeds = await room.deeds()
            assert ("export.passphrase", "giam-sat", "done") in deeds
            rows = await room.backend.parts.audit.store.read(0, 1000)
            assert PASSPHRASE not in str(rows)

    asyncio.run(play())
    assert PASSPHRASE not in caplog.text

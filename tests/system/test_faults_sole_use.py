"""Two backends on the same data: the second says so and ends; it never writes beside the first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from backend.gateway.compose import running
from backend.storage import database as database_module
from backend.storage.database import Database, open_database
from backend.storage.errors import InUseError, StorageError
from backend.storage.notes import NotesStore
from backend.storage.sole_use import LOCK_NAME, sole_use
from config.site import load_site
from tests.system.backend_process import SMALL_SITE, BackendProcess, run_backend
from tests.unit.conftest import postgres_url as postgres_url


def test_a_second_backend_on_the_same_data_says_so_and_ends_with_2(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with BackendProcess.start(SMALL_SITE, data_dir, "--local-seat") as first:
        second = run_backend("serve", "--site", SMALL_SITE, "--data", data_dir, "--port", "0")
        assert second.returncode == 2
        assert second.stdout == ""
        assert f"another backend (process {first.process.pid}) works in" in second.stderr
        assert "give another --data" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        # Accounts are made beside a running backend all the same.
        assert run_backend("user", "list", "--data", data_dir).returncode == 0
        assert first.state(first.local_token).site is not None
        first.kill()
        first.restart()
        assert first.state(first.local_token).site is not None


def test_a_sqlite_file_elsewhere_is_claimed_too(tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'shared' / 'log.sqlite3').as_posix()}"
    (tmp_path / "shared").mkdir()

    async def scenario() -> None:
        async with running(load_site(SMALL_SITE), tmp_path / "one", url):
            for folder in ("one", "shared"):
                with pytest.raises(InUseError, match=folder), sole_use(tmp_path / folder, patience_s=0):
                    pass

    asyncio.run(scenario())


def test_the_next_one_waits_for_a_backend_that_is_just_ending(tmp_path: Path) -> None:
    async def scenario() -> None:
        first = sole_use(tmp_path)
        first.__enter__()
        waiting = asyncio.create_task(asyncio.to_thread(_claim_once, tmp_path))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.3)
        first.__exit__(None, None, None)
        await asyncio.wait_for(waiting, 5)

    asyncio.run(scenario())


def _claim_once(folder: Path) -> None:
    with sole_use(folder):
        pass


def test_a_lock_file_left_by_a_dead_backend_holds_nobody(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("12345", encoding="ascii")
    with sole_use(tmp_path, patience_s=0):
        with pytest.raises(InUseError, match=r"process \d+"), sole_use(tmp_path, patience_s=0):
            pass
        assert (tmp_path / LOCK_NAME).read_text(encoding="ascii") != "12345"


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path / "file" / "data", "--port", "0")
    assert answer.returncode == 1
    assert "cannot be written" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.postgres
def test_a_second_backend_on_the_same_postgresql_says_so_and_ends_with_2(tmp_path: Path, postgres_url: str) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "one", "--database", postgres_url, "--local-seat") as first:
        second = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path / "two", "--database", postgres_url)
        assert second.returncode == 2
        assert "another backend works on this database" in second.stderr
        first.kill()
        # The server lets go of a killed backend's claim by itself.
        first.restart()
        assert first.state(first.local_token).site is not None


@pytest.mark.postgres
def test_who_lost_its_postgresql_claim_to_another_writes_nothing_more(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "SOLE_USE_WAIT_MS", 200)

    async def scenario() -> None:
        first = open_database(postgres_url, sole_use=True)
        await NotesStore(first).put("who", "first")
        _cut_connections(postgres_url)
        second = open_database(postgres_url, sole_use=True)
        await NotesStore(second).put("who", "second")
        await _refused(first)
        assert await NotesStore(second).get("who") == "second"
        await second.close()
        await NotesStore(first).put("who", "first again")
        assert first.fault == ""
        await first.close()

    asyncio.run(scenario())


async def _refused(database: Database) -> None:
    # The first write may only find that its connection is gone; none is stored.
    with pytest.raises(StorageError):
        await NotesStore(database).put("who", "thief")
    with pytest.raises(StorageError, match="another backend works on this database"):
        await NotesStore(database).put("who", "thief")


def _cut_connections(url: str) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

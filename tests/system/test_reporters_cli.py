"""`reporters`: a new key for who reported, also after being killed half-way, and forgetting somebody for good."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backend.__main__ import main
from backend.contracts.commands import Role
from backend.services.keys import kept_key
from backend.services.reports.reporters import COMING_FILE, KEY_FILE, IdentityKey
from backend.storage.database import open_database
from backend.storage.reporters import ReporterRow, ReportersStore
from backend.storage.sole_use import sole_use
from tests.system.test_open311 import CANARY, app


def filed(data: Path, count: int) -> list[str]:
    async def run() -> list[str]:
        async with app(data) as one:
            return [await one.filed(**CANARY) for _ in range(count)]

    return asyncio.run(run())


def opened(data: Path, report_id: str) -> tuple[dict[str, str], list[str]]:
    """What the door tells: the identity and the other reports of the same person."""

    async def run() -> tuple[dict[str, str], list[str]]:
        async with app(data) as one, await one.as_role(Role.SUPERVISOR) as seat:
            answer = (await seat.post(f"/reports/{report_id}/reporter", json={"why": "gọi lại"})).json()
            return answer["identity"], answer["others"]

    return asyncio.run(run())


def rows(data: Path) -> list[ReporterRow]:
    async def run() -> list[ReporterRow]:
        database = open_database(f"sqlite:///{data / 'trucban.sqlite3'}")
        found: list[ReporterRow] = []
        try:
            await ReportersStore(database).rewrite(found.append)
        finally:
            await database.close()
        return found

    return asyncio.run(run())


def deeds(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    main(["audit", "list", "--data", str(data)])
    return capsys.readouterr().out


def test_a_new_key_opens_everything_and_the_old_one_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = filed(tmp_path, 2)
    keys = tmp_path / "keys"
    old = IdentityKey(kept_key(keys / KEY_FILE))
    before = rows(tmp_path)
    assert main(["reporters", "rotate-key", "--data", str(tmp_path)]) == 0
    assert "2 identities sealed with a new key" in capsys.readouterr().out
    after = rows(tmp_path)
    assert {row.key_id for row in after} == {IdentityKey(kept_key(keys / KEY_FILE)).key_id} != {old.key_id}
    assert {row.phone_hash for row in after}.isdisjoint(row.phone_hash for row in before)
    # The old one is kept for old backups, as private as it was, and the file holds nothing any more that it opens.
    kept = keys / f"reporters-{old.key_id}.key"
    assert IdentityKey(kept_key(kept)).open(before[0]).phone == CANARY["phone"]
    content = (tmp_path / "trucban.sqlite3").read_bytes()
    assert not [row for row in before if row.sealed in content]
    identity, others = opened(tmp_path, first)
    assert identity["phone"] == CANARY["phone"]
    assert others == [second]
    assert "reporters.rotate_key" in deeds(tmp_path, capsys)


def test_a_rotation_that_was_killed_goes_on_and_everything_can_be_opened_meanwhile(tmp_path: Path) -> None:
    first, second = filed(tmp_path, 2)
    keys = tmp_path / "keys"
    old, coming = IdentityKey(kept_key(keys / KEY_FILE)), IdentityKey(kept_key(keys / COMING_FILE))

    async def half() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'trucban.sqlite3'}")
        try:
            await ReportersStore(database).rewrite(
                lambda row: coming.seal(row.report_id, old.open(row), row.kept_ms) if row.report_id == first else None
            )
        finally:
            await database.close()

    asyncio.run(half())
    assert {row.key_id for row in rows(tmp_path)} == {old.key_id, coming.key_id}
    for report_id in (first, second):
        assert opened(tmp_path, report_id)[0]["phone"] == CANARY["phone"]
    assert main(["reporters", "rotate-key", "--data", str(tmp_path)]) == 0
    assert {row.key_id for row in rows(tmp_path)} == {coming.key_id}
    assert not (keys / COMING_FILE).exists()


def test_a_key_that_opens_not_everything_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filed(tmp_path, 1)
    (tmp_path / "keys" / KEY_FILE).unlink()
    before = rows(tmp_path)
    assert main(["reporters", "rotate-key", "--data", str(tmp_path)]) == 2
    assert "put the old key file back" in capsys.readouterr().err
    assert rows(tmp_path) == before


def test_no_key_is_rotated_under_a_running_backend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sole_use(tmp_path):
        assert main(["reporters", "rotate-key", "--data", str(tmp_path)]) == 2
    assert not (tmp_path / "keys").exists()
    assert main(["reporters", "forget", "PA-1", "--data", str(tmp_path / "none")]) == 1
    assert "there is no database" in capsys.readouterr().err


def test_who_is_forgotten_is_gone_from_the_file_and_the_report_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = filed(tmp_path, 2)
    sealed = {row.report_id: row.sealed for row in rows(tmp_path)}
    assert main(["reporters", "forget", first, "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{first}: forgotten\n"
    content = b"".join(path.read_bytes() for path in tmp_path.glob("trucban.sqlite3*"))
    assert sealed[first] not in content
    assert sealed[second] in content
    identity, others = opened(tmp_path, first)
    assert not any(identity.values())
    assert others == []
    assert opened(tmp_path, second)[1] == []
    assert main(["reporters", "forget", first, "--data", str(tmp_path)]) == 2
    assert f"report.forget_identity\t{first}" in deeds(tmp_path, capsys)

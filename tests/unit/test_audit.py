"""The audit log's own rules: one chain without gaps, whoever writes; nothing forgotten while the disk is full."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.contracts.commands import AcknowledgeAlert, ActAtDesk, OrderExport, RefusalCode, Role
from backend.contracts.recording import ExportOrder
from backend.services.audit import Audit, Looks
from backend.storage.audit import BEGAN, AuditRow, AuditStore, Deed, digest_of, genesis_of
from backend.storage.database import Database
from backend.storage.errors import StorageError
from backend.storage.event_log import EventLog
from tests.unit.feeds_samples import cap, opened_desk, operator
from tests.unit.storage_samples import NOW_MS, drafts, now_ms, opened, opened_log, refused, set_page_limit


def deed(about: str, deed: str = "alert.acknowledge") -> Deed:
    return Deed(NOW_MS, "lan", "10.0.0.7", deed, about, "done")


async def chain_of(store: AuditStore) -> tuple[AuditRow, ...]:
    """Every record, after checking numbers, links and digests by the definition itself."""
    rows = await store.read(0, 1_000_000)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    previous = genesis_of(rows[0])
    for row in rows:
        assert row.previous == previous
        assert row.digest == digest_of(row)
        previous = row.digest
    return rows


def test_records_form_one_chain_and_its_beginning_has_a_name_of_its_own(database_url: str) -> None:
    async def play() -> None:
        async with opened(database_url) as database:
            store = AuditStore(database)
            written = [await store.append(deed(f"b-{number}")) for number in range(5)]
            rows = await chain_of(store)
            assert rows[0].deed == BEGAN
            assert list(rows[1:]) == written
            assert await store.newest() == written[-1]
        async with opened(database_url) as database:
            store = AuditStore(database)
            assert (await store.append(deed("b-5"))).number == 7
            await chain_of(store)

    asyncio.run(play())


def test_many_at_once_share_transactions_with_the_event_log_and_stay_one_chain(database_url: str) -> None:
    async def play() -> None:
        async with opened_log(database_url) as log:
            store = AuditStore(log.database)
            before = log.database.writer.transactions

            async def one(number: int) -> None:
                await asyncio.gather(store.append(deed(f"b-{number}")), log.append(drafts([refused("x")]), NOW_MS))

            await asyncio.gather(*[one(number) for number in range(200)])
            rows = await chain_of(store)
            assert {row.about for row in rows[1:]} == {f"b-{number}" for number in range(200)}
            assert log.last_seq == 200
            assert log.database.writer.transactions - before < 100

    asyncio.run(play())


def test_a_command_line_beside_the_backend_writes_into_the_same_chain(database_url: str) -> None:
    async def play() -> None:
        async with opened(database_url) as one, opened(database_url) as other:
            stores = [AuditStore(one), AuditStore(other)]
            for number in range(3):
                for store in stores:
                    await store.append(deed(f"b-{number}"))
            await asyncio.gather(*[stores[number % 2].append(deed(f"c-{number}")) for number in range(40)])
            assert len(await chain_of(stores[0])) == 1 + 6 + 40
            assert [store.broken for store in stores] == ["", ""]

    asyncio.run(play())


async def _until_full(append: Callable[[], Awaitable[AuditRow]]) -> None:
    while True:
        await append()


def test_a_failed_commit_uses_up_no_number(sqlite_url: str) -> None:
    async def play() -> None:
        async with opened(sqlite_url) as database:
            store = AuditStore(database)
            await store.append(deed("b-1"))
            await set_page_limit(database, 0)
            with pytest.raises(StorageError, match="full"):
                await _until_full(lambda: store.append(deed("x" * 2000)))
            await set_page_limit(database, None)
            await store.append(deed("b-2"))
            await chain_of(store)
            assert store.broken == ""

    asyncio.run(play())


async def _change(database: Database, statement: str) -> None:
    await database.write(lambda connection: connection.execute(text(statement)) and None)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE number = 4",
        "DELETE FROM audit WHERE number > 2",
        "UPDATE audit SET digest = 'x' WHERE number = 4",
        "DELETE FROM audit",
    ],
)
def test_what_is_taken_away_behind_its_back_is_told_and_leaves_a_visible_hole(
    database_url: str, statement: str
) -> None:
    async def play() -> None:
        async with opened(database_url) as database:
            audit = Audit(AuditStore(database), now_ms)
            for number in range(3):
                await audit.record("alert.take", f"b-{number}", actor="lan", origin="")
            await audit.store.compare()
            await _change(database, statement)
            row = await audit.record("alert.take", "b-4", actor="lan", origin="")
            assert row.number == 5
            await audit.store.compare()
            assert "bản ghi số 4 của nhật ký thao tác, hoặc bản ghi gần đó, bị sửa hay xóa" in audit.fault
            with pytest.raises(AssertionError):
                await chain_of(audit.store)

    asyncio.run(play())


def test_text_that_no_database_holds_is_made_storable(database_url: str) -> None:
    async def play() -> None:
        async with opened(database_url) as database:
            audit = Audit(AuditStore(database), now_ms)
            await audit.record("account.sign_in", "a\0b\ud800", actor="x" * 5000, origin="", detail={"k": "\udfff\0"})
            row = (await chain_of(audit.store))[-1]
            assert row.about == "a\ufffdb?"
            assert len(row.actor) == 300

    asyncio.run(play())


def test_a_full_disk_refuses_looks_keeps_notes_and_says_so_until_they_are_stored(sqlite_url: str) -> None:
    async def play() -> None:
        async with opened(sqlite_url) as database:
            audit = Audit(AuditStore(database), now_ms)
            pad = {"pad": "x" * 500}
            await audit.record("backend.started", "", actor="", origin="")
            await set_page_limit(database, 0)
            with pytest.raises(StorageError):
                await _until_full(lambda: audit.record("fill", "x" * 300, actor="", origin="", detail=pad))
            stored = len(await chain_of(audit.store))
            for number in range(60):
                await audit.note("alert.acknowledge", f"b-{number}" + "x" * 200, actor="lan", origin="")
            for _ in range(2):
                with pytest.raises(StorageError):
                    # Again too: a look that was not recorded is not remembered as one.
                    await audit.look("replay.opened", "x" * 300, actor="lan", origin="", detail=pad)
            assert "việc chưa ghi được vào nhật ký thao tác: ổ đĩa đã đầy" in audit.fault
            running = asyncio.create_task(audit.run())
            await set_page_limit(database, None)
            async with asyncio.timeout(10):
                while audit.fault:
                    await asyncio.sleep(0.01)
            running.cancel()
            rows = await chain_of(audit.store)
            noted = [row.about for row in rows[stored:] if row.deed == "alert.acknowledge"]
            assert noted == [f"b-{number}" + "x" * 200 for number in range(60)]

    asyncio.run(play())


def test_what_memory_could_not_keep_is_counted_and_the_count_recorded(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.audit.OWED", 3)

    async def play() -> None:
        async with opened(sqlite_url) as database:
            audit = Audit(AuditStore(database), now_ms)
            await audit.record("backend.started", "", actor="", origin="")
        for number in range(5):
            await audit.note("alert.acknowledge", f"b-{number}", actor="lan", origin="")
        assert audit.fault.startswith("5 việc")
        async with opened(sqlite_url) as again:
            audit.store = AuditStore(again)
            await audit.settle()
            rows = await chain_of(audit.store)
            assert [row.about for row in rows[2:5]] == ["b-0", "b-1", "b-2"]
            assert (rows[5].deed, rows[5].detail) == ("audit.lost", '{"records":2}')
            assert audit.fault == ""

    asyncio.run(play())


def test_looks_are_new_again_after_their_time_and_apart_for_each_user_and_thing() -> None:
    now_s = 100.0
    looks = Looks(lambda: now_s, kept=3)
    assert looks.is_new("lan", "replay", "")
    assert not looks.is_new("lan", "replay", "")
    assert looks.is_new("minh", "replay", "")
    assert looks.is_new("lan", "replay", "cam-1")
    now_s = 699.0
    assert not looks.is_new("lan", "replay", "")
    now_s = 700.0
    assert looks.is_new("lan", "replay", "")
    assert looks.is_new("hoa", "replay", "")  # the fourth: the oldest is forgotten
    assert looks.is_new("minh", "replay", "")


def test_every_command_is_recorded_with_its_answer(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap())
            alert_id = desk.only("cap.message").alert_id
            commands = desk.commands()
            first = AcknowledgeAlert(command_id=f"{1:032x}", alert_id=alert_id)
            await commands.execute(first, operator(), "10.0.0.7")
            await commands.execute(first, operator(), "10.0.0.7")
            await commands.execute(first, operator(user="minh"), "10.0.0.8")
            later = AcknowledgeAlert(command_id=f"{2:032x}", alert_id=alert_id)
            await commands.execute(later, operator(user="minh"), "10.0.0.8")
            unknown = AcknowledgeAlert(command_id=f"{3:032x}", alert_id="nothing")
            await commands.execute(unknown, operator(), "10.0.0.7")
            forbidden = AcknowledgeAlert(command_id=f"{4:032x}", alert_id=alert_id)
            await commands.execute(forbidden, operator(Role.LEADER, "bình"), "10.0.0.9")
            act = ActAtDesk(command_id=f"{5:032x}", act="workspace", about="wall")
            await commands.execute(act, operator(), "10.0.0.7")
            rows = (await chain_of(desk.audit.store))[1:]
            assert [(row.actor, row.origin, row.about, row.outcome) for row in rows] == [
                ("lan", "10.0.0.7", alert_id, "done"),
                ("lan", "10.0.0.7", alert_id, "done"),
                ("minh", "10.0.0.8", alert_id, "refused"),
                ("minh", "10.0.0.8", alert_id, "refused"),
                ("lan", "10.0.0.7", "nothing", "refused"),
                ("bình", "10.0.0.9", alert_id, "refused"),
                ("lan", "10.0.0.7", "wall", "done"),
            ]
            assert [f'"{code}"' in row.detail for code, row in zip(_CODES, rows[2:6], strict=True)] == [True] * 4
            assert ['"again":1' in row.detail for row in rows] == [False, True, True, False, False, False, False]
            assert (rows[-1].deed, '"act":"workspace"' in rows[-1].detail) == ("desk.act", True)

    asyncio.run(play())


_CODES = ("invalid", "wrong_phase", "not_found", "not_allowed")


class _DeafStore(AuditStore):
    """A chain that takes nothing, in a database that takes everything else."""

    async def append(self, deed: Deed) -> AuditRow:
        raise StorageError("the chain is stuck")


def test_without_an_audit_log_an_alarm_is_acknowledged_and_an_export_is_not(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap())
            alert_id = desk.only("cap.message").alert_id
            desk.events.clear()
            audit = Audit(_DeafStore(desk.database), desk.now)
            commands = desk.commands(audit)
            order = ExportOrder(title="x", start_ms=NOW_MS - 1000, end_ms=NOW_MS, camera_ids=())
            export = OrderExport(command_id=f"{1:032x}", export_id="e-1", order=order)
            answer = await commands.execute(export, operator(Role.SUPERVISOR), "")
            assert (answer.accepted, answer.reason_code, answer.reason) == (
                False,
                RefusalCode.UNAVAILABLE,
                "the chain is stuck",
            )
            assert desk.kinds() == []
            acknowledge = AcknowledgeAlert(command_id=f"{2:032x}", alert_id=alert_id)
            assert (await commands.execute(acknowledge, operator(), "")).accepted
            assert desk.kinds() == ["alert.acknowledged"]
            assert "2 việc chưa ghi được vào nhật ký thao tác: the chain is stuck" in audit.fault

    asyncio.run(play())


def test_a_seal_is_over_the_rows_as_they_stand(database_url: str) -> None:
    async def play() -> None:
        async with opened(database_url) as database:
            log = await EventLog.open(database)
            store = AuditStore(database)
            await log.append(drafts(refused(f"a-{number}") for number in range(4500)), NOW_MS)
            whole = await store.sealed(1, 4500)
            assert whole == await store.sealed(1, 4500)
            assert whole.sha256 != (await store.sealed(1, 4499)).sha256
            assert whole.sha256 != (await store.sealed(2, 4500)).sha256
            await _change(database, "UPDATE events SET actor = 'lam' WHERE seq = 4321")
            assert whole.sha256 != (await store.sealed(1, 4500)).sha256

    asyncio.run(play())

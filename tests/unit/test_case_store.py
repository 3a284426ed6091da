"""Cases as they are kept: once, corrected by their key, all or none; on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest

from backend.contracts.outbreak import Case
from backend.storage.cases import CaseStore, KeyedCase
from backend.storage.database import open_database

pytestmark = pytest.mark.anyio
DAY = date(2026, 11, 20)
FIRST = Case("02647", DAY, "active")


async def test_a_list_is_kept_once_and_a_correction_takes_the_place_of_what_stood(database_url: str) -> None:
    database = open_database(database_url)
    try:
        store = CaseStore(database)
        rows = [KeyedCase(f"{number:032x}", "sxh", FIRST) for number in range(1200)]
        assert (await store.merge(rows, 1))[:3] == (1200, 0, 0)
        assert (await store.merge(rows, 2))[:3] == (0, 0, 1200)
        over = Case("02650", DAY, "recovered", date(2026, 11, 24))
        merged = await store.merge([*rows[:600], rows[601]._replace(case=over)], 3)
        assert merged[:3] == (0, 1, 600)
        assert merged.moves == ((FIRST, over),)
        assert sorted((one.commune for one in await store.all("sxh")), reverse=True)[:2] == ["02650", "02647"]
        assert await store.all("sot-ret") == []
        other = KeyedCase(rows[0].case_key, "sot-ret", FIRST)
        assert (await store.merge([other], 4))[:3] == (1, 0, 0)
    finally:
        await database.close()

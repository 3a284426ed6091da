"""The few statements that SQLite and PostgreSQL spell differently."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(table: Table, is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    """INSERT that passes over rows whose key is there already."""
    if is_sqlite:
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_replace(table: Table, key: Sequence[str], is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    """INSERT that overwrites every other column of a row whose `key` is there already."""
    columns = _besides(table, key)
    if is_sqlite:
        for_sqlite = sqlite.insert(table)
        return for_sqlite.on_conflict_do_update(
            index_elements=list(key), set_={name: for_sqlite.excluded[name] for name in columns}
        )
    for_postgres = postgresql.insert(table)
    return for_postgres.on_conflict_do_update(
        index_elements=list(key), set_={name: for_postgres.excluded[name] for name in columns}
    )


def insert_or_add(table: Table, key: Sequence[str], is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    """INSERT that adds to every other column of a row whose `key` is there already."""
    columns = _besides(table, key)
    if is_sqlite:
        for_sqlite = sqlite.insert(table)
        return for_sqlite.on_conflict_do_update(
            index_elements=list(key), set_={name: table.c[name] + for_sqlite.excluded[name] for name in columns}
        )
    for_postgres = postgresql.insert(table)
    return for_postgres.on_conflict_do_update(
        index_elements=list(key), set_={name: table.c[name] + for_postgres.excluded[name] for name in columns}
    )


def _besides(table: Table, key: Sequence[str]) -> list[str]:
    return [column.name for column in table.columns if column.name not in key]

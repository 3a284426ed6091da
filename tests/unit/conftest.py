"""Databases for the unit tests: every test that asks for `database_url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

_SERVER = os.environ.get("TRUCBAN_TEST_POSTGRES_URL", "")
_NO_SERVER = pytest.mark.skipif(
    not _SERVER and not os.environ.get("TRUCBAN_REQUIRE_POSTGRES"),
    reason="no PostgreSQL: TRUCBAN_TEST_POSTGRES_URL is not set (packaging/test sets it)",
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, _NO_SERVER])])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database that does not exist yet (SQLite) or is empty (PostgreSQL)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trucban.sqlite3'}"
        return
    yield from _postgres_database()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'trucban.sqlite3'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of an empty PostgreSQL database; the test carries the marker `postgres`."""
    if not _SERVER and not os.environ.get("TRUCBAN_REQUIRE_POSTGRES"):
        pytest.skip("no PostgreSQL: TRUCBAN_TEST_POSTGRES_URL is not set (packaging/test sets it)")
    yield from _postgres_database()


def _postgres_database() -> Iterator[str]:
    assert _SERVER, "TRUCBAN_REQUIRE_POSTGRES is set, TRUCBAN_TEST_POSTGRES_URL is not"
    url = make_url(_SERVER)
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

"""Run by Alembic: brings the connection that `migrate` hands over to the wanted revision."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from backend.storage.tables import metadata

_connection = context.config.attributes["connection"]
assert isinstance(_connection, Connection)
# SQLite's DDL is transactional too once the driver's own transaction handling is off, as database.py has it.
context.configure(connection=_connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

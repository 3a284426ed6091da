"""What can go wrong between the room and its disk, in words that people may see."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """Nothing of the work was stored: disk full, I/O error, connection lost, or the database refused it.

    `str(error)` is one sentence for an operator; it never holds an address or a password.
    """


class InUseError(StorageError):
    """Another backend works there; two would spoil each other's log."""


ITEM_ERRORS: Final = (
    SQLAlchemyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What one bad item can raise inside a transaction. The writer must outlive it: the others' work goes on."""

_SQLITE_WORDS: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_BUSY": "the database is locked by another program",
    "SQLITE_LOCKED": "the database is locked by another program",
    "SQLITE_READONLY": "the database may not be written to",
    "SQLITE_CANTOPEN": "the database file cannot be opened",
    "SQLITE_CORRUPT": "the database file is damaged",
    "SQLITE_NOTADB": "the file is not a database",
    "SQLITE_IOERR": "the disk reports an I/O error",
}

_POSTGRES_WORDS: Final = {
    "08": "the connection to the database server is lost",
    "28": "the database server refused the login",
    "3D": "the database server has no such database",
    "53": "the database server is out of disk, memory or connections",
    "57": "the database server is shutting down",
    "58": "the database server reports an I/O error",
}

THREAD_ENDED: Final = "the storage thread has ended"
_NONE_FREE: Final = "no connection to the database became free"
_NO_SERVER: Final = "no connection to the database server"

_VIETNAMESE: Final = {
    "the disk is full": "ổ đĩa đã đầy",
    "the database is locked by another program": "cơ sở dữ liệu đang bị chương trình khác khóa",
    "the database may not be written to": "cơ sở dữ liệu không cho ghi",
    "the database file cannot be opened": "không mở được tệp cơ sở dữ liệu",
    "the database file is damaged": "tệp cơ sở dữ liệu bị hỏng",
    "the file is not a database": "tệp không phải là cơ sở dữ liệu",
    "the disk reports an I/O error": "ổ đĩa báo lỗi đọc ghi",
    "the connection to the database server is lost": "mất kết nối với máy chủ cơ sở dữ liệu",
    "the database server refused the login": "máy chủ cơ sở dữ liệu từ chối đăng nhập",
    "the database server has no such database": "máy chủ cơ sở dữ liệu không có cơ sở dữ liệu này",
    "the database server is out of disk, memory or connections": (
        "máy chủ cơ sở dữ liệu hết chỗ trên đĩa, hết bộ nhớ hoặc hết kết nối"
    ),
    "the database server is shutting down": "máy chủ cơ sở dữ liệu đang dừng",
    "the database server reports an I/O error": "máy chủ cơ sở dữ liệu báo lỗi đọc ghi",
    THREAD_ENDED: "luồng lưu trữ đã dừng",
    _NONE_FREE: "không còn kết nối rảnh tới cơ sở dữ liệu",
    _NO_SERVER: "không kết nối được với máy chủ cơ sở dữ liệu",
}

_LOCK_NOT_AVAILABLE: Final = "55P03"
"""PostgreSQL's answer when the lock that makes a backend the only one is not to be had."""


def is_io_fault(error: BaseException) -> bool:
    """The machine failed, not the item: the same work may be stored later, and retrying it now is of no use."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    # A damaged or foreign file is a plain DatabaseError of the driver.
    return _sqlite_name(error.orig) in ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def is_in_use(error: BaseException) -> bool:
    """Another backend holds this PostgreSQL database."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(cause, psycopg.Error) and cause.sqlstate == _LOCK_NOT_AVAILABLE


def _sqlite_name(error: BaseException | None) -> str:
    """Primary result code: SQLITE_IOERR for SQLITE_IOERR_WRITE; "" when the driver names none."""
    name = getattr(error, "sqlite_errorname", "") if isinstance(error, sqlite3.Error) else ""
    return "_".join(str(name).split("_")[:2])


def in_words(error: BaseException) -> str:
    """One sentence without addresses: a driver's own text may name host, user and file."""
    if isinstance(error, PoolTimeoutError):
        return _NONE_FREE
    if not isinstance(error, DBAPIError):
        return f"{type(error).__name__}: {error}".splitlines()[0]
    cause = error.orig
    if isinstance(cause, psycopg.Error):
        return _postgres_words(cause, error.connection_invalidated)
    name = _sqlite_name(cause)
    return _SQLITE_WORDS.get(name, str(cause).splitlines()[0] if str(cause) else name)


def in_vietnamese(words: str) -> str:
    """What `in_words` says, for the people at the desks; a driver's own text stays as it is."""
    return _VIETNAMESE.get(words, words)


def _postgres_words(cause: psycopg.Error, lost: bool) -> str:
    state = cause.sqlstate or ""
    if state == _LOCK_NOT_AVAILABLE:
        return "another backend works on this database: stop it first, or give another --database"
    if state[:2] in _POSTGRES_WORDS:
        return _POSTGRES_WORDS[state[:2]]
    if lost or not state:
        return _NO_SERVER
    return cause.diag.message_primary or f"the database server refused it ({state})"

"""One backend at a time in a folder: two would count the log's places against each other and read the same files."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from backend.storage.errors import InUseError, StorageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_NAME: Final = "backend.lock"
PATIENCE_S: Final = 3.0
"""A console started right after another one finds the other's backend still saying farewell to its seats."""

_POLL_S: Final = 0.05
# Windows locks bytes, not files, and nobody may read them then: one that holds nothing.
_LOCKED_BYTE: Final = 1 << 30


@contextlib.contextmanager
def sole_use(folder: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold `folder` for this process; the operating system lets go of it however the process ends.

    Blocks up to `patience_s`.

    Raises:
        InUseError: another process holds it.
        StorageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("a+b")
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be written: {error.strerror or error}") from error
    with file:
        end_s = time.monotonic() + patience_s
        while not _locked(file):
            if time.monotonic() >= end_s:
                raise InUseError(
                    f"another backend{_holder(file)} works in {folder}: stop it first, or give another --data"
                )
            time.sleep(_POLL_S)
        # Only words for the next one: a full disk may refuse them, the lock holds all the same.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(str(os.getpid()).encode("ascii"))
            file.flush()
        try:
            yield
        finally:
            _unlock(file)


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    text = file.read(20).decode("ascii", errors="replace").strip()
    return f" (process {text})" if text.isdigit() else ""


def _locked(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)

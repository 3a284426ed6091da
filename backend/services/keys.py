"""Secret keys in the data folder: made once, readable by nobody else, on the disk before they are used."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32


class KeyFileError(ValueError):
    """The key cannot be used; the text says which file and what would be right."""


def kept_key(path: Path) -> bytes:
    """The 32 bytes of a key file; made when there is none yet.

    Raises:
        KeyFileError: others can read it, it is none, or it cannot be kept.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            write_new(path, line(secrets.token_bytes(KEY_BYTES)), 0o600)
        refuse_if_open(path)
        return decoded(path)
    except OSError as error:
        raise KeyFileError(f"the key {path} cannot be kept: {error.strerror or error}") from error


def decoded(path: Path) -> bytes:
    """Raises: KeyFileError, OSError."""
    try:
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} holds no key: right is one line of base64, {KEY_BYTES} bytes")
    return key


def line(key: bytes) -> bytes:
    return base64.b64encode(key) + b"\n"


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and on the disk before anything is done with it."""
    draft = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def refuse_if_open(path: Path) -> None:
    """Windows has no such bits: there the folder's access list decides. Raises: KeyFileError."""
    if sys.platform == "win32":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileError(
            f"{path} can be read or changed by others (mode {mode:03o}): whoever has it can act in this backend's "
            f"name; if nobody had it, chmod 600 {path}"
        )

"""The key this backend signs with: evidence packages and the heads of the audit log (Ed25519, RFC 8032)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

KEY_BYTES: Final = 32
KEY_FILE: Final = "signing.key"
PUBLIC_FILE: Final = "signing.pub"


class SigningError(ValueError):
    """The key cannot be used; the text says which file and what would be right."""


class Signer:
    """Signs for one backend.

    Attributes:
        public_key: 32 bytes; whoever wants to check a signature later must have got it another way than with it.
    """

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)
        self.public_key = bytes(self._key.verify_key)

    @classmethod
    def open(cls, folder: Path) -> Signer:
        """The key of `folder`; made, with its public half beside it, when there is none yet.

        Raises:
            SigningError: others can read it, it is none, its public half belongs to another, or it cannot be kept.
        """
        path = folder / KEY_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                if (folder / PUBLIC_FILE).exists():
                    raise SigningError(
                        f"{folder / PUBLIC_FILE} is there and {KEY_FILE} is not: put the key back; to begin with a new "
                        f"one, move {PUBLIC_FILE} to where old signatures are checked"
                    )
                _write_new(path, _line(secrets.token_bytes(KEY_BYTES)), 0o600)
            _refuse_if_open(path)
            signer = cls(_decoded(path))
            public = folder / PUBLIC_FILE
            if not public.exists():
                _write_new(public, _line(signer.public_key), 0o644)
        except OSError as error:
            raise SigningError(f"the signing key in {folder} cannot be kept: {error.strerror or error}") from error
        if read_public_key(public) != signer.public_key:
            raise SigningError(f"{public} does not belong to {path}: one of the two was exchanged")
        return signer

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data).signature

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public_key)


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) was made over `data` with the key that `public_key` (32 bytes) belongs to."""
    try:
        VerifyKey(public_key).verify(data, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def fingerprint(public_key: bytes) -> str:
    """For people to compare: the first 16 bytes of its SHA-256 as 8 groups of 4 hexadecimal digits."""
    digits = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def read_public_key(path: Path) -> bytes:
    """The 32 bytes in a file like signing.pub (base64).

    Raises:
        SigningError: the file is not there or holds something else.
    """
    try:
        return _decoded(path)
    except OSError as error:
        raise SigningError(f"the public key {path} cannot be read: {error.strerror or error}") from error


def _decoded(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise SigningError(f"{path} holds no key: right is one line of base64, {KEY_BYTES} bytes")
    return key


def _line(key: bytes) -> bytes:
    return base64.b64encode(key) + b"\n"


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and on the disk before anything is signed with it."""
    draft = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _refuse_if_open(path: Path) -> None:
    """Windows has no such bits: there the folder's access list decides."""
    if sys.platform == "win32":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SigningError(
            f"{path} can be read or changed by others (mode {mode:03o}): whoever has it can sign in this backend's "
            f"name; if nobody had it, chmod 600 {path}"
        )

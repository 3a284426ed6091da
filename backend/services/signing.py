"""The key this backend signs with: evidence packages and the heads of the audit log (Ed25519, RFC 8032)."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from backend.services.keys import KEY_BYTES, KeyFileError, decoded, line, refuse_if_open, write_new

KEY_FILE: Final = "signing.key"
PUBLIC_FILE: Final = "signing.pub"


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
            KeyFileError: others can read it, it is none, its public half belongs to another, or it cannot be kept.
        """
        path = folder / KEY_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                if (folder / PUBLIC_FILE).exists():
                    raise KeyFileError(
                        f"{folder / PUBLIC_FILE} is there and {KEY_FILE} is not: put the key back; to begin with a new "
                        f"one, move {PUBLIC_FILE} to where old signatures are checked"
                    )
                write_new(path, line(secrets.token_bytes(KEY_BYTES)), 0o600)
            refuse_if_open(path)
            signer = cls(decoded(path))
            public = folder / PUBLIC_FILE
            if not public.exists():
                write_new(public, line(signer.public_key), 0o644)
        except OSError as error:
            raise KeyFileError(f"the signing key in {folder} cannot be kept: {error.strerror or error}") from error
        if read_public_key(public) != signer.public_key:
            raise KeyFileError(f"{public} does not belong to {path}: one of the two was exchanged")
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
        KeyFileError: the file is not there or holds something else.
    """
    try:
        return decoded(path)
    except OSError as error:
        raise KeyFileError(f"the public key {path} cannot be read: {error.strerror or error}") from error

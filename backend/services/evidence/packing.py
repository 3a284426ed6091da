"""A package as one ZIP: streamed as it lies there, or encrypted into a file. Sealed at its end."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyzipper

from backend.services.evidence.journal import CHUNK
from backend.services.evidence.seal import MANIFEST, SEALS, ZIP_SEAL_BYTES, zip_seal, zip_seal_message

_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""The times that count stand in the manifest; a ZIP's own have no zone."""

LARGE_BYTES: Final = 1 << 31


def packed_names(package: Path) -> list[str]:
    """What belongs into the ZIP, the manifest first. Raises: OSError, ValueError."""
    manifest = json.loads((package / MANIFEST).read_bytes())
    return [*SEALS, *(str(one["path"]) for one in manifest["files"])]


class _Sink(io.RawIOBase):
    """Takes what the ZIP writer writes and counts it; what is in it can be taken away at any time."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._chunks.append(chunk)
        self._position += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self._position

    def taken(self) -> bytes:
        content = b"".join(self._chunks)
        self._chunks.clear()
        return content


def zip_stream(package: Path, sign: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The package as an uncompressed ZIP with its seal, in pieces of about a megabyte.

    Raises:
        OSError: a file cannot be read: the ZIP ends in the middle, which every reader notices.
    """
    sink = _Sink()
    digest = hashlib.sha256()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.comment = bytes(ZIP_SEAL_BYTES)
        for name in packed_names(package):
            info = zipfile.ZipInfo(name, _STAMP)
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            path = package / name
            large = path.stat().st_size >= LARGE_BYTES
            with path.open("rb") as source, archive.open(info, "w", force_zip64=large) as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    content = sink.taken()
                    digest.update(content)
                    yield content
    rest = sink.taken()[:-ZIP_SEAL_BYTES]
    digest.update(rest)
    yield rest
    yield zip_seal(sign(zip_seal_message(digest.digest())))


def write_encrypted(package: Path, target: Path, passphrase: str, progress: Callable[[int], None]) -> bytes:
    """The package as an AES-256 ZIP whose seal is still to be signed.

    Args:
        progress: told how many bytes of the files were packed; what it raises ends the work.

    Returns:
        SHA-256 of what `sealed` must be given the signature of.

    Raises:
        OSError: it cannot be read or stored.
    """
    done = 0
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.comment = bytes(ZIP_SEAL_BYTES)
        for name in packed_names(package):
            path = package / name
            info = archive.zipinfo_cls(name, _STAMP)
            info.compress_type = pyzipper.ZIP_STORED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            large = path.stat().st_size >= LARGE_BYTES
            with path.open("rb") as source, archive.open(info, "w", force_zip64=large) as entry:
                while chunk := source.read(CHUNK):
                    entry.write(chunk)
                    done += len(chunk)
                    progress(done)
    digest = hashlib.sha256()
    left = target.stat().st_size - ZIP_SEAL_BYTES
    with target.open("rb") as file:
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.digest()


def put_seal(target: Path, signature: bytes) -> None:
    """Write the seal into its place at the end of a ZIP. Raises: OSError."""
    with target.open("r+b") as file:
        file.seek(-ZIP_SEAL_BYTES, io.SEEK_END)
        file.write(zip_seal(signature))

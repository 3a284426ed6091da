"""A package as it lies there: a folder, or a ZIP (encrypted or not). Reads only."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import pyzipper
from pyzipper.zipfile import BadZipFile, ZipInfo

from backend.services.evidence.seal import MANIFEST, ZIP_SEAL_BYTES, ZIP_SEAL_TAG, zip_seal, zip_seal_message
from backend.services.signing import verify

CHUNK: Final = 1 << 20
ENTRIES_MOST: Final = 200_000
RATIO_MOST: Final = 200
"""No text or video is packed so much; what claims to be is made to fill a disk."""
RATIO_FROM_BYTES: Final = 16 << 20
_EOCD_BYTES: Final = 22

_UNREADABLE: Final = (
    BadZipFile,
    RuntimeError,  # also a wrong passphrase, and whatever way of packing it does not know
    EOFError,
    OSError,
    ValueError,
    LookupError,
    AttributeError,  # the AES part of it, on flags that were flipped
    AssertionError,
    TypeError,
    OverflowError,
    zlib.error,
    struct.error,
)
"""What the ZIP library raises on bytes that are no ZIP, or half of one."""


class PackageError(ValueError):
    """The package cannot be read; the text says why."""


class PackageSource(ABC):
    """Files of a package by their path in it."""

    @abstractmethod
    def paths(self) -> frozenset[str]:
        """Everything that is there, folders that hold nothing included. Raises: PackageError."""

    @abstractmethod
    def chunks(self, path: str) -> Iterator[bytes]:
        """Raises: PackageError."""

    def read(self, path: str, most: int) -> bytes:
        """Up to `most` bytes. Raises: PackageError."""
        content = bytearray()
        for chunk in self.chunks(path):
            content += chunk
            if len(content) >= most:
                break
        return bytes(content[:most])

    def fault(self, path: str) -> str:
        """Why this is no ordinary file; "" when it is one."""
        return ""

    def container_fault(self, key: bytes) -> str:
        """What is wrong with what holds the files, checked with the package's own `key`; "" when nothing is."""
        return ""


class FolderSource(PackageSource):
    """Links are never followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._faults: dict[str, str] = {}

    def paths(self) -> frozenset[str]:
        found: set[str] = set()
        try:
            for folder, names, files in os.walk(self._folder, onerror=_raise):
                here = Path(folder).relative_to(self._folder)
                for name in [*files, *(name for name in names if (Path(folder) / name).is_symlink())]:
                    path = (here / name).as_posix()
                    found.add(path)
                    if not stat.S_ISREG((Path(folder) / name).lstat().st_mode):
                        self._faults[path] = "it is a link or a device, no file"
                if not names and not files and folder != str(self._folder):
                    found.add(f"{here.as_posix()}/")
        except OSError as error:
            raise PackageError(f"{error.filename or self._folder}: {error.strerror or error}") from None
        return frozenset(found)

    def fault(self, path: str) -> str:
        return self._faults.get(path, "")

    def chunks(self, path: str) -> Iterator[bytes]:
        if self.fault(path):
            raise PackageError(f"{path}: {self.fault(path)}")
        try:
            with (self._folder / path).open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise PackageError(f"it cannot be read: {error.strerror or error}") from None


def _raise(error: OSError) -> None:
    raise error


class ZipSource(PackageSource):
    """
    Args:
        passphrase: for an encrypted package.
        repacked: accept a ZIP that another program made of the files.

    Raises:
        PackageError: it is no ZIP, is made to do harm, or is encrypted and the passphrase is missing or wrong.
    """

    def __init__(self, file: BinaryIO, passphrase: bytes | None = None, repacked: bool = False) -> None:
        self._file = file
        self._repacked = repacked
        try:
            self._size = file.seek(0, os.SEEK_END)
            self._zip = pyzipper.AESZipFile(file, "r")
            infos = self._zip.infolist()
        except _UNREADABLE as error:
            raise PackageError(f"this is no ZIP that can be read: {error}") from None
        _refuse_harm(infos, self._size)
        if any(info.flag_bits & 0x1 for info in infos):
            if not passphrase:
                raise PackageError("the package is encrypted: give --passphrase-file FILE")
            self._zip.setpassword(passphrase)
        self._infos = _without_top(infos) if repacked else {info.filename: info for info in infos}
        self._check_passphrase()

    def close(self) -> None:
        self._zip.close()

    def paths(self) -> frozenset[str]:
        return frozenset(self._infos)

    def chunks(self, path: str) -> Iterator[bytes]:
        try:
            with self._zip.open(self._infos[path]) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except _UNREADABLE as error:
            raise PackageError(f"it cannot be read: {error}") from None

    def container_fault(self, key: bytes) -> str:
        if self._repacked:
            return ""
        comment, fault = _comment(self._file, self._size)
        if fault:
            return fault
        self._file.seek(0)
        digest = hashlib.sha256()
        left = self._size - len(comment)
        while left and (chunk := self._file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        signature = _decoded(comment)
        if not key or not verify(key, zip_seal_message(digest.digest()), signature) or zip_seal(signature) != comment:
            return "the ZIP was changed after it was written: its seal does not hold"
        return ""

    def _check_passphrase(self) -> None:
        info = self._infos.get(MANIFEST)
        if info is None or not info.flag_bits & 0x1:
            return
        try:
            with self._zip.open(info) as file:
                file.read(1)
        except RuntimeError as error:
            if "password" in str(error).lower():
                raise PackageError("the passphrase is wrong") from None
        except _UNREADABLE:
            return  # told when the file itself is read


def _comment(file: BinaryIO, size: int) -> tuple[bytes, str]:
    """The seal at the end of a ZIP and what is wrong with its place."""
    file.seek(max(0, size - ZIP_SEAL_BYTES - _EOCD_BYTES))
    end = file.read()
    comment = end[-ZIP_SEAL_BYTES:]
    if not comment.startswith(ZIP_SEAL_TAG):
        return b"", "the ZIP has no seal: it was cut, or packed anew by another program (then give --repacked)"
    if not end.startswith(b"PK\x05\x06") or end[_EOCD_BYTES - 2 : _EOCD_BYTES] != struct.pack("<H", ZIP_SEAL_BYTES):
        return comment, "the end of the ZIP was changed"
    return comment, ""


def _decoded(comment: bytes) -> bytes:
    try:
        return base64.b64decode(comment[len(ZIP_SEAL_TAG) :], validate=True)
    except ValueError:
        return b""


def _refuse_harm(infos: list[ZipInfo], size: int) -> None:
    """Raises: PackageError."""
    if len(infos) > ENTRIES_MOST:
        raise PackageError(f"refused: {len(infos)} files in one ZIP; a package has at most {ENTRIES_MOST}")
    if sum(info.compress_size for info in infos) > size:
        raise PackageError("refused: the files of this ZIP overlap, so that it unpacks to more than it holds")
    seen: set[str] = set()
    for info in infos:
        reason = _harm(info)
        folded = info.filename.casefold()
        if not reason and folded in seen:
            reason = "the same name twice"
        seen.add(folded)
        if reason:
            raise PackageError(f"refused: {info.orig_filename[:200]!r}: {reason}")


def _harm(info: ZipInfo) -> str:
    """Why no honest package has such a file; "" when one may."""
    name = info.orig_filename
    parts = PurePosixPath(name).parts
    if not name or "\0" in name or "\\" in name or ":" in name or any(ord(letter) < 32 for letter in name):
        return "no name for a file"
    if name.startswith("/") or ".." in parts or "." in name.split("/") or "//" in name:
        return "a path that leads out of the package"
    if info.external_attr >> 16 and stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO_MOST * max(1, info.compress_size):
        return f"{info.file_size} bytes packed into {info.compress_size}"
    return ""


def _without_top(infos: list[ZipInfo]) -> dict[str, ZipInfo]:
    """Files by their path in the package, which other programs put into a folder of its own; no folder entries."""
    files = [info for info in infos if not info.filename.endswith("/")]
    tops = {info.filename.split("/", 1)[0] for info in files}
    top = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if not top or f"{top}{MANIFEST}" not in {info.filename for info in files}:
        top = ""
    return {info.filename.removeprefix(top): info for info in files}

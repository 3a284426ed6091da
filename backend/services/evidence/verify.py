"""Checks an evidence package, file by file. Needs the package only: no database, no network.

A package comes from strangers: nothing in it is believed before it was checked, no file of it is written anywhere, and
what it makes this program read is bounded by its own size.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from backend.services.evidence.package_source import PackageError, PackageSource
from backend.services.evidence.seal import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    PUBLIC_KEY,
    SEALS,
    SIGNATURE,
    public_key_pem,
)
from backend.services.keys import KEY_BYTES
from backend.services.signing import fingerprint, verify

Status = Literal["intact", "missing", "changed", "added"]
Signature = Literal["good", "bad", "unknown key"]
MANIFEST_MOST: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One file. `why` says more where it is not intact."""

    path: str
    status: Status
    why: str = ""


@dataclass(slots=True)
class PackageReport:
    """
    Attributes:
        signature: good: made over this manifest by the key in the package, which is the pinned one when one was given.
        pinned: whether the key was compared with one that came another way.
        container: what is wrong with the ZIP itself; "" when it is as it was written, or for a folder.
    """

    findings: list[Finding] = field(default_factory=list)
    signature: Signature = "bad"
    pinned: bool = False
    fingerprint: str = ""
    container: str = ""
    title: str = ""
    made: str = ""
    manifest_digest: str = ""
    public_key: bytes = b""

    @property
    def good(self) -> bool:
        whole = all(finding.status == "intact" for finding in self.findings)
        return whole and self.signature == "good" and not self.container

    def count(self, status: Status) -> int:
        return sum(finding.status == status for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Listed:
    path: str
    bytes: int
    sha256: str


def check(source: PackageSource, pinned_keys: Sequence[bytes] = ()) -> PackageReport:
    """Everything about a package.

    Raises:
        PackageError: it is none, or cannot be read.
    """
    present = source.paths()
    if MANIFEST not in present:
        raise PackageError(f"there is no {MANIFEST}: this is no evidence package, or its manifest was taken away")
    report = PackageReport(pinned=bool(pinned_keys))
    manifest = source.read(MANIFEST, MANIFEST_MOST)
    known = _parsed(manifest)
    key = _key(known)
    _check_seals(report, source, present, manifest, key, pinned_keys)
    report.manifest_digest, report.public_key = hashlib.sha256(manifest).hexdigest(), key
    report.title, report.made = _text(known, "title"), _text(known, "made")
    listed = _listed(known)
    if listed is None:
        report.findings[0] = Finding(MANIFEST, "changed", "it cannot be read as a manifest")
        listed = []
    names = {one.path for one in listed}
    report.findings += [_checked(source, present, one) for one in listed]
    extra = sorted(path for path in present if path not in names and path not in SEALS)
    report.findings += [Finding(path, "added", "the manifest does not know it") for path in extra]
    report.container = source.container_fault(key)
    return report


def _check_seals(
    report: PackageReport,
    source: PackageSource,
    present: frozenset[str],
    manifest: bytes,
    key: bytes,
    pinned_keys: Sequence[bytes],
) -> None:
    held = source.read(SIGNATURE, 65) if SIGNATURE in present and not source.fault(SIGNATURE) else b""
    report.fingerprint = fingerprint(key) if key else ""
    if not key or not verify(key, manifest, held):
        report.signature = "bad"
    elif pinned_keys and key not in pinned_keys:
        report.signature = "unknown key"
    else:
        report.signature = "good"
    is_signed = report.signature != "bad"
    why = "" if is_signed else "its signature does not hold"
    report.findings.append(Finding(MANIFEST, "intact" if is_signed else "changed", why))
    for path, good in ((SIGNATURE, is_signed), (PUBLIC_KEY, _same_key(source, present, key))):
        if path not in present:
            report.findings.append(Finding(path, "missing"))
        else:
            why = "" if good else source.fault(path) or "it does not belong to the manifest"
            report.findings.append(Finding(path, "intact" if good else "changed", why))


def _same_key(source: PackageSource, present: frozenset[str], key: bytes) -> bool:
    if PUBLIC_KEY not in present or not key or source.fault(PUBLIC_KEY):
        return False
    return source.read(PUBLIC_KEY, 4096) == public_key_pem(key)


def _checked(source: PackageSource, present: frozenset[str], one: _Listed) -> Finding:
    if one.path not in present:
        return Finding(one.path, "missing")
    fault = source.fault(one.path)
    if fault:
        return Finding(one.path, "changed", fault)
    digest = hashlib.sha256()
    size = 0
    try:
        for chunk in source.chunks(one.path):
            size += len(chunk)
            if size > one.bytes:
                return Finding(one.path, "changed", f"it is longer than the {one.bytes} bytes that were signed")
            digest.update(chunk)
    except PackageError as error:
        return Finding(one.path, "changed", str(error))
    if size != one.bytes:
        return Finding(one.path, "changed", f"{size} bytes instead of {one.bytes}")
    if digest.hexdigest() != one.sha256:
        return Finding(one.path, "changed", "its SHA-256 is another")
    return Finding(one.path, "intact")


def _parsed(manifest: bytes) -> dict[str, object]:
    try:
        value = json.loads(manifest)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _key(known: dict[str, object]) -> bytes:
    try:
        key = base64.b64decode(_text(known, "public_key"), validate=True)
    except ValueError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def _text(known: dict[str, object], name: str) -> str:
    value = known.get(name)
    return value if isinstance(value, str) else ""


def _listed(known: dict[str, object]) -> list[_Listed] | None:
    """None: it is no manifest of this format."""
    files = known.get("files")
    if known.get("format") != FORMAT or known.get("version") != FORMAT_VERSION or not isinstance(files, list):
        return None
    listed = list(_entries(files))
    names = {one.path for one in listed}
    return listed if len(listed) == len(files) == len(names) and not names & set(SEALS) else None


def _entries(files: Sequence[object]) -> Iterator[_Listed]:
    for one in files:
        if not isinstance(one, dict):
            return
        path, size, digest = one.get("path"), one.get("bytes"), one.get("sha256")
        if not isinstance(path, str) or not isinstance(size, int) or not isinstance(digest, str) or size < 0:
            return
        yield _Listed(path, size, digest)

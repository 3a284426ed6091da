"""Through whose hands a sealed package went: one signed line each, chained, beside the package that never changes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend.services.signing import verify

TAG: Final = b"trucban-custody-1:"
LONGEST_BYTES: Final = 64 << 20


def append(
    path: Path, sign: Callable[[bytes], bytes], manifest_digest: str, at_ms: int, deed: str, by: str, origin: str
) -> None:
    """Durable when it returns. Args: manifest_digest: SHA-256 of the package's manifest. Raises: OSError."""
    lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
    if lines and not lines[-1].endswith(b"\n"):
        # Half a line of a machine that stopped: it says nothing and was never acknowledged.
        lines.pop()
        path.write_bytes(b"".join(lines))
    previous = hashlib.sha256(lines[-1]).hexdigest() if lines else ""
    entry = {
        "number": len(lines) + 1,
        "at_ms": at_ms,
        "deed": deed,
        "by": by,
        "from": origin,
        "manifest": manifest_digest,
        "previous": previous,
    }
    body = _canonical(entry)
    signature = base64.b64encode(sign(TAG + body)).decode("ascii")
    line = _canonical({"entry": entry, "signature": signature}) + b"\n"
    with path.open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def faults(content: bytes, public_key: bytes, manifest_digest: str) -> list[str]:
    """What is wrong with a custody log of a package; nothing = every line is as it was written.

    Lines cut off at its end cannot be missed here; the audit log of the operations room has each of them, too.
    """
    found = []
    lines = content[:LONGEST_BYTES].splitlines(keepends=True)
    previous = ""
    for number, line in enumerate(lines, 1):
        why = _fault(line, number, previous, public_key, manifest_digest)
        if why:
            found.append(f"line {number}: {why}")
        previous = hashlib.sha256(line).hexdigest()
    return found


def _fault(line: bytes, number: int, previous: str, public_key: bytes, manifest_digest: str) -> str:
    try:
        value = json.loads(line)
        entry, signature = value["entry"], base64.b64decode(value["signature"], validate=True)
        # Exactly the bytes that were written: JSON can be said in many ways.
        same = _canonical(value) + b"\n" == line and set(value) == {"entry", "signature"}
        good = same and verify(public_key, TAG + _canonical(entry), signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "it cannot be read"
    if not good or value["signature"] != base64.b64encode(signature).decode("ascii"):
        return "its signature does not hold"
    if entry.get("number") != number or entry.get("previous") != previous:
        return "a line before it was taken out, put in or moved"
    if entry.get("manifest") != manifest_digest:
        return "it belongs to another package"
    return ""


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")

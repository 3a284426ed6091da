"""The manifest of a package and what proves it: a detached Ed25519 signature, the public key, the seal of a ZIP.

Files of the package that are not in the manifest's list: `manifest.json` itself, `manifest.sig` (64 bytes over exactly
the bytes of manifest.json) and `manifest.pub` (the key, PEM as OpenSSL reads it).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from backend.services.evidence.case import PROGRAM, Case
from backend.services.evidence.journal import Made
from backend.services.evidence.names import LocalTime
from backend.services.keys import KEY_BYTES, KeyFileError
from backend.services.signing import read_public_key

FORMAT: Final = "trucban-evidence"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "manifest.pub"
SEALS: Final = (MANIFEST, SIGNATURE, PUBLIC_KEY)

ZIP_SEAL_TAG: Final = b"trucban-zip-seal-1:"
ZIP_SEAL_BYTES: Final = len(ZIP_SEAL_TAG) + 88
"""A ZIP's comment: the tag and base64 of a signature over the SHA-256 of all that stands before the comment."""

# RFC 8410: SubjectPublicKeyInfo of an Ed25519 key.
_DER_HEAD: Final = bytes.fromhex("302a300506032b6570032100")
_PEM_BEGIN: Final = "-----BEGIN PUBLIC KEY-----"
_PEM_END: Final = "-----END PUBLIC KEY-----"


def public_key_pem(public_key: bytes) -> bytes:
    body = base64.b64encode(_DER_HEAD + public_key).decode("ascii")
    return f"{_PEM_BEGIN}\n{body}\n{_PEM_END}\n".encode("ascii")


def read_any_public_key(path: Path) -> bytes:
    """The 32 bytes of a key file: PEM like manifest.pub, or base64 like signing.pub.

    Raises:
        KeyFileError: the file is not there or holds something else.
    """
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise KeyFileError(f"the public key {path} cannot be read: {error.strerror or error}") from error
    lines = text.split()
    if "-----BEGIN" not in lines:
        return read_public_key(path)
    try:
        der = base64.b64decode("".join(text.split(_PEM_BEGIN)[1].split(_PEM_END)[0].split()), validate=True)
    except (IndexError, binascii.Error):
        der = b""
    if len(der) != len(_DER_HEAD) + KEY_BYTES or not der.startswith(_DER_HEAD):
        raise KeyFileError(f"{path} holds no Ed25519 public key in PEM")
    return der[len(_DER_HEAD) :]


def manifest_bytes(case: Case, files: Sequence[Made], left_out: Sequence[str], made_ms: int) -> bytes:
    """manifest.json of a package whose other files are `files`.

    Args:
        left_out: what is not in the package though the order names it, one sentence each.
    """
    local = LocalTime(case.site.utc_offset_min)
    order = case.order
    value = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "export_id": case.export_id,
        "title": order.title,
        "program": {"name": PROGRAM, "version": case.version},
        "site": {"site_id": case.site.site_id, "name": case.site.name_vi, "digest": case.site.digest},
        "exercise": case.site.exercise_vi,
        "simulated": case.site.simulated,
        "span": {
            "start_ms": order.start_ms,
            "end_ms": order.end_ms,
            "start": local.iso(order.start_ms),
            "end": local.iso(order.end_ms),
        },
        "order": order.model_dump(mode="json"),
        "ordered_by": case.ordered_by,
        "ordered": local.iso(case.ordered_ms),
        "made": local.iso(made_ms),
        "made_on": case.machine,
        "log": {
            "epoch": case.epoch,
            "first_seq": case.first_seq,
            "last_seq": case.last_seq,
            "incident_seqs": list(case.incident_seqs),
            "incident_complete": case.incident_complete,
        },
        "left_out": list(left_out),
        "public_key": case.public_key,
        "fingerprint": case.fingerprint,
        "files": [{"path": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in files],
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def digest_of(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()


def zip_seal_message(digest: bytes) -> bytes:
    """What is signed for a ZIP. Args: `digest`: SHA-256 of its bytes up to the comment."""
    return ZIP_SEAL_TAG + digest


def zip_seal(signature: bytes) -> bytes:
    return ZIP_SEAL_TAG + base64.b64encode(signature)

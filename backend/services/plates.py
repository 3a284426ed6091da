"""Number plates that cameras read: personal data (NĐ 13/2023/NĐ-CP). Those looked for are told, others only counted.

A plate that no rule of the site looks for is never stored as it was read: what is kept is a keyed digest of it, which
says that it is the same vehicle again, and answers "was this plate seen?" to who holds the backend's key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from backend.sources.detections import PLATE_LABEL, ParsedDetection
from config.model import DetectionRule

KEY_BYTES: Final = 32
_LEFT_OUT: Final = json.dumps({"left_out": "a number plate"})


class PlateKeyError(RuntimeError):
    """The key in the data folder cannot be used; the message says what to do."""


def normal(plate: str) -> str:
    """How plates are compared: letters and digits only ("24A-123.45" is "24A12345")."""
    return "".join(char for char in unicodedata.normalize("NFC", plate).upper() if char.isalnum())


class Plates:
    """Args: key_file: made at the first plate; losing it makes older digests unreadable, nothing else."""

    def __init__(self, rules: Iterable[DetectionRule], key_file: Path) -> None:
        self._lists = {normal(plate): rule.label for rule in rules for plate in rule.plates}
        self._key_file = key_file
        self._key = b""

    def treated(self, item: ParsedDetection) -> ParsedDetection:
        """The detection as it may be stored. Raises: PlateKeyError."""
        if not item.plate:
            return item
        found = self._lists.get(normal(item.plate))
        raw = _LEFT_OUT if found is None else item.raw
        if item.label != PLATE_LABEL:
            return replace(item, plate="", raw=raw)
        # A better look at the same vehicle may read another plate: each reading is a detection of its own.
        name = "plate-" + self._digest(f"{item.detection_id}/{normal(item.plate)}")
        if found is None:
            return replace(item, detection_id=name, plate="", sub_label=self.digest_of(item.plate), raw=raw)
        return replace(item, detection_id=name, label=found, sub_label=item.plate)

    def digest_of(self, plate: str) -> str:
        """What is stored of a plate that nobody looks for."""
        return "#" + self._digest(normal(plate))[:16]

    def _digest(self, text: str) -> str:
        self._key = self._key or _opened(self._key_file)
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def _opened(file: Path) -> bytes:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = file.read_bytes()
        else:
            with os.fdopen(descriptor, "wb") as made:
                made.write(key := secrets.token_bytes(KEY_BYTES))
    except OSError as error:
        raise PlateKeyError(f"{file.name}: {error.strerror}; plates cannot be stored without it") from error
    if len(key) != KEY_BYTES:
        raise PlateKeyError(f"{file.name} holds {len(key)} bytes where {KEY_BYTES} were expected; move it away")
    return key

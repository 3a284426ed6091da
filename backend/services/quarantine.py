"""Where broken input is kept for a person to look at, with its reason beside it."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from backend.contracts.redact import redacted
from backend.sources.text import paragraphs, plain

MAX_KEPT_BYTES: Final = 4 * 1024 * 1024
"""Of one input; the rest of a larger one is left out, and its reason says so."""

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


class Quarantine:
    """A folder of bounded size; the oldest goes first. Its calls block: call them in a thread. Thread-safe."""

    def __init__(self, folder: Path, max_bytes: int = 256 * 1024 * 1024, max_inputs: int = 2_000) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_inputs = max_inputs
        self._lock = threading.Lock()
        self._number = 0

    def keep(self, producer_id: str, door: str, name: str, body: bytes, reason: str, at_ms: int) -> str:
        """Write `body` and its reason; the file's name inside the folder.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = body[:MAX_KEPT_BYTES]
            path = self._free_path(producer_id, door, at_ms)
            path.write_bytes(kept)
            path.with_name(f"{path.name}.reason.txt").write_text(
                _words(producer_id, door, name, body, reason, at_ms), encoding="utf-8"
            )
            self._thin()
            return path.name

    def _free_path(self, producer_id: str, door: str, at_ms: int) -> Path:
        """The sender's own name is only told in the reason: a name from outside never becomes a path."""
        stamp = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S")
        while True:
            self._number += 1
            path = self._folder / f"{stamp}_{self._number:06d}_{_safe(producer_id)}_{_safe(door)}.bin"
            if not path.exists():
                return path

    def _thin(self) -> None:
        inputs = sorted(path for path in self._folder.glob("*.bin") if path.is_file())
        sizes = {path: path.stat().st_size for path in inputs}
        total = sum(sizes.values())
        # The newest stays whatever its size: it is the one somebody was just told of.
        for path in inputs[:-1]:
            if total <= self._max_bytes and len(sizes) <= self._max_inputs:
                return
            total -= sizes.pop(path)
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.reason.txt").unlink(missing_ok=True)


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", text)[:60].strip("-") or "unknown"


def _words(producer_id: str, door: str, name: str, body: bytes, reason: str, at_ms: int) -> str:
    when = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    size = f"{len(body)} bytes" + (f", the first {MAX_KEPT_BYTES} kept" if len(body) > MAX_KEPT_BYTES else "")
    return (
        f"producer: {plain(producer_id, 200)}\ndoor: {door}\nname: {redacted(plain(name, 500))}\nreceived: {when}\n"
        f"size: {size}\nreason:\n{redacted(paragraphs(reason, 20_000))}\n"
    )

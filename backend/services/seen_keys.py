"""Memory of CAP messages already taken, longer than the room's state keeps closed alerts.

A feed shows the same entries for days: without this a restart would raise the old ones again. The log is the truth
and holds them all; this file only spares reading it, so it needs no fsync: what is still open or lately closed is
known from the state besides.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Final

MAX_KEYS: Final = 50_000


class SeenKeys:
    """Loaded when it is made. `add` blocks: call it in a thread. A file that cannot be written is only forgotten."""

    def __init__(self, path: Path, max_keys: int = MAX_KEYS) -> None:
        self._path = path
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._digests: dict[str, None] = dict.fromkeys(_lines(path)[-max_keys:])

    def __contains__(self, key: str) -> bool:
        return _digest(key) in self._digests

    def add(self, key: str) -> None:
        with self._lock:
            digest = _digest(key)
            if digest in self._digests:
                return
            self._digests[digest] = None
            try:
                self._write(digest)
            except OSError:
                # Remembered until the end of this run; the state knows the recent ones after it.
                return

    def _write(self, digest: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if len(self._digests) <= self._max_keys:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{digest}\n")
            return
        # Half is dropped at once, so that the file is not written anew for every message.
        for old in list(self._digests)[: self._max_keys // 2]:
            del self._digests[old]
        fresh = self._path.with_suffix(".new")
        fresh.write_text("".join(f"{item}\n" for item in self._digests), encoding="ascii")
        fresh.replace(self._path)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    # A torn last line of a crash is no digest.
    return [line for line in text.split("\n") if len(line) == 32]

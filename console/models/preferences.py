"""What one operator set up for himself: layouts, window places, small choices. One JSON file each."""

from __future__ import annotations

import itertools
import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from console import jobs

VERSION: Final = 1
WRITE_AFTER_MS: Final = 1000


class Preferences(QObject):
    """JSON values by name. Kept in memory; written atomically off the GUI thread, shortly after a change.

    Args:
        path: the operator's file; None keeps everything in memory.

    Signals:
        replaced: another operator's values were loaded.
        write_failed: a sentence; what was set lasts only as long as the program runs.
    """

    replaced = Signal()
    write_failed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values: dict[str, object] = {}
        self._loading = False
        self._writer = _Writer()
        self._timer = QTimer(self, singleShot=True, interval=WRITE_AFTER_MS)
        self._timer.timeout.connect(self._write_in_job)

    @property
    def is_loading(self) -> bool:
        """The operator's file is being read: what is missing may stand in it."""
        return self._loading

    def get(self, name: str, default: object = None) -> object:
        """The value, or `default`. It may be anything JSON can hold: check its type before use."""
        return self._values.get(name, default)

    def set(self, name: str, value: object) -> None:
        """Set a JSON value; it is written about a second later."""
        if self._values.get(name) != value:
            self._values[name] = value
            self._timer.start()

    def set_durably(self, name: str, value: object, done: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Set a JSON value that must not be lost: `done` once it is on the disk, `failed` with why it is not.

        Not while the operator's file is read: what stands in it under this name would be lost.
        """
        if self._loading:
            failed("this operator's settings are still being read")
            return
        self._values[name] = value
        if self._path is None:
            done()
            return
        ticket, path, values = self._writer.ticket(), self._path, json.loads(json.dumps(self._values))
        jobs.start(self, lambda: self._writer.write(ticket, path, values), lambda _: done(), failed)

    def load_now(self) -> None:
        """Read the file; only while the program starts, before the event loop runs."""
        if self._path is not None:
            self._values = read_values(self._path)

    def switch_to(self, path: Path) -> None:
        """Another operator: write this one's values, then load the other's off the GUI thread."""
        if path == self._path:
            return
        self.flush()
        self._path = path
        # Nothing of the one before is his; what is set while his file is read counts more than the file.
        self._values = {}
        self._loading = True

        def loaded(values: dict[str, object]) -> None:
            if path == self._path:  # else somebody else came meanwhile
                self._loading = False
                self._values = values | self._values
                self.replaced.emit()

        jobs.start(self, lambda: read_values(path), loaded, self.write_failed.emit)

    def flush(self) -> None:
        """Write what is not written yet, now; at the end of the program and when the operator changes."""
        if self._timer.isActive():
            self._timer.stop()
            if self._path is not None:
                values = read_values(self._path) | self._values if self._loading else self._values
                try:
                    self._writer.write(self._writer.ticket(), self._path, values)
                except OSError as error:
                    self.write_failed.emit(str(error))

    def _write_in_job(self) -> None:
        if self._path is None:
            return
        if self._loading:
            self._timer.start()
            return
        ticket, path, values = self._writer.ticket(), self._path, json.loads(json.dumps(self._values))
        jobs.start(self, lambda: self._writer.write(ticket, path, values), failed=self.write_failed.emit)


class _Writer:
    """Keeps an older write that a slow disk held up from replacing a newer one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets = itertools.count(1)
        self._written: dict[Path, int] = {}

    def ticket(self) -> int:
        """A number for the values as they are now; called on the GUI thread."""
        return next(self._tickets)

    def write(self, ticket: int, path: Path, values: Mapping[str, object]) -> None:
        """Write, unless newer values of this file are written already.

        Raises:
            OSError: it could not be written.
        """
        with self._lock:
            if ticket > self._written.get(path, 0):
                write_values(path, values)
                self._written[path] = ticket


def read_values(path: Path) -> dict[str, object]:
    """Values of the file; empty when there is none, or it is broken, or of another version."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("values"), dict):
        return {}
    return dict(data["values"])


def write_values(path: Path, values: Mapping[str, object]) -> None:
    """Write atomically: the old file or the new one is there, never half of one.

    Raises:
        OSError: it could not be written; the old file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": VERSION, "values": values}, ensure_ascii=False, indent=1)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise

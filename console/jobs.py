"""Blocking work off the GUI thread, its result back on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThreadPool, Signal
from shiboken6 import isValid

T = TypeVar("T")
NAME: Final = "jobs"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Who waits for an outcome."""

    owner: QObject
    done: Callable[[Any], None]
    failed: Callable[[str], None]


class _Counter(QObject):
    """Where outcomes are handed over. There is one, it belongs to the application and lives as long.

    A QObject or QRunnable for each job would be let go of on a pool thread now and then, where the last reference
    to it may happen to be: Qt objects that die on a foreign thread bring the program down.
    """

    arrived = Signal(int, object, str)

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self.setObjectName(NAME)
        self._numbers = itertools.count()
        self._waiting: dict[int, _Waiting] = {}
        self.arrived.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def register(self, waiting: _Waiting) -> int:
        number = next(self._numbers)
        self._waiting[number] = waiting
        return number

    def _hand_over(self, number: int, result: object, failure: str) -> None:
        waiting = self._waiting.pop(number)
        if not isValid(waiting.owner):
            return
        if failure:
            waiting.failed(failure)
        else:
            waiting.done(result)


def _counter() -> _Counter:
    application = QCoreApplication.instance()
    assert application is not None, "jobs need an application"
    found = application.findChild(_Counter, NAME)
    return found if found is not None else _Counter(application)


def _run(counter: _Counter, number: int, work: Callable[[], object]) -> None:
    """On a pool thread."""
    try:
        result, failure = work(), ""
    except (OSError, ValueError) as error:
        result, failure = None, str(error) or type(error).__name__
    try:
        counter.arrived.emit(number, result, failure)
    except RuntimeError:
        # The application is gone: nobody is left to tell.
        return


def start(
    owner: QObject,
    work: Callable[[], T],
    done: Callable[[T], None] = lambda result: None,
    failed: Callable[[str], None] = lambda reason: None,
) -> None:
    """Run `work` on a pool thread; called on the GUI thread.

    `done` gets its result, or `failed` the sentence of an OSError or ValueError, on the GUI thread; neither is
    called once `owner` is gone.
    """
    counter = _counter()
    number = counter.register(_Waiting(owner, done, failed))
    QThreadPool.globalInstance().start(lambda: _run(counter, number, work))


def wait_for_all(timeout_ms: int) -> bool:
    """Wait for the running jobs at the program's end; False when some still run."""
    return QThreadPool.globalInstance().waitForDone(timeout_ms)

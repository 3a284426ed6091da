"""Blocking work off the GUI thread, its result back on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

T = TypeVar("T")


class _Outcome(QObject):
    """Carries the outcome over; a signal of its own because a QRunnable is no QObject."""

    arrived = Signal(object, str)


class _Job(QRunnable, Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work
        self.outcome = _Outcome()

    def run(self) -> None:
        try:
            result: object = self._work()
        except (OSError, ValueError) as error:
            self._tell(None, str(error) or type(error).__name__)
        else:
            self._tell(result, "")

    def _tell(self, result: object, failure: str) -> None:
        try:
            self.outcome.arrived.emit(result, failure)
        except RuntimeError:
            # The application is being torn down: nobody is left to tell.
            return


class _Receiver(QObject, Generic[T]):
    """Lives on the owner's thread and dies with the owner, so that no answer reaches the dead."""

    def __init__(self, owner: QObject, done: Callable[[T], None], failed: Callable[[str], None], job: _Job[T]) -> None:
        super().__init__(owner)
        self._done = done
        self._failed = failed
        self._job: _Job[T] | None = job
        job.outcome.arrived.connect(self._arrived, Qt.ConnectionType.QueuedConnection)

    def _arrived(self, result: T, failure: str) -> None:
        self._job = None
        self.deleteLater()
        if failure:
            self._failed(failure)
        else:
            self._done(result)


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
    job = _Job(work)
    job.setAutoDelete(True)
    _Receiver(owner, done, failed, job)
    QThreadPool.globalInstance().start(job)


def wait_for_all(timeout_ms: int) -> bool:
    """Wait for the running jobs at the program's end; False when some still run."""
    return QThreadPool.globalInstance().waitForDone(timeout_ms)

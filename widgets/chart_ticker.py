"""One timer for all charts of the program: at most so many looks a second, and only while a chart is on a screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

TICK_MS: Final = 50


class ChartTicker(QObject):
    """Ticks while somebody is attached. One lives in the application object; get it with `shared`."""

    tick = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._attached: set[int] = set()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    @classmethod
    def shared(cls) -> ChartTicker:
        """The application's ticker.

        Raises:
            RuntimeError: there is no application yet.
        """
        application = QCoreApplication.instance()
        if application is None:
            raise RuntimeError("charts need a QApplication")
        found = application.findChild(cls)
        return found if isinstance(found, cls) else cls(application)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def set_rate(self, refresh_hz: int) -> None:
        """At most so many looks a second."""
        self._timer.setInterval(round(1000 / refresh_hz))

    @property
    def interval_ms(self) -> int:
        return self._timer.interval()

    def attach(self, owner: QObject) -> None:
        """`owner` became visible; it is detached by `detach` or by its end."""
        key = id(owner)
        if key not in self._attached:
            self._attached.add(key)
            owner.destroyed.connect(lambda: self._remove(key))
        if not self._timer.isActive():
            self._timer.start()

    def detach(self, owner: QObject) -> None:
        self._remove(id(owner))

    def _remove(self, key: int) -> None:
        self._attached.discard(key)
        if not self._attached:
            self._timer.stop()

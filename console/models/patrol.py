"""A patrol: cameras shown page after page, each for its time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal


class PatrolRound(QObject):
    """Runs through cameras in pages of `page_size`.

    Signals:
        page: the camera ids of the page to show now.
        running_changed: bool.
    """

    page = Signal(object)
    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera_ids: tuple[str, ...] = ()
        self._page_size = 1
        self._page = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.next)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    @property
    def pages(self) -> int:
        return -(-len(self._camera_ids) // self._page_size)

    @property
    def page_number(self) -> int:
        """Which page is shown, from 0."""
        return self._page

    def start(self, camera_ids: Sequence[str], page_size: int, dwell_s: float) -> None:
        """Show the first page now and the next one every `dwell_s` seconds."""
        self._camera_ids = tuple(camera_ids)
        self._page_size = max(page_size, 1)
        self._page = 0
        if not self._camera_ids:
            self.stop()
            return
        self._timer.start(max(round(dwell_s * 1000), 1))
        self.running_changed.emit(True)
        self._show()

    def stop(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.running_changed.emit(False)

    def next(self) -> None:
        """The next page now; its full time begins anew."""
        if not self._camera_ids:
            return
        self._page = (self._page + 1) % self.pages
        if self.running:
            self._timer.start()
        self._show()

    def _show(self) -> None:
        start = self._page * self._page_size
        self.page.emit(self._camera_ids[start : start + self._page_size])

"""As high as what stands in it where there is room for it; where there is less it rolls. Knows no domain."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QWidget

LEAST_PX: Final = 120


class RollArea(QScrollArea):
    """The field that has the keyboard is kept in sight."""

    def __init__(self, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setObjectName("roll")  # it stands on the ground of whatever it is in
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._body = body
        self.setWidget(body)
        body.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    def sizeHint(self) -> QSize:
        hint = self._body.sizeHint()
        if self._body.hasHeightForWidth():
            width_px = max(self.width(), self._body.minimumSizeHint().width())
            return QSize(hint.width(), self._body.heightForWidth(width_px))
        return hint

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(LEAST_PX, self.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._body.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 0)

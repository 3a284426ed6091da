"""Polygons drawn over a picture, as shares of it: what is to be painted over in a copy. Knows no domain.

Mouse: a click sets a corner, a click on the first one or a double click closes the polygon. Keys: arrows move the cross
(with Shift by one pixel), Space sets a corner, Return closes, Backspace takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from resources import tokens

Corners = tuple[tuple[float, float], ...]

CORNERS_MOST: Final = 64
CATCH_PX: Final = 10
"""So near to the first corner a click closes."""

STEP_PX: Final = 10
_STEPS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MaskEditor(QWidget):
    """Signals: `changed` after a polygon was closed or taken back."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Masks over the picture"))
        self._picture: QImage | None = None
        self._words = ""
        self._closed: list[Corners] = []
        self._open: list[tuple[float, float]] = []
        self._cross = (0.5, 0.5)

    @property
    def masks(self) -> Sequence[Corners]:
        """Closed polygons, each of at least three corners."""
        return tuple(self._closed)

    def set_masks(self, masks: Sequence[Corners]) -> None:
        self._closed, self._open = list(masks), []
        self.update()

    def set_picture(self, picture: QImage | None, words: str = "") -> None:
        """The picture to draw on; `words` stand in its place while there is none."""
        self._picture, self._words = picture, words
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 360)

    # -- drawing -----------------------------------------------------------------------------------------------

    def add(self, corner: tuple[float, float]) -> None:
        """Set a corner; near the first one of three or more it closes the polygon."""
        x, y = (min(max(share, 0.0), 1.0) for share in corner)
        place = self._place()
        if len(self._open) >= 3 and self._near(self._open[0], (x, y), place):
            self.close_polygon()
        elif len(self._open) < CORNERS_MOST:
            self._open.append((x, y))
        self.update()

    def close_polygon(self) -> None:
        """The open polygon is done; with fewer than three corners it stays open."""
        if len(self._open) >= 3:
            self._closed.append(tuple(self._open))
            self._open = []
            self.changed.emit()
            self.update()

    def take_back(self) -> None:
        """The last corner, else the last polygon."""
        if self._open:
            self._open.pop()
        elif self._closed:
            self._closed.pop()
            self.changed.emit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._picture is not None:
            self._cross = self._share(event.position())
            self.add(self._cross)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.close_polygon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move_cross(*_STEPS[key], 1 if fine else STEP_PX)
        elif key == Qt.Key.Key_Space and self._picture is not None:
            self.add(self._cross)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._open:
            self.close_polygon()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.take_back()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _move_cross(self, right: int, down: int, step_px: int) -> None:
        place = self._place()
        x = self._cross[0] + right * step_px / max(place.width(), 1.0)
        y = self._cross[1] + down * step_px / max(place.height(), 1.0)
        self._cross = (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self.update()

    # -- places ------------------------------------------------------------------------------------------------

    def _place(self) -> QRectF:
        """Where the picture stands in the widget."""
        size = self._picture.size() if self._picture is not None else self.sizeHint()
        fitted = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - fitted.width()) / 2, (self.height() - fitted.height()) / 2
        return QRectF(left, top, fitted.width(), fitted.height())

    def _share(self, point: QPointF) -> tuple[float, float]:
        place = self._place()
        x = (point.x() - place.left()) / max(place.width(), 1.0)
        y = (point.y() - place.top()) / max(place.height(), 1.0)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    @staticmethod
    def _point(share: tuple[float, float], place: QRectF) -> QPointF:
        return QPointF(place.left() + share[0] * place.width(), place.top() + share[1] * place.height())

    def _near(self, one: tuple[float, float], other: tuple[float, float], place: QRectF) -> bool:
        return (self._point(one, place) - self._point(other, place)).manhattanLength() <= CATCH_PX

    # -- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.LIVENESS_BACK))
        if self._picture is None:
            painter.setPen(QColor(tokens.TEXT_1))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        place = self._place()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.FOCUS), 1.5))
        painter.setBrush(QColor(0, 0, 0, 215))
        for corners in self._closed:
            painter.drawPolygon(QPolygonF([self._point(corner, place) for corner in corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([self._point(corner, place) for corner in self._open]))
        for corner in self._open:
            painter.drawEllipse(self._point(corner, place), 3.0, 3.0)
        if self.hasFocus():
            cross = self._point(self._cross, place)
            painter.drawLine(cross - QPointF(8, 0), cross + QPointF(8, 0))
            painter.drawLine(cross - QPointF(0, 8), cross + QPointF(0, 8))

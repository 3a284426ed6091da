"""What lies over a map that must not be taken for a live one: a dimmed picture and a hatched band with words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from resources import tokens

BAND_PX: Final = 36
_DIM: Final = QColor(0, 0, 0, 120)
_BAND: Final = QColor(0, 0, 0, 235)
_HATCH: Final = QColor(255, 255, 255, 70)
_TEXT: Final = QColor(tokens.LIVENESS_INK)


class MapOverlay(QWidget):
    """Dims the whole map and writes `words` on a hatched band across its top. Hidden while there are no words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self._opaque = False
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def show_words(self, words: str, *, opaque: bool = False) -> None:
        """Say `words`; "" hides the overlay. `opaque` hides the picture below altogether."""
        if (words, opaque) == (self._words, self._opaque) and self.isVisible() == bool(words):
            return
        self._words, self._opaque = words, opaque
        self.setVisible(bool(words))
        if words:
            self.raise_()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.WINDOW) if self._opaque else _DIM)
        band = QRect(0, 0, self.width(), BAND_PX)
        painter.fillRect(band, _BAND)
        painter.fillRect(band, QBrush(_HATCH, Qt.BrushStyle.BDiagPattern))
        font = QFont(self.font())
        font.setPixelSize(15)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        text_width = painter.fontMetrics().horizontalAdvance(self._words) + 24
        plate = QRect(0, 0, min(text_width, self.width()), BAND_PX)
        plate.moveCenter(band.center())
        painter.fillRect(plate, QColor(tokens.LIVENESS_BACK))
        painter.setPen(_TEXT)
        elided = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, plate.width() - 8)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, elided)
        painter.end()

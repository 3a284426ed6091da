"""A tile for an index: its figure on a ground of the colour the index prescribes, with a few lines beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from resources import tokens
from widgets.elided_label import ElidedLabel

TILE_PX: Final = 40
PLATE_PX: Final = 64
FIGURE_PX: Final = 24


@dataclass(frozen=True, slots=True)
class IndexLook:
    """`rgb` None = there is no figure. `old`: it is not of now; the plate is hatched then and never a live colour."""

    title: str
    figure: str
    rgb: tuple[int, int, int] | None
    state: str
    advice: str
    source: str
    words: str
    old: bool = False


class IndexTile(QFrame):
    """Shows one `IndexLook`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(TILE_PX)
        self._plate = _Plate(self)
        self._title, self._state = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self._advice = ElidedLabel(parent=self)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(bold)
        small = QFont(self.font())
        small.setPixelSize(tokens.SMALL_PX)
        self._advice.setFont(small)
        lines = QVBoxLayout()
        lines.setContentsMargins(0, 2, 0, 2)
        lines.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self._title)
        first.addWidget(self._state, 1)
        lines.addLayout(first)
        lines.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._plate)
        row.addLayout(lines, 1)

    def show_look(self, look: IndexLook) -> None:
        self._plate.show_look(look)
        self._title.setText(look.title)
        self._state.setText(look.state)
        # The source stands last: where there is no room it is in the tool tip, the advice is not.
        self._advice.setText("  ·  ".join(part for part in (look.advice, look.source) if part))
        self.setToolTip(look.words)
        self.setAccessibleName(look.words)


class _Plate(QLabel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(PLATE_PX)
        self._rgb: tuple[int, int, int] | None = None
        self._old = False

    def show_look(self, look: IndexLook) -> None:
        self._rgb, self._old = look.rgb, look.old
        self.setText(look.figure)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect()
        painter.fillRect(area, QColor(tokens.WINDOW))
        ink = QColor(tokens.TEXT_2)
        if self._rgb is not None and not self._old:
            ground = QColor(*self._rgb)
            painter.fillRect(area, ground)
            ink = QColor("black") if _luminance(ground) > 0.35 else QColor("white")
        elif self._rgb is not None:
            # What it was is a mark at the side; the plate itself is not coloured as if it were so now.
            painter.fillRect(area, QColor(tokens.LIVENESS_BACK))
            painter.fillRect(QRect(area.left(), area.top(), 4, area.height()), QColor(*self._rgb))
            ink = QColor(tokens.LIVENESS_INK)
        font = QFont(self.font())
        font.setPixelSize(FIGURE_PX)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self.text())


def _luminance(colour: QColor) -> float:
    """Relative luminance, 0..1 (WCAG 2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""One line a disk: words, and a bar of what is used, what of it is held, and what is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import tokens
from widgets.chart_strip import chart_font

LINE_PX: Final = 22
PAD_PX: Final = 8
BAR_SHARE: Final = 0.3
BAR_MOST_PX: Final = 260
BAR_PX: Final = 8


@dataclass(frozen=True, slots=True)
class VolumeLook:
    """Shares 0..1 of the whole disk; `held` is a part of `used`. `trouble`: it cannot be written."""

    words: str
    used: float
    held: float
    trouble: bool = False


class VolumeBars(QWidget):
    """As high as there are disks; nothing at all when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._volumes: Sequence[VolumeLook] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(0)

    @property
    def volumes(self) -> Sequence[VolumeLook]:
        return self._volumes

    def show_volumes(self, volumes: Sequence[VolumeLook]) -> None:
        if volumes != self._volumes:
            self._volumes = tuple(volumes)
            self.setFixedHeight(LINE_PX * len(volumes))
            self.setToolTip("\n".join(volume.words for volume in volumes))
            self.setAccessibleName(self.toolTip())
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, LINE_PX * len(self._volumes))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.PANEL))
        painter.setFont(chart_font(tokens.SMALL_PX))
        for number, volume in enumerate(self._volumes):
            self._paint(painter, QRectF(PAD_PX, number * LINE_PX, self.width() - 2 * PAD_PX, LINE_PX), volume)
        painter.end()

    @staticmethod
    def _paint(painter: QPainter, area: QRectF, volume: VolumeLook) -> None:
        bar_px = min(BAR_SHARE * area.width(), BAR_MOST_PX)
        bar = QRectF(area.right() - bar_px, area.center().y() - BAR_PX / 2, bar_px, BAR_PX)
        painter.fillRect(bar, QColor(tokens.LINE))
        used = QRectF(bar)
        used.setWidth(bar.width() * min(1.0, volume.used))
        painter.fillRect(used, QColor(tokens.TEXT_3))
        held = QRectF(bar)
        held.setWidth(bar.width() * min(1.0, volume.held))
        painter.fillRect(held, QColor(tokens.TEXT_1))
        painter.setPen(QColor(tokens.SYSTEM if volume.trouble else tokens.TEXT_2))
        room = area.adjusted(0, 0, -bar_px - PAD_PX, 0)
        words = QFontMetricsF(painter.font()).elidedText(volume.words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

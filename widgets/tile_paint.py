"""How a tile looks: picture, caption, severity, and above all whether it is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QImage, QPainter, QPen, QPixmap

from resources import tokens
from widgets.tile_types import TileState
from widgets.tile_words import Label

DIMMED: Final = 150
HATCH_STEP_PX: Final = 12
COVERED: Final[frozenset[TileState]] = frozenset({"frozen", "lost", "connecting", "loading", "gap", "damaged"})
"""Conditions whose picture, if any, is old: dimmed and hatched."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands in a tile's upper edge. `priority` 0 = no alert; `mark`: the picture is simulated, or a file."""

    name: str
    mark: str = ""
    priority: int = 0


class TilePainter:
    """Fonts, colours and ready-made pieces for one canvas. GUI thread only."""

    def __init__(self, *, wall: bool) -> None:
        self._font = QFont(tokens.FONT_FAMILY)
        self._font.setPixelSize(tokens.WALL_FONT_PX if wall else tokens.SMALL_PX)
        self._strong = QFont(self._font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._metrics = QFontMetrics(self._font)
        self._strong_metrics = QFontMetrics(self._strong)
        self.caption_px = self._metrics.height() + 6
        self._captions: dict[tuple[Caption, int, float], QPixmap] = {}
        self._hatch = QBrush(_hatch_pixmap())

    def caption(self, caption: Caption, width_px: int, ratio: float) -> QPixmap:
        """The caption strip, painted once for each text and width: text costs far more than a blit."""
        key = (caption, width_px, ratio)
        strip = self._captions.get(key)
        if strip is None:
            if len(self._captions) > 512:
                self._captions.clear()
            strip = self._captions[key] = self._paint_caption(caption, width_px, ratio)
        return strip

    def _paint_caption(self, caption: Caption, width_px: int, ratio: float) -> QPixmap:
        strip = QPixmap(round(width_px * ratio), round(self.caption_px * ratio))
        strip.setDevicePixelRatio(ratio)
        ground = QColor(tokens.WINDOW)
        ground.setAlpha(205)
        strip.fill(ground)
        painter = QPainter(strip)
        left, right = 6, width_px - 6
        if caption.priority:
            painter.setFont(self._strong)
            painter.setPen(QColor(tokens.severity(caption.priority)))
            glyph = f"{tokens.GLYPHS.get(caption.priority, '⬢')} {caption.priority}"
            painter.drawText(QRect(left, 0, right - left, self.caption_px), Qt.AlignmentFlag.AlignVCenter, glyph)
            left += self._strong_metrics.horizontalAdvance(glyph) + 6
        painter.setFont(self._font)
        mark_px = self._metrics.horizontalAdvance(caption.mark) + 6 if caption.mark else 0
        if mark_px and mark_px < (right - left) * 0.6:
            painter.setPen(QColor(tokens.TEXT_2))
            painter.drawText(
                QRect(left, 0, right - left, self.caption_px),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                caption.mark,
            )
            right -= mark_px
        painter.setPen(QColor(tokens.TEXT_1))
        name = self._metrics.elidedText(caption.name, Qt.TextElideMode.ElideRight, max(right - left, 0))
        painter.drawText(QRect(left, 0, right - left, self.caption_px), Qt.AlignmentFlag.AlignVCenter, name)
        painter.end()
        return strip

    def picture(self, painter: QPainter, image: QImage, place: QRect, part: QRectF | None, ratio: float) -> None:
        """The picture in `place`. A picture made for the place is copied as it is; anything else is scaled."""
        if part is None and image.width() == round(place.width() * ratio):
            image.setDevicePixelRatio(ratio)
            painter.drawImage(place.topLeft(), image)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=True)
        painter.drawImage(QRectF(place), image, part if part is not None else QRectF(image.rect()))

    def cover(self, painter: QPainter, place: QRect) -> None:
        """Dims and hatches: what is underneath is not live."""
        painter.fillRect(place, QColor(0, 0, 0, DIMMED))
        painter.setBrushOrigin(place.topLeft())
        painter.fillRect(place, self._hatch)

    def label(self, painter: QPainter, tile: QRect, label: Label, *, centred: bool) -> None:
        """Condition, age and reason, white on black, as many lines as fit."""
        room_px = tile.width() - 16
        lines = _lines(label, self._strong_metrics, room_px)
        most = max((tile.height() - self.caption_px - 8) // self.caption_px, 1)
        lines = lines[:most]
        metrics = [
            self._strong_metrics if number == 0 and label.condition else self._metrics for number in range(len(lines))
        ]
        texts = [
            one.elidedText(line, Qt.TextElideMode.ElideRight, room_px) for one, line in zip(metrics, lines, strict=True)
        ]
        width = max(one.horizontalAdvance(text) for one, text in zip(metrics, texts, strict=True)) + 14
        height = self.caption_px * len(texts) + 4
        left = tile.left() + ((tile.width() - width) // 2 if centred else 6)
        below = tile.top() + self.caption_px
        top = below + max((tile.bottom() - below - height) // 2, 0) if centred else tile.bottom() - height - 5
        box = QRect(left, top, width, height)
        painter.fillRect(box, QColor(tokens.LIVENESS_BACK))
        painter.setPen(QPen(QColor(tokens.LIVENESS_INK), 1))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        for number, text in enumerate(texts):
            painter.setFont(self._strong if metrics[number] is self._strong_metrics else self._font)
            line = QRect(box.left(), box.top() + 2 + number * self.caption_px, box.width(), self.caption_px)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    def hint(self, painter: QPainter, tile: QRect, text: str) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.TEXT_3))
        painter.drawText(tile.adjusted(8, 4, -8, -4), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)

    def border(self, painter: QPainter, tile: QRect, colour: str, width_px: int) -> None:
        painter.setPen(
            QPen(QColor(colour), width_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = width_px // 2
        painter.drawRect(tile.adjusted(inset, inset, -width_px + inset, -width_px + inset))


def _lines(label: Label, metrics: QFontMetrics, room_px: int) -> list[str]:
    """The condition and its age on one line where they fit, else on two; then the reason."""
    together = f"{label.condition} {label.age}".strip()
    if not label.age or metrics.horizontalAdvance(together) <= room_px:
        lines = [together] if together else []
    else:
        lines = [label.condition, label.age]
    return lines + ([label.reason] if label.reason else [])


def _hatch_pixmap() -> QPixmap:
    """White diagonals that join from tile to tile of the pattern."""
    step = HATCH_STEP_PX
    pixmap = QPixmap(step, step)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = QColor(tokens.LIVENESS_INK)
    ink.setAlpha(150)
    painter.setPen(QPen(ink, 2))
    for shift in (-step, 0, step):
        painter.drawLine(QPoint(shift - 1, step + 1), QPoint(shift + step + 1, -1))
    painter.end()
    return pixmap

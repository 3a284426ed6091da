"""A row of pictures that are covered until somebody opens one; the open one stands large below. Knows no domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from resources import tokens
from widgets.film_player import STEP_MS, FilmPlayer

TILE: Final = QSize(112, 84)
GAP_PX: Final = tokens.GRID_PX
CAPTION_PX: Final = 20
LARGE_PX: Final = 280
BLUR: Final = QSize(8, 6)
"""A picture of so few points tells nothing but that it is one."""

COVER_ALPHA: Final = 150


@dataclass(frozen=True, slots=True)
class Picture:
    """`caption` stands below it; `film`: it stands for a film."""

    key: str
    caption: str
    film: bool = False


class MediaStrip(QWidget):
    """Left and Right walk, Enter or a click opens one and covers it again; Space pauses a film that is open.

    Args:
        waiting: said of a picture that has not come yet.
        covered: said of one that can be opened.
        film: stands in the place of the large picture while a film is open.

    Signals:
        opened: key of the picture that was opened.
        covered: none is open any more.
    """

    opened = Signal(str)
    covered = Signal()

    def __init__(self, waiting: str, covered: str, film: FilmPlayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting, self._covered = waiting, covered
        self.film = film
        film.setParent(self)
        film.hide()
        self._pictures: tuple[Picture, ...] = ()
        self._small: dict[str, QPixmap] = {}
        self._large: dict[str, QPixmap] = {}
        self._missing: dict[str, str] = {}
        self._open = ""
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fit()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self._pictures

    @property
    def current(self) -> int:
        """The one the keyboard is on."""
        return self._current

    @property
    def open_key(self) -> str:
        """The picture that is not covered; "" = all are."""
        return self._open

    def words(self, picture: Picture) -> str:
        """What stands on a picture; "" = the picture itself is seen."""
        if picture.key not in self._small:
            return self._missing.get(picture.key, self._waiting)
        return "" if picture.key == self._open else self._covered

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show these, what is new covered."""
        if tuple(pictures) == self._pictures:
            return
        self._pictures = tuple(pictures)
        keys = {one.key for one in pictures}
        for kept in (self._small, self._large):
            for key in kept.keys() - keys:
                del kept[key]
        self._missing = {key: why for key, why in self._missing.items() if key in keys}
        if self._open and self._open not in keys:
            self._open = ""
            self.covered.emit()
        self._current = min(self._current, max(0, len(pictures) - 1))
        self._fit()

    def set_small(self, key: str, content: bytes, broken: str) -> None:
        """The bytes of the small picture; `broken`: said when they are none."""
        self._keep(self._small, key, content, broken)

    def set_large(self, key: str, content: bytes, broken: str) -> None:
        self._keep(self._large, key, content, broken)

    def _keep(self, kept: dict[str, QPixmap], key: str, content: bytes, broken: str) -> None:
        if all(one.key != key for one in self._pictures):
            return
        pixmap = QPixmap()
        if pixmap.loadFromData(content):
            kept[key] = pixmap
        else:
            self._missing[key] = broken
        self.update()

    def set_missing(self, key: str, why: str) -> None:
        """It cannot be had."""
        self._missing[key] = why
        self.update()

    def toggle(self, number: int) -> None:
        """Open a picture, or cover it again."""
        if not 0 <= number < len(self._pictures):
            return
        self._current = number
        key = self._pictures[number].key
        self._open = "" if key == self._open else key
        if self._open:
            self.opened.emit(key)
        else:
            self.covered.emit()
        self._fit()

    # -- Qt ------------------------------------------------------------------------------------------------------

    def _columns(self) -> int:
        return max(1, (self.width() + GAP_PX) // (TILE.width() + GAP_PX))

    def _tiles_px(self) -> int:
        rows = -(-len(self._pictures) // self._columns())
        return rows * (TILE.height() + CAPTION_PX)

    @property
    def film_open(self) -> bool:
        return any(one.film and one.key == self._open for one in self._pictures)

    def _fit(self) -> None:
        self.film.setGeometry(0, self._tiles_px(), self.width(), LARGE_PX - GAP_PX)
        self.film.setVisible(self.film_open)
        self.setFixedHeight(max(1, self._tiles_px() + (LARGE_PX if self._open else 0)))
        self.setVisible(bool(self._pictures))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _tile(self, number: int) -> QRect:
        row, column = divmod(number, self._columns())
        x, y = column * (TILE.width() + GAP_PX), row * (TILE.height() + CAPTION_PX)
        return QRect(x, y, TILE.width(), TILE.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, picture in enumerate(self._pictures):
            tile = self._tile(number)
            painter.fillRect(tile, QColor(tokens.RAISED))
            self._paint_tile(painter, tile, picture)
            focused = self.hasFocus() and number == self._current
            painter.setPen(QColor(tokens.FOCUS if focused else tokens.LINE_STRONG))
            painter.drawRect(tile.adjusted(0, 0, -1, -1))
            caption = QRect(tile.x(), tile.bottom() + 1, tile.width(), CAPTION_PX)
            painter.setPen(QColor(tokens.TEXT_2))
            text = f"▶ {picture.caption}" if picture.film else picture.caption
            shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, caption.width())
            painter.drawText(caption, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        large = self._large.get(self._open, self._small.get(self._open))
        if large is not None and not self.film_open:
            _draw_whole(painter, QRect(0, self._tiles_px(), self.width(), LARGE_PX - GAP_PX), large)

    def _paint_tile(self, painter: QPainter, tile: QRect, picture: Picture) -> None:
        pixmap = self._small.get(picture.key)
        if pixmap is not None and picture.key == self._open:
            _draw_whole(painter, tile, pixmap)
        elif pixmap is not None:
            blurred = pixmap.scaled(BLUR, mode=Qt.TransformationMode.SmoothTransformation)
            painter.drawPixmap(tile, blurred)
            cover = QColor(tokens.WINDOW)
            cover.setAlpha(COVER_ALPHA)
            painter.fillRect(tile, cover)
        words = self.words(picture)
        if words:
            painter.setPen(QColor(tokens.TEXT_1))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(tile.adjusted(GAP_PX, GAP_PX, -GAP_PX, -GAP_PX), flags, words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number in range(len(self._pictures)):
            if self._tile(number).contains(event.position().toPoint()):
                self.toggle(number)
                return

    def event(self, event: QEvent) -> bool:
        """While a film is open, Space is its own before it is the room's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._of_film(event):
            event.accept()
            return True
        return super().event(event)

    def _of_film(self, event: QKeyEvent) -> bool:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right) if shifted else (Qt.Key.Key_Space,)
        return self.film_open and event.key() in keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._of_film(event):
            if event.key() == Qt.Key.Key_Space:
                self.film.toggle()
            else:
                self.film.step(STEP_MS if event.key() == Qt.Key.Key_Right else -STEP_MS)
            return
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self._pictures:
            self._current = (self._current + step) % len(self._pictures)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _draw_whole(painter: QPainter, area: QRect, pixmap: QPixmap) -> None:
    """All of it, as large as it fits, in the middle."""
    size = pixmap.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
    inside = QRect(0, 0, size.width(), size.height())
    inside.moveCenter(area.center())
    painter.drawPixmap(inside, pixmap)

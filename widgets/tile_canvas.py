"""The tile canvas: one widget for 1 to 64 live pictures. Knows no cameras: tiles have a key, a caption and a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from resources import tokens
from widgets.tile import Tile, TileContent
from widgets.tile_gestures import Gestures, dropped_key
from widgets.tile_layout import GRIDS, Box, boxes, neighbour
from widgets.tile_paint import COVERED, Caption, TilePainter
from widgets.tile_words import label_of

TICK_MS: Final = 20
"""Half of the shortest usual picture interval: pictures that come early or late still get a tick of their own."""
STATUS_EVERY_TICKS: Final = 10


class TileCanvas(QWidget):
    """Live pictures in a grid, each with its truth.

    Args:
        clock_text: the time of day of so many seconds ago, for "frozen since".
        wall: wall mode: larger type, no hints, nothing but name, age and state.

    Signals (tile indices):
        selected: another tile was selected.
        opened: double click or Enter; the canvas has already enlarged the tile or taken it back.
        dropped: (index, key, index it was dragged from or -1).
        cleared: Delete on a tile that shows something.
        snapshot_asked: Ctrl+S.
        looked_at: places, sizes or visibility changed.
    """

    selected = Signal(int)
    opened = Signal(int)
    dropped = Signal(int, str, int)
    cleared = Signal(int)
    snapshot_asked = Signal(int)
    looked_at = Signal()

    def __init__(
        self, clock_text: Callable[[float], str], *, wall: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._clock_text = clock_text
        self._wall = wall
        self._painter = TilePainter(wall=wall)
        self._grid_name = "4"
        self._tiles: list[Tile] = []
        self._current = 0
        self._large: int | None = None
        self._seen = False
        self._ticks = 0
        self._asked = QRegion()
        self._ground = QColor(tokens.LIVENESS_BACK)
        self._window: QWidget | None = None
        self.gestures = Gestures(self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMinimumSize(160, 90)
        self.setAccessibleName(self.tr("Camera wall"))
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.set_grid("4")

    # -- what is shown --

    @property
    def grid_name(self) -> str:
        return self._grid_name

    @property
    def tiles(self) -> list[Tile]:
        """The tiles of the grid, in order. Change them through the canvas."""
        return self._tiles

    @property
    def current(self) -> int:
        """Index of the selected tile."""
        return self._current

    @property
    def enlarged(self) -> int | None:
        """Index of the tile that fills the canvas, None in the grid."""
        return self._large

    @property
    def wall(self) -> bool:
        return self._wall

    def set_wall(self, wall: bool) -> None:
        self._wall = wall
        self._painter = TilePainter(wall=wall)
        self._arrange()

    def set_grid(self, name: str) -> list[TileContent]:
        """Change the layout. Contents keep their order; those without a place are returned, still open.

        Raises:
            KeyError: there is no such layout (widgets/tile_layout.py GRIDS).
        """
        count = GRIDS[name].tiles
        self._grid_name = name
        self._large = None
        contents = [tile.content for tile in self._tiles]
        self._tiles = self._tiles[:count] + [Tile() for _ in range(count - len(self._tiles))]
        self._current = min(self._current, count - 1)
        self._arrange()
        return [content for content in contents[count:] if content is not None]

    def set_content(self, index: int, content: TileContent | None) -> TileContent | None:
        """Put something into a tile; what was there is returned, still open."""
        tile = self._tiles[index]
        before = tile.content
        fresh = Tile(place=tile.place, content=content)
        self._tiles[index] = fresh
        self._attend(index, fresh)
        self._judge(fresh)
        self.update(tile.place)
        return before

    def set_caption(self, index: int, caption: Caption) -> None:
        """Another name, mark or severity for what a tile shows."""
        tile = self._tiles[index]
        if tile.content is not None and tile.content.caption != caption:
            tile.content.caption = caption
            self.update(tile.place)

    def select(self, index: int) -> None:
        if 0 <= index < len(self._tiles) and index != self._current:
            self.update(self._tiles[self._current].place)
            self._current = index
            self.update(self._tiles[index].place)
            self.selected.emit(index)

    def enlarge(self, index: int | None) -> None:
        """Let one tile fill the canvas (its source is asked for the main stream), or go back to the grid."""
        if index == self._large or (index is not None and self._tiles[index].content is None):
            return
        self._large = index
        self._arrange()

    def snapshot(self, index: int) -> QImage | None:
        """A copy of the picture as it came, without caption; None where there is none."""
        content = self._tiles[index].content
        image = content.source.image() if content is not None and content.source is not None else None
        return None if image is None else image.copy()

    def visible_tiles(self) -> Iterator[tuple[int, Tile]]:
        """Tiles that have a place now: all of the grid, or the enlarged one."""
        for index, tile in enumerate(self._tiles):
            if self._large is None or index == self._large:
                yield index, tile

    def index_at(self, point: QPointF) -> int:
        """The tile under a point of the canvas, -1 for none."""
        spot = point.toPoint()
        return next((index for index, tile in self.visible_tiles() if tile.place.contains(spot)), -1)

    def move_selection(self, across: int, down: int) -> None:
        """Selection to the next tile in a direction."""
        places = [_box(tile.place) for tile in self._tiles]
        if self._large is None:
            self.select(neighbour(places, self._current, across, down))

    def zoomed(self, index: int) -> None:
        """The tile's zoom or piece was changed: ask for the pixels it needs now and repaint."""
        self._attend(index, self._tiles[index])
        self.update(self._tiles[index].place)

    def toggle_large(self, index: int) -> None:
        """Enlarge a tile or take it back, as Enter and a double click do."""
        self.enlarge(None if self._large is not None else index)
        self.opened.emit(index)

    # -- when --

    def _tick(self) -> None:
        """Repaint what has a new picture; a few times a second, ask every source whether it is still true."""
        self._ticks += 1
        judging = self._ticks % STATUS_EVERY_TICKS == 0
        dirty, whole_tiles = QRegion(), False
        for _, tile in self.visible_tiles():
            content = tile.content
            if content is None or content.source is None:
                continue
            sequence = content.source.sequence
            if sequence != tile.sequence:
                whole = tile.status.state in COVERED or tile.drawn.isEmpty()
                tile.sequence = sequence
                if whole:
                    self._judge(tile)
                dirty += tile.place if whole else tile.drawn
                whole_tiles |= whole
            if judging and self._judge(tile):
                dirty += tile.place
                whole_tiles = True
        if not dirty.isEmpty():
            self._asked = QRegion() if whole_tiles else dirty
            self.update(dirty)

    def _judge(self, tile: Tile) -> bool:
        """Whether what the tile says has changed."""
        if tile.content is None or tile.content.source is None:
            return False
        status = tile.content.source.status()
        label = label_of(status, self._clock_text)
        changed = label != tile.label or status.state != tile.status.state
        tile.status, tile.label = status, label
        return changed

    # -- where --

    def _arrange(self) -> None:
        places = boxes(GRIDS[self._grid_name], self.width(), self.height())
        for index, (tile, box) in enumerate(zip(self._tiles, places, strict=True)):
            whole = self.rect() if index == self._large else None
            tile.place = whole or QRect(box.left, box.top, box.width, box.height)
            tile.drawn, tile.fit = QRect(), None
            self._attend(index, tile)
        self.update()
        self.looked_at.emit()

    def _attend(self, index: int, tile: Tile) -> None:
        """Tell the source how large it is seen, or that it is not seen at all."""
        if tile.content is None or tile.content.source is None:
            return
        source = tile.content.source
        if self._seen and (self._large is None or self._large == index):
            closer = tile.zoom > 1.5 or self._large == index
            source.resize(tile.wanted_px(self.devicePixelRatioF()), "main" if closer else "auto")
            source.resume()
        else:
            source.pause()

    def _set_seen(self, seen: bool) -> None:
        if seen != self._seen:
            self._seen = seen
            if seen:
                self._timer.start()
            else:
                self._timer.stop()
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window was minimised or came back."""
        if event.type() == QEvent.Type.WindowStateChange and watched is self._window:
            self._set_seen(self.isVisible() and not self.window().isMinimized())
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._window is not self.window():
            if self._window is not None:
                self._window.removeEventFilter(self)
            self._window = self.window()
            self._window.installEventFilter(self)
        self._set_seen(not self.window().isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_seen(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    # -- how it looks --

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        region = event.region()
        # Exactly the pictures that the tick found new: nothing else can have been uncovered.
        pictures_only = region == self._asked
        self._asked = QRegion()
        if event.rect() == self.rect() and not pictures_only:
            painter.fillRect(self.rect(), QColor(tokens.WINDOW))
        ratio = self.devicePixelRatioF()
        for index, tile in self.visible_tiles():
            if region.intersects(tile.place):
                self._paint_tile(painter, index, tile, ratio, pictures_only=pictures_only)
        painter.end()

    def _paint_tile(self, painter: QPainter, index: int, tile: Tile, ratio: float, *, pictures_only: bool) -> None:
        content = tile.content
        if content is None:
            painter.fillRect(tile.place, QColor(tokens.PANEL))
            if not self._wall:
                self._painter.hint(painter, tile.place, self.tr("Drag a camera here"))
        else:
            self._paint_content(painter, tile, content, ratio, pictures_only=pictures_only)
        if content is not None and content.caption.priority:
            self._painter.border(painter, tile.place, tokens.severity(content.caption.priority), 3)
        if index == self._current and not self._wall and len(self._tiles) > 1:
            # Inside the severity's border: both can be seen.
            inset = 3 if content is not None and content.caption.priority else 0
            self._painter.border(painter, tile.place.adjusted(inset, inset, -inset, -inset), tokens.FOCUS, 2)

    def _places(self, tile: Tile, image: QImage | None, ratio: float) -> tuple[QRect, list[QRect]]:
        """Where the picture stands and what it leaves free; kept, because it is asked a thousand times a second."""
        if image is None:
            return QRect(), [tile.place]
        width, height = image.width(), image.height()
        if tile.fit is None or tile.fit[:2] != (width, height):
            place = _fitted(image, tile.place, ratio, self._painter.caption_px)
            tile.fit = (width, height, place, _around(tile.place, place))
        return tile.fit[2], tile.fit[3]

    def _paint_content(
        self, painter: QPainter, tile: Tile, content: TileContent, ratio: float, *, pictures_only: bool
    ) -> None:
        image = None if content.source is None else content.source.image()
        place, bars = self._places(tile, image, ratio)
        # Only what the picture leaves free: painting the ground under a picture would cost a second blit.
        if not pictures_only:
            for bar in bars:
                painter.fillRect(bar, self._ground)
        if image is not None:
            self._painter.picture(painter, image, place, tile.part(image.width(), image.height()), ratio)
        tile.drawn = place
        covered = tile.status.state in COVERED
        if covered:
            self._painter.cover(painter, tile.place)
        painter.drawPixmap(tile.place.topLeft(), self._painter.caption(content.caption, tile.place.width(), ratio))
        if tile.label.condition or tile.label.reason:
            self._painter.label(painter, tile.place, tile.label, centred=covered)

    # -- hands --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.gestures.key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if index >= 0:
            self.select(index)
            self.toggle_large(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.gestures.wheel(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_key(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.index_at(event.position())
        key = dropped_key(event.mimeData())
        if index >= 0 and key:
            event.acceptProposedAction()
            self.dropped.emit(index, key, self.gestures.dragged_from(event.mimeData()))


def _box(place: QRect) -> Box:
    return Box(place.left(), place.top(), place.width(), place.height())


def _around(tile: QRect, picture: QRect) -> list[QRect]:
    """What of a tile its picture leaves free: bars at two sides, or all of it."""
    if picture.isEmpty():
        return [tile]
    bars = [
        QRect(tile.left(), tile.top(), tile.width(), picture.top() - tile.top()),
        QRect(tile.left(), picture.bottom() + 1, tile.width(), tile.bottom() - picture.bottom()),
        QRect(tile.left(), picture.top(), picture.left() - tile.left(), picture.height()),
        QRect(picture.right() + 1, picture.top(), tile.right() - picture.right(), picture.height()),
    ]
    return [bar for bar in bars if not bar.isEmpty()]


def _fitted(image: QImage, tile: QRect, ratio: float, caption_px: int) -> QRect:
    """Where a picture of this shape stands in a tile: as large as possible, its shape kept.

    In the middle, but where there is room above or below, the caption gets it rather than the picture's upper edge.
    """
    width, height = image.width() / ratio, image.height() / ratio
    scale = min(tile.width() / width, tile.height() / height)
    if 0.98 <= scale <= 1.02:
        scale = 1.0  # made for this tile, short of the odd pixel
    size = QSize(round(width * scale), round(height * scale))
    room_px = tile.height() - size.height()
    return QRect(
        tile.left() + (tile.width() - size.width()) // 2, tile.top() + max(room_px // 2, min(room_px, caption_px)),
        size.width(), size.height(),
    )  # fmt: skip

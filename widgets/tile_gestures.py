"""Hands on a tile canvas: keys, zoom, pan, and dragging tiles about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QMimeData, QPointF, Qt
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from widgets.tile import ZOOM_STEP, Tile

if TYPE_CHECKING:
    from widgets.tile_canvas import TileCanvas

KEY_MIME: Final = "application/x-trucban-camera"
TILE_MIME: Final = "application/x-trucban-tile"

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
PAN_STEP: Final = 0.15


def mime_for(key: str) -> QMimeData:
    """What is dragged for the thing with this key."""
    mime = QMimeData()
    mime.setData(KEY_MIME, QByteArray(key.encode()))
    return mime


def dropped_key(mime: QMimeData) -> str:
    """The key of what is dragged, "" when it is nothing for a tile."""
    return bytes(mime.data(KEY_MIME).data()).decode(errors="replace") if mime.hasFormat(KEY_MIME) else ""


class Gestures:
    """Turns events of one canvas into calls on it."""

    def __init__(self, canvas: TileCanvas) -> None:
        self._canvas = canvas
        self._pressed: QPointF | None = None
        self._pressed_index = -1
        self._panning = False

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        canvas = self._canvas
        index, tile = canvas.current, canvas.tiles[canvas.current]
        key = Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_S:
                canvas.snapshot_asked.emit(index)
            return key == Qt.Key.Key_S
        if key in _ARROWS:
            self._arrow(index, tile, *_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            canvas.toggle_large(index)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(index, tile, 1 / ZOOM_STEP if key == Qt.Key.Key_Minus else ZOOM_STEP, None)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and tile.content is not None:
            canvas.cleared.emit(index)
        elif key == Qt.Key.Key_Escape:
            return self._back(index, tile)
        else:
            return False
        return True

    def press(self, event: QMouseEvent) -> None:
        self._pressed_index = self._canvas.index_at(event.position())
        if self._pressed_index < 0:
            return
        self._canvas.select(self._pressed_index)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._panning = self._canvas.tiles[self._pressed_index].zoom > 1.0

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        way = event.position() - self._pressed
        tile = self._canvas.tiles[self._pressed_index]
        if self._panning:
            shown = tile.drawn.size()
            if not shown.isEmpty():
                step = QPointF(way.x() / (shown.width() * tile.zoom), way.y() / (shown.height() * tile.zoom))
                tile.move_centre(tile.centre - step)
                self._pressed = event.position()
                self._canvas.update(tile.place)
        elif way.manhattanLength() >= QApplication.startDragDistance() and tile.content is not None:
            self._pressed = None
            self._drag(tile.content.key, self._pressed_index)

    def release(self, event: QMouseEvent) -> None:
        self._pressed = None
        self._panning = False

    def wheel(self, event: QWheelEvent) -> None:
        index = self._canvas.index_at(event.position())
        if index < 0 or not event.angleDelta().y():
            event.ignore()
            return
        tile = self._canvas.tiles[index]
        steps = event.angleDelta().y() / 120
        self._zoom(index, tile, ZOOM_STEP**steps, _spot(tile, event.position()))

    def dragged_from(self, mime: QMimeData) -> int:
        """The tile of this canvas a drag began on, -1 for anything else."""
        if not mime.hasFormat(TILE_MIME):
            return -1
        owner, _, index = bytes(mime.data(TILE_MIME).data()).decode(errors="replace").partition(":")
        if owner != str(id(self._canvas)) or not index.isdecimal():
            return -1
        return int(index) if int(index) < len(self._canvas.tiles) else -1

    def mime_of_tile(self, index: int) -> QMimeData:
        """What is dragged when the tile `index` is."""
        content = self._canvas.tiles[index].content
        mime = mime_for("" if content is None else content.key)
        mime.setData(TILE_MIME, QByteArray(f"{id(self._canvas)}:{index}".encode()))
        return mime

    def _drag(self, key: str, index: int) -> None:
        drag = QDrag(self._canvas)
        drag.setMimeData(self.mime_of_tile(index))
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction)

    def _arrow(self, index: int, tile: Tile, across: int, down: int) -> None:
        if tile.zoom > 1.0:
            tile.move_centre(tile.centre + QPointF(across * PAN_STEP / tile.zoom, down * PAN_STEP / tile.zoom))
            self._canvas.update(tile.place)
        else:
            self._canvas.move_selection(across, down)

    def _zoom(self, index: int, tile: Tile, factor: float, towards: QPointF | None) -> None:
        if tile.content is not None:
            tile.zoom_by(factor, towards)
            self._canvas.zoomed(index)

    def _back(self, index: int, tile: Tile) -> bool:
        """Esc: first out of the zoom, then out of the large picture."""
        if tile.zoom > 1.0:
            self._zoom(index, tile, 0.0, None)
        elif self._canvas.enlarged is not None:
            self._canvas.enlarge(None)
        else:
            return False
        return True


def _spot(tile: Tile, point: QPointF) -> QPointF | None:
    """Where in the whole picture (0..1) a point of the canvas lies."""
    shown = tile.drawn
    if shown.isEmpty():
        return None
    across = (point.x() - shown.left()) / shown.width() - 0.5
    down = (point.y() - shown.top()) / shown.height() - 0.5
    return QPointF(tile.centre.x() + across / tile.zoom, tile.centre.y() + down / tile.zoom)

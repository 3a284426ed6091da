"""Icons of the transport: one grid of 16, one weight, drawn here so that no font decides how they look."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from resources import tokens

Glyph = Literal[
    "previous", "next", "frame_back", "frame_forward", "reverse", "play", "pause", "bookmark", "note", "debrief",
    "mark_in", "mark_out", "clear",
]  # fmt: skip
GRID: Final = 16
_LEFT: Final = ((11.0, 3.0), (11.0, 13.0), (4.0, 8.0))
_RIGHT: Final = ((5.0, 3.0), (5.0, 13.0), (12.0, 8.0))

Points = tuple[tuple[float, float], ...]
_FILLED: Final[dict[str, tuple[Points, ...]]] = {
    "previous": (((12.0, 3.0), (12.0, 13.0), (5.0, 8.0)), ((3.0, 3.0), (4.6, 3.0), (4.6, 13.0), (3.0, 13.0))),
    "next": (((4.0, 3.0), (4.0, 13.0), (11.0, 8.0)), ((11.4, 3.0), (13.0, 3.0), (13.0, 13.0), (11.4, 13.0))),
    "reverse": (_LEFT,),
    "play": (_RIGHT,),
    "pause": (
        ((4.5, 3.0), (7.0, 3.0), (7.0, 13.0), (4.5, 13.0)),
        ((9.0, 3.0), (11.5, 3.0), (11.5, 13.0), (9.0, 13.0)),
    ),
    "bookmark": (((4.5, 2.5), (11.5, 2.5), (11.5, 13.5), (8.0, 10.0), (4.5, 13.5)),),
}
_LINES: Final[dict[str, tuple[Points, ...]]] = {
    "frame_back": (((9.5, 3.5), (5.0, 8.0), (9.5, 12.5)), ((12.0, 3.5), (12.0, 12.5))),
    "frame_forward": (((6.5, 3.5), (11.0, 8.0), (6.5, 12.5)), ((4.0, 3.5), (4.0, 12.5))),
    "note": (
        ((3.5, 2.5), (12.5, 2.5), (12.5, 13.5), (3.5, 13.5), (3.5, 2.5)),
        ((6.0, 5.8), (10.0, 5.8)),
        ((6.0, 8.2), (10.0, 8.2)),
        ((6.0, 10.6), (10.0, 10.6)),
    ),
    "debrief": (((4.0, 2.0), (4.0, 14.0)), ((4.0, 3.0), (12.5, 6.2), (4.0, 9.4))),
    "mark_in": (((10.0, 3.0), (6.0, 3.0), (6.0, 13.0), (10.0, 13.0)),),
    "mark_out": (((6.0, 3.0), (10.0, 3.0), (10.0, 13.0), (6.0, 13.0)),),
    "clear": (((4.5, 4.5), (11.5, 11.5)), ((11.5, 4.5), (4.5, 11.5))),
}


def transport_icon(glyph: Glyph, ratio: float = 2.0) -> QIcon:
    """The icon in the text's colour, grey when its button cannot be pressed. `ratio`: device pixels in one."""
    icon = QIcon()
    icon.addPixmap(_picture(glyph, tokens.TEXT_1, ratio), QIcon.Mode.Normal)
    icon.addPixmap(_picture(glyph, tokens.LINE_STRONG, ratio), QIcon.Mode.Disabled)
    return icon


def _picture(glyph: Glyph, colour: str, ratio: float) -> QPixmap:
    picture = QPixmap(round(GRID * ratio), round(GRID * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(0, 0, GRID, GRID))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    for shape in _FILLED.get(glyph, ()):
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in shape]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    for line in _LINES.get(glyph, ()):
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))
    painter.end()
    return picture

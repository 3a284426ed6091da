"""How a timeline looks: lanes of grey bars, hatched gaps, flags, the marked span, the head, the edge of the present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from resources import tokens
from widgets.chart_strip import chart_font
from widgets.timeline_episodes import EPISODES_PX
from widgets.timeline_episodes import draw as draw_episodes
from widgets.timeline_episodes import draw_notice as draw_episodes_notice
from widgets.timeline_scale import Scale, clusters, date_text, instant_text, ruler
from widgets.timeline_types import Contents, Flag, FlagKind

GUTTER_PX: Final = 120
RULER_PX: Final = 24
FLAGS_PX: Final = 18
LANE_PX: Final = 16
GAPS_PX: Final = 16
FOOT_PX: Final = 14
"""Below the lanes, for the handles of the marked span."""

BAR_LEAST_PX: Final = 2.0
GAP_LEAST_PX: Final = 2.0
HANDLE_PX: Final = 12

_ALERT_BAR: Final = tokens.mixed(tokens.P2, tokens.PANEL, 0.85)
_BAR: Final = tokens.mixed(tokens.TEXT_2, tokens.PANEL, 0.7)
_GROUND: Final = tokens.mixed(tokens.WINDOW, tokens.PANEL, 0.5)
_UNKNOWN: Final = tokens.mixed(tokens.RAISED, tokens.PANEL, 0.6)

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows lie, from the top, logical pixels."""

    lanes: int
    episodes: bool = False

    @property
    def flags_top(self) -> int:
        return RULER_PX

    @property
    def lanes_top(self) -> int:
        return RULER_PX + FLAGS_PX

    def lane_top(self, number: int) -> int:
        return self.lanes_top + number * LANE_PX

    @property
    def episodes_top(self) -> int:
        return self.lane_top(self.lanes)

    @property
    def gaps_top(self) -> int:
        return self.episodes_top + (EPISODES_PX if self.episodes else 0)

    @property
    def bottom(self) -> int:
        return self.gaps_top + GAPS_PX

    @property
    def height(self) -> int:
        return self.bottom + FOOT_PX


class TimelinePainter:
    """Fonts, colours and shapes. GUI thread only."""

    def __init__(self) -> None:
        self._small = chart_font(tokens.SMALL_PX)
        self._strong = chart_font(tokens.SMALL_PX, QFont.Weight.DemiBold)
        self._metrics = QFontMetricsF(self._small)
        self._strong_metrics = QFontMetricsF(self._strong)
        # Measured with the widest figures there are: the label must not tremble while time goes on.
        self.head_label_px = self._strong_metrics.horizontalAdvance("00:00:00,000 · 00/00") + 14
        self._hatches: dict[tuple[str, str, float], QBrush] = {}
        self._labels: list[QRectF] = []

    # -- what changes seldom ---------------------------------------------------------------------------------------

    def still(self, contents: Contents, scale: Scale, rows: Rows, width_px: int) -> QPixmap:
        """Everything but head, pointer, edge and marked span, as one picture."""
        picture = QPixmap(round(width_px * scale.ratio), round(rows.height * scale.ratio))
        picture.setDevicePixelRatio(scale.ratio)
        picture.fill(QColor(tokens.PANEL))
        painter = QPainter(picture)
        painter.setFont(self._small)
        plot = QRectF(scale.left_px, 0, scale.width_px, rows.height)
        painter.fillRect(plot.adjusted(0, RULER_PX, 0, -FOOT_PX), QColor(_GROUND))
        painter.save()
        painter.setClipRect(plot)
        self._unknown(painter, contents, scale, rows)
        self._ruler(painter, contents, scale, rows)
        self._lanes(painter, contents, scale, rows)
        draw_episodes(painter, contents, scale, rows.episodes_top, self._small)
        self._gaps(painter, contents, scale, rows)
        self._flags(painter, contents.flags, scale, rows)
        painter.restore()
        self._gutter(painter, contents, scale, rows)
        painter.end()
        return picture

    def _unknown(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        """Time whose counts are not here yet looks unlike time in which nothing happened."""
        density, view = contents.density, scale.view
        known = (density.start_ms, density.end_ms) if density is not None else (view.end_ms, view.end_ms)
        for start_ms, end_ms in ((view.start_ms, known[0]), (known[1], view.end_ms)):
            left, right = scale.x(max(start_ms, view.start_ms)), scale.x(min(end_ms, view.end_ms))
            if right > left:
                for top, bottom in ((rows.lanes_top, rows.episodes_top), (rows.gaps_top, rows.bottom)):
                    painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor(_UNKNOWN))

    def _ruler(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        one = 1 / scale.ratio
        formats = contents.formats
        self._labels.clear()
        for mark in ruler(scale.view, scale.width_px, formats.utc_offset_min, formats.decimal):
            x = scale.x(mark.at_ms)
            tall = bool(mark.label)
            painter.fillRect(
                QRectF(x, RULER_PX - (6 if tall else 3), one, 6 if tall else 3), QColor(tokens.LINE_STRONG)
            )
            if not tall:
                continue
            painter.fillRect(
                QRectF(x, rows.lanes_top, one, rows.bottom - rows.lanes_top),
                QColor(tokens.LINE if mark.strong else tokens.GRID),
            )
            half = self._strong_metrics.horizontalAdvance(mark.label) / 2
            if x - half < scale.left_px or x + half > scale.right_px:
                continue  # half a time is a wrong time
            painter.setFont(self._strong if mark.strong else self._small)
            painter.setPen(QColor(tokens.TEXT_1 if mark.strong else tokens.TEXT_2))
            painter.drawText(QRectF(x - 45, 0, 90, RULER_PX - 6), Qt.AlignmentFlag.AlignCenter, mark.label)
            self._labels.append(QRectF(x - half - 2, 0, 2 * half + 4, RULER_PX - 6))
        painter.setFont(self._small)

    def _lanes(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        density = contents.density
        for number, lane in enumerate(contents.lanes):
            top = rows.lane_top(number)
            painter.fillRect(
                QRectF(scale.left_px, top + LANE_PX - 1, scale.width_px, 1 / scale.ratio), QColor(tokens.GRID)
            )
            counts = density.counts.get(lane.key) if density is not None else None
            if density is not None and counts is not None and len(counts):
                bars = bar_rects(counts, density.start_ms, density.bucket_ms, scale, top + 1, LANE_PX - 3)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(_ALERT_BAR if lane.urgent else _BAR))
                painter.drawRects(bars)

    def _gaps(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        top, height = rows.gaps_top + 3, GAPS_PX - 6
        hatch = self._hatch(tokens.TEXT_2, tokens.LIVENESS_BACK, scale.ratio)
        for start_ms, end_ms in contents.no_recording:
            if end_ms < scale.view.start_ms or start_ms > scale.view.end_ms:
                continue
            left = scale.x(max(start_ms, scale.view.start_ms))
            right = max(scale.x(min(end_ms, scale.view.end_ms)), left + GAP_LEAST_PX)
            part = QRectF(left, top, right - left, height)
            painter.fillRect(part, hatch if part.width() > 3 else QColor(tokens.TEXT_2))
        painter.fillRect(
            QRectF(scale.left_px, rows.bottom - 1 / scale.ratio, scale.width_px, 1 / scale.ratio), QColor(tokens.LINE)
        )

    def _flags(self, painter: QPainter, flags: Sequence[Flag], scale: Scale, rows: Rows) -> None:
        for flag in flags:
            if flag.kind == "span" and flag.end_ms is not None:
                left, right = scale.x(flag.at_ms), scale.x(flag.end_ms)
                left, right = max(left, scale.left_px - 4), min(right, scale.right_px + 4)
                if right > left:
                    painter.setPen(QPen(QColor(tokens.TEXT_2), 1))
                    painter.setBrush(Qt.BrushStyle.NoBrush if flag.pending else QBrush(QColor(tokens.LINE_STRONG)))
                    painter.drawRect(QRectF(left, rows.flags_top + 12, right - left, 3))
        for x, group in clusters(flags, scale):
            self.flag(painter, group[0].kind, x, rows.flags_top, pending=all(each.pending for each in group))
            if len(group) > 1:
                painter.setFont(self._strong)
                painter.setPen(QColor(tokens.TEXT_1))
                box = QRectF(x + 7, rows.flags_top, 24, FLAGS_PX)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, str(len(group)))
                painter.setFont(self._small)

    def flag(self, painter: QPainter, kind: FlagKind, x: float, top: float, pending: bool) -> None:
        """One shape a kind: ribbon, page, pennant, bracket. Hollow while it is not there yet."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(x, top + 2)
        ink = QColor(tokens.TEXT_1)
        pen = QPen(ink, 1.2)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush if pending else QBrush(ink))
        painter.drawPolygon(QPolygonF(_SHAPES[kind]))
        if kind == "note" and not pending:
            painter.setPen(QPen(QColor(tokens.DARK_GLYPH), 1))
            for y in (4.0, 6.5, 9.0):
                painter.drawLine(QLineF(-2.5, y, 2.5, y))
        if kind == "debrief":
            painter.drawLine(QLineF(-4, 0.5, -4, 14))
        painter.restore()

    def _gutter(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        painter.fillRect(QRectF(0, 0, scale.left_px, rows.height), QColor(tokens.PANEL))
        painter.setFont(self._small)
        room = scale.left_px - 16
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

        def name(text: str, top: float, height: float, colour: str = tokens.TEXT_2) -> None:
            painter.setPen(QColor(colour))
            elided = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(8, top, room, height), right, elided)

        name(date_text(scale.view.start_ms, contents.formats.utc_offset_min), 0, RULER_PX - 4, tokens.TEXT_1)
        name(translate("Timeline", "Marks"), rows.flags_top, FLAGS_PX)
        for number, lane in enumerate(contents.lanes):
            name(lane.name, rows.lane_top(number), LANE_PX)
        if contents.episodes is not None:
            name(contents.episodes.name, rows.episodes_top, EPISODES_PX)
        name(translate("Timeline", "Gaps"), rows.gaps_top, GAPS_PX)
        painter.fillRect(QRectF(scale.left_px - 1, RULER_PX, 1, rows.bottom - RULER_PX), QColor(tokens.LINE))

    def notice(self, painter: QPainter, contents: Contents, scale: Scale, rows: Rows) -> None:
        """A sentence over everything, in the middle of the lanes; that of the episodes stands in their own."""
        draw_episodes_notice(painter, contents, scale, rows.episodes_top, self._small)
        text = contents.notice or (translate("Timeline", "Loading…") if contents.loading else "")
        if not text:
            return
        area = QRectF(scale.left_px, rows.lanes_top, scale.width_px, rows.episodes_top - rows.lanes_top)
        painter.setFont(self._small)
        text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, area.width() - 40))
        box = QRectF(0, 0, self._metrics.horizontalAdvance(text) + 24, self._metrics.height() + 8)
        box.moveCenter(area.center())
        painter.fillRect(box, QColor(tokens.RAISED))
        painter.setPen(QColor(tokens.TEXT_1 if contents.notice else tokens.TEXT_2))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # -- what moves ------------------------------------------------------------------------------------------------

    def before_first(self, painter: QPainter, scale: Scale, rows: Rows, first_ms: int, silent: bool) -> None:
        """Nothing was kept before the first instant. `silent`: something else says so."""
        right = min(scale.x(first_ms), scale.right_px)
        if first_ms and right > scale.left_px:
            part = QRectF(scale.left_px, rows.flags_top, right - scale.left_px, rows.bottom - rows.flags_top)
            painter.fillRect(part, QColor(tokens.WINDOW))
            painter.fillRect(QRectF(right - 1, rows.flags_top, 1, part.height()), QColor(tokens.LINE_STRONG))
            if not silent:
                self._words_in(painter, part, translate("Timeline", "not recorded"))

    def future(self, painter: QPainter, scale: Scale, rows: Rows, edge_ms: int, words: str) -> None:
        """What has not happened yet is hatched; at its border stands how far it is from now."""
        left = max(scale.x(edge_ms), scale.left_px)
        if left >= scale.right_px:
            return
        part = QRectF(left, rows.flags_top, scale.right_px - left, rows.bottom - rows.flags_top)
        painter.fillRect(part, self._hatch(tokens.LINE, tokens.WINDOW, scale.ratio))
        painter.fillRect(QRectF(left, rows.flags_top, 2, part.height()), QColor(tokens.TEXT_2))
        width = self._metrics.horizontalAdvance(words) + 12
        box = QRectF(left + 2, rows.episodes_top - LANE_PX, width, LANE_PX)
        if box.right() > scale.right_px:
            box.moveRight(left)
        painter.setFont(self._small)
        painter.fillRect(box, QColor(tokens.RAISED))
        painter.setPen(QColor(tokens.TEXT_1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def span(self, painter: QPainter, scale: Scale, rows: Rows, contents: Contents, held: str) -> None:
        """The marked span: a light over the lanes and a handle at either end. `held`: "in", "out" or ""."""
        in_ms, out_ms = contents.in_ms, contents.out_ms
        if in_ms is not None and out_ms is not None:
            left = min(max(scale.x(in_ms), scale.left_px), scale.right_px)
            right = min(max(scale.x(out_ms), scale.left_px), scale.right_px)
            light = QColor(tokens.TEXT_1)
            light.setAlpha(30)
            painter.fillRect(QRectF(left, rows.flags_top, right - left, rows.bottom - rows.flags_top), light)
        for at_ms, letter in ((in_ms, "in"), (out_ms, "out")):
            if at_ms is not None and scale.view.start_ms <= at_ms <= scale.view.end_ms:
                self._handle(painter, scale.x(at_ms), rows, letter, letter == held)

    def _handle(self, painter: QPainter, x: float, rows: Rows, which: str, held: bool) -> None:
        ink = QColor(tokens.FOCUS if held else tokens.TEXT_2)
        painter.fillRect(QRectF(x - 0.5, rows.flags_top, 1.5, rows.height - rows.flags_top), ink)
        box = handle_rect(x, rows, which)
        painter.fillRect(box, ink)
        painter.setFont(self._strong)
        painter.setPen(QColor(tokens.DARK_GLYPH))
        painter.drawText(box.adjusted(0, -1, 0, 1), Qt.AlignmentFlag.AlignCenter, "I" if which == "in" else "O")
        painter.setFont(self._small)

    def head_rect(self, x: float, scale: Scale) -> QRectF:
        """Where the head's label stands: centred over it, inside the plot."""
        box = QRectF(0, 1, self.head_label_px, RULER_PX - 3)
        box.moveLeft(min(max(x - box.width() / 2, scale.left_px), scale.right_px - box.width()))
        return box

    def head(self, painter: QPainter, scale: Scale, rows: Rows, at_ms: int, contents: Contents) -> None:
        if not scale.view.start_ms <= at_ms <= scale.view.end_ms:
            return
        x = scale.x(at_ms)
        painter.fillRect(QRectF(x - 1, RULER_PX - 2, 2, rows.bottom - RULER_PX + 2), QColor(tokens.FOCUS))
        box = self.head_rect(x, scale)
        self._clear_for(painter, box)
        painter.fillRect(box, QColor(tokens.REPLAY))
        painter.setFont(self._strong)
        painter.setPen(QColor(tokens.LIVENESS_INK))
        text = instant_text(at_ms, contents.formats.utc_offset_min, contents.formats.decimal)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(self._small)

    def hover(self, painter: QPainter, scale: Scale, rows: Rows, x: float, head_x: float, contents: Contents) -> None:
        """The pointer's instant; its label gives way to the head's."""
        pen = QPen(QColor(tokens.TEXT_3), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QLineF(x, RULER_PX, x, rows.bottom))
        box = self.hover_rect(x, head_x, scale)
        self._clear_for(painter, box)
        painter.fillRect(box, QColor(tokens.RAISED))
        painter.setPen(QColor(tokens.LINE_STRONG))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(QColor(tokens.TEXT_1))
        text = instant_text(scale.at_ms(x), contents.formats.utc_offset_min, contents.formats.decimal)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _clear_for(self, painter: QPainter, box: QRectF) -> None:
        """A time of the ruler that would be half hidden is hidden whole."""
        for label in self._labels:
            if label.intersects(box):
                painter.fillRect(label, QColor(tokens.PANEL))

    def hover_rect(self, x: float, head_x: float, scale: Scale) -> QRectF:
        box, head = self.head_rect(x, scale), self.head_rect(head_x, scale)
        if scale.left_px <= head_x <= scale.right_px and box.intersects(head):
            if x >= head_x and head.right() + box.width() + 2 <= scale.right_px:
                box.moveLeft(head.right() + 2)
            elif head.left() - box.width() - 2 >= scale.left_px:
                box.moveRight(head.left() - 2)
            else:
                box.moveLeft(head.right() + 2)
        return box

    def _words_in(self, painter: QPainter, part: QRectF, words: str) -> None:
        if part.width() > self._metrics.horizontalAdvance(words) + 16:
            painter.setFont(self._small)
            painter.setPen(QColor(tokens.TEXT_3))
            painter.drawText(part, Qt.AlignmentFlag.AlignCenter, words)

    def _hatch(self, ink: str, ground: str, ratio: float) -> QBrush:
        key = (ink, ground, ratio)
        brush = self._hatches.get(key)
        if brush is None:
            step = 6
            tile = QPixmap(round(step * ratio), round(step * ratio))
            tile.setDevicePixelRatio(ratio)
            tile.fill(QColor(ground))
            painter = QPainter(tile)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(ink), 1.4))
            for shift in (-step, 0, step):
                painter.drawLine(QLineF(shift - 1, step + 1, shift + step + 1, -1))
            painter.end()
            brush = self._hatches[key] = QBrush(tile)
        return brush


def handle_rect(x: float, rows: Rows, which: str) -> QRectF:
    """The part of a handle that is taken hold of: outside the span it bounds."""
    left = x - HANDLE_PX if which == "in" else x
    return QRectF(left, rows.bottom, HANDLE_PX, FOOT_PX - 1)


def bar_rects(
    counts: NDArray[np.int64], start_ms: int, bucket_ms: int, scale: Scale, top: float, height: float
) -> list[QRectF]:
    """Bars of one lane inside the view, the tallest as high as the lane, none lower than can be seen."""
    view = scale.view
    begins_ms = start_ms + bucket_ms * np.arange(len(counts), dtype=np.int64)
    shown = np.flatnonzero((counts > 0) & (begins_ms + bucket_ms > view.start_ms) & (begins_ms < view.end_ms))
    if not len(shown):
        return []
    per_ms = scale.width_px / max(1, view.span_ms)
    left = np.round((scale.left_px + (begins_ms[shown] - view.start_ms) * per_ms) * scale.ratio) / scale.ratio
    right = left + bucket_ms * per_ms
    # A hairline between neighbours, unless they are too narrow to afford it.
    width = np.maximum(right - left - (1.0 if bucket_ms * per_ms >= 3.0 else 0.0), 1.0)
    share = counts[shown] / counts[shown].max()
    tall = np.maximum(np.round(share * height), BAR_LEAST_PX)
    return [
        QRectF(x, top + height - y, w, y) for x, w, y in zip(left.tolist(), width.tolist(), tall.tolist(), strict=True)
    ]


_SHAPES: Final[dict[FlagKind, list[QPointF]]] = {
    "bookmark": [QPointF(-4, 0.5), QPointF(4, 0.5), QPointF(4, 13), QPointF(0, 9), QPointF(-4, 13)],
    "note": [QPointF(-5, 0.5), QPointF(5, 0.5), QPointF(5, 12.5), QPointF(-5, 12.5)],
    "debrief": [QPointF(-4, 0.5), QPointF(5, 4.5), QPointF(-4, 8.5)],
    "span": [QPointF(-1, 0.5), QPointF(5, 0.5), QPointF(5, 3), QPointF(2, 3), QPointF(2, 13), QPointF(-1, 13)],
}

"""The part of time that a timeline shows: lanes and head drawn, zoomed, panned, following the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from widgets.chart_types import View
from widgets.timeline_paint import GUTTER_PX, RULER_PX, Rows, TimelinePainter
from widgets.timeline_scale import SPAN_MOST_MS, Scale, around, bounded, union, zoomed
from widgets.timeline_types import (
    Contents,
    Density,
    EpisodeRow,
    Flag,
    GapRow,
    Lane,
    TimelineClock,
    TimelineFormats,
)

FRAME_MS: Final = 16
REST_MS: Final = 250
RIGHT_PX: Final = 10
LABEL_PX: Final = 60
"""A label of the ruler reaches at most so far out from under the head's."""

FIRST_SPAN_MS: Final = 3_600_000
PAGE_SHARE: Final = 0.12
"""A head that leaves the view is found so far from its begin on the next page."""

translate = QCoreApplication.translate


class TimelineView(QWidget):
    """Painted; lanes, episodes and flags are given to it, time it asks its clock for. `Timeline` adds mouse and keys.

    Signals:
        view_changed: another `View` is shown.
    """

    view_changed = Signal(object)

    def __init__(self, clock: TimelineClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._contents = Contents()
        self._painter = TimelinePainter()
        self._rows = Rows(0)
        self._view = around(clock.now_ms(), FIRST_SPAN_MS, 0.5)
        self._following = True
        self._still: QPixmap | None = None
        self._shown: tuple[int, int, int] = (0, 0, 0)
        self._hover_x: float | None = None
        self._scrubbing = False
        self._held = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(translate("Timeline", "Timeline"))
        self._back = QPushButton(translate("Timeline", "back to the head"), self)
        self._back.setObjectName("timelineBack")
        self._back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._back.clicked.connect(self.follow)
        self._back.hide()
        self._frame = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._look)

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self._view

    @property
    def following(self) -> bool:
        """The view goes where the head goes."""
        return self._following

    @property
    def scrubbing(self) -> bool:
        return self._scrubbing

    @property
    def contents(self) -> Contents:
        """For looking at; changed by the setters only."""
        return self._contents

    @property
    def plot_px(self) -> int:
        """Width of what the view covers, logical pixels."""
        return max(1, self.width() - GUTTER_PX - RIGHT_PX)

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        self._contents.lanes = tuple(lanes)
        self._lay_rows()

    def set_episodes(self, row: EpisodeRow | None) -> None:
        """Another lane of episodes; None = there is none."""
        if self._contents.episodes != row:
            self._contents.episodes = row
            self._lay_rows()

    def mark_episode(self, episode_id: str) -> None:
        """Keys go on from this one; "" = from the head."""
        if self._contents.marked != episode_id:
            self._contents.marked = episode_id
            self._redraw()

    def _lay_rows(self) -> None:
        self._rows = Rows(len(self._contents.lanes), self._contents.episodes is not None)
        self.setFixedHeight(self._rows.height)
        self._redraw()

    def set_density(self, density: Density | None) -> None:
        self._contents.density = density
        self._redraw()

    def set_gaps(self, gaps: Sequence[GapRow]) -> None:
        self._contents.gaps = tuple(gaps)
        self._contents.no_recording = tuple(union(gaps))
        self._redraw()

    def set_flags(self, flags: Sequence[Flag]) -> None:
        if self._contents.flags != tuple(flags):
            self._contents.flags = tuple(flags)
            self._redraw()

    def set_span(self, in_ms: int | None, out_ms: int | None) -> None:
        self._contents.in_ms, self._contents.out_ms = in_ms, out_ms
        self.update()

    def set_formats(self, formats: TimelineFormats) -> None:
        if self._contents.formats != formats:
            self._contents.formats = formats
            self._redraw()

    def set_notice(self, notice: str, loading: bool = False) -> None:
        """A sentence over the lanes: nothing recorded, not loaded because …; "" = none. `loading`: it is coming."""
        if (self._contents.notice, self._contents.loading) != (notice, loading):
            self._contents.notice, self._contents.loading = notice, loading
            self._redraw()

    # -- time --------------------------------------------------------------------------------------------------

    def show_view(self, view: View, follow: bool = False) -> None:
        """This part of time, as far as zoom and what can be replayed allow. Without `follow` it stays there."""
        self._following = follow
        self._show(bounded(view, self._clock.first_ms(), self._clock.edge_ms()))

    def show_all(self) -> None:
        """From the first instant to the last, or the last 30 days of it."""
        edge_ms, first_ms = self._clock.edge_ms(), self._clock.first_ms()
        span_ms = min(max(edge_ms - first_ms, 60_000), SPAN_MOST_MS) if first_ms else 86_400_000
        margin_ms = span_ms // 40
        self.show_view(View(edge_ms - span_ms - margin_ms, edge_ms + margin_ms), follow=self._following)

    def follow(self) -> None:
        """Bring the head into the view and stay with it."""
        self._following = True
        self._reveal(0.5)
        self._place_back()

    def reveal(self) -> None:
        """The head jumped: show where it is now."""
        if not self._scrubbing and not self._inside(self._clock.now_ms()):
            self.follow()
        else:
            self._look()

    def zoom(self, factor: float, at_ms: int | None = None) -> None:
        """Span times `factor`; `at_ms` stays where it is (default: the head if it is to be seen, else the middle)."""
        now_ms = self._clock.now_ms()
        if at_ms is None:
            at_ms = now_ms if self._inside(now_ms) else (self._view.start_ms + self._view.end_ms) // 2
        view = bounded(zoomed(self._view, factor, at_ms), self._clock.first_ms(), self._clock.edge_ms())
        self._show(view)
        if self._following and not self._inside(now_ms):
            self._following = False
            self._place_back()

    def pan(self, share: float) -> None:
        """Move the view by a share of its span, and let it stay there."""
        shift_ms = round(self._view.span_ms * share)
        self.show_view(View(self._view.start_ms + shift_ms, self._view.end_ms + shift_ms))

    def _inside(self, at_ms: int) -> bool:
        return self._view.start_ms <= at_ms <= self._view.end_ms

    def _show(self, view: View) -> None:
        changed = view != self._view
        self._view = view
        self._place_back()
        if changed:
            self._redraw()
            self.view_changed.emit(view)

    def _reveal(self, share: float) -> None:
        view = around(self._clock.now_ms(), self._view.span_ms, share)
        self._show(bounded(view, self._clock.first_ms(), self._clock.edge_ms()))
        self._look()

    def _place_back(self) -> None:
        away = not self._following and not self._inside(self._clock.now_ms())
        if self._back.isHidden() == away:
            self._back.setVisible(away)
        if away:
            size = self._back.sizeHint()
            self._back.setGeometry(
                self.width() - RIGHT_PX - size.width() - 4, self._rows.lanes_top + 4, size.width(), size.height()
            )

    # -- drawing -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(960, self._rows.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(GUTTER_PX + 200, self._rows.height)

    def _scale(self) -> Scale:
        return Scale(self._view, GUTTER_PX, self.plot_px, self.devicePixelRatioF())

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def _look(self) -> None:
        """A frame went by: draw what moved, and only that."""
        now_ms, edge_ms = self._clock.now_ms(), self._clock.edge_ms()
        moving = self._clock.rate() != 0.0
        wanted = FRAME_MS if moving or self._scrubbing else REST_MS
        if self._frame.interval() != wanted:
            self._frame.setInterval(wanted)
        if moving and self._following and not self._scrubbing:
            self._turn_page(now_ms)
        elif not self._following:
            self._place_back()
        if (now_ms, edge_ms) == self._shown[:2]:
            return
        scale = self._scale()
        head, edge = round(scale.x(now_ms)), round(scale.x(edge_ms))
        old_head, old_edge = round(scale.x(self._shown[0])), round(scale.x(self._shown[1]))
        self._shown = (now_ms, edge_ms, 0)
        if head != old_head:
            for x in (old_head, head):
                self.update(QRect(x - 2, 0, 5, self.height()))
        self.update(self._labels(scale, old_head, head))
        if edge != old_edge:
            left = max(min(edge, old_edge) - 120, 0)
            self.update(QRect(left, RULER_PX, self.width() - left, self.height() - RULER_PX))

    def _labels(self, scale: Scale, old_head: float, head: float) -> QRect:
        boxes = self._painter.head_rect(head, scale).united(self._painter.head_rect(old_head, scale))
        if self._hover_x is not None:
            boxes = boxes.united(self._painter.hover_rect(self._hover_x, head, scale))
        return boxes.toAlignedRect().adjusted(-LABEL_PX, -2, LABEL_PX, 2)

    def _turn_page(self, now_ms: int) -> None:
        forwards = self._clock.rate() > 0
        share = (now_ms - self._view.start_ms) / max(1, self._view.span_ms)
        # Not before the next page would show more: at the edge of the present there is none.
        if (forwards and share > 1 - PAGE_SHARE / 3) or share > 1:
            self._reveal(PAGE_SHARE if now_ms < self._clock.edge_ms() - self._view.span_ms * PAGE_SHARE else 0.7)
        elif (not forwards and share < PAGE_SHARE / 3) or share < 0:
            self._reveal(1 - PAGE_SHARE)

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self._scale()
        if self._still is None or self._still.devicePixelRatio() != scale.ratio:
            self._still = self._painter.still(self._contents, scale, self._rows, self.width())
        painter = QPainter(self)
        part = event.rect()
        ratio = scale.ratio
        source = QRectF(part.x() * ratio, part.y() * ratio, part.width() * ratio, part.height() * ratio)
        painter.drawPixmap(QRectF(part), self._still, source)
        plot = QRect(GUTTER_PX, 0, self.plot_px, self.height())
        painter.setClipRect(plot & part)
        now_ms, edge_ms, first_ms = self._clock.now_ms(), self._clock.edge_ms(), self._clock.first_ms()
        self._painter.before_first(painter, scale, self._rows, first_ms, silent=bool(self._contents.notice))
        self._painter.future(painter, scale, self._rows, edge_ms, self._contents.formats.edge_words)
        self._painter.span(painter, scale, self._rows, self._contents, self._held)
        if self._hover_x is not None and not self._scrubbing:
            self._painter.hover(painter, scale, self._rows, self._hover_x, scale.x(now_ms), self._contents)
        self._painter.head(painter, scale, self._rows, now_ms, self._contents)
        self._painter.notice(painter, self._contents, scale, self._rows)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_back()
        self._redraw()
        if event.size().width() != event.oldSize().width():
            self.view_changed.emit(self._view)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._frame.start()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frame.stop()

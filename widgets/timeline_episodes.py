"""Episodes of a timeline: a lane of spans that may overlap, each of them seen and clicked. Laid out and painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from resources import tokens
from widgets.timeline_scale import Scale
from widgets.timeline_types import Contents, Episode, EpisodeRow

EPISODES_PX: Final = 26
LEAST_PX: Final = 3.0
"""None is narrower, however far the view is zoomed out."""

APART_PX: Final = 1.0
GROUP_PX: Final = 20.0
"""Room for the count of those that stand together."""

NEAR_PX: Final = 2.0
STACKED: Final = 3

_INSET_PX: Final = 1
_HEIGHTS: Final[dict[int, tuple[tuple[int, int], ...]]] = {
    1: ((5, 13),),
    2: ((1, 10), (13, 10)),
    3: ((0, 7), (8, 7), (16, 7)),
}
"""By how many stand over each other: (top, height) of each."""

_HEIGHTS_COUNTED: Final = ((0, 5), (6, 5), (12, 11))
"""With a count in the lowest."""

_WHOLE: Final = tokens.mixed(tokens.TEXT_2, tokens.PANEL, 0.4)
_STRONG: Final = tokens.mixed(tokens.TEXT_2, tokens.PANEL, 0.85)
_UNKNOWN: Final = tokens.mixed(tokens.RAISED, tokens.PANEL, 0.6)


@dataclass(frozen=True, slots=True)
class Bar:
    """One episode, or several that have no room of their own; `rect` in the widget, logical pixels."""

    episodes: tuple[Episode, ...]
    rect: QRectF


@dataclass(slots=True)
class _Placed:
    """Where a bar begins and ends in time, its least width counted."""

    episodes: list[Episode]
    begin_ms: float
    end_ms: float
    level: int


def bars(episodes: Sequence[Episode], scale: Scale, top: float) -> list[Bar]:
    """Bars inside the view, by their begins, of a lane that begins at `top`.

    What overlaps stands over each other. What begins where three stand already is told as a count in the third place,
    there where it begins.
    Laid out by time, not by what is to be seen of it: bars keep their places while the view is panned.
    """
    apart_ms, least_ms, group_ms = (px * scale.ms_per_px for px in (APART_PX, LEAST_PX, GROUP_PX))
    found: list[Bar] = []
    near: list[_Placed] = []
    last: list[_Placed | None] = [None] * STACKED
    reach_ms = float("-inf")
    for episode in sorted(episodes, key=lambda one: (one.start_ms, one.episode_id)):
        begin_ms = float(episode.start_ms)
        end_ms = max(float(episode.end_ms), begin_ms + least_ms)
        if begin_ms >= reach_ms + apart_ms:
            found += _drawn(near, scale, top)
            near, last = [], [None] * STACKED
        level = next((at for at, one in enumerate(last) if one is None or one.end_ms + apart_ms <= begin_ms), None)
        full = last[-1]
        if level is not None:
            last[level] = placed = _Placed([episode], begin_ms, end_ms, level)
            near.append(placed)
        elif full is not None:
            # It keeps the length of its first one: in a busy hour each would else reach into the next for ever.
            full.episodes.append(episode)
            end_ms = full.end_ms = max(full.end_ms, full.begin_ms + group_ms)
        reach_ms = max(reach_ms, end_ms)
    return found + _drawn(near, scale, top)


def _drawn(near: Sequence[_Placed], scale: Scale, top: float) -> list[Bar]:
    """Bars of episodes that touch, as far as they are inside the view."""
    if not near:
        return []
    counted = any(len(one.episodes) > 1 for one in near)
    heights = _HEIGHTS_COUNTED if counted else _HEIGHTS[max(one.level for one in near) + 1]
    found = []
    for one in near:
        left = scale.x(one.begin_ms)
        right = max(scale.x(one.end_ms), left + LEAST_PX)
        if right >= scale.left_px - APART_PX and left <= scale.right_px:
            left, right = max(left, scale.left_px - 4), min(right, scale.right_px + 4)
            down, height = heights[one.level]
            found.append(Bar(tuple(one.episodes), QRectF(left, top + _INSET_PX + down, right - left, height)))
    return found


def bar_at(position: QPointF, contents: Contents, scale: Scale, top: float) -> Bar | None:
    """The bar under the pointer, or the one next to it when it is only just missed."""
    row = contents.episodes
    if row is None or not top <= position.y() < top + EPISODES_PX or position.x() < scale.left_px:
        return None
    near = [
        (_away(one.rect, position), one)
        for one in bars(row.episodes, scale, top)
        if one.rect.adjusted(-NEAR_PX, -NEAR_PX, NEAR_PX, NEAR_PX).contains(position)
    ]
    return min(near, key=lambda each: each[0])[1] if near else None


def _away(rect: QRectF, position: QPointF) -> float:
    beside = max(rect.left() - position.x(), position.x() - rect.right(), 0.0)
    return beside + max(rect.top() - position.y(), position.y() - rect.bottom(), 0.0)


def chosen_of(bar: Bar, marked: str) -> Episode:
    """Which one a click means: the next after the marked one of those that stand together, else the first."""
    ids = [one.episode_id for one in bar.episodes]
    return bar.episodes[(ids.index(marked) + 1) % len(ids)] if marked in ids else bar.episodes[0]


def neighbour(row: EpisodeRow | None, marked: str, now_ms: int, direction: int) -> Episode | None:
    """The episode after (+1) or before (-1) the marked one, or the head while none is marked; None = there is none."""
    ordered = sorted(row.episodes if row is not None else (), key=lambda one: (one.start_ms, one.episode_id))
    ids = [one.episode_id for one in ordered]
    if marked in ids:
        at = ids.index(marked) + direction
        return ordered[at] if 0 <= at < len(ordered) else None
    if direction > 0:
        return next((one for one in ordered if one.start_ms > now_ms), None)
    return next((one for one in reversed(ordered) if one.start_ms < now_ms), None)


def draw(painter: QPainter, contents: Contents, scale: Scale, top: float, font: QFont) -> None:
    """The whole lane: what is known of it, its bars, and what is to be said instead."""
    row = contents.episodes
    if row is None:
        return
    known = row.known_ms or (scale.view.end_ms, scale.view.end_ms)
    for start_ms, end_ms in ((scale.view.start_ms, known[0]), (known[1], scale.view.end_ms)):
        left, right = (scale.x(min(max(at, scale.view.start_ms), scale.view.end_ms)) for at in (start_ms, end_ms))
        if right > left:
            painter.fillRect(QRectF(left, top, right - left, EPISODES_PX), QColor(_UNKNOWN))
    painter.setFont(font)
    for bar in bars(row.episodes, scale, top):
        _draw_bar(painter, bar, scale, contents.marked)
    under = 1 / scale.ratio
    painter.fillRect(QRectF(scale.left_px, top + EPISODES_PX - under, scale.width_px, under), QColor(tokens.GRID))


def _draw_bar(painter: QPainter, bar: Bar, scale: Scale, marked: str) -> None:
    whole = bar.rect
    if len(bar.episodes) > 1:
        painter.fillRect(whole, QColor(_STRONG))
        painter.setPen(QColor(tokens.DARK_GLYPH))
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, str(len(bar.episodes)))
    else:
        (one,) = bar.episodes
        painter.fillRect(whole, QColor(_WHOLE))
        left = min(max(scale.x(one.strong_ms[0]), whole.left()), whole.right() - LEAST_PX)
        right = min(max(scale.x(one.strong_ms[1]), left + LEAST_PX), whole.right())
        painter.fillRect(QRectF(left, whole.top(), right - left, whole.height()), QColor(_STRONG))
    if any(one.episode_id == marked for one in bar.episodes):
        painter.setPen(QPen(QColor(tokens.FOCUS), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(whole.adjusted(-1, -1, 1, 1))


def draw_notice(painter: QPainter, contents: Contents, scale: Scale, top: float, font: QFont) -> None:
    """In the middle of an empty lane; beside bars at its end."""
    row = contents.episodes
    if row is None or not row.notice:
        return
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(row.notice, Qt.TextElideMode.ElideRight, max(0.0, scale.width_px - 40))
    box = QRectF(0, 0, metrics.horizontalAdvance(text) + 16, EPISODES_PX - 8)
    box.moveCenter(QPointF(scale.left_px + scale.width_px / 2, top + EPISODES_PX / 2 - 1))
    if row.episodes:
        box.moveRight(scale.right_px - 4)
    painter.setFont(font)
    painter.fillRect(box, QColor(tokens.RAISED))
    painter.setPen(QColor(tokens.TEXT_2))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

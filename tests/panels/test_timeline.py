"""The timeline under a real mouse and real keys: scrubbing, zoom, panning, following, what it draws and says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from resources import tokens
from widgets.chart_types import View
from widgets.timeline import Timeline
from widgets.timeline_paint import GAPS_PX, GUTTER_PX, LANE_PX, RULER_PX, Rows
from widgets.timeline_scale import SPAN_LEAST_MS, SPAN_MOST_MS, Scale
from widgets.timeline_tips import flag_tip, tip_at
from widgets.timeline_types import Density, Flag, GapRow, Lane, TimelineClock, TimelineFormats

NOW_MS = 1_795_316_535_320
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LANES = (Lane("alert", "Cảnh báo", urgent=True), Lane("report", "Phản ánh"), Lane("system", "Hệ thống"))
ROWS = Rows(len(LANES))
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


@dataclass
class Hand:
    """A clock that goes where it is told to."""

    now_ms: int = NOW_MS
    edge_ms: int = NOW_MS + HOUR_MS
    first_ms: int = NOW_MS - 20 * DAY_MS
    rate: float = 0.0


class Stage:
    """A timeline on the screen that obeys its own signals, as the replay does."""

    def __init__(self, qtbot: QtBot, width_px: int = 1106) -> None:
        self.qtbot = qtbot
        self.hand = Hand()
        hand = self.hand
        self.line = Timeline(
            TimelineClock(lambda: hand.now_ms, lambda: hand.edge_ms, lambda: hand.first_ms, lambda: hand.rate)
        )
        qtbot.addWidget(self.line)
        self.line.set_formats(TimelineFormats(420, ",", "now −5 s"))
        self.line.set_lanes(LANES)
        self.line.resize(width_px, self.line.height())
        self.scrubbed: list[int] = []
        self.sought: list[int] = []
        self.line.scrubbed.connect(self._scrub)
        self.line.sought.connect(self._seek)
        with qtbot.waitExposed(self.line):
            self.line.show()
        self.line.show_view(View(NOW_MS - HOUR_MS // 2, NOW_MS + HOUR_MS // 2), follow=True)

    def _scrub(self, at_ms: int) -> None:
        self.scrubbed.append(at_ms)
        self.hand.now_ms = at_ms

    def _seek(self, at_ms: int) -> None:
        self.sought.append(at_ms)
        self.hand.now_ms = at_ms

    @property
    def scale(self) -> Scale:
        return Scale(self.line.view, GUTTER_PX, self.line.plot_px)

    def place(self, at_ms: int, y: int | None = None) -> QPoint:
        return QPoint(round(self.scale.x(at_ms)), ROWS.lane_top(1) + 5 if y is None else y)

    def drag(self, begin: QPoint, *way: QPoint, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.line, button, Qt.KeyboardModifier.NoModifier, begin)
        for point in way:
            QTest.mouseMove(self.line, point)
            QApplication.processEvents()
        QTest.mouseRelease(self.line, button, Qt.KeyboardModifier.NoModifier, way[-1])

    def wheel(self, at: QPoint, steps: int, shift: bool = False) -> None:
        modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            QPointF(at), QPointF(self.line.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.line, event)

    def picture(self) -> QImage:
        return self.line.grab().toImage()


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


def count_colour(image: QImage, colour: str, top: int, bottom: int) -> int:
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(GUTTER_PX, image.width()) for y in range(top, bottom))


def counts(*pairs: tuple[int, int], length: int = 60) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    array = np.zeros(length, dtype=np.int64)
    for bucket, count in pairs:
        array[bucket] = count
    return array


# -- the head --------------------------------------------------------------------------------------------------


def test_dragging_scrubs_and_letting_go_seeks_exactly(stage: Stage) -> None:
    begin, end = NOW_MS - 20 * 60_000, NOW_MS + 10 * 60_000
    way = [stage.place(begin + (end - begin) * step // 30) for step in range(31)]
    stage.drag(way[0], *way[1:])
    assert stage.sought == [stage.scale.at_ms(way[-1].x())]
    assert stage.scrubbed[0] == stage.scale.at_ms(way[0].x())
    assert stage.hand.now_ms == stage.sought[0]
    assert not stage.line.scrubbing


def test_a_hundred_moves_within_a_frame_are_one_scrub(stage: Stage) -> None:
    QTest.mousePress(stage.line, LEFT, Qt.KeyboardModifier.NoModifier, stage.place(NOW_MS))
    assert len(stage.scrubbed) == 1
    points = [stage.place(NOW_MS + 3000 * step) for step in range(100)]
    for point in points:
        QTest.mouseMove(stage.line, point)
    stage.qtbot.waitUntil(lambda: stage.scrubbed[-1] == stage.scale.at_ms(points[-1].x()), timeout=2000)
    assert len(stage.scrubbed) <= 20
    QTest.mouseRelease(stage.line, LEFT, Qt.KeyboardModifier.NoModifier, points[-1])
    assert stage.sought == [stage.scale.at_ms(points[-1].x())]


def test_a_press_and_release_in_place_seeks_there(stage: Stage) -> None:
    QTest.mouseClick(stage.line, LEFT, Qt.KeyboardModifier.NoModifier, stage.place(NOW_MS - 60_000))
    assert len(stage.sought) == 1
    assert abs(stage.sought[0] - (NOW_MS - 60_000)) <= stage.scale.ms_per_px


def test_nothing_beyond_the_edge_of_the_present_can_be_reached(stage: Stage) -> None:
    stage.hand.edge_ms = NOW_MS + 60_000
    stage.drag(stage.place(NOW_MS), stage.place(NOW_MS + 20 * 60_000))
    assert stage.sought == [NOW_MS + 60_000]


def test_dragging_past_the_border_holds_the_head_at_it(stage: Stage) -> None:
    stage.drag(stage.place(NOW_MS), QPoint(stage.line.width() + 200, 60), QPoint(5, 60))
    assert stage.sought == [stage.line.view.start_ms]


# -- zoom and pan ----------------------------------------------------------------------------------------------


def test_the_wheel_zooms_at_the_pointer_down_to_a_second_and_up_to_thirty_days(stage: Stage) -> None:
    at = stage.place(NOW_MS - 10 * 60_000)
    instant = stage.scale.at_ms(at.x())
    for _ in range(60):
        stage.wheel(at, 1)
        assert abs(stage.scale.at_ms(at.x()) - instant) <= max(2.0, stage.scale.ms_per_px)
    assert stage.line.view.span_ms == SPAN_LEAST_MS
    for _ in range(120):
        stage.wheel(at, -1)
    assert stage.line.view.span_ms == SPAN_MOST_MS


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_the_other_buttons_pan_and_never_move_the_head(stage: Stage, button: Qt.MouseButton) -> None:
    before = stage.line.view
    stage.drag(QPoint(600, 60), QPoint(500, 60), QPoint(400, 60), button=button)
    moved = stage.line.view.start_ms - before.start_ms
    assert abs(moved - 200 * before.span_ms / stage.line.plot_px) <= 1
    assert stage.line.view.span_ms == before.span_ms
    assert (stage.scrubbed, stage.sought) == ([], [])


def test_shift_with_wheel_pans(stage: Stage) -> None:
    before = stage.line.view
    stage.wheel(QPoint(500, 60), 1, shift=True)
    assert stage.line.view == View(before.start_ms - before.span_ms // 10, before.end_ms - before.span_ms // 10)


def test_keys_zoom_pan_and_step_frames(stage: Stage) -> None:
    stage.line.setFocus()
    steps: list[int] = []
    stage.line.stepped.connect(steps.append)
    span = stage.line.view.span_ms
    QTest.keyClick(stage.line, Qt.Key.Key_Plus)
    assert stage.line.view.span_ms == span // 2
    QTest.keyClick(stage.line, Qt.Key.Key_Minus)
    assert stage.line.view.span_ms == span
    QTest.keyClick(stage.line, Qt.Key.Key_Left)
    QTest.keyClick(stage.line, Qt.Key.Key_Right)
    assert steps == [-1, 1]
    start = stage.line.view.start_ms
    QTest.keyClick(stage.line, Qt.Key.Key_PageUp)
    assert stage.line.view.start_ms < start


# -- following -------------------------------------------------------------------------------------------------


def test_a_playing_head_that_leaves_the_view_turns_the_page(stage: Stage) -> None:
    stage.hand.rate = 64.0
    stage.hand.now_ms = stage.line.view.end_ms - 1000
    view = stage.line.view
    stage.qtbot.waitUntil(lambda: stage.line.view != view, timeout=2000)
    assert stage.line.following
    assert stage.line.view.start_ms < stage.hand.now_ms < stage.line.view.end_ms


def test_a_head_that_plays_backwards_turns_the_page_too(stage: Stage) -> None:
    stage.hand.rate = -8.0
    stage.hand.now_ms = stage.line.view.start_ms + 1000
    view = stage.line.view
    stage.qtbot.waitUntil(lambda: stage.line.view.start_ms < view.start_ms, timeout=2000)
    share = (stage.hand.now_ms - stage.line.view.start_ms) / stage.line.view.span_ms
    assert share > 0.5, "the room that comes lies on the left"


def test_who_panned_away_is_left_alone_until_he_asks_to_come_back(stage: Stage) -> None:
    stage.line.pan(-3)
    view = stage.line.view
    back = stage.line.findChild(QPushButton, "timelineBack")
    assert isinstance(back, QPushButton)
    assert back.isVisible()
    stage.hand.rate = 1.0
    ticks: list[int] = []
    stage.line._frame.timeout.connect(lambda: ticks.append(1))
    stage.qtbot.waitUntil(lambda: len(ticks) > 3, timeout=2000)
    assert stage.line.view == view
    QTest.mouseClick(back, LEFT)
    assert stage.line.following
    assert back.isHidden()
    assert stage.line.view.start_ms < stage.hand.now_ms < stage.line.view.end_ms


def test_a_jump_out_of_sight_is_followed(stage: Stage) -> None:
    stage.line.pan(-2)
    stage.hand.now_ms = NOW_MS - 5 * DAY_MS
    stage.line.reveal()
    assert stage.line.view.start_ms < stage.hand.now_ms < stage.line.view.end_ms


# -- what is drawn ---------------------------------------------------------------------------------------------


def test_only_the_lane_of_alerts_has_a_colour(stage: Stage) -> None:
    filled = counts((10, 3), (30, 1))
    view = stage.line.view
    stage.line.set_density(Density(view.start_ms, view.span_ms // 60, {lane.key: filled for lane in LANES}))
    image = stage.picture()

    def saturated(top: int) -> int:
        colours = [QColor(image.pixel(x, y)) for x in range(GUTTER_PX, 540) for y in range(top, top + LANE_PX - 1)]
        return sum(colour.hsvSaturation() > 120 and colour.value() > 120 for colour in colours)

    assert saturated(ROWS.lane_top(0)) > 50
    assert saturated(ROWS.lane_top(1)) == 0
    assert saturated(ROWS.lane_top(2)) == 0


def test_a_bucket_with_one_event_can_be_seen_beside_one_with_ten_thousand(stage: Stage) -> None:
    view = stage.line.view
    bucket_ms = view.span_ms // 60
    stage.line.set_density(Density(view.start_ms, bucket_ms, {"report": counts((10, 10_000), (20, 1))}))
    image = stage.picture()
    x = round(stage.scale.x(view.start_ms + 20 * bucket_ms)) + 4
    column = [QColor(image.pixel(x, y)).value() for y in range(ROWS.lane_top(1), ROWS.lane_top(2) - 1)]
    assert max(column) - min(column) > 40


def test_time_that_is_not_loaded_looks_unlike_time_in_which_nothing_happened(stage: Stage) -> None:
    view = stage.line.view
    half = view.span_ms // 2
    stage.line.set_density(Density(view.start_ms, half // 30, {"alert": counts(length=30)}))
    image = stage.picture()
    y = ROWS.lane_top(0) + 5
    assert image.pixel(GUTTER_PX + 157, y) != image.pixel(GUTTER_PX + stage.line.plot_px - 157, y)


def test_a_pending_flag_is_hollow_and_the_one_that_is_there_solid(stage: Stage) -> None:
    def ink(pending: bool) -> int:
        stage.line.set_flags([Flag("a", "bookmark", NOW_MS - 600_000, pending=pending)])
        return count_colour(stage.picture(), tokens.TEXT_1, ROWS.flags_top, ROWS.lanes_top)

    hollow, solid = ink(pending=True), ink(pending=False)
    assert 0 < hollow < solid / 2


def test_the_head_moves_without_the_still_picture_being_painted_anew(stage: Stage) -> None:
    stage.picture()
    still = stage.line._still
    assert still is not None
    key = still.cacheKey()
    stage.hand.now_ms += 60_000
    x = stage.place(stage.hand.now_ms).x()
    stage.qtbot.waitUntil(lambda: QColor(stage.picture().pixel(x, ROWS.gaps_top + 8)).value() > 200, timeout=2000)
    assert stage.line._still is not None
    assert stage.line._still.cacheKey() == key


def test_the_future_is_hatched_and_begins_at_the_edge(stage: Stage) -> None:
    stage.hand.edge_ms = NOW_MS + 10 * 60_000
    image = stage.picture()
    y = ROWS.gaps_top + GAPS_PX // 2

    def shades(at_ms: int) -> int:
        x = stage.place(at_ms).x()
        return len({image.pixel(each, y) for each in range(x, x + 30)})

    assert shades(NOW_MS + 20 * 60_000) > shades(NOW_MS + 3 * 60_000)


@pytest.mark.parametrize("words", ["Chưa có gì được ghi", "Không tải được dòng thời gian"])
def test_a_notice_stands_in_the_middle_of_the_lanes(stage: Stage, words: str) -> None:
    before = stage.picture()
    stage.line.set_notice(words)
    after = stage.picture()
    middle = GUTTER_PX + stage.line.plot_px // 2
    box = [(x, y) for x in range(middle - 60, middle + 60) for y in range(ROWS.lanes_top, ROWS.gaps_top)]
    assert sum(before.pixel(x, y) != after.pixel(x, y) for x, y in box) > 500


# -- what is said ----------------------------------------------------------------------------------------------


def test_a_gap_says_which_cameras_it_is_of(stage: Stage) -> None:
    stage.line.set_gaps(
        [
            GapRow("Cốc Lếu 1", ((NOW_MS - 600_000, NOW_MS - 300_000),)),
            GapRow("Phố Mới", ((NOW_MS - 400_000, NOW_MS - 200_000),)),
            GapRow("Kim Tân", ((NOW_MS + 100_000, NOW_MS + 200_000),)),
        ]
    )
    at = QPointF(stage.place(NOW_MS - 350_000, ROWS.gaps_top + 5))
    words = tip_at(at, stage.line.contents, stage.scale, ROWS)
    assert "Cốc Lếu 1" in words
    assert "Phố Mới" in words
    assert "Kim Tân" not in words


def test_a_bar_says_how_many_and_when(stage: Stage) -> None:
    view = stage.line.view
    stage.line.set_density(Density(view.start_ms, view.span_ms // 60, {"report": counts((10, 7))}))
    x = stage.scale.x(view.start_ms + 10 * (view.span_ms // 60)) + 5
    words = tip_at(QPointF(x, ROWS.lane_top(1) + 5), stage.line.contents, stage.scale, ROWS)
    assert "Phản ánh: 7" in words
    assert tip_at(QPointF(x, ROWS.lane_top(0) + 5), stage.line.contents, stage.scale, ROWS) == ""


def test_a_click_on_a_flag_goes_to_its_instant(stage: Stage) -> None:
    at_ms = NOW_MS - 400_123
    stage.line.set_flags([Flag("a", "note", at_ms, text="Nước tràn <b>đập</b>", who="Trần An")])
    QTest.mouseClick(stage.line, LEFT, Qt.KeyboardModifier.NoModifier, stage.place(at_ms, ROWS.flags_top + 8))
    assert stage.sought == [at_ms]
    assert stage.scrubbed == []
    words = flag_tip(stage.line.contents.flags, stage.line.contents.formats)
    assert "Nước tràn <b>đập</b>" in words
    assert "Trần An" in words


def test_the_handles_of_the_marked_span_are_dragged_and_never_cross(stage: Stage) -> None:
    in_ms, out_ms = NOW_MS - 600_000, NOW_MS + 600_000
    stage.line.set_span(in_ms, out_ms)
    dragged: list[tuple[int, int]] = []
    stage.line.span_dragged.connect(lambda begin, end: dragged.append((begin, end)))
    y = ROWS.bottom + 5
    stage.drag(stage.place(in_ms, y) - QPoint(5, 0), stage.place(NOW_MS, y), stage.place(out_ms + 900_000, y))
    assert dragged
    assert all(begin < end == out_ms for begin, end in dragged)
    assert dragged[-1][0] == out_ms - 1
    assert (stage.scrubbed, stage.sought) == ([], [])


def test_the_ruler_never_shows_half_a_time(stage: Stage) -> None:
    """At the borders of the plot a label is whole or not there."""
    for shift in range(0, 120_000, 7_000):
        stage.line.show_view(View(NOW_MS - HOUR_MS + shift, NOW_MS + shift))
        image = stage.picture()
        for x in (GUTTER_PX, GUTTER_PX + 1):
            column = [QColor(image.pixel(x, y)).value() for y in range(2, RULER_PX - 7)]
            assert max(column) < 120


def test_the_heads_label_hides_times_of_the_ruler_wholly_or_not_at_all(stage: Stage) -> None:
    line = stage.line
    for step in range(0, 120, 5):
        stage.hand.now_ms = NOW_MS + step * 1000
        image = stage.picture()
        head = line._painter.head_rect(stage.scale.x(stage.hand.now_ms), stage.scale).toAlignedRect()
        for label in line._painter._labels:
            outside = label.toAlignedRect().adjusted(1, 2, -1, -1).intersected(image.rect())
            if not outside.intersects(head):
                continue
            ink = [
                QColor(image.pixel(x, y)).value()
                for x in range(outside.left(), outside.right())
                for y in range(outside.top(), outside.bottom())
                if not head.contains(x, y)
            ]
            assert max(ink, default=0) < 60, "half a time looks out from under the head"

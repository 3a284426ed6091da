"""Episodes on a timeline under a real mouse and real keys: what is said, what is chosen, what is drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from resources import tokens
from tests.panels.test_timeline import HOUR_MS, LANES, LEFT, NOW_MS, Stage
from widgets.chart_types import View
from widgets.timeline_episodes import EPISODES_PX, LEAST_PX, Bar, bars
from widgets.timeline_paint import GUTTER_PX, Rows
from widgets.timeline_types import Episode, EpisodeRow

KEY = Qt.Key
MINUTE_MS = 60_000
ROWS = Rows(len(LANES), episodes=True)


def episode(number: int, after_min: float, length_min: float) -> Episode:
    start_ms = NOW_MS + round(after_min * MINUTE_MS)
    end_ms = start_ms + round(length_min * MINUTE_MS)
    return Episode(f"e{number}", start_ms, end_ms, (start_ms + (end_ms - start_ms) // 4, end_ms), f"cuộc <{number}>")


class Lane:
    """A stage with an hour of episodes and what was chosen on it."""

    def __init__(self, qtbot: QtBot, *episodes: Episode) -> None:
        self.stage = Stage(qtbot)
        self.line = self.stage.line
        self.row = EpisodeRow("Cuộc gọi ghi âm", episodes, (NOW_MS - 2 * HOUR_MS, NOW_MS + 2 * HOUR_MS))
        self.line.set_episodes(self.row)
        self.chosen: list[str] = []
        self.ended: list[int] = []
        self.line.episode_chosen.connect(self.chosen.append)
        self.line.no_episode.connect(self.ended.append)
        self.line.setFocus()

    def bar(self, *numbers: int) -> Bar:
        wanted = {f"e{number}" for number in numbers}
        found = bars(self.row.episodes, self.stage.scale, ROWS.episodes_top)
        return next(one for one in found if {each.episode_id for each in one.episodes} == wanted)

    def click(self, *numbers: int) -> None:
        QTest.mouseClick(self.line, LEFT, Qt.KeyboardModifier.NoModifier, self.bar(*numbers).rect.center().toPoint())

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.line, key)


def test_a_click_chooses_and_moves_no_head_and_beside_the_bars_the_head_is_dragged_as_ever(qtbot: QtBot) -> None:
    lane = Lane(qtbot, episode(1, -20, 5), episode(2, -18, 5), episode(3, 10, 2))
    for number in (1, 2, 3):
        lane.click(number)
    assert lane.chosen == ["e1", "e2", "e3"]
    assert lane.stage.sought == lane.stage.scrubbed == []
    beside = QPoint(round(lane.stage.scale.x(NOW_MS - 5 * MINUTE_MS)), ROWS.episodes_top + EPISODES_PX // 2)
    QTest.mouseClick(lane.line, LEFT, Qt.KeyboardModifier.NoModifier, beside)
    assert lane.stage.sought == [lane.stage.scale.at_ms(beside.x())]
    assert len(lane.chosen) == 3


def test_clicks_on_many_that_stand_together_go_from_one_to_the_next(qtbot: QtBot) -> None:
    lane = Lane(qtbot, *(episode(number, -20 + number / 10, 5) for number in range(6)))
    for _ in range(5):
        lane.click(2, 3, 4, 5)
    assert lane.chosen == ["e2", "e3", "e4", "e5", "e2"]


def test_pointing_says_what_it_is_as_it_was_written_and_leaving_says_nothing(qtbot: QtBot) -> None:
    lane = Lane(qtbot, episode(1, -20, 5), *(episode(number, 5, 5) for number in range(10, 19)))
    QTest.mouseMove(lane.line, lane.bar(1).rect.center().toPoint())
    qtbot.waitUntil(lambda: "cuộc &lt;1&gt;" in QToolTip.text(), timeout=3000)
    assert lane.line.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(lane.line, lane.bar(*range(12, 19)).rect.center().toPoint())
    qtbot.waitUntil(lambda: "7 stand together" in QToolTip.text() and "and 2 more" in QToolTip.text(), timeout=3000)
    QTest.mouseMove(lane.line, QPoint(GUTTER_PX + 20, ROWS.episodes_top + 10))
    qtbot.waitUntil(lambda: lane.line.cursor().shape() == Qt.CursorShape.ArrowCursor, timeout=3000)


def test_keys_go_from_the_head_to_each_of_them_into_the_view_and_enter_chooses(qtbot: QtBot) -> None:
    lane = Lane(qtbot, episode(1, -20, 5), episode(2, -3, 1), episode(3, 10, 2), episode(4, 80, 2))
    lane.press(KEY.Key_Return)
    assert lane.chosen == []
    lane.press(KEY.Key_Down)
    assert lane.line.contents.marked == "e3"
    assert lane.line.accessibleDescription() == "cuộc <3>"
    qtbot.waitUntil(lambda: "cuộc &lt;3&gt;" in QToolTip.text(), timeout=3000)
    lane.press(KEY.Key_Down)
    view = lane.line.view
    assert view.start_ms < lane.row.episodes[3].start_ms < view.end_ms
    lane.press(KEY.Key_Down)
    assert (lane.ended, lane.line.contents.marked) == ([1], "e4")
    for _ in range(3):
        lane.press(KEY.Key_Up)
    assert lane.line.contents.marked == "e1"
    lane.press(KEY.Key_Up)
    assert lane.ended == [1, -1]
    lane.press(KEY.Key_Return)
    assert lane.chosen == ["e1"]
    assert lane.stage.sought == []


@pytest.mark.parametrize("span_ms", [MINUTE_MS, HOUR_MS, 12 * HOUR_MS])
def test_one_of_a_second_is_seen_and_clicked_at_every_zoom(qtbot: QtBot, span_ms: int) -> None:
    lane = Lane(qtbot, episode(1, -1 / 6, 1 / 60))
    lane.line.show_view(View(NOW_MS - span_ms // 2, NOW_MS + span_ms // 2))
    assert lane.bar(1).rect.width() >= LEAST_PX
    plain = lane.stage.picture()
    centre = lane.bar(1).rect.center().toPoint()
    assert plain.pixelColor(centre) != plain.pixelColor(centre.x() - 40, centre.y())
    lane.click(1)
    assert lane.chosen == ["e1"]


def test_the_lane_comes_and_goes_and_what_is_not_known_looks_unlike_what_is_empty(qtbot: QtBot) -> None:
    lane = Lane(qtbot)
    height = lane.line.height()
    y = ROWS.episodes_top + EPISODES_PX // 2
    near, far = (round(lane.stage.scale.x(NOW_MS + minutes * MINUTE_MS)) for minutes in (-7, -23))
    empty = lane.stage.picture().pixelColor(far, y)
    lane.line.set_episodes(EpisodeRow("x", (), (NOW_MS - 10 * MINUTE_MS, NOW_MS + HOUR_MS)))
    image = lane.stage.picture()
    assert image.pixelColor(near, y) == empty != image.pixelColor(far, y)
    lane.line.set_episodes(EpisodeRow("x", (), None, "Phóng to"))
    image = lane.stage.picture()
    middle = QPointF(GUTTER_PX + lane.line.plot_px / 2, y).toPoint()
    box = [image.pixelColor(middle.x() + x, middle.y() + dy) for x in range(-30, 30) for dy in range(-6, 6)]
    assert QColor(tokens.TEXT_2) in box
    lane.line.set_episodes(None)
    assert lane.line.height() == height - EPISODES_PX

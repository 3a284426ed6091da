"""Figures of communes as a map on a board: shapes from the boundaries, classes, what has no figure, mouse and keys."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.models.area_map import area_map, class_breaks, class_of, shapes_of
from console.models.boards import league_rows, trailing_mean
from console.panels.boards import BoardsPanel
from resources import tokens
from tests.panels.desk_room import Seat
from tests.panels.map_room import laocai
from tests.panels.test_boards import ON_TIME, Server, entered, row
from widgets.choropleth import Choropleth, Fill, Shape


def square(key: str, west: float) -> Shape:
    return Shape(key, (((west, 0.0), (west + 1, 0.0), (west + 1, 1.0), (west, 1.0)),))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 5))
def test_classes_are_ordered_none_is_empty_and_equal_figures_are_in_one(values: list[float], most: int) -> None:
    breaks = class_breaks(values, most)
    assert list(breaks) == sorted(set(breaks))
    levels = [class_of(value, breaks) for value in sorted(values)]
    assert levels == sorted(levels)
    assert set(levels) == set(range(len(breaks) + 1))
    assert len(breaks) < most


def test_levels_are_a_class_each() -> None:
    assert class_breaks([1, 1, 1, 1, 2, 3, 1]) == (2, 3)


@given(st.lists(st.floats(0, 1e6), max_size=30))
def test_the_mean_of_a_curve_begins_with_its_first_whole_week(values: list[float]) -> None:
    mean = trailing_mean(values)
    assert len(mean) == max(0, len(values) - 6)
    for number, one in enumerate(mean):
        week = values[number : number + 7]
        assert min(week) - 1e-6 <= one <= max(week) + 1e-6


def test_what_is_no_map_of_communes_is_refused_in_words() -> None:
    for content in (b"{}", b"[]", b'{"features": [{"properties": {}}]}', b"nothing"):
        with pytest.raises(ValueError, match=r"\S"):
            shapes_of(content)


def test_places_are_chosen_by_mouse_and_by_rank_and_what_has_no_figure_says_so(qtbot: QtBot) -> None:
    drawn = Choropleth("no figure")
    qtbot.addWidget(drawn)
    drawn.resize(600, 300)
    drawn.show()
    qtbot.waitExposed(drawn)
    drawn.set_shapes([square("a", 0), square("b", 1), square("c", 2)])
    drawn.set_names({"c": "Xã C"})
    drawn.show_fills({"b": Fill(1, "1 · B · 9"), "a": Fill(0, "2 · A · 3")}, ["3", "9"])
    picture = drawn.grab().toImage()
    middle = QPointF(300, 150)
    assert drawn.place_at(middle) == "b"
    assert picture.pixelColor(middle.toPoint()).name().upper() == tokens.CLASSES[1]
    third = {picture.pixelColor(x, y).name().upper() for x in range(420, 460) for y in range(130, 170)}
    assert {tokens.RAISED, tokens.LINE_STRONG} <= third  # hatched: nothing is not zero
    assert not third & set(tokens.CLASSES)
    QTest.keyClick(drawn, Qt.Key.Key_Down)
    assert drawn.words == "1 · B · 9"
    QTest.keyClick(drawn, Qt.Key.Key_Down)
    QTest.keyClick(drawn, Qt.Key.Key_Down)
    assert drawn.words == "2 · A · 3"
    QTest.mouseClick(drawn, Qt.MouseButton.LeftButton, pos=QPointF(450, 150).toPoint())
    assert (drawn.chosen, drawn.words) == ("c", "Xã C: no figure")
    with qtbot.waitSignal(drawn.opened) as opened:
        QTest.keyClick(drawn, Qt.Key.Key_Return)
    assert opened.args == ["c"]


def test_a_board_draws_the_communes_of_the_site_by_their_figures(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = Seat()
    seat.session.server = cast(Any, Server((row(ON_TIME, 91.25, "2026-10"),)))
    codes = [area.code for area in laocai().communes[:6]]
    seat.happen(entered(*(("ON_TIME", code, "2026-10", 80.0 + number) for number, code in enumerate(codes))))
    board = next(n for n, one in enumerate(laocai().indicators.boards) if any(b.kind == "map" for b in one.blocks))
    panel = BoardsPanel(seat.session)
    qtbot.addWidget(panel)
    panel.resize(1600, 900)
    panel.show()
    panel.choice.setCurrentIndex(board)
    maps = panel.findChildren(Choropleth)
    assert maps
    qtbot.waitUntil(lambda: len(maps[0]._shapes) == len(laocai().communes), timeout=20_000)
    shown = area_map(ON_TIME, seat.state, "vi")
    assert shown is not None
    assert list(shown.fills) == codes[::-1]
    assert shown.fills[codes[-1]].words.endswith("rank 1 of 6")
    assert len(shown.legend) == len({one.level for one in shown.fills.values()}) == 5
    picture = maps[0].grab().toImage()
    for code in (codes[0], codes[-1]):
        at = inside_of(maps[0], code)
        assert picture.pixelColor(at).name().upper() == tokens.CLASSES[shown.fills[code].level]
        QTest.mouseMove(maps[0], at)
        qtbot.waitUntil(lambda code=code: maps[0].words == shown.fills[code].words)  # type: ignore[misc]


def inside_of(drawn: Choropleth, key: str) -> QPoint:
    """A pixel well inside of a place."""
    around = [(x, y) for x in (-2, 0, 2) for y in (-2, 0, 2)]
    for x in range(2, drawn.width() - 2):
        for y in range(2, drawn.height() - 2):
            if all(drawn.place_at(QPointF(x + dx, y + dy)) == key for dx, dy in around):
                return QPoint(x, y)
    raise AssertionError(f"{key} is not on the map")


def test_a_running_period_is_shown_only_until_there_is_a_whole_one(qtbot: QtBot) -> None:
    seat, codes = Seat(), [area.code for area in laocai().communes[:3]]

    def happen(period: str, values: tuple[float, ...], partial: bool) -> None:
        figures = (("ON_TIME", code, period, value) for code, value in zip(codes, values, strict=True))
        event = entered(*figures)
        seat.happen(
            event.model_copy(
                update={"figures": tuple(one.model_copy(update={"partial": partial}) for one in event.figures)}
            )
        )

    happen("2026-11", (1.0, 2.0, 3.0), True)
    so_far = area_map(ON_TIME, seat.state, "vi")
    assert so_far is not None
    assert so_far.told.startswith("2026-11 so far")
    happen("2026-10", (90.0, 80.0, 70.0), False)
    whole = area_map(ON_TIME, seat.state, "vi")
    assert whole is not None
    assert whole.told.startswith("2026-10 ·")
    assert list(whole.fills) == codes
    assert [row.key for row in league_rows(ON_TIME, seat.state, "vi")] == codes
    assert whole.legend == ("70,0", "80,0", "90,0")


def test_a_legend_that_is_too_long_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    drawn = Choropleth("no figure")
    qtbot.addWidget(drawn)
    drawn.show_fills({}, ["1.000.000–2.000.000", "3.000.000–4.000.000", "5.000.000–6.000.000"])
    lines = []
    for width_px in (900, 260):
        drawn.resize(width_px, 200)
        places = list(drawn._legend_places())
        lines.append(max(line for line, *_ in places))
        assert all(left_px < width_px for _, left_px, *_ in places)
    assert lines[0] == 0 < lines[1]

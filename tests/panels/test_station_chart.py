"""The chart of what is selected: history joined to live, shades, gaps, the lost look, keys, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from backend.contracts.events import ForecastIssued
from backend.contracts.forecasts import Forecast, ForecastPoint
from console.models.csv_export import EXTREMES
from console.panels.station_chart import SPEC, StationChartPanel
from resources import tokens
from tests.panels.chart_room import (
    HOUR_MS,
    MINUTE_MS,
    NOW_MS,
    ChartRoom,
    chart_room,
    laocai,
    rows_of,
    story,
)
from widgets.chart_strip import STRIP_LEAST_PX, Strip
from widgets.chart_ticker import ChartTicker
from widgets.chart_types import View

STATION = "TL-KT-01"
JOIN_MS = NOW_MS - 10 * MINUTE_MS


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database holds a day of two stations."""
    folder = tmp_path_factory.mktemp("history")
    with chart_room(folder) as room:
        for station in laocai().stations:
            if station.station_id in (STATION, "TV-LC"):
                for parameter in station.parameters:
                    samples = story(station, parameter, NOW_MS - 26 * HOUR_MS, JOIN_MS)
                    room.door.fill(rows_of(station.station_id, parameter.symbol, samples))
    return folder


@pytest.fixture
def room(filled: Path, qtbot: QtBot) -> Iterator[ChartRoom]:
    with chart_room(filled) as made:
        yield made


def send_live(room: ChartRoom, until_ms: int = NOW_MS, symbols: tuple[str, ...] = ()) -> None:
    station = next(each for each in laocai().stations if each.station_id == STATION)
    for parameter in station.parameters:
        if not symbols or parameter.symbol in symbols:
            room.send(STATION, parameter.symbol, story(station, parameter, JOIN_MS - 5 * MINUTE_MS, until_ms))


def show(room: ChartRoom, qtbot: QtBot) -> StationChartPanel:
    panel = SPEC.build(room.session)
    assert isinstance(panel, StationChartPanel)
    qtbot.addWidget(panel)
    panel.resize(1000, 620)
    room.session.selection.select("station", STATION)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def loaded(room: ChartRoom, panel: StationChartPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: room.readings.history_from(STATION, "P") is not None, timeout=10_000)
    qtbot.waitUntil(lambda: all(strip.point_count() > 500 for strip in panel.chart.strips), timeout=10_000)


def strip_of(panel: StationChartPanel, symbol: str) -> Strip:
    return next(strip for strip in panel.chart.strips if strip.spec.key == symbol)


def test_a_day_of_history_is_joined_to_live_without_gap_or_double(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    window = room.readings.window(STATION, "SO2", NOW_MS - 24 * HOUR_MS, NOW_MS)
    assert set((window.at_ms[1:] - window.at_ms[:-1]).tolist()) == {MINUTE_MS}
    thinned = room.readings.thinned(STATION, "SO2", NOW_MS - 24 * HOUR_MS, NOW_MS, 800, 150_000)
    assert thinned.joined[:-1].all()
    assert panel.is_live()
    assert STATION in panel.title
    assert "Tằng Loỏng" in panel.title


def test_new_samples_are_drawn_by_the_shared_timer(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    before = strip_of(panel, "SO2").point_count()
    room.clock.at_ms += MINUTE_MS
    room.send(STATION, "SO2", [(NOW_MS + MINUTE_MS, 444.0, 0)])
    qtbot.waitUntil(lambda: strip_of(panel, "SO2").point_count() > before, timeout=5_000)


def test_the_timer_rests_while_no_chart_is_on_a_screen(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    assert ChartTicker.shared().running
    panel.hide()
    assert not ChartTicker.shared().running


def hatched(image: QImage, right_px: int) -> int:
    """White pixels of the hatching in the last columns of the plot."""
    bright = 0
    for x in range(right_px - 10, right_px - 2):
        for y in range(6, image.height() - 6):
            colour = QColor(image.pixel(x, y))
            bright += min(colour.red(), colour.green(), colour.blue()) > 80
    return bright


def test_a_parameter_that_stopped_is_hatched_dimmed_and_says_since_when(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    room.clock.at_ms += 4 * MINUTE_MS
    for parameter in ("SO3", "Flow", "Temp", "P"):
        room.send(STATION, parameter, [(room.clock.at_ms, 20.0, 0)])
    lost, well = strip_of(panel, "SO2"), strip_of(panel, "SO3")
    qtbot.waitUntil(lambda: lost.is_lost, timeout=5_000)
    assert not well.is_lost
    assert lost.lost_words.replace("\N{NO-BREAK SPACE}", " ") == "NO DATA 5 ph"
    plot = lost.view.viewport().grab().toImage()
    other = well.view.viewport().grab().toImage()
    assert hatched(plot, plot.width()) > 40
    assert hatched(other, other.width()) < 10
    value_area = lost.grab().toImage()
    brightest = max(
        QColor(value_area.pixel(x, y)).lightness()
        for x in range(value_area.width() - 150, value_area.width() - 20)
        for y in range(26, 66)
    )
    assert brightest < QColor(tokens.TEXT_2).lightness()


def test_a_chart_whose_clock_runs_on_without_any_sample_never_looks_live(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    assert panel.is_live()
    room.clock.at_ms += HOUR_MS
    qtbot.waitUntil(lambda: all(strip.is_lost for strip in panel.chart.strips), timeout=5_000)
    assert not panel.is_live()


def test_calibration_is_shaded_named_and_does_not_stretch_the_axis(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room, NOW_MS - 5 * MINUTE_MS)
    room.send(STATION, "SO2", [(NOW_MS - number * MINUTE_MS, 5_000.0, 1) for number in (4, 3, 2, 1, 0)])
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    panel.chart.show_span(HOUR_MS)
    panel.chart.refresh()
    scene = strip_of(panel, "SO2").scene
    assert [(shade.label, shade.end_ms, shade.fault) for shade in scene.shades] == [("calibrating", NOW_MS, False)]
    assert scene.high < 1_000.0
    assert len(scene.excluded) == 5


def test_the_crosshair_is_shared_and_its_values_stand_in_the_header(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    viewport = strip_of(panel, "SO2").view.viewport()
    QTest.mouseMove(viewport, QPoint(viewport.width() // 2, 20))
    qtbot.waitUntil(lambda: "SO3" in panel.chart.header_text, timeout=5_000)
    crossed = {strip.scene.cross_ms for strip in panel.chart.strips}
    assert len(crossed) == 1
    (at_ms,) = crossed
    assert at_ms is not None
    nearest = room.readings.nearest(STATION, "SO2", at_ms, HOUR_MS)
    assert nearest is not None
    assert f"SO2 {nearest.value:.1f}".replace(".", ",") in panel.chart.header_text


def test_keys_pan_zoom_and_return_to_now(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    chart = panel.chart
    assert chart.following
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.view.end_ms < NOW_MS
    span_ms = chart.view.span_ms
    QTest.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.view.span_ms == span_ms // 2
    QTest.keyClick(chart, Qt.Key.Key_L)
    assert chart.following
    assert chart.view.end_ms >= NOW_MS
    QTest.keyClick(chart, Qt.Key.Key_PageDown)
    assert chart.following


def test_zooming_at_the_pointer_keeps_what_is_under_it(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    chart = panel.chart
    chart.show_view(View(NOW_MS - 10 * HOUR_MS, NOW_MS - 2 * HOUR_MS))
    chart.zoom(0.5, NOW_MS - 4 * HOUR_MS)
    assert (chart.view.start_ms, chart.view.end_ms) == (NOW_MS - 7 * HOUR_MS, NOW_MS - 3 * HOUR_MS)


def test_history_that_cannot_be_had_is_told_in_the_strips_place(room: ChartRoom, qtbot: QtBot) -> None:
    room.door.refuse = "máy chủ không trả lời"
    panel = show(room, qtbot)
    qtbot.waitUntil(lambda: room.door.refuse in strip_of(panel, "SO2").scene.notice, timeout=5_000)
    assert panel.said
    assert not panel.is_live()


def test_a_selected_river_gauge_replaces_the_strips(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    room.session.selection.select("station", "TV-LC")
    assert [strip.spec.key for strip in panel.chart.strips] == ["Level"]
    qtbot.waitUntil(lambda: strip_of(panel, "Level").point_count() > 500, timeout=10_000)


def test_a_forecast_is_a_ribbon_ahead_of_now(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    room.session.selection.select("station", "TV-LC")
    room.send("TV-LC", "Level", [(NOW_MS, 80.2, 0)])
    qtbot.waitUntil(lambda: panel.chart.strips[0].spec.key == "Level", timeout=5_000)
    (strip,) = panel.chart.strips
    qtbot.waitUntil(lambda: strip.point_count() > 500, timeout=10_000)
    assert strip.ahead_count() == 0
    assert panel.chart.view.end_ms < NOW_MS + HOUR_MS
    points = tuple(
        ForecastPoint(at_ms=NOW_MS + hour * HOUR_MS, value=80.0 + hour, low=79.5 + hour, high=80.5 + hour)
        for hour in (-1, 1, 2, 4)
    )
    forecast = Forecast(
        station_id="TV-LC", symbol="Level", source="Đài KTTV", issued_ms=NOW_MS, received_ms=NOW_MS, points=points
    )
    room.happen(ForecastIssued(forecast=forecast))
    qtbot.waitUntil(lambda: strip.ahead_count() == 3, timeout=5_000)
    assert panel.chart.view.end_ms >= NOW_MS + 4 * HOUR_MS
    assert strip.scene.high >= 84.5, "the axis holds the ribbon"
    panel.chart.pan(-0.1)
    assert not panel.chart.following, "a step back from the ribbon's end is a step back"
    room.clock.at_ms += 5 * HOUR_MS
    panel.chart.go_live()
    qtbot.waitUntil(lambda: strip.ahead_count() == 0, timeout=5_000)
    assert panel.chart.view.end_ms < room.clock.at_ms + HOUR_MS, "what has run out is not drawn"


def test_a_camera_shows_the_station_nearest_to_it_and_says_so(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    room.session.selection.select("camera", "mt-tl-dap")
    assert panel.station is not None
    assert panel.station.station_id.startswith("TL-KT-")
    assert "km" in panel.title


def test_what_is_shown_is_saved_as_csv_and_the_count_is_told(room: ChartRoom, qtbot: QtBot, tmp_path: Path) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    path = tmp_path / "out.csv"
    panel.export(path)
    qtbot.waitUntil(lambda: "out.csv" in panel.said, timeout=5_000)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    shown = sum(
        len(room.readings.window(STATION, strip.spec.key, panel.chart.view.start_ms, panel.chart.view.end_ms).at_ms)
        for strip in panel.chart.strips
    )
    assert len(lines) == shown + 1
    assert shown > 5 * 1400
    panel.export(tmp_path / "none" / "out.csv")
    qtbot.waitUntil(lambda: "Not saved" in panel.said, timeout=5_000)


def test_the_span_survives_a_restart_and_broken_state_is_ignored(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    panel.chart.show_span(6 * HOUR_MS)
    state = panel.save_state()
    other = StationChartPanel(room.session)
    qtbot.addWidget(other)
    other.restore_state(state)
    assert other.chart.view.span_ms == 6 * HOUR_MS
    other.restore_state({"span_ms": "soon", "station_id": 7})
    assert other.chart.view.span_ms == 6 * HOUR_MS


def test_after_the_link_was_away_history_is_asked_again(room: ChartRoom, qtbot: QtBot) -> None:
    send_live(room)
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    asked = len(room.door.asked)
    room.link.unlinked("cut")
    room.link.linked()
    room.link.heard(0.0)
    qtbot.waitUntil(lambda: len(room.door.asked) >= asked + 5, timeout=5_000)


def test_the_csv_button_says_when_a_file_would_hold_extremes_only(
    room: ChartRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("console.panels.station_chart.MAX_POINTS", 200)
    panel = show(room, qtbot)
    button = next(each for each in panel.findChildren(QPushButton) if each.text().startswith("CSV"))
    qtbot.waitUntil(lambda: "extremes only" in button.toolTip(), timeout=10_000)
    panel.export(tmp_path / "file.csv")
    qtbot.waitUntil((tmp_path / "file.csv").exists, timeout=10_000)
    qtbot.waitUntil(lambda: "file.csv" in panel.said, timeout=10_000)
    assert EXTREMES["vi"] in (tmp_path / "file.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    panel.chart.show_span(HOUR_MS)
    qtbot.waitUntil(lambda: "extremes only" not in button.toolTip(), timeout=10_000)


def test_how_much_is_shown_at_first_and_how_often_it_is_painted_are_settings(room: ChartRoom, qtbot: QtBot) -> None:
    room.session.chart_hours = 6
    panel = show(room, qtbot)
    assert panel.chart.view.span_ms == 6 * HOUR_MS
    ticker = ChartTicker.shared()
    ticker.set_rate(5)
    assert ticker.interval_ms == 200
    ticker.set_rate(20)


def test_names_of_limits_keep_clear_of_the_line_in_low_strips(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    loaded(room, panel, qtbot)
    panel.resize(900, 380)
    room.session.selection.select("station", "TV-LC")
    qtbot.waitUntil(lambda: strip_of(panel, "Level").point_count() > 500, timeout=10_000)
    for height in (130, 200, 380):
        panel.resize(900, height)
        panel.chart.refresh()
        strip = strip_of(panel, "Level")
        area = strip.overlay.boundingRect()
        labels = [label for label, _, _ in strip.overlay.limit_labels(area)]
        assert labels
        assert not any(strip.scene.covers_line(label, area.width(), area.height()) for label in labels), height


def test_the_sentence_of_a_strip_without_data_is_not_written_over_its_limits_name(
    room: ChartRoom, qtbot: QtBot
) -> None:
    room.door.refuse = "máy chủ không trả lời"
    panel = show(room, qtbot)
    strip = strip_of(panel, "SO2")
    qtbot.waitUntil(lambda: room.door.refuse in strip.scene.notice, timeout=5_000)
    area = strip.overlay.boundingRect()
    labels = strip.overlay.limit_labels(area)
    assert [limit.name for _, _, limit in labels] == [limit.name for limit in strip.scene.limits]
    assert not any(label.intersects(strip.overlay.notice_box(area)) for label, _, _ in labels)


def test_only_whole_strips_are_shown_and_the_others_are_counted_and_a_click_away(room: ChartRoom, qtbot: QtBot) -> None:
    panel = show(room, qtbot)
    chart = panel.chart
    assert chart.hidden_strips == 0
    panel.resize(900, 250)
    shown = [strip for strip in chart.strips if strip.isVisible()]
    assert len(shown) + chart.hidden_strips == len(chart.strips) == 5
    assert chart.hidden_strips > 0
    assert all(strip.visibleRegion().boundingRect() == strip.rect() for strip in shown)
    assert all(strip.height() >= STRIP_LEAST_PX for strip in shown)
    more = next(each for each in chart.findChildren(QPushButton) if each.text() == f"+{chart.hidden_strips}")
    seen = {strip.spec.key for strip in shown}
    for _ in range(3):
        QTest.mouseClick(more, Qt.MouseButton.LeftButton)
        seen |= {strip.spec.key for strip in chart.strips if strip.isVisible()}
    assert seen == {strip.spec.key for strip in chart.strips}
    panel.resize(900, 620)
    assert chart.hidden_strips == 0
    assert not more.isVisible()

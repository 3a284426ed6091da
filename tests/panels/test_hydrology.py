"""The hydrology board: words, slope and forecast of each gauge, sums and classes of rain, silence, no site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from backend.contracts.events import ForecastIssued
from backend.contracts.forecasts import Forecast, ForecastPoint
from backend.contracts.readings import ReadingStatus
from console.models.hydrology import LOOK_ROLE
from console.models.session import Selected
from console.panels.hydrology import SPEC, HydrologyPanel
from resources import tokens
from tests.panels.chart_room import HOUR_MS, MINUTE_MS, NOW_MS, ChartRoom, chart_room, laocai, rows_of
from widgets.gauge_row import GaugeLook

STILL = laocai().model_copy(update={"speed_up": 1.0})
DAY_MS = 24 * HOUR_MS


def level(at_ms: int) -> float:
    """0.6 m/h for the last three hours, still before; 80.35 m now."""
    return 80.35 + 0.6 * (max(at_ms, NOW_MS - 3 * HOUR_MS) - NOW_MS) / HOUR_MS


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TV-LC rises; TV-BH stopped two hours ago; it rains at three of four stations, MUA-BY measured half of it only."""
    folder = tmp_path_factory.mktemp("history")
    with chart_room(folder) as room:
        times = range(NOW_MS - 25 * HOUR_MS, NOW_MS + 1, MINUTE_MS)
        room.door.fill(rows_of("TV-LC", "Level", [(at, level(at), 0) for at in times]))
        room.door.fill(rows_of("TV-BH", "Level", [(at, 57.5, 0) for at in times if at < NOW_MS - 2 * HOUR_MS]))
        wet = range(NOW_MS - 73 * HOUR_MS, NOW_MS + 1, MINUTE_MS)
        for station, mm, hours in (("MUA-SP", 0.1, 18), ("MUA-BX", 0.05, 2), ("MUA-LC", 0.0, 0), ("MUA-BY", 0.01, 80)):
            since_ms = NOW_MS - hours * HOUR_MS
            samples: list[tuple[int, float, ReadingStatus]]
            samples = [(at, mm if at > since_ms else 0.0, 0) for at in wet]
            if station == "MUA-BY":
                samples = [each for each in samples if each[0] > NOW_MS - 5 * HOUR_MS]
            room.door.fill(rows_of(station, "Rain", samples))
    return folder


@pytest.fixture
def room(filled: Path, qtbot: QtBot) -> Iterator[ChartRoom]:
    with chart_room(filled, STILL) as made:
        yield made


@pytest.fixture
def panel(room: ChartRoom, qtbot: QtBot) -> HydrologyPanel:
    return shown(room, qtbot)


def shown(room: ChartRoom, qtbot: QtBot) -> HydrologyPanel:
    made = SPEC.build(room.session)
    assert isinstance(made, HydrologyPanel)
    qtbot.addWidget(made)
    made.resize(1240, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


def loaded(panel: HydrologyPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "loading" not in panel.summary[1], timeout=20_000)
    qtbot.waitUntil(lambda: look(panel, "TV-LC").curve is not None, timeout=5_000)


def look(panel: HydrologyPanel, station_id: str) -> GaugeLook:
    place = panel.gauges.place_of(station_id)
    assert place is not None
    found = panel.gauges.index(place).data(LOOK_ROLE)
    assert isinstance(found, GaugeLook)
    return found


def cells(panel: HydrologyPanel, station_id: str) -> list[str]:
    place = panel.rains.place_of(station_id)
    assert place is not None
    return [str(panel.rains.index(place, column).data()) for column in range(panel.rains.columnCount())]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def forecast(*points: tuple[float, float, str], issued_ms: int = NOW_MS - HOUR_MS) -> ForecastIssued:
    return ForecastIssued(
        forecast=Forecast(
            station_id="TV-LC",
            symbol="Level",
            source="Đài KTTV tỉnh",
            issued_ms=issued_ms,
            received_ms=issued_ms,
            points=tuple(
                ForecastPoint(at_ms=issued_ms + round(h * HOUR_MS), value=v, low=v - 0.2, high=v + 0.2, words=words)
                for h, v, words in points
            ),
        )
    )


def test_a_rising_gauge_says_how_far_and_how_fast(panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    found = look(panel, "TV-LC")
    assert (found.level, found.unit, found.priority, found.fast) == ("80,35", "m", 3, True)
    assert found.words == "above BĐ1 by 0,35 m"
    assert found.rate == "⇈ +0,60 m/h, rising fast"
    assert found.ahead == "no forecast"
    assert "Thủy văn" in found.camera or found.camera
    assert panel.summary[0].startswith("3 gauges   ·   1 at or above BĐ1   ·   1 rising fast   ·   2 silent")
    assert panel.is_live()


def test_what_is_old_is_no_level_of_now(panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    silent = look(panel, "TV-BH")
    assert (silent.stale, silent.priority, silent.rate) == (True, None, "")
    assert plain(silent.state) == "SILENT 2 giờ"
    never = look(panel, "TV-BY")
    assert (never.level, never.words, never.state, never.curve) == ("–", "", "no data yet", None)


def test_calibration_is_shown_and_judges_nothing(room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    room.send("TV-LC", "Level", [(NOW_MS + 1, 99.0, 1)])
    qtbot.waitUntil(lambda: look(panel, "TV-LC").level == "99,00", timeout=5_000)
    found = look(panel, "TV-LC")
    assert (found.words, found.priority) == ("", None)
    assert found.state.startswith("calibrating")
    assert found.rate.startswith("⇈ +0,60"), "the slope is of what was measured"


def test_a_forecast_is_a_ribbon_ahead_of_now(room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    room.happen(forecast((3, 81.6, ""), (7, 83.0, "BĐ2 + 1,0 m"), (13, 82.4, "")))
    found = look(panel, "TV-LC")
    assert plain(found.ahead) == (
        "forecast up to 83,00 m at 16:02 22/11 (BĐ2 + 1,0 m) · Đài KTTV tỉnh, issued 09:02 22/11"
    )
    curve = found.curve
    assert curve is not None
    now = float(curve.now[0])
    assert now < 1.0
    assert np.all(curve.x <= now + 1e-9)
    assert len(curve.ahead_x) == 4, "it begins where the water stands"
    assert curve.ahead_x[0] <= now < curve.ahead_x[1]
    assert np.all(curve.ahead_low <= curve.ahead_y)
    assert np.all(curve.ahead_y <= curve.ahead_high)
    assert set(curve.marks) >= {"BĐ1", "BĐ2", "BĐ3"}
    assert curve.mark_y.min() >= 0
    assert curve.mark_y.max() <= 1


def test_a_forecast_that_has_run_out_is_not_drawn(room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    room.happen(forecast((3, 81.6, ""), issued_ms=NOW_MS - 10 * HOUR_MS))
    found = look(panel, "TV-LC")
    assert found.ahead.startswith("the forecast has run out · Đài KTTV tỉnh")
    assert found.curve is not None
    assert len(found.curve.ahead_x) == 0


def test_rain_sums_with_their_classes(panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    # 0.1 mm a minute for 18 hours; the day began 15 h 2 min 15 s ago, at 19:00.
    assert cells(panel, "MUA-SP")[1:10] == [
        "6,0", "18,0", "36,0", "72,0", "108,0", "108,0", "108,0", "90,3", "mưa rất to",
    ]  # fmt: skip
    assert cells(panel, "MUA-BX")[5] == "6,0"
    assert cells(panel, "MUA-BX")[9] == "mưa"
    assert cells(panel, "MUA-LC")[1:10] == ["0,0"] * 8 + ["không mưa"]
    assert cells(panel, "MUA-BY")[1:6] == ["0,6", "1,8", "≥ 3,0", "≥ 3,0", "≥ 3,0"], "five hours were measured"
    assert panel.summary[1].startswith(
        "Rain of 24 h: nhiều nơi (3 of 4 stations)   ·   most 108,0 mm, mưa rất to, Trạm mưa Sa Pa"
    )
    assert "amount of 100–200 mm in 24 h" in panel.summary[1]
    assert "no level of risk" in panel.summary[1]
    place = panel.rains.place_of("MUA-SP")
    assert place is not None

    def ground(column: int) -> QColor | None:
        found = panel.rains.index(place, column).data(Qt.ItemDataRole.BackgroundRole)
        assert found is None or isinstance(found, QColor)
        return found

    assert [ground(column) is not None for column in range(1, 9)] == [False, False, False, True, True, *[False] * 3]
    assert ground(5) == QColor(tokens.RAIN["very_heavy"])


def test_the_rain_map_draws_what_the_table_says_and_selects(
    room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot
) -> None:
    loaded(panel, qtbot)
    spots = {spot.key: spot for spot in panel.rain_map.spots}
    assert spots["MUA-SP"].label.endswith("108,0")
    assert spots["MUA-SP"].tint == tokens.RAIN["very_heavy"]
    assert spots["MUA-LC"].tint == ""
    spot = spots["MUA-SP"]
    at = panel.rain_map._at(spot.lat_deg, spot.lon_deg)
    image = panel.rain_map.grab().toImage()
    ratio = panel.rain_map.devicePixelRatioF()
    assert image.pixelColor(round(at.x() * ratio), round((at.y() - 8) * ratio)) == QColor(spot.tint)
    QTest.mouseClick(panel.rain_map, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y())))
    assert room.session.selection.current == Selected("station", "MUA-SP")


def test_a_row_selects_its_station_and_enter_brings_the_room_there(
    room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot
) -> None:
    loaded(panel, qtbot)
    gone_to: list[object] = []
    room.session.selection.go_to.connect(gone_to.append)
    panel.setFocus()
    view = panel.focusProxy()
    assert view is not None
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert room.session.selection.current == Selected("station", "TV-LC")
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert room.session.selection.current == Selected("station", "TV-BH")
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert gone_to == [Selected("station", "TV-BH")]


def test_time_alone_makes_a_gauge_silent(room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    room.clock.at_ms += 4 * MINUTE_MS
    qtbot.waitUntil(lambda: look(panel, "TV-LC").stale, timeout=5_000)
    assert look(panel, "TV-LC").rate == ""
    assert panel.summary[0].endswith("3 silent")


def test_a_room_without_gauges_says_what_to_do(tmp_path: Path, qtbot: QtBot) -> None:
    with chart_room(tmp_path, STILL.model_copy(update={"stations": ()})) as room:
        panel = shown(room, qtbot)
        words = [label.text() for label in panel.findChildren(type(panel._message)) if label.isVisible()]
        assert any("no river gauge" in text for text in words)
        assert not panel.is_live()


def test_the_server_that_refuses_history_is_told(filled: Path, qtbot: QtBot) -> None:
    with chart_room(filled, STILL) as room:
        room.door.refuse = "máy chủ bận"
        panel = shown(room, qtbot)
        qtbot.waitUntil(lambda: "máy chủ bận" in panel.summary[1], timeout=5_000)


def test_both_models_keep_qts_rules(room: ChartRoom, panel: HydrologyPanel, qtbot: QtBot) -> None:
    loaded(panel, qtbot)
    for model in (panel.gauges, panel.rains):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    room.send("TV-LC", "Level", [(NOW_MS + 1, 80.4, 0)])
    room.send("MUA-LC", "Rain", [(NOW_MS + 1, 1.5, 0)])
    qtbot.waitUntil(lambda: look(panel, "TV-LC").level == "80,40", timeout=5_000)

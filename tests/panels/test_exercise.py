"""The banner of a training room on every seat, and the scoring sheet as a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from backend.contracts.commands import Role
from backend.contracts.events import AlertAcknowledged, AlertRaised, AlertReturned, MarkPlaced, SiteLoaded
from backend.contracts.exercise import ExerciseAnswer, ScoreSheet
from backend.contracts.kinds.alerts import Priority
from backend.contracts.marks import Mark
from backend.contracts.site import Site
from backend.exercise.score import Scorer
from console.chrome.banner import WORD, ExerciseBanner
from console.models.numbers import NO_VALUE
from console.models.score import Column
from console.panels.score import ScorePanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert, laocai
from tests.unit.exercise_samples import Log, alert_of, scenario_of

TITLES = {"exercise_vi": "Lũ sông Hồng", "exercise_en": "Red River flood"}


def training() -> Site:
    return laocai().model_copy(update=TITLES)


def banner_of(qtbot: QtBot, seat: Seat, width_px: int = 1366) -> ExerciseBanner:
    banner = ExerciseBanner(seat.session)
    qtbot.addWidget(banner)
    banner.resize(width_px, 60)
    return banner


def call(text: str, at_ms: int, by: str = "dao-dien", mark_id: str = "exercise-step-goi") -> MarkPlaced:
    return MarkPlaced(mark=Mark(mark_id=mark_id, kind="note", at_ms=at_ms, text=text, placed_by=by, placed_ms=at_ms))


def test_a_real_room_has_no_banner(qtbot: QtBot) -> None:
    seat = Seat()
    banner = banner_of(qtbot, seat)
    assert banner.isHidden()
    seat.happen(call("Điện thoại", 1))
    assert banner.isHidden()


def test_a_bulletin_of_an_exercise_is_told_in_a_real_room_as_long_as_it_is_in_force(qtbot: QtBot) -> None:
    seat = Seat(language="en")
    banner = banner_of(qtbot, seat)
    seat.raise_alerts(alert("real", Priority.CRITICAL))
    assert banner.isHidden()
    seat.raise_alerts(alert("drill", Priority.HIGH, headline="Diễn tập lũ quét").model_copy(update={"exercise": True}))
    assert not banner.isHidden()
    assert banner.note.startswith(WORD)
    assert "Every alert that is not marked so is real" in banner.note
    assert WORD in banner.accessibleName()
    seat.happen(AlertAcknowledged(alert_id="drill"), AlertReturned(alert_id="drill"))
    assert banner.isHidden()


def test_a_training_room_carries_it_in_both_languages_whatever_the_desk_speaks(qtbot: QtBot) -> None:
    for language in ("vi", "en"):
        seat = Seat(language=language)
        banner = banner_of(qtbot, seat)
        seat.happen(SiteLoaded(site=training()))
        assert not banner.isHidden()
        assert banner.title == "Lũ sông Hồng — Red River flood"
        assert WORD in banner.accessibleName()


def test_it_goes_when_the_site_is_a_real_one_again(qtbot: QtBot) -> None:
    """A replay session seeks from one log to another."""
    seat = Seat()
    banner = banner_of(qtbot, seat)
    seat.happen(SiteLoaded(site=training()))
    seat.happen(SiteLoaded(site=laocai()))
    assert banner.isHidden()


def test_the_newest_call_of_the_instructor_is_on_it_and_nobody_elses_note(qtbot: QtBot) -> None:
    seat = Seat()
    seat.happen(SiteLoaded(site=training()))
    banner = banner_of(qtbot, seat)
    assert banner.note == ""
    seat.happen(call("05:30 · thứ nhất", 1000))
    seat.happen(call("06:30 · thứ hai", 2000, mark_id="exercise-step-b"))
    seat.happen(call("ghi chú của trực ban", 3000, by="truc-ban-1", mark_id="exercise-step-c"))
    assert banner.note == "06:30 · thứ hai"


def test_its_stripes_are_on_both_ends_and_its_words_fit_a_laptop(qtbot: QtBot) -> None:
    seat = Seat()
    seat.happen(SiteLoaded(site=training()))
    banner = banner_of(qtbot, seat)
    banner.show()
    qtbot.waitExposed(banner)
    picture = banner.grab().toImage()
    middle = 15
    for left in (0, banner.width() - 80):
        colours = {picture.pixelColor(x, middle).name() for x in range(left, left + 80)}
        assert len(colours) >= 2, "the end is not striped"
    assert banner._title.shown_text() == banner.title


class Server:
    """Answers the sheet that the test holds."""

    def __init__(self) -> None:
        self.sheet: ScoreSheet | None = None
        self.refusal = ""
        self.asked: list[dict[str, str | int]] = []

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[BaseModel],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        assert (path, model) == ("/api/v1/exercise/score", ExerciseAnswer)
        self.asked.append(dict(query))
        if self.refusal:
            failed(self.refusal)
        else:
            done(ExerciseAnswer(sheet=self.sheet))


def sheet_of(folder: Path, acknowledged: bool) -> ScoreSheet:
    log = Log()
    log.start()
    log.add(100.0, AlertRaised(alert=alert_of("song", "station.level", 100.0, "R-01")))
    if acknowledged:
        log.add(112.5, AlertAcknowledged(alert_id="song"), "truc-ban-1")
        log.end(500.0)
    scorer = Scorer(scenario_of(folder))
    scorer.feed(log.events)
    return scorer.sheet(110_000 if not acknowledged else 500_000)


def panel_of(qtbot: QtBot, seat: Seat, server: Server) -> ScorePanel:
    seat.session.server = cast(Any, server)
    panel = ScorePanel(seat.session)
    qtbot.addWidget(panel)
    panel.resize(900, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def cells(panel: ScorePanel, row: int) -> list[str]:
    model = panel.table.model()
    return [str(model.index(row, column).data(Qt.ItemDataRole.DisplayRole)) for column in range(len(Column))]


def test_in_a_real_room_it_says_that_this_is_no_exercise_and_asks_nothing(qtbot: QtBot) -> None:
    server = Server()
    panel = panel_of(qtbot, Seat(Role.SUPERVISOR, language="en"), server)
    assert panel.message == "This is not an exercise"
    assert panel.is_live()
    panel._ask_timer.timeout.emit()
    panel._beat.timeout.emit()
    assert server.asked == []


def test_the_sheet_is_there_and_follows_the_room(qtbot: QtBot, tmp_path: Path) -> None:
    seat, server = Seat(Role.SUPERVISOR, language="en"), Server()
    seat.happen(SiteLoaded(site=training()))
    server.sheet = sheet_of(tmp_path, acknowledged=False)
    panel = panel_of(qtbot, seat, server)
    qtbot.waitUntil(lambda: panel.table.model().rowCount() == 4)
    assert panel.message == ""
    assert cells(panel, 0) == ["… waiting", "Ghi nhận mực nước", "07:01:40", "(60 s)", NO_VALUE, "0/10"]
    server.sheet = sheet_of(tmp_path, acknowledged=True)
    seat.raise_alerts(alert_of("neu", "station.level", 1.0, "TV-LC"))
    qtbot.waitUntil(lambda: cells(panel, 0)[0] == "✓ met")
    assert cells(panel, 0)[3:] == ["12.5 s (60 s)", "truc-ban-1", "10/10"]
    assert "10 of 10 points" in panel._summary.text()
    assert "PASSED" in panel._summary.text()


def test_who_may_not_debrief_is_told_when_he_may(qtbot: QtBot) -> None:
    seat, server = Seat(Role.DUTY_OFFICER, language="en"), Server()
    seat.happen(SiteLoaded(site=training()))
    server.refusal = "the role duty_officer sees the sheet when the exercise is over"
    panel = panel_of(qtbot, seat, server)
    qtbot.waitUntil(lambda: "when the exercise is over" in panel.message)
    assert panel.is_live()

"""The recording panel: conditions worst first, figures, disks, holds and their release, packages and their progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backend.contracts.commands import ChangeExport, ReleaseEvidence, Role
from backend.contracts.events import (
    EvidenceHeld,
    EvidenceReleased,
    ExportChanged,
    ExportOrdered,
    RecordingChanged,
)
from backend.contracts.recording import (
    ExportOrder,
    ExportPassphrase,
    ExportProgress,
    Hold,
    RecorderHealth,
    RecordingHealth,
    VolumeHealth,
)
from console.models.numbers import NO_VALUE
from console.models.recordings import (
    FIGURES_ROLE,
    HEALTH_DOOR,
    Column,
    RecordingsModel,
    bytes_words,
)
from console.models.replay import ReplayControl
from console.models.session import Selected
from console.panels.recordings import SPEC, RecordingsPanel
from console.timebase import ReplayClock
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert, laocai
from widgets.progress_row import ROW_ROLE, ProgressRow

CAMERAS = laocai().cameras
GB = 1_000_000_000


class EvidenceDoors(QObject):
    """The server's end: answers what it is given, refuses what it is told to; answers come by the event loop."""

    _answered = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, BaseModel | str] = {}
        self.asked: list[str] = []
        self._answered.connect(lambda call, answer: call(answer), Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        self.asked.append(path)
        answer = self.answers.get(path, "there is no such door")
        if isinstance(answer, str):
            self._answered.emit(failed, answer)
        else:
            self._answered.emit(done, model.model_validate_json(answer.model_dump_json()))

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        self.asked.append(path)
        answer = self.answers.get(path, "there is no such door")
        if isinstance(answer, str):
            self._answered.emit(failed, answer)
        else:
            file.write_bytes(answer.model_dump_json().encode())
            self._answered.emit(done, file)


def health() -> RecorderHealth:
    def camera(number: int, gaps: int, gap_s: float) -> RecordingHealth:
        return RecordingHealth(
            camera_id=CAMERAS[number].camera_id, mode="continuous", stream="main", retention_class="thường",
            bytes_day=22 * GB, recorded_s=86_000, gap_s=gap_s, gaps=gaps, kept_bytes=150 * GB,
            kept_from_ms=CLOCK_MS - 6 * 86_400_000,
        )  # fmt: skip

    volumes = (
        VolumeHealth(name="nhanh", free_bytes=800 * GB, used_bytes=1200 * GB, held_bytes=14 * GB, days_left=9.7),
        VolumeHealth(name="chậm", free_bytes=0, used_bytes=0, held_bytes=0, days_left=None, fault="không đọc được"),
    )
    return RecorderHealth(at_ms=CLOCK_MS, cameras=(camera(0, 0, 0.0), camera(1, 2, 250.0)), volumes=volumes)


CLOCK_MS = 1_795_316_535_000


@pytest.fixture
def seat(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Seat:
    made = Seat(Role.SUPERVISOR)
    monkeypatch.setattr(made.clock, "now_ms", lambda: CLOCK_MS)
    made.session.server = EvidenceDoors()
    doors(made).answers[HEALTH_DOOR] = health()
    return made


def doors(seat: Seat) -> EvidenceDoors:
    return cast(EvidenceDoors, seat.session.server)


def show(seat: Seat, qtbot: QtBot) -> RecordingsPanel:
    panel = SPEC.build(seat.session)
    assert isinstance(panel, RecordingsPanel)
    qtbot.addWidget(panel)
    panel.resize(1100, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def record(seat: Seat, number: int, condition: str, reason: str = "") -> None:
    seat.happen(RecordingChanged(camera_id=CAMERAS[number].camera_id, condition=condition, reason=reason))  # type: ignore[arg-type]


def conditions(model: RecordingsModel) -> list[str | None]:
    return [row.condition for row in model.rows]


def cell(panel: RecordingsPanel, row: int, column: Column) -> str:
    index = panel.model.index(row, column)
    return str(index.data(FIGURES_ROLE) or index.data()).replace("\N{NO-BREAK SPACE}", " ")


def test_the_worst_stands_first_and_trouble_is_told_by_shape_word_and_count(seat: Seat, qtbot: QtBot) -> None:
    panel = show(seat, qtbot)
    tester = QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert "nothing" in panel.summary.lower()
    for number, condition in enumerate(("recording", "off", "waiting", "gap", "failed", "recording")):
        record(seat, number, condition, "đĩa đầy" if condition == "failed" else "")
    assert conditions(panel.model)[:2] == ["failed", "gap"]
    assert conditions(panel.model)[-1] == "off"
    assert cell(panel, 0, Column.CONDITION).startswith("⬢ cannot be stored")
    assert "đĩa đầy" in cell(panel, 0, Column.CONDITION)
    assert "3 of 5" in panel.summary
    assert "1 with a gap now" in panel.summary
    assert tester.model() is panel.model


def test_figures_come_from_the_recorder_and_gaps_sort_among_equals(seat: Seat, qtbot: QtBot) -> None:
    record(seat, 0, "recording")
    record(seat, 1, "recording")
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: any(row.health for row in panel.model.rows), timeout=5_000)
    rows = {row.camera_id: number for number, row in enumerate(panel.model.rows)}
    first, second = rows[CAMERAS[1].camera_id], rows[CAMERAS[0].camera_id]
    assert first < second
    assert cell(panel, first, Column.GAPS) == "2 · 4 ph"
    assert cell(panel, first, Column.DAY) == "22,0 GB"
    assert cell(panel, first, Column.KEPT) == "6 ngày"
    assert cell(panel, second, Column.GAPS) == NO_VALUE
    fast, slow = panel._volumes.volumes
    assert "800 GB" in fast.words.replace("\N{NO-BREAK SPACE}", " ")
    assert "14,0 GB" in fast.words.replace("\N{NO-BREAK SPACE}", " ")
    assert fast.used == pytest.approx(0.6)
    assert (slow.trouble, "không đọc được" in slow.words) == (True, True)


def test_a_recorder_that_does_not_answer_is_told_and_conditions_stay(seat: Seat, qtbot: QtBot) -> None:
    doors(seat).answers[HEALTH_DOOR] = "máy chủ không trả lời"
    record(seat, 0, "recording")
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: any("máy chủ" in look.words for look in panel._volumes.volumes), timeout=5_000)
    assert "recording" in conditions(panel.model)


def test_a_row_selects_its_camera_for_the_room(seat: Seat, qtbot: QtBot) -> None:
    record(seat, 2, "failed")
    panel = show(seat, qtbot)
    panel.table.selectRow(0)
    assert seat.session.selection.current == Selected("camera", CAMERAS[2].camera_id)
    seat.session.selection.select("camera", CAMERAS[5].camera_id)
    assert panel.model.rows[panel.table.currentIndex().row()].camera_id == CAMERAS[5].camera_id


HOLD = Hold(
    hold_id="h1", alert_id="", camera_ids=(), start_ms=CLOCK_MS - 60_000, end_ms=CLOCK_MS, reason="điều tra vụ cháy",
    placed_by="an.tran", placed_ms=CLOCK_MS,
)  # fmt: skip


def test_a_hold_is_released_with_a_reason_by_who_may(seat: Seat, qtbot: QtBot) -> None:
    seat.happen(EvidenceHeld(hold=HOLD))
    panel = show(seat, qtbot)
    assert not panel.release.isEnabled()
    panel.hold_list.setCurrentIndex(panel.holds.index(0))
    QTest.mouseClick(panel.release, Qt.MouseButton.LeftButton)
    QTest.keyClick(panel.reason, Qt.Key.Key_Return)
    assert not seat.sent, "a release without a reason is not sent"
    QTest.keyClick(panel.reason, Qt.Key.Key_Escape)
    assert not panel.reason.isVisible()
    QTest.mouseClick(panel.release, Qt.MouseButton.LeftButton)
    QTest.keyClicks(panel.reason, "da ban giao")
    QTest.keyClick(panel.reason, Qt.Key.Key_Return)
    (command,) = seat.sent
    assert isinstance(command, ReleaseEvidence)
    assert (command.hold_id, command.reason) == ("h1", "da ban giao")
    assert panel.holds.rowCount() == 1, "nothing is shown as done before its event is back"
    seat.grant(EvidenceReleased(hold_id="h1", reason="da ban giao"))
    assert panel.holds.rowCount() == 0
    assert not panel.hold_list.isVisible()


def test_a_refusal_stands_in_the_panel(seat: Seat, qtbot: QtBot) -> None:
    seat.happen(EvidenceHeld(hold=HOLD))
    panel = show(seat, qtbot)
    panel.hold_list.setCurrentIndex(panel.holds.index(0))
    panel.reason.setText("x")
    panel.reason.returnPressed.emit()
    seat.refuse("unavailable", "đĩa đầy")
    assert "đĩa đầy" in panel.outcome


def order(seat: Seat, export_id: str = "e1", encrypt: bool = False) -> None:
    wanted = ExportOrder(
        title="Cháy Cốc Lếu", start_ms=CLOCK_MS - 60_000, end_ms=CLOCK_MS, camera_ids=(CAMERAS[0].camera_id,),
        encrypt=encrypt,
    )  # fmt: skip
    seat.happen(ExportOrdered(export_id=export_id, order=wanted), actor="an.tran")


def row_of(panel: RecordingsPanel) -> ProgressRow:
    row = panel.exports.index(0).data(ROW_ROLE)
    assert isinstance(row, ProgressRow)
    return row


def progress(share: float, step: str) -> ExportProgress:
    return ExportProgress(export_id="e1", condition="running", share=share, step=step, files=3, bytes=GB)


def test_how_far_a_package_is_is_asked_for_only_while_it_is_made_and_seen(
    seat: Seat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = "/api/v1/exports/e1"
    doors(seat).answers[door] = progress(0.25, "video")
    panel = show(seat, qtbot)
    assert not panel.exports.polling
    order(seat)
    qtbot.waitUntil(lambda: row_of(panel).share == pytest.approx(0.25), timeout=5_000)
    assert row_of(panel).state == "25%"
    assert row_of(panel).detail.startswith("video")
    panel.hide()
    assert not panel.exports.polling
    panel.show()
    doors(seat).answers[door] = progress(0.75, "báo cáo")
    qtbot.waitUntil(lambda: row_of(panel).share == pytest.approx(0.75), timeout=5_000)
    seat.happen(ExportChanged(export_id="e1", condition="done", digest="ab" * 32))
    assert not panel.exports.polling
    assert row_of(panel).share is None
    assert "ready" in row_of(panel).state


def test_a_package_whose_door_fails_says_so_and_stays(seat: Seat, qtbot: QtBot) -> None:
    panel = show(seat, qtbot)
    order(seat)
    qtbot.waitUntil(lambda: "no such door" in row_of(panel).detail, timeout=5_000)
    assert row_of(panel).title == "Cháy Cốc Lếu"


def wish_of(seat: Seat) -> str:
    command = seat.sent[-1]
    assert isinstance(command, ChangeExport)
    return command.wish


def test_a_package_is_stopped_goes_on_and_is_fetched(seat: Seat, qtbot: QtBot, tmp_path: Path) -> None:
    package = "/api/v1/exports/e1/package"
    doors(seat).answers["/api/v1/exports/e1"] = progress(0.1, "video")
    panel = show(seat, qtbot)
    order(seat)
    panel.export_list.setCurrentIndex(panel.exports.index(0))
    assert not panel.fetch.isEnabled()
    QTest.mouseClick(panel.change, Qt.MouseButton.LeftButton)
    assert wish_of(seat) == "cancel"
    seat.grant(ExportChanged(export_id="e1", condition="cancelled"))
    QTest.mouseClick(panel.change, Qt.MouseButton.LeftButton)
    assert wish_of(seat) == "resume"
    seat.grant(ExportChanged(export_id="e1", condition="running"))
    seat.happen(ExportChanged(export_id="e1", condition="done"))
    assert panel.fetch.isEnabled()
    panel.save_package("e1", tmp_path / "a.zip")
    qtbot.waitUntil(lambda: "Not saved" in panel.outcome, timeout=5_000)
    doors(seat).answers[package] = progress(1.0, "")
    panel.save_package("e1", tmp_path / "a.zip")
    qtbot.waitUntil(lambda: str(tmp_path / "a.zip") in panel.outcome, timeout=5_000)
    assert (tmp_path / "a.zip").is_file()


def test_a_passphrase_is_shown_while_the_panel_is_and_kept_nowhere(seat: Seat, qtbot: QtBot) -> None:
    panel = show(seat, qtbot)
    order(seat, encrypt=True)
    seat.happen(ExportChanged(export_id="e1", condition="done"))
    doors(seat).answers["/api/v1/exports/e1/passphrase"] = ExportPassphrase(passphrase="sông-hồng-7")
    panel.export_list.setCurrentIndex(panel.exports.index(0))
    QTest.mouseClick(panel.open_phrase, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.phrase.text() == "sông-hồng-7", timeout=5_000)
    panel.hide()
    assert panel.phrase.text() == ""


def test_the_span_of_the_selected_alert_is_asked_for_as_a_package(seat: Seat, qtbot: QtBot) -> None:
    panel = show(seat, qtbot)
    assert not panel.order.isEnabled()
    seat.raise_alerts(alert("fire").model_copy(update={"raised_ms": CLOCK_MS - 600_000}))
    seat.session.selection.select("alert", "fire")
    wanted: list[tuple[str, int, int]] = []
    seat.session.evidence_wanted.connect(lambda *found: wanted.append(found))
    QTest.mouseClick(panel.order, Qt.MouseButton.LeftButton)
    assert wanted == [("export", CLOCK_MS - 660_000, CLOCK_MS)]


@pytest.mark.parametrize("role", [Role.DUTY_OFFICER, Role.AGENCY])
def test_who_may_not_is_offered_nothing(qtbot: QtBot, role: Role) -> None:
    seat = Seat(role)
    seat.session.server = EvidenceDoors()
    seat.happen(EvidenceHeld(hold=HOLD))
    order(seat)
    seat.raise_alerts(alert("fire"))
    seat.session.selection.select("alert", "fire")
    panel = show(seat, qtbot)
    panel.hold_list.setCurrentIndex(panel.holds.index(0))
    panel.export_list.setCurrentIndex(panel.exports.index(0))
    assert not any(button.isEnabled() for button in (panel.release, panel.order, panel.change, panel.fetch))
    assert (HEALTH_DOOR in doors(seat).asked) == (role is Role.DUTY_OFFICER)


def test_a_replay_shows_conditions_of_then_and_asks_for_no_figures_of_now(seat: Seat, qtbot: QtBot) -> None:
    session = seat.session
    session.replay = ReplayControl(ReplayClock(lambda: CLOCK_MS))
    session.read_only = True
    record(seat, 0, "failed")
    order(seat)
    panel = show(seat, qtbot)
    assert conditions(panel.model)[0] == "failed"
    assert panel.table.isColumnHidden(Column.DAY)
    assert doors(seat).asked == []
    assert not panel.exports.polling


def test_a_site_without_cameras_says_where_they_are_entered(qtbot: QtBot) -> None:
    from backend.contracts.events import SiteLoaded

    seat = Seat()
    panel = show(seat, qtbot)
    seat.happen(SiteLoaded(site=laocai().model_copy(update={"cameras": (), "digest": "none"})))
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert any("cameras.csv" in text for text in shown)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "2 kB"),
        (11_300_000_000, "11,3 GB"),
        (123_000_000, "123 MB"),
        (5e15, "5.000 TB"),
    ],
)
def test_amounts_are_told_in_their_largest_unit(count: int, words: str) -> None:
    assert bytes_words(count, "vi").replace("\N{NO-BREAK SPACE}", " ") == words

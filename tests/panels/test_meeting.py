"""A meeting is planned, held and voted in from the keyboard; what is done shows only when its event is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from backend.contracts import meeting_commands as cmd
from backend.contracts.commands import Role
from backend.contracts.kinds.alerts import Priority
from backend.contracts.meeting_events import VoteOpened
from backend.contracts.meetings import BallotKey, Meeting, Shown, Vote, VoteOption
from backend.domain.alerts import Refusal
from backend.domain.meetings import NO_BALLOTS, decide
from console.chrome.annunciator import Annunciator
from console.models.session import Selected
from console.panels import panel_specs
from console.panels.meeting import MeetingPanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert, laocai
from tests.unit.meeting_samples import one_id

ME = "an.tran"
PEOPLE = f"Trần An; Phó Chủ tịch; {ME}; chủ trì\nLý A Sử; Giám đốc Sở; mt-truc; thành viên\nKhách; ; ; khách"
CAMERA = laocai().cameras[0].camera_id


class Held:
    """A seat, its panel, and a server that decides as the real one does."""

    def __init__(self, qtbot: QtBot, ballots: Ballots | None = None) -> None:
        self.seat = Seat(Role.LEADER, language="en")
        self.seat.session.ballots = cast(Any, ballots)
        self.panel = MeetingPanel(self.seat.session)
        qtbot.addWidget(self.panel)
        self.panel.resize(1100, 800)
        self.panel.show()
        for model in (self.panel.meetings, self.panel.agenda, self.panel.people):
            QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, self.panel)

    @property
    def meeting(self) -> Meeting:
        (meeting,) = self.seat.state.meetings.values()
        return meeting

    def answer(self) -> None:
        """The server takes the newest command, or refuses it."""
        wish = self.seat.sent[-1]
        assert isinstance(wish, cmd.MeetingCommand)
        decision = decide(self.seat.state, wish, ME, NO_BALLOTS)
        if isinstance(decision, Refusal):
            self.seat.refuse(decision.code, decision.reason)
        else:
            for event in decision:
                self.seat.grant(event)

    def other(self, wish: cmd.MeetingCommand, user: str) -> None:
        """Somebody else's seat did this."""
        decision = decide(self.seat.state, wish, user, NO_BALLOTS)
        assert not isinstance(decision, Refusal), decision.reason
        self.seat.happen(*decision, actor=user)

    def press(self, widget: QWidget, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(widget, key)

    def letter(self, letter: str, answered: bool = True) -> None:
        QTest.keyClick(self.panel.agenda_table, Qt.Key(ord(letter)))
        if answered:
            self.answer()

    def plan(self) -> None:
        self.letter("L", answered=False)
        form = self.panel.form
        for key, text in (
            ("title", "Giao ban"), ("day", "24/11/2026"), ("time", "14:00"), ("length", "60"),
            ("people", PEOPLE),
            ("agenda", "Lũ trên sông Hồng; Lý A Sử; 20\nSơ tán dân"),
        ):  # fmt: skip
            form.put(key, text)
        last = form.editors["agenda"]
        assert isinstance(last, QPlainTextEdit)
        QTest.keyClick(last, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def begun(self) -> None:
        self.plan()
        self.answer()
        self.begun_from_plan()

    def begun_from_plan(self) -> None:
        for row in range(2):
            self.panel.people_table.selectRow(row)
            self.letter("C")
        self.letter("B")


@pytest.fixture
def held(qtbot: QtBot) -> Held:
    return Held(qtbot)


def test_the_panel_is_found_by_its_key_and_says_what_to_do_when_there_is_nothing(held: Held) -> None:
    assert panel_specs()["meeting"].build is MeetingPanel
    assert held.panel._empty.text() == "No meeting is planned. L plans one."
    assert held.panel.buttons["L"].isEnabled()
    assert not held.panel.buttons["B"].isEnabled()


def test_a_plan_is_typed_and_every_mistake_stands_under_its_field(held: Held) -> None:
    held.letter("L", answered=False)
    held.panel.form.put("people", "Trần An; ; ; người xem")
    held.panel.form.put("agenda", "Lũ; Ai Đó; x")
    held.panel.send_plan()
    told = {key: label.text() for key, label in held.panel.form.errors.items() if label.text()}
    assert set(told) == {"title", "day", "people", "agenda"}
    assert "line 1: “người xem” is none of" in told["people"]
    assert "“Ai Đó” is not among the people" in told["agenda"]
    assert not held.seat.sent
    held.plan()
    assert isinstance(held.seat.sent[-1], cmd.PlanMeeting)
    assert not held.panel.form.isHidden(), "open until the event is back"
    held.answer()
    assert held.panel.form.isHidden()
    assert [row.cells[1] for row in held.panel.agenda.rows] == ["Lũ trên sông Hồng", "Sơ tán dân"]
    assert [one.role for one in held.meeting.plan.participants] == ["chair", "member", "guest"]
    assert [one.has_vote for one in held.meeting.plan.participants] == [True, True, False]


def test_people_are_checked_in_by_the_list_and_the_meeting_begins_with_its_quorum(held: Held) -> None:
    held.plan()
    held.answer()
    assert held.panel._quorum.text().startswith("NO QUORUM: 0 of 2")
    held.letter("B", answered=False)
    assert not held.seat.sent[1:], "without a quorum it asks why"
    held.press(held.panel.line.line, Qt.Key.Key_Escape)
    held.panel.people_table.selectRow(1)
    held.letter("C", answered=False)
    assert held.panel.people.rows[1].cells[2] == "not answered"
    held.answer()
    assert held.panel.people.rows[1].cells[2] == "present"
    held.panel.people_table.selectRow(0)
    held.letter("C")
    held.letter("B")
    assert held.meeting.phase == "running"
    assert held.panel.buttons["B"].text().startswith("Pause")


def test_the_floor_is_given_by_enter_and_its_time_is_told(held: Held) -> None:
    held.begun()
    held.panel.agenda_table.selectRow(0)
    held.press(held.panel.agenda_table, Qt.Key.Key_Return)
    held.answer()
    assert held.panel.agenda.rows[0].cells[0] == "▶"
    asks = cmd.AskFloor(command_id=one_id(), meeting_id=held.meeting.meeting_id, participant_id="n2")
    held.other(asks, "mt-truc")
    assert held.panel._speaker.text() == "Next: Lý A Sử"
    held.panel.people_table.selectRow(1)
    held.press(held.panel.people_table, Qt.Key.Key_Return)
    held.answer()
    assert held.panel._speaker.text() == "Lý A Sử speaks"
    assert held.panel._left.text() in ("10:00 left", "9:59 left")
    held.letter("N")
    assert held.panel._left.text() == ""


def test_a_vote_is_opened_cast_by_its_number_and_closed(held: Held) -> None:
    held.begun()
    held.letter("V", answered=False)
    assert "More than half of all members" in held.panel.line.choice.itemText(0)
    held.press(held.panel.line.choice, Qt.Key.Key_Return)
    held.panel.line.line.setText("Sơ tán Bảo Hà?")
    held.press(held.panel.line.line, Qt.Key.Key_Return)
    held.answer()
    assert held.panel._question.text() == "Open vote: Sơ tán Bảo Hà?"
    held.press(held.panel.agenda_table, Qt.Key.Key_1)
    wish = held.seat.sent[-1]
    assert isinstance(wish, cmd.CastBallot)
    button = held.panel.option_buttons["tan-thanh"]
    assert button.text() == "1  For"
    held.answer()
    assert button.text() == "1  For: 1"
    assert button.isChecked()
    other = wish.model_copy(update={"command_id": one_id(), "participant_id": "n2"})
    held.other(other, "mt-truc")
    assert held.panel._stands.text() == "2 of 2 have voted"
    held.letter("X")
    assert held.panel._stands.text() == "carried: 2 of 2"
    assert not button.isEnabled()


def test_what_is_selected_is_shown_to_all_and_a_seat_that_follows_goes_there(held: Held) -> None:
    held.begun()
    went: list[Selected] = []
    held.seat.session.selection.go_to.connect(went.append)
    held.seat.session.selection.select("camera", CAMERA)
    held.panel._offer()
    held.letter("S", answered=False)
    assert went == []
    held.answer()
    assert went == [Selected("camera", CAMERA)]
    held.letter("F", answered=False)
    show = cmd.ShowInMeeting(
        command_id=one_id(),
        meeting_id=held.meeting.meeting_id,
        shown=Shown(kind="camera", key=laocai().cameras[1].camera_id),
    )
    held.other(show, ME)
    assert went == [Selected("camera", CAMERA)], "who looks elsewhere stays there"
    assert held.panel._shown.text().startswith("You look elsewhere")
    held.letter("F", answered=False)
    assert went[-1] == Selected("camera", laocai().cameras[1].camera_id)


def test_a_conclusion_is_written_and_a_refusal_is_told_where_it_was_asked(held: Held) -> None:
    held.begun()
    held.letter("K", answered=False)
    held.press(held.panel.line.choice, Qt.Key.Key_Return)
    held.panel.line.line.setText("Trực 24/24")
    held.press(held.panel.line.line, Qt.Key.Key_Return)
    assert held.panel._conclusions.text() == ""
    held.answer()
    assert held.panel._conclusions.text() == "Conclusions\n• Trực 24/24"
    held.letter("E", answered=False)
    held.press(held.panel.line.line, Qt.Key.Key_Return)
    held.seat.refuse("open_work", "close the vote first")
    assert held.panel._outcome.text() == "✕ Something is still open: close the vote first"
    assert held.meeting.phase == "running"


def test_in_a_quiet_meeting_only_priority_1_is_heard_at_its_seats(held: Held, tmp_path: Path) -> None:
    held.begun()
    annunciator = Annunciator(held.seat.session, tmp_path, 0.5, True)
    heard: list[str] = []
    annunciator.announced.connect(lambda priority, alert_id: heard.append(alert_id))
    held.letter("Q")
    assert annunciator.in_quiet_meeting
    held.seat.raise_alerts(alert("high", Priority.HIGH))
    assert heard == []
    held.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    assert heard == ["fire"]
    held.letter("Q")
    held.seat.raise_alerts(alert("high2", Priority.HIGH))
    assert heard == ["fire", "high2"]


def test_who_is_not_invited_can_do_nothing_but_look(held: Held) -> None:
    held.begun()
    held.seat.session.operator = None
    held.seat.session.operator_changed.emit()
    enabled = {letter for letter, button in held.panel.buttons.items() if button.isEnabled()}
    assert enabled == {"F"}


class Printer:
    """A server that hands out papers; what was asked for is kept, and whether it fails is said."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses = ""

    def download(self, path: str, file: Path, done: Any, failed: Any) -> None:
        self.asked.append(path)
        if self.refuses:
            failed(self.refuses)
        else:
            done(file)


def test_minutes_are_fetched_as_the_files_name_says_once_the_meeting_began(held: Held, tmp_path: Path) -> None:
    printer = Printer()
    held.seat.session.server = cast(Any, printer)
    held.plan()
    held.answer()
    assert not held.panel.buttons["M"].isEnabled(), "there is nothing to tell yet"
    held.begun_from_plan()
    assert held.panel.buttons["M"].isEnabled()
    key = held.meeting.meeting_id
    for name in ("bb.docx", "bb.pdf", "bb"):
        held.panel.save_minutes(key, tmp_path / name)
    assert [one.rpartition(".")[2] for one in printer.asked] == ["docx", "pdf", "docx"]
    assert all(one.startswith(f"/api/v1/meetings/{key}/minutes.") for one in printer.asked)
    printer.refuses = "the room keeps no such meeting"
    held.panel.save_minutes(key, tmp_path / "bb.pdf")
    assert "keeps no such meeting" in held.panel._outcome.text()


class Ballots(QObject):
    """This seat's ballot, standing where the test puts it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.stands = "waiting"
        self.chosen: list[str] = []

    def standing(self, meeting: Meeting, vote: Vote) -> str:
        return self.stands if vote.form == "secret" else "none"

    def reason(self, meeting: Meeting, vote: Vote) -> str:
        return ""

    def choose(self, meeting: Meeting, vote: Vote, option_id: str) -> None:
        self.chosen.append(option_id)


def test_a_secret_vote_is_offered_and_cast_without_a_command_under_a_name(qtbot: QtBot) -> None:
    ballots = Ballots()
    held = Held(qtbot, ballots)
    held.begun()
    panel = held.panel
    panel.ask_vote()
    choices = [panel.line.choice.itemText(row) for row in range(panel.line.choice.count())]
    assert sum("secret vote" in one for one in choices) == 3
    panel.line.rest()
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048).public_key().public_numbers()
    options = (VoteOption(option_id="co", name_vi="Có"), VoteOption(option_id="khong", name_vi="Không"))
    vote = Vote(
        vote_id="v1",
        question="Ai?",
        form="secret",
        options=options,
        key=BallotKey(modulus=f"{key.n:x}", exponent="10001"),
    )
    held.seat.happen(VoteOpened(meeting_id=held.meeting.meeting_id, vote=vote))
    assert not panel.option_buttons["co"].isEnabled(), "the ballot is not here yet"
    ballots.stands = "ready"
    ballots.changed.emit()
    assert panel.option_buttons["co"].isEnabled()
    assert "Your ballot is here: choose once" in panel._stands.text()
    sent = len(held.seat.sent)
    QTest.keyClick(panel.agenda_table, Qt.Key.Key_2)
    assert ballots.chosen == ["khong"]
    assert len(held.seat.sent) == sent, "nothing goes out under the name of this seat"
    assert not panel.option_buttons["khong"].isChecked(), "who looks over the shoulder learns nothing"
    ballots.stands = "cast"
    ballots.changed.emit()
    assert not panel.option_buttons["co"].isEnabled()

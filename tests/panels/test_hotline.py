"""The hotline's board: who waits, how the day goes, and the earlier calls of a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backend.contracts.commands import RIGHTS, BeginCrisis, EndCrisis, Role
from backend.contracts.crisis import Crisis, CrisisBegun, CrisisEnded
from backend.contracts.folded import folded
from backend.contracts.hotline import Call, CallArrived, CallMoved, CallStep, CallTicket, EarlierCalls
from backend.contracts.report_doors import Likeness, Likenesses, ReportEntry
from backend.contracts.report_events import ReportReceived
from console.chrome.header import Header
from console.models.report_card import facts
from console.models.report_queue import ReportQueue
from console.models.session import Operator, Selected
from console.models.ticket_fields import find_categories, find_places, refused_field
from console.models.word_rows import KEY_ROLE
from console.panels import panel_specs
from console.panels.hotline import HotlinePanel, TicketBox
from console.workspace import load_workspaces
from tests.panels.desk_room import Seat
from tests.panels.report_room import report
from tests.unit.storage_samples import NOW_MS


def call(number: int, after_s: int) -> Call:
    at_ms = NOW_MS - 60_000 + after_s * 1000
    return Call(
        call_id=f"t:{number}", producer_id="t", caller_id="h", masked=f"09xx xxx 00{number}", arrived_ms=at_ms,
        changed_ms=at_ms,
    )  # fmt: skip


class Server:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tickets: list[BaseModel] = []
        self.reason = ""
        self.likely: tuple[Likeness, ...] = ()

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[BaseModel],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        self.asked.append(path)
        if body is not None:
            self.tickets.append(body)
        if self.reason:
            failed(self.reason)
        elif model is Likenesses:
            done(Likenesses(likely=self.likely))
        elif body is not None:
            done(report(7))
        else:
            assert model is EarlierCalls
            done(EarlierCalls(calls=(call(9, -3600).model_copy(update={"state": "abandoned"}),)))

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        raise AssertionError("nothing is downloaded here")


class Room:
    def __init__(self, qtbot: QtBot, role: Role = Role.DUTY_OFFICER) -> None:
        self.seat, self.server = Seat(role, language="en"), Server()
        self.seat.session.server = cast(Any, self.server)
        self.seat.session.operator = Operator("truc-ban-1", "Mai", role, frozenset(RIGHTS[role]))
        self.panel = HotlinePanel(self.seat.session)
        self.panel.resize(1000, 500)
        qtbot.addWidget(self.panel)
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitUntil(self.panel.isActiveWindow)

    @property
    def box(self) -> TicketBox:
        return self.panel.box

    def answer(self, number: int, agent: str = "101") -> None:
        at_ms = NOW_MS - 60_000 + number * 1000
        self.seat.happen(CallMoved(call_id=f"t:{number}", step="answered", at_ms=at_ms, agent=agent))

    def begin_crisis(self) -> Crisis:
        site = self.seat.state.site
        assert site is not None
        crisis = Crisis(
            crisis_id="lu-lut-20261123", template=site.hotline.crises[0], begun_ms=self.seat.clock.now_ms() - 60_000,
            begun_by="truong-ca", reason="lũ lên nhanh",
        )  # fmt: skip
        self.seat.happen(CrisisBegun(crisis=crisis))
        return crisis

    def error(self, key: str) -> str:
        label = self.box.form.errors[key]
        return label.text() if label.isVisibleTo(self.panel) else ""

    def text(self) -> str:
        return "\n".join(label.text() for label in self.panel.findChildren(QLabel) if label.isVisibleTo(self.panel))

    def states(self) -> list[str]:
        model = self.panel.table.model()
        return [str(model.index(row, 1).data()) for row in range(model.rowCount())]

    def busy(self) -> None:
        steps: tuple[tuple[int, CallStep, int], ...] = ((1, "answered", 10), (2, "abandoned", 40))
        self.seat.happen(*(CallArrived(call=call(number, number)) for number in (1, 2, 3)))
        self.seat.happen(
            *(
                CallMoved(call_id=f"t:{number}", step=step, at_ms=NOW_MS - 60_000 + after_s * 1000)
                for number, step, after_s in steps
            )
        )


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    return Room(qtbot)


def test_the_board_says_who_waits_and_how_the_day_went_and_puts_the_longest_wait_on_top(room: Room) -> None:
    assert "The hotline has no call" in room.text()
    QAbstractItemModelTester(room.panel.table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    room.busy()
    assert room.states() == ["ringing", "talking", "hung up unanswered"]
    told = room.text()
    for words in ("Waiting 1", "talking 1", "today 3 calls", "answered 50%", "hung up unanswered 1"):
        assert words in told
    assert "The hotline has no call" not in told


def test_enter_on_a_call_shows_what_its_number_called_for_before(room: Room) -> None:
    room.busy()
    room.panel.table.activated.emit(room.panel.table.model().index(0, 0))
    assert room.server.asked == ["/api/v1/hotline/calls/t%3A3/earlier"]
    assert "Earlier calls of this number: 1" in room.panel.earlier.text()
    assert "hung up unanswered" in room.panel.earlier.text()
    room.server.reason = "503"
    room.panel.table.activated.emit(room.panel.table.model().index(0, 0))
    assert "cannot be fetched: 503" in room.panel.earlier.text()


def test_who_does_not_serve_the_hotline_reads_the_board_and_asks_nothing(qtbot: QtBot) -> None:
    room = Room(qtbot, Role.LEADER)
    room.busy()
    room.panel.table.activated.emit(room.panel.table.model().index(0, 0))
    assert room.server.asked == []
    assert "for the officers of the hotline" in room.panel.earlier.text()


def test_the_call_of_who_sits_here_comes_up_by_itself_with_the_keyboard_in_its_ticket(room: Room) -> None:
    assert room.seat.state.site is not None
    place = room.seat.state.site.communes[0]
    placed = call(1, 1).model_copy(update={"place": place.code})
    room.seat.happen(CallArrived(call=placed), CallArrived(call=call(2, 2)))
    room.answer(2, "102")
    assert room.box.isHidden(), "a colleague's call"
    room.answer(1)
    assert room.server.asked == ["/api/v1/hotline/calls/t%3A1/earlier"]
    assert room.panel.table.currentIndex().data(KEY_ROLE) == "t:1"
    assert "Ticket of the call from 09xx xxx 001" in room.text()
    assert room.box.form.editors["category"].hasFocus()
    assert room.box.form.text("place") == place.name, "the switchboard knows where the caller is"
    room.seat.happen(CallMoved(call_id="t:1", step="ended", at_ms=NOW_MS))
    assert not room.box.isHidden(), "what is to be said of it is written when the caller is gone, too"


def test_a_call_never_takes_the_keyboard_from_who_writes_and_a_key_goes_there(room: Room, qtbot: QtBot) -> None:
    room.seat.happen(*(CallArrived(call=call(number, number)) for number in (1, 2)))
    room.panel.open_counter()
    text = room.box.form.editors["text"]
    text.setFocus()
    QTest.keyClicks(text, "Cay do")
    room.answer(1)
    assert text.hasFocus()
    assert room.server.asked == []
    assert "You talk with 09xx xxx 001. Ctrl+J opens the call" in room.text()
    QTest.keyClick(room.panel, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert "A ticket is not filed yet" in room.text()
    assert room.box.form.text("text") == "Cay do"
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert not room.box.isHidden(), "asked once more before it is given up"
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert room.server.asked == ["/api/v1/hotline/calls/t%3A1/earlier"]
    assert "Ticket of the call from 09xx xxx 001" in room.text()


def test_another_workspace_says_in_its_header_that_a_call_is_there_and_a_replay_never_does(room: Room) -> None:
    chosen: list[str] = []
    header = Header(room.seat.session, load_workspaces(list(panel_specs())), chosen.append, lambda button: None)
    header.mark("main")
    room.panel.hide()
    room.seat.happen(CallArrived(call=call(1, 1)))
    assert header.call.isHidden()
    room.answer(1)
    assert not header.call.isHidden()
    assert "09xx xxx 001" in header.call.text()
    header.call.click()
    header.mark("hotline")
    assert (chosen, header.call.isHidden()) == (["hotline"], True)
    assert room.server.asked == [], "a panel that nobody sees does nothing"
    room.panel.show()
    assert room.server.asked == ["/api/v1/hotline/calls/t%3A1/earlier"]


def test_a_ticket_is_filed_by_keyboard_and_shown_as_filed_when_its_event_is_here(room: Room, qtbot: QtBot) -> None:
    room.busy()
    room.panel.table.activated.emit(room.panel.table.model().index(1, 0))
    category = room.box.form.editors["category"]
    QTest.keyClicks(category, "cay")
    QTest.keyClick(category, Qt.Key.Key_Return)
    text = room.box.form.editors["text"]
    assert text.hasFocus()
    assert room.box.form.value("category") == "cay-do"
    QTest.keyClicks(text, "Cay do")
    QTest.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.server.asked[-1] == "/api/v1/hotline/calls/t%3A1/report"
    sent = room.server.tickets[-1]
    assert isinstance(sent, CallTicket)
    assert (sent.category_id, sent.text) == ("cay-do", "Cay do")
    assert "Sent, waiting" in room.text()
    assert "was filed" not in room.text()
    room.seat.happen(ReportReceived(report=report(7), text="Cay do"))
    assert "PA-000007 was filed" in room.text()
    assert room.box.isHidden()
    assert room.seat.session.selection.current == Selected("report", "PA-000007")


def test_in_a_crisis_a_ready_report_is_filed_in_a_few_keys_and_the_board_counts(room: Room) -> None:
    room.busy()
    crisis = room.begin_crisis()
    for words in ("CRISIS MODE · Flood and landslide · begun by truong-ca", "lũ lên nhanh", "Tell callers:"):
        assert words in room.text()
    room.panel.open_call("t:1")
    form = room.box.form
    QTest.keyClick(form.editors["entry"], Qt.Key.Key_3)
    assert (form.value("category"), form.value("text")) == ("ngap-sat-lo", "Sạt lở đất tại")
    text = form.editors["text"]
    room.seat.happen(CallArrived(call=call(8, 8)))
    assert form.editors["text"] is text, "a call that is counted disturbs nobody who writes"
    assert form.editors["text"].hasFocus()
    assert "question:nuoc" not in form.editors, "not asked of a landslide"
    QTest.keyClicks(form.editors["text"], "Ban Ven")
    QTest.keyClick(form.editors["text"], Qt.Key.Key_Return)
    assert form.editors["question:nguoi"].hasFocus()
    QTest.keyClick(form.editors["question:nguoi"], Qt.Key.Key_1)
    QTest.keyClick(form.editors["question:nguoi"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    sent = room.server.tickets[-1]
    assert isinstance(sent, CallTicket)
    assert (sent.crisis_id, sent.entry_id, sent.answers) == (crisis.crisis_id, "sat-lo", {"nguoi": "co"})
    assert sent.text == "Sạt lở đất tại Ban Ven"
    filed = report(7).model_copy(update={"campaign": crisis.crisis_id, "category_id": "ngap-sat-lo"})
    room.seat.happen(ReportReceived(report=filed, text=sent.text, answers=sent.answers))
    assert "1 calls, 0 answered, 0 lost, 1 reports" in room.text()
    queue = ReportQueue(room.seat.session)
    room.seat.happen(ReportReceived(report=report(8), text="Rác"))
    queue.narrow("crisis flood")
    assert [queue.index(row, 0).data(KEY_ROLE) for row in range(queue.rowCount())] == ["PA-000007"]
    assert "crisis: Flood and landslide" in facts(filed, room.seat.state, "en", NOW_MS)
    assert "Elderly, children or injured?  Yes 1" in room.text()
    assert room.seat.state.crisis is not None
    tally = room.seat.state.crisis.tally
    room.seat.happen(CrisisEnded(crisis_id=crisis.crisis_id, reason="nước rút", tally=tally), actor="truong-ca")
    assert "Flood and landslide ended at" in room.text()
    assert "by truong-ca (nước rút): 1 calls, 0 answered, 0 lost, 1 reports" in room.text()


def test_the_supervisor_begins_and_ends_a_crisis_with_a_reason_and_an_officer_is_not_offered_it(qtbot: QtBot) -> None:
    assert Room(qtbot).panel.crisis.isHidden()
    room = Room(qtbot, Role.SUPERVISOR)
    room.busy()
    room.panel.table.setFocus()
    QTest.keyClick(room.panel.table, Qt.Key.Key_K)
    line = room.panel.line
    line.choice.setCurrentIndex(line.choice.findData("dich-benh"))
    line.line.setText("ca bệnh tăng")
    QTest.keyClick(line.line, Qt.Key.Key_Return)
    sent = room.seat.sent[-1]
    assert isinstance(sent, BeginCrisis)
    assert (sent.template_id, sent.reason) == ("dich-benh", "ca bệnh tăng")
    assert "CRISIS MODE" not in room.text(), "not before its event is here"
    crisis = room.begin_crisis()
    room.seat.refuse("wrong_phase", "a crisis is on already")
    assert "✕" in room.text()
    room.panel.ask_crisis()
    line.line.setText("xong")
    QTest.keyClick(line.line, Qt.Key.Key_Return)
    ended = room.seat.sent[-1]
    assert isinstance(ended, EndCrisis)
    assert ended.crisis_id == crisis.crisis_id


def test_at_the_counter_everything_is_said_at_its_field_and_likely_duplicates_stand_there_before(
    room: Room, qtbot: QtBot, tmp_path: Path
) -> None:
    room.busy()
    room.server.likely = (Likeness(report=report(3), distance_m=12.0, apart_ms=60_000, common=0.5, score=1.0),)
    room.panel.table.setFocus()
    QTest.keyClick(room.panel.table, Qt.Key.Key_N)
    form = room.box.form
    room.box.file()
    assert room.error("category") == "Choose what it is about."
    assert "Say in a few words" in room.error("text")
    assert form.editors["category"].hasFocus()
    assert room.server.tickets == []
    QTest.keyClicks(form.editors["category"], "ngap")
    QTest.keyClick(form.editors["category"], Qt.Key.Key_Return)
    assert room.error("category") == ""
    QTest.keyClicks(form.editors["text"], "Ngap")
    QTest.keyClicks(form.editors["place"], "22.4856, 103.9707")
    form.put("name", "Nguyễn Thị Kín")
    form.put("phone", "0912")
    room.box.file()
    assert "The number has 4 digits; right are 8 to 15" in room.error("phone")
    form.put("phone", "0912 345 678")
    form.editors["text"].setFocus()
    QTest.keyClicks(form.editors["text"], " sau")
    qtbot.waitUntil(lambda: room.server.asked[-1:] == ["/api/v1/reports/similar"], timeout=3000)
    assert "May be reported already (1)" in room.text()
    room.server.reason = "commune_code: the site has no commune 'x'"
    room.box.file()
    assert "the site has no commune 'x'" in room.error("place")
    room.server.reason = ""
    uploads = Uploads()
    room.seat.session.files = uploads
    room.box.add_pictures([tmp_path / "a.jpg"])
    first = room.server.tickets[-1]
    room.box.file()
    sent = room.server.tickets[-1]
    assert isinstance(first, ReportEntry)
    assert isinstance(sent, ReportEntry)
    assert sent.ticket_id == first.ticket_id, "sent again it is the same ticket"
    assert (sent.channel, sent.who.first_name, sent.who.phone) == ("walk_in", "Nguyễn Thị Kín", "0912 345 678")
    assert (sent.lat_deg, sent.lon_deg) == (22.4856, 103.9707)
    assert uploads.sent == []
    room.seat.happen(ReportReceived(report=report(7), text="Ngap sau"))
    assert uploads.sent == [("a.jpg", {"report": "PA-000007", "stage": "report"})]
    assert "1 pictures attached" in room.text()


class Uploads:
    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str | int]]] = []

    def upload(
        self,
        path: str,
        query: Mapping[str, str | int],
        file: Path,
        model: type[BaseModel],
        sent: Callable[[int, int], None],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        self.sent.append((file.name, dict(query)))
        done(None)


def test_a_place_is_a_commune_by_its_name_without_diacritics_or_what_is_selected_in_the_room(room: Room) -> None:
    session = room.seat.session
    assert session.state.site is not None
    commune = session.state.site.communes[0]
    (found,) = [one for one in find_places(session, folded(commune.name)) if one.text == commune.name]
    assert found.key == f"commune:{commune.code}"
    session.selection.select("commune", commune.code)
    assert find_places(session, "")[0].key == f"commune:{commune.code}"
    assert [one.key for one in find_places(session, "22,5 103,9")] == ["point:22.500000,103.900000"]
    session.selection.pointed.emit(22.4, 103.9)
    room.panel.open_counter()
    assert room.box.form.value("place") == "", "what was clicked before is not meant"
    session.selection.pointed.emit(22.4856, 103.9707)
    assert room.box.form.text("place") == "22.48560, 103.97070"
    assert room.box.form.editors["address"].hasFocus(), "what follows is written at once"
    assert [one.key for one in find_categories(session.state, "cay do", "en")] == ["cay-do"]


def test_a_sentence_of_the_server_is_told_at_the_field_it_is_about() -> None:
    for reason, field in (
        ("service_code: the site has no category 'x'", "category"),
        ("body.text: String should have at least 1 character", "text"),
        ("answers.nuoc: no answer 'x'; there are a", "question:nuoc"),
        ("the server answered 500", ""),
        ("nothing was stored: disk full; send it again later", ""),
    ):
        assert refused_field(reason)[0] == field

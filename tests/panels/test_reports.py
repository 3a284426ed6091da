"""The queue and the card of citizens' reports: order, groups, words, and deeds that the real rules answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from backend.contracts import commands as cmd
from backend.contracts import report_events as rev
from backend.contracts.commands import RIGHTS, Role
from backend.contracts.report_doors import ReportThread
from backend.contracts.report_kpi import ReportKpi
from backend.contracts.report_moves import ways
from backend.contracts.reports import Medium, ReportState
from backend.domain import report_life
from backend.domain.alerts import Refusal
from backend.domain.report_kpi import ReportThen, report_kpi
from console.models.report_card import seat_side
from console.models.report_deeds import LETTERS, report_deeds
from console.models.report_queue import AGENCY, CLOCK, CODE, STATE, TITLE, ReportQueue
from console.models.session import Operator
from console.panels.report_card import ReportCard
from console.panels.report_league import ReportLeaguePanel
from console.panels.reports import ReportsPanel
from tests.panels.map_room import laocai
from tests.panels.report_room import COMMUNE, HOUR_MS, NOW_MS, Desk, came, report, routed
from tests.panels.words import words
from tests.unit.media_files import film, photo


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(made.clock, "now_ms", lambda: NOW_MS)
    return made


def column(queue: ReportQueue, number: int) -> list[object]:
    return [queue.index(row, number).data() for row in range(queue.rowCount())]


def codes(queue: ReportQueue) -> list[int]:
    return [int(str(code).rpartition("-")[2]) for code in column(queue, CODE)]


def queue_of(desk: Desk) -> ReportQueue:
    queue = ReportQueue(desk.session)
    QAbstractItemModelTester(queue, QAbstractItemModelTester.FailureReportingMode.Fatal, queue)
    return queue


def test_what_waits_for_the_room_stands_first_and_then_by_what_is_due_next(desk: Desk) -> None:
    queue = queue_of(desk)
    desk.happen(*(came(number) for number in range(1, 6)))
    desk.happen(routed(1, 5), routed(2, -1), routed(3, 30))
    desk.happen(came(6, priority=1, received_ms=NOW_MS + 1))
    assert codes(queue) == [6, 4, 5, 2, 1, 3]
    assert column(queue, CLOCK)[3:] == ["overdue 1\u00a0giờ", "5\u00a0giờ left", "30\u00a0giờ left"]
    desk.happen(rev.ReportMoved(report_id="PA-000002", state="in_progress"))
    assert codes(queue) == [6, 4, 5, 2, 1, 3]
    desk.happen(rev.ReportMoved(report_id="PA-000004", state="rejected", reason="x", text="x"))
    assert codes(queue) == [6, 5, 2, 1, 3]


def test_groups_tell_whose_turn_it_is_and_their_counts(desk: Desk) -> None:
    queue = queue_of(desk)
    desk.happen(*(came(number) for number in range(1, 5)), routed(1, 5), routed(2, -1))
    desk.happen(rev.ReportOverdue(report_id="PA-000002", stage="late"))
    desk.happen(rev.ReportMoved(report_id="PA-000003", state="need_info", text="Ở đâu?"))
    desk.happen(rev.ReportMoved(report_id="PA-000004", state="rejected", reason="x", text="x"))
    wanted = {"room": [], "agency": [2, 1], "late": [2], "citizen": [3], "open": [3, 2, 1], "ended": [4]}
    for group, numbers in wanted.items():
        queue.show_group(group)  # type: ignore[arg-type]
        assert codes(queue) == numbers, group
        assert queue.counts()[group] == len(numbers)  # type: ignore[index]


def test_words_are_found_without_diacritics_and_by_category(desk: Desk) -> None:
    queue = queue_of(desk)
    desk.happen(came(1, title="Đường Hoàng Liên sụt lún"), came(2, address="phố Cốc Lếu"), came(3, category_id="khac"))
    for text, category, numbers in (
        ("duong hoang", "", [1]), ("COC", "", [2]), ("pa-000003", "", [3]), ("", "khac", [3]), ("khong co", "", []),
    ):  # fmt: skip
        queue.narrow(text, category)
        assert codes(queue) == numbers


def test_many_at_once_are_one_new_order_and_the_chosen_row_stays_chosen(desk: Desk, qtbot: QtBot) -> None:
    panel = ReportsPanel(desk.session)
    qtbot.addWidget(panel)
    QAbstractItemModelTester(panel.queue, QAbstractItemModelTester.FailureReportingMode.Fatal, panel)
    desk.happen(*(came(number) for number in range(1, 10)))
    desk.session.selection.select("report", "PA-000005")
    assert panel.table.currentIndex().siblingAtColumn(CODE).data() == "PA-000005"
    desk.happen(*(came(number) for number in range(10, 200)), *(routed(number, -number) for number in range(1, 10)))
    assert panel.queue.rowCount() == 199
    assert panel.table.currentIndex().siblingAtColumn(CODE).data() == "PA-000005"
    assert panel.queue.row_of("PA-000009") < panel.queue.row_of("PA-000001")


@pytest.mark.parametrize("width_px", [560, 762, 1080])
def test_what_a_report_says_can_be_read_at_any_width_without_scrolling_aside(
    desk: Desk, qtbot: QtBot, width_px: int
) -> None:
    panel = ReportsPanel(desk.session)
    qtbot.addWidget(panel)
    panel.resize(width_px, 400)
    panel.show()
    desk.happen(came(1), routed(1, 5, "csgt"))
    qtbot.waitUntil(lambda: panel.table.columnWidth(TITLE) >= 100)
    assert panel.table.horizontalScrollBar().maximum() == 0


def shown(qtbot: QtBot, desk: Desk, report_id: str = "PA-000001") -> ReportCard:
    card = ReportCard(desk.session)
    qtbot.addWidget(card)
    card.resize(640, 900)
    card.show()
    qtbot.waitExposed(card)
    desk.session.selection.select("report", report_id)
    return card


def buttons(card: ReportCard) -> list[str]:
    return [button.text() for button in card._buttons]


def press(card: ReportCard, beginning: str, words: str = "") -> None:
    button = next(one for one in card._buttons if one.text().startswith(beginning))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    if words:
        card.line.line.setText(words)
        QTest.keyClick(card.line.line, Qt.Key.Key_Return)


def test_a_card_without_a_report_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    card = ReportCard(desk.session)
    qtbot.addWidget(card)
    assert "No report is chosen. Choose one in the queue or on the map." in words(card)
    desk.session.selection.select("report", "PA-000009")
    assert "PA-000009 is not in the room; its archive is asked." in words(card)


def test_the_room_verifies_asks_routes_and_publishes(desk: Desk, qtbot: QtBot) -> None:
    desk.happen(came(1))
    card = shown(qtbot, desk)
    press(card, "Verify")
    assert card._outcome.isVisible()  # sent, and not shown as done before the event is back
    assert desk.state_of(1) == "new"
    assert desk.answer() == ""
    assert not card._outcome.isVisible()
    press(card, "Ask the citizen", "Trước số nhà nào?")
    desk.answer()
    assert desk.state_of(1) == "need_info"
    press(card, "Give to an agency")
    assert [one.key for one in card.finder.shown][:1] == [""]  # as the rules say
    QTest.keyClicks(card.finder.field, "csgt")
    QTest.keyClick(card.finder.field, Qt.Key.Key_Return)
    QTest.keyClick(card.line.line, Qt.Key.Key_Return)
    desk.answer()
    assert desk.state.reports["PA-000001"].chief == "csgt"
    assert not any(text.startswith("Publish") for text in buttons(card))
    desk.happen(rev.ReportMoved(report_id="PA-000001", state="in_progress"))
    desk.happen(rev.ReportMoved(report_id="PA-000001", state="done_pending", text="đã dọn"))
    assert buttons(card)[0].startswith(("Not good enough", "Publish"))
    press(card, "Publish", "Đã dọn sạch")
    desk.answer()
    assert desk.state.ended_reports["PA-000001"].state == "published"


def test_an_agency_works_asks_for_time_and_gives_back_what_is_not_its_own(qtbot: QtBot) -> None:
    desk = Desk(Role.AGENCY, "csgt")
    desk.happen(came(1), routed(1, 5, "csgt"))
    card = shown(qtbot, desk)
    queue = ReportsPanel(desk.session)
    qtbot.addWidget(queue)
    assert queue._groups["leader"].isHidden(), "a clerk of the agency is not its leader"
    assert not any(text.startswith(("Refuse", "Duplicate", "Give", "Publish", "Write")) for text in buttons(card))
    press(card, "Begin work")
    assert desk.answer() == ""
    press(card, "More time", "chờ vật tư")
    assert "Hours as a whole number" in card._outcome.text()
    press(card, "More time", "24 chờ vật tư")
    assert desk.answer() == ""
    extension = desk.state.reports["PA-000001"].extension
    assert extension is not None
    assert extension.more_ms == 24 * HOUR_MS
    assert [text for text in buttons(card) if text.startswith("Grant")] == []


def test_the_room_decides_on_more_time_at_the_card(desk: Desk, qtbot: QtBot) -> None:
    desk.happen(came(1), routed(1, 5), rev.ReportMoved(report_id="PA-000001", state="in_progress"))
    more = report_life.ask_extension(desk.state.reports["PA-000001"], HOUR_MS, "mưa", "cb", NOW_MS)
    assert not isinstance(more, Refusal)
    desk.happen(*more)
    card = shown(qtbot, desk)
    assert "mưa" in card._deadline.text()
    press(card, "Grant")
    assert desk.answer() == ""
    assert desk.state.reports["PA-000001"].state == "in_progress"


def test_a_refused_command_says_why_at_the_card(desk: Desk, qtbot: QtBot) -> None:
    desk.happen(came(1))
    card = shown(qtbot, desk)
    press(card, "Refuse", "không rõ")
    desk.refuse("wrong_phase", "somebody was quicker")
    assert card._outcome.text().endswith(": somebody was quicker")
    assert desk.state.reports["PA-000001"].state == "new"


def column_words(queue: ReportQueue) -> Sequence[object]:
    return [queue.index(0, one).data() for one in (TITLE, AGENCY, STATE)]


def test_a_row_is_told_in_words_with_names(desk: Desk) -> None:
    queue = queue_of(desk)
    picture = Medium(medium_id="m", kind="image", mime="image/jpeg", digest="0" * 64, bytes=9)
    desk.happen(rev.ReportReceived(report=report(1), text="Rác", media=(picture,)), routed(1, 5, "csgt"))
    title, agency, state = column_words(queue)
    assert title == "Rác đổ trộm số 1 ▣1"
    assert agency == next(one.name_vi for one in laocai().agencies if one.agency_id == "csgt")
    assert state == "with the agency"


class Answers:
    """The server's doors, each question answered by the test."""

    def __init__(self, thread: ReportThread) -> None:
        self.thread = thread
        self.film: Path | None = None
        self.downloads: list[Path] = []

    def download(self, path: str, file: Path, done: Any, failed: Any) -> None:
        self.downloads.append(file)
        if self.film is None:
            failed("mất kết nối")
        else:
            file.write_bytes(self.film.read_bytes())
            done(file)

    def ask(self, path: str, query: Any, model: Any, done: Any, failed: Any, body: Any = None) -> None:
        if model is ReportThread:
            done(self.thread)


class Pictures:
    """The media door: what is asked for and how it is answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refusal = ""

    def document(self, path: str, done: Any, failed: Any) -> None:
        self.asked.append(path)
        if self.refusal:
            failed(self.refusal)
        else:
            done(photo())


def with_pictures(desk: Desk) -> tuple[Pictures, str, str]:
    """A report with a photo and a film, and the doors that know them."""
    photo_key, film_key = "a" * 64, "b" * 64
    media = (
        Medium(medium_id="p", kind="image", mime="image/jpeg", digest=photo_key, bytes=9),
        Medium(medium_id="f", kind="video", mime="video/mp4", digest=film_key, bytes=9, stage="after"),
    )
    desk.happen(rev.ReportReceived(report=report(1), text="Rác", media=media))
    doors = Pictures()
    thread = ReportThread(report=report(1), text="Rác", media=media, events=tuple(desk.log[-1:]))
    desk.session.server = Answers(thread)
    desk.session.history = doors  # type: ignore[assignment]
    return doors, photo_key, film_key


def test_pictures_of_strangers_are_covered_until_somebody_opens_them(desk: Desk, qtbot: QtBot) -> None:
    doors, photo_key, film_key = with_pictures(desk)
    card = shown(qtbot, desk)
    strip = card.media
    assert doors.asked == [f"/api/v1/media/{photo_key}/thumbnail", f"/api/v1/media/{film_key}/thumbnail"]
    assert [strip.words(one) for one in strip.pictures] == ["covered, Enter opens"] * 2
    covered = strip.grab().toImage()
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert strip.open_key == photo_key
    assert strip.words(strip.pictures[0]) == ""
    assert doors.asked[-1] == f"/api/v1/media/{photo_key}"
    assert strip.grab().toImage().height() > covered.height()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert strip.open_key == film_key
    assert len(doors.asked) == 3, "a film is fetched into a file"
    assert strip.film.isVisible()
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert strip.open_key == ""
    desk.happen(came(2))
    desk.session.selection.select("report", "PA-000002")
    assert strip.open_key == ""


def test_a_picture_that_does_not_come_says_why_and_is_asked_for_again(desk: Desk, qtbot: QtBot) -> None:
    doors, photo_key, _film_key = with_pictures(desk)
    doors.refusal = "mất kết nối"
    card = shown(qtbot, desk)
    assert [card.media.words(one) for one in card.media.pictures] == ["mất kết nối"] * 2
    doors.refusal = ""
    desk.happen(rev.ReportMoved(report_id="PA-000001", state="verifying"))
    assert doors.asked[-2] == f"/api/v1/media/{photo_key}/thumbnail"
    assert card.media.words(card.media.pictures[0]) == "covered, Enter opens"


class Figures:
    """A server that has the figures of a span; the question that was asked last."""

    def __init__(self, kpi: ReportKpi) -> None:
        self.kpi = kpi
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, path: str, query: dict[str, Any], model: object, done: Any, failed: Any, body: object = None) -> None:
        self.asked.append((path, query))
        done(self.kpi)


def line(key: str, on_time: int, late: int) -> list[ReportThen]:
    def then(is_late: bool) -> ReportThen:
        return ReportThen(0, key, "rac-thai", COMMUNE, "published", HOUR_MS, is_late, False, None, "satisfied", 0)

    return [then(False) for _ in range(on_time)] + [then(True) for _ in range(late)]


def test_the_league_ranks_by_what_is_on_time_and_equals_share_a_rank(desk: Desk, qtbot: QtBot) -> None:
    kpi = report_kpi(
        [*line("csgt", 9, 1), *line("pccc", 1, 3), *line("dien-luc", 18, 2), *line("so-xd", 5, 0)], 0, NOW_MS
    )
    server = Figures(kpi)
    desk.session.server = cast(Any, server)
    panel = ReportLeaguePanel(desk.session)
    qtbot.addWidget(panel)
    QAbstractItemModelTester(panel.lines, QAbstractItemModelTester.FailureReportingMode.Fatal, panel)
    panel.resize(1100, 500)
    panel.show()
    qtbot.waitUntil(lambda: panel.lines.rowCount() == 5)
    path, query = server.asked[-1]
    assert (path, query["end"] - query["start"]) == ("/api/v1/reports/kpi", 30 * 86_400_000)
    ranks = [panel.lines.index(row, 0).data() for row in range(5)]
    assert ranks == ["", "1", "2", "2", "4"]
    shares = [panel.lines.index(row, 7).data() for row in range(5)]
    assert shares == ["84,6 %", "100,0 %", "90,0 %", "90,0 %", "25,0 %"]
    assert panel.is_live()


def test_an_agency_is_found_by_old_names_short_names_and_without_diacritics_and_partners_stand_beside(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.happen(came(1))
    card = shown(qtbot, desk)
    QTest.keyClick(card.thread_table, Qt.Key.Key_D)
    field = card.finder.field
    assert card.focusWidget() is field

    def found(typed: str) -> list[str]:
        field.setText(typed)
        return [f"{one.text} · {one.hint}" if one.hint else one.text for one in card.finder.shown]

    assert found("so xay d") == ["Sở Xây dựng", "Sở Xây dựng (hạ tầng, giao thông)"]
    assert found("SXD")[0] == "Sở Xây dựng"
    assert found("giao thong van tai") == ["Sở Xây dựng · Sở Giao thông vận tải"]
    assert all("until 30/06/2025: Ủy ban nhân dân huyện Bát Xát" in one for one in found("huyen bat xat"))
    assert len(found("huyen bat xat")) == 7, "every commune that took the district over"
    assert found("xyzzy") == []
    field.setText("dien luc")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "With: " in card.finder.beside.text()
    field.setText("sxd")
    QTest.keyClick(field, Qt.Key.Key_Return)
    card.line.line.setText("sụt cả hố cáp")
    QTest.keyClick(card.line.line, Qt.Key.Key_Return)
    command = desk.sent[-1]
    assert isinstance(command, cmd.RouteReport)
    assert (command.chief, command.partners, command.reason) == ("so-xd", ("dien-luc",), "sụt cả hố cáp")
    QTest.keyClick(card.thread_table, Qt.Key.Key_D)
    assert [one.key for one in card.finder.shown][:3] == ["", "so-xd", "dien-luc"], "used lately, it stands first"
    QTest.keyClick(card.finder.field, Qt.Key.Key_Escape)
    assert not card.finder.isVisible()


def test_every_letter_does_its_deed_or_says_why_not(desk: Desk, qtbot: QtBot) -> None:
    desk.happen(came(1))
    card = shown(qtbot, desk)
    QTest.keyClick(card.thread_table, Qt.Key.Key_U)
    assert card._outcome.text() == "✕ Publish: Not while the report is: new."
    QTest.keyClick(card.thread_table, Qt.Key.Key_Y)
    assert "Open a picture first (H)" in card._outcome.text()
    QTest.keyClick(card.thread_table, Qt.Key.Key_H)
    assert card._outcome.text().endswith("The report has no pictures.")
    QTest.keyClick(card.thread_table, Qt.Key.Key_L)
    assert card._outcome.text().endswith("Your role does not do this.")
    assert desk.sent == []
    QTest.keyClick(card.thread_table, Qt.Key.Key_X)
    QTest.keyClicks(card.line.line, "av uvx")
    assert desk.sent == [], "while words are written a letter is a letter"
    assert card.line.line.text() == "av uvx"
    QTest.keyClick(card.line.line, Qt.Key.Key_Escape)
    QTest.keyClick(card.thread_table, Qt.Key.Key_V)
    assert desk.answer() == ""
    assert desk.state_of(1) == "verifying"
    desk.happen(routed(1, 5))
    QTest.keyClick(card.thread_table, Qt.Key.Key_A)
    assert card._outcome.text() == "✕ Begin work: The agency that has it does this, not the centre."
    offered = {button.text()[-1]: button.text() for button in card._buttons}
    assert {"D", "Q", "K", "X", "W", "I"} <= offered.keys()


def test_letters_pressed_in_the_queue_are_done_at_the_card(desk: Desk, qtbot: QtBot) -> None:
    desk.happen(came(1), came(2))
    queue, card = ReportsPanel(desk.session), shown(qtbot, desk)
    qtbot.addWidget(queue)
    desk.session.selection.select("report", "PA-000002")
    QTest.keyClick(queue.table, Qt.Key.Key_V)
    assert desk.answer() == ""
    assert (desk.state_of(1), desk.state_of(2)) == ("new", "verifying")
    QTest.keyClick(queue.table, Qt.Key.Key_N)
    assert card._outcome.text().startswith("✕ Not ours: ")


def test_an_agency_gives_back_with_the_name_of_whose_it_is(qtbot: QtBot) -> None:
    desk = Desk(Role.AGENCY, "csgt")
    desk.happen(came(1), routed(1, 5, "csgt"))
    card = shown(qtbot, desk)
    QTest.keyClick(card.thread_table, Qt.Key.Key_N)
    QTest.keyClicks(card.finder.field, "sxd")
    QTest.keyClick(card.finder.field, Qt.Key.Key_Return)
    card.line.line.insert("hè phố")
    QTest.keyClick(card.line.line, Qt.Key.Key_Return)
    command = desk.sent[-1]
    assert isinstance(command, cmd.MoveReport)
    assert command.reason == "It is for Sở Xây dựng: hè phố"
    assert desk.answer() == ""


def test_a_picture_is_given_free_by_who_has_it_open_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    _doors, photo_key, _film_key = with_pictures(desk)
    card = shown(qtbot, desk)
    QTest.keyClick(card.thread_table, Qt.Key.Key_H)
    assert card.media.open_key == photo_key
    QTest.keyClick(card.media, Qt.Key.Key_Y)
    assert [one.caption for one in card.media.pictures] == ["with the report", "after the work"]
    assert desk.answer() == ""
    assert [one.caption for one in card.media.pictures] == ["with the report · public", "after the work"]
    QTest.keyClick(card.media, Qt.Key.Key_Y)
    assert desk.answer() == ""
    assert desk.state.reports["PA-000001"].public_media == ()
    QTest.keyClick(card.media, Qt.Key.Key_H)
    assert card.media.open_key == ""


def test_the_leader_of_the_place_gives_the_receipt_by_reading_and_may_say_a_word(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(Role.LEADER)
    monkeypatch.setattr(desk.clock, "now_ms", lambda: NOW_MS)
    title = "Chủ tịch UBND phường Lào Cai"
    desk.session.operator = Operator("chu-tich", title, "leader", frozenset(RIGHTS[Role.LEADER]))
    told = routed(1, 5).model_copy(update={"leader": title})
    desk.happen(came(1), told, came(2))
    card = shown(qtbot, desk, "PA-000002")
    card._tick()
    card._tick()
    assert desk.sent == [], "another one is for somebody else"
    queue = ReportsPanel(desk.session)
    qtbot.addWidget(queue)
    mine = queue._groups["leader"]
    assert (mine.text(), mine.isHidden()) == ("For me to read 1", False)
    queue.show_group("leader")
    assert codes(queue.queue) == [1]
    desk.session.selection.select("report", "PA-000001")
    assert f"{title} is told, has not read it" in card._routing.text()
    card._tick()
    qtbot.waitUntil(lambda: bool(desk.sent))
    assert isinstance(desk.sent[-1], cmd.ReadReport)
    assert "has not read it" in card._routing.text()
    assert desk.answer() == ""
    assert f"{title} read it" in card._routing.text()
    QTest.keyClick(card.thread_table, Qt.Key.Key_L)
    card.line.line.setText("Làm ngay")
    QTest.keyClick(card.line.line, Qt.Key.Key_Return)
    assert desk.answer() == ""
    assert card._routing.text().endswith(": “Làm ngay”")
    assert codes(queue.queue) == []
    queue.show_group("open")
    queue._tell_counts()
    assert mine.isHidden()
    assert len(desk.sent) == 2


class Uploads:
    """The file door, held by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], Any]] = []
        self.sent: Any = None
        self.done: Any = None
        self.failed: Any = None

    def upload(self, path: str, query: Any, file: Any, model: Any, sent: Any, done: Any, failed: Any) -> None:
        self.asked.append((path, query, file))
        self.sent, self.done, self.failed = sent, done, failed


def test_a_picture_is_attached_by_key_with_its_progress_and_seen_when_its_event_came_back(
    qtbot: QtBot, tmp_path: Path
) -> None:
    desk = Desk(Role.AGENCY, "csgt")
    uploads = Uploads()
    desk.session.files = uploads
    desk.happen(came(1), routed(1, 5, "csgt"))
    card = shown(qtbot, desk)
    QTest.keyClick(card.thread_table, Qt.Key.Key_I)
    assert [card.line.choice.itemData(row) for row in range(3)] == ["after", "before", "report"]
    QTest.keyClick(card.line.choice, Qt.Key.Key_Return)
    QTest.keyClick(card.line.line, Qt.Key.Key_Return)
    dialog = card.findChild(QFileDialog)
    assert dialog is not None
    photo_file = tmp_path / "sau.jpg"
    photo_file.write_bytes(photo())
    dialog.fileSelected.emit(str(photo_file))
    dialog.close()
    assert uploads.asked == [("/api/v1/media", {"report": "PA-000001", "stage": "after"}, photo_file)]
    uploads.sent(500_000, 2_000_000)
    assert card._outcome.text() == "sau.jpg is being sent: 0,5 of 2,0 MB"
    card._hand.attach(photo_file, "before")
    assert card._outcome.text() == "✕ sau.jpg is still being sent."
    assert len(uploads.asked) == 1
    uploads.failed("size: the file has more than 20000000 bytes")
    assert card._outcome.text() == "✕ sau.jpg is not attached: size: the file has more than 20000000 bytes"
    card._hand.attach(photo_file, "after")
    uploads.sent(2_000_000, 2_000_000)
    assert card._outcome.text() == "sau.jpg is sent; the server looks at it…"
    medium = Medium(medium_id="n", kind="image", mime="image/jpeg", digest="c" * 64, bytes=9, stage="after")
    uploads.done(medium)
    assert not card._outcome.isVisible()
    assert card.media.pictures == (), "it is there when its event is"


def opened_film(desk: Desk, qtbot: QtBot, source: Path | None) -> tuple[ReportCard, Answers]:
    """The card with its film open; `source` is what the server has of it."""
    with_pictures(desk)
    server = cast(Answers, desk.session.server)
    server.film = source
    card = shown(qtbot, desk)
    QTest.keyClick(card.media, Qt.Key.Key_Right)
    assert server.downloads == [], "covered it is not fetched"
    QTest.keyClick(card.media, Qt.Key.Key_Return)
    return card, server


def test_a_film_plays_behind_its_cover_and_is_gone_when_it_is_covered(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    film(tmp_path / "phim.mp4", seconds=3.0)
    card, server = opened_film(desk, qtbot, tmp_path / "phim.mp4")
    player = card.media.film
    qtbot.waitUntil(lambda: player.playing and not player.picture.isNull(), timeout=15_000)
    assert player.picture.size().width() == 320
    qtbot.waitUntil(lambda: player.words.startswith("▶ 0:0") and player.words.endswith(" / 0:03"), timeout=15_000)
    qtbot.waitUntil(lambda: player.picture.pixelColor(40, 120).lightness() > 100, timeout=15_000)
    QTest.keyClick(card.media, Qt.Key.Key_Space)
    assert player.words.startswith("‖")
    grabbed = player.grab().toImage()
    middle = grabbed.pixelColor(grabbed.width() // 2 - 60, grabbed.height() // 3)
    assert middle.lightness() > 100, "the picture itself is painted"
    QTest.keyClick(card.media, Qt.Key.Key_Return)
    assert player.picture.isNull()
    assert not player.isVisible()
    QTest.keyClick(card.media, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: player.playing, timeout=15_000)
    assert len(server.downloads) == 1, "it is fetched once"
    desk.happen(came(2))
    desk.session.selection.select("report", "PA-000002")
    assert player.picture.isNull(), "another report: nothing of it is shown, nor heard"
    assert not player.playing


def test_a_film_that_cannot_be_had_or_played_says_why(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    card, server = opened_film(desk, qtbot, None)
    player = card.media.film
    assert player.words == "The film cannot be played: mất kết nối"
    QTest.keyClick(card.media, Qt.Key.Key_Return)
    broken = tmp_path / "hong.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(4000))
    server.film = broken
    QTest.keyClick(card.media, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: player.words.startswith("The film cannot be played: "), timeout=15_000)
    assert player.words != "The film cannot be played: mất kết nối"
    assert not player.playing


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", get_args(ReportState))
def test_in_every_state_every_seat_has_every_letter_once(qtbot: QtBot, role: Role, state: ReportState) -> None:
    desk = Desk(role, "csgt" if role is Role.AGENCY else "")
    deeds = report_deeds(desk.session, report(1, state=state, chief="csgt"))
    assert sorted(deed.letter for deed in deeds) == sorted(LETTERS)
    side = seat_side(desk.session, report(1, chief="csgt"))
    assert side is not None
    offered = {deed.key for deed in deeds if not deed.why_not} & set(get_args(ReportState))
    if "report.move" in RIGHTS[role]:
        wrong = offered - ways(report(1, state=state, chief="csgt"), side)
        assert not wrong, "only what the table of states lets this side do"
    else:
        assert not offered

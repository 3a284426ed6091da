"""The press panel: the stream in its order, what is watched, one step to an agency or a report, evidence to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from backend.contracts import commands as cmd
from backend.contracts import press
from backend.contracts.commands import Role
from backend.contracts.press import Engagement, Post, SpikeBoard, SpikeState, Story, StoryDetail, StoryPage
from console.panels.press import PressPanel
from tests.panels.desk_room import Seat

NOW_MS = 1_795_316_535_000
MINUTE_MS = 60_000


def story(number: int, **more: Any) -> Story:
    base = {
        "story_id": f"st-{number}", "title": f"Ngập lụt ở phường {number}", "outlet": "Báo Mẫu",
        "url": f"https://vidu.vn/{number}", "producer_id": "bao-chi", "first_ms": NOW_MS - number * MINUTE_MS,
        "newest_ms": NOW_MS - number * MINUTE_MS, "changed_ms": NOW_MS,
    }  # fmt: skip
    return Story.model_validate({**base, **more})


def post(number: int) -> Post:
    return Post(
        post_id=f"p-{number}", story_id=f"st-{number}", producer_id="bao-chi", title="Nước lên nhanh",
        text="Nước sông lên nhanh từ sáng sớm.", outlet="Báo Mẫu", url="", published_ms=NOW_MS - MINUTE_MS,
        received_ms=NOW_MS - MINUTE_MS, engagement=Engagement(views=1200), digest="0" * 64,
    )  # fmt: skip


class Server:
    """Answers at once; what was asked and downloaded is kept."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.files: list[str] = []
        self.spikes: tuple[SpikeState, ...] = ()
        self.restricted: tuple[Story, ...] = ()

    def ask(self, path: str, query: object, model: type, done: Any, failed: Any, body: object = None) -> None:
        self.asked.append(path)
        if model is SpikeBoard:
            done(SpikeBoard(lists=(), spikes=self.spikes))
        elif model is StoryPage:
            done(StoryPage(stories=self.restricted))
        else:
            number = int(path.rpartition("-")[2])
            done(StoryDetail(story=story(number), posts=(post(number),)))

    def download(self, path: str, file: Path, done: Any, failed: Any) -> None:
        self.files.append(path)
        done(file)


class Desk:
    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, role: Role = Role.DUTY_OFFICER) -> None:
        self.seat = Seat(role)
        monkeypatch.setattr(self.seat.clock, "now_ms", lambda: NOW_MS)
        self.server = Server()
        self.seat.session.server = cast(Any, self.server)
        self.panel = PressPanel(self.seat.session)
        qtbot.addWidget(self.panel)
        QAbstractItemModelTester(self.panel.stream, QAbstractItemModelTester.FailureReportingMode.Fatal, self.panel)
        self.panel.resize(1300, 700)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def seen(self, *stories: Story) -> None:
        self.seat.happen(*(press.StorySeen(story=one) for one in stories))

    def titles(self) -> list[str]:
        return [str(self.panel.stream.index(row, 1).data()) for row in range(self.panel.stream.rowCount())]

    def press(self, beginning: str) -> None:
        found = [one for one in self.panel.findChildren(QPushButton) if one.text().startswith(beginning)]
        QTest.mouseClick(next(one for one in found if one.isVisible()), Qt.MouseButton.LeftButton)

    def write(self, words: str, choice: str = "") -> None:
        if choice:
            self.panel.line.choice.setCurrentIndex(self.panel.line.choice.findData(choice))
        self.panel.line.line.setText(words)
        QTest.keyClick(self.panel.line.line, Qt.Key.Key_Return)


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def test_the_newest_word_stands_first_and_choices_narrow_the_stream(desk: Desk) -> None:
    assert "No story yet" in desk.panel._empty.text()
    desk.seen(story(3), story(1, hits=("sa-pa",)), story(2))
    desk.seat.happen(press.StoryDismissed(story_id="st-2", reason="tin cũ"))
    assert [title[-1] for title in desk.titles()] == ["1", "2", "3"]
    desk.panel.show_which("watched")
    assert [title[-1] for title in desk.titles()] == ["1"]
    desk.panel.show_which("new")
    assert [title[-1] for title in desk.titles()] == ["1", "3"]
    desk.panel.words.setText("phuong 3")
    assert [title[-1] for title in desk.titles()] == ["3"]
    desk.panel.words.setText("không có")
    assert "Other words" in desk.panel._empty.text()


def test_a_story_is_shown_with_its_posts_and_whose_label_its_tone_is(desk: Desk) -> None:
    desk.seen(story(1, sentiment="negative", sentiment_by="bao-chi", posts=3, outlets=2))
    assert desk.panel.posts.index(0, 2).data() == "Nước lên nhanh"
    assert "1.200" in desk.panel.posts.index(0, 3).data()
    assert "says bao-chi" in desk.panel._facts.text()
    assert desk.panel.stream.index(0, 2).data() == "Báo Mẫu +2"


def test_it_goes_to_an_agency_becomes_a_report_or_is_put_aside(desk: Desk) -> None:
    desk.seen(story(1))
    desk.press("To an agency")
    desk.write("trả lời báo", "csgt")
    given = desk.seat.sent[-1]
    assert isinstance(given, cmd.AssignStory)
    assert (given.story_id, given.agency_id, given.note) == ("st-1", "csgt", "trả lời báo")
    assert desk.panel.story is not None
    assert desk.panel.story.state == "new"  # not before the event is back
    desk.seat.happen(press.StoryAssigned(story_id="st-1", agency_id="csgt"), caused_by=given.command_id)
    assert "Cảnh sát giao thông" in desk.panel._facts.text() or "csgt" not in desk.panel._facts.text()
    desk.press("Make a report")
    assert desk.panel.line.line.text() == "Ngập lụt ở phường 1"
    desk.write("Ngập ở phường 1", "ngap-sat-lo")
    made = desk.seat.sent[-1]
    assert isinstance(made, cmd.ReportStory)
    assert (made.category_id, made.text) == ("ngap-sat-lo", "Ngập ở phường 1")


def test_a_leader_sees_what_only_the_leaders_list_finds_marked_and_an_officer_does_not(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role, found in ((Role.LEADER, 1), (Role.DUTY_OFFICER, 0)):
        desk = Desk(qtbot, monkeypatch, role)
        desk.server.restricted = (story(7, restricted=True),)
        desk.panel._ask_spikes()
        assert len(desk.titles()) == found, role
        assert all(title.startswith("◈") for title in desk.titles())


def test_a_name_that_is_spoken_of_unusually_much_stands_on_top(desk: Desk) -> None:
    assert not desk.panel._spike_line.isVisible()
    calm = SpikeState(
        item_id="sa-pa", name="Sa Pa", list_id="noi", restricted=False, count=3, usual=2.0, raise_at=8, active=False
    )
    desk.server.spikes = (calm, calm.model_copy(update={"item_id": "b", "name": "Bắc Hà", "count": 21, "active": True}))
    desk.panel._ask_spikes()
    assert desk.panel._spike_line.isVisible()
    assert desk.panel._spike_line.text() == "▲ Bắc Hà: 21 in the last hour, usual 2,0"


def test_the_evidence_of_a_post_is_fetched_into_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.seen(story(1))
    desk.panel.save_snapshot("p-1", tmp_path / "p.zip")
    assert desk.server.files == ["/api/v1/press/posts/p-1/snapshot"]
    assert "p.zip" in desk.panel._outcome.text()


def test_titles_keep_their_place_beside_long_names(desk: Desk) -> None:
    outlet = "Diễn đàn Cốc Lếu và các vùng lân cận (mô phỏng)"
    desk.seen(story(1, outlet=outlet, posts=31, outlets=12, hits=("sa-pa", "coc-leu"), sentiment="negative"))
    desk.panel.resize(1440, 900)
    for table, title in ((desk.panel.table, 1), (desk.panel.post_table, 2)):
        widths_px = [table.columnWidth(column) for column in range(table.model().columnCount())]
        assert widths_px[title] == max(widths_px)
        assert widths_px[title] >= 150

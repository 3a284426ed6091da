"""The page that everybody will read, shown before it is public: what is masked is marked, what is withheld is told."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts import report_events as rev
from backend.contracts.commands import Role
from backend.contracts.events import LoggedEvent
from backend.contracts.report_doors import PublicPreview
from backend.contracts.reports import Medium
from backend.gateway.public.preview import preview
from console.panels.public_page import PublicPagePanel
from resources import tokens
from tests.panels.report_room import NOW_MS, Desk, report, routed
from tests.panels.words import words
from tests.unit.media_files import photo
from tests.unit.test_report_desk import LAOCAI

PICTURES = [
    Medium.model_validate(
        {"medium_id": digit, "kind": "image", "mime": "image/jpeg", "digest": digit * 64, "bytes": 9, "stage": stage}
    )
    for digit, stage in (("a", "report"), ("b", "before"), ("c", "after"))
]


class Doors:
    """The doors of the page and of the pictures; the page is made by the server's own projection of the log."""

    def __init__(self, log: list[LoggedEvent]) -> None:
        self.log = log
        self.pictures: list[str] = []

    def ask(self, path: str, query: Any, model: Any, done: Any, failed: Any, body: object = None) -> None:
        assert model is PublicPreview
        thread = [one for one in self.log if one.seq <= query["seq"] and one.event.kind.startswith("report.")]
        shown = preview(LAOCAI, [one for one in thread if path.split("/")[4] in one.event.model_dump_json()])
        if shown is None:
            failed("there is no report")
        else:
            done(shown)

    def document(self, path: str, done: Any, failed: Any) -> None:
        self.pictures.append(path)
        done(photo())


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(made.clock, "now_ms", lambda: NOW_MS)
    doors = Doors(made.log)
    made.session.server = doors  # type: ignore[assignment]
    made.session.history = doors  # type: ignore[assignment]
    return made


def filed(desk: Desk) -> None:
    one = report(1, address="12 Hoàng Liên", lat_deg=22.498612, lon_deg=103.968911)
    text = "Rác đổ trộm, gọi 0912 345 678 cho ông Tám"
    desk.happen(rev.ReportReceived(report=one, text=text, media=(PICTURES[0],)), routed(1, 5))


def shown(qtbot: QtBot, desk: Desk) -> PublicPagePanel:
    panel = PublicPagePanel(desk.session)
    qtbot.addWidget(panel)
    panel.resize(520, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_before_it_is_public_the_page_is_seen_as_it_would_be_and_what_is_withheld_is_told(
    desk: Desk, qtbot: QtBot
) -> None:
    panel = shown(qtbot, desk)
    assert "No report is chosen. Choose one in the queue or on the map." in words(panel)
    filed(desk)
    desk.session.selection.select("report", "PA-000001")
    page = panel.page.toPlainText()
    assert "Rác đổ trộm, gọi" in page
    assert "0912" not in page
    assert "Hoàng Liên" not in page
    assert tokens.P2.lower() in panel.page.toHtml().lower(), "the mask is marked"
    assert panel._state.text().startswith("PA-000001 is not public yet.")
    told = [row.cells for row in panel.withheld.rows]
    assert told == [
        ("Telephone, mail or identity card", "0912 345 678", "•••"),
        ("Address", "12 Hoàng Liên", "Phường Lào Cai"),
        ("Place", "22.498612, 103.968911", "22.499, 103.969"),
        ("Pictures of the citizen", "1 that nobody gave free", "nothing"),
    ]


def test_the_page_follows_the_room_picture_by_picture_until_it_is_public(desk: Desk, qtbot: QtBot) -> None:
    filed(desk)
    panel = shown(qtbot, desk)
    desk.session.selection.select("report", "PA-000001")
    desk.happen(
        rev.ReportMoved(report_id="PA-000001", state="in_progress"),
        rev.ReportMoved(report_id="PA-000001", state="done_pending", text="Đã dọn sạch", media=tuple(PICTURES[1:])),
    )
    assert "Đã dọn sạch" in panel.page.toPlainText()
    doors: Any = desk.session.history
    assert doors.pictures == []
    desk.happen(rev.ReportMediumDecided(report_id="PA-000001", digest="c" * 64, public=True))
    qtbot.waitUntil(lambda: doors.pictures == [f"/api/v1/media/{'c' * 64}/thumbnail"])
    assert [row.cells[0] for row in panel.withheld.rows][3:] == ["Pictures of the citizen", "Pictures before the work"]
    desk.happen(rev.ReportMoved(report_id="PA-000001", state="published", text="Đã dọn, cảm ơn"))
    assert panel._state.text() == "PA-000001 is public: everybody reads this page."
    assert "Đã dọn, cảm ơn" in panel.page.toPlainText()
    before = panel.page.verticalScrollBar().value()
    QTest.keyClick(panel, Qt.Key.Key_PageDown)
    assert panel.page.verticalScrollBar().value() >= before


def test_an_agency_s_seat_is_told_that_the_centre_decides(qtbot: QtBot) -> None:
    desk = Desk(Role.AGENCY, "moi-truong-do-thi")
    filed(desk)
    panel = shown(qtbot, desk)
    desk.session.selection.select("report", "PA-000001")
    assert "What is made public is decided by the centre." in words(panel)
    assert not panel.page.isVisible()

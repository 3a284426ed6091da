"""The card of a report over the real link and server: what is attached is seen when its event came back."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contracts.report_doors import ReportEntry
from backend.contracts.reports import Report
from console.panels.report_card import ReportCard
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until
from tests.unit.media_files import photo

pytestmark = pytest.mark.timeout(120)


def taken_down(room: RunningDesk, text: str) -> str:
    """A report of the counter; its id once the desk has it."""
    session = room.desk.session
    taken: list[Report] = []
    failed: list[str] = []
    assert session.server is not None
    entry = ReportEntry(channel="walk_in", category_id="duong-hong", text=text)
    session.server.ask("/api/v1/reports", {}, Report, taken.append, failed.append, entry)
    until(lambda: bool(taken or failed), "the report is taken down")
    assert failed == []
    until(lambda: taken[0].report_id in session.state.reports, "the report is at the desk")
    return taken[0].report_id


def test_a_picture_goes_up_by_the_link_and_stands_on_the_card_and_what_is_none_is_refused_in_words(
    qapp: object, tmp_path: Path
) -> None:
    (tmp_path / "sau.jpg").write_bytes(photo())
    (tmp_path / "thu.jpg").write_text("không phải ảnh", encoding="utf-8")
    with RunningDesk(SMALL_SITE, tmp_path / "room", "duty") as room:
        session = room.desk.session
        report_id = taken_down(room, "Ổ gà lớn trước chợ")
        card = ReportCard(session)
        card.resize(600, 800)
        card.show()
        session.selection.select("report", report_id)
        told: list[str] = []
        card._hand.told.connect(lambda words, failed: told.append(words))
        card._hand.attach(tmp_path / "sau.jpg", "after")
        until(lambda: bool(card.media.pictures), "the picture stands on the card")
        (picture,) = card.media.pictures
        until(lambda: card.media.words(picture) == "covered, Enter opens", "its cover is drawn over its small picture")
        until(lambda: told[-1] == "", "it is told as done")
        assert any("the server looks at it" in words for words in told)
        card.press("H")
        card.press("Y")
        until(lambda: session.state.reports[report_id].public_media == (picture.key,), "everybody may see it")
        card._hand.attach(tmp_path / "thu.jpg", "after")
        until(lambda: told[-1].startswith("✕"), "it is refused")
        assert "thu.jpg is not attached: content: it is" in told[-1]
        card._hand.attach(tmp_path / "nowhere.jpg", "after")
        until(lambda: "nowhere.jpg cannot be read" in told[-1], "a file that is gone says so")
        card.close()

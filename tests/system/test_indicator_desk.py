"""An agency's desk over a real backend: told what is late, it enters, corrects and imports figures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from backend.contracts.commands import Role
from backend.contracts.periods import last_ended
from console.models.boards import points_of
from console.models.indicator_entry import site_day
from console.models.session import Session
from console.panels.indicator_entry import IndicatorEntryPanel
from tests.system.backend_process import PASSWORD, SMALL_SITE, BackendProcess
from tests.system.desk_in_process import RunningDesk, until
from tests.system.test_console_backend import dialog, give
from tests.system.test_indicator_doors import filled

USER = "so-pccc"
AT_SITE = timezone(timedelta(hours=7))
SECTOR = """
[[sector]]
sector_id = "s"
name_vi = "Cứu nạn"
name_en = "Rescue"
"""
INDICATOR = """
[[indicator]]
code = "{code}"
name_vi = "{name}"
name_en = "{code}"
sector = "s"
unit = "vụ"
owner = "pccc"
period = "month"
direction = "up"
due_after_days = 0
expected_from = "{first}"
minimum = 0
decimals = 0
source = "Mẫu"
verified = true
{more}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackendProcess]:
    site = tmp_path / "site"
    shutil.copytree(SMALL_SITE, site)
    parts = [("FIRES", "Số vụ cháy", ""), ("SAVED", "Số người được cứu", ""), ("SHARE", "Người một vụ", "formula")]
    formula = {"formula": 'formula = "ratio(SAVED, FIRES)"', "": ""}
    first = last_ended(datetime.now(AT_SITE).date(), "month")
    told = [INDICATOR.format(code=code, name=name, first=first, more=formula[more]) for code, name, more in parts]
    (site / "indicators.toml").write_text(SECTOR + "".join(told), encoding="utf-8")
    with BackendProcess.start(site, tmp_path / "server") as backend:
        backend.add_user(USER, Role.AGENCY, agency_id="pccc")
        yield backend


def told(panel: IndicatorEntryPanel) -> str:
    return "\n".join(one.text() for one in panel.findChildren(QLabel) if one.isVisibleTo(panel))


def enter(panel: IndicatorEntryPanel, figure: str, note: str = "") -> None:
    panel.figure.clear()
    QTest.keyClicks(panel.figure, figure)
    panel.note.setText(note)
    QTest.keyClick(panel.note, Qt.Key.Key_Return)


def import_workbooks(panel: IndicatorEntryPanel, session: Session, folder: Path, period: str) -> None:
    """A bad one, a good one and a broken one, made of the template."""
    template = folder / "mau.xlsx"
    panel.save_template(template)
    until(template.exists, "the template is there")
    bad, good = folder / "sai.xlsx", folder / "đúng.xlsx"
    bad.write_bytes(filled(template.read_bytes(), {"FIRES": ("", period, -1), "SAVED": ("", "2026-13", "hai trăm")}))
    good.write_bytes(filled(template.read_bytes(), {"FIRES": ("", period, 1400), "SAVED": ("", period, "2.800")}))
    panel.read_in(bad)
    until(lambda: "2 wrong cells. Nothing was imported" in told(panel), "the bad one is refused")
    assert [row.cells[0] for row in panel.problems.rows] == ["sheet 'Nhập liệu', F2", "sheet 'Nhập liệu', E3"]
    (point,) = points_of(session.state, "FIRES")
    assert (point.value, point.revision) == (1300.0, 2)
    panel.read_in(good)
    until(lambda: "2 figures entered, 0 stood there already, 1 computed" in told(panel), "the good one is taken")
    assert "revisions 1 to 3" in told(panel)
    assert [one.value for one in points_of(session.state, "SHARE")] == [200.0]
    tampered = folder / "hỏng.xlsx"
    tampered.write_bytes(good.read_bytes()[:-200])
    panel.read_in(tampered)
    until(lambda: "nothing was imported, what stood before stands" in told(panel), "a broken one is refused")


@pytest.mark.timeout(120)
def test_an_agency_is_told_what_is_late_enters_it_corrects_it_and_imports_a_workbook(
    qapp: object, tmp_path: Path, server: BackendProcess
) -> None:
    with RunningDesk(SMALL_SITE, tmp_path, "", server=server.url) as room:
        give(dialog(), USER, PASSWORD)
        room.until_live()
        session = room.desk.session
        chip = room.window.findChild(QPushButton, "figuresChip")
        assert chip is not None
        until(chip.isVisible, "the desk says that figures are late")
        assert "2 figures late" in chip.text()
        chip.click()
        until(lambda: "indicator_entry" in dict(room.desk.windows.panels()), "the place to enter them")
        assert not chip.isVisible()
        panel = room.panel("indicator_entry")
        assert isinstance(panel, IndicatorEntryPanel)
        period = last_ended(site_day(session.state, session.clock.now_ms()), "month")
        until(lambda: f"LATE {period}" in panel.lines.rows[0].cells[0], "what is late stands first")
        assert [row.key for row in panel.lines.rows] == ["FIRES", "SAVED", "SHARE"]

        panel.table.setCurrentIndex(panel.lines.index(1, 0))
        panel.table.setCurrentIndex(panel.lines.index(0, 0))
        enter(panel, "1.200")
        until(lambda: "entered, revision 1" in told(panel), "the figure is in the room")
        (point,) = points_of(session.state, "FIRES")
        assert (point.period, point.value, point.entered_by) == (period, 1200.0, USER)
        until(lambda: f"stands there: {USER}" in told(panel), "what stands there is told")
        enter(panel, "1300")
        assert "A correction needs its reason" in told(panel)
        enter(panel, "1300", "rà soát lại")
        until(lambda: "entered, revision 2" in told(panel), "the correction is in the room")
        until(lambda: [row.cells[1] for row in panel.revisions.rows] == ["2", "1"], "both revisions are seen")
        assert "rà soát lại" in panel.revisions.rows[0].cells[4]

        import_workbooks(panel, session, tmp_path, period)

        room.desk.room.choose("reports")
        until(lambda: "reports" in dict(room.desk.windows.panels()), "the queue is on the screen again")
        until(lambda: not chip.isVisible(), "nothing is said to be late")

"""League of citizens' reports: agencies, categories and communes by how much they handle on time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backend.contracts.report_kpi import ReportKpi
from console.models.report_league import NUMBERS, By, headings, league_rows, summary
from console.models.session import Session
from console.models.span_report import SpanReport
from console.models.word_rows import Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.row_table import RowTable

DOOR: Final = "/api/v1/reports/kpi"
DAY_MS: Final = 86_400_000
SPANS_DAYS: Final = (1, 7, 30, 90, 365)
FIRST_SPAN_DAYS: Final = 30


class ReportLeaguePanel(Panel):
    """Of a span that ends now, or at the replayed instant."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kpi: ReportKpi | None = None
        self._report = SpanReport(
            session, DOOR, ReportKpi, self.span, self._arrived, self, "watch", lambda delta: delta.reports
        )
        self._report.told.connect(self._tell)
        self._build()

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("panelHeader")
        self._summary.setIndent(8)
        self._by, self._spans = QComboBox(self), QComboBox(self)
        kinds: tuple[tuple[By, str], ...] = (
            ("agencies", self.tr("Agencies")),
            ("categories", self.tr("Categories")),
            ("communes", self.tr("Communes")),
        )
        for kind, name in kinds:
            self._by.addItem(name, kind)
        self._by.currentIndexChanged.connect(lambda index: self._tell())
        spans = {
            1: self.tr("24 hours"), 7: self.tr("7 days"), 30: self.tr("30 days"), 90: self.tr("90 days"),
            365: self.tr("1 year"),
        }  # fmt: skip
        for days in SPANS_DAYS:
            self._spans.addItem(spans[days], days)
        self._spans.setCurrentIndex(SPANS_DAYS.index(FIRST_SPAN_DAYS))
        self._spans.currentIndexChanged.connect(lambda index: self._report.ask_soon())
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 2, 8, 2)
        row.addWidget(self._summary, 1)
        row.addWidget(self._by)
        row.addWidget(self._spans)
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lines = Rows(headings, NUMBERS, self)
        self.table = RowTable(self.lines, (1,), self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(header)
        whole.addWidget(self._message, 1)
        whole.addWidget(self.table, 1)
        self.setFocusProxy(self.table)
        self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._report.ask_soon()

    def span(self) -> tuple[int, int]:
        """First instant that is counted and the one after the last, epoch ms."""
        end_ms = self._session.clock.now_ms()
        return max(0, end_ms - int(self._spans.currentData()) * DAY_MS), end_ms

    def _arrived(self, kpi: ReportKpi) -> None:
        self._kpi = kpi
        self._tell()

    def _tell(self) -> None:
        message, kpi = "", self._kpi
        if self._report.failure:
            message = self.tr("The figures cannot be fetched: {reason}").format(reason=self._report.failure)
        elif kpi is None:
            message = self.tr("Counting the reports…")
        elif not kpi.whole.to_process:
            message = self.tr("No report in this span.")
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self.table.setVisible(not message)
        if message or kpi is None:
            self._summary.setText("")
            return
        language = self._session.language
        self._summary.setText(summary(kpi, language))
        by = cast("By", self._by.currentData())
        self.lines.show_rows(league_rows(kpi, by, self._session.state, language))

    def is_live(self) -> bool:
        return not self._report.asking and not self._report.failure and self._kpi is not None

    def save_state(self) -> dict[str, object]:
        return {"days": self._spans.currentData(), "by": self._by.currentData()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        for box, key in ((self._spans, "days"), (self._by, "by")):
            index = box.findData(state.get(key))
            if index >= 0:
                box.setCurrentIndex(index)


SPEC = PanelSpec(
    "report_league", str(QT_TRANSLATE_NOOP("Panels", "League of reports")), ReportLeaguePanel, frozenset({"state"})
)

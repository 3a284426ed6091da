"""Alarm load: how many alarms came, how they were answered, what is wrong with the alarms themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backend.contracts.alarm_load import AlarmLoad
from backend.contracts.flood import BEGINS_OVER
from console.models.alarm_load import (
    alarm_headings,
    alarm_rows,
    aside_words,
    attention_headings,
    attention_rows,
    figure_headings,
    figure_rows,
    summary,
)
from console.models.numbers import format_time
from console.models.session import Session
from console.models.span_report import SpanReport
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.count_bars import Bars, CountBars
from widgets.elided_label import ElidedLabel
from widgets.row_table import RowTable

DOOR: Final = "/api/v1/replay/alarm-load"
MINUTE_MS: Final = 60_000
SPANS_MIN: Final = (10, 60, 480, 1440, 10_080, 43_200)
FIRST_SPAN_MIN: Final = 480


class AlarmLoadPanel(Panel):
    """Of a span that ends now, or at the replayed instant; of a replay's marks when there are some."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._load: AlarmLoad | None = None
        self._report = SpanReport(session, DOOR, AlarmLoad, self.span, self._arrived, self)
        self._report.told.connect(self._tell)
        self._build()

    def _build(self) -> None:
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self._build_header(), 0), (self._message, 1), (self._build_body(), 1)):
            column.addWidget(widget, stretch)
        self.setFocusProxy(self.figure_table)
        self._tell()

    def _build_header(self) -> QWidget:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("panelHeader")
        self._summary.setIndent(8)
        self._spans = QComboBox(self)
        names = {
            10: self.tr("10 minutes"), 60: self.tr("1 hour"), 480: self.tr("8 hours"), 1440: self.tr("24 hours"),
            10_080: self.tr("7 days"), 43_200: self.tr("30 days"),
        }  # fmt: skip
        for minutes in SPANS_MIN:
            self._spans.addItem(names[minutes], minutes)
        self._spans.setCurrentIndex(SPANS_MIN.index(FIRST_SPAN_MIN))
        self._spans.currentIndexChanged.connect(lambda index: self._report.ask_soon())
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 2, 8, 2)
        row.addWidget(self._summary, 1)
        row.addWidget(self._spans)
        return header

    def _build_body(self) -> QWidget:
        """Bars over the whole width, the figures at the left, what to do something about at the right."""
        self.figures = Rows(figure_headings, (1, 2), self)
        self.alarms = Rows(alarm_headings, (2, 3), self)
        self.attention = Rows(attention_headings, (2,), self)
        self.bars = CountBars(self)
        self._aside = QLabel(self)
        self._aside.setObjectName("panelMessage")
        self._aside.setTextFormat(Qt.TextFormat.PlainText)
        self._aside.setWordWrap(True)
        self._aside.setContentsMargins(8, 4, 8, 4)
        self._body = QWidget(self)
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.GRID_PX)
        self.figure_table = RowTable(self.figures, (4,), self)
        grid.addWidget(self.bars, 0, 0, 1, 2)
        grid.addWidget(self._aside, 1, 0, 1, 2)
        grid.addWidget(self.figure_table, 2, 0, 2, 1)
        for line, (model, stretched) in enumerate(((self.alarms, (0, 1)), (self.attention, (1,))), 2):
            table = RowTable(model, stretched, self)
            table.activated.connect(self._go_to)
            table.clicked.connect(self._select)
            grid.addWidget(table, line, 1)
        grid.setColumnStretch(0, 11)
        grid.setColumnStretch(1, 9)
        grid.setRowStretch(2, 3)
        grid.setRowStretch(3, 2)
        return self._body

    # -- what is asked -----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._report.ask_soon()

    def span(self) -> tuple[int, int]:
        """First and last instant that is looked at, epoch ms."""
        replay, end_ms = self._session.replay, self._session.clock.now_ms()
        if replay is not None and replay.in_ms is not None and replay.out_ms is not None:
            return replay.in_ms, replay.out_ms
        return max(0, end_ms - int(self._spans.currentData()) * MINUTE_MS), end_ms

    def _arrived(self, load: AlarmLoad) -> None:
        self._load = load
        self._tell()

    # -- what is shown -----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        message, load = "", self._load
        if not self._report.allowed:
            message = self.tr("Who may not replay the room sees no alarm load here.")
        elif self._report.failure:
            message = self.tr("The alarm load cannot be fetched: {reason}").format(reason=self._report.failure)
        elif load is None:
            message = self.tr("Counting the alarms…")
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self._body.setVisible(not message)
        if message or load is None:
            self._summary.setText("")
            return
        language = self._session.language
        self._summary.setText(summary(load, language))
        self.figures.show_rows(figure_rows(load, language))
        self.alarms.show_rows(alarm_rows(load, language))
        self.attention.show_rows(attention_rows(load, language))
        self._aside.setText(aside_words(load, language))
        self.bars.show_bars(self._bars_of(load))

    def _bars_of(self, load: AlarmLoad) -> Bars:
        site = self._session.state.site
        offset_min = site.utc_offset_min if site is not None else 0
        span_ms = max(1, load.end_ms - load.start_ms)
        long = span_ms > 86_400_000
        return Bars(
            counts=load.buckets,
            loud=tuple(
                ((begin - load.start_ms) / span_ms, (end - load.start_ms) / span_ms) for begin, end in load.floods
            ),
            bearable=float(BEGINS_OVER),
            first=format_time(load.start_ms, offset_min, with_date=long),
            last=format_time(load.end_ms, offset_min, with_date=long),
        )

    def _select(self, index: QModelIndex) -> None:
        alert_id = index.data(KEY_ROLE)
        if alert_id:
            self._session.selection.select("alert", alert_id)

    def _go_to(self, index: QModelIndex) -> None:
        alert_id = index.data(KEY_ROLE)
        if alert_id:
            self._session.selection.bring_room_to("alert", alert_id)

    # -- workspace ---------------------------------------------------------------------------------------------

    def is_live(self) -> bool:
        return not self._report.allowed or (
            not self._report.asking and not self._report.failure and self._load is not None
        )

    def save_state(self) -> dict[str, object]:
        return {"minutes": self._spans.currentData()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        index = self._spans.findData(state.get("minutes"))
        if index >= 0:
            self._spans.setCurrentIndex(index)


SPEC = PanelSpec(
    "alarm_load", str(QT_TRANSLATE_NOOP("Panels", "Alarm load")), AlarmLoadPanel, frozenset({"state", "history"})
)

"""The debrief: how every alert of a span was answered, against the targets; comments; the sheet for the minutes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from backend.contracts.commands import PlaceMark, Right
from backend.contracts.replay import Debrief
from backend.contracts.state import Delta
from console.commands.commands import new_id
from console.models.debrief import TIMES_ROLE, Column, DebriefModel
from console.models.numbers import format_time, local_datetime
from console.models.session import Selected, Session
from console.models.span_report import SpanReport
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where

SPAN_MS: Final = 8 * 3_600_000
"""A watch: what is looked at while no span is marked."""

DOOR: Final = "/api/v1/replay/debrief"


class DebriefPanel(Panel):
    """Follows the in and out marks of a replay; without them the last eight hours before the session's instant."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = DebriefModel(session.language, self)
        self._report = SpanReport(session, DOOR, Debrief, self.span, self._arrived, self)
        self._report.told.connect(self._tell)
        self._build()
        session.live.changed.connect(self._marks_changed)
        session.selection.changed.connect(self._show_selected)

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("panelHeader")
        self._summary.setIndent(8)
        self._export = QPushButton(self.tr("For the minutes…"), self)
        self._export.setToolTip(self.tr("Save the sheet with times, targets and comments as one printable file"))
        self._export.clicked.connect(self._ask_where)
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 2, 8, 2)
        row.addWidget(self._summary, 1)
        row.addWidget(self._export)
        self._build_table()
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._comments = QLabel(self)
        self._comments.setTextFormat(Qt.TextFormat.PlainText)
        self._comments.setWordWrap(True)
        self._comments.setContentsMargins(8, 4, 8, 4)
        self._comment = QLineEdit(self)
        self._comment.setPlaceholderText(self.tr("Comment on this instant (Enter)"))
        self._comment.returnPressed.connect(self._place_comment)
        self._said = QLabel(self)
        self._said.setObjectName("outcome")
        self._said.setContentsMargins(8, 0, 8, 4)
        self._said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in (
            (header, 0), (self._message, 1), (self.table, 1), (self._comments, 0), (self._comment, 0), (self._said, 0),
        ):  # fmt: skip
            column.addWidget(widget, stretch)
        self.setFocusProxy(self.table)
        self._tell()

    def _build_table(self) -> None:
        self.table = RowTable(self._model, (Column.ALERT,), self)
        columns = self.table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.activated.connect(self._go_to)

    # -- what is asked -----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._report.ask_soon()

    def _may(self, right: Right = "replay") -> bool:
        """Times are for who may replay; comments and the sheet with them for who may debrief."""
        operator = self._session.live.operator
        return operator is not None and right in operator.rights

    def span(self) -> tuple[int, int]:
        """First and last instant that is looked at, epoch ms."""
        now_ms, replay = self._session.clock.now_ms(), self._session.replay
        end_ms = now_ms if replay is None or replay.out_ms is None else replay.out_ms
        start_ms = end_ms - SPAN_MS if replay is None or replay.in_ms is None else replay.in_ms
        return max(0, min(start_ms, end_ms - 1000)), end_ms

    def _arrived(self, answer: Debrief) -> None:
        site = self._session.state.site
        self._model.show_times(answer.alerts, answer.end_ms, site.utc_offset_min if site else 0, answer.targets)
        self._tell()
        self._show_selected(self._session.selection.current)

    # -- what is shown -----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        message = ""
        if not self._may():
            message = self.tr("Who may not replay the room sees no times here.")
        elif self._report.failure:
            message = self.tr("The times cannot be fetched: {reason}").format(reason=self._report.failure)
        elif not self._model.rows:
            message = self.tr("No alert was raised in this span.")
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self.table.setVisible(not message)
        self._comment.setVisible(self._may("debrief"))
        self._export.setVisible(self._may("debrief"))
        self._summary.setText("" if message else self._model.summary())
        self._tell_comments()

    def _marks_changed(self, delta: Delta) -> None:
        if delta.reset or delta.marks:
            self._tell_comments()

    def _tell_comments(self) -> None:
        site = self._session.state.site
        offset_min = site.utc_offset_min if site else 0
        start_ms, end_ms = self._report.span_ms
        marks = [mark for mark in self._session.live.state.marks.values() if mark.kind == "debrief"]
        shown = sorted((mark for mark in marks if start_ms <= mark.at_ms <= end_ms), key=lambda mark: mark.at_ms)
        lines = [f"{format_time(mark.at_ms, offset_min)}  {mark.placed_by}: {mark.text}" for mark in shown]
        self._comments.setText("\n".join(lines))
        self._comments.setVisible(bool(lines) and self._may("debrief"))

    def _row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        times = current.data(TIMES_ROLE)
        if times is not None and self.table.hasFocus():
            self._session.selection.select("alert", times.alert_id)

    def _go_to(self, index: QModelIndex) -> None:
        """Enter or double click: the replay goes to where the alert was raised; live, the room goes to the alert."""
        times = index.data(TIMES_ROLE)
        if times is None:
            return
        if self._session.replay is not None:
            self._session.selection.select("alert", times.alert_id)
            self._session.replay.seek(times.raised_ms)
        else:
            self._session.selection.bring_room_to("alert", times.alert_id)

    def _show_selected(self, selected: Selected | None) -> None:
        if selected is None or selected.kind != "alert":
            return
        for row, times in enumerate(self._model.rows):
            if times.alert_id == selected.key and self.table.currentIndex().row() != row:
                self.table.selectRow(row)

    # -- what is done ------------------------------------------------------------------------------------------

    def _place_comment(self) -> None:
        text = self._comment.text().strip()
        if not text or not self._may("debrief"):
            return
        current = self._session.selection.current
        mark = PlaceMark(
            command_id=new_id(),
            mark_id=new_id(),
            mark_kind="debrief",
            at_ms=self._session.clock.now_ms(),
            alert_id=current.key if current is not None and current.kind == "alert" else "",
            text=text,
        )
        pending = self._session.live.commands.submit_room(mark)
        self._say(self.tr("Sent, waiting for the server…"))

        def followed() -> None:
            if not isValid(self):
                return
            if pending.failed:
                self._say(pending.reason, failed=True)
            elif not pending.waiting:
                self._comment.clear()
                self._say("")

        pending.changed.connect(followed)
        followed()

    def _ask_where(self) -> None:
        site = self._session.state.site
        day = local_datetime(self._report.span_ms[1], site.utc_offset_min if site else 0)
        name, kind = f"rut-kinh-nghiem-{day:%Y-%m-%d-%H%M}.html", self.tr("Web page, printable (*.html)")
        ask_where(self, self.tr("Sheet for the minutes"), name, (kind,), self.save_sheet)

    def save_sheet(self, path: Path) -> None:
        """Fetch the printable sheet of the span into a file."""
        server = self._session.server
        if server is None:
            return
        start_ms, end_ms = self._report.span_ms
        sheet = f"{DOOR}.html?start={start_ms}&end={end_ms}"
        server.download(sheet, path, self._saved, partial(self._say, failed=True))

    def _saved(self, path: Path) -> None:
        self._say(self.tr("Saved: {path}").format(path=path))

    def _say(self, text: str, failed: bool = False) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))
        self._said.setProperty("failed", failed)
        self._said.style().polish(self._said)

    def is_live(self) -> bool:
        return not self._may() or (not self._report.asking and not self._report.failure)


SPEC = PanelSpec("debrief", str(QT_TRANSLATE_NOOP("Panels", "Debrief")), DebriefPanel, frozenset({"state", "history"}))

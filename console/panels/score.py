"""The scoring sheet of the exercise that this room is for."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backend.contracts.exercise import ExerciseAnswer
from backend.contracts.state import Delta
from console.models.score import SCORE_ROLE, Column, ScoreModel
from console.models.session import Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.row_table import RowTable

DOOR: Final = "/api/v1/exercise/score"
AFTER_MS: Final = 400
"""Several changes in a row are one question."""

AGAIN_MS: Final = 5_000
"""Times run out without an event: the sheet is asked for again while it is looked at."""


class ScorePanel(Panel):
    """Live it shows the sheet as it is, in a replay as it was."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = ScoreModel(session.language, self)
        self._asking = False
        self._again = False
        self._failure = ""
        self._build()
        self._ask_timer = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._ask_timer.timeout.connect(self._ask)
        self._beat = QTimer(self, interval=AGAIN_MS)
        self._beat.timeout.connect(self._ask)
        self._beat.start()
        session.changed.connect(self._changed)
        session.operator_changed.connect(self._ask_timer.start)
        if session.replay is not None:
            session.replay.jumped.connect(lambda at_ms, exact: self._ask_timer.start())

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setIndent(8)
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(0, 2, 8, 2)
        row.addWidget(self._summary, 1)
        self.table = RowTable(self._model, (Column.EXPECTED,), self)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.activated.connect(self._go_to)
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((header, 0), (self._message, 1), (self.table, 1)):
            column.addWidget(widget, stretch)
        self.setFocusProxy(self.table)
        self._tell()

    def is_live(self) -> bool:
        return not self._trains() or self._model.sheet is not None or bool(self._failure)

    @property
    def message(self) -> str:
        """What stands in the table's place; "" = the table."""
        return self._message.text()

    # -- what is asked -----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_timer.start()

    def _trains(self) -> bool:
        site = self._session.state.site
        return site is not None and bool(site.exercise_vi)

    def _may(self) -> bool:
        operator = self._session.live.operator
        return operator is not None and "debrief" in operator.rights

    def _changed(self, delta: Delta) -> None:
        if delta.site or delta.reset:
            self._tell()
        if delta.reset or delta.alerts or delta.marks:
            self._ask_timer.start()

    def _ask(self) -> None:
        server = self._session.server
        if not self.isVisible() or server is None or not self._trains():
            return
        if self._asking:
            self._again = True
            return
        self._asking = True
        replaying = self._session.clock.replaying
        query: dict[str, str | int] = {"at": self._session.clock.now_ms()} if replaying else {}
        server.ask(DOOR, query, ExerciseAnswer, self._arrived, self._failed)

    def _arrived(self, answer: ExerciseAnswer) -> None:
        self._failure = ""
        site = self._session.state.site
        self._model.show_sheet(answer.sheet, site.utc_offset_min if site else 0)
        self._settled()

    def _failed(self, reason: str) -> None:
        self._failure = reason
        self._settled()

    def _settled(self) -> None:
        self._asking = False
        self._tell()
        if self._again:
            self._again = False
            self._ask_timer.start()

    # -- what is shown -----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        message = ""
        if not self._trains():
            message = self.tr("This is not an exercise")
        elif self._failure and not self._may():
            message = self.tr("The sheet is shown to everybody when the exercise is over")
        elif self._failure:
            message = self.tr("The sheet cannot be fetched: {reason}").format(reason=self._failure)
        elif self._model.sheet is None:
            message = self.tr("Fetching the sheet…")
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self.table.setVisible(not message)
        self._summary.setText("" if message else self._model.summary())

    def _go_to(self, index: QModelIndex) -> None:
        """Enter or double click: a replay goes to when it was due, the live room to the alert."""
        item = index.data(SCORE_ROLE)
        if item is None or item.due_ms is None:
            return
        if self._session.replay is not None:
            self._session.selection.select("alert", item.alert_id)
            self._session.replay.seek(item.due_ms)
        else:
            self._session.selection.bring_room_to("alert", item.alert_id)


SPEC = PanelSpec("score", str(QT_TRANSLATE_NOOP("Panels", "Scoring sheet")), ScorePanel, frozenset({"state"}))

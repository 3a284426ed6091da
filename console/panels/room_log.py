"""The room's log: what happened, who did it, in words; live as it happens, in a replay as it stood then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backend.contracts.state import Delta
from console.models.room_log import LINE_ROLE, LogFilter, LogLine, RoomLogModel, RoomLogRows
from console.models.session import Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.log_row import LogRowDelegate

SEARCH_PX: Final = 220


class RoomLog(Panel):
    """Newest line on top. A double click or Enter selects what a line is about; in a replay a click goes there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = RoomLogModel(session, self)
        self.rows = RoomLogRows(self.model, self)
        self._filters: dict[LogFilter, QPushButton] = {}
        self._clicked: LogLine | None = None
        # A click waits whether it becomes a double one: after a jump another line lies under the pointer.
        self._seek_timer = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._seek_timer.timeout.connect(self._seek)
        self._build()
        self.model.loading_changed.connect(self._tell)
        for changed in (self.rows.rowsInserted, self.rows.rowsRemoved, self.rows.modelReset, self.rows.layoutChanged):
            changed.connect(self._tell)
        session.changed.connect(self._room_changed)
        session.link.changed.connect(self._tell)
        self._tell()

    def _build(self) -> None:
        self.view = QListView(self)
        self.view.setAccessibleName(self.tr("Room log"))
        self.view.setModel(self.rows)
        self.view.setItemDelegate(LogRowDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.clicked.connect(self._click)
        self.view.doubleClicked.connect(self._double_click)
        self.view.activated.connect(self._show_about)
        self.setFocusProxy(self.view)
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(self._message, 1)
        column.addWidget(self.view, 1)

    def _bar(self) -> QWidget:
        bar = QWidget(self)
        bar.setObjectName("panelHeader")
        bar.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(bar)
        row.setContentsMargins(tokens.GRID_PX, 2, 8, 2)
        row.setSpacing(tokens.GRID_PX)
        words: dict[LogFilter, str] = {
            "all": self.tr("All"),
            "alert": self.tr("Alerts"),
            "operator": self.tr("People"),
            "system": self.tr("System"),
        }
        group = QButtonGroup(self)
        for kind in get_args(LogFilter):
            button = QPushButton(words[kind], bar)
            button.setObjectName("filter")
            button.setFlat(True)
            button.setCheckable(True)
            button.clicked.connect(lambda checked=False, kind=kind: self.choose(kind))
            group.addButton(button)
            row.addWidget(button)
            self._filters[kind] = button
        self._filters["all"].setChecked(True)
        row.addStretch(1)
        self.search = QLineEdit(bar)
        self.search.setPlaceholderText(self.tr("Search, diacritics not needed"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(SEARCH_PX)
        self.search.textChanged.connect(self._search)
        row.addWidget(self.search, 1)
        return bar

    # -- what is shown -----------------------------------------------------------------------------------------

    def choose(self, kind: LogFilter) -> None:
        """Show lines of one kind, or of all."""
        self.rows.choose(kind)
        self._filters[kind].setChecked(True)
        self._tell()

    def _search(self, text: str) -> None:
        self.rows.search(text)
        self._tell()

    def _room_changed(self, delta: Delta) -> None:
        if (delta.alerts or delta.reset) and self.isVisible():
            # An alert that was taken in hand loses its colour.
            self.view.viewport().update()

    def _tell(self) -> None:
        empty = self.rows.rowCount() == 0
        self.view.setVisible(not empty)
        self._message.setVisible(empty)
        if not empty:
            return
        model = self.model
        if model.rowCount():
            self._message.setText(self.tr("No line holds this. Clear the search or choose All."))
        elif model.fault:
            self._message.setText(self.tr("The log could not be loaded: {reason}").format(reason=model.fault))
        elif model.loading or self._session.state.seq:
            self._message.setText(self.tr("Loading the log …"))
        elif self._session.replay is not None:
            self._message.setText(self.tr("Nothing had happened yet."))
        else:
            self._message.setText(self.tr("No connection to the server: what happened is not known."))

    # -- selection ---------------------------------------------------------------------------------------------

    def _click(self, index: QModelIndex) -> None:
        if self._session.replay is not None:
            self._clicked = self.rows.line(index)
            self._seek_timer.start()

    def _seek(self) -> None:
        replay = self._session.replay
        if replay is not None and self._clicked is not None:
            replay.seek(self._clicked.at_ms)

    def _double_click(self, index: QModelIndex) -> None:
        self._seek_timer.stop()
        self._show_about(index)

    def _show_about(self, index: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        about = line.words.about if isinstance(line, LogLine) else None
        if about is not None:
            self._session.selection.select(about.kind, about.key)

    # -- workspace ---------------------------------------------------------------------------------------------

    def is_live(self) -> bool:
        return self.model.rowCount() > 0 and self._session.link.condition == "live"

    def save_state(self) -> dict[str, object]:
        return {"kind": self.rows.kind}

    def restore_state(self, state: Mapping[str, object]) -> None:
        for kind in self._filters:
            if kind == state.get("kind"):
                self.choose(kind)


SPEC = PanelSpec(
    key="room_log",
    title=str(QT_TRANSLATE_NOOP("Panels", "Room log")),
    build=RoomLog,
    needs=frozenset({"state", "history"}),
)

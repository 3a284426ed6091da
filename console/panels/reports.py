"""The queue of citizens' reports: whose turn it is, what is overdue, and the archive behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from backend.contracts.report_doors import ReportPage
from backend.contracts.reports import Report
from backend.contracts.state import Delta
from console.models.report_deeds import ASKED, LETTERS
from console.models.report_queue import AGE, AGENCY, CATEGORY, PLACE, TITLE, Group, ReportQueue
from console.models.report_words import category_name
from console.models.session import Selected, Session
from console.models.word_rows import KEY_ROLE
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.flow_layout import FlowLayout
from widgets.letter_keys import LetterKeys
from widgets.row_table import RowTable

TICK_MS: Final = 1000
COUNT_MS: Final = 250
ARCHIVE_PAGE: Final = 200
GIVES_WAY_PX: Final = ((CATEGORY, 900), (AGE, 900), (PLACE, 640))
"""Columns that the card tells, too, and the width of the panel below which they leave their room to the words."""


class ReportsPanel(Panel):
    """Up and down choose a report everywhere; Enter goes there; / writes words, Enter in them asks the archive."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._archive_said = ""
        self.queue = ReportQueue(session, self)
        self._build()
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._selected)
        session.operator_changed.connect(self._offer_groups)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.queue.tick)
        self._clock.start()
        # However many reports come in a second, they are counted a few times in it.
        self._count = QTimer(self, interval=COUNT_MS, singleShot=True)
        self._count.timeout.connect(self._tell_counts)
        self._offer_groups()
        self._offer_categories()

    def _build(self) -> None:
        names: tuple[tuple[Group, str], ...] = (
            ("room", self.tr("For the room")),
            ("agency", self.tr("With agencies")),
            ("late", self.tr("Overdue")),
            ("citizen", self.tr("Citizen is asked")),
            ("open", self.tr("All open")),
            ("ended", self.tr("Ended")),
            ("leader", self.tr("For me to read")),
        )
        self._names: dict[Group, str] = dict(names)
        self._groups: dict[Group, QPushButton] = {}
        chosen = QButtonGroup(self)
        row = FlowLayout(tokens.GRID_PX)
        for group, name in names:
            button = QPushButton(name)
            button.setCheckable(True)
            button.clicked.connect(lambda checked=False, group=group: self.show_group(group))
            chosen.addButton(button)
            row.addWidget(button)
            self._groups[group] = button
        self.words = QLineEdit(maxLength=200)
        self.words.setPlaceholderText(self.tr("Words in it; Enter searches the whole archive"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._narrow)
        self.words.returnPressed.connect(self.search_archive)
        self.category = QComboBox()
        self.category.currentIndexChanged.connect(self._narrow)
        narrow = QHBoxLayout()
        narrow.setSpacing(tokens.GRID_PX)
        narrow.addWidget(self.words, 3)
        narrow.addWidget(self.category, 2)
        self.table = RowTable(self.queue, (TITLE,), self)
        header = self.table.horizontalHeader()
        for column, width_px in ((CATEGORY, 150), (PLACE, 130), (AGENCY, 170)):
            header.setSectionResizeMode(column, header.ResizeMode.Interactive)
            header.resizeSection(column, width_px)
        # What fits is measured on the rows that are seen, however many there are.
        header.setResizeContentsPrecision(0)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.activated.connect(self._go_there)
        self.queue.modelReset.connect(self._after_reset)
        self._state = QLabel()
        self._state.setObjectName("empty")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, 0)
        whole.setSpacing(tokens.GRID_PX)
        whole.addLayout(row)
        whole.addLayout(narrow)
        whole.addWidget(self._state)
        whole.addWidget(self.table, 1)
        self.setFocusProxy(self.table)
        LetterKeys(self, LETTERS.__contains__, self._ask_card).watch(self.table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, least_px in GIVES_WAY_PX:
            self.table.setColumnHidden(column, self.width() < least_px)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_group(self, group: Group) -> None:
        self._asked += 1
        self._groups[group].setChecked(True)
        self.queue.show_group(group)
        self._tell_state()

    def _offer_groups(self) -> None:
        """The room begins with what waits for it, an agency with what it has to do."""
        operator = self._session.operator
        of_agency = operator is not None and bool(operator.agency_id)
        self._groups["room"].setText(self.tr("With the centre") if of_agency else self._names["room"])
        self._groups["agency"].setText(self.tr("For us") if of_agency else self._names["agency"])
        self._names |= {"room": self._groups["room"].text(), "agency": self._groups["agency"].text()}
        if not any(button.isChecked() for button in self._groups.values()) or of_agency:
            self.show_group("agency" if of_agency else "open")
        self._tell_counts()

    def _offer_categories(self) -> None:
        site = self._session.state.site
        categories = site.reports.categories if site is not None else ()
        with QSignalBlocker(self.category):
            self.category.clear()
            self.category.addItem(self.tr("Every category"), "")
            for one in categories:
                name = category_name(self._session.state, one.category_id, self._session.language)
                self.category.addItem(name, one.category_id)

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._offer_categories()
        if (delta.reset or delta.site or delta.reports) and not self._count.isActive():
            self._count.start()

    def _tell_counts(self) -> None:
        for group, count in self.queue.counts().items():
            button = self._groups[group]
            button.setText(f"{self._names[group]} {count}")
            button.setProperty("urgent", group in ("late", "leader") and count > 0)
            if group == "leader":
                # For the leaders of places only; it goes when everything is read and something else is looked at.
                button.setVisible(count > 0 or self.queue.group == "leader")
        self._tell_state()

    def _tell_state(self) -> None:
        self._state.setText(self._said())
        self._state.setVisible(bool(self._state.text()))

    def _said(self) -> str:
        site = self._session.state.site
        if site is not None and not site.reports.categories:
            return self.tr("This site takes no reports: reports.toml names no category.")
        if self.queue.is_archive:
            return self._archive_said
        if self.queue.rowCount():
            return ""
        if self.words.text().strip():
            return self.tr("None here has these words. Enter searches the archive.")
        return self.tr("Nothing here. New reports come in by themselves.")

    def _narrow(self) -> None:
        self._asked += 1
        self.queue.narrow(self.words.text(), str(self.category.currentData() or ""))
        self._tell_state()

    # -- the archive ----------------------------------------------------------------------------------------------

    def search_archive(self) -> None:
        """Ask the server for every report with these words, open and ended, the newest first."""
        text, server = self.words.text().strip(), self._session.server
        if not text:
            return
        if server is None or self._session.replay is not None:
            self._tell_archive(self.tr("The archive is asked in the live room only."), ())
            return
        self._asked += 1
        asked = self._asked
        self._tell_archive(self.tr("Asking the archive…"), ())
        query: dict[str, str | int] = {"q": text, "limit": ARCHIVE_PAGE}
        if category := str(self.category.currentData() or ""):
            query["category"] = category
        server.ask(
            "/api/v1/reports",
            query,
            ReportPage,
            lambda page: self._found(asked, page),
            lambda why: self._not_found(asked, why),
        )

    def _found(self, asked: int, page: ReportPage) -> None:
        if asked != self._asked:
            return  # something else was asked for since
        shown = len(page.reports)
        said = self.tr("Archive: {total} reports have these words").format(total=page.total)
        if page.total > shown:
            said += self.tr("; the newest {shown} are shown").format(shown=shown)
        self._tell_archive(said, page.reports)

    def _not_found(self, asked: int, why: str) -> None:
        if asked == self._asked:
            self._tell_archive(self.tr("The archive does not answer: {why}").format(why=why), ())

    def _tell_archive(self, said: str, reports: Sequence[Report]) -> None:
        self._archive_said = said
        self.queue.show_found(reports)
        self._tell_state()

    # -- one selection for the whole room -------------------------------------------------------------------------

    def _row_chosen(self, index: QModelIndex, _previous: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str):
            self._session.selection.select("report", key)

    def _selected(self, selected: Selected | None) -> None:
        if selected is not None and selected.kind == "report":
            self._mark(selected.key)

    def _after_reset(self) -> None:
        selected = self._session.selection.current
        if selected is not None and selected.kind == "report":
            self._mark(selected.key)

    def _mark(self, report_id: str) -> None:
        row = self.queue.row_of(report_id)
        if row != self.table.currentIndex().row() and row >= 0:
            with QSignalBlocker(self.table.selectionModel()):
                self.table.setCurrentIndex(self.queue.index(row, 0))
            self.table.viewport().update()

    def _ask_card(self, letter: str) -> None:
        """The letters of the card work here, too, on the report that is chosen."""
        selected = self._session.selection.current
        if selected is not None and selected.kind == "report" and self._session.selection.is_settled:
            self._session.asked.emit(f"{ASKED}{letter}")

    def _go_there(self, index: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str):
            self._session.selection.bring_room_to("report", key)

    def save_state(self) -> dict[str, object]:
        return {"group": self.queue.group}

    def restore_state(self, state: Mapping[str, object]) -> None:
        group = next((one for one in self._groups if one == state.get("group")), None)
        if group is not None:
            self.show_group(group)


SPEC = PanelSpec("reports", str(QT_TRANSLATE_NOOP("Panels", "Reports")), ReportsPanel, frozenset({"state"}))

"""Boards of indicators of every sector: layouts that are data of the site, over one mechanism."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from backend.contracts.indicators import (
    PROVINCE,
    Block,
    Board,
    Indicator,
    IndicatorReport,
    IndicatorRow,
    IndicatorRules,
)
from backend.contracts.state import Delta
from console import jobs
from console.models.area_map import BOUNDARIES, area_map, shapes_of
from console.models.boards import (
    COLOURS,
    GLYPHS,
    MEAN_OF,
    league_rows,
    name_of,
    points_of,
    table_rows,
    tile,
    trailing_mean,
)
from console.models.indicator_drill import IndicatorDrill
from console.models.map_zones import counted, outlines
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.choropleth import Choropleth, Shape
from widgets.course import Course, CourseBars
from widgets.elided_label import ElidedLabel
from widgets.opened_frame import OpenedFrame
from widgets.row_table import RowTable
from widgets.sections_view import Section, SectionsView

DOOR: Final = "/api/v1/indicators"
COLUMNS: Final = 12
ROW_PX: Final = 136
FIGURE_PX: Final = 30
FIGURE_LINE_PX: Final = 46
"""Vietnamese has marks above and below: "Ệ", "ụ"."""
_INK: Final = {"good": tokens.TEXT_1, "over": tokens.P3, "far_over": tokens.P2, "none": tokens.TEXT_1}


class BoardsPanel(Panel):
    """One board at a time; every figure says of when it is, who entered it and in which revision."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: dict[str, IndicatorRow] = {}
        self._failure = ""
        self._came_from: QWidget | None = None
        self._blocks: list[Callable[[], None]] = []
        self._maps: list[Choropleth] = []
        self._shapes: tuple[Shape, ...] = ()
        self._fetching, self._no_shapes = False, ""
        self.drill = IndicatorDrill(session, self)
        self._build()
        self.drill.changed.connect(self._tell_drill)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._ask)
        if session.replay is not None:
            session.replay.jumped.connect(self._ask)
        self._offer()

    def _build(self) -> None:
        self.choice = QComboBox(self)
        self.choice.currentIndexChanged.connect(lambda index: self._lay_out())
        self._message = ElidedLabel(parent=self)
        self._message.setObjectName("panelHeader")
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self.choice)
        row.addWidget(self._message, 1)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        board = QWidget(self)
        column = QVBoxLayout(board)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._area, 1)
        sections = (
            Section("history", self.drill.history_rows, (6,), 0, 0, rows=2),
            Section("areas", self.drill.area_rows, (1,), 0, 1),
            Section("behind", self.drill.behind_rows, (2,), 1, 1),
        )
        self.page = SectionsView(sections, self)
        self.page.back.connect(self.drill.back)
        self.page.opened.connect(self._row_opened)
        self.page.chosen.connect(self._row_chosen)
        self.page.deed.clicked.connect(self.drill.open_alert)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(board)
        self._pages.addWidget(self.page)
        self.setFocusProxy(self.choice)

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def _rules(self) -> IndicatorRules:
        site = self._session.state.site
        return site.indicators if site is not None else IndicatorRules()

    @property
    def board(self) -> Board | None:
        key = self.choice.currentData()
        return next((one for one in self._rules.boards if one.board_id == key), None)

    def _offer(self) -> None:
        chosen = self.choice.currentData()
        boards = [(one.board_id, self._session.local_name(one.title_vi, one.title_en)) for one in self._rules.boards]
        if [self.choice.itemData(index) for index in range(self.choice.count())] != [key for key, _ in boards]:
            self.choice.blockSignals(True)
            self.choice.clear()
            for key, title in boards:
                self.choice.addItem(title, key)
            self.choice.setCurrentIndex(max(0, self.choice.findData(chosen)))
            self.choice.blockSignals(False)
        self._lay_out()

    def _lay_out(self) -> None:
        """The blocks of the board, twelve columns wide, filled from left to right."""
        self._blocks.clear()
        self._maps.clear()
        self._came_from = None
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setSpacing(2 * tokens.GRID_PX)
        board = self.board
        taken: set[tuple[int, int]] = set()
        for block in board.blocks if board is not None else ():
            line, column = _room_for(block, taken)
            grid.addWidget(self._made(block), line, column, block.height, block.width)
            taken |= {(line + y, column + x) for y in range(block.height) for x in range(block.width)}
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        lines = 1 + max((line for line, _ in taken), default=0)
        for line in range(lines):
            grid.setRowMinimumHeight(line, ROW_PX)
        grid.setRowStretch(lines, 1)
        if board is None:
            empty = QLabel(self.tr("This site keeps no indicators: indicators.toml names no board."))
            empty.setObjectName("empty")
            empty.setWordWrap(True)
            empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(empty, 0, 0, 1, COLUMNS)
        self._area.setWidget(body)
        self._tell()

    def _made(self, block: Block) -> QWidget:
        known = [one for code in block.indicators if (one := self._rules.indicator(code)) is not None]
        frame = OpenedFrame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(2)
        title = self._session.local_name(block.title_vi, block.title_en)
        if not known:
            return frame
        if not title and block.kind in ("tile", "trend", "curve"):
            title = name_of(known[0], self._session.language)
        heading = ElidedLabel(parent=frame)
        heading.setText(title)
        heading.setStyleSheet(f"color: {tokens.TEXT_2};")
        column.addWidget(heading)
        frame.opened.connect(lambda: self._open(known[0].code))
        if block.kind in ("tile", "trend", "curve"):
            self._figure(known[0], column, frame, block.kind)
        elif block.kind == "map":
            self._map(known[0], column, block.zones)
        else:
            self._lines(block, known, column)
        return frame

    def _figure(self, one: Indicator, column: QVBoxLayout, frame: QFrame, kind: str) -> None:
        figure, told, entered, late = QLabel(), *(ElidedLabel(parent=frame) for _ in range(3))
        figure.setTextFormat(Qt.TextFormat.PlainText)
        figure.setMinimumHeight(FIGURE_LINE_PX)
        told.setStyleSheet(f"color: {tokens.TEXT_2};")
        entered.setStyleSheet(f"color: {tokens.TEXT_2};")
        late.setStyleSheet(f"color: {tokens.P2};")
        course = CourseBars() if kind != "tile" else None
        for widget in (figure, late, told, entered):
            column.addWidget(widget)
        if course is not None:
            column.addWidget(course, 1)
        else:
            column.addStretch(1)

        def tell() -> None:
            shown = tile(one, self._rows.get(one.code), self._session.state, self._session.language)
            figure.setText(f"{GLYPHS[shown.standing]} {shown.figure} {shown.unit}".strip())
            figure.setStyleSheet(f"color: {_INK[COLOURS[shown.standing]]}; font-size: {FIGURE_PX}px;")
            told.setText(shown.told)
            for label, words in ((entered, shown.entered), (late, shown.late)):
                label.setText(words)
                label.setVisible(bool(words))
            frame.setToolTip("\n".join((shown.name, shown.told, shown.entered, shown.late, shown.source)).strip())
            if course is not None:
                points = points_of(self._session.state, one.code)
                periods, values = tuple(p.period for p in points), tuple(p.value for p in points)
                target = one.of(periods[-1]).target if periods else one.target
                mean = trailing_mean(values) if kind == "curve" else ()
                course.show_course(Course(periods, values, target, mean, self.tr("mean of {n}").format(n=MEAN_OF)))

        self._blocks.append(tell)

    def _lines(self, block: Block, known: list[Indicator], column: QVBoxLayout) -> None:
        model = Rows(lambda: ("", "", "", ""), (2,), self._area)
        table = RowTable(model, (3,) if block.kind == "table" else (1,))
        table.horizontalHeader().hide()
        # A row of a table is an indicator, one of a league an area of its one indicator.
        by_row = block.kind == "table"
        table.activated.connect(lambda index: self._open(*_place(known, str(index.data(KEY_ROLE)), by_row)))
        empty = QLabel(self.tr("No figures of its areas yet."))
        empty.setStyleSheet(f"color: {tokens.TEXT_2};")
        empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(empty, 1)
        column.addWidget(table, 1)

        def tell() -> None:
            state, language = self._session.state, self._session.language
            if block.kind == "table":
                rows = table_rows(known, self._rows, state, language)
            else:
                rows = league_rows(known[0], state, language)
            model.show_rows(rows)
            empty.setVisible(not rows)
            table.setVisible(bool(rows))

        self._blocks.append(tell)

    def _map(self, one: Indicator, column: QVBoxLayout, zones: bool) -> None:
        """Its communes by the class of their newest figure; the period stands beside the title of the block."""
        period, trouble = ElidedLabel(parent=self), ElidedLabel(parent=self)
        period.setStyleSheet(f"color: {tokens.TEXT_2};")
        trouble.setStyleSheet(f"color: {tokens.P3};")
        drawn = Choropleth(self.tr("no figure"))
        drawn.opened.connect(lambda area: self._open(one.code, area))
        for label in (period, trouble):
            column.addWidget(label)
        column.addWidget(drawn, 1)
        self._maps.append(drawn)
        self._fetch_shapes()

        def tell() -> None:
            state, language = self._session.state, self._session.language
            shown = area_map(one, state, language)
            drawn.set_names({area.code: area.name for area in state.site.communes} if state.site is not None else {})
            drawn.show_fills(shown.fills if shown is not None else {}, shown.legend if shown is not None else ())
            told = shown.told if shown is not None else self.tr("No figures of its areas yet.")
            now_ms = self._session.clock.now_ms()
            if zones:
                drawn.show_outlines(outlines(state, now_ms, language))
                told = " · ".join(filter(None, (told, counted(state, now_ms))))
            period.setText(told)
            trouble.setText(self._no_shapes)
            trouble.setVisible(bool(self._no_shapes))

        self._blocks.append(tell)

    def _fetch_shapes(self) -> None:
        """Once for all maps of all boards; read off this thread."""
        if self._shapes:
            for one in self._maps:
                one.set_shapes(self._shapes)
            return
        if self._fetching:
            return
        self._fetching = True
        self._session.history.document(BOUNDARIES, self._read_shapes, self._shapes_failed)

    def _read_shapes(self, content: bytes) -> None:
        jobs.start(self, lambda: shapes_of(content), self._shapes_here, self._shapes_failed)

    def _shapes_here(self, shapes: tuple[Shape, ...]) -> None:
        self._fetching, self._no_shapes, self._shapes = False, "", shapes
        self._fetch_shapes()
        self._tell()

    def _shapes_failed(self, why: str) -> None:
        self._fetching = False
        self._no_shapes = self.tr("The boundaries cannot be fetched: {reason}").format(reason=why)
        self._tell()

    def _tell(self) -> None:
        for tell in self._blocks:
            tell()
        self._message.setText(self._failure)

    # -- behind a figure ----------------------------------------------------------------------------------------------

    def _open(self, code: str, area: str = PROVINCE) -> None:
        self._came_from = QApplication.focusWidget()
        self._pages.setCurrentWidget(self.page)
        self.page.setFocus()
        self.drill.open(code, area)

    def _tell_drill(self) -> None:
        drill = self.drill
        opened = drill.indicator is not None
        if not opened and self._pages.currentIndex() == 1 and self._came_from is not None:
            self._came_from.setFocus()
        self._pages.setCurrentIndex(int(opened))
        if drill.indicator is None:
            return
        alert = drill.alert
        headline = "" if alert is None else self._session.local_name(alert.headline_vi, alert.headline_en)
        deed = self.tr("Open alert: {headline}").format(headline=headline) if headline else ""
        lines = (*drill.lines[:2], drill.failure) if drill.failure else drill.lines
        self.page.show_words(self.tr("‹ Back (Esc)"), drill.heading, deed, lines)
        place, none = drill.place, self.tr("Nothing yet.")
        self.page.show_section("history", self.tr("History with every revision"), none)
        self._mark_period()
        ranks = self.tr("Ranks {period}").format(period=place.period if place is not None else "")
        self.page.show_section("areas", ranks if drill.indicator.areas != "province" else "", none)
        behind = drill.behind_words or self.tr("Made of")
        self.page.show_section("behind", "" if drill.indicator.is_entered else behind, none)

    def _mark_period(self) -> None:
        """The history stands at the period that is looked at, before the focus could move it anywhere else."""
        place, table, rows = self.drill.place, self.page.tables["history"], self.drill.history_rows.rows
        number = next((n for n, row in enumerate(rows) if place is not None and row.key == place.period), None)
        if number is None:
            return
        if str(table.currentIndex().data(KEY_ROLE) or "") != rows[number].key:
            table.setCurrentIndex(table.model().index(number, 0))
        if self.page.hasFocus():
            table.setFocus()

    def _row_opened(self, section: str, index: QModelIndex) -> None:
        key = str(index.data(KEY_ROLE) or "")
        if section == "behind":
            self.drill.open_row(key)
        elif section == "areas" and key and self.drill.place is not None:
            self.drill.open(self.drill.place.code, key, self.drill.place.period)

    def _row_chosen(self, section: str, index: QModelIndex) -> None:
        if section == "history" and index.isValid():
            self.drill.choose_period(str(index.data(KEY_ROLE)))

    # -- what the server is asked -----------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self.drill.leave()
            self._offer()
            self._ask()
        elif delta.indicators:
            self._tell()
            self._ask()
        elif delta.zones:
            self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        """How figures stand is judged by the server, as it was known at the session's instant."""
        session = self._session
        if session.server is None or not self.isVisible() or not self._rules.indicators:
            return
        at_ms = session.clock.now_ms()
        query: dict[str, str | int] = {"at": at_ms} if session.replay is not None else {}
        session.server.ask(DOOR, query, IndicatorReport, self._arrived, self._failed)

    def _arrived(self, report: IndicatorReport) -> None:
        self._failure = ""
        self._rows = {row.indicator.code: row for row in report.rows}
        self._tell()

    def _failed(self, why: str) -> None:
        self._failure = self.tr("How figures stand cannot be told: {why}").format(why=why)
        self._tell()

    def save_state(self) -> dict[str, object]:
        return {"board": self.choice.currentData()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        index = self.choice.findData(state.get("board"))
        if index >= 0:
            self.choice.setCurrentIndex(index)


def _place(known: Sequence[Indicator], key: str, by_row: bool) -> tuple[str, str]:
    """Indicator and area of a row."""
    return (key, PROVINCE) if by_row else (known[0].code, key)


def _room_for(block: Block, taken: set[tuple[int, int]]) -> tuple[int, int]:
    """(line, column) where the block fits first."""
    line = 0
    while True:
        for column in range(COLUMNS - block.width + 1):
            cells = {(line + y, column + x) for y in range(block.height) for x in range(block.width)}
            if not cells & taken:
                return line, column
        line += 1


SPEC = PanelSpec("boards", str(QT_TRANSLATE_NOOP("Panels", "Indicator boards")), BoardsPanel, frozenset({"state"}))

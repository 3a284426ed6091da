"""Where an office enters the figures it answers for: by hand, one by one, or in a workbook; with every revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backend.contracts.indicators import (
    PROVINCE,
    CellProblem,
    FigureEntry,
    Indicator,
    IndicatorHistory,
    IndicatorReport,
    IndicatorRow,
    IndicatorRules,
    IndicatorValue,
)
from backend.contracts.state import Delta
from console.models import indicator_entry as told
from console.models.boards import name_of, points_of
from console.models.indicator_hand import DOOR, IndicatorHand, by_field
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.plain_label import plain_label
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where

PAD_PX: Final = 2 * tokens.GRID_PX
CAPTION_PX: Final = 88
PROBLEM_ROWS: Final = 6
SUFFIXES: Final = (".xlsx", ".csv")


class IndicatorEntryPanel(Panel):
    """At the left what the seat answers for, late figures first, and its workbook; at the right the chosen figure."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._code = ""
        self._picked = False
        self._report: dict[str, IndicatorRow] = {}
        self._values: tuple[IndicatorValue, ...] = ()
        self._asked = ("", "", -1)
        self._failure = ""
        self._hand = IndicatorHand(session, self)
        self.lines = Rows(told.headings, (3,), self)
        self.revisions = Rows(told.revision_headings, (1, 2), self)
        self._wrong = True
        self.problems = Rows(lambda: told.problem_headings(self._wrong), (), self)
        self._build()
        self.setAcceptDrops(True)
        self._hand.told.connect(self._tell_outcome)
        self._hand.refused.connect(self._tell_refused)
        self._hand.entered.connect(self._entered)
        self._hand.sheet_told.connect(self._tell_sheet)
        self._hand.sheet_refused.connect(lambda problems: self._tell_cells(problems, wrong=True))
        self._hand.sheet_read.connect(lambda cells: self._tell_cells(cells, wrong=False))
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._ask_report)
        if session.replay is not None:
            session.replay.jumped.connect(lambda at_ms, exact: self._ask_report())
        self._tell()

    # -- build ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._build_list())
        split.addWidget(self._build_form())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Ctrl+T"), self, self.ask_template, context=within)
        QShortcut(QKeySequence("Ctrl+O"), self, self.ask_sheet, context=within)
        self.setFocusProxy(self.table)

    def _build_list(self) -> QWidget:
        self._summary = ElidedLabel()
        self.words = QLineEdit(maxLength=100)
        self.words.setPlaceholderText(self.tr("Find an indicator"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda text: self._tell())
        head = QHBoxLayout()
        head.setSpacing(PAD_PX)
        head.addWidget(self.words, 1)
        head.addWidget(self._summary, 1)
        self._empty = plain_label("empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = RowTable(self.lines, (1,), self)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.activated.connect(lambda index: self.figure.setFocus())
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        whole.setSpacing(tokens.GRID_PX)
        whole.addLayout(head)
        whole.addWidget(self._empty)
        whole.addWidget(self.table, 1)
        whole.addWidget(self._build_sheet())
        return body

    def _build_sheet(self) -> QWidget:
        self._sheet_title = plain_label("cardSection")
        self._sheet_title.setText(self.tr("Workbook: XLSX or CSV, all of its figures or none; it can be dropped here"))
        self._template = self._button(self.tr("Get the template…  Ctrl+T"), self.ask_template)
        self._import = self._button(self.tr("Read in a file…  Ctrl+O"), self.ask_sheet)
        self._copy = self._button(self.tr("Copy the wrong cells"), self.copy_problems)
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID_PX)
        for button in (self._template, self._import, self._copy):
            row.addWidget(button)
        row.addStretch(1)
        self._sheet_outcome = plain_label("outcome")
        self._sheet_outcome.hide()
        self.problem_table = RowTable(self.problems, (1,), self)
        self.problem_table.setWordWrap(True)
        self.problem_table.setFixedHeight((PROBLEM_ROWS + 1) * tokens.ROW_PX)
        QShortcut(
            QKeySequence.StandardKey.Copy, self.problem_table, self.copy_problems,
            context=Qt.ShortcutContext.WidgetShortcut,
        )  # fmt: skip
        self.problem_table.hide()
        self._copy.hide()
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(tokens.GRID_PX)
        whole.addWidget(self._sheet_title)
        whole.addLayout(row)
        whole.addWidget(self._sheet_outcome)
        whole.addWidget(self.problem_table)
        return body

    def _build_form(self) -> QWidget:
        self._title, self._facts, self._why_not = (
            plain_label("cardHeadline"),
            plain_label("cardPhase"),
            plain_label("panelMessage"),
        )
        self.period, self.area = QComboBox(), QComboBox()
        self.figure, self.note = QLineEdit(maxLength=60), QLineEdit(maxLength=500)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._unit, self._stands = QLabel(), plain_label("cardPhase")
        self._under = {name: plain_label("outcome") for name in ("period", "area", "value", "note")}
        for label in self._under.values():
            label.hide()
        self.give = self._button(self.tr("Enter the figure"), self.enter)
        self._outcome = plain_label("outcome")
        self._outcome.hide()
        self._fields = QWidget()
        fields = QVBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(tokens.GRID_PX)
        self._area_row = self._field(fields, self.tr("Area"), self.area, "area")
        self._field(fields, self.tr("Period"), self.period, "period")
        fields.addWidget(self._stands)
        self._field(fields, self.tr("Figure"), self.figure, "value", self._unit)
        self._field(fields, self.tr("Note"), self.note, "note")
        row = QHBoxLayout()
        row.setContentsMargins(CAPTION_PX + tokens.GRID_PX, 0, 0, 0)
        row.addWidget(self.give, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self._outcome, 1)
        fields.addLayout(row)
        self.period.currentIndexChanged.connect(lambda index: self._tell_standing())
        self.area.currentIndexChanged.connect(lambda index: self._ask_values())
        self.figure.textChanged.connect(lambda text: self._tell_typed())
        self.figure.textEdited.connect(lambda text: self._pick())
        self.figure.returnPressed.connect(self.enter)
        self.note.returnPressed.connect(self.enter)
        self._revisions_title = plain_label("cardSection")
        self.revision_table = RowTable(self.revisions, (4,), self)
        body = self._form = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        whole.setSpacing(tokens.GRID_PX)
        for widget in (self._title, self._facts, self._why_not, self._fields, self._revisions_title):
            whole.addWidget(widget)
        whole.addWidget(self.revision_table, 1)
        return body

    def _field(self, column: QVBoxLayout, name: str, edit: QWidget, key: str, unit: QLabel | None = None) -> QWidget:
        caption = QLabel(name)
        caption.setFixedWidth(CAPTION_PX)
        caption.setBuddy(edit)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GRID_PX)
        row.addWidget(caption)
        row.addWidget(edit, 1)
        if unit is not None:
            row.addWidget(unit)
        under = self._under[key]
        under.setContentsMargins(CAPTION_PX + tokens.GRID_PX, 0, 0, 0)
        column.addWidget(body)
        column.addWidget(under)
        return body

    def _button(self, words: str, act: Callable[[], None]) -> QPushButton:
        made = QPushButton(words)
        made.clicked.connect(lambda checked=False: act())
        return made

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def _rules(self) -> IndicatorRules:
        site = self._session.state.site
        return site.indicators if site is not None else IndicatorRules()

    @property
    def chosen(self) -> Indicator | None:
        return self._rules.indicator(self._code)

    @property
    def _agency_id(self) -> str:
        operator = self._session.live.operator
        return operator.agency_id if operator is not None else ""

    def _tell(self) -> None:
        session, language = self._session, self._session.language
        mine = [one for one in self._rules.indicators if self._agency_id in ("", one.owner)]
        today = told.site_day(session.state, session.clock.now_ms())
        found = told.duties(mine, self._report, session.state, today, language)
        shown = [one for one in found if told.matches(one.indicator, self.words.text())]
        codes = [one.indicator.code for one in shown]
        with QSignalBlocker(self.table.selectionModel()):
            self.lines.show_rows([told.duty_row(one, session.state, language) for one in shown])
            if codes and (self._code not in codes or not self._picked) and self._code != codes[0]:
                self._choose(codes[0])  # as long as nobody chose one: the most urgent
            if self._code in codes:
                self.table.setCurrentIndex(self.lines.index(codes.index(self._code), 0))
        self.table.viewport().update()
        self._summary.setText(self._failure or told.summary(found))
        self._empty.setText(self._nothing(bool(mine)) if not shown else "")
        self._empty.setVisible(not shown)
        self.table.setVisible(bool(shown))
        may = self._may_enter
        for button in (self._template, self._import):
            button.setEnabled(may)
        self._tell_chosen()

    @property
    def _may_enter(self) -> bool:
        return self._session.may("indicator.enter")

    def _nothing(self, any_of_mine: bool) -> str:
        if any_of_mine:
            return self.tr("No indicator is called so. Other words show more.")
        if self._agency_id and self._rules.indicators:
            return self.tr("Your agency answers for no indicator.")
        return self.tr("This site keeps no indicators: indicators.toml names none.")

    def _tell_chosen(self) -> None:
        one = self.chosen
        self._form.setVisible(one is not None)
        if one is None:
            return
        session, language = self._session, self._session.language
        self._title.setText(name_of(one, language))
        bounds = told.bounds_words(one, language)
        owner = session.local_name(one.owner_vi, one.owner_en) or one.owner
        self._facts.setText(" · ".join(filter(None, (one.code, one.unit, bounds, owner, one.source))))
        why_not = self._no_entry(one)
        self._why_not.setText(why_not)
        self._why_not.setVisible(bool(why_not))
        self._fields.setVisible(not why_not)
        self._fields.setEnabled(self._may_enter)
        self._ask_values()
        self._tell_standing()

    def _no_entry(self, one: Indicator) -> str:
        """Why this seat cannot enter figures of it; "" = it can, in the live room."""
        if not one.is_entered:
            return told.made_words(one)
        operator = self._session.live.operator
        if operator is None or "indicator.enter" not in operator.rights:
            return self.tr("Your role may look at figures, but not enter them.")
        return ""

    def _choose(self, code: str) -> None:
        """Another indicator: its form begins with the period that is to be entered next."""
        self._code = code
        one = self.chosen
        if one is None:
            return
        session = self._session
        today = told.site_day(session.state, session.clock.now_ms())
        duty = told.duty_of(one, self._report.get(code), points_of(session.state, code), today)
        with QSignalBlocker(self.period), QSignalBlocker(self.area):
            self.period.clear()
            self.period.addItems(told.offered_periods(one, duty.period, today))
            self.period.setCurrentText(duty.period)
            self.area.clear()
            self.area.addItem(self.tr("The whole province"), PROVINCE)
            for name, area in self._areas(one):
                self.area.addItem(name, area)
        self._area_row.setVisible(self.area.count() > 1)
        self.figure.clear()
        self.note.clear()
        self._unit.setText(one.unit)
        self._tell_outcome("", False)
        self._values = ()
        self._asked = ("", "", -1)
        self._clear_under()

    def _areas(self, one: Indicator) -> list[tuple[str, str]]:
        site = self._session.state.site
        if site is None or one.areas == "province":
            return []
        if one.areas == "commune":
            return sorted((each.name, each.code) for each in site.communes)
        return [(self._session.local_name(each.name_vi, each.name_en), each.agency_id) for each in site.agencies]

    def _tell_standing(self) -> None:
        """What stands at the chosen period; a figure that stands there is corrected, and that wants a reason."""
        one = self.chosen
        if one is None:
            return
        session, language = self._session, self._session.language
        stands = told.newest_revision(self._values, self.period.currentText())
        words = "" if stands is None else told.stands_words(one, stands, session.state, language)
        self._stands.setText(words)
        self._stands.setVisible(bool(words) and self._may_enter)
        corrected = self.tr("Why is it corrected? It becomes a new revision")
        self.note.setPlaceholderText(
            corrected if stands is not None else self.tr("Where the figure is from, if needed")
        )
        self.give.setText(self.tr("Correct the figure") if stands is not None else self.tr("Enter the figure"))
        shown = told.revision_rows(one, self._values, session.state, language)
        self.revisions.show_rows(shown)
        self.revision_table.setVisible(bool(shown))
        self._revisions_title.setText(self.tr("Revisions") if shown else self.tr("Nothing was entered here yet."))
        self._clear_under()
        self._tell_typed()

    def _tell_typed(self) -> None:
        one = self.chosen
        if one is None:
            return
        typed = told.typed_figure(self.figure.text(), one, self._session.language)
        self._tell_under("value", f"✕ {typed.wrong}" if typed.wrong else typed.told, bool(typed.wrong))

    def _tell_under(self, key: str, words: str, failed: bool) -> None:
        self._mark(self._under[key], words, failed)

    def _clear_under(self) -> None:
        for label in self._under.values():
            self._mark(label, "", False)

    def _tell_outcome(self, words: str, failed: bool) -> None:
        self._mark(self._outcome, words, failed)
        self.give.setEnabled(not self._hand.busy)

    @staticmethod
    def _mark(label: QLabel, words: str, failed: bool) -> None:
        label.setText(words)
        label.setProperty("failed", failed)
        label.style().polish(label)
        label.setVisible(bool(words))

    # -- what the server is asked -----------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.indicators:
            self._ask_report()
            self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_report()

    def _at(self) -> dict[str, str | int]:
        """A replay asks for what was known at its instant."""
        return {"at": self._session.clock.now_ms()} if self._session.replay is not None else {}

    def _ask_report(self) -> None:
        server = self._session.server
        if server is None or not self.isVisible() or not self._rules.indicators:
            return
        server.ask(DOOR, self._at(), IndicatorReport, self._take_report, self._report_failed)
        self._asked = ("", "", -1)
        self._ask_values()

    def _take_report(self, report: IndicatorReport) -> None:
        self._failure = ""
        self._report = {row.indicator.code: row for row in report.rows}
        if not self._picked:
            self._code = ""  # which period is late is known now
        self._tell()

    def _report_failed(self, why: str) -> None:
        self._failure = self.tr("What is late cannot be told: {why}").format(why=why)
        self._tell()

    def _ask_values(self) -> None:
        """Every revision of the chosen indicator and area, once for each change of the room's figures."""
        server, code, area = self._session.server, self._code, str(self.area.currentData() or "")
        wanted = (code, area, self._session.state.seq)
        if server is None or not code or not self.isVisible() or self._asked[:2] == wanted[:2]:
            return
        self._asked = wanted

        def arrived(history: IndicatorHistory) -> None:
            if self._asked is wanted:
                self._values = history.values
                self._tell_standing()

        def failed(why: str) -> None:
            if self._asked is wanted:
                self._revisions_title.setText(self.tr("The revisions cannot be read: {why}").format(why=why))

        query: dict[str, str | int] = {"area": area, "revisions": "true", **self._at()}
        server.ask(f"{DOOR}/{code}/values", query, IndicatorHistory, arrived, failed)

    # -- what is done ---------------------------------------------------------------------------------------------

    def _pick(self) -> None:
        """Somebody works on it: it stays, whatever becomes more urgent."""
        self._picked = True

    def _row_chosen(self, index: QModelIndex, _previous: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str) and key != self._code:
            self._pick()
            self._choose(key)
            self._tell_chosen()

    def enter(self) -> None:
        """Send what the form holds; what cannot be right is told at its field and not sent."""
        one, period = self.chosen, self.period.currentText()
        if one is None or not self._may_enter:
            return
        self._clear_under()
        typed = told.typed_figure(self.figure.text(), one, self._session.language)
        if typed.wrong or typed.value is None:
            words = typed.wrong or self.tr("The figure is missing")
            self._tell_under("value", f"✕ {words}", True)
            self.figure.setFocus()
            return
        note = self.note.text().strip()
        area = str(self.area.currentData() or "")
        stands = told.newest_revision(self._values, period) is not None or any(
            point.period == period for point in points_of(self._session.state, one.code, area)
        )
        if stands and not note:
            self._tell_under("note", self.tr("✕ A correction needs its reason"), True)
            self.note.setFocus()
            return
        self._hand.enter(FigureEntry(code=one.code, area=area, period=period, value=typed.value, note=note))

    def _tell_refused(self, problems: tuple[CellProblem, ...]) -> None:
        found = by_field(problems)
        for key, problem in found.items():
            under = key if key in self._under else "value"
            self._tell_under(under, f"✕ {told.problem_words(problem, self._session.language)}", True)

    def _entered(self) -> None:
        if self._hand.entry is None or self._hand.entry.code != self._code:
            return  # somebody types the next one already
        self.figure.clear()
        self.note.clear()
        self.figure.setFocus()

    def ask_template(self) -> None:
        if not self._may_enter:
            return
        title = self.tr("Where the template is put")
        ask_where(self, title, "nhap-lieu.xlsx", ("Excel (*.xlsx)",), self.save_template)

    def save_template(self, file: Path) -> None:
        self._hand.fetch_template(file)

    def ask_sheet(self) -> None:
        if not self._may_enter:
            return
        dialog = QFileDialog(self, self.tr("Filled workbook"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Workbooks (*.xlsx *.csv)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.read_in(Path(name)))
        dialog.open()

    def read_in(self, file: Path) -> None:
        self._hand.send(file)

    def _tell_sheet(self, words: str, failed: bool) -> None:
        self._mark(self._sheet_outcome, words, failed)
        self._import.setEnabled(self._may_enter and not self._hand.sheet_busy)

    def _tell_cells(self, cells: tuple[CellProblem, ...], wrong: bool) -> None:
        self._wrong = wrong
        self.problems.show_rows(told.problem_rows(cells, wrong, self._session.language))
        self.problem_table.setVisible(bool(cells))
        self.problem_table.resizeRowsToContents()
        self._copy.setVisible(bool(cells) and wrong)

    def copy_problems(self) -> None:
        QGuiApplication.clipboard().setText("\n".join("\t".join(row.cells) for row in self.problems.rows))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._may_enter and _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = _dropped(event)
        if file is not None and self._may_enter:
            event.acceptProposedAction()
            self.read_in(file)

    def save_state(self) -> dict[str, object]:
        return {"words": self.words.text()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        words = state.get("words")
        if isinstance(words, str):
            self.words.setText(words)


def _dropped(event: QDropEvent) -> Path | None:
    """The one workbook that is dropped."""
    urls = event.mimeData().urls()
    file = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return file if file is not None and file.suffix.lower() in SUFFIXES else None


SPEC = PanelSpec(
    "indicator_entry",
    str(QT_TRANSLATE_NOOP("Panels", "Figures to enter")),
    IndicatorEntryPanel,
    frozenset({"state"}),
)

"""Reports that may be the same, two side by side: what differs, what speaks for it, and the decision by a key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from backend.contracts import commands as cmd
from backend.contracts.report_doors import ReportThread
from backend.contracts.report_likeness import Pair
from backend.contracts.reports import Report
from console.commands.commands import Pending, new_id
from console.models.report_card import media_of
from console.models.report_media import ReportMedia, media_strip
from console.models.report_pairs import ReportPairs, comparison, joining, pair_rows, side_words
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.letter_keys import LetterKeys, with_letter
from widgets.row_table import RowTable

PAD_PX: Final = 2 * tokens.GRID_PX
COMPARED: Final = 4


class Side(QWidget):
    """One of the two: what it says, and its pictures, covered."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._report: Report | None = None
        self.head, self.text = QLabel(), QLabel()
        self.head.setObjectName("cardSection")
        self.text.setObjectName("cardText")
        for label in (self.head, self.text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.strip = media_strip()
        self._media = ReportMedia(session, self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self.head)
        column.addWidget(self.text)
        column.addWidget(self.strip)
        column.addStretch(1)

    def show_report(self, report: Report) -> None:
        """Its row at once, its words and pictures when the server has told them."""
        self.head.setText(side_words(report, self._session))
        before, self._report = self._report, report
        if before is not None and (before.report_id, before.media) == (report.report_id, report.media):
            return
        if before is None or before.report_id != report.report_id:
            self.text.setText(report.title)
            self._media.show_media(())
        server, report_id = self._session.server, report.report_id
        if server is not None:
            path = f"/api/v1/reports/{report_id}"
            server.ask(path, {}, ReportThread, self._take, lambda why: self._failed(report_id, why))

    def _take(self, thread: ReportThread) -> None:
        if self._report is not None and thread.report.report_id == self._report.report_id:
            self.text.setText(thread.text)
            events = [one for one in thread.events if one.seq <= self._session.state.seq]
            self._media.show_media(media_of(events), self._report.public_media)

    def _failed(self, report_id: str, why: str) -> None:
        if self._report is not None and self._report.report_id == report_id:
            self.text.setText(
                f"{self._report.title}\n{self.tr('Its whole text cannot be read: {why}').format(why=why)}"
            )


class DuplicatesPanel(Panel):
    """Up and down choose a pair; K joins, N tells apart, O turns round which of the two stays, Enter shows it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._key = ""
        self._turned = False
        self._pending: Pending | None = None
        self.pairs = ReportPairs(session, self)
        self.rows = Rows(
            lambda: (
                self.tr("Alike"), self.tr("Report"), self.tr("With"), self.tr("What"), self.tr("Away"),
                self.tr("Apart"), self.tr("In pairs"),
            ),
            (0, 4, 5, 6),
            self,
        )  # fmt: skip
        self.compared = Rows(self._headings, (4,), self)
        self._build()
        self.pairs.changed.connect(self._show_pairs)
        session.operator_changed.connect(self._offer)
        session.commands.changed.connect(self._command_changed)
        self._show_pairs()

    def _build(self) -> None:
        self.table = RowTable(self.rows, (3,), self)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.activated.connect(lambda index: self._go_there())
        self.likeness = RowTable(self.compared, (1, 2), self)
        self.likeness.setFixedHeight((COMPARED + 1) * tokens.ROW_PX + tokens.GRID_PX)
        self.likeness.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._state, self._outcome, self._what = QLabel(), QLabel(), QLabel()
        self._state.setObjectName("empty")
        self._outcome.setObjectName("outcome")
        self._what.setObjectName("cardPhase")
        for label in (self._state, self._outcome, self._what):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._outcome.hide()
        acts = {"K": self.join, "N": self.tell_apart, "O": self.turn_round}
        self._pair = self._build_pair(acts.values())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, PAD_PX)
        whole.setSpacing(tokens.GRID_PX)
        whole.addWidget(self._state)
        whole.addWidget(self.table, 1)
        whole.addWidget(self._pair)
        whole.addWidget(self._outcome)
        whole.addStretch()
        keys = LetterKeys(self, acts.__contains__, lambda letter: acts[letter]())
        keys.watch(self.table, self.same, self.apart, self.turn, *(side.strip for side in self.sides))
        self.setFocusProxy(self.table)

    def _build_pair(self, acts: Iterable[Callable[[], None]]) -> QWidget:
        """The two side by side, with what can be decided on them."""
        self.sides = (Side(self._session), Side(self._session))
        self.same = QPushButton(with_letter(self.tr("The same matter"), "K"))
        self.apart = QPushButton(with_letter(self.tr("Not the same"), "N"))
        self.turn = QPushButton(with_letter(self.tr("The other one stays"), "O"))
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.GRID_PX)
        for button, act in zip((self.same, self.apart, self.turn), acts, strict=True):
            button.clicked.connect(act)
            buttons.addWidget(button)
        buttons.addStretch(1)
        beside = QHBoxLayout()
        beside.setSpacing(2 * PAD_PX)
        for side in self.sides:
            beside.addWidget(side, 1)
        whole = QWidget()
        whole.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        pair = QVBoxLayout(whole)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(tokens.GRID_PX)
        pair.addWidget(self.likeness)
        pair.addLayout(beside)
        pair.addWidget(self._what)
        pair.addLayout(buttons)
        return whole

    def _headings(self) -> tuple[str, ...]:
        pair = self.pair
        codes = ("", "") if pair is None else (pair.later.code, pair.likeness.report.code)
        return ("", *codes, self.tr("Difference"), self.tr("Counts"))

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def pair(self) -> Pair | None:
        return self.pairs.find(self._key)

    def _show_pairs(self) -> None:
        """A pair that is gone (it was decided on) leaves its place to the next one."""
        row = max(0, self.table.currentIndex().row())
        with QSignalBlocker(self.table.selectionModel()):
            self.rows.show_rows(pair_rows(self.pairs.pairs, self._session.language))
        if self.pair is None:
            self._turned = False
            self._key = self.rows.rows[min(row, len(self.rows.rows) - 1)].key if self.rows.rows else ""
        at = next((row for row, one in enumerate(self.rows.rows) if one.key == self._key), -1)
        with QSignalBlocker(self.table.selectionModel()):
            self.table.setCurrentIndex(self.rows.index(at, 0) if at >= 0 else QModelIndex())
        self.table.viewport().update()
        self._state.setText(self._said())
        self._state.setVisible(bool(self._state.text()))
        self.table.setVisible(bool(self.rows.rows))
        # What is compared stands right below the pairs, however few they are.
        self.table.setMaximumHeight((1 + len(self.rows.rows)) * tokens.ROW_PX + tokens.GRID_PX)
        self._show_pair()

    def _said(self) -> str:
        if not self.pairs.for_the_room:
            return self.tr("Duplicates are looked at by the centre: it sees the reports of every agency.")
        site = self._session.state.site
        if site is not None and not site.reports.categories:
            return self.tr("This site takes no reports: reports.toml names no category.")
        if not self.rows.rows:
            return self.tr("No two reports look like the same. What is suggested comes here by itself.")
        if self.pairs.total > len(self.rows.rows):
            most = self.tr("The likeliest {shown} of {total} pairs are shown.")
            return most.format(shown=len(self.rows.rows), total=self.pairs.total)
        return ""

    def _show_pair(self) -> None:
        pair = self.pair
        self._pair.setVisible(pair is not None)
        if pair is None:
            return
        self.compared.show_rows(comparison(pair, self._session))
        self.compared.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 2)
        for side, report in zip(self.sides, (pair.later, pair.likeness.report), strict=True):
            side.show_report(report)
        self._offer()

    def _offer(self) -> None:
        pair = self.pair
        if pair is None:
            return
        self._what.setText(self._would_do(pair))
        waiting = self._pending is not None and self._pending.waiting
        for button, why in (
            (self.same, self._why_not_join()),
            (self.apart, self._why_not("report.tell_apart")),
            (self.turn, "" if joining(pair, not self._turned) else self.tr("The other one cannot be joined now.")),
        ):
            button.setEnabled(not why and not waiting)
            button.setToolTip(why)

    def _would_do(self, pair: Pair) -> str:
        wish = joining(pair, self._turned)
        if wish is None:
            return self._why_not_join()
        words = self.tr("The same matter: {joined} ends as a duplicate and is handled with {to}.")
        return words.format(joined=wish.joined.code, to=wish.to.code)

    def _why_not(self, right: cmd.Right) -> str:
        """Why this seat cannot; "" = it can."""
        if self._session.read_only:
            return self.tr("This is a replay: nothing can be done in it.")
        if not self._session.may(right):
            return self.tr("Your role does not decide on duplicates.")
        return ""

    def _why_not_join(self) -> str:
        pair = self.pair
        if pair is not None and joining(pair, self._turned) is None:
            return self.tr("{code} cannot become a duplicate as it stands; O turns the two round.").format(
                code=(pair.likeness.report if self._turned else pair.later).code
            )
        return self._why_not("report.move")

    # -- what is done ---------------------------------------------------------------------------------------------

    def turn_round(self) -> None:
        self._turned = not self._turned
        self._offer()

    def join(self) -> None:
        pair, why = self.pair, self._why_not_join()
        wish = joining(pair, self._turned) if pair is not None else None
        if wish is None or why:
            self._tell(f"✕ {why}" if why else "", bool(why))
            return
        self._submit(
            cmd.MoveReport(
                command_id=new_id(),
                report_id=wish.joined.report_id,
                state="duplicate",
                duplicate_of=wish.to.report_id,
            )
        )

    def tell_apart(self) -> None:
        pair, why = self.pair, self._why_not("report.tell_apart")
        if pair is None or why:
            self._tell(f"✕ {why}" if why else "", bool(why))
            return
        later, earlier = pair.later.report_id, pair.likeness.report.report_id
        self._submit(cmd.TellReportsApart(command_id=new_id(), report_id=later, other_id=earlier))

    def _submit(self, command: cmd.ReportCommand) -> None:
        """One at a time; the pair goes when its event came back, and not before."""
        if self._pending is None or not self._pending.waiting:
            self._pending = self._session.commands.submit_room(command)
            self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is self._pending:
            text = self.tr("Sent, waiting for the server…") if pending.waiting else f"✕ {pending.reason}"
            self._tell(text if pending.waiting or pending.failed else "", pending.failed)
            self._offer()

    def _tell(self, text: str, failed: bool) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(bool(text))

    # -- one selection for the whole room -------------------------------------------------------------------------

    def _row_chosen(self, index: QModelIndex, _previous: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str) and key != self._key:
            self._key, self._turned = key, False
            self._tell("", False)
            self._show_pair()
            pair = self.pair
            if pair is not None:
                self._session.selection.select("report", pair.later.report_id)

    def _go_there(self) -> None:
        pair = self.pair
        if pair is not None:
            self._session.selection.bring_room_to("report", pair.later.report_id)


SPEC = PanelSpec(
    "duplicates", str(QT_TRANSLATE_NOOP("Panels", "Duplicates")), DuplicatesPanel, frozenset({"state", "history"})
)

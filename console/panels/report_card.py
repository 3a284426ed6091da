"""The card of the selected report: what was said, where, whose it is, how long there is left, and what to do now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from backend.contracts.report_doors import Likeness, ReportThread
from backend.contracts.report_likeness import likely, likeness
from backend.contracts.reports import Report, ReportState
from backend.contracts.state import Delta
from console.models.agency_finder import AgencyFinder
from console.models.report_card import (
    deadline,
    facts,
    likeness_rows,
    media_of,
    place,
    result_of,
    routing,
    thread_rows,
)
from console.models.report_deeds import ASKED, LETTERS, DeedKey, report_deeds
from console.models.report_hand import ReportHand, Stage
from console.models.report_media import ReportMedia, media_strip
from console.models.report_queue import COLOURS, GLYPHS, leads, most_urgent
from console.models.session import Selected, Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.asking_line import AskingLine
from widgets.choice_finder import Choice, ChoiceFinder
from widgets.flow_layout import FlowLayout
from widgets.letter_keys import LetterKeys, with_letter
from widgets.plain_label import plain_label
from widgets.row_table import RowTable

PAD_PX: Final = 2 * tokens.GRID_PX
TICK_MS: Final = 1000
READ_AFTER_S: Final = 2
LIKELY_SEEN: Final = 3


class ReportCard(Panel):
    """Shows the report that is selected; commands are pending until their event came back."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._report_id = ""
        self._chosen = False
        self._seen_s = 0
        self._thread: ReportThread | None = None
        self._asked_seq = -1
        self._hand = ReportHand(session, self)
        self._hand.told.connect(self._tell_outcome)
        self._agencies = AgencyFinder(session)
        self._whose = False
        self._keys = LetterKeys(self, LETTERS.__contains__, self.press)
        self.thread_model = Rows(lambda: (self.tr("Time"), self.tr("By"), self.tr("What")), (), self)
        self.likely = Rows(lambda: (self.tr("Code"), self.tr("What"), self.tr("Away"), self.tr("State")), (2,), self)
        self._build()
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._selected)
        session.operator_changed.connect(self._refresh)
        session.operator_changed.connect(self._tell_likely)
        session.asked.connect(self._asked)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._refresh()
        self._selected(session.selection.current)
        self._show_most_urgent()

    # -- build ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._empty = plain_label("empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build_card())

    def _build_head(self) -> QHBoxLayout:
        self._mark = QLabel()
        self._mark.setObjectName("cardHeadline")
        self._title = plain_label("cardHeadline")
        head = QHBoxLayout()
        head.setSpacing(PAD_PX)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        return head

    def _build_card(self) -> QWidget:
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, 0)
        whole.setSpacing(tokens.GRID_PX)
        whole.addLayout(self._build_head())
        self._facts, self._deadline, self._place = (
            plain_label("cardPhase"),
            plain_label("cardPhase"),
            plain_label("cardText"),
        )
        self._said, self._routing = plain_label("cardText"), plain_label("cardText")
        for one in (self._facts, self._deadline, self._place, self._routing, self._said):
            whole.addWidget(one)
        self.media = media_strip()
        self._media = ReportMedia(self._session, self.media)
        self.media.opened.connect(self._refresh)
        self.media.covered.connect(self._refresh)
        whole.addWidget(self.media)
        self._deeds = FlowLayout(tokens.GRID_PX)
        self._buttons: list[QPushButton] = []
        whole.addLayout(self._deeds)
        self.finder = ChoiceFinder(self._find_agency, self.tr("No agency is called so."), self)
        self.finder.chosen.connect(self._agency_chosen)
        self.finder.left.connect(self._agency_left)
        whole.addWidget(self.finder)
        self.line = AskingLine(self.tr("Note inside (Enter)"), lambda text, _: self._hand.note("inside", text), self)
        self._outcome = plain_label("outcome")
        self._outcome.hide()
        whole.addWidget(self.line)
        whole.addWidget(self._outcome)
        self._likely_title = plain_label("cardSection")
        self._likely_title.setText(self.tr("May be the same (Enter: look)"))
        self.likely_table = RowTable(self.likely, (1,), self)
        self.likely_table.horizontalHeader().hide()
        self.likely_table.activated.connect(self._look_at)
        whole.addWidget(self._likely_title)
        whole.addWidget(self.likely_table)
        self._thread_title = plain_label("cardSection")
        self.thread_table = RowTable(self.thread_model, (2,), self)
        self.thread_table.horizontalHeader().hide()
        whole.addWidget(self._thread_title)
        whole.addWidget(self.thread_table, 1)
        self._keys.watch(self, self.media, self.likely_table, self.thread_table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return body

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def report(self) -> Report | None:
        """As the room has it now; live, an ended one as the archive told it, which a replay may not show."""
        found = self._session.state.report(self._report_id)
        if self._session.clock.replaying:
            return found
        if found is None and self._thread is not None and self._thread.report.report_id == self._report_id:
            return self._thread.report
        return found

    def show_report(self, report_id: str) -> None:
        if report_id == self._report_id:
            return
        self._report_id = report_id
        self._hand.take(report_id)
        self._seen_s = 0
        self._thread = None
        self._asked_seq = -1
        self.line.rest()
        self._whose = False
        self.finder.leave()
        self.likely.show_rows(())
        self.thread_model.show_rows(())
        self._media.show_media(())
        self._tell_likely()
        self._refresh()

    def _selected(self, selected: Selected | None) -> None:
        if selected is not None and selected.kind == "report":
            self._chosen = True
            self.show_report(selected.key)

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or (delta.reports and not self._chosen):
            self._show_most_urgent()
        if delta.reset or delta.site or self._report_id in delta.reports:
            self._refresh()
        if delta.reset or delta.site or (delta.reports and self._may_be_like(delta.reports)):
            self._tell_likely()

    def _show_most_urgent(self) -> None:
        """As long as nobody chose one: what the queue begins with."""
        if self._chosen or self._report_id in self._session.state.reports:
            return
        first = most_urgent(self._session.state.reports.values())
        self.show_report(first.report_id if first is not None else "")

    def _refresh(self) -> None:
        report = self.report
        self._ask_thread()
        self._stack.setCurrentIndex(0 if report is None else 1)
        if report is None:
            self._empty.setText(self._why_empty())
            return
        session = self._session
        self._title.setText(f"{report.code} · {report.title}")
        self._routing.setText(routing(report, session.state, session.language))
        self._place.setText(place(report, session.state))
        self._deadline.setText(deadline(report, session.state, session.language))
        self._deadline.setVisible(bool(self._deadline.text()))
        self._offer(report)
        self._tell_thread(report)
        self._tick()

    def _why_empty(self) -> str:
        if not self._report_id:
            return self.tr("No report is chosen. Choose one in the queue or on the map.")
        if self._session.clock.replaying:
            return self.tr("{code} was not in the room at this instant.").format(code=self._report_id)
        return self.tr("{code} is not in the room; its archive is asked.").format(code=self._report_id)

    def _tick(self) -> None:
        report = self.report
        if report is None:
            return
        now_ms = self._session.clock.now_ms()
        timeliness = report.timeliness(now_ms)
        self._mark.setText(GLYPHS[timeliness])
        self._mark.setStyleSheet(f"color: {COLOURS[timeliness]};")
        self._facts.setText(facts(report, self._session.state, self._session.language, now_ms))
        self._give_receipt(report)

    def _give_receipt(self, report: Report) -> None:
        """The leader of the place has it before the eyes, chosen and long enough to be read: that is told once."""
        waits = report.read_ms is None and leads(self._session, report) and self._session.may("report.read")
        if not (waits and self._chosen and self.isVisible()):
            self._seen_s = 0
            return
        self._seen_s += 1
        if self._seen_s == READ_AFTER_S:
            self._hand.read()

    def _asked(self, what: str) -> None:
        """The queue has the keyboard, and one of the letters was pressed there."""
        if what.startswith(ASKED):
            self.press(what.removeprefix(ASKED))

    def _tell_thread(self, report: Report) -> None:
        thread = self._thread
        if thread is None or thread.report.report_id != report.report_id:
            self._said.setText("")
            self._said.hide()
            self._thread_title.setText(self.tr("What happened: asking the server…"))
            return
        self._said.setText(thread.text)
        self._said.setVisible(thread.text != report.title)
        self._thread_title.setText(self.tr("What happened"))
        events = [one for one in thread.events if one.seq <= self._session.state.seq]
        self.thread_model.show_rows(thread_rows(events, report, self._session.state, self._session.language))
        self._media.show_media(media_of(events), report.public_media)

    # -- what the server is asked -----------------------------------------------------------------------------------

    def _ask_thread(self) -> None:
        """Once for each change of the report: the row itself comes with the room's state, its thread does not."""
        report = self._session.state.report(self._report_id)
        seq = -2 if report is None else report.changed_ms
        server = self._session.server
        if not self._report_id or seq == self._asked_seq or server is None:
            return
        self._asked_seq = seq
        server.ask(f"/api/v1/reports/{self._report_id}", {}, ReportThread, self._take_thread, self._thread_failed)

    def _take_thread(self, thread: ReportThread) -> None:
        if thread.report.report_id == self._report_id:
            self._thread = thread
            self._refresh()

    def _thread_failed(self, why: str) -> None:
        self._thread_title.setText(self.tr("What happened cannot be read: {why}").format(why=why))

    def _tell_likely(self) -> None:
        """By the server's own rule over what the room has, so that a replay tells what was suggested then."""
        report, operator, site = self.report, self._session.operator, self._session.state.site
        found: Sequence[Likeness] = ()
        if report is not None and site is not None and operator is not None and not operator.agency_id:
            state = self._session.state
            found = likely(report, chain(state.reports.values(), state.ended_reports.values()), site.reports)
        rows = likeness_rows(found, self._session.language)
        self.likely.show_rows(rows)
        self._likely_title.setVisible(bool(rows))
        self.likely_table.setVisible(bool(rows))
        self.likely_table.setFixedHeight(min(LIKELY_SEEN, len(rows)) * tokens.ROW_PX + tokens.GRID_PX)

    def _may_be_like(self, changed: Collection[str]) -> bool:
        """One of these is suggested, or would be."""
        report, site = self.report, self._session.state.site
        if report is None or site is None:
            return False
        if report.report_id in changed or any(row.key in changed for row in self.likely.rows):
            return True
        others = (self._session.state.report(one) for one in changed)
        return any(one is not None and likeness(report, one, site.reports) is not None for one in others)

    # -- what is done ---------------------------------------------------------------------------------------------

    def _offer(self, report: Report) -> None:
        """Buttons for what this seat may do now; the letters of the rest say why not."""
        deeds = report_deeds(self._session, report, self.media.open_key)
        while self._buttons:
            button = self._buttons.pop()
            self._deeds.removeWidget(button)
            button.hide()
            button.deleteLater()
        for deed in deeds:
            if deed.why_not or deed.lasting:
                continue
            button = QPushButton(with_letter(deed.text, deed.letter))
            button.setToolTip(self.tr("Key {letter}").format(letter=deed.letter))
            button.clicked.connect(partial(self.do, deed.key))
            self._keys.watch(button)
            self._deeds.addWidget(button)
            self._buttons.append(button)
        self.line.setVisible(self.line.asking or (self._session.may("report.note") and not report.is_ended))

    def press(self, letter: str) -> None:
        """A letter was pressed here or in the queue."""
        report = self.report
        if report is None:
            return
        deed = next(one for one in report_deeds(self._session, report, self.media.open_key) if one.letter == letter)
        if deed.why_not:
            self._tell_outcome(f"✕ {deed.text.removesuffix('…')}: {deed.why_not}", True)
        else:
            self._tell_outcome("", False)
            self.do(deed.key)

    def do(self, key: DeedKey, _checked: bool = False) -> None:
        """Do it, or ask for what it needs to be told first."""
        hand = self._hand
        acts: dict[DeedKey, Callable[[], None]] = {
            "assigned": self._ask_agency,
            "returned": self._ask_whose,
            "duplicate": self._ask_which,
            "verifying": partial(hand.move, "verifying"),
            "grant": partial(hand.decide_time, True),
            "attach": self._ask_stage,
            "pictures": self._open_pictures,
            "picture_public": self._turn_publicity,
            "note": self._write_note,
        }
        if key in acts:
            acts[key]()
            return
        report = self.report
        if report is None or (key == "in_progress" and report.state != "done_pending"):
            hand.move("in_progress")
            return
        self._ask_words(key)

    def _ask_words(self, key: DeedKey) -> None:
        hand = self._hand
        both = {"need_info", "rejected", "done_pending", "published", "reopened"}
        words: dict[DeedKey, str] = {
            "need_info": self.tr("What does the citizen have to tell? (the citizen reads it)"),
            "rejected": self.tr("Why is it refused? (the citizen reads it)"),
            "done_pending": self.tr("What was done?"),
            "published": self.tr("The result (everybody reads it)"),
            "reopened": self.tr("Why is it opened again?"),
            "in_progress": self.tr("What is missing in the result?"),
            "extension": self.tr("How many hours more, and why? e.g. 24 waiting for parts"),
            "no_time": self.tr("Why is there no more time?"),
            "citizen": self.tr("What the citizen reads"),
            "word": self.tr("A word to those who work on it"),
        }

        def answered(text: str, _choice: str) -> None:
            if key in both or key == "in_progress":
                hand.move(cast(ReportState, key), reason=text, text=text if key in both else "")
            elif key == "extension":
                hand.ask_more(text)
            elif key == "no_time":
                hand.decide_time(False, text)
            elif key == "word":
                hand.read(text)
            else:
                hand.note("citizen", text)

        begun = result_of(self._thread.events) if key == "published" and self._thread is not None else ""
        self._ask(words[key], answered, text=begun)

    def _ask(
        self,
        prompt: str,
        answered: Callable[[str, str], None],
        choices: Sequence[tuple[str, str]] = (),
        text: str = "",
        needs_words: bool = True,
    ) -> None:
        self.finder.leave()
        self.line.show()
        self.line.ask(prompt, answered, choices, text, needs_words)

    def _write_note(self) -> None:
        self.line.rest()
        self.line.show()
        self.line.line.setFocus()

    # -- whose it is ----------------------------------------------------------------------------------------------

    def _find_agency(self, typed: str) -> list[Choice]:
        found = self._agencies.find(typed)
        ruled = [Choice("", self.tr("as the rules say"))] if not typed.strip() and not self._whose else []
        return [*ruled, *found]

    def _ask_agency(self) -> None:
        self._whose = False
        with_words = self.tr("With:")
        self.finder.ask(self.tr("Which agency? Enter chooses, Ctrl+Enter sets one beside it"), with_words)

    def _ask_whose(self) -> None:
        """Whose it is can be looked up, or left open by Esc."""
        self._whose = True
        self.finder.ask(self.tr("Whose is it? Enter chooses, Esc: it is not known"))

    def _agency_chosen(self, chief: str, partners: tuple[str, ...]) -> None:
        self._agencies.used(chief, *partners)
        if self._whose:
            of = self.tr("It is for {agency}: ").format(agency=self._agencies.name(chief))
            self._ask_why_returned(of)
            return
        name = self._agencies.name(chief) if chief else self.tr("as the rules say")
        prompt = self.tr("Why this agency? Enter gives it to: {agency}").format(agency=name)
        self._ask(prompt, lambda why, _: self._hand.route(why, chief, partners), needs_words=False)

    def _agency_left(self) -> None:
        if self._whose:
            self._ask_why_returned("")
        else:
            self.setFocus()

    def _ask_why_returned(self, begun: str) -> None:
        self._whose = False
        self._ask(
            self.tr("Why is it not yours? Whose is it?"),
            lambda why, _: self._hand.move("returned", reason=why, text=why),
            text=begun,
        )

    def _ask_which(self) -> None:
        codes = [(row.cells[0], row.key) for row in self.likely.rows]
        prompt = self.tr("The same as which report? Its code")
        self._ask(prompt, self._join, codes, needs_words=not codes)

    def _join(self, words: str, chosen: str) -> None:
        self._hand.move("duplicate", duplicate_of=words.strip().upper() or chosen)

    # -- pictures -------------------------------------------------------------------------------------------------

    def _open_pictures(self) -> None:
        self.media.toggle(self.media.current)
        self.media.setFocus()

    def _turn_publicity(self) -> None:
        report, digest = self.report, self.media.open_key
        if report is not None and digest:
            self._hand.show_to_everybody(digest, digest not in report.public_media)

    def _ask_stage(self) -> None:
        stages: list[tuple[Stage, str]] = [
            ("after", self.tr("after the work")),
            ("before", self.tr("before the work")),
            ("report", self.tr("with the report")),
        ]
        prompt = self.tr("What does it show? Enter chooses the file")
        self._ask(
            prompt, lambda _, stage: self._ask_file(stage), [(name, key) for key, name in stages], needs_words=False
        )

    def _ask_file(self, stage: str) -> None:
        dialog = QFileDialog(self, self.tr("Picture or film of the place"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Pictures and films (*.jpg *.jpeg *.png *.webp *.heic *.mp4 *.mov *.webm)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._hand.attach(Path(name), cast(Stage, stage)))
        dialog.open()

    def _tell_outcome(self, text: str, failed: bool) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(bool(text))

    def _look_at(self, index: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str) and key:
            self._session.selection.select("report", key)


SPEC = PanelSpec("report_card", str(QT_TRANSLATE_NOOP("Panels", "Report")), ReportCard, frozenset({"state", "history"}))

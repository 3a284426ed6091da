"""The board of the hotline 1022: who waits, who talks, what is known of a caller, and the ticket of a call or of
somebody at the counter; in a crisis its theme, its ready reports and its counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from backend.contracts import commands as cmd
from backend.contracts.hotline import Call, EarlierCalls
from backend.contracts.report_doors import Likeness
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.models.call_sound import CallSound, sound_player
from console.models.call_words import state_words
from console.models.crisis import announcement, ended_words, figures, headline, template_name
from console.models.hotline import CALL_KEY, call_rows, headings, my_call, summary
from console.models.numbers import format_time
from console.models.report_card import likeness_rows
from console.models.report_words import category_name
from console.models.session import Selected, Session
from console.models.ticket_fields import (
    ADDRESS,
    CATEGORY,
    CHANNEL,
    ENTRY,
    PLACE,
    TEXT,
    mistakes,
    place_of_commune,
    place_of_point,
    ticket_fields,
)
from console.models.ticket_hand import TicketHand
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.asking_line import AskingLine
from widgets.elided_label import ElidedLabel
from widgets.field_form import FieldForm
from widgets.flow_layout import FlowLayout
from widgets.letter_keys import LetterKeys, with_letter
from widgets.plain_label import plain_label
from widgets.roll_area import RollArea
from widgets.row_table import RowTable
from widgets.writing import writing

AGAIN_MS: Final = 1_000
"""Waits grow without an event."""

COMPARE_MS: Final = 600
"""So long nobody typed: others that may be the same are looked for."""

LIKELY_SHOWN: Final = 3
EARLIER_TOLD: Final = 5
AT_PLACE_TOLD: Final = 3
ENDED_TOLD_MS: Final = 12 * 3_600_000
"""The totals of a crisis stand on the board for a shift after it ended."""

PICTURE_KEY: Final = "Ctrl+I"
COUNTER_LETTER: Final = "N"
CRISIS_LETTER: Final = "K"


def hidden_label(name: str, parent: QWidget) -> QLabel:
    """Shown when it has something to say."""
    made = plain_label(name, parent)
    made.hide()
    return made


class TicketBox(QWidget):
    """The form of one ticket, with others that may be about the same.

    Signals:
        closed: nothing is taken down here any more.
        look_at: id of a report that somebody wants to see.
    """

    closed = Signal()
    look_at = Signal(str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._touched = self._leaving = False
        self._filled = ""
        self.hand = TicketHand(session, self)
        self._head = QLabel(self)
        self._head.setObjectName("cardSection")
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self.form = FieldForm(self)
        self._likely_head = hidden_label("factLabel", self)
        self.likely = Rows(lambda: (self.tr("Code"), self.tr("What"), self.tr("Away"), self.tr("State")), (2,), self)
        self.likely_table = RowTable(self.likely, (1,), self)
        self.likely_table.horizontalHeader().hide()
        self.likely_table.activated.connect(lambda index: self.look_at.emit(str(index.data(KEY_ROLE))))
        self._files = hidden_label("factLabel", self)
        deeds = FlowLayout(tokens.GRID_PX)
        self._button(deeds, self.tr("File the report  Ctrl+Enter"), self.file).setProperty("primary", True)
        self._button(deeds, self.tr("Pictures…  Ctrl+I"), self.ask_pictures)
        self._button(deeds, self.tr("Give it up  Esc"), self.leave)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * tokens.GRID_PX, tokens.GRID_PX, 2 * tokens.GRID_PX, tokens.GRID_PX)
        whole.setSpacing(tokens.GRID_PX)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        for widget in (self.form, self._files, self._likely_head, self.likely_table):
            column.addWidget(widget)
        whole.addWidget(self._head)
        whole.addWidget(RollArea(body, self))
        whole.addLayout(deeds)
        self._compare = QTimer(self, interval=COMPARE_MS, singleShot=True)
        self._compare.timeout.connect(self._ask_likely)
        shortcut = QShortcut(QKeySequence(PICTURE_KEY), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.ask_pictures)
        self.form.sent.connect(self.file)
        self.form.left.connect(self.leave)
        self.form.edited.connect(self._edited)
        self.hand.refused.connect(lambda field, words: self._tell_error(field, f"✕ {words}"))
        self.hand.filed.connect(lambda report_id: self._done())
        self.hand.likely.connect(self._show_likely)
        session.selection.pointed.connect(self._pointed)
        self.hide()

    @staticmethod
    def _button(row: FlowLayout, text: str, act: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        made.clicked.connect(lambda checked=False: act())
        row.addWidget(made)
        return made

    @property
    def touched(self) -> bool:
        """Somebody wrote in it, and it is not filed."""
        return not self.isHidden() and (self._touched or self.hand.busy)

    def has_keyboard(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def open_for(self, call: Call | None) -> None:
        """A new ticket: of a call, or of somebody at the counter (None). The keyboard goes into its first field."""
        self.hand.begin(call.call_id if call is not None else "")
        self._touched = self._leaving = False
        self._filled = ""
        self.form.show_fields(())
        self.tell_crisis()
        if call is None:
            self.form.put(CHANNEL, "walk_in")
        place = place_of_commune(self._session.state, call.place) if call is not None else None
        if place is not None:
            self.form.put(PLACE, place.key, place.text)
        self._head.setText(
            self.tr("Report of somebody at the counter, or on the telephone without a call here")
            if call is None
            else self.tr("Ticket of the call from {caller}").format(caller=call.masked or self.tr("a withheld number"))
        )
        self._tell_files()
        self._show_likely(())
        self.show()
        self.form.focus(ENTRY if self._session.state.crisis is not None else CATEGORY)

    def tell_crisis(self) -> None:
        """The fields as they are in the crisis that is on, or without one; what stands in them stays."""
        crisis = self._session.state.crisis
        at_counter = not self.hand.call_id
        self.form.show_fields(ticket_fields(self._session, crisis, self.form.value(ENTRY), at_counter))

    # -- filling it in ----------------------------------------------------------------------------------------------

    def _edited(self, key: str) -> None:
        self._touched, self._leaving = True, False
        if key == ENTRY:
            self._take_entry()
        if key in (ENTRY, CATEGORY, TEXT, PLACE):
            self._compare.start()

    def _take_entry(self) -> None:
        """A ready report: its category and its words stand there, the place is still to be said."""
        state = self._session.state
        entry = state.crisis.template.entry(self.form.value(ENTRY)) if state.crisis is not None else None
        self.tell_crisis()
        if entry is None:
            return
        name = category_name(state, entry.category_id, self._session.language)
        self.form.put(CATEGORY, entry.category_id, name)
        if self.form.text(TEXT).strip() in ("", self._filled.strip()):
            self.form.put(TEXT, entry.text_vi)
            self._filled = entry.text_vi
        self.form.focus(TEXT)

    def _pointed(self, lat_deg: float, lon_deg: float) -> None:
        """Somebody clicked on the map while a place is asked for."""
        if self.isVisible() and not self.hand.busy:
            place = place_of_point(lat_deg, lon_deg)
            self.form.put(PLACE, place.key, place.text)
            self._edited(PLACE)
            self.form.focus(ADDRESS)

    def ask_pictures(self) -> None:
        dialog = QFileDialog(self, self.tr("Pictures of the report"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(self.tr("Pictures and films (*.jpg *.jpeg *.png *.webp *.mp4 *.mov);;All files (*)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.add_pictures([Path(name) for name in names]))
        dialog.open()

    def add_pictures(self, files: Sequence[Path]) -> None:
        """They are sent when the report is filed."""
        self.hand.files += [one for one in files if one not in self.hand.files]
        self._touched = True
        self._tell_files()

    def _tell_files(self) -> None:
        names = ", ".join(one.name for one in self.hand.files)
        self._files.setText(self.tr("Go with it: {files}").format(files=names))
        self._files.setVisible(bool(names))

    def _ask_likely(self) -> None:
        wrong = {one.key for one in mistakes(self.form.value, self.form.text)}
        if not wrong & {CATEGORY, TEXT, PLACE}:
            self.hand.compare(self.form.value)

    def _show_likely(self, found: Sequence[Likeness]) -> None:
        rows = likeness_rows(found, self._session.language)
        self.likely.show_rows(rows)
        words = self.tr("May be reported already ({count}); Enter on one shows it").format(count=len(rows))
        self._likely_head.setText(words)
        self._likely_head.setVisible(bool(rows))
        self.likely_table.setFixedHeight(min(len(rows), LIKELY_SHOWN) * tokens.ROW_PX)
        self.likely_table.setVisible(bool(rows))

    # -- what becomes of it -----------------------------------------------------------------------------------------

    def file(self) -> None:
        """Tell what is wrong, at the field; or send it."""
        self.form.settle()
        found = mistakes(self.form.value, self.form.text)
        for one in found:
            self._tell_error(one.key, one.words)
        if found:
            self.form.focus(found[0].key)
        else:
            self.hand.file(self.form.value)

    def _tell_error(self, key: str, words: str) -> None:
        self.form.tell_error(key, words)
        self.form.focus(key)

    def leave(self) -> None:
        """What was written is given up at the second asking only."""
        if self.hand.busy:
            return
        if self._touched and not self._leaving:
            self._leaving = True
            self.hand.told.emit(self.tr("Not filed. Esc once more gives up what was written."), True)
            return
        self.hand.told.emit("", False)
        self._done()

    def _done(self) -> None:
        self._touched = self._leaving = False
        self._compare.stop()
        self.hide()
        self.closed.emit()


class HotlinePanel(Panel):
    """The call of who sits here comes up by itself; Enter on another does the same. Live only."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = ""
        self._popped = ""
        self._wanted = ""
        self._telling = False
        self._pending: Pending | None = None
        self._rows = Rows(headings, (3,), self)
        self._build()
        session.changed.connect(self._changed)
        session.operator_changed.connect(self._tell)
        session.selection.changed.connect(self._selected)
        session.commands.changed.connect(self._command_changed)
        self._beat = QTimer(self, interval=AGAIN_MS)
        self._beat.timeout.connect(self._tell)
        self._beat.start()
        self._selected(session.selection.current)
        self._tell()

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("panelHeader")
        self._summary.setIndent(8)
        self._summary.setFixedHeight(tokens.HEADER_PX)
        self._crisis_head, self._crisis_text = hidden_label("crisisHead", self), hidden_label("crisisText", self)
        self._message = hidden_label("empty", self)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = RowTable(self._rows, (6,), self)
        self.table.activated.connect(lambda index: self.open_call(str(index.data(KEY_ROLE))))
        self._waits = hidden_label("callWaits", self)
        self.chosen = hidden_label("cardText", self)
        self.chosen.setMargin(8)
        self.earlier = hidden_label("cardText", self)
        self.earlier.setMargin(8)
        self.player = sound_player()
        self.sound = CallSound(self._session, self.player)
        self.box = TicketBox(self._session, self)
        self.box.closed.connect(self._box_closed)
        self.box.look_at.connect(lambda report_id: self._session.selection.bring_room_to("report", report_id))
        self.box.hand.told.connect(self._tell_outcome)
        self.box.hand.filed.connect(lambda report_id: self._session.selection.select("report", report_id))
        self.line = AskingLine("", lambda text, choice: None, self)
        self.line.hide()
        self._outcome = hidden_label("outcome", self)
        self._outcome.setMargin(8)
        deeds = QHBoxLayout()
        deeds.setContentsMargins(8, tokens.GRID_PX, 8, tokens.GRID_PX)
        deeds.setSpacing(tokens.GRID_PX)
        self.counter = QPushButton(with_letter(self.tr("Report at the counter…"), COUNTER_LETTER))
        self.counter.clicked.connect(lambda checked=False: self.open_counter())
        self.crisis = QPushButton()
        self.crisis.clicked.connect(lambda checked=False: self.ask_crisis())
        deeds.addWidget(self.counter)
        deeds.addWidget(self.crisis)
        deeds.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in (
            (self._summary, 0), (self._crisis_head, 0), (self._crisis_text, 0), (self._message, 1), (self.table, 1),
            (self._waits, 0), (self.chosen, 0), (self.earlier, 0), (self.player, 0), (self.box, 0), (self.line, 0),
            (self._outcome, 0),
        ):  # fmt: skip
            column.addWidget(widget, stretch)
        column.addLayout(deeds)
        self.table.selectionModel().currentRowChanged.connect(lambda row, before: self._row_changed())
        self.setFocusProxy(self.table)
        QShortcut(QKeySequence(CALL_KEY), self).activated.connect(self.jump)
        keys = LetterKeys(self, lambda letter: letter in (COUNTER_LETTER, CRISIS_LETTER), self._letter)
        keys.watch(self.table)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_for_my_call()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.crises:
            self.box.tell_crisis()
        if delta.reset or delta.site or delta.calls or delta.crises:
            self._tell()

    def _tell(self) -> None:
        state, now_ms = self._session.state, self._session.clock.now_ms()
        chosen = self.table.currentIndex().data(KEY_ROLE)
        rows = call_rows(state, now_ms, self._session.language)
        self._telling = True
        self._rows.show_rows(rows)
        self._summary.setText(summary(state, now_ms, self._session.language))
        self._choose(str(chosen))
        self._choose_wanted()
        self._telling = False
        self._message.setText(
            self.tr("The hotline has no call. Calls appear as soon as the switchboard tells of them.")
        )
        self._message.setVisible(not rows)
        self.table.setVisible(bool(rows))
        if self._asked and state.call(self._asked) is None:
            self._asked = ""
            self.earlier.hide()
        self._show_sound()
        self._tell_crisis(now_ms)
        self.counter.setVisible(self._session.may("report.file"))
        self._look_for_my_call()

    def _choose(self, call_id: str) -> bool:
        """Whether the board has it."""
        place = next((row for row in range(self._rows.rowCount()) if self._key_at(row) == call_id), -1)
        if place >= 0:
            self.table.selectRow(place)
        return place >= 0

    def _selected(self, selected: Selected | None) -> None:
        """A call that was chosen elsewhere; one that a replay has yet to reach is chosen here when it rings."""
        self._wanted = selected.key if selected is not None and selected.kind == "call" else ""
        self._choose_wanted()
        self._show_sound()

    def _choose_wanted(self) -> None:
        if self._wanted and self._choose(self._wanted):
            self._wanted = ""

    def _row_changed(self) -> None:
        if not self._telling:
            self._wanted = ""  # somebody looks at another one now
        self._show_sound()

    def _show_sound(self) -> None:
        """Of the call that is chosen on the timeline, else of the row."""
        self.chosen.setVisible(bool(self._wanted))
        if self._wanted:
            recording = self._session.call_recordings.get(self._wanted)
            ahead = recording is not None and self._session.clock.now_ms() < recording.ended_ms
            words = self.tr("The call that was chosen is not on the board at this instant.")
            self.chosen.setText(self.tr("The call that was chosen is about to ring.") if ahead else words)
            self.sound.show_chosen(self._wanted)
            return
        self.sound.show_call(self._session.state.call(str(self.table.currentIndex().data(KEY_ROLE))))

    def _key_at(self, row: int) -> str:
        return str(self._rows.index(row, 0).data(KEY_ROLE))

    def _tell_crisis(self, now_ms: int) -> None:
        """The one that is on; else, for a shift, what the last one came to."""
        state, language = self._session.state, self._session.language
        crisis = state.crisis
        shown = crisis or next(reversed(state.past_crises.values()), None)
        if shown is not None and crisis is None and now_ms - (shown.ended_ms or 0) > ENDED_TOLD_MS:
            shown = None
        lines = []
        if shown is not None:
            over = ended_words(shown, state, language)
            self._set_crisis_look(crisis is None)
            self._crisis_head.setText(over if crisis is None else headline(shown, state, now_ms, language))
            told = announcement(shown.template, language) if crisis is not None else ""
            lines = [self.tr("Tell callers: “{words}”").format(words=told)] if told else []
            lines += [f"{what}  {counted}" for what, counted in figures(shown, state, language)]
        self._crisis_text.setText("\n".join(lines))
        self._crisis_head.setVisible(shown is not None)
        self._crisis_text.setVisible(shown is not None)
        on = crisis is not None
        words = self.tr("End crisis mode…") if on else self.tr("Crisis mode…")
        self.crisis.setText(with_letter(words, CRISIS_LETTER))
        possible = on or (state.site is not None and bool(state.site.hotline.crises))
        allowed = self._session.may("hotline.end_crisis" if on else "hotline.begin_crisis")
        self.crisis.setVisible(possible and allowed)

    def _set_crisis_look(self, over: bool) -> None:
        """One that is over needs nobody: it has no colour."""
        for label in (self._crisis_head, self._crisis_text):
            if label.property("over") != over:
                label.setProperty("over", over)
                label.style().polish(label)

    # -- the call of who sits here ----------------------------------------------------------------------------------

    def _look_for_my_call(self) -> None:
        """It comes up at once, unless somebody writes: then a line says so, and a key goes there."""
        call = my_call(self._session)
        if call is None or call.call_id == self._popped:
            self._waits.hide()
            return
        if not self.isVisible():
            return
        own_form = self.box.has_keyboard() and not self.box.touched
        if self.box.touched or (writing() and not own_form):
            words = self.tr("☎ You talk with {caller}. {key} opens the call; what you write now stays until then.")
            caller = call.masked or self.tr("a withheld number")
            self._waits.setText(words.format(caller=caller, key=CALL_KEY))
            self._waits.show()
            return
        self._pop(call)

    def _pop(self, call: Call) -> None:
        self._popped = call.call_id
        self._waits.hide()
        self._choose(call.call_id)
        self.open_call(call.call_id)

    def jump(self) -> None:
        """To the call that waits for who sits here; not over a ticket that is not filed."""
        call = my_call(self._session)
        if call is None:
            return
        if self._keeps_ticket():
            return
        self._pop(call)

    def _keeps_ticket(self) -> bool:
        if not self.box.touched:
            return False
        self._tell_outcome(self.tr("A ticket is not filed yet: Ctrl+Enter files it, Esc twice gives it up."), True)
        self.box.form.focus(TEXT)
        return True

    def _box_closed(self) -> None:
        self.table.setFocus()
        self._look_for_my_call()

    def open_call(self, call_id: str) -> None:
        """What is known of the caller, and the ticket."""
        server, operator = self._session.server, self._session.live.operator
        call = self._session.state.call(call_id)
        if self._session.clock.replaying or server is None or call is None or self._keeps_ticket():
            return
        self._asked = call_id
        self.earlier.show()
        if operator is None or "hotline" not in operator.rights:
            self.earlier.setText(self.tr("Earlier calls are for the officers of the hotline."))
            return
        self._outcome.hide()
        self.box.open_for(call)
        self.earlier.setText(self.tr("Asking for the earlier calls of this number…"))
        server.ask(
            f"/api/v1/hotline/calls/{quote(call_id, safe='')}/earlier",
            {},
            EarlierCalls,
            lambda answer: self._arrived(call_id, answer),
            lambda reason: self._failed(call_id, reason),
        )

    def open_counter(self) -> None:
        """A report of somebody who is here, or who called another number."""
        if not self._session.may("report.file") or self._keeps_ticket():
            return
        self._asked = ""
        self.earlier.hide()
        self._outcome.hide()
        self.box.open_for(None)

    def _letter(self, letter: str) -> None:
        if letter == COUNTER_LETTER:
            self.open_counter()
        else:
            self.ask_crisis()

    def _arrived(self, call_id: str, answer: EarlierCalls) -> None:
        if call_id != self._asked:
            return
        head = self.tr("Earlier calls of this number: {count}").format(count=len(answer.calls))
        lines = [head, *(self._line_of(one) for one in answer.calls[:EARLIER_TOLD])]
        if answer.at_place:
            words = self.tr("From the same place within a day, by others: {count}")
            lines += [words.format(count=len(answer.at_place))]
            lines += [self._line_of(one) for one in answer.at_place[:AT_PLACE_TOLD]]
        self.earlier.setText("\n".join(lines))

    def _line_of(self, call: Call) -> str:
        site = self._session.state.site
        offset_min = site.utc_offset_min if site is not None else 0
        return f"{format_time(call.arrived_ms, offset_min, with_date=True)}  {state_words(call.state)}"

    def _failed(self, call_id: str, reason: str) -> None:
        if call_id == self._asked:
            self.earlier.setText(self.tr("The earlier calls cannot be fetched: {reason}").format(reason=reason))

    # -- crisis mode ------------------------------------------------------------------------------------------------

    def ask_crisis(self) -> None:
        """Which theme, and why; or why it is over."""
        session, on = self._session, self._session.state.crisis
        if not session.may("hotline.begin_crisis" if on is None else "hotline.end_crisis"):
            return
        self.line.show()
        if on is not None:
            name = template_name(on.template, session.language)
            self.line.ask(self.tr("Why does the crisis “{theme}” end? Enter ends it").format(theme=name), self._end)
            return
        themes = session.state.site.hotline.crises if session.state.site is not None else ()
        choices = [(template_name(one, session.language), one.template_id) for one in themes]
        self.line.ask(self.tr("Why is it begun? Enter begins it, for the whole room"), self._begin, choices)

    def _begin(self, reason: str, template_id: str) -> None:
        self._submit(cmd.BeginCrisis(command_id=new_id(), template_id=template_id, reason=reason[:500]))

    def _end(self, reason: str, _choice: str) -> None:
        on = self._session.state.crisis
        if on is not None:
            self._submit(cmd.EndCrisis(command_id=new_id(), crisis_id=on.crisis_id, reason=reason[:500]))

    def _submit(self, command: cmd.BeginCrisis | cmd.EndCrisis) -> None:
        """One command at a time: a key held down does not send it again."""
        self.line.hide()
        if self._pending is not None and self._pending.waiting:
            return
        self._pending = self._session.commands.submit_room(command)
        self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is self._pending:
            text = self.tr("Sent, waiting for the server…") if pending.waiting else f"✕ {pending.reason}"
            self._tell_outcome(text if pending.waiting or pending.failed else "", pending.failed)

    def _tell_outcome(self, text: str, failed: bool) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(bool(text))


SPEC = PanelSpec("hotline", str(QT_TRANSLATE_NOOP("Panels", "Hotline 1022")), HotlinePanel, frozenset({"state"}))

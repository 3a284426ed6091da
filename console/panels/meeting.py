"""A meeting at one's seat: agenda and people, who speaks for how long, what is shown, the vote; worked by letters.

What the meeting looks at is not drawn here: a seat that follows is brought there by the room's own map, cameras and
cards, live. One key looks elsewhere and comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from PySide6.QtCore import QT_TRANSLATE_NOOP, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from backend.contracts import meeting_commands as cmd
from backend.contracts.meetings import Meeting, MeetingPhase, Shown, Vote, VoteForm, VoteOption
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.models.meeting_plan import PEOPLE, plan_fields, plan_values, read_plan
from console.models.meeting_words import form_words, person, phase_words, shown_words
from console.models.meetings import (
    agenda_rows,
    looked_at,
    may_show,
    meeting_rows,
    mine,
    option_name,
    people_rows,
    quorum_words,
    runs,
    vote_counts,
    vote_words,
    voted,
)
from console.models.numbers import format_time
from console.models.secret_ballots import ballot_words
from console.models.session import SelectedKind, Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.asking_line import AskingLine
from widgets.field_form import FieldForm
from widgets.flow_layout import FlowLayout
from widgets.letter_keys import LetterKeys, with_letter
from widgets.plain_label import plain_label
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where

TICK_MS: Final = 500
LISTED: Final = 3
PAD_PX: Final = 2 * tokens.GRID_PX
_GOES_TO: Final[dict[str, SelectedKind]] = {
    "camera": "camera", "station": "station", "alert": "alert", "report": "report",
}  # fmt: skip


class MeetingPanel(Panel):
    """Enter on an item opens it, on somebody gives him the floor; 1 to 9 vote; the letters stand on the buttons."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._chosen = ""
        self._follows = True
        self._went: tuple[str, Shown] | None = None
        self._pending: Pending | None = None
        self._planning = ""
        """Id of the meeting that is planned in the form."""
        self.meetings = Rows(lambda: (self.tr("At"), self.tr("Meeting"), self.tr("State")), (), self)
        self.agenda = Rows(lambda: ("", self.tr("Agenda"), self.tr("Presents"), self.tr("Time")), (3,), self)
        self.people = Rows(lambda: (self.tr("Who"), self.tr("Office"), self.tr("Presence"), ""), (), self)
        self._build()
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._show)
        session.commands.changed.connect(self._command_changed)
        if session.ballots is not None:
            session.ballots.changed.connect(self._show)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tell_times)
        self._clock.start()
        self._show()

    # -- build -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._acts: dict[str, Callable[[], None]] = {
            "B": self.begin_or_pause, "E": self.ask_end, "C": self.check_in, "A": self.ask_floor,
            "N": self.end_floor, "S": self.show_selected, "F": self.follow, "V": self.ask_vote, "X": self.close_vote,
            "K": self.ask_conclusion, "Q": self.turn_quiet, "M": self.ask_minutes, "L": self.ask_plan,
        }  # fmt: skip
        left, right = QWidget(), QWidget()
        self._right = right
        self._build_left(left)
        self._build_right(right)
        split = QSplitter(Qt.Orientation.Horizontal)
        for side, stretch in ((left, 5), (right, 4)):
            split.addWidget(side)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setChildrenCollapsible(False)
        split.setSizes([560, 440])
        self.form = FieldForm(self)
        self.form.show_fields(plan_fields())
        self.form.sent.connect(self.send_plan)
        self.form.left.connect(self.leave_plan)
        self.form.hide()
        self.line = AskingLine(self.tr("Line of the minutes (Enter)"), self._note, self)
        self._outcome = plain_label("outcome")
        self._outcome.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX)
        whole.setSpacing(tokens.GRID_PX)
        whole.addWidget(self.form)
        whole.addWidget(split, 1)
        whole.addLayout(self._build_buttons())
        whole.addWidget(self.line)
        whole.addWidget(self._outcome)
        keys = LetterKeys(self, self._knows, self._pressed)
        keys.watch(self.meeting_table, self.agenda_table, self.people_table, *self.buttons.values())
        self.setFocusProxy(self.agenda_table)

    def _build_left(self, side: QWidget) -> None:
        self.meeting_table = RowTable(self.meetings, (1,), self)
        self.meeting_table.setFixedHeight((1 + LISTED) * tokens.ROW_PX)
        self.meeting_table.selectionModel().currentRowChanged.connect(self._meeting_chosen)
        self.agenda_table = RowTable(self.agenda, (1,), self)
        self.agenda_table.activated.connect(lambda index: self.open_item(str(index.data(KEY_ROLE))))
        self.people_table = RowTable(self.people, (0, 3), self)
        self.people_table.activated.connect(lambda index: self.give_floor(str(index.data(KEY_ROLE))))
        self._empty = plain_label("empty")
        self._head, self._quorum = plain_label("cardSection"), plain_label("factLabel")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        for widget, stretch in (
            (self._empty, 0), (self.meeting_table, 0), (self._head, 0), (self._quorum, 0), (self.agenda_table, 2),
            (self.people_table, 3),
        ):  # fmt: skip
            column.addWidget(widget, stretch)

    def _build_right(self, side: QWidget) -> None:
        self._shown = plain_label("cardText")
        self._speaker = plain_label("cardSection")
        self._left = QLabel()
        self._left.setTextFormat(Qt.TextFormat.PlainText)
        self._left.setStyleSheet(f"font-size: {tokens.WALL_FONT_PX}px;")
        self._question, self._stands = plain_label("cardSection"), plain_label("factLabel")
        self._options = QVBoxLayout()
        self._options.setSpacing(tokens.GRID_PX)
        self.option_buttons: dict[str, QPushButton] = {}
        self._conclusions = plain_label("cardText")
        column = QVBoxLayout(side)
        column.setContentsMargins(PAD_PX, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        for widget in (self._shown, self._speaker, self._left, self._question, self._stands):
            column.addWidget(widget)
        column.addLayout(self._options)
        column.addWidget(self._conclusions)
        column.addStretch(1)

    def _build_buttons(self) -> FlowLayout:
        words = {
            "B": self.tr("Begin"), "E": self.tr("End…"), "C": self.tr("Here / left"), "A": self.tr("Ask for the floor"),
            "N": self.tr("End the speech"), "S": self.tr("Show what is selected"), "F": self.tr("Look elsewhere"),
            "V": self.tr("Vote…"), "X": self.tr("Close the vote"), "K": self.tr("Conclusion…"),
            "Q": self.tr("Quiet"), "M": self.tr("Minutes…"), "L": self.tr("Plan a meeting…"),
        }  # fmt: skip
        row = FlowLayout(tokens.GRID_PX)
        self.buttons: dict[str, QPushButton] = {}
        for letter, text in words.items():
            made = QPushButton(with_letter(text, letter))
            made.clicked.connect(lambda checked=False, act=self._acts[letter]: act())
            row.addWidget(made)
            self.buttons[letter] = made
        return row

    # -- what is shown -----------------------------------------------------------------------------------------------

    @property
    def user(self) -> str:
        """Whose seat it is; in a replay nobody's."""
        operator = self._session.live.operator
        return operator.user if operator is not None else ""

    @property
    def meeting(self) -> Meeting | None:
        return looked_at(self._session.state, self.user, self._chosen, self._session.clock.now_ms())

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.meetings:
            self._show()

    def _show(self) -> None:
        state, meeting = self._session.state, self.meeting
        offset_min = state.site.utc_offset_min if state.site is not None else 0
        self.meetings.show_rows(meeting_rows(state, offset_min))
        self._keep(self.meeting_table, self.meetings, meeting.meeting_id if meeting is not None else "")
        self._empty.setText(self.tr("No meeting is planned. L plans one.") if meeting is None else "")
        self._empty.setVisible(meeting is None)
        whole = (self.meeting_table, self._head, self._quorum, self.agenda_table, self.people_table, self._right)
        for widget in whole:
            widget.setVisible(meeting is not None)
        self._show_options(meeting)
        if meeting is not None:
            self._show_meeting(meeting)
            self._go_along(meeting)
        self._tell_times()
        self._offer()

    def _show_meeting(self, meeting: Meeting) -> None:
        vote = _newest_vote(meeting)
        told = voted(vote, self._session.language) if vote is not None and vote.is_open else {}
        current = self.agenda_table.currentIndex().data(KEY_ROLE)
        self.agenda.show_rows(agenda_rows(meeting))
        self._keep(self.agenda_table, self.agenda, str(current or meeting.item_id))
        current = self.people_table.currentIndex().data(KEY_ROLE)
        self.people.show_rows(people_rows(meeting, told))
        self._keep(self.people_table, self.people, str(current or ""))
        place = f" · {meeting.plan.place}" if meeting.plan.place else ""
        self._head.setText(f"{meeting.plan.title} · {phase_words(meeting.phase)}{place}")
        self._quorum.setText(quorum_words(meeting))
        shown = shown_words(meeting.shown, self._session.state, self._session.language)
        words = (
            self.tr("The meeting looks at: {what}")
            if self._follows
            else self.tr("You look elsewhere. It shows: {what}")
        )
        self._shown.setText(words.format(what=shown))
        self._question.setText(_begun(f"{form_words(vote.form)}: {vote.question}") if vote is not None else "")
        self._stands.setText(self._stands_words(meeting, vote) if vote is not None else "")
        lines = [f"• {one.text}" for one in meeting.conclusions[-5:]]
        self._conclusions.setText("\n".join([self.tr("Conclusions"), *lines]) if lines else "")

    def _stands_words(self, meeting: Meeting, vote: Vote) -> str:
        """How the vote stands, and where this seat's ballot of a secret one is."""
        ballots = self._session.ballots
        lines = [vote_words(meeting, vote)]
        if ballots is not None and (words := ballot_words(ballots.standing(meeting, vote))):
            why = ballots.reason(meeting, vote)
            lines.append(_begun(f"{words} ({why})" if why else words))
        return "\n".join(lines)

    @staticmethod
    def _keep(table: RowTable, rows: Rows, key: str) -> None:
        """The row of this key stays the chosen one, wherever it stands now."""
        at = next((number for number, one in enumerate(rows.rows) if one.key == key), -1)
        if at >= 0 and table.currentIndex().row() != at:
            with QSignalBlocker(table.selectionModel()):
                table.selectRow(at)

    def _show_options(self, meeting: Meeting | None) -> None:
        """The options of the newest vote, each with what it has."""
        vote = _newest_vote(meeting) if meeting is not None else None
        options = vote.options if vote is not None else ()
        if list(self.option_buttons) != [one.option_id for one in options]:
            for button in self.option_buttons.values():
                button.deleteLater()
            self.option_buttons = {}
            for one in options:
                made = QPushButton()
                made.setCheckable(True)
                made.clicked.connect(lambda checked=False, key=one.option_id: self.vote(key))
                self._options.addWidget(made)
                self.option_buttons[one.option_id] = made
        if meeting is None or vote is None:
            return
        counts, own = vote_counts(vote), self._own_ballot(meeting, vote)
        for number, (key, button) in enumerate(self.option_buttons.items(), 1):
            name = option_name(vote, key, self._session.language)
            button.setText(
                f"{number}  {name}" if vote.is_open and not vote.ballots else f"{number}  {name}: {counts[key]}"
            )
            button.setChecked(key == own)
            button.setEnabled(vote.is_open and self._votes(meeting, vote))

    def _own_ballot(self, meeting: Meeting, vote: Vote) -> str:
        me = mine(meeting, self.user)
        return vote.ballots.get(me.participant_id, "") if me is not None else ""

    def _tell_times(self) -> None:
        meeting = self.meeting
        floor = meeting.floor if meeting is not None else None
        if meeting is None or floor is None:
            waits = meeting.wishes[0] if meeting is not None and meeting.wishes else None
            words = self.tr("Next: {name}").format(name=person(meeting, waits.participant_id)) if waits else ""
            self._speaker.setText(words)
            self._left.setText("")
            return
        left_s = floor.left_s(self._session.clock.now_ms())
        self._speaker.setText(self.tr("{name} speaks").format(name=person(meeting, floor.participant_id)))
        over = left_s < 0
        words = self.tr("{minutes}:{seconds:02d} over") if over else self.tr("{minutes}:{seconds:02d} left")
        minutes, seconds = divmod(abs(left_s), 60)
        self._left.setText(words.format(minutes=minutes, seconds=seconds))
        colour = tokens.P2 if over else tokens.P3 if left_s <= meeting.warn_left_s else tokens.TEXT_1
        self._left.setStyleSheet(f"font-size: {tokens.WALL_FONT_PX}px; color: {colour};")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    # -- following ---------------------------------------------------------------------------------------------------

    def _go_along(self, meeting: Meeting) -> None:
        """Bring the room to what the meeting looks at, once each time it changes; only of a meeting that is on."""
        now = (meeting.meeting_id, meeting.shown)
        if not self._follows or not meeting.is_on or now == self._went or not self.isVisible():
            return
        self._went = now
        kind = _GOES_TO.get(meeting.shown.kind)
        if kind is not None:
            self._session.selection.bring_by_itself(kind, meeting.shown.key)
        elif meeting.shown.kind == "incident":
            incident = self._session.state.incidents.get(meeting.shown.key)
            alerts = [one.key for one in incident.links if one.kind == "alert"] if incident is not None else []
            if alerts:
                self._session.selection.bring_by_itself("alert", alerts[0])

    def follow(self) -> None:
        """Look elsewhere, or come back to where the meeting is now."""
        self._follows = not self._follows
        self._went = None if self._follows else self._went
        self._show()

    # -- what may be done --------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        meeting = self.meeting
        able = self._able(meeting)
        for letter, button in self.buttons.items():
            button.setEnabled(able.get(letter, False))
        texts = {
            "B": self.tr("Pause") if meeting is not None and meeting.phase == "running" else self.tr("Begin"),
            "F": self.tr("Look elsewhere") if self._follows else self.tr("Back to the meeting"),
            "Q": self.tr("All alarms") if meeting is not None and meeting.quiet == "urgent" else self.tr("Quiet"),
            "L": self.tr("Change the plan…") if able.get("replan") else self.tr("Plan a meeting…"),
        }
        for letter, text in texts.items():
            self.buttons[letter].setText(with_letter(text, letter))
        self.line.setEnabled(able.get("note", False) or self.line.asking)

    def _able(self, meeting: Meeting | None) -> dict[str, bool]:
        session, user = self._session, self.user
        if session.read_only:
            return {"F": meeting is not None}
        plans = session.may("meeting.plan")
        if meeting is None:
            return {"L": plans}
        leads, me = runs(meeting, user), mine(meeting, user)
        open_vote, open_now = meeting.open_vote is not None, not meeting.is_over
        return {
            "B": leads and open_now,
            "E": leads and open_now,
            "C": (leads or me is not None) and open_now,
            "A": me is not None and meeting.is_on and meeting.presence(me.participant_id) == "present",
            "N": leads and meeting.floor is not None,
            "S": may_show(meeting, user) and session.selection.current is not None,
            "F": meeting.is_on,
            "V": leads and meeting.phase == "running" and not open_vote,
            "X": leads and open_vote,
            "K": leads and meeting.phase != "planned",
            "Q": leads and meeting.is_on,
            "M": bool(user) and meeting.began_ms is not None,
            "L": plans or (leads and open_now),
            "replan": leads and open_now,
            "note": leads,
        }

    def _votes(self, meeting: Meeting, vote: Vote) -> bool:
        if self._session.read_only:
            return False
        if vote.form == "secret":
            ballots = self._session.ballots
            return ballots is not None and ballots.standing(meeting, vote) == "ready"
        if vote.form == "roll_call":
            return meeting.has_role(self.user, "chair", "secretary")
        me = mine(meeting, self.user)
        return me is not None and me.has_vote and meeting.presence(me.participant_id) == "present"

    def _knows(self, letter: str) -> bool:
        return letter in self._acts or letter in "123456789"

    def _pressed(self, letter: str) -> None:
        if letter.isdigit():
            self._vote_number(int(letter) - 1)
        elif self.buttons[letter].isEnabled():
            self._acts[letter]()

    # -- deeds -------------------------------------------------------------------------------------------------------

    def begin_or_pause(self) -> None:
        meeting = self.meeting
        if meeting is None:
            return
        phase: MeetingPhase = "paused" if meeting.phase == "running" else "running"
        if phase == "running" and not meeting.is_quorate:
            self.line.ask(self.tr("Begin without a quorum: why?"), lambda text, _: self._move(phase, text))
        else:
            self._move(phase)

    def ask_end(self) -> None:
        meeting = self.meeting
        if meeting is None:
            return
        if meeting.phase == "planned":
            self.line.ask(self.tr("Call the meeting off: why?"), lambda text, _: self._move("cancelled", text))
        else:
            asked = self.tr("End the meeting? Enter ends it, Esc leaves")
            self.line.ask(asked, lambda text, _: self._move("over", text), needs_words=False)

    def _move(self, phase: MeetingPhase, reason: str = "") -> None:
        self._submit(lambda key: cmd.MoveMeeting(command_id=new_id(), meeting_id=key, phase=phase, reason=reason[:500]))

    def open_item(self, item_id: str) -> None:
        self._submit(lambda key: cmd.OpenMeetingItem(command_id=new_id(), meeting_id=key, item_id=item_id))

    def check_in(self) -> None:
        """The chosen one by the list; who does not run the meeting, himself."""
        meeting = self.meeting
        if meeting is None:
            return
        chosen = self._person_chosen() if runs(meeting, self.user) else ""
        me = mine(meeting, self.user)
        participant_id = chosen or (me.participant_id if me is not None else "")
        if participant_id:
            here = meeting.presence(participant_id) == "present"
            self._submit(
                lambda key: cmd.AttendMeeting(
                    command_id=new_id(), meeting_id=key, participant_id=participant_id,
                    presence="left" if here else "present",
                )
            )  # fmt: skip

    def _person_chosen(self) -> str:
        return str(self.people_table.currentIndex().data(KEY_ROLE) or "")

    def ask_floor(self) -> None:
        meeting = self.meeting
        me = mine(meeting, self.user) if meeting is not None else None
        if meeting is None or me is None:
            return
        wants = all(one.participant_id != me.participant_id for one in meeting.wishes)
        self._submit(
            lambda key: cmd.AskFloor(command_id=new_id(), meeting_id=key, participant_id=me.participant_id, wants=wants)
        )

    def give_floor(self, participant_id: str) -> None:
        self._submit(lambda key: cmd.GiveFloor(command_id=new_id(), meeting_id=key, participant_id=participant_id))

    def end_floor(self) -> None:
        self.give_floor("")

    def show_selected(self) -> None:
        """Put what is selected in the room on everybody's screen, live."""
        current = self._session.selection.current
        if current is None or current.kind not in _GOES_TO.values():
            self._tell(f"✕ {self.tr('A camera, station, alert or report can be shown: select one.')}", True)
            return
        kind = next(name for name, kind in _GOES_TO.items() if kind == current.kind)
        shown = Shown.model_validate({"kind": kind, "key": current.key})
        self._submit(lambda key: cmd.ShowInMeeting(command_id=new_id(), meeting_id=key, shown=shown))

    def ask_vote(self) -> None:
        """First by which rule, then what is asked."""
        site, name = self._session.state.site, self._session.local_name
        rules = site.meetings.majorities if site is not None else ()
        forms: tuple[VoteForm, ...] = ("open", "roll_call", "secret")
        choices = [
            (f"{form_words(form)} · {name(one.name_vi, one.name_en)}", f"{form}/{one.majority_id}")
            for one in rules
            for form in forms
        ]
        choices.append((form_words("poll"), "poll/"))
        self.line.ask(self.tr("What is put to the vote?"), self._open_vote, choices)

    def _open_vote(self, question: str, chosen: str) -> None:
        form, _, majority_id = chosen.partition("/")
        options = (
            VoteOption(option_id="tan-thanh", name_vi="Tán thành", name_en="For"),
            VoteOption(option_id="khong-tan-thanh", name_vi="Không tán thành", name_en="Against"),
            VoteOption(option_id="y-kien-khac", name_vi="Không có ý kiến", name_en="Abstains", counts=False),
        )
        fields = {"question": question[:500], "form": form, "options": options, "majority_id": majority_id}
        self._submit(
            lambda key: cmd.OpenVote.model_validate(
                {"command_id": new_id(), "meeting_id": key, "vote_id": f"v-{new_id()[:12]}", **fields}
            )
        )

    def close_vote(self) -> None:
        meeting = self.meeting
        vote = meeting.open_vote if meeting is not None else None
        if vote is not None:
            self._submit(lambda key: cmd.CloseVote(command_id=new_id(), meeting_id=key, vote_id=vote.vote_id))

    def _vote_number(self, at: int) -> None:
        options = list(self.option_buttons)
        if at < len(options):
            self.vote(options[at])

    def vote(self, option_id: str) -> None:
        """For oneself; in a roll-call for whoever is chosen among the people."""
        meeting = self.meeting
        vote = meeting.open_vote if meeting is not None else None
        if meeting is None or vote is None or not self._votes(meeting, vote):
            return
        if vote.form == "secret":
            if self._session.ballots is not None:
                self._session.ballots.choose(meeting, vote, option_id)
            return
        me = mine(meeting, self.user)
        who = self._person_chosen() if vote.form == "roll_call" else me.participant_id if me is not None else ""
        self._submit(
            lambda key: cmd.CastBallot(
                command_id=new_id(), meeting_id=key, vote_id=vote.vote_id, participant_id=who, option_id=option_id
            )
        )

    def ask_conclusion(self) -> None:
        site, name = self._session.state.site, self._session.local_name
        choices = [(self.tr("for the record"), "")]
        choices += [(name(one.name_vi, one.name_en), one.agency_id) for one in (site.agencies if site else ())]
        self.line.ask(self.tr("What is concluded? Choose who is to do it"), self._conclude, choices)

    def _conclude(self, text: str, agency_id: str) -> None:
        self._submit(
            lambda key: cmd.ConcludeInMeeting(
                command_id=new_id(), meeting_id=key, conclusion_id=f"k-{new_id()[:12]}", text=text, agency_id=agency_id
            )
        )

    def _note(self, text: str, _choice: str) -> None:
        self._submit(lambda key: cmd.NoteInMeeting(command_id=new_id(), meeting_id=key, text=text))

    def turn_quiet(self) -> None:
        meeting = self.meeting
        if meeting is not None:
            quiet = "all" if meeting.quiet == "urgent" else "urgent"
            self._submit(
                lambda key: cmd.QuietMeeting.model_validate({"command_id": new_id(), "meeting_id": key, "quiet": quiet})
            )

    def ask_minutes(self) -> None:
        """Where the minutes go: a Word file to be edited, or a PDF."""
        meeting = self.meeting
        if meeting is None:
            return
        ask_where(
            self,
            self.tr("Minutes of the meeting"),
            f"bien-ban-{meeting.meeting_id}.docx",
            ("Word (*.docx)", "PDF (*.pdf)"),
            lambda path: self.save_minutes(meeting.meeting_id, path),
        )

    def save_minutes(self, meeting_id: str, path: Path) -> None:
        """Fetch them as what the file's name says it is: a PDF for .pdf, else a Word file."""
        server = self._session.server
        if server is None:
            return
        ending = "pdf" if path.suffix.lower() == ".pdf" else "docx"
        door = f"/api/v1/meetings/{quote(meeting_id, safe='')}/minutes.{ending}"
        self._tell(self.tr("Minutes are being fetched…"), False)
        server.download(
            door, path, lambda file: self._tell(str(file), False), lambda reason: self._tell(f"✕ {reason}", True)
        )

    # -- the plan ----------------------------------------------------------------------------------------------------

    def ask_plan(self) -> None:
        """The plan of this meeting, to be changed; of none, or of one that is over, a new one."""
        meeting, site = self.meeting, self._session.state.site
        offset_min = site.utc_offset_min if site is not None else 0
        changes = meeting is not None and runs(meeting, self.user) and not meeting.is_over
        self._planning = meeting.meeting_id if meeting is not None and changes else ""
        self.form.clear()
        if meeting is not None and changes:
            for key, value in plan_values(meeting.plan, offset_min).items():
                self.form.put(key, value)
        else:
            now = format_time(self._session.clock.now_ms(), offset_min)[:5]
            self.form.put("time", now)
            self.form.put("length", "90")
            self.form.put(PEOPLE, f"; ; {self.user}; chủ trì")
        self.form.show()
        self.form.focus()

    def leave_plan(self) -> None:
        self.form.hide()
        self.agenda_table.setFocus()

    def send_plan(self) -> None:
        site, meeting = self._session.state.site, self._session.state.meetings.get(self._planning)
        values = {key: self.form.value(key) for key in self.form.editors}
        plan, wrong = read_plan(values, site.utc_offset_min if site is not None else 0)
        for key in self.form.editors:
            self.form.tell_error(key, wrong.get(key, ""))
        if plan is None:
            self.form.focus(next(iter(wrong)))
            return
        if meeting is None:
            self._chosen = f"hop-{new_id()[:12]}"
            wish: cmd.MeetingCommand = cmd.PlanMeeting(command_id=new_id(), meeting_id=self._chosen, plan=plan)
        else:
            wish = cmd.ReplanMeeting(
                command_id=new_id(), meeting_id=meeting.meeting_id, plan=plan, expected_ms=meeting.changed_ms
            )
        self._send(wish)

    # -- commands ----------------------------------------------------------------------------------------------------

    def _submit(self, wish: Callable[[str], cmd.MeetingCommand]) -> None:
        meeting = self.meeting
        if meeting is not None:
            self._send(wish(meeting.meeting_id))

    def _send(self, wish: cmd.MeetingCommand) -> None:
        """One at a time; nothing is shown as done before its event is back."""
        if self._pending is None or not self._pending.waiting:
            self._pending = self._session.commands.submit_room(wish)
            self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is not self._pending:
            return
        words = self.tr("Sent, waiting for the server…") if pending.waiting else f"✕ {pending.reason}"
        self._tell(words if pending.waiting or pending.failed else "", pending.failed)
        if not pending.waiting and not pending.failed and pending.kind in ("meeting.plan", "meeting.replan"):
            self.leave_plan()

    def _tell(self, text: str, failed: bool) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(bool(text))

    def _meeting_chosen(self) -> None:
        key = self.meeting_table.currentIndex().data(KEY_ROLE)
        if isinstance(key, str) and key and key != self._chosen:
            self._chosen = key
            self._went = None
            self._show()


def _begun(words: str) -> str:
    """As a line begins; the rest stays, names and all."""
    return words[:1].upper() + words[1:]


def _newest_vote(meeting: Meeting) -> Vote | None:
    """The one that is open, else the one that was closed last."""
    return meeting.open_vote or (meeting.votes[-1] if meeting.votes else None)


SPEC = PanelSpec("meeting", str(QT_TRANSLATE_NOOP("Panels", "Meeting")), MeetingPanel, frozenset({"state"}))

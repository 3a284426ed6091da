"""The incident board: what is under way, and of one incident its procedure, tasks, alerts and log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QModelIndex, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from backend.contracts import commands as cmd
from backend.contracts.incidents import Incident, IncidentPhase, Link, TaskState
from backend.contracts.kinds.incidents import CAUSE_CATEGORIES, CauseCategory
from backend.contracts.sop import StepState, standing
from backend.contracts.state import Delta
from console.commands.commands import CommandKind, Pending, new_id
from console.models.agency_finder import AgencyFinder
from console.models.alert_words import agency_name, priority_words
from console.models.incident_words import category_name, cause_name, phase_name, sop_title
from console.models.incidents import (
    KEY_ROLE,
    IncidentList,
    Row,
    Rows,
    alert_rows,
    log_rows,
    step_rows,
    task_rows,
)
from console.models.numbers import format_age, format_time
from console.models.session import Selected, Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.asking_line import AskingLine
from widgets.choice_finder import Choice, ChoiceFinder
from widgets.flow_layout import FlowLayout
from widgets.plain_label import plain_label
from widgets.progress_row import ProgressRowDelegate
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where
from widgets.severity_mark import SeverityMark

PAD_PX: Final = 2 * tokens.GRID_PX
TICK_MS: Final = 1000
NEXT_TASK_STATE: Final[Mapping[TaskState, TaskState]] = {
    "asked": "accepted",
    "accepted": "on_the_way",
    "on_the_way": "arrived",
    "arrived": "done",
}
Keys = Mapping[int, Callable[[str], None]]
"""Key -> what it does with the row's id."""


class IncidentsPanel(Panel):
    """Shows the incident of the selected alert; else the one chosen in its list, else the worst."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._incident_id = ""
        self._of_selected = ""
        self._opening = ""
        self._keys: dict[QObject, Keys] = {}
        self._pending: Pending | None = None
        self.list = IncidentList(session, self)
        self.steps = Rows(("", self.tr("Step"), self.tr("Who"), self.tr("Limit")), self)
        self.tasks = Rows((self.tr("Agency"), self.tr("Task"), self.tr("State"), self.tr("Clock")), self)
        self.alerts = Rows(("", self.tr("Alert"), self.tr("When, why")), self)
        self.log = Rows((self.tr("Time"), self.tr("By"), self.tr("What")), self)
        self._build()
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._selected)
        session.operator_changed.connect(self._refresh)
        session.commands.changed.connect(self._command_changed)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._room_changed(Delta(reset=True))

    # -- build -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.view = QListView()
        self.view.setModel(self.list)
        self.view.setItemDelegate(ProgressRowDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.selectionModel().currentChanged.connect(self._row_chosen)
        self.view.activated.connect(lambda index: self.step_table.setFocus())
        self.open_by_hand = QPushButton(self.tr("New incident…"))
        self.open_by_hand.clicked.connect(self.ask_new)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.open_by_hand)
        self._empty = plain_label("empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build_incident())
        self.line = AskingLine(self.tr("Entry in the log (Enter)"), self._note, self)
        self.agencies = self._build_finder()
        self._outcome = plain_label("outcome")
        self._outcome.setContentsMargins(PAD_PX, 0, PAD_PX, tokens.GRID_PX)
        self._outcome.hide()
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addLayout(self._stack, 1)
        side.addWidget(self.agencies)
        side.addWidget(self.line)
        side.addWidget(self._outcome)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
        self.setFocusProxy(self.view)

    def _build_incident(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, 0)
        column.setSpacing(tokens.GRID_PX)
        self._mark = SeverityMark(28)
        self._title = plain_label("cardHeadline")
        self._facts = plain_label("cardPhase")
        self._summary = plain_label("cardText")
        head = QHBoxLayout()
        head.setSpacing(PAD_PX)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        for one in (self._title, self._facts, self._summary):
            titles.addWidget(one)
        head.addLayout(titles, 1)
        column.addLayout(head)
        column.addLayout(self._build_actions())
        key = Qt.Key
        self._sop = plain_label("cardSection", wrap=False)
        self.step_table = self._table(self.steps, 1, {
            key.Key_Space: self.do_step, key.Key_Return: self.open_step, key.Key_Enter: self.open_step,
            key.Key_Y: partial(self.mark_step, "done", "yes"), key.Key_N: partial(self.mark_step, "done", "no"),
            key.Key_S: partial(self.ask_reason, "skipped"), key.Key_A: partial(self.ask_reason, "not_applicable"),
            key.Key_Backspace: partial(self.mark_step, "open", ""),
        })  # fmt: skip
        self.step_table.setToolTip(
            self.tr("Space: done · Y/N: answer · S: skip · A: not applicable · Enter: look · Backspace: take back")
        )
        self.task_table = self._table(self.tasks, 1, {
            key.Key_Space: self.advance_task, key.Key_E: self.ask_eta, key.Key_R: self.ask_refusal,
            key.Key_D: partial(self.move_task, "done"),
        })  # fmt: skip
        self.task_table.setToolTip(self.tr("Space: next state · E: arrival · D: done · R: refused"))
        self.alert_table = self._table(self.alerts, 1, {
            key.Key_Return: self.go_to_alert, key.Key_Enter: self.go_to_alert, key.Key_J: self.join,
            key.Key_Delete: self.ask_take_out,
        })  # fmt: skip
        self.alert_table.setToolTip(self.tr("Enter: go there · J: join · Delete: take out"))
        self.log_table = self._table(self.log, 2, {})
        for title, table, stretch in (
            (self._sop, self.step_table, 5),
            (self._section(self.tr("Tasks of agencies")), self.task_table, 3),
            (self._section(self.tr("Alerts")), self.alert_table, 3),
            (self._section(self.tr("Log")), self.log_table, 4),
        ):
            column.addWidget(title)
            column.addWidget(table, stretch)
        return body

    @staticmethod
    def _section(text: str) -> QLabel:
        made = plain_label("cardSection", wrap=False)
        made.setText(text)
        return made

    def _table(self, model: Rows, stretched: int, keys: Keys) -> RowTable:
        table = RowTable(model, (stretched,), self)
        table.horizontalHeader().hide()
        table.setMinimumHeight(2 * tokens.ROW_PX)
        table.setTabKeyNavigation(False)
        self._keys[table] = keys
        table.installEventFilter(self)
        return table

    def _build_actions(self) -> FlowLayout:
        row = FlowLayout(tokens.GRID_PX)
        self._actions: dict[CommandKind, QPushButton] = {}
        offered: tuple[tuple[CommandKind, str, Callable[[], None]], ...] = (
            ("incident.lead", self.tr("Take the lead"), self.take_lead),
            ("incident.ask_task", self.tr("Ask an agency…"), self.ask_task),
            ("incident.start_sop", self.tr("Procedure…"), self.ask_sop),
            ("incident.review", self.tr("Seen"), self.review),
        )
        for kind, text, act in offered:
            self._actions[kind] = self._button(row, text, act)
        self._move = self._button(row, "", self.move_on)
        self._back = self._button(row, self.tr("Not over…"), self.ask_back)
        self._report = self._button(row, self.tr("Report (PDF)…"), self._ask_where)
        return row

    def _build_finder(self) -> ChoiceFinder:
        self._known = AgencyFinder(self._session)
        made = ChoiceFinder(self._find_agency, self.tr("No agency is called so."))
        made.chosen.connect(self._agency_chosen)
        made.left.connect(self.step_table.setFocus)
        return made

    @staticmethod
    def _button(row: FlowLayout, text: str, act: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        made.clicked.connect(lambda checked=False: act())
        row.addWidget(made)
        return made

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def incident(self) -> Incident | None:
        return self._session.state.incidents.get(self._incident_id)

    def show_incident(self, incident_id: str) -> None:
        self._incident_id = incident_id
        self.line.rest()
        self._outcome.hide()
        self._refresh()

    def _room_changed(self, delta: Delta) -> None:
        if not (delta.reset or delta.incidents or delta.alerts):
            return
        if delta.reset or delta.incidents:
            self.list.take()
            self._follow()
        self._refresh()

    def _selected(self, _selected: Selected | None) -> None:
        if self._follow():
            self._refresh()

    def _follow(self) -> bool:
        """Onto the incident that the selected alert has now and had not before, or onto the worst while there is none.

        Whoever chose another one since stays there.
        """
        selected, known, before = self._session.selection.current, self._session.state.incidents, self._incident_id
        found = self._session.state.incident_of(selected.key) if selected and selected.kind == "alert" else None
        of_selected = "" if found is None else found.incident_id
        if of_selected and of_selected != self._of_selected:
            self._incident_id = of_selected
        self._of_selected = of_selected
        if self._opening in known:
            self._incident_id, self._opening = self._opening, ""
        if self._incident_id not in known:
            first = self.list.index(0).data(KEY_ROLE)
            self._incident_id = first if isinstance(first, str) else ""
        return self._incident_id != before

    def _row_chosen(self, index: QModelIndex, _previous: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if not isinstance(key, str) or key == self._incident_id:
            return
        self.show_incident(key)
        alert_id = self._worst_alert()
        if alert_id:
            self._session.selection.select("alert", alert_id)

    def _worst_alert(self) -> str:
        """The alert that stands for the incident on map, charts and cameras; "" when it has none any more."""
        incident = self.incident
        keys = [link.key for link in incident.links if link.kind == "alert"] if incident is not None else []
        known = [alert for key in keys if (alert := self._session.state.find_alert(key)) is not None]
        return min(known, key=lambda alert: (alert.priority, alert.raised_ms)).alert_id if known else ""

    def _refresh(self) -> None:
        incident = self.incident
        self._stack.setCurrentIndex(0 if incident is None else 1)
        may_note = self._session.may("incident.note") and incident is not None
        self.line.setVisible(may_note or self.line.asking)
        self.open_by_hand.setVisible(self._session.may("incident.open"))
        if incident is None:
            self._empty.setText(self.tr("No incident. E on an alert opens one."))
            return
        with QSignalBlocker(self.view.selectionModel()):
            row = self.list.row_of(incident.incident_id)
            if self.view.currentIndex().row() != row:
                self.view.setCurrentIndex(self.list.index(row))
        self.view.viewport().update()
        self._mark.show_mark(int(incident.priority), "filled" if incident.phase == "open" else "outline")
        self._title.setText(f"#{incident.number} {incident.title}")
        self._tell_summary(incident)
        self._tell_procedure(incident)
        self._offer(incident)
        self._tick()

    def _tell_summary(self, incident: Incident) -> None:
        language = self._session.language
        words = [incident.summary]
        if incident.cause is not None:
            words.append(self.tr("Cause: {cause}").format(cause=cause_name(incident.cause, language)))
        self._summary.setText("\n".join(word for word in words if word))
        self._summary.setVisible(bool(self._summary.text()))

    def _tell_procedure(self, incident: Incident) -> None:
        if incident.run is None:
            self._sop.setText(self.tr("No procedure"))
            return
        done, all_steps = incident.progress()
        sop = incident.run.sop
        words = [f"{sop_title(sop, self._session.language)} · {done}/{all_steps}"]
        if not sop.verified:
            words.append(self.tr("durations not verified"))
        self._sop.setText(" · ".join(words))
        self._sop.setToolTip(self.tr("Version {version}. {source}").format(version=sop.version, source=sop.source))

    def _tick(self) -> None:
        """What goes on by itself: ages and clocks."""
        incident = self.incident
        if incident is None:
            return
        session, now_ms = self._session, self._session.clock.now_ms()
        state, language = session.state, session.language
        self.list.tick()
        offset_min = state.site.utc_offset_min if state.site is not None else 0
        until_ms = incident.closed_ms or now_ms
        facts = [
            self.tr("EXERCISE") if incident.exercise else "",
            phase_name(incident.phase),
            priority_words(int(incident.priority)),
            category_name(incident.category, language),
            incident.place_name,
            self.tr("lead: {lead}").format(lead=incident.lead or self.tr("nobody")),
            format_time(incident.opened_ms, offset_min),
            format_age((until_ms - incident.opened_ms) / 1000, language),
        ]
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._show(self.step_table, self.steps, step_rows(state, incident.run, now_ms, language))
        self._show(self.task_table, self.tasks, task_rows(state, incident, now_ms, language))
        self._show(self.alert_table, self.alerts, alert_rows(state, incident, language))
        self._show(self.log_table, self.log, log_rows(state, incident, language))

    @staticmethod
    def _show(table: RowTable, model: Rows, rows: list[Row]) -> None:
        """The row that was chosen stays chosen where it still is."""
        key = table.currentIndex().data(KEY_ROLE)
        model.show_rows(rows)
        row = model.row_of(key) if isinstance(key, str) else -1
        if table.currentIndex().row() != row or row < 0:
            table.setCurrentIndex(model.index(max(row, 0), 0))

    def _offer(self, incident: Incident) -> None:
        session = self._session
        user = session.operator.user if session.operator is not None else ""
        closed = incident.phase == "closed"
        for kind, button in self._actions.items():
            button.setVisible(session.may(kind) and not closed)
        self._actions["incident.lead"].setVisible(session.may("incident.lead") and not closed and incident.lead != user)
        self._actions["incident.review"].setVisible(session.may("incident.review") and bool(incident.concerns))
        words: dict[IncidentPhase, str] = {
            "open": "",
            "in_hand": self.tr("Resolved"),
            "resolved": self.tr("Close…"),
            "closed": "",
        }
        self._move.setText(words[incident.phase])
        self._move.setVisible(bool(words[incident.phase]) and session.may("incident.move"))
        self._back.setVisible(incident.phase in ("resolved", "closed") and session.may("incident.move"))

    # -- what is done ------------------------------------------------------------------------------------------

    def _submit(self, command: cmd.RoomCommand) -> None:
        """One command at a time: a key held down does not send it again."""
        if not self._session.may(command.kind) or (self._pending is not None and self._pending.waiting):
            return
        self._pending = self._session.commands.submit_room(command)
        self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is not self._pending:
            return
        text = self.tr("Sent, waiting for the server…") if pending.waiting else f"✕ {pending.reason}"
        self._outcome.setText(text)
        self._outcome.setProperty("failed", pending.failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(pending.waiting or pending.failed)

    def _note(self, text: str, _choice: str) -> None:
        self._submit(cmd.NoteIncident(command_id=new_id(), incident_id=self._incident_id, text=text))

    def ask_new(self) -> None:
        """An incident by hand: what happened, and which procedure."""
        sops = [(sop_title(sop, self._session.language), sop.sop_id) for sop in self._session.state.sops.values()]
        choices = [(self.tr("without a procedure"), ""), *sorted(sops)]
        self.line.show()
        self.line.ask(self.tr("What happened, where?"), self._open, choices)

    def _open(self, text: str, sop_id: str) -> None:
        sop = self._session.state.sops.get(sop_id)
        incident_id = new_id()
        wish = cmd.OpenIncident(
            command_id=new_id(),
            incident_id=incident_id,
            title=text[:300],
            category=sop.category if sop is not None else None,
            sop_id=sop_id,
            take=True,
        )
        self._opening = incident_id
        self._submit(wish)

    def take_lead(self) -> None:
        incident, operator = self.incident, self._session.operator
        if incident is not None and operator is not None:
            self._submit(
                cmd.LeadIncident(
                    command_id=new_id(),
                    incident_id=incident.incident_id,
                    user=operator.user,
                    expected_lead=incident.lead,
                )
            )

    def move_on(self) -> None:
        incident = self.incident
        if incident is None:
            return
        if incident.phase == "in_hand":
            self._move_to("resolved", "", "")
        elif incident.phase == "resolved":
            causes = [(cause_name(cause, self._session.language), cause) for cause in CAUSE_CATEGORIES]
            self.line.ask(self.tr("Cause, and what happened in a few sentences"), self._close, causes)

    def _close(self, text: str, chosen: str) -> None:
        self._move_to("closed", text, chosen)

    def ask_back(self) -> None:
        self.line.show()
        self.line.ask(self.tr("Why is it not over?"), lambda text, _: self._move_to("in_hand", text, ""))

    def _move_to(self, phase: IncidentPhase, words: str, chosen: str) -> None:
        cause: CauseCategory | None = next((one for one in CAUSE_CATEGORIES if one == chosen), None)
        wish = cmd.MoveIncident(
            command_id=new_id(),
            incident_id=self._incident_id,
            phase=phase,
            reason="" if phase == "closed" else words,
            summary=words if phase == "closed" else "",
            cause=cause,
        )
        self._submit(wish)

    def review(self) -> None:
        self._submit(cmd.ReviewIncident(command_id=new_id(), incident_id=self._incident_id))

    def ask_sop(self) -> None:
        incident = self.incident
        if incident is None:
            return
        sops = [(sop_title(sop, self._session.language), sop.sop_id) for sop in self._session.state.sops.values()]
        run = incident.run is not None
        words = self.tr("Why is the procedure given up?") if run else self.tr("Enter starts it")
        self.line.ask(words, self._start_sop, sorted(sops), needs_words=run)

    def _start_sop(self, text: str, sop_id: str) -> None:
        if sop_id:
            self._submit(
                cmd.StartSop(command_id=new_id(), incident_id=self._incident_id, sop_id=sop_id, reason=text[:500])
            )

    # -- steps -------------------------------------------------------------------------------------------------

    def mark_step(self, state: StepState, answer: str, step_id: str) -> None:
        wish = cmd.MarkStep(
            command_id=new_id(),
            incident_id=self._incident_id,
            step_id=step_id,
            state=state,
            answer="yes" if answer == "yes" else "no" if answer == "no" else "",
        )
        self._submit(wish)

    def do_step(self, step_id: str) -> None:
        self.mark_step("done", "", step_id)

    def ask_reason(self, state: StepState, step_id: str) -> None:
        words = {
            "skipped": self.tr("Why is the step skipped? The supervisor is told."),
            "not_applicable": self.tr("Why does the step not apply?"),
        }[state]
        self.line.ask(words, lambda text, _: self._skip(state, step_id, text))

    def _skip(self, state: StepState, step_id: str, reason: str) -> None:
        wish = cmd.MarkStep(
            command_id=new_id(), incident_id=self._incident_id, step_id=step_id, state=state, reason=reason[:500]
        )
        self._submit(wish)
        self.step_table.setFocus()

    def open_step(self, step_id: str) -> None:
        """Bring the room to what the step is to look at."""
        incident = self.incident
        run = incident.run if incident is not None else None
        step = next((one.step for one in standing(run) if one.step.step_id == step_id), None) if run else None
        if step is None or not step.opens:
            return
        selection, alert_id = self._session.selection, self._worst_alert()
        if step.opens == "camera" and step.open_key:
            selection.bring_room_to("camera", step.open_key)
        elif step.opens == "chart" and step.open_key:
            selection.bring_room_to("station", step.open_key)
        elif alert_id:
            selection.bring_room_to("alert", alert_id)

    # -- tasks -------------------------------------------------------------------------------------------------

    def ask_task(self) -> None:
        """First which agency, found by words of its name; then what is asked of it."""
        self.agencies.ask(self.tr("Which agency? Words of its name; Enter takes it"))

    def _agency_chosen(self, agency_id: str, beside: tuple[str, ...]) -> None:
        name = agency_name(self._session.state, agency_id, self._session.language)
        asked = self.tr("What is asked of {agency}?").format(agency=name)
        self.line.ask(asked, lambda text, _: self._ask(text, agency_id))

    def _find_agency(self, typed: str) -> list[Choice]:
        site = self._session.state.site
        able = {agency.agency_id for agency in site.agencies} if site is not None else set()
        return self._known.find(typed, able)

    def _ask(self, text: str, agency_id: str) -> None:
        self._known.used(agency_id)
        wish = cmd.AskTask(
            command_id=new_id(),
            incident_id=self._incident_id,
            task_id=new_id(),
            agency_id=agency_id,
            what=text[:500],
        )
        self._submit(wish)

    def move_task(self, state: TaskState, task_id: str, note: str = "", eta_ms: int | None = None) -> None:
        wish = cmd.MoveTask(
            command_id=new_id(),
            incident_id=self._incident_id,
            task_id=task_id,
            state=state,
            note=note,
            eta_ms=eta_ms,
        )
        self._submit(wish)

    def advance_task(self, task_id: str) -> None:
        task = self.incident.task(task_id) if self.incident is not None else None
        if task is not None and task.state in NEXT_TASK_STATE:
            self.move_task(NEXT_TASK_STATE[task.state], task_id)

    def ask_eta(self, task_id: str) -> None:
        self.line.ask(self.tr("On site in how many minutes?"), lambda text, _: self._promise(task_id, text))

    def _promise(self, task_id: str, text: str) -> None:
        digits = text.split()[0]
        if not digits.isdecimal() or not 0 < int(digits) <= 24 * 60:
            self._say_wrong(self.tr("A whole number of minutes, 1 to 1440"))
            return
        eta_ms = self._session.clock.now_ms() + int(digits) * 60_000
        self.move_task("on_the_way", task_id, eta_ms=eta_ms)
        self.task_table.setFocus()

    def _say_wrong(self, text: str) -> None:
        self._outcome.setText(f"✕ {text}")
        self._outcome.setProperty("failed", True)
        self._outcome.style().polish(self._outcome)
        self._outcome.show()

    def ask_refusal(self, task_id: str) -> None:
        self.line.ask(
            self.tr("Why did the agency refuse?"), lambda text, _: self.move_task("refused", task_id, text[:500])
        )

    # -- alerts ------------------------------------------------------------------------------------------------

    def go_to_alert(self, key: str) -> None:
        self._session.selection.bring_room_to("alert", key.removeprefix("?"))

    def join(self, key: str) -> None:
        if key.startswith("?"):
            link = Link(kind="alert", key=key[1:])
            self._submit(cmd.LinkIncident(command_id=new_id(), incident_id=self._incident_id, link=link))

    def ask_take_out(self, key: str) -> None:
        if not key.startswith("?"):
            self.line.ask(self.tr("Why does it not belong here?"), lambda text, _: self._take_out(key, text))

    def _take_out(self, key: str, reason: str) -> None:
        incident = self.incident
        link = next((one for one in incident.links if one.key == key), None) if incident is not None else None
        if link is not None:
            self._submit(
                cmd.UnlinkIncident(command_id=new_id(), incident_id=self._incident_id, link=link, reason=reason[:500])
            )

    # -- the report --------------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        incident = self.incident
        if incident is None:
            return
        name = f"su-viec-{incident.number}.pdf"
        ask_where(self, self.tr("Report of the incident"), name, ("PDF (*.pdf)",), self.save_report)

    def save_report(self, path: Path) -> None:
        """Fetch the report of the incident shown into a file."""
        if self._session.server is not None:
            door = f"/api/v1/incidents/{self._incident_id}/report.pdf"
            self._session.server.download(door, path, self._saved, self._say_wrong)

    def _saved(self, path: Path) -> None:
        self._outcome.setText(self.tr("Saved: {path}").format(path=path))
        self._outcome.setProperty("failed", False)
        self._outcome.style().polish(self._outcome)
        self._outcome.show()

    # -- keys --------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the tables; they come before the room's keys of the same name while a table has the focus."""
        keys = self._keys.get(watched)
        if keys is None or not isinstance(event, QKeyEvent) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return super().eventFilter(watched, event)
        act = keys.get(event.key())
        if act is None:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        assert isinstance(watched, RowTable)
        key = watched.currentIndex().data(KEY_ROLE)
        if isinstance(key, str) and not event.isAutoRepeat():
            act(key)
        return True


SPEC = PanelSpec("incidents", str(QT_TRANSLATE_NOOP("Panels", "Incidents")), IncidentsPanel, frozenset({"state"}))

"""The card of the selected alert: what, where, since when, what to do, what was done, and the hand to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from backend.contracts.alerts import Alert, Verdict
from backend.contracts.state import Delta
from console.commands.commands import CommandKind, Pending
from console.models.agency_finder import AgencyFinder
from console.models.alert_words import (
    MARK_STYLES,
    facts,
    history_words,
    phase_words,
    priority_words,
    response_words,
)
from console.models.aside import ASIDE_KINDS, AsideKind, offered, question, send, time_left
from console.models.fire_site import clock_words, dispatch_clock, premises_of, site_card
from console.models.incidents import card_rows
from console.models.numbers import format_age, format_time
from console.models.places import neighbours
from console.models.session import Selected, Session, may_judge
from console.models.steering import offered as camera_offered
from console.models.steering import turn
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.ask_form import AskForm
from widgets.choice_finder import Choice, ChoiceFinder
from widgets.flow_layout import FlowLayout
from widgets.plain_label import plain_label
from widgets.severity_mark import SeverityMark

REFRESH_MS: Final = 1000
PAD_PX: Final = 3 * tokens.GRID_PX


class ActionBar(QWidget):
    """The actions with their keys, the state of the last command under them, and the field it may need."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._alert: Alert | None = None
        self._buttons: dict[CommandKind, QPushButton] = {}
        row = FlowLayout(tokens.GRID_PX)
        self._add(row, "alert.acknowledge", self.tr("Acknowledge"), self.tr("Space"), self.acknowledge)
        self._add(row, "alert.comment", self.tr("Comment"), "C", self.ask_comment)
        self._add(row, "alert.take", self.tr("Take over"), "T", self.take)
        self._add(row, "alert.dispatch", self.tr("Dispatch"), "D", self.ask_agency)
        self._add(row, "alert.judge", self.tr("Confirmed"), "V", partial(self.judge, "confirmed"))
        self._false = self._action(row, self.tr("False alarm"), "X", partial(self.judge, "false"))
        self._aside = {
            kind: self._action(row, text, key, partial(self.ask_aside, kind))
            for kind, text, key in self._aside_actions()
        }
        go_there = QPushButton(self.tr("Go there") + "  G")
        go_there.clicked.connect(self.go_there)
        row.addWidget(go_there)
        self._turn = self._action(row, self.tr("Turn camera"), "P", partial(turn, session))
        session.changed.connect(self._room_changed)
        self._outcome = plain_label("outcome")
        self._outcome.hide()
        self._comment = QLineEdit(maxLength=2000)
        self._acknowledging = False
        self._comment.returnPressed.connect(self._send_comment)
        self._comment.installEventFilter(self)
        self._comment.hide()
        self._known = AgencyFinder(session)
        self.agencies = ChoiceFinder(self._find_agency, self.tr("No agency is called so."))
        self.agencies.chosen.connect(self._send_dispatch)
        self._form = AskForm()
        self._form.sent.connect(self._send_aside)
        self._asked: tuple[str, AsideKind] = ("", "alert.shelve")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        column.addLayout(row)
        for widget in (self._outcome, self._comment, self.agencies, self._form):
            column.addWidget(widget)
        session.commands.changed.connect(self._command_changed)

    def _add(self, row: FlowLayout, kind: CommandKind, text: str, key: str, act: Callable[[], None]) -> None:
        self._buttons[kind] = self._action(row, text, key, act)
        self._buttons[kind].setProperty("primary", kind == "alert.acknowledge")

    def _action(self, row: FlowLayout, text: str, key: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(f"{text}  {key}")
        button.clicked.connect(act)
        row.addWidget(button)
        return button

    def show_alert(self, alert: Alert | None) -> None:
        """Offer what may be done with this alert now."""
        if alert is None or self._alert is None or alert.alert_id != self._alert.alert_id:
            self._comment.hide()
            self.agencies.leave()
            self._form.leave()
            self._outcome.hide()
        self._alert = alert
        for kind, button in self._buttons.items():
            button.setEnabled(alert is not None and self._offered(kind, alert))
            button.setVisible(not self._session.read_only)
        for aside, button in self._aside.items():
            # What the alert's phase or the role rules out would only fill the card.
            button.setVisible(alert is not None and offered(self._session, alert, aside))
        self._turn.setVisible(alert is not None and camera_offered(self._session) is not None)
        self._buttons["alert.judge"].setEnabled(alert is not None and may_judge(self._session, alert, "confirmed"))
        self._false.setEnabled(alert is not None and may_judge(self._session, alert, "false"))
        self._false.setVisible(not self._session.read_only)

    def _room_changed(self, delta: Delta) -> None:
        if delta.cameras and self._alert is not None:
            self._turn.setVisible(camera_offered(self._session) is not None)

    @property
    def can_turn(self) -> bool:
        """It offers to turn a camera to the alert."""
        return not self._turn.isHidden()

    def _offered(self, kind: CommandKind, alert: Alert) -> bool:
        if not self._session.may_change(kind, alert) or self._session.commands.waiting(alert.alert_id, kind):
            return False
        if alert.alert_id not in self._session.state.alerts:
            return False
        if kind == "alert.acknowledge":
            return alert.unanswered
        if kind == "alert.take":
            return self._session.operator is not None and alert.owner != self._session.operator.user
        return True

    # -- the actions, for buttons and keys alike ---------------------------------------------------------------

    def acknowledge(self) -> None:
        if self._alert is not None and self._offered("alert.acknowledge", self._alert):
            self._session.commands.acknowledge(self._alert.alert_id)

    def take(self) -> None:
        if self._alert is not None and self._offered("alert.take", self._alert):
            self._session.commands.take(self._alert.alert_id, self._alert.owner)

    def judge(self, verdict: Verdict) -> None:
        if self._alert is not None and may_judge(self._session, self._alert, verdict):
            self._session.commands.judge(self._alert.alert_id, verdict)

    def _aside_actions(self) -> tuple[tuple[AsideKind, str, str], ...]:
        return (
            ("alert.hand_over", self.tr("Hand over to a colleague"), "H"),
            ("alert.shelve", self.tr("Shelve"), "S"),
            ("alert.unshelve", self.tr("Take back from the shelf"), "S"),
            ("alert.take_out_of_service", self.tr("Out of service"), "O"),
            ("alert.return_to_service", self.tr("Back in service"), "O"),
            ("alert.reset", self.tr("Reset"), "Z"),
        )

    def ask_aside(self, kind: AsideKind) -> None:
        """Do it, or ask in place for what it needs."""
        if self._alert is None or not offered(self._session, self._alert, kind):
            return
        self._comment.hide()
        self.agencies.leave()
        asked = question(self._session, self._alert, kind)
        if asked is None:
            send(self._session, self._alert.alert_id, kind)
        else:
            self._asked = (self._alert.alert_id, kind)
            self._form.ask(asked)

    def _send_aside(self, value: object, texts: tuple[str, ...]) -> None:
        alert_id, kind = self._asked
        send(self._session, alert_id, kind, value, texts)

    def ask_comment(self, acknowledging: bool = False) -> None:
        """A field for a comment; `acknowledging`: the comment is the acknowledgement's own."""
        kind: CommandKind = "alert.acknowledge" if acknowledging else "alert.comment"
        if self._alert is None or not self._offered(kind, self._alert):
            return
        self._acknowledging = acknowledging
        words = self.tr("Comment, Enter sends, Esc leaves")
        if acknowledging:
            words = self.tr("Acknowledge with this comment: Enter sends, Esc leaves")
        self._comment.setPlaceholderText(words)
        self.agencies.leave()
        self._comment.show()
        self._comment.setFocus()

    def ask_agency(self) -> None:
        if self._alert is None or not self._offered("alert.dispatch", self._alert):
            return
        self._comment.hide()
        self.agencies.ask(self.tr("Which agency? Words of its name; Enter hands over"))

    def go_there(self) -> None:
        if self._alert is not None:
            self._session.selection.bring_room_to("alert", self._alert.alert_id)

    def _find_agency(self, typed: str) -> list[Choice]:
        """Those that handle this kind come first: the right agency is one key away. Each with its telephone."""
        site = self._session.state.site
        if site is None or self._alert is None:
            return []
        able = {agency.agency_id: agency for agency in site.agencies}
        first = {key for key, agency in able.items() if self._alert.kind in agency.handles}
        return [
            replace(choice, hint=" · ".join(word for word in (able[choice.key].phone, choice.hint) if word))
            for choice in self._known.find(typed, able, first)
        ]

    def _send_comment(self) -> None:
        text = self._comment.text().strip()
        if text and self._alert is not None:
            commands = self._session.commands
            (commands.acknowledge if self._acknowledging else commands.comment)(self._alert.alert_id, text)
            self._comment.clear()
            self._comment.hide()

    def _send_dispatch(self, agency_id: str, _beside: tuple[str, ...]) -> None:
        if self._alert is not None:
            self._known.used(agency_id)
            self._session.commands.dispatch(self._alert.alert_id, agency_id)

    def _command_changed(self, pending: Pending) -> None:
        if self._alert is None or pending.alert_id != self._alert.alert_id:
            return
        self.show_alert(self._alert)
        if pending.waiting:
            self._show_outcome(self.tr("Sent, waiting for the server…"), failed=False)
        elif pending.failed:
            self._show_outcome(pending.reason, failed=True)
        else:
            self._outcome.hide()

    def _show_outcome(self, text: str, failed: bool) -> None:
        self._outcome.setText(f"✕ {text}" if failed else text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._comment.hide()
            return True
        return super().eventFilter(watched, event)


class AlertCard(Panel):
    """Follows the selection; shows open alerts and lately closed ones."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._alert_id = ""
        self._alert: Alert | None = None
        self._near: frozenset[str] = frozenset()
        self._seen: Alert | None = None
        self._mark = SeverityMark(28)
        self._headline = plain_label("cardHeadline")
        self._phase = plain_label("cardPhase")
        self._since = plain_label("cardSince")
        self._facts = _grid(tokens.GRID_PX)
        self._respond = plain_label("cardRespond")
        self._dispatch = plain_label("cardDispatch")
        self._dispatch.hide()
        self._site_title = plain_label("cardSection", wrap=False)
        self._site = QGridLayout()
        self._site.setColumnStretch(1, 1)
        self._site.setHorizontalSpacing(PAD_PX)
        self._site.setVerticalSpacing(tokens.GRID_PX)
        self._procedure_title = plain_label("cardSection", wrap=False)
        self._procedure_title.setText(self.tr("Incident and procedure"))
        self._procedure = _grid(2)
        self._text = plain_label("cardText")
        self._history = _grid(2)
        self.action_bar = ActionBar(session)
        self._empty = plain_label("empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setText(self.tr("Select an alert to see what it is and what to do."))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build())
        session.selection.changed.connect(self._selected)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._refresh)
        session.asked.connect(self._asked)
        self._clock = QTimer(self, interval=REFRESH_MS)
        self._clock.timeout.connect(self._show_ages)
        self._clock.start()
        self._selected(session.selection.current)

    def _build(self) -> QWidget:
        head = QHBoxLayout()
        head.setSpacing(PAD_PX)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(self._headline)
        titles.addWidget(self._phase)
        titles.addWidget(self._since)
        head.addLayout(titles, 1)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        inside.setSpacing(PAD_PX)
        inside.addLayout(head)
        inside.addWidget(self._dispatch)
        inside.addWidget(self._respond)
        inside.addWidget(self.action_bar)
        inside.addLayout(self._facts)
        inside.addWidget(self._site_title)
        inside.addLayout(self._site)
        inside.addWidget(self._procedure_title)
        inside.addLayout(self._procedure)
        inside.addWidget(self._text)
        self._history_title = plain_label("cardSection", wrap=False)
        self._history_title.setText(self.tr("What happened so far"))
        inside.addWidget(self._history_title)
        inside.addLayout(self._history)
        inside.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(body)
        return scroll

    def _selected(self, selected: Selected | None) -> None:
        if selected is None or selected.kind != "alert":
            return
        self._alert_id = selected.key
        self._alert = self._session.state.find_alert(selected.key)
        self._refresh()

    def _room_changed(self, delta: Delta) -> None:
        # The alert of the selection may not be there yet: a replay goes back to before it was raised, and on again.
        told = delta.reset or delta.incidents or delta.sops or self._alert_id in delta.alerts
        if told or self._near_changed(delta):
            self._alert = self._session.state.find_alert(self._alert_id)
            self._refresh()

    def _near_changed(self, delta: Delta) -> bool:
        """The card names the alerts near its own: one of them came, changed or went."""
        if self._alert is None or not delta.alerts:
            return False
        alerts = self._session.state.alerts
        changed = [alerts[key] for key in delta.alerts if key in alerts]
        gone = not self._near.isdisjoint(delta.alerts)
        return gone or bool(neighbours(self._session.state, self._alert, changed))

    def _asked(self, field: str) -> None:
        if not self.isVisible():
            return
        if field == "comment":
            self.action_bar.ask_comment()
        elif field == "acknowledge":
            self.action_bar.ask_comment(acknowledging=True)
        elif field == "dispatch":
            self.action_bar.ask_agency()
        for kind in ASIDE_KINDS:
            if field == kind:
                self.action_bar.ask_aside(kind)

    def _refresh(self) -> None:
        alert = self._alert
        self.action_bar.show_alert(alert)
        self._stack.setCurrentIndex(0 if alert is None else 1)
        if alert is None:
            return
        english = self._session.language == "en"
        self._mark.show_mark(int(alert.priority), MARK_STYLES[alert.phase])
        self._headline.setText(alert.headline_en if english and alert.headline_en else alert.headline_vi)
        marks = [priority_words(int(alert.priority)), phase_words(alert)]
        if alert.exercise:
            marks.insert(0, self.tr("EXERCISE"))
        if alert.simulated:
            marks.append(self.tr("simulated"))
        self._phase.setText(" · ".join(marks))
        self._respond.setText(response_words(alert, self._session.language))
        texts = (alert.cap.description, alert.cap.instruction) if alert.cap else ()
        self._text.setText("\n\n".join(text for text in texts if text))
        self._text.setVisible(bool(self._text.text()))
        self._show_facts(alert)
        self._show_premises(alert)
        self._show_history(alert)
        self._show_ages()

    def _show_facts(self, alert: Alert) -> None:
        self._near = frozenset(one.alert_id for one in neighbours(self._session.state, alert))
        lines = facts(self._session.state, alert, self._session.language)
        rows = [(fact.label, fact.text, "factStrong" if fact.strong else "fact") for fact in lines]
        fill_grid(self._facts, rows, "factLabel")

    def _show_premises(self, alert: Alert) -> None:
        """The site card: what those who drive there must know."""
        premises = premises_of(self._session.state, alert)
        language = self._session.language
        lines = site_card(self._session.state, premises, language) if premises is not None else []
        rows = [(fact.label, fact.text, "factStrong" if fact.strong else "fact") for fact in lines]
        self._site_title.setVisible(premises is not None)
        self._site_title.setText(self.tr("Premises"))
        fill_grid(self._site, rows, "factLabel")

    def _show_procedure(self, alert: Alert) -> None:
        """Its incident with the run's steps and clocks; else what fits: an incident to join, steps to take."""
        session = self._session
        found = card_rows(session.state, alert, session.clock.now_ms(), session.language)
        fill_grid(self._procedure, [(mark, words, "history") for mark, words in found], "historyTime")
        self._procedure_title.setVisible(bool(found))

    def _show_history(self, alert: Alert) -> None:
        state = self._session.state
        offset_min = state.site.utc_offset_min if state.site else 0
        tell = partial(history_words, state, language=self._session.language)
        rows = [
            (format_time(entry.at_ms, offset_min), tell(entry), "history") for entry in reversed(alert.history[-30:])
        ]
        fill_grid(self._history, rows, "historyTime")

    def _show_ages(self) -> None:
        if self._alert is None or not self.isVisible():
            return
        offset_min = self._session.state.site.utc_offset_min if self._session.state.site else 0
        age = format_age((self._session.clock.now_ms() - self._alert.raised_ms) / 1000, self._session.language)
        words = (format_time(self._alert.raised_ms, offset_min), age, time_left(self._session, self._alert))
        self._since.setText(" · ".join(word for word in words if word))
        self._show_procedure(self._alert)
        clock = dispatch_clock(self._session.state, self._alert, self._session.clock.now_ms())
        self._dispatch.setVisible(clock is not None)
        if clock is not None:
            self._dispatch.setText(clock_words(clock))
            if self._dispatch.property("late") != clock.late:
                self._dispatch.setProperty("late", clock.late)
                self._dispatch.style().polish(self._dispatch)

    def is_live(self) -> bool:
        return self._alert is not None


def _grid(line_gap_px: int) -> QGridLayout:
    """Narrow words at the left, the rest of the width for what they are about."""
    made = QGridLayout()
    made.setColumnStretch(1, 1)
    made.setHorizontalSpacing(PAD_PX)
    made.setVerticalSpacing(line_gap_px)
    return made


def fill_grid(grid: QGridLayout, rows: list[tuple[str, str, str]], left_name: str) -> None:
    """Show (left, right, style of right) rows, reusing the labels that are there: no flicker, no growth."""
    for row, (left, right, style) in enumerate(rows):
        cells = [grid.itemAtPosition(row, column) for column in (0, 1)]
        if cells[0] is None or cells[1] is None:
            grid.addWidget(plain_label(left_name, wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(plain_label(style), row, 1)
            cells = [grid.itemAtPosition(row, column) for column in (0, 1)]
        for cell, text, name in zip(cells, (left, right), (left_name, style), strict=True):
            widget = cell.widget() if cell is not None else None
            assert isinstance(widget, QLabel)
            if widget.objectName() != name:
                widget.setObjectName(name)
                widget.style().polish(widget)
            widget.setText(text)
            widget.show()
    for row in range(len(rows), grid.rowCount()):
        for column in (0, 1):
            cell = grid.itemAtPosition(row, column)
            if cell is not None and (widget := cell.widget()) is not None:
                widget.hide()


SPEC = PanelSpec("alert_card", str(QT_TRANSLATE_NOOP("Panels", "Alert card")), AlertCard, frozenset({"state"}))

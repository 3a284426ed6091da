"""The alert inbox: open alerts, worst first, each with its key to act."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, get_args

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QLineEdit, QListView, QPushButton, QVBoxLayout, QWidget

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.flood import alarms_lately, is_flood
from backend.contracts.state import Delta
from console.models.aside import offered, question, send
from console.models.inbox_rows import InboxFilter, InboxRows
from console.models.session import Selected, Session
from console.panels import Panel, PanelSpec
from console.timebase import monotonic_s
from resources import tokens
from widgets.alert_row import PULSE_STRIP_PX, AlertRowDelegate
from widgets.ask_form import AskForm
from widgets.flow_layout import FlowLayout

PULSE_EVERY_MS: Final = 100
AGES_EVERY_MS: Final = 1000


class Inbox(Panel):
    """Follows and sets the session's selection; commands go through the session and show on their row."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._flood = False
        self.rows = InboxRows(session, self)
        self.view = QListView()
        self.view.setObjectName("inbox")
        self.view.setModel(self.rows)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = AlertRowDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.setFocusProxy(self.view)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.doubleClicked.connect(lambda index: self._go_there())
        self._filters: dict[InboxFilter, QPushButton] = {}
        self._counts: Counter[InboxFilter] = Counter()
        self._load = QLabel()
        self._load.setObjectName("inboxLoad")
        self._empty = QLabel()
        self._empty.setObjectName("empty")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._comment = QLineEdit(maxLength=2000)
        self._comment.returnPressed.connect(self._send_comment)
        self._comment.installEventFilter(self)
        self._comment.hide()
        self._form = AskForm()
        self._form.sent.connect(self._shelve)
        self._form.left.connect(self.view.setFocus)
        self._form.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX)
        self._asked_about = ""
        self._lay_out()
        self._add_keys()
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._selected)
        session.link.changed.connect(self._tell_empty)
        self._pulse = self._timer(PULSE_EVERY_MS, self._breathe)
        self._ages = self._timer(AGES_EVERY_MS, self._tell_ages)
        self._room_changed(Delta(reset=True))

    def _timer(self, every_ms: int, tick: Callable[[], None]) -> QTimer:
        timer = QTimer(self, interval=every_ms)
        timer.timeout.connect(tick)
        timer.start()
        return timer

    def _lay_out(self) -> None:
        bar = FlowLayout(tokens.GRID_PX)  # on a laptop the last filters go into a second line
        bar.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX)
        group = QButtonGroup(self)
        for chosen in get_args(InboxFilter):
            button = QPushButton(flat=True)
            button.setObjectName("filter")
            button.setCheckable(True)
            button.clicked.connect(lambda checked=False, chosen=chosen: self.choose(chosen))
            group.addButton(button)
            bar.addWidget(button)
            self._filters[chosen] = button
        self._filters["all"].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._empty, 1)
        column.addWidget(self.view, 1)
        column.addWidget(self._comment)
        column.addWidget(self._form)
        column.addWidget(self._load)

    def _add_keys(self) -> None:
        """Keys of the list; the room's menus offer the same actions under the same keys everywhere."""
        self._keys: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Space: self.acknowledge,
            Qt.Key.Key_C: self.ask_comment,
            Qt.Key.Key_T: self.take,
            Qt.Key.Key_S: self.shelve_or_back,
            Qt.Key.Key_G: self._go_there,
            Qt.Key.Key_Return: self._go_there,
            Qt.Key.Key_Enter: self._go_there,
            Qt.Key.Key_Right: lambda: self._open_group(True),
            Qt.Key.Key_Left: lambda: self._open_group(False),
        }
        # A filter, not shortcuts: a list view keeps letters and the space for its own search.
        self.view.installEventFilter(self)

    # -- what is shown -----------------------------------------------------------------------------------------

    def choose(self, chosen: InboxFilter) -> None:
        """Show another part of the alerts."""
        self.rows.set_filter(chosen)
        self._filters[chosen].setChecked(True)
        self._tell_counts()
        self._selected(self._session.selection.current)

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.alerts:
            self._tell_counts()
            if self._session.selection.current is None:
                self._select_worst()

    def _select_worst(self) -> None:
        """A desk that just started stands on the worst alert instead of on nothing."""
        first = self.rows.alert_at(self.rows.index(0, 0))
        if first is not None:
            self._session.selection.select("alert", first.alert_id)

    def _tell_counts(self) -> None:
        words: dict[InboxFilter, str] = {
            "all": self.tr("All"),
            "unacknowledged": self.tr("Waiting"),
            "mine": self.tr("Mine"),
            "system": self.tr("System"),
            "aside": self.tr("Set aside"),
        }
        self._counts = self.rows.counts()
        for chosen, button in self._filters.items():
            count = self._counts[chosen]
            button.setText(f"{words[chosen]} {count}" if count else words[chosen])
        self._tell_load()
        self._tell_empty()

    def _tell_load(self) -> None:
        state = self._session.state
        city = [alert for alert in (*state.alerts.values(), *state.closed.values()) if int(alert.priority) < 5]
        recent = alarms_lately((alert.raised_ms for alert in city), self._session.clock.now_ms())
        self._flood = is_flood(recent, self._flood)
        self.rows.set_flood(self._flood)
        text = self.tr("{count}/10 min").format(count=recent)
        text += self._aside_count()
        if self._flood:
            text += " · " + self.tr("FLOOD: worst first, group by place")
        self._load.setText(text)
        self._load.setProperty("flood", self._flood)
        self._load.style().polish(self._load)

    def _aside_count(self) -> str:
        """What is set aside is counted where everybody looks: it must not be silent for ever."""
        counts = Counter(alert.phase for alert in self._session.state.alerts.values() if alert.set_aside)
        words = {
            AlertPhase.SHELVED: self.tr("shelved {count}"),
            AlertPhase.SUPPRESSED: self.tr("suppressed {count}"),
            AlertPhase.OUT_OF_SERVICE: self.tr("out of service {count}"),
        }
        return "".join(" · " + word.format(count=counts[phase]) for phase, word in words.items() if counts[phase])

    def _tell_empty(self) -> None:
        count = self.rows.rowCount()
        self.view.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        if self._session.link.condition in ("connecting", "lost"):
            self._empty.setText(self.tr("No connection to the server: whether there are alerts is not known."))
        elif self.rows.filter == "all":
            self._empty.setText(self.tr("No open alert. New ones appear here and are heard."))
        else:
            self._empty.setText(self.tr("No open alert in this list."))

    def _tell_ages(self) -> None:
        if self.isVisible():
            self._tell_load()
            self.view.viewport().update()

    def _breathe(self) -> None:
        """One pulse a second for everything that waits, between 60 % and full: seen, never vanishing."""
        if self.isVisible() and self._counts["system" if self.rows.filter == "system" else "unacknowledged"]:
            self._delegate.brightness = 0.8 + 0.2 * math.cos(2 * math.pi * monotonic_s())
            self.view.viewport().update(0, 0, PULSE_STRIP_PX, self.view.viewport().height())

    # -- selection ---------------------------------------------------------------------------------------------

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        alert = self.rows.alert_at(current)
        if alert is not None:
            self._session.selection.select("alert", alert.alert_id)

    def _open_group(self, is_open: bool) -> None:
        """In a flood: show the alerts that a row stands for, or put them behind it again."""
        alert = self.current()
        if alert is not None:
            self.rows.set_open(alert.alert_id, is_open)
            self._selected(self._session.selection.current)

    def _selected(self, selected: Selected | None) -> None:
        if selected is None or selected.kind != "alert":
            return
        if self.rows.hides(selected.key):
            self.rows.set_open(selected.key, True)  # selected on the map or by the desk itself: it must be seen here
        index = self.rows.index_of(selected.key)
        if index.isValid() and index != self.view.currentIndex():
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)

    def current(self) -> Alert | None:
        return self.rows.alert_at(self.view.currentIndex())

    # -- actions -----------------------------------------------------------------------------------------------

    def acknowledge(self) -> None:
        """Acknowledge the row and step to the next that waits: one key an alert, never all at once."""
        alert = self.current()
        if alert is not None and alert.unanswered and self._session.selection.is_settled:
            self._session.commands.acknowledge(alert.alert_id)

    def take(self) -> None:
        alert = self.current()
        if alert is not None:
            self._session.commands.take(alert.alert_id, alert.owner)

    def ask_comment(self) -> None:
        alert = self.current()
        if alert is not None:
            headline = self._session.alerts.headline(alert)
            self._comment.setPlaceholderText(self.tr("Comment on “{headline}”").format(headline=headline))
            self._comment.show()
            self._comment.setFocus()

    def _send_comment(self) -> None:
        alert, text = self.current(), self._comment.text().strip()
        if alert is not None and text:
            self._session.commands.comment(alert.alert_id, text)
        self._leave_comment()

    def _leave_comment(self) -> None:
        self._comment.clear()
        self._comment.hide()
        self.view.setFocus()

    def shelve_or_back(self) -> None:
        """Ask how long and why, in place; a shelved one comes back at once."""
        alert = self.current()
        if alert is None or not self._session.selection.is_settled:
            return
        if offered(self._session, alert, "alert.unshelve"):
            send(self._session, alert.alert_id, "alert.unshelve")
        elif offered(self._session, alert, "alert.shelve"):
            asked = question(self._session, alert, "alert.shelve")
            if asked is not None:
                self._asked_about = alert.alert_id
                self._form.ask(asked)

    def _shelve(self, value: object, texts: tuple[str, ...]) -> None:
        send(self._session, self._asked_about, "alert.shelve", value, texts)

    def _go_there(self) -> None:
        alert = self.current()
        if alert is not None:
            self._session.selection.bring_room_to("alert", alert.alert_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list's keys; Esc leaves the comment."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is self._comment and event.key() == Qt.Key.Key_Escape:
            self._leave_comment()
            return True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        act = self._keys.get(event.key()) if watched is self.view and plain else None
        if act is not None:
            act()
        return act is not None

    # -- workspace ---------------------------------------------------------------------------------------------

    def is_live(self) -> bool:
        return self.rows.rowCount() > 0 and self._session.link.condition == "live"

    def save_state(self) -> dict[str, object]:
        return {"filter": self.rows.filter}

    def restore_state(self, state: Mapping[str, object]) -> None:
        for chosen in self._filters:
            if chosen == state.get("filter"):
                self.choose(chosen)


SPEC = PanelSpec("inbox", str(QT_TRANSLATE_NOOP("Panels", "Alerts")), Inbox, frozenset({"state"}))

"""The room's log as lines, newest first: what the session has seen, and before that what the server remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)

from backend.contracts.base import Wire
from backend.contracts.events import LoggedEvent
from backend.contracts.folded import folded
from backend.contracts.replay import ReplayEvents
from backend.contracts.state import Delta
from console.models.event_words import EventWords, LogKind, event_words
from console.models.numbers import format_date, format_time
from console.models.session import Session
from resources import tokens
from widgets.log_row import ROW_ROLE, LogRow

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The row's `LogLine`."""

KEPT: Final = 600
"""Lines shown: the newest of the log, however long the desk has run. The timeline goes further back."""

ASK_AFTER_MS: Final = 150
RETRY_MS: Final = 5_000
LIVE_DOOR: Final = "/api/v1/events"
PAST_DOOR: Final = "/api/v1/replay/events"
KINDS: Final[Mapping[LogKind, str]] = {"alert": "·", "operator": "▸", "system": "⬡"}
"""Glyph of each kind of line that is not an alert's first."""

_WORD_ROLES: Final = (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole))
_Index = QModelIndex | QPersistentModelIndex

LogFilter = Literal["all", "alert", "operator", "system"]


class EventPage(Wire):
    """Answer of the live log's door."""

    epoch: str
    last_seq: int
    events: tuple[LoggedEvent, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `moment` is the site's wall clock with its date."""

    seq: int
    at_ms: int
    moment: str
    words: EventWords


class RoomLogModel(QAbstractListModel):
    """The newest `KEPT` events up to the session's instant, whichever way they came.

    Signals:
        loading_changed: lines are being fetched, are there, or could not be had (`fault`, a sentence).
    """

    loading_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._epoch = session.state.epoch
        self._events: list[LoggedEvent] = []  # newest first, without a hole
        self._lines: dict[int, LogLine] = {}
        self._headlines: dict[str, str] = {}
        self._asking = False
        self._begin_known = False
        self.fault = ""
        self._timer = QTimer(self, interval=ASK_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._catch_up)
        self._retry = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._catch_up)
        session.folded.connect(self._take_folded)
        session.changed.connect(self._room_changed)
        self._timer.start()

    @property
    def loading(self) -> bool:
        return self._asking

    # -- what Qt asks ------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._events)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._events):
            return None
        line = self.line_at(index.row())
        if role == LINE_ROLE:
            return line
        if role == ROW_ROLE:
            return self._row(line)
        if role == int(Qt.ItemDataRole.DisplayRole):
            return f"{line.moment}  {line.words.who}: {line.words.what}"
        if role in _WORD_ROLES:
            return f"{line.moment} · {line.words.who}\n{line.words.what}"
        return None

    def line_at(self, row: int) -> LogLine:
        """Told when first asked for, and again when a name in it has changed."""
        logged = self._events[row]
        line = self._lines.get(logged.seq)
        if line is None:
            session = self._session
            words = event_words(logged, session.state, session.language, session.workspace_titles)
            offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
            line = LogLine(logged.seq, logged.at_ms, format_time(logged.at_ms, offset_min, with_date=True), words)
            self._lines[logged.seq] = line
        return line

    def _row(self, line: LogLine) -> LogRow:
        """As it is painted. Colour only while the alert still waits for a hand: the rest is history."""
        words, glyph, colour = line.words, KINDS[line.words.kind], ""
        if words.priority is not None:
            glyph = tokens.GLYPHS[words.priority]
            alert = self._session.state.alerts.get(words.about.key) if words.about is not None else None
            if alert is not None and alert.unanswered:
                colour = tokens.severity(words.priority)
        session = self._session
        offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
        date = format_date(line.at_ms, offset_min)
        today = date == format_date(session.clock.now_ms(), offset_min)
        return LogRow(
            format_time(line.at_ms, offset_min),
            "" if today else date[:5],
            glyph,
            colour,
            words.who,
            words.what,
            strong=words.priority is not None,
            quiet=words.kind == "system" and words.priority is None,
            by_person=words.kind == "operator",
        )

    # -- events ------------------------------------------------------------------------------------------------

    def _take_folded(self, events: Sequence[LoggedEvent]) -> None:
        """What just happened; it follows what is here, or it is fetched with what lies between."""
        fresh = [logged for logged in events if not self._events or logged.seq > self._events[0].seq]
        if fresh and self._events and fresh[0].seq == self._events[0].seq + 1:
            self._prepend(fresh)
        elif fresh:
            self._timer.start()

    def _room_changed(self, delta: Delta) -> None:
        state = self._session.state
        if state.epoch != self._epoch:
            self._epoch = state.epoch
            self._begin_again()
        if self._events and self._events[0].seq > state.seq:
            self._drop_after(state.seq)
        if delta.site or delta.reset:
            self._retell(None)
        elif delta.alerts:
            self._retell(delta.alerts)
        if not self._events or self._events[0].seq < state.seq or self._lacks_older():
            self._timer.start()

    def _lacks_older(self) -> bool:
        return len(self._events) < KEPT and not self._begin_known and self._events[-1].seq > 1

    def _missing(self, seq: int) -> tuple[int, int] | None:
        """(after which event, how many) to ask for so that the newest `KEPT` up to `seq` are here; None = they are."""
        if not self._events or self._events[0].seq < seq - KEPT:
            return max(0, seq - KEPT), KEPT
        if self._events[0].seq < seq:
            return self._events[0].seq, seq - self._events[0].seq
        if not self._lacks_older():
            return None
        oldest = self._events[-1].seq
        after = max(0, oldest - 1 - (KEPT - len(self._events)))
        return after, oldest - 1 - after

    def _catch_up(self) -> None:
        """Ask for what is missing between the newest line here and the session's instant, or before the oldest."""
        session, seq = self._session, self._session.state.seq
        if self._asking or session.server is None or seq == 0:
            return
        missing = self._missing(seq)
        if missing is None:
            return
        after, wanted = missing
        self._asking = True
        self.loading_changed.emit()
        if session.replay is None:
            query = {"after_seq": after, "limit": wanted}
            session.server.ask(LIVE_DOOR, query, EventPage, partial(self._take_page, seq), self._failed)
        else:
            query = {"after_seq": after, "until": session.clock.now_ms(), "limit": wanted}
            session.server.ask(PAST_DOOR, query, ReplayEvents, partial(self._take_page, seq), self._failed)

    def _take_page(self, asked_seq: int, answer: EventPage | ReplayEvents) -> None:
        self._asking = False
        self.fault = ""
        if answer.epoch == self._epoch:
            self._merge(answer.events)
        self.loading_changed.emit()
        if self._session.state.seq != asked_seq:
            self._timer.start()

    def _merge(self, page: Sequence[LoggedEvent]) -> None:
        """Put a page beside what is here; the session may have moved on, or back, while it was asked for."""
        page = [logged for logged in page if logged.seq <= self._session.state.seq]
        if not page:
            return
        if not self._events or page[0].seq > self._events[0].seq + 1:
            self._begin_again()
            self._prepend(page)
            return
        newer = [logged for logged in page if logged.seq > self._events[0].seq]
        older = [logged for logged in page if logged.seq < self._events[-1].seq]
        if newer:
            self._prepend(newer)
        if older and older[-1].seq == self._events[-1].seq - 1:
            self._append(older)
        elif not newer:
            self._begin_known = True  # the log keeps nothing older

    def _failed(self, reason: str) -> None:
        self._asking = False
        self.fault = reason
        self.loading_changed.emit()
        self._retry.start()

    # -- rows --------------------------------------------------------------------------------------------------

    def _prepend(self, events: Sequence[LoggedEvent]) -> None:
        fresh = list(reversed(events))[:KEPT]
        self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
        self._events[:0] = fresh
        self.endInsertRows()
        if len(self._events) > KEPT:
            self.beginRemoveRows(QModelIndex(), KEPT, len(self._events) - 1)
            for logged in self._events[KEPT:]:
                self._lines.pop(logged.seq, None)
            del self._events[KEPT:]
            self.endRemoveRows()

    def _append(self, events: Sequence[LoggedEvent]) -> None:
        old = list(reversed(events))[: KEPT - len(self._events)]
        if old:
            self.beginInsertRows(QModelIndex(), len(self._events), len(self._events) + len(old) - 1)
            self._events += old
            self.endInsertRows()

    def _drop_after(self, seq: int) -> None:
        """The session went back: what has not happened yet is not shown."""
        count = sum(logged.seq > seq for logged in self._events)
        self.beginRemoveRows(QModelIndex(), 0, count - 1)
        for logged in self._events[:count]:
            self._lines.pop(logged.seq, None)
        del self._events[:count]
        self.endRemoveRows()

    def _begin_again(self) -> None:
        self.beginResetModel()
        self._events.clear()
        self._lines.clear()
        self._begin_known = False
        self.endResetModel()

    def _retell(self, alert_ids: set[str] | None) -> None:
        """Forget the words of lines whose names may have changed; None = of all."""
        if alert_ids is None:
            self._lines.clear()
        else:
            found = {each: self._headline(each) for each in alert_ids}
            renamed = {each for each, headline in found.items() if self._headlines.get(each, headline) != headline}
            self._headlines.update(found)
            for seq in [seq for seq, line in self._lines.items() if _is_about(line, renamed)]:
                del self._lines[seq]
            if not renamed:
                return
        if self._events:
            self.dataChanged.emit(self.index(0), self.index(len(self._events) - 1))

    def _headline(self, alert_id: str) -> str:
        alert = self._session.state.find_alert(alert_id)
        return "" if alert is None else alert.headline_vi


def _is_about(line: LogLine, alert_ids: set[str]) -> bool:
    about = line.words.about
    return about is not None and about.kind == "alert" and about.key in alert_ids


class RoomLogRows(QSortFilterProxyModel):
    """The lines of one kind that hold every word typed; the order is the model's own."""

    def __init__(self, model: RoomLogModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kind: LogFilter = "all"
        self._sought: list[str] = []
        self.setSourceModel(model)

    @property
    def kind(self) -> LogFilter:
        return self._kind

    def choose(self, kind: LogFilter) -> None:
        self.beginFilterChange()
        self._kind = kind
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def search(self, text: str) -> None:
        """Words in any order; diacritics need not be typed."""
        self.beginFilterChange()
        self._sought = folded(text).split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    @property
    def narrowed(self) -> bool:
        return self._kind != "all" or bool(self._sought)

    def line(self, index: _Index) -> LogLine | None:
        found = index.data(LINE_ROLE)
        return found if isinstance(found, LogLine) else None

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        if not self.narrowed:
            return True
        line = self._model.line_at(source_row)
        if self._kind not in ("all", line.words.kind):
            return False
        if not self._sought:
            return True
        text = folded(f"{line.moment} {line.words.who} {line.words.what}")
        return all(word in text for word in self._sought)

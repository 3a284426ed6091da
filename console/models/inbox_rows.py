"""The inbox's view of the alert model: which alerts are shown, and each as a row of words."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Literal

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta
from console.models.alert_words import MARK_STYLES, place_words
from console.models.alerts import ALERT_ROLE, AlertModel
from console.models.aside import aside_words, time_left
from console.models.fire_site import clock_text, dispatch_clock
from console.models.flood_groups import Group, GroupKey, groups_of
from console.models.numbers import format_age
from console.models.session import Session
from widgets.alert_row import ROW_ROLE, AlertRow

translate = QCoreApplication.translate

InboxFilter = Literal["all", "unacknowledged", "mine", "system", "aside"]
"""`aside`: shelved, suppressed, out of service, the room's own among them; the other lists leave them out."""


class InboxRows(QSortFilterProxyModel):
    """`session.alerts` filtered: the room's own faults stand apart from the city's alarms.

    The order is the alert model's own; nothing is sorted here. In a flood rows of a kind are one, led by the first of
    them, and open on demand.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filter: InboxFilter = "all"
        self._flood = False
        self._group_of: dict[str, Group] = {}
        self._open: set[GroupKey] = set()
        self.setSourceModel(session.alerts)
        session.commands.changed.connect(self._command_changed)
        session.changed.connect(self._room_changed)

    @property
    def alert_model(self) -> AlertModel:
        return self._session.alerts

    def set_filter(self, chosen: InboxFilter) -> None:
        self.beginFilterChange()
        self._filter = chosen
        self._regroup()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    # -- groups of a flood -------------------------------------------------------------------------------------

    def set_flood(self, flood: bool) -> None:
        """Begin or stop to put rows of a kind together."""
        if flood != self._flood:
            self.beginFilterChange()
            self._flood = flood
            self._open.clear()
            self._regroup()
            self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def set_open(self, alert_id: str, is_open: bool) -> None:
        """Show all alerts of this one's group, or its leader for all."""
        group = self._group_of.get(alert_id)
        if group is None or (group.key in self._open) is is_open:
            return
        self.beginFilterChange()
        (self._open.add if is_open else self._open.discard)(group.key)
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)
        self._tell_leaders({group.alert_ids[0]})

    def hides(self, alert_id: str) -> bool:
        """The alert stands behind its group's leader now."""
        group = self._group_of.get(alert_id)
        return group is not None and group.alert_ids[0] != alert_id and group.key not in self._open

    def _room_changed(self, delta: Delta) -> None:
        if not self._flood or not (delta.reset or delta.alerts):
            return
        before = {group.alert_ids[0]: len(group.alert_ids) for group in self._group_of.values()}
        hidden = {alert_id for alert_id in self._group_of if self.hides(alert_id)}
        self.beginFilterChange()
        self._regroup()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)
        after = {group.alert_ids[0]: len(group.alert_ids) for group in self._group_of.values()}
        self._tell_leaders({one for one in after if before.get(one) != after[one] or one in hidden})

    def _regroup(self) -> None:
        if not self._flood:
            self._group_of = {}
            return
        shown = [alert for alert in self._session.alerts.alerts() if self._filter in self.lists_of(alert)]
        self._group_of = {alert_id: group for group in groups_of(shown) for alert_id in group.alert_ids}

    def _tell_leaders(self, alert_ids: set[str]) -> None:
        for alert_id in alert_ids:
            index = self.index_of(alert_id)
            if index.isValid():
                self.dataChanged.emit(index, index)

    # -- rows --------------------------------------------------------------------------------------------------

    @property
    def filter(self) -> InboxFilter:
        return self._filter

    def lists_of(self, alert: Alert) -> tuple[InboxFilter, ...]:
        """The filters that show the alert."""
        if alert.set_aside:
            return ("aside",)
        if alert.priority is Priority.SYSTEM:
            return ("system",)
        lists: tuple[InboxFilter, ...] = ("all", "unacknowledged") if alert.unanswered else ("all",)
        operator = self._session.operator
        return (*lists, "mine") if operator is not None and alert.owner == operator.user else lists

    def counts(self) -> Counter[InboxFilter]:
        """Open alerts by the filters that would show them."""
        return Counter(chain.from_iterable(map(self.lists_of, self._session.alerts.alerts())))

    def alert_at(self, index: QModelIndex) -> Alert | None:
        alert = index.data(ALERT_ROLE)
        return alert if isinstance(alert, Alert) else None

    def index_of(self, alert_id: str) -> QModelIndex:
        """The alert's row; invalid when it is closed or filtered out."""
        row = self._session.alerts.row_of(alert_id)
        return self.mapFromSource(self._session.alerts.index(row, 0)) if row >= 0 else QModelIndex()

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        alert = self._session.alerts.alert_at(source_row)
        return self._filter in self.lists_of(alert) and not self.hides(alert.alert_id)

    def filterAcceptsColumn(self, source_column: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        """One column: a row is painted whole."""
        return source_column == 0

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != ROW_ROLE:
            return super().data(index, role)
        alert = super().data(index, ALERT_ROLE)
        return self.row_words(alert) if isinstance(alert, Alert) else None

    def row_words(self, alert: Alert) -> AlertRow:
        """The alert as a row, its age counted on the session's clock."""
        session = self._session
        age_s = (session.clock.now_ms() - alert.raised_ms) / 1000
        tags = []
        clock = dispatch_clock(session.state, alert, session.clock.now_ms())
        if clock is not None and clock.running:
            tags.append(clock_text(clock))
        if alert.exercise:
            tags.append(translate("Inbox", "EXERCISE"))
        if alert.simulated:
            tags.append(translate("Inbox", "SIMULATED"))
        group = self._group_of.get(alert.alert_id)
        if group is not None and group.alert_ids[0] == alert.alert_id and len(group.alert_ids) > 1:
            more = len(group.alert_ids) - 1
            word = (
                translate("Inbox", "− {count} alike")
                if group.key in self._open
                else translate("Inbox", "+ {count} alike")
            )
            tags.append(word.format(count=more))
        place, age = place_words(session.state, alert), format_age(age_s, session.language)
        if alert.set_aside:
            place, age = aside_words(session, alert), time_left(session, alert) or age
        if alert.escalation:
            tags.append(translate("Inbox", "ESCALATED {level}").format(level=alert.escalation))
        pending = session.commands.latest(alert.alert_id)
        note, failed = "", False
        if pending is not None and pending.waiting:
            note = translate("Inbox", "Sent, waiting for the server…")
        elif pending is not None and pending.failed:
            note, failed = pending.reason, True
        return AlertRow(
            priority=int(alert.priority),
            style=MARK_STYLES[alert.phase],
            pulse=alert.unanswered and alert.active,
            headline=session.alerts.headline(alert),
            place=place,
            age=age,
            owner=alert.owner,
            count=alert.count,
            tags=tuple(tags),
            note=note,
            note_failed=failed,
        )

    def _command_changed(self, pending: object) -> None:
        alert_id = getattr(pending, "alert_id", "")
        index = self.index_of(alert_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

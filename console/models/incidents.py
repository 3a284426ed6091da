"""Incidents for the desk: the board's list, the tables of one incident, and what a key does with an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor

from backend.contracts.alerts import Alert
from backend.contracts.commands import LinkIncident, OpenIncident
from backend.contracts.incidents import Incident, Link, Task
from backend.contracts.joins import Suggestion, for_alert, for_incident
from backend.contracts.sop import SopRun, Standing, best_sop, current, standing
from backend.contracts.state import RoomState
from console.commands.commands import Pending, new_id
from console.models.alert_words import agency_name
from console.models.incident_words import (
    line_words,
    phase_name,
    sop_title,
    step_state_name,
    step_words,
    suggestion_words,
    task_state_name,
)
from console.models.numbers import format_age, format_time
from console.models.session import Session
from resources import tokens
from widgets.progress_row import ROW_ROLE, ProgressRow

translate = QCoreApplication.translate

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()
KEY_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""Id of what the row is about."""


class IncidentList(QAbstractListModel):
    """Incidents: what still has somebody busy first, the worst and oldest of them on top; closed ones last."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._incidents: list[Incident] = []

    def take(self) -> None:
        """The room's incidents as they are now."""
        found = sorted(self._session.state.incidents.values(), key=_order)
        if [one.incident_id for one in found] == [one.incident_id for one in self._incidents]:
            self._incidents = found
            self.tick()
            return
        self.beginResetModel()
        self._incidents = found
        self.endResetModel()

    def tick(self) -> None:
        """Ages went on."""
        if self._incidents:
            self.dataChanged.emit(self.index(0), self.index(len(self._incidents) - 1))

    def row_of(self, incident_id: str) -> int:
        return next((row for row, one in enumerate(self._incidents) if one.incident_id == incident_id), -1)

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._incidents)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._incidents):
            return None
        incident = self._incidents[index.row()]
        if role == KEY_ROLE:
            return incident.incident_id
        row = self._row(incident)
        if role == ROW_ROLE:
            return row
        words = f"{row.title}\n{row.detail} · {row.state}"
        return words if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None

    def _row(self, incident: Incident) -> ProgressRow:
        session = self._session
        until_ms = incident.closed_ms or session.clock.now_ms()
        age = format_age((until_ms - incident.opened_ms) / 1000, session.language)
        lead = incident.lead or translate("Incidents", "nobody leads")
        done, all_steps = incident.progress()
        late, concerns = incident.late_now(), len(incident.concerns)
        parts = []
        if late:
            parts.append(translate("Incidents", "{count} overdue").format(count=late))
        if concerns and session.may("incident.review"):
            parts.append(translate("Incidents", "{count} to look at").format(count=concerns))
        if all_steps:
            parts.append(f"{done}/{all_steps}")
        colour = tokens.severity(2) if late and incident.active else ""
        return ProgressRow(
            f"{tokens.GLYPHS[int(incident.priority)]} #{incident.number} {incident.title}",
            " · ".join((phase_name(incident.phase), lead, age)),
            " · ".join(parts),
            done / all_steps if all_steps else None,
            colour,
        )


def _order(incident: Incident) -> tuple[int, int, int]:
    rank = {"open": 0, "in_hand": 0, "resolved": 1, "closed": 2}[incident.phase]
    return rank, int(incident.priority), incident.opened_ms if rank < 2 else -incident.number


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one of an incident's tables. `colour`: of its first cell, "" = grey; `quiet`: it steps back."""

    key: str
    cells: tuple[str, ...]
    colour: str = ""
    quiet: bool = False


class Rows(QAbstractTableModel):
    """Rows of words under headings."""

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; where the same things stand in the same order, only their words change."""
        new = list(rows)
        if [row.key for row in new] == [row.key for row in self.rows]:
            if new != self.rows:
                self.rows = new
                self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(self._headings) - 1))
            return
        self.beginResetModel()
        self.rows = new
        self.endResetModel()

    def row_of(self, key: str) -> int:
        return next((number for number, row in enumerate(self.rows) if row.key == key), -1)

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        wanted = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._headings[section] if wanted else None

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == KEY_ROLE:
            return row.key
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole:
            if row.colour and index.column() == 0:
                return QColor(row.colour)
            return QColor(tokens.TEXT_3 if row.quiet else tokens.TEXT_1)
        return None


# -- one incident ------------------------------------------------------------------------------------------------------


def clock_words(due_ms: int | None, now_ms: int, language: str) -> str:
    """ "4 min left", "12 s over"; "" without a limit."""
    if due_ms is None:
        return ""
    age = format_age(abs(due_ms - now_ms) / 1000, language)
    if due_ms < now_ms:
        return translate("Incidents", "{age} over").format(age=age)
    return translate("Incidents", "{age} left").format(age=age)


def step_rows(state: RoomState, run: SopRun | None, now_ms: int, language: str) -> list[Row]:
    """The steps on the way: mark, what, whose hand, clock or who did it when."""
    if run is None:
        return []
    now = current(run)
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    return [_step_row(state, one, one == now, now_ms, offset_min, language) for one in standing(run)]


def _step_row(state: RoomState, one: Standing, is_next: bool, now_ms: int, offset_min: int, language: str) -> Row:
    step, mark = one.step, one.mark
    whose = agency_name(state, step.agency_id, language) if step.agency_id else who_words(step.who)
    what = step_words(step, language)
    if step.dispatch_to:
        what += f" → {agency_name(state, step.dispatch_to, language)}"
    if mark is None:
        over = one.due_ms is not None and one.due_ms < now_ms
        glyph = ("▶" if is_next else "○") if not step.question else "?"
        colour = tokens.severity(2) if over else tokens.TEXT_1 if is_next else ""
        return Row(step.step_id, (glyph, what, whose, clock_words(one.due_ms, now_ms, language)), colour)
    glyph = {"done": "✓", "skipped": "✕", "not_applicable": "–"}.get(mark.state, "")
    said = [step_state_name(mark.answer or mark.state), mark.who, format_time(mark.at_ms, offset_min)]
    if one.late:
        said.append(translate("Incidents", "late"))
    said += [mark.reason] if mark.reason else []
    colour = tokens.severity(2) if mark.state == "skipped" or one.late else ""
    return Row(step.step_id, (glyph, what, whose, " · ".join(said)), colour, quiet=True)


def who_words(who: str) -> str:
    return {
        "duty_officer": translate("Incidents", "duty officer"),
        "leader": translate("Incidents", "leader"),
        "supervisor": translate("Incidents", "supervisor"),
        "agency": translate("Incidents", "agency"),
    }.get(who, who)


def task_rows(state: RoomState, incident: Incident, now_ms: int, language: str) -> list[Row]:
    return [_task_row(state, task, now_ms, language) for task in incident.tasks]


def _task_row(state: RoomState, task: Task, now_ms: int, language: str) -> Row:
    late = bool(task.late) and not task.ended
    awaited = clock_words(task.awaited_ms, now_ms, language)
    if awaited and task.awaited_ms == task.eta_ms:
        awaited = translate("Incidents", "arrival: {clock}").format(clock=awaited)
    cells = (agency_name(state, task.agency_id, language), task.what, task_state_name(task.state), awaited)
    return Row(task.task_id, cells, tokens.severity(2) if late else "", quiet=task.ended)


def alert_rows(state: RoomState, incident: Incident, language: str) -> list[Row]:
    """What is joined, then what may belong to it, with why."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    rows = []
    for link in incident.links:
        alert = state.find_alert(link.key) if link.kind == "alert" else None
        words = link.key if alert is None else headline(alert, language)
        time = "" if alert is None else format_time(alert.raised_ms, offset_min)
        glyph = "" if alert is None else tokens.GLYPHS[int(alert.priority)]
        rows.append(Row(link.key, (glyph, words, time)))
    for found in suggestions(state, incident):
        alert = state.alerts[found.alert_id]
        why = translate("Incidents", "join? {why}").format(why=suggestion_words(found, language))
        rows.append(Row(f"?{found.alert_id}", ("+", headline(alert, language), why), quiet=True))
    return rows


def suggestions(state: RoomState, incident: Incident) -> tuple[Suggestion, ...]:
    return for_incident(incident, state.incidents, state.alerts, state.site) if incident.active else ()


def headline(alert: Alert, language: str) -> str:
    return alert.headline_en if language == "en" and alert.headline_en else alert.headline_vi


def log_rows(state: RoomState, incident: Incident, language: str) -> list[Row]:
    """Newest first."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    return [
        Row(
            str(line.seq),
            (
                format_time(line.at_ms, offset_min),
                line.actor or translate("Incidents", "the system"),
                line_words(line, incident, state, language),
            ),
            quiet=line.kind != "note",
        )
        for line in reversed(incident.lines)
    ]


# -- an alert ----------------------------------------------------------------------------------------------------------


def card_rows(state: RoomState, alert: Alert, now_ms: int, language: str) -> list[tuple[str, str]]:
    """(mark, words) for the card of an alert: its incident or one it may belong to, and the steps that fit it."""
    rows: list[tuple[str, str]] = []
    incident = state.incident_of(alert.alert_id)
    if incident is not None:
        lead = incident.lead or translate("Incidents", "nobody leads")
        rows.append(("⧉", f"#{incident.number} {incident.title} · {phase_name(incident.phase)} · {lead}"))
        steps = step_rows(state, incident.run, now_ms, language)
        return rows + [
            (row.cells[0], " · ".join(part for part in (row.cells[1], row.cells[3]) if part)) for row in steps
        ]
    for found in for_alert(alert, state.incidents, state.alerts, state.site)[:1]:
        near = state.incidents[found.incident_id]
        words = translate("Incidents", "join to incident #{number}: {why}")
        rows.append(("+", words.format(number=near.number, why=suggestion_words(found, language))))
    sop = best_sop(state.sops.values(), alert, state.site)
    if sop is not None:
        rows.append(("≡", sop_title(sop, language)))
        rows += [("?" if step.question else "○", step_words(step, language)) for step in sop.steps]
    return rows


def promote(session: Session, alert_id: str) -> Pending | None:
    """Open an incident from an alert and lead it; None when it has one or this seat may not."""
    alert = session.state.find_alert(alert_id)
    known = session.state.incident_of(alert_id)
    if alert is None or (known is not None and known.phase != "closed") or not session.may("incident.open"):
        return None
    wish = OpenIncident(command_id=new_id(), incident_id=new_id(), links=(Link(kind="alert", key=alert_id),), take=True)
    return session.commands.submit_room(wish)


def join_suggested(session: Session, alert_id: str) -> Pending | None:
    """Join an alert to the incident that fits best; None when none does or this seat may not."""
    state = session.state
    alert = state.find_alert(alert_id)
    if alert is None or not session.may("incident.link"):
        return None
    found = for_alert(alert, state.incidents, state.alerts, state.site)
    if not found:
        return None
    link = Link(kind="alert", key=alert_id)
    return session.commands.submit_room(LinkIncident(command_id=new_id(), incident_id=found[0].incident_id, link=link))

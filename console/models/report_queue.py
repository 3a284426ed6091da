"""The queue of citizens' reports: whose turn it is, how long there is left, the most urgent first."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor

from backend.contracts.folded import folded
from backend.contracts.report_moves import is_leader
from backend.contracts.reports import Report, ReportState, Timeliness
from backend.contracts.state import Delta, RoomState
from console.models.alert_words import agency_name
from console.models.crisis import campaign_name
from console.models.numbers import format_age
from console.models.report_words import category_name, channel_name, state_name, timeliness_name
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, NO_INDEX, AnyIndex
from resources import tokens

translate = QCoreApplication.translate

Group = Literal["room", "agency", "citizen", "late", "open", "ended", "leader"]
"""Whose turn it is: the room's, the agency's, the citizen's; overdue ones of all; all that are open; the ended ones;
those that who sits here is told of as the leader of the place and has not read."""

_TURN: Final[Mapping[Group, frozenset[ReportState]]] = {
    "room": frozenset(("new", "verifying", "returned", "reopened", "extension", "done_pending")),
    "agency": frozenset(("assigned", "in_progress")),
    "citizen": frozenset(("need_info",)),
}
MARK, CODE, TITLE, CATEGORY, PLACE, AGENCY, STATE, CLOCK, AGE = range(9)
COLUMNS: Final = 9
AT_ONCE: Final = 40
"""More changes than this in one look are one new order for the view, not as many moves."""

GLYPHS: Final[dict[Timeliness, str]] = {"none": "○", "stopped": "‖", "in_time": "●", "near": "▲", "late": "◆"}
COLOURS: Final[dict[Timeliness, str]] = {
    "none": tokens.TEXT_2, "stopped": tokens.TEXT_2, "in_time": tokens.TEXT_2, "near": tokens.P2, "late": tokens.P1,
}  # fmt: skip

_Place = tuple[int, int, int, str]


def clock_words(report: Report, now_ms: int, language: str) -> str:
    """ "overdue 3 h", "2 days left": working time stands still in it, as on the wall."""
    timeliness = report.timeliness(now_ms)
    due_ms = report.clock.due_ms if report.clock is not None else None
    if due_ms is None or timeliness not in ("in_time", "near", "late") or report.is_ended:
        return timeliness_name(timeliness)
    left = format_age(abs(due_ms - now_ms) / 1000, language)
    if timeliness == "late":
        return translate("ReportQueue", "overdue {time}").format(time=left)
    return translate("ReportQueue", "{time} left").format(time=left)


def commune_name(state: RoomState, code: str) -> str:
    communes = state.site.communes if state.site is not None else ()
    return next((one.name for one in communes if one.code == code), "")


def leads(session: Session, report: Report) -> bool:
    """Whether who sits here is the leader who is told of this report."""
    operator = session.operator
    return operator is not None and is_leader(report, operator.user, operator.display_name)


class ReportQueue(QAbstractTableModel):
    """A group of reports in the order of their urgency, kept up with the room change by change."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._group: Group = "open"
        self._words: tuple[str, ...] = ()
        self._category = ""
        self._found: dict[str, tuple[int, Report]] | None = None
        self._order: list[_Place] = []
        self._places: dict[str, _Place] = {}
        self._names: dict[tuple[str, str], str] = {}
        session.changed.connect(self._room_changed)
        self._rebuild()

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def group(self) -> Group:
        return self._group

    def show_group(self, group: Group) -> None:
        self._found = None
        self._group = group
        self._anew()

    def narrow(self, text: str, category_id: str = "") -> None:
        """Only reports whose code, title, address or campaign holds every word, and of this category ("" = any)."""
        words = tuple(folded(text).split())
        if (words, category_id) != (self._words, self._category) or self._found is not None:
            self._found = None
            self._words, self._category = words, category_id
            self._anew()

    def show_found(self, reports: Iterable[Report]) -> None:
        """What the archive found, in its order, until another group or other words are asked for."""
        self._found = {report.report_id: (place, report) for place, report in enumerate(reports)}
        self._anew()

    @property
    def is_archive(self) -> bool:
        return self._found is not None

    def report_at(self, row: int) -> Report | None:
        return self._report(self._order[row][3]) if 0 <= row < len(self._order) else None

    def row_of(self, report_id: str) -> int:
        place = self._places.get(report_id)
        return -1 if place is None else bisect_left(self._order, place)

    def counts(self) -> dict[Group, int]:
        """How many there are of each group, whatever is shown."""
        state = self._session.state
        found: dict[Group, int] = dict.fromkeys(("room", "agency", "citizen", "late", "leader"), 0)
        for report in state.reports.values():
            for group, states in _TURN.items():
                found[group] += report.state in states
            found["late"] += report.told == "late"
            found["leader"] += self._waits_for_leader(report)
        found["open"] = len(state.reports)
        found["ended"] = len(state.ended_reports)
        return found

    def tick(self) -> None:
        """Clocks go on."""
        if self._order:
            self.dataChanged.emit(self.index(0, MARK), self.index(len(self._order) - 1, AGE))

    # -- kept up with the room ------------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._names.clear()
            self._anew()
            return
        changed = delta.reports
        if not changed:
            return
        if len(changed) > AT_ONCE:
            self._reorder()
            return
        for report_id in changed:
            self._take(report_id)

    def _take(self, report_id: str) -> None:
        before, after = self._places.get(report_id), self._wanted(report_id)
        if before == after:
            if before is not None:
                row = bisect_left(self._order, before)
                self.dataChanged.emit(self.index(row, 0), self.index(row, COLUMNS - 1))
            return
        if before is not None:
            row = bisect_left(self._order, before)
            self.beginRemoveRows(NO_INDEX, row, row)
            del self._order[row]
            del self._places[report_id]
            self.endRemoveRows()
        if after is not None:
            row = bisect_left(self._order, after)
            self.beginInsertRows(NO_INDEX, row, row)
            insort(self._order, after)
            self._places[report_id] = after
            self.endInsertRows()

    def _reorder(self) -> None:
        """Many at once: one change of the layout; what is chosen stays chosen."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        keys = [self._order[index.row()][3] for index in before]
        self._rebuild()
        rows = [self.row_of(key) for key in keys]
        after = [
            self.index(row, index.column()) if row >= 0 else QModelIndex()
            for index, row in zip(before, rows, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _anew(self) -> None:
        self.beginResetModel()
        self._rebuild()
        self.endResetModel()

    def _rebuild(self) -> None:
        state = self._session.state
        ids = self._found if self._found is not None else [*state.reports, *state.ended_reports]
        self._places = {key: place for key in ids if (place := self._wanted(key)) is not None}
        self._order = sorted(self._places.values())

    def _wanted(self, report_id: str) -> _Place | None:
        """Where it stands in the order, None = it is not shown."""
        if self._found is not None:
            found = self._found.get(report_id)
            return None if found is None else (0, 0, found[0], report_id)
        report = self._session.state.report(report_id)
        if report is None or not self._is_in(report):
            return None
        return _place_of(report)

    def _is_in(self, report: Report) -> bool:
        if report.is_ended != (self._group == "ended"):
            return False
        if self._group == "late" and report.told != "late":
            return False
        if self._group == "leader" and not self._waits_for_leader(report):
            return False
        if self._group in _TURN and report.state not in _TURN[self._group]:
            return False
        if self._category and report.category_id != self._category:
            return False
        if not self._words:
            return True
        session = self._session
        campaign = campaign_name(report.campaign, session.state, session.language)
        text = folded(f"{report.code} {report.title} {report.address} {campaign}")
        return all(word in text for word in self._words)

    def _waits_for_leader(self, report: Report) -> bool:
        return report.read_ms is None and leads(self._session, report)

    def _report(self, report_id: str) -> Report | None:
        now = self._session.state.report(report_id)
        if now is not None or self._found is None:
            return now
        return self._found[report_id][1]

    def _now_ms(self) -> int:
        return self._session.clock.now_ms()

    # -- for the view ---------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            "",
            self.tr("Code"),
            self.tr("What"),
            self.tr("Category"),
            self.tr("Place"),
            self.tr("Agency"),
            self.tr("State"),
            self.tr("Time"),
            self.tr("Age"),
        )[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        report = self.report_at(index.row()) if index.isValid() else None
        if report is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(report, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(report) if column in (MARK, TITLE) else self._cell(report, column)
        if role == Qt.ItemDataRole.ForegroundRole and column in (MARK, CLOCK):
            return QColor(COLOURS[report.timeliness(self._now_ms())])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        return report.report_id if role == KEY_ROLE else None

    def _cell(self, report: Report, column: int) -> str:
        session = self._session
        state, language, now_ms = session.state, session.language, self._now_ms()
        cells: tuple[Callable[[], str], ...] = (
            lambda: GLYPHS[report.timeliness(now_ms)],
            lambda: report.code,
            lambda: f"{report.title} ▣{report.media}" if report.media else report.title,
            lambda: self._name("category", report.category_id, lambda key: category_name(state, key, language)),
            lambda: self._name("commune", report.commune_code, lambda key: commune_name(state, key)) or report.address,
            lambda: self._name("agency", report.chief, lambda key: agency_name(state, key, language)),
            lambda: state_name(report.state),
            lambda: clock_words(report, now_ms, language),
            lambda: format_age((now_ms - report.received_ms) / 1000, language),
        )
        return cells[column]()

    def _name(self, kind: str, key: str, look: Callable[[str], str]) -> str:
        """Names of the site are looked up once: a screen of rows asks for them again with every tick."""
        if not key:
            return ""
        found = self._names.get((kind, key))
        if found is None:
            found = self._names[kind, key] = look(key)
        return found

    def _tip(self, report: Report) -> str:
        now_ms = self._now_ms()
        words = (
            report.title,
            timeliness_name(report.timeliness(now_ms)),
            channel_name(report.channel),
            report.address,
            self.tr("{count} pictures").format(count=report.media) if report.media else "",
        )
        return "\n".join(word for word in words if word)


def _place_of(report: Report) -> _Place:
    """Sorts reports by urgency; ended ones by when they ended, the newest first."""
    if report.is_ended:
        return (0, 0, -report.changed_ms, report.report_id)
    due_ms = report.clock.due_ms if report.clock is not None else None
    # What has no time yet waits for the room: the longest waiting of the most urgent first, before all clocks.
    if due_ms is None:
        return (0, report.priority, report.received_ms, report.report_id)
    return (1, due_ms, report.received_ms, report.report_id)


def most_urgent(reports: Iterable[Report]) -> Report | None:
    """What the queue of these open reports begins with."""
    return min(reports, key=_place_of, default=None)


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (CLOCK, AGE) else Qt.AlignmentFlag.AlignLeft
    return (Qt.AlignmentFlag.AlignHCenter if column == MARK else side) | Qt.AlignmentFlag.AlignVCenter

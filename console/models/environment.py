"""The environment as a list: headings and stations, recomputed for what changed, at most some times a second."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from backend.contracts.site import Site, Station
from console.models.environment_rows import Group, StationRow, groups_of, station_row
from console.models.environment_words import heading_words, look_of, sentence
from console.models.session import Session
from console.models.station_strips import STALE_INTERVALS
from widgets.chart_rows import HeadingLook, RowLook

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
STATION_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
_WORD_ROLES: Final = tuple(
    int(role) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
)
_Index = QModelIndex | QPersistentModelIndex


class EnvironmentModel(QAbstractListModel):
    """`HeadingLook` and `RowLook` under ROW_ROLE; the station's id under STATION_ROLE, None for headings."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._site: Site | None = None
        self._keys: list[Group | str] = []
        self._groups: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._stations: dict[str, Station] = {}
        self._rows: dict[str, StationRow] = {}
        self._looks: dict[str, RowLook] = {}
        self.take_site()

    # -- what Qt asks ------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._keys)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._keys):
            return None
        key = self._keys[index.row()]
        if role == ROW_ROLE:
            return self._heading(key) if isinstance(key, Group) else self._look(key)
        if role == STATION_ROLE:
            return None if isinstance(key, Group) else key
        if role in _WORD_ROLES:
            return self._title(key) if isinstance(key, Group) else sentence(self._rows[key], self._session.language)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._keys[index.row()], Group):
            # Headings are passed over by the keys.
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    # -- changes -----------------------------------------------------------------------------------------------

    def take_site(self) -> bool:
        """Take the state's site if it is another one; True when it was."""
        site = self._session.state.site
        if site is None or (self._site is not None and site.digest == self._site.digest):
            return False
        self.beginResetModel()
        self._site = site
        self._stations = {station.station_id: station for station in site.stations}
        self._rows = {station_id: self._compute(station_id) for station_id in self._stations}
        self._looks.clear()
        self._keys = []
        for group in groups_of(site):
            self._keys += [group, *group.station_ids]
        self._groups = {each: group.key for group in groups_of(site) for each in group.station_ids}
        self._places = {key: place for place, key in enumerate(self._keys) if isinstance(key, str)}
        self.endResetModel()
        return True

    def update(self, station_ids: set[str]) -> int:
        """Compute these stations anew and tell the views; returns how many there were."""
        changed = []
        for station_id in station_ids & self._rows.keys():
            self._rows[station_id] = self._compute(station_id)
            self._looks.pop(station_id, None)
            changed.append(self._places[station_id])
        for place in changed:
            self.dataChanged.emit(self.index(place), self.index(place))
        for place in {self._heading_above(place) for place in changed}:
            self.dataChanged.emit(self.index(place), self.index(place))
        return len(changed)

    def update_all(self) -> None:
        """Ages and states change without samples."""
        self.update(set(self._rows))

    def turns_by_age(self, station_id: str) -> bool:
        """It is silent, so that its age is shown, or some of it became too old since it was computed."""
        row, now_ms = self._rows[station_id], self._session.clock.now_ms()
        if row.state == "silent":
            return True
        oldest_ms = now_ms - STALE_INTERVALS * row.station.interval_s * 1000
        for cell in row.cells:
            sample = self._session.readings.latest(station_id, cell.parameter.symbol)
            if sample is not None and sample.at_ms < oldest_ms and not cell.lost:
                return True
        return False

    def looks(self) -> tuple[RowLook, ...]:
        """Every station's row as it is painted, from top to bottom."""
        return tuple(self._look(station_id) for station_id in self._places)

    @property
    def rows(self) -> tuple[StationRow, ...]:
        return tuple(self._rows.values())

    def place_of(self, station_id: str) -> int | None:
        return self._places.get(station_id)

    def _title(self, group: Group) -> str:
        site = self._site
        if group.plant_id is not None and site is not None:
            plant = next(each for each in site.plants if each.plant_id == group.plant_id)
            return self._session.local_name(plant.name_vi, plant.name_en)
        titles = {"city": self.tr("City air and water"), "rain": self.tr("Rain"), "river": self.tr("Rivers")}
        return titles.get(group.key, self.tr("Other stations"))

    def _heading(self, group: Group) -> HeadingLook:
        rows = [self._rows[each] for each in group.station_ids]
        priority = min((row.priority for row in rows if row.priority is not None), default=None)
        return HeadingLook(self._title(group), heading_words(rows), priority)

    def _look(self, station_id: str) -> RowLook:
        # Kept until the row changes: a view asks at each repaint.
        if station_id not in self._looks:
            self._looks[station_id] = look_of(self._rows[station_id], self._session.language, self._groups[station_id])
        return self._looks[station_id]

    def _heading_above(self, place: int) -> int:
        return next(above for above in range(place, -1, -1) if isinstance(self._keys[above], Group))

    def _compute(self, station_id: str) -> StationRow:
        speed_up = self._site.speed_up if self._site is not None else 1.0
        now_ms = self._session.clock.now_ms()
        return station_row(self._session.readings, self._stations[station_id], speed_up, now_ms)

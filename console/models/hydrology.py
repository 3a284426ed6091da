"""Gauges and rain stations as models: rows, words and curves, recomputed for what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt
from PySide6.QtCore import QPersistentModelIndex as _Persistent
from PySide6.QtGui import QColor

from backend.contracts.hydrology import DAY_MS, RAIN_HOURS
from backend.contracts.readings import MEASURING
from console.models.hydrology_rows import (
    GaugeRow,
    RainRow,
    RainSum,
    gauge_row,
    gauges_of,
    rain_row,
    rain_stations_of,
)
from console.models.hydrology_words import (
    age_words,
    ahead_words,
    band_words,
    camera_words,
    class_words,
    distance_words,
    rate_words,
    state_words,
    station_name,
    sum_words,
)
from console.models.numbers import format_number
from console.models.session import Session
from console.models.station_strips import GAP_INTERVALS, limit_name
from resources import tokens
from widgets.gauge_row import Curve, GaugeLook

LOOK_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
STATION_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
CURVE_COLUMNS: Final = 160
MARKS_WITHIN_M: Final = 2.5
"""An alarm level so far outside of the curve is drawn, too: how far it still is, is what matters."""

_Index = QModelIndex | _Persistent
_NONE: Final = np.empty(0, dtype=np.float64)
_DAY, _CLASS, _AGE = len(RAIN_HOURS) + 1, len(RAIN_HOURS) + 2, len(RAIN_HOURS) + 3


class GaugeModel(QAbstractListModel):
    """`GaugeLook` under LOOK_ROLE, the station's id under STATION_ROLE."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[GaugeRow] = []

    @property
    def rows(self) -> tuple[GaugeRow, ...]:
        return tuple(self._rows)

    def take_site(self) -> None:
        self.beginResetModel()
        site = self._session.state.site
        self._rows = [] if site is None else [gauge_row(self._session, *each) for each in gauges_of(site)]
        self.endResetModel()

    def update(self, station_ids: Iterable[str] | None = None) -> None:
        """Compute these gauges anew, None = all: ages and slopes change without a sample."""
        wanted = None if station_ids is None else set(station_ids)
        for place, row in enumerate(self._rows):
            if wanted is None or row.station.station_id in wanted:
                new = gauge_row(self._session, row.station, row.parameter)
                # The curve may have changed where the row did not: history came.
                self._rows[place] = new
                self.dataChanged.emit(self.index(place), self.index(place))

    def place_of(self, station_id: str) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.station.station_id == station_id), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == LOOK_ROLE:
            return self._look(row)
        if role == STATION_ROLE:
            return row.station.station_id
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return self._sentence(row)
        return None

    def _look(self, row: GaugeRow) -> GaugeLook:
        session, language = self._session, self._session.language
        decimals = row.parameter.decimals
        return GaugeLook(
            name=station_name(row.station, language),
            state=state_words(row, language),
            camera=camera_words(row, session),
            level="–" if row.sample is None else format_number(row.sample.value, decimals, language),
            unit=row.parameter.unit,
            words=distance_words(row, language),
            rate=rate_words(row, language),
            ahead=ahead_words(row, session),
            priority=row.priority,
            fast=row.trend == "fast",
            stale=row.stale,
            curve=self._curve(row),
        )

    def _sentence(self, row: GaugeRow) -> str:
        look, language = self._look(row), self._session.language
        levels = [
            f"{limit_name(limit, language)} {format_number(limit.value, 2, language)} m: {limit.source}"
            for limit in row.parameter.limits
        ]
        parts = [look.name, f"{look.level} {look.unit}", look.words, look.rate, look.ahead, look.state, look.camera]
        return "\n".join(part for part in (*parts, *levels) if part)

    def _curve(self, row: GaugeRow) -> Curve | None:
        now_ms, station = self._session.clock.now_ms(), row.station
        start_ms = now_ms - DAY_MS
        gap_ms = round(station.interval_s * 1000 * GAP_INTERVALS)
        found = self._session.readings.thinned(
            station.station_id, row.parameter.symbol, start_ms, now_ms, CURVE_COLUMNS, gap_ms
        )
        counted = (found.at_ms >= start_ms) & (found.at_ms <= now_ms) & (found.status == MEASURING)
        points = [] if row.forecast is None or row.over else [p for p in row.forecast.points if p.at_ms > now_ms]
        if not counted.any():
            return None
        values = found.value[counted]
        ahead = np.array([(p.at_ms, p.value, *_range(p.value, p.low, p.high)) for p in points], dtype=np.float64)
        ahead = ahead.reshape(-1, 4)
        # At least a sixth of the width lies ahead where anything is known of it.
        end_ms = now_ms if not len(ahead) else max(int(ahead[-1, 0]), now_ms + DAY_MS // 5)
        low = float(min(values.min(), ahead[:, 2].min(initial=np.inf)))
        high = float(max(values.max(), ahead[:, 3].max(initial=-np.inf)))
        marks = [each for each in row.levels if low - MARKS_WITHIN_M <= each.value <= high + MARKS_WITHIN_M]
        low, high = min([low, *(each.value for each in marks)]), max([high, *(each.value for each in marks)])
        spare = max(0.1, 0.08 * (high - low))
        low, high = low - spare, high + spare

        def x(at_ms: NDArray[np.float64]) -> NDArray[np.float64]:
            return (at_ms - start_ms) / (end_ms - start_ms)

        def y(level: NDArray[np.float64]) -> NDArray[np.float64]:
            return (level - low) / (high - low)

        at = np.flatnonzero(counted)
        joined = found.joined[counted].copy()
        joined[:-1] &= np.diff(at) == 1
        if len(ahead) and row.sample is not None and not row.stale and row.sample.status == MEASURING:
            # The ribbon begins where the water stands now.
            here = (row.sample.at_ms, row.sample.value, row.sample.value, row.sample.value)
            ahead = np.vstack([np.array(here, dtype=np.float64), ahead])
        return Curve(
            x=x(found.at_ms[counted].astype(np.float64)),
            y=y(values),
            joined=joined,
            now=x(np.array([now_ms], dtype=np.float64)),
            mark_y=y(np.array([each.value for each in marks], dtype=np.float64)),
            marks=tuple(limit_name(each, self._session.language) for each in marks),
            ahead_x=x(ahead[:, 0]) if len(ahead) else _NONE,
            ahead_y=y(ahead[:, 1]) if len(ahead) else _NONE,
            ahead_low=y(ahead[:, 2]) if len(ahead) else _NONE,
            ahead_high=y(ahead[:, 3]) if len(ahead) else _NONE,
        )


def _range(value: float, low: float | None, high: float | None) -> tuple[float, float]:
    return value if low is None else low, value if high is None else high


class RainModel(QAbstractTableModel):
    """A station a row: rolling sums, the day from 19 h, the class of the 24 hours, age."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[RainRow] = []

    @property
    def rows(self) -> tuple[RainRow, ...]:
        return tuple(self._rows)

    def take_site(self) -> None:
        self.beginResetModel()
        site = self._session.state.site
        self._rows = [] if site is None else [rain_row(self._session, *each) for each in rain_stations_of(site)]
        self.endResetModel()

    def update(self, station_ids: Iterable[str] | None = None) -> None:
        """Compute these stations anew, None = all: what fell longest ago leaves the sums without a sample."""
        site = self._session.state.site
        wanted = None if station_ids is None else set(station_ids)
        pairs = () if site is None else rain_stations_of(site)
        for place, (station, parameter) in enumerate(pairs[: len(self._rows)]):
            if wanted is None or station.station_id in wanted:
                new = rain_row(self._session, station, parameter)
                if new != self._rows[place]:
                    self._rows[place] = new
                    self.dataChanged.emit(self.index(place, 0), self.index(place, _AGE))

    def place_of(self, station_id: str) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.station.station_id == station_id), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else _AGE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        if 1 <= section < _DAY:
            return QCoreApplication.translate("Hydrology", "{hours} h").format(hours=RAIN_HOURS[section - 1])
        words = {
            0: QCoreApplication.translate("Hydrology", "Rain, mm"),
            _DAY: QCoreApplication.translate("Hydrology", "Since 19:00"),
            _CLASS: QCoreApplication.translate("Hydrology", "Class of 24 h"),
            _AGE: QCoreApplication.translate("Hydrology", "Last sample"),
        }
        return words.get(section)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == STATION_ROLE:
            return row.station.station_id
        if role == Qt.ItemDataRole.TextAlignmentRole and 1 <= column <= _DAY:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            partly = 1 <= column <= _DAY and not self._part(row, column).whole
            # On a tint dim words cannot be read; "≥" says there that the sum is of a part.
            dim = row.stale or (partly and self._ground(row, column) is None)
            return QColor(tokens.TEXT_3 if dim else tokens.TEXT_1)
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground(row, column)
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return self._sentence(row)
        return None

    @staticmethod
    def _part(row: RainRow, column: int) -> RainSum:
        return row.day if column == _DAY else row.sums[RAIN_HOURS[column - 1]]

    def _text(self, row: RainRow, column: int) -> str:
        language = self._session.language
        if column == 0:
            return station_name(row.station, language)
        if column <= _DAY:
            return sum_words(self._part(row, column), language)
        return class_words(row, language) if column == _CLASS else age_words(row.age_s, row.stale, language)

    @staticmethod
    def _ground(row: RainRow, column: int) -> QColor | None:
        """The classes are of 12 and 24 hours only: no other sum is tinted."""
        hours = 24 if column == _CLASS else RAIN_HOURS[column - 1] if 1 <= column < _DAY else 0
        tint = tokens.RAIN.get(row.classes.get(hours, "none"))
        return None if tint is None or row.stale else QColor(tint)

    def _sentence(self, row: RainRow) -> str:
        language = self._session.language
        parts = [station_name(row.station, language), class_words(row, language), band_words(row.band, language)]
        parts += [f"{hours} h: {sum_words(part, language, spoken=True)}" for hours, part in row.sums.items()]
        return "\n".join(part for part in parts if part)

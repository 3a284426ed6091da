"""What the environment panel shows of one station: plain values, computed from readings and site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.readings import CALIBRATING, FAULT, MEASURING
from backend.contracts.site import Grade, Parameter, Site, Station
from console.models.rain import measured_sum
from console.models.readings import ReadingStore
from console.models.standing import Standing, figure, standings, window_ms, worst
from console.models.station_strips import GAP_INTERVALS, STALE_INTERVALS
from widgets.chart_rows import Spark

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
SPARK_COLUMNS: Final = 60
RAIN_HOURS: Final = (1, 3, 6, 24)

StationState = Literal["measuring", "calibrating", "fault", "silent", "unknown"]


@dataclass(frozen=True, slots=True)
class Sum:
    """What was measured in the `hours` before now. `value` None: nothing was.

    `share`: measured part of the span, 0..1; `whole`: it covers the span, so that the sum is the span's.
    """

    hours: int
    value: float | None
    share: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One parameter of one station just now. `status` None: nothing was ever sent.

    `hour_share`, `day_share`: measured share of the samples due in one hour and in 24, None before history.
    `grade`: level of quality of its mean, None where nothing grades it or nothing was measured.
    """

    parameter: Parameter
    value: float | None
    status: int | None
    lost: bool
    standing: Standing | None
    spark: Spark | None
    sums: tuple[Sum, ...] = ()
    hour_share: float | None = None
    day_share: float | None = None
    grade: Grade | None = None

    @property
    def passed(self) -> bool:
        """A limit is passed, and by data that still comes: what is lost is not called an exceedance."""
        return self.standing is not None and self.standing.passed and not self.lost

    @property
    def near(self) -> bool:
        return self.standing is not None and self.standing.near and not self.lost


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station just now. `completeness`: measured share of the samples due in 24 hours, 0..1, None before history.

    `hour_completeness`: the same of the last hour.
    """

    station: Station
    cells: tuple[Cell, ...]
    state: StationState
    age_s: float | None
    completeness: float | None
    hour_completeness: float | None = None

    @property
    def priority(self) -> int | None:
        """The worst priority of the limits passed now."""
        passed = [cell.standing.limit.priority for cell in self.cells if cell.passed and cell.standing is not None]
        return min(passed, default=None)

    @property
    def near(self) -> bool:
        return any(cell.near for cell in self.cells)

    @property
    def grade(self) -> Grade | None:
        """The worst level of its parameters: the station's water is as good as that."""
        levels = [
            (cell.parameter.grades.index(cell.grade), cell.grade)
            for cell in self.cells
            if cell.grade is not None and not cell.lost
        ]
        return max(levels, key=lambda level: level[0], default=(0, None))[1]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with its stations: a plant, or one of the city's networks."""

    key: str
    plant_id: str | None
    station_ids: tuple[str, ...]


def groups_of(site: Site) -> tuple[Group, ...]:
    """City air and water on top, rain, rivers, then each plant in the site's order, then what belongs nowhere."""

    def of_kinds(*kinds: str) -> tuple[str, ...]:
        return tuple(each.station_id for each in site.stations if each.plant_id is None and each.kind in kinds)

    found = [
        Group("city", None, of_kinds("air", "water")),
        Group("rain", None, of_kinds("rain")),
        Group("river", None, of_kinds("river")),
    ]
    for plant in site.plants:
        own = tuple(each.station_id for each in site.stations if each.plant_id == plant.plant_id)
        found.append(Group(f"plant:{plant.plant_id}", plant.plant_id, own))
    placed = {station_id for group in found for station_id in group.station_ids}
    rest = tuple(each.station_id for each in site.stations if each.station_id not in placed)
    found.append(Group("other", None, rest))
    return tuple(group for group in found if group.station_ids)


def station_row(store: ReadingStore, station: Station, speed_up: float, now_ms: int) -> StationRow:
    """Everything of one station; some hundred microseconds a parameter."""
    cells = tuple(_cell(store, station, parameter, speed_up, now_ms) for parameter in station.parameters)
    newest = [
        sample
        for parameter in station.parameters
        if (sample := store.latest(station.station_id, parameter.symbol)) is not None
    ]
    if not newest:
        return StationRow(station, cells, "unknown", None, None)
    age_s = max(0.0, (now_ms - max(sample.at_ms for sample in newest)) / 1000)
    statuses = {cell.status for cell in cells if not cell.lost}
    state: StationState = "measuring"
    if age_s > STALE_INTERVALS * station.interval_s:
        state = "silent"
    elif FAULT in statuses:
        state = "fault"
    elif CALIBRATING in statuses:
        state = "calibrating"
    day = _mean(cell.day_share for cell in cells)
    return StationRow(station, cells, state, age_s, day, _mean(cell.hour_share for cell in cells))


def _cell(store: ReadingStore, station: Station, parameter: Parameter, speed_up: float, now_ms: int) -> Cell:
    sample = store.latest(station.station_id, parameter.symbol)
    if sample is None:
        return Cell(parameter, None, None, False, None, None)
    lost = now_ms - sample.at_ms > STALE_INTERVALS * station.interval_s * 1000
    found = standings(store, station.station_id, parameter, station.interval_s, speed_up)
    standing = worst(found)
    kind = sensor_kind(parameter.symbol)
    sums: tuple[Sum, ...] = ()
    if kind is not None and kind.accumulates:
        sums = tuple(_sum(store, station, parameter, now_ms, hours) for hours in RAIN_HOURS)
    spark = _spark(store, station, parameter, standing, now_ms)
    hour, day = (_measured_share(store, station, parameter, now_ms, span_ms) for span_ms in (HOUR_MS, DAY_MS))
    grade = _grade(store, station, parameter, speed_up)
    return Cell(parameter, sample.value, sample.status, lost, standing, spark, sums, hour, day, grade)


def _grade(store: ReadingStore, station: Station, parameter: Parameter, speed_up: float) -> Grade | None:
    sample = store.latest(station.station_id, parameter.symbol)
    if not parameter.grades or sample is None:
        return None
    start_ms = sample.at_ms - window_ms(parameter.grades[0].window_min, station.interval_s, speed_up) + 1
    mean = figure(store, station.station_id, parameter.symbol, start_ms, sample.at_ms)
    return None if mean is None else next((grade for grade in parameter.grades if grade.holds(mean)), None)


def _sum(store: ReadingStore, station: Station, parameter: Parameter, now_ms: int, hours: int) -> Sum:
    return Sum(hours, *measured_sum(store, station, parameter.symbol, now_ms - hours * HOUR_MS, now_ms))


def _measured_share(
    store: ReadingStore, station: Station, parameter: Parameter, now_ms: int, span_ms: int
) -> float | None:
    """Share of the samples due in the span that were measured (status 00), None before history is here."""
    from_ms = store.history_from(station.station_id, parameter.symbol)
    if from_ms is None or from_ms > now_ms - span_ms + 1:
        return None
    status = store.window(station.station_id, parameter.symbol, now_ms - span_ms + 1, now_ms).status
    # The sample of the running interval may not have been sent yet.
    due = max(1.0, span_ms / (station.interval_s * 1000) - 1)
    return min(1.0, float(np.count_nonzero(status == MEASURING)) / due)


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _spark(
    store: ReadingStore, station: Station, parameter: Parameter, standing: Standing | None, now_ms: int
) -> Spark | None:
    """24 hours, from a day ago at the left to now."""
    start_ms = now_ms - DAY_MS
    gap_ms = round(station.interval_s * 1000 * GAP_INTERVALS)
    found = store.thinned(station.station_id, parameter.symbol, start_ms, now_ms, SPARK_COLUMNS, gap_ms)
    inside = (found.at_ms >= start_ms) & (found.at_ms <= now_ms)
    counted = inside & (found.status == MEASURING)
    if not counted.any():
        return None
    values = found.value[counted]
    low, high = float(values.min()), float(values.max())
    limit = standing.limit.value if standing is not None else None
    if limit is not None and 0.4 * abs(limit) <= abs(high) <= 2.5 * abs(limit):
        low, high = min(low, limit), max(high, limit)
    if 0.0 <= low <= 0.6 * high:
        low = 0.0
    span = max(high - low, 0.02 * abs(high), 1e-9)
    # A line that hardly moves lies in the middle, not on the floor.
    low -= (span - (high - low)) / 2
    joined = found.joined[counted].copy()
    at = np.flatnonzero(counted)
    joined[:-1] &= np.diff(at) == 1
    return Spark(
        (found.at_ms[counted] - start_ms) / DAY_MS,
        (values - low) / span,
        joined,
        (limit - low) / span if limit is not None and low <= limit <= low + span else None,
    )


def counts(rows: Sequence[StationRow]) -> dict[str, int]:
    """How many stations are in which state, over and near their limits."""
    found = {name: sum(row.state == name for row in rows) for name in ("measuring", "calibrating", "fault", "silent")}
    found["over"] = sum(row.priority is not None for row in rows)
    found["near"] = sum(row.near and row.priority is None for row in rows)
    return found

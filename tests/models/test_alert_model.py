"""Rows of the alert model: always the state's, always in order, and Qt's own model tester agrees."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta, RoomState
from console.models.alerts import ALERT_ROLE, AlertModel, Column, sort_key

PHASES = tuple(AlertPhase)[:3]


def alert(alert_id: str, priority: int = 3, raised_ms: int = 1000, phase: AlertPhase = PHASES[0]) -> Alert:
    return Alert(
        alert_id=alert_id,
        kind="station.limit",
        priority=Priority(priority),
        phase=phase,
        place_id="TL-07",
        place_name="Tằng Loỏng 07",
        headline_vi=f"SO2 vượt ngưỡng {alert_id}",
        headline_en=f"SO2 over its limit {alert_id}",
        raised_ms=raised_ms,
        changed_ms=raised_ms,
    )


@dataclass
class Bench:
    """A state, the model over it, and Qt's tester that aborts on the first broken promise."""

    state: RoomState
    model: AlertModel
    tester: QAbstractItemModelTester

    @classmethod
    def make(cls, *alerts: Alert, language: str = "vi") -> Bench:
        state = RoomState(alerts={one.alert_id: one for one in alerts})
        model = AlertModel(state, language)
        return cls(state, model, QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal))

    def put(self, *alerts: Alert) -> None:
        for one in alerts:
            self.state.alerts[one.alert_id] = one
        self.model.take(Delta(alerts={one.alert_id for one in alerts}))

    def drop(self, *alert_ids: str) -> None:
        for alert_id in alert_ids:
            self.state.alerts.pop(alert_id, None)
        self.model.take(Delta(alerts=set(alert_ids)))

    def ids(self) -> list[str]:
        return [one.alert_id for one in self.model.alerts()]


def test_rows_stand_by_priority_then_unacknowledged_then_newest(qapp: object) -> None:
    bench = Bench.make(
        alert("old", 2, 1000),
        alert("new", 2, 2000),
        alert("handled", 2, 3000, AlertPhase.ACTIVE_ACKNOWLEDGED),
        alert("own fault", 5, 9000),
        alert("fire", 1, 10),
    )
    assert bench.ids() == ["fire", "new", "old", "handled", "own fault"]


def test_a_new_alert_inserts_one_row_and_resets_nothing(qtbot: QtBot) -> None:
    bench = Bench.make(alert("a", 2), alert("b", 4))
    reset, inserted = QSignalSpy(bench.model.modelReset), QSignalSpy(bench.model.rowsInserted)
    bench.put(alert("between", 3))
    assert bench.ids() == ["a", "between", "b"]
    assert (reset.count(), inserted.count()) == (0, 1)
    assert inserted.at(0)[1:] == [1, 1]


def test_an_acknowledged_alert_moves_and_its_row_keeps_its_identity(qapp: object) -> None:
    bench = Bench.make(alert("a", 2, 2000), alert("b", 2, 1000))
    followed = QPersistentModelIndex(bench.model.index(0, 0))
    bench.put(alert("a", 2, 2000, AlertPhase.ACTIVE_ACKNOWLEDGED))
    assert bench.ids() == ["b", "a"]
    assert followed.row() == 1
    assert followed.data(ALERT_ROLE).alert_id == "a"


def test_when_many_move_at_once_each_row_keeps_its_identity_and_the_filter_looks_once(qapp: object) -> None:
    bench = Bench.make(*(alert(f"a{number:03}", 2, 1000 + number) for number in range(200)))
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(bench.model)
    kept = {one: QPersistentModelIndex(bench.model.index(bench.model.row_of(one), 0)) for one in bench.ids()}
    moved, seen = QSignalSpy(bench.model.rowsMoved), QPersistentModelIndex(proxy.index(7, 0))
    stood = proxy.data(proxy.index(7, 0), ALERT_ROLE).alert_id
    acknowledged = bench.ids()[::2]
    bench.put(
        *(bench.state.alerts[one].model_copy(update={"phase": PHASES[1]}) for one in acknowledged),
        bench.state.alerts["a001"].model_copy(update={"count": 9}),
    )
    assert moved.count() == 0
    assert bench.ids() == [one.alert_id for one in sorted(bench.state.alerts.values(), key=sort_key)]
    for one, index in kept.items():
        assert bench.model.alert_at(index.row()).alert_id == one
    assert seen.data(ALERT_ROLE).alert_id == stood
    assert bench.model.alert_at(bench.model.row_of("a001")).count == 9


def test_changed_neighbours_are_told_as_one_range(qapp: object) -> None:
    bench = Bench.make(*[alert(f"a{number}", 3, 1000 - number) for number in range(6)])
    told = QSignalSpy(bench.model.dataChanged)
    bench.put(*[bench.state.alerts[f"a{number}"].model_copy(update={"count": 2}) for number in (1, 2, 3, 5)])
    ranges = []
    for number in range(told.count()):
        first, last = told.at(number)[:2]
        assert isinstance(first, QModelIndex)
        assert isinstance(last, QModelIndex)
        assert last.column() == len(Column) - 1
        ranges.append((first.row(), last.row()))
    assert ranges == [(1, 3), (5, 5)]


def test_what_a_delta_names_without_a_change_is_not_told(qapp: object) -> None:
    bench = Bench.make(alert("a"))
    told = QSignalSpy(bench.model.dataChanged)
    bench.put(alert("a"))
    assert told.count() == 0


def test_a_snapshot_of_another_room_replaces_every_row_without_a_reset(qapp: object) -> None:
    bench = Bench.make(alert("stays", 2), alert("goes", 1))
    reset = QSignalSpy(bench.model.modelReset)
    bench.state.alerts = {one.alert_id: one for one in (alert("stays", 2), alert("comes", 4))}
    bench.model.take(Delta(reset=True))
    assert bench.ids() == ["stays", "comes"]
    assert reset.count() == 0


@pytest.mark.parametrize(("language", "word"), [("vi", "vượt"), ("en", "over")])
def test_headlines_are_in_the_language_of_the_seat(qapp: object, language: str, word: str) -> None:
    bench = Bench.make(alert("a"), language=language)
    assert word in str(bench.model.index(0, Column.HEADLINE).data())


def test_a_burst_of_thousands_is_inserted_in_few_ranges(qapp: object) -> None:
    bench = Bench.make(alert("fire", 1), alert("rain", 4))
    inserted = QSignalSpy(bench.model.rowsInserted)
    bench.put(*[alert(f"n{number}", 3, number) for number in range(5000)])
    assert bench.model.rowCount() == 5002
    assert inserted.count() == 1


Step = tuple[int, int, int, int, bool]
STEPS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 14), st.integers(1, 5), st.integers(0, 3), st.integers(0, 2), st.booleans()),
        max_size=14,
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(batches=STEPS)
def test_after_any_batches_the_rows_are_the_states_alerts_in_order(batches: list[list[Step]]) -> None:
    bench = Bench.make()
    for batch in batches:
        touched = set()
        for number, priority, at_ms, phase, gone in batch:
            alert_id = f"a{number}"
            touched.add(alert_id)
            if gone:
                bench.state.alerts.pop(alert_id, None)
            else:
                bench.state.alerts[alert_id] = alert(alert_id, priority, at_ms, PHASES[phase])
        bench.model.take(Delta(alerts=touched))
        expected = sorted(bench.state.alerts.values(), key=sort_key)
        assert list(bench.model.alerts()) == expected
        assert [bench.model.row_of(one.alert_id) for one in expected] == list(range(len(expected)))
    assert bench.model.row_of("nobody") == -1

"""A storm leaves few rows, and none of them hides something critical."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from backend.contracts.alerts import Alert, AlertPhase, DetectionDetail
from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from console.models.alerts import sort_key
from console.models.flood_groups import ROWS_MOST, groups_of
from console.models.inbox_rows import InboxRows
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

LABELS = ("crowd", "jam", "parking", "smoke")


def seen(number: int, label: str, priority: Priority, commune: int, phase: AlertPhase) -> Alert:
    detail = DetectionDetail(camera_id=f"cam-{number}", label=label, sub_label="", score=0.9, zones=(), count=1)
    return alert(f"a-{number:04}", priority).model_copy(
        update={"kind": "detection", "detection": detail, "commune_code": f"{commune}", "phase": phase}
    )


_ALERTS = st.lists(
    st.tuples(
        st.sampled_from(LABELS),
        st.sampled_from([Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW]),
        st.integers(1, 30),
        st.sampled_from([AlertPhase.ACTIVE_UNACKNOWLEDGED, AlertPhase.ACTIVE_ACKNOWLEDGED]),
    ),
    max_size=200,
)


@given(_ALERTS)
def test_every_alert_is_in_one_group_led_by_its_worst_and_few_rows_wait(
    drawn: list[tuple[str, Priority, int, AlertPhase]],
) -> None:
    alerts = sorted((seen(number, *one) for number, one in enumerate(drawn)), key=sort_key)
    groups = groups_of(alerts)
    assert sorted(key for group in groups for key in group.alert_ids) == sorted(one.alert_id for one in alerts)
    by_id = {one.alert_id: one for one in alerts}
    waiting = 0
    for group in groups:
        members = [by_id[key] for key in group.alert_ids]
        assert sort_key(members[0]) == min(sort_key(one) for one in members)
        assert len({one.unanswered for one in members}) == 1
        assert len({one.priority is Priority.CRITICAL for one in members}) == 1, "nothing critical is behind less"
        waiting += members[0].unanswered
    assert waiting <= ROWS_MOST


@given(_ALERTS.filter(lambda drawn: len(drawn) <= ROWS_MOST))
def test_few_alerts_of_different_places_are_left_alone(drawn: list[tuple[str, Priority, int, AlertPhase]]) -> None:
    alerts = [seen(number, label, priority, number, phase) for number, (label, priority, _, phase) in enumerate(drawn)]
    assert all(len(group.alert_ids) == 1 for group in groups_of(alerts))


def test_a_group_opens_closes_and_follows_what_is_answered(qapp: object) -> None:
    seat = Seat(language="en")
    rows = InboxRows(seat.session)
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    waiting = AlertPhase.ACTIVE_UNACKNOWLEDGED
    seat.raise_alerts(
        seen(0, "smoke", Priority.CRITICAL, 1, waiting),
        *(seen(number, "crowd", Priority.MEDIUM, number % 20, waiting) for number in range(1, 41)),
    )
    assert rows.rowCount() == 41
    rows.set_flood(True)
    assert rows.rowCount() == 2
    leader = rows.alert_at(rows.index(1, 0))
    assert leader is not None
    assert "+ 39 alike" in rows.row_words(leader).tags
    assert rows.hides("a-0001") or leader.alert_id == "a-0001"
    seat.happen(AlertAcknowledged(alert_id=leader.alert_id), actor="an.tran")
    assert rows.rowCount() == 3, "the critical one, the group with its next leader, the acknowledged one"
    second = rows.alert_at(rows.index(1, 0))
    assert second is not None
    assert "+ 38 alike" in rows.row_words(second).tags
    rows.set_open(second.alert_id, True)
    assert rows.rowCount() == 41
    seat.raise_alerts(seen(99, "crowd", Priority.MEDIUM, 3, waiting))
    assert rows.rowCount() == 42
    rows.set_open("a-0099", False)
    assert rows.rowCount() == 3
    rows.set_flood(False)
    assert rows.rowCount() == 42

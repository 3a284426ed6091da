"""The fold by itself: a snapshot and its tail are as good as the whole log, and a gap is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts import events as ev
from backend.contracts.air import AirIndex
from backend.contracts.alerts import LimitReading
from backend.contracts.forecasts import Forecast, ForecastPoint
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import FoldError, RoomState, StateSnapshot, apply
from tests.unit.storage_samples import NOW_MS, plain, raised, refused

_ALERT_IDS = st.sampled_from([f"a{index}" for index in range(6)])
_USERS = st.sampled_from(["lan", "minh"])
_LIMIT = LimitReading(
    symbol="SO2", unit="mg/Nm3", value=612.5, limit_value=500.0, limit_source="QCVN 19", window_min=60
)

_EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    _ALERT_IDS.map(raised),
    st.builds(
        ev.AlertUpdated,
        alert_id=_ALERT_IDS,
        priority=st.none() | st.sampled_from(list(Priority)),
        text=st.text(max_size=20),
        count=st.none() | st.integers(1, 5),
    ),
    st.builds(ev.AlertReturned, alert_id=_ALERT_IDS, reason=st.just("")),
    st.builds(ev.AlertReactivated, alert_id=_ALERT_IDS, limit=st.none() | st.just(_LIMIT)),
    st.builds(ev.AlertAcknowledged, alert_id=_ALERT_IDS, comment=st.text(max_size=20)),
    st.builds(ev.AlertCommented, alert_id=_ALERT_IDS, comment=st.text(min_size=1, max_size=20)),
    st.builds(ev.AlertOwned, alert_id=_ALERT_IDS, owner=_USERS, previous=st.just("")),
    st.builds(
        ev.AlertDispatched, alert_id=_ALERT_IDS, agency_id=st.sampled_from(["pccc", "sở tnmt"]), note=st.just("")
    ),
    st.builds(ev.CameraChanged, camera_id=st.just("cam-1"), condition=st.sampled_from(["online", "lost"])),
    st.builds(
        ev.ProducerChanged,
        producer_id=st.just("doste"),
        condition=st.sampled_from(["fresh", "silent"]),
        last_message_ms=st.none() | st.just(NOW_MS),
    ),
    st.builds(
        ev.AirIndexed,
        index=st.builds(
            AirIndex,
            station_id=st.sampled_from(["KK-1", "KK-2"]),
            period=st.sampled_from(["hour", "day"]),
            from_ms=st.just(NOW_MS),
            until_ms=st.integers(NOW_MS, NOW_MS + 3),
            value=st.none() | st.integers(0, 500),
            pollutant=st.just("PM10"),
            parts=st.just({"PM10": 40}),
        ),
    ),
    st.builds(
        ev.ForecastIssued,
        forecast=st.builds(
            Forecast,
            station_id=st.sampled_from(["TV-1", "TV-2"]),
            symbol=st.just("Level"),
            source=st.sampled_from(["Đài KTTV", ""]),
            issued_ms=st.integers(NOW_MS, NOW_MS + 3),
            received_ms=st.just(NOW_MS),
            points=st.just((ForecastPoint(at_ms=NOW_MS + 10, value=81.5, words="BĐ1 + 1,5 m"),)),
        ),
    ),
    st.builds(ev.OperatorSignedIn, user=_USERS, role=st.just("duty_officer"), origin=st.just("")),
    st.builds(ev.OperatorSignedOut, user=_USERS),
    st.just(refused("a1")),
)


def _logged(events: list[ev.Event]) -> list[ev.LoggedEvent]:
    return [
        ev.LoggedEvent(seq=index, at_ms=NOW_MS + index, actor="lan", caused_by=None, origin="", event=event)
        for index, event in enumerate(events, 1)
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(_EVENTS, max_size=60), st.data())
def test_snapshot_over_the_wire_and_its_tail_equal_the_whole_fold(events: list[ev.Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    logged = _logged(events)
    whole, part = RoomState(epoch="e"), RoomState(epoch="e")
    for one in logged:
        apply(whole, one)
    for one in logged[:cut]:
        apply(part, one)
    resumed = RoomState.from_snapshot(StateSnapshot.model_validate_json(part.snapshot().model_dump_json()))
    for one in logged[cut:]:
        apply(resumed, ev.LoggedEvent.model_validate_json(one.model_dump_json()))
    assert plain(resumed) == plain(whole)


@settings(max_examples=100, deadline=None)
@given(st.lists(_EVENTS, min_size=1, max_size=40), st.data())
def test_folding_on_a_copy_leaves_the_original_alone(events: list[ev.Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    logged = _logged(events)
    state = RoomState(epoch="e")
    for one in logged[:cut]:
        apply(state, one)
    before = plain(state)
    ahead = state.copied()
    for one in logged[cut:]:
        apply(ahead, one)
    assert plain(state) == before


@settings(max_examples=100, deadline=None)
@given(st.lists(_EVENTS, min_size=2, max_size=20), st.data())
def test_gap_and_repetition_are_refused_and_change_nothing(events: list[ev.Event], data: st.DataObject) -> None:
    logged = _logged(events)
    known = data.draw(st.integers(0, len(events) - 1))
    wrong = data.draw(st.integers(0, len(events) - 1).filter(lambda index: index != known))
    state = RoomState(epoch="e")
    for one in logged[:known]:
        apply(state, one)
    before = plain(state)
    with pytest.raises(FoldError, match=f"does not follow {known}"):
        apply(state, logged[wrong])
    assert plain(state) == before

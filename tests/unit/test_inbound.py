"""What waits for the GUI: whole, ordered, bounded; every sample is handed over or counted with its time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.events import AlertCommented, LoggedEvent
from backend.contracts.readings import MEASURING, ReadingSeries
from backend.contracts.state import RoomState
from console.link.inbound import Inbound

BOUND = 20
FRAMES = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 15)), max_size=4),
    max_size=12,
)


def series(sensor: int, first_ms: int, count: int) -> ReadingSeries:
    at_ms = tuple(range(first_ms, first_ms + count))
    return ReadingSeries(
        station_id=f"s{sensor}",
        symbol="pm25",
        at_ms=at_ms,
        value=tuple(float(one) for one in at_ms),
        status=tuple(MEASURING for _ in at_ms),
    )


def event(seq: int) -> LoggedEvent:
    comment = AlertCommented(alert_id="a", comment="x")
    return LoggedEvent(seq=seq, at_ms=1, actor="", caused_by=None, origin="", event=comment)


@settings(max_examples=200, deadline=None)
@given(frames=FRAMES)
def test_each_sample_is_handed_over_once_or_lies_in_a_span_that_was_left_out(
    frames: list[list[tuple[int, int]]],
) -> None:
    inbound = Inbound(BOUND)
    sent: set[tuple[str, int]] = set()
    next_ms = 1000
    for frame in frames:
        made = []
        for sensor, count in frame:
            made.append(series(sensor, next_ms, count))
            sent |= {(f"s{sensor}", at_ms) for at_ms in range(next_ms, next_ms + count)}
            next_ms += count
        inbound.add_readings(tuple(made), 0)
    batch = inbound.take()
    kept = [(one.station_id, at_ms) for one in batch.readings for at_ms in one.at_ms]
    assert len(kept) == len(set(kept)) <= BOUND
    assert len(kept) + batch.dropped == len(sent)
    for station_id, at_ms in sent - set(kept):
        first_ms, last_ms = batch.dropped_spans[station_id, "pm25"]
        assert first_ms <= at_ms <= last_ms
    for one in batch.readings:
        assert list(one.at_ms) == sorted(one.at_ms)
        assert [float(at_ms) for at_ms in one.at_ms] == list(one.value)
        assert one.at_ms[-1] == max(at_ms for station_id, at_ms in sent if station_id == one.station_id)
    assert batch.dropped_by_server == 0


def test_what_the_server_left_out_is_told_apart() -> None:
    inbound = Inbound(BOUND)
    inbound.add_readings((series(0, 1, 30),), dropped=7)
    batch = inbound.take()
    assert batch.dropped_by_server == 7
    assert batch.dropped > 7


def test_ten_thousand_events_wait_whole_and_in_order_whatever_happens_to_readings() -> None:
    inbound = Inbound(BOUND)
    for seq in range(10_000):
        inbound.batch.events.append(event(seq + 1))
        inbound.add_readings((series(0, seq * 10, 3),), 0)
    batch = inbound.take()
    assert [one.seq for one in batch.events] == list(range(1, 10_001))
    assert batch.dropped == 30_000 - sum(len(one.at_ms) for one in batch.readings)


def test_a_snapshot_covers_the_events_before_it_and_only_those() -> None:
    inbound = Inbound()
    inbound.batch.events += [event(1), event(2)]
    inbound.replace_state(RoomState(epoch="e", seq=2))
    inbound.batch.events.append(event(3))
    batch = inbound.take()
    assert [one.seq for one in batch.covered] == [1, 2]
    assert [one.seq for one in batch.events] == [3]
    assert batch.state is not None


def test_the_next_batch_starts_empty_and_waits_for_something() -> None:
    inbound = Inbound()
    inbound.add_readings((series(0, 1, 3),), 2)
    inbound.arrived.set()
    inbound.take()
    assert not inbound.arrived.is_set()
    batch = inbound.take()
    assert (batch.readings, batch.dropped, batch.dropped_spans, batch.state) == ([], 0, {}, None)

"""The readings a seat holds: order, joins, gaps, thinning, spans."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.readings import ReadingBucket, ReadingHistory, ReadingSeries, ReadingStatus
from console.models.pyramid import MinMaxPyramid
from console.models.readings import ReadingStore
from console.models.readings_channel import Channel, Sample, Span
from tests.panels.chart_room import HandClock

Samples = Sequence[tuple[int, float, ReadingStatus]]
STATION, SYMBOL = "TL-KT-01", "SO2"
GAP_MS = 150_000
MINUTE_MS = 60_000

sample = st.tuples(st.integers(0, 400), st.floats(-1e6, 1e6, width=32), st.sampled_from([0, 1, 2]))
batches = st.lists(st.lists(sample, max_size=30), max_size=12)


def series(samples: Samples) -> ReadingSeries:
    at_ms, value, status = zip(*samples, strict=True) if samples else ((), (), ())
    return ReadingSeries(station_id=STATION, symbol=SYMBOL, at_ms=at_ms, value=value, status=status)


def history(
    samples: Samples = (), buckets: tuple[ReadingBucket, ...] = (), start_ms: int = 0, end_ms: int = 10**7
) -> ReadingHistory:
    return ReadingHistory(
        station_id=STATION,
        symbol=SYMBOL,
        unit="mg/Nm3",
        start_ms=start_ms,
        end_ms=end_ms,
        series=None if buckets else series(samples),
        buckets=buckets,
    )


def store_with(*parts: Samples) -> ReadingStore:
    store = ReadingStore(HandClock(0))
    for part in parts:
        store.add([series(part)])
    return store


def minutes(first: int, last: int, status: ReadingStatus = 0) -> list[tuple[int, float, ReadingStatus]]:
    return [(number * MINUTE_MS, float(number % 7), status) for number in range(first, last)]


@settings(max_examples=200, deadline=None)
@given(batches)
def test_any_order_of_arrival_gives_ascending_instants_each_once_with_the_last_word(
    arriving: list[list[tuple[int, float, ReadingStatus]]],
) -> None:
    store = store_with(*arriving)
    expected: dict[int, tuple[float, int]] = {}
    for batch in arriving:
        expected |= {at: (value, status) for at, value, status in batch}
    window = store.window(STATION, SYMBOL, 0, 1000)
    assert window.at_ms.tolist() == sorted(expected)
    assert list(zip(window.value.tolist(), window.status.tolist(), strict=True)) == [
        expected[at] for at in sorted(expected)
    ]


@settings(max_examples=100, deadline=None)
@given(batches, st.integers(-10, 410), st.integers(-10, 410))
def test_a_window_is_what_brute_force_finds(
    arriving: list[list[tuple[int, float, ReadingStatus]]], start: int, end: int
) -> None:
    store = store_with(*arriving)
    everything = store.window(STATION, SYMBOL, -100, 1000)
    wanted = [at for at in everything.at_ms.tolist() if start <= at <= end]
    assert store.window(STATION, SYMBOL, start, end).at_ms.tolist() == wanted


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=5),
    st.integers(1, 20),
    st.data(),
)
def test_picked_samples_hold_every_extreme_while_the_array_grows_and_changes(
    growth: list[int], columns: int, data: st.DataObject
) -> None:
    pyramid = MinMaxPyramid()
    value = np.empty(0)
    random = np.random.default_rng(len(growth))
    for more in growth:
        value = np.concatenate((value, random.normal(size=more)))
        changed_from = data.draw(st.integers(0, len(value) - 1))
        value[changed_from:] += 0.5
        pyramid.forget_from(changed_from)
        begin = data.draw(st.integers(0, len(value) - 1))
        end = data.draw(st.integers(begin + 1, len(value)))
        picked = pyramid.pick(value, begin, end, columns)
        assert (np.diff(picked) > 0).all()
        assert picked[0] == begin
        assert picked[-1] == end - 1
        assert value[picked].max() == value[begin:end].max()
        assert value[picked].min() == value[begin:end].min()
        assert len(picked) <= max(4 * columns, 4 * columns + 6)


def test_scrolling_picks_the_same_samples_again() -> None:
    value = np.random.default_rng(1).normal(size=100_000)
    pyramid = MinMaxPyramid()
    one, other = (set(pyramid.pick(value, begin, begin + 50_000, 500).tolist()) for begin in (1_000, 1_003))
    assert len(one & other) >= len(one) - 4


def test_thinning_hands_over_two_to_four_samples_a_column() -> None:
    channel = Channel(1 << 20)
    count = 300_000
    at_ms = np.arange(count, dtype=np.int64) * 1000
    channel.add(at_ms, np.random.default_rng(2).normal(size=count), np.zeros(count, np.uint8))
    thinned = channel.thinned(0, count * 1000, 800, 2500)
    assert 2 * 800 <= len(thinned.at_ms) <= 4 * 800 + 8
    assert thinned.joined[:-1].all()


def test_a_gap_stays_a_gap_however_thin_the_picture() -> None:
    store = store_with(minutes(0, 3000), minutes(3010, 6000))
    for columns in (20, 500, 10_000):
        found = store.thinned(STATION, SYMBOL, 0, 6000 * MINUTE_MS, columns, GAP_MS)
        parted = np.flatnonzero(~found.joined[:-1])
        assert [(int(found.at_ms[at]), int(found.at_ms[at + 1])) for at in parted] == [
            (2999 * MINUTE_MS, 3010 * MINUTE_MS)
        ]


def test_one_missing_sample_is_no_gap() -> None:
    store = store_with(minutes(0, 10), minutes(11, 20))
    assert store.thinned(STATION, SYMBOL, 0, 20 * MINUTE_MS, 100, GAP_MS).joined[:-1].all()


def test_a_late_sample_closes_the_gap_it_falls_into() -> None:
    store = store_with(minutes(0, 10), minutes(12, 20))
    assert not store.thinned(STATION, SYMBOL, 0, 20 * MINUTE_MS, 100, GAP_MS).joined[:-1].all()
    store.add([series(minutes(10, 12))])
    assert store.thinned(STATION, SYMBOL, 0, 20 * MINUTE_MS, 100, GAP_MS).joined[:-1].all()


def test_history_joins_live_without_double_samples_or_false_gaps() -> None:
    store = store_with(minutes(95, 110))
    store.merge_history(history(minutes(0, 100)))
    window = store.window(STATION, SYMBOL, 0, 10**8)
    assert window.at_ms.tolist() == [number * MINUTE_MS for number in range(110)]
    assert store.thinned(STATION, SYMBOL, 0, 10**8, 1000, GAP_MS).joined[:-1].all()
    assert store.history_from(STATION, SYMBOL) == 0


def buckets_of(samples: Samples, width_ms: int) -> tuple[ReadingBucket, ...]:
    found = []
    for start in sorted({at // width_ms * width_ms for at, _, _ in samples}):
        inside = [each for each in samples if start <= each[0] < start + width_ms]
        low, high = min(inside, key=lambda each: each[1]), max(inside, key=lambda each: each[1])
        found.append(
            ReadingBucket(
                at_ms=start,
                minimum=low[1],
                minimum_ms=low[0],
                maximum=high[1],
                maximum_ms=high[0],
                mean=sum(each[1] for each in inside) / len(inside),
                samples=len(inside),
                status=0,
            )
        )
    return tuple(found)


def test_thinned_history_is_not_taken_for_gaps_but_its_real_gap_is_one() -> None:
    width_ms = 20 * MINUTE_MS
    parts = buckets_of([*minutes(0, 1000), *minutes(1100, 2000)], width_ms)
    store = store_with(minutes(1990, 2010))
    store.merge_history(history(buckets=parts, end_ms=2000 * MINUTE_MS))
    found = store.thinned(STATION, SYMBOL, 0, 10**9, 5000, GAP_MS)
    parted = np.flatnonzero(~found.joined[:-1])
    assert len(parted) == 1
    assert int(found.at_ms[parted[0]]) < 1000 * MINUTE_MS <= int(found.at_ms[parted[0] + 1])
    assert store.history_from(STATION, SYMBOL) is None


def test_whole_history_after_thinned_history_shows_gaps_that_were_hidden() -> None:
    with_hole = [*minutes(0, 45), *minutes(55, 200)]
    store = store_with()
    store.merge_history(history(buckets=buckets_of(with_hole, 40 * MINUTE_MS), end_ms=200 * MINUTE_MS))
    assert store.thinned(STATION, SYMBOL, 0, 10**9, 5000, GAP_MS).joined[:-1].all()
    store.merge_history(history(with_hole))
    found = store.thinned(STATION, SYMBOL, 0, 10**9, 5000, GAP_MS)
    parted = np.flatnonzero(~found.joined[:-1])
    assert [int(found.at_ms[at]) for at in parted] == [44 * MINUTE_MS]


def test_calibration_and_fault_are_spans_that_begin_an_interval_before_their_first_sample() -> None:
    store = store_with(minutes(0, 10), minutes(10, 15, 1), minutes(15, 20), minutes(20, 22, 2), minutes(22, 30))
    assert store.spans(STATION, SYMBOL, 0, 30 * MINUTE_MS, MINUTE_MS) == (
        Span(9 * MINUTE_MS, 14 * MINUTE_MS, 1),
        Span(19 * MINUTE_MS, 21 * MINUTE_MS, 2),
    )
    assert store.spans(STATION, SYMBOL, 25 * MINUTE_MS, 30 * MINUTE_MS, MINUTE_MS) == ()


def test_a_span_ends_where_sending_ended() -> None:
    store = store_with(minutes(0, 5, 1), minutes(20, 25, 1))
    assert [(span.start_ms, span.end_ms) for span in store.spans(STATION, SYMBOL, 0, 10**8, MINUTE_MS)] == [
        (-MINUTE_MS, 4 * MINUTE_MS),
        (19 * MINUTE_MS, 24 * MINUTE_MS),
    ]


def test_values_that_are_no_numbers_are_left_out() -> None:
    store = store_with([(0, 1.0, 0), (1, float("nan"), 0), (2, float("inf"), 0)])
    assert store.window(STATION, SYMBOL, 0, 10).at_ms.tolist() == [0]


def test_a_full_channel_lets_the_oldest_go() -> None:
    store = ReadingStore(HandClock(0), capacity=1000)
    for first in range(0, 5000, 130):
        store.add([series(minutes(first, first + 130))])
    window = store.window(STATION, SYMBOL, 0, 10**10)
    assert 875 <= len(window.at_ms) <= 1000
    assert (np.diff(window.at_ms) == MINUTE_MS).all()
    assert window.at_ms[-1] == store.latest(STATION, SYMBOL).at_ms  # type: ignore[union-attr]
    thinned = store.thinned(STATION, SYMBOL, 0, 10**10, 10, GAP_MS)
    assert thinned.joined[:-1].all()
    assert thinned.value.max() == window.value.max()


def test_age_is_of_the_sessions_clock_and_never_negative() -> None:
    clock = HandClock(100_000)
    store = ReadingStore(clock)
    assert store.latest_age(STATION, SYMBOL) is None
    store.add([series([(88_000, 5.0, 0)])])
    assert store.latest_age(STATION, SYMBOL) == pytest.approx(12.0)
    assert store.latest(STATION, SYMBOL) == Sample(88_000, 5.0, 0)
    clock.at_ms = 50_000
    assert store.latest_age(STATION, SYMBOL) == 0.0


def test_changes_are_told_once_a_call_and_nothing_new_is_not_told() -> None:
    store = ReadingStore(HandClock(0))
    told: list[set[str]] = []
    store.stations_changed.connect(told.append)
    store.add([series(minutes(0, 5)), series(minutes(5, 9))])
    store.add([series([])])
    assert told == [{STATION}]
    assert store.version == 1


def test_nearest_sample_is_found_within_reach_only() -> None:
    store = store_with([(1000, 1.0, 0), (2000, 2.0, 0)])
    assert store.nearest(STATION, SYMBOL, 1400, 500) == Sample(1000, 1.0, 0)
    assert store.nearest(STATION, SYMBOL, 1600, 500) == Sample(2000, 2.0, 0)
    assert store.nearest(STATION, SYMBOL, 9000, 500) is None


def test_history_of_two_spans_apart_leaves_a_hole_to_be_asked_for() -> None:
    day_ms = 1440 * MINUTE_MS
    store = ReadingStore(HandClock(day_ms))
    store.merge_history(history(minutes(0, 10), end_ms=10 * MINUTE_MS))
    store.merge_history(history(minutes(1000, 1440), start_ms=1000 * MINUTE_MS, end_ms=day_ms))
    assert store.has_history(STATION, SYMBOL, 0, 10 * MINUTE_MS)
    assert store.has_history(STATION, SYMBOL, 1000 * MINUTE_MS, day_ms)
    assert not store.has_history(STATION, SYMBOL, 0, day_ms)
    assert store.history_from(STATION, SYMBOL) == 1000 * MINUTE_MS
    store.merge_history(history(minutes(10, 1000), start_ms=10 * MINUTE_MS, end_ms=1000 * MINUTE_MS))
    assert store.has_history(STATION, SYMBOL, 0, day_ms)


def test_extremes_are_told_from_whole_samples() -> None:
    store = store_with()
    store.merge_history(history(buckets=buckets_of(minutes(0, 200), 40 * MINUTE_MS), end_ms=200 * MINUTE_MS))
    assert store.is_thinned(STATION, SYMBOL, 0, 200 * MINUTE_MS)
    store.merge_history(history(minutes(0, 200)))
    assert not store.is_thinned(STATION, SYMBOL, 0, 200 * MINUTE_MS)

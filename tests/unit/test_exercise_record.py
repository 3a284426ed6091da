"""Thinning a recorded series, writing TOML, time limits: the pure parts of making a scenario of a recording."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from backend.exercise.record import ROUND_UP_S, Value, _written, rounded_up
from backend.exercise.thin import between, turning_points

_series = st.lists(
    st.tuples(st.integers(0, 100_000), st.floats(-1e4, 1e4)), max_size=60, unique_by=lambda sample: sample[0]
).map(sorted)


@given(_series, st.floats(0, 100))
def test_the_thinned_curve_passes_every_sample_within_the_tolerance(
    samples: list[tuple[int, float]], tolerance: float
) -> None:
    kept = turning_points(samples, tolerance)
    assert set(kept) <= set(samples)
    assert kept == sorted(kept)
    if not samples:
        return
    assert (kept[0], kept[-1]) == (samples[0], samples[-1])
    for at, value in samples:
        before = max((point for point in kept if point[0] <= at), key=lambda point: point[0])
        after = min((point for point in kept if point[0] >= at), key=lambda point: point[0])
        assert abs(between(before, after, at) - value) <= tolerance + 1e-6


def test_a_straight_rise_and_fall_is_three_points() -> None:
    rise = [(at, float(at)) for at in range(101)]
    fall = [(100 + at, 100.0 - at) for at in range(1, 101)]
    assert turning_points([*rise, *fall], 0.1) == [(0, 0.0), (100, 100.0), (200, 0.0)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_every_text_is_written_so_that_it_is_read_again(text: str) -> None:
    value: dict[str, Value] = {"key": text, "list": (text, text)}
    read = tomllib.loads(f"x = {_written(value)}")
    assert read == {"x": {"key": text, "list": [text, text]}}


@given(st.floats(0, 86_400))
def test_a_time_limit_is_the_next_one_that_people_set(after_s: float) -> None:
    limit = rounded_up(after_s)
    assert limit in ROUND_UP_S
    assert limit >= after_s
    assert all(lower < after_s for lower in ROUND_UP_S if lower < limit)

"""On- and off-delay: what has lasted counts, what has not does not, and nothing waits for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.delays import Delay, settle

MS = st.integers(0, 120_000)


@given(
    delay=st.builds(Delay, on_ms=MS, off_ms=MS),
    raws=st.lists(st.tuples(st.booleans(), st.integers(1, 60_000)), min_size=1, max_size=40),
)
def test_what_counts_changes_exactly_when_the_other_has_lasted_its_delay(
    delay: Delay, raws: list[tuple[bool, int]]
) -> None:
    on, since_ms, now_ms = False, None, 0
    other_since_ms: int | None = None
    for raw, step_ms in raws:
        now_ms += step_ms
        other_since_ms = None if raw == on else now_ms if other_since_ms is None else other_since_ms
        settled = settle(on, raw, since_ms, now_ms, delay)
        lasted_ms = None if other_since_ms is None else now_ms - other_since_ms
        expected = lasted_ms is not None and lasted_ms >= (delay.on_ms if raw else delay.off_ms)
        assert (settled.on != on) == expected
        assert (settled.due_ms is None) == (settled.on == raw)
        assert settled.due_ms is None or settled.due_ms > now_ms
        on, since_ms = settled.on, settled.since_ms
        other_since_ms = None if expected else other_since_ms


@given(raw=st.booleans(), on=st.booleans(), now_ms=MS)
def test_without_a_delay_it_counts_at_once(raw: bool, on: bool, now_ms: int) -> None:
    assert settle(on, raw, None, now_ms, Delay()).on == raw


def test_a_clock_that_was_set_back_does_not_make_it_wait_longer_than_the_delay() -> None:
    waiting = settle(False, True, 1_000_000, 10_000, Delay(on_ms=60_000))
    assert waiting.due_ms == 70_000

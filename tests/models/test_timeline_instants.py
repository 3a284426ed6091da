"""Instants as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.models.instants import parse_instant

OFFSET_MIN = 420


def local(text: str) -> int:
    """Epoch milliseconds of a local time in Lào Cai, "2026-11-22 10:02:15.320"."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(minutes=OFFSET_MIN)
    return round(moment.timestamp() * 1000)


HERE_MS = local("2026-11-22 09:00:00")
PRESENT_MS = local("2026-11-22 10:02:20")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("10:02", "2026-11-22 10:02:00"),
        ("10:02:15", "2026-11-22 10:02:15"),
        ("9:05", "2026-11-22 09:05:00"),
        ("9h05", "2026-11-22 09:05:00"),
        ("  10:02:15,32 ", "2026-11-22 10:02:15.320"),
        ("21/11 23:59:59", "2026-11-21 23:59:59"),
        ("23:59:59 21/11", "2026-11-21 23:59:59"),
        ("21/11/2025 08:00", "2025-11-21 08:00:00"),
        ("21/11", "2026-11-21 00:00:00"),
        ("10:02:15,320 · 22/11", "2026-11-22 10:02:15.320"),
        ("-5 ph", "2026-11-22 09:57:20"),
        ("-5", "2026-11-22 09:57:20"),
        ("−30 s", "2026-11-22 10:01:50"),
        ("-2 giờ", "2026-11-22 08:02:20"),
        ("-1 NGÀY", "2026-11-21 10:02:20"),
        ("-2h", "2026-11-22 08:02:20"),
        # What would lie in the future is of the day, or the year, before.
        ("22:00", "2026-11-21 22:00:00"),
        ("24/12", "2025-12-24 00:00:00"),
    ],
)
def test_the_words_mean_this_instant(typed: str, meant: str) -> None:
    assert parse_instant(typed, HERE_MS, PRESENT_MS, OFFSET_MIN) == local(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "mười giờ",
        "25:00",
        "10:60",
        "10:02:75",
        "30/2",
        "0/5",
        "10:02 10:03",
        "1/1 2/1",
        "-5 tuần",
        "-",
        "5",
        "10:2",
    ],
)
def test_what_cannot_be_told_is_refused(typed: str) -> None:
    assert parse_instant(typed, HERE_MS, PRESENT_MS, OFFSET_MIN) is None


@given(st.integers(local("2001-01-01 00:00"), PRESENT_MS), st.sampled_from([420, 0, -210, 345]))
def test_what_the_desk_writes_can_be_typed(at_ms: int, offset_min: int) -> None:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms, minutes=offset_min)
    typed = f"{moment:%H:%M:%S},{at_ms % 1000:03d} {moment:%d/%m/%Y}"
    assert parse_instant(typed, HERE_MS, PRESENT_MS, offset_min) == at_ms


@given(st.text(max_size=30))
def test_no_words_break_it(typed: str) -> None:
    found = parse_instant(typed, HERE_MS, PRESENT_MS, OFFSET_MIN)
    assert found is None or isinstance(found, int)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(local("2020-01-01 00:00"), PRESENT_MS))
def test_a_time_without_a_date_never_lies_in_the_future(hour: int, minute: int, here_ms: int) -> None:
    found = parse_instant(f"{hour}:{minute:02d}", here_ms, PRESENT_MS, OFFSET_MIN)
    assert found is not None
    assert found <= PRESENT_MS

"""Written numbers, formulas and how a figure stands: tables, and properties against slower versions of the same."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.indicator_formula import parse_formula
from backend.contracts.indicators import Indicator, Standing
from backend.contracts.periods import after
from backend.contracts.written_numbers import NumberError, written_number
from backend.domain.indicator_evaluation import TREND_LEAST, evaluate, ranks, standing, trend
from backend.domain.indicator_formula import formula_value
from backend.domain.wording import number_en, number_vi


def indicator(**values: object) -> Indicator:
    base = {"code": "A", "name_vi": "A", "name_en": "A", "sector": "s", "unit": "%", "owner": "o", "source": "x"}
    return Indicator.model_validate({**base, "period": "month", **values})


@pytest.mark.parametrize(
    ("text", "decimals", "value", "unsure"),
    [
        ("12,5", 1, 12.5, False), ("12.5", 1, 12.5, False), ("1.234,5", 1, 1234.5, False),
        ("1,234.5", 1, 1234.5, False), ("1.234.567", 0, 1234567.0, False), ("1 234,5", 1, 1234.5, False),
        ("12\u00a0345", 0, 12345.0, False), ("1.234", 1, 1234.0, True), ("1.234", 3, 1.234, True),
        ("0.234", 0, 0.234, False), ("-1.234,5", 1, -1234.5, False), ("1234.567", 0, 1234.567, False),
        ("7", 2, 7.0, False),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written_here(text: str, decimals: int, value: float, unsure: bool) -> None:
    assert written_number(text, decimals) == (value, unsure)


@pytest.mark.parametrize(
    "text", ["", "12,5x", "1,2,3", "1.23.456", "1e5", "nan", "٣", "1.234.5678", "--1", "=1+1", "5 %"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        written_number(text, 1)


@given(st.floats(-1e7, 1e7), st.integers(0, 2))
def test_what_the_program_writes_it_reads_in_both_languages(value: float, decimals: int) -> None:
    for text in (number_vi(value, decimals), number_en(value, decimals)):
        assert written_number(text, decimals)[0] == pytest.approx(value, abs=0.51 * 10**-decimals)


@pytest.mark.parametrize(
    ("levels", "value", "wanted"),
    [
        ({"target": 95.0, "warn": 90.0, "bad": 80.0}, 90.0, "good"),
        ({"target": 95.0, "warn": 90.0, "bad": 80.0}, 89.9, "warn"),
        ({"target": 95.0, "warn": 90.0, "bad": 80.0}, 79.9, "bad"),
        ({"target": 95.0}, 94.0, "warn"),
        ({"direction": "down", "target": 5.0, "bad": 10.0}, 10.1, "bad"),
        ({"direction": "down", "target": 5.0, "bad": 10.0}, 5.0, "good"),
        ({"direction": "band", "low": 60.0, "high": 95.0, "margin": 3.0}, 98.0, "warn"),
        ({"direction": "band", "low": 60.0, "high": 95.0, "margin": 3.0}, 98.1, "bad"),
        ({}, 5.0, "none"),
    ],
)
def test_a_figure_stands_by_its_levels(levels: dict[str, object], value: float, wanted: Standing) -> None:
    assert standing(indicator(**levels), value) == wanted


def test_a_figure_is_compared_with_the_period_before_and_the_year_before() -> None:
    found = evaluate(indicator(target=100.0), "", {"2025-11": 0.0, "2026-10": 100.0, "2026-11": 80.0}, "2026-11")
    assert found.previous is not None
    assert found.last_year is not None
    assert (found.gap, found.attained, found.previous.percent, found.previous.move) == (-20.0, 80.0, -20.0, "worse")
    assert (found.last_year.change, found.last_year.percent, found.last_year.move) == (80.0, None, "better")
    assert found.trend.kind == "unknown"


_VALUES = st.lists(st.integers(0, 6).map(float), min_size=TREND_LEAST, max_size=13)


@given(_VALUES)
def test_the_trend_is_mann_kendalls_and_its_slope_theils_and_sens(values: list[float]) -> None:
    found = trend(indicator(), values)
    pairs = list(combinations(range(len(values)), 2))
    score = sum((values[j] > values[i]) - (values[j] < values[i]) for i, j in pairs)
    groups = [values.count(each) for each in set(values)]
    n = len(values)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)) / 18
    z = 0.0 if not score or not variance else (score - math.copysign(1, score)) / variance**0.5
    assert found.p_value is not None
    assert found.p_value == pytest.approx(2 * (1 - 0.5 * (1 + math.erf(abs(z) / 2**0.5))), abs=1e-9)
    slopes = sorted((values[j] - values[i]) / (j - i) for i, j in pairs)
    middle = len(slopes) // 2
    assert found.slope == (slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2)
    assert found.kind == ("steady" if found.p_value >= 0.05 else "rising" if score > 0 else "falling")
    mirrored = trend(indicator(), values[::-1])
    assert {found.kind, mirrored.kind} in ({"steady"}, {"rising", "falling"})


def test_a_hole_ends_the_course_that_a_trend_is_seen_in() -> None:
    months = [after("2026-01", step) for step in range(12)]
    figures = {month: float(number) for number, month in enumerate(months)}
    assert evaluate(indicator(), "", figures, months[-1]).trend.kind == "rising"
    del figures["2026-08"]
    assert evaluate(indicator(), "", figures, months[-1]).trend.samples == 4


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 5).map(float), min_size=1))
def test_equal_figures_share_a_rank_and_the_best_has_the_first(values: dict[str, float]) -> None:
    for direction in ("up", "down"):
        found = ranks(indicator(direction=direction), values)
        for area, rank in found.items():
            better = [v for v in values.values() if (v > values[area] if direction == "up" else v < values[area])]
            assert rank == 1 + len(better)


_SITE = {
    "A": indicator(code="A", areas="commune"),
    "B": indicator(code="B"),
    "Y": indicator(code="Y", period="year"),
}
_KNOWN = {
    ("A", "1", "2026-11"): 30.0, ("A", "2", "2026-11"): 10.0, ("A", "1", "2026-10"): 20.0, ("B", "", "2026-11"): 40.0,
    ("B", "", "2026-10"): 50.0, ("Y", "", "2026"): 400.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "area", "period", "wanted"),
    [
        ("ratio(A, B)", "1", "2026-11", 75.0),
        ("A - prev(A)", "1", "2026-11", 10.0),
        ("areas(A)", "", "2026-11", 40.0),
        ("areas(A)", "", "2026-10", None),
        ("B / Y", "", "2026-11", 0.1),
        ("sum(B)", "", "2026-Q4", None),
        ("B / (B - B)", "", "2026-11", None),
        ("-(A + 2) * 3", "1", "2026-11", -96.0),
        ("A", "2", "2026-10", None),
    ],
)
def test_a_formula_makes_a_figure_or_none_where_one_is_missing(
    text: str, area: str, period: str, wanted: float | None
) -> None:
    found = formula_value(
        parse_formula(text), area, period, lambda *key: _KNOWN.get(key), _SITE.get, lambda code: ("1", "2")
    )
    assert found == (None if wanted is None else pytest.approx(wanted))

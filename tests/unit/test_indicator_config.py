"""indicators.toml: what it says, every mistake with its line; periods and formulas as it writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.indicator_formula import Binary, Figure, FormulaError, Negative, Number, parse_formula
from backend.contracts.indicators import IndicatorRules
from backend.contracts.periods import (
    PERIOD_KINDS,
    PeriodError,
    PeriodKind,
    a_year_before,
    after,
    first_day,
    is_inside,
    kind_of,
    last_day,
    period_of,
    periods_in,
)
from config.indicators import read_indicators
from config.problems import Problems
from config.site import load_site
from tests.system.backend_process import SMALL_SITE

SECTOR = '[[sector]]\nsector_id = "y-te"\nname_vi = "Y tế"\nname_en = "Health"\n'
BEDS = """
[[indicator]]
code = "BEDS"
name_vi = "Giường"
name_en = "Beds"
sector = "y-te"
unit = "giường"
owner = "so-yt"
period = "day"
areas = "commune"
source = "QĐ 1"
verified = false
"""
USED = BEDS.replace('"BEDS"', '"USED"')
SHARE = BEDS.replace('"BEDS"', '"SHARE"') + 'formula = "ratio(USED, BEDS)"\n'
BOARD = (
    '[[board]]\nboard_id = "b"\ntitle_vi = "B"\ntitle_en = "B"\n[[board.blocks]]\nkind = "map"\nindicators = ["BEDS"]\n'
)


def read(folder: Path, text: str) -> tuple[IndicatorRules, list[str]]:
    (folder / "indicators.toml").write_text(text, encoding="utf-8")
    problems = Problems()
    found = read_indicators(folder, {"so-yt": ("Sở Y tế", "Health department")}, ["lgsp"], problems)
    return found, [str(one) for one in sorted(problems.found)]


def test_a_good_file_names_owner_and_says_what_is_not_verified(tmp_path: Path) -> None:
    found, wrong = read(tmp_path, SECTOR + BEDS + USED + SHARE + BOARD)
    assert wrong == []
    beds = found.indicator("BEDS")
    assert beds is not None
    assert (beds.owner_vi, beds.source) == ("Sở Y tế", "QĐ 1 (chưa xác minh)")
    assert found.boards[0].blocks[0].indicators == ("BEDS",)


def test_a_site_without_the_file_keeps_none_and_the_province_of_the_demonstration_many() -> None:
    assert load_site(SMALL_SITE).indicators == IndicatorRules()
    rules = load_site(Path("config/sites/laocai")).indicators
    assert len(rules.indicators) >= 45
    assert {one.sector for one in rules.indicators} == {one.sector_id for one in rules.sectors}
    assert len(rules.boards) == 9
    assert all("chưa xác minh" in one.source for one in rules.indicators)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (BEDS + BEDS, 18, "indicator 'BEDS' is already in line 6"),
        (BEDS.replace("so-yt", "so-y"), 12, "unknown agency 'so-y', did you mean 'so-yt'?"),
        (BEDS.replace("y-te", "te"), 10, "unknown sector 'te'"),
        (BEDS + "target = 5.0\nwarn = 9.0\n", 18, "levels must be bad <= warn <= target"),
        (BEDS + 'direction = "band"\nlow = 5.0\n', 6, "needs low and high"),
        (BEDS + 'direction = "band"\nlow = 5.0\nhigh = 6.0\ntarget = 5.0\n', 20, "'target' says nothing"),
        (BEDS + 'expected_from = "2026-11"\n', 17, "'2026-11' is no day; one is written 2026-11-22"),
        (BEDS + 'producer_id = "x"\n', 17, "unknown producer 'x'"),
        (BEDS + 'formula = "BEDS + 1"\n', 17, "the formula needs its own figure"),
        (BEDS + 'formula = "USED"\n' + USED + 'formula = "2 * BEDS"\n', 17, "needs its own figure"),
        (BEDS + 'formula = "1 +"\n', 17, "column 4: a number, a code or a function is missing"),
        (BEDS + 'formula = "USD"\n' + USED, 17, "unknown indicator 'USD', did you mean 'USED'?"),
        (BEDS.replace('"day"', '"month"') + USED + 'formula = "sum(BEDS)"\n', 29, "would make months into a day"),
        (BEDS.replace('"day"', '"week"') + 'formula = "USED"\n' + USED, 17, "say sum(USED)"),
        (BEDS.replace('"commune"', '"province"') + BOARD, 23, "has no figures of areas; a map needs them"),
        (BEDS + BOARD.replace('["BEDS"]', '["BED"]'), 23, "unknown indicator 'BED'"),
        (BEDS + "colour = 1\n", 17, "unknown key 'colour'"),
    ],
)
def test_every_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    _, wrong = read(tmp_path, SECTOR + text)
    assert any(one.startswith(f"indicators.toml:{line}: ") and told in one for one in wrong), wrong


def test_formulas_are_read_with_the_usual_precedence() -> None:
    assert parse_formula("A + 2 * -B") == Binary("+", Figure("A"), Binary("*", Number(2.0), Negative(Figure("B"))))
    assert parse_formula("ratio(sum(A), B)") == Binary("ratio", Figure("A", "sum"), Figure("B"))


@given(st.text(alphabet="AB12.+-*/(), sumratio_\u0661é", max_size=40))
def test_any_text_is_a_formula_or_refused_with_its_column(text: str) -> None:
    column = 1
    try:
        parse_formula(text)
    except FormulaError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


def test_a_formula_that_nests_without_end_is_refused() -> None:
    with pytest.raises(FormulaError, match="nested deeper"):
        parse_formula("(" * 200 + "A" + ")" * 200)


_DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
_KINDS = st.sampled_from(PERIOD_KINDS)


@given(_DAYS, _KINDS, st.integers(-60, 60))
def test_periods_follow_each_other_without_gap_and_sort_as_labels(day: date, kind: PeriodKind, steps: int) -> None:
    label = period_of(day, kind)
    assert kind_of(label) == kind
    assert first_day(label) <= day <= last_day(label)
    later = after(label, steps)
    assert after(later, -steps) == label
    assert (later > label) == (steps > 0)
    assert (first_day(after(label)) - last_day(label)).days == 1


@given(_DAYS, _KINDS, _KINDS)
def test_the_periods_in_a_period_make_it_up_exactly(day: date, wider: PeriodKind, kind: PeriodKind) -> None:
    label = period_of(day, wider)
    if not is_inside(kind, wider):
        with pytest.raises(PeriodError):
            periods_in(label, kind)
        return
    parts = periods_in(label, kind)
    assert first_day(parts[0]) == first_day(label)
    assert last_day(parts[-1]) == last_day(label)
    assert all(after(one) == following for one, following in zip(parts, parts[1:], strict=False))


@pytest.mark.parametrize(
    ("label", "before"),
    [("2026-11", "2025-11"), ("2024-02-29", None), ("2020-W53", None), ("2026-Q3", "2025-Q3"), ("2026", "2025")],
)
def test_the_same_period_of_the_year_before(label: str, before: str | None) -> None:
    assert a_year_before(label) == before


@pytest.mark.parametrize("label", ["", "2026-13", "2026-W54", "2026-Q5", "26", "2026-02-30", "2026-1", "\u0662026"])
def test_what_is_no_period_is_told_with_one_that_is(label: str) -> None:
    with pytest.raises(PeriodError, match="2026"):
        kind_of(label)


COUNTED = BEDS.replace('"BEDS"', '"COUNTED"')


def test_what_is_counted_from_the_log_names_a_measure_and_nothing_beside_it(tmp_path: Path) -> None:
    found, wrong = read(tmp_path, SECTOR + COUNTED + 'computed = "reports.on_time_share"\n')
    assert wrong == []
    counted = found.indicator("COUNTED")
    assert counted is not None
    assert not counted.is_entered
    for more, words in (
        ('computed = "reports.on_time"\n', "unknown measure 'reports.on_time'"),
        ('computed = "cameras.available_share"\n', "cameras.available_share is not counted by commune"),
        ('computed = "reports.received"\nproducer_id = "lgsp"\n', "'producer_id' says nothing beside it"),
        ('computed = "reports.received"\nformula = "BEDS"\n', "'formula' says nothing beside it"),
    ):
        _, wrong = read(tmp_path, SECTOR + BEDS + COUNTED + more)
        assert any(words in one for one in wrong), wrong


def test_targets_of_later_periods_follow_each_other_and_keep_the_order_of_levels(tmp_path: Path) -> None:
    levels = 'target = 90\nlevels = [{ since = "2026", target = 95, bad = 80 }, { since = "2027-Q2", target = 97 }]\n'
    found, wrong = read(tmp_path, SECTOR + BEDS + levels)
    assert wrong == []
    beds = found.indicator("BEDS")
    assert beds is not None
    targets = [(beds.of(day).target, beds.of(day).bad) for day in ("2025-12-31", "2026-01-01", "2027-04-01")]
    assert targets == [(90, None), (95, 80), (97, None)]
    for more, words in (
        ('levels = [{ since = "2027", target = 1 }, { since = "2026-06", target = 2 }]', "does not come after"),
        ('levels = [{ since = "2026-13", target = 1 }]', "'2026-13'"),
        ('levels = [{ since = "2026", target = 1, bad = 2 }]', "bad <= warn <= target"),
        ('levels = [{ since = "2026", low = 1 }]', "'low' says nothing with direction 'up'"),
    ):
        _, wrong = read(tmp_path, SECTOR + BEDS + more + "\n")
        assert any(words in one for one in wrong), wrong

"""Numbers, ages and times as they are shown."""

from __future__ import annotations

import math

import pytest

from console.models.numbers import (
    format_age,
    format_date,
    format_number,
    format_signed,
    format_time,
    format_value,
    iso_time,
    pretty_unit,
)

AT_MS = 1_795_316_535_000  # 2026-11-22T03:02:15Z
HANOI_MIN = 420


@pytest.mark.parametrize(
    ("value", "decimals", "vietnamese", "english"),
    [
        (3.41, 2, "3,41", "3.41"),
        (1250.0, 0, "1.250", "1,250"),
        (1_234_567.891, 2, "1.234.567,89", "1,234,567.89"),
        (0.0, 1, "0,0", "0.0"),
        (-0.04, 1, "0,0", "0.0"),
        (-12.5, 1, "−12,5", "−12.5"),
        (999.96, 1, "1.000,0", "1,000.0"),
        (math.nan, 2, "–", "–"),
        (math.inf, 2, "–", "–"),
        (7.0, -3, "7", "7"),
    ],
)
def test_numbers_are_written_as_the_language_does(value: float, decimals: int, vietnamese: str, english: str) -> None:
    assert format_number(value, decimals, "vi") == vietnamese
    assert format_number(value, decimals, "en") == english


def test_signed_numbers_show_their_plus_but_zero_has_none() -> None:
    assert format_signed(0.35, 2, "vi") == "+0,35"
    assert format_signed(-1.2, 2, "vi") == "−1,20"
    assert format_signed(0.001, 2, "vi") == "0,00"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("mg/Nm3", "mg/Nm³"),
        ("µg/m3", "µg/m³"),
        ("m3/h", "m³/h"),
        ("m3/s", "m³/s"),
        ("mg/L", "mg/L"),
        ("pH", ""),
        ("°C", "°C"),
        ("m", "m"),
        ("mm", "mm"),
        ("Pt-Co", "Pt-Co"),
        ("m2", "m²"),
    ],
)
def test_units_are_written_for_people(unit: str, shown: str) -> None:
    assert pretty_unit(unit) == shown


def test_value_and_unit_never_part_at_a_line_end() -> None:
    assert format_value(3.41, "m", 2, "vi") == "3,41\N{NO-BREAK SPACE}m"
    assert format_value(1250, "m3/s", 0, "vi") == "1.250\N{NO-BREAK SPACE}m³/s"
    assert format_value(7.2, "pH", 2, "vi") == "7,20"
    assert format_value(38, "%", 0, "vi") == "38%"


@pytest.mark.parametrize(
    ("age_s", "vietnamese", "english"),
    [
        (-3, "0 s", "0 s"),
        (12.9, "12 s", "12 s"),
        (59.9, "59 s", "59 s"),
        (60, "1 ph", "1 min"),
        (299, "4 ph", "4 min"),
        (7200, "2 giờ", "2 h"),
        (47.9 * 3600, "47 giờ", "47 h"),
        (3 * 86400, "3 ngày", "3 d"),
        (math.inf, "–", "–"),
    ],
)
def test_ages_are_rounded_down_to_their_largest_unit(age_s: float, vietnamese: str, english: str) -> None:
    assert format_age(age_s, "vi").replace("\N{NO-BREAK SPACE}", " ") == vietnamese
    assert format_age(age_s, "en").replace("\N{NO-BREAK SPACE}", " ") == english


def test_times_are_of_the_sites_wall_clock() -> None:
    assert format_time(AT_MS, HANOI_MIN) == "10:02:15"
    assert format_time(AT_MS, HANOI_MIN, with_date=True) == "10:02:15 22/11"
    assert format_date(AT_MS, HANOI_MIN) == "22/11/2026"
    assert format_time(AT_MS, -210, with_date=True) == "23:32:15 21/11"


def test_times_in_files_carry_their_offset() -> None:
    assert iso_time(AT_MS, HANOI_MIN) == "2026-11-22T10:02:15+07:00"
    assert iso_time(AT_MS + 250, HANOI_MIN) == "2026-11-22T10:02:15.250+07:00"
    assert iso_time(AT_MS, -210) == "2026-11-21T23:32:15-03:30"

"""The limits and levels of the site against the tables of the standards, written down here a second time."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from backend.contracts.site import Grade, Limit, Parameter
from config.limits import grades_of, limits_of, read_limits
from config.problems import Problems, TomlFile, parse_toml
from config.site_files import LimitReference, StationEntry

FILE = Path("config/sites/laocai/limits.toml")
TODAY = date(2026, 11, 23)

# symbol: (column A, column B), mg/Nm3, times Kp and Kv
QCVN_19_2009 = {
    "PM": (400, 200), "CO": (1000, 1000), "SO2": (1500, 500), "NOx": (1000, 850), "Pb": (10, 5), "HCl": (200, 50),
    "HF": (50, 20), "H2S": (7.5, 7.5), "NH3": (76, 50), "Cl2": (32, 10), "SO3": (100, 50), "HNO3": (1000, 500),
}  # fmt: skip
QCVN_21_2009 = {"PM": (400, 200), "SO2": (1500, 500), "NOx": (1000, 850), "NH3": (76, 50), "SO3": (100, 50),
                "HF": (90, 50)}  # fmt: skip
# symbol: (column A, column B), mg/L, times Kq and Kf
QCVN_40_2011 = {
    "BOD5": (30, 50), "COD": (75, 150), "TSS": (50, 100), "NH4": (5, 10), "TN": (20, 40), "TP": (4, 6), "F": (5, 10),
    "As": (0.05, 0.1), "Pb": (0.1, 0.5), "Cd": (0.05, 0.1),
}  # fmt: skip
# symbol: (1 h, 8 h, 24 h, year), µg/Nm3; stations of ambient air write µg/m3
QCVN_05_2023 = {
    "SO2": (350, None, 125, 50), "CO": (30000, 10000, None, None), "NO2": (200, None, 100, 40),
    "O3": (200, 120, None, None), "PM": (300, None, 200, 100), "PM10": (None, None, 100, 50),
    "PM2,5": (None, None, 45, 25), "Pb": (None, None, 1.5, 0.5), "NH3": (200, None, None, None),
    "H2S": (42, None, None, None), "HF": (20, None, 5, None), "H2SO4": (300, None, 50, None),
    "HCl": (None, None, 60, None), "Cl2": (100, None, 30, None),
}  # fmt: skip
# category: symbol: (A, B, C), mg/Nm3, and the oxygen it is referred to, %
QCVN_19_2024 = {
    "lò hơi sinh khối dưới 20 t/h": (7, {"PM": (40, 50, 60), "SO2": (130, 200, 250), "NOx": (150, 250, 350),
                                         "CO": (200, 300, 350)}),
    "lò hơi sinh khối từ 20 t/h": (7, {"PM": (30, 40, 50)}),
    "tuabin khí đến 300 MW": (15, {"PM": (15, 15, 20), "SO2": (50, 80, 90), "NOx": (70, 120, 150)}),
}  # fmt: skip


def station(symbols: list[str], unit: str, grades: str = "", **reference: object) -> StationEntry:
    limits = (LimitReference.model_validate(reference),) if reference else ()
    return StationEntry(
        station_id="s", name_vi="", name_en="", kind="stack", lat_deg=22, lon_deg=104, commune_code="",
        interval_s=300, producer_id="p", parameters=tuple(symbols), limits=limits, grades=grades,
    )  # fmt: skip


def _read() -> tuple[TomlFile, Problems]:
    problems = Problems()
    return parse_toml(FILE.name, FILE.read_text(encoding="utf-8"), problems), problems


def found(symbol: str, unit: str, day: date = TODAY, **reference: object) -> tuple[Limit, ...]:
    file, problems = _read()
    entry = station([symbol, "O2"], unit, "", **reference)
    limits = limits_of(entry, symbol, unit, read_limits(file, problems), day, file, ())
    problems.raise_if_any()
    return limits


@pytest.mark.parametrize(
    ("standard", "table"), [("QCVN 19:2009/BTNMT", QCVN_19_2009), ("QCVN 21:2009/BTNMT", QCVN_21_2009)]
)
def test_emissions_of_2009_in_both_columns(standard: str, table: dict[str, tuple[float, float]]) -> None:
    for symbol, (a, b) in table.items():
        for column, day, value in (("A", date(2013, 6, 1), a), ("B", TODAY, b)):
            (limit,) = found(symbol, "mg/Nm3", day, standard=standard, column=column, Kp=0.9, Kv=1.2)
            assert limit.value == pytest.approx(value * 0.9 * 1.2), (symbol, column)
            assert limit.source.endswith("(chưa xác minh)")
        assert found(symbol, "mg/Nm3", date(2015, 1, 1), standard=standard, column="A", Kp=1, Kv=1) == ()


def test_waste_water_of_2011_in_both_columns() -> None:
    for symbol, values in QCVN_40_2011.items():
        for column, value in zip("AB", values, strict=True):
            (limit,) = found(symbol, "mg/L", standard="QCVN 40:2011/BTNMT", column=column, Kq=1.1, Kf=0.9)
            assert limit.value == pytest.approx(value * 0.99), (symbol, column)


@pytest.mark.parametrize(("column", "low", "colour"), [("A", 6.0, 50.0), ("B", 5.5, 150.0)])
def test_no_coefficient_touches_ph_temperature_and_colour(column: str, low: float, colour: float) -> None:
    def values(symbol: str, unit: str) -> dict[str, float]:
        limits = found(symbol, unit, standard="QCVN 40:2011/BTNMT", column=column, Kq=0.6, Kf=0.9)
        return {limit.direction: limit.value for limit in limits}

    assert values("pH", "pH") == {"below": low, "above": 9.0}
    assert values("Temp", "°C") == {"above": 40.0}
    assert values("Color", "Pt-Co") == {"above": colour}


def test_ambient_air_by_the_length_of_its_mean() -> None:
    columns = (("TB 1 giờ", 60), ("TB 8 giờ", 480), ("TB 24 giờ", 1440), ("TB năm", 525_600))
    for symbol, values in QCVN_05_2023.items():
        for (column, window_min), value in zip(columns, values, strict=True):
            limits = found(symbol, "µg/m3", standard="QCVN 05:2023/BTNMT", column=column)
            assert [(limit.value, limit.window_min) for limit in limits] == (
                [] if value is None else [(value, window_min)]
            ), (symbol, column)


def test_fine_dust_was_allowed_more_until_the_end_of_2025() -> None:
    (before,) = found("PM2,5", "µg/m3", date(2025, 12, 31), standard="QCVN 05:2023/BTNMT", column="TB 24 giờ")
    (after,) = found("PM2,5", "µg/m3", date(2026, 1, 1), standard="QCVN 05:2023/BTNMT", column="TB 24 giờ")
    assert (before.value, after.value) == (50.0, 45.0)


def test_emissions_of_2024_by_category_and_zone_are_referred_to_their_oxygen() -> None:
    for category, (o2, table) in QCVN_19_2024.items():
        for symbol, values in table.items():
            for column, value in zip("ABC", values, strict=True):
                (limit,) = found(symbol, "mg/Nm3", standard="QCVN 19:2024/BTNMT", column=f"{column} – {category}")
                assert (limit.value, limit.o2_ref_percent) == (value, o2), (category, symbol, column)
        day_before = date(2025, 6, 30)
        assert found("PM", "mg/Nm3", day_before, standard="QCVN 19:2024/BTNMT", column=f"A – {category}") == ()


def test_every_row_says_where_its_figure_comes_from() -> None:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["limit"]
    assert len(rows) > 150
    assert all(row["source"].strip() and "verified" in row for row in rows)


# -- levels of surface water -------------------------------------------------------------------------------------------

# QCVN 08:2023 table 2: symbol: (unit, [(value, level)])
LEVELS = {
    "pH": ("pH", [(6.5, "A"), (8.5, "A"), (6.4, "B"), (6.0, "B"), (5.9, "D"), (8.6, "D")]),
    "DO": ("mg/L", [(6.0, "A"), (5.9, "B"), (5.0, "B"), (4.9, "C"), (4.0, "C"), (3.9, "D"), (0.5, "D")]),
    "BOD5": ("mg/L", [(4.0, "A"), (4.1, "B"), (6.0, "B"), (10.0, "C"), (10.1, "D")]),
    "COD": ("mg/L", [(10.0, "A"), (15.0, "B"), (15.1, "C"), (20.0, "C"), (20.1, "D")]),
    "TSS": ("mg/L", [(25.0, "A"), (100.0, "B"), (100.1, "C")]),
}


def graded(symbol: str, unit: str, standard: str = "QCVN 08:2023/BTNMT") -> tuple[Grade, ...]:
    file, problems = _read()
    entry = station([symbol], unit, grades=standard)
    grades = grades_of(entry, symbol, unit, read_limits(file, problems), TODAY, file, ())
    problems.raise_if_any()
    return grades


@pytest.mark.parametrize(("symbol", "level"), [(s, level) for s, (_, levels) in LEVELS.items() for level in levels])
def test_levels_of_surface_water(symbol: str, level: tuple[float, str]) -> None:
    value, letter = level
    grades = graded(symbol, LEVELS[symbol][0])
    assert next(grade.letter for grade in grades if grade.holds(value)) == letter


def test_levels_have_their_names_and_say_where_they_come_from() -> None:
    grades = graded("DO", "mg/L")
    assert [grade.name_vi for grade in grades] == ["tốt", "trung bình", "xấu", "rất xấu"]
    assert "QCVN 08:2023" in grades[0].source
    assert "chưa xác minh" in grades[0].source


def test_what_the_best_level_says_nothing_of_has_no_level() -> None:
    assert graded("NH4", "mg/L") == ()
    assert Parameter(symbol="NH4", unit="mg/L", decimals=2).grades == ()


def test_a_standard_that_grades_nothing_is_told() -> None:
    with pytest.raises(Exception, match="no standard 'QCVN 08:2015' grades, did you mean 'QCVN 08:2023/BTNMT'"):
        graded("DO", "mg/L", "QCVN 08:2015")

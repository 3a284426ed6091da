"""Readings as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from console.models.csv_export import EXTREMES, CsvLimit, CsvParameter, CsvStation, csv_text, file_name, write_csv
from console.models.readings_channel import Window

AT_MS = 1_795_316_535_000
LIMIT = CsvLimit("QCVN 19:2009/BTNMT cột B", 450.0, "QCVN 19:2009/BTNMT cột B, Kp=0,9; Bảng 1 (chưa xác minh)")


def station(language: str = "vi", name: str = "Ống khói số 1; nồi hơi") -> CsvStation:
    window = Window(np.array([AT_MS, AT_MS + 60_000], np.int64), np.array([1234.5, -0.25]), np.array([0, 2], np.uint8))
    return CsvStation("TL-KT-04", name, 420, language, (CsvParameter("SO2", "mg/Nm3", 1, window, (LIMIT,)),))


@pytest.mark.parametrize(("language", "delimiter", "decimal"), [("vi", ";", ","), ("en", ",", ".")])
def test_what_was_written_is_read_back(tmp_path: Path, language: str, delimiter: str, decimal: str) -> None:
    path = tmp_path / "bảng.csv"
    assert write_csv(path, station(language)) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    assert [row["time"] for row in rows] == ["2026-11-22T10:02:15+07:00", "2026-11-22T10:03:15+07:00"]
    assert [float(row["value"].replace(decimal, ".")) for row in rows] == [1234.5, -0.25]
    assert [row["status"] for row in rows] == ["00", "02"]
    assert {row["unit"] for row in rows} == {"mg/Nm3"}
    assert {row["station"] for row in rows} == {"Ống khói số 1; nồi hơi"}
    assert {row["limit_source"] for row in rows} == {LIMIT.source}
    assert {row["limit_value"].replace(decimal, ".") for row in rows} == {"450.0"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_file_of_extremes_says_so_in_its_header_and_in_the_rows_it_is_true_of(language: str) -> None:
    whole = station(language)
    thinned = replace(whole.parameters[0], symbol="NO2", thinned=True)
    plain = list(csv.reader(io.StringIO(csv_text(whole)), delimiter=";" if language == "vi" else ","))
    said = csv_text(replace(whole, parameters=(*whole.parameters, thinned)))
    rows = list(csv.reader(io.StringIO(said), delimiter=";" if language == "vi" else ","))
    assert rows[0] == [*plain[0], EXTREMES[language]]
    assert {(row[2], row[-1]) for row in rows[1:]} == {("SO2", ""), ("NO2", "x")}
    assert EXTREMES[language] not in plain[0]


def test_names_are_never_taken_for_formulas() -> None:
    assert ";'=cmd|' /C calc'!A0;" in csv_text(station(name="=cmd|' /C calc'!A0"))


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write_csv(tmp_path / "none" / "file.csv", station())


def test_file_names_are_safe_and_say_what_is_inside() -> None:
    name = file_name("TL/KT 04", AT_MS - 86_400_000, AT_MS, 420)
    assert name == "TL_KT_04_20261121-1002_20261122-1002.csv"

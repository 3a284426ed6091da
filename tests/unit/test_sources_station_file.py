"""Station files of TT 10/2021: every habit of the loggers in the field, and bytes from anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.doors import Rejection
from backend.sources.station_file import (
    MAX_FILE_BYTES,
    FileRow,
    ParsedStationFile,
    StationFileError,
    parse_station_file,
)
from tests.unit.feeds_samples import FIXTURES, MINUTE_MS, NOW_MS, STACK, local_time

AT = local_time(NOW_MS)


def parse(text: str | bytes, aliases: dict[str, str] | None = None) -> ParsedStationFile:
    body = text.encode() if isinstance(text, str) else text
    return parse_station_file(body, STACK, 420, NOW_MS, aliases)


def row(line: str, aliases: dict[str, str] | None = None) -> FileRow:
    parsed = parse(line, aliases)
    assert parsed.rejections == ()
    (only,) = parsed.rows
    return only


def rejection(line: str) -> str:
    parsed = parse(line)
    assert parsed.rows == ()
    (only,) = parsed.rejections
    return only.reason


def test_a_line_of_the_circular_is_read() -> None:
    assert row(f"SO2\t312.4\tmg/Nm3\t{AT}\t00\r\n") == FileRow(1, "SO2", NOW_MS, 312.4, 0)


@pytest.mark.parametrize(
    ("line", "symbol", "value"),
    [
        (f"SO2\t312,4\tmg/Nm3\t{AT}\t00", "SO2", 312.4),
        (f"SO2\t.5\tmg/Nm3\t{AT}\t00", "SO2", 0.5),
        (f"SO2\t-0,5\tmg/Nm3\t{AT}\t00", "SO2", -0.5),
        (f"SO2\t3.1E+2\tmg/Nm3\t{AT}\t00", "SO2", 310.0),
        (f"PM2,5\t41,5\tug/m3\t{AT}\t00", "PM2,5", 41.5),
        (f"PM2.5\t41.5\tµg/m³\t{AT}\t00", "PM2,5", 41.5),
        (f"PM25 41,5 \u03bcg/m3 {AT} 00", "PM2,5", 41.5),
        (f"so2\t1\tmg/Nm³\t{AT}\t00", "SO2", 1.0),
        (f"  SO2   1   mg/Nm3   {AT}   00   ", "SO2", 1.0),
        (f"SO2\t1\tmg/Nm3\t{AT}\t00\t\t ", "SO2", 1.0),
        (f"SO2\t\t1\t\tmg/Nm3\t{AT}\t00", "SO2", 1.0),
        (f"SO2\t0.5\tg/Nm3\t{AT}\t00", "SO2", 500.0),
        (f"Flow\t2\tm3/s\t{AT}\t00", "Flow", 7200.0),
        (f"pH\t7,25\t\t{AT}\t00", "pH", 7.25),
        (f"pH\t7,25\t-\t{AT}\t00", "pH", 7.25),
        (f"Temp\t25\toC\t{AT}\t00", "Temp", 25.0),
        (f"N0x\t3\tmg/Nm3\t{AT}\t00", "NOx", 3.0),
    ],
)
def test_habits_of_loggers_are_understood(line: str, symbol: str, value: float) -> None:
    read = row(line)
    assert read.symbol == symbol
    assert read.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"SO2\t1\t{AT}\t00", "4 fields instead of 5; right would be symbol<TAB>value"),
        (f"SO2 1 mg/Nm3 extra {AT} 00", "6 fields"),
        (f"SO2\t\tmg/Nm3\t{AT}\t00", "value '' is no number"),
        (f"SO2\tNaN\tmg/Nm3\t{AT}\t00", "no number"),
        (f"SO2\t-inf\tmg/Nm3\t{AT}\t00", "no number"),
        (f"SO2\t1e99\tmg/Nm3\t{AT}\t00", "out of every range"),
        (f"SO2\t1.250,5\tmg/Nm3\t{AT}\t00", "more than one separator; write 1250,5"),
        (f"SO2\t१२\tmg/Nm3\t{AT}\t00", "no number"),
        (f"SO2\tabc\tmg/Nm3\t{AT}\t00", "write 12,5 or 12.5"),
        (f"SO2\t1\tppm\t{AT}\t00", "unknown unit 'ppm'; SO2 is measured in mg/Nm3"),
        (f"SO2\t1\tµg/m3\t{AT}\t00", "cannot convert"),
        (f"SO2\t1\t\t{AT}\t00", "SO2 is measured in mg/Nm3"),
        (f"SO2\t1\tmg/Nm3\t{AT}\t03", "none of 00 (measuring)"),
        (f"SO2\t1\tmg/Nm3\t{AT}\t0", "none of 00"),
        ("SO2\t1\tmg/Nm3\t20261301000000\t00", "no date that exists"),
        ("SO2\t1\tmg/Nm3\t20260229000000\t00", "no date that exists"),
        ("SO2\t1\tmg/Nm3\t2026010109\t00", "not yyyyMMddHHmmss"),
        ("SO2\t1\tmg/Nm3\t19800101000000\t00", "before the year 2000"),
        (f"SO2\t1\tmg/Nm3\t{local_time(NOW_MS + 7 * 60 * MINUTE_MS)}\t00", "420 min in the future"),
        ("SO2\t1\tmg/Nm3\t00000000000000\t00", "no date that exists"),
        (f"{'S' * 41}\t1\tmg/Nm3\t{AT}\t00", "1 to 40 characters"),
        (f"SO2\t{'1' * 600}\tmg/Nm3\t{AT}\t00", "at most 500"),
    ],
)
def test_what_is_wrong_is_rejected_with_what_would_be_right(line: str, words: str) -> None:
    assert words in rejection(line)


def test_one_bad_line_costs_nothing_but_itself_and_is_named_by_its_number() -> None:
    parsed = parse(f"SO2\t1\tmg/Nm3\t{AT}\t00\r\n\r\nTemp\tx\toC\t{AT}\t00\rpH\t7\tpH\t{AT}\t00\n")
    assert [item.symbol for item in parsed.rows] == ["SO2", "pH"]
    assert [item.line for item in parsed.rejections] == [3]


def test_an_unknown_symbol_is_kept_with_a_warning() -> None:
    parsed = parse(f"Benzen\t0,02\tmg/m3\t{AT}\t00")
    assert [(item.symbol, item.value) for item in parsed.rows] == [("Benzen", 0.02)]
    assert "unknown symbol 'Benzen'" in parsed.warnings[0]


def test_a_known_symbol_the_station_does_not_have_is_kept_in_its_kinds_unit() -> None:
    parsed = parse(f"HF\t1\tg/Nm3\t{AT}\t00")
    assert [(item.symbol, item.value) for item in parsed.rows] == [("HF", 1000.0)]
    assert "not among the parameters" in parsed.warnings[0]


def test_the_producers_own_spellings_are_resolved_first() -> None:
    aliases = {"khói": "SO2"}
    assert row(f"KHÓI\t1\tmg/Nm3\t{AT}\t00", aliases).symbol == "SO2"


def test_samples_of_calibration_and_fault_keep_their_status() -> None:
    assert row(f"SO2\t1\tmg/Nm3\t{AT}\t01").status == 1
    assert row(f"SO2\t1\tmg/Nm3\t{AT}\t02").status == 2


@pytest.mark.parametrize(
    "body",
    [
        f"Temp\t25,5\t°C\t{AT}\t00\r\n".encode(),
        f"\ufeffTemp\t25,5\t°C\t{AT}\t00\r\n".encode(),
        f"Temp\t25,5\t°C\t{AT}\t00\r\n".encode("utf-16"),
        f"Temp\t25,5\t°C\t{AT}\t00\r\n".encode("utf-16-le"),
        f"Temp\t25,5\t°C\t{AT}\t00\r\n".encode("utf-16-be"),
        f"Temp\t25,5\t°C\t{AT}\t00\r\n".encode("cp1258"),
    ],
)
def test_every_encoding_of_the_field_is_read(body: bytes) -> None:
    parsed = parse(body)
    assert [(item.symbol, item.value) for item in parsed.rows] == [("Temp", 25.5)]
    assert parsed.rejections == ()


def test_a_repeated_line_is_counted_and_a_contradicting_one_rejected() -> None:
    line = f"SO2\t1\tmg/Nm3\t{AT}\t00\n"
    parsed = parse(line + line.replace("\t1\t", "\t1,0\t") + line.replace("\t1\t", "\t2\t"))
    assert (len(parsed.rows), parsed.repeats) == (1, 1)
    assert "line 1 gives SO2 of the same time another value" in parsed.rejections[0].reason


@pytest.mark.parametrize(
    "body", [b"", b"\r\n \r\n", b"\x00\x01\x02\x00\x03", b"SO2\t1\x00\tmg", b"x" * (MAX_FILE_BYTES + 1)]
)
def test_what_is_no_station_file_is_refused_whole(body: bytes) -> None:
    with pytest.raises(StationFileError):
        parse(body)


def test_quoted_input_cannot_steer_a_terminal() -> None:
    reason = rejection(f"SO2\t\x1b[31m<b>\u202e1\tmg/Nm3\t{AT}\t00")
    assert "\x1b" not in reason
    assert "\u202e" not in reason
    assert "[31m<b>1" in reason


def test_many_bad_lines_are_told_shortly() -> None:
    parsed = parse("nonsense\n" * 5000)
    assert len(parsed.rejections) == 101
    assert parsed.rejections[-1].reason == "and 4900 more lines were rejected"


def test_the_recorded_files_are_read() -> None:
    good = parse((FIXTURES / "station_files" / "TL-KT-01_20260101085500.txt").read_bytes())
    assert [(item.symbol, item.status) for item in good.rows] == [("SO2", 0), ("NOx", 0), ("PM2,5", 1), ("Temp", 0)]
    assert (good.rejections, good.warnings) == ((), ())
    messy = parse((FIXTURES / "station_files" / "TL-KT-01_20260101090000.txt").read_bytes())
    assert [item.symbol for item in messy.rows] == ["SO2", "NOx", "Benzen"]
    assert [item.line for item in messy.rejections] == [4]


_PIECES = st.one_of(
    st.sampled_from(["SO2", "PM2,5", "\t", "\n", "\r\n", " ", "1,5", "mg/Nm3", AT, "00", "NaN", "\ufeff", "\x0b", "٣"]),
    st.text(max_size=5),
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(_PIECES, max_size=60).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_give_rows_that_can_be_stored_or_a_reason(body: bytes) -> None:
    try:
        parsed = parse(body)
    except StationFileError as error:
        parsed = ParsedStationFile((), (Rejection(line=0, reason=str(error)),), ())
    assert parsed.rows or parsed.rejections
    assert all(item.reason for item in parsed.rejections)
    for item in parsed.rows:
        assert abs(item.value) < float("inf")
        assert item.symbol
        assert "\x00" not in item.symbol
        assert 946_684_800_000 <= item.at_ms <= NOW_MS + 15 * MINUTE_MS
    assert len({(item.symbol, item.at_ms) for item in parsed.rows}) == len(parsed.rows)

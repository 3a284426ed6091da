"""Every trap of real loggers' files (TT 10/2021), each through the real door into readings and alarms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.feeds_samples import MINUTE_MS, NOW_MS, Desk, local_time, opened_desk

AT = local_time(NOW_MS)
NAME = f"TL-KT-01_{AT}.txt"


def line(symbol: str = "SO2", value: str = "312.4", unit: str = "mg/Nm3", at: str = AT, status: str = "00") -> str:
    return "\t".join((symbol, value, unit, at, status))


async def brought(desk: Desk, body: str | bytes, name: str = NAME) -> dict[str, tuple[float, int]]:
    """What the store holds of the newest instant after the file: symbol -> (value, status)."""
    await desk.ingest.station_file("tang-loong", name, body.encode() if isinstance(body, str) else body)
    return {row.symbol: (row.value, row.status) for row in desk.readings.latest() if row.at_ms == NOW_MS}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(line(value="312.4") + "\r\n", {"SO2": (312.4, 0)}, id="decimal point"),
        pytest.param(line(value="312,4") + "\r\n", {"SO2": (312.4, 0)}, id="decimal comma"),
        pytest.param(line("PM2,5", "41,5", "µg/m3"), {"PM2,5": (41.5, 0)}, id="PM2,5 carries a comma itself"),
        pytest.param(line("PM2.5", "41.5", "ug/m3"), {"PM2,5": (41.5, 0)}, id="PM2.5 is the same"),
        pytest.param("\ufeff" + line(), {"SO2": (312.4, 0)}, id="byte-order mark"),
        pytest.param(("\ufeff" + line()).encode("utf-16-le"), {"SO2": (312.4, 0)}, id="UTF-16"),
        pytest.param(
            line() + "\n" + line("Temp", "148", "oC") + "\n", {"SO2": (312.4, 0), "Temp": (148.0, 0)}, id="LF"
        ),
        pytest.param(line() + "\r\n" + line("Temp", "148", "°C"), {"SO2": (312.4, 0), "Temp": (148.0, 0)}, id="CRLF"),
        pytest.param(line() + "  \t \r\n\r\n", {"SO2": (312.4, 0)}, id="trailing blanks and lines"),
        pytest.param(line(" SO2 ", " 312,4 "), {"SO2": (312.4, 0)}, id="blanks in fields"),
        pytest.param(line("NOX", "188"), {"NOx": (188.0, 0)}, id="alias NOx"),
        pytest.param(line("so3", "21"), {"SO3": (21.0, 0)}, id="SO3 is not in the circular and kept"),
        pytest.param(line("DO", "5,9", "mg/l"), {"DO": (5.9, 0)}, id="DO is not in the circular and kept"),
        pytest.param(line("Luu huynh dioxit", "7"), {"SO2": (7.0, 0)}, id="the producer's own spelling"),
        pytest.param(line("Benzen", "0,02", "mg/m3"), {"Benzen": (0.02, 0)}, id="an unknown symbol is never dropped"),
        pytest.param(line(value="0,3", unit="g/Nm3"), {"SO2": (300.0, 0)}, id="a unit of the family is converted"),
        pytest.param(line(unit="mg/m3"), {}, id="mg/m3 is not mg/Nm3: refused, never guessed"),
        pytest.param(line(status="01"), {"SO2": (312.4, 1)}, id="calibration is shown"),
        pytest.param(line(status="02"), {"SO2": (312.4, 2)}, id="a device fault is shown"),
        pytest.param(line() + "\r\n" + line("NOx", "188")[:-20], {"SO2": (312.4, 0)}, id="a file cut within a line"),
    ],
)
@pytest.mark.anyio
async def test_a_trap(tmp_path: Path, body: str | bytes, expected: dict[str, tuple[float, int]]) -> None:
    async with opened_desk(tmp_path) as desk:
        assert await brought(desk, body) == expected
        await desk.judge()
        assert desk.alerts("station.limit") == []


@pytest.mark.parametrize("status", ["01", "02"])
@pytest.mark.anyio
async def test_what_is_not_measured_raises_no_alarm_and_is_left_out_of_means(tmp_path: Path, status: str) -> None:
    async with opened_desk(tmp_path) as desk:
        times = [local_time(NOW_MS - back * 5 * MINUTE_MS) for back in range(12)]
        await brought(desk, "\n".join(line(value="9000", at=at, status=status) for at in times))
        await desk.judge()
        assert desk.alerts("station.limit") == []
        assert (await desk.store.samples("TL-KT-01", "SO2", 0, NOW_MS))[-1] == (NOW_MS, 9000.0, int(status))


@pytest.mark.parametrize("status", ["01", "02"])
@pytest.mark.anyio
async def test_an_hour_with_a_calibration_in_it_has_the_mean_of_what_was_measured(tmp_path: Path, status: str) -> None:
    async with opened_desk(tmp_path) as desk:
        lines = [
            line(value="9000" if back in (3, 7) else "700", status=status if back in (3, 7) else "00", at=at)
            for back, at in enumerate(local_time(NOW_MS - back * 5 * MINUTE_MS) for back in range(12))
        ]
        await brought(desk, "\n".join(lines))
        await desk.judge()
        judged = desk.only("station.limit").limit
        assert judged is not None
        assert judged.value == 700.0


@pytest.mark.anyio
async def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    async with opened_desk(tmp_path) as desk:
        body = line().encode()
        first = await desk.ingest.station_file("tang-loong", NAME, body)
        again = await desk.ingest.station_file("tang-loong", NAME, body)
        renamed = await desk.ingest.station_file("tang-loong", f"ONGKHOI1_{AT}.txt", body)
        assert [(one.accepted, one.duplicates) for one in (first, again, renamed)] == [(1, 0), (0, 1), (0, 1)]
        assert desk.quarantined() == []


@pytest.mark.anyio
async def test_what_comes_late_is_marked_as_such_and_silent(tmp_path: Path) -> None:
    async with opened_desk(tmp_path) as desk:
        outage_ms = NOW_MS - 6 * 60 * MINUTE_MS
        times = [local_time(outage_ms - back * 5 * MINUTE_MS) for back in range(12)]
        await brought(desk, "\n".join(line(value="700", at=at) for at in times))
        await desk.judge()
        assert desk.only("station.limit").silent, "an outage's files make no sound"
        (newest,) = [row for row in desk.readings.latest() if row.symbol == "SO2"]
        assert newest.received_ms - newest.at_ms == 6 * 60 * MINUTE_MS, "when it came is kept beside when it was"
        live = [local_time(NOW_MS - back * 5 * MINUTE_MS) for back in range(12)]
        await brought(desk, "\n".join(line(value="700", at=at) for at in live))
        await desk.judge()
        assert any(not alert.silent and alert.active for alert in desk.alerts("station.limit"))

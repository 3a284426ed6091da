"""Forecasts of gauges: both formats, the wording of bulletins, what is refused, and which issue is in force."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.doors import IngestAnswer
from backend.contracts.forecasts import Forecast, forecast_in_force
from backend.contracts.site import Parameter
from backend.sources import source_specs
from backend.sources.forecast_drop import SPEC
from backend.sources.forecast_file import ForecastError, parse_forecasts, worded_level
from backend.sources.station_drop import DropFolder
from config.model import HydrologySettings, SiteConfig
from config.source_model import ForecastDropSource
from tests.unit.feeds_samples import BD1, BD2, BD3, NOW_MS, Desk, small_site
from tests.unit.test_ingest_watches import on_desk

HOUR_MS = 3_600_000
GAUGE = Parameter(symbol="Level", unit="m", decimals=2, limits=(BD1, BD2, BD3))
KNOWN = {("TV-LC", "Level"): GAUGE}


def find(station: str, symbol: str) -> Parameter | None:
    return KNOWN.get((station, symbol))


def as_json(*points: dict[str, object], **head: object) -> bytes:
    body = {"station": "TV-LC", "source": "Đài KTTV", "issued": "2026-01-01T07:00:00+07:00", "points": points, **head}
    return json.dumps(body).encode()


def point(hour: int, value: object, **more: object) -> dict[str, object]:
    return {"at": f"2026-01-01T{hour:02d}:00:00+07:00", "value": value, **more}


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("BĐ2 + 1,0 m", 83.0),
        ("BĐ2+1.0m", 83.0),
        ("BĐ3 – 0,5 m", 83.0),
        ("trên BĐ3 3,41 m", 86.91),
        ("dưới BĐ1 1,06 m", 78.94),
        ("Trên báo động III 0,2m.", 83.7),
        ("bằng BĐ1", 80.0),
        ("ở mức báo động 2", 82.0),
        ("BĐ3", 83.5),
        (unicodedata.normalize("NFD", "Dưới báo động 3 0,5 m"), 83.0),
        ("81,20 m", None),
        ("khoảng BĐ2", None),
        ("", None),
    ],
)
def test_the_wording_of_bulletins_is_a_level(words: str, level: float | None) -> None:
    assert worded_level(words, GAUGE.limits) == level


@pytest.mark.parametrize(
    ("words", "said"), [("trên BĐ2", "tells no figure"), ("BĐ2 1,0 m", "above or below"), ("BĐ1 + 1 m", "no BĐ1")]
)
def test_wording_that_leaves_a_doubt_is_refused_and_no_level_is_invented(words: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        worded_level(words, (BD2, BD3))


def test_both_formats_say_the_same() -> None:
    table = (
        "﻿Station;issued;at;value;low;high;source\r\n"
        "TV-LC;01/01/2026 07:00;01/01/2026 19:00;BĐ2 + 1,0 m;;;Đài KTTV\r\n\r\n"
        "TV-LC;20260101070000;2026-01-01 13:00;81,2;81,0;81,5;Đài KTTV\r\n"
    )
    body = as_json(point(13, 81.2, low=81.0, high="81,5"), point(19, "BĐ2 + 1,0 m"))
    from_table = parse_forecasts(table.encode(), find, 420, NOW_MS)
    assert from_table == parse_forecasts(body, find, 420, NOW_MS)
    (forecast,) = from_table.items
    assert forecast.issued_ms == NOW_MS - 2 * HOUR_MS
    assert [(each.at_ms - NOW_MS, each.value, each.low, each.high, each.words) for each in forecast.points] == [
        (4 * HOUR_MS, 81.2, 81.0, 81.5, ""),
        (10 * HOUR_MS, 83.0, None, None, "BĐ2 + 1,0 m"),
    ]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (point(13, "nhiều"), "neither a number nor words"),
        (point(13, True), "a number, or words"),
        (point(13, None), "a number, or words"),
        (point(13, 81.0, low=82.0), "low <= value"),
        (point(6, 81.0), "before its issue"),
        ({"at": "2026-03-01T07:00:00+07:00", "value": 81.0}, "more than 30 days"),
        ({"at": "2026-01-01T13:00:00", "value": 81.0}, "offset is missing"),
        ({"at": "mai", "value": 81.0}, "no date and time"),
        (point(12, 81.5), "is there twice"),
        (point(13, 1e400), "no level"),
    ],
)
def test_a_bad_point_costs_itself_only(bad: dict[str, object], said: str) -> None:
    parsed = parse_forecasts(as_json(point(12, 81.0), bad), find, 420, NOW_MS)
    assert parsed.points == 1
    (rejection,) = parsed.rejections
    assert (rejection.line, said in rejection.reason) == (2, True), rejection.reason


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "header has no station"),
        (b"{", "no JSON"),
        (b"[]", "0 forecasts"),
        (b"[1]", "is an object"),
        (b'{"points": []}', "1 to 500"),
        (b'{"station": 5, "points": [{}]}', "are strings"),
        (b"[" * 5000, "no JSON|nested"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a;b\n1;2", "header has no"),
        (b"station;issued;at;value\n", "0 rows"),
        (b" " * (1024 * 1024 + 1), "at most"),
    ],
)
def test_what_is_no_forecast_is_refused_with_a_reason(body: bytes, said: str) -> None:
    with pytest.raises(ForecastError, match=said):
        parse_forecasts(body, find, 420, NOW_MS)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    items: tuple[Forecast, ...] = ()
    reason = ""
    try:
        items = parse_forecasts(b"station;issued;at;value\n" + body, find, 420, NOW_MS).items
    except ForecastError as error:
        reason = str(error)
    assert items == ()
    assert reason or body.strip()


def site() -> SiteConfig:
    return small_site().model_copy(update={"hydrology": HydrologySettings(forecasters=("kttv",))})


def test_a_new_issue_is_an_event_and_replaces_the_one_before(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        first = await desk.ingest.forecasts("kttv", as_json(point(13, 81.0), point(19, "BĐ2")))
        assert (first.accepted, first.duplicates) == (2, 0)
        again = await desk.ingest.forecasts("kttv", as_json(point(13, 81.0), point(19, "BĐ2")))
        assert (again.accepted, again.duplicates) == (0, 2)
        later = await desk.ingest.forecasts("kttv", as_json(point(13, 81.4), issued="2026-01-01T09:00:00+07:00"))
        assert later.accepted == 1
        old = await desk.ingest.forecasts("kttv", as_json(point(13, 80.0), issued="2026-01-01T08:00:00+07:00"))
        assert old.accepted == 0
        assert "a later issue" in old.warnings[0]
        other = await desk.ingest.forecasts("kttv", as_json(point(13, 81.9), source="Trung ương"))
        assert other.accepted == 1, "another office's stands beside it"
        assert desk.kinds() == ["forecast.issued"] * 3
        shown = forecast_in_force(desk.room.durable.forecasts.values(), "TV-LC", "Level")
        assert shown is not None
        assert (shown.source, shown.points[0].value) == ("Đài KTTV", 81.4)

    on_desk(tmp_path, scenario, site())


def test_who_may_forecast_is_the_sites_to_say(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await desk.ingest.forecasts("thuy-van", as_json(point(13, 81.0)))
        assert "no forecaster" in answer.rejected[0].reason
        unknown = await desk.ingest.forecasts("kttv", as_json(point(13, 81.0), station="TV-X"))
        assert "no parameter 'Level' of a station 'TV-X'" in unknown.rejected[0].reason
        assert desk.room.durable.forecasts == {}
        assert len(desk.quarantined()) == 2

    on_desk(tmp_path, scenario, site())


def test_a_file_in_the_watched_folder_comes_through_the_same_door(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "ban-tin.csv").write_text("station,issued,at,value\nTV-LC,01/01/2026 07:00,01/01/2026 13:00,81.2\n")
    config = ForecastDropSource(producer_id="kttv", folder=folder, stable_after_s=0.0)
    assert source_specs()[config.kind] is SPEC

    async def scenario(desk: Desk) -> None:
        async def take(name: str, body: bytes) -> IngestAnswer:
            return await desk.ingest.forecasts("kttv", body, name)

        drop = DropFolder(folder, config.file_name_pattern, 0.0, take, print)
        assert await drop.look() == 1
        assert [each.points[0].value for each in desk.room.durable.forecasts.values()] == [81.2]
        assert (folder / "done/ban-tin.csv").is_file()

    (tmp_path / "room").mkdir()
    on_desk(tmp_path / "room", scenario, site())

"""A site folder: the demonstration city is whole, and every mistake of a broken one is told with its line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from backend.contracts.commands import Role
from backend.contracts.units import canonical
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems
from config.site import SiteErrors, load_site, public_site
from config.toml_lines import toml_lines

TOP = Path(__file__).resolve().parents[2]
LAOCAI = TOP / "config" / "sites" / "laocai"
BROKEN = TOP / "tests" / "fixtures" / "sites" / "broken"
TODAY = date(2026, 11, 22)
NOW_MS = 1_795_000_000_000

# (file, line) -> a word the message must hold.
MISTAKES = {
    ("agencies.toml", 3): "not valid TOML",
    ("cameras.csv", 3): "already in line 2",
    ("cameras.csv", 4): "allowed: rtsp://, rtsps://",
    ("cameras.csv", 6): "is not a number",
    ("cameras.csv", 7): "6 columns where the header has 15",
    ("cameras.csv", 8): "outside the province",
    ("cameras.csv", 9): "did you mean '00001'",
    ("limits.toml", 7): "did you mean 'mg/Nm3'",
    ("limits.toml", 28): "already set for these dates in line 16",
    ("operators.toml", 3): "is not UTF-8",
    ("patrols.toml", 8): "unknown camera 'cam-2'",
    ("site.toml", 7): "did you mean 'speed_up'",
    ("site.toml", 10): "must be a valid number, not '22.4'",
    ("site.toml", 18): "must be 'drop', 'http'",
    ("site.toml", 30): "did you mean 'logger'",
    ("site.toml", 32): "not a regular expression",
    ("site.toml", 35): "did you mean 'cap_feed'",
    ("stations.toml", 12): "did you mean 'nha-may'",
    ("stations.toml", 20): "not in the catalogue",
    ("stations.toml", 23): "needs Kp for NOx",
    ("stations.toml", 24): "unknown standard and column 'QCVN Y B'",
    ("stations.toml", 26): "unknown camera 'cam-9'",
    ("stations.toml", 32): "must be 'stack'",
    ("stations.toml", 45): "outside the province",
    ("stations.toml", 52): "already in line 40",
}


@pytest.fixture(scope="module")
def laocai() -> SiteConfig:
    return load_site(LAOCAI, TODAY)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], SiteErrors]:
    """Loads the demonstration city with one text replaced and gives the errors."""

    def load(file: str, old: str, new: str) -> SiteErrors:
        folder = tmp_path / "site"
        shutil.copytree(LAOCAI, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(SiteErrors) as caught:
            load_site(folder, TODAY)
        return caught.value

    return load


def test_every_mistake_of_a_broken_site_is_told_at_once_with_its_line() -> None:
    with pytest.raises(SiteErrors) as caught:
        load_site(BROKEN, TODAY)
    told = {(error.file, error.line): error.message for error in reversed(caught.value.errors)}
    assert set(told) == set(MISTAKES)
    everything = "\n".join(caught.value.messages)
    for (file, line), words in MISTAKES.items():
        here = [str(e) for e in caught.value.errors if (e.file, e.line) == (file, line)]
        assert any(words in text and text.startswith(f"{file}:{line}: ") for text in here), (file, line, words)
    assert "bearing_deg 400 is out of range" in everything
    assert "engine 'vcl', did you mean 'vlc'" in everything


def test_passwords_in_camera_addresses_are_in_no_message() -> None:
    with pytest.raises(SiteErrors) as caught:
        load_site(BROKEN, TODAY)
    assert "bimat123" not in str(caught.value)
    assert "admin" not in str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SiteErrors, match="there is no such site folder"):
        load_site(tmp_path / "nowhere")


def test_an_empty_folder_is_told_file_by_file(tmp_path: Path) -> None:
    with pytest.raises(SiteErrors) as caught:
        load_site(tmp_path)
    files = {error.file for error in caught.value.errors}
    assert files >= {"site.toml", "stations.toml", "limits.toml", "cameras.csv", "communes.geojson", "operators.toml"}


def test_a_wrong_header_of_the_camera_list_names_column_and_what_is_missing(
    edited: Callable[[str, str, str], SiteErrors],
) -> None:
    messages = edited("cameras.csv", "lat_deg,lon_deg", "latitude,lon_deg").messages
    assert any(text.startswith("cameras.csv:1: unknown column 'latitude'") for text in messages)
    assert "cameras.csv:1: columns missing: lat_deg" in messages


def test_a_camera_in_the_wrong_commune_is_told_where_it_lies(edited: Callable[[str, str, str], SiteErrors]) -> None:
    told = edited("cameras.csv", "UBND phường Sa Pa,03006", "UBND phường Sa Pa,02908")
    assert len(told.errors) == 1
    assert "it lies in 03006 Phường Sa Pa" in told.messages[0]


def test_the_unit_of_a_limit_must_fit_the_parameter(edited: Callable[[str, str, str], SiteErrors]) -> None:
    told = edited("stations.toml", 'SO2 = "µg/m3"', 'SO2 = "mg/L"')
    assert all("SO2" in text and text.startswith("stations.toml:") for text in told.messages)
    assert any("cannot convert" in text for text in told.messages)


def test_the_demonstration_city_has_what_it_promises(laocai: SiteConfig) -> None:
    kinds = [station.kind for station in laocai.stations]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {"stack": 18, "wastewater": 1, "air": 1, "water": 1, "rain": 4, "river": 3, "counter": 3}
    assert len(laocai.cameras) >= 24
    assert len(laocai.communes) == 99
    assert len(laocai.agencies) >= 12
    assert {operator.role for operator in laocai.operators} == set(Role)
    assert all(camera.simulated for camera in laocai.cameras)


def test_every_camera_and_station_lies_in_the_commune_it_names(laocai: SiteConfig) -> None:
    areas = read_communes(laocai.communes_file, Problems())
    for camera in laocai.cameras:
        assert areas.by_code[camera.commune_code].holds(camera.lat_deg, camera.lon_deg), camera.camera_id
    for station in laocai.stations:
        assert areas.by_code[station.commune_code].holds(station.lat_deg, station.lon_deg), station.station_id


def test_every_limit_names_its_source_and_stands_in_a_known_unit(laocai: SiteConfig) -> None:
    limits = [
        (station.station_id, parameter, limit)
        for station in laocai.stations
        for parameter in station.parameters
        for limit in parameter.limits
    ]
    assert len(limits) > 80
    for where, parameter, limit in limits:
        assert canonical(parameter.unit) == parameter.unit, where
        assert limit.source, where
        assert limit.window_min == 0 if parameter.symbol == "Level" else limit.window_min > 0, where


def test_rivers_have_three_alarm_levels_and_the_historic_flood(laocai: SiteConfig) -> None:
    level = laocai.parameter("TV-LC", "Level")
    assert level is not None
    assert [(limit.name_vi, limit.value) for limit in level.limits] == [
        ("BĐ1", 80.0),
        ("BĐ2", 82.0),
        ("BĐ3", 83.5),
        ("Lũ lịch sử 2024", 86.91),
    ]
    assert ["(chưa xác minh)" in limit.source for limit in level.limits] == [False, True, False, False]


def test_a_permit_wins_over_the_standard(laocai: SiteConfig) -> None:
    permitted, plain = laocai.parameter("TL-KT-14", "SO2"), laocai.parameter("TL-KT-15", "SO2")
    assert permitted is not None
    assert plain is not None
    assert [(limit.name_vi, limit.value) for limit in permitted.limits] == [("Giấy phép môi trường", 350.0)]
    assert [limit.value for limit in plain.limits] == [500.0]


def test_coefficients_multiply_the_figure_and_are_named(laocai: SiteConfig) -> None:
    parameter = laocai.parameter("TL-KT-04", "PM")
    assert parameter is not None
    assert parameter.limits[0].value == pytest.approx(200 * 0.9)
    assert "Kp=0,9 Kv=1" in parameter.limits[0].source


@pytest.mark.parametrize(("today", "value"), [(date(2025, 12, 31), 50.0), (date(2026, 1, 1), 45.0)])
def test_a_limit_changes_on_its_day(today: date, value: float) -> None:
    parameter = load_site(LAOCAI, today).parameter("LC-KK-01", "PM2,5")
    assert parameter is not None
    assert [limit.value for limit in parameter.limits if limit.window_min == 1440] == [value]


def test_the_public_site_holds_no_password(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    rows = (folder / "cameras.csv").read_text(encoding="utf-8")
    (folder / "cameras.csv").write_text(rows.replace("rtsp://", "rtsp://admin:bimat123@"), encoding="utf-8")
    config = load_site(folder, TODAY)
    site = public_site(config, NOW_MS)
    assert "bimat123" not in site.model_dump_json()
    assert "bimat123" not in repr(config)
    assert site.cameras[0].main_address == "rtsp://127.0.0.1:8554/gt-coc-leu/main"


def test_the_digest_changes_with_the_content_and_not_with_the_hour(laocai: SiteConfig) -> None:
    first, later = public_site(laocai, NOW_MS), public_site(laocai, NOW_MS + 3_600_000)
    other = public_site(laocai.model_copy(update={"name_vi": "Khác"}), NOW_MS)
    assert first.digest == later.digest != other.digest
    assert later.loaded_ms - first.loaded_ms == 3_600_000


def test_lines_of_toml_are_found_through_arrays_dots_strings_and_comments() -> None:
    text = (
        '# [no]\n[a]\nx = """\n[b]\n"""\n"q.r" = 1\nd.e = [1, # two ]\n  2,\n  { k = "]", l = [\n3] },\n]\n'
        "[[s]]\n[[s]]\nn = 'a#b'\n[[s.t]]\n[s.t.u]\nv = 1979-05-27T07:32:00Z # end\n"
    )
    lines = toml_lines(text)
    assert lines["a",] == 2
    assert lines["a", "q.r"] == 6
    assert lines["a", "d", "e", 1] == 8
    assert lines["a", "d", "e", 2, "l", 0] == 10
    assert lines["s", 1, "n"] == 14
    assert lines["s", 1, "t", 0, "u", "v"] == 17
    assert ("b",) not in lines
    assert ("no",) not in lines

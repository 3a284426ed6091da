"""What the demonstration's producers say is what the real doors read: the backend's own parsers, no server."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import httpx
import numpy as np
import pytest

from backend.contracts.readings import CALIBRATING, FAULT, MEASURING
from backend.simulate.bulletins import BULLETINS, SENDER, Issue
from backend.simulate.city import GOES_ON_MS, HISTORY_MS, recall
from backend.simulate.detections import SIGHTINGS, event_side
from backend.simulate.encode import MAIN, SUB, burn_code
from backend.simulate.forecasts import ForecastOffice
from backend.simulate.plan import PlanError, read_plan
from backend.simulate.station_files import Logger
from backend.simulate.story import Story
from backend.sources.cap import parse_cap
from backend.sources.detections import parse_detections
from backend.sources.forecast_file import parse_forecasts
from backend.sources.station_file import parse_station_file
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems
from config.site import load_site
from config.source_model import DropFolderSource
from tests.bench.frame_code import age_s, read_code

TOP = Path(__file__).resolve().parents[2]
START_MS = 1_795_000_020_000
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def site() -> SiteConfig:
    return load_site(TOP / "config" / "sites" / "laocai", date(2026, 11, 22))


@pytest.fixture(scope="module")
def story(site: SiteConfig) -> Story:
    return Story(site, read_plan(site), START_MS)


def logger(site: SiteConfig, story: Story, station_id: str) -> Logger:
    station = site.station(station_id)
    assert station is not None
    return Logger(site, station, story)


def test_every_loggers_file_is_read_by_the_real_parser_without_a_word(site: SiteConfig, story: Story) -> None:
    aliases = {s.producer_id: s.aliases for s in site.sources if isinstance(s, DropFolderSource)}
    silent = 0
    for station in site.stations:
        file = Logger(site, station, story).file([START_MS, START_MS + MINUTE_MS])
        if file is None:
            silent += 1
            continue
        read = parse_station_file(
            file.body, station, site.utc_offset_min, START_MS + MINUTE_MS, aliases.get(station.producer_id)
        )
        assert read.rejections == ()
        assert read.warnings == ()
        assert {row.at_ms for row in read.rows} == {START_MS, START_MS + MINUTE_MS}
        assert {row.symbol for row in read.rows} == {parameter.symbol for parameter in station.parameters}
    assert silent == 1


def test_loggers_differ_as_in_life(site: SiteConfig, story: Story) -> None:
    files = [Logger(site, station, story).file([START_MS]) for station in site.stations]
    bodies = b"".join(file.body for file in files if file is not None)
    assert b"N0x\t" in bodies
    assert b"NOx\t" in bodies
    values = [line.split(b"\t")[1] for line in bodies.split(b"\r\n") if line]
    assert any(b"," in value for value in values)
    assert any(b"." in value for value in values)


def test_the_same_story_gives_the_same_figures(site: SiteConfig, story: Story) -> None:
    again = Story(site, read_plan(site), START_MS)
    for station in site.stations:
        assert story.samples(station, START_MS + 7 * MINUTE_MS) == again.samples(station, START_MS + 7 * MINUTE_MS)


def test_a_stack_passes_its_limit_within_two_minutes_of_the_start(site: SiteConfig, story: Story) -> None:
    station, parameter = site.station("TL-KT-08"), site.parameter("TL-KT-08", "SO2")
    assert station is not None
    assert parameter is not None
    limit = parameter.limits[0]
    window = round(limit.window_min / site.speed_up)

    def mean(at_ms: int) -> float:
        instants = [at_ms - back * MINUTE_MS for back in range(window)]
        values = [s.value for at in instants for s in story.samples(station, at) if s.symbol == "SO2"]
        return sum(values) / len(values)

    assert mean(START_MS - 3 * MINUTE_MS) < limit.value < mean(START_MS + 2 * MINUTE_MS)


def test_the_river_passes_its_first_alarm_level_in_the_first_minutes(site: SiteConfig, story: Story) -> None:
    station = site.station("TV-LC")
    assert station is not None

    def level(minute: int) -> float:
        return story.samples(station, START_MS + minute * MINUTE_MS)[0].value

    assert level(-60) < 79.9
    assert level(0) < 80.0 < level(4)
    assert max(level(minute) for minute in range(0, 240, 10)) > 83.5
    steps = [abs(level(minute + 1) - level(minute)) for minute in range(-120, 480)]
    assert max(steps) < 0.2


def test_calibration_fault_and_silence_have_their_status(site: SiteConfig, story: Story) -> None:
    def statuses(station_id: str, minute: int) -> set[int]:
        station = site.station(station_id)
        assert station is not None
        return {sample.status for sample in story.samples(station, START_MS + minute * MINUTE_MS)}

    assert statuses("TL-KT-05", 4) == {CALIBRATING}
    assert statuses("TL-KT-12", 1) == {FAULT}
    assert statuses("TL-KT-17", 1) == set()
    assert statuses("TL-KT-01", 1) == {MEASURING}


def test_history_is_dense_where_means_need_it_and_files_stay_small(site: SiteConfig, story: Story) -> None:
    files = logger(site, story, "TL-KT-08").history(START_MS - HISTORY_MS, START_MS)
    assert all(file.body.count(b"\r\n") <= 4_000 for file in files)
    stamps = sorted({line.split(b"\t")[3] for file in files for line in file.body.splitlines()})
    assert len(stamps) == 6 * 60 + 18 * 30
    assert files[-1].name.startswith("TL-KT-08_")


def test_the_story_goes_on_after_a_short_break_and_begins_anew_after_a_long_one(tmp_path: Path) -> None:
    notes = tmp_path / "simulation.json"
    assert recall(notes, START_MS).last_ms == START_MS - HISTORY_MS
    notes.write_text(json.dumps({"start_ms": START_MS, "last_ms": START_MS + MINUTE_MS}), encoding="utf-8")
    soon = recall(notes, START_MS + 5 * MINUTE_MS)
    assert (soon.start_ms, soon.last_ms) == (START_MS, START_MS + MINUTE_MS)
    late_ms = START_MS + GOES_ON_MS * 4
    assert recall(notes, late_ms).start_ms == late_ms
    notes.write_text("{", encoding="utf-8")
    assert recall(notes, late_ms).start_ms == late_ms


def test_bulletins_are_cap_that_the_real_parser_takes_without_fault(site: SiteConfig) -> None:
    issue = Issue(read_communes(site.communes_file, Problems()), START_MS, site.utc_offset_min)
    messages = {item.key: parse_cap(issue.xml(item), START_MS + 3_600_000) for item in BULLETINS}
    for item in BULLETINS:
        message = messages[item.key]
        assert message.faults == ()
        assert message.sender == SENDER
        assert len(message.infos[0].areas) == len(item.communes)
        assert message.references == tuple(messages[key].key for key in item.replaces)
    assert {message.message_type for message in messages.values()} == {"Alert", "Update", "Cancel"}
    assert [key for key, message in messages.items() if message.status == "Exercise"] == ["dien-tap"]


def test_the_first_bulletin_is_out_within_thirty_seconds(site: SiteConfig) -> None:
    issue = Issue(read_communes(site.communes_file, Problems()), START_MS, site.utc_offset_min)
    assert issue.issued(START_MS) == []
    assert [item.key for item in issue.issued(START_MS + 30_000)] == ["lu-1"]
    assert len(issue.issued(START_MS + 3_600_000)) == len(BULLETINS)


def test_sightings_are_frigate_events_of_cameras_there_are(site: SiteConfig) -> None:
    cameras = {camera.camera_id for camera in site.cameras}
    now_s = START_MS / 1000
    for sighting in SIGHTINGS:
        assert sighting.camera_id in cameras
        side = event_side(sighting, f"{now_s:.6f}-abcdef", now_s, now_s + 1, sighting.score, (40, 80), None)
        body = json.dumps({"type": "new", "before": side, "after": side}).encode()
        parsed = parse_detections(body, START_MS + 2_000)
        assert len(parsed.items) == 1
        assert parsed.rejections == ()


def test_the_frame_code_survives_down_scaling() -> None:
    for shape in (MAIN, SUB):
        for index in (0, 1, 149, 2_730, 4_095):
            picture = np.full((shape.height_px, shape.width_px, 3), 120, np.uint8)
            burn_code(picture, index)
            assert read_code(picture) == index
            assert read_code(picture[:, :, 0]) == index
            step = 2 if shape is SUB else 4
            assert read_code(picture[step // 2 :: step, step // 2 :: step]) == index


def test_a_picture_without_code_gives_none() -> None:
    chance = np.random.default_rng(5)
    assert read_code(np.full((360, 640), 90, np.uint8)) is None
    found = [read_code(chance.integers(0, 255, (360, 640), dtype=np.uint8).astype(np.uint8)) for _ in range(40)]
    assert sum(item is not None for item in found) <= 2


def test_the_age_of_a_frame_follows_from_its_number() -> None:
    assert age_s(index=30, frames=150, fps=15, now_s=1000 * 10 + 2.25) == pytest.approx(0.25)
    assert age_s(index=149, frames=150, fps=15, now_s=1000 * 10 + 0.1) == pytest.approx(0.1 + 1 / 15)
    assert age_s(index=0, frames=150, fps=15, now_s=1000 * 10 + 0.6, phase_ms=500) == pytest.approx(0.1)


def test_a_plan_that_names_an_unknown_station_is_refused(site: SiteConfig, tmp_path: Path) -> None:
    (tmp_path / "simulation.toml").write_text(
        '[[rain]]\nstation = "MUA-XX"\npeak = 3.0\nat_h = 0.0\n', encoding="utf-8"
    )
    with pytest.raises(PlanError, match="MUA-XX"):
        read_plan(site.model_copy(update={"folder": tmp_path}))
    assert read_plan(site.model_copy(update={"folder": tmp_path / "none"})).rain == ()


def test_the_forecasts_are_read_without_a_fault_and_look_ahead(site: SiteConfig, story: Story) -> None:
    office = ForecastOffice(httpx.AsyncClient(), "", story)
    for issued_ms in (START_MS, START_MS + 90 * MINUTE_MS):
        body = json.dumps(office.issue(issued_ms)).encode()
        parsed = parse_forecasts(body, site.parameter, site.utc_offset_min, issued_ms)
        assert parsed.rejections == ()
        assert {each.station_id for each in parsed.items} == {"TV-LC", "TV-BH", "TV-BY"}
        assert all(each.points[0].at_ms > issued_ms and each.points[-1].words for each in parsed.items)

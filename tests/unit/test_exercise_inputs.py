"""What an exercise sends: rain that adds up, bulletins that say what they are, detections that end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.exercise.inputs import Inputs, Tick, amount
from backend.exercise.training import training_site
from backend.sources.cap import parse_cap
from backend.sources.detections import parse_detections
from backend.sources.station_file import parse_station_file
from config.scenario import BulletinStep, CurvePoint, DetectionStep, ReadingsStep, Scenario
from config.site import load_site
from tests.unit.exercise_samples import SMALL_SITE, scenario_of

START_MS = 1_767_225_600_000


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return scenario_of(tmp_path)


@pytest.fixture
def inputs(scenario: Scenario) -> Inputs:
    return Inputs(scenario, training_site(load_site(SMALL_SITE), scenario, 60.0, cameras=False), START_MS)


@given(
    st.lists(
        st.tuples(st.integers(0, 7200), st.floats(0, 100)), min_size=1, max_size=8, unique_by=lambda item: item[0]
    ),
    st.lists(st.floats(-100, 8000), min_size=2, max_size=10, unique=True),
)
def test_what_fell_in_the_parts_is_what_fell_in_the_whole(points: list[tuple[int, float]], cuts: list[float]) -> None:
    curve = ReadingsStep(
        step_id="mua",
        title_vi="Mưa",
        station="M",
        symbol="Rain",
        points=tuple(
            CurvePoint(at=f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}", value=value, interpolated=True)
            for at, value in sorted(points)
        ),
    )
    cuts.sort()
    parts = [amount(curve, before, after) for before, after in zip(cuts, cuts[1:], strict=False)]
    assert sum(parts) == pytest.approx(amount(curve, cuts[0], cuts[-1]), abs=1e-6)
    assert all(part >= -1e-9 for part in parts)


def test_a_station_file_follows_the_curve_and_is_one_the_room_reads(inputs: Inputs) -> None:
    station = inputs.site.station("R-01")
    assert station is not None
    body = inputs.station_file(station, [Tick(START_MS + 30_000, 1500.0, 1800.0)])
    parsed = parse_station_file(body.body, station, 420, START_MS + 30_000, {})
    assert [(row.symbol, row.at_ms, row.value, row.status) for row in parsed.rows] == [
        ("Level", START_MS + 30_000, 81.5, 0)
    ]
    assert (parsed.rejections, parsed.warnings) == ((), ())
    assert body.name == "R-01_20260101070030.txt"


def test_a_bulletin_says_that_it_is_an_exercise_and_what_it_replaces(scenario: Scenario, inputs: Inputs) -> None:
    first, second = (step for step in scenario.steps if isinstance(step, BulletinStep))
    one = parse_cap(inputs.bulletin(first, START_MS + 10_000, 60.0).body, START_MS + 10_000)
    two = parse_cap(inputs.bulletin(second, START_MS + 20_000, 60.0).body, START_MS + 20_000)
    assert (one.status, two.status) == ("Exercise", "Exercise")
    assert (one.faults, two.faults) == ((), ())
    assert two.references == (one.key,)
    assert one.infos[0].commune_codes == ("02647",)
    # Six hours of a story that runs sixty times faster are six minutes.
    assert one.infos[0].expires_ms == START_MS + 10_000 + 6 * 60_000


def test_a_detection_begins_goes_on_and_ends_as_one(scenario: Scenario, inputs: Inputs) -> None:
    step = next(step for step in scenario.steps if isinstance(step, DetectionStep))
    kinds: tuple[Literal["new", "update", "end"], ...] = ("new", "update", "end")
    bodies = [
        inputs.detection(step, START_MS, START_MS + 4000 * number, kind).body for number, kind in enumerate(kinds)
    ]
    items = [parse_detections(body, START_MS + 9000).items[0] for body in bodies]
    assert len({item.detection_id for item in items}) == 1
    assert [item.end_ms for item in items] == [None, None, START_MS + 8000]
    assert {(item.camera, item.label, item.score) for item in items} == {("cam-1", "fire", 0.9)}
    assert json.loads(bodies[0])["type"] == "new"


def test_what_the_scenario_is_silent_about_raises_no_alert(inputs: Inputs) -> None:
    for station in inputs.site.stations:
        for parameter in station.parameters:
            if (station.station_id, parameter.symbol) == ("R-01", "Level"):
                continue
            value = inputs.value(station, parameter, Tick(START_MS, 0.0, 60.0))
            assert all(value < limit.value for limit in parameter.limits if limit.direction == "above")


def test_the_whole_demonstration_city_is_quiet_without_a_script(scenario: Scenario) -> None:
    site = load_site(SMALL_SITE.parents[3] / "config" / "sites" / "laocai")
    inputs = Inputs(scenario, training_site(site, scenario, 60.0, cameras=False), START_MS)
    for station in inputs.site.stations:
        for parameter in station.parameters:
            value = inputs.value(station, parameter, Tick(START_MS, 0.0, 60.0))
            above = [limit.value for limit in parameter.limits if limit.direction == "above"]
            below = [limit.value for limit in parameter.limits if limit.direction == "below"]
            assert all(value < limit for limit in above), (station.station_id, parameter.symbol, value)
            assert all(value > limit for limit in below), (station.station_id, parameter.symbol, value)

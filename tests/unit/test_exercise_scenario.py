"""Scenario files: what is wrong is told with its line and what would be right; what is right is played as written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scenario import CurvePoint, ReadingsStep, seconds_of, written_offset
from config.scenario_file import SCENARIOS, ScenarioErrors, load_scenario, scenario_file
from config.site import load_site
from tests.unit.exercise_samples import CURVE, HEAD, REST, SMALL_SITE, WHOLE, scenario_of


def wrong(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioErrors) as told:
        scenario_of(folder, text)
    return list(told.value.messages)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('station = "R-01"', 'station = "R-1"', "unknown station 'R-1', did you mean 'R-01'?"),
        ('symbol = "Level"', 'symbol = "Levle"', "unknown parameter of station R-01 'Levle', did you mean 'Level'?"),
        ('kind = "detection"', 'kind = "detect"', "unknown step kind 'detect', did you mean 'detection'?"),
        ('camera = "cam-1"', 'camera = "cam-9"', "unknown camera 'cam-9'"),
        ('label = "fire"', 'label = "fires"', "(the site has a rule for these) 'fires', did you mean 'fire'"),
        ('score = 0.9\n', "score = 0.3\n", "the site's rule asks for 0.6; this raises no alert"),
        ('to = ["pccc"]', 'to = ["pcc"]', "unknown agency 'pcc', did you mean 'pccc'"),
        ('step = "goi"', 'step = "got"', "unknown step 'got', did you mean 'goi'?"),
        ('communes = ["02647"]\n\n[[step]]\nstep_id = "tin-2"', 'communes = ["2647"]\n\n[[step]]\nstep_id = "tin-2"',
         "unknown commune code '2647', did you mean '02647'?"),
        ('replaces = ["tin-1"]\n', "", "a bulletin of message_type 'Update' names in `replaces` what it is about"),
        ('replaces = ["tin-1"]', 'replaces = ["chay"]', "unknown bulletin 'chay'"),
        ('producer = "bulletins"\nevent = "Lũ"\nheadline = "Tin lũ số 1"', 'event = "Lũ"\nheadline = "Tin lũ số 1"',
         "the site has not exactly one CAP feed; name the producer of this bulletin"),
        ('at = "00:30:00"', 'at = "30 phút"', 'must be "HH:MM:SS" after the story\'s start'),
        ('at = "00:30:00"', 'at = "09:30:00"', "the step lies behind the end of the story"),
        ('value = 79.0, source = "phép thử"', "value = 79.0", "a figure has a source, or says interpolated = true"),
        ('{ at = "00:00:00", value', '{ at = "01:30:00", value', "the points must be in order of time"),
        ('action = "taken"', 'action = "taken"\nto = ["pccc"]', "names the agencies of the action 'dispatched'"),
        ("late_points = 4", "late_points = 40", "late_points are more than points"),
        ('within_s = 30.0', 'within_min = 30.0', "unknown key 'within_min', did you mean 'within_s'?"),
        ('start = 2024-09-09T08:00:00', 'start = 2024-09-09T08:00:00Z', "written without an offset"),
        ('step_id = "tin-2"', 'step_id = "tin-1"', "step 'tin-1' is already in line"),
        ('place = "R-01" }', 'place = "cam-1" }', "unknown station 'cam-1'"),
        ('kind = "cap.message", step = "goi"', 'kind = "cap.message", place = "02647"', "match it by its step"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert WHOLE.count(old) >= 1
    text = WHOLE.replace(old, new, 1)
    told = [line for line in wrong(tmp_path, text) if words in line]
    assert told, wrong(tmp_path, text)
    line = int(told[0].split(":")[1])
    # The line is inside of what was changed, or the table's own.
    changed = {
        number
        for number, (was, now) in enumerate(zip(WHOLE.splitlines(), text.splitlines(), strict=False), 1)
        if was != now
    }
    nearest = min(changed, default=len(text.splitlines()))
    assert told[0].startswith("thu.toml:")
    assert -25 <= line - nearest <= 25


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace('station = "R-01"', 'station = "X"').replace('camera = "cam-1"', 'camera = "Y"')
    assert len(wrong(tmp_path, text)) == 2


def test_the_same_parameter_has_one_curve(tmp_path: Path) -> None:
    twice = CURVE.replace('step_id = "song"', 'step_id = "song-2"')
    assert any("has a curve already, step 'song'" in line for line in wrong(tmp_path, HEAD + CURVE + twice))


def test_a_producer_that_speaks_is_not_back(tmp_path: Path) -> None:
    step = """
[[step]]
step_id = "noi"
at = "00:05:00"
title_vi = "Có lại"
kind = "producer"
producer = "logger"
condition = "back"
"""
    assert any("logger is 'back' already at that time" in line for line in wrong(tmp_path, WHOLE + step))


def test_broken_toml_and_unknown_names_are_told(tmp_path: Path) -> None:
    assert "thu.toml:3: not valid TOML" in wrong(tmp_path, '[scenario]\ntitle_vi = "x"\n= 3\n')[0]
    assert "table [scenario] is missing" in wrong(tmp_path, "")[0]
    with pytest.raises(ScenarioErrors, match="did you mean 'lu-song-hong-2024'"):
        scenario_file("lu-song-hong")


def test_a_scenario_of_another_site_is_refused(tmp_path: Path) -> None:
    text = HEAD.replace(SMALL_SITE.as_posix(), "lao-cai") + CURVE
    assert "there is no site 'lao-cai', did you mean 'laocai'?" in wrong(tmp_path, text)[0]


def test_every_shipped_scenario_is_good_and_says_where_its_figures_are_from() -> None:
    files = sorted(SCENARIOS.glob("*.toml"))
    assert files
    for file in files:
        scenario, site = load_scenario(file)
        documented = [point for curve in scenario.curves for point in curve.points if not point.interpolated]
        assert documented
        assert all(point.source for point in documented)
        assert scenario.expectations
        # An exercise fits into a lesson.
        assert scenario.head.length / scenario.head.speed_up <= 30 * 60
        assert site.folder.name == "laocai"


def test_the_flood_of_2024_has_the_levels_that_were_published() -> None:
    scenario, _ = load_scenario(scenario_file("lu-song-hong-2024"))
    curve = {step.station: step for step in scenario.curves}
    hours = 3600
    assert curve["TV-LC"].value_at(26 * hours) == 86.91  # 20:00 on 9/9
    assert curve["TV-LC"].value_at(21 * hours) == 86.37
    assert curve["TV-LC"].value_at(-3 * hours) == 79.49
    assert curve["TV-BH"].value_at(26 * hours) == 61.09
    assert curve["TV-BH"].value_at(-8 * hours) == 55.04


@given(st.integers(-999 * 3600, 999 * 3600))
def test_an_offset_is_read_as_it_was_written(offset_s: int) -> None:
    assert seconds_of(written_offset(offset_s)) == offset_s


_points = st.lists(
    st.tuples(st.integers(-7200, 7200), st.floats(-1e3, 1e3)), min_size=1, max_size=20, unique_by=lambda point: point[0]
)


@given(_points, st.floats(-10_000, 10_000))
def test_a_curve_passes_its_points_and_stays_between_them(points: list[tuple[int, float]], at_s: float) -> None:
    points.sort()
    step = ReadingsStep(
        step_id="x",
        title_vi="x",
        station="R-01",
        symbol="Level",
        points=tuple(CurvePoint(at=written_offset(at), value=value, interpolated=True) for at, value in points),
    )
    for at, value in points:
        assert step.value_at(at) == value
    around = [value for (at, value) in points]
    assert min(around) - 1e-9 <= step.value_at(at_s) <= max(around) + 1e-9


def test_a_training_rooms_own_copy_needs_no_feeds(tmp_path: Path) -> None:
    """There the feeds are cut off that would tell who sends a bulletin."""
    text = WHOLE.replace('producer = "bulletins"\n', "").replace('producer = "camera-ai"\n', "")
    assert len(wrong(tmp_path, text)) == 3
    training = load_site(SMALL_SITE).model_copy(update={"exercise_vi": "Lũ thử"})
    scenario, _ = load_scenario(tmp_path / "thu.toml", training)
    assert [step.step_id for step in scenario.timed] == ["tin-1", "tin-2", "chay", "goi"]
    assert REST in text or len(scenario.expectations) == 4

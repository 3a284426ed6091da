"""What a picture tells: light is no cover, dusk is no turn, and only what lasts is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from backend.contracts.doors import IngestAnswer
from backend.contracts.events import CameraSteered, LoggedEvent, SteerCondition
from backend.services.analytics.measures import LEARNT_AFTER_S, Grey, Measurer
from backend.services.analytics.rules import CameraRules, Change, Condition, Measure, ZoneMeasure
from backend.services.analytics.series import Mean, ZoneSeries
from backend.services.analytics.service import Analytics
from backend.sources.mqtt_messages import CountReading
from config.analytics import read_analytics
from config.camera_model import AnalyticsCamera, AnalyticsRules
from config.problems import Problems
from config.site import load_site
from tests.system.backend_process import LAOCAI

SIZE = (180, 320)
RULES = AnalyticsRules(pictures_per_s=2, sight_on_s=2, sight_off_s=2, motion_on_s=0, crowd_on_s=2, traffic_on_s=3)
NIGHT_S = 1_767_200_400.0
"""2026-01-01 00:00 at UTC+7."""

ALL_WEEK = tuple(range(1, 8))
ROAD = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))


def street(seed: int = 1) -> NDArray[np.float32]:
    """A picture with houses, kerbs and texture."""
    chance = np.random.default_rng(seed)
    picture = np.full(SIZE, 120, np.float32)
    for _ in range(60):
        x, y = int(chance.integers(0, SIZE[1])), int(chance.integers(0, SIZE[0]))
        cv2.rectangle(picture, (x, y), (x + int(chance.integers(5, 60)), y + int(chance.integers(5, 50))),
                      float(chance.integers(30, 220)), -1)  # fmt: skip
    return picture


def noisy(picture: NDArray[np.float32], seed: int) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 2, SIZE)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


class Eye:
    """A camera that is looked at, two pictures a second."""

    def __init__(self, camera: AnalyticsCamera | None = None, at_s: float = NIGHT_S) -> None:
        camera = camera or AnalyticsCamera(camera_id="c")
        self.measurer, self.rules = Measurer(camera), CameraRules(camera, RULES, 420)
        self.series, self.means = ZoneSeries(camera, RULES.series_every_s), list[Mean]()
        self.at_s = at_s
        self.pictures = 0
        self.newest: Measure | None = None

    def look(self, picture: NDArray[np.float32], seconds: float, still: bool = False) -> list[Change]:
        changes: list[Change] = []
        for _ in range(round(seconds * 2)):
            self.at_s += 0.5
            self.pictures += 0 if still else 1
            self.newest = self.measurer.measure(noisy(picture, self.pictures), self.at_s)
            changes += self.rules.update(self.newest, self.at_s)
            self.means += self.series.add(self.newest if self.rules.zones_seen else None, self.at_s)
            self.measurer.learn(self.rules.sees)
        return changes


def told(changes: list[Change]) -> list[tuple[str, bool]]:
    return [(change.label, change.began) for change in changes]


@pytest.fixture
def eye() -> Eye:
    """It knows its street."""
    eye = Eye()
    assert eye.look(street(), LEARNT_AFTER_S + 10) == []
    return eye


def test_a_cover_a_blur_a_turn_and_the_dark_are_told_apart_and_end(eye: Eye) -> None:
    for wrong, label in (
        (np.full(SIZE, 90, np.float32), "camera_covered"),
        (cv2.GaussianBlur(street(), (0, 0), 6.0).astype(np.float32), "camera_blurred"),
        (street(seed=9), "camera_moved"),
        (np.full(SIZE, 3, np.float32), "camera_dark"),
    ):
        assert told(eye.look(wrong, 6)) == [(label, True)]
        assert told(eye.look(street(), 6)) == [(label, False)]


def test_a_moment_is_nothing(eye: Eye) -> None:
    assert eye.look(np.full(SIZE, 90, np.float32), 1.5) == []
    assert eye.look(street(), 5) == []


def test_dusk_cloud_and_lamp_are_neither_cover_nor_turn(eye: Eye) -> None:
    for share in np.linspace(1.0, 0.3, 40):
        assert eye.look(street() * np.float32(share), 1) == []
    assert eye.look(np.clip(street() * np.float32(1.3), 0, 255).astype(np.float32), 5) == []


def test_a_dusk_that_wavers_is_told_once_and_over_when_it_is_light(eye: Eye) -> None:
    def of_luma(luma: float) -> NDArray[np.float32]:
        return street() * np.float32(luma / street().mean())

    changes: list[Change] = []
    for luma in [10.0, 14.0] * 20:
        changes += eye.look(of_luma(luma), 8)
    assert told(changes) == [("camera_dark", True)]
    assert told(eye.look(of_luma(30), 8)) == [("camera_dark", False)]


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.4, 1.6), plus=st.floats(-20, 30))
def test_brightness_alone_moves_no_edge(share: float, plus: float) -> None:
    measurer = Measurer(AnalyticsCamera(camera_id="c"))
    measurer.measure(noisy(street(), 1), 1.0)
    measurer.learn(True)
    other = np.clip(street() * np.float32(share) + np.float32(plus), 5, 250).astype(np.float32)
    assert measurer.measure(noisy(other, 2), 1.5).likeness > 0.7


def test_the_same_picture_again_and_again_is_frozen_and_a_living_one_is_not(eye: Eye) -> None:
    assert eye.look(street(), RULES.frozen_after_s + 10) == []
    assert told(eye.look(street(), RULES.frozen_after_s + 5, still=True)) == [("camera_frozen", True)]
    assert told(eye.look(street(), 5)) == [("camera_frozen", False)]


def test_a_camera_that_turns_on_purpose_is_never_told_as_moved() -> None:
    eye = Eye(AnalyticsCamera(camera_id="c", turns=True))
    eye.look(street(), 30)
    assert eye.look(street(seed=9), 10) == []


def test_a_camera_that_was_turned_by_order_and_came_back_is_not_told_and_knows_its_street_still(eye: Eye) -> None:
    assert told(eye.look(np.full(SIZE, 90, np.float32), 6)) == [("camera_covered", True)]
    assert told(eye.rules.end()) == [("camera_covered", False)]  # ordered away: nobody can tell any more
    eye.measurer.look_away()
    eye.at_s += 300
    assert eye.look(street(), 20) == []
    assert told(eye.look(street(seed=9), 10)) == [("camera_moved", True)]  # by no order of ours


class Nowhere:
    """A door that nothing goes into here."""

    async def detections(self, producer_id: str, body: bytes) -> IngestAnswer:
        raise AssertionError(body)

    async def counted(self, producer_id: str, counts: Sequence[CountReading]) -> None:
        raise AssertionError(counts)

    def heard(self, producer_id: str) -> None:
        raise AssertionError(producer_id)


def test_an_ordered_turn_is_known_by_its_events() -> None:
    analytics = Analytics(load_site(LAOCAI), Nowhere())

    def happens(condition: SteerCondition, preset: str) -> bool:
        event = CameraSteered(camera_id="gt-coc-leu", condition=condition, preset=preset)
        analytics.take([LoggedEvent(seq=1, at_ms=1, actor="", caused_by=None, origin="", event=event)])
        return "gt-coc-leu" in analytics.turned_away

    assert [
        happens("moving", "2"), happens("failed", "2"),  # it never left home
        happens("moving", "2"), happens("arrived", "2"), happens("moving", "3"), happens("failed", "3"),
        happens("moving", "1"), happens("arrived", "1"),
    ] == [True, False, True, True, True, True, True, False]  # fmt: skip


def test_another_view_for_long_is_how_the_camera_looks_now(eye: Eye) -> None:
    assert told(eye.look(street(seed=9), 10)) == [("camera_moved", True)]
    eye.at_s += RULES.relearn_after_s
    assert told(eye.look(street(seed=9), 120)) == [("camera_moved", False)]


def zoned(use: str, **more: object) -> Eye:
    zone = {"name": "z", "use": use, "polygon": ROAD, **more}
    return Eye(AnalyticsCamera.model_validate({"camera_id": "c", "zone": (zone,)}))


def with_car(at: int) -> NDArray[np.float32]:
    picture = street()
    cv2.rectangle(picture, (at, 120), (at + 50, 160), 250.0, -1)
    return picture


def test_motion_is_told_in_forbidden_hours_only_and_in_the_zone_only() -> None:
    hours = ({"days": ALL_WEEK, "from": "22:00", "to": "05:00"},)
    eye = zoned("forbidden", hours=hours)
    eye.look(street(), 20)
    assert told(eye.look(with_car(20), 0.5)) == [("motion_forbidden", True)]
    eye = zoned("forbidden", hours=hours)
    eye.look(street(), 20)
    above = street()
    cv2.rectangle(above, (20, 10), (90, 60), 250.0, -1)
    assert eye.look(above, 3) == []
    day = zoned("forbidden", hours=hours)
    day.at_s += 12 * 3600
    day.look(street(), 20)
    assert day.look(with_car(20), 3) == []


def test_a_full_road_that_stands_is_a_standstill_and_one_that_flows_is_not() -> None:
    rows = [street(), street()]
    for shift, picture in enumerate(rows):
        for x in range(-40, 320, 70):
            cv2.rectangle(picture, (x + 35 * shift, 95), (x + 35 * shift + 55, 175), 245.0, -1)
    flowing = zoned("traffic", from_share=0.3)
    flowing.look(street(), 30)
    changes: list[Change] = []
    for turn in range(12):
        changes += flowing.look(rows[turn % 2], 0.5)
    assert changes == []
    standing = zoned("traffic", from_share=0.3)
    standing.look(street(), 30)
    assert told(standing.look(rows[0], 8)) == [("traffic_standstill", True)]
    assert told(standing.look(street(), RULES.zone_off_s + 2)) == [("traffic_standstill", False)]


def test_a_crowd_is_told_when_it_stays() -> None:
    eye = zoned("crowd", from_share=0.3)
    eye.look(street(), 30)
    crowd = street()
    cv2.rectangle(crowd, (0, 95), (300, 175), 20.0, -1)
    assert told(eye.look(crowd, 5)) == [("crowd_dense", True)]


def test_zones_are_not_judged_by_a_camera_that_sees_nothing() -> None:
    eye = zoned("crowd", from_share=0.3)
    eye.look(street(), 30)
    assert told(eye.look(np.full(SIZE, 90, np.float32), 20)) == [("camera_covered", True)]


def test_how_full_a_zone_is_is_a_series_with_gaps_where_nobody_saw_it() -> None:
    eye = zoned("crowd", from_share=0.9, occupancy="MD/Occupancy")
    eye.look(street(), 119.5)
    (empty,) = eye.means[-1:]
    assert empty.value < 2
    assert empty.at_ms == round((NIGHT_S + 60) * 1000), "a mean stands at the end of its stretch"
    crowd = street()
    cv2.rectangle(crowd, (0, 90), (159, 179), 20.0, -1)  # the left half of the zone
    eye.means.clear()
    eye.look(crowd, 60)
    eye.look(np.full(SIZE, 90, np.float32), 80)  # covered over the whole of the next stretch
    eye.look(street(), 60)
    assert [one.at_ms for one in eye.means] == [round((NIGHT_S + after_s) * 1000) for after_s in (120, 180, 300)]
    assert eye.means[1].value == pytest.approx(45, abs=8)
    assert {one.place for one in eye.means} == {"MD/Occupancy"}


def counts_in(numbers: Sequence[int | None], every_s: float, began_s: float = NIGHT_S) -> list[Mean]:
    zone = {"name": "z", "use": "crowd", "polygon": ROAD, "classes": ("person",), "count": "MD/People"}
    camera = AnalyticsCamera.model_validate({"camera_id": "c", "detector": "d", "zone": (zone,)})
    series, means = ZoneSeries(camera, 60), list[Mean]()
    for number, counted in enumerate(numbers):
        measure = Measure(100, 1, 1, 1, 0, True, {"z": ZoneMeasure(0, 0, counted)})
        means += series.add(measure, began_s + number * every_s)
    return means


def test_counts_are_means_of_whole_stretches_and_half_seen_at_least() -> None:
    assert [one.value for one in counts_in([4] * 31 + [10] * 30, 1)] == [pytest.approx(6.9, abs=0.2)]
    assert counts_in([4] * 20 + [None] * 45, 1) == []
    assert counts_in([4] * 60 + [4] * 60, 20) == [], "a picture stands for a few seconds, not for the minute"


def test_a_clock_that_is_set_back_tells_no_stretch_twice() -> None:
    zone = {"name": "z", "use": "crowd", "polygon": ROAD, "occupancy": "MD/Occupancy"}
    series = ZoneSeries(AnalyticsCamera.model_validate({"camera_id": "c", "zone": (zone,)}), 60)
    measure = Measure(100, 1, 1, 1, 0, True, {"z": ZoneMeasure(0, 0.5)})
    forwards = [one for at in range(130) for one in series.add(measure, NIGHT_S + at)]
    assert [one.value for one in forwards] == [50, 50]
    assert series.add(measure, NIGHT_S - 3600) == []


@given(st.lists(st.tuples(st.floats(0.1, 5), st.booleans()), max_size=60), st.floats(0, 10), st.floats(0, 10))
def test_a_condition_changes_only_after_its_delay_and_never_twice_the_same_way(
    steps: list[tuple[float, bool]], on_s: float, off_s: float
) -> None:
    condition, at_s, since_s, last = Condition(on_s, off_s), 0.0, 0.0, False
    for passed_s, so in steps:
        at_s += passed_s
        if so != last:
            since_s, last = at_s, so
        before = condition.active
        changed = condition.update(so, at_s)
        assert changed == (condition.active != before)
        if changed:
            assert condition.active == so
            assert at_s - since_s >= (on_s if so else off_s)


def test_a_zone_that_no_picture_has_is_no_trouble() -> None:
    rules = CameraRules(zoned("crowd").rules._camera, RULES, 420)
    measure = Measure(100, 1, 1, 1, 0, True, {"other": ZoneMeasure(1, 1)})
    assert rules.update(measure, NIGHT_S) == []


def test_every_mistake_of_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    site = load_site(LAOCAI)
    (tmp_path / "analytics.toml").write_text(
        '[analytics]\nproducer_id = "nobody"\n[[camera]]\ncamera_id = "gt-coc-leux"\n'
        '[[camera.zone]]\nname = "a"\nuse = "forbidden"\npolygon = [[0, 0], [1, 0], [1, 1]]\n'
        '[[camera]]\ncamera_id = "hc-tinh"\nsihgt = true\n',
        encoding="utf-8",
    )
    problems = Problems()
    read_analytics(tmp_path, site.cameras, site.producers, site.stations, problems)
    assert {problem.line for problem in problems.found} == {2, 4, 5, 11}
    assert load_site(LAOCAI).analytics.cameras, "the demonstration looks at some of its cameras"


def test_a_series_has_a_station_of_the_analytics_with_the_right_unit(tmp_path: Path) -> None:
    site = load_site(LAOCAI)
    zones = "".join(
        f'[[camera.zone]]\nname = "{number}"\nuse = "crowd"\npolygon = [[0, 0], [1, 0], [1, 1]]\n{series}\n'
        for number, series in enumerate((
            'occupancy = "MD-HC-TINH/Occupancy"',
            'occupancy = "MD-HC-TINH/Occupancy"',
            'occupancy = "DEM-KT/People"',
            'count = "MD-COC-LEU/Occupancy"',
        ))
    )  # fmt: skip
    (tmp_path / "analytics.toml").write_text(
        f'[analytics]\nproducer_id = "phan-tich-hinh"\n[[camera]]\ncamera_id = "hc-tinh"\n{zones}', encoding="utf-8"
    )
    problems = Problems()
    read_analytics(tmp_path, site.cameras, site.producers, site.stations, problems)
    told = "\n".join(str(one) for one in sorted(problems.found))
    for words in (
        "'MD-HC-TINH/Occupancy' is the series of another zone already; one each",
        "'DEM-KT/People' is no STATION/SYMBOL of this producer",
        "'MD-COC-LEU/Occupancy' is in %; right would be người or xe",
        "only classes are counted; name them: classes = [...]",
    ):
        assert words in told, told
    assert len(problems.found) == 4

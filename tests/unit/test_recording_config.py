"""recording.toml: whose recording is whose, and every mistake with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.model import SiteConfig
from config.site import SiteErrors, load_site
from tests.system.backend_process import LAOCAI, SMALL_SITE, TOP

GOOD = """[recording]
segment_s = 8.0
[[volume]]
name = "fast"
folder = "recordings"
floor_free_gb = 5.0
[[volume]]
name = "big"
folder = "/srv/recordings"
[[class]]
name = "all"
mode = "continuous"
days = 30.0
max_gb = 2000.0
stream = "main"
"""
"""15 lines: what a test adds begins in line 16."""


def loaded(folder: Path, text: str, site: Path = SMALL_SITE) -> SiteConfig:
    target = folder / "site"
    shutil.copytree(site, target)
    (target / "recording.toml").write_text(text, encoding="utf-8")
    return load_site(target)


def mistakes(folder: Path, text: str) -> list[tuple[int, str]]:
    """(line, message) of everything told about recording.toml."""
    with pytest.raises(SiteErrors) as caught:
        loaded(folder, text)
    assert {error.file for error in caught.value.errors} == {"recording.toml"}
    return [(error.line, error.message) for error in caught.value.errors]


def test_a_site_without_the_file_records_nothing() -> None:
    assert load_site(SMALL_SITE).recording.of("cam-1") is None


def test_a_class_that_names_nobody_is_everybodys(tmp_path: Path) -> None:
    site = loaded(tmp_path, GOOD)
    rules = {camera.camera_id: site.recording.of(camera.camera_id) for camera in site.cameras}
    assert rules
    assert all(
        rule is not None and (rule.name, rule.days, rule.max_gb) == ("all", 30.0, 2000.0) for rule in rules.values()
    )
    assert site.recording.segment_s == 8.0
    assert [volume.floor_free_gb for volume in site.recording.volumes] == [5.0, 2.0]


def test_a_named_camera_beats_its_group_and_a_later_class_an_earlier_one(tmp_path: Path) -> None:
    cameras = load_site(LAOCAI).cameras
    group = cameras[0].group
    alike = [camera.camera_id for camera in cameras if camera.group == group]
    others = [camera.camera_id for camera in cameras if camera.group != group]
    assert len(alike) > 1
    assert others
    classes = (
        f'[[class]]\nname = "one"\nmode = "event"\nvolume = "big"\ncameras = ["{alike[0]}"]\n'
        f'[[class]]\nname = "group"\nmode = "continuous"\nstream = "sub"\ngroups = ["{group}"]\n'
        f'[[class]]\nname = "off"\nmode = "off"\ncameras = ["{others[0]}"]\n'
    )
    recording = loaded(tmp_path, GOOD + classes, LAOCAI).recording
    assert recording.class_of[alike[0]] == "one"
    assert {recording.class_of[camera_id] for camera_id in alike[1:]} == {"group"}
    assert recording.class_of[others[0]] == "off"
    assert {recording.class_of[camera_id] for camera_id in others[1:]} <= {"all"}


def test_windows_of_a_schedule_are_minutes_of_the_day(tmp_path: Path) -> None:
    added = (
        '[[class]]\nname = "shift"\nmode = "schedule"\nschedule = [{ days = [1, 5], from = "07:30", to = "24:00" }, '
        '{ days = [7], from = "22:00", to = "05:00" }]\n'
    )
    rule = loaded(tmp_path, GOOD + added).recording.of("cam-1")
    assert rule is not None
    assert [(window.days, window.from_min, window.to_min) for window in rule.schedule] == [
        ((1, 5), 450, 1440),
        ((7,), 1320, 300),
    ]


@pytest.mark.parametrize(
    ("added", "line", "words"),
    [
        ('[[class]]\nname = "b"\nmode = "always"\n', 18, "must be 'off', 'continuous', 'event' or 'schedule'"),
        ('[[class]]\nname = "b"\nmode = "event"\nstream = "both"\n', 19, "must be 'main' or 'sub'"),
        ('[[class]]\nname = "b"\nmode = "event"\npre_s = 500.0\n', 19, "less than or equal to 120"),
        ('[[class]]\nname = "b"\nmode = "event"\npost_s = -1.0\n', 19, "greater than or equal to 0"),
        ('[[class]]\nname = "b"\nmode = "event"\ndays = -1.0\n', 19, "greater than or equal to 0"),
        ('[[class]]\nname = "b"\nmode = "event"\nmax_gb = "all"\n', 19, "valid number"),
        ('[[class]]\nname = "b"\nmode = "event"\nkeep = 3\n', 19, "keep"),
        ('[[class]]\nname = "b"\n', 16, "mode"),
        ('[[class]]\nname = "all"\nmode = "event"\n', 17, "class 'all' is there twice"),
        ('[[class]]\nname = "b"\nmode = "event"\nvolume = "bigg"\n', 19, "unknown volume 'bigg', did you mean 'big'?"),
        ('[[class]]\nname = "b"\nmode = "event"\ncameras = ["cam-1",\n"cam-9"]\n', 20, "unknown camera 'cam-9'"),
        ('[[class]]\nname = "b"\nmode = "event"\ngroups = ["nowhere"]\n', 19, "no camera is of the group 'nowhere'"),
        ('[[class]]\nname = "b"\nmode = "schedule"\n', 16, 'mode "schedule" needs schedule = [{ days = [1, 2]'),
        (
            '[[class]]\nname = "b"\nmode = "schedule"\nschedule = [{ days = [0], from = "07:00", to = "08:00" }]\n',
            19,
            "greater than or equal to 1",
        ),
        (
            '[[class]]\nname = "b"\nmode = "schedule"\nschedule = [{ days = [1], from = "7:00", to = "08:00" }]\n',
            19,
            "from",
        ),
        (
            '[[class]]\nname = "b"\nmode = "schedule"\nschedule = [{ days = [1], from = "07:00", to = "24:30" }]\n',
            19,
            "to",
        ),
        (
            '[[class]]\nname = "b"\nmode = "schedule"\nschedule = [{ days = [], from = "07:00", to = "08:00" }]\n',
            19,
            "at least 1",
        ),
        ('[[volume]]\nname = "fast"\nfolder = "elsewhere"\n', 17, "volume 'fast' is there twice"),
        ('[[volume]]\nname = "third"\nfolder = "./recordings/"\n', 18, "volume 'fast' lies there already"),
        ('[[volume]]\nname = "a b"\nfolder = "x"\n', 17, "name"),
        ('[[volume]]\nname = "third"\n', 16, "folder"),
        ('[[volume]]\nname = "third"\nfolder = "x"\nfloor_free_gb = -2.0\n', 19, "greater than or equal to 0"),
        ('[[volumes]]\nname = "third"\n', 16, "unknown key 'volumes', did you mean 'volume'?"),
        ("[[class]\n", 16, "not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, added: str, line: int, words: str) -> None:
    told = mistakes(tmp_path, GOOD + added)
    assert any(words in message for at, message in told if at == line), told


@pytest.mark.parametrize("seconds", ["0.5", "301.0", '"10"'])
def test_a_segment_is_a_second_to_five_minutes_long(tmp_path: Path, seconds: str) -> None:
    ((line, _),) = mistakes(tmp_path, GOOD.replace("8.0", seconds))
    assert line == 2


def test_a_class_without_any_volume_is_told(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[[class]]\nname = "all"\nmode = "continuous"\n')
    assert told == [(1, 'no [[volume]]: one is needed, e.g. name = "disk", folder = "recordings"')]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("8.0", "0.1") + '[[class]]\nname = "b"\nmode = "event"\nvolume = "x"\ncameras = ["cam-9"]\n'
    assert [line for line, _ in mistakes(tmp_path, text)] == [2, 19, 20]


def test_the_example_of_the_manual_is_right(tmp_path: Path) -> None:
    manual = (TOP / "docs" / "operating.md").read_text(encoding="utf-8")
    example = manual.partition("## Recording")[2].partition("```toml\n")[2].partition("```")[0]
    recording = loaded(tmp_path, example, LAOCAI).recording
    assert {rule.mode for rule in recording.classes} == {"continuous", "event", "schedule"}
    assert set(recording.class_of.values()) == {rule.name for rule in recording.classes}

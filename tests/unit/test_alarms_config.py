"""alarms.toml: what the shipped one says, and every mistake with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.model import SiteConfig
from config.site import SiteErrors, load_site, public_site
from tests.system.backend_process import LAOCAI, SMALL_SITE

PRIORITY = """[[priority]]
priority = 3
shelve_max_min = 60
source = "quy trình"
verified = true
"""
"""5 lines: what a test adds begins in line 6."""


def loaded(folder: Path, text: str) -> SiteConfig:
    target = folder / "site"
    shutil.copytree(SMALL_SITE, target)
    (target / "alarms.toml").write_text(text, encoding="utf-8")
    return load_site(target)


def test_the_demonstration_says_where_every_figure_comes_from_and_that_nobody_compared_it() -> None:
    site = load_site(LAOCAI)
    rules = public_site(site, 1).alarms
    assert {rule.priority for rule in rules.priorities} == {1, 2, 3, 4, 5}
    for told in (rules.priorities, rules.suppressions, rules.latches, site.delays):
        assert told
        assert all(rule.source and not rule.verified for rule in told)
    assert rules.shelve_max_s(1) < rules.shelve_max_s(2) < rules.shelve_max_s(4)
    assert len(rules.chain(1)) > len(rules.chain(3)) > len(rules.chain(4)) == 0
    delay = site.delay("TV-LC", "Level")
    assert delay is not None
    assert (delay.on_delay_s, delay.off_delay_s) == (60.0, 60.0)


def test_a_delay_that_names_the_station_beats_the_one_for_all(tmp_path: Path) -> None:
    station = load_site(SMALL_SITE).stations[0].station_id
    row = 'source = "thử"\nverified = false\n'
    all_of = f'[[delay]]\nsymbols = ["SO2"]\non_delay_s = 15.0\n{row}'
    one_of = f'[[delay]]\nsymbols = ["SO2"]\nstation_ids = ["{station}"]\non_delay_s = 5.0\n{row}'
    site = loaded(tmp_path, one_of + all_of)
    found = [site.delay(station, "SO2"), site.delay("other", "SO2"), site.delay(station, "pH")]
    assert [None if one is None else one.on_delay_s for one in found] == [5.0, 15.0, None]


@pytest.mark.parametrize(
    ("added", "line", "words"),
    [
        (PRIORITY, 6, "priority '3' is already in line 1"),
        ("[[latches]]\n", 6, "unknown key 'latches', did you mean 'latch'?"),
        (
            '[[latch]]\nkinds = ["station.limits"]\nsource = "x"\nverified = true\n',
            7,
            "unknown alert kind 'station.limits', did you mean 'station.limit'?",
        ),
        (
            '[[suppression]]\nrule_id = "a"\nname_vi = "a"\nname_en = "a"\nsource = "x"\nverified = true\n',
            6,
            "a suppression needs cause_kinds, or ends",
        ),
        (
            '[[suppression]]\nrule_id = "a"\nname_vi = "a"\nname_en = "a"\nkinds = ["camera.lost"]\n'
            'cause_kinds = ["camera.lost"]\nplace_ids = ["nowhere"]\nsource = "x"\nverified = true\n',
            12,
            "unknown station, camera or producer 'nowhere'",
        ),
        (
            '[[suppression]]\nrule_id = "a"\nname_vi = "a"\nname_en = "a"\nbegins = 2026-12-02T00:00:00+07:00\n'
            'ends = 2026-12-01T00:00:00+07:00\nsource = "x"\nverified = true\n',
            11,
            "is not after begins",
        ),
        ('[[delay]]\nsymbols = ["Lvl"]\nsource = "x"\nverified = true\n', 7, "unknown parameter 'Lvl'"),
        (
            '[[priority]]\npriority = 1\nescalate_after_s = 60\nsource = "x"\nverified = true\n',
            1,
            "needs at least one [[recipient]]",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, added: str, line: int, words: str) -> None:
    with pytest.raises(SiteErrors) as caught:
        loaded(tmp_path, PRIORITY + added)
    told = [(error.line, error.message) for error in caught.value.errors if error.file == "alarms.toml"]
    assert [(at, words in message) for at, message in told if words in message] == [(line, True)], told

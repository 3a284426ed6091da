"""fire_sites.toml: every mistake is told with its line, and no key is ever repeated or shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backend.gateway.compose import wall_clock_ms
from config.site import SiteErrors, load_site, public_site

LAOCAI = Path(__file__).resolve().parents[2] / "config" / "sites" / "laocai"
KEY = "5472756320426165204c616f20436169"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(LAOCAI, tmp_path / "site")
    return tmp_path / "site"


def change(folder: Path, *changes: tuple[str, str]) -> str:
    """The messages of the site with these words of fire_sites.toml replaced."""
    path = folder / "fire_sites.toml"
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SiteErrors) as caught:
        load_site(folder)
    return str(caught.value)


def test_the_key_is_nowhere_but_in_the_receiver(folder: Path) -> None:
    site = load_site(folder)
    assert site.fire_sites[0].panel.key_bytes == bytes.fromhex(KEY)
    for text in (repr(site), str(site.fire_sites[0]), site.model_dump_json(), public_site(site, 0).model_dump_json()):
        assert KEY not in text
    shown = public_site(site, wall_clock_ms()).fire_sites[0]
    assert (shown.account, shown.poll_every_s, shown.zones[0].zone) == ("1001", 60, "1")


def test_every_mistake_is_told_at_once_with_its_line(folder: Path) -> None:
    told = change(
        folder,
        (KEY, KEY[:-1]),
        ('account = "1002"', 'account = "1001"'),
        ('"pc-cho-bac-ha"', '"pc-cho-bac-hi"'),
        ("lat_deg = 22.5379", "lat_deg = 25.5379"),
        ('producer_id = "bao-chay"', 'producer_id = "bao-chai"'),
    )
    assert told.count("fire_sites.toml:") == 5
    for wanted in (
        "not hexadecimal digits",
        "'1001' is taken by 'cho-coc-leu'",
        "did you mean 'pc-cho-bac-ha'?",
        "outside the province",
        "did you mean 'bao-chay'?",
    ):
        assert wanted in told
    assert KEY[:-1] not in told


@pytest.mark.parametrize("key", [f'"{KEY}00"', '"a secret word"', "12345678901234567890", f'"{KEY[:30]}"'])
def test_a_wrong_key_is_refused_without_being_repeated(folder: Path, key: str) -> None:
    told = change(folder, (f'"{KEY}"', key))
    assert "fire_sites.toml:" in told
    assert key.strip('"') not in told


def test_an_unknown_word_is_told(folder: Path) -> None:
    assert "hazard_vi" in change(folder, ("hazards_vi =", "hazard_vi ="))

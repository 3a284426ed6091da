"""Settings: layers over each other, and every mistake told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import DEMONSTRATION, SettingsErrors, load_settings


def test_the_defaults_alone_are_a_complete_set(tmp_path: Path) -> None:
    settings = load_settings(user_file=tmp_path / "none.toml")
    assert settings.site_folder == DEMONSTRATION
    assert settings.backend.host == "127.0.0.1"
    assert settings.console.language == "vi"


def test_the_command_line_wins_over_the_users_file_and_that_over_the_defaults(tmp_path: Path) -> None:
    user = tmp_path / "settings.toml"
    user.write_text('[console]\nlanguage = "en"\nuser = "mai"\n[sound]\nvolume = 0.5\n', encoding="utf-8")
    settings = load_settings({"console.user": "su", "data": tmp_path}, user)
    assert (settings.console.language, settings.console.user, settings.sound.volume) == ("en", "su", 0.5)
    assert settings.data_folder == tmp_path
    assert settings.video.frozen_after_s == 2.0


def test_every_mistake_is_told_at_once_with_file_and_line(tmp_path: Path) -> None:
    user = tmp_path / "settings.toml"
    user.write_text(
        '[console]\nlanguage = "fr"\nlangauge = "en"\n\n[sound]\nvolume = "loud"\n\n[vidoe]\nworkers = 2\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsErrors) as caught:
        load_settings({"backend.port": 70_000, "backend.prot": 1}, user)
    told = [str(error) for error in caught.value.errors]
    assert [text.split(": ")[0] for text in told] == [
        "command line:0",
        "command line:0",
        "settings.toml:2",
        "settings.toml:3",
        "settings.toml:6",
        "settings.toml:8",
    ]
    assert "did you mean 'backend.port'" in told[1] or "did you mean 'backend.port'" in told[0]
    assert "'vi' or 'en'" in told[2]
    assert "did you mean 'language'" in told[3]
    assert "did you mean 'video'" in told[5]


def test_a_syntax_error_of_the_users_file_names_its_line(tmp_path: Path) -> None:
    user = tmp_path / "settings.toml"
    user.write_text('[console]\nlanguage = "vi\n', encoding="utf-8")
    with pytest.raises(SettingsErrors) as caught:
        load_settings(user_file=user)
    assert str(caught.value.errors[0]).startswith("settings.toml:2: not valid TOML")


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = load_settings(user_file=tmp_path / "none.toml")
    with pytest.raises(ValueError, match="frozen"):
        settings.console.language = "en"  # type: ignore[misc]


def test_addresses_of_cameras_given_for_one_run_are_not_printed(tmp_path: Path) -> None:
    given = {"cameras": ("rtsp://admin:geheim@10.0.0.9/live",), "demo": True}
    settings = load_settings(given, tmp_path / "none.toml")
    assert settings.run.demo
    assert settings.run.cameras[0].get_secret_value() == "rtsp://admin:geheim@10.0.0.9/live"
    assert "geheim" not in repr(settings)

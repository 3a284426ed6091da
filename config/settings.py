"""Settings of console and backend: config/defaults.toml, then the user's own file, then the command line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError

from config import toml_lines
from config.base import Config
from config.problems import Problems, SiteErrors, TomlFile, explained, one_of, read_toml

__all__ = ["Settings", "SettingsErrors", "load_settings", "user_settings_file"]

DEFAULTS: Final = Path(__file__).with_name("defaults.toml")
DEMONSTRATION: Final = Path(__file__).with_name("sites") / "laocai"
COMMAND_LINE: Final = "command line"
_Seconds = Annotated[float, Field(gt=0, le=3600)]


class SettingsErrors(SiteErrors):
    """Everything that is wrong with the settings."""


class RunSettings(Config):
    """What only the command line says, for this run.

    Attributes:
        cameras: addresses or video files to put on the wall too; may hold passwords.
        demo: also start the producers of the demonstration city.
        exercise: a scenario's file or the name of a shipped one: our backend is its training room; "" = none.
        shots: folder for pictures of every workspace; "" = none.
        screens: for the pictures, how many monitors; 0 = every set.
    """

    cameras: tuple[SecretStr, ...] = ()
    demo: bool = False
    exercise: str = ""
    shots: str = ""
    screens: int = Field(default=0, ge=0, le=4)


class ConsoleSettings(Config):
    """`site`, `data`: "" = see `Settings.site_folder` and `Settings.data_folder`."""

    server: Annotated[str, Field(pattern=r"^(https?://[^\s/]+.*)?$")]
    user: str
    insecure: bool
    ca_file: str
    site: str
    data: str
    language: Literal["vi", "en"]
    workspace: str
    alarm_workspace: str
    alarm_back_after_s: Annotated[float, Field(ge=1, le=3600)]
    monitors: Annotated[int, Field(ge=0, le=16)]


class VideoSettings(Config):
    """`slow_below`: share of the stream's own frame rate."""

    workers: Annotated[int, Field(ge=0, le=64)]
    frozen_after_s: _Seconds
    unchanging_after_s: _Seconds
    slow_below: Annotated[float, Field(gt=0, lt=1)]
    retry_first_s: Annotated[float, Field(gt=0, le=1)]
    retry_most_s: Annotated[float, Field(gt=0, le=30)]
    main_from_px: Annotated[int, Field(ge=0, le=10_000)]


class SoundSettings(Config):
    enabled: bool
    volume: Annotated[float, Field(ge=0, le=1)]
    mute_min: Annotated[int, Field(ge=1, le=60)]


class VoiceSettings(Config):
    """`language`: "" = the console's; `name`: "" = the synthesiser's voice of that language."""

    enabled: bool
    language: Literal["", "vi", "en"]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]{0,60}$")]
    rate_wpm: Annotated[int, Field(ge=80, le=450)]
    burst_s: Annotated[float, Field(ge=0, le=60)]
    repeat_s: Annotated[float, Field(ge=0, le=3600)]
    critical_when_muted: bool


class ChartSettings(Config):
    window_h: Annotated[int, Field(ge=1, le=168)]
    refresh_hz: Annotated[int, Field(ge=1, le=20)]


class LinkSettings(Config):
    stale_after_s: _Seconds
    command_timeout_s: _Seconds


class BackendSettings(Config):
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65_535)]
    database: Annotated[str, Field(pattern=r"^((postgresql\+psycopg|sqlite)://.*)?$")]
    token_life_h: Annotated[float, Field(gt=0, le=168)]
    login_free_tries: Annotated[int, Field(ge=1, le=1000)]
    body_limit_kb: Annotated[int, Field(ge=1, le=1_048_576)]


class AuditSettings(Config):
    """`head_folders`: () = a folder in the data folder; `head_url`, `head_token_file`: "" = none."""

    head_folders: tuple[Annotated[str, Field(min_length=1)], ...]
    head_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+.*)?$")]
    head_token_file: str
    head_every_s: Annotated[float, Field(ge=1, le=3600)]


class Settings(Config):
    """Everything a person may set, typed and frozen."""

    console: ConsoleSettings
    video: VideoSettings
    sound: SoundSettings
    voice: VoiceSettings
    charts: ChartSettings
    link: LinkSettings
    backend: BackendSettings
    audit: AuditSettings
    run: RunSettings

    @property
    def site_folder(self) -> Path:
        """The site of our own backend: the demonstration city unless one is named."""
        return Path(self.console.site).expanduser() if self.console.site else DEMONSTRATION

    @property
    def data_folder(self) -> Path:
        """Where our own backend keeps its data."""
        if self.console.data:
            return Path(self.console.data).expanduser()
        return platformdirs.user_data_path("trucban", appauthor=False)


def user_settings_file() -> Path:
    """The user's own settings.toml, which need not exist (~/.config/trucban on Linux, %LOCALAPPDATA% on Windows)."""
    return platformdirs.user_config_path("trucban", appauthor=False) / "settings.toml"


def load_settings(command_line: Mapping[str, object] | None = None, user_file: Path | None = None) -> Settings:
    """Defaults, the user's file over them, `command_line` over both.

    Args:
        command_line: "video.workers" -> 2; a name without a table is one of [console] or of `RunSettings`.
        user_file: instead of `user_settings_file()`. It may be missing.

    Raises:
        SettingsErrors: every mistake, each with its file and line ("command line:0" for the last).
    """
    problems = Problems()
    path = user_file or user_settings_file()
    user = read_toml(path, problems) if path.is_file() else TomlFile(path.name, {}, {}, problems)
    merged: dict[str, dict[str, object]] = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    for name, table in user.data.items():
        if isinstance(table, dict) and name in merged:
            merged[name].update(table)
        else:
            user.wrong((name,), f"unknown table {name!r}{one_of(name, merged)}")
    merged["run"] = {}
    given = _merge_command_line(merged, command_line or {}, problems)
    settings = _validated(merged, user, given, problems)
    problems.raise_if_any(SettingsErrors)
    assert settings is not None
    return settings


def _merge_command_line(
    merged: dict[str, dict[str, object]], values: Mapping[str, object], problems: Problems
) -> set[toml_lines.Path]:
    """Puts `values` into `merged`; returns the places they went to."""
    given: set[toml_lines.Path] = set()
    for name, value in values.items():
        table, _, key = name.rpartition(".")
        table = table or ("run" if key in RunSettings.model_fields else "console")
        known = RunSettings.model_fields if table == "run" else merged.get(table, {})
        if key not in known:
            names = [f"{table}.{key}" for table, keys in merged.items() for key in keys]
            problems.add(COMMAND_LINE, 0, f"unknown setting {name!r}{one_of(name, names)}")
            continue
        merged[table][key] = value
        given.add((table, key))
    return given


def _validated(
    merged: Mapping[str, object], user: TomlFile, given: set[toml_lines.Path], problems: Problems
) -> Settings | None:
    try:
        return Settings.model_validate_json(json.dumps(merged, default=str), strict=True)
    except ValidationError as error:
        for detail in error.errors():
            place = detail["loc"]
            words = explained(detail, Settings)
            if place[:2] in given:
                problems.add(COMMAND_LINE, 0, words)
            else:
                user.wrong(place, words)
        return None

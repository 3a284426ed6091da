"""simulation.toml of a site folder: what the demonstration plays."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from config.model import Config, SiteConfig


class PlanError(ValueError):
    """simulation.toml is wrong; the message says where."""


class Exceedance(Config):
    """One parameter climbs to `ratio` times its limit about `at_h` and stays for `for_h`."""

    station: str
    symbol: str
    at_h: float
    for_h: float
    ratio: float


class Span(Config):
    """A logger is calibrated, reports a fault, or sends nothing at all."""

    station: str
    kind: Literal["calibration", "fault", "silent"]
    at_h: float
    for_h: float


class River(Config):
    """A flood wave: `low` metres, `rise` more at its height; half up at `crest_h`, half down again at `fall_h`."""

    station: str
    low: float
    rise: float
    crest_h: float
    fall_h: float


class Rain(Config):
    """A storm: `peak` mm/h at `at_h`."""

    station: str
    peak: float
    at_h: float


class Plan(Config):
    """The whole story; `cycle_h` after its start it begins again."""

    seed: int = 1
    cycle_h: float = 36.0
    scenes: dict[str, str] = {}
    exceed: tuple[Exceedance, ...] = ()
    span: tuple[Span, ...] = ()
    river: tuple[River, ...] = ()
    rain: tuple[Rain, ...] = ()


def read_plan(site: SiteConfig) -> Plan:
    """The site's simulation.toml; without one, a plan in which nothing goes wrong.

    Raises:
        PlanError: it cannot be used.
    """
    path: Path = site.folder / "simulation.toml"
    if not path.is_file():
        return Plan()
    try:
        plan = Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise PlanError(f"{path.name}: {error}") from error
    known = {station.station_id for station in site.stations}
    named = {item.station for item in plan.exceed} | {item.station for item in plan.span}
    named |= {item.station for item in plan.river} | {item.station for item in plan.rain}
    if missing := sorted(named - known):
        raise PlanError(f"{path.name}: unknown stations {', '.join(missing)}")
    if missing := sorted(set(plan.scenes) - {camera.camera_id for camera in site.cameras}):
        raise PlanError(f"{path.name}: scenes of unknown cameras {', '.join(missing)}")
    return plan

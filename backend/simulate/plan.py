"""simulation.toml of a site folder: what the demonstration plays."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from config.base import Config
from config.model import SiteConfig


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


class Fire(Config):
    """A fire at premises of fire_sites.toml: zones alarm one after the other, `spread_h` apart; all end together."""

    fire_site: str
    at_h: float
    for_h: float
    zones: tuple[str, ...]
    spread_h: float = 0.1


class Scan(Config):
    """Somebody whom the network sensor sees: one alert every other second while it lasts."""

    at_h: float
    for_h: float
    source: str
    port: int
    signature: str
    signature_id: int
    category: str
    severity: int


class Plan(Config):
    """The whole story; `cycle_h` after its start it begins again."""

    seed: int = 1
    cycle_h: float = 36.0
    scenes: dict[str, str] = {}
    exceed: tuple[Exceedance, ...] = ()
    span: tuple[Span, ...] = ()
    river: tuple[River, ...] = ()
    rain: tuple[Rain, ...] = ()
    fire: tuple[Fire, ...] = ()
    scan: tuple[Scan, ...] = ()


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
    if missing := sorted({item.fire_site for item in plan.fire} - {item.fire_site_id for item in site.fire_sites}):
        raise PlanError(f"{path.name}: fires at unknown fire sites {', '.join(missing)}")
    if missing := sorted(set(plan.scenes) - {camera.camera_id for camera in site.cameras}):
        raise PlanError(f"{path.name}: scenes of unknown cameras {', '.join(missing)}")
    return plan

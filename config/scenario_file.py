"""Reads a scenario file. Every mistake is told at once, as `file:line: what is wrong, what is allowed`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from backend.contracts.kinds.alerts import ALERT_KINDS
from config.model import SiteConfig
from config.problems import Problems, SiteError, SiteErrors, TomlFile, one_of, read_toml
from config.scenario import (
    AlertMatch,
    BulletinStep,
    CameraStep,
    DetectionStep,
    Expectation,
    NoteStep,
    ProducerStep,
    ReadingsStep,
    Scenario,
    ScenarioHead,
    Step,
)
from config.site import load_site
from config.source_model import CapFeedSource
from config.toml_lines import Path as KeyPath

__all__ = ["SCENARIOS", "ScenarioErrors", "load_scenario", "scenario_file"]

SCENARIOS: Final = Path(__file__).with_name("scenarios")
SITES: Final = Path(__file__).with_name("sites")
MAX_BYTES: Final = 8 * 1024 * 1024

_STEPS: Final[Mapping[str, type[Step]]] = {
    "readings": ReadingsStep,
    "bulletin": BulletinStep,
    "detection": DetectionStep,
    "producer": ProducerStep,
    "camera": CameraStep,
    "note": NoteStep,
}
_TABLES: Final = ("scenario", "step", "expect")


class ScenarioErrors(SiteErrors):
    """Everything that is wrong with a scenario."""


def scenario_file(name: str) -> Path:
    """The file that `name` means: a path, or the name of a shipped scenario.

    Raises:
        ScenarioErrors: there is none.
    """
    path = Path(name).expanduser()
    if path.suffix == ".toml":
        return path
    shipped = SCENARIOS / f"{name}.toml"
    if not shipped.is_file():
        names = sorted(file.stem for file in SCENARIOS.glob("*.toml"))
        raise ScenarioErrors(
            [SiteError(name, 0, f"there is no scenario {name!r}{one_of(name, names)}, or a .toml file")]
        )
    return shipped


def _bulletin_producer(step: BulletinStep, site: SiteConfig) -> str:
    """Who sends the bulletin; "" when the site does not say it."""
    return step.producer or _only({source.producer_id for source in site.sources if isinstance(source, CapFeedSource)})


def _detection_producer(step: DetectionStep, site: SiteConfig) -> str:
    """Who sends the detection; "" when the site does not say it."""
    with_stations = {station.producer_id for station in site.stations}
    posting = {item.producer_id for item in site.producers if item.door == "http"}
    return step.producer or _only(posting - with_stations)


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def load_scenario(path: Path, site: SiteConfig | None = None) -> tuple[Scenario, SiteConfig]:
    """The scenario and the site it is about (`site`: another one than the file names, for a copy in a data folder).

    Raises:
        ScenarioErrors: anything is wrong with the scenario.
        SiteErrors: its site cannot be used.
    """
    problems = Problems()
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise ScenarioErrors([SiteError(path.name, 0, f"more than {MAX_BYTES} bytes: that is no scenario")])
    file = read_toml(path, problems)
    problems.raise_if_any(ScenarioErrors)
    file.only(_TABLES)
    if "scenario" not in file.data:
        file.wrong((), "table [scenario] is missing")
    head = file.parse(("scenario",), file.table("scenario"), ScenarioHead) if "scenario" in file.data else None
    problems.raise_if_any(ScenarioErrors)
    assert head is not None
    folder = site.folder if site is not None else _site_folder(path, head, file)
    problems.raise_if_any(ScenarioErrors)
    found = site if site is not None else load_site(folder)
    scenario = _Reader(path, file, head, found, problems).read(folder)
    problems.raise_if_any(ScenarioErrors)
    return scenario, found


def _site_folder(path: Path, head: ScenarioHead, file: TomlFile) -> Path:
    near = (path.parent / head.site).resolve()
    if (near / "site.toml").is_file():
        return near
    shipped = SITES / head.site
    if not (shipped / "site.toml").is_file():
        names = [folder.name for folder in SITES.iterdir() if (folder / "site.toml").is_file()]
        file.wrong(("scenario", "site"), f"there is no site {head.site!r}{one_of(head.site, names)}, or a folder")
    return shipped


class _Reader:
    """The cross-checks of one file against its site."""

    def __init__(self, path: Path, file: TomlFile, head: ScenarioHead, site: SiteConfig, problems: Problems) -> None:
        self.path = path
        self.file = file
        self.head = head
        self.site = site
        self.problems = problems
        # A training room's own copy: the feeds that told who sends what are gone there, and nothing is sent again.
        self.played = bool(site.exercise_vi)
        self.cameras = {camera.camera_id for camera in site.cameras}
        self.producers = {producer.producer_id for producer in site.producers}
        self.communes = {commune.code for commune in site.communes}
        self.steps: dict[str, tuple[KeyPath, Step]] = {}

    def read(self, folder: Path) -> Scenario:
        steps = self.read_steps()
        expectations = self.read_expectations()
        for path, step in self.steps.values():
            self.check_step(path, step)
        self.check_curves()
        self.check_conditions()
        return Scenario(
            name=self.path.stem,
            file=self.path,
            site_folder=folder,
            head=self.head,
            steps=tuple(self.resolved(step) for step in steps),
            expectations=expectations,
        )

    def known(self, path: KeyPath, what: str, name: str, allowed: Iterable[str]) -> bool:
        names = set(allowed)
        if name in names:
            return True
        self.file.wrong(path, f"unknown {what} {name!r}{one_of(name, names)}")
        return False

    def read_steps(self) -> tuple[Step, ...]:
        found: list[Step] = []
        for path, table in self.file.tables("step"):
            kind = str(table.get("kind", ""))
            if not self.known((*path, "kind"), "step kind", kind, _STEPS):
                continue
            step = self.file.parse(path, table, _STEPS[kind])
            if step is None:
                continue
            if step.step_id in self.steps:
                before = self.file.line(self.steps[step.step_id][0])
                self.file.wrong(
                    (*path, "step_id"), f"step {step.step_id!r} is already in line {before}; ids are unique"
                )
                continue
            self.steps[step.step_id] = (path, step)
            found.append(step)
        if not self.file.data.get("step"):
            self.file.wrong((), "there is no [[step]]; a scenario has at least one")
        return tuple(found)

    def read_expectations(self) -> tuple[Expectation, ...]:
        found: dict[str, Expectation] = {}
        for path, table in self.file.tables("expect"):
            expectation = self.file.parse(path, table, Expectation)
            if expectation is None:
                continue
            if expectation.expect_id in found:
                self.file.wrong((*path, "expect_id"), f"expectation {expectation.expect_id!r} is there twice")
                continue
            found[expectation.expect_id] = expectation
            self.check_match((*path, "alert"), expectation.alert)
            for index, agency in enumerate(expectation.to):
                agencies = [item.agency_id for item in self.site.agencies]
                self.known((*path, "to", index), "agency", agency, agencies)
        return tuple(found.values())

    def resolved(self, step: Step) -> Step:
        """The step with its producer's name: a training room's site has no feeds to tell it by."""
        match step:
            case BulletinStep():
                return step.model_copy(update={"producer": _bulletin_producer(step, self.site)})
            case DetectionStep():
                return step.model_copy(update={"producer": _detection_producer(step, self.site)})
            case _:
                return step

    # -- what a step names ------------------------------------------------------------------------

    def check_step(self, path: KeyPath, step: Step) -> None:
        if step.at > self.head.length:
            self.file.wrong((*path, "at"), "the step lies behind the end of the story (scenario.length)")
        match step:
            case ReadingsStep():
                self.check_readings(path, step)
            case BulletinStep():
                self.check_bulletin(path, step)
            case DetectionStep():
                self.check_detection(path, step)
            case ProducerStep():
                self.check_producer(path, step)
            case CameraStep():
                self.known((*path, "camera"), "camera", step.camera, self.cameras)
            case NoteStep() if step.alert is not None:
                self.check_match((*path, "alert"), step.alert)

    def check_readings(self, path: KeyPath, step: ReadingsStep) -> None:
        station = self.site.station(step.station)
        if station is None:
            self.known((*path, "station"), "station", step.station, [item.station_id for item in self.site.stations])
            return
        symbols = [parameter.symbol for parameter in station.parameters]
        self.known((*path, "symbol"), f"parameter of station {step.station}", step.symbol, symbols)
        for index, point in enumerate(step.points):
            if point.at > self.head.length:
                self.file.wrong((*path, "points", index), "the point lies behind the end of the story")

    def check_bulletin(self, path: KeyPath, step: BulletinStep) -> None:
        for index, code in enumerate(step.communes):
            self.known((*path, "communes", index), "commune code", code, self.communes)
        if not self.played and not _bulletin_producer(step, self.site):
            self.file.wrong(path, "the site has not exactly one CAP feed; name the producer of this bulletin")
        if step.producer:
            self.known((*path, "producer"), "producer", step.producer, self.producers)
        for index, name in enumerate(step.replaces):
            before = self.steps.get(name)
            bulletins = [key for key, (_, item) in self.steps.items() if isinstance(item, BulletinStep)]
            known = self.known((*path, "replaces", index), "bulletin", name, bulletins)
            if known and before is not None and before[1].at >= step.at:
                self.file.wrong((*path, "replaces", index), f"{name!r} is not issued before this one")

    def check_detection(self, path: KeyPath, step: DetectionStep) -> None:
        self.known((*path, "camera"), "camera", step.camera, self.cameras)
        labels = [rule.label for rule in self.site.detection_rules]
        if self.known((*path, "label"), "label (the site has a rule for these)", step.label, labels):
            rule = next(item for item in self.site.detection_rules if item.label == step.label)
            if step.score < rule.min_score:
                self.file.wrong((*path, "score"), f"the site's rule asks for {rule.min_score:g}; this raises no alert")
        if not self.played and not _detection_producer(step, self.site):
            self.file.wrong(path, "the site has not exactly one producer of detections; name the producer of this one")
        if step.producer:
            self.known((*path, "producer"), "producer", step.producer, self.producers)

    def check_producer(self, path: KeyPath, step: ProducerStep) -> None:
        speaking = {station.producer_id for station in self.site.stations}
        self.known((*path, "producer"), "producer of station files", step.producer, speaking)

    def check_match(self, path: KeyPath, match: AlertMatch) -> None:
        if not self.known((*path, "kind"), "alert kind", match.kind, ALERT_KINDS):
            return
        about = ALERT_KINDS[match.kind].about
        places: Mapping[str, Iterable[str]] = {
            "station": [item.station_id for item in self.site.stations],
            "camera": self.cameras,
            "producer": self.producers,
        }
        if match.place and about in places:
            self.known((*path, "place"), about, match.place, places[about])
        elif match.place:
            self.file.wrong((*path, "place"), f"an alert of kind {match.kind!r} has no place; match it by its step")
        if match.step:
            self.known((*path, "step"), "step", match.step, self.steps)

    # -- steps beside each other ------------------------------------------------------------------

    def check_curves(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for path, step in self.steps.values():
            if isinstance(step, ReadingsStep):
                key = (step.station, step.symbol)
                if key in seen:
                    self.file.wrong(path, f"{step.symbol} of {step.station} has a curve already, step {seen[key]!r}")
                seen.setdefault(key, step.step_id)

    def check_conditions(self) -> None:
        """Silent and lost come before back, in turn."""
        now: dict[str, str] = {}
        changes = [
            (step.at, path, step.producer if isinstance(step, ProducerStep) else step.camera, step.condition)
            for path, step in self.steps.values()
            if isinstance(step, ProducerStep | CameraStep)
        ]
        for _, path, name, condition in sorted(changes, key=lambda change: change[0]):
            if now.get(name, "back") == condition:
                self.file.wrong((*path, "condition"), f"{name} is {condition!r} already at that time")
            now[name] = condition

"""Standard operating procedures (quy trình xử lý): what a site says is to be done, and how far a run of it is.

A procedure is a flow of steps: each leads to the one written after it, to the one it names, or to the end; a question
leads by its answer. What stands here is pure and the same in backend, desk and replay; `backend.domain.sop` tells what
is wrong with a flow before it may be used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.alerts import Alert
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.kinds.incidents import IncidentCategory
from backend.contracts.site import Site

END: Final = "end"
"""Where a flow ends; no step is called so."""

STEPS_MOST: Final = 60
StepId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
SopId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Words = Annotated[str, Field(max_length=500)]
StepWho = Literal["duty_officer", "leader", "supervisor", "agency"]
Opens = Literal["", "camera", "map", "chart", "document"]


class Step(Wire):
    """One thing to do, or a question whose answer chooses the way.

    Attributes:
        who: whose hand it needs; `agency_id` which agency for "agency".
        limit_s: how soon it shall be done, counted from when it came up; None = no limit.
        opens: what to look at; `open_key` a camera, station or document, "" = that of the incident.
        dispatch_to: agency that is asked by doing this step; "" = none.
        question: it is answered yes or no and leads to `yes` or `no`; else it leads to `next`.
        next, yes, no: a step, "end", or "" = the step written after it.
    """

    step_id: StepId
    words_vi: Annotated[str, Field(min_length=1, max_length=500)]
    words_en: Words = ""
    who: StepWho = "duty_officer"
    agency_id: str = ""
    limit_s: Annotated[int, Field(ge=10, le=7 * 86_400)] | None = None
    opens: Opens = ""
    open_key: Annotated[str, Field(max_length=200)] = ""
    dispatch_to: str = ""
    question: bool = False
    next: str = ""
    yes: str = ""
    no: str = ""


class SopMatch(Wire):
    """Which alerts a procedure is for; an empty list asks nothing.

    Attributes:
        kinds: kinds of alerts.
        symbols: measured parameters, or labels of detections; not asked of alerts that have none.
        priorities: 1..5.
        tags: one of the words about where the alert is: the station's kind, the plant, the group of the camera, the
            category and event of a bulletin.
        at: where the guidance holds: "station:ID", "camera:ID", "plant:ID", "group:NAME", "commune:CODE"; empty = the
            whole site. The nearest wins.
    """

    kinds: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    priorities: tuple[Annotated[int, Field(ge=1, le=5)], ...] = ()
    tags: tuple[str, ...] = ()
    at: tuple[str, ...] = ()


class Sop(Wire):
    """One version of one procedure.

    Attributes:
        version: 1, 2, 3 ...; a new one never changes an old one.
        source: the text that sets steps and durations; `verified` once they were compared with it.
    """

    sop_id: SopId
    version: Annotated[int, Field(ge=1, le=100_000)]
    title_vi: Annotated[str, Field(min_length=1, max_length=200)]
    title_en: Annotated[str, Field(max_length=200)] = ""
    category: IncidentCategory
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool
    match: SopMatch = SopMatch()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=STEPS_MOST)]

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.step_id == step_id), None)

    def after(self, step: Step, target: str) -> str:
        """Where `target` of this step leads: a step's id or "end"."""
        if target:
            return target
        place = self.steps.index(step) + 1
        return self.steps[place].step_id if place < len(self.steps) else END


StepState = Literal["open", "done", "skipped", "not_applicable"]
Answer = Literal["", "yes", "no"]


class StepMark(Wire):
    """What became of a step. `reason` for skipped and not applicable ones; `answer` for questions."""

    step_id: Identifier
    state: StepState
    who: str
    at_ms: EpochMs
    reason: str = ""
    answer: Answer = ""


class SopRun(Wire):
    """A procedure under way; it keeps the version it began with.

    Attributes:
        marks: newest of each step that was decided.
        overdue: steps whose time limit passed before they were decided, in that order.
    """

    sop: Sop
    started_ms: EpochMs
    started_by: str
    marks: dict[str, StepMark] = Field(default_factory=dict)
    overdue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A step on the way the run takes.

    Attributes:
        reached_ms: when it came up: everything before it was decided; None = not yet.
        due_ms: when its limit ends; None = it has none or has not come up.
    """

    step: Step
    mark: StepMark | None
    reached_ms: int | None
    due_ms: int | None

    @property
    def taken_ms(self) -> int | None:
        """How long it took once it had come up; 0 when it was done ahead of its turn."""
        if self.mark is None or self.reached_ms is None:
            return None
        return max(0, self.mark.at_ms - self.reached_ms)

    @property
    def late(self) -> bool:
        """It was decided after its limit."""
        return self.mark is not None and self.due_ms is not None and self.mark.at_ms > self.due_ms


def path(sop: Sop, answers: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps on the way, up to the end or to the first question without an answer (which is on it)."""
    by_id = {step.step_id: step for step in sop.steps}
    found: list[Step] = []
    seen: set[str] = set()
    target = sop.steps[0].step_id
    while target != END and target in by_id and target not in seen:
        step = by_id[target]
        seen.add(target)
        found.append(step)
        if not step.question:
            target = sop.after(step, step.next)
        elif answer := answers.get(step.step_id, ""):
            target = sop.after(step, step.yes if answer == "yes" else step.no)
        else:
            break
    return tuple(found)


def standing(run: SopRun) -> tuple[Standing, ...]:
    """The run's way with when each step came up and when it is due."""
    answers = {step_id: mark.answer for step_id, mark in run.marks.items() if mark.answer}
    found: list[Standing] = []
    reached_ms: int | None = run.started_ms
    for step in path(run.sop, answers):
        mark = run.marks.get(step.step_id)
        due_ms = None if reached_ms is None or step.limit_s is None else reached_ms + step.limit_s * 1000
        found.append(Standing(step, mark, reached_ms, due_ms))
        if mark is None:
            reached_ms = None
        elif reached_ms is not None:
            reached_ms = max(reached_ms, mark.at_ms)
    return tuple(found)


def current(run: SopRun) -> Standing | None:
    """The first step that waits for a hand; None when the run is through."""
    return next((one for one in standing(run) if one.mark is None), None)


class SopText(Wire):
    """A procedure as its file would say it: sent to be checked, or to become the next version."""

    sop_id: SopId
    text: Annotated[str, Field(max_length=200_000)]


class SopProblem(Wire):
    """`line` is 1-based, 0 = the whole file."""

    line: int
    message: str


class SopAnswer(Wire):
    """What is wrong with a text; `version` that it was saved as, None = it was not."""

    problems: tuple[SopProblem, ...] = ()
    version: int | None = None


def sop_text(head: Mapping[str, object], match: Mapping[str, object], steps: Iterable[Mapping[str, object]]) -> str:
    """The text of a procedure's file (TOML). What is empty is left out."""
    lines = ["[sop]", *_pairs(head)]
    asked = _pairs(match)
    if asked:
        lines += ["", "[match]", *asked]
    for step in steps:
        lines += ["", "[[step]]", *_pairs(step)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, object]) -> list[str]:
    # JSON's strings, numbers, booleans and arrays of them are TOML's, too, but for DEL.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key, value in table.items()
        if value not in ("", None, (), [])
    ]


def tables_of(sop: Sop) -> tuple[dict[str, object], dict[str, object], list[dict[str, object]]]:
    """(head, match, steps) of a procedure as `sop_text` takes them."""
    return (
        sop.model_dump(exclude={"match", "steps"}),
        sop.match.model_dump(exclude_defaults=True),
        [step.model_dump(exclude_defaults=True) for step in sop.steps],
    )


# -- which procedure is for an alert -----------------------------------------------------------------------------------


def best_sop(sops: Iterable[Sop], alert: Alert, site: Site | None) -> Sop | None:
    """The procedure for an alert: guidance goes down the tree, the nearest wins, then the one that asks most."""
    places, tags = _places(alert, site), _tags(alert, site)
    ranked = [(rank, sop) for sop in sops if (rank := _rank(sop.match, alert, places, tags)) is not None]
    return min(ranked, key=lambda one: (one[0], one[1].sop_id))[1] if ranked else None


def _rank(match: SopMatch, alert: Alert, places: Mapping[str, int], tags: frozenset[str]) -> tuple[int, int] | None:
    """(steps up the tree, minus how much is asked); None when it is not for this alert."""
    symbol = alert.detection.label if alert.detection is not None else alert.limit.symbol if alert.limit else ""
    asked: tuple[tuple[Iterable[str | int], Iterable[str | int]], ...] = (
        (match.kinds, (alert.kind,)),
        (match.symbols if symbol else (), (symbol,)),
        (match.priorities, (int(alert.priority),)),
        (match.tags, tags),
        (match.at, places),
    )
    demands = [(set(wanted), set(given)) for wanted, given in asked if wanted]
    if any(not wanted & given for wanted, given in demands):
        return None
    near = min((places[place] for place in match.at if place in places), default=len(_TREE))
    return near, -sum(1 for wanted, _ in demands)


_TREE: Final = ("thing", "plant", "commune")


def _places(alert: Alert, site: Site | None) -> dict[str, int]:
    """Where the alert is, by how far up the tree: station or camera, plant or group, commune."""
    found: dict[str, int] = {}
    if alert.commune_code:
        found[f"commune:{alert.commune_code}"] = 2
    for station in site.stations if site is not None else ():
        if station.station_id == alert.place_id:
            found[f"station:{station.station_id}"] = 0
            if station.plant_id:
                found[f"plant:{station.plant_id}"] = 1
    for camera in site.cameras if site is not None else ():
        if camera.camera_id == alert.place_id:
            found[f"camera:{camera.camera_id}"] = 0
            found[f"group:{camera.group}"] = 1
    return found


def _tags(alert: Alert, site: Site | None) -> frozenset[str]:
    found: set[str] = set()
    if alert.cap is not None:
        found |= {alert.cap.category, alert.cap.event}
    for station in site.stations if site is not None else ():
        if station.station_id == alert.place_id:
            found |= {station.kind, station.plant_id or ""}
    for camera in site.cameras if site is not None else ():
        if camera.camera_id == alert.place_id:
            found.add(camera.group)
    return frozenset(found - {""})

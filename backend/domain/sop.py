"""What is wrong with a procedure before it may be used: every way ends, no step is lost, all names are known."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contracts.kinds.alerts import ALERT_KINDS
from backend.contracts.site import Site
from backend.contracts.sop import END, Sop, Step

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`place` leads to it in the file: ("step", 2, "yes"). `wrong` and `allowed` when a name is not in a set."""

    place: Place
    message: str
    wrong: str = ""
    allowed: tuple[str, ...] = ()


def leads_to(sop: Sop, step: Step) -> dict[str, str]:
    """Field of the step -> step id or "end" it leads to."""
    fields = ("yes", "no") if step.question else ("next",)
    return {name: sop.after(step, getattr(step, name)) for name in fields}


def mistakes(sop: Sop, site: Site | None = None) -> list[Mistake]:
    """Everything that is wrong with it; with a `site` also names that the site does not know."""
    found = [*_names(sop), *_fields(sop)]
    found += [] if found else _flow(sop)
    return found if site is None else [*found, *_unknown(sop, site)]


def _names(sop: Sop) -> list[Mistake]:
    found: list[Mistake] = []
    ids = [step.step_id for step in sop.steps]
    for number, step in enumerate(sop.steps):
        if step.step_id == END:
            found.append(Mistake(("step", number, "step_id"), f"{END!r} is where a flow ends; a step has another id"))
        if step.step_id in ids[:number]:
            found.append(Mistake(("step", number, "step_id"), f"step {step.step_id!r} is there twice; ids are unique"))
        for field in ("next", "yes", "no"):
            target = getattr(step, field)
            if target and target != END and target not in ids:
                found.append(Mistake(("step", number, field), "unknown step", target, (*ids, END)))
    return found


def _fields(sop: Sop) -> list[Mistake]:
    found: list[Mistake] = []
    for number, step in enumerate(sop.steps):
        for field in ("yes", "no"):
            if getattr(step, field) and not step.question:
                found.append(Mistake(("step", number, field), "only a question (question = true) leads by its answer"))
        if step.question and step.next:
            found.append(Mistake(("step", number, "next"), "a question leads by yes and no, not by next"))
        if step.question and step.dispatch_to:
            found.append(
                Mistake(("step", number, "dispatch_to"), "a question asks nobody; put it into a step of its own")
            )
        if (step.who == "agency") != bool(step.agency_id):
            found.append(Mistake(("step", number, "who"), 'who = "agency" and agency_id go together'))
        if step.open_key and not step.opens:
            found.append(
                Mistake(("step", number, "open_key"), "opens says what is opened: camera, map, chart, document")
            )
    return found


def _flow(sop: Sop) -> list[Mistake]:
    """Depth first from the first step: a step met again on its own way is a cycle, one never met is unreachable."""
    number_of = {step.step_id: number for number, step in enumerate(sop.steps)}
    found: list[Mistake] = []
    done: set[str] = set()
    way: dict[str, None] = {}
    # (step, what is left to follow), so that a long chain needs no deep stack.
    stack = [(sop.steps[0], list(leads_to(sop, sop.steps[0]).items()))]
    way[sop.steps[0].step_id] = None
    while stack:
        step, left = stack[-1]
        if not left:
            stack.pop()
            del way[step.step_id]
            done.add(step.step_id)
            continue
        field, target = left.pop(0)
        if target in way:
            message = f"goes round: {' → '.join((*list(way)[list(way).index(target) :], target))}; every way must end"
            found.append(Mistake(("step", number_of[step.step_id], field), message))
        elif target != END and target not in done:
            way[target] = None
            following = sop.steps[number_of[target]]
            stack.append((following, list(leads_to(sop, following).items())))
    for number, step in enumerate(sop.steps):
        if step.step_id not in done:
            message = f"no way leads to step {step.step_id!r}; let a step name it or take it out"
            found.append(Mistake(("step", number, "step_id"), message))
    return found


def _unknown(sop: Sop, site: Site) -> list[Mistake]:
    agencies = tuple(agency.agency_id for agency in site.agencies)
    found: list[Mistake] = []
    for number, step in enumerate(sop.steps):
        for field in ("agency_id", "dispatch_to"):
            if (name := getattr(step, field)) and name not in agencies:
                found.append(Mistake(("step", number, field), "unknown agency", name, agencies))
        allowed = _keys_of(site, step.opens)
        if step.open_key and allowed is not None and step.open_key not in allowed:
            found.append(Mistake(("step", number, "open_key"), f"unknown {step.opens}", step.open_key, allowed))
    kinds = tuple(ALERT_KINDS)
    for number, kind in enumerate(sop.match.kinds):
        if kind not in kinds:
            found.append(Mistake(("match", "kinds", number), "unknown kind of alert", kind, kinds))
    places = _all_places(site)
    for number, place in enumerate(sop.match.at):
        if place not in places:
            found.append(Mistake(("match", "at", number), "unknown place", place, places))
    return found


def _keys_of(site: Site, opens: str) -> tuple[str, ...] | None:
    if opens == "camera":
        return tuple(camera.camera_id for camera in site.cameras)
    if opens == "chart":
        return tuple(station.station_id for station in site.stations)
    return None


def _all_places(site: Site) -> tuple[str, ...]:
    found = [f"station:{station.station_id}" for station in site.stations]
    found += [f"plant:{plant.plant_id}" for plant in site.plants]
    found += [f"camera:{camera.camera_id}" for camera in site.cameras]
    found += [f"group:{group}" for group in dict.fromkeys(camera.group for camera in site.cameras)]
    found += [f"commune:{commune.code}" for commune in site.communes]
    return tuple(found)

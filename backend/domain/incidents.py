"""Life of an incident as pure decisions: the state and a wish in, events or a refusal out."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.alerts import Alert
from backend.contracts.commands import RefusalCode
from backend.contracts.incidents import Incident, IncidentPhase, Link, Task, TaskState
from backend.contracts.kinds.alerts import Priority
from backend.contracts.kinds.incidents import category_of
from backend.contracts.sop import Sop, best_sop, standing
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal, dispatch

_Wish = (
    cmd.LinkIncident
    | cmd.UnlinkIncident
    | cmd.ChangeIncident
    | cmd.LeadIncident
    | cmd.MoveIncident
    | cmd.NoteIncident
    | cmd.ReviewIncident
    | cmd.StartSop
    | cmd.MarkStep
    | cmd.AskTask
    | cmd.MoveTask
)

TASKS_MOST: Final = 200
LINKS_MOST: Final = 2000

PHASES: Final[dict[IncidentPhase, tuple[IncidentPhase, ...]]] = {
    "open": ("in_hand",),
    "in_hand": ("resolved",),
    "resolved": ("closed", "in_hand"),
    "closed": ("in_hand",),
}
"""phase -> where it may go. Back to "in_hand" from resolved or closed = it was not over after all."""

TASK_STATES: Final[dict[TaskState, tuple[TaskState, ...]]] = {
    "asked": ("accepted", "on_the_way", "arrived", "done", "refused"),
    "accepted": ("accepted", "on_the_way", "arrived", "done", "refused"),
    "on_the_way": ("on_the_way", "arrived", "done", "refused"),
    "arrived": ("done", "refused"),
    "done": (),
    "refused": (),
}
"""state -> what an agency may say next; the same again gives another time of arrival."""


def decide(state: RoomState, wish: cmd.IncidentCommand, user: str, now_ms: int) -> Decision:
    """What comes of a wish; its words are clean already."""
    if isinstance(wish, cmd.OpenIncident):
        return open_incident(state, wish, user, now_ms)
    incident = state.incidents.get(wish.incident_id)
    if incident is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the room knows no incident {wish.incident_id!r}"[:300])
    if incident.phase == "closed" and not isinstance(wish, cmd.MoveIncident | cmd.ReviewIncident | cmd.NoteIncident):
        return Refusal(RefusalCode.WRONG_PHASE, f"incident #{incident.number} is closed; open it again first")
    return _wish(state, incident, wish)


def _wish(state: RoomState, incident: Incident, wish: _Wish) -> Decision:
    match wish:
        case cmd.LinkIncident():
            return link(state, incident, wish.link)
        case cmd.UnlinkIncident():
            return unlink(incident, wish.link, wish.reason)
        case cmd.ChangeIncident():
            return change(incident, wish)
        case cmd.LeadIncident():
            return lead(incident, wish.user, wish.expected_lead)
        case cmd.MoveIncident():
            return move(incident, wish)
        case cmd.NoteIncident():
            return note(incident, wish.text)
        case cmd.ReviewIncident():
            return review(incident, wish.comment)
        case cmd.StartSop():
            return start_sop(state, incident, wish.sop_id, wish.reason)
        case cmd.MarkStep():
            return mark_step(state, incident, wish)
        case cmd.AskTask():
            return ask_task(state, incident, wish)
        case cmd.MoveTask():
            return move_task(incident, wish)


def open_incident(state: RoomState, wish: cmd.OpenIncident, user: str, now_ms: int) -> Decision:
    """One incident of what is joined, with the procedure that fits its worst alert."""
    if wish.incident_id in state.incidents:
        return Refusal(RefusalCode.INVALID, "there is an incident with this id already")
    links = tuple(dict.fromkeys(wish.links))
    for one in links:
        if (refusal := _linkable(state, one)) is not None:
            return refusal
    alerts = [alert for one in links if (alert := state.find_alert(one.key)) is not None]
    worst = min(alerts, key=lambda alert: (alert.priority, alert.raised_ms), default=None)
    title = wish.title.strip() or (worst.headline_vi if worst is not None else "")
    if not title:
        return Refusal(RefusalCode.INVALID, "an incident that is opened by hand needs a title")
    sop = state.sops.get(wish.sop_id) if wish.sop_id else None
    if wish.sop_id and sop is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the site has no procedure {wish.sop_id!r}"[:300])
    if sop is None and worst is not None:
        sop = best_sop(state.sops.values(), worst, state.site)
    category = wish.category or (category_of(worst) if worst is not None else "other")
    if category == "other" and sop is not None:
        category = sop.category
    incident = Incident(
        incident_id=wish.incident_id,
        number=state.incidents_opened + 1,
        title=title[:300],
        category=category,
        priority=_priority(wish, worst),
        raised_to=Priority(wish.priority) if wish.priority else None,
        opened_ms=now_ms,
        opened_by=user,
        changed_ms=now_ms,
        links=links,
        exercise=any(alert.exercise for alert in alerts) or bool(state.site and state.site.exercise_vi),
    ).model_copy(update=_place(wish, worst))
    events: list[ev.Event] = [ev.IncidentOpened(incident=incident)]
    if sop is not None:
        events.append(ev.SopStarted(incident_id=wish.incident_id, sop=sop))
    if wish.take:
        events += _taken(incident, user)
    return tuple(events)


def _priority(wish: cmd.OpenIncident, worst: Alert | None) -> Priority:
    known = [worst.priority] if worst is not None else []
    known += [Priority(wish.priority)] if wish.priority else []
    return min(known, default=Priority.MEDIUM)


def _place(wish: cmd.OpenIncident, worst: Alert | None) -> dict[str, object]:
    if wish.lat_deg is not None and wish.lon_deg is not None:
        return {"lat_deg": wish.lat_deg, "lon_deg": wish.lon_deg}
    if worst is None:
        return {}
    return {
        "lat_deg": worst.lat_deg,
        "lon_deg": worst.lon_deg,
        "commune_code": worst.commune_code,
        "place_name": worst.place_name,
    }


def _linkable(state: RoomState, one: Link) -> Refusal | None:
    if one.kind != "alert":
        return None
    if state.find_alert(one.key) is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the room knows no alert {one.key!r}"[:300])
    known = state.incident_of(one.key)
    if known is not None and known.phase != "closed":
        return Refusal(RefusalCode.INVALID, f"that alert belongs to incident #{known.number}")
    return None


def link(state: RoomState, incident: Incident, one: Link) -> Decision:
    if one in incident.links:
        return Refusal(RefusalCode.INVALID, f"it belongs to incident #{incident.number} already")
    if len(incident.links) >= LINKS_MOST:
        return Refusal(RefusalCode.INVALID, f"an incident has {LINKS_MOST} links at most")
    return _linkable(state, one) or (ev.IncidentLinked(incident_id=incident.incident_id, link=one),)


def unlink(incident: Incident, one: Link, reason: str) -> Decision:
    if one not in incident.links:
        return Refusal(RefusalCode.NOT_FOUND, f"it does not belong to incident #{incident.number}")
    return (ev.IncidentUnlinked(incident_id=incident.incident_id, link=one, reason=reason),)


def change(incident: Incident, wish: cmd.ChangeIncident) -> Decision:
    if wish.raised_to and incident.raised_to is None and wish.raised_to > incident.priority:
        return Refusal(RefusalCode.INVALID, "a person can only raise it: the worst of what is joined holds")
    title = wish.title if wish.title and wish.title != incident.title else None
    category = wish.category if wish.category != incident.category else None
    raised_to = wish.raised_to if wish.raised_to != int(incident.raised_to or 0) else None
    if title is None and category is None and raised_to is None:
        return Refusal(RefusalCode.INVALID, "nothing would be different")
    known = incident.incident_id
    return (ev.IncidentChanged(incident_id=known, title=title, category=category, raised_to=raised_to),)


def lead(incident: Incident, user: str, expected: str) -> Decision:
    """`user` leads from now on; a new incident is in hand by it."""
    if incident.lead != expected:
        return Refusal(RefusalCode.OWNER_CHANGED, f"the incident is now led by {incident.lead or 'nobody'}")
    if user == incident.lead:
        return Refusal(RefusalCode.INVALID, "that is who leads it already")
    if not user:
        return (ev.IncidentLed(incident_id=incident.incident_id, lead="", previous=incident.lead),)
    return _taken(incident, user)


def _taken(incident: Incident, user: str) -> tuple[ev.Event, ...]:
    led = ev.IncidentLed(incident_id=incident.incident_id, lead=user, previous=incident.lead)
    if incident.phase != "open":
        return (led,)
    return led, ev.IncidentMoved(incident_id=incident.incident_id, phase="in_hand")


def move(incident: Incident, wish: cmd.MoveIncident) -> Decision:
    if wish.phase not in PHASES[incident.phase]:
        return Refusal(RefusalCode.WRONG_PHASE, f"an incident that is {incident.phase} cannot become {wish.phase}")
    if incident.phase in ("resolved", "closed") and wish.phase == "in_hand" and not wish.reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why it is not over after all")
    moved = ev.IncidentMoved(incident_id=incident.incident_id, phase=wish.phase, reason=wish.reason)
    if wish.phase != "closed":
        return (moved,)
    if not wish.summary or wish.cause is None:
        return Refusal(RefusalCode.NEEDS_REASON, "closing needs a summary and a cause")
    if (left := _open_work(incident)) is not None:
        return left
    return (moved.model_copy(update={"summary": wish.summary, "cause": wish.cause}),)


def _open_work(incident: Incident) -> Refusal | None:
    tasks = sum(not task.ended for task in incident.tasks)
    steps = sum(one.mark is None for one in standing(incident.run)) if incident.run is not None else 0
    if not tasks and not steps:
        return None
    return Refusal(RefusalCode.OPEN_WORK, f"{steps} steps and {tasks} tasks are still open")


def note(incident: Incident, text: str) -> Decision:
    if not text:
        return Refusal(RefusalCode.INVALID, "a note needs words")
    return (ev.IncidentNoted(incident_id=incident.incident_id, text=text),)


def review(incident: Incident, comment: str) -> Decision:
    if not incident.concerns:
        return Refusal(RefusalCode.WRONG_PHASE, "nothing was skipped or overdue since the last look")
    return (ev.IncidentReviewed(incident_id=incident.incident_id, comment=comment),)


# -- the procedure -----------------------------------------------------------------------------------------------------


def start_sop(state: RoomState, incident: Incident, sop_id: str, reason: str) -> Decision:
    sop = state.sops.get(sop_id)
    if sop is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the site has no procedure {sop_id!r}"[:300])
    run = incident.run
    if run is not None and (run.sop.sop_id, run.sop.version) == (sop.sop_id, sop.version):
        return Refusal(RefusalCode.INVALID, "that procedure is under way already")
    if run is not None and not reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why the procedure under way is given up")
    return (ev.SopStarted(incident_id=incident.incident_id, sop=sop, reason=reason),)


def mark_step(state: RoomState, incident: Incident, wish: cmd.MarkStep) -> Decision:
    """Decide a step on the run's way, or take its mark back. Doing it asks the agency that it names."""
    run = incident.run
    if run is None:
        return Refusal(RefusalCode.WRONG_PHASE, "the incident follows no procedure")
    way = {one.step.step_id: one for one in standing(run)}
    one = way.get(wish.step_id)
    if one is None:
        return Refusal(RefusalCode.NOT_FOUND, f"step {wish.step_id!r} is not on the way of this run"[:300])
    refusal = _step_refused(wish, one.step.question, one.mark is not None)
    if refusal is not None:
        return refusal
    if wish.state == "open" and one.step.question and (later := _decided_after(list(way), run.marks, wish.step_id)):
        return Refusal(RefusalCode.OPEN_WORK, f"step {later!r} was decided on the way this answer chose")
    marked = ev.StepMarked(
        incident_id=incident.incident_id,
        step_id=wish.step_id,
        state=wish.state,
        reason=wish.reason,
        answer=wish.answer if wish.state == "done" else "",
    )
    agency_id = one.step.dispatch_to
    if (
        wish.state != "done"
        or not agency_id
        or any(task.task_id == _task_id(incident, wish) for task in incident.tasks)
    ):
        return (marked,)
    asked = cmd.AskTask(
        command_id=wish.command_id,
        incident_id=incident.incident_id,
        task_id=_task_id(incident, wish),
        agency_id=agency_id,
        what=one.step.words_vi,
    )
    tasks = ask_task(state, incident, asked)
    return tasks if isinstance(tasks, Refusal) else (marked, *tasks)


def _task_id(incident: Incident, wish: cmd.MarkStep) -> str:
    return f"step:{wish.step_id}:{incident.run.started_ms if incident.run else 0}"


def _step_refused(wish: cmd.MarkStep, question: bool, decided: bool) -> Refusal | None:
    if wish.state == "open":
        return None if decided else Refusal(RefusalCode.WRONG_PHASE, "the step is open")
    if decided:
        return Refusal(RefusalCode.WRONG_PHASE, "the step was decided already; take that back first")
    if question and (wish.state != "done" or not wish.answer):
        return Refusal(RefusalCode.INVALID, "a question is answered yes or no")
    if not question and wish.answer:
        return Refusal(RefusalCode.INVALID, "only a question has an answer")
    if wish.state in ("skipped", "not_applicable") and not wish.reason:
        return Refusal(RefusalCode.NEEDS_REASON, "a step that is not done needs a reason")
    return None


def _decided_after(way: list[str], decided: Container[str], step_id: str) -> str:
    behind = way[way.index(step_id) + 1 :]
    return next((one for one in behind if one in decided), "")


# -- what is asked of agencies -----------------------------------------------------------------------------------------


def ask_task(state: RoomState, incident: Incident, wish: cmd.AskTask) -> Decision:
    agencies = state.site.agencies if state.site is not None else ()
    if all(agency.agency_id != wish.agency_id for agency in agencies):
        return Refusal(RefusalCode.UNKNOWN_AGENCY, f"the site knows no agency {wish.agency_id!r}")
    if incident.task(wish.task_id) is not None:
        return Refusal(RefusalCode.INVALID, "there is a task with this id already")
    if len(incident.tasks) >= TASKS_MOST:
        return Refusal(RefusalCode.INVALID, f"an incident has {TASKS_MOST} tasks at most")
    if not wish.what.strip():
        return Refusal(RefusalCode.INVALID, "say what is asked of the agency")
    task = Task(task_id=wish.task_id, agency_id=wish.agency_id, what=wish.what, due_ms=wish.due_ms)
    events: list[ev.Event] = [ev.TaskAsked(incident_id=incident.incident_id, task=task)]
    for one in incident.links:
        alert = state.alerts.get(one.key) if one.kind == "alert" else None
        if alert is not None and wish.agency_id not in alert.dispatched_to:
            handed = dispatch(alert, wish.agency_id, f"#{incident.number}: {wish.what}", agencies)
            events += [] if isinstance(handed, Refusal) else handed
    return tuple(events)


def move_task(incident: Incident, wish: cmd.MoveTask) -> Decision:
    task = incident.task(wish.task_id)
    if task is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the incident has no task {wish.task_id!r}"[:300])
    if wish.state not in TASK_STATES[task.state]:
        return Refusal(RefusalCode.WRONG_PHASE, f"a task that is {task.state} cannot become {wish.state}")
    if wish.state == task.state and wish.eta_ms is None and not wish.note:
        return Refusal(RefusalCode.WRONG_PHASE, f"the task is {task.state} already")
    if wish.state == "refused" and not wish.note:
        return Refusal(RefusalCode.NEEDS_REASON, "a refusal needs the agency's reason")
    moved = ev.TaskMoved(
        incident_id=incident.incident_id,
        task_id=wish.task_id,
        state=wish.state,
        eta_ms=wish.eta_ms if wish.state in ("accepted", "on_the_way") else None,
        note=wish.note,
    )
    return (moved,)


# -- what nobody says --------------------------------------------------------------------------------------------------


def overdue(state: RoomState, now_ms: int) -> tuple[ev.Event, ...]:
    """Steps and tasks whose time has passed and that were not told of yet."""
    found: list[ev.Event] = []
    for incident in state.incidents.values():
        if not incident.active:
            continue
        known = incident.incident_id
        if (run := incident.run) is not None:
            found += [
                ev.StepOverdue(incident_id=known, step_id=one.step.step_id)
                for one in standing(run)
                if one.mark is None and one.due_ms is not None and one.due_ms <= now_ms
                if one.step.step_id not in run.overdue
            ]
        for task in incident.tasks:
            if task.ended:
                continue
            if task.due_ms is not None and task.due_ms <= now_ms and "due" not in task.late:
                found.append(ev.TaskOverdue(incident_id=known, task_id=task.task_id, late="due"))
            expected = task.eta_ms is not None and task.eta_ms <= now_ms and task.state != "arrived"
            if expected and "eta" not in task.late:
                found.append(ev.TaskOverdue(incident_id=known, task_id=task.task_id, late="eta"))
    return tuple(found)


def sop_events(state: RoomState, sops: tuple[Sop, ...]) -> tuple[ev.Event, ...]:
    """The procedures that are new to the room."""
    return tuple(ev.SopPublished(sop=sop) for sop in sops if state.sops.get(sop.sop_id) != sop)

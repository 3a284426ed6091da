"""How an incident changes by an event: the part of the fold (`backend.contracts.state`) that is about incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.contracts import events as ev
from backend.contracts.alerts import Alert
from backend.contracts.incidents import LINES_KEPT, Incident, IncidentLine, LineKind, Task, TaskChange
from backend.contracts.kinds.alerts import Priority
from backend.contracts.sop import SopRun, StepMark

Changes = dict[str, object]
CONCERNS_KEPT: Final = 100


def opened(incident: Incident, logged: ev.LoggedEvent) -> Incident:
    return _with_line(incident, {}, logged)


def reprioritised(incident: Incident, find_alert: Callable[[str], Alert | None]) -> Incident:
    """Its priority is the worst of what is joined, or what a person raised it to.

    An alert that the room no longer keeps may have been the worst: then it is never lowered.
    """
    known = [find_alert(link.key) for link in incident.links if link.kind == "alert"]
    joined = [alert.priority for alert in known if alert is not None]
    if incident.raised_to is not None:
        joined.append(incident.raised_to)
    if None in known:
        joined.append(incident.priority)
    worst = min(joined, default=incident.priority)
    return incident if worst == incident.priority else incident.model_copy(update={"priority": worst})


def after(incident: Incident, event: ev.IncidentEvent, logged: ev.LoggedEvent) -> Incident:
    """The incident with one more event."""
    return _with_line(incident, _changes(incident, event, logged), logged)


def _with_line(incident: Incident, changes: Changes, logged: ev.LoggedEvent) -> Incident:
    line = line_of(logged)
    lines = incident.lines if line is None else (*incident.lines, line)[-LINES_KEPT:]
    return incident.model_copy(update={**changes, "lines": lines, "changed_ms": logged.at_ms})


def line_of(logged: ev.LoggedEvent) -> IncidentLine | None:
    """The event as a line of its incident's log; None when it is about no incident."""
    if not isinstance(logged.event, ev.IncidentOpened | ev.IncidentEvent):
        return None
    kind, about, word, text = _said(logged.event)
    return IncidentLine(
        seq=logged.seq, at_ms=logged.at_ms, actor=logged.actor, kind=kind, about=about, word=word, text=text
    )


def _said(event: ev.IncidentOpened | ev.IncidentEvent) -> tuple[LineKind, str, str, str]:
    """(kind, about, word, text) of the line."""
    match event:
        case ev.IncidentOpened():
            return "opened", "", "", event.incident.title
        case ev.IncidentLinked():
            return "linked", event.link.key, event.link.kind, ""
        case ev.IncidentUnlinked():
            return "unlinked", event.link.key, event.link.kind, event.reason
        case ev.IncidentChanged():
            said = (event.title, event.category, None if event.raised_to is None else f"P{event.raised_to}")
            return "changed", "", "", " · ".join(part for part in said if part)
        case ev.IncidentLed():
            return "lead", event.lead, "", event.previous
        case ev.IncidentMoved():
            return "phase", event.phase, event.cause or "", event.reason or event.summary
        case ev.IncidentNoted():
            return "note", "", "", event.text
        case ev.IncidentReviewed():
            return "reviewed", "", "", event.comment
        case ev.SopStarted():
            return "sop", event.sop.title_vi, str(event.sop.version), event.reason
        case _:
            return _work_said(event)


def _work_said(
    event: ev.StepMarked | ev.StepOverdue | ev.TaskAsked | ev.TaskMoved | ev.TaskOverdue,
) -> tuple[LineKind, str, str, str]:
    match event:
        case ev.StepMarked():
            return "step", event.step_id, event.answer or event.state, event.reason
        case ev.StepOverdue():
            return "overdue", event.step_id, "step", ""
        case ev.TaskAsked():
            return "task", event.task.task_id, "asked", event.task.what
        case ev.TaskMoved():
            return "task", event.task_id, event.state, event.note
        case ev.TaskOverdue():
            return "overdue", event.task_id, event.late, ""


def _changes(incident: Incident, event: ev.IncidentEvent, logged: ev.LoggedEvent) -> Changes:
    match event:
        case ev.IncidentLinked():
            return {"links": tuple(dict.fromkeys((*incident.links, event.link)))}
        case ev.IncidentUnlinked():
            return {"links": tuple(link for link in incident.links if link != event.link)}
        case ev.IncidentChanged():
            return _changed(event)
        case ev.IncidentLed():
            return {"lead": event.lead}
        case ev.IncidentMoved():
            return _moved(incident, event, logged)
        case ev.IncidentNoted():
            return {}
        case ev.IncidentReviewed():
            return {"concerns": ()}
        case ev.SopStarted():
            return {"run": SopRun(sop=event.sop, started_ms=logged.at_ms, started_by=logged.actor)}
        case ev.StepMarked() | ev.StepOverdue():
            return _step(incident, event, logged)
        case ev.TaskAsked() | ev.TaskMoved() | ev.TaskOverdue():
            return _task(incident, event, logged)


def _concerned(incident: Incident, what: str) -> tuple[str, ...]:
    return (*incident.concerns, what)[-CONCERNS_KEPT:]


def _changed(event: ev.IncidentChanged) -> Changes:
    named: Changes = {"title": event.title, "category": event.category}
    changes = {name: value for name, value in named.items() if value is not None}
    if event.raised_to is not None:
        changes["raised_to"] = Priority(event.raised_to) if event.raised_to else None
    return changes


def _moved(incident: Incident, event: ev.IncidentMoved, logged: ev.LoggedEvent) -> Changes:
    changes: Changes = {"phase": event.phase}
    if event.phase == "closed":
        return {**changes, "summary": event.summary, "cause": event.cause, "closed_ms": logged.at_ms}
    return {**changes, "closed_ms": None} if incident.phase == "closed" else changes


def _step(incident: Incident, event: ev.StepMarked | ev.StepOverdue, logged: ev.LoggedEvent) -> Changes:
    run = incident.run
    if run is None:
        return {}
    if isinstance(event, ev.StepOverdue):
        late = run.model_copy(update={"overdue": tuple(dict.fromkeys((*run.overdue, event.step_id)))})
        return {"run": late, "concerns": _concerned(incident, f"overdue:{event.step_id}")}
    marks = dict(run.marks)
    marks.pop(event.step_id, None)
    if event.state != "open":
        marks[event.step_id] = StepMark(
            step_id=event.step_id,
            state=event.state,
            who=logged.actor,
            at_ms=logged.at_ms,
            reason=event.reason,
            answer=event.answer,
        )
    changes: Changes = {"run": run.model_copy(update={"marks": marks})}
    if event.state == "skipped":
        changes["concerns"] = _concerned(incident, f"skipped:{event.step_id}")
    return changes


def _task(incident: Incident, event: ev.TaskAsked | ev.TaskMoved | ev.TaskOverdue, logged: ev.LoggedEvent) -> Changes:
    if isinstance(event, ev.TaskAsked):
        first = TaskChange(at_ms=logged.at_ms, who=logged.actor, state=event.task.state)
        return {"tasks": (*incident.tasks, event.task.model_copy(update={"changes": (first,)}))}
    known = incident.task(event.task_id)
    if known is None:
        return {}
    if isinstance(event, ev.TaskOverdue):
        new = known.model_copy(update={"late": tuple(dict.fromkeys((*known.late, event.late)))})
        return {"tasks": _replaced(incident, new), "concerns": _concerned(incident, f"{event.late}:{event.task_id}")}
    change = TaskChange(at_ms=logged.at_ms, who=logged.actor, state=event.state, note=event.note)
    news: Changes = {"state": event.state, "changes": (*known.changes, change)}
    if event.eta_ms is not None:
        # Another time is another promise: the old one's lateness does not stick to it.
        news |= {"eta_ms": event.eta_ms, "late": tuple(late for late in known.late if late != "eta")}
    return {"tasks": _replaced(incident, known.model_copy(update=news))}


def _replaced(incident: Incident, task: Task) -> tuple[Task, ...]:
    return tuple(task if one.task_id == task.task_id else one for one in incident.tasks)

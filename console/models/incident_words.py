"""Incidents, their procedures, tasks and log in words for people, in the language of the seat."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend.contracts.incidents import Incident, IncidentLine, Task
from backend.contracts.joins import Suggestion
from backend.contracts.kinds.incidents import CAUSE_CATEGORIES, INCIDENT_CATEGORIES
from backend.contracts.sop import Sop, Step
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name
from console.models.numbers import format_number

translate = QCoreApplication.translate


def phase_name(phase: str) -> str:
    return {
        "open": translate("IncidentWords", "new"),
        "in_hand": translate("IncidentWords", "in hand"),
        "resolved": translate("IncidentWords", "resolved"),
        "closed": translate("IncidentWords", "closed"),
    }.get(phase, phase)


def task_state_name(state: str) -> str:
    return {
        "asked": translate("IncidentWords", "asked"),
        "accepted": translate("IncidentWords", "accepted"),
        "on_the_way": translate("IncidentWords", "on the way"),
        "arrived": translate("IncidentWords", "on site"),
        "done": translate("IncidentWords", "done"),
        "refused": translate("IncidentWords", "refused"),
    }.get(state, state)


def step_state_name(state: str) -> str:
    return {
        "open": translate("IncidentWords", "taken back"),
        "done": translate("IncidentWords", "done"),
        "skipped": translate("IncidentWords", "skipped"),
        "not_applicable": translate("IncidentWords", "not applicable"),
        "yes": translate("IncidentWords", "yes"),
        "no": translate("IncidentWords", "no"),
    }.get(state, state)


def category_name(category: str, language: str) -> str:
    named = next((named for key, named in INCIDENT_CATEGORIES.items() if key == category), None)
    return category if named is None else named.name_en if language == "en" else named.name_vi


def cause_name(cause: str, language: str) -> str:
    named = next((named for key, named in CAUSE_CATEGORIES.items() if key == cause), None)
    return cause if named is None else named.name_en if language == "en" else named.name_vi


def sop_title(sop: Sop, language: str) -> str:
    return sop.title_en if language == "en" and sop.title_en else sop.title_vi


def step_words(step: Step, language: str) -> str:
    return step.words_en if language == "en" and step.words_en else step.words_vi


def task_words(state: RoomState, task: Task, language: str) -> str:
    return f"{agency_name(state, task.agency_id, language)}: {task.what}"


def suggestion_words(found: Suggestion, language: str) -> str:
    """Why it belongs there: "300 m, 4 min, the same camera"."""
    parts: list[str] = []
    if found.distance_m is not None:
        near = found.distance_m < 1000
        figure = format_number(found.distance_m if near else found.distance_m / 1000, 0 if near else 1, language)
        parts.append(f"{figure} {'m' if near else 'km'}")
    parts.append(translate("IncidentWords", "{minutes} min apart").format(minutes=found.minutes))
    same = {
        "thing": translate("IncidentWords", "the same place"),
        "plant": translate("IncidentWords", "the same plant"),
        "commune": translate("IncidentWords", "the same commune"),
        "": "",
    }[found.same]
    parts += [same] if same else []
    parts += [translate("IncidentWords", "of the same sort")] if found.akin else []
    return ", ".join(parts)


def _step_of(incident: Incident | None, step_id: str, language: str) -> str:
    step = incident.run.sop.step(step_id) if incident is not None and incident.run is not None else None
    return step_words(step, language) if step is not None else step_id


def _task_of(state: RoomState, incident: Incident | None, task_id: str, language: str) -> str:
    task = incident.task(task_id) if incident is not None else None
    return task_words(state, task, language) if task is not None else translate("IncidentWords", "a task")


def _alert_of(state: RoomState, key: str, language: str) -> str:
    alert = state.find_alert(key)
    if alert is None:
        return translate("IncidentWords", "an earlier alert")
    return alert.headline_en if language == "en" and alert.headline_en else alert.headline_vi


def line_words(line: IncidentLine, incident: Incident | None, state: RoomState, language: str) -> str:
    """What a line of an incident's log says; what the state lacks is told without its name."""
    what = _what(line, incident, state, language)
    said = line.kind in ("opened", "note", "lead", "changed") or (line.kind, line.word) == ("task", "asked")
    return f"{what}: {line.text}" if line.text and not said else what


def _what(line: IncidentLine, incident: Incident | None, state: RoomState, language: str) -> str:
    if line.kind == "step":
        words = translate("IncidentWords", "“{step}” {state}")
        return words.format(step=_step_of(incident, line.about, language), state=step_state_name(line.word))
    if line.kind == "task":
        words = translate("IncidentWords", "{task} – {state}")
        return words.format(task=_task_of(state, incident, line.about, language), state=task_state_name(line.word))
    if line.kind == "overdue":
        return _overdue(line, incident, state, language)
    if line.kind in ("linked", "unlinked"):
        words = {
            "linked": translate("IncidentWords", "joined “{alert}”"),
            "unlinked": translate("IncidentWords", "took “{alert}” out"),
        }[line.kind]
        return words.format(alert=_alert_of(state, line.about, language))
    return _about_itself(line, language)


def _overdue(line: IncidentLine, incident: Incident | None, state: RoomState, language: str) -> str:
    if line.word == "step":
        words = translate("IncidentWords", "overdue: “{step}”")
        return words.format(step=_step_of(incident, line.about, language))
    words = {
        "due": translate("IncidentWords", "overdue: {task}"),
        "eta": translate("IncidentWords", "not arrived as promised: {task}"),
    }[line.word]
    return words.format(task=_task_of(state, incident, line.about, language))


def _about_itself(line: IncidentLine, language: str) -> str:
    if line.kind == "lead" and not line.about:
        return translate("IncidentWords", "gave up the lead")
    if line.kind == "phase" and line.word:
        words = translate("IncidentWords", "{phase}, cause: {cause}")
        return words.format(phase=phase_name(line.about), cause=cause_name(line.word, language).lower())
    return {
        "opened": translate("IncidentWords", "opened “{text}”"),
        "changed": translate("IncidentWords", "changed: {text}"),
        "lead": translate("IncidentWords", "{about} leads"),
        "phase": phase_name(line.about),
        "note": "{text}",
        "sop": translate("IncidentWords", "procedure “{about}” version {word}"),
        "reviewed": translate("IncidentWords", "seen by the supervisor"),
    }[line.kind].format(text=line.text, about=line.about, word=line.word)

"""What people bring and do: reports, calls, stories, incidents, watches, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.crisis import CrisisBegun, CrisisEvent
from backend.contracts.hotline import CallArrived, CallEvent, CallRecorded
from backend.contracts.incident_fold import line_of
from backend.contracts.press import StoryEvent, StoryGrew, StorySeen
from backend.contracts.report_events import ReportEvent, ReportOverdue, ReportReceived
from backend.contracts.shift_fold import watch_id_of
from backend.contracts.shifts import Watch
from console.models.call_words import step_words
from console.models.crisis import template_name, totals
from console.models.event_words.told import EventWords, LogKind, Told, about_alert, line
from console.models.incident_words import line_words, sop_title
from console.models.numbers import format_age
from console.models.press_words import story_event_words
from console.models.report_words import report_event_words
from console.models.session import Selected

translate = QCoreApplication.translate


def _sop_published(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.SopPublished)
    sop = told.logged.event.sop
    what = translate("EventWords", "procedure “{title}”: version {version} holds").format(
        title=sop_title(sop, told.language), version=sop.version
    )
    return line(told, "operator" if told.logged.actor else "system", what)


def _incident(told: Told) -> EventWords:
    """As its own log tells it, behind the number people call it by."""
    event = told.logged.event
    assert isinstance(event, ev.IncidentOpened | ev.IncidentEvent)
    opened = event.incident if isinstance(event, ev.IncidentOpened) else None
    incident = opened or told.state.incidents.get("" if isinstance(event, ev.IncidentOpened) else event.incident_id)
    entry = line_of(told.logged)
    assert entry is not None
    name = translate("EventWords", "incident") if incident is None else f"#{incident.number}"
    alerts = [link.key for link in incident.links if link.kind == "alert"] if incident is not None else []
    what = f"{name} {line_words(entry, incident, told.state, told.language)}"
    kind: LogKind = "operator" if told.logged.actor else "system"
    return line(told, kind, what, "", about_alert(alerts[0]) if alerts else None)


def _shift(told: Told) -> EventWords:
    """Who signed on, what became of a task, what was noted, drafted and signed."""
    event = told.logged.event
    assert isinstance(event, ev.ShiftEvent)
    watch = told.state.watches.get(watch_id_of(event))
    shift = event.turn.shift if isinstance(event, ev.ShiftStarted) else watch.shift if watch is not None else None
    name = translate("EventWords", "shift") if shift is None else told.name(shift.name_vi, shift.name_en)
    what, text = _shift_said(told, event, watch)
    return line(told, "operator", f"{name}: {what}", text)


def _shift_said(told: Told, event: ev.ShiftEvent, watch: Watch | None) -> tuple[str, str]:
    match event:
        case ev.ShiftStarted():
            site = told.state.site
            position = event.position_id
            for one in site.shifts.positions if site is not None else ():
                if one.position_id == event.position_id:
                    position = told.name(one.name_vi, one.name_en)
            return translate("EventWords", "signed on as {position}").format(position=position), ""
        case ev.ShiftTaskDone() | ev.ShiftTaskSkipped():
            tasks = {one.task_id: told.name(one.words_vi, one.words_en) for one in watch.tasks} if watch else {}
            words = (
                translate("EventWords", "did the task “{task}”")
                if isinstance(event, ev.ShiftTaskDone)
                else translate("EventWords", "skipped the task “{task}”")
            )
            return words.format(task=tasks.get(event.task_id, event.task_id)), event.text
        case ev.ShiftNoted():
            return translate("EventWords", "noted"), event.text
        case ev.HandoverDrafted():
            return translate("EventWords", "drafted the hand-over sheet"), event.sheet.remarks
        case ev.HandoverSigned():
            leaving = event.side == "leaving"
            return (
                translate("EventWords", "signed the hand-over sheet as the leaving officer")
                if leaving
                else translate("EventWords", "signed the hand-over sheet as the coming officer")
            ), ""


def _report(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ReportReceived | ReportEvent)
    report_id = event.report.report_id if isinstance(event, ReportReceived) else event.report_id
    what, text = report_event_words(event, told.state.report(report_id), told.state, told.language)
    calls = isinstance(event, ReportReceived | ReportOverdue)
    kind: LogKind = "alert" if calls else "operator" if told.logged.actor else "system"
    return line(told, kind, what, text, Selected("report", report_id))


def _rows_shown(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.RowsShown)
    codes = ", ".join((*(one.code for one in event.reports), *(f"“{one.title}”" for one in event.stories)))
    if codes:
        return line(told, "system", translate("EventWords", "taken up again: {codes}").format(codes=codes))
    return line(told, "system", translate("EventWords", "something that is not for this seat"))


def _story(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, StorySeen | StoryEvent)
    story = event.story if isinstance(event, StorySeen) else told.state.stories.get(event.story_id)
    title = event.story_id if isinstance(event, StoryEvent) and story is None else story.title if story else ""
    what, text = story_event_words(event, told.state)
    kind: LogKind = "system" if isinstance(event, StorySeen | StoryGrew) else "operator"
    return line(told, kind, f"“{title}”: {what}", text)


def _call(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, CallEvent)
    if isinstance(event, CallArrived):
        caller = event.call.masked or translate("EventWords", "a withheld number")
        what = translate("EventWords", "hotline: call from {caller}").format(caller=caller)
        return line(told, "system", what, "", Selected("call", event.call.call_id))
    call, about = told.state.call(event.call_id), Selected("call", event.call_id)
    caller = call.masked if call is not None and call.masked else event.call_id
    words = translate("EventWords", "hotline: call from {caller}: {what}")
    if isinstance(event, CallRecorded):
        what = translate("EventWords", "its recording is here, {length}")
        length = format_age(event.recording.duration_ms / 1000, told.language)
        return line(told, "system", words.format(caller=caller, what=what.format(length=length)), "", about)
    return line(told, "system", words.format(caller=caller, what=step_words(event.step)), event.agent, about)


def _crisis(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, CrisisEvent)
    if isinstance(event, CrisisBegun):
        name = template_name(event.crisis.template, told.language)
        words = translate("EventWords", "hotline: crisis mode on: {theme}").format(theme=name)
        return line(told, "operator", words, event.crisis.reason)
    over = told.state.past_crises.get(event.crisis_id)
    name = event.crisis_id if over is None else template_name(over.template, told.language)
    words = translate("EventWords", "hotline: crisis mode off: {theme}: {totals}")
    return line(told, "operator", words.format(theme=name, totals=totals(event.tally)), event.reason)


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "sop.published": _sop_published,
    "rows.shown": _rows_shown,
    "report.received": _report,
    **{event.model_fields["kind"].default: _report for event in get_args(ReportEvent)},
    "story.seen": _story,
    **{event.model_fields["kind"].default: _story for event in get_args(StoryEvent)},
    **{event.model_fields["kind"].default: _call for event in get_args(CallEvent)},
    **{event.model_fields["kind"].default: _crisis for event in get_args(CrisisEvent)},
    "incident.opened": _incident,
    **{event.model_fields["kind"].default: _incident for event in get_args(ev.IncidentEvent)},
    **{event.model_fields["kind"].default: _shift for event in get_args(ev.ShiftEvent)},
}

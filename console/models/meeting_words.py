"""A meeting in words for people: its people, its steps, its votes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend.contracts import meeting_events as ev
from backend.contracts.meetings import (
    Meeting,
    MeetingPhase,
    MeetingRole,
    Presence,
    Shown,
    ShownKind,
    VoteForm,
    VoteResult,
)
from backend.contracts.state import RoomState

translate = QCoreApplication.translate


def phase_words(phase: MeetingPhase) -> str:
    return {
        "planned": translate("Meetings", "planned"),
        "running": translate("Meetings", "in session"),
        "paused": translate("Meetings", "paused"),
        "over": translate("Meetings", "over"),
        "cancelled": translate("Meetings", "called off"),
    }[phase]


def role_words(role: MeetingRole) -> str:
    return {
        "chair": translate("Meetings", "chair"),
        "secretary": translate("Meetings", "secretary"),
        "member": translate("Meetings", "member"),
        "guest": translate("Meetings", "guest"),
    }[role]


def presence_words(presence: Presence) -> str:
    return {
        "invited": translate("Meetings", "not answered"),
        "confirmed": translate("Meetings", "will come"),
        "declined": translate("Meetings", "will not come"),
        "present": translate("Meetings", "present"),
        "left": translate("Meetings", "left"),
    }[presence]


def form_words(form: VoteForm) -> str:
    return {
        "open": translate("Meetings", "open vote"),
        "roll_call": translate("Meetings", "roll-call"),
        "secret": translate("Meetings", "secret vote"),
        "poll": translate("Meetings", "opinion poll"),
    }[form]


def shown_kind_words(kind: ShownKind) -> str:
    return {
        "agenda": translate("Meetings", "the agenda"),
        "vote": translate("Meetings", "the vote"),
        "map": translate("Meetings", "the map"),
        "camera": translate("Meetings", "camera"),
        "station": translate("Meetings", "station"),
        "alert": translate("Meetings", "alert"),
        "incident": translate("Meetings", "incident"),
        "report": translate("Meetings", "report"),
    }[kind]


def person(meeting: Meeting | None, participant_id: str) -> str:
    """His name, and who comes for him; the id of somebody who is not known."""
    one = meeting.participant(participant_id) if meeting is not None else None
    if meeting is None or one is None:
        return participant_id
    stands = meeting.attendance.get(participant_id)
    if stands is None or not stands.substitute:
        return one.name
    return translate("Meetings", "{name} (for {absent})").format(name=stands.substitute, absent=one.name)


def shown_words(shown: Shown, state: RoomState, language: str) -> str:
    """What the meeting looks at, by its name."""
    kind = shown_kind_words(shown.kind)
    if shown.kind in ("agenda", "map", "vote"):
        return kind
    return f"{kind} {_name(shown, state, language)}"


def _name(shown: Shown, state: RoomState, language: str) -> str:
    site, key = state.site, shown.key
    match shown.kind:
        case "alert":
            alert = state.find_alert(key)
            return key if alert is None else f"“{alert.headline_vi}”"
        case "incident":
            incident = state.incidents.get(key)
            return key if incident is None else f"#{incident.number} {incident.title}"
        case "report":
            report = state.report(key)
            return key if report is None else report.code
    cameras = {one.camera_id: (one.name_vi, one.name_en) for one in site.cameras} if site is not None else {}
    stations = {one.station_id: (one.name_vi, one.name_en) for one in site.stations} if site is not None else {}
    name_vi, name_en = (cameras if shown.kind == "camera" else stations).get(key, (key, key))
    return name_en if language == "en" and name_en else name_vi


def result_words(result: VoteResult) -> str:
    """One line: carried or not, of how many; of a poll nothing is carried."""
    if result.carried is None:
        return translate("Meetings", "{count} opinions").format(count=sum(result.counts.values()))
    words = translate("Meetings", "carried") if result.carried else translate("Meetings", "not carried")
    first = next(iter(result.counts.values()), 0)
    return translate("Meetings", "{result}: {votes} of {base}").format(result=words, votes=first, base=result.base)


def event_words(
    event: ev.MeetingPlanned | ev.MeetingEvent, meeting: Meeting | None, state: RoomState, language: str
) -> tuple[str, str]:
    """(what happened, what was said with it)."""
    for told in (_plan_words, _floor_words, _vote_words):
        found = told(event, meeting)
        if found is not None:
            return found
    match event:
        case ev.MeetingItemOpened():
            item = meeting.item(event.item_id) if meeting is not None else None
            name = item.title if item is not None else event.item_id
            return translate("Meetings", "dealt with: {item}").format(item=name), ""
        case ev.MeetingShown():
            shown = shown_words(event.shown, state, language)
            return translate("Meetings", "shown to everybody: {what}").format(what=shown), ""
        case ev.MeetingConcluded():
            return translate("Meetings", "concluded"), event.conclusion.text
        case ev.MeetingNoted():
            return translate("Meetings", "noted"), event.text
        case ev.MeetingQuieted():
            if event.quiet == "urgent":
                return translate("Meetings", "only alarms of priority 1 are announced at its seats"), ""
            return translate("Meetings", "all alarms are announced at its seats again"), ""
    return event.kind, ""


def _plan_words(event: ev.MeetingPlanned | ev.MeetingEvent, meeting: Meeting | None) -> tuple[str, str] | None:
    match event:
        case ev.MeetingPlanned():
            count = len(event.meeting.plan.participants)
            return translate("Meetings", "planned, {count} invited").format(count=count), ""
        case ev.MeetingReplanned():
            return translate("Meetings", "the plan was changed"), event.reason
        case ev.MeetingAttended():
            words = presence_words(event.presence)
            return f"{person(meeting, event.participant_id)}: {words}", event.reason
        case ev.MeetingMoved():
            return phase_words(event.phase), event.reason
    return None


def _floor_words(event: ev.MeetingPlanned | ev.MeetingEvent, meeting: Meeting | None) -> tuple[str, str] | None:
    match event:
        case ev.FloorAsked():
            words = translate("Meetings", "{name} asks for the floor")
            return words.format(name=person(meeting, event.participant_id)), event.about
        case ev.FloorWithdrawn():
            words = translate("Meetings", "{name} does not want to speak any more")
            return words.format(name=person(meeting, event.participant_id)), ""
        case ev.FloorGiven():
            words = translate("Meetings", "{name} has the floor")
            return words.format(name=person(meeting, event.participant_id)), ""
        case ev.FloorEnded():
            return translate("Meetings", "the speech is over"), ""
    return None


def _vote_words(event: ev.MeetingPlanned | ev.MeetingEvent, meeting: Meeting | None) -> tuple[str, str] | None:
    match event:
        case ev.VoteOpened():
            return translate("Meetings", "{form} opened").format(form=form_words(event.vote.form)), event.vote.question
        case ev.BallotCast():
            vote = meeting.vote(event.vote_id) if meeting is not None else None
            option = vote.option(event.option_id) if vote is not None else None
            name = person(meeting, event.participant_id)
            return f"{name}: {option.name_vi if option is not None else event.option_id}", ""
        case ev.BallotHanded():
            words = translate("Meetings", "{name} has the ballot of the secret vote")
            return words.format(name=person(meeting, event.participant_id)), ""
        case ev.VoteClosed():
            vote = meeting.vote(event.vote_id) if meeting is not None else None
            what = translate("Meetings", "vote closed, {result}").format(result=result_words(event.result))
            return what, vote.question if vote is not None else ""
    return None

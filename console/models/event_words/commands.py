"""Who signed in, and what was asked for and refused, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from console.models.event_words.told import (
    EventWords,
    Told,
    about_alert,
    line,
)

translate = QCoreApplication.translate


def _signed_in(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.OperatorSignedIn)
    what = translate("EventWords", "signed in as {role}").format(role=role_words(event.role))
    return EventWords("operator", event.user, what)


def _signed_out(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.OperatorSignedOut)
    return EventWords("operator", event.user, translate("EventWords", "left the desk"))


def role_words(role: str) -> str:
    """The role's name; the key of one that is not known."""
    return {
        "duty_officer": translate("EventWords", "duty officer"),
        "leader": translate("EventWords", "leader"),
        "supervisor": translate("EventWords", "supervisor"),
        "agency": translate("EventWords", "agency"),
        "administrator": translate("EventWords", "administrator"),
        "cyber": translate("EventWords", "information security officer"),
    }.get(role, role)


def command_words(command: str) -> str:
    """What was asked for, as a noun; the key of a command that is not known."""
    return {
        "alert.acknowledge": translate("EventWords", "acknowledging"),
        "alert.comment": translate("EventWords", "commenting"),
        "alert.take": translate("EventWords", "taking over"),
        "alert.release": translate("EventWords", "giving back"),
        "alert.dispatch": translate("EventWords", "handing to an agency"),
        "alert.judge": translate("EventWords", "judging"),
        "alert.hand_over": translate("EventWords", "handing over to a colleague"),
        "alert.shelve": translate("EventWords", "shelving"),
        "alert.unshelve": translate("EventWords", "taking back from the shelf"),
        "alert.take_out_of_service": translate("EventWords", "taking out of service"),
        "alert.return_to_service": translate("EventWords", "returning to service"),
        "alert.reset": translate("EventWords", "resetting"),
        "mark.place": translate("EventWords", "placing a mark"),
        "mark.remove": translate("EventWords", "removing a mark"),
        "evidence.hold": translate("EventWords", "holding evidence"),
        "evidence.release": translate("EventWords", "releasing evidence"),
        "evidence.export": translate("EventWords", "exporting evidence"),
        "evidence.change_export": translate("EventWords", "changing an export"),
        "camera.goto_preset": translate("EventWords", "to turn a camera"),
        "desk.act": translate("EventWords", "an entry of the desk"),
        "incident.open": translate("EventWords", "opening an incident"),
        "incident.link": translate("EventWords", "joining to an incident"),
        "incident.unlink": translate("EventWords", "taking out of an incident"),
        "incident.change": translate("EventWords", "changing an incident"),
        "incident.lead": translate("EventWords", "leading an incident"),
        "incident.move": translate("EventWords", "another phase of an incident"),
        "incident.note": translate("EventWords", "an entry in an incident's log"),
        "incident.start_sop": translate("EventWords", "starting a procedure"),
        "incident.mark_step": translate("EventWords", "a step of a procedure"),
        "incident.ask_task": translate("EventWords", "asking an agency"),
        "incident.move_task": translate("EventWords", "news of a task"),
        "incident.review": translate("EventWords", "looking through an incident"),
        "shift.start": translate("EventWords", "signing on to a shift"),
        "shift.mark_task": translate("EventWords", "a task of the shift"),
        "shift.note": translate("EventWords", "a note of the shift"),
        "shift.draft": translate("EventWords", "drafting a hand-over sheet"),
        "shift.sign": translate("EventWords", "signing a hand-over sheet"),
        "report.move": translate("EventWords", "another state of a report"),
        "report.route": translate("EventWords", "giving a report to an agency"),
        "report.note": translate("EventWords", "a word on a report"),
        "report.ask_extension": translate("EventWords", "asking for more time"),
        "report.decide_extension": translate("EventWords", "deciding on more time"),
        "report.tell_apart": translate("EventWords", "telling two reports apart"),
        "report.decide_medium": translate("EventWords", "deciding who may see a picture"),
        "report.read": translate("EventWords", "the receipt of the leader"),
        "hotline.begin_crisis": translate("EventWords", "crisis mode of the hotline"),
        "hotline.end_crisis": translate("EventWords", "the end of a crisis mode"),
        "story.assign": translate("EventWords", "giving a story of the press to an agency"),
        "story.dismiss": translate("EventWords", "dismissing a story of the press"),
        "story.to_report": translate("EventWords", "making a report of a story of the press"),
        "meeting.plan": translate("EventWords", "planning a meeting"),
        "meeting.replan": translate("EventWords", "changing a meeting's plan"),
        "meeting.attend": translate("EventWords", "an entry in a meeting's list"),
        "meeting.move": translate("EventWords", "beginning or ending a meeting"),
        "meeting.open_item": translate("EventWords", "opening an item of the agenda"),
        "meeting.show": translate("EventWords", "showing something to a meeting"),
        "meeting.ask_floor": translate("EventWords", "asking for the floor"),
        "meeting.give_floor": translate("EventWords", "giving the floor"),
        "meeting.open_vote": translate("EventWords", "opening a vote"),
        "meeting.cast": translate("EventWords", "voting"),
        "meeting.take_ballot": translate("EventWords", "taking a ballot"),
        "meeting.close_vote": translate("EventWords", "closing a vote"),
        "meeting.conclude": translate("EventWords", "a conclusion of a meeting"),
        "meeting.note": translate("EventWords", "a line of the minutes"),
        "meeting.quiet": translate("EventWords", "the quiet rule of a meeting"),
    }.get(command, command)


def _command_refused(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.CommandRefused)
    what = translate("EventWords", "refused: {command}").format(command=command_words(event.command))
    is_alert = told.state.find_alert(event.about) is not None
    if is_alert:
        what += f" “{told.alert(event.about)}”"
    return line(told, "operator", what, event.reason, about_alert(event.about) if is_alert else None)


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "operator.signed_in": _signed_in,
    "operator.signed_out": _signed_out,
    "command.refused": _command_refused,
}

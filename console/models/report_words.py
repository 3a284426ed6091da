"""Citizens' reports in words for people: states, channels, time left, and what happened to one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts import report_events as ev
from backend.contracts.report_rules import Category
from backend.contracts.reports import Channel, Flow, Rating, Report, ReportState, Timeliness
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name

translate = QCoreApplication.translate

UNKNOWN_CODE: Final = "?"


def state_name(state: ReportState) -> str:
    return {
        "new": translate("ReportWords", "new"),
        "verifying": translate("ReportWords", "being verified"),
        "need_info": translate("ReportWords", "citizen is asked"),
        "rejected": translate("ReportWords", "refused"),
        "duplicate": translate("ReportWords", "duplicate"),
        "assigned": translate("ReportWords", "with the agency"),
        "returned": translate("ReportWords", "sent back"),
        "in_progress": translate("ReportWords", "in work"),
        "extension": translate("ReportWords", "asks for more time"),
        "done_pending": translate("ReportWords", "done, to be approved"),
        "published": translate("ReportWords", "published"),
        "rated": translate("ReportWords", "rated"),
        "reopened": translate("ReportWords", "opened again"),
    }[state]


def channel_name(channel: Channel) -> str:
    return {
        "app": translate("ReportWords", "app"),
        "call": translate("ReportWords", "call 1022"),
        "zalo": translate("ReportWords", "Zalo"),
        "web": translate("ReportWords", "web"),
        "email": translate("ReportWords", "e-mail"),
        "walk_in": translate("ReportWords", "at the counter"),
        "press": translate("ReportWords", "press"),
        "room": translate("ReportWords", "the room"),
    }[channel]


def flow_name(flow: Flow) -> str:
    if flow == "instant":
        return translate("ReportWords", "instant handling")
    return translate("ReportWords", "handling with a deadline")


def timeliness_name(timeliness: Timeliness) -> str:
    return {
        "none": translate("ReportWords", "no deadline yet"),
        "stopped": translate("ReportWords", "clock stands"),
        "in_time": translate("ReportWords", "in time"),
        "near": translate("ReportWords", "nearly due"),
        "late": translate("ReportWords", "overdue"),
    }[timeliness]


def rating_name(rating: Rating) -> str:
    return {
        "satisfied": translate("ReportWords", "satisfied"),
        "accepted": translate("ReportWords", "accepts it"),
        "dissatisfied": translate("ReportWords", "not satisfied"),
    }[rating]


def category_of(state: RoomState, category_id: str) -> Category | None:
    return state.site.reports.category(category_id) if state.site is not None else None


def category_name(state: RoomState, category_id: str, language: str) -> str:
    found = category_of(state, category_id)
    if found is None:
        return category_id
    return found.name_en if language == "en" and found.name_en else found.name_vi


def report_event_words(
    event: ev.ReportReceived | ev.ReportEvent, report: Report | None, state: RoomState, language: str
) -> tuple[str, str]:
    """(what, in whose words): "PA-12 routed to Sở Xây dựng", "hố ga hở"."""
    named = event.report if isinstance(event, ev.ReportReceived) else report
    code = named.code if named is not None else UNKNOWN_CODE
    what, text = _said(event, state, language)
    return translate("ReportWords", "report {code}: {what}").format(code=code, what=what), text


def _said(event: ev.ReportReceived | ev.ReportEvent, state: RoomState, language: str) -> tuple[str, str]:
    if isinstance(event, ev.ReportReceived):
        came = translate("ReportWords", "came by {channel}")
        return came.format(channel=channel_name(event.report.channel)), event.report.title
    if isinstance(event, ev.ReportNoted):
        return _noted(event), event.text
    match event:
        case ev.ReportRouted():
            agencies = ", ".join(agency_name(state, one, language) for one in (event.chief, *event.partners))
            return translate("ReportWords", "given to {agencies}").format(agencies=agencies), event.reason
        case ev.ReportMoved():
            return state_name(event.state), event.reason or event.text
        case ev.ReportChanged():
            return translate("ReportWords", "its particulars were changed"), event.address or ""
        case ev.ReportExtensionAsked():
            return translate("ReportWords", "asked for more time"), event.extension.reason
        case ev.ReportExtensionDecided():
            granted = translate("ReportWords", "more time was granted")
            return granted if event.granted else translate("ReportWords", "more time was refused"), event.reason
        case ev.ReportRated():
            rated = translate("ReportWords", "the citizen is: {rating}")
            return rated.format(rating=rating_name(event.rating)), event.text
        case ev.ReportsToldApart() | ev.ReportMediumDecided() | ev.ReportRead():
            return _looked_at(event)
        case ev.ReportOverdue():
            return timeliness_name(event.stage), ""


def _looked_at(event: ev.ReportsToldApart | ev.ReportMediumDecided | ev.ReportRead) -> tuple[str, str]:
    if isinstance(event, ev.ReportsToldApart):
        return translate("ReportWords", "is not the same as {code}").format(code=event.other_id), ""
    if isinstance(event, ev.ReportRead):
        return translate("ReportWords", "the leader of the place has read it"), event.text
    if event.public:
        return translate("ReportWords", "a picture of it may be seen by everybody"), ""
    return translate("ReportWords", "a picture of it is not for everybody any more"), ""


def _noted(event: ev.ReportNoted) -> str:
    if event.by_citizen:
        return translate("ReportWords", "the citizen wrote")
    if event.audience == "citizen":
        return translate("ReportWords", "wrote to the citizen")
    return translate("ReportWords", "noted inside")

"""What the card of one report says: its facts, its thread, who is like it, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from backend.contracts.events import LoggedEvent
from backend.contracts.report_doors import Likeness
from backend.contracts.report_events import ReportEvent, ReportMoved, ReportReceived
from backend.contracts.report_moves import Side, side_of
from backend.contracts.reports import Medium, Report
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name
from console.models.crisis import campaign_name
from console.models.event_words import who_words
from console.models.numbers import format_age, format_number, format_time
from console.models.report_queue import clock_words, commune_name
from console.models.report_words import (
    category_name,
    category_of,
    channel_name,
    flow_name,
    rating_name,
    report_event_words,
    state_name,
)
from console.models.session import Session
from console.models.word_rows import Row

translate = QCoreApplication.translate


def facts(report: Report, state: RoomState, language: str, now_ms: int) -> str:
    """One line: state, clock, category, channel, when."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    age = format_age((now_ms - report.received_ms) / 1000, language)
    words = [
        translate("ReportCard", "EXERCISE") if report.exercise else "",
        state_name(report.state),
        clock_words(report, now_ms, language),
        category_name(state, report.category_id, language),
        flow_name(report.flow),
        channel_name(report.channel),
        campaign_name(report.campaign, state, language),
        f"{format_time(report.received_ms, offset_min, with_date=True)} ({age})",
    ]
    return " · ".join(word for word in words if word)


def place(report: Report, state: RoomState) -> str:
    words = [report.address, commune_name(state, report.commune_code)]
    return ", ".join(word for word in words if word) or translate("ReportCard", "no place was told")


def routing(report: Report, state: RoomState, language: str) -> str:
    """Who has it, with whom, and who is told."""
    if not report.chief:
        return translate("ReportCard", "no agency has it yet")
    words = [agency_name(state, report.chief, language)]
    if report.partners:
        partners = ", ".join(agency_name(state, one, language) for one in report.partners)
        words.append(translate("ReportCard", "with {agencies}").format(agencies=partners))
    if report.leader:
        words.append(_receipt(report, state))
    return " · ".join(words)


def _receipt(report: Report, state: RoomState) -> str:
    """The leader of the place: told, or when it was read, and the word that was said to it."""
    if report.read_ms is None:
        return translate("ReportCard", "{leader} is told, has not read it").format(leader=report.leader)
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    read = translate("ReportCard", "{leader} read it {time}").format(
        leader=report.leader, time=format_time(report.read_ms, offset_min, with_date=True)
    )
    return f"{read}: “{report.read_words}”" if report.read_words else read


def deadline(report: Report, state: RoomState, language: str) -> str:
    """When it is due, how often that was moved, and whose rule the time is."""
    words: list[str] = []
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    if report.clock is not None and report.clock.due_ms is not None:
        due = format_time(report.clock.due_ms, offset_min, with_date=True)
        words.append(translate("ReportCard", "due {time}").format(time=due))
    if report.extended:
        words.append(translate("ReportCard", "extended {count} times").format(count=report.extended))
    if report.reopened:
        words.append(translate("ReportCard", "opened again {count} times").format(count=report.reopened))
    if report.extension is not None:
        more = format_age(report.extension.more_ms / 1000, language)
        asked = translate("ReportCard", "asks for {time} more: {reason}")
        words.append(asked.format(time=more, reason=report.extension.reason))
    if report.duplicate_of:
        words.append(translate("ReportCard", "the same as {code}").format(code=report.duplicate_of))
    if report.rating is not None:
        words.append(translate("ReportCard", "the citizen: {rating}").format(rating=rating_name(report.rating)))
    category = category_of(state, report.category_id)
    if category is not None and report.clock is not None:
        words.append(translate("ReportCard", "time by: {source}").format(source=category.source))
    return " · ".join(words)


def thread_rows(events: Sequence[LoggedEvent], report: Report, state: RoomState, language: str) -> list[Row]:
    """Everything that happened, the newest first: when, who, what."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    rows = []
    for logged in reversed(events):
        event = logged.event
        if not isinstance(event, ReportReceived | ReportEvent):
            continue
        what, text = report_event_words(event, report, state, language)
        what = what.partition(": ")[2] or what
        when = format_time(logged.at_ms, offset_min, with_date=True)
        rows.append(Row((when, who_words(logged.actor, state, language), f"{what}: {text}" if text else what)))
    return rows


def media_of(events: Sequence[LoggedEvent]) -> tuple[Medium, ...]:
    """Pictures and films that these events brought, each once, in their order."""
    found = {one.digest: one for logged in events for one in getattr(logged.event, "media", ())}
    return tuple(found.values())


def medium_words(medium: Medium, public: bool = False) -> str:
    """What stands below a picture: what it shows, and whether everybody may see it."""
    shows = {
        "report": translate("ReportCard", "with the report"),
        "before": translate("ReportCard", "before the work"),
        "after": translate("ReportCard", "after the work"),
    }[medium.stage]
    return translate("ReportCard", "{picture} · public").format(picture=shows) if public else shows


def result_of(events: Sequence[LoggedEvent]) -> str:
    """What the agency said it did, last: what a publication begins with."""
    for logged in reversed(events):
        event = logged.event
        if isinstance(event, ReportMoved) and event.state == "done_pending":
            return event.text
    return ""


def likeness_rows(likely: Sequence[Likeness], language: str) -> list[Row]:
    rows = []
    for one in likely:
        near = "–" if one.distance_m is None else f"{format_number(one.distance_m, 0, language)} m"
        apart = format_age(one.apart_ms / 1000, language)
        cells = (one.report.code, one.report.title, f"{near} · {apart}", state_name(one.report.state))
        rows.append(Row(cells, key=one.report.report_id))
    return rows


def seat_side(session: Session, report: Report) -> Side | None:
    return None if session.operator is None else side_of(report, session.operator.agency_id)

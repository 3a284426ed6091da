"""Meetings as a seat shows them: which one is looked at, its rows, and what this seat may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.meetings import Meeting, Participant, Vote
from backend.contracts.state import RoomState
from console.models.meeting_words import person, phase_words, presence_words, result_words, role_words
from console.models.numbers import format_time
from console.models.word_rows import Row

translate = QCoreApplication.translate

SOON_MS: Final = 12 * 3_600_000
"""A meeting that begins within so long is shown before one that is over."""


def looked_at(state: RoomState, user: str, chosen: str, now_ms: int) -> Meeting | None:
    """The chosen one; else the one that runs (one's own before others'), the next one, the last one."""
    found = state.meetings.get(chosen)
    if found is not None or not state.meetings:
        return found

    def order(one: Meeting) -> tuple[int, int, int]:
        mine = not any(True for _ in one.acts_as(user))
        if one.is_on:
            return 0, mine, -(one.began_ms or 0)
        if one.phase == "planned" and one.plan.begins_ms < now_ms + SOON_MS:
            return 1, mine, one.plan.begins_ms
        return (2, mine, one.plan.begins_ms) if one.phase == "planned" else (3, 0, -one.changed_ms)

    return min(state.meetings.values(), key=order)


def listed(state: RoomState) -> list[Meeting]:
    """Those that run, then what is planned by its time, then what is over, the newest first."""

    def order(one: Meeting) -> tuple[int, int]:
        if one.is_on:
            return 0, one.plan.begins_ms
        return (1, one.plan.begins_ms) if one.phase == "planned" else (2, -one.plan.begins_ms)

    return sorted(state.meetings.values(), key=order)


def meeting_rows(state: RoomState, offset_min: int) -> list[Row]:
    return [
        Row(
            (_minute(one.plan.begins_ms, offset_min), one.plan.title, phase_words(one.phase)),
            "good" if one.is_on else "none",
            2,
            one.meeting_id,
        )
        for one in listed(state)
    ]


def _minute(at_ms: int, offset_min: int) -> str:
    clock = format_time(at_ms, offset_min, with_date=True)
    return f"{clock[:5]} {clock[9:]}"


def agenda_rows(meeting: Meeting) -> list[Row]:
    rows = []
    for number, item in enumerate(meeting.plan.agenda, 1):
        now = item.item_id == meeting.item_id
        done = item.item_id in meeting.items_done
        mark = "▶" if now else "✓" if done else str(number)
        who = person(meeting, item.presenter) if item.presenter else ""
        minutes = translate("Meetings", "{count} min").format(count=item.planned_min)
        rows.append(Row((mark, item.title, who, minutes), "good" if now else "none", 1, item.item_id))
    return rows


def people_rows(meeting: Meeting, shown: Mapping[str, str]) -> list[Row]:
    """`shown`: what is told of somebody in a vote that is open, by participant."""
    waits = {one.participant_id: place for place, one in enumerate(meeting.wishes, 1)}
    rows = []
    for one in meeting.plan.participants:
        presence = meeting.presence(one.participant_id)
        speaks = meeting.floor is not None and meeting.floor.participant_id == one.participant_id
        told = translate("Meetings", "speaks") if speaks else ""
        if one.participant_id in waits:
            told = translate("Meetings", "waits to speak, {place}.").format(place=waits[one.participant_id])
        told = told or shown.get(one.participant_id, "")
        cells = (person(meeting, one.participant_id), one.title or role_words(one.role), presence_words(presence), told)
        rows.append(Row(cells, "good" if presence == "present" else "none", 2, one.participant_id))
    return rows


def voted(vote: Vote, language: str) -> dict[str, str]:
    """What is told of each in a vote under names: what he voted for once he did."""
    names = {one.option_id: option_name(vote, one.option_id, language) for one in vote.options}
    return {participant: names.get(option, option) for participant, option in vote.ballots.items()}


def option_name(vote: Vote, option_id: str, language: str) -> str:
    one = vote.option(option_id)
    if one is None:
        return option_id
    return one.name_en if language == "en" and one.name_en else one.name_vi


def vote_counts(vote: Vote) -> dict[str, int]:
    """By option: the result, or what lies there so far."""
    if vote.result is not None:
        return dict(vote.result.counts)
    counts = {one.option_id: 0 for one in vote.options}
    for option in vote.ballots.values():
        counts[option] = counts.get(option, 0) + 1
    return counts


def vote_words(meeting: Meeting, vote: Vote) -> str:
    """How it stands: how many voted, or what was carried."""
    if vote.result is not None:
        return result_words(vote.result)
    words = translate("Meetings", "{count} of {all} have voted")
    if vote.form == "secret":
        words = translate("Meetings", "{count} of {all} were handed a ballot")
    return words.format(count=len(vote.papers) or len(vote.ballots), all=meeting.present_voters)


def quorum_words(meeting: Meeting) -> str:
    needed, voters = meeting.quorum.needed(len(meeting.plan.voters)), len(meeting.plan.voters)
    words = translate("Meetings", "{present} of {all} members present, {needed} needed")
    if not meeting.is_quorate:
        words = translate("Meetings", "NO QUORUM: {present} of {all} members present, {needed} needed")
    return words.format(present=meeting.present_voters, all=voters, needed=needed)


def runs(meeting: Meeting, user: str) -> bool:
    """Chair or secretary; before it begins, who planned it as well."""
    return meeting.has_role(user, "chair", "secretary") or (meeting.phase == "planned" and user == meeting.planned_by)


def mine(meeting: Meeting, user: str) -> Participant | None:
    """For whom this account acts; one with a vote before others."""
    found = sorted(meeting.acts_as(user), key=lambda one: not one.has_vote)
    return found[0] if found else None


def may_show(meeting: Meeting, user: str) -> bool:
    """Who runs it, who presents the item, who speaks."""
    keys = {one.participant_id for one in meeting.acts_as(user)}
    item = meeting.item(meeting.item_id)
    speaks = meeting.floor is not None and meeting.floor.participant_id in keys
    return meeting.is_on and (runs(meeting, user) or speaks or (item is not None and item.presenter in keys))


def is_quiet_for(state: RoomState, user: str) -> bool:
    """Somebody at this seat sits in a meeting whose chair wants alarms of priority 1 only."""
    return any(
        one.quiet == "urgent"
        and one.phase == "running"
        and any(one.presence(own.participant_id) == "present" for own in one.acts_as(user))
        for one in state.meetings.values()
    )

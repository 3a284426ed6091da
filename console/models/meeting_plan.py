"""A meeting's plan as people type it: a line a participant, a line an item; every mistake names its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.folded import folded
from backend.contracts.meetings import AgendaItem, MeetingPlan, MeetingRole, Participant
from widgets.field_form import Field

translate = QCoreApplication.translate

TITLE, PLACE, DAY, TIME, LENGTH, PEOPLE, AGENDA = "title", "place", "day", "time", "length", "people", "agenda"
_ROLES: Final[dict[str, MeetingRole]] = {
    "chu tri": "chair", "chair": "chair", "thu ky": "secretary", "secretary": "secretary",
    "thanh vien": "member", "member": "member", "khach moi": "guest", "khach": "guest", "guest": "guest",
}  # fmt: skip

_WORDS: Final[dict[MeetingRole, str]] = {
    "chair": "chủ trì", "secretary": "thư ký", "member": "thành viên", "guest": "khách",
}  # fmt: skip


def plan_fields() -> tuple[Field, ...]:
    return (
        Field(TITLE, translate("MeetingPlan", "Meeting")),
        Field(PLACE, translate("MeetingPlan", "Place")),
        Field(DAY, translate("MeetingPlan", "Day"), hint="24/11/2026"),
        Field(TIME, translate("MeetingPlan", "Begins"), hint="14:00"),
        Field(LENGTH, translate("MeetingPlan", "Minutes"), hint="90"),
        Field(
            PEOPLE,
            translate("MeetingPlan", "People"),
            "paragraph",
            translate("MeetingPlan", "a line each (Shift+Enter): name; office; account; role"),
        ),
        Field(
            AGENDA,
            translate("MeetingPlan", "Agenda"),
            "paragraph",
            translate("MeetingPlan", "a line each (Shift+Enter): what; who presents; minutes"),
        ),
    )


def read_plan(values: dict[str, str], offset_min: int) -> tuple[MeetingPlan | None, dict[str, str]]:
    """The plan, or what is wrong with which field."""
    wrong: dict[str, str] = {}
    title = values.get(TITLE, "").strip()
    if not title:
        wrong[TITLE] = translate("MeetingPlan", "What is the meeting called?")
    begins_ms = _begins_ms(values, offset_min, wrong)
    minutes = values.get(LENGTH, "").strip() or "90"
    if not minutes.isdecimal() or not 1 <= int(minutes) <= 10_080:
        wrong[LENGTH] = translate("MeetingPlan", "A whole number of minutes, e.g. 90")
    people = _people(values.get(PEOPLE, ""), wrong)
    agenda = _agenda(values.get(AGENDA, ""), people, wrong)
    if wrong:
        return None, wrong
    plan = MeetingPlan(
        title=title[:300],
        place=values.get(PLACE, "").strip()[:500],
        begins_ms=begins_ms,
        ends_ms=begins_ms + int(minutes) * 60_000,
        participants=people,
        agenda=agenda,
    )
    return plan, {}


def plan_values(plan: MeetingPlan, offset_min: int) -> dict[str, str]:
    """A plan as it would be typed."""
    begins = datetime.fromtimestamp(plan.begins_ms / 1000, UTC) + timedelta(minutes=offset_min)
    names = {one.participant_id: one.name for one in plan.participants}
    return {
        TITLE: plan.title,
        PLACE: plan.place,
        DAY: f"{begins:%d/%m/%Y}",
        TIME: f"{begins:%H:%M}",
        LENGTH: str((plan.ends_ms - plan.begins_ms) // 60_000),
        PEOPLE: "\n".join(f"{one.name}; {one.title}; {one.user}; {_WORDS[one.role]}" for one in plan.participants),
        AGENDA: "\n".join(f"{one.title}; {names.get(one.presenter, '')}; {one.planned_min}" for one in plan.agenda),
    }


def _begins_ms(values: dict[str, str], offset_min: int, wrong: dict[str, str]) -> int:
    day = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", values.get(DAY, "").strip(), re.ASCII)
    time = re.fullmatch(r"(\d{1,2})[:hg](\d{2})", values.get(TIME, "").strip(), re.ASCII)
    if day is None:
        wrong[DAY] = translate("MeetingPlan", "Write the day as 24/11/2026")
    if time is None:
        wrong[TIME] = translate("MeetingPlan", "Write the time as 14:00")
    if day is None or time is None:
        return 0
    try:
        local = datetime(int(day[3]), int(day[2]), int(day[1]), int(time[1]), int(time[2]), tzinfo=UTC)
    except ValueError:
        wrong[DAY] = translate("MeetingPlan", "There is no such day or time")
        return 0
    return int(local.timestamp() * 1000) - offset_min * 60_000


def _lines(text: str, cells: int) -> list[tuple[int, list[str]]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            parts = [part.strip() for part in line.split(";")]
            found.append((number, [*parts, *[""] * cells][:cells]))
    return found


def _people(text: str, wrong: dict[str, str]) -> tuple[Participant, ...]:
    found: list[Participant] = []
    said: list[str] = []
    for number, (name, title, user, word) in _lines(text, 4):
        role = _ROLES.get(folded(word)) if word else "member"
        if not name:
            said.append(translate("MeetingPlan", "line {line}: a name is missing").format(line=number))
        if role is None:
            words = translate("MeetingPlan", "line {line}: “{word}” is none of chair, secretary, member, guest")
            said.append(words.format(line=number, word=word[:40]))
        if name and role is not None:
            votes = role in ("chair", "member")
            found.append(
                Participant(
                    participant_id=f"n{number}", name=name[:200], title=title[:500], user=user[:200], role=role,
                    has_vote=votes,
                )
            )  # fmt: skip
    chairs = sum(one.role == "chair" for one in found)
    if not said and chairs != 1:
        said.append(translate("MeetingPlan", "one of them is the chair, not {count}").format(count=chairs))
    if said:
        wrong[PEOPLE] = "\n".join(said)
    return tuple(found)


def _agenda(text: str, people: Sequence[Participant], wrong: dict[str, str]) -> tuple[AgendaItem, ...]:
    by_name = {folded(one.name): one.participant_id for one in people}
    found: list[AgendaItem] = []
    said: list[str] = []
    for number, (what, who, minutes) in _lines(text, 3):
        presenter = by_name.get(folded(who), "") if who else ""
        if who and not presenter:
            words = translate("MeetingPlan", "line {line}: “{name}” is not among the people")
            said.append(words.format(line=number, name=who[:40]))
        if minutes and not (minutes.isdecimal() and 1 <= int(minutes) <= 1440):
            words = translate("MeetingPlan", "line {line}: “{word}” is no number of minutes")
            said.append(words.format(line=number, word=minutes[:40]))
            continue
        if what:
            item = AgendaItem(
                item_id=f"m{number}", title=what[:300], presenter=presenter, planned_min=int(minutes or 15)
            )
            found.append(item)
    if said:
        wrong[AGENDA] = "\n".join(said)
    return tuple(found)

"""The form of a ticket: its fields, what may stand in them, and what of them goes to the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.crisis import Crisis
from backend.contracts.folded import words_of
from backend.contracts.report_events import TEXT_MOST
from backend.contracts.report_rules import Category
from backend.contracts.state import RoomState
from console.models.crisis import answer_name, entry_name, question_words
from console.models.places import place_of
from console.models.report_words import category_name
from console.models.session import Selected, Session
from widgets.choice_finder import Choice
from widgets.field_form import Field

translate = QCoreApplication.translate

ENTRY: Final = "entry"
CATEGORY: Final = "category"
TEXT: Final = "text"
PLACE: Final = "place"
ADDRESS: Final = "address"
CHANNEL: Final = "channel"
NAME: Final = "name"
PHONE: Final = "phone"
QUESTION: Final = "question:"
COMMUNE: Final = "commune:"
POINT: Final = "point:"

_FIELD_OF: Final = {
    "category_id": CATEGORY, "service_code": CATEGORY, "text": TEXT, "description": TEXT, "commune_code": PLACE,
    "lat_deg": PLACE, "lon_deg": PLACE, "address": ADDRESS, "entry_id": ENTRY, "channel": CHANNEL,
    "who.first_name": NAME, "who.phone": PHONE,
}  # fmt: skip
_POINT: Final = re.compile(r"^\s*(-?\d{1,3}(?:[.,]\d+)?)\s*[;,\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$")
_DIGITS: Final = re.compile(r"\D")
PHONE_DIGITS: Final = (8, 15)
"""A number in the country has 10 or 11 digits, one of E.164 at most 15, a short one of an office 8."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field, told before anything is sent."""

    key: str
    words: str


def ticket_fields(session: Session, crisis: Crisis | None, entry_id: str, at_counter: bool) -> tuple[Field, ...]:
    """`entry_id`: the ready report that was taken; its questions are asked."""
    language = session.language
    fields: list[Field] = []
    if at_counter:
        channels = (
            Choice("walk_in", translate("Ticket", "at the counter")),
            Choice("call", translate("Ticket", "on the telephone")),
        )
        fields.append(Field(CHANNEL, translate("Ticket", "Came"), "few", choices=channels))
    if crisis is not None:
        ready = tuple(Choice(one.entry_id, entry_name(one, language)) for one in crisis.template.entries)
        fields.append(Field(ENTRY, translate("Ticket", "Crisis: ready report"), "few", choices=ready))
    fields += [
        Field(CATEGORY, translate("Ticket", "Category"), "many", translate("Ticket", "type a few letters"),
              find=lambda words: find_categories(session.state, words, language)),
        Field(TEXT, translate("Ticket", "What happened"), "paragraph",
              translate("Ticket", "what is reported; Shift+Enter for a new line")),
    ]  # fmt: skip
    for question in crisis.template.asked(entry_id) if crisis is not None else ():
        answers = tuple(Choice(one.answer_id, answer_name(one, language)) for one in question.answers)
        key = f"{QUESTION}{question.question_id}"
        fields.append(Field(key, question_words(question, language), "few", choices=answers))
    fields += [
        Field(PLACE, translate("Ticket", "Place"), "many",
              translate("Ticket", "a click on the map, a commune or “22.48, 103.97”; ↓ offers what is selected"),
              find=lambda words: find_places(session, words)),
        Field(ADDRESS, translate("Ticket", "Address"), hint=translate("Ticket", "house, street, hamlet")),
    ]  # fmt: skip
    if at_counter:
        fields += [
            Field(NAME, translate("Ticket", "Name"), hint=translate("Ticket", "sealed: agencies never see it")),
            Field(PHONE, translate("Ticket", "Telephone"), hint=translate("Ticket", "sealed: agencies never see it")),
        ]
    return tuple(fields)


def find_categories(state: RoomState, words: str, language: str) -> list[Choice]:
    """By name, branch and keywords, without diacritics; every typed word begins one of theirs."""
    categories = state.site.reports.categories if state.site is not None else ()

    def known(one: Category) -> list[str]:
        return words_of(" ".join((one.name_vi, one.name_en, one.group_vi, *one.keywords)))

    found = [one for one in categories if not one.retired and _fits(words, known(one))]
    return [Choice(one.category_id, category_name(state, one.category_id, language), one.group_vi) for one in found]


def find_places(session: Session, words: str) -> list[Choice]:
    """A pair of coordinates, what is selected in the room, communes by name."""
    site = session.state.site
    point = point_of(words)
    if point is not None:
        return [place_of_point(*point)]
    found = [
        Choice(f"{COMMUNE}{one.code}", one.name)
        for one in (site.communes if site is not None else ())
        if _fits(words, words_of(one.name))
    ]
    return found if words.strip() else [*selected_places(session), *found]


def selected_places(session: Session) -> list[Choice]:
    """What is selected in the room now, as a place."""
    selected, site = session.selection.current, session.state.site
    if selected is None or site is None:
        return []
    if selected.kind == "commune":
        names = {one.code: one.name for one in site.communes}
        hint = translate("Ticket", "selected on the map")
        return [Choice(f"{COMMUNE}{selected.key}", names.get(selected.key, selected.key), hint)]
    at = _point_of_selected(session, selected)
    if at is None:
        return []
    words = translate("Ticket", "where {what} is").format(what=selected.key)
    return [replace(place_of_point(*at), hint=words)]


def _point_of_selected(session: Session, selected: Selected) -> tuple[float, float] | None:
    if selected.kind != "report":
        return place_of(session.state, selected)
    report = session.state.report(selected.key)
    if report is None or report.lat_deg is None or report.lon_deg is None:
        return None
    return report.lat_deg, report.lon_deg


def point_of(words: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, as people copy them; with decimal commas they stand apart by a blank."""
    match = _POINT.match(words)
    if match is None:
        return None
    lat_deg, lon_deg = (float(part.replace(",", ".")) for part in match.groups())
    return (lat_deg, lon_deg) if abs(lat_deg) <= 90 and abs(lon_deg) <= 180 else None


def _fits(words: str, known: Sequence[str]) -> bool:
    return all(any(one.startswith(word) for one in known) for word in words_of(words))


def mistakes(value: Callable[[str], str], text: Callable[[str], str]) -> list[Mistake]:
    """What has to be put right before it is sent. `value`, `text`: of the form's fields by their key."""
    found = []
    if not value(CATEGORY):
        typed = text(CATEGORY).strip()
        none = translate("Ticket", "No category is called “{words}”; type a few letters and choose one.")
        needed = translate("Ticket", "Choose what it is about.")
        found.append(Mistake(CATEGORY, none.format(words=typed) if typed else needed))
    if not value(TEXT):
        found.append(Mistake(TEXT, translate("Ticket", "Say in a few words what happened.")))
    if len(value(TEXT)) > TEXT_MOST:
        words = translate("Ticket", "{count} characters; right are {most} at most.")
        found.append(Mistake(TEXT, words.format(count=len(value(TEXT)), most=TEXT_MOST)))
    if text(PLACE).strip() and not value(PLACE):
        words = translate("Ticket", "No commune is called “{words}”; a point is written 22.48, 103.97.")
        found.append(Mistake(PLACE, words.format(words=text(PLACE).strip())))
    digits = _DIGITS.sub("", value(PHONE))
    if value(PHONE) and not PHONE_DIGITS[0] <= len(digits) <= PHONE_DIGITS[1]:
        words = translate("Ticket", "The number has {count} digits; right are {least} to {most}, e.g. 0912 345 678.")
        found.append(Mistake(PHONE, words.format(count=len(digits), least=PHONE_DIGITS[0], most=PHONE_DIGITS[1])))
    return found


def body_of(value: Callable[[str], str], crisis: Crisis | None) -> dict[str, object]:
    """The fields of `backend.contracts.tickets.Ticket`."""
    body: dict[str, object] = {"category_id": value(CATEGORY), "text": value(TEXT), "address": value(ADDRESS)}
    place = value(PLACE)
    if place.startswith(COMMUNE):
        body["commune_code"] = place.removeprefix(COMMUNE)
    elif place.startswith(POINT):
        lat_deg, lon_deg = place.removeprefix(POINT).split(",")
        body |= {"lat_deg": float(lat_deg), "lon_deg": float(lon_deg)}
    if crisis is not None:
        asked = crisis.template.asked(value(ENTRY))
        answers = {one.question_id: value(f"{QUESTION}{one.question_id}") for one in asked}
        body |= {
            "crisis_id": crisis.crisis_id,
            "entry_id": value(ENTRY),
            "answers": {key: answer for key, answer in answers.items() if answer},
        }
    return body


def place_of_point(lat_deg: float, lon_deg: float) -> Choice:
    return Choice(f"{POINT}{lat_deg:.6f},{lon_deg:.6f}", f"{lat_deg:.5f}, {lon_deg:.5f}")


def place_of_commune(state: RoomState, code: str) -> Choice | None:
    names = {one.code: one.name for one in (state.site.communes if state.site is not None else ())}
    return Choice(f"{COMMUNE}{code}", names[code]) if code in names else None


def refused_field(reason: str) -> tuple[str, str]:
    """Which field a sentence of the server is about, and the rest of it; ("", all of it) when it is about none."""
    place, colon, words = reason.partition(": ")
    if not colon or " " in place:
        return "", reason
    place = place.removeprefix("body.")
    if place.startswith("answers."):
        return f"{QUESTION}{place.removeprefix('answers.')}", words
    key = _FIELD_OF.get(place, "")
    return (key, words) if key else ("", reason)

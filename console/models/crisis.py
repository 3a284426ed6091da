"""Crisis mode of the hotline as words and rows: what it is, who began it, what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.crisis import Crisis, CrisisAnswer, CrisisEntry, CrisisQuestion, CrisisTally, CrisisTemplate
from backend.contracts.state import RoomState
from console.models.numbers import format_age, format_time
from console.models.report_words import category_name

translate = QCoreApplication.translate

COUNTED_MOST: Final = 5


def template_name(template: CrisisTemplate, language: str) -> str:
    return _local(template.name_vi, template.name_en, language)


def entry_name(entry: CrisisEntry, language: str) -> str:
    return _local(entry.name_vi, entry.name_en, language)


def question_words(question: CrisisQuestion, language: str) -> str:
    return _local(question.words_vi, question.words_en, language)


def answer_name(answer: CrisisAnswer, language: str) -> str:
    return _local(answer.name_vi, answer.name_en, language)


def campaign_name(campaign: str, state: RoomState, language: str) -> str:
    """Of the crisis or the common effort that a report is part of; "" = it is part of none."""
    if not campaign:
        return ""
    crisis = state.crisis if state.crisis is not None and state.crisis.crisis_id == campaign else None
    crisis = crisis or state.past_crises.get(campaign)
    if crisis is not None:
        return translate("Crisis", "crisis: {theme}").format(theme=template_name(crisis.template, language))
    known = state.site.reports.campaigns if state.site is not None else ()
    effort = next((one for one in known if one.campaign_id == campaign), None)
    return campaign if effort is None else _local(effort.name_vi, effort.name_en, language)


def announcement(template: CrisisTemplate, language: str) -> str:
    return _local(template.announcement_vi, template.announcement_en, language)


def headline(crisis: Crisis, state: RoomState, now_ms: int, language: str) -> str:
    """What is on, who began it, since when and why: the banner's line."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    words = translate("Crisis", "CRISIS MODE · {theme} · begun by {who} at {when} ({age}): {reason}")
    return words.format(
        theme=template_name(crisis.template, language),
        who=crisis.begun_by,
        when=format_time(crisis.begun_ms, offset_min, with_date=True),
        age=format_age(max(0, now_ms - crisis.begun_ms) / 1000, language),
        reason=crisis.reason,
    )


def ended_words(crisis: Crisis, state: RoomState, language: str) -> str:
    """The totals of one that is over, in one line."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    words = translate("Crisis", "{theme} ended at {when} by {who} ({reason}): {totals}")
    return words.format(
        theme=template_name(crisis.template, language),
        when=format_time(crisis.ended_ms or crisis.begun_ms, offset_min, with_date=True),
        who=crisis.ended_by,
        reason=crisis.end_reason,
        totals=totals(crisis.tally),
    )


def totals(tally: CrisisTally) -> str:
    words = translate("Crisis", "{calls} calls, {answered} answered, {lost} lost, {tickets} reports")
    return words.format(calls=tally.calls, answered=tally.answered, lost=tally.lost, tickets=tally.tickets)


def figures(crisis: Crisis, state: RoomState, language: str) -> tuple[tuple[str, str], ...]:
    """(what, figures) of a crisis, the largest first: places, categories, one row for each question."""
    tally = crisis.tally
    rows = [(translate("Crisis", "In all:"), totals(tally))]
    places = {place.code: place.name for place in (state.site.communes if state.site is not None else ())}
    nowhere = translate("Crisis", "no place told")
    for title, counts in (
        (translate("Crisis", "Reports by place:"), tally.tickets_by_place),
        (translate("Crisis", "Calls by place:"), tally.calls_by_place),
    ):
        if counts:
            rows.append((title, _counted({key: places.get(key, key) or nowhere for key in counts}, counts)))
    if tally.tickets_by_category:
        names = {key: category_name(state, key, language) for key in tally.tickets_by_category}
        rows.append((translate("Crisis", "Reports by category:"), _counted(names, tally.tickets_by_category)))
    rows += _answers(crisis, language)
    return tuple(rows)


def _answers(crisis: Crisis, language: str) -> Iterator[tuple[str, str]]:
    for question in crisis.template.questions:
        counts = crisis.tally.answers.get(question.question_id, {})
        if counts:
            names = {one.answer_id: answer_name(one, language) for one in question.answers}
            yield question_words(question, language), _counted(names, counts)


def _counted(names: Mapping[str, str], counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{names.get(key, key)} {count}" for key, count in ordered[:COUNTED_MOST]]
    rest = sum(count for _, count in ordered[COUNTED_MOST:])
    if rest:
        told.append(translate("Crisis", "others {count}").format(count=rest))
    return "  ·  ".join(told)


def _local(name_vi: str, name_en: str, language: str) -> str:
    return name_en if language == "en" and name_en else name_vi

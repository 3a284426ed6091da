"""What an officer took down becomes what the report desk files: a crisis adds its answers, its tag and its agency."""

from __future__ import annotations

from collections.abc import Mapping

from backend.contracts.crisis import Crisis, CrisisTemplate
from backend.contracts.reports import Channel
from backend.contracts.tickets import Ticket
from backend.services.reports.desk import Filed, ReportError


def filed_of(
    ticket: Ticket, channel: Channel, crisis: Crisis | None, *, campaign: str = "", simulated: bool = False
) -> Filed:
    """`crisis`: the one that is on.

    Raises:
        ReportError: the ticket is part of a crisis that is not on, or of what that does not ask; says which field.
    """
    answers: Mapping[str, str] = {}
    text, chief = ticket.text, ""
    if ticket.crisis_id:
        if crisis is None or crisis.crisis_id != ticket.crisis_id:
            raise ReportError(f"crisis_id: {ticket.crisis_id!r} is not on any more; file it without"[:300])
        _check(ticket, crisis.template)
        answers, campaign = ticket.answers, crisis.crisis_id
        text = "\n".join((ticket.text, *_answered(ticket, crisis.template)))
        entry = crisis.template.entry(ticket.entry_id)
        # Another category than the ready report's is another matter: the site's own routing knows whose.
        chief = entry.agency_id if entry is not None and entry.category_id == ticket.category_id else ""
    elif ticket.answers or ticket.entry_id:
        raise ReportError("crisis_id: answers and ready reports belong to a crisis; name the one that is on")
    return Filed(
        channel=channel,
        category_id=ticket.category_id,
        text=text,
        address=ticket.address,
        lat_deg=ticket.lat_deg,
        lon_deg=ticket.lon_deg,
        commune_code=ticket.commune_code,
        title=ticket.text,
        campaign=campaign,
        answers=answers,
        chief=chief,
        simulated=simulated,
    )


def _check(ticket: Ticket, template: CrisisTemplate) -> None:
    """Raises: ReportError."""
    if ticket.entry_id and template.entry(ticket.entry_id) is None:
        known = ", ".join(one.entry_id for one in template.entries)
        raise ReportError(f"entry_id: no ready report {ticket.entry_id!r}; there are {known}"[:500])
    questions = {one.question_id: one for one in template.questions}
    for question_id, answer_id in ticket.answers.items():
        question = questions.get(question_id)
        if question is None:
            known = ", ".join(questions) or "none"
            raise ReportError(f"answers: no question {question_id!r}; there are {known}"[:500])
        if question.answer(answer_id) is None:
            known = ", ".join(one.answer_id for one in question.answers)
            raise ReportError(f"answers.{question_id}: no answer {answer_id!r}; there are {known}"[:500])


def _answered(ticket: Ticket, template: CrisisTemplate) -> list[str]:
    """The answers as lines under the text: whoever gets the report reads them."""
    found = []
    for question in template.questions:
        answer = question.answer(ticket.answers.get(question.question_id, ""))
        if answer is not None:
            found.append(f"{question.words_vi} {answer.name_vi}")
    return found

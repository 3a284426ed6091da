"""Crisis mode of the hotline: a theme with everything ready, so that a report of it is filed in a few keys.

What a theme offers is data of the site (crisis.toml). A crisis that is on keeps its theme as it was when it began;
the reports of it carry its id as their campaign.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

KEPT: Final = 20
"""Crises that are over and stay in the state, oldest dropped first; the log keeps all."""

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class CrisisAnswer(Wire):
    answer_id: Key
    name_vi: Words
    name_en: str = ""


class CrisisQuestion(Wire):
    """What every caller is asked; the answers are counted."""

    question_id: Key
    words_vi: Words
    words_en: str = ""
    answers: Annotated[tuple[CrisisAnswer, ...], Field(min_length=2, max_length=9)]

    def answer(self, answer_id: str) -> CrisisAnswer | None:
        return next((one for one in self.answers if one.answer_id == answer_id), None)


class CrisisEntry(Wire):
    """A ready report of the theme.

    Attributes:
        text_vi: stands in the form first, to be completed.
        agency_id: who gets it at once; "" = whom the routing of the site names.
        questions: ids of those that are asked for it; () = all of the theme.
    """

    entry_id: Key
    name_vi: Words
    name_en: str = ""
    category_id: Identifier
    text_vi: Annotated[str, Field(max_length=1000)] = ""
    agency_id: Annotated[str, Field(max_length=200)] = ""
    questions: tuple[str, ...] = ()


class CrisisTemplate(Wire):
    """A theme, e.g. a flood.

    Attributes:
        announcement_vi, announcement_en: what callers may be told while they wait, a suggestion.
        answer_within_s: the goal of the wait while it is on; None = as ever.
    """

    template_id: Key
    name_vi: Words
    name_en: str = ""
    entries: Annotated[tuple[CrisisEntry, ...], Field(min_length=1, max_length=12)]
    questions: Annotated[tuple[CrisisQuestion, ...], Field(max_length=6)] = ()
    announcement_vi: Annotated[str, Field(max_length=1000)] = ""
    announcement_en: Annotated[str, Field(max_length=1000)] = ""
    answer_within_s: Annotated[int, Field(ge=1, le=600)] | None = None

    def entry(self, entry_id: str) -> CrisisEntry | None:
        return next((one for one in self.entries if one.entry_id == entry_id), None)

    def asked(self, entry_id: str) -> tuple[CrisisQuestion, ...]:
        """The questions of a ready report; of any other all of the theme."""
        entry = self.entry(entry_id)
        names = entry.questions if entry is not None else ()
        return tuple(one for one in self.questions if not names or one.question_id in names)


class CrisisTally(Wire):
    """What was counted while it was on.

    Attributes:
        lost: gave up or were turned away.
        tickets: reports that carry its id.
        calls_by_place, tickets_by_place: by commune code, "" = no place is known.
        tickets_by_category: by category id.
        answers: question id -> answer id -> how often.
    """

    calls: int = 0
    answered: int = 0
    lost: int = 0
    tickets: int = 0
    calls_by_place: dict[str, int] = Field(default_factory=dict)
    tickets_by_place: dict[str, int] = Field(default_factory=dict)
    tickets_by_category: dict[str, int] = Field(default_factory=dict)
    answers: dict[str, dict[str, int]] = Field(default_factory=dict)


class Crisis(Wire):
    """`crisis_id`: made of the theme and the day on which it began. `reason`, `end_reason`: why it began and ended."""

    crisis_id: Identifier
    template: CrisisTemplate
    begun_ms: EpochMs
    begun_by: str
    reason: str
    ended_ms: EpochMs | None = None
    ended_by: str = ""
    end_reason: str = ""
    tally: CrisisTally = CrisisTally()


class CrisisBegun(Wire):
    kind: Literal["hotline.crisis_begun"] = "hotline.crisis_begun"
    crisis: Crisis


class CrisisEnded(Wire):
    """`tally`: what it came to in all."""

    kind: Literal["hotline.crisis_ended"] = "hotline.crisis_ended"
    crisis_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    tally: CrisisTally


CrisisEvent = CrisisBegun | CrisisEnded

"""The scoring sheet of an exercise, and how the log of a training room tells what was played."""

from __future__ import annotations

from typing import Final, Literal

from backend.contracts.base import EpochMs, Wire

INSTRUCTOR: Final = "dao-dien"
"""Account of whoever plays the exercise. What it does is never an officer's deed."""

START_MARK: Final = "exercise-start"
END_MARK: Final = "exercise-end"
STEP_MARK: Final = "exercise-step-"
"""Ids of the marks that the player leaves: the last one with the step's id behind it."""

ExpectationState = Literal["met", "late", "missed", "waiting", "not_yet"]
"""met: in time; late: done afterwards; missed: never done; waiting: due and the time is not over; not_yet: what it is
about did not take place (so far)."""


class ExpectationScore(Wire):
    """How one expectation was met.

    Attributes:
        headline_vi, headline_en: of the alert as it was at `due_ms`.
        due_ms: from when the time counts: the alert was raised, or became as bad as meant; None = not yet.
        until_ms: when the time is over.
        done_ms, done_by: the deed that fits, whenever it was done; None and "" = not done.
        points: of `max_points`.
    """

    expect_id: str
    title_vi: str
    title_en: str
    action: str
    state: ExpectationState
    within_s: float
    alert_id: str
    headline_vi: str
    headline_en: str
    due_ms: EpochMs | None
    until_ms: EpochMs | None
    done_ms: EpochMs | None
    done_by: str
    points: int
    max_points: int


class OfficerScore(Wire):
    """What one officer did. `acknowledge_p50_s`: half of his acknowledgements came faster; None = he gave none."""

    user: str
    acknowledged: int
    taken: int
    dispatched: int
    commented: int
    acknowledge_p50_s: float | None
    met: int
    late: int
    points: int


class ScoreSheet(Wire):
    """The whole sheet at an instant.

    Attributes:
        started_ms: None = the exercise has not begun.
        ended_ms: None = it goes on.
        max_points: of what took place; what did not is nobody's fault.
        passed: None while it goes on, and when nothing took place.
        alerts: raised during the exercise, not counting silent ones and the room's own faults.
        unanswered: of them, those that nobody acknowledged.
    """

    name: str
    title_vi: str
    title_en: str
    at_ms: EpochMs
    started_ms: EpochMs | None
    ended_ms: EpochMs | None
    expectations: tuple[ExpectationScore, ...]
    officers: tuple[OfficerScore, ...]
    points: int
    max_points: int
    pass_percent: float
    passed: bool | None
    alerts: int
    unanswered: int
    acknowledge_p50_s: float | None
    acknowledge_p95_s: float | None


class ExerciseAnswer(Wire):
    """`sheet` None: this room is not for an exercise."""

    sheet: ScoreSheet | None

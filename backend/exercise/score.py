"""Scores an exercise from the log of its training room, and from nothing else: the same log gives the same sheet."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.contracts import events as ev
from backend.contracts.alerts import Alert
from backend.contracts.exercise import (
    END_MARK,
    INSTRUCTOR,
    START_MARK,
    STEP_MARK,
    ExpectationScore,
    ExpectationState,
    OfficerScore,
    ScoreSheet,
)
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState, apply
from backend.exercise.matching import bulletin_step, fits
from config.scenario import AlertMatch, BulletinStep, Expectation, NoteStep, Scenario


@dataclass(slots=True)
class _Progress:
    """How far one expectation is. `due`: (the alert as it was then, seq, instant); `done`: (instant, user)."""

    expectation: Expectation
    due: tuple[Alert, int, int] | None = None
    done: tuple[int, str] | None = None


@dataclass(slots=True)
class _Answers:
    """What was counted of one alert."""

    raised_ms: int
    counts: bool
    acknowledged_ms: int | None = None


@dataclass(slots=True)
class _Officer:
    acknowledge_s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    taken: int = 0
    dispatched: int = 0
    commented: int = 0


class Scorer:
    """Folds the log event by event; `sheet` at any time."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._state = RoomState()
        self._progress = [_Progress(expectation) for expectation in scenario.expectations]
        self._started: int | None = None
        self._ended: int | None = None
        self._played: set[str] = set()
        self._bulletins: dict[str, str] = {}
        self._answers: dict[str, _Answers] = {}
        self._officers: dict[str, _Officer] = {}

    @property
    def seq(self) -> int:
        """The newest event it has seen."""
        return self._state.seq

    @property
    def at_ms(self) -> int:
        return self._state.at_ms

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def feed(self, events: Iterable[ev.LoggedEvent]) -> None:
        """The next events of the log. Raises: FoldError: they do not follow."""
        for logged in events:
            self._one(logged)

    # -- what happened ----------------------------------------------------------------------------

    def _one(self, logged: ev.LoggedEvent) -> None:
        event = logged.event
        alert_id = _about(event)
        before = self._state.find_alert(alert_id)
        apply(self._state, logged)
        alert = self._state.find_alert(alert_id)
        if isinstance(event, ev.MarkPlaced) and logged.actor == INSTRUCTOR:
            self._mark(event.mark.mark_id, logged)
        elif alert is None or self._started is None:
            return
        elif isinstance(event, ev.AlertRaised | ev.AlertUpdated | ev.AlertReactivated):
            self._news(logged, before, alert)
        elif logged.actor and logged.actor != INSTRUCTOR and not logged.actor.startswith("producer:"):
            self._deed(logged, event, alert_id)

    def _mark(self, mark_id: str, logged: ev.LoggedEvent) -> None:
        if mark_id == START_MARK and self._started is None:
            self._started = logged.at_ms
        elif mark_id == END_MARK and self._ended is None:
            self._ended = logged.at_ms
        elif mark_id.startswith(STEP_MARK):
            step_id = mark_id.removeprefix(STEP_MARK)
            self._played.add(step_id)
            if isinstance(self.scenario.step(step_id), NoteStep):
                # What a call is about may be open already: its time counts from the call.
                for alert in tuple(self._state.alerts.values()):
                    self._become_due(logged, alert, fresh=True, only_step=step_id)

    def _news(self, logged: ev.LoggedEvent, before: Alert | None, alert: Alert) -> None:
        event = logged.event
        if step_id := bulletin_step(alert):
            self._bulletins[step_id] = alert.alert_id
        if isinstance(event, ev.AlertRaised):
            counts = not alert.silent and alert.priority != Priority.SYSTEM
            self._answers[alert.alert_id] = _Answers(logged.at_ms, counts)
        worse = before is None or alert.priority < before.priority
        another = before is not None and bulletin_step(before) != bulletin_step(alert)
        fresh = worse or another or not isinstance(event, ev.AlertUpdated)
        self._become_due(logged, alert, fresh)

    def _become_due(self, logged: ev.LoggedEvent, alert: Alert, fresh: bool, only_step: str = "") -> None:
        for one in self._progress:
            match = one.expectation.alert
            if one.due is not None or (only_step and match.step != only_step):
                continue
            if self._is_meant(match, alert, fresh):
                one.due = (alert, logged.seq, logged.at_ms)
                one.done = _done_already(one.expectation, alert, logged.at_ms)

    def _is_meant(self, match: AlertMatch, alert: Alert, fresh: bool) -> bool:
        if not fits(match, alert):
            return False
        if not match.step:
            return fresh
        if match.step not in self._played:
            return False
        step = self.scenario.step(match.step)
        if isinstance(step, BulletinStep):
            return self._bulletins.get(match.step) == alert.alert_id and bulletin_step(alert) == match.step
        if isinstance(step, NoteStep) and step.alert is not None:
            named = step.alert.step
            return fits(step.alert, alert) and (
                not named or self._bulletins.get(named, alert.alert_id) == alert.alert_id
            )
        return fresh

    def _deed(self, logged: ev.LoggedEvent, event: ev.Event, alert_id: str) -> None:
        officer = self._officers.setdefault(logged.actor, _Officer())
        match event:
            case ev.AlertAcknowledged():
                officer.acknowledged += 1
                self._answered(officer, alert_id, logged.at_ms)
            case ev.AlertOwned() if event.owner and event.previous != logged.actor:
                officer.taken += 1
            case ev.AlertDispatched():
                officer.dispatched += 1
            case ev.AlertCommented():
                officer.commented += 1
        for one in self._progress:
            if one.due is None or one.done is not None or one.due[0].alert_id != alert_id:
                continue
            if does(one.expectation, event):
                one.done = (logged.at_ms, logged.actor)

    def _answered(self, officer: _Officer, alert_id: str, at_ms: int) -> None:
        answers = self._answers.get(alert_id)
        if answers is not None and answers.acknowledged_ms is None:
            answers.acknowledged_ms = at_ms
            if answers.counts:
                officer.acknowledge_s.append((at_ms - answers.raised_ms) / 1000)

    # -- the sheet --------------------------------------------------------------------------------

    def sheet(self, at_ms: int, final: bool = False) -> ScoreSheet:
        """The sheet at an instant. `final`: the room is closed, nobody can do anything any more."""
        scores = tuple(_scored(one, at_ms) for one in self._progress)
        points = sum(score.points for score in scores)
        # What is not over yet counts neither way.
        max_points = sum(score.max_points for score in scores if score.state in ("met", "late", "missed"))
        settled = self._ended is not None and (final or all(score.state != "waiting" for score in scores))
        passed = points * 100 >= self.scenario.head.pass_percent * max_points if settled and max_points else None
        counted = [answers for answers in self._answers.values() if answers.counts]
        times_s = [
            (answers.acknowledged_ms - answers.raised_ms) / 1000
            for answers in counted
            if answers.acknowledged_ms is not None
        ]
        return ScoreSheet(
            name=self.scenario.name,
            title_vi=self.scenario.head.title_vi,
            title_en=self.scenario.head.title_en,
            at_ms=at_ms,
            started_ms=self._started,
            ended_ms=self._ended,
            expectations=scores,
            officers=tuple(_officer(user, one, scores) for user, one in sorted(self._officers.items())),
            points=points,
            max_points=max_points,
            pass_percent=self.scenario.head.pass_percent,
            passed=passed,
            alerts=len(counted),
            unanswered=sum(answers.acknowledged_ms is None for answers in counted),
            acknowledge_p50_s=percentile(times_s, 0.50),
            acknowledge_p95_s=percentile(times_s, 0.95),
        )


def score(scenario: Scenario, events: Sequence[ev.LoggedEvent]) -> ScoreSheet:
    """The sheet of a closed room, from its whole log."""
    scorer = Scorer(scenario)
    scorer.feed(events)
    return scorer.sheet(scorer.at_ms, final=True)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of them do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def plain_words(text: str) -> str:
    """Without capitals and accents: officers in a hurry write "so tan" for "sơ tán"."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return bare.casefold().replace("đ", "d")


def does(expectation: Expectation, event: ev.Event) -> bool:
    """The event is the deed that is expected, whoever did it and whenever."""
    match expectation.action:
        case "acknowledged":
            return isinstance(event, ev.AlertAcknowledged)
        case "taken":
            return isinstance(event, ev.AlertOwned) and bool(event.owner)
        case "dispatched":
            return isinstance(event, ev.AlertDispatched) and event.agency_id in expectation.to
        case "commented":
            words = plain_words(_words(event))
            return any(plain_words(wanted) in words for wanted in expectation.contains)


def _words(event: ev.Event) -> str:
    if isinstance(event, ev.AlertCommented | ev.AlertAcknowledged):
        return event.comment
    return event.note if isinstance(event, ev.AlertDispatched) else ""


def _about(event: ev.Event) -> str:
    return event.alert.alert_id if isinstance(event, ev.AlertRaised) else str(getattr(event, "alert_id", ""))


def _done_already(expectation: Expectation, alert: Alert, due_ms: int) -> tuple[int, str] | None:
    """An alert that is acknowledged or taken cannot be so once more."""
    if expectation.action == "acknowledged" and alert.acknowledged:
        return due_ms, alert.acknowledged_by
    if expectation.action == "taken" and alert.owner:
        return due_ms, alert.owner
    return None


def _scored(one: _Progress, at_ms: int) -> ExpectationScore:
    expectation = one.expectation
    # With the words of then: one alert follows a river through all its levels.
    alert = one.due[0] if one.due is not None else None
    due_ms = one.due[2] if one.due is not None else None
    until_ms = None if due_ms is None else due_ms + round(expectation.within_s * 1000)
    done_ms, done_by = one.done if one.done is not None else (None, "")
    state: ExpectationState
    if until_ms is None:
        state = "not_yet"
    elif done_ms is not None:
        state = "met" if done_ms <= until_ms else "late"
    else:
        state = "waiting" if at_ms <= until_ms else "missed"
    return ExpectationScore(
        expect_id=expectation.expect_id,
        title_vi=expectation.title_vi,
        title_en=expectation.title_en or expectation.title_vi,
        action=expectation.action,
        state=state,
        within_s=expectation.within_s,
        alert_id=alert.alert_id if alert is not None else "",
        headline_vi=alert.headline_vi if alert is not None else "",
        headline_en=alert.headline_en if alert is not None else "",
        due_ms=due_ms,
        until_ms=until_ms,
        done_ms=done_ms,
        done_by=done_by,
        points={"met": expectation.points, "late": expectation.late_points}.get(state, 0),
        max_points=expectation.points,
    )


def _officer(user: str, one: _Officer, scores: Sequence[ExpectationScore]) -> OfficerScore:
    own = [item for item in scores if item.done_by == user]
    return OfficerScore(
        user=user,
        acknowledged=one.acknowledged,
        taken=one.taken,
        dispatched=one.dispatched,
        commented=one.commented,
        acknowledge_p50_s=percentile(one.acknowledge_s, 0.50),
        met=sum(item.state == "met" for item in own),
        late=sum(item.state == "late" for item in own),
        points=sum(item.points for item in own),
    )

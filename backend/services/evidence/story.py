"""What happened, read back from the package's own events: the lines of its tables and how alerts were answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from backend.contracts import events as ev
from backend.contracts.kinds.alerts import Priority
from backend.services.evidence.case import Case
from backend.services.evidence.names import LocalTime
from backend.services.evidence.words import Names, told

_LOGGED: Final[TypeAdapter[ev.LoggedEvent]] = TypeAdapter(ev.LoggedEvent)

LINES_MOST: Final = 5_000
"""Lines of the report's table; events.jsonl has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """`by_hand`: an officer did it."""

    seq: int
    at_ms: int
    who: str
    what: str
    by_hand: bool
    of_incident: bool


@dataclass(slots=True)
class Answer:
    """How one alert was answered. None: it was not, as far as the package goes."""

    alert_id: str
    headline: str
    priority: Priority
    raised_ms: int
    acknowledged_ms: int | None = None
    acknowledged_by: str = ""
    owned_ms: int | None = None
    owned_by: str = ""
    dispatched_ms: int | None = None
    dispatched_to: str = ""
    returned_ms: int | None = None

    def after(self, at_ms: int | None) -> str:
        """From being raised, in words; "" when it never happened."""
        return "" if at_ms is None else duration_words(at_ms - self.raised_ms)


@dataclass(frozen=True, slots=True)
class Story:
    """`more`: how many lines are left out."""

    lines: tuple[Line, ...]
    more: int
    answers: tuple[Answer, ...]


def duration_words(span_ms: int) -> str:
    """15 giây; 2 phút 5 giây; 1 giờ 3 phút."""
    seconds = round(max(0, span_ms) / 1000)
    if seconds < 60:
        return f"{seconds} giây"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} phút {seconds} giây" if seconds else f"{minutes} phút"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} giờ {minutes} phút" if minutes else f"{hours} giờ"


def names_of(case: Case) -> Names:
    alerts = {alert.alert_id: alert for alert in case.alerts}
    return Names(case.site, LocalTime(case.site.utc_offset_min), alerts)


def read_story(case: Case, events_file: Path) -> Story:
    """Raises: OSError, ValueError."""
    names = names_of(case)
    lines: list[Line] = []
    answers: dict[str, Answer] = {}
    count = 0
    for logged in _logged(events_file):
        _answer(answers, logged, names)
        if isinstance(logged.event, ev.SiteLoaded):
            continue
        count += 1
        if len(lines) < LINES_MOST:
            lines.append(_line(case, logged, names))
    return Story(tuple(lines), count - len(lines), tuple(answers.values()))


def _logged(file: Path) -> Iterator[ev.LoggedEvent]:
    with file.open("rb") as source:
        for line in source:
            yield _LOGGED.validate_json(line)


def _line(case: Case, logged: ev.LoggedEvent, names: Names) -> Line:
    by_hand = bool(logged.actor) and not logged.actor.startswith("producer:")
    alert_id = _alert_id(logged.event)
    of_incident = bool(case.order.alert_id) and alert_id == case.order.alert_id
    what = told(logged.event, names)
    return Line(logged.seq, logged.at_ms, names.who(logged.actor), what, by_hand, of_incident)


def _alert_id(event: ev.Event) -> str:
    return event.alert.alert_id if isinstance(event, ev.AlertRaised) else str(getattr(event, "alert_id", ""))


def _answer(answers: dict[str, Answer], logged: ev.LoggedEvent, names: Names) -> None:
    event = logged.event
    if isinstance(event, ev.AlertRaised):
        alert = event.alert
        answers[alert.alert_id] = Answer(alert.alert_id, alert.headline_vi, alert.priority, logged.at_ms)
        return
    answer = answers.get(_alert_id(event))
    if answer is None:
        return
    match event:
        case ev.AlertAcknowledged() if answer.acknowledged_ms is None:
            answer.acknowledged_ms, answer.acknowledged_by = logged.at_ms, logged.actor
        case ev.AlertOwned() if event.owner and answer.owned_ms is None:
            answer.owned_ms, answer.owned_by = logged.at_ms, event.owner
        case ev.AlertDispatched() if answer.dispatched_ms is None:
            answer.dispatched_ms, answer.dispatched_to = logged.at_ms, names.agency(event.agency_id)
        case ev.AlertReturned():
            answer.returned_ms = logged.at_ms


def total_s(spans: Iterable[tuple[int, int]]) -> float:
    return sum(end_ms - start_ms for start_ms, end_ms in spans) / 1000

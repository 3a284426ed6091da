"""The hotline's board: the figures of the day in one line, and the calls as rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.crisis_fold import answer_within_s
from backend.contracts.hotline import Call
from backend.contracts.hotline_fold import day_of
from backend.contracts.state import RoomState
from console.models.call_words import state_words
from console.models.numbers import NO_VALUE, format_age, format_time
from console.models.session import Session
from console.models.word_rows import Row

translate = QCoreApplication.translate

ENDED_SHOWN: Final = 50
_STATE_COLUMN: Final = 1
CALL_KEY: Final = "Ctrl+J"
"""Goes to the call of who sits here, wherever the room stands."""


def my_call(session: Session) -> Call | None:
    """The call that who sits here talks in, by the agent the switchboard names; never in a replay."""
    operator, site = session.operator, session.state.site
    if operator is None or site is None or session.clock.replaying or "hotline" not in operator.rights:
        return None
    mine = [
        call
        for call in session.state.calls.values()
        if not call.is_waiting and call.agent and site.hotline.is_call_of(operator.user, call.agent)
    ]
    return max(mine, key=lambda call: call.answered_ms or 0, default=None)


def headings() -> tuple[str, ...]:
    return (
        translate("Hotline", "Arrived"),
        translate("Hotline", "State"),
        translate("Hotline", "Caller"),
        translate("Hotline", "Waited"),
        translate("Hotline", "Queue"),
        translate("Hotline", "Agent"),
        translate("Hotline", "Place"),
    )


def summary(state: RoomState, now_ms: int, language: str) -> str:
    """Who waits now, and how the day goes on. Percentages are of the calls that were answered or lost."""
    waiting = [call for call in state.calls.values() if call.is_waiting]
    words = [translate("Hotline", "Waiting {count}").format(count=len(waiting))]
    if any(alert.kind == "hotline.overflow" and alert.active for alert in state.alerts.values()):
        words.insert(0, translate("Hotline", "▲ OVERLOADED"))
    if waiting:
        longest_s = max(call.wait_ms(now_ms) for call in waiting) / 1000
        words.append(translate("Hotline", "longest {age}").format(age=format_age(longest_s, language)))
    talking = len(state.calls) - len(waiting)
    words.append(translate("Hotline", "talking {count}").format(count=talking))
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    day = state.hotline_day
    if day is None or day.day != day_of(now_ms, offset_min):
        return "  ·  ".join((*words, translate("Hotline", "no call yet today")))
    words.append(translate("Hotline", "today {count} calls").format(count=day.arrived))
    settled = day.answered + day.abandoned + day.overflowed
    if settled:
        words.append(translate("Hotline", "answered {percent}%").format(percent=day.answered * 100 // settled))
    if day.answered and state.site is not None:
        within = translate("Hotline", "{percent}% of them within {target} s")
        target = answer_within_s(state.site.hotline, state.crisis)
        words.append(within.format(percent=day.in_target * 100 // day.answered, target=target))
    words.append(translate("Hotline", "hung up unanswered {count}").format(count=day.abandoned))
    if day.overflowed:
        words.append(translate("Hotline", "turned away {count}").format(count=day.overflowed))
    return "  ·  ".join(words)


def call_rows(state: RoomState, now_ms: int, language: str) -> list[Row]:
    """Those that wait first, the longest on top; then those that talk, then the newest that are over."""
    return [_row(call, state, now_ms, language) for call in _ordered(state)]


def _ordered(state: RoomState) -> Iterator[Call]:
    live = list(state.calls.values())
    yield from sorted((call for call in live if call.is_waiting), key=lambda call: call.arrived_ms)
    yield from sorted((call for call in live if not call.is_waiting), key=lambda call: call.arrived_ms)
    yield from list(state.ended_calls.values())[: -ENDED_SHOWN - 1 : -1]


def _row(call: Call, state: RoomState, now_ms: int, language: str) -> Row:
    site = state.site
    offset_min = site.utc_offset_min if site is not None else 0
    target_s = answer_within_s(site.hotline, state.crisis) if site is not None else 0
    wait_s = call.wait_ms(now_ms) / 1000
    place = next((one.name for one in site.communes if one.code == call.place), call.place) if site is not None else ""
    return Row(
        cells=(
            format_time(call.arrived_ms, offset_min),
            state_words(call.state),
            call.masked or translate("Hotline", "withheld"),
            format_age(wait_s, language),
            call.queue or NO_VALUE,
            call.agent or NO_VALUE,
            place or NO_VALUE,
        ),
        standing="over" if call.is_waiting and wait_s > target_s else "none",
        marked=_STATE_COLUMN,
        key=call.call_id,
    )

"""How a call and the figures of the day go on, pure; part of the fold of the room's state."""

from __future__ import annotations

from typing import Final

from backend.contracts.hotline import Call, CallMoved, CallState, CallStep, HotlineDay

DAY_MS: Final = 86_400_000

_STATE: Final[dict[CallStep, CallState]] = {
    "queued": "queued",
    "answered": "answered",
    "held": "on_hold",
    "resumed": "answered",
    "ended": "ended",
    "abandoned": "abandoned",
    "overflowed": "overflowed",
}


def after(call: Call, event: CallMoved) -> Call:
    """The call with one more step. One that ends unanswered was abandoned."""
    state = _STATE[event.step]
    if state == "ended" and call.answered_ms is None:
        state = "abandoned"
    at_ms = max(event.at_ms, call.arrived_ms)
    moved = call.model_copy(
        update={
            "state": state,
            "changed_ms": at_ms,
            "queue": event.queue or call.queue,
            "agent": event.agent or call.agent,
        }
    )
    if state == "answered" and call.answered_ms is None:
        return moved.model_copy(update={"answered_ms": at_ms})
    return moved.model_copy(update={"ended_ms": at_ms}) if moved.is_over else moved


def day_of(at_ms: int, utc_offset_min: int) -> int:
    return (at_ms + utc_offset_min * 60_000) // DAY_MS


def arrived(figures: HotlineDay | None, day: int) -> HotlineDay:
    """The figures with one more call; those of another day begin anew."""
    today = figures if figures is not None and figures.day == day else HotlineDay(day=day)
    return today.model_copy(update={"arrived": today.arrived + 1})


def moved(figures: HotlineDay | None, day: int, before: Call, now: Call, answer_within_s: int) -> HotlineDay:
    """The figures when a call went from `before` to `now`."""
    today = figures if figures is not None and figures.day == day else HotlineDay(day=day)
    answered = before.answered_ms is None and now.answered_ms is not None
    lost = now.is_over and now.answered_ms is None
    if not answered and not lost:
        return today
    wait_ms = now.wait_ms(now.changed_ms)
    return today.model_copy(
        update={
            "answered": today.answered + answered,
            "in_target": today.in_target + (answered and wait_ms <= answer_within_s * 1000),
            "abandoned": today.abandoned + (now.state == "abandoned"),
            "overflowed": today.overflowed + (now.state == "overflowed"),
            "longest_wait_ms": max(today.longest_wait_ms, wait_ms),
        }
    )

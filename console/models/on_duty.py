"""Who is on duty now, until when, and which watch should have been handed over: from the state and an instant alone."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contracts.shifts import Turn, Watch, turns_at
from backend.contracts.state import RoomState


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The watch at an instant.

    Attributes:
        turn: the one whose duty it is; None = no shift runs or begins soon.
        crew: who signed on to it, in the order they did.
        overdue: the watch that ended last, while it is not signed by both officers.
    """

    turn: Turn | None
    crew: tuple[str, ...]
    overdue: Watch | None


def on_duty(state: RoomState, now_ms: int) -> OnDuty | None:
    """None = the site keeps no shifts.

    A watch that was handed over before its end is off duty from then on. Who comes early is on duty once that happened.
    """
    site = state.site
    if site is None or not site.shifts.shifts:
        return None
    turns = turns_at(site.shifts, now_ms, site.utc_offset_min)
    handed_over = {key for key, watch in state.watches.items() if watch.is_signed}
    turn = next((one for one in turns if one.watch_id not in handed_over), turns[-1] if turns else None)
    watch = state.watches.get(turn.watch_id) if turn is not None else None
    ended = [one for one in state.watches.values() if one.ends_ms <= now_ms]
    last = max(ended, key=lambda one: one.ends_ms, default=None)
    return OnDuty(
        turn=turn,
        crew=tuple(one.user for one in watch.crew) if watch is not None else (),
        overdue=None if last is None or last.is_signed else last,
    )

"""On- and off-delay: a condition counts once it has lasted, and is over once it has been over for long enough.

Before the life of an alarm, where conditions are made (ISA-18.2, "alarm attributes"): the cure for chatter at its
source. The dead band of a limit is in `backend.domain.limits`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delay:
    """`on_ms`: so long it must be true; `off_ms`: so long it must be over. 0 = at once."""

    on_ms: int = 0
    off_ms: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether the condition counts as true, and since when it has been otherwise (None = it is not otherwise).

    Attributes:
        due_ms: when it changes if nothing else is heard until then; None = it does not.
    """

    on: bool
    since_ms: int | None = None
    due_ms: int | None = None


def settle(on: bool, raw: bool, since_ms: int | None, now_ms: int, delay: Delay) -> Settled:
    """What counts now.

    Args:
        on: what counted so far.
        raw: what is measured now; it holds until something else is measured.
        since_ms: `Settled.since_ms` of the last time.
    """
    if raw == on:
        return Settled(on)
    # A clock that was set back must not make it wait longer than the delay.
    since_ms = now_ms if since_ms is None else min(since_ms, now_ms)
    due_ms = since_ms + (delay.on_ms if raw else delay.off_ms)
    return Settled(raw) if now_ms >= due_ms else Settled(on, since_ms, due_ms)

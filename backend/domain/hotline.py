"""Which step a call may take, and which word of the switchboard is told for the second time."""

from __future__ import annotations

from typing import Final

from backend.contracts.hotline import Call, CallState, CallStep

_FROM: Final[dict[CallStep, tuple[CallState, ...]]] = {
    "queued": ("ringing",),
    "answered": ("ringing", "queued"),
    "held": ("answered",),
    "resumed": ("on_hold",),
    "ended": ("ringing", "queued", "answered", "on_hold"),
    "abandoned": ("ringing", "queued"),
    "overflowed": ("ringing", "queued"),
}


def is_next(call: Call, step: CallStep, at_ms: int) -> bool:
    """Whether the step moves the call on. What is older than its newest word, or was so already, was told before."""
    return at_ms >= call.changed_ms and call.state in _FROM[step]

"""The room as it was at an instant, folded from the nearest snapshot."""

from __future__ import annotations

import asyncio

from backend.contracts.replay import StateThen
from backend.contracts.state import RoomState, apply
from backend.storage.history import History


async def room_then(history: History, at_ms: int) -> RoomState:
    """Raises: StorageError."""
    stored = await history.state_then(max(0, at_ms))
    return await asyncio.to_thread(_folded, stored)


def _folded(stored: bytes) -> RoomState:
    then = StateThen.model_validate_json(stored)
    state = RoomState.from_snapshot(then.snapshot) if then.snapshot is not None else RoomState()
    for logged in then.tail:
        apply(state, logged)
    return state

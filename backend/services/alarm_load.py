"""The alarm load of any span, read from the log and from nothing else."""

from __future__ import annotations

import json

from backend.contracts.alarm_load import AlarmLoad, KpiTarget
from backend.contracts.replay import StateThen
from backend.contracts.state import RoomState, apply
from backend.domain.alarm_load import KINDS, AlarmLoadReader
from backend.storage.history import History


async def alarm_load(history: History, targets: tuple[KpiTarget, ...], start_ms: int, end_ms: int) -> AlarmLoad:
    """What the alarms of start_ms..end_ms asked of whoever was on duty, as it was known at `end_ms`.

    Raises:
        StorageError: the log cannot be read.
    """
    before = await _state_then(history, start_ms - 1)
    reader = AlarmLoadReader(before.alerts.values())
    async for rows in history.stamped(KINDS, start_ms, end_ms):
        for row in rows:
            reader.feed(row.at_ms, row.actor, row.kind, json.loads(row.body))
    after = await _state_then(history, end_ms)
    return reader.result(start_ms, end_ms, after.alerts.values(), after.rules, targets)


async def _state_then(history: History, at_ms: int) -> RoomState:
    then = StateThen.model_validate_json(await history.state_then(max(0, at_ms)))
    state = RoomState.from_snapshot(then.snapshot) if then.snapshot is not None else RoomState()
    for logged in then.tail:
        apply(state, logged)
    return state

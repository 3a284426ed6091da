"""The alarm load of any span, read from the log and from nothing else."""

from __future__ import annotations

import json

from backend.contracts.alarm_load import AlarmLoad, KpiTarget
from backend.domain.alarm_load import KINDS, AlarmLoadReader
from backend.services.past_state import room_then
from backend.storage.history import History


async def alarm_load(history: History, targets: tuple[KpiTarget, ...], start_ms: int, end_ms: int) -> AlarmLoad:
    """What the alarms of start_ms..end_ms asked of whoever was on duty, as it was known at `end_ms`.

    Raises:
        StorageError: the log cannot be read.
    """
    before = await room_then(history, start_ms - 1)
    reader = AlarmLoadReader(before.alerts.values())
    async for rows in history.stamped(KINDS, start_ms, end_ms):
        for row in rows:
            reader.feed(row.at_ms, row.actor, row.kind, json.loads(row.body))
    after = await room_then(history, end_ms)
    return reader.result(start_ms, end_ms, after.alerts.values(), after.rules, targets)

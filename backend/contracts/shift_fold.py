"""How a watch changes by an event: the part of the fold (`backend.contracts.state`) that is about shifts."""

from __future__ import annotations

from typing import Final

from backend.contracts import events as ev
from backend.contracts.shifts import NOTES_MOST, CrewMember, Signature, Tally, TaskEnd, TaskMark, Watch, WatchNote

WATCHES_KEPT: Final = 40
"""Newest watches in the state; the log keeps all."""


def watch_id_of(event: ev.ShiftEvent) -> str:
    if isinstance(event, ev.ShiftStarted):
        return event.turn.watch_id
    return event.sheet.watch_id if isinstance(event, ev.HandoverDrafted) else event.watch_id


def begun(event: ev.ShiftStarted, logged: ev.LoggedEvent) -> Watch:
    """A watch nobody is on yet."""
    turn = event.turn
    return Watch(
        watch_id=turn.watch_id,
        shift=turn.shift,
        begins_ms=turn.begins_ms,
        ends_ms=turn.ends_ms,
        started_ms=logged.at_ms,
        tasks=event.tasks,
    )


def after(watch: Watch, event: ev.ShiftEvent, logged: ev.LoggedEvent) -> Watch:
    """The watch with one more event."""
    return watch.model_copy(update=_changes(watch, event, logged))


def _changes(watch: Watch, event: ev.ShiftEvent, logged: ev.LoggedEvent) -> dict[str, object]:
    match event:
        case ev.ShiftStarted():
            member = CrewMember(user=logged.actor, position_id=event.position_id, since_ms=logged.at_ms)
            return {"crew": (*(one for one in watch.crew if one.user != logged.actor), member)}
        case ev.ShiftTaskDone() | ev.ShiftTaskSkipped():
            skipped = isinstance(event, ev.ShiftTaskSkipped)
            state: TaskEnd = "skipped" if skipped else "done"
            mark = TaskMark(state=state, who=logged.actor, at_ms=logged.at_ms, text=event.text)
            return {"marks": {**watch.marks, event.task_id: mark}}
        case ev.ShiftNoted():
            note = WatchNote(who=logged.actor, at_ms=logged.at_ms, text=event.text)
            return {"notes": (*watch.notes, note)[-NOTES_MOST:]}
        case ev.HandoverDrafted():
            return {"sheet": event.sheet, "sheet_seq": logged.seq, "digest": event.digest, "leaving": None}
        case ev.HandoverSigned():
            signed: dict[str, object] = {event.side: Signature(user=logged.actor, at_ms=logged.at_ms)}
            # Signed by both it lies in the log for good: the state need not carry it.
            return signed if event.side == "leaving" else {**signed, "sheet": None}


def counted(tally: Tally, logged: ev.LoggedEvent, closed: int) -> Tally:
    """The tally with one more event, by which so many alerts closed."""
    event = logged.event
    raised = tally.raised
    if isinstance(event, ev.AlertRaised):
        at = int(event.alert.priority) - 1
        raised = (*raised[:at], raised[at] + 1, *raised[at + 1 :])  # type: ignore[assignment]
    acknowledged = tally.acknowledged + isinstance(event, ev.AlertAcknowledged)
    return Tally(raised=raised, acknowledged=acknowledged, closed=tally.closed + closed)

"""Shifts as pure decisions: the state and a wish in, events or a refusal out; and the sheet of a hand-over."""

from __future__ import annotations

from typing import Final

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.alerts import Alert
from backend.contracts.commands import RefusalCode
from backend.contracts.kinds.alerts import Priority
from backend.contracts.shifts import (
    LINES_MOST,
    DutyTask,
    HandoverSheet,
    SheetAlert,
    SheetIncident,
    SheetTask,
    Watch,
    due_ms,
    sheet_digest,
    tasks_of,
    turns_at,
)
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal

_BULLETINS: Final = "cap."


def decide(state: RoomState, wish: cmd.ShiftCommand, user: str, now_ms: int) -> Decision:
    """What comes of a wish; its words are clean already."""
    if isinstance(wish, cmd.StartShift):
        return start(state, wish, user, now_ms)
    watch = state.watches.get(wish.watch_id)
    if watch is None:
        return Refusal(RefusalCode.NOT_FOUND, f"nobody signed on to the watch {wish.watch_id!r}"[:300])
    match wish:
        case cmd.MarkShiftTask():
            return mark_task(watch, wish, user)
        case cmd.NoteShift():
            if not wish.text.strip():
                return Refusal(RefusalCode.INVALID, "a note needs words")
            return (ev.ShiftNoted(watch_id=watch.watch_id, text=wish.text),)
        case cmd.DraftHandover():
            return draft(state, watch, wish.remarks, user, now_ms)
        case cmd.SignHandover():
            return sign(watch, wish.digest, user)


def start(state: RoomState, wish: cmd.StartShift, user: str, now_ms: int) -> Decision:
    """Sign on to a watch that runs or begins soon."""
    site = state.site
    if site is None or not site.shifts.shifts:
        return Refusal(RefusalCode.UNAVAILABLE, "the site keeps no shifts (shifts.toml)")
    rules = site.shifts
    turn = next((one for one in turns_at(rules, now_ms, site.utc_offset_min) if one.watch_id == wish.watch_id), None)
    if turn is None:
        return Refusal(RefusalCode.WRONG_PHASE, f"the watch {wish.watch_id!r} neither runs nor begins soon"[:300])
    if wish.position_id not in {one.position_id for one in rules.positions}:
        return Refusal(RefusalCode.INVALID, f"the site has no position {wish.position_id!r}"[:300])
    watch = state.watches.get(turn.watch_id)
    if watch is not None and watch.is_signed:
        return Refusal(RefusalCode.WRONG_PHASE, "this watch was handed over already")
    if watch is not None and any((one.user, one.position_id) == (user, wish.position_id) for one in watch.crew):
        return Refusal(RefusalCode.INVALID, "you are signed on to this position already")
    tasks = () if watch is not None else tasks_of(rules.tasks, turn.shift.shift_id)
    return (ev.ShiftStarted(turn=turn, position_id=wish.position_id, tasks=tasks),)


def mark_task(watch: Watch, wish: cmd.MarkShiftTask, user: str) -> Decision:
    """Done, or skipped for a reason, by somebody of the watch; until signed, the newest counts."""
    if (refusal := _closed_to(watch, user)) is not None:
        return refusal
    if wish.task_id not in {one.task_id for one in watch.tasks}:
        return Refusal(RefusalCode.NOT_FOUND, f"the watch has no task {wish.task_id!r}"[:300])
    if wish.state == "done":
        return (ev.ShiftTaskDone(watch_id=watch.watch_id, task_id=wish.task_id, text=wish.text),)
    if not wish.text.strip():
        return Refusal(RefusalCode.NEEDS_REASON, "say why the task is skipped")
    return (ev.ShiftTaskSkipped(watch_id=watch.watch_id, task_id=wish.task_id, text=wish.text),)


def draft(state: RoomState, watch: Watch, remarks: str, user: str, now_ms: int) -> Decision:
    """The sheet as the room stands now."""
    if (refusal := _closed_to(watch, user)) is not None:
        return refusal
    sheet = handover_sheet(state, watch, remarks, user, now_ms)
    return (ev.HandoverDrafted(sheet=sheet, digest=sheet_digest(sheet)),)


def _closed_to(watch: Watch, user: str) -> Refusal | None:
    if watch.is_signed:
        return Refusal(RefusalCode.WRONG_PHASE, "the sheet is signed by both; write a note instead")
    if not watch.has(user):
        return Refusal(RefusalCode.NOT_ALLOWED, "only who is signed on to this watch may do so")
    return None


def sign(watch: Watch, digest: str, user: str) -> Decision:
    """First somebody of the watch, then another officer, each in his own session, the very same sheet."""
    if watch.is_signed:
        return Refusal(RefusalCode.WRONG_PHASE, "the sheet is signed by both already")
    if watch.sheet is None:
        return Refusal(RefusalCode.WRONG_PHASE, "there is no sheet to sign yet")
    if digest != watch.digest:
        return Refusal(RefusalCode.WRONG_PHASE, "there is a newer draft; read it before you sign")
    if watch.leaving is None:
        if not watch.has(user):
            return Refusal(RefusalCode.NOT_ALLOWED, "first somebody of the leaving watch signs")
        return (ev.HandoverSigned(watch_id=watch.watch_id, side="leaving", digest=digest),)
    if watch.leaving.user == user:
        return Refusal(RefusalCode.NOT_ALLOWED, "the coming officer is somebody else than the leaving one")
    return (ev.HandoverSigned(watch_id=watch.watch_id, side="coming", digest=digest),)


def handover_sheet(state: RoomState, watch: Watch, remarks: str, user: str, now_ms: int) -> HandoverSheet:
    """What is handed over, from the room's state and nothing else."""
    alerts = sorted(state.alerts.values(), key=lambda one: (one.priority, one.raised_ms))
    city = [one for one in alerts if one.priority is not Priority.SYSTEM and not one.set_aside]
    over = [one for one in state.closed.values() if one.raised_ms >= watch.started_ms]
    site = state.site
    producers = {one.producer_id: one.name_vi for one in site.producers} if site is not None else {}
    cameras = {one.camera_id: one.name_vi for one in site.cameras} if site is not None else {}
    incidents = sorted((one for one in state.incidents.values() if one.phase != "closed"), key=lambda one: one.number)
    return HandoverSheet(
        watch_id=watch.watch_id,
        shift_vi=watch.shift.name_vi,
        shift_en=watch.shift.name_en,
        begins_ms=watch.begins_ms,
        ends_ms=watch.ends_ms,
        counted_ms=watch.started_ms,
        made_ms=now_ms,
        made_by=user,
        crew=watch.crew,
        tally=watch.tally,
        open=tuple(_line(one) for one in city[:LINES_MOST]),
        open_count=len(city),
        aside=tuple(_line(one) for one in alerts if one.set_aside)[:LINES_MOST],
        over=tuple(_line(one) for one in sorted(over, key=lambda one: -one.changed_ms)[:LINES_MOST]),
        incidents=tuple(
            SheetIncident(
                number=one.number, title=one.title, phase=one.phase, lead=one.lead, priority=int(one.priority)
            )
            for one in incidents[:LINES_MOST]
        ),
        warnings=tuple(one.headline_vi for one in city if one.kind.startswith(_BULLETINS))[:LINES_MOST],
        faults=tuple(one.headline_vi for one in alerts if one.priority is Priority.SYSTEM)[:LINES_MOST],
        silent=tuple(producers.get(key, key) for key, one in state.producers.items() if one.condition == "silent")[
            :LINES_MOST
        ],
        lost=tuple(cameras.get(key, key) for key, one in state.cameras.items() if one.condition == "lost")[:LINES_MOST],
        tasks=tuple(_task_line(watch, task, now_ms) for task in watch.tasks),
        notes=watch.notes,
        remarks=remarks,
    )


def _line(alert: Alert) -> SheetAlert:
    return SheetAlert(
        alert_id=alert.alert_id,
        priority=int(alert.priority),
        headline_vi=alert.headline_vi,
        headline_en=alert.headline_en,
        phase=alert.phase.value,
        owner=alert.owner,
        raised_ms=alert.raised_ms,
        acknowledged_ms=alert.acknowledged_ms,
        acknowledged_by=alert.acknowledged_by,
    )


def _task_line(watch: Watch, task: DutyTask, now_ms: int) -> SheetTask:
    mark = watch.marks.get(task.task_id)
    return SheetTask(
        words_vi=task.words_vi,
        words_en=task.words_en,
        state=watch.task_state(task, now_ms),
        due_ms=due_ms(watch, task),
        who=mark.who if mark is not None else "",
        at_ms=mark.at_ms if mark is not None else None,
        text=mark.text if mark is not None else "",
    )

"""Marks, evidence holds and exports as pure decisions: the state and a wish in, events or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.marks import Mark
from backend.contracts.recording import LONGEST_EXPORT_MS, LONGEST_HOLD_MS, Hold
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal


def place_mark(state: RoomState, wish: cmd.PlaceMark, user: str, rights: Sequence[str], now_ms: int) -> Decision:
    """A mark of one's own; a debrief's comments are for who may debrief."""
    if wish.mark_kind == "debrief" and "debrief" not in rights:
        return Refusal(cmd.RefusalCode.NOT_ALLOWED, "only who may debrief comments on an incident afterwards")
    if wish.mark_kind in ("note", "debrief") and not wish.text.strip():
        return Refusal(cmd.RefusalCode.INVALID, f"a {wish.mark_kind} needs words")
    if wish.mark_kind == "span" and (wish.end_ms is None or wish.end_ms <= wish.at_ms):
        return Refusal(cmd.RefusalCode.INVALID, "a span needs an end after its begin")
    known = state.marks.get(wish.mark_id)
    if known is not None and known.placed_by != user:
        return Refusal(cmd.RefusalCode.NOT_ALLOWED, f"that mark is {known.placed_by}'s")
    mark = Mark(
        mark_id=wish.mark_id,
        kind=wish.mark_kind,
        at_ms=wish.at_ms,
        end_ms=wish.end_ms if wish.mark_kind == "span" else None,
        alert_id=wish.alert_id,
        text=wish.text.strip(),
        placed_by=user,
        placed_ms=now_ms,
    )
    return (ev.MarkPlaced(mark=mark),)


def remove_mark(state: RoomState, wish: cmd.RemoveMark, user: str, rights: Sequence[str]) -> Decision:
    known = state.marks.get(wish.mark_id)
    if known is None:
        return Refusal(cmd.RefusalCode.NOT_FOUND, f"there is no mark {wish.mark_id!r}"[:300])
    if known.placed_by != user and "debrief" not in rights:
        return Refusal(cmd.RefusalCode.NOT_ALLOWED, f"that mark is {known.placed_by}'s")
    return (ev.MarkRemoved(mark_id=wish.mark_id),)


def hold(state: RoomState, wish: cmd.HoldEvidence, user: str, now_ms: int) -> Decision:
    if wish.hold_id in state.holds:
        return Refusal(cmd.RefusalCode.INVALID, "there is a hold with this id already")
    refusal = _span(wish.start_ms, wish.end_ms, LONGEST_HOLD_MS) or _cameras(state, wish.camera_ids)
    if refusal is not None:
        return refusal
    new = Hold(
        hold_id=wish.hold_id,
        alert_id=wish.alert_id,
        camera_ids=wish.camera_ids,
        start_ms=wish.start_ms,
        end_ms=wish.end_ms,
        reason=wish.reason,
        placed_by=user,
        placed_ms=now_ms,
    )
    return (ev.EvidenceHeld(hold=new),)


def release(state: RoomState, wish: cmd.ReleaseEvidence) -> Decision:
    if wish.hold_id not in state.holds:
        return Refusal(cmd.RefusalCode.NOT_FOUND, f"there is no hold {wish.hold_id!r}"[:300])
    return (ev.EvidenceReleased(hold_id=wish.hold_id, reason=wish.reason),)


def order_export(state: RoomState, wish: cmd.OrderExport, now_ms: int) -> Decision:
    """An export holds its own evidence while it runs, so that retention does not take it away underneath."""
    if wish.export_id in state.exports:
        return Refusal(cmd.RefusalCode.INVALID, "there is an export with this id already")
    order = wish.order
    refusal = _span(order.start_ms, order.end_ms, LONGEST_EXPORT_MS) or _cameras(state, order.camera_ids)
    if refusal is not None:
        return refusal
    if order.start_ms > now_ms:
        return Refusal(cmd.RefusalCode.INVALID, "the span has not begun yet")
    return (ev.ExportOrdered(export_id=wish.export_id, order=order),)


def change_export(state: RoomState, wish: cmd.ChangeExport) -> Decision:
    known = state.exports.get(wish.export_id)
    if known is None:
        return Refusal(cmd.RefusalCode.NOT_FOUND, f"there is no export {wish.export_id!r}"[:300])
    if wish.wish == "cancel":
        if known.condition != "running":
            return Refusal(cmd.RefusalCode.WRONG_PHASE, f"the export is {known.condition}")
        return (ev.ExportChanged(export_id=wish.export_id, condition="cancelled"),)
    if known.condition not in ("cancelled", "failed"):
        return Refusal(cmd.RefusalCode.WRONG_PHASE, f"the export is {known.condition}")
    return (ev.ExportChanged(export_id=wish.export_id, condition="running"),)


def _span(start_ms: int, end_ms: int, longest_ms: int) -> Refusal | None:
    if end_ms <= start_ms:
        return Refusal(cmd.RefusalCode.INVALID, "the end must be after the begin")
    if end_ms - start_ms > longest_ms:
        return Refusal(cmd.RefusalCode.INVALID, f"the longest span is {longest_ms // 3_600_000} hours")
    return None


def _cameras(state: RoomState, camera_ids: Sequence[str]) -> Refusal | None:
    known = {camera.camera_id for camera in state.site.cameras} if state.site is not None else set()
    unknown = [camera_id for camera_id in camera_ids if camera_id not in known]
    if unknown:
        return Refusal(cmd.RefusalCode.NOT_FOUND, f"the site has no camera {unknown[0]!r}"[:300])
    return None

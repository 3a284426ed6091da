"""How a meeting changes by an event, pure; part of the fold of the room's state."""

from __future__ import annotations

from backend.contracts import meeting_events as ev
from backend.contracts.meetings import (
    NOTES_MOST,
    Attendance,
    Floor,
    FloorWish,
    HandedBallot,
    Meeting,
    MeetingNote,
    Shown,
    Spoken,
    Vote,
)


def planned(event: ev.MeetingPlanned, actor: str, at_ms: int) -> Meeting:
    return event.meeting.model_copy(update={"planned_by": actor, "changed_ms": at_ms})


def after(meeting: Meeting, event: ev.MeetingEvent, actor: str, at_ms: int) -> Meeting:
    """The meeting with one more event."""
    changes = _changes(meeting, event, actor, at_ms)
    return meeting.model_copy(update={**changes, "changed_ms": at_ms})


_FloorEvent = ev.FloorAsked | ev.FloorWithdrawn | ev.FloorGiven | ev.FloorEnded
_VoteEvent = ev.VoteOpened | ev.BallotCast | ev.BallotHanded | ev.VoteClosed
_WrittenEvent = ev.MeetingConcluded | ev.MeetingNoted


def _changes(meeting: Meeting, event: ev.MeetingEvent, actor: str, at_ms: int) -> dict[str, object]:
    if isinstance(event, _FloorEvent):
        return _spoke(meeting, event, at_ms)
    if isinstance(event, _VoteEvent):
        return _voted(meeting, event, actor, at_ms)
    if isinstance(event, _WrittenEvent):
        return _written(meeting, event, actor, at_ms)
    match event:
        case ev.MeetingReplanned():
            return _replanned(meeting, event)
        case ev.MeetingAttended():
            return _attended(meeting, event, at_ms)
        case ev.MeetingMoved():
            return _moved(meeting, event, at_ms)
        case ev.MeetingItemOpened():
            done = (*meeting.items_done, meeting.item_id) if meeting.item_id else meeting.items_done
            left = tuple(dict.fromkeys(one for one in done if one != event.item_id))
            shown = {"shown": Shown(kind="agenda"), "shown_by": actor}
            return {"item_id": event.item_id, "items_done": left, **_floor_over(meeting, at_ms), **shown}
        case ev.MeetingShown():
            return {"shown": event.shown, "shown_by": actor}
        case ev.MeetingQuieted():
            return {"quiet": event.quiet}


def _spoke(meeting: Meeting, event: _FloorEvent, at_ms: int) -> dict[str, object]:
    match event:
        case ev.FloorAsked():
            wish = FloorWish(participant_id=event.participant_id, asked_ms=at_ms, about=event.about)
            return {"wishes": (*_without(meeting, event.participant_id), wish)}
        case ev.FloorWithdrawn():
            return {"wishes": _without(meeting, event.participant_id)}
        case ev.FloorGiven():
            return _given(meeting, event, at_ms)
        case ev.FloorEnded():
            return _floor_over(meeting, at_ms)


def _written(meeting: Meeting, event: _WrittenEvent, actor: str, at_ms: int) -> dict[str, object]:
    if isinstance(event, ev.MeetingNoted):
        note = MeetingNote(item_id=event.item_id, text=event.text, by=actor, at_ms=at_ms)
        return {"notes": (*meeting.notes, note)[-NOTES_MOST:]}
    told = event.conclusion.model_copy(update={"by": actor, "at_ms": at_ms})
    kept = [one for one in meeting.conclusions if one.conclusion_id != told.conclusion_id]
    return {"conclusions": (*kept, told)[-NOTES_MOST:]}


def _replanned(meeting: Meeting, event: ev.MeetingReplanned) -> dict[str, object]:
    """Who is no longer invited is out of attendance, queue and floor; votes that were cast stay."""
    known = {one.participant_id for one in event.plan.participants}
    items = {one.item_id for one in event.plan.agenda}
    speaks = meeting.floor is not None and meeting.floor.participant_id in known
    return {
        "plan": event.plan,
        "attendance": {key: one for key, one in meeting.attendance.items() if key in known},
        "wishes": tuple(one for one in meeting.wishes if one.participant_id in known),
        "floor": meeting.floor if speaks else None,
        "item_id": meeting.item_id if meeting.item_id in items else "",
        "items_done": tuple(one for one in meeting.items_done if one in items),
    }


def _attended(meeting: Meeting, event: ev.MeetingAttended, at_ms: int) -> dict[str, object]:
    before = meeting.attendance.get(event.participant_id)
    sent, user = event.substitute, event.user
    if before is not None and not sent and event.presence in ("present", "left"):
        sent, user = before.substitute, before.user  # who was announced for him is who comes
    stands = Attendance(presence=event.presence, at_ms=at_ms, substitute=sent, user=user, reason=event.reason)
    changes: dict[str, object] = {"attendance": {**meeting.attendance, event.participant_id: stands}}
    if event.presence == "present":
        return changes
    changes["wishes"] = _without(meeting, event.participant_id)
    if meeting.floor is not None and meeting.floor.participant_id == event.participant_id:
        changes |= _floor_over(meeting, at_ms)
    return changes


def _moved(meeting: Meeting, event: ev.MeetingMoved, at_ms: int) -> dict[str, object]:
    changes: dict[str, object] = {"phase": event.phase}
    if event.phase == "running" and meeting.began_ms is None:
        changes["began_ms"] = at_ms
    if event.phase in ("over", "cancelled"):
        done = (*meeting.items_done, meeting.item_id) if meeting.item_id else meeting.items_done
        changes |= {"ended_ms": at_ms, "items_done": done, "item_id": "", "wishes": (), "quiet": "all"}
    if event.phase != "running":
        changes |= _floor_over(meeting, at_ms)
    return changes


def _given(meeting: Meeting, event: ev.FloorGiven, at_ms: int) -> dict[str, object]:
    floor = meeting.floor
    if floor is not None and floor.participant_id == event.participant_id:
        return {"floor": floor.model_copy(update={"limit_s": event.limit_s})}
    given = Floor(participant_id=event.participant_id, item_id=meeting.item_id, since_ms=at_ms, limit_s=event.limit_s)
    return {**_floor_over(meeting, at_ms), "floor": given, "wishes": _without(meeting, event.participant_id)}


def _floor_over(meeting: Meeting, at_ms: int) -> dict[str, object]:
    floor = meeting.floor
    if floor is None:
        return {}
    spoke = Spoken(
        participant_id=floor.participant_id,
        item_id=floor.item_id,
        since_ms=floor.since_ms,
        until_ms=max(at_ms, floor.since_ms),
    )
    return {"floor": None, "spoken": (*meeting.spoken, spoke)[-NOTES_MOST:]}


def _without(meeting: Meeting, participant_id: str) -> tuple[FloorWish, ...]:
    return tuple(one for one in meeting.wishes if one.participant_id != participant_id)


def _voted(meeting: Meeting, event: _VoteEvent, actor: str, at_ms: int) -> dict[str, object]:
    if isinstance(event, ev.VoteOpened):
        shown = {"shown": Shown(kind="vote", key=event.vote.vote_id), "shown_by": actor}
        return {"votes": (*meeting.votes, event.vote.model_copy(update={"opened_ms": at_ms})), **shown}
    votes = (_after(one, event, at_ms) if one.vote_id == event.vote_id else one for one in meeting.votes)
    return {"votes": tuple(votes)}


def _after(vote: Vote, event: ev.BallotCast | ev.BallotHanded | ev.VoteClosed, at_ms: int) -> Vote:
    match event:
        case ev.BallotCast():
            return vote.model_copy(update={"ballots": {**vote.ballots, event.participant_id: event.option_id}})
        case ev.BallotHanded():
            paper = HandedBallot(blinded=event.blinded, signature=event.signature)
            papers = tuple(dict.fromkeys((*vote.papers, event.participant_id)))
            return vote.model_copy(update={"papers": papers, "handed": {**vote.handed, event.participant_id: paper}})
        case ev.VoteClosed():
            return vote.model_copy(update={"closed_ms": at_ms, "result": event.result, "handed": {}})

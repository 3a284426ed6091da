"""What operators ask for: checked against the role, decided by the domain, recorded with who, when and from where."""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

from pydantic import BaseModel

from backend.contracts.alarms import AlarmRules
from backend.contracts.alerts import Alert
from backend.contracts.commands import (
    RIGHTS,
    AcknowledgeAlert,
    ActAtDesk,
    AlertCommand,
    BeginCrisis,
    ChangeExport,
    Command,
    CommentAlert,
    DispatchAlert,
    EndCrisis,
    GotoPreset,
    HandOverAlert,
    HoldEvidence,
    IncidentCommand,
    JudgeAlert,
    OrderExport,
    PlaceMark,
    RefusalCode,
    ReleaseAlert,
    ReleaseEvidence,
    RemoveMark,
    ReportCommand,
    ResetAlert,
    ReturnAlertToService,
    Role,
    RoomCommand,
    ShelveAlert,
    ShiftCommand,
    StoryCommand,
    TakeAlert,
    TakeAlertOutOfService,
    UnshelveAlert,
    may_change,
    subject,
)
from backend.contracts.events import CommandRefused, DeskActed, Event, LoggedEvent
from backend.contracts.feed import CommandResult
from backend.contracts.meeting_commands import MeetingCommand
from backend.contracts.state import RoomState
from backend.domain import alerts as domain
from backend.domain import crisis, incidents, record, shifts, steering
from backend.domain.alerts import Decision, Refusal
from backend.domain.meetings import NO_BALLOTS
from backend.services.accounts import SignedIn
from backend.services.audit import Audit
from backend.services.meetings import MeetingDesk
from backend.services.press.desk import PressDesk
from backend.services.reports.desk import Known, ReportDesk
from backend.services.room import Room
from backend.sources.text import paragraphs, plain
from backend.storage.errors import StorageError, in_vietnamese
from backend.storage.event_log import EventLog

MAX_COMMENT_CHARS: Final = 2000
MAX_REASON_CHARS: Final = 500
MAX_PERMIT_CHARS: Final = 200

AUDITED_BEFORE: Final = ("evidence.export", "evidence.change_export", "evidence.release")
"""Commands that hand recordings out or give them up: not done at all when the audit log takes nothing."""


CleanT = TypeVar("CleanT", bound=BaseModel)
OwnCommand = AcknowledgeAlert | CommentAlert | TakeAlert | ReleaseAlert | DispatchAlert | HandOverAlert | JudgeAlert
AsideCommand = ShelveAlert | UnshelveAlert | TakeAlertOutOfService | ReturnAlertToService | ResetAlert


class CommandDesk:
    """Event-loop thread only."""

    def __init__(
        self, room: Room, log: EventLog, audit: Audit, reports: ReportDesk, press: PressDesk, meetings: MeetingDesk
    ) -> None:
        self._room = room
        self._meetings = meetings
        self._reports = reports
        self._press = press
        self._log = log
        self._audit = audit
        self._flights: dict[str, asyncio.Event] = {}

    async def execute(self, command: Command, operator: SignedIn, origin: str) -> CommandResult:
        """Do it once, answer as often as asked.

        The same `command_id` again gets the first answer. A refusal is recorded too. `unavailable` is the only
        answer after which the same command may be sent again and be done: nothing of it was stored. The audit log
        has the command before it is answered, or is told to the room as degraded.
        """
        command_id = command.command_id
        while (flight := self._flights.get(command_id)) is not None:
            await flight.wait()
        self._flights[command_id] = asyncio.Event()
        try:
            before = await self._log.find_command(command_id)
            if before:
                result = _answer_again(command, operator, before)
            else:
                result = await self._do(command, operator, origin)
        except StorageError as error:
            result = _refused(command_id, Refusal(RefusalCode.UNAVAILABLE, in_vietnamese(str(error))))
            before = ()
        finally:
            if isinstance(command, MeetingCommand):
                await self._meetings.settle(command)
            self._flights.pop(command_id).set()
        await self._audited(command, operator, origin, result, again=bool(before))
        return result

    async def _audited(
        self, command: Command, operator: SignedIn, origin: str, result: CommandResult, again: bool
    ) -> None:
        detail: dict[str, str | int] = {"command_id": command.command_id}
        if isinstance(command, ActAtDesk):
            detail["act"] = command.act
        if result.accepted:
            outcome = "done"
        else:
            outcome = "failed" if result.reason_code == RefusalCode.UNAVAILABLE else "refused"
            detail["reason_code"] = result.reason_code
        if again:
            detail["again"] = 1
        about = subject(command)
        await self._audit.note(command.kind, about, actor=operator.user, origin=origin, outcome=outcome, detail=detail)

    async def _do(self, command: Command, operator: SignedIn, origin: str) -> CommandResult:
        if command.kind in AUDITED_BEFORE:
            asked = {"command_id": command.command_id}
            about = subject(command)
            await self._audit.record(
                command.kind, about, actor=operator.user, origin=origin, outcome="asked", detail=asked
            )
        refusals: list[Refusal] = []
        # Ended long ago it is in the archive only, which cannot be asked while the room decides.
        known = await self._reports.known(command) if isinstance(command, ReportCommand) else Known()
        story = await self._press.stored(command.story_id) if isinstance(command, StoryCommand) else None
        ballots = NO_BALLOTS
        if isinstance(command, MeetingCommand) and command.kind in operator.rights:
            ballots = await self._meetings.prepare(command)

        def decide(state: RoomState) -> tuple[Event, ...]:
            if command.kind not in operator.rights:
                decision: Decision = Refusal(
                    RefusalCode.NOT_ALLOWED, f"the role {operator.role} has no right {command.kind}"
                )
            elif isinstance(command, ReportCommand):
                decision = self._reports.wish(state, command, known, operator)
            elif isinstance(command, StoryCommand):
                decision = self._press.wish(state, command, story)
            elif isinstance(command, MeetingCommand):
                decision = self._meetings.wish(state, command, operator.user, ballots)
            else:
                decision = _decision(state, command, operator, self._room.now_ms())
            if isinstance(decision, Refusal):
                refusals.append(decision)
                return (_record_of(command, decision),)
            return decision

        await self._room.record(decide, actor=operator.user, caused_by=command.command_id, origin=origin)
        if refusals:
            return _refused(command.command_id, refusals[-1])
        return CommandResult(command_id=command.command_id, accepted=True)


def _decision(state: RoomState, command: AlertCommand | RoomCommand, operator: SignedIn, now_ms: int) -> Decision:
    if not isinstance(command, AlertCommand):
        return _room_wish(state, command, operator, now_ms)
    alert = state.find_alert(command.alert_id)
    if alert is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the room knows no alert {command.alert_id!r}"[:300])
    if not may_change(command.kind, alert.kind, operator.role, operator.rights):
        return Refusal(RefusalCode.NOT_ALLOWED, f"the role {operator.role} does not handle alerts of kind {alert.kind}")
    if isinstance(command, AsideCommand):
        return _aside_wish(state, command, alert, now_ms)
    return _wish(state, command, alert, operator.user)


def _aside_wish(state: RoomState, command: AsideCommand, alert: Alert, now_ms: int) -> Decision:
    match command:
        case ShelveAlert():
            rules = state.site.alarms if state.site is not None else AlarmRules()
            return domain.shelve(alert, command.duration_s, _reason(command.reason), now_ms, rules)
        case UnshelveAlert():
            return domain.unshelve(alert, "hand", _reason(command.reason))
        case TakeAlertOutOfService():
            permit, reason = paragraphs(command.permit, MAX_PERMIT_CHARS), _reason(command.reason)
            return domain.take_out_of_service(alert, command.duration_s, permit, reason, now_ms)
        case ReturnAlertToService():
            return domain.return_to_service(alert, "hand", _reason(command.reason))
        case ResetAlert():
            return domain.reset(alert, paragraphs(command.comment, MAX_COMMENT_CHARS))


def _reason(text: str) -> str:
    return paragraphs(text, MAX_REASON_CHARS)


def _present(state: RoomState) -> set[str]:
    """Operators at a desk whose role may own an alert."""
    owners = {role.value for role in Role if "alert.take" in RIGHTS[role]}
    return {operator.user for operator in state.operators.values() if operator.role in owners}


def _wish(state: RoomState, command: OwnCommand, alert: Alert, user: str) -> Decision:
    match command:
        case AcknowledgeAlert():
            return domain.acknowledge(alert, paragraphs(command.comment, MAX_COMMENT_CHARS))
        case CommentAlert():
            return domain.comment(alert, paragraphs(command.comment, MAX_COMMENT_CHARS))
        case TakeAlert():
            return domain.take(alert, user, command.expected_owner)
        case ReleaseAlert():
            return domain.release(alert, user)
        case DispatchAlert():
            agencies = state.site.agencies if state.site is not None else ()
            note = paragraphs(command.note, MAX_COMMENT_CHARS)
            return domain.dispatch(alert, command.agency_id, note, agencies)
        case JudgeAlert():
            return domain.judge(alert, command.verdict, paragraphs(command.comment, MAX_COMMENT_CHARS))
        case HandOverAlert():
            text = paragraphs(command.comment, MAX_COMMENT_CHARS)
            return domain.hand_over(alert, user, command.colleague, text, _present(state))


def _room_wish(state: RoomState, command: RoomCommand, operator: SignedIn, now_ms: int) -> Decision:
    if isinstance(command, IncidentCommand):
        return incidents.decide(state, _clean(command), operator.user, now_ms)
    if isinstance(command, ShiftCommand):
        return shifts.decide(state, _clean(command), operator.user, now_ms)
    if isinstance(command, BeginCrisis | EndCrisis):
        return crisis.decide(state, _clean(command), operator.user, now_ms)
    match command:
        case PlaceMark():
            clean = command.model_copy(update={"text": paragraphs(command.text, MAX_COMMENT_CHARS)})
            return record.place_mark(state, clean, operator.user, operator.rights, now_ms)
        case RemoveMark():
            return record.remove_mark(state, command, operator.user, operator.rights)
        case HoldEvidence():
            return record.hold(state, command, operator.user, now_ms)
        case ReleaseEvidence():
            return record.release(state, command)
        case OrderExport():
            return record.order_export(state, command, now_ms)
        case ChangeExport():
            return record.change_export(state, command)
        case ActAtDesk():
            return (DeskActed(act=command.act, about=command.about),)
        case GotoPreset():
            return steering.goto_preset(state, command, operator.user, now_ms)


_LINES: Final = ("title", "what", "reason")
_PARAGRAPHS: Final = ("text", "remarks", "summary", "note", "comment")


def _clean(command: CleanT) -> CleanT:
    """With the words people wrote as the record takes them: plain, no hidden letters."""
    words = {name: getattr(command, name, None) for name in (*_LINES, *_PARAGRAPHS)}
    return command.model_copy(
        update={
            name: (plain if name in _LINES else paragraphs)(text, MAX_COMMENT_CHARS)
            for name, text in words.items()
            if isinstance(text, str)
        }
    )


def _record_of(command: Command, refusal: Refusal) -> CommandRefused:
    return CommandRefused(command=command.kind, about=subject(command), reason_code=refusal.code, reason=refusal.reason)


def _refused(command_id: str, refusal: Refusal) -> CommandResult:
    return CommandResult(command_id=command_id, accepted=False, reason_code=refusal.code, reason=refusal.reason)


def _answer_again(command: Command, operator: SignedIn, before: tuple[LoggedEvent, ...]) -> CommandResult:
    if before[0].actor != operator.user:
        # Ids are random: the same one from somebody else is a mistake or an attempt to read another's answer.
        return _refused(command.command_id, Refusal(RefusalCode.INVALID, "this command id was used by somebody else"))
    event = before[0].event
    if isinstance(event, CommandRefused):
        return CommandResult(
            command_id=command.command_id, accepted=False, reason_code=event.reason_code, reason=event.reason
        )
    return CommandResult(command_id=command.command_id, accepted=True)

"""What the operator asks for. Nothing is shown as done before the event it caused came back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from backend.contracts.alerts import Verdict
from backend.contracts.commands import (
    AcknowledgeAlert,
    ActAtDesk,
    AlertCommand,
    Command,
    CommentAlert,
    DispatchAlert,
    HandOverAlert,
    JudgeAlert,
    RefusalCode,
    ReleaseAlert,
    ReportCommand,
    ResetAlert,
    ReturnAlertToService,
    RoomCommand,
    ShelveAlert,
    StoryCommand,
    TakeAlert,
    TakeAlertOutOfService,
    UnshelveAlert,
    subject,
)
from backend.contracts.events import DeskAct, LoggedEvent
from backend.contracts.feed import CommandResult
from backend.contracts.meeting_commands import MeetingCommand

PendingState = Literal["pending", "accepted", "done", "rejected", "timed_out"]
AlertCommandKind = Literal[
    "alert.acknowledge",
    "alert.comment",
    "alert.take",
    "alert.release",
    "alert.dispatch",
    "alert.hand_over",
    "alert.shelve",
    "alert.unshelve",
    "alert.take_out_of_service",
    "alert.return_to_service",
    "alert.reset",
    "alert.judge",
]
RoomCommandKind = Literal[
    "mark.place",
    "mark.remove",
    "evidence.hold",
    "evidence.release",
    "evidence.export",
    "evidence.change_export",
    "desk.act",
    "camera.goto_preset",
    "incident.open",
    "incident.link",
    "incident.unlink",
    "incident.change",
    "incident.lead",
    "incident.move",
    "incident.note",
    "incident.start_sop",
    "incident.mark_step",
    "incident.ask_task",
    "incident.move_task",
    "incident.review",
    "shift.start",
    "shift.mark_task",
    "shift.note",
    "shift.draft",
    "shift.sign",
    "hotline.begin_crisis",
    "hotline.end_crisis",
]
ReportCommandKind = Literal[
    "report.move", "report.route", "report.note", "report.ask_extension", "report.decide_extension",
    "report.tell_apart", "report.decide_medium", "report.read",
]  # fmt: skip
StoryCommandKind = Literal["story.assign", "story.dismiss", "story.to_report"]
MeetingCommandKind = Literal[
    "meeting.plan", "meeting.replan", "meeting.attend", "meeting.move", "meeting.open_item", "meeting.show",
    "meeting.ask_floor", "meeting.give_floor", "meeting.open_vote", "meeting.cast", "meeting.take_ballot",
    "meeting.close_vote", "meeting.conclude", "meeting.note", "meeting.quiet",
]  # fmt: skip
CommandKind = AlertCommandKind | RoomCommandKind | ReportCommandKind | StoryCommandKind | MeetingCommandKind

_CLASSES: Final = {
    "alert.acknowledge": AcknowledgeAlert,
    "alert.comment": CommentAlert,
    "alert.take": TakeAlert,
    "alert.release": ReleaseAlert,
    "alert.dispatch": DispatchAlert,
    "alert.judge": JudgeAlert,
    "alert.hand_over": HandOverAlert,
    "alert.shelve": ShelveAlert,
    "alert.unshelve": UnshelveAlert,
    "alert.take_out_of_service": TakeAlertOutOfService,
    "alert.return_to_service": ReturnAlertToService,
    "alert.reset": ResetAlert,
}
KEPT: Final = 500
"""Finished commands that are still known, so that a late answer finds its command."""

translate = QCoreApplication.translate


class Pending(QObject):
    """One command under way.

    Attributes:
        kind: which command, e.g. "alert.acknowledge"; also the right it needs.
        about: id of what it is about: an alert, a mark, a hold, an export.
        alert_id: the alert it is about; "" when it is about something else.
        state: pending -> accepted -> done (its event came back), or rejected, or timed_out.
        reason: a sentence for a person when rejected or timed out.
    """

    changed = Signal()

    def __init__(self, command: Command, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kind: CommandKind = command.kind
        self.about = subject(command)
        self.alert_id = command.alert_id if isinstance(command, AlertCommand) else ""
        self.command_id = command.command_id
        self.state: PendingState = "pending"
        self.reason = ""

    @property
    def waiting(self) -> bool:
        """Not decided yet, or decided and its event not here yet."""
        return self.state in ("pending", "accepted")

    @property
    def failed(self) -> bool:
        return self.state in ("rejected", "timed_out")


class Commands(QObject):
    """Submits commands and follows each until its event is back; lives on the GUI thread.

    Args:
        send: hands a command to the link; False when there is no connection.
        timeout_s: without an answer, or without the event, for so long: told at the control.
        refusal: why this session takes no commands at all (replay), "" when it does.

    Signals:
        changed: a `Pending` that changed.
    """

    changed = Signal(object)

    def __init__(
        self,
        send: Callable[[Command], bool],
        timeout_s: float = 5.0,
        refusal: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._send = send
        self._timeout_ms = int(timeout_s * 1000)
        self._refusal = refusal
        self._by_id: dict[str, Pending] = {}
        self._by_alert: dict[str, Pending] = {}

    def acknowledge(self, alert_id: str, comment: str = "") -> Pending:
        return self.submit("alert.acknowledge", alert_id=alert_id, comment=comment)

    def comment(self, alert_id: str, comment: str) -> Pending:
        return self.submit("alert.comment", alert_id=alert_id, comment=comment)

    def take(self, alert_id: str, expected_owner: str) -> Pending:
        """Take the alert; `expected_owner` is whom this seat shows as its owner ("" = nobody)."""
        return self.submit("alert.take", alert_id=alert_id, expected_owner=expected_owner)

    def release(self, alert_id: str) -> Pending:
        return self.submit("alert.release", alert_id=alert_id)

    def dispatch(self, alert_id: str, agency_id: str, note: str = "") -> Pending:
        return self.submit("alert.dispatch", alert_id=alert_id, agency_id=agency_id, note=note)

    def judge(self, alert_id: str, verdict: Verdict, comment: str = "") -> Pending:
        """Say that there was something, or that the rule was wrong."""
        return self.submit("alert.judge", alert_id=alert_id, verdict=verdict, comment=comment)

    def hand_over(self, alert_id: str, colleague: str, comment: str = "") -> Pending:
        """Give one's own alert to a colleague who is at a desk."""
        return self.submit("alert.hand_over", alert_id=alert_id, colleague=colleague, comment=comment)

    def shelve(self, alert_id: str, duration_s: int, reason: str) -> Pending:
        return self.submit("alert.shelve", alert_id=alert_id, duration_s=duration_s, reason=reason)

    def unshelve(self, alert_id: str, reason: str = "") -> Pending:
        return self.submit("alert.unshelve", alert_id=alert_id, reason=reason)

    def take_out_of_service(self, alert_id: str, duration_s: int, permit: str, reason: str) -> Pending:
        fields = {"permit": permit, "reason": reason}
        return self.submit("alert.take_out_of_service", alert_id=alert_id, duration_s=duration_s, **fields)

    def return_to_service(self, alert_id: str, reason: str = "") -> Pending:
        return self.submit("alert.return_to_service", alert_id=alert_id, reason=reason)

    def reset(self, alert_id: str, comment: str = "") -> Pending:
        """Let go of a latched alert."""
        return self.submit("alert.reset", alert_id=alert_id, comment=comment)

    def act(self, act: DeskAct, about: str) -> Pending:
        """Tell the room what was done at this desk; `about` is cut to what the record takes."""
        return self.submit_room(ActAtDesk(command_id=new_id(), act=act, about=about[:200]))

    def submit(self, kind: AlertCommandKind, *, alert_id: str, **fields: str | int) -> Pending:
        """Send a command about an alert; the answer shows in the `Pending` that is returned.

        Raises:
            pydantic.ValidationError: a field is not what the command allows.
        """
        return self._submit(_CLASSES[kind](command_id=new_id(), alert_id=alert_id, **fields))

    def submit_room(self, command: RoomCommand | ReportCommand | StoryCommand | MeetingCommand) -> Pending:
        """Send a command that is about no alert: a mark, a hold, a report, a deed at the desk.

        It has a `command_id` of its own (`new_id`) and is followed like any other until its event is back.
        """
        return self._submit(command)

    def _submit(self, command: Command) -> Pending:
        pending = Pending(command, self)
        self._keep(pending)
        if self._refusal:
            self._set(pending, "rejected", self._refusal)
        elif not self._send(command):
            self._set(pending, "rejected", translate("Commands", "Not sent: there is no connection to the server"))
        else:
            QTimer.singleShot(self._timeout_ms, pending, lambda: self._time_out(pending))
            self.changed.emit(pending)
        return pending

    def latest(self, alert_id: str) -> Pending | None:
        """The newest command about this alert that is under way or failed."""
        return self._by_alert.get(alert_id)

    def waiting(self, alert_id: str, kind: CommandKind) -> bool:
        """A command of this kind is already under way for the alert."""
        return any(one.alert_id == alert_id and one.kind == kind and one.waiting for one in self._by_id.values())

    def dismiss(self, alert_id: str) -> None:
        """The operator has seen the refusal."""
        pending = self._by_alert.get(alert_id)
        if pending is not None and pending.failed:
            del self._by_alert[alert_id]
            self.changed.emit(pending)

    def take_result(self, result: CommandResult) -> None:
        """The server's answer. Called on the GUI thread."""
        pending = self._by_id.get(result.command_id)
        if pending is None or pending.state in ("done", "rejected"):
            return
        if result.accepted:
            self._set(pending, "accepted")
        else:
            self._set(pending, "rejected", refusal_words(result.reason_code, result.reason, bool(pending.alert_id)))

    def take_events(self, events: Sequence[LoggedEvent]) -> None:
        """Events that came back, after they were folded. Called on the GUI thread."""
        for logged in events:
            pending = self._by_id.get(logged.caused_by or "")
            if pending is not None and logged.event.kind != "command.refused" and pending.state != "rejected":
                if self._by_alert.get(pending.alert_id) is pending:
                    del self._by_alert[pending.alert_id]
                self._set(pending, "done")

    def link_lost(self) -> None:
        """Answers to what is under way cannot come any more; whether it was done shows when the link is back."""
        for pending in tuple(self._by_id.values()):
            if pending.waiting:
                words = translate("Commands", "The link was lost before the answer came")
                self._set(pending, "timed_out", words)

    def _keep(self, pending: Pending) -> None:
        self._by_id[pending.command_id] = pending
        if pending.alert_id:
            self._by_alert[pending.alert_id] = pending
        while len(self._by_id) > KEPT:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            if self._by_alert.get(oldest.alert_id) is oldest:
                del self._by_alert[oldest.alert_id]
            oldest.deleteLater()

    def _time_out(self, pending: Pending) -> None:
        if pending.waiting:
            words = translate("Commands", "No answer from the server within {seconds} s")
            self._set(pending, "timed_out", words.format(seconds=f"{self._timeout_ms / 1000:g}"))

    def _set(self, pending: Pending, state: PendingState, reason: str = "") -> None:
        pending.state = state
        pending.reason = reason
        pending.changed.emit()
        self.changed.emit(pending)


def new_id() -> str:
    """An id for a command, a mark, a hold or an export: 32 hexadecimal digits, never twice."""
    return uuid.uuid4().hex


def refusal_words(code: str, reason: str, about_alert: bool = True) -> str:
    """The server's refusal in the language of the seat; its own words where the code says too little."""
    words = {
        RefusalCode.NOT_ALLOWED: translate("Commands", "Your role does not allow this"),
        RefusalCode.NOT_FOUND: translate("Commands", "This alert is no longer open"),
        RefusalCode.WRONG_PHASE: translate("Commands", "The alert is already in another state"),
        RefusalCode.OWNER_CHANGED: translate("Commands", "Somebody else has taken it meanwhile"),
        RefusalCode.UNKNOWN_AGENCY: translate("Commands", "The site does not know this agency"),
        RefusalCode.UNKNOWN_OPERATOR: translate("Commands", "This colleague is not at a desk"),
        RefusalCode.TOO_LONG: translate("Commands", "Longer than the site allows for alerts of this priority"),
        RefusalCode.UNAVAILABLE: translate("Commands", "The server cannot store it now: {reason}"),
        RefusalCode.OPEN_WORK: translate("Commands", "Something is still open: {reason}"),
        RefusalCode.NEEDS_REASON: translate("Commands", "It needs a reason: {reason}"),
        RefusalCode.READ_ONLY: translate("Commands", "This session only shows; it takes no commands"),
        RefusalCode.INVALID: translate("Commands", "The server did not understand it: {reason}"),
    }
    if not about_alert:
        words[RefusalCode.NOT_FOUND] = translate("Commands", "It is not there any more: {reason}")
        words[RefusalCode.WRONG_PHASE] = translate("Commands", "It is already in another state: {reason}")
        words[RefusalCode.INVALID] = translate("Commands", "That is not possible: {reason}")
    known = words.get(RefusalCode(code)) if code in tuple(RefusalCode) else None
    if known is not None:
        return known.format(reason=reason)
    return reason or translate("Commands", "Refused without a reason")

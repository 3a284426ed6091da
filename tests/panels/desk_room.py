"""A seat for the panels' tests: a real session over the demonstration city, its wire end held by the test."""

from __future__ import annotations

from typing import Any, cast

from backend.contracts.alerts import Alert
from backend.contracts.commands import RIGHTS, Command, Role
from backend.contracts.events import AlertRaised, Event, LoggedEvent, SiteLoaded
from backend.contracts.feed import CommandResult
from backend.contracts.state import Delta, RoomState, apply
from console.commands.commands import Commands
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.session import Operator, Session
from console.timebase import WallClock, monotonic_s
from tests.panels.map_room import SiteDocuments, laocai


class Seat:
    """`sent` holds what the operator asked for; `happen` is the server's side of the wire, `log` what it recorded."""

    def __init__(self, role: Role = Role.DUTY_OFFICER, language: str = "vi", connected: bool = True) -> None:
        self.sent: list[Command] = []
        self.connected = connected
        self.log: list[LoggedEvent] = []
        self.clock = WallClock()
        self.state = RoomState(epoch="test")
        self.link = LinkModel()
        self.link.linked()
        self.link.heard(monotonic_s())
        self.commands = Commands(self._send)
        self.session = Session(
            clock=self.clock,
            state=self.state,
            alerts=AlertModel(self.state, language),
            readings=ReadingStore(self.clock),
            link=self.link,
            commands=self.commands,
            history=SiteDocuments(),
            video=cast(Any, None),
            preferences=Preferences(),
            language=language,
        )
        self.session.operator = Operator("an.tran", "Trần An", role, frozenset(RIGHTS[role]))
        self.happen(SiteLoaded(site=laocai()))

    def _send(self, command: Command) -> bool:
        self.sent.append(command)
        return self.connected

    def happen(self, *events: Event, caused_by: str | None = None, actor: str = "") -> None:
        """Fold these events and tell the session, as one batch of the feed."""
        merged, logged_events = Delta(), []
        for event in events:
            logged = LoggedEvent(
                seq=self.state.seq + 1,
                at_ms=self.clock.now_ms(),
                actor=actor,
                caused_by=caused_by,
                origin="",
                event=event,
            )
            merged.merge(apply(self.state, logged))
            logged_events.append(logged)
        self.log += logged_events  # the server has them before the seat does
        self.session.alerts.take(merged)
        self.session.changed.emit(merged)
        self.commands.take_events(logged_events)
        self.session.folded.emit(tuple(logged_events))

    def raise_alerts(self, *alerts: Alert) -> None:
        self.happen(*[AlertRaised(alert=alert) for alert in alerts])

    def refuse(self, code: str, reason: str = "") -> None:
        """The server refuses the newest command."""
        self.commands.take_result(
            CommandResult(command_id=self.sent[-1].command_id, accepted=False, reason_code=code, reason=reason)
        )

    def grant(self, event: Event) -> None:
        """The server takes the newest command and its event comes back."""
        command_id = self.sent[-1].command_id
        self.commands.take_result(CommandResult(command_id=command_id, accepted=True))
        self.happen(event, caused_by=command_id, actor="an.tran")

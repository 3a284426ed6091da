"""A desk of citizens' reports for the panels' tests: the server's side decides by the real rules."""

from __future__ import annotations

from typing import Any

from backend.contracts import commands as cmd
from backend.contracts import report_events as rev
from backend.contracts.commands import RIGHTS, Role
from backend.contracts.events import Event
from backend.contracts.reports import Clock, Report
from backend.domain import report_life
from backend.domain.alerts import Refusal
from backend.domain.report_life import Move, Target
from backend.domain.working_time import around_the_clock
from console.models.report_card import seat_side
from console.models.session import Operator
from tests.panels.desk_room import Seat

NOW_MS = 1_795_316_535_000
HOUR_MS = 3_600_000
COMMUNE = "02647"


def report(number: int, **more: Any) -> Report:
    base = {
        "report_id": f"PA-{number:06d}", "number": number, "code": f"PA-{number:06d}", "channel": "app",
        "category_id": "rac-thai", "flow": "timed", "title": f"Rác đổ trộm số {number}", "received_ms": NOW_MS,
        "changed_ms": NOW_MS, "commune_code": COMMUNE, "lat_deg": 22.49, "lon_deg": 103.97,
    }  # fmt: skip
    return Report.model_validate({**base, **more})


def came(number: int, **more: Any) -> Event:
    one = report(number, **more)
    return rev.ReportReceived(report=one, text=one.title)


def routed(number: int, due_h: float, chief: str = "moi-truong-do-thi") -> Event:
    due_ms = NOW_MS + round(due_h * HOUR_MS)
    clock = Clock(allowed_ms=24 * HOUR_MS, due_ms=due_ms, near_ms=due_ms - 4 * HOUR_MS)
    return rev.ReportRouted(report_id=f"PA-{number:06d}", chief=chief, clock=clock)


class Desk(Seat):
    """A seat whose server decides by the real rules."""

    def __init__(self, role: Role = Role.DUTY_OFFICER, agency: str = "") -> None:
        super().__init__(role)
        self.session.operator = Operator("an.tran", "Trần An", role, frozenset(RIGHTS[role]), agency)

    def state_of(self, number: int) -> str:
        return self.state.reports[f"PA-{number:06d}"].state

    def answer(self) -> str:
        """What the server makes of the newest command; its refusal in words."""
        command = self.sent[-1]
        assert isinstance(command, cmd.ReportCommand)
        one = self.state.report(command.report_id)
        assert one is not None
        always, now_ms = around_the_clock(420), self.clock.now_ms()
        match command:
            case cmd.MoveReport():
                wish = Move(command.state, command.reason, command.text, (), command.duplicate_of)
                side = seat_side(self.session, one)
                assert side is not None
                decided = report_life.move(one, wish, side, always, now_ms)
            case cmd.RouteReport():
                target = Target(command.chief or "pccc")
                decided = report_life.route(one, target, ("pccc", "csgt"), command.reason, always, now_ms)
            case cmd.NoteReport():
                decided = report_life.note(one, command.audience, command.text, "room")
            case cmd.AskReportExtension():
                more_ms = command.more_min * 60_000
                decided = report_life.ask_extension(one, more_ms, command.reason, "an.tran", now_ms)
            case cmd.DecideReportExtension():
                decided = report_life.decide_extension(one, command.granted, command.reason, always, now_ms)
            case cmd.TellReportsApart():
                decided = report_life.tell_apart(one, command.other_id, "room")
            case cmd.DecideReportMedium():
                decided = report_life.decide_medium(one, command.digest, command.public, (command.digest,), "room")
            case cmd.ReadReport():
                decided = report_life.read(one, command.text, leader=True)
        if isinstance(decided, Refusal):
            self.refuse(decided.code, decided.reason)
            return decided.reason
        self.happen(*decided, caused_by=command.command_id, actor="an.tran")
        return ""

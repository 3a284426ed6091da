"""Files what an officer took down: at a call, at the counter, on the telephone. Nothing is filed before the room says
so: its event is waited for, then its pictures go to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QCoreApplication, QObject, Signal

from backend.contracts.hotline import CallTicket
from backend.contracts.report_doors import Identity, Likeness, Likenesses, ReportEntry
from backend.contracts.reports import Medium, Report
from backend.contracts.state import Delta
from console.commands.commands import new_id
from console.models.session import Session
from console.models.ticket_fields import CHANNEL, NAME, PHONE, body_of, refused_field

translate = QCoreApplication.translate


class TicketHand(QObject):
    """One ticket at a time, from `begin` to its report.

    Signals:
        told: (words, whether it failed).
        refused: (key of the field, words): the server found a field wrong.
        filed: id of the report, once its event is here.
        likely: others that may be about the same, the likeliest first.
    """

    told = Signal(str, bool)
    refused = Signal(str, str)
    filed = Signal(str)
    likely = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.call_id = ""
        self.files: list[Path] = []
        self._ticket_id = new_id()
        self._awaited = ""
        self._sent = False
        self._compared = 0
        session.changed.connect(self._room_changed)

    @property
    def busy(self) -> bool:
        """It is on its way: sent again it would be the same one, changed it would be lost."""
        return self._sent

    def begin(self, call_id: str) -> None:
        """A ticket of this call, "" = of nobody's call: at the counter. What was not filed is given up."""
        self.call_id = call_id
        self.files = []
        self._ticket_id = new_id()
        self._awaited, self._sent = "", False
        self._compared += 1

    def file(self, value: Callable[[str], str]) -> None:
        """Send it. After a refusal the same ticket may be sent again: it is taken once."""
        server = self._session.server
        if self._sent:
            return
        if server is None or self._session.clock.replaying:
            self.told.emit(translate("Ticket", "✕ Reports are filed in the live room only."), True)
            return
        self._sent = True
        ticket_id = self._ticket_id
        self.told.emit(translate("Ticket", "Sent, waiting for the server…"), False)
        path, body = self._message(value)
        server.ask(path, {}, Report, partial(self._answered, ticket_id), partial(self._failed, ticket_id), body)

    def compare(self, value: Callable[[str], str]) -> None:
        """Ask for others that may be about the same as what stands in the form now."""
        server = self._session.server
        self._compared += 1
        if server is None or self._session.clock.replaying or not self._session.may("report.file"):
            return
        body = ReportEntry.model_validate({"channel": "walk_in", **body_of(value, self._session.state.crisis)})
        asked = self._compared
        server.ask(
            "/api/v1/reports/similar",
            {},
            Likenesses,
            partial(self._compared_with, asked),
            lambda why: None,
            body,
        )

    def _message(self, value: Callable[[str], str]) -> tuple[str, CallTicket | ReportEntry]:
        body = {"ticket_id": self._ticket_id, **body_of(value, self._session.state.crisis)}
        if self.call_id:
            door = f"/api/v1/hotline/calls/{quote(self.call_id, safe='')}/report"
            return door, CallTicket.model_validate(body)
        who = Identity(first_name=value(NAME), phone=value(PHONE))
        body |= {"channel": value(CHANNEL) or "walk_in", "who": who}
        return "/api/v1/reports", ReportEntry.model_validate(body)

    # -- what became of it ------------------------------------------------------------------------------------------

    def _answered(self, ticket_id: str, report: Report) -> None:
        if ticket_id == self._ticket_id:
            self._awaited = report.report_id
            self._look()

    def _failed(self, ticket_id: str, reason: str) -> None:
        if ticket_id != self._ticket_id:
            return
        self._sent = False
        field, words = refused_field(reason)
        if field:
            self.refused.emit(field, words)
        self.told.emit(f"✕ {words if field else reason}", True)

    def _room_changed(self, delta: Delta) -> None:
        if self._awaited and (delta.reset or self._awaited in delta.reports):
            self._look()

    def _look(self) -> None:
        if self._session.state.report(self._awaited) is None:
            return
        report_id, files = self._awaited, tuple(self.files)
        self.begin("")
        words = translate("Ticket", "Report {code} was filed").format(code=report_id)
        self.told.emit(words, False)
        self.filed.emit(report_id)
        self._attach(report_id, words, files, 0)

    def _attach(self, report_id: str, filed: str, files: Sequence[Path], number: int) -> None:
        """The pictures, one after the other."""
        door = self._session.files
        if not files:
            return
        if door is None:
            self.told.emit(f"{filed} · ✕ " + translate("Ticket", "Pictures cannot be sent here."), True)
            return
        if number == len(files):
            words = translate("Ticket", "{count} pictures attached").format(count=number)
            self.told.emit(f"{filed} · {words}", False)
            return
        words = translate("Ticket", "picture {number} of {count} is being sent…")
        self.told.emit(f"{filed} · {words.format(number=number + 1, count=len(files))}", False)

        def done(_medium: Medium) -> None:
            self._attach(report_id, filed, files, number + 1)

        def failed(why: str) -> None:
            refused = translate("Ticket", "{file} is not attached: {why}").format(file=files[number].name, why=why)
            self.told.emit(f"{filed} · ✕ {refused}", True)

        query = {"report": report_id, "stage": "report"}
        door.upload("/api/v1/media", query, files[number], Medium, lambda sent, size: None, done, failed)

    def _compared_with(self, asked: int, found: Likenesses) -> None:
        if asked == self._compared:
            likely: tuple[Likeness, ...] = found.likely
            self.likely.emit(likely)

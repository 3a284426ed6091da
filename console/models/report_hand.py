"""The hand of a report's card: what it asks of the server, one thing at a time, and what became of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication, QObject, Signal

from backend.contracts import commands as cmd
from backend.contracts.reports import Medium, ReportState
from console.commands.commands import Pending, new_id
from console.models.numbers import format_number
from console.models.session import Session

translate = QCoreApplication.translate

Audience = Literal["inside", "citizen"]
Stage = Literal["report", "before", "after"]
_MB: Final = 1_000_000


class ReportHand(QObject):
    """Of one report at a time. Nothing is done before its event came back.

    Signals:
        told: (words, failed) what became of the newest wish; no words = it is done.
    """

    told = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pending: Pending | None = None
        self._sending = ""
        self.report_id = ""
        session.commands.changed.connect(self._command_changed)

    def take(self, report_id: str) -> None:
        """Another report is worked on; what was asked for the one before is on its way all the same."""
        self.report_id = report_id
        self._pending = None
        self.told.emit("", False)

    def move(self, state: ReportState, reason: str = "", text: str = "", duplicate_of: str = "") -> None:
        self._submit(
            cmd.MoveReport(
                command_id=new_id(),
                report_id=self.report_id,
                state=state,
                reason=reason[:500],
                text=text,
                duplicate_of=duplicate_of,
            )
        )

    def route(self, reason: str, chief: str, partners: tuple[str, ...] = ()) -> None:
        """`chief` "" = as the site's rules say."""
        self._submit(
            cmd.RouteReport(
                command_id=new_id(), report_id=self.report_id, chief=chief, partners=partners, reason=reason[:500]
            )
        )

    def note(self, audience: Audience, text: str) -> None:
        self._submit(cmd.NoteReport(command_id=new_id(), report_id=self.report_id, audience=audience, text=text))

    def ask_more(self, words: str) -> None:
        """More time, said as "24 waiting for parts"."""
        hours, _, reason = words.partition(" ")
        if not hours.isdecimal() or not 0 < int(hours) <= 1600 or not reason.strip():
            right = translate("ReportCard", "Hours as a whole number first, then why: 24 waiting for parts")
            self.told.emit(f"✕ {right}", True)
            return
        self._submit(
            cmd.AskReportExtension(
                command_id=new_id(), report_id=self.report_id, more_min=int(hours) * 60, reason=reason.strip()[:500]
            )
        )

    def decide_time(self, granted: bool, reason: str = "") -> None:
        self._submit(
            cmd.DecideReportExtension(
                command_id=new_id(), report_id=self.report_id, granted=granted, reason=reason[:500]
            )
        )

    def show_to_everybody(self, digest: str, public: bool) -> None:
        self._submit(
            cmd.DecideReportMedium(command_id=new_id(), report_id=self.report_id, digest=digest, public=public)
        )

    def read(self, text: str = "") -> None:
        """The leader's receipt."""
        self._submit(cmd.ReadReport(command_id=new_id(), report_id=self.report_id, text=text[:500]))

    def attach(self, file: Path, stage: Stage) -> None:
        """Send a picture or film; it is seen on the card when its event came back."""
        if self._session.files is None or self._sending:
            busy = translate("ReportCard", "{file} is still being sent.").format(file=self._sending)
            here = translate("ReportCard", "Nothing can be attached here.")
            self.told.emit(f"✕ {busy if self._sending else here}", True)
            return
        self._sending, report_id = file.name, self.report_id
        self._sent(report_id, 0, 0)
        self._session.files.upload(
            "/api/v1/media",
            {"report": report_id, "stage": stage},
            file,
            Medium,
            partial(self._sent, report_id),
            partial(self._attached, report_id),
            partial(self._not_attached, report_id),
        )

    # -- what became of it ----------------------------------------------------------------------------------------

    def _sent(self, report_id: str, sent: int, size: int) -> None:
        language = self._session.language
        words = translate("ReportCard", "{file} is being sent…")
        if size and sent >= size:
            words = translate("ReportCard", "{file} is sent; the server looks at it…")
        elif size:
            words = translate("ReportCard", "{file} is being sent: {sent} of {size} MB")
        mega = [format_number(count / _MB, 1, language) for count in (sent, size)]
        self._tell_of(report_id, words.format(file=self._sending, sent=mega[0], size=mega[1]), False)

    def _attached(self, report_id: str, _medium: Medium) -> None:
        self._sending = ""
        self._tell_of(report_id, "", False)

    def _not_attached(self, report_id: str, why: str) -> None:
        words = translate("ReportCard", "{file} is not attached: {why}").format(file=self._sending, why=why)
        self._sending = ""
        self._tell_of(report_id, f"✕ {words}", True)

    def _tell_of(self, report_id: str, words: str, failed: bool) -> None:
        if report_id == self.report_id:
            self.told.emit(words, failed)

    def _submit(self, command: cmd.ReportCommand) -> None:
        """One command at a time: a key held down does not send it again."""
        if not self._session.may(command.kind) or (self._pending is not None and self._pending.waiting):
            return
        self._pending = self._session.commands.submit_room(command)
        self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is not self._pending:
            return
        if pending.waiting:
            self.told.emit(translate("ReportCard", "Sent, waiting for the server…"), False)
        else:
            self.told.emit(f"✕ {pending.reason}" if pending.failed else "", pending.failed)

"""The hand that enters figures: one form or one workbook at a time, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from backend.contracts.events import IndicatorsEntered, LoggedEvent
from backend.contracts.indicators import CellProblem, FigureEntry, FigureForm, ImportAnswer
from console.models.session import Session

translate = QCoreApplication.translate

DOOR: Final = "/api/v1/indicators"
HEARD_MOST: Final = 50


class IndicatorHand(QObject):
    """Nothing is told as entered before its event came back.

    Attributes:
        entry: what the form sent last.
        busy, sheet_busy: the form's figure, a workbook is on its way.

    Signals:
        told: (words, failed) of the form.
        refused: the `CellProblem`s of the form's figure, a tuple.
        entered: the form's figure is in the room.
        sheet_told: (words, failed) of a workbook.
        sheet_refused: the `CellProblem`s of a workbook, a tuple; () = a new one is being sent.
        sheet_read: the cells of one that is entered which could have been read in another way, a tuple likewise.
    """

    told = Signal(str, bool)
    refused = Signal(object)
    entered = Signal()
    sheet_told = Signal(str, bool)
    sheet_refused = Signal(object)
    sheet_read = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waits: dict[bool, tuple[int, str]] = {}
        """Of a workbook, or of the form: the event that has to come, and what is said then."""
        self._revisions: dict[int, tuple[int, int]] = {}
        """Least and largest revision by event; an event may be here before the answer that names it."""
        self._unsure: tuple[CellProblem, ...] = ()
        self.entry: FigureEntry | None = None
        self.busy = False
        self.sheet_busy = False
        session.folded.connect(self._heard)
        session.changed.connect(lambda delta: self._look())

    # -- the form -------------------------------------------------------------------------------

    def enter(self, entry: FigureEntry) -> None:
        """One at a time: a key held down does not send it again."""
        server = self._session.server
        if self.busy or server is None or not self._session.may("indicator.enter"):
            return
        self.busy, self.entry = True, entry
        self.told.emit(translate("IndicatorEntry", "Sent, waiting for the server…"), False)
        form = FigureForm(values=[entry])
        server.ask(f"{DOOR}/values", {}, ImportAnswer, self._answered, self._failed, form)

    def _answered(self, answer: ImportAnswer) -> None:
        if answer.problems:
            self.busy = False
            self.told.emit(translate("IndicatorEntry", "✕ Nothing was entered"), True)
            self.refused.emit(answer.problems)
        elif answer.seq is None:
            self.busy = False
            self.told.emit(translate("IndicatorEntry", "The same figure stands there already"), False)
        else:
            assert self.entry is not None, "it was asked for"
            words = translate("IndicatorEntry", "✓ {code} {period} entered")
            self._wait(False, answer.seq, words.format(code=self.entry.code, period=self.entry.period))

    def _failed(self, why: str) -> None:
        self.busy = False
        self.told.emit(translate("IndicatorEntry", "✕ Not entered: {why}").format(why=why), True)

    # -- a workbook -----------------------------------------------------------------------------

    def send(self, file: Path) -> None:
        files = self._session.files
        if self.sheet_busy or files is None or not self._session.may("indicator.enter"):
            return
        self.sheet_busy = True
        self.sheet_refused.emit(())
        words = translate("IndicatorEntry", "{file} is being sent…").format(file=file.name)
        self.sheet_told.emit(words, False)

        def answered(answer: ImportAnswer) -> None:
            self._sheet_answered(file.name, answer)

        def failed(why: str) -> None:
            self.sheet_busy = False
            words = translate(
                "IndicatorEntry", "✕ {file}: nothing was imported, what stood before stands. {why}"
            ).format(file=file.name, why=why)
            self.sheet_told.emit(words, True)

        files.upload(
            f"{DOOR}/sheet", {"name": file.name[:200]}, file, ImportAnswer, lambda *sent: None, answered, failed
        )

    def _sheet_answered(self, name: str, answer: ImportAnswer) -> None:
        if answer.problems:
            self.sheet_busy = False
            words = translate(
                "IndicatorEntry",
                "✕ {file}: {count} wrong cells. Nothing was imported; what stood before stands.",
            )
            self.sheet_told.emit(words.format(file=name, count=len(answer.problems)), True)
            self.sheet_refused.emit(answer.problems)
        elif answer.seq is None:
            self.sheet_busy = False
            words = translate("IndicatorEntry", "{file}: all {count} figures stand there already")
            self.sheet_told.emit(words.format(file=name, count=answer.unchanged), False)
        else:
            self._unsure = answer.told
            words = translate(
                "IndicatorEntry",
                "✓ {file}: {entered} figures entered, {unchanged} stood there already, {derived} computed from them",
            )
            self._wait(
                True,
                answer.seq,
                words.format(file=name, entered=answer.entered, unchanged=answer.unchanged, derived=answer.derived),
            )

    def fetch_template(self, file: Path) -> None:
        server = self._session.server
        if server is None:
            return
        server.download(
            f"{DOOR}/sheet/template.xlsx",
            file,
            lambda path: self.sheet_told.emit(
                translate("IndicatorEntry", "✓ The template lies in {file}").format(file=path), False
            ),
            lambda why: self.sheet_told.emit(
                translate("IndicatorEntry", "✕ The template cannot be fetched: {why}").format(why=why), True
            ),
        )

    # -- what came back -------------------------------------------------------------------------

    def _wait(self, of_sheet: bool, seq: int, words: str) -> None:
        self._waits[of_sheet] = (seq, words)
        self._look()

    def _heard(self, events: Sequence[LoggedEvent]) -> None:
        for logged in events:
            if isinstance(logged.event, IndicatorsEntered) and logged.event.figures:
                revisions = [one.revision for one in logged.event.figures]
                self._revisions[logged.seq] = (min(revisions), max(revisions))
                if len(self._revisions) > HEARD_MOST:
                    del self._revisions[next(iter(self._revisions))]
        self._look()

    def _look(self) -> None:
        for of_sheet, (seq, words) in list(self._waits.items()):
            revisions = self._revisions.get(seq)
            reset = self._session.state.seq > seq  # a snapshot came in the place of the event
            if revisions is None and not reset:
                continue
            del self._waits[of_sheet]
            if revisions is not None:
                words = f"{words}, {_revision_words(*revisions)}"
            if of_sheet:
                self.sheet_busy = False
                self.sheet_told.emit(words, False)
                self.sheet_read.emit(self._unsure)
            else:
                self.busy = False
                self.told.emit(words, False)
                self.entered.emit()


def _revision_words(least: int, most: int) -> str:
    if least == most:
        return translate("IndicatorEntry", "revision {number}").format(number=least)
    return translate("IndicatorEntry", "revisions {least} to {most}").format(least=least, most=most)


def by_field(problems: tuple[CellProblem, ...]) -> dict[str, CellProblem]:
    """The first problem of each field of the form; "" = of none of them."""
    found: dict[str, CellProblem] = {}
    for one in problems:
        found.setdefault(one.entry_field, one)
    return found

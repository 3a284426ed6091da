"""The shift: who is on duty, what is to be done until when, and the hand-over to the next one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from backend.contracts.commands import DraftHandover, MarkShiftTask, NoteShift, RoomCommand, SignHandover, StartShift
from backend.contracts.shifts import Turn, Watch, due_ms, roster, tasks_of, team_of, turns_at
from backend.contracts.state import Delta
from console.commands.commands import new_id
from console.models.numbers import format_time
from console.models.session import Session
from console.models.word_rows import Row, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where

LOOK_EVERY_MS: Final = 500
ROSTER_TURNS: Final = 5
"""The turn that runs and the next ones."""


class ShiftPanel(Panel):
    """From the room's state alone, so that it replays. Enter: done; Delete: skipped, the field says why."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = Rows(self._headings, (), self)
        self.turns = Rows(self._turn_headings, (), self)
        self._build()
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._tell)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._tell)
        self._timer.start()
        self._tell()

    def _headings(self) -> list[str]:
        return [self.tr("State"), self.tr("Due"), self.tr("Task"), self.tr("By"), self.tr("Remark")]

    def _turn_headings(self) -> list[str]:
        return [self.tr("Roster"), self.tr("From"), self.tr("To"), self.tr("Team"), self.tr("On duty")]

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        self._head, self._sheet, self._said = QLabel(self), QLabel(self), QLabel(self)
        for label in (self._head, self._sheet, self._said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.table = RowTable(self.model, (2, 4), self)
        self.table.activated.connect(lambda index: self.mark("done"))
        QShortcut(Qt.Key.Key_Delete, self.table, lambda: self.mark("skipped"))
        self.roster = RowTable(self.turns, (4,), self)
        self.roster.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        heading = self.roster.horizontalHeader().sizeHint().height()
        self.roster.setFixedHeight(heading + ROSTER_TURNS * tokens.ROW_PX + tokens.GRID_PX)
        self.text = QLineEdit(self)
        self.text.setPlaceholderText(self.tr("Note, reason for skipping, or remarks for the hand-over"))
        self.position = QComboBox(self)
        self.buttons = {
            "start": QPushButton(self.tr("Sign on"), self),
            "done": QPushButton(self.tr("Task done"), self),
            "skipped": QPushButton(self.tr("Skip task"), self),
            "note": QPushButton(self.tr("Note"), self),
            "draft": QPushButton(self.tr("Draft sheet"), self),
            "sign": QPushButton(self.tr("Sign sheet"), self),
            "save": QPushButton(self.tr("Save sheet…"), self),
        }
        deeds = {
            "start": self.start, "done": lambda: self.mark("done"), "skipped": lambda: self.mark("skipped"),
            "note": self.note, "draft": self.draft, "sign": self.sign, "save": self._ask_where,
        }  # fmt: skip
        row = QHBoxLayout()
        row.addWidget(self.position)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda checked=False, deed=deeds[name]: deed())
            row.addWidget(button)
        column.addWidget(self._head)
        column.addWidget(self.roster)
        column.addWidget(self.table, 1)
        column.addWidget(self._sheet)
        column.addWidget(self.text)
        column.addLayout(row)
        column.addWidget(self._said)
        self.setFocusProxy(self.table)

    # -- what is shown -----------------------------------------------------------------------------------------

    def turn(self) -> Turn | None:
        """The watch that one may sign on to: the one that began last."""
        site = self._session.state.site
        if site is None:
            return None
        found = turns_at(site.shifts, self._session.clock.now_ms(), site.utc_offset_min)
        return found[-1] if found else None

    def watch(self) -> Watch | None:
        """The newest watch that was not handed over, else the newest."""
        watches = list(self._session.state.watches.values())
        return next((one for one in watches if not one.is_signed), watches[-1] if watches else None)

    def _room_changed(self, delta: Delta) -> None:
        self._tell()

    def _tell(self) -> None:
        site, watch, turn, name = self._session.state.site, self.watch(), self.turn(), self._session.local_name
        if site is None or not site.shifts.shifts:
            self._head.setText(self.tr("This site keeps no shifts (shifts.toml)."))
            return
        offset_min, now_ms = site.utc_offset_min, self._session.clock.now_ms()
        positions = {one.position_id: name(one.name_vi, one.name_en) for one in site.shifts.positions}
        if self.position.count() != len(positions):
            self.position.clear()
            for key, words in positions.items():
                self.position.addItem(words, key)
        if watch is None:
            self._head.setText(self.tr("Nobody is signed on. Choose a position and sign on."))
            if turn is not None:
                waits = self.tr("{shift}: nobody is signed on. Choose a position and sign on.")
                self._head.setText(waits.format(shift=name(turn.shift.name_vi, turn.shift.name_en)))
        else:
            team = team_of(site.shifts, watch.watch_id)
            head = [name(watch.shift.name_vi, watch.shift.name_en)]
            head += [name(team.name_vi, team.name_en)] if team is not None else []
            head += [
                f"{positions.get(x.position_id, x.position_id)}: {x.user} ({format_time(x.since_ms, offset_min)})"
                for x in watch.crew
            ]
            self._head.setText(" · ".join(head))
        current = self.table.currentIndex().row()
        self.turns.show_rows(self._roster_rows(now_ms, offset_min, positions))
        self.model.show_rows(self._rows(watch, now_ms, offset_min) if watch else self._coming_rows(turn, offset_min))
        if current >= 0:
            self.table.selectRow(current)
        self._sheet.setText(self._sheet_words(watch, offset_min))
        open_watch = watch is not None and not watch.is_signed
        able = {
            "start": turn is not None,
            "save": watch is not None and bool(watch.sheet_seq),
            "note": watch is not None,
        }
        able |= {"sign": open_watch and watch is not None and watch.sheet is not None}
        for key, button in self.buttons.items():
            button.setEnabled(able.get(key, open_watch) and (key == "save" or self._session.may("shift.note")))

    def _rows(self, watch: Watch | None, now_ms: int, offset_min: int) -> list[Row]:
        words = {
            "done": self.tr("✓ done"), "skipped": self.tr("– skipped"), "overdue": self.tr("▲ overdue"),
            "open": self.tr("○ open"),
        }  # fmt: skip
        rows = []
        for task in watch.tasks if watch is not None else ():
            state = watch.task_state(task, now_ms) if watch is not None else "open"
            mark = watch.marks.get(task.task_id) if watch is not None else None
            due = format_time(due_ms(watch, task), offset_min) if watch is not None else ""
            name = self._session.local_name(task.words_vi, task.words_en)
            cells = (words[state], due, name, mark.who if mark else "", mark.text if mark else "")
            rows.append(Row(cells, "far_over" if state == "overdue" else "none", 0, task.task_id))
        return rows

    def _coming_rows(self, turn: Turn | None, offset_min: int) -> list[Row]:
        """What will be asked of who signs on."""
        site = self._session.state.site
        if site is None or turn is None:
            return []
        rows = []
        for task in tasks_of(site.shifts.tasks, turn.shift.shift_id):
            due = format_time(due_ms(turn, task), offset_min)
            rows.append(Row(("", due, self._session.local_name(task.words_vi, task.words_en), "", "")))
        return rows

    def _roster_rows(self, now_ms: int, offset_min: int, positions: Mapping[str, str]) -> list[Row]:
        """The turn that runs and the next ones: whose they are, and who has signed on."""
        state, name = self._session.state, self._session.local_name
        assert state.site is not None
        rows = []
        for turn in roster(state.site.shifts, now_ms, offset_min, ROSTER_TURNS):
            team, watch = team_of(state.site.shifts, turn.watch_id), state.watches.get(turn.watch_id)
            runs = turn.begins_ms <= now_ms
            crew = (
                [f"{one.user} ({positions.get(one.position_id, one.position_id)})" for one in watch.crew]
                if watch
                else []
            )
            nobody = self.tr("nobody yet") if runs else ""
            cells = (
                ("▶ " if runs else "") + name(turn.shift.name_vi, turn.shift.name_en),
                format_time(turn.begins_ms, offset_min, with_date=True),
                format_time(turn.ends_ms, offset_min, with_date=True),
                name(team.name_vi, team.name_en) if team is not None else "–",
                ", ".join(crew) or nobody,
            )
            rows.append(Row(cells, "far_over" if runs and not crew else "none", 4))
        return rows

    def _sheet_words(self, watch: Watch | None, offset_min: int) -> str:
        lines = [f"{format_time(one.at_ms, offset_min)}  {one.who}: {one.text}" for one in watch.notes] if watch else []
        if watch is not None and watch.sheet is not None:
            words = self.tr("Sheet of {time}: {open} alerts open, {incidents} incidents")
            lines.append(words.format(time=format_time(watch.sheet.made_ms, offset_min), open=watch.sheet.open_count,
                                      incidents=len(watch.sheet.incidents)))  # fmt: skip
        if watch is not None and watch.leaving is not None:
            lines.append(self.tr("Leaving officer signed: {user}").format(user=watch.leaving.user))
        if watch is not None and watch.coming is not None:
            lines.append(self.tr("Coming officer signed: {user}").format(user=watch.coming.user))
        return "\n".join(lines[-12:])

    # -- what is done ------------------------------------------------------------------------------------------

    def start(self) -> None:
        turn = self.turn()
        if turn is not None:
            position = str(self.position.currentData())
            self._send(StartShift(command_id=new_id(), watch_id=turn.watch_id, position_id=position))

    def mark(self, state: Literal["done", "skipped"]) -> None:
        watch, row = self.watch(), self.table.currentIndex().row()
        if watch is not None and 0 <= row < len(watch.tasks) and self._session.may("shift.mark_task"):
            key, text = watch.tasks[row].task_id, self.text.text().strip()[:500]
            self._send(MarkShiftTask(command_id=new_id(), watch_id=watch.watch_id, task_id=key, state=state, text=text))

    def note(self) -> None:
        watch, text = self.watch(), self.text.text().strip()
        if watch is not None and text:
            self._send(NoteShift(command_id=new_id(), watch_id=watch.watch_id, text=text[:2000]))

    def draft(self) -> None:
        watch = self.watch()
        if watch is not None:
            remarks = self.text.text().strip()[:2000]
            self._send(DraftHandover(command_id=new_id(), watch_id=watch.watch_id, remarks=remarks))

    def sign(self) -> None:
        watch = self.watch()
        if watch is not None and watch.digest:
            self._send(SignHandover(command_id=new_id(), watch_id=watch.watch_id, digest=watch.digest))

    def _send(self, command: RoomCommand) -> None:
        pending = self._session.commands.submit_room(command)

        def followed() -> None:
            if isValid(self):
                self._said.setText(pending.reason if pending.failed else "")
                if pending.state == "done":
                    self.text.clear()

        pending.changed.connect(followed)
        followed()

    def _ask_where(self) -> None:
        watch = self.watch()
        if watch is None:
            return
        name = f"giao-ca-{watch.watch_id.replace('.', '-')}.pdf"
        ask_where(
            self,
            self.tr("Hand-over sheet"),
            name,
            ("PDF (*.pdf)", "HTML (*.html)"),
            lambda path: self.save_sheet(watch.watch_id, path),
        )

    def save_sheet(self, watch_id: str, path: Path) -> None:
        """Fetch the sheet as what the file's name says it is: a page for .html, else a PDF."""
        ending = "html" if path.suffix.lower() in (".html", ".htm") else "pdf"
        server = self._session.server
        if server is not None:
            door = f"/api/v1/shifts/{watch_id}/handover.{ending}"
            server.download(door, path, lambda file: self._said.setText(str(file)), self._said.setText)


SPEC = PanelSpec("shift", str(QT_TRANSLATE_NOOP("Panels", "Shift")), ShiftPanel, frozenset({"state"}))

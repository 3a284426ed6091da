"""The procedure editor: a form over the file, checked by the backend's own rules, saved as a new version."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QModelIndex, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from backend.contracts.kinds.incidents import INCIDENT_CATEGORIES
from backend.contracts.sop import Sop, SopAnswer, SopText
from backend.contracts.state import Delta
from console.models.incident_words import category_name, sop_title
from console.models.procedures import StepsModel, next_text
from console.models.session import Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.row_table import RowTable

CHECK_AFTER_MS: Final = 400
"""Several strokes in a row are one check."""

LIST_PX: Final = 200
WORDS_PX: Final = 280
"""What is read first is as wide as most steps are long; the rest of a step is to the right of it."""

DOOR: Final = "/api/v1/sops"
NEW_ID: Final = "quy-trinh-moi"
MATCHES: Final = ("kinds", "symbols", "priorities", "tags", "at")
_ID: Final = re.compile(r"^[a-z0-9][a-z0-9-]{0,59}$")


class SopPanel(Panel):
    """Shows the procedures of the room; who may edit them writes the next version of one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sop_id = ""
        self._shown: Sop | None = None
        self._dirty = False
        self._checked_text = ""
        self.steps = StepsModel(self)
        self.steps.edited.connect(self._edited)
        self._build()
        self._check_timer = QTimer(self, interval=CHECK_AFTER_MS, singleShot=True)
        self._check_timer.timeout.connect(self.check)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._offer)
        self._fill_list()

    # -- build -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        left = self._build_list()
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setObjectName("sopText")
        tabs = QTabWidget()
        pages = ((self._build_steps(), self.tr("Steps")), (self._build_form(), self.tr("Heading and match")))
        for page, words in (*pages, (self.text, self.tr("File"))):
            tabs.addTab(page, words)
        self.problems = QListWidget()
        self.problems.setMaximumHeight(4 * tokens.ROW_PX)
        self.problems.itemActivated.connect(self._go_to_line)
        self.problems.hide()
        self._said = QLabel()
        self._said.setObjectName("outcome")
        self._said.setContentsMargins(8, 4, 8, 4)
        self._save = QPushButton(self.tr("Save as a new version"))
        self._save.clicked.connect(self.save)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 8, 4)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._save)
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(tokens.GRID_PX)
        side.addWidget(tabs, 1)
        side.addWidget(self.problems)
        side.addLayout(foot)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([LIST_PX, 3 * LIST_PX])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
        self.setFocusProxy(self.list)

    def _build_list(self) -> QWidget:
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(LIST_PX * 3 // 4)
        self.list.setSpacing(tokens.GRID_PX // 2)
        self.list.currentItemChanged.connect(self._chosen)
        self._new = QPushButton(self.tr("New procedure"))
        self._new.clicked.connect(self.begin_new)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(self._new)
        return left

    def _build_form(self) -> QWidget:
        self.id = QLineEdit(maxLength=60)
        self.title_vi, self.title_en, self.source = QLineEdit(), QLineEdit(), QLineEdit()
        self.category = QComboBox()
        for category in INCIDENT_CATEGORIES:
            self.category.addItem(category_name(category, self._session.language), category)
        self.verified = QCheckBox(self.tr("steps and durations were compared with the source"))
        self.match = {name: QLineEdit() for name in MATCHES}
        self.match["kinds"].setPlaceholderText(self.tr("separated by commas; empty = any"))
        labels = {
            "kinds": self.tr("Kinds of alerts"),
            "symbols": self.tr("Parameters, labels"),
            "priorities": self.tr("Priorities"),
            "tags": self.tr("Tags"),
            "at": self.tr("Places"),
        }
        form = QFormLayout()
        form.setContentsMargins(8, 8, 8, 0)
        form.setSpacing(tokens.GRID_PX)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Id"), self.id), (self.tr("Title"), self.title_vi), (self.tr("Title (en)"), self.title_en),
            (self.tr("Category"), self.category), (self.tr("Source"), self.source), ("", self.verified),
            *((labels[name], field) for name, field in self.match.items()),
        )  # fmt: skip
        for words, field in rows:
            form.addRow(words, field)
        for line in (self.id, self.title_vi, self.title_en, self.source, *self.match.values()):
            line.textEdited.connect(self._edited)
        self.category.activated.connect(self._edited)
        self.verified.clicked.connect(self._edited)
        body = QWidget()
        body.setLayout(form)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(body)
        return scroll

    def _build_steps(self) -> QWidget:
        self.table = RowTable(self.steps, (), self)
        header = self.table.horizontalHeader()
        for column, width_px in ((1, WORDS_PX), (2, WORDS_PX * 3 // 4)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width_px)
        triggers = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.table.setToolTip(self.tr("Insert: new step · Ctrl+Delete: take out · Alt+Up, Alt+Down: move"))
        self.table.installEventFilter(self)
        return self.table

    # -- what is shown -----------------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.sops:
            self._fill_list()

    def _fill_list(self) -> None:
        """The room's procedures; what is being written is not lost by another's save."""
        sops = sorted(self._session.state.sops.values(), key=lambda sop: sop.title_vi)
        if not any(sop.sop_id == self._sop_id for sop in sops) and not self._dirty:
            self._sop_id = sops[0].sop_id if sops else ""
        with QSignalBlocker(self.list):
            self.list.clear()
            for sop in sops:
                version = self.tr("version {version}").format(version=sop.version)
                item = QListWidgetItem(f"{sop_title(sop, self._session.language)} · {version}")
                item.setData(Qt.ItemDataRole.UserRole, sop.sop_id)
                self.list.addItem(item)
                if sop.sop_id == self._sop_id:
                    self.list.setCurrentItem(item)
        if not self._dirty:
            self._show(self._session.state.sops.get(self._sop_id))
        self._offer()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        sop_id = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(sop_id, str):
            self._sop_id, self._dirty = sop_id, False
            self._show(self._session.state.sops.get(sop_id))
            self._offer()

    def _show(self, sop: Sop | None) -> None:
        self._shown = sop
        self._sop_id = sop.sop_id if sop is not None else self._sop_id
        self.id.setText(sop.sop_id if sop is not None else "")
        self.title_vi.setText(sop.title_vi if sop is not None else "")
        self.title_en.setText(sop.title_en if sop is not None else "")
        self.source.setText(sop.source if sop is not None else "")
        self.verified.setChecked(sop is not None and sop.verified)
        self.category.setCurrentIndex(max(0, self.category.findData(sop.category if sop is not None else "other")))
        for name, field in self.match.items():
            values = getattr(sop.match, name) if sop is not None else ()
            field.setText(", ".join(str(value) for value in values))
        self.steps.show_sop(sop)
        self.problems.clear()
        self.problems.hide()
        words = "" if sop is not None else self.tr("The site has no procedures yet.")
        self._say(words)
        self.text.setPlainText(self._text(sop.version) if sop is not None else "")

    def _offer(self) -> None:
        may = self._session.may("sop.edit")
        for line in (self.title_vi, self.title_en, self.source, *self.match.values()):
            line.setReadOnly(not may)
        # An id is the name of its files: only a new procedure is given one.
        self.id.setReadOnly(not may or self._shown is not None)
        self.category.setEnabled(may)
        self.verified.setEnabled(may)
        self.steps.editable = may
        self._new.setVisible(may)
        self._save.setVisible(may)
        self._save.setEnabled(may and self._dirty and not self.problems.count())

    # -- what is written ---------------------------------------------------------------------------------------

    def begin_new(self) -> None:
        """An empty procedure with one step."""
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(-1)
        self._sop_id = ""
        self._show(None)
        self.id.setText(NEW_ID)
        self.steps.insert(0)
        self.id.setFocus()

    def add_step(self) -> None:
        if self.steps.editable:
            row = self.table.currentIndex().row() + 1
            self.steps.insert(row)
            self.table.setCurrentIndex(self.steps.index(row, 1))

    def remove_step(self) -> None:
        row = self.table.currentIndex().row()
        if self.steps.editable and row >= 0:
            self.steps.take_out(row)

    def _move(self, by: int) -> None:
        index: QModelIndex = self.table.currentIndex()
        if self.steps.editable and index.isValid() and self.steps.move(index.row(), by):
            self.table.setCurrentIndex(self.steps.index(index.row() + by, index.column()))

    def _edited(self) -> None:
        self._dirty = True
        self.text.setPlainText(self._text(self._next_version()))
        self._offer()
        self._save.setEnabled(False)  # until the check has passed
        self._check_timer.start()

    def _next_version(self) -> int:
        known = self._session.state.sops.get(self.id.text().strip())
        return 1 if known is None else known.version + 1

    def _text(self, version: int) -> str:
        head: dict[str, object] = {
            "sop_id": self.id.text().strip(),
            "version": version,
            "title_vi": self.title_vi.text().strip(),
            "title_en": self.title_en.text().strip(),
            "category": self.category.currentData(),
            "source": self.source.text().strip(),
            "verified": self.verified.isChecked(),
        }
        match = {name: _listed(name, field.text()) for name, field in self.match.items()}
        return next_text(head, match, self.steps, version)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the table of steps; they come before the room's keys of the same name."""
        if watched is not self.table or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        act = self._act_of(event)
        if act is None or event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyPress:
            act()
        else:
            event.accept()
        return True

    def _act_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Insert:
            return self.add_step
        if event.key() == Qt.Key.Key_Delete and control:
            return self.remove_step
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and alt:
            return partial(self._move, -1 if event.key() == Qt.Key.Key_Up else 1)
        return None

    # -- the backend's word ------------------------------------------------------------------------------------

    def check(self) -> None:
        """Ask the backend what is wrong with what is written."""
        server, body = self._session.server, self._wanted()
        if server is None or body is None:
            return
        self._checked_text = body.text
        server.ask(f"{DOOR}/check", {}, SopAnswer, self._take_check, self._failed, body)

    def _wanted(self) -> SopText | None:
        sop_id = self.id.text().strip()
        if not _ID.match(sop_id):
            self._say(self.tr("The id is made of small letters without marks, digits and hyphens"), failed=True)
            return None
        return SopText(sop_id=sop_id, text=self._text(self._next_version()))

    def _take_check(self, answer: SopAnswer) -> None:
        if not isValid(self) or self._checked_text != self.text.toPlainText():
            return  # it is about what stood here before; the next check is on its way
        self.problems.clear()
        for problem in answer.problems:
            words = self.tr("line {line}: {message}").format(line=problem.line, message=problem.message)
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, problem.line)
            self.problems.addItem(item)
        self.problems.setVisible(bool(answer.problems))
        self._say("" if answer.problems else self.tr("Nothing is wrong with it"))
        self._offer()

    def _go_to_line(self, item: QListWidgetItem) -> None:
        """Onto the step that the line belongs to, and onto the line of the file."""
        line = int(item.data(Qt.ItemDataRole.UserRole))
        before = self.text.toPlainText().splitlines()[:line]
        row = before.count("[[step]]") - 1
        if row >= 0:
            self.table.setCurrentIndex(self.steps.index(row, 0))
            self.table.setFocus()
        block = self.text.document().findBlockByNumber(max(0, line - 1))
        self.text.setTextCursor(QTextCursor(block))

    def save(self) -> None:
        server, body = self._session.server, self._wanted()
        if server is None or body is None or not self._session.may("sop.edit"):
            return
        self._checked_text = body.text
        self._say(self.tr("Sent, waiting for the server…"))
        self._save.setEnabled(False)
        server.ask(DOOR, {}, SopAnswer, self._take_saved, self._failed, body)

    def _take_saved(self, answer: SopAnswer) -> None:
        if answer.version is None:
            self._take_check(answer)
            return
        self._dirty = False
        self._sop_id = self.id.text().strip()
        self._fill_list()
        self._say(self.tr("Saved as version {version}; runs under way keep theirs").format(version=answer.version))

    def _failed(self, reason: str) -> None:
        self._say(reason, failed=True)
        self._offer()

    def _say(self, text: str, failed: bool = False) -> None:
        self._said.setText(f"✕ {text}" if failed else text)
        self._said.setProperty("failed", failed)
        self._said.style().polish(self._said)


def _listed(name: str, text: str) -> list[str | int]:
    parts = [part.strip() for part in text.split(",")]
    return [int(part) if name == "priorities" and part.isdecimal() else part for part in parts if part]


SPEC = PanelSpec("sop", str(QT_TRANSLATE_NOOP("Panels", "Procedures")), SopPanel, frozenset({"state"}))

"""Press and social media: stories as they are told, names that are spoken of, and one step from a post to a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from backend.contracts import commands as cmd
from backend.contracts.press import SpikeBoard, Story, StoryDetail, StoryPage, WatchList
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.models.press import Which, chosen, facts, headings, post_rows, spike_words, story_row
from console.models.report_words import category_name
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.asking_line import AskingLine
from widgets.flow_layout import FlowLayout
from widgets.plain_label import plain_label
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where

DOOR: Final = "/api/v1/press"
PAD_PX: Final = 2 * tokens.GRID_PX
TICK_MS: Final = 5_000
SPIKES_EVERY_MS: Final = 30_000
LEADERS_DAYS: Final = 7
DAY_MS: Final = 86_400_000


class PressPanel(Panel):
    """The stream at the left, the chosen story with its posts at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._story_id = ""
        self._which: Which = "all"
        self._lists: tuple[WatchList, ...] = ()
        self._leaders: dict[str, Story] = {}
        self._detail: StoryDetail | None = None
        self._asked_ms = -1
        self._pending: Pending | None = None
        self.stream = Rows(headings, (0,), self)
        self.posts = Rows(lambda: (self.tr("Time"), self.tr("Outlet"), self.tr("Post"), ""), (), self)
        self._build()
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._anew)
        session.commands.changed.connect(self._command_changed)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tell)
        self._clock.start()
        self._spikes = QTimer(self, interval=SPIKES_EVERY_MS)
        self._spikes.timeout.connect(self._ask_spikes)
        self._spikes.start()
        self._tell()

    # -- build ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._spike_line = plain_label("panelMessage")
        self._spike_line.setContentsMargins(PAD_PX, tokens.GRID_PX, PAD_PX, tokens.GRID_PX)
        self._spike_line.setStyleSheet(f"color: {tokens.P2};")
        self._spike_line.hide()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._build_stream())
        split.addWidget(self._build_story())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._spike_line)
        whole.addWidget(split, 1)
        self.setFocusProxy(self.table)

    def _build_stream(self) -> QWidget:
        kinds: tuple[tuple[Which, str], ...] = (
            ("all", self.tr("All")),
            ("watched", self.tr("Watched names")),
            ("new", self.tr("Not answered")),
        )
        row, group = FlowLayout(tokens.GRID_PX), QButtonGroup(self)
        for kind, name in kinds:
            button = QPushButton(name)
            button.setCheckable(True)
            button.setChecked(kind == self._which)
            button.clicked.connect(lambda checked=False, kind=kind: self.show_which(kind))
            group.addButton(button)
            row.addWidget(button)
        self.words = QLineEdit(maxLength=200)
        self.words.setPlaceholderText(self.tr("Words in the title"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda text: self._tell())
        self._empty = plain_label("empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = RowTable(self.stream, (1,), self)
        self._narrow(self.table, ((2, 110), (3, 90), (4, 100), (5, 80)))
        self.table.horizontalHeader().setResizeContentsPrecision(0)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, 0)
        whole.setSpacing(tokens.GRID_PX)
        whole.addLayout(row)
        whole.addWidget(self.words)
        whole.addWidget(self._empty)
        whole.addWidget(self.table, 1)
        return body

    def _build_story(self) -> QWidget:
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, 0)
        whole.setSpacing(tokens.GRID_PX)
        self._title, self._facts = plain_label("cardHeadline"), plain_label("cardPhase")
        self._text, self._link = plain_label("cardText"), plain_label("cardPhase")
        deeds = FlowLayout(tokens.GRID_PX)
        self._assign = self._button(deeds, self.tr("To an agency…"), self.ask_agency)
        self._report = self._button(deeds, self.tr("Make a report…"), self.ask_report)
        self._dismiss = self._button(deeds, self.tr("Dismiss…"), self.ask_reason)
        self._save = self._button(deeds, self.tr("Evidence (ZIP)…"), self.ask_where)
        self.line = AskingLine("", lambda text, choice: None, self)
        self.line.hide()
        self._outcome = plain_label("outcome")
        self._outcome.hide()
        self._posts_title = plain_label("cardSection")
        self.post_table = RowTable(self.posts, (2,), self)
        self._narrow(self.post_table, ((1, 130), (3, 130)))
        self.post_table.horizontalHeader().hide()
        for label in (self._title, self._facts, self._text, self._link):
            whole.addWidget(label)
        whole.addLayout(deeds)
        whole.addWidget(self.line)
        whole.addWidget(self._outcome)
        whole.addWidget(self._posts_title)
        whole.addWidget(self.post_table, 1)
        self._story_body = body
        return body

    @staticmethod
    def _narrow(table: RowTable, widths_px: Sequence[tuple[int, int]]) -> None:
        """These columns elide what is longer: what is told needs the place."""
        header = table.horizontalHeader()
        for column, width_px in widths_px:
            header.setSectionResizeMode(column, header.ResizeMode.Interactive)
            header.resizeSection(column, width_px)

    @staticmethod
    def _button(row: FlowLayout, text: str, act: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        made.clicked.connect(lambda checked=False: act())
        row.addWidget(made)
        return made

    # -- what is shown --------------------------------------------------------------------------------------------

    @property
    def story(self) -> Story | None:
        return self._session.state.stories.get(self._story_id) or self._leaders.get(self._story_id)

    def show_which(self, which: Which) -> None:
        self._which = which
        self._tell()

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._anew()
        elif delta.stories:
            self._tell()

    def _anew(self) -> None:
        site = self._session.state.site
        self._lists = site.press.lists if site is not None else ()
        self._leaders.clear()
        self._ask_spikes()
        self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._anew()

    def _tell(self) -> None:
        session, now_ms = self._session, self._session.clock.now_ms()
        known = {**self._leaders, **session.state.stories}
        found = chosen(known.values(), self._which, self.words.text())
        rows = [story_row(one, session.state, self._lists, now_ms, session.language) for one in found]
        with QSignalBlocker(self.table.selectionModel()):
            self.stream.show_rows(rows)
            if self._story_id not in known:
                self._story_id = found[0].story_id if found else ""
            at = next((row for row, one in enumerate(found) if one.story_id == self._story_id), -1)
            if at >= 0:
                self.table.setCurrentIndex(self.stream.index(at, 0))
        self.table.viewport().update()
        self._empty.setText("" if rows else self._nothing(bool(known)))
        self._empty.setVisible(not rows)
        self._tell_story()

    def _nothing(self, known: bool) -> str:
        if known:
            return self.tr("No story is like this. Other words, or All, show more.")
        return self.tr("No story yet. Feeds and listening services are read by themselves.")

    def _tell_story(self) -> None:
        story, session = self.story, self._session
        self._story_body.setVisible(story is not None)
        if story is None:
            return
        self._title.setText(story.title)
        self._facts.setText(facts(story, session.state, self._lists, session.clock.now_ms(), session.language))
        self._link.setText(story.url)
        self._link.setVisible(bool(story.url))
        self._assign.setVisible(session.may("story.assign") and story.state in ("new", "assigned"))
        self._report.setVisible(session.may("story.to_report") and story.state in ("new", "assigned"))
        self._dismiss.setVisible(session.may("story.dismiss") and story.state == "new")
        self._ask_story(story)

    # -- what the server is asked -----------------------------------------------------------------------------------

    def _ask_story(self, story: Story) -> None:
        server = self._session.server
        shown = self._detail is not None and self._detail.story.story_id == story.story_id
        if not shown:
            self._text.setText("")
            self.posts.show_rows(())
            self._posts_title.setText(self.tr("Posts: asking the server…"))
        if server is None or (shown and self._asked_ms == story.newest_ms) or not self.isVisible():
            return
        self._asked_ms = story.newest_ms
        server.ask(f"{DOOR}/stories/{story.story_id}", {}, StoryDetail, self._take_story, self._story_failed)

    def _take_story(self, detail: StoryDetail) -> None:
        if detail.story.story_id != self._story_id:
            return
        self._detail = detail
        now_ms = self._session.clock.now_ms()
        posts = [post for post in detail.posts if post.received_ms <= now_ms]
        self._text.setText(posts[-1].text if posts else "")
        self._posts_title.setText(self.tr("Posts"))
        self.posts.show_rows(post_rows(posts, self._session.state, self._session.language))

    def _story_failed(self, why: str) -> None:
        self._posts_title.setText(self.tr("The posts cannot be read: {why}").format(why=why))

    def _ask_spikes(self) -> None:
        """How much names are spoken of is asked in the live room only; an alert tells it in a replay, too."""
        session = self._session
        if session.server is None or session.replay is not None or session.operator is None or not self.isVisible():
            return
        if not session.operator.agency_id:
            session.server.ask(f"{DOOR}/spikes", {}, SpikeBoard, self._take_spikes, lambda why: None)
        if session.may("press.leaders"):
            end_ms = session.clock.now_ms() + 60_000
            span: dict[str, str | int] = {"start": end_ms - LEADERS_DAYS * DAY_MS, "end": end_ms, "limit": 300}
            session.server.ask(f"{DOOR}/stories", span, StoryPage, self._take_leaders, lambda why: None)

    def _take_spikes(self, board: SpikeBoard) -> None:
        self._lists = board.lists
        words = spike_words(board.spikes, self._session.language)
        self._spike_line.setText(words)
        self._spike_line.setVisible(bool(words))
        self._tell()

    def _take_leaders(self, page: StoryPage) -> None:
        self._leaders = {one.story_id: one for one in page.stories if one.restricted}
        self._tell()

    # -- what is done ---------------------------------------------------------------------------------------------

    def _row_chosen(self, index: QModelIndex, _previous: QModelIndex) -> None:
        key = index.data(KEY_ROLE)
        if isinstance(key, str) and key != self._story_id:
            self._story_id = key
            self._outcome.hide()
            self._rest()
            self._tell_story()

    def _ask(self, words: str, answered: Callable[[str, str], None], choices: Sequence[tuple[str, str]] = ()) -> None:
        self.line.show()
        self.line.ask(words, answered, choices)

    def _rest(self) -> None:
        self.line.rest()
        self.line.hide()

    def ask_agency(self) -> None:
        site = self._session.state.site
        name = self._session.local_name
        agencies = [(name(one.name_vi, one.name_en), one.agency_id) for one in (site.agencies if site else ())]
        self._ask(self.tr("What is the agency to do about it?"), self._give, agencies)

    def _give(self, note: str, agency_id: str) -> None:
        self._submit(
            cmd.AssignStory(command_id=new_id(), story_id=self._story_id, agency_id=agency_id, note=note[:500])
        )

    def ask_report(self) -> None:
        """The category first, then the words that the agencies read: those of the post, to be changed."""
        state, language = self._session.state, self._session.language
        rules = state.site.reports.categories if state.site is not None else ()
        choices = [
            (category_name(state, one.category_id, language), one.category_id) for one in rules if not one.retired
        ]
        story = self.story
        self.line.show()
        self.line.ask(
            self.tr("What the agencies read"), self._make_report, choices, story.title if story is not None else ""
        )

    def _make_report(self, text: str, category_id: str) -> None:
        self._submit(cmd.ReportStory(command_id=new_id(), story_id=self._story_id, category_id=category_id, text=text))

    def ask_reason(self) -> None:
        self._ask(self.tr("Why is it nothing for us?"), self._put_aside)

    def _put_aside(self, reason: str, _choice: str) -> None:
        self._submit(cmd.DismissStory(command_id=new_id(), story_id=self._story_id, reason=reason[:500]))

    def ask_where(self) -> None:
        """The snapshot of the chosen post, or of the newest one, as a file."""
        key = self.post_table.currentIndex().data(KEY_ROLE) or self.posts.index(0, 0).data(KEY_ROLE)
        if not isinstance(key, str) or not key:
            return
        title = self.tr("Evidence of the post")
        ask_where(self, title, f"{key}.zip", ("ZIP (*.zip)",), lambda path: self.save_snapshot(key, path))

    def save_snapshot(self, post_id: str, path: Path) -> None:
        if self._session.server is not None:
            door = f"{DOOR}/posts/{post_id}/snapshot"
            self._session.server.download(door, path, self._saved, lambda why: self._tell_outcome(f"✕ {why}", True))

    def _saved(self, path: Path) -> None:
        self._tell_outcome(self.tr("Saved: {path}").format(path=path), False)

    def _submit(self, command: cmd.StoryCommand) -> None:
        """One command at a time: a key held down does not send it again."""
        self.line.hide()
        if not self._session.may(command.kind) or (self._pending is not None and self._pending.waiting):
            return
        self._pending = self._session.commands.submit_room(command)
        self._command_changed(self._pending)

    def _command_changed(self, pending: Pending) -> None:
        if pending is self._pending:
            text = self.tr("Sent, waiting for the server…") if pending.waiting else f"✕ {pending.reason}"
            self._tell_outcome(text, pending.failed)
            self._outcome.setVisible(pending.waiting or pending.failed)

    def _tell_outcome(self, text: str, failed: bool) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.show()

    def save_state(self) -> dict[str, object]:
        return {"which": self._which}

    def restore_state(self, state: Mapping[str, object]) -> None:
        which = next((one for one in ("new", "watched", "all") if one == state.get("which")), None)
        if which is not None:
            self.show_which(which)


SPEC = PanelSpec("press", str(QT_TRANSLATE_NOOP("Panels", "Press and social media")), PressPanel, frozenset({"state"}))

"""The line at the top of each window: name, workspaces, menu, the room's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from backend.contracts.state import Delta
from console.models.hotline import CALL_KEY, my_call
from console.models.indicator_entry import FIGURES_KEY, my_late_figures
from console.models.numbers import format_date, format_time
from console.models.session import Session
from console.workspace import Workspace, key_of, leaves
from widgets.tab_row import TabRow

TICK_MS: Final = 200
HEIGHT_PX: Final = 40


class Header(QWidget):
    """Args: `choose` gets the key of a workspace; `open_menu` gets the button to open the menu at."""

    def __init__(
        self,
        session: Session,
        workspaces: Sequence[Workspace],
        choose: Callable[[str], None],
        open_menu: Callable[[QWidget], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # a subclass paints none by itself
        self.setFixedHeight(HEIGHT_PX)
        self._session = session
        self._replaying = session.clock.replaying
        brand = QLabel("Trực Ban")
        brand.setObjectName("brand")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(0)
        row.addWidget(brand)
        if session.clock.replaying:
            mark = QLabel(self.tr("REPLAY"))
            mark.setObjectName("replayMark")
            row.addWidget(mark)
        self._tabs = TabRow()
        for number, workspace in enumerate(workspaces, 1):
            self._tabs.add(workspace.key, f"{workspace.title(session.language)}  {key_of(number)}".rstrip())
        self._tabs.chosen.connect(choose)
        row.addWidget(self._tabs, 1)
        self.call, self._call_at = self._chip("callChip", "hotline", workspaces, choose)
        self.figures, self._figures_at = self._chip("figuresChip", "indicator_entry", workspaces, choose)
        row.addWidget(self.call)
        row.addWidget(self.figures)
        row.addSpacing(8)
        self._site = QLabel()
        row.addWidget(self._site)
        self._clock = QLabel()
        self._clock.setObjectName("replayClock" if session.clock.replaying else "clock")
        row.addWidget(self._clock)
        menu = QPushButton("☰", flat=True)
        menu.setToolTip(self.tr("Menu (Ctrl+K finds every action)"))
        menu.clicked.connect(lambda: open_menu(menu))
        row.addWidget(menu)
        self._shown = ""
        session.changed.connect(self._changed)
        session.operator_changed.connect(self._tell_chips)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tell)
        self._timer.start()
        self._tell()

    @staticmethod
    def _chip(
        name: str, panel: str, workspaces: Sequence[Workspace], choose: Callable[[str], None]
    ) -> tuple[QPushButton, list[str]]:
        """A button that leads to where `panel` is, hidden, and the workspaces that have it."""
        there = [one.key for one in workspaces if any(panel in leaves(part) for part in chain(*one.sets))]
        made = QPushButton()
        made.setObjectName(name)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.hide()
        made.clicked.connect(lambda: choose(there[0]))
        return made, there

    def mark(self, key: str) -> None:
        """This workspace is shown."""
        self._tabs.mark(key)
        self._shown = key
        self._tell_chips()

    def _changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.calls:
            self._tell_call()
        if delta.reset or delta.alerts:
            self._tell_figures()

    def _tell_chips(self) -> None:
        self._tell_call()
        self._tell_figures()

    def _tell_figures(self) -> None:
        """Figures of the agency that sits here are late, and the place to enter them is not on the screen."""
        late = my_late_figures(self._session)
        shows = bool(late) and bool(self._figures_at) and self._shown not in self._figures_at
        if shows:
            words = self.tr("◆ {count} figures late  {key}")
            self.figures.setText(words.format(count=len(late), key=FIGURES_KEY))
            self.figures.setToolTip("\n".join(late))
            self.figures.setShortcut(FIGURES_KEY)
        self.figures.setVisible(shows)

    def _tell_call(self) -> None:
        """Who sits here talks with a caller, and the hotline is not on the screen: its key goes there."""
        call = my_call(self._session)
        shows = call is not None and bool(self._call_at) and self._shown not in self._call_at
        if call is not None and shows:
            words = self.tr("☎ {caller}  {key}")
            self.call.setText(words.format(caller=call.masked or self.tr("a withheld number"), key=CALL_KEY))
            self.call.setToolTip(self.tr("You talk with this caller: open the hotline and the ticket"))
            self.call.setShortcut(CALL_KEY)
        self.call.setVisible(shows)

    def _tell(self) -> None:
        site = self._session.state.site
        offset_min = site.utc_offset_min if site else 0
        now_ms = self._session.clock.now_ms()
        words = f"{format_time(now_ms, offset_min)}   {format_date(now_ms, offset_min)}"
        # The date alone would not tell a replay of today from the present.
        self._clock.setText(self.tr("replaying {instant}").format(instant=words) if self._replaying else words)
        if site is not None:
            self._site.setText(self._session.local_name(site.name_vi, site.name_en))

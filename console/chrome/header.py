"""The line at the top of each window: name, workspaces, menu, the room's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from console.models.numbers import format_date, format_time
from console.models.session import Session
from console.workspace import Workspace, key_of
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
        self._site = QLabel()
        row.addWidget(self._site)
        self._clock = QLabel()
        self._clock.setObjectName("replayClock" if session.clock.replaying else "clock")
        row.addWidget(self._clock)
        menu = QPushButton("☰", flat=True)
        menu.setToolTip(self.tr("Menu (Ctrl+K finds every action)"))
        menu.clicked.connect(lambda: open_menu(menu))
        row.addWidget(menu)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tell)
        self._timer.start()
        self._tell()

    def mark(self, key: str) -> None:
        """This workspace is shown."""
        self._tabs.mark(key)

    def _tell(self) -> None:
        site = self._session.state.site
        offset_min = site.utc_offset_min if site else 0
        now_ms = self._session.clock.now_ms()
        words = f"{format_time(now_ms, offset_min)}   {format_date(now_ms, offset_min)}"
        # The date alone would not tell a replay of today from the present.
        self._clock.setText(self.tr("replaying {instant}").format(instant=words) if self._replaying else words)
        if site is not None:
            self._site.setText(self._session.local_name(site.name_vi, site.name_en))

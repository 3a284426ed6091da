"""Zones and checkpoints that hold: their level, until when, and what lies inside; Enter shows one on the map."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from backend.contracts.state import Delta
from backend.contracts.zones import Checkpoint, Zone
from console.models.map_zones import holding, inside, level_words, name_of, time_words
from console.models.session import Session
from console.models.word_rows import KEY_ROLE, Row, Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.row_table import RowTable

LOOK_EVERY_MS: Final = 2_000


class ZonesPanel(Panel):
    """From the room's state and the session's clock alone, so that it replays."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = Rows(self._headings, (4, 5, 6), self)
        self._said = QLabel(self)
        self._said.setObjectName("empty")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._reason = QLabel(self)
        self._reason.setObjectName("factLabel")
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        self._reason.setWordWrap(True)
        self.table = RowTable(self.model, (0,), self)
        self.table.activated.connect(lambda index: self.go_to(str(index.data(KEY_ROLE))))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._tell_reason())
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self._said)
        column.addWidget(self.table, 1)
        column.addWidget(self._reason)
        self.setFocusProxy(self.table)
        session.changed.connect(self._room_changed)
        # What lies inside changes with every alert, and zones end by the clock: looked at now and then, together.
        self._held: frozenset[str] = frozenset()
        self._stale = True
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._show()

    def _headings(self) -> tuple[str, ...]:
        return (
            self.tr("Zone or checkpoint"),
            self.tr("Level"),
            self.tr("Since"),
            self.tr("Until"),
            self.tr("Alerts"),
            self.tr("Reports"),
            self.tr("Cameras"),
        )

    def _room_changed(self, delta: Delta) -> None:
        self._stale = self._stale or bool(delta.reset or delta.site or delta.zones or delta.alerts or delta.reports)
        if delta.reset or delta.site or delta.zones:
            self._look()

    def _look(self) -> None:
        """Nothing is counted while nobody looks, or when nothing came that could count."""
        held = holding(self._session.state, self._session.clock.now_ms())
        if self.isVisible() and (self._stale or held != self._held):
            self._held, self._stale = held, False
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _show(self) -> None:
        current = self.table.currentIndex().data(KEY_ROLE)
        self.model.show_rows(self._rows())
        row = next((number for number, one in enumerate(self.model.rows) if one.key == current), 0)
        if self.model.rows and self.table.currentIndex().row() != row:
            self.table.selectRow(row)
        self._said.setText(self._state_words())
        self._said.setVisible(bool(self._said.text()))
        self.table.setVisible(bool(self.model.rows))
        self._tell_reason()

    def _rows(self) -> list[Row]:
        state, language = self._session.state, self._session.language
        held = holding(state, self._session.clock.now_ms())
        zones = sorted(
            (one for key, one in state.zones.items() if key in held), key=lambda one: (-one.level, one.name_vi)
        )
        rows = [self._zone_row(one) for one in zones]
        for key, point in sorted(state.checkpoints.items(), key=lambda item: item[1].name_vi):
            if key in held:
                since, until = time_words(point.since_ms, state.site), self._until(point)
                cells = (name_of(point, language), self.tr("checkpoint"), since, until, "", "", "")
                rows.append(Row(cells, key=key))
        return rows

    def _until(self, one: Zone | Checkpoint) -> str:
        site = self._session.state.site
        return self.tr("until it is lifted") if one.until_ms is None else time_words(one.until_ms, site)

    def _zone_row(self, zone: Zone) -> Row:
        state, language = self._session.state, self._session.language
        found = inside(zone, state)
        cells = (
            name_of(zone, language),
            level_words(state.site, zone.level, language),
            time_words(zone.since_ms, state.site),
            self._until(zone),
            str(found.alerts),
            str(found.reports),
            str(found.cameras),
        )
        return Row(cells, "far_over" if zone.level >= 4 else "over" if zone.level == 3 else "none", 1, zone.zone_id)

    def _state_words(self) -> str:
        site = self._session.state.site
        if site is not None and not site.zones.levels:
            return self.tr("This site has no zones: zones.toml names their levels and who declares them.")
        if not self.model.rows:
            return self.tr("No zone and no checkpoint holds now.")
        return ""

    def _tell_reason(self) -> None:
        key = str(self.table.currentIndex().data(KEY_ROLE) or "")
        state = self._session.state
        one = state.zones.get(key) or state.checkpoints.get(key)
        posted = getattr(one, "posted", "")
        self._reason.setText("" if one is None else " · ".join(part for part in (posted, one.reason) if part))

    def go_to(self, key: str) -> None:
        """Show it on the map."""
        if key in self._session.state.zones or key in self._session.state.checkpoints:
            self._session.selection.bring_room_to("zone", key)


SPEC = PanelSpec("zones", str(QT_TRANSLATE_NOOP("Panels", "Zones")), ZonesPanel, frozenset({"state"}))

"""How many reports came from where, as a layer of cells that is asked for only while it is shown."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from backend.contracts.report_doors import ReportGrid
from backend.contracts.state import Delta
from console.models.map_reports import HEAT_SPANS_DAYS, cell_deg, counted, heat_areas, of_door
from console.models.session import Session
from widgets.map_types import MapArea, MapDelta

translate = QCoreApplication.translate

DAY_MS: Final = 86_400_000
AFTER_MS: Final = 300
EVERY_MS: Final = 5_000
"""However many reports come, the cells are counted anew this often at most."""


class ReportHeat(QObject):
    """Live, the server counts everything it has; a replay counts what the room held at its instant.

    Signals:
        changed: a `MapDelta` with the cells that are another now.
        told: why they cannot be shown, "" when they can.
    """

    changed = Signal(object)
    told = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.shown = False
        self.days = HEAT_SPANS_DAYS[0]
        self._zoom = 0
        self._turn = 0
        self._areas: dict[str, tuple[MapArea, ...]] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._count)
        session.changed.connect(self._room_changed)

    def set_shown(self, shown: bool) -> None:
        self.shown = shown
        self._turn += 1
        if shown:
            self._timer.start(0)
        else:
            self._draw({})

    def set_days(self, days: int) -> None:
        """One of `HEAT_SPANS_DAYS`."""
        self.days = days
        if self.shown:
            self._timer.start(0)

    def set_zoom(self, zoom: int) -> None:
        before, self._zoom = self._zoom, zoom
        if self.shown and cell_deg(zoom) != cell_deg(before):
            self._timer.start(AFTER_MS)

    def drawn_anew(self) -> None:
        """The map was emptied: the cells are gone from it."""
        self._areas = {}
        if self.shown:
            self._timer.start(0)

    def _room_changed(self, delta: Delta) -> None:
        if self.shown and delta.reports and not delta.reset and not self._timer.isActive():
            self._timer.start(EVERY_MS)

    def _count(self) -> None:
        session = self._session
        side = cell_deg(self._zoom)
        since_ms = max(0, session.clock.now_ms() - self.days * DAY_MS) if self.days else 0
        if session.clock.replaying or session.server is None:
            self._draw(heat_areas(counted(session.state, since_ms, side), side, session.language))
            return
        self._turn += 1
        turn = self._turn

        def arrived(grid: ReportGrid) -> None:
            if shiboken6.isValid(self) and turn == self._turn:
                self.told.emit("")
                self._draw(heat_areas(of_door(grid.cells), grid.cell_deg, session.language))

        def failed(reason: str) -> None:
            if shiboken6.isValid(self) and turn == self._turn:
                words = translate("MapReports", "The reports cannot be counted: {reason}")
                self.told.emit(words.format(reason=reason))

        query: dict[str, str | int] = {"start": since_ms, "cell": f"{side:g}"}
        session.server.ask("/api/v1/reports/grid", query, ReportGrid, arrived, failed)

    def _draw(self, areas: dict[str, tuple[MapArea, ...]]) -> None:
        delta = MapDelta()
        for owner in self._areas.keys() - areas.keys():
            delta.areas[owner] = ()
        delta.areas.update({owner: one for owner, one in areas.items() if self._areas.get(owner) != one})
        self._areas = areas
        if delta:
            self.changed.emit(delta)

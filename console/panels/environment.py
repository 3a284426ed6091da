"""The environment of the city: every station with its parameters against their limits, plant by plant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLabel, QListView, QVBoxLayout, QWidget

from backend.contracts.state import Delta
from console.models.air import air_looks
from console.models.environment import ROW_ROLE, STATION_ROLE, EnvironmentModel
from console.models.environment_rows import DAY_MS, counts
from console.models.history_loader import HistoryLoader
from console.models.session import Selected, Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.chart_rows import RowsDelegate
from widgets.elided_label import ElidedLabel
from widgets.index_tile import IndexTile

LOOK_EVERY_MS: Final = 200
AGES_EVERY_MS: Final = 1_000
RETRY_MS: Final = 10_000
AGAIN_MS: Final = 400
"""After a jump in time: several jumps in a row ask once."""

COLUMNS_MOST: Final = 8


class EnvironmentPanel(Panel):
    """One row a station under its plant. Clicking or moving to a row selects the station for the whole room."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dirty: set[str] = set()
        self._failure = ""
        self._missing = 0
        self._condition = session.link.condition
        self._model = EnvironmentModel(session, self)
        self._loader = HistoryLoader(session.history, session.readings, self)
        self._loader.failed.connect(self._history_failed)
        self._build()
        self._look_timer = QTimer(self, interval=LOOK_EVERY_MS, singleShot=True)
        self._look_timer.timeout.connect(self._look)
        self._ages_timer = QTimer(self, interval=AGES_EVERY_MS)
        self._ages_timer.timeout.connect(self._age)
        self._retry_timer = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry_timer.timeout.connect(self._load_history)
        session.readings.stations_changed.connect(self._stations_changed)
        self._again_timer = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again_timer.timeout.connect(self._load_history)
        session.readings.forgotten.connect(self._again_timer.start)
        session.changed.connect(self._state_changed)
        session.link.changed.connect(self._link_changed)
        session.selection.changed.connect(self._show_selected)
        self._site_taken()

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("environmentSummary")
        self._summary.setMinimumHeight(tokens.HEADER_PX)
        self._summary.setIndent(12)
        self._tiles = QWidget(self)
        self._tiles.setAccessibleName(self.tr("Air quality"))
        self._tile_row = QHBoxLayout(self._tiles)
        self._tile_row.setContentsMargins(0, 0, 0, 0)
        self._tile_row.setSpacing(tokens.GRID_PX)
        self._message = QLabel(self)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._list = QListView(self)
        self._list.setAccessibleName(self.tr("Stations"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setMouseTracking(True)
        self._list.setModel(self._model)
        self._delegate = RowsDelegate(ROW_ROLE, self._list)
        self._list.setItemDelegate(self._delegate)
        self._list.selectionModel().currentChanged.connect(self._current_changed)
        self.setFocusProxy(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._tiles, 2)
        head.addWidget(self._summary, 1)
        column.addLayout(head)
        column.addWidget(self._message, 1)
        column.addWidget(self._list, 1)

    @property
    def model(self) -> EnvironmentModel:
        return self._model

    @property
    def list_view(self) -> QListView:
        return self._list

    @property
    def summary(self) -> str:
        return self._summary.text()

    # -- state -> rows -----------------------------------------------------------------------------------------

    def _state_changed(self, change: Delta) -> None:
        if (change.site or change.reset) and self._model.take_site():
            self._site_taken()
        elif change.air or change.reset:
            self._show_air()

    def _site_taken(self) -> None:
        site = self._session.state.site
        empty = self._model.rowCount() == 0
        if site is None:
            self._message.setText(self.tr("Waiting for the site from the server"))
        elif empty:
            self._message.setText(
                self.tr("This site has no measuring station. Stations are entered in stations.toml of the site.")
            )
        self._message.setVisible(empty)
        self._list.setVisible(not empty)
        self._summary.setVisible(not empty)
        self._show_air()
        self._lay_out()
        self._load_history()
        self._show_selected(self._session.selection.current)
        self._say()

    def _show_air(self) -> None:
        """The city's air in the decree's colours, a tile a station, above the rows."""
        looks = air_looks(self._session)
        while self._tile_row.count() > len(looks):
            place = self._tile_row.takeAt(self._tile_row.count() - 1)
            gone = place.widget() if place is not None else None
            if gone is not None:
                gone.deleteLater()
        for number, look in enumerate(looks):
            place = self._tile_row.itemAt(number)
            tile = place.widget() if place is not None else None
            if not isinstance(tile, IndexTile):
                tile = IndexTile(self._tiles)
                self._tile_row.addWidget(tile)
            tile.show_look(look)
        self._tiles.setVisible(bool(looks))

    def _lay_out(self) -> None:
        self._delegate.set_looks(self._model.looks(), COLUMNS_MOST)

    def _stations_changed(self, station_ids: set[str]) -> None:
        self._dirty |= station_ids
        if self.isVisible() and not self._look_timer.isActive():
            self._look_timer.start()

    def _look(self) -> None:
        if self._dirty and self.isVisible():
            self._model.update(self._dirty)
            self._dirty = set()
            self._lay_out()
            self._say()

    def _age(self) -> None:
        """Only what cannot be told by samples: those that have stopped, and rows whose state turns by age."""
        old = {row.station.station_id for row in self._model.rows if row.state != "unknown"}
        turned = {station_id for station_id in old if self._model.turns_by_age(station_id)}
        if turned:
            self._model.update(turned)
        self._show_air()
        self._say()

    def _say(self) -> None:
        found = counts(self._model.rows)
        texts = {
            "over": self.tr("{count} over a limit"),
            "near": self.tr("{count} near a limit"),
            "measuring": self.tr("{count} measuring"),
            "calibrating": self.tr("{count} calibrating"),
            "fault": self.tr("{count} with device fault"),
            "silent": self.tr("{count} silent"),
        }
        parts = [self.tr("{count} stations").format(count=len(self._model.rows))]
        parts += [text.format(count=found[name]) for name, text in texts.items() if found[name]]
        if self._session.link.condition == "lost":
            parts.append(self.tr("LINK LOST: what is shown is old"))
        if self._failure:
            parts.append(self.tr("History could not be loaded: {reason}").format(reason=self._failure))
        elif self._loader.busy:
            waiting = self._loader.count
            parts.append(self.tr("History of {count} parameters is still loading").format(count=waiting))
        self._summary.setText("   ·   ".join(parts))

    # -- history -----------------------------------------------------------------------------------------------

    def _load_history(self) -> None:
        """A day of every parameter that is not here yet, a few questions at a time."""
        site = self._session.state.site
        if site is None or not self.isVisible():
            return
        self._failure = ""
        now_ms = self._session.clock.now_ms()
        for station in site.stations:
            for parameter in station.parameters:
                self._loader.ask_until(station.station_id, parameter.symbol, DAY_MS, now_ms)

    def _history_failed(self, station_id: str, symbol: str, reason: str) -> None:
        self._failure = reason
        self._loader.drop_waiting()
        self._retry_timer.start()
        self._say()

    def _link_changed(self) -> None:
        before, self._condition = self._condition, self._session.link.condition
        if self._condition == "live" and before in ("lost", "stale"):
            # What was sent meanwhile comes from history.
            for row in self._model.rows:
                self._session.readings.forget_history(row.station.station_id)
            self._load_history()
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ages_timer.start()
        self._model.update_all()
        self._lay_out()
        self._dirty = set()
        self._load_history()
        self._say()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ages_timer.stop()
        self._loader.drop_waiting()

    # -- selection ---------------------------------------------------------------------------------------------

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        station_id = current.data(STATION_ROLE)
        if isinstance(station_id, str):
            self._session.selection.select("station", station_id)

    def _show_selected(self, selected: Selected | None) -> None:
        if selected is None:
            return
        station_id = selected.key
        if selected.kind == "alert":
            alert = self._session.state.find_alert(selected.key)
            station_id = alert.place_id if alert is not None else ""
        place = self._model.place_of(station_id)
        if place is not None and self._list.currentIndex().row() != place:
            # Only shown here: whoever selected an alert keeps it selected.
            blocked = self._list.selectionModel().blockSignals(True)
            self._list.setCurrentIndex(self._model.index(place))
            self._list.selectionModel().blockSignals(blocked)
            self._list.viewport().update()
            self._list.scrollTo(self._model.index(place))

    # -- workspace ---------------------------------------------------------------------------------------------

    def save_state(self) -> dict[str, object]:
        return {"scroll_px": self._list.verticalScrollBar().value()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        scroll_px = state.get("scroll_px")
        if isinstance(scroll_px, int) and not isinstance(scroll_px, bool):
            self._list.verticalScrollBar().setValue(scroll_px)

    def is_live(self) -> bool:
        return any(row.state in ("measuring", "calibrating", "fault") for row in self._model.rows)


SPEC = PanelSpec(
    key="environment",
    title=str(QT_TRANSLATE_NOOP("Panels", "Environment")),
    build=EnvironmentPanel,
    needs=frozenset({"state", "readings", "history"}),
)

"""Rivers and rain: gauges against their alarm levels with what is forecast, rain sums, a rain map."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout, QWidget

from backend.contracts.hydrology import DAY_MS
from backend.contracts.state import Delta
from console.models.history_loader import HistoryLoader
from console.models.hydrology import LOOK_ROLE, STATION_ROLE, GaugeModel, RainModel
from console.models.hydrology_rows import gauges_of, rain_stations_of
from console.models.hydrology_words import station_name, sum_words, summary_words
from console.models.session import Selected, Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.gauge_row import ROW_PX, GaugeDelegate
from widgets.rain_map import Place, RainMap, RainSpot
from widgets.row_table import RowTable

LOOK_EVERY_MS: Final = 300
AGES_EVERY_MS: Final = 1_000
SUMS_EVERY_MS: Final = 10_000
RETRY_MS: Final = 10_000
AGAIN_MS: Final = 400
"""After a jump in time: several jumps in a row ask once."""

RAIN_SPAN_MS: Final = 3 * DAY_MS


class HydrologyPanel(Panel):
    """Clicking or moving to a row selects the station for the whole room; Enter brings the room there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dirty: set[str] = set()
        self._failure = ""
        self._condition = session.link.condition
        self._gauges = GaugeModel(session, self)
        self._rains = RainModel(session, self)
        self._loader = HistoryLoader(session.history, session.readings, self)
        self._loader.failed.connect(self._history_failed)
        self._build()
        self._look_timer = QTimer(self, interval=LOOK_EVERY_MS, singleShot=True)
        self._look_timer.timeout.connect(self._look)
        self._ages_timer = QTimer(self, interval=AGES_EVERY_MS)
        self._ages_timer.timeout.connect(self._age)
        self._sums_timer = QTimer(self, interval=SUMS_EVERY_MS)
        self._sums_timer.timeout.connect(self._sums)
        self._again_timer = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again_timer.timeout.connect(self._load_history)
        self._retry_timer = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._retry_timer.timeout.connect(self._load_history)
        session.readings.stations_changed.connect(self._stations_changed)
        session.readings.forgotten.connect(self._again_timer.start)
        session.changed.connect(self._state_changed)
        session.link.changed.connect(self._link_changed)
        session.selection.changed.connect(self._show_selected)
        self._site_taken()

    def _build(self) -> None:
        self._rivers = self._header("riverSummary")
        self._rain = self._header("rainSummary")
        self._message = QLabel(self)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._list = QListView(self)
        self._list.setAccessibleName(self.tr("River gauges"))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setMouseTracking(True)
        self._list.setModel(self._gauges)
        self._list.setItemDelegate(GaugeDelegate(LOOK_ROLE, self._list))
        self._table = RowTable(self._rains, (0,), self)
        self._table.setAccessibleName(self.tr("Rain stations"))
        self._table.setFrameShape(QFrame.Shape.NoFrame)
        self._map = RainMap(self)
        self._map.setAccessibleName(self.tr("Map of the rain of 24 hours"))
        for view in (self._list, self._table):
            view.selectionModel().currentChanged.connect(self._current_changed)
            view.activated.connect(self._activated)
        self._map.chosen.connect(lambda key: self._session.selection.select("station", key))
        self.setFocusProxy(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._rivers)
        column.addWidget(self._message, 1)
        column.addWidget(self._list, 3)
        column.addWidget(self._rain)
        column.addWidget(self._table, 2)
        column.addWidget(self._map, 3)

    def _header(self, name: str) -> ElidedLabel:
        label = ElidedLabel(parent=self)
        label.setObjectName(name)
        label.setFixedHeight(tokens.HEADER_PX)
        label.setIndent(12)
        return label

    @property
    def gauges(self) -> GaugeModel:
        return self._gauges

    @property
    def rains(self) -> RainModel:
        return self._rains

    @property
    def rain_map(self) -> RainMap:
        return self._map

    @property
    def summary(self) -> tuple[str, str]:
        return self._rivers.text(), self._rain.text()

    # -- state -> rows -----------------------------------------------------------------------------------------

    def _state_changed(self, change: Delta) -> None:
        if change.site or change.reset:
            self._site_taken()
        elif change.forecasts or change.cameras:
            self._gauges.update()

    def _site_taken(self) -> None:
        site = self._session.state.site
        self._gauges.take_site()
        self._rains.take_site()
        rivers, rain = self._gauges.rowCount() > 0, self._rains.rowCount() > 0
        if site is None:
            self._message.setText(self.tr("Waiting for the site from the server"))
        else:
            self._message.setText(
                self.tr(
                    "This site has no river gauge and no rain station. Both are entered in the site's stations.toml."
                )
            )
            self._map.set_places([Place(each.lat_deg, each.lon_deg, each.name) for each in site.communes])
        self._message.setVisible(not rivers and not rain)
        self._rivers.setVisible(rivers)
        self._list.setVisible(rivers)
        self._rain.setVisible(rain)
        self._table.setVisible(rain)
        self._map.setVisible(rain)
        # As tall as its rows: what is left belongs to the rain.
        self._list.setMaximumHeight(ROW_PX * max(1, self._gauges.rowCount()))
        heading = self._table.horizontalHeader().sizeHint().height()
        self._table.setMaximumHeight(heading + tokens.ROW_PX * max(1, self._rains.rowCount()) + tokens.GRID_PX)
        self._load_history()
        self._show_selected(self._session.selection.current)
        self._say()

    def _stations_changed(self, station_ids: set[str]) -> None:
        self._dirty |= station_ids
        if self.isVisible() and not self._look_timer.isActive():
            self._look_timer.start()

    def _look(self) -> None:
        if self._dirty and self.isVisible():
            self._gauges.update(self._dirty)
            self._rains.update(self._dirty)
            self._dirty = set()
            self._say()

    def _age(self) -> None:
        self._gauges.update()
        self._say()

    def _sums(self) -> None:
        """What fell longest ago leaves the sums by time alone; three days of samples are not added up each second."""
        self._rains.update()
        self._say()

    def _say(self) -> None:
        rivers, rain = summary_words(self._gauges.rows, self._rains.rows, self._session.language)
        if self._session.link.condition == "lost":
            rivers = "   ·   ".join([self.tr("LINK LOST: what is shown is old"), rivers])
        if self._failure:
            rain = "   ·   ".join([rain, self.tr("History could not be loaded: {reason}").format(reason=self._failure)])
        elif self._loader.busy:
            waiting = self.tr("History of {count} parameters is still loading").format(count=self._loader.count)
            rain = "   ·   ".join([rain, waiting])
        self._rivers.setText(rivers)
        self._rain.setText(rain)
        self._map.set_spots([self._spot(place) for place in range(self._rains.rowCount())])

    def _spot(self, place: int) -> RainSpot:
        row, language = self._rains.rows[place], self._session.language
        total = row.sums[24]
        return RainSpot(
            key=row.station.station_id,
            lat_deg=row.station.lat_deg,
            lon_deg=row.station.lon_deg,
            amount_mm=total.value_mm,
            label=sum_words(total, language),
            name=station_name(row.station, language),
            tint=tokens.RAIN.get(row.classes.get(24, "none"), ""),
            stale=row.stale,
        )

    # -- history -----------------------------------------------------------------------------------------------

    def _load_history(self) -> None:
        """A day of each gauge and three of each rain station, what is not here yet, a few questions at a time."""
        site = self._session.state.site
        if site is None or not self.isVisible():
            return
        self._failure = ""
        now_ms = self._session.clock.now_ms()
        wanted = [(each, DAY_MS) for each in gauges_of(site)] + [
            (each, RAIN_SPAN_MS) for each in rain_stations_of(site)
        ]
        for (station, parameter), span_ms in wanted:
            self._loader.ask_until(station.station_id, parameter.symbol, span_ms, now_ms)
        self._say()

    def _history_failed(self, station_id: str, symbol: str, reason: str) -> None:
        self._failure = reason
        self._loader.drop_waiting()
        self._retry_timer.start()
        self._say()

    def _link_changed(self) -> None:
        before, self._condition = self._condition, self._session.link.condition
        if self._condition == "live" and before in ("lost", "stale"):
            # What was sent meanwhile comes from history.
            stations = [row.station for row in self._gauges.rows] + [row.station for row in self._rains.rows]
            for station in stations:
                self._session.readings.forget_history(station.station_id)
            self._load_history()
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ages_timer.start()
        self._sums_timer.start()
        self._dirty = set()
        self._gauges.update()
        self._rains.update()
        self._load_history()
        self._say()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ages_timer.stop()
        self._sums_timer.stop()
        self._loader.drop_waiting()

    # -- selection ---------------------------------------------------------------------------------------------

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        station_id = current.data(STATION_ROLE)
        if isinstance(station_id, str):
            self._session.selection.select("station", station_id)

    def _activated(self, index: QModelIndex) -> None:
        station_id = index.data(STATION_ROLE)
        if isinstance(station_id, str):
            self._session.selection.bring_room_to("station", station_id)

    def _show_selected(self, selected: Selected | None) -> None:
        if selected is None:
            return
        station_id = selected.key
        if selected.kind == "alert":
            alert = self._session.state.find_alert(selected.key)
            station_id = alert.place_id if alert is not None else ""
        for view, model in ((self._list, self._gauges), (self._table, self._rains)):
            place = model.place_of(station_id)
            # Only shown here: whoever selected an alert keeps it selected.
            blocked = view.selectionModel().blockSignals(True)
            if place is None:
                view.setCurrentIndex(QModelIndex())
            elif view.currentIndex().row() != place:
                view.setCurrentIndex(model.index(place, 0))
            view.selectionModel().blockSignals(blocked)
            view.viewport().update()

    def is_live(self) -> bool:
        return any(not row.stale for row in self._gauges.rows) or any(not row.stale for row in self._rains.rows)


SPEC = PanelSpec(
    key="hydrology",
    title=str(QT_TRANSLATE_NOOP("Panels", "Hydrology")),
    build=HydrologyPanel,
    needs=frozenset({"state", "readings", "history"}),
)

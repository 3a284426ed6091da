"""The city's map: communes, cameras with what they look at, stations with their newest figure, alerts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from backend.contracts.state import Delta
from console.models.map_features import (
    CAMERAS,
    LABELS,
    LAYERS,
    STATIONS,
    Place,
    Projector,
    box_of,
    find_places,
    place_of_thing,
    wall_clock,
)
from console.models.map_heat import ReportHeat
from console.models.map_reports import HEAT_SPANS_DAYS, REPORTS, put_reports, span_words
from console.models.map_reports import LAYER as REPORT_LAYER
from console.models.map_words import legend_words, map_words
from console.models.map_zones import CHECKPOINTS, box_of_zone, holding, put_zones
from console.models.map_zones import LAYER as ZONE_LAYER
from console.models.map_zones import legend as zone_legend
from console.models.session import Selected, SelectedKind, Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.map_search import MapSearch
from widgets.map_types import Bounds, MapDelta
from widgets.map_view import MapView

if TYPE_CHECKING:
    from backend.contracts.alerts import Alert

CLOSE_ZOOM: Final = 15
AGES_EVERY_MS: Final = 10_000
LINK_EVERY_MS: Final = 1_000
DOCUMENT_RETRY_MS: Final = 3_000
REPORTS_AT_ONCE: Final = 500
"""Of a room with more of them the others follow in the event loop's next turns."""

VIETNAM: Final = Bounds(6.0, 101.8, 23.5, 117.9)
"""The whole country, Hoàng Sa and Trường Sa included."""

DOCUMENTS: Final = {
    "provinces": "/api/v1/site/provinces.geojson",
    "communes": "/api/v1/site/communes.geojson",
}


class MapPanel(Panel):
    """Projects the session's state to the map, and what is done on the map to the session's selection."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._projector = Projector(session.readings.latest, map_words(), english=session.language == "en")
        self._map = MapView((REPORT_LAYER, ZONE_LAYER, *LAYERS), self)
        self._holding: frozenset[str] = frozenset()
        self._own_click = False
        self._site_digest = ""
        self._unplaced = 0
        self._hidden_layers: set[str] = set()
        self._base_path: Path | None = None
        self._alert_turn = ""
        self._reports_due: dict[str, None] = {}
        self._reports_turn = QTimer(self, interval=0, singleShot=True)
        self._reports_turn.timeout.connect(self._put_due_reports)
        self._heat = ReportHeat(session, self)
        self._heat.changed.connect(self._map.push)
        self._heat.told.connect(self._say)
        self._build_header()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._map, 1)
        self._map.set_labels(LABELS)
        self._connect()
        self._add_keys()
        self._take_all()
        self._show_link()

    @property
    def map_view(self) -> MapView:
        return self._map

    @property
    def search(self) -> MapSearch:
        return self._search

    @property
    def notice(self) -> str:
        """What the header says, "" when there is nothing to say."""
        return self._notice.text()

    # -- building ----------------------------------------------------------------------------------------------

    def _build_header(self) -> None:
        self._header = QWidget(self)
        self._header.setObjectName("mapHeader")
        self._header.setFixedHeight(tokens.HEADER_PX)
        self._search = MapSearch(self._header)
        self._search.setPlaceholderText(self.tr("Find a commune, camera or station  (Ctrl+F)"))
        self._search.typed.connect(self._find)
        self._search.chosen.connect(self._jump_to)
        self._notice = QLabel(self._header)
        self._notice.setObjectName("mapNotice")
        self._notice.setTextFormat(Qt.TextFormat.PlainText)
        home = self._button(self.tr("Home"), self.tr("Back to the city (Home)"))
        home.clicked.connect(self.go_home)
        country = self._button(self.tr("Country"), self.tr("The whole country (Shift+Home)"))
        country.clicked.connect(self.show_country)
        layers = self._button(self.tr("Layers"), self.tr("What the map shows"))
        layers.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layers.setMenu(self._layers_menu(layers))
        row = QHBoxLayout(self._header)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(self._search, 2)
        row.addWidget(self._notice, 3)
        for button in (home, country, layers):
            row.addWidget(button)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self._header)
        button.setText(text)
        button.setToolTip(tip)
        button.setAutoRaise(True)
        return button

    def _layers_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        self._layer_actions: dict[str, QAction] = {}
        # Alerts are not in the list: nobody can hide them.
        for layer, text in (
            (CAMERAS, self.tr("Cameras")),
            (STATIONS, self.tr("Stations")),
            (REPORTS, self.tr("Citizens' reports")),
            (CHECKPOINTS, self.tr("Checkpoints")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(lambda shown, layer=layer: self._show_layer(layer, shown))
            self._layer_actions[layer] = action
        self._heat_action = menu.addAction(self.tr("How many reports came from where"))
        self._heat_action.setCheckable(True)
        self._heat_action.toggled.connect(self._show_heat)
        spans = menu.addMenu(self.tr("Counted how far back"))
        group = QActionGroup(spans)
        self._span_actions: dict[int, QAction] = {}
        for days in HEAT_SPANS_DAYS:
            action = group.addAction(spans.addAction(span_words(days)))
            action.setCheckable(True)
            action.setChecked(days == self._heat.days)
            action.triggered.connect(lambda chosen, days=days: self._count_back(days))
            self._span_actions[days] = action
        menu.addSeparator()
        menu.addAction(self.tr("Base map from a file (MBTiles)…")).triggered.connect(self._ask_base_file)
        menu.addAction(self.tr("No base map")).triggered.connect(lambda: self.set_base_tiles(None))
        return menu

    def _connect(self) -> None:
        session = self._session
        session.changed.connect(self._state_changed)
        session.selection.changed.connect(self._selection_changed)
        session.selection.go_to.connect(self._go_to)
        session.readings.stations_changed.connect(self._stations_changed)
        session.link.changed.connect(self._show_link)
        self._map.clicked.connect(self._clicked)
        self._map.pointed.connect(self._session.selection.pointed)
        self._map.view_changed.connect(lambda view: self._heat.set_zoom(view.zoom))
        self._map.base_refused.connect(self._say)
        self._map.failed.connect(self._say)
        self._map.ready.connect(lambda: self._say(""))
        self._ages = QTimer(self, interval=AGES_EVERY_MS)
        self._ages.timeout.connect(self._time_passed)
        # The band counts its own seconds while the link is away and sends no signals.
        self._link_clock = QTimer(self, interval=LINK_EVERY_MS)
        self._link_clock.timeout.connect(self._show_link)
        self._link_clock.start()

    def _add_keys(self) -> None:
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, act in (
            # "/" searches the whole room, from wherever the focus is.
            ("Ctrl+F", self._search.start),
            ("Home", self.go_home),
            ("Shift+Home", self.show_country),
        ):
            QShortcut(QKeySequence(keys), self, act, context=within)
        # On the map itself Tab goes from alert to alert; Shift+Tab leaves it as everywhere.
        QShortcut(QKeySequence("Tab"), self._map, self.next_alert, context=within)

    # -- state -> map ------------------------------------------------------------------------------------------

    def _take_all(self) -> None:
        self._tell_legend()
        site = self._session.state.site
        if site is not None and site.digest != self._site_digest:
            self._site_digest = site.digest
            self._map.set_home_code(site.province_code)
            for name in DOCUMENTS:
                self._fetch(name)
            self.go_home()
        delta = self._projector.project(self._session.state, self._session.clock.now_ms())
        self._reports_due.clear()
        self._put_reports(delta, self._session.state.reports)
        self._put_zones(delta, (*self._session.state.zones, *self._session.state.checkpoints))
        self._map.push(delta)
        self._heat.drawn_anew()
        self._count_unplaced()

    def _fetch(self, name: str) -> None:
        def failed(reason: str) -> None:
            self._say(self.tr("The boundaries cannot be fetched: {reason}").format(reason=reason))
            QTimer.singleShot(DOCUMENT_RETRY_MS, self, lambda: self._fetch(name))

        self._session.history.document(DOCUMENTS[name], lambda content: self._map.set_document(name, content), failed)

    def _state_changed(self, change: Delta) -> None:
        if change.reset or change.site:
            self._take_all()
            return
        delta = self._projector.project_changes(self._session.state, change, self._session.clock.now_ms())
        self._put_reports(delta, change.reports)
        if change.zones:
            self._put_zones(delta, change.zones)
        if delta:
            self._map.push(delta)
        if change.alerts:
            self._count_unplaced()

    def _put_reports(self, delta: MapDelta, report_ids: Iterable[str]) -> None:
        self._reports_due.update(dict.fromkeys(report_ids))
        now = list(islice(self._reports_due, REPORTS_AT_ONCE))
        for report_id in now:
            del self._reports_due[report_id]
        session = self._session
        put_reports(delta, session.state, now, session.clock.now_ms(), session.language)
        if self._reports_due:
            self._reports_turn.start()

    def _put_zones(self, delta: MapDelta, ids: Iterable[str]) -> None:
        state, now_ms = self._session.state, self._session.clock.now_ms()
        put_zones(delta, state, ids, now_ms, self._session.language)
        self._holding = holding(state, now_ms)

    def _time_passed(self) -> None:
        """Figures grow old, and zones begin and end, without an event."""
        self._stations_changed(None)
        turned = self._holding ^ holding(self._session.state, self._session.clock.now_ms())
        if turned:
            delta = MapDelta()
            self._put_zones(delta, turned)
            self._map.push(delta)

    def _tell_legend(self) -> None:
        session = self._session
        self._map.set_texts(legend_words(self._heat.days, zone_legend(session.state.site, session.language)))

    def _put_due_reports(self) -> None:
        delta = MapDelta()
        self._put_reports(delta, ())
        self._map.push(delta)

    def _stations_changed(self, station_ids: set[str] | None) -> None:
        self._map.push(self._projector.stations(self._session.state, station_ids, self._session.clock.now_ms()))

    def _count_unplaced(self) -> None:
        self._unplaced = self._projector.unplaced(self._session.state)
        self._say("")

    def _say(self, text: str) -> None:
        if not text and self._unplaced:
            text = self.tr("{n} alerts without a place: see the list").format(n=self._unplaced)
        self._notice.setText(text)
        self._notice.setToolTip(text)

    def _show_link(self) -> None:
        link = self._session.link
        if link.condition == "live":
            self._map.set_live(True)
            return
        if self._session.clock.replaying:
            self._map.set_live(False, link.reason or self.tr("LOADING"))
            return
        words = {
            "connecting": self.tr("CONNECTING"),
            "stale": self.tr("SLOW"),
            "lost": self.tr("LINK LOST"),
        }.get(link.condition, link.condition)
        if math.isfinite(link.age_s) and self._session.state.site is not None:
            at_ms = self._session.clock.now_ms() - int(link.age_s * 1000)
            clock = wall_clock(at_ms, self._session.state.site.utc_offset_min)
            words = self.tr("{condition} — data of {clock}").format(condition=words, clock=clock)
        self._map.set_live(False, words)

    # -- map -> session ----------------------------------------------------------------------------------------

    def _clicked(self, layer: str, key: str) -> None:
        # A camera's tile opens and an alert's surroundings come up; the map itself moves for an alert only:
        # whoever clicked a camera or a report already looks at it.
        self._own_click = layer in (CAMERAS, REPORTS, CHECKPOINTS)
        kind: SelectedKind = "zone" if layer == CHECKPOINTS else cast(SelectedKind, layer)
        if layer == STATIONS:
            self._session.selection.select(kind, key)
        else:
            self._session.selection.bring_room_to(kind, key)
        self._own_click = False

    def _selection_changed(self, selected: Selected | None) -> None:
        if selected is None:
            self._map.set_selected("", "")
        else:
            self._map.set_selected(CHECKPOINTS if selected.kind == "zone" else selected.kind, selected.key)

    def _go_to(self, selected: Selected) -> None:
        if self._own_click:
            return
        site = self._session.state.site
        if selected.kind == "alert":
            alert = self._session.state.find_alert(selected.key)
            if alert is not None:
                self._fly_to_alert(alert)
        elif selected.kind == REPORTS:
            self._fly_to_report(selected.key)
        elif selected.kind == "zone":
            box = box_of_zone(self._session.state, selected.key)
            if box is not None:
                self._map.fit(box, max_zoom=CLOSE_ZOOM)
        elif selected.kind == "commune":
            self._map.fit_feature(selected.key)
        elif site is not None:
            place = place_of_thing(site, selected.key)
            if place is not None:
                self._map.fly_to(*place, self._close_zoom())

    def _fly_to_alert(self, alert: Alert) -> None:
        box = box_of(alert)
        place = self._projector.place_of(alert, self._session.state.site)
        if box is not None:
            self._map.fit(box, max_zoom=CLOSE_ZOOM)
        elif place is not None:
            self._map.fly_to(*place, self._close_zoom())
        else:
            self._say(self.tr("This alert has no place on the map"))

    def _fly_to_report(self, report_id: str) -> None:
        report = self._session.state.report(report_id)
        if report is None or report.lat_deg is None or report.lon_deg is None:
            self._say(self.tr("This report has no place on the map"))
        else:
            self._map.fly_to(report.lat_deg, report.lon_deg, self._close_zoom())

    def _close_zoom(self) -> int:
        view = self._map.view
        return CLOSE_ZOOM if view is None else max(CLOSE_ZOOM, view.zoom)

    # -- what a person does ------------------------------------------------------------------------------------

    def go_home(self) -> None:
        """Show the city as the site says."""
        site = self._session.state.site
        if site is not None:
            self._map.fly_to(site.home.lat_deg, site.home.lon_deg, site.home.zoom)

    def show_country(self) -> None:
        self._map.fit(VIETNAM)

    def next_alert(self) -> None:
        """Go to the next open alert that has a place, worst first, round and round."""
        state = self._session.state
        placed = [alert for alert in state.alerts.values() if self._projector.place_of(alert, state.site) is not None]
        placed.sort(key=lambda alert: (alert.priority, -alert.raised_ms, alert.alert_id))
        if not placed:
            self.focusNextChild()
            return
        ids = [alert.alert_id for alert in placed]
        turn = (ids.index(self._alert_turn) + 1) % len(ids) if self._alert_turn in ids else 0
        self._alert_turn = ids[turn]
        self._session.selection.bring_room_to("alert", self._alert_turn)

    def _find(self, text: str) -> None:
        site = self._session.state.site
        places = () if site is None else find_places(site, text, self._session.language == "en")
        kinds = {"commune": self.tr("commune"), CAMERAS: self.tr("camera"), STATIONS: self.tr("station")}
        self._search.offer([(f"{place.name}  ·  {kinds[place.kind]}", place) for place in places])

    def _jump_to(self, place: Place) -> None:
        self._session.selection.bring_room_to(cast(SelectedKind, place.kind), place.key)
        self._map.setFocus()

    def _show_layer(self, layer: str, shown: bool) -> None:
        self._hidden_layers.discard(layer) if shown else self._hidden_layers.add(layer)
        # Bubbles would stand on the figures of the cells.
        self._map.set_layer_visible(layer, shown and not (layer == REPORTS and self._heat.shown))

    def _show_heat(self, shown: bool) -> None:
        self._heat.set_shown(shown)
        self._show_layer(REPORTS, REPORTS not in self._hidden_layers)

    def _count_back(self, days: int) -> None:
        self._span_actions[days].setChecked(True)
        self._heat.set_days(days)
        self._tell_legend()

    def _ask_base_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Base map from a file (MBTiles)…"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("MBTiles (*.mbtiles)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.set_base_tiles(Path(name)))
        dialog.open()

    def set_base_tiles(self, path: Path | None) -> None:
        """Use the customer's MBTiles as base layer; what is wrong with the file is said in the header."""
        self._base_path = path
        self._say("")
        self._map.set_base_tiles(path)

    # -- Panel -------------------------------------------------------------------------------------------------

    def is_live(self) -> bool:
        documents = self._map.report.get("documents")
        drawn = isinstance(documents, dict) and bool(documents.get("communes"))
        return self._map.is_ready and drawn and self._session.state.site is not None

    def save_state(self) -> dict[str, object]:
        state: dict[str, object] = {
            "hidden_layers": sorted(self._hidden_layers),
            "heat": self._heat.shown,
            "heat_days": self._heat.days,
        }
        if self._base_path is not None:
            state["base_tiles"] = str(self._base_path)
        view = self._map.view
        if view is not None:
            state["view"] = [view.lat_deg, view.lon_deg, view.zoom]
        return state

    def restore_state(self, state: Mapping[str, object]) -> None:
        hidden = state.get("hidden_layers")
        for layer in hidden if isinstance(hidden, list) else []:
            if layer in self._layer_actions:
                self._layer_actions[layer].setChecked(False)
        days = state.get("heat_days")
        if isinstance(days, int) and days in self._span_actions:
            self._count_back(days)
        self._heat_action.setChecked(state.get("heat") is True)
        base = state.get("base_tiles")
        if isinstance(base, str) and base:
            self.set_base_tiles(Path(base))
        view = state.get("view")
        if isinstance(view, list) and len(view) == 3 and all(isinstance(each, int | float) for each in view):
            self._map.fly_to(float(view[0]), float(view[1]), int(view[2]))

    def showEvent(self, event: QShowEvent) -> None:
        self._stations_changed(None)
        self._ages.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._ages.stop()
        super().hideEvent(event)


SPEC = PanelSpec(
    "map", str(QT_TRANSLATE_NOOP("Panels", "Map")), MapPanel, frozenset({"state", "readings", "history", "web"})
)

"""The chart of what is selected: every parameter of its station, history joined to live."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from backend.contracts.site import Parameter, Station
from backend.contracts.state import Delta
from console import jobs
from console.models.csv_export import CsvLimit, CsvParameter, CsvStation, file_name, write_csv
from console.models.history_loader import MAX_POINTS, HistoryLoader, Question
from console.models.session import Session
from console.models.station_strips import chart_formats, first_station, limit_name, station_for, strip_specs
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.chart_types import View
from widgets.elided_label import ElidedLabel
from widgets.save_dialog import ask_where
from widgets.strip_chart import StripChart

HOUR_MS: Final = 3_600_000
SPANS_H: Final = (1, 6, 24, 168)
ASK_AFTER_MS: Final = 250


class StationChartPanel(Panel):
    """Follows the session's selection: a station, an alert's station, else the station nearest to what is selected."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._station: Station | None = None
        self._site_digest = ""
        self._failures: dict[str, str] = {}
        self._condition = session.link.condition
        self._loader = HistoryLoader(session.history, session.readings, self)
        self._loader.failed.connect(self._history_failed)
        self._loader.arrived.connect(self._history_arrived)
        self._chart = StripChart(chart_formats(session), self)
        self._chart.view_changed.connect(lambda view: self._view_moved())
        self._build()
        # A wheel turn makes many views; the store is asked about the last.
        self._ask_timer = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._ask_timer.timeout.connect(self._ask_history)
        session.selection.changed.connect(self._follow)
        session.changed.connect(self._state_changed)
        session.readings.forgotten.connect(self._ask_timer.start)
        session.link.changed.connect(self._link_changed)
        self._chart.show_span(session.chart_hours * HOUR_MS)
        self._follow()

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        self._title = ElidedLabel(parent=header)
        self._title.setObjectName("chartTitle")
        self._said = ElidedLabel(parent=header)
        self._said.setObjectName("chartSaid")
        row = QHBoxLayout(header)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        row.addWidget(self._said)
        self._spans = QButtonGroup(self)
        words = {1: self.tr("1 h"), 6: self.tr("6 h"), 24: self.tr("24 h"), 168: self.tr("7 days")}
        for hours in SPANS_H:
            button = self._button(words[hours], self.tr("Show this much time"), header)
            button.setCheckable(True)
            self._spans.addButton(button, hours)
            row.addWidget(button)
        self._spans.idClicked.connect(lambda hours: self._chart.show_span(hours * HOUR_MS))
        self._live = self._button(self.tr("Now"), self.tr("Back to now (L)"), header)
        self._live.clicked.connect(self._chart.go_live)
        self._export = self._button(self.tr("CSV…"), self.tr("Save what is shown as a CSV file (Ctrl+E)"), header)
        self._export.clicked.connect(self.ask_export)
        row.addWidget(self._live)
        row.addWidget(self._export)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("Ctrl+E"), self, self.ask_export, context=within)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._chart, 1)
        self.setFocusProxy(self._chart)

    def _button(self, text: str, tip: str, parent: QWidget) -> QPushButton:
        button = _RoomyButton(text, parent)
        button.setToolTip(tip)
        button.setFixedHeight(tokens.HEADER_PX - 4)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def chart(self) -> StripChart:
        return self._chart

    @property
    def station(self) -> Station | None:
        return self._station

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def said(self) -> str:
        """The sentence beside the buttons: what became of an export, why history is missing."""
        return self._said.text()

    # -- which station -----------------------------------------------------------------------------------------

    def _state_changed(self, change: Delta) -> None:
        site = self._session.state.site
        if site is not None and site.digest != self._site_digest:
            self._station = None
            self._follow()

    def _follow(self, _selected: object = None) -> None:
        state = self._session.state
        shown = station_for(state, self._session.selection.current)
        if shown is not None:
            station, distance = shown.station, shown.distance_m
        else:
            kept = self._station if self._station is not None else first_station(state)
            if kept is None:
                self._chart.set_message(self._no_station())
                return
            station, distance = kept, None
        self._title.setText(self._title_words(station, distance))
        if station != self._station:
            self._show(station)

    def _no_station(self) -> str:
        if self._session.state.site is None:
            return self.tr("Waiting for the site from the server")
        return self.tr("This site has no measuring station. Stations are entered in stations.toml of the site.")

    def _title_words(self, station: Station, distance_m: float | None) -> str:
        session, site = self._session, self._session.state.site
        parts = [f"{station.station_id}  {session.local_name(station.name_vi, station.name_en)}"]
        if site is not None:
            plant = next((each for each in site.plants if each.plant_id == station.plant_id), None)
            if plant is not None:
                parts.append(session.local_name(plant.name_vi, plant.name_en))
            parts += [each.name for each in site.communes if each.code == station.commune_code]
        if distance_m is not None:
            number = chart_formats(session).number(distance_m / 1000, 1)
            parts.append(self.tr("nearest, {distance} km away").format(distance=number))
        return "  ·  ".join(parts)

    def _show(self, station: Station) -> None:
        site = self._session.state.site
        self._site_digest = site.digest if site is not None else ""
        self._station = station
        self._failures.clear()
        self._said.clear()
        self._loader.drop_waiting()
        # The formats carry the site's clock, which was not known before the site was.
        self._chart.set_formats(chart_formats(self._session))
        self._chart.set_message("")
        self._chart.set_strips(strip_specs(self._session, station, self._notice))
        self._ask_history()

    # -- history -----------------------------------------------------------------------------------------------

    def _view_moved(self) -> None:
        view = self._chart.view
        hours = round(view.span_ms / HOUR_MS, 3)
        exclusive = hours in SPANS_H
        self._spans.setExclusive(exclusive)
        for button in self._spans.buttons():
            button.setChecked(exclusive and self._spans.id(button) == hours)
        self._live.setEnabled(not self._chart.following)
        self._say_export()
        self._ask_timer.start()

    def _ask_history(self) -> None:
        station, view = self._station, self._chart.view
        if station is None or not self.isVisible():
            return
        # Whole minutes and some room before: small moves ask nothing new.
        start_ms = (view.start_ms - view.span_ms // 4) // 60_000 * 60_000
        end_ms = min(view.end_ms, self._session.clock.now_ms())
        for parameter in station.parameters:
            if not self._session.readings.has_history(station.station_id, parameter.symbol, start_ms, end_ms):
                self._loader.ask(Question(station.station_id, parameter.symbol, start_ms, end_ms, MAX_POINTS))

    def _history_arrived(self, _station_id: str, symbol: str) -> None:
        self._failures.pop(symbol, None)
        self._say_export()

    def _say_export(self) -> None:
        """What the file will hold, before it is asked for."""
        tip = self.tr("Save what is shown as a CSV file (Ctrl+E)")
        if any(self._is_thinned(parameter.symbol) for parameter in self._parameters()):
            tip += "\n" + self.tr("So long a span holds extremes only, not every sample: choose a shorter one for all")
        self._export.setToolTip(tip)

    def _is_thinned(self, symbol: str) -> bool:
        view = self._chart.view
        return self._session.readings.is_thinned(self._station_id(), symbol, view.start_ms, view.end_ms)

    def _parameters(self) -> tuple[Parameter, ...]:
        return self._station.parameters if self._station is not None else ()

    def _history_failed(self, station_id: str, symbol: str, reason: str) -> None:
        if self._station is not None and station_id == self._station.station_id:
            self._failures[symbol] = reason
            self._said.setText(self.tr("History could not be loaded"))
            self._said.setToolTip(reason)

    def _link_changed(self) -> None:
        """What was sent while the link was away comes from history."""
        before, self._condition = self._condition, self._session.link.condition
        if self._condition == "live" and before != "live":
            self._said.clear()
            if self._station is not None:
                self._session.readings.forget_history(self._station.station_id)
            self._ask_history()

    def _station_id(self) -> str:
        return self._station.station_id if self._station is not None else ""

    def _notice(self, symbol: str) -> str:
        if symbol in self._failures:
            return self.tr("History could not be loaded: {reason}").format(reason=self._failures[symbol])
        if self._loader.is_loading(self._station_id(), symbol):
            return self.tr("Loading history …")
        return self.tr("Nothing was sent in this time")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._loader.drop_waiting()

    # -- export ------------------------------------------------------------------------------------------------

    def ask_export(self) -> None:
        """Ask for a file and write what is shown; the dialog does not stop the room."""
        site, view = self._session.state.site, self._chart.view
        if self._station is None or site is None:
            return
        name = file_name(self._station.station_id, view.start_ms, view.end_ms, site.utc_offset_min)
        content = self._content(self._station, view)
        proposed = str(Path.home() / name)
        ask_where(self, self.tr("Save as CSV"), proposed, ("CSV (*.csv)",), lambda path: self.export(path, content))

    def export(self, path: Path, content: CsvStation | None = None) -> None:
        """Write what is shown to `path` off the GUI thread; `said` tells what became of it."""
        if content is None:
            if self._station is None:
                return
            content = self._content(self._station, self._chart.view)
        chosen = content
        self._said.setText(self.tr("Saving …"))
        jobs.start(
            self,
            lambda: write_csv(path, chosen),
            lambda count: self._say_saved(count, path.name),
            lambda reason: self._said.setText(self.tr("Not saved: {reason}").format(reason=reason)),
        )

    def _say_saved(self, count: int, name: str) -> None:
        number = chart_formats(self._session).number(count, 0)
        self._said.setText(self.tr("{count} samples saved: {name}").format(count=number, name=name))

    def _content(self, station: Station, view: View) -> CsvStation:
        session, site = self._session, self._session.state.site
        language = session.language
        parameters = tuple(
            CsvParameter(
                parameter.symbol,
                parameter.unit,
                parameter.decimals,
                session.readings.window(station.station_id, parameter.symbol, view.start_ms, view.end_ms),
                tuple(CsvLimit(limit_name(each, language), each.value, each.source) for each in parameter.limits),
                session.readings.is_thinned(station.station_id, parameter.symbol, view.start_ms, view.end_ms),
            )
            for parameter in station.parameters
        )
        name = session.local_name(station.name_vi, station.name_en)
        offset_min = site.utc_offset_min if site is not None else 0
        return CsvStation(station.station_id, name, offset_min, language, parameters)

    # -- workspace ---------------------------------------------------------------------------------------------

    def save_state(self) -> dict[str, object]:
        return {"span_ms": self._chart.view.span_ms, "station_id": self._station_id()}

    def restore_state(self, state: Mapping[str, object]) -> None:
        span_ms = state.get("span_ms")
        if isinstance(span_ms, int) and not isinstance(span_ms, bool) and span_ms > 0:
            self._chart.show_span(span_ms)
        site = self._session.state.site
        found = [each for each in site.stations if each.station_id == state.get("station_id")] if site else []
        if found and self._session.selection.current is None:
            self._title.setText(self._title_words(found[0], None))
            self._show(found[0])

    def is_live(self) -> bool:
        return any(strip.point_count() and not strip.is_lost for strip in self._chart.strips)


class _RoomyButton(QPushButton):
    """As wide as its text is drawn: the horn of a last "ờ" reaches beyond the width the font tells."""

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(4, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


SPEC = PanelSpec(
    key="station_chart",
    title=str(QT_TRANSLATE_NOOP("Panels", "Charts")),
    build=StationChartPanel,
    needs=frozenset({"state", "readings", "history"}),
)

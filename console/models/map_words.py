"""Words of the map in the language of the seat."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from console.models.map_features import Words
from console.models.map_reports import legend as report_legend
from widgets.map_types import LegendEntry, MapWords

translate = QCoreApplication.translate


def map_words() -> Words:
    """Words of conditions, as the features carry them."""
    return Words(
        lost=translate("MapWords", "SIGNAL LOST"),
        unknown=translate("MapWords", "not checked yet"),
        no_data=translate("MapWords", "no data"),
        old=translate("MapWords", "old, {age} ago"),
        calibrating=translate("MapWords", "calibrating"),
        fault=translate("MapWords", "device fault"),
        exercise=translate("MapWords", "EXERCISE"),
        risk=translate("MapWords", "risk level {level}"),
        until=translate("MapWords", "until {time}"),
        no_end=translate("MapWords", "no end stated"),
        highest=translate("AirQuality", "highest: {pollutant}"),
        simulated=translate("MapWords", "simulated data"),
        recording={
            "recording": translate("MapWords", "● recorded"),
            "waiting": translate("MapWords", "◌ recording waits"),
            "gap": translate("MapWords", "▨ recording: gap"),
            "failed": translate("MapWords", "⬢ recording cannot be stored"),
        },
        seconds=translate("MapWords", "{n} s"),
        minutes=translate("MapWords", "{n} min"),
        hours=translate("MapWords", "{n} h"),
        days=translate("MapWords", "{n} d"),
    )


def legend_words(heat_days: int, zones: tuple[LegendEntry, ...]) -> MapWords:
    """What the page itself writes. The sources of the boundaries are named wherever these are shown."""
    return MapWords(
        attribution=translate(
            "MapWords",
            "Boundaries: thanglequoc/vietnamese-provinces-database (MIT), from sapnhap.bando.com.vn · Leaflet",
        ),
        legend_title=translate("MapWords", "Legend"),
        legend=(
            LegendEntry("mark", "filled", 1, translate("MapWords", "Critical, not acknowledged")),
            LegendEntry("mark", "filled", 2, translate("MapWords", "High")),
            LegendEntry("mark", "filled", 3, translate("MapWords", "Medium")),
            LegendEntry("mark", "filled", 4, translate("MapWords", "Low")),
            LegendEntry("mark", "filled", 5, translate("MapWords", "The system itself")),
            LegendEntry("mark", "outline", 2, translate("MapWords", "Acknowledged")),
            LegendEntry("mark", "dashed", 2, translate("MapWords", "Over, not acknowledged")),
            LegendEntry("area", "normal", 1, translate("MapWords", "Area of a bulletin: risk level 1, as it states")),
            LegendEntry("area", "normal", 2, translate("MapWords", "Risk level 2")),
            LegendEntry("area", "normal", 3, translate("MapWords", "Risk level 3")),
            LegendEntry("area", "normal", 4, translate("MapWords", "Risk level 4")),
            LegendEntry("area", "normal", 5, translate("MapWords", "Risk level 5")),
            LegendEntry("area", "dashed", 0, translate("MapWords", "Area of an exercise")),
            LegendEntry("camera", "normal", 0, translate("MapWords", "Camera")),
            LegendEntry("camera", "lost", 0, translate("MapWords", "Camera, signal lost")),
            LegendEntry("chimney", "normal", 0, translate("MapWords", "Stack gas station")),
            LegendEntry("outfall", "normal", 0, translate("MapWords", "Waste water station")),
            LegendEntry("wind", "normal", 0, translate("MapWords", "Air station, in the colour of its VN_AQI")),
            LegendEntry("drop", "normal", 0, translate("MapWords", "Surface water station")),
            LegendEntry("rain", "normal", 0, translate("MapWords", "Rain gauge")),
            LegendEntry("waves", "normal", 0, translate("MapWords", "River gauge")),
            LegendEntry("people", "normal", 0, translate("MapWords", "Counter of people or vehicles")),
            LegendEntry("waves", "dim", 0, translate("MapWords", "Old figure or device fault")),
            LegendEntry("cluster", "normal", 0, translate("MapWords", "Several together, how many")),
            *report_legend(heat_days),
            *zones,
        ),
        north=translate("MapWords", "N"),
        south=translate("MapWords", "S"),
        east=translate("MapWords", "E"),
        west=translate("MapWords", "W"),
    )

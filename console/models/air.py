"""The air quality index of each station in words and the decree's colours, in the language of the seat."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend.contracts.air import SOURCE_VI, AirBand, AirIndex, air_band
from backend.contracts.site import Station
from console.models.numbers import format_time
from console.models.session import Session
from widgets.index_tile import IndexLook


def air_looks(session: Session) -> list[IndexLook]:
    """A tile for each station of ambient air that measures dust: without it there is no index to show."""
    site = session.state.site
    stations = () if site is None else site.stations
    return [_look(session, station) for station in stations if station.kind == "air" and _measures_dust(station)]


def _measures_dust(station: Station) -> bool:
    return any(parameter.symbol in ("PM10", "PM2,5", "PM2.5") for parameter in station.parameters)


def _look(session: Session, station: Station) -> IndexLook:
    title = session.local_name(station.name_vi, station.name_en)
    hour = session.state.air.get(f"{station.station_id}/hour")
    if hour is None or hour.value is None:
        none = QCoreApplication.translate("AirQuality", "No VN_AQI: too few readings of PM10 or PM2,5")
        return IndexLook(title, "–", None, none, "", SOURCE_VI, f"{title}\n{none}")
    band = air_band(hour.value)
    name, advice = session.local_name(band.name_vi, band.name_en), session.local_name(band.advice_vi, band.advice_en)
    span = _span(session, hour)
    old = hour.is_old(session.clock.now_ms())
    if old:
        span = QCoreApplication.translate("AirQuality", "old: {span}").format(span=span)
    highest = QCoreApplication.translate("AirQuality", "highest: {pollutant}").format(pollutant=hour.pollutant)
    state = "  ·  ".join([name, highest, span, *_day(session, station)])
    source = f"{SOURCE_VI}  ·  {_producer(session, station)}"
    parts = ", ".join(f"{symbol} {value}" for symbol, value in hour.parts.items())
    words = "\n".join([title, f"VN_AQI {hour.value}", state, parts, advice, source])
    return IndexLook(title, str(hour.value), band.rgb, state, advice, source, words, old)


def _day(session: Session, station: Station) -> list[str]:
    day = session.state.air.get(f"{station.station_id}/day")
    if day is None or day.value is None:
        return []
    band: AirBand = air_band(day.value)
    words = QCoreApplication.translate("AirQuality", "day {value} · {band}")
    return [words.format(value=day.value, band=session.local_name(band.name_vi, band.name_en))]


def _span(session: Session, index: AirIndex) -> str:
    site = session.state.site
    offset_min = site.utc_offset_min if site is not None else 0
    return f"{format_time(index.from_ms, offset_min)[:5]}–{format_time(index.until_ms, offset_min)[:5]}"


def _producer(session: Session, station: Station) -> str:
    site = session.state.site
    for producer in site.producers if site is not None else ():
        if producer.producer_id == station.producer_id:
            return session.local_name(producer.name_vi, producer.name_en)
    return station.producer_id

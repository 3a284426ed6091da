"""What happens to the room's own parts and feeds, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.zones import ZonesDeclared, ZonesLifted
from console.models.event_words.told import (
    EventWords,
    LogKind,
    Told,
    about_alert,
    line,
    mark_word,
    recording_word,
)
from console.models.map_zones import zone_name
from console.models.session import Selected

translate = QCoreApplication.translate


def _site_loaded(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.SiteLoaded)
    site = told.logged.event.site
    words = translate("EventWords", "site {name} loaded: {cameras} cameras, {stations} stations").format(
        name=told.name(site.name_vi, site.name_en), cameras=len(site.cameras), stations=len(site.stations)
    )
    return line(told, "system", words)


def _camera_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.CameraChanged)
    words = {
        "online": translate("EventWords", "camera {camera}: signal is there"),
        "lost": translate("EventWords", "camera {camera}: signal lost"),
        "unknown": translate("EventWords", "camera {camera}: not checked"),
    }
    what = words[event.condition].format(camera=told.camera(event.camera_id))
    return line(told, "system", what, event.reason, Selected("camera", event.camera_id))


def _camera_steered(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.CameraSteered)
    moving = {
        "hand": translate("EventWords", "turns the camera {camera} to “{preset}”"),
        "alarm": translate("EventWords", "camera {camera} turns by itself to “{preset}”"),
        "home": translate("EventWords", "camera {camera} goes back to “{preset}”"),
    }
    ended = {
        "arrived": translate("EventWords", "camera {camera} stands at “{preset}”"),
        "failed": translate("EventWords", "camera {camera} did not go to “{preset}”"),
    }
    what = moving[event.cause] if event.condition == "moving" else ended[event.condition]
    name = told.preset(event.camera_id, event.preset)
    what = what.format(camera=told.camera(event.camera_id), preset=name)
    kind: LogKind = "operator" if event.condition == "moving" and event.cause == "hand" else "system"
    return line(told, kind, what, event.reason, Selected("camera", event.camera_id))


def _producer_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.ProducerChanged)
    words = {
        "fresh": translate("EventWords", "source {producer}: data comes"),
        "silent": translate("EventWords", "source {producer}: silent"),
        "unknown": translate("EventWords", "source {producer}: nothing came yet"),
    }
    what = words[event.condition].format(producer=told.producer(event.producer_id))
    last = event.last_message_ms if event.condition == "silent" else None
    reason = "" if last is None else translate("EventWords", "last at {time}").format(time=told.time(last))
    return line(told, "system", what, reason)


def _input_quarantined(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.InputQuarantined)
    what = translate("EventWords", "broken input of {producer} put aside").format(
        producer=told.producer(event.producer_id)
    )
    return line(told, "system", what, event.reason)


def _fire_reported(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.FireReported)
    words = {
        "alarm": translate("EventWords", "fire panel of {place}: alarm {code}"),
        "restore": translate("EventWords", "fire panel of {place}: alarm over {code}"),
        "trouble": translate("EventWords", "fire panel of {place}: trouble {code}"),
        "trouble_restore": translate("EventWords", "fire panel of {place}: trouble over {code}"),
        "test": translate("EventWords", "fire panel of {place}: test {code}"),
        "other": translate("EventWords", "fire panel of {place}: report {code}"),
    }
    what = words[event.nature].format(place=told.fire_site(event.fire_site_id), code=event.code)
    zone = translate("EventWords", "zone {zone}").format(zone=event.zone) if event.zone else ""
    return line(told, "system", what, " · ".join(part for part in (zone, event.text) if part))


def _recording_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.RecordingChanged)
    what = translate("EventWords", "recording of {camera}: {condition}").format(
        camera=told.camera(event.camera_id), condition=recording_word(event.condition)
    )
    reason = f" ({event.reason})" if event.reason else ""
    return line(told, "system", what + reason, "", Selected("camera", event.camera_id))


def _evidence_held(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.EvidenceHeld)
    hold = told.logged.event.hold
    what = translate("EventWords", "holds evidence of {cameras}, {span}").format(
        cameras=told.cameras(hold.camera_ids), span=told.span(hold.start_ms, hold.end_ms)
    )
    return line(told, "operator", what, hold.reason, about_alert(hold.alert_id))


def _evidence_released(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.EvidenceReleased)
    return line(told, "operator", translate("EventWords", "released held evidence"), event.reason)


def _export_ordered(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.ExportOrdered)
    order = told.logged.event.order
    what = translate("EventWords", "ordered the evidence package “{title}” of {cameras}, {span}").format(
        title=order.title, cameras=told.cameras(order.camera_ids), span=told.span(order.start_ms, order.end_ms)
    )
    return line(told, "operator", what, "", about_alert(order.alert_id))


def _export_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.ExportChanged)
    export = told.state.exports.get(event.export_id)
    title = event.export_id if export is None else export.order.title
    words = {
        "running": translate("EventWords", "the evidence package “{title}” goes on"),
        "done": translate("EventWords", "the evidence package “{title}” is ready"),
        "cancelled": translate("EventWords", "the evidence package “{title}” was stopped"),
        "failed": translate("EventWords", "the evidence package “{title}” failed"),
    }
    about = None if export is None else about_alert(export.order.alert_id)
    # By hand it was stopped or resumed; that it is ready or failed, the system tells.
    kind: LogKind = "operator" if told.logged.actor else "system"
    return line(told, kind, words[event.condition].format(title=title), event.reason, about)


def _mark_placed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.MarkPlaced)
    mark = told.logged.event.mark
    at = told.time(mark.at_ms) if mark.end_ms is None else told.span(mark.at_ms, mark.end_ms)
    what = translate("EventWords", "placed a mark on the timeline: {mark} at {time}")
    return line(told, "operator", what.format(mark=mark_word(mark), time=at), mark.text, about_alert(mark.alert_id))


def _forecast_issued(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.ForecastIssued)
    forecast = told.logged.event.forecast
    what = translate("EventWords", "forecast for {station}, issued at {time}")
    words = what.format(station=told.station(forecast.station_id), time=told.time(forecast.issued_ms))
    return line(told, "system", words, forecast.source, Selected("station", forecast.station_id))


def _limits_changed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.LimitsChanged)
    event = told.logged.event
    what = translate("EventWords", "other limits hold from {day} on").format(day=event.day)
    return line(told, "system", what, ", ".join(told.station(each.station_id) for each in event.stations), None)


def _air_indexed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.AirIndexed)
    index = told.logged.event.index
    if index.value is None:
        what = translate("EventWords", "{station}: too few dust readings for VN_AQI")
    else:
        what = translate("EventWords", "{station}: VN_AQI {value} ({pollutant})")
    words = what.format(station=told.station(index.station_id), value=index.value, pollutant=index.pollutant)
    return line(told, "system", words, told.span(index.from_ms, index.until_ms), Selected("station", index.station_id))


def _indicators_entered(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.IndicatorsEntered)
    rules = told.state.site.indicators if told.state.site is not None else None
    codes = list(dict.fromkeys(one.code for one in event.figures or event.derived))
    known = [one for code in codes[:3] if rules is not None and (one := rules.indicator(code)) is not None]
    names = [told.name(one.name_vi, one.name_en) for one in known] + ["…"] * (len(codes) > 3)
    what = translate("EventWords", "{count} indicator figures entered").format(count=len(event.figures))
    if event.figures and event.channel == "computed":
        what = translate("EventWords", "{count} indicator figures counted from the log").format(
            count=len(event.figures)
        )
    elif not event.figures:
        what = translate("EventWords", "{count} indicator figures computed").format(count=len(event.derived))
    kind: LogKind = "operator" if told.logged.actor and not told.logged.actor.startswith("producer:") else "system"
    return line(told, kind, what, " · ".join(part for part in (event.file_name, "; ".join(names)) if part), None)


def _mark_removed(told: Told) -> EventWords:
    return line(told, "operator", translate("EventWords", "removed a mark from the timeline"))


def _zones_declared(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ZonesDeclared)
    names = [told.name(one.name_vi, one.name_en) for one in (*event.zones, *event.checkpoints)]
    words = translate("EventWords", "zones and checkpoints declared: {names}")
    about = Selected("zone", event.zones[0].zone_id) if event.zones else None
    return line(told, "system", words.format(names=_few(names)), "", about)


def _zones_lifted(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ZonesLifted)
    names = [zone_name(told.state, key, told.language) for key in (*event.zone_ids, *event.checkpoint_ids)]
    words = translate("EventWords", "zones and checkpoints lifted: {names}")
    return line(told, "system", words.format(names=_few(names)), event.reason)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3] + ["…"] * (len(names) > 3))


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "site.loaded": _site_loaded,
    "camera.changed": _camera_changed,
    "camera.steered": _camera_steered,
    "producer.changed": _producer_changed,
    "input.quarantined": _input_quarantined,
    "fire.reported": _fire_reported,
    "recording.changed": _recording_changed,
    "evidence.held": _evidence_held,
    "evidence.released": _evidence_released,
    "export.ordered": _export_ordered,
    "export.changed": _export_changed,
    "mark.placed": _mark_placed,
    "forecast.issued": _forecast_issued,
    "air.indexed": _air_indexed,
    "limits.changed": _limits_changed,
    "indicators.entered": _indicators_entered,
    "mark.removed": _mark_removed,
    "zones.declared": _zones_declared,
    "zones.lifted": _zones_lifted,
}

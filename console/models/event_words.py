"""Every kind of event in words for people: what is written in the room's log, live and replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.incident_fold import line_of
from backend.contracts.kinds.alerts import Priority
from backend.contracts.marks import Mark
from backend.contracts.recording import RecordingCondition
from backend.contracts.shift_fold import watch_id_of
from backend.contracts.shifts import Watch
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name, priority_words
from console.models.incident_words import line_words, sop_title
from console.models.numbers import format_time
from console.models.session import Selected, SelectedKind

translate = QCoreApplication.translate

LogKind = Literal["alert", "operator", "system"]
"""alert: what the city does; operator: what people do; system: what the room's own parts do."""

_SELECTABLE: Final[tuple[SelectedKind, ...]] = get_args(SelectedKind)


@dataclass(frozen=True, slots=True)
class EventWords:
    """One line of the room's log, in the language of the seat.

    Attributes:
        who: the person, the producer or the system itself.
        what: the sentence; `who` is its subject where a person did it.
        about: what a reader may want to see; None when there is nothing to go to.
        priority: of the alert that is raised or grew worse by this very event, else None.
    """

    kind: LogKind
    who: str
    what: str
    about: Selected | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what is needed to tell it. `state` is the room's: names are looked up there."""

    logged: ev.LoggedEvent
    state: RoomState
    language: str
    workspaces: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset_min(self) -> int:
        return self.state.site.utc_offset_min if self.state.site is not None else 0

    def name(self, name_vi: str, name_en: str) -> str:
        return name_en if self.language == "en" and name_en else name_vi

    def camera(self, camera_id: str) -> str:
        for camera in self.state.site.cameras if self.state.site is not None else ():
            if camera.camera_id == camera_id:
                return self.name(camera.name_vi, camera.name_en)
        return camera_id

    def preset(self, camera_id: str, token: str) -> str:
        """What a camera's preset is called."""
        for camera in self.state.site.cameras if self.state.site is not None else ():
            if (
                camera.camera_id == camera_id
                and camera.ptz is not None
                and (one := camera.ptz.preset(token)) is not None
            ):
                return self.name(one.name_vi, one.name_en)
        return token

    def cameras(self, camera_ids: tuple[str, ...]) -> str:
        if not camera_ids:
            return translate("EventWords", "all cameras")
        if len(camera_ids) <= 2:
            return ", ".join(self.camera(each) for each in camera_ids)
        return translate("EventWords", "{count} cameras").format(count=len(camera_ids))

    def station(self, station_id: str) -> str:
        for station in self.state.site.stations if self.state.site is not None else ():
            if station.station_id == station_id:
                return self.name(station.name_vi, station.name_en)
        return station_id

    def producer(self, producer_id: str) -> str:
        for producer in self.state.site.producers if self.state.site is not None else ():
            if producer.producer_id == producer_id:
                return self.name(producer.name_vi, producer.name_en)
        return producer_id

    def fire_site(self, fire_site_id: str) -> str:
        for one in self.state.site.fire_sites if self.state.site is not None else ():
            if one.fire_site_id == fire_site_id:
                return self.name(one.name_vi, one.name_en)
        return fire_site_id

    def alert(self, alert_id: str) -> str:
        """Its headline; its id when the state no longer keeps it."""
        alert = self.state.find_alert(alert_id)
        return alert_id if alert is None else self.name(alert.headline_vi, alert.headline_en)

    def time(self, at_ms: int) -> str:
        return format_time(at_ms, self.offset_min, with_date=True)

    def span(self, start_ms: int, end_ms: int) -> str:
        return f"{self.time(start_ms)} – {self.time(end_ms)}"


def event_words(
    logged: ev.LoggedEvent, state: RoomState, language: str, workspaces: Mapping[str, str] | None = None
) -> EventWords:
    """The line of an event. `state` may be older or newer than the event: what it lacks is told by its id.

    `workspaces`: titles by key, in the language of the seat (`Session.workspace_titles`).
    """
    told = Told(logged, state, language, workspaces or {})
    return _TELLERS[logged.event.kind](told)


def who_words(actor: str, state: RoomState, language: str) -> str:
    """The user's name, the producer's name, or the system itself."""
    if not actor:
        return translate("EventWords", "the system")
    if actor.startswith("producer:"):
        producer_id = actor.removeprefix("producer:")
        for producer in state.site.producers if state.site is not None else ():
            if producer.producer_id == producer_id:
                return producer.name_en if language == "en" and producer.name_en else producer.name_vi
        return producer_id
    return actor


def recording_word(condition: RecordingCondition) -> str:
    """The condition of a camera's recording in a word or two."""
    return {
        "off": translate("EventWords", "not recorded"),
        "waiting": translate("EventWords", "waiting"),
        "recording": translate("EventWords", "recording"),
        "gap": translate("EventWords", "gap"),
        "failed": translate("EventWords", "cannot be stored"),
    }[condition]


def mark_word(mark: Mark) -> str:
    return {
        "bookmark": translate("EventWords", "bookmark"),
        "note": translate("EventWords", "note"),
        "debrief": translate("EventWords", "debriefing comment"),
        "span": translate("EventWords", "marked span"),
    }[mark.kind]


# -- one teller a kind of event ----------------------------------------------------------------------------------------


def _line(
    told: Told, kind: LogKind, what: str, reason: str = "", about: Selected | None = None, priority: int | None = None
) -> EventWords:
    who = who_words(told.logged.actor, told.state, told.language)
    return EventWords(kind, who, f"{what}: {reason}" if reason else what, about, priority)


def _about_alert(alert_id: str) -> Selected | None:
    return Selected("alert", alert_id) if alert_id else None


def _site_loaded(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.SiteLoaded)
    site = told.logged.event.site
    words = translate("EventWords", "site {name} loaded: {cameras} cameras, {stations} stations").format(
        name=told.name(site.name_vi, site.name_en), cameras=len(site.cameras), stations=len(site.stations)
    )
    return _line(told, "system", words)


def _alert_kind(priority: int) -> LogKind:
    return "system" if priority == int(Priority.SYSTEM) else "alert"


def _kind_of(told: Told, alert_id: str) -> LogKind:
    alert = told.state.find_alert(alert_id)
    return "alert" if alert is None else _alert_kind(int(alert.priority))


def _alert_raised(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.AlertRaised)
    alert = told.logged.event.alert
    headline, place = told.name(alert.headline_vi, alert.headline_en), alert.place_name
    what = f"{headline} · {place}" if place and place not in headline else headline
    if alert.exercise:
        what = translate("EventWords", "EXERCISE") + " · " + what
    priority = int(alert.priority)
    return _line(told, _alert_kind(priority), what, "", _about_alert(alert.alert_id), priority)


def _alert_updated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertUpdated)
    headline = told.alert(event.alert_id)
    kind, about = _kind_of(told, event.alert_id), _about_alert(event.alert_id)
    if event.priority is not None:
        words = translate("EventWords", "{alert}: now {priority}")
        what = words.format(alert=headline, priority=priority_words(int(event.priority)))
        return _line(told, kind, what, event.text, about, int(event.priority))
    return _line(told, kind, translate("EventWords", "{alert}: updated").format(alert=headline), event.text, about)


def _alert_returned(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReturned)
    what = translate("EventWords", "{alert}: over").format(alert=told.alert(event.alert_id))
    return _line(told, _kind_of(told, event.alert_id), what, event.reason, _about_alert(event.alert_id))


def _alert_reactivated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReactivated)
    what = translate("EventWords", "{alert}: true again").format(alert=told.alert(event.alert_id))
    return _line(told, _kind_of(told, event.alert_id), what, "", _about_alert(event.alert_id))


def _alert_acknowledged(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertAcknowledged)
    what = translate("EventWords", "acknowledged “{alert}”").format(alert=told.alert(event.alert_id))
    return _line(told, "operator", what, event.comment, _about_alert(event.alert_id))


def _alert_commented(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertCommented)
    what = translate("EventWords", "commented on “{alert}”").format(alert=told.alert(event.alert_id))
    return _line(told, "operator", what, event.comment, _about_alert(event.alert_id))


def _alert_owned(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertOwned)
    headline = told.alert(event.alert_id)
    if not event.owner:
        what = translate("EventWords", "gave back “{alert}”").format(alert=headline)
    elif event.previous == told.logged.actor:
        what = translate("EventWords", "handed “{alert}” over to {colleague}")
        what = what.format(alert=headline, colleague=event.owner)
    elif event.previous:
        what = translate("EventWords", "took over “{alert}” from {previous}")
        what = what.format(alert=headline, previous=event.previous)
    else:
        what = translate("EventWords", "took over “{alert}”").format(alert=headline)
    return _line(told, "operator", what, event.comment, _about_alert(event.alert_id))


def _alert_dispatched(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertDispatched)
    agency = agency_name(told.state, event.agency_id, told.language)
    what = translate("EventWords", "handed “{alert}” to {agency}")
    what = what.format(alert=told.alert(event.alert_id), agency=agency)
    return _line(told, "operator", what, event.note, _about_alert(event.alert_id))


def _alert_judged(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertJudged)
    what = {
        "confirmed": translate("EventWords", "found “{alert}” to be right"),
        "false": translate("EventWords", "found “{alert}” to be a false alarm"),
    }[event.verdict]
    return _line(
        told, "operator", what.format(alert=told.alert(event.alert_id)), event.comment, _about_alert(event.alert_id)
    )


_Aside = ev.AlertUnshelved | ev.AlertSuppressed | ev.AlertUnsuppressed | ev.AlertReturnedToService | ev.AlertReAlarmed


def _alert_shelved(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertShelved)
    what = translate("EventWords", "shelved “{alert}” until {time}")
    what = what.format(alert=told.alert(event.alert_id), time=told.time(event.until_ms))
    return _line(told, "operator", what, event.reason, _about_alert(event.alert_id))


def _alert_out_of_service(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertTakenOutOfService)
    what = translate("EventWords", "took “{alert}” out of service until {time}")
    what = what.format(alert=told.alert(event.alert_id), time=told.time(event.until_ms))
    return _line(told, "operator", what, f"{event.permit} · {event.reason}", _about_alert(event.alert_id))


def _alert_back(told: Told) -> EventWords:
    """Back from being set aside, or set aside by a rule: who did it is the kind's matter."""
    event = told.logged.event
    assert isinstance(event, _Aside)
    words = {
        "alert.unshelved": translate("EventWords", "{alert}: back from the shelf"),
        "alert.suppressed": translate("EventWords", "{alert}: suppressed by design"),
        "alert.unsuppressed": translate("EventWords", "{alert}: no longer suppressed"),
        "alert.returned_to_service": translate("EventWords", "{alert}: back in service"),
        "alert.re_alarmed": translate("EventWords", "{alert}: still active, asks again"),
    }
    causes = {
        "time": translate("EventWords", "its time is over"),
        "priority": translate("EventWords", "it became more urgent"),
    }
    what = words[event.kind].format(alert=told.alert(event.alert_id))
    reason = getattr(event, "reason", "") or causes.get(getattr(event, "cause", ""), "")
    kind: LogKind = "operator" if told.logged.actor else _kind_of(told, event.alert_id)
    return _line(told, kind, what, reason, _about_alert(event.alert_id))


def _alert_reset(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReset)
    what = translate("EventWords", "reset “{alert}”").format(alert=told.alert(event.alert_id))
    return _line(told, "operator", what, event.comment, _about_alert(event.alert_id))


def _alert_escalated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertEscalated)
    what = translate("EventWords", "{alert}: nobody answered, level {level} is told: {recipient}").format(
        alert=told.alert(event.alert_id),
        level=event.level,
        recipient=told.name(event.recipient_vi, event.recipient_en),
    )
    return _line(told, _kind_of(told, event.alert_id), what, "", _about_alert(event.alert_id))


def _camera_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.CameraChanged)
    words = {
        "online": translate("EventWords", "camera {camera}: signal is there"),
        "lost": translate("EventWords", "camera {camera}: signal lost"),
        "unknown": translate("EventWords", "camera {camera}: not checked"),
    }
    what = words[event.condition].format(camera=told.camera(event.camera_id))
    return _line(told, "system", what, event.reason, Selected("camera", event.camera_id))


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
    return _line(told, kind, what, event.reason, Selected("camera", event.camera_id))


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
    return _line(told, "system", what, reason)


def _input_quarantined(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.InputQuarantined)
    what = translate("EventWords", "broken input of {producer} put aside").format(
        producer=told.producer(event.producer_id)
    )
    return _line(told, "system", what, event.reason)


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
    return _line(told, "system", what, " · ".join(part for part in (zone, event.text) if part))


def _signed_in(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.OperatorSignedIn)
    what = translate("EventWords", "signed in as {role}").format(role=role_words(event.role))
    return EventWords("operator", event.user, what)


def _signed_out(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.OperatorSignedOut)
    return EventWords("operator", event.user, translate("EventWords", "left the desk"))


def role_words(role: str) -> str:
    """The role's name; the key of one that is not known."""
    return {
        "duty_officer": translate("EventWords", "duty officer"),
        "leader": translate("EventWords", "leader"),
        "supervisor": translate("EventWords", "supervisor"),
        "agency": translate("EventWords", "agency"),
        "administrator": translate("EventWords", "administrator"),
        "cyber": translate("EventWords", "information security officer"),
    }.get(role, role)


def command_words(command: str) -> str:
    """What was asked for, as a noun; the key of a command that is not known."""
    return {
        "alert.acknowledge": translate("EventWords", "acknowledging"),
        "alert.comment": translate("EventWords", "commenting"),
        "alert.take": translate("EventWords", "taking over"),
        "alert.release": translate("EventWords", "giving back"),
        "alert.dispatch": translate("EventWords", "handing to an agency"),
        "alert.judge": translate("EventWords", "judging"),
        "alert.hand_over": translate("EventWords", "handing over to a colleague"),
        "alert.shelve": translate("EventWords", "shelving"),
        "alert.unshelve": translate("EventWords", "taking back from the shelf"),
        "alert.take_out_of_service": translate("EventWords", "taking out of service"),
        "alert.return_to_service": translate("EventWords", "returning to service"),
        "alert.reset": translate("EventWords", "resetting"),
        "mark.place": translate("EventWords", "placing a mark"),
        "mark.remove": translate("EventWords", "removing a mark"),
        "evidence.hold": translate("EventWords", "holding evidence"),
        "evidence.release": translate("EventWords", "releasing evidence"),
        "evidence.export": translate("EventWords", "exporting evidence"),
        "evidence.change_export": translate("EventWords", "changing an export"),
        "camera.goto_preset": translate("EventWords", "to turn a camera"),
        "desk.act": translate("EventWords", "an entry of the desk"),
        "incident.open": translate("EventWords", "opening an incident"),
        "incident.link": translate("EventWords", "joining to an incident"),
        "incident.unlink": translate("EventWords", "taking out of an incident"),
        "incident.change": translate("EventWords", "changing an incident"),
        "incident.lead": translate("EventWords", "leading an incident"),
        "incident.move": translate("EventWords", "another phase of an incident"),
        "incident.note": translate("EventWords", "an entry in an incident's log"),
        "incident.start_sop": translate("EventWords", "starting a procedure"),
        "incident.mark_step": translate("EventWords", "a step of a procedure"),
        "incident.ask_task": translate("EventWords", "asking an agency"),
        "incident.move_task": translate("EventWords", "news of a task"),
        "incident.review": translate("EventWords", "looking through an incident"),
        "shift.start": translate("EventWords", "signing on to a shift"),
        "shift.mark_task": translate("EventWords", "a task of the shift"),
        "shift.note": translate("EventWords", "a note of the shift"),
        "shift.draft": translate("EventWords", "drafting a hand-over sheet"),
        "shift.sign": translate("EventWords", "signing a hand-over sheet"),
    }.get(command, command)


def _command_refused(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.CommandRefused)
    what = translate("EventWords", "refused: {command}").format(command=command_words(event.command))
    is_alert = told.state.find_alert(event.about) is not None
    if is_alert:
        what += f" “{told.alert(event.about)}”"
    return _line(told, "operator", what, event.reason, _about_alert(event.about) if is_alert else None)


def _recording_changed(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.RecordingChanged)
    what = translate("EventWords", "recording of {camera}: {condition}").format(
        camera=told.camera(event.camera_id), condition=recording_word(event.condition)
    )
    reason = f" ({event.reason})" if event.reason else ""
    return _line(told, "system", what + reason, "", Selected("camera", event.camera_id))


def _evidence_held(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.EvidenceHeld)
    hold = told.logged.event.hold
    what = translate("EventWords", "holds evidence of {cameras}, {span}").format(
        cameras=told.cameras(hold.camera_ids), span=told.span(hold.start_ms, hold.end_ms)
    )
    return _line(told, "operator", what, hold.reason, _about_alert(hold.alert_id))


def _evidence_released(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.EvidenceReleased)
    return _line(told, "operator", translate("EventWords", "released held evidence"), event.reason)


def _export_ordered(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.ExportOrdered)
    order = told.logged.event.order
    what = translate("EventWords", "ordered the evidence package “{title}” of {cameras}, {span}").format(
        title=order.title, cameras=told.cameras(order.camera_ids), span=told.span(order.start_ms, order.end_ms)
    )
    return _line(told, "operator", what, "", _about_alert(order.alert_id))


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
    about = None if export is None else _about_alert(export.order.alert_id)
    # By hand it was stopped or resumed; that it is ready or failed, the system tells.
    kind: LogKind = "operator" if told.logged.actor else "system"
    return _line(told, kind, words[event.condition].format(title=title), event.reason, about)


def _mark_placed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.MarkPlaced)
    mark = told.logged.event.mark
    at = told.time(mark.at_ms) if mark.end_ms is None else told.span(mark.at_ms, mark.end_ms)
    what = translate("EventWords", "placed a mark on the timeline: {mark} at {time}")
    return _line(told, "operator", what.format(mark=mark_word(mark), time=at), mark.text, _about_alert(mark.alert_id))


def _forecast_issued(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.ForecastIssued)
    forecast = told.logged.event.forecast
    what = translate("EventWords", "forecast for {station}, issued at {time}")
    words = what.format(station=told.station(forecast.station_id), time=told.time(forecast.issued_ms))
    return _line(told, "system", words, forecast.source, Selected("station", forecast.station_id))


def _limits_changed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.LimitsChanged)
    event = told.logged.event
    what = translate("EventWords", "other limits hold from {day} on").format(day=event.day)
    return _line(told, "system", what, ", ".join(told.station(each.station_id) for each in event.stations), None)


def _air_indexed(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.AirIndexed)
    index = told.logged.event.index
    if index.value is None:
        what = translate("EventWords", "{station}: too few dust readings for VN_AQI")
    else:
        what = translate("EventWords", "{station}: VN_AQI {value} ({pollutant})")
    words = what.format(station=told.station(index.station_id), value=index.value, pollutant=index.pollutant)
    return _line(told, "system", words, told.span(index.from_ms, index.until_ms), Selected("station", index.station_id))


def _mark_removed(told: Told) -> EventWords:
    return _line(told, "operator", translate("EventWords", "removed a mark from the timeline"))


def _desk_acted(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.DeskActed)
    return _ACTS[event.act](told, event.about)


def _act_workspace(told: Told, about: str) -> EventWords:
    name = told.workspaces.get(about, about)
    return _line(told, "operator", translate("EventWords", "showed the workspace “{name}”").format(name=name))


def _act_camera(told: Told, about: str) -> EventWords:
    what = translate("EventWords", "opened the camera {camera} large").format(camera=told.camera(about))
    return _line(told, "operator", what, "", Selected("camera", about))


def _act_go_to(told: Told, about: str) -> EventWords:
    kind, _, key = about.partition(":")
    selected = next((Selected(each, key) for each in _SELECTABLE if each == kind and key), None)
    names: Mapping[str, Callable[[str], str]] = {
        "alert": told.alert,
        "camera": told.camera,
        "station": told.station,
        "commune": lambda code: _commune(told.state, code),
    }
    name = names[kind](key) if kind in names else about
    what = {
        "go_to": translate("EventWords", "brought the room to {name}"),
        "brought": translate("EventWords", "the desk went to {name} by itself"),
    }[told.logged.event.act if isinstance(told.logged.event, ev.DeskActed) else "go_to"]
    return _line(told, "operator", what.format(name=name), "", selected)


def _act_replay(told: Told, about: str) -> EventWords:
    time = told.time(int(about)) if about.isdecimal() and len(about) <= 15 else about
    return _line(told, "operator", translate("EventWords", "opened the replay at {time}").format(time=time))


def _act_snapshot(told: Told, about: str) -> EventWords:
    what = translate("EventWords", "saved a picture of {camera}").format(camera=told.camera(about))
    known = any(each.camera_id == about for each in told.state.site.cameras) if told.state.site is not None else False
    return _line(told, "operator", what, "", Selected("camera", about) if known else None)


def _act_sound(told: Told, about: str) -> EventWords:
    words = {
        "muted": translate("EventWords", "muted the sound"),
        "unmuted": translate("EventWords", "turned the sound on"),
        "voice_on": translate("EventWords", "turned the voice on"),
        "voice_off": translate("EventWords", "turned the voice off"),
    }
    return _line(told, "operator", words.get(about, translate("EventWords", "changed the sound")))


def _commune(state: RoomState, code: str) -> str:
    return next(
        (each.name for each in (state.site.communes if state.site is not None else ()) if each.code == code), code
    )


def _sop_published(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.SopPublished)
    sop = told.logged.event.sop
    what = translate("EventWords", "procedure “{title}”: version {version} holds").format(
        title=sop_title(sop, told.language), version=sop.version
    )
    return _line(told, "operator" if told.logged.actor else "system", what)


def _incident(told: Told) -> EventWords:
    """As its own log tells it, behind the number people call it by."""
    event = told.logged.event
    assert isinstance(event, ev.IncidentOpened | ev.IncidentEvent)
    opened = event.incident if isinstance(event, ev.IncidentOpened) else None
    incident = opened or told.state.incidents.get("" if isinstance(event, ev.IncidentOpened) else event.incident_id)
    line = line_of(told.logged)
    assert line is not None
    name = translate("EventWords", "incident") if incident is None else f"#{incident.number}"
    alerts = [link.key for link in incident.links if link.kind == "alert"] if incident is not None else []
    what = f"{name} {line_words(line, incident, told.state, told.language)}"
    kind: LogKind = "operator" if told.logged.actor else "system"
    return _line(told, kind, what, "", _about_alert(alerts[0]) if alerts else None)


def _shift(told: Told) -> EventWords:
    """Who signed on, what became of a task, what was noted, drafted and signed."""
    event = told.logged.event
    assert isinstance(event, ev.ShiftEvent)
    watch = told.state.watches.get(watch_id_of(event))
    shift = event.turn.shift if isinstance(event, ev.ShiftStarted) else watch.shift if watch is not None else None
    name = translate("EventWords", "shift") if shift is None else told.name(shift.name_vi, shift.name_en)
    what, text = _shift_said(told, event, watch)
    return _line(told, "operator", f"{name}: {what}", text)


def _shift_said(told: Told, event: ev.ShiftEvent, watch: Watch | None) -> tuple[str, str]:
    match event:
        case ev.ShiftStarted():
            site = told.state.site
            position = event.position_id
            for one in site.shifts.positions if site is not None else ():
                if one.position_id == event.position_id:
                    position = told.name(one.name_vi, one.name_en)
            return translate("EventWords", "signed on as {position}").format(position=position), ""
        case ev.ShiftTaskDone() | ev.ShiftTaskSkipped():
            tasks = {one.task_id: told.name(one.words_vi, one.words_en) for one in watch.tasks} if watch else {}
            words = (
                translate("EventWords", "did the task “{task}”")
                if isinstance(event, ev.ShiftTaskDone)
                else translate("EventWords", "skipped the task “{task}”")
            )
            return words.format(task=tasks.get(event.task_id, event.task_id)), event.text
        case ev.ShiftNoted():
            return translate("EventWords", "noted"), event.text
        case ev.HandoverDrafted():
            return translate("EventWords", "drafted the hand-over sheet"), event.sheet.remarks
        case ev.HandoverSigned():
            leaving = event.side == "leaving"
            return (
                translate("EventWords", "signed the hand-over sheet as the leaving officer")
                if leaving
                else translate("EventWords", "signed the hand-over sheet as the coming officer")
            ), ""


_ACTS: Final[dict[ev.DeskAct, Callable[[Told, str], EventWords]]] = {
    "workspace": _act_workspace,
    "camera": _act_camera,
    "go_to": _act_go_to,
    "brought": _act_go_to,
    "replay": _act_replay,
    "snapshot": _act_snapshot,
    "sound": _act_sound,
}

_TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "site.loaded": _site_loaded,
    "alert.raised": _alert_raised,
    "alert.updated": _alert_updated,
    "alert.returned": _alert_returned,
    "alert.reactivated": _alert_reactivated,
    "alert.acknowledged": _alert_acknowledged,
    "alert.commented": _alert_commented,
    "alert.owned": _alert_owned,
    "alert.dispatched": _alert_dispatched,
    "alert.judged": _alert_judged,
    "alert.shelved": _alert_shelved,
    "alert.unshelved": _alert_back,
    "alert.suppressed": _alert_back,
    "alert.unsuppressed": _alert_back,
    "alert.taken_out_of_service": _alert_out_of_service,
    "alert.returned_to_service": _alert_back,
    "alert.reset": _alert_reset,
    "alert.re_alarmed": _alert_back,
    "alert.escalated": _alert_escalated,
    "camera.changed": _camera_changed,
    "camera.steered": _camera_steered,
    "producer.changed": _producer_changed,
    "input.quarantined": _input_quarantined,
    "fire.reported": _fire_reported,
    "operator.signed_in": _signed_in,
    "operator.signed_out": _signed_out,
    "command.refused": _command_refused,
    "recording.changed": _recording_changed,
    "evidence.held": _evidence_held,
    "evidence.released": _evidence_released,
    "export.ordered": _export_ordered,
    "export.changed": _export_changed,
    "mark.placed": _mark_placed,
    "forecast.issued": _forecast_issued,
    "air.indexed": _air_indexed,
    "limits.changed": _limits_changed,
    "mark.removed": _mark_removed,
    "desk.acted": _desk_acted,
    "sop.published": _sop_published,
    "incident.opened": _incident,
    **{event.model_fields["kind"].default: _incident for event in get_args(ev.IncidentEvent)},
    **{event.model_fields["kind"].default: _shift for event in get_args(ev.ShiftEvent)},
}

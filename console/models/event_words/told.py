"""What a teller of events is given and gives, and the words that many of them need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.marks import Mark
from backend.contracts.recording import RecordingCondition
from backend.contracts.state import RoomState
from console.models.numbers import format_time
from console.models.session import Selected

translate = QCoreApplication.translate


LogKind = Literal["alert", "operator", "system"]
"""alert: what the city does; operator: what people do; system: what the room's own parts do."""


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

    def call(self, call_id: str) -> str:
        """By when it arrived; its id when the state no longer keeps it."""
        call = self.state.call(call_id)
        if call is None:
            return call_id
        return translate("EventWords", "the call of {time}").format(time=self.time(call.arrived_ms))

    def time(self, at_ms: int) -> str:
        return format_time(at_ms, self.offset_min, with_date=True)

    def span(self, start_ms: int, end_ms: int) -> str:
        return f"{self.time(start_ms)} – {self.time(end_ms)}"


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


def line(
    told: Told, kind: LogKind, what: str, reason: str = "", about: Selected | None = None, priority: int | None = None
) -> EventWords:
    who = who_words(told.logged.actor, told.state, told.language)
    return EventWords(kind, who, f"{what}: {reason}" if reason else what, about, priority)


def about_alert(alert_id: str) -> Selected | None:
    return Selected("alert", alert_id) if alert_id else None


def report_code(state: RoomState, report_id: str) -> str:
    report = state.report(report_id)
    return report_id if report is None else report.code

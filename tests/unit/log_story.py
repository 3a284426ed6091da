"""A made-up life of a room as events, for tests of the replay and its benchmark: whole alert life cycles, every kind
of event, a clock that is set back now and then. The same seed tells the same story."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from backend.contracts import crisis, hotline, press, zones
from backend.contracts import events as ev
from backend.contracts import meeting_events as me
from backend.contracts import meetings as mt
from backend.contracts import report_events as rev
from backend.contracts.air import AirIndex
from backend.contracts.alerts import Alert, AlertPhase, CapDetail, DetectionDetail, LimitReading
from backend.contracts.forecasts import Forecast, ForecastPoint
from backend.contracts.geometry import Polygon
from backend.contracts.incidents import Incident, Link, Task
from backend.contracts.indicators import IndicatorFigure
from backend.contracts.kinds.alerts import ALERT_KINDS, AlertKindKey, Priority
from backend.contracts.marks import Mark, MarkKind
from backend.contracts.recording import ExportCondition, ExportOrder, Hold, RecordingCondition
from backend.contracts.reports import Clock, Extension, Report
from backend.contracts.shift_fold import begun
from backend.contracts.shifts import DutyTask, Shift, Turn, sheet_digest
from backend.contracts.site import Site
from backend.contracts.sop import Sop, Step
from backend.contracts.state import RoomState
from backend.domain.shifts import handover_sheet
from config.site import load_site, public_site

USERS: Final = ("lan", "minh", "hoa", "truong-ca", "lanh-dao")
AGENCIES: Final = ("pccc", "so-nnmt", "csgt", "phong-thu-dan-su")
OPEN_ALERTS: Final = 60
"""About so many are open at a time."""

_KINDS: Final[tuple[AlertKindKey, ...]] = (
    "station.limit", "station.limit", "station.level", "cap.message", "detection", "detection", "detection",
    "camera.lost", "producer.silent", "input.quarantined",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    at_ms: int
    actor: str
    event: ev.Event


class Story:
    """Endless.

    Args:
        mean_ms: time between two happenings in the middle.
        steps: at these numbers of happenings the clock is set back, by up to `step_ms`.
    """

    def __init__(
        self, site: Site, seed: int, begin_ms: int, mean_ms: float, steps: Sequence[int] = (), step_ms: int = 60_000
    ) -> None:
        self._site = site
        self._chance = random.Random(seed)
        self._now_ms = float(begin_ms)
        self._mean_ms = mean_ms
        self._steps = frozenset(steps)
        self._step_ms = step_ms
        self._count = 0
        self._alerts: dict[str, Alert] = {}
        self._cameras = [camera.camera_id for camera in site.cameras][:24] or ["cam-1"]
        self._producers = [producer.producer_id for producer in site.producers] or ["nguon"]
        self._marks: list[str] = []
        self._holds: list[str] = []
        self._exports: list[str] = []
        self._shift_step = 0
        self._figures = 0
        self._incident_step = 0
        self._report_step = 0
        self._reports: list[Report] = []
        self._story_step = 0
        self._call_step = 0
        self._crisis_step = 0
        self._meeting_step = 0
        self._zone_step = 0
        others: tuple[tuple[float, Callable[[], ev.Event | None]], ...] = (
            (12, self._desk), (8, self._camera), (4, self._recording), (2, self._producer), (2, self._refused),
            (0.6, self._signed), (0.3, self._quarantined), (0.2, self._fire_reported),
            (0.4, self._mark_placed), (0.1, self._mark_removed),
            (0.2, self._forecast), (0.2, self._air), (0.6, self._incident), (0.05, self._limits),
            (0.2, self._indicators),
            (0.05, self._held), (0.05, self._released), (0.05, self._ordered), (0.05, self._changed),
            (0.3, self._shift), (0.6, self._report), (0.4, self._story), (0.5, self._call), (0.1, self._crisis),
            (0.4, self._meeting), (0.1, self._zones),
            (0.002, self._site_loaded),
        )  # fmt: skip
        self._others = [other for _, other in others]
        self._weights = [weight for weight, _ in others]

    def happenings(self) -> Iterator[Happening]:
        yield self._stamped("", ev.SiteLoaded(site=self._site))
        while True:
            chance = self._chance.random()
            if chance < 0.7:
                found = self._about_an_alert()
            else:
                event = self._chance.choices(self._others, self._weights)[0]()
                actor = "" if event is None or event.kind.startswith(_OF_THE_SYSTEM) else self._user()
                found = None if event is None else (actor, event)
            if found is not None:
                yield self._stamped(*found)

    def _stamped(self, actor: str, event: ev.Event) -> Happening:
        self._count += 1
        # A decision makes several events of one stamp now and then.
        if self._chance.random() < 0.9:
            hour = self._now_ms / 3_600_000 % 24
            calm = 1.6 if hour < 12 else 0.4  # UTC: the night and the day of UTC+7, roughly
            self._now_ms += self._chance.expovariate(1 / (self._mean_ms * calm / 0.9))
        if self._count in self._steps:
            self._now_ms -= self._chance.uniform(1, self._step_ms)
        return Happening(int(self._now_ms), actor, event)

    def _user(self) -> str:
        return self._chance.choice(USERS)

    # -- alerts --------------------------------------------------------------------------------------------------

    def _about_an_alert(self) -> tuple[str, ev.Event] | None:
        chance = self._chance.random()
        if not self._alerts or chance < 0.12 * max(0.0, 2 - len(self._alerts) / OPEN_ALERTS):
            return "", self._raised()
        alert = self._chance.choice(list(self._alerts.values()))
        deed = self._chance.random()
        if deed < 0.5:
            return "", self._updated(alert)
        if alert.set_aside:
            return self._back(alert) if deed < 0.75 else (self._user(), self._handled(alert))
        if alert.phase is AlertPhase.LATCHED_ACKNOWLEDGED and deed < 0.8:
            del self._alerts[alert.alert_id]
            return self._user(), ev.AlertReset(alert_id=alert.alert_id, comment="đã kiểm tra tại chỗ")
        if deed > 0.97:
            return self._aside(alert)
        if deed > 0.95:
            return "", self._asks_again(alert)
        if deed < 0.62:
            return self._acknowledged(alert)
        if deed < 0.76:
            return self._returned_or_again(alert)
        return self._user(), self._handled(alert)

    def _raised(self) -> ev.AlertRaised:
        number = self._count
        kind = self._chance.choice(_KINDS)
        alert_id = f"{kind.replace('.', '-')}-{number:08x}"
        camera = self._chance.choice(self._cameras)
        priority = ALERT_KINDS[kind].default_priority
        if priority is not Priority.SYSTEM:
            priority = Priority(self._chance.choices((1, 2, 3, 4), (1, 4, 15, 10))[0])
        alert = Alert(
            alert_id=alert_id,
            kind=kind,
            priority=priority,
            phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
            place_id=camera if ALERT_KINDS[kind].about == "camera" else f"tram-{number % 40}",
            place_name="Cầu Cốc Lếu, phường Lào Cai",
            headline_vi=f"{ALERT_KINDS[kind].name_vi}: cầu Cốc Lếu lúc trời mưa lớn",
            headline_en=f"{ALERT_KINDS[kind].name_en}: Coc Leu bridge in heavy rain",
            raised_ms=int(self._now_ms),
            changed_ms=int(self._now_ms),
            lat_deg=22.48 + number % 100 / 1000,
            lon_deg=103.97 + number % 77 / 1000,
            commune_code="02647",
            limit=self._limit() if kind in ("station.limit", "station.level") else None,
            cap=_cap(number) if kind == "cap.message" else None,
            shapes=(_AREA,) if kind == "cap.message" else (),
            detection=_detection(camera, number) if kind == "detection" else None,
            latching=kind == "detection" and number % 3 == 0,
        )
        self._alerts[alert_id] = alert
        return ev.AlertRaised(alert=alert)

    def _limit(self) -> LimitReading:
        return LimitReading(
            symbol="SO2",
            unit="mg/Nm3",
            value=round(self._chance.uniform(500, 900), 1),
            limit_value=500.0,
            limit_source="QCVN 19:2009/BTNMT cột B, Kp=0,9 Kv=1,0 (chưa xác minh)",
            window_min=60,
        )

    def _updated(self, alert: Alert) -> ev.AlertUpdated:
        chance = self._chance.random()
        if chance < 0.1:
            priority = Priority(self._chance.randint(1, 4))
            changes: dict[str, object] = {"priority": priority}
            if priority < alert.priority and alert.phase is AlertPhase.ACTIVE_ACKNOWLEDGED:
                changes["phase"] = AlertPhase.ACTIVE_UNACKNOWLEDGED
            self._alerts[alert.alert_id] = alert.model_copy(update=changes)
            return ev.AlertUpdated(alert_id=alert.alert_id, priority=priority, text="mức mới")
        if alert.limit is not None:
            return ev.AlertUpdated(alert_id=alert.alert_id, limit=self._limit(), text="618,4 mg/Nm³")
        return ev.AlertUpdated(alert_id=alert.alert_id, count=alert.count + 1)

    def _acknowledged(self, alert: Alert) -> tuple[str, ev.Event]:
        if alert.phase is AlertPhase.RETURNED_UNACKNOWLEDGED:
            del self._alerts[alert.alert_id]
        elif alert.phase is AlertPhase.LATCHED_UNACKNOWLEDGED:
            self._phase(alert, AlertPhase.LATCHED_ACKNOWLEDGED)
        else:
            self._phase(alert, AlertPhase.ACTIVE_ACKNOWLEDGED)
        return self._user(), ev.AlertAcknowledged(alert_id=alert.alert_id, comment="đã gọi đầu mối của cơ sở")

    def _returned_or_again(self, alert: Alert) -> tuple[str, ev.Event]:
        if not alert.active:
            self._phase(alert, AlertPhase.ACTIVE_UNACKNOWLEDGED)
            return "", ev.AlertReactivated(alert_id=alert.alert_id, limit=alert.limit and self._limit())
        if alert.latching:
            done = AlertPhase.LATCHED_ACKNOWLEDGED if alert.acknowledged else AlertPhase.LATCHED_UNACKNOWLEDGED
            self._phase(alert, done)
        elif alert.phase is AlertPhase.ACTIVE_ACKNOWLEDGED:
            del self._alerts[alert.alert_id]
        else:
            self._phase(alert, AlertPhase.RETURNED_UNACKNOWLEDGED)
        return "", ev.AlertReturned(alert_id=alert.alert_id, reason="giá trị đã về dưới ngưỡng")

    def _aside(self, alert: Alert) -> tuple[str, ev.Event]:
        alert_id, until_ms = alert.alert_id, int(self._now_ms) + 1_800_000
        where = self._chance.choice((AlertPhase.SHELVED, AlertPhase.SUPPRESSED, AlertPhase.OUT_OF_SERVICE))
        changes = {"phase": where, "condition": alert.active}
        self._alerts[alert_id] = alert.model_copy(update=changes)
        if where is AlertPhase.SHELVED:
            return self._user(), ev.AlertShelved(alert_id=alert_id, until_ms=until_ms, reason="đang sửa chữa")
        if where is AlertPhase.SUPPRESSED:
            return "", ev.AlertSuppressed(alert_id=alert_id, rule_id="nguon-im-lang")
        return self._user(), ev.AlertTakenOutOfService(
            alert_id=alert_id, until_ms=until_ms, permit="BB-07", reason="thay đầu đo"
        )

    def _back(self, alert: Alert) -> tuple[str, ev.Event]:
        alert_id, phase = alert.alert_id, alert.phase
        if alert.condition:
            self._phase(alert, AlertPhase.ACTIVE_UNACKNOWLEDGED)
        elif alert.latching:
            self._phase(alert, AlertPhase.LATCHED_UNACKNOWLEDGED)
        else:
            del self._alerts[alert_id]
        if phase is AlertPhase.SHELVED:
            return "", ev.AlertUnshelved(alert_id=alert_id, cause="time")
        if phase is AlertPhase.SUPPRESSED:
            return "", ev.AlertUnsuppressed(alert_id=alert_id, rule_id="nguon-im-lang")
        return self._user(), ev.AlertReturnedToService(alert_id=alert_id, cause="hand", reason="đã thay xong")

    def _asks_again(self, alert: Alert) -> ev.Event:
        if alert.phase is AlertPhase.ACTIVE_ACKNOWLEDGED:
            self._phase(alert, AlertPhase.ACTIVE_UNACKNOWLEDGED)
            return ev.AlertReAlarmed(alert_id=alert.alert_id, after_s=1800)
        return ev.AlertEscalated(
            alert_id=alert.alert_id, level=1, recipient_id="ld", recipient_vi="Lãnh đạo trực", recipient_en="Leader"
        )

    def _phase(self, alert: Alert, phase: AlertPhase) -> None:
        self._alerts[alert.alert_id] = alert.model_copy(update={"phase": phase})

    def _handled(self, alert: Alert) -> ev.Event:
        chance = self._chance.random()
        if chance < 0.4:
            return ev.AlertOwned(alert_id=alert.alert_id, owner=self._chance.choice(("", *USERS)), previous="")
        if chance < 0.7:
            agency = self._chance.choice(AGENCIES)
            return ev.AlertDispatched(alert_id=alert.alert_id, agency_id=agency, note="đề nghị đến hiện trường")
        if chance < 0.75:
            return ev.AlertJudged(alert_id=alert.alert_id, rule=alert.rule, verdict="confirmed")
        return ev.AlertCommented(alert_id=alert.alert_id, comment="đã xem hình trực tiếp, chưa thấy khói")

    # -- everything else -----------------------------------------------------------------------------------------

    def _desk(self) -> ev.Event:
        acts: tuple[ev.DeskAct, ...] = ("workspace", "camera", "go_to", "brought", "replay", "snapshot", "sound")
        act = self._chance.choice(acts)
        return ev.DeskActed(act=act, about=self._chance.choice(("watch", "wall", "environment")))

    def _camera(self) -> ev.Event:
        conditions: tuple[ev.CameraCondition, ...] = ("unknown", "online", "lost")
        condition = self._chance.choice(conditions)
        camera_id = self._chance.choice(self._cameras)
        if self._chance.random() < 0.3:
            steered: tuple[ev.SteerCondition, ...] = ("moving", "arrived", "failed")
            chosen = self._chance.choice(steered)
            reason = "camera không trả lời trong 5 s" if chosen == "failed" else ""
            return ev.CameraSteered(
                camera_id=camera_id, condition=chosen, preset="cho", cause="alarm", alert_id="", reason=reason
            )
        return ev.CameraChanged(camera_id=camera_id, condition=condition, reason="no answer within 5 s")

    def _recording(self) -> ev.Event:
        conditions: tuple[RecordingCondition, ...] = ("recording", "gap", "failed", "waiting", "off")
        camera_id = self._chance.choice(self._cameras)
        condition = self._chance.choice(conditions)
        return ev.RecordingChanged(camera_id=camera_id, condition=condition, reason="mất tín hiệu")

    def _producer(self) -> ev.Event:
        conditions: tuple[Literal["unknown", "fresh", "silent"], ...] = ("unknown", "fresh", "silent")
        return ev.ProducerChanged(
            producer_id=self._chance.choice(self._producers),
            condition=self._chance.choice(conditions),
            last_message_ms=self._chance.choice((None, int(self._now_ms))),
        )

    def _refused(self) -> ev.Event:
        return ev.CommandRefused(
            command="alert.acknowledge",
            about=f"a{self._count}",
            reason_code="wrong_phase",
            reason='đã được "người khác" xác nhận lúc 10:02:15',
        )

    def _signed(self) -> ev.Event:
        user = self._user()
        if self._chance.random() < 0.5:
            return ev.OperatorSignedIn(user=user, role="duty_officer", origin="10.0.0.7")
        return ev.OperatorSignedOut(user=user)

    def _quarantined(self) -> ev.Event:
        return ev.InputQuarantined(
            producer_id=self._producers[0], door="drop", file_name=f"{self._count}.txt", reason="dòng 3: không phải số"
        )

    def _fire_reported(self) -> ev.Event:
        return ev.FireReported(fire_site_id="cho-coc-leu", nature="test", code="RP", zone="")

    def _mark_placed(self) -> ev.Event:
        kinds: tuple[MarkKind, ...] = ("bookmark", "note", "debrief", "span")
        kind = self._chance.choice(kinds)
        at_ms = int(self._now_ms) - 60_000
        mark = Mark(
            mark_id=f"mark-{self._count}",
            kind=kind,
            at_ms=at_ms,
            end_ms=at_ms + 30_000 if kind == "span" else None,
            text="gọi lại cho cơ sở",
            placed_by="truong-ca",
            placed_ms=int(self._now_ms),
        )
        self._marks = [*self._marks[-50:], mark.mark_id]
        return ev.MarkPlaced(mark=mark)

    def _mark_removed(self) -> ev.Event | None:
        return ev.MarkRemoved(mark_id=self._chance.choice(self._marks)) if self._marks else None

    def _forecast(self) -> ev.Event:
        at_ms = int(self._now_ms)
        forecast = Forecast(
            station_id="tram-1",
            symbol="Level",
            source="Đài KTTV",
            issued_ms=at_ms,
            received_ms=at_ms,
            points=(ForecastPoint(at_ms=at_ms + 6 * 3_600_000, value=81.2, words="BĐ1 + 1,2 m"),),
        )
        return ev.ForecastIssued(forecast=forecast)

    def _limits(self) -> ev.Event:
        day = f"2031-01-{self._chance.randrange(1, 29):02d}"
        return ev.LimitsChanged(day=day, stations=self._site.stations[:1], digest=f"limits-{day}")

    def _air(self) -> ev.Event:
        until_ms = int(self._now_ms) // 3_600_000 * 3_600_000
        value = self._chance.randrange(20, 220)
        index = AirIndex(
            station_id="kk-1",
            period="hour",
            from_ms=until_ms - 3_600_000,
            until_ms=until_ms,
            value=value,
            pollutant="PM2,5",
            parts={"PM2,5": value, "NO2": value // 2},
        )
        return ev.AirIndexed(index=index)

    def _indicators(self) -> ev.Event:
        self._figures += 1
        figures = tuple(
            IndicatorFigure(
                code=self._chance.choice(("BED_USE", "GRDP", "ON_TIME")),
                area=self._chance.choice(("", "02647", "02683")),
                period=f"20{20 + self._figures // 12 % 60}-{1 + self._figures % 12:02}",
                value=self._chance.choice((None, 1.5, 82.0)) if number else 3.25,
                revision=self._figures,
            )
            for number in range(2)
        )
        return ev.IndicatorsEntered(channel="sheet", figures=figures[:1], derived=figures[1:])

    def _held(self) -> ev.Event:
        hold = Hold(
            hold_id=f"hold-{self._count}",
            alert_id="",
            camera_ids=tuple(self._cameras[:2]),
            start_ms=int(self._now_ms) - 600_000,
            end_ms=int(self._now_ms),
            reason="vụ việc cần xác minh",
            placed_by="lan",
            placed_ms=int(self._now_ms),
        )
        self._holds.append(hold.hold_id)
        return ev.EvidenceHeld(hold=hold)

    def _released(self) -> ev.Event | None:
        return ev.EvidenceReleased(hold_id=self._holds.pop(0), reason="đã bàn giao") if self._holds else None

    def _ordered(self) -> ev.Event:
        order = ExportOrder(
            title="Vụ cháy", start_ms=int(self._now_ms) - 600_000, end_ms=int(self._now_ms), camera_ids=("cam-1",)
        )
        self._exports.append(f"export-{self._count}")
        return ev.ExportOrdered(export_id=self._exports[-1], order=order)

    def _changed(self) -> ev.Event | None:
        if not self._exports:
            return None
        conditions: tuple[ExportCondition, ...] = ("done", "cancelled", "failed")
        condition = self._chance.choice(conditions)
        return ev.ExportChanged(export_id=self._exports.pop(0), condition=condition, digest="0" * 64)

    def _shift(self) -> ev.Event:
        """A watch from the first sign-on to the second signature, again and again."""
        step, number = self._shift_step % 6, self._shift_step // 6
        self._shift_step += 1
        if step == 0:
            shift = Shift(shift_id="dem", name_vi="Ca đêm", begins_min=1140, ends_min=420)
            task = DutyTask(task_id="nhan-ca", words_vi="Nhận ca", due_min=15, source="mẫu")
            begins_ms = int(self._now_ms)
            turn = Turn(watch_id=f"ca-{number}.dem", shift=shift, begins_ms=begins_ms, ends_ms=begins_ms + 43_200_000)
            self._watch = ev.ShiftStarted(turn=turn, position_id="truc-ban", tasks=(task,))
            return self._watch
        watch_id = self._watch.turn.watch_id
        if step == 4:
            stamp = ev.LoggedEvent(
                seq=1, at_ms=int(self._now_ms), actor="lan", caused_by=None, origin="", event=self._watch
            )
            sheet = handover_sheet(RoomState(), begun(self._watch, stamp), "ý kiến", "lan", int(self._now_ms))
            return ev.HandoverDrafted(sheet=sheet, digest=sheet_digest(sheet))
        return (
            ev.ShiftTaskDone(watch_id=watch_id, task_id="nhan-ca"),
            ev.ShiftTaskSkipped(watch_id=watch_id, task_id="nhan-ca", text="mất điện"),
            ev.ShiftNoted(watch_id=watch_id, text="đã gọi Sở"),
            ev.ShiftNoted(watch_id=watch_id, text="chờ ký"),
            ev.HandoverSigned(watch_id=watch_id, side="leaving", digest="0" * 64),
        )[step - 1]

    def _incident(self) -> ev.Event:
        """An incident from its opening to the review after it was closed, again and again."""
        number, step = divmod(self._incident_step, len(_INCIDENT))
        self._incident_step += 1
        now_ms = int(self._now_ms)
        if step == 0:
            incident = Incident(
                incident_id=f"incident-{number}", number=number + 1, title="Cháy chợ", category="fire",
                priority=Priority.CRITICAL, opened_ms=now_ms, opened_by="lan", changed_ms=now_ms,
                links=(Link(kind="alert", key="a"),),
            )  # fmt: skip
            return ev.IncidentOpened(incident=incident)
        return _INCIDENT[step](f"incident-{number}")

    def _report(self) -> ev.Event:
        """A citizen's report from its receipt to its rating; every third one is taken up again."""
        number, step = divmod(self._report_step, len(_REPORT))
        self._report_step += 1
        if step == 0:
            report = Report(
                report_id=f"report-{number}", number=number + 1, code=f"PA-{number + 1}", channel="app",
                category_id="rac", flow="timed", title="Rác trên vỉa hè", received_ms=int(self._now_ms),
                changed_ms=int(self._now_ms), lat_deg=22.48, lon_deg=103.97,
            )  # fmt: skip
            self._reports.append(report)
            return rev.ReportReceived(report=report, text="Rác trên vỉa hè trước số 12")
        if step == 1 and number % 3 == 2:
            old = self._reports[0].model_copy(update={"state": "reopened", "reopened": 1})
            return ev.RowsShown(reports=(old,))
        return _REPORT[step](f"report-{number}")

    def _call(self) -> ev.Event:
        """A call of the hotline that is answered, or hung up before."""
        number, step = divmod(self._call_step, 4)
        self._call_step += 1
        key, now_ms = f"tong-dai:{number}", int(self._now_ms)
        if step == 0:
            call = hotline.Call(
                call_id=key, producer_id="tong-dai", caller_id=f"h{number % 5}", masked="09xx xxx 123",
                arrived_ms=now_ms, changed_ms=now_ms,
            )  # fmt: skip
            return hotline.CallArrived(call=call)
        if step == 3:
            recording = hotline.CallRecording(
                digest=f"{number:064x}",
                mime="audio/wav",
                bytes=100,
                duration_ms=6,
                started_ms=now_ms,
                kept_until_ms=now_ms,
            )
            return hotline.CallRecorded(call_id=key, recording=recording)
        answered: tuple[hotline.CallStep, hotline.CallStep] = ("answered", "ended")
        lost: tuple[hotline.CallStep, hotline.CallStep] = ("queued", "abandoned")
        moved = (answered if number % 3 else lost)[step - 1]
        return hotline.CallMoved(call_id=key, step=moved, at_ms=now_ms, agent="Bàn 1")

    def _crisis(self) -> ev.Event:
        """A crisis of the hotline begins, or the one that is on ends."""
        number, ends = divmod(self._crisis_step, 2)
        self._crisis_step += 1
        key, now_ms = f"lu-lut-{number}", int(self._now_ms)
        if ends:
            return crisis.CrisisEnded(crisis_id=key, reason="nước rút", tally=crisis.CrisisTally(calls=3))
        template = self._site.hotline.crises[0] if self._site.hotline.crises else _THEME
        begun = crisis.Crisis(
            crisis_id=key, template=template, begun_ms=now_ms, begun_by="truong-ca", reason="lũ lên nhanh"
        )
        return crisis.CrisisBegun(crisis=begun)

    def _meeting(self) -> ev.Event:
        """A meeting from its plan to its end, with people, speeches, votes and what comes of it."""
        number, step = divmod(self._meeting_step, len(_MEETING))
        self._meeting_step += 1
        return _MEETING[step](f"hop-{number}")

    def _zones(self) -> ev.Event:
        """A zone with its checkpoint is declared, and lifted."""
        number, lifted = divmod(self._zone_step, 2)
        self._zone_step += 1
        if lifted:
            return zones.ZonesLifted(
                zone_ids=(f"vung-{number}",), checkpoint_ids=(f"chot-{number}",), reason="hết dịch"
            )
        now_ms = int(self._now_ms)
        zone = zones.Zone(zone_id=f"vung-{number}", name_vi="Vùng dịch", level=3, since_ms=now_ms, parts=(_AREA,))
        point = zones.Checkpoint(
            checkpoint_id=f"chot-{number}", name_vi="Chốt", since_ms=now_ms, lat_deg=22.3, lon_deg=103.8
        )
        return zones.ZonesDeclared(zones=(zone,), checkpoints=(point,))

    def _story(self) -> ev.Event:
        """A story of the press that grows and is given to an agency, dismissed or made a report."""
        number, step = divmod(self._story_step, 3)
        self._story_step += 1
        key, now_ms = f"story-{number}", int(self._now_ms)
        if step == 0:
            story = press.Story(
                story_id=key, title="Ngập ở Cốc Lếu", outlet="Báo Mô Phỏng", url="https://bao.example/1",
                producer_id="bao-chi", first_ms=now_ms, newest_ms=now_ms, changed_ms=now_ms, hits=("coc-leu",),
            )  # fmt: skip
            return press.StorySeen(story=story)
        if step == 1:
            return press.StoryGrew(story_id=key, posts=5, outlets=3, newest_ms=now_ms, sentiment="negative")
        return _STORY[number % len(_STORY)](key)

    def _site_loaded(self) -> ev.Event:
        return ev.SiteLoaded(site=self._site)


_SOP: Final = Sop(
    sop_id="chay",
    version=1,
    title_vi="Cháy",
    category="fire",
    source="mẫu",
    verified=False,
    steps=(Step(step_id="goi-114", words_vi="Gọi 114", limit_s=60), Step(step_id="so-tan", words_vi="Sơ tán")),
)
_INCIDENT: Final[tuple[Callable[[str], ev.Event], ...]] = (
    lambda key: ev.SopPublished(sop=_SOP),  # its place is the opening's
    lambda key: ev.IncidentLinked(incident_id=key, link=Link(kind="alert", key="b")),
    lambda key: ev.IncidentUnlinked(incident_id=key, link=Link(kind="alert", key="b"), reason="việc khác"),
    lambda key: ev.IncidentChanged(incident_id=key, title="Cháy chợ Cốc Lếu"),
    lambda key: ev.IncidentLed(incident_id=key, lead="lan", previous=""),
    lambda key: ev.SopPublished(sop=_SOP),
    lambda key: ev.SopStarted(incident_id=key, sop=_SOP),
    lambda key: ev.StepMarked(incident_id=key, step_id="goi-114", state="done"),
    lambda key: ev.StepOverdue(incident_id=key, step_id="so-tan"),
    lambda key: ev.TaskAsked(incident_id=key, task=Task(task_id="t", agency_id="pccc", what="dập lửa")),
    lambda key: ev.TaskMoved(incident_id=key, task_id="t", state="on_the_way"),
    lambda key: ev.TaskOverdue(incident_id=key, task_id="t", late="eta"),
    lambda key: ev.IncidentNoted(incident_id=key, text="lửa đã tắt"),
    lambda key: ev.IncidentMoved(incident_id=key, phase="closed", summary="đã dập tắt"),
    lambda key: ev.IncidentReviewed(incident_id=key, comment="đạt"),
)

_CLOCK: Final = Clock(allowed_ms=86_400_000, due_ms=1_763_890_000_000, near_ms=1_763_880_000_000)
_REPORT: Final[tuple[Callable[[str], ev.Event], ...]] = (
    lambda key: ev.SopPublished(sop=_SOP),  # its place is the receipt's
    lambda key: rev.ReportChanged(report_id=key, priority=2, address="đường Nguyễn Huệ"),
    lambda key: rev.ReportMoved(report_id=key, state="verifying"),
    lambda key: rev.ReportRouted(report_id=key, chief="pccc", partners=("csgt",), clock=_CLOCK, rule="mac-dinh"),
    lambda key: rev.ReportNoted(report_id=key, audience="inside", text="gọi tổ dân phố"),
    lambda key: rev.ReportMoved(report_id=key, state="in_progress"),
    lambda key: rev.ReportOverdue(report_id=key, stage="near"),
    lambda key: rev.ReportExtensionAsked(
        report_id=key,
        extension=Extension(more_ms=3_600_000, reason="mưa", asked_ms=1_763_870_000_000, asked_by="lan"),
    ),
    lambda key: rev.ReportExtensionDecided(report_id=key, granted=True, clock=_CLOCK),
    lambda key: rev.ReportMoved(report_id=key, state="done_pending"),
    lambda key: rev.ReportsToldApart(report_id=key, other_id="report-0"),
    lambda key: rev.ReportMediumDecided(report_id=key, digest="a" * 64, public=True),
    lambda key: rev.ReportRead(report_id=key, text="đã rõ"),
    lambda key: rev.ReportMoved(report_id=key, state="published", text="đã sửa"),
    lambda key: rev.ReportRated(report_id=key, rating="satisfied"),
)

_THEME: Final = crisis.CrisisTemplate(
    template_id="lu-lut", name_vi="Lũ", entries=(crisis.CrisisEntry(entry_id="a", name_vi="Ngập", category_id="b"),)
)

_PLAN: Final = mt.MeetingPlan(
    title="Giao ban phòng chống lụt bão",
    begins_ms=1_763_870_000_000,
    ends_ms=1_763_880_000_000,
    participants=(
        mt.Participant(participant_id="chu-tri", name="Chủ tịch", user="lanh-dao", role="chair"),
        mt.Participant(participant_id="lan", name="Lan", user="lan", agency_id="pccc"),
    ),
    agenda=(mt.AgendaItem(item_id="lu", title="Lũ trên sông Hồng", presenter="lan"),),
)
_OPTIONS: Final = (
    mt.VoteOption(option_id="co", name_vi="Tán thành"),
    mt.VoteOption(option_id="khong", name_vi="Không"),
)
_OPEN_VOTE: Final = mt.Vote(vote_id="so-tan", question="Sơ tán?", form="poll", options=_OPTIONS)
_SECRET: Final = mt.Vote(
    vote_id="kin", question="Chọn?", form="secret", options=_OPTIONS, key=mt.BallotKey(modulus="b" * 256, exponent="3")
)
_MEETING: Final[tuple[Callable[[str], ev.Event], ...]] = (
    lambda key: me.MeetingPlanned(meeting=mt.Meeting(meeting_id=key, plan=_PLAN)),
    lambda key: me.MeetingReplanned(meeting_id=key, plan=_PLAN, reason="thêm nội dung"),
    lambda key: me.MeetingAttended(meeting_id=key, participant_id="chu-tri", presence="present"),
    lambda key: me.MeetingAttended(meeting_id=key, participant_id="lan", presence="present"),
    lambda key: me.MeetingMoved(meeting_id=key, phase="running"),
    lambda key: me.MeetingQuieted(meeting_id=key, quiet="urgent"),
    lambda key: me.MeetingItemOpened(meeting_id=key, item_id="lu"),
    lambda key: me.MeetingShown(meeting_id=key, shown=mt.Shown(kind="map", zoom=2.0)),
    lambda key: me.FloorAsked(meeting_id=key, participant_id="lan", about="mực nước"),
    lambda key: me.FloorWithdrawn(meeting_id=key, participant_id="lan"),
    lambda key: me.FloorGiven(meeting_id=key, participant_id="lan", limit_s=600),
    lambda key: me.FloorEnded(meeting_id=key),
    lambda key: me.VoteOpened(meeting_id=key, vote=_OPEN_VOTE),
    lambda key: me.BallotCast(meeting_id=key, vote_id="so-tan", participant_id="lan", option_id="co"),
    lambda key: me.VoteClosed(meeting_id=key, vote_id="so-tan", result=mt.tally(_OPEN_VOTE, {"co": 1}, 2, 2)),
    lambda key: me.VoteOpened(meeting_id=key, vote=_SECRET),
    lambda key: me.BallotHanded(meeting_id=key, vote_id="kin", participant_id="lan", blinded="ab", signature="cd"),
    lambda key: me.VoteClosed(meeting_id=key, vote_id="kin", result=mt.tally(_SECRET, {"khong": 1}, 2, 2)),
    lambda key: me.MeetingConcluded(
        meeting_id=key, conclusion=mt.Conclusion(conclusion_id="k1", text="Trực 24/24", agency_id="pccc")
    ),
    lambda key: me.MeetingNoted(meeting_id=key, text="nước đang xuống"),
    lambda key: me.MeetingMoved(meeting_id=key, phase="over"),
)

_STORY: Final[tuple[Callable[[str], ev.Event], ...]] = (
    lambda key: press.StoryAssigned(story_id=key, agency_id="pccc", note="trả lời báo"),
    lambda key: press.StoryDismissed(story_id=key, reason="tin cũ"),
    lambda key: press.StoryReported(story_id=key, report_id="report-0"),
)

_OF_THE_SYSTEM: Final = (
    "story.seen",
    "story.grew",
    "call.",
    "camera.",
    "recording.",
    "producer.",
    "input.",
    "site.",
    "export.changed",
    "zones.",
)
_AREA: Final = Polygon(
    ring=(
        *(
            (103.8 + 0.3 * math.cos(turn * math.pi / 24), 22.3 + 0.2 * math.sin(turn * math.pi / 24))
            for turn in range(48)
        ),
        (104.1, 22.3),
    )
)


def _cap(number: int) -> CapDetail:
    return CapDetail(
        key=f"kttv.gov.vn,bantin-{number},2026-11-23T03:00:00+07:00",
        status="Actual",
        message_type="Alert",
        category="Met",
        event="Mưa lớn",
        urgency="Expected",
        severity="Severe",
        certainty="Likely",
        sender_name="Đài Khí tượng Thủy văn khu vực",
        description="Trong 6 giờ tới có mưa to đến rất to, lượng mưa phổ biến 60-120 mm, có nơi trên 180 mm. " * 3,
        instruction="Theo dõi các bản tin tiếp theo; đề phòng lũ quét, sạt lở đất ở vùng núi.",
        web="",
        effective_ms=1_763_800_000_000,
        expires_ms=None,
        risk_level=2,
        area_names=("Lào Cai", "Sa Pa", "Bát Xát"),
        commune_codes=("02647", "02650", "02683"),
    )


def _detection(camera_id: str, number: int) -> DetectionDetail:
    return DetectionDetail(
        camera_id=camera_id, label="fire", sub_label="", score=0.8, zones=("cau",), count=1 + number % 3
    )


def sample_site(folder: Path) -> Site:
    """The public part of a site folder."""
    return public_site(load_site(folder), 1_763_800_000_000)

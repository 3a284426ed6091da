"""Every kind of event in words: none is missing, names instead of ids, who and about what."""

from __future__ import annotations

from typing import get_args

import pytest

from backend.contracts import events as ev
from backend.contracts import meeting_events as me
from backend.contracts import meetings as mt
from backend.contracts import report_events as rev
from backend.contracts.air import AirIndex
from backend.contracts.alerts import AlertPhase
from backend.contracts.commands import Command
from backend.contracts.crisis import Crisis, CrisisBegun, CrisisEnded, CrisisTally
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.forecasts import Forecast, ForecastPoint
from backend.contracts.geometry import Polygon
from backend.contracts.hotline import Call, CallArrived, CallMoved, CallRecorded, CallRecording
from backend.contracts.incidents import Incident, Link, Task
from backend.contracts.indicators import IndicatorFigure
from backend.contracts.kinds.alerts import Priority
from backend.contracts.marks import Mark
from backend.contracts.press import Story, StoryAssigned, StoryDismissed, StoryGrew, StoryReported, StorySeen
from backend.contracts.recording import ExportOrder, Hold
from backend.contracts.reports import Clock, Extension, Report
from backend.contracts.shift_fold import begun as watch_begun
from backend.contracts.shifts import DutyTask, Shift, Turn
from backend.contracts.sop import Sop, Step
from backend.contracts.state import RoomState, apply
from backend.contracts.zones import Zone, ZonesDeclared, ZonesLifted
from backend.domain.shifts import handover_sheet
from console.models.event_words import EventWords, command_words, event_words
from console.models.session import Selected
from tests.panels.map_room import NOW_MS, alert, laocai

CAMERA, STATION, PRODUCER = laocai().cameras[0], laocai().stations[0], laocai().producers[0]
AGENCY, COMMUNE = laocai().agencies[0], laocai().communes[0]
ORDER = ExportOrder(title="Cháy Cốc Lếu", start_ms=NOW_MS, end_ms=NOW_MS + 60_000, camera_ids=(CAMERA.camera_id,))
HOLD = Hold(
    hold_id="h1", alert_id="fire", camera_ids=(), start_ms=NOW_MS, end_ms=NOW_MS + 60_000, reason="điều tra",
    placed_by="an.tran", placed_ms=NOW_MS,
)  # fmt: skip
MARK = Mark(mark_id="m1", kind="note", at_ms=NOW_MS, text="xe đến", placed_by="an.tran", placed_ms=NOW_MS)

AIR = AirIndex(
    station_id="LC-KK-01", period="hour", from_ms=NOW_MS - 3_600_000, until_ms=NOW_MS, value=87, pollutant="PM2,5"
)
FORECAST = Forecast(
    station_id="TV-LC",
    symbol="Level",
    source="Đài KTTV",
    issued_ms=NOW_MS,
    received_ms=NOW_MS,
    points=(ForecastPoint(at_ms=NOW_MS + 3_600_000, value=81.2),),
)
LINK = Link(kind="alert", key="fire")
STEP = Step(step_id="goi-114", words_vi="Gọi 114")
SOP = Sop(sop_id="chay", version=1, title_vi="Cháy, nổ", category="fire", source="mẫu", verified=False, steps=(STEP,))
TASK = Task(task_id="t1", agency_id=AGENCY.agency_id, what="cử hai xe")
INCIDENT = Incident(
    incident_id="i7", number=7, title="Cháy chợ Cốc Lếu", category="fire", priority=Priority.CRITICAL, links=(LINK,),
    opened_ms=NOW_MS, opened_by="an.tran", changed_ms=NOW_MS,
)  # fmt: skip

CLOCK = Clock(allowed_ms=86_400_000, due_ms=NOW_MS + 86_400_000, near_ms=NOW_MS + 80_000_000)
REPORT = Report(
    report_id="r7", number=7, code="PA-7", channel="app", category_id="rac", flow="timed", title="Rác trên vỉa hè",
    received_ms=NOW_MS, changed_ms=NOW_MS,
)  # fmt: skip
MORE = Extension(more_ms=3_600_000, reason="mưa", asked_ms=NOW_MS, asked_by="an.tran")
STORY = Story(
    story_id="s7", title="Ngập ở Cốc Lếu", outlet="Báo Mô Phỏng", url="https://bao.example/1", producer_id="bao-chi",
    first_ms=1, newest_ms=1, changed_ms=1,
)  # fmt: skip
CALL = Call(call_id="t:7", producer_id="t", masked="09xx xxx 123", arrived_ms=1, changed_ms=1)
RECORDING = CallRecording(
    digest="a" * 64, mime="audio/wav", bytes=960_044, duration_ms=60_000, started_ms=1, kept_until_ms=2
)
CRISIS = Crisis(
    crisis_id="lu-lut-20261123", template=laocai().hotline.crises[0], begun_ms=1, begun_by="truong-ca", reason="lũ lên"
)
STORY_SAMPLES: tuple[tuple[Event, str, str], ...] = (
    (CrisisBegun(crisis=CRISIS), "operator", "crisis mode on: Lũ, ngập lụt, sạt lở"),
    (
        CrisisEnded(crisis_id="lu-lut-20261123", reason="nước rút", tally=CrisisTally(calls=3, tickets=2)),
        "operator",
        "crisis mode off: lu-lut-20261123: 3 calls, 0 answered, 0 lost, 2 reports",
    ),
    (CallArrived(call=CALL), "system", "hotline: call from 09xx xxx 123"),
    (CallMoved(call_id="t:7", step="held", at_ms=2), "system", "hotline: call from 09xx xxx 123: on hold"),
    (
        CallRecorded(call_id="t:7", recording=RECORDING),
        "system",
        "hotline: call from 09xx xxx 123: its recording is here, 1\xa0ph",
    ),
    (StorySeen(story=STORY), "system", "“Ngập ở Cốc Lếu”: first told by Báo Mô Phỏng"),
    (StoryGrew(story_id="s7", posts=5, outlets=3, newest_ms=2), "system", "told 5 times by 3 outlets"),
    (StoryAssigned(story_id="s7", agency_id=AGENCY.agency_id), "operator", f"assigned to {AGENCY.name_vi}"),
    (StoryDismissed(story_id="s7", reason="tin cũ"), "operator", "dismissed: tin cũ"),
    (StoryReported(story_id="s7", report_id="PA-7"), "operator", "became the report PA-7"),
)
PLAN = mt.MeetingPlan(
    title="Giao ban",
    begins_ms=NOW_MS,
    ends_ms=NOW_MS + 3_600_000,
    participants=(
        mt.Participant(participant_id="a", name="Ông Hưng", role="chair"),
        mt.Participant(participant_id="b", name="Bà Mai", agency_id=AGENCY.agency_id),
    ),
    agenda=(mt.AgendaItem(item_id="lu", title="Lũ trên sông Hồng"),),
)
OPTIONS = (mt.VoteOption(option_id="co", name_vi="Tán thành"), mt.VoteOption(option_id="khong", name_vi="Không"))
VOTE = mt.Vote(vote_id="v", question="Sơ tán?", form="secret", options=OPTIONS)
MEETING_SAMPLES: tuple[tuple[Event, str, str], ...] = (
    (me.MeetingPlanned(meeting=mt.Meeting(meeting_id="m7", plan=PLAN)), "operator", "“Giao ban”: planned, 2 invited"),
    (me.MeetingReplanned(meeting_id="m7", plan=PLAN, reason="đổi giờ"), "operator", "plan was changed: đổi giờ"),
    (me.MeetingAttended(meeting_id="m7", participant_id="b", presence="left"), "operator", "Bà Mai: left"),
    (me.MeetingMoved(meeting_id="m7", phase="over"), "operator", "“Giao ban”: over"),
    (me.MeetingItemOpened(meeting_id="m7", item_id="lu"), "operator", "dealt with: Lũ trên sông Hồng"),
    (
        me.MeetingShown(meeting_id="m7", shown=mt.Shown(kind="camera", key=CAMERA.camera_id)),
        "operator",
        f"shown to everybody: camera {CAMERA.name_vi}",
    ),
    (me.FloorAsked(meeting_id="m7", participant_id="b", about="mưa"), "operator", "Bà Mai asks for the floor: mưa"),
    (me.FloorWithdrawn(meeting_id="m7", participant_id="b"), "operator", "Bà Mai does not want to speak"),
    (me.FloorGiven(meeting_id="m7", participant_id="b", limit_s=60), "operator", "Bà Mai has the floor"),
    (me.FloorEnded(meeting_id="m7"), "operator", "the speech is over"),
    (me.VoteOpened(meeting_id="m7", vote=VOTE), "operator", "secret vote opened: Sơ tán?"),
    (me.BallotCast(meeting_id="m7", vote_id="v", participant_id="b", option_id="co"), "operator", "Bà Mai: co"),
    (
        me.BallotHanded(meeting_id="m7", vote_id="v", participant_id="b", blinded="a", signature="b"),
        "operator",
        "Bà Mai has the ballot",
    ),
    (
        me.VoteClosed(
            meeting_id="m7",
            vote_id="v",
            result=mt.VoteResult(counts={"co": 3, "khong": 1}, present=4, members=5, base=5, carried=True),
        ),
        "operator",
        "vote closed, carried: 3 of 5",
    ),
    (
        me.MeetingConcluded(meeting_id="m7", conclusion=mt.Conclusion(conclusion_id="k", text="Trực 24/24")),
        "operator",
        "concluded: Trực 24/24",
    ),
    (me.MeetingNoted(meeting_id="m7", text="họp bù"), "operator", "noted: họp bù"),
    (me.MeetingQuieted(meeting_id="m7", quiet="urgent"), "operator", "only alarms of priority 1"),
)
ZONE = Zone(
    zone_id="z7", name_vi="Vùng dịch Bảo Thắng", level=3, since_ms=NOW_MS,
    parts=(Polygon(ring=((104.0, 22.0), (104.1, 22.0), (104.1, 22.1), (104.0, 22.0))),),
)  # fmt: skip
REPORT_SAMPLES: tuple[tuple[Event, str, str], ...] = (
    (rev.ReportReceived(report=REPORT, text="Rác"), "alert", "report PA-7: came by app: Rác trên vỉa hè"),
    (rev.ReportRouted(report_id="r7", chief=AGENCY.agency_id, clock=CLOCK), "operator", f"given to {AGENCY.name_vi}"),
    (rev.ReportMoved(report_id="r7", state="rejected", text="không rõ"), "operator", "refused: không rõ"),
    (rev.ReportNoted(report_id="r7", audience="citizen", by_citizen=True, text="số 12"), "operator", "citizen wrote"),
    (rev.ReportNoted(report_id="r7", audience="citizen", text="cảm ơn"), "operator", "wrote to the citizen: cảm ơn"),
    (rev.ReportNoted(report_id="r7", audience="inside", text="gọi tổ"), "operator", "noted inside: gọi tổ"),
    (rev.ReportChanged(report_id="r7", address="số 12"), "operator", "số 12"),
    (rev.ReportExtensionAsked(report_id="r7", extension=MORE), "operator", "asked for more time: mưa"),
    (rev.ReportExtensionDecided(report_id="r7", granted=True, clock=CLOCK), "operator", "was granted"),
    (rev.ReportExtensionDecided(report_id="r7", granted=False, clock=CLOCK, reason="không"), "operator", "refused"),
    (rev.ReportRated(report_id="r7", rating="dissatisfied", text="còn rác"), "operator", "not satisfied: còn rác"),
    (rev.ReportsToldApart(report_id="r7", other_id="PA-8"), "operator", "is not the same as PA-8"),
    (rev.ReportMediumDecided(report_id="r7", digest="0" * 64, public=True), "operator", "may be seen by everybody"),
    (rev.ReportMediumDecided(report_id="r7", digest="0" * 64, public=False), "operator", "not for everybody any more"),
    (rev.ReportRead(report_id="r7", text="đã rõ"), "operator", "the leader of the place has read it: đã rõ"),
    (rev.ReportOverdue(report_id="r7", stage="late"), "alert", "overdue"),
    (ev.RowsShown(reports=(REPORT,)), "system", "PA-7"),
    *STORY_SAMPLES,
    (ZonesDeclared(zones=(ZONE,)), "system", "declared: Vùng dịch Bảo Thắng"),
    (ZonesLifted(zone_ids=("z1",), reason="hết dịch"), "system", "lifted: z1: hết dịch"),
    *MEETING_SAMPLES,
    (ev.RowsShown(), "system", "not for this seat"),
)

SHIFT = Shift(shift_id="dem", name_vi="Ca đêm", begins_min=1140, ends_min=420)
TURN = Turn(watch_id="2026-11-23.dem", shift=SHIFT, begins_ms=NOW_MS, ends_ms=NOW_MS + 43_200_000)
DUTY = DutyTask(task_id="nhan-ca", words_vi="Nhận ca", due_min=15, source="mẫu")
STARTED = ev.ShiftStarted(turn=TURN, position_id="truc-ban", tasks=(DUTY,))
SHEET = handover_sheet(
    RoomState(), watch_begun(STARTED, LoggedEvent(seq=1, at_ms=NOW_MS, actor="a", caused_by=None, origin="",
    event=STARTED)), "bàn giao chìa khóa", "an.tran", NOW_MS,
)  # fmt: skip
SHIFT_SAMPLES: tuple[tuple[Event, str, str], ...] = (
    (STARTED, "operator", "Ca đêm: signed on as Cán bộ trực ban"),
    (ev.ShiftTaskDone(watch_id=TURN.watch_id, task_id="nhan-ca"), "operator", "Nhận ca"),
    (ev.ShiftTaskSkipped(watch_id=TURN.watch_id, task_id="nhan-ca", text="mất điện"), "operator", "mất điện"),
    (ev.ShiftNoted(watch_id=TURN.watch_id, text="gọi Sở"), "operator", "gọi Sở"),
    (ev.HandoverDrafted(sheet=SHEET, digest="0" * 64), "operator", "bàn giao chìa khóa"),
    (ev.HandoverSigned(watch_id=TURN.watch_id, side="coming", digest="0" * 64), "operator", "coming officer"),
)
SAMPLES: tuple[tuple[Event, str, str], ...] = (
    (ev.SiteLoaded(site=laocai()), "system", laocai().name_vi),
    (ev.AlertRaised(alert=alert("fire2", headline="Cháy lớn")), "alert", "Cháy lớn"),
    (ev.AlertRaised(alert=alert("disk", Priority.SYSTEM, headline="Đĩa đầy")), "system", "Đĩa đầy"),
    (ev.AlertUpdated(alert_id="fire", priority=Priority.HIGH, text="lan rộng"), "alert", "lan rộng"),
    (ev.AlertUpdated(alert_id="fire", text="đo lại"), "alert", "Cháy"),
    (ev.AlertReturned(alert_id="fire", reason="hết khói"), "alert", "hết khói"),
    (ev.AlertReactivated(alert_id="fire"), "alert", "Cháy"),
    (ev.AlertAcknowledged(alert_id="fire", comment="đã gọi 114"), "operator", "đã gọi 114"),
    (ev.AlertCommented(alert_id="fire", comment="xe đang đến"), "operator", "xe đang đến"),
    (ev.AlertOwned(alert_id="fire", owner="an.tran", previous="binh"), "operator", "binh"),
    (ev.AlertOwned(alert_id="fire", owner="", previous="an.tran"), "operator", "Cháy"),
    (ev.AlertDispatched(alert_id="fire", agency_id=AGENCY.agency_id, note="gấp"), "operator", AGENCY.name_vi),
    (ev.AlertJudged(alert_id="fire", rule="detection:fire", verdict="false"), "operator", "Cháy"),
    (ev.AlertShelved(alert_id="fire", until_ms=NOW_MS + 600_000, reason="đang sửa"), "operator", "đang sửa"),
    (ev.AlertUnshelved(alert_id="fire", cause="hand", reason="sửa xong"), "operator", "sửa xong"),
    (ev.AlertSuppressed(alert_id="fire", rule_id="mat-dien"), "operator", "Cháy"),
    (ev.AlertUnsuppressed(alert_id="fire", rule_id="mat-dien", reason="có điện"), "operator", "có điện"),
    (
        ev.AlertTakenOutOfService(alert_id="fire", until_ms=NOW_MS + 600_000, permit="BB-12", reason="thay đầu báo"),
        "operator",
        "BB-12",
    ),
    (ev.AlertReturnedToService(alert_id="fire", cause="time"), "operator", "its time is over"),
    (ev.AlertReset(alert_id="fire", comment="đã kiểm tra"), "operator", "đã kiểm tra"),
    (ev.AlertReAlarmed(alert_id="fire", after_s=900), "operator", "asks again"),
    (
        ev.AlertEscalated(alert_id="fire", level=2, recipient_id="ld", recipient_vi="Lãnh đạo", recipient_en="Head"),
        "alert",
        "Lãnh đạo",
    ),
    (ev.CameraChanged(camera_id=CAMERA.camera_id, condition="lost", reason="refused"), "system", CAMERA.name_vi),
    (ev.CameraSteered(camera_id=CAMERA.camera_id, condition="moving", preset="4"), "operator", CAMERA.name_vi),
    (ev.CameraSteered(camera_id=CAMERA.camera_id, condition="failed", preset="4", reason="x"), "system", "4"),
    (
        ev.ProducerChanged(producer_id=PRODUCER.producer_id, condition="silent", last_message_ms=NOW_MS),
        "system",
        PRODUCER.name_vi,
    ),
    (
        ev.InputQuarantined(producer_id=PRODUCER.producer_id, door="cap", file_name="x.xml", reason="no XML"),
        "system",
        "no XML",
    ),
    (ev.FireReported(fire_site_id="cho-coc-leu", nature="alarm", code="FA", zone="2"), "system", "Chợ Cốc Lếu"),
    (ev.OperatorSignedIn(user="an.tran", role="duty_officer", origin="10.0.0.5"), "operator", "duty officer"),
    (ev.OperatorSignedOut(user="an.tran"), "operator", ""),
    (
        ev.CommandRefused(command="alert.take", about="fire", reason_code="owner_changed", reason="đã có người nhận"),
        "operator",
        "đã có người nhận",
    ),
    (
        ev.RecordingChanged(camera_id=CAMERA.camera_id, condition="gap", reason="mất tín hiệu"),
        "system",
        "mất tín hiệu",
    ),
    (ev.EvidenceHeld(hold=HOLD), "operator", "điều tra"),
    (ev.EvidenceReleased(hold_id="h1", reason="đã bàn giao"), "operator", "đã bàn giao"),
    (ev.ExportOrdered(export_id="e1", order=ORDER), "operator", ORDER.title),
    (ev.ExportChanged(export_id="e1", condition="failed", reason="đĩa đầy"), "operator", "đĩa đầy"),
    (ev.MarkPlaced(mark=MARK), "operator", "xe đến"),
    (ev.MarkRemoved(mark_id="m1"), "operator", ""),
    (ev.ForecastIssued(forecast=FORECAST), "system", "Đài KTTV"),
    (ev.LimitsChanged(day="2026-01-01", stations=laocai().stations[:1], digest="1"), "system", "2026-01-01"),
    (ev.AirIndexed(index=AIR), "system", "VN_AQI 87 (PM2,5)"),
    (ev.AirIndexed(index=AIR.model_copy(update={"value": None})), "system", "too few"),
    (
        ev.IndicatorsEntered(
            channel="sheet",
            file_name="so-yt.xlsx",
            figures=(IndicatorFigure(code="BED_USE", period="2026-10", value=81.5, revision=1),),
        ),
        "operator",
        "so-yt.xlsx",
    ),
    (ev.DeskActed(act="workspace", about="duty"), "operator", "Trực ban"),
    (ev.DeskActed(act="camera", about=CAMERA.camera_id), "operator", CAMERA.name_vi),
    (ev.DeskActed(act="brought", about="alert:fire"), "operator", "Cháy"),
    (ev.DeskActed(act="go_to", about=f"commune:{COMMUNE.code}"), "operator", COMMUNE.name),
    (ev.DeskActed(act="replay", about=str(NOW_MS)), "operator", "11:00:00 22/11"),
    (ev.DeskActed(act="snapshot", about=CAMERA.camera_id), "operator", CAMERA.name_vi),
    (ev.DeskActed(act="sound", about="muted"), "operator", "mute"),
    (ev.SopPublished(sop=SOP), "operator", SOP.title_vi),
    (ev.IncidentOpened(incident=INCIDENT), "operator", "#7 opened “Cháy chợ Cốc Lếu”"),
    (ev.IncidentLinked(incident_id="i7", link=LINK), "operator", "Cháy"),
    (ev.IncidentUnlinked(incident_id="i7", link=LINK, reason="nhầm"), "operator", "nhầm"),
    (ev.IncidentChanged(incident_id="i7", title="Cháy lớn", raised_to=1), "operator", "Cháy lớn · P1"),
    (ev.IncidentLed(incident_id="i7", lead="an.tran", previous=""), "operator", "an.tran leads"),
    (ev.IncidentMoved(incident_id="i7", phase="closed", summary="đã tắt", cause="human"), "operator", "đã tắt"),
    (ev.IncidentNoted(incident_id="i7", text="chủ chợ đã đến"), "operator", "#7 chủ chợ đã đến"),
    (ev.SopStarted(incident_id="i7", sop=SOP), "operator", SOP.title_vi),
    (ev.StepMarked(incident_id="i7", step_id=STEP.step_id, state="done"), "operator", STEP.words_vi),
    (ev.StepOverdue(incident_id="i7", step_id=STEP.step_id), "operator", STEP.words_vi),
    (ev.TaskAsked(incident_id="i7", task=TASK), "operator", "cử hai xe"),
    (ev.TaskMoved(incident_id="i7", task_id="t1", state="refused", note="hết xe"), "operator", AGENCY.name_vi),
    (ev.TaskOverdue(incident_id="i7", task_id="t1", late="eta"), "operator", AGENCY.name_vi),
    *SHIFT_SAMPLES,
    *REPORT_SAMPLES,
    (ev.IncidentReviewed(incident_id="i7", comment="đã gọi"), "operator", "đã gọi"),
)


def room() -> RoomState:
    """A room in which the things the samples speak of are known."""
    state = RoomState(epoch="test")
    for event in (
        ev.SiteLoaded(site=laocai()),
        ev.AlertRaised(alert=alert("fire", headline="Cháy")),
        ev.ExportOrdered(export_id="e1", order=ORDER),
        ev.IncidentOpened(incident=INCIDENT),
        ev.SopStarted(incident_id="i7", sop=SOP),
        ev.TaskAsked(incident_id="i7", task=TASK),
        STARTED,
        rev.ReportReceived(report=REPORT, text="Rác"),
        StorySeen(story=STORY),
        CallArrived(call=CALL),
        MEETING_SAMPLES[0][0],
    ):
        apply(state, logged(event, state.seq + 1))
    return state


def logged(event: Event, seq: int = 9, actor: str = "an.tran") -> LoggedEvent:
    return LoggedEvent(seq=seq, at_ms=NOW_MS, actor=actor, caused_by=None, origin="", event=event)


def words_of(event: Event, state: RoomState | None = None, actor: str = "an.tran") -> EventWords:
    return event_words(logged(event, actor=actor), state or room(), "vi", {"duty": "Trực ban"})


def event_classes() -> set[type]:
    union = get_args(Event)[0]
    return set(get_args(union))


def test_every_kind_of_event_has_a_sample_here() -> None:
    assert {type(event) for event, _, _ in SAMPLES} == event_classes()
    acts = {event.act for event, _, _ in SAMPLES if isinstance(event, ev.DeskActed)}
    assert acts == set(get_args(ev.DeskAct))


@pytest.mark.parametrize(("event", "kind", "told"), SAMPLES, ids=[sample[0].kind for sample in SAMPLES])
def test_an_event_is_told_in_words_with_names_instead_of_ids(event: Event, kind: str, told: str) -> None:
    words = words_of(event)
    assert words.kind == kind
    assert told in words.what
    assert words.what
    assert words.who == "an.tran"
    for raw in (CAMERA.camera_id, STATION.station_id, AGENCY.agency_id, "alert.take", "{", "}"):
        assert raw not in words.what


@pytest.mark.parametrize(("event", "kind", "told"), SAMPLES, ids=[sample[0].kind for sample in SAMPLES])
def test_an_event_is_told_by_a_room_that_knows_nothing(event: Event, kind: str, told: str) -> None:
    """The log reaches further back than the state: an alert of last week is in no state any more."""
    assert words_of(event, RoomState()).what


def test_a_line_leads_to_what_it_is_about() -> None:
    assert words_of(ev.AlertAcknowledged(alert_id="fire")).about == Selected("alert", "fire")
    assert words_of(ev.CameraChanged(camera_id=CAMERA.camera_id, condition="online")).about == Selected(
        "camera", CAMERA.camera_id
    )
    assert words_of(ev.DeskActed(act="go_to", about=f"station:{STATION.station_id}")).about == Selected(
        "station", STATION.station_id
    )
    assert words_of(ev.DeskActed(act="go_to", about="call:t:7")).about == Selected("call", "t:7")
    assert words_of(CallRecorded(call_id="t:7", recording=RECORDING)).about == Selected("call", "t:7")
    assert words_of(ev.DeskActed(act="go_to", about="nonsense")).about is None
    assert words_of(ev.OperatorSignedOut(user="an.tran")).about is None


def test_the_system_and_producers_are_named() -> None:
    raised = ev.AlertRaised(alert=alert("fire", phase=AlertPhase.ACTIVE_UNACKNOWLEDGED))
    assert words_of(raised, actor="").who == "the system"
    assert words_of(raised, actor=f"producer:{PRODUCER.producer_id}").who == PRODUCER.name_vi
    assert words_of(raised).priority == int(Priority.CRITICAL)


def test_every_command_has_a_name_for_its_refusal() -> None:
    kinds = {
        one.model_fields["kind"].default
        for member in get_args(get_args(Command)[0])
        for one in (get_args(member) or (member,))
    }
    assert len(kinds) > 10
    assert {kind for kind in kinds if command_words(kind) == kind} == set()

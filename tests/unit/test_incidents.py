"""Incidents: joined alerts, phases, tasks, steps and their clocks; decided purely, folded the same everywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.alerts import Alert, AlertPhase, DetectionDetail
from backend.contracts.commands import RefusalCode, Role
from backend.contracts.events import LoggedEvent
from backend.contracts.incidents import TASK_ENDED, Incident, IncidentPhase, Link, TaskState
from backend.contracts.joins import for_alert, for_incident
from backend.contracts.kinds.alerts import Priority
from backend.contracts.sop import Sop, Step, standing
from backend.contracts.state import RoomState, apply
from backend.domain import incidents as domain
from backend.domain.alerts import Refusal
from backend.services.incident_watch import IncidentWatch
from tests.unit.feeds_samples import cap, opened_desk, operator, public, small_site

NOW_MS = 1_795_000_000_000
SOP = Sop(
    sop_id="chay", version=1, title_vi="Cháy", category="fire", source="mẫu", verified=False,
    steps=(
        Step(step_id="xem", words_vi="Xem camera", limit_s=60),
        Step(step_id="co", words_vi="Có cháy?", question=True, yes="goi", no="end"),
        Step(step_id="goi", words_vi="Gọi 114", dispatch_to="pccc"),
    ),
)  # fmt: skip


def alert(alert_id: str, priority: Priority = Priority.MEDIUM, lat_deg: float = 22.48, minutes: int = 0) -> Alert:
    return Alert(
        alert_id=alert_id, kind="detection", priority=priority, phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id=f"cam-{alert_id}", place_name="Chợ", headline_vi=f"Cháy {alert_id}", headline_en="",
        raised_ms=NOW_MS + minutes * 60_000, changed_ms=NOW_MS, lat_deg=lat_deg, lon_deg=103.97,
        detection=DetectionDetail(camera_id="c", label="fire", sub_label="", score=1, zones=(), count=1),
    )  # fmt: skip


class Room:
    """A state and the pure decisions on it; `now_ms` is the server's clock."""

    def __init__(self) -> None:
        self.state = RoomState(epoch="t")
        self.now_ms = NOW_MS
        site = public(small_site())
        self.agency = site.agencies[0].agency_id
        steps = (*SOP.steps[:2], SOP.steps[2].model_copy(update={"dispatch_to": self.agency}))
        self.happen(ev.SiteLoaded(site=site), ev.SopPublished(sop=SOP.model_copy(update={"steps": steps})))

    def happen(self, *events: ev.Event, actor: str = "an") -> None:
        for event in events:
            apply(self.state, LoggedEvent(
                seq=self.state.seq + 1, at_ms=self.now_ms, actor=actor, caused_by=None, origin="", event=event,
            ))  # fmt: skip

    def wish(self, made: type, **fields: object) -> str:
        """What came of it: the refusal's code, "" when it was done."""
        fields.setdefault("incident_id", "i")
        decision = domain.decide(self.state, made(command_id="0" * 32, **fields), "an", self.now_ms)
        if isinstance(decision, Refusal):
            return decision.code
        self.happen(*decision)
        return ""

    def incident(self) -> Incident:
        return self.state.incidents["i"]

    def opened(self, *alerts: Alert) -> Room:
        self.happen(*(ev.AlertRaised(alert=one) for one in alerts))
        links = tuple(Link(kind="alert", key=one.alert_id) for one in alerts)
        assert self.wish(cmd.OpenIncident, links=links, title="" if alerts else "Tự mở", take=True) == ""
        return self


def link(key: str) -> Link:
    return Link(kind="alert", key=key)


def test_promoting_alerts_opens_one_incident_led_by_who_did_it_with_the_procedure_that_fits() -> None:
    room = Room().opened(alert("a"), alert("b", Priority.CRITICAL))
    incident = room.incident()
    assert (incident.number, incident.title, incident.category) == (1, "Cháy b", "fire")
    assert (incident.priority, incident.lead, incident.phase) == (Priority.CRITICAL, "an", "in_hand")
    assert incident.run is not None
    assert incident.run.sop.sop_id == "chay"
    assert incident.lat_deg == 22.48
    assert [line.kind for line in incident.lines] == ["opened", "sop", "lead", "phase"]
    room.happen(ev.AlertRaised(alert=alert("c")))
    assert room.wish(cmd.OpenIncident, incident_id="j", links=(link("a"),)) == RefusalCode.INVALID
    assert room.wish(cmd.OpenIncident, incident_id="j") == RefusalCode.INVALID, "by hand it needs a title"
    assert room.wish(cmd.OpenIncident, incident_id="j", title="x", sop_id="nothing") == RefusalCode.NOT_FOUND
    assert room.wish(cmd.OpenIncident, incident_id="j", links=(link("c"),)) == ""
    assert room.state.incidents["j"].number == 2


def test_the_priority_is_the_worst_of_what_is_joined_unless_a_person_raised_it() -> None:
    room = Room().opened(alert("a"))
    room.happen(ev.AlertRaised(alert=alert("b", Priority.HIGH)))
    assert room.wish(cmd.LinkIncident, link=link("b")) == ""
    assert room.incident().priority is Priority.HIGH
    room.happen(ev.AlertUpdated(alert_id="a", priority=Priority.CRITICAL))
    assert room.incident().priority is Priority.CRITICAL
    assert room.wish(cmd.UnlinkIncident, link=link("a"), reason="việc khác") == ""
    assert room.incident().priority is Priority.HIGH
    assert room.wish(cmd.ChangeIncident, raised_to=3) == RefusalCode.INVALID
    assert room.wish(cmd.ChangeIncident, raised_to=1) == ""
    assert room.incident().priority is Priority.CRITICAL
    assert room.wish(cmd.ChangeIncident, raised_to=0) == ""
    assert room.incident().priority is Priority.HIGH
    assert room.wish(cmd.UnlinkIncident, link=link("a")) == RefusalCode.NOT_FOUND
    assert room.wish(cmd.LinkIncident, link=link("b")) == RefusalCode.INVALID


@given(st.lists(st.sampled_from(get_args(IncidentPhase)), max_size=12))
def test_phases_go_only_where_the_table_says_and_closing_tells_why(wishes: list[IncidentPhase]) -> None:
    room = Room().opened()
    for wanted in wishes:
        before = room.incident().phase
        bare = room.wish(cmd.MoveIncident, phase=wanted)
        if wanted not in domain.PHASES[before]:
            assert bare == RefusalCode.WRONG_PHASE
        elif wanted == "closed" or before in ("resolved", "closed"):
            assert bare == RefusalCode.NEEDS_REASON
            assert room.wish(cmd.MoveIncident, phase=wanted, reason="r", summary="xong", cause="human") == ""
        assert (room.incident().phase == before) == (wanted not in domain.PHASES[before])
        assert (room.incident().closed_ms is not None) == (room.incident().phase == "closed")


def test_nothing_is_closed_over_open_steps_and_tasks() -> None:
    room = Room().opened(alert("a"))
    assert room.wish(cmd.AskTask, task_id="t", agency_id=room.agency, what="cử xe") == ""
    assert room.wish(cmd.MoveIncident, phase="resolved") == ""
    closing = {"phase": "closed", "summary": "đã tắt", "cause": "human"}
    assert room.wish(cmd.MoveIncident, **closing) == RefusalCode.OPEN_WORK
    assert room.wish(cmd.MoveTask, task_id="t", state="done") == ""
    assert room.wish(cmd.MoveIncident, **closing) == RefusalCode.OPEN_WORK
    assert room.wish(cmd.MarkStep, step_id="xem", state="done") == ""
    assert room.wish(cmd.MarkStep, step_id="co", state="done", answer="no") == ""
    assert room.wish(cmd.MoveIncident, **closing) == ""
    assert (room.incident().summary, room.incident().cause) == ("đã tắt", "human")
    assert room.wish(cmd.LinkIncident, link=link("a")) == RefusalCode.WRONG_PHASE
    assert room.wish(cmd.NoteIncident, text="bổ sung sau") == ""
    room.happen(ev.AlertRaised(alert=alert("b")))
    assert room.wish(cmd.OpenIncident, incident_id="j", links=(link("a"),)) == "", "a closed one holds no alert back"


def test_the_lead_is_handed_over_never_by_surprise() -> None:
    room = Room().opened()
    assert room.wish(cmd.LeadIncident, user="bình", expected_lead="") == RefusalCode.OWNER_CHANGED
    assert room.wish(cmd.LeadIncident, user="an", expected_lead="an") == RefusalCode.INVALID
    assert room.wish(cmd.LeadIncident, user="bình", expected_lead="an") == ""
    assert room.incident().lead == "bình"
    assert (room.incident().lines[-1].about, room.incident().lines[-1].text) == ("bình", "an")


def test_a_step_that_is_not_done_needs_a_reason_and_is_shown_to_the_supervisor_until_he_looked() -> None:
    room = Room().opened(alert("a"))
    assert room.wish(cmd.ReviewIncident) == RefusalCode.WRONG_PHASE
    assert room.wish(cmd.MarkStep, step_id="xem", state="skipped") == RefusalCode.NEEDS_REASON
    assert room.wish(cmd.MarkStep, step_id="goi", state="done") == RefusalCode.NOT_FOUND, "not on the way yet"
    assert room.wish(cmd.MarkStep, step_id="xem", state="skipped", reason="camera hỏng") == ""
    assert room.incident().concerns == ("skipped:xem",)
    assert room.wish(cmd.MarkStep, step_id="co", state="skipped", reason="vội") == RefusalCode.INVALID
    assert room.wish(cmd.MarkStep, step_id="co", state="done") == RefusalCode.INVALID
    assert room.wish(cmd.ReviewIncident, comment="đã gọi hỏi") == ""
    assert room.incident().concerns == ()
    assert room.wish(cmd.MarkStep, step_id="xem", state="done") == RefusalCode.WRONG_PHASE
    assert room.wish(cmd.MarkStep, step_id="xem", state="open") == ""
    assert room.incident().progress() == (0, 2)


def test_a_step_that_dispatches_asks_the_agency_once_and_hands_the_alerts_to_it() -> None:
    room = Room().opened(alert("a"))
    assert room.wish(cmd.MarkStep, step_id="co", state="done", answer="yes") == ""
    assert room.wish(cmd.MarkStep, step_id="goi", state="done") == ""
    (task,) = room.incident().tasks
    assert (task.agency_id, task.what, task.state) == (room.agency, "Gọi 114", "asked")
    assert room.state.alerts["a"].dispatched_to == (room.agency,)
    assert room.wish(cmd.MarkStep, step_id="co", state="open") == RefusalCode.OPEN_WORK
    assert room.wish(cmd.MarkStep, step_id="goi", state="open") == ""
    assert room.wish(cmd.MarkStep, step_id="goi", state="done") == ""
    assert len(room.incident().tasks) == 1


def test_a_run_keeps_its_version_and_another_procedure_needs_a_reason() -> None:
    room = Room().opened(alert("a"))
    room.happen(ev.SopPublished(sop=SOP.model_copy(update={"version": 2, "steps": SOP.steps[:1]})))
    assert [one.run.sop.version for one in (room.incident(),) if one.run] == [1]
    assert room.wish(cmd.StartSop, sop_id="chay") == RefusalCode.NEEDS_REASON
    assert room.wish(cmd.StartSop, sop_id="chay", reason="bản mới") == ""
    assert [one.run.sop.version for one in (room.incident(),) if one.run] == [2]
    assert room.wish(cmd.StartSop, sop_id="chay", reason="lại") == RefusalCode.INVALID


@given(st.lists(st.sampled_from(get_args(TaskState)), max_size=8))
def test_tasks_go_only_where_the_table_says(wishes: list[TaskState]) -> None:
    room = Room().opened()
    room.wish(cmd.AskTask, task_id="t", agency_id=room.agency, what="cử xe")
    told = ["asked"]
    for wanted in wishes:
        before = room.incident().tasks[0].state
        done = room.wish(cmd.MoveTask, task_id="t", state=wanted, note="vì", eta_ms=NOW_MS + 60_000)
        assert (done == "") == (wanted in domain.TASK_STATES[before])
        told += [wanted] if done == "" else []
    assert [change.state for change in room.incident().tasks[0].changes] == told
    assert all(not domain.TASK_STATES[ended] for ended in TASK_ENDED)


def test_what_is_overdue_is_told_once_and_a_new_promise_starts_a_new_clock() -> None:
    room = Room().opened(alert("a"))
    room.wish(cmd.AskTask, task_id="t", agency_id=room.agency, what="cử xe", due_ms=NOW_MS + 600_000)
    room.wish(cmd.MoveTask, task_id="t", state="on_the_way", eta_ms=NOW_MS + 120_000)
    assert domain.overdue(room.state, NOW_MS + 59_000) == ()
    room.now_ms = NOW_MS + 60_000
    (first,) = domain.overdue(room.state, room.now_ms)
    assert first == ev.StepOverdue(incident_id="i", step_id="xem")
    room.happen(first, actor="")
    assert domain.overdue(room.state, room.now_ms) == ()
    room.now_ms = NOW_MS + 120_000
    (second,) = domain.overdue(room.state, room.now_ms)
    assert second == ev.TaskOverdue(incident_id="i", task_id="t", late="eta")
    room.happen(second, actor="")
    assert room.incident().late_now() == 2
    assert room.incident().concerns == ("overdue:xem", "eta:t")
    room.wish(cmd.MoveTask, task_id="t", state="on_the_way", eta_ms=NOW_MS + 300_000)
    assert room.incident().tasks[0].late == ()
    room.wish(cmd.MoveTask, task_id="t", state="arrived")
    assert domain.overdue(room.state, NOW_MS + 300_000) == ()
    assert domain.overdue(room.state, NOW_MS + 600_000) == (ev.TaskOverdue(incident_id="i", task_id="t", late="due"),)
    room.wish(cmd.MoveIncident, phase="resolved")
    assert domain.overdue(room.state, NOW_MS + 900_000) == (), "what is resolved has no clock"


def test_joins_are_suggested_by_place_time_and_sort_and_never_between_city_and_room() -> None:
    room = Room().opened(alert("a", Priority.CRITICAL))
    near, far = alert("near", lat_deg=22.4827, minutes=4), alert("far", lat_deg=22.9, minutes=4)
    late = alert("late", lat_deg=22.4827, minutes=300)
    ours = alert("ours", Priority.SYSTEM, lat_deg=22.48)
    room.happen(*(ev.AlertRaised(alert=one) for one in (near, far, late, ours)))
    state = room.state
    (found,) = for_incident(room.incident(), state.incidents, state.alerts, state.site)
    assert (found.alert_id, found.minutes, found.akin) == ("near", 4, True)
    assert found.distance_m == pytest.approx(300, abs=3)
    assert for_alert(near, state.incidents, state.alerts, state.site) == (found,)
    assert for_alert(far, state.incidents, state.alerts, state.site) == ()
    assert room.wish(cmd.LinkIncident, link=link("near")) == ""
    assert for_alert(near, state.incidents, state.alerts, state.site) == ()


Wish = tuple[type, dict[str, object]]
PHASES = st.sampled_from(get_args(IncidentPhase))
MARKS = st.sampled_from(["done", "skipped", "not_applicable", "open"])
CLOSING = {"reason": "r", "summary": "s", "cause": "human"}
WISHES = st.one_of(
    st.builds(lambda key: (cmd.LinkIncident, {"link": link(key)}), st.sampled_from("abc")),
    st.builds(lambda key: (cmd.UnlinkIncident, {"link": link(key)}), st.sampled_from("abc")),
    st.builds(lambda to: (cmd.MoveIncident, {"phase": to, **CLOSING}), PHASES),
    st.builds(
        lambda one, to: (cmd.MarkStep, {"step_id": one, "state": to, "reason": "r"}),
        st.sampled_from(["xem", "goi"]),
        MARKS,
    ),
    st.builds(
        lambda to: (cmd.MarkStep, {"step_id": "co", "state": "done", "answer": to}), st.sampled_from(["yes", "no"])
    ),
    st.builds(
        lambda to: (cmd.MoveTask, {"task_id": "t", "state": to, "note": "n"}), st.sampled_from(get_args(TaskState))
    ),
    st.just((cmd.StartSop, {"sop_id": "chay", "reason": "r"})),
    st.builds(lambda to: (cmd.ChangeIncident, {"raised_to": to}), st.integers(0, 4)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WISHES, max_size=25))
def test_whatever_is_wished_the_fold_from_the_log_and_from_a_snapshot_agree(wishes: list[Wish]) -> None:
    room = Room()
    room.happen(
        *(ev.AlertRaised(alert=alert(name, Priority(rank))) for name, rank in zip("abc", (2, 3, 4), strict=True))
    )
    room.wish(cmd.OpenIncident, links=(link("a"),))
    room.wish(cmd.AskTask, task_id="t", agency_id=room.agency, what="cử xe")
    for made, fields in wishes:
        room.wish(made, **fields)
        incident = room.incident()
        known = [room.state.alerts[one.key].priority for one in incident.links]
        if known:
            assert incident.priority == min([*known, *([incident.raised_to] if incident.raised_to else [])])
        on_way = {one.step.step_id for one in standing(incident.run)} if incident.run else set()
        assert incident.run is None or set(incident.run.marks) <= on_way, "nothing is decided beside the way"
        if incident.phase == "closed":
            assert all(task.ended for task in incident.tasks)
            assert incident.progress()[0] == incident.progress()[1]
    again = RoomState.from_snapshot(
        type(room.state.snapshot()).model_validate_json(room.state.snapshot().model_dump_json())
    )
    assert again.incidents == room.state.incidents
    assert again.sops == room.state.sops


def test_commands_are_done_by_right_and_the_watch_tells_what_is_overdue(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap())
            await desk.room.record(lambda state: (ev.SopPublished(sop=SOP),))
            commands = desk.commands()
            key = desk.only("cap.message").alert_id
            wish = cmd.OpenIncident(
                command_id="1" * 32, incident_id="i", title="Mưa\x00 lớn", links=(link(key),), sop_id="chay", take=True
            )
            refused = await commands.execute(wish, operator(Role.AGENCY), "")
            assert refused.reason_code == RefusalCode.NOT_ALLOWED
            done = await commands.execute(wish.model_copy(update={"command_id": "2" * 32}), operator(), "")
            assert done.accepted
            incident = desk.room.durable.incidents["i"]
            assert (incident.title, incident.lead) == ("Mưa lớn", "lan")
            review = cmd.ReviewIncident(command_id="3" * 32, incident_id="i")
            assert (await commands.execute(review, operator(), "")).reason_code == RefusalCode.NOT_ALLOWED
            watch = IncidentWatch(desk.room, lambda: incident.opened_ms + 61_000)
            await watch.look()
            await watch.look()
            assert desk.kinds().count("incident.step_overdue") == 1
            assert desk.room.durable.incidents["i"].late_now() == 1
            supervisor = operator(Role.SUPERVISOR)
            assert (await commands.execute(review.model_copy(update={"command_id": "4" * 32}), supervisor, "")).accepted

    asyncio.run(play())

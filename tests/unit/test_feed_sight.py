"""What an agency's seat is told: its own rows whole, of everybody else's nothing, and every seq in its place."""

from __future__ import annotations

from pydantic_core import to_json

from backend.contracts import events as ev
from backend.contracts import press
from backend.contracts import report_events as rev
from backend.contracts.alerts import Alert
from backend.contracts.incidents import Incident, Link, Task
from backend.contracts.indicators import IndicatorFigure
from backend.contracts.kinds.alerts import Priority
from backend.contracts.reports import Clock, Report
from backend.contracts.state import RoomState, apply
from backend.gateway.feed.sight import WHOLE, Scope, Scopes, Sight
from tests.unit.log_story import AGENCIES, Story, sample_site
from tests.unit.replay_samples import SITE
from tests.unit.storage_samples import NOW_MS, raised

CLOCK = Clock(allowed_ms=86_400_000, due_ms=NOW_MS + 86_400_000, near_ms=NOW_MS + 80_000_000)
CSGT = Sight("csgt")


class Told:
    """The room, and beside it what a seat of this sight makes of what it is told."""

    def __init__(self, sight: Sight) -> None:
        self.room = RoomState(epoch="e")
        self.seat = RoomState(epoch="e")
        self.scope = Scope.begun(sight, self.room)
        self.last: ev.Event | None = None

    def happens(self, event: ev.Event, at_ms: int = NOW_MS, actor: str = "lan") -> ev.Event:
        logged = ev.LoggedEvent(
            seq=self.room.seq + 1, at_ms=at_ms, actor=actor, caused_by=None, origin="10.0.0.7", event=event
        )
        apply(self.room, logged)
        told = self.scope.told(logged, self.room)
        apply(self.seat, told)
        self.last = told.event
        return told.event


def report(number: int = 1) -> Report:
    return Report(
        report_id=f"PA-{number}", number=number, code=f"PA-{number}", channel="app", category_id="rac", flow="timed",
        title="Rác", received_ms=NOW_MS, changed_ms=NOW_MS,
    )  # fmt: skip


def alert(alert_id: str) -> Alert:
    return raised(alert_id).alert


def test_a_report_comes_with_its_routing_and_goes_with_the_next() -> None:
    told = Told(CSGT)
    assert told.happens(rev.ReportReceived(report=report(), text="Rác")) == ev.RowsShown()
    told.happens(rev.ReportNoted(report_id="PA-1", audience="inside", text="kín"))
    shown = told.happens(rev.ReportRouted(report_id="PA-1", chief="csgt", clock=CLOCK))
    assert isinstance(shown, ev.RowsShown)
    assert told.seat.reports == told.room.reports
    moved = rev.ReportMoved(report_id="PA-1", state="in_progress")
    assert told.happens(moved) == moved
    assert told.seat.reports == told.room.reports
    told.happens(rev.ReportRouted(report_id="PA-1", chief="pccc", clock=CLOCK, reason="nhầm"))
    assert told.seat.reports == {}
    told.happens(rev.ReportNoted(report_id="PA-1", audience="inside", text="kín"))
    told.happens(rev.ReportRouted(report_id="PA-1", chief="pccc", partners=("csgt",), clock=CLOCK, reason="cùng làm"))
    assert told.seat.reports == told.room.reports


def test_an_alert_comes_when_it_is_handed_over_and_stays_until_it_is_closed() -> None:
    told = Told(CSGT)
    told.happens(ev.AlertRaised(alert=alert("a")))
    told.happens(ev.AlertRaised(alert=alert("b")))
    assert told.seat.alerts == {}
    told.happens(ev.AlertDispatched(alert_id="a", agency_id="csgt", note="gấp"))
    assert told.seat.alerts == {"a": told.room.alerts["a"]}
    told.happens(ev.AlertAcknowledged(alert_id="b"))
    told.happens(ev.AlertAcknowledged(alert_id="a"))
    told.happens(ev.AlertReturned(alert_id="a"))
    assert set(told.seat.alerts) == set(told.room.alerts) & {"a"}


def test_an_incident_comes_with_the_task_and_brings_its_alerts_along() -> None:
    told = Told(CSGT)
    told.happens(ev.AlertRaised(alert=alert("a")))
    told.happens(ev.AlertRaised(alert=alert("b")))
    incident = Incident(
        incident_id="i", number=1, title="Cháy", category="fire", priority=Priority.CRITICAL, opened_ms=NOW_MS,
        opened_by="lan", changed_ms=NOW_MS, links=(Link(kind="alert", key="a"),),
    )  # fmt: skip
    told.happens(ev.IncidentOpened(incident=incident))
    assert told.seat.incidents == {}
    told.happens(ev.TaskAsked(incident_id="i", task=Task(task_id="t", agency_id="csgt", what="chặn đường")))
    assert told.seat.incidents == told.room.incidents
    assert set(told.seat.alerts) == {"a"}
    told.happens(ev.IncidentLinked(incident_id="i", link=Link(kind="alert", key="b")))
    assert set(told.seat.alerts) == {"a", "b"}
    assert told.seat.incidents == told.room.incidents


def test_what_officers_do_at_their_desks_is_not_told() -> None:
    told = Told(CSGT)
    for event in (
        ev.OperatorSignedIn(user="lan", role="duty_officer", origin="10.0.0.5"),
        ev.DeskActed(act="camera", about="cam-1"),
        ev.CommandRefused(command="alert.take", about="a", reason_code="x", reason="kín"),
    ):
        assert told.happens(event) == ev.RowsShown()
    assert told.seat.operators == {}
    camera = ev.CameraChanged(camera_id="cam-1", condition="lost")
    assert told.happens(camera) == camera


def test_through_a_whole_story_a_seat_holds_its_part_of_the_room_and_no_word_more() -> None:
    story = Story(sample_site(SITE), 11, NOW_MS, 4_000)
    for agency in AGENCIES:
        told = Told(Sight(agency))
        for happening, _ in zip(story.happenings(), range(4_000), strict=False):
            event = told.happens(happening.event, happening.at_ms, happening.actor)
            if event.kind not in ("rows.shown", "site.loaded"):
                text = to_json(event)
                assert b"pccc" not in text or agency == "pccc" or event.kind != "report.routed"
        part = told.scope.sight.snapshot(told.room)
        assert told.seat.seq == told.room.seq
        assert {one.incident_id: one for one in part.incidents}.items() <= told.seat.incidents.items()
        assert {one.report_id: one for one in part.reports} == told.seat.reports
        for one in part.alerts:
            assert told.seat.alerts[one.alert_id].phase is one.phase
        mine = told.scope.sight
        assert all(mine.sees_report(one) for one in told.seat.reports.values())
        assert all(mine.sees_incident(one) for one in told.seat.incidents.values())
        assert [told.seat.operators, told.seat.marks, told.seat.holds, told.seat.watches] == [{}] * 4


def test_scopes_fold_only_while_somebody_needs_them() -> None:
    scopes, room = Scopes(), RoomState(epoch="e")

    def happens(event: ev.Event) -> dict[Sight, bytes]:
        logged = ev.LoggedEvent(seq=room.seq + 1, at_ms=NOW_MS, actor="", caused_by=None, origin="", event=event)
        apply(room, logged)
        return scopes.told(logged)

    assert happens(rev.ReportReceived(report=report(), text="Rác")) == {}
    scopes.join(WHOLE, room)
    assert happens(rev.ReportReceived(report=report(2), text="Rác")) == {}
    scopes.join(CSGT, room)
    scopes.join(CSGT, room)
    assert set(happens(rev.ReportReceived(report=report(3), text="Rác"))) == {CSGT}
    routed = happens(rev.ReportRouted(report_id="PA-1", chief="csgt", clock=CLOCK))
    assert b'"PA-1"' in routed[CSGT]
    scopes.leave(CSGT)
    assert happens(rev.ReportMoved(report_id="PA-1", state="in_progress")) == {}
    assert set(happens(rev.ReportReceived(report=report(4), text="Rác"))) == {CSGT}
    scopes.leave(CSGT)
    assert happens(rev.ReportReceived(report=report(5), text="Rác")) == {}


def test_a_story_of_the_press_is_an_agencys_from_when_it_was_given_until_another_gets_it() -> None:
    told = Told(CSGT)
    story = press.Story(
        story_id="s1", title="Tắc đường", outlet="Báo", url="", producer_id="bao", first_ms=1, newest_ms=1, changed_ms=1
    )
    assert told.happens(press.StorySeen(story=story)) == ev.RowsShown()
    assert told.happens(press.StoryGrew(story_id="s1", posts=2, outlets=2, newest_ms=2)) == ev.RowsShown()
    told.happens(press.StoryAssigned(story_id="s1", agency_id="csgt", note="trả lời"))
    assert told.seat.stories == told.room.stories
    grew = press.StoryGrew(story_id="s1", posts=3, outlets=2, newest_ms=3)
    assert told.happens(grew) == grew
    assert told.seat.stories == told.room.stories
    assert Sight("csgt").snapshot(told.room).stories == tuple(told.room.stories.values())
    gone = told.happens(press.StoryAssigned(story_id="s1", agency_id="pccc"))
    assert gone == ev.RowsShown(hidden=("s1",))
    assert not told.seat.stories
    assert not Sight("csgt").snapshot(told.room).stories


def test_figures_hang_on_the_wall_but_not_where_they_were_entered() -> None:
    told = Told(CSGT)
    figure = IndicatorFigure(code="A", period="2026-10", value=1.0, revision=1)
    happened = ev.IndicatorsEntered(channel="form", figures=(figure,))
    logged = ev.LoggedEvent(seq=1, at_ms=NOW_MS, actor="lan", caused_by=None, origin="10.0.0.7", event=happened)
    assert told.scope.told(logged, told.room) == logged.model_copy(update={"origin": ""})
    assert told.happens(happened) == happened
    assert told.seat.indicators == told.room.indicators != {}

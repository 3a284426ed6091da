"""Life of a report: the table of its states, its clock, and a thousand lives against an independent reading of it."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from backend.contracts import report_events as ev
from backend.contracts.commands import RefusalCode
from backend.contracts.report_fold import after
from backend.contracts.report_moves import MOVES, Side
from backend.contracts.reports import ENDED, EXTENDED_STATUS, OPEN311_STATUS, Clock, Report, ReportState
from backend.domain import report_clock, report_life
from backend.domain.alerts import Refusal
from backend.domain.report_life import Decided, Move, Target
from backend.domain.working_time import WorkingCalendar, around_the_clock
from tests.unit.test_working_time import at, hours, office

HOUR = 3_600_000
ALWAYS = around_the_clock(420)
AGENCIES = ("so-xd", "so-nnmt", "ubnd-lao-cai")
SIDES: tuple[Side, ...] = get_args(Side)
STATES: tuple[ReportState, ...] = get_args(ReportState)


def report(state: ReportState = "new", clock: Clock | None = None, **more: object) -> Report:
    base = Report(
        report_id="r1",
        number=1,
        code="PA-2026-000001",
        channel="app",
        category_id="rac-thai",
        flow="timed",
        title="Rác đổ trộm cạnh cầu Cốc Lếu",
        state=state,
        clock=clock,
        received_ms=at("2026-11-23T08:00"),
        changed_ms=at("2026-11-23T08:00"),
    )
    return base.model_copy(update=more)


def done(report: Report, decided: Decided, at_ms: int) -> Report:
    assert not isinstance(decided, Refusal), decided.reason
    for event in decided:
        report = after(report, event, at_ms)
    return report


def wish(state: ReportState) -> Move:
    """With everything that could be asked for."""
    return Move(state, reason="vì", text="gửi người dân", duplicate_of="r0" if state == "duplicate" else "")


def test_a_report_goes_from_the_citizen_to_the_agency_and_back() -> None:
    now = at("2026-11-23T08:00")
    calendar = office()
    one = report()
    one = done(one, report_life.move(one, Move("verifying"), "room", calendar, now), now)
    target = Target("so-xd", ("ubnd-lao-cai",), "chu-tich-lao-cai", allowed_ms=hours(8), rule="rác trong phố")
    one = done(one, report_life.route(one, target, AGENCIES, "", calendar, now), now)
    assert (one.state, one.chief, one.leader) == ("assigned", "so-xd", "chu-tich-lao-cai")
    assert one.clock is not None
    assert one.clock.due_ms == at("2026-11-24T08:30")
    one = done(one, report_life.move(one, Move("in_progress"), "agency", calendar, now + HOUR), now + HOUR)
    finished = now + 2 * HOUR
    one = done(one, report_life.move(one, Move("done_pending", text="Đã dọn"), "agency", calendar, finished), finished)
    assert one.done_ms == finished
    assert one.timeliness(now + 100 * HOUR) == "in_time"
    one = done(one, report_life.move(one, wish("published"), "room", calendar, finished), finished)
    assert one.is_ended
    assert one.closed_ms == finished
    one = done(one, report_life.rate(one, "dissatisfied", "vẫn còn"), finished)
    one = done(one, report_life.move(one, wish("reopened"), "citizen", calendar, finished), finished)
    assert (one.reopened, one.rating, one.clock, one.closed_ms) == (1, None, None, None)


def test_the_clock_stands_while_the_citizen_is_asked_and_goes_on_with_what_was_left() -> None:
    calendar, begins = office(), at("2026-11-23T08:00")
    clock = report_clock.started(calendar, hours(4), begins)
    one = report("assigned", clock, chief="so-xd")
    asked = at("2026-11-23T09:00")
    one = done(one, report_life.move(one, wish("need_info"), "room", calendar, asked), asked)
    assert one.clock is not None
    assert one.clock.left_ms == hours(3)
    assert one.timeliness(asked + 90 * HOUR) == "stopped"
    answered = at("2026-11-25T16:00")
    one = done(one, report_life.move(one, Move("verifying"), "citizen", calendar, answered), answered)
    assert one.clock is not None
    assert one.clock.due_ms == at("2026-11-26T09:30")


def test_near_its_end_is_the_last_fifth_of_its_working_time() -> None:
    clock = report_clock.started(office(), hours(5), at("2026-11-23T08:00"))
    assert clock.near_ms == at("2026-11-23T14:00")
    assert clock.due_ms == at("2026-11-23T15:00")
    assert clock.timeliness(at("2026-11-23T13:59")) == "in_time"
    assert clock.timeliness(at("2026-11-23T14:00")) == "near"
    assert clock.timeliness(at("2026-11-23T15:00") + 1) == "late"


def test_time_that_is_granted_counts_from_where_the_time_ends() -> None:
    calendar, begins = office(), at("2026-11-23T08:00")
    one = report("in_progress", report_clock.started(calendar, hours(2), begins), chief="so-xd")
    asked = at("2026-11-23T09:00")
    one = done(one, report_life.ask_extension(one, hours(3), "chờ vật tư", "cb-xd", asked), asked)
    assert one.state == "extension"
    assert one.clock is not None
    assert one.clock.due_ms == at("2026-11-23T10:00")
    one = done(one, report_life.decide_extension(one, True, "", calendar, asked), asked)
    assert one.clock is not None
    assert one.clock.due_ms == at("2026-11-23T15:00")
    assert one.extended == 1
    refused = report_life.decide_extension(one, True, "", calendar, asked)
    assert isinstance(refused, Refusal)
    assert refused.code == RefusalCode.WRONG_PHASE


def test_a_clock_that_ran_out_is_told_once_and_stays_told() -> None:
    one = report("in_progress", report_clock.started(ALWAYS, hours(10), 0), chief="so-xd")
    assert report_life.overdue(one, hours(7)) == ()
    near = report_life.overdue(one, hours(9))
    assert near == (ev.ReportOverdue(report_id="r1", stage="near"),)
    one = after(one, near[0], hours(9))
    assert report_life.overdue(one, hours(9)) == ()
    late = report_life.overdue(one, hours(10) + 1)
    assert late == (ev.ReportOverdue(report_id="r1", stage="late"),)
    one = after(one, late[0], hours(10) + 1)
    assert one.late
    assert report_life.overdue(one, hours(11)) == ()
    one = done(one, report_life.ask_extension(one, hours(5), "mưa", "cb", hours(11)), hours(11))
    one = done(one, report_life.decide_extension(one, True, "", ALWAYS, hours(11)), hours(11))
    assert one.late
    assert one.timeliness(hours(11.5)) == "in_time"
    assert report_life.overdue(one, hours(14)) == (ev.ReportOverdue(report_id="r1", stage="near"),)


@pytest.mark.parametrize(
    ("state", "move", "side", "code"),
    [
        ("new", Move("rejected", text="không"), "room", RefusalCode.NEEDS_REASON),
        ("new", Move("rejected", reason="không thuộc"), "room", RefusalCode.NEEDS_REASON),
        ("new", Move("duplicate"), "room", RefusalCode.INVALID),
        ("new", Move("duplicate", duplicate_of="r1"), "room", RefusalCode.INVALID),
        ("new", Move("published", text="xong"), "room", RefusalCode.WRONG_PHASE),
        ("assigned", Move("in_progress"), "room", RefusalCode.NOT_ALLOWED),
        ("assigned", Move("returned"), "agency", RefusalCode.NEEDS_REASON),
        ("done_pending", Move("in_progress"), "room", RefusalCode.NEEDS_REASON),
        ("done_pending", Move("published", text="xong"), "agency", RefusalCode.NOT_ALLOWED),
        ("in_progress", Move("extension"), "agency", RefusalCode.INVALID),
    ],
)
def test_what_may_not_be_is_refused_with_its_code(
    state: ReportState, move: Move, side: Side, code: RefusalCode
) -> None:
    refused = report_life.move(report(state), move, side, ALWAYS, 0)
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_taking_it_from_an_agency_needs_a_reason_and_an_agency_that_there_is() -> None:
    one = report("in_progress", report_clock.started(ALWAYS, HOUR, 0), chief="so-xd")
    for target, reason, code in (
        (Target("so-nnmt"), "", RefusalCode.NEEDS_REASON),
        (Target("so-xd"), "vì", RefusalCode.INVALID),
        (Target("khong-co"), "vì", RefusalCode.UNKNOWN_AGENCY),
        (Target("so-nnmt", ("so-nnmt",)), "vì", RefusalCode.INVALID),
    ):
        refused = report_life.route(one, target, AGENCIES, reason, ALWAYS, 0)
        assert isinstance(refused, Refusal), target
        assert refused.code == code, target


def test_every_state_has_its_word_for_open311_and_its_extension() -> None:
    assert set(OPEN311_STATUS) == set(EXTENDED_STATUS) == set(MOVES) == set(STATES)
    assert {state for state in STATES if OPEN311_STATUS[state] == "closed"} == ENDED


# -- lives against an independent reading ------------------------------------------------------------------------------

LIFE = """
new: verifying room, need_info room, rejected room, duplicate room, assigned room
verifying: need_info room, rejected room, duplicate room, assigned room
need_info: verifying room+citizen, rejected room, duplicate room, assigned room
assigned: in_progress agency, returned agency, need_info room, assigned room, duplicate room, rejected room
returned: verifying room, assigned room, rejected room, duplicate room
in_progress: extension agency, done_pending agency, returned agency, need_info room, assigned room, duplicate room
extension: in_progress room, done_pending agency, assigned room
done_pending: published room, in_progress room
published: rated citizen, reopened room+citizen
rated: rated citizen, reopened room+citizen
rejected: reopened room+citizen
duplicate: reopened room+citizen
reopened: verifying room, assigned room, rejected room, duplicate room, need_info room
"""
"""The life cycle as the domain's table tells it, written down a second time."""


def _expected() -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for line in LIFE.strip().splitlines():
        state, _, moves = line.partition(": ")
        for one in moves.split(", "):
            target, _, sides = one.partition(" ")
            found[state, target] = set(sides.split("+"))
    return found


def _try(
    one: Report, state: ReportState, side: Side, calendar: WorkingCalendar, now: int, extra: int
) -> Decided | None:
    """The wish that leads to `state`; None when this side has no command for it."""
    if state == "assigned":
        target = Target(AGENCIES[extra % 3], allowed_ms=HOUR * (1 + extra))
        return report_life.route(one, target, AGENCIES, "vì", calendar, now) if side == "room" else None
    if state == "extension":
        return report_life.ask_extension(one, HOUR, "vì", "cb", now) if side == "agency" else None
    if state == "rated":
        return report_life.rate(one, "accepted", "") if side == "citizen" else None
    if one.state == "extension" and state == "in_progress":
        return report_life.decide_extension(one, bool(extra % 2), "vì", calendar, now) if side == "room" else None
    return report_life.move(one, wish(state), side, calendar, now)


def test_lives_of_reports_follow_the_table_and_nothing_else() -> None:
    expected = _expected()
    chance = random.Random(20261123)
    calendar = office()
    seen: set[tuple[str, str]] = set()
    for _ in range(1000):
        one, now = report(), at("2026-11-23T08:00")
        for _ in range(60):
            now += chance.randrange(0, 40) * HOUR // 4
            # Half the wishes are good ones, or no life would get to its end.
            ways = [state for state in STATES if (one.state, state) in expected]
            state = chance.choice(ways if chance.random() < 0.5 else STATES)
            side = chance.choice(SIDES)
            may = side in expected.get((one.state, state), set())
            decided = _try(one, state, side, calendar, now, chance.randrange(6))
            if decided is None:
                continue
            if isinstance(decided, Refusal):
                same = state == "assigned" and one.state in ("assigned", "in_progress", "extension")
                assert not may or same, (one.state, state, side, decided)
                continue
            assert may, (one.state, state, side)
            seen.add((one.state, state))
            one = done(one, decided, now)
            assert one.state == state
            if state in ("assigned", "in_progress", "extension"):
                assert one.clock is not None
                assert one.clock.due_ms is not None
                assert one.clock.due_ms >= (one.clock.near_ms or 0)
            if state in ("need_info", "returned", "done_pending") and one.clock is not None:
                assert one.clock.due_ms is None
                assert one.clock.left_ms is not None
            assert (one.closed_ms is not None) == (one.state in ENDED)
    assert seen == set(expected), set(expected) - seen

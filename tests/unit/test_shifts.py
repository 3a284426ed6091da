"""Shifts over midnight, rotas, tasks and their clocks; a sheet that two officers sign and nobody changes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from PySide6.QtPdf import QPdfDocument

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.commands import RefusalCode
from backend.contracts.events import LoggedEvent
from backend.contracts.kinds.alerts import Priority
from backend.contracts.shifts import (
    Shift,
    ShiftRules,
    Team,
    due_ms,
    roster,
    sheet_digest,
    tasks_of,
    team_of,
    turn_on,
    turns_at,
)
from backend.contracts.state import RoomState, StateSnapshot, apply
from backend.domain.alerts import Refusal
from backend.domain.shifts import decide
from backend.services.debrief_sheet import SheetContext
from backend.services.evidence.handover_report import to_pdf
from backend.services.handover_sheet import to_html
from config.problems import Problems
from config.shifts import read_shifts
from config.site import load_site, public_site
from tests.unit.storage_samples import raised

LAOCAI = Path(__file__).resolve().parents[2] / "config" / "sites" / "laocai"
OFFSET_MIN = 420
EVENING_MS = int(datetime(2026, 11, 23, 12, 5, tzinfo=UTC).timestamp() * 1000)
"""19:05 in Lào Cai."""
WATCH = "2026-11-23.dem"
ID = "0" * 32
SITE = public_site(load_site(LAOCAI, date(2026, 11, 23)), EVENING_MS)


class Room:
    """The fold with the domain before it, as the backend has them."""

    def __init__(self) -> None:
        self.state = RoomState(epoch="e")
        self.now_ms = EVENING_MS
        self.happen(ev.SiteLoaded(site=SITE))

    def happen(self, event: ev.Event, actor: str = "") -> None:
        logged = LoggedEvent(
            seq=self.state.seq + 1, at_ms=self.now_ms, actor=actor, caused_by=None, origin="", event=event
        )
        copy = TypeAdapter(LoggedEvent).validate_json(logged.model_dump_json())
        apply(self.state, copy)

    def wish(self, command: cmd.ShiftCommand, user: str = "su") -> Refusal | None:
        decision = decide(self.state, command, user, self.now_ms)
        if isinstance(decision, Refusal):
            return decision
        for event in decision:
            self.happen(event, user)
        return None

    def sign_on(self, user: str = "su", watch: str = WATCH) -> Refusal | None:
        return self.wish(cmd.StartShift(command_id=ID, watch_id=watch, position_id="truc-ban"), user)

    def draft(self, user: str = "su") -> Refusal | None:
        return self.wish(cmd.DraftHandover(command_id=ID, watch_id=WATCH, remarks="chìa khóa ở tủ <b>"), user)

    def sign(self, user: str, digest: str = "") -> Refusal | None:
        digest = digest or self.state.watches[WATCH].digest
        return self.wish(cmd.SignHandover(command_id=ID, watch_id=WATCH, digest=digest), user)

    def mark(self, task_id: str, state: str = "done", text: str = "", user: str = "su") -> Refusal | None:
        wish = {"kind": "shift.mark_task", "command_id": ID, "watch_id": WATCH, "task_id": task_id}
        return self.wish(cmd.MarkShiftTask.model_validate({**wish, "state": state, "text": text}), user)


@pytest.fixture
def room() -> Room:
    return Room()


def code(refusal: Refusal | None) -> RefusalCode | None:
    return refusal.code if refusal is not None else None


# ---- times -----------------------------------------------------------------------------------------------------

SHIFTS = st.builds(
    Shift, shift_id=st.just("ca"), name_vi=st.just("Ca"), begins_min=st.integers(0, 1439), ends_min=st.integers(0, 1439)
)
NOWS = st.integers(1_700_000_000_000, 1_900_000_000_000)


@given(SHIFTS, NOWS, st.integers(-720, 840), st.integers(0, 240))
def test_whoever_may_sign_on_does_so_to_a_shift_that_runs_or_begins_soon(
    shift: Shift, now_ms: int, offset_min: int, early_min: int
) -> None:
    for turn in turns_at(ShiftRules(shifts=(shift,), early_min=early_min), now_ms, offset_min):
        assert turn.begins_ms - early_min * 60_000 <= now_ms < turn.ends_ms
        local = datetime.fromtimestamp(turn.begins_ms / 1000, UTC) + timedelta(minutes=offset_min)
        assert local.hour * 60 + local.minute == shift.begins_min
        assert turn.watch_id == f"{local.date()}.ca"
        ends = datetime.fromtimestamp(turn.ends_ms / 1000, UTC) + timedelta(minutes=offset_min)
        assert ends.hour * 60 + ends.minute == shift.ends_min
        assert 0 < turn.ends_ms - turn.begins_ms <= 86_400_000


@given(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True), NOWS, st.integers(-720, 840))
def test_shifts_that_follow_each_other_leave_no_instant_without_one(
    bounds: list[int], now_ms: int, offset_min: int
) -> None:
    bounds.sort()
    shifts = tuple(
        Shift(shift_id=f"ca-{index}", name_vi="Ca", begins_min=begin, ends_min=bounds[(index + 1) % len(bounds)])
        for index, begin in enumerate(bounds)
    )
    assert len(turns_at(ShiftRules(shifts=shifts, early_min=0), now_ms, offset_min)) == 1


@given(st.lists(st.sampled_from(["ngay", "dem", ""]), min_size=1, max_size=9), st.integers(-400, 4000))
def test_a_rota_goes_round(pattern: list[str], day: int) -> None:
    team = Team.model_validate(
        {"team_id": "kip-1", "name_vi": "Kíp 1", "begins": "2026-01-05", "pattern": tuple(pattern)}
    )
    on = date(2026, 1, 5) + timedelta(days=day)
    assert team.shift_on(on) == (pattern[day % len(pattern)] if day >= 0 else "")


def test_of_the_demonstrations_teams_exactly_one_has_each_shift_of_each_day() -> None:
    for day in range(30):
        on = date(2026, 11, 1) + timedelta(days=day)
        for shift in SITE.shifts.shifts:
            mine = [team for team in SITE.shifts.teams if team.shift_on(on) == shift.shift_id]
            assert len(mine) == 1
            assert team_of(SITE.shifts, turn_on(shift, on, OFFSET_MIN).watch_id) == mine[0]


# ---- signing on and tasks --------------------------------------------------------------------------------------


def test_the_first_who_signs_on_begins_the_watch_with_its_tasks(room: Room) -> None:
    assert room.sign_on() is None
    watch = room.state.watches[WATCH]
    assert [one.user for one in watch.crew] == ["su"]
    assert len(watch.tasks) == len(SITE.shifts.tasks) == 18
    assert code(room.sign_on()) is RefusalCode.INVALID
    assert code(room.sign_on("mai", "2026-11-23.ngay")) is RefusalCode.WRONG_PHASE
    assert room.sign_on("mai") is None
    assert room.state.watches[WATCH].tasks == watch.tasks


def test_a_task_is_open_overdue_done_or_skipped_for_a_reason(room: Room) -> None:
    room.sign_on()
    task = room.state.watches[WATCH].tasks[0]
    assert room.state.watches[WATCH].task_state(task, room.now_ms) == "open"
    room.now_ms = due_ms(room.state.watches[WATCH], task) + 1
    assert room.state.watches[WATCH].task_state(task, room.now_ms) == "overdue"
    assert code(room.mark(task.task_id, "skipped")) is RefusalCode.NEEDS_REASON
    assert code(room.mark(task.task_id, user="mai")) is RefusalCode.NOT_ALLOWED
    assert code(room.mark("none")) is RefusalCode.NOT_FOUND
    assert room.mark(task.task_id, "skipped", "mất điện") is None
    assert room.state.watches[WATCH].task_state(task, room.now_ms) == "skipped"
    assert room.mark(task.task_id) is None
    assert room.state.watches[WATCH].task_state(task, room.now_ms) == "done"


# ---- handing over ----------------------------------------------------------------------------------------------


def test_the_sheet_holds_what_the_room_knows(room: Room) -> None:
    room.happen(raised("before"))
    room.sign_on()
    for key in ("a", "b", "c"):
        alert = raised(key).alert.model_copy(update={"raised_ms": room.now_ms})
        room.happen(ev.AlertRaised(alert=alert))
    room.happen(ev.AlertAcknowledged(alert_id="a"), "su")
    room.happen(ev.AlertReturned(alert_id="a"))
    room.happen(ev.AlertUpdated(alert_id="b", priority=Priority.CRITICAL))
    camera, producer = SITE.cameras[0], SITE.producers[0]
    room.happen(ev.CameraChanged(camera_id=camera.camera_id, condition="lost"))
    room.happen(ev.ProducerChanged(producer_id=producer.producer_id, condition="silent", last_message_ms=None))
    room.wish(cmd.NoteShift(command_id=ID, watch_id=WATCH, text="gọi Sở"))
    room.now_ms += 3_600_000
    assert room.draft() is None
    sheet = room.state.watches[WATCH].sheet
    assert sheet is not None
    assert (sum(sheet.tally.raised), sheet.tally.acknowledged, sheet.tally.closed) == (3, 1, 1)
    assert [one.alert_id for one in sheet.open][:1] == ["b"]
    assert sheet.open_count == 3
    assert [one.alert_id for one in sheet.over] == ["a"]
    assert (sheet.lost, sheet.silent) == ((camera.name_vi,), (producer.name_vi,))
    assert [one.text for one in sheet.notes] == ["gọi Sở"]
    assert {one.state for one in sheet.tasks} == {"overdue", "open"}
    assert sheet_digest(sheet) == room.state.watches[WATCH].digest


def test_two_officers_sign_the_same_sheet_and_then_it_never_changes(room: Room) -> None:
    room.sign_on()
    assert code(room.sign("su", "0" * 64)) is RefusalCode.WRONG_PHASE
    assert code(room.draft("mai")) is RefusalCode.NOT_ALLOWED
    room.draft()
    first = room.state.watches[WATCH].digest
    assert code(room.sign("mai")) is RefusalCode.NOT_ALLOWED
    assert room.sign("su") is None
    assert code(room.sign("su")) is RefusalCode.NOT_ALLOWED
    room.now_ms += 60_000
    room.draft()
    assert room.state.watches[WATCH].leaving is None, "a new draft voids the signature on the old one"
    assert code(room.sign("su", first)) is RefusalCode.WRONG_PHASE
    assert room.sign("su") is None
    assert room.sign("mai") is None
    watch = room.state.watches[WATCH]
    assert watch.is_signed
    assert (watch.leaving and watch.leaving.user, watch.coming and watch.coming.user) == ("su", "mai")
    assert [code(one) for one in (room.draft(), room.sign("mai"), room.mark(watch.tasks[0].task_id))] == [
        RefusalCode.WRONG_PHASE
    ] * 3
    room.happen(raised("later"))
    assert room.wish(cmd.NoteShift(command_id=ID, watch_id=WATCH, text="bổ sung")) is None
    after = room.state.watches[WATCH]
    assert (after.digest, after.sheet_seq, after.tally) == (watch.digest, watch.sheet_seq, watch.tally)


def test_a_snapshot_keeps_the_watches(room: Room) -> None:
    room.sign_on()
    room.happen(raised("a"))
    room.draft()
    text = room.state.snapshot().model_dump_json()
    again = RoomState.from_snapshot(StateSnapshot.model_validate_json(text))
    assert again.watches == room.state.watches


def test_a_changed_sheet_has_another_digest(room: Room) -> None:
    room.sign_on()
    room.draft()
    sheet = room.state.watches[WATCH].sheet
    assert sheet is not None
    assert sheet_digest(sheet.model_copy(update={"remarks": "khác"})) != sheet_digest(sheet)


def test_on_paper_every_text_is_escaped_and_both_signatures_stand(room: Room) -> None:
    room.sign_on()
    room.happen(raised("a"))
    room.draft()
    sheet, digest = room.state.watches[WATCH].sheet, room.state.watches[WATCH].digest
    room.sign("su")
    room.sign("mai")
    watch = room.state.watches[WATCH]
    context = SheetContext("Lào Cai", OFFSET_MIN, room.now_ms, "su", users={"mai": "Trần Thị Mai", "su": "Lý A Sử"})
    assert sheet is not None
    page = to_html(sheet, digest, watch.leaving, watch.coming, context)
    assert "chìa khóa ở tủ &lt;b&gt;" in page
    for word in (
        "BIÊN BẢN GIAO CA",
        "Ca đêm",
        "Trần Thị Mai",
        "Lý A Sử",
        digest,
        "Nhiệm vụ trong ca",
    ):
        assert word in page


def test_the_pdf_tells_what_the_page_tells_and_a_note_of_very_many_lines_goes_on_over_its_pages(
    room: Room, qapp: object, tmp_path: Path
) -> None:
    room.sign_on()
    room.happen(raised("a"))
    lines = [f"dòng {number}." for number in range(180)]
    room.wish(cmd.NoteShift(command_id=ID, watch_id=WATCH, text="\n".join(lines)))
    room.draft()
    sheet = room.state.watches[WATCH].sheet
    assert sheet is not None
    room.sign("su")
    watch = room.state.watches[WATCH]
    context = SheetContext("Lào Cai", OFFSET_MIN, room.now_ms, "su", users={"su": "Lý A Sử"})
    given = (sheet, watch.digest, watch.leaving, watch.coming, context)
    path = tmp_path / "sheet.pdf"
    path.write_bytes(to_pdf(*given, SITE))
    document = QPdfDocument()
    assert document.load(str(path)) == QPdfDocument.Error.None_
    pages = [document.getAllText(page).text() for page in range(document.pageCount())]
    assert all(f"SHA-256: {watch.digest}" in page for page in pages)
    paper = re.sub(r"\s+", "", "".join(pages))
    page = to_html(*given).partition("<body>")[2]
    for words in (*re.split(r"<[^>]*>|\n", page), *lines):
        assert re.sub(r"\s+", "", unescape(words)) in paper, words


# ---- the file --------------------------------------------------------------------------------------------------


def test_every_mistake_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "shifts.toml").write_text(
        '[watch]\nearly = 3\n[[shift]]\nshift_id = "ngay"\nname_vi = "Ca"\nbegins_min = 2000\nends_min = 1\n'
        '[[task]]\ntask_id = "a"\nwords_vi = "b"\ndue_min = 3\nshifts = ["dem"]\nsource = "s"\n',
        encoding="utf-8",
    )
    problems = Problems()
    read_shifts(tmp_path, problems)
    told = "\n".join(str(one) for one in problems.found)
    for word in ("early", "begins_min", "unknown shift 'dem'"):
        assert word in told
    assert read_shifts(tmp_path / "none", Problems()) == ShiftRules()


def test_the_roster_begins_with_the_turn_that_runs_and_follows_the_rota() -> None:
    rules = SITE.shifts
    turns = roster(rules, EVENING_MS, OFFSET_MIN, 5)
    assert turns[0].watch_id == WATCH
    assert turns[0].begins_ms <= EVENING_MS < turns[0].ends_ms
    assert [one.begins_ms for one in turns] == sorted(one.begins_ms for one in turns)
    assert all(one.ends_ms == other.begins_ms for one, other in zip(turns, turns[1:], strict=False))
    teams = [team.team_id for turn in turns if (team := team_of(rules, turn.watch_id)) is not None]
    assert len(set(teams[:4])) == 4, "four teams take turns"


def test_the_duty_has_eighteen_tasks_in_the_order_of_their_time() -> None:
    every = {task.task_id for shift in SITE.shifts.shifts for task in tasks_of(SITE.shifts.tasks, shift.shift_id)}
    assert len(every) == 18
    mine = tasks_of(SITE.shifts.tasks, "dem")
    assert [task.due_min for task in mine] == sorted(task.due_min for task in mine)

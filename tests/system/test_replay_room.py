"""Every panel of the registry in a replay shows at an instant what it showed live at that instant.

A new panel joins by itself; one that only draws must tell `tests/panels/words.py` what it draws.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from backend.contracts.alerts import AlertPhase
from backend.contracts.commands import (
    AskTask,
    BeginCrisis,
    DraftHandover,
    MarkShiftTask,
    MoveReport,
    NoteShift,
    OpenIncident,
    Role,
    StartShift,
    TellReportsApart,
)
from backend.contracts.incidents import Link
from backend.contracts.periods import last_ended
from backend.contracts.report_doors import ReportEntry
from backend.contracts.reports import Report, ReportState
from backend.contracts.shifts import roster
from console.commands.commands import new_id
from console.models.boards import points_of
from console.models.indicator_entry import site_day
from console.models.session import Selected, Session
from console.panels import panel_specs
from console.panels.duplicates import DuplicatesPanel
from console.panels.shift import ShiftPanel
from console.replay_room import ReplaySession
from console.timebase import monotonic_s
from tests.panels.words import words
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until
from tests.system.producers import cap_message, file_name, station_file

pytestmark = pytest.mark.timeout(240)

APART_MS = 400
AT_REST_S = 1.2
"""Panels that load or tick do so at least once a second."""

SIZE_PX = (900, 700)

INDICATORS = """
[[sector]]
sector_id = "s"
name_vi = "Cứu nạn"
name_en = "Rescue"

[[indicator]]
code = "FIRES"
name_vi = "Số vụ cháy"
name_en = "Fires"
sector = "s"
unit = "vụ"
owner = "pccc"
period = "month"
direction = "down"
target = 10
decimals = 0
producer_id = "logger"
source = "Mẫu"
verified = true

[[board]]
board_id = "b"
title_vi = "Cứu nạn"
title_en = "Rescue"

[[board.blocks]]
kind = "tile"
indicators = ["FIRES"]
"""


class Panels:
    """One of every panel, on the screen, over one session."""

    def __init__(self, session: Session) -> None:
        self._windows: list[QWidget] = []
        self.by_key: dict[str, QWidget] = {}
        for key, spec in panel_specs().items():
            panel = spec.build(session)
            panel.setWindowTitle(key)
            panel.resize(*SIZE_PX)
            panel.show()
            self.by_key[key] = panel

    def words(self) -> dict[str, list[str]]:
        return {key: words(panel) for key, panel in self.by_key.items()}

    def close(self) -> None:
        for panel in self.by_key.values():
            panel.close()
            panel.deleteLater()
        self.by_key.clear()


@dataclass(frozen=True)
class Moment:
    name: str
    at_ms: int
    seq: int
    selected: Selected | None
    words: dict[str, list[str]]


class Day:
    """A short day in the room, live, with a look at every panel between the things that happen."""

    def __init__(self, room: RunningDesk) -> None:
        self.room = room
        self.session = room.desk.session
        self.panels = Panels(self.session)
        self.moments: list[Moment] = []

    def look(self, name: str) -> None:
        """Remember what every panel shows once nothing changes any more."""
        seen: list[dict[str, list[str]]] = [{}]
        since_s = [0.0]

        def settled() -> bool:
            now = self.panels.words()
            if now != seen[-1]:
                seen.append(now)
                since_s[0] = monotonic_s()
            return monotonic_s() - since_s[0] > AT_REST_S

        until(settled, f"{name}: the panels come to rest")
        at_ms, seq = self.session.clock.now_ms(), self.session.state.seq
        self.moments.append(Moment(name, at_ms, seq, self.session.selection.current, seen[-1]))
        until(lambda: self.session.clock.now_ms() > at_ms + APART_MS, "the next thing happens later")

    def reading(self, value: float) -> None:
        body = station_file([("Level", value, "m")])
        self.room.ingest("logger", "station-file", body, name=file_name("R-01"))
        until(lambda: _level(self.session) == value, "the sample is at the desk")

    def figure(self, value: float) -> None:
        """An agency's program sends last month's figure, or corrects it."""
        session = self.session
        period = last_ended(site_day(session.state, session.clock.now_ms()), "month")
        body = json.dumps({"values": [{"code": "FIRES", "period": period, "value": value}]}).encode()
        self.room.ingest("logger", "indicators", body)
        until(lambda: [one.value for one in points_of(session.state, "FIRES")] == [value], "the figure is at the desk")

    def incident(self, alert_id: str) -> None:
        """It is opened about an alert, and an agency is asked for help."""
        session, link = self.session, Link(kind="alert", key=alert_id)
        wish = OpenIncident(command_id=new_id(), incident_id="i-1", title="Cháy nhà dân", links=(link,), take=True)
        session.commands.submit_room(wish)
        until(lambda: "i-1" in session.state.incidents, "the incident is open")
        session.commands.submit_room(
            AskTask(command_id=new_id(), incident_id="i-1", task_id="t-1", agency_id="pccc", what="cử hai xe")
        )
        until(lambda: bool(session.state.incidents["i-1"].tasks), "the agency is asked")

    def sign_on(self) -> str:
        """The operator signs on to the watch that runs; its id."""
        session, site = self.session, self.session.state.site
        assert site is not None
        turn = roster(site.shifts, session.clock.now_ms(), site.utc_offset_min, 1)[0]
        position = site.shifts.positions[0].position_id
        session.commands.submit_room(StartShift(command_id=new_id(), watch_id=turn.watch_id, position_id=position))
        until(lambda: turn.watch_id in session.state.watches, "the watch has begun")
        return turn.watch_id

    def citizen_reports(self, text: str) -> str:
        """Somebody comes to the counter with a report; its id."""
        session = self.session
        failed: list[str] = []
        assert session.server is not None
        site = session.state.site
        assert site is not None
        entry = ReportEntry(
            channel="walk_in", category_id="duong-hong", text=text, lat_deg=site.home.lat_deg, lon_deg=site.home.lon_deg
        )
        taken: list[Report] = []
        session.server.ask("/api/v1/reports", {}, Report, taken.append, failed.append, entry)
        until(lambda: bool(taken or failed), "the report is taken down")
        assert not failed
        until(lambda: taken[0].report_id in session.state.reports, "the report is at the desk")
        return taken[0].report_id

    def calls(self, *words: tuple[str, str]) -> None:
        """The switchboard tells of calls: (id, what happened)."""
        at = datetime.now(UTC).isoformat()
        events = [{"call_id": call_id, "event": event, "at": at, "caller": "0912345678"} for call_id, event in words]
        self.room.ingest("camera-ai", "calls", json.dumps({"events": events}).encode())

    def crisis(self) -> None:
        """The supervisor puts the hotline into crisis mode; somebody calls, and a report of it is filed."""
        session = self.session
        begin = BeginCrisis(command_id=new_id(), template_id="lu-lut", reason="lũ lên nhanh")
        assert self.room.order(Role.SUPERVISOR, begin).accepted
        until(lambda: session.state.crisis is not None, "the crisis has begun")
        self.calls(("1", "arrived"), ("2", "arrived"), ("2", "abandoned"))
        assert session.server is not None
        assert session.state.crisis is not None
        entry = ReportEntry(
            channel="walk_in", category_id="cay-do", text="Cây đổ chắn đường", entry_id="cay-do",
            crisis_id=session.state.crisis.crisis_id, answers={"di-lai": "khong"},
        )  # fmt: skip
        failed: list[str] = []
        session.server.ask("/api/v1/reports", {}, Report, lambda report: None, failed.append, entry)

        def counted() -> bool:
            crisis = session.state.crisis
            return bool(failed) or (crisis is not None and (crisis.tally.calls, crisis.tally.tickets) == (2, 1))

        until(counted, "the crisis counts the calls and the report")
        assert not failed

    def moved(self, report_id: str, state: ReportState, text: str = "") -> None:
        session = self.session
        session.commands.submit_room(MoveReport(command_id=new_id(), report_id=report_id, state=state, text=text))
        until(lambda: session.state.reports[report_id].state == state, f"the report is {state}")

    def reported_again(self, text: str) -> str:
        """Another report at the same place, until it is suggested as the same; its id."""
        report_id = self.citizen_reports(text)
        until(lambda: self.duplicates.pair is not None, "the two reports are suggested as one")
        return report_id

    def told_apart(self, report_id: str, other_id: str) -> None:
        """Somebody looked at both."""
        wish = TellReportsApart(command_id=new_id(), report_id=report_id, other_id=other_id)
        self.session.commands.submit_room(wish)
        until(lambda: self.duplicates.pair is None, "they are told apart")

    @property
    def duplicates(self) -> DuplicatesPanel:
        panel = self.panels.by_key["duplicates"]
        assert isinstance(panel, DuplicatesPanel)
        return panel

    def happens(self, what: Callable[[], object], what_for: Callable[[], bool], told: str) -> None:
        what()
        until(what_for, told)


def _level(session: Session) -> float:
    sample = session.readings.latest("R-01", "Level")
    return -1.0 if sample is None else sample.value


def site_with_figures(folder: Path) -> Path:
    site = shutil.copytree(SMALL_SITE, folder / "small")
    (site / "indicators.toml").write_text(INDICATORS, encoding="utf-8")
    return site


@pytest.fixture(scope="module")
def day(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with RunningDesk(
        site_with_figures(tmp_path_factory.mktemp("site")), tmp_path_factory.mktemp("day"), "duty"
    ) as room:
        day = Day(room)
        session = room.desk.session
        commands = session.commands
        until(lambda: session.state.cameras.get("cam-1") is not None, "the probe has looked at the cameras")
        day.reading(79.1)
        day.look("a quiet room")
        watch_id = day.sign_on()
        fire = room.new_alert("cam-1")
        report_id = day.citizen_reports("Ổ gà lớn trước chợ Cốc Lếu")
        day.look("a fire is reported")
        commands.acknowledge(fire, "đã gọi 114")
        until(lambda: room.alert(fire).acknowledged, "acknowledged")
        commands.dispatch(fire, "pccc", "cháy nhà dân")
        until(lambda: bool(room.alert(fire).dispatched_to), "dispatched")
        commands.submit_room(
            MarkShiftTask(command_id=new_id(), watch_id=watch_id, task_id="camera", state="skipped", text="mất điện")
        )
        until(lambda: bool(session.state.watches[watch_id].marks), "a task is skipped")
        day.moved(report_id, "verifying")
        again_id = day.reported_again("Ổ gà to trước chợ Cốc Lếu")
        day.look("the fire is in hand")
        day.incident(fire)
        room.ingest("bulletins", "cap", cap_message("mua-1", "Mưa lớn diện rộng"))
        until(lambda: any(one.kind.startswith("cap") for one in session.state.alerts.values()), "the bulletin is there")
        day.figure(12)
        day.reading(81.5)
        until(
            lambda: any(one.limit is not None for one in session.state.alerts.values()), "the level is over its limit"
        )
        day.look("rain, and the river over its limit")
        day.reading(78.0)
        until(lambda: not any(one.limit and one.active for one in session.state.alerts.values()), "the level is back")
        day.moved(report_id, "need_info", "Ổ gà ở số nhà nào?")
        day.told_apart(again_id, report_id)
        day.figure(9)
        day.look("the river is back")
        day.crisis()
        day.happens(
            lambda: commands.shelve(fire, 1200, "lính cứu hỏa đang xử lý"),
            lambda: room.alert(fire).phase is AlertPhase.SHELVED,
            "shelved",
        )
        commands.submit_room(NoteShift(command_id=new_id(), watch_id=watch_id, text="đã gọi Sở Xây dựng"))
        commands.submit_room(DraftHandover(command_id=new_id(), watch_id=watch_id, remarks="chìa khóa ở tủ"))
        until(lambda: session.state.watches[watch_id].sheet is not None, "the hand-over sheet is drafted")
        day.look("the fire lies on the shelf")
        yield day
        day.panels.close()


@pytest.fixture(scope="module")
def replay(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReplaySession, Panels]]:
    desk = day.room.desk
    running = ReplaySession(desk.session, desk.clock, tmp_path_factory.mktemp("cache"), 1)
    last_ms = day.moments[-1].at_ms
    until(lambda: running.control.edge_ms > last_ms + APART_MS, "the last moment can be replayed")
    running.start(day.moments[0].at_ms)
    until(lambda: running.session.link.condition == "live", "the replayed room is there")
    panels = Panels(running.session)
    yield running, panels
    panels.close()
    running.stop()
    running.join()


def differing(live: dict[str, list[str]], replayed: dict[str, list[str]]) -> list[str]:
    """Lines that are not the same, panel by panel."""
    found = []
    for key, told in live.items():
        only_live, only_replayed = Counter(told) - Counter(replayed[key]), Counter(replayed[key]) - Counter(told)
        pairs = zip_longest(sorted(only_live.elements()), sorted(only_replayed.elements()))
        found += [f"{key}: live {one!r}, replayed {other!r}" for one, other in pairs]
    return found


def expect(panels: Panels, moment: Moment) -> None:
    found: list[str] = ["nothing was compared"]

    def same() -> bool:
        found[:] = differing(moment.words, panels.words())
        return not found

    try:
        until(same, moment.name, 15.0)
    except AssertionError:
        pytest.fail(f"{moment.name}:\n" + "\n".join(found[:12]))


def select(running: ReplaySession, moment: Moment) -> None:
    """What was selected then is not part of the room's state: every seat selects for itself."""
    if moment.selected is not None:
        running.session.selection.select(moment.selected.kind, moment.selected.key)


def test_every_panel_tells_something(day: Day) -> None:
    silent = [key for key, told in day.moments[-1].words.items() if not told]
    assert not silent, f"tests/panels/words.py cannot read these panels: {silent}"


def test_the_moments_differ(day: Day) -> None:
    """Else the comparison below would compare nothing with nothing."""
    for before, after in zip(day.moments, day.moments[1:], strict=False):
        assert before.seq < after.seq
        assert differing(before.words, after.words), f"{before.name} and {after.name} look the same"


def test_the_watch_is_seen_in_its_panel(day: Day) -> None:
    """Else its replay would compare a panel that says that there are no shifts."""
    quiet, late = (" ".join(moment.words["shift"]) for moment in (day.moments[0], day.moments[-1]))
    for words_then in ("– skipped", "mất điện", "đã gọi Sở Xây dựng", "officer"):
        assert words_then in late
        assert words_then not in quiet


def test_the_crisis_is_seen_on_the_board_of_the_hotline(day: Day) -> None:
    """Else its replay would compare a board without calls."""
    quiet, late = (" ".join(moment.words["hotline"]) for moment in (day.moments[0], day.moments[-1]))
    for words_then in (
        "CRISIS MODE · Flood · begun by supervisor",
        "2 calls, 0 answered, 1 lost, 1 reports",
        "Không 1",
    ):
        assert words_then in late
        assert words_then not in quiet


def test_a_figure_and_its_correction_are_seen_where_it_is_entered_and_on_its_board(day: Day) -> None:
    """Else their replay would compare panels that say that nothing was entered."""
    first, late = (day.moments[index].words for index in (3, 4))
    for panel in ("indicator_entry", "boards"):
        assert "12 vụ" in " ".join(first[panel])
        assert "9 vụ" in " ".join(late[panel])
    assert {"1", "2"} <= {one.partition(" | ")[0] for one in late["indicator_entry"]}, "both revisions"


def test_the_report_is_seen_in_queue_card_and_map(day: Day) -> None:
    """Else their replay would compare panels that say that there is none."""
    quiet, late = day.moments[0].words, day.moments[-1].words
    for panel, told in (("reports", "citizen is asked"), ("report_card", "Ổ gà ở số nhà nào?"), ("map", "talk_ring")):
        assert told in " ".join(late[panel])
        assert told not in " ".join(quiet[panel])


@pytest.mark.parametrize(("name", "begins"), [("a.pdf", b"%PDF-"), ("a.html", b"<!DOCTYPE html>"), ("a", b"%PDF-")])
def test_the_panel_saves_the_hand_over_sheet_as_what_the_name_of_the_file_says(
    day: Day, tmp_path: Path, name: str, begins: bytes
) -> None:
    panel, path = day.panels.by_key["shift"], tmp_path / name
    assert isinstance(panel, ShiftPanel)
    watch = panel.watch()
    assert watch is not None
    panel.save_sheet(watch.watch_id, path)
    until(path.exists, "the sheet is saved")
    assert path.read_bytes().startswith(begins)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (4, 2, 5, 3, 0, 1)], ids=["in order", "here and there"])
def test_a_jump_to_each_moment_shows_every_panel_as_it_stood(
    day: Day, replay: tuple[ReplaySession, Panels], order: tuple[int, ...]
) -> None:
    running, panels = replay
    running.control.pause()
    for index in order:
        moment = day.moments[index]
        running.control.seek(moment.at_ms)
        select(running, moment)
        expect(panels, moment)
        assert running.session.state.seq == moment.seq


def test_playing_on_from_the_first_moment_arrives_at_the_last(day: Day, replay: tuple[ReplaySession, Panels]) -> None:
    running, panels = replay
    control, last = running.control, day.moments[-1]
    control.seek(day.moments[0].at_ms)
    control.play(4.0)
    until(lambda: running.clock.now_ms() >= last.at_ms, "the last moment is reached", 60.0)
    control.pause()
    control.clock.seek(last.at_ms)  # not by a jump: what was played stays as it is
    select(running, last)
    expect(panels, last)


def test_playing_backwards_takes_everything_back(day: Day, replay: tuple[ReplaySession, Panels]) -> None:
    running, panels = replay
    control, first = running.control, day.moments[0]
    control.seek(day.moments[-1].at_ms)
    select(running, day.moments[-1])
    expect(panels, day.moments[-1])
    control.play(-4.0)
    until(lambda: running.clock.now_ms() <= first.at_ms, "the first moment is reached", 60.0)
    control.pause()
    select(running, first)
    expect(panels, first)


def test_a_replay_takes_no_command(day: Day, replay: tuple[ReplaySession, Panels]) -> None:
    running, _ = replay
    running.control.seek(day.moments[1].at_ms)
    until(lambda: running.session.state.seq == day.moments[1].seq, "the fire burns again")
    alert_id = next(key for key, one in running.session.state.alerts.items() if one.kind == "detection")
    seq = day.session.state.seq
    pending = running.session.commands.acknowledge(alert_id)
    assert pending.failed
    assert pending.reason
    assert not running.session.may("alert.acknowledge")
    assert not running.session.state.alerts[alert_id].acknowledged
    assert day.session.state.seq == seq, "nothing reached the live room"

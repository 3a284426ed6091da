"""Crisis mode of the hotline: themes as data, who may begin one, what it counts, and what a ticket of it carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contracts import crisis as ct
from backend.contracts.commands import RIGHTS, BeginCrisis, EndCrisis, RefusalCode, Role
from backend.contracts.events import Event, LoggedEvent, SiteLoaded
from backend.contracts.hotline import Call, CallArrived, CallMoved, CallTicket
from backend.contracts.report_events import ReportReceived
from backend.contracts.reports import Report
from backend.contracts.state import Delta, RoomState, apply
from backend.domain import crisis as domain
from backend.domain.alerts import Refusal
from backend.services.reports.desk import ReportError
from backend.services.reports.tickets import filed_of
from config.hotline import read_hotline
from config.problems import Problems
from console.sources.tape import difference
from tests.unit.log_story import sample_site

NOW_MS = 1_795_400_000_000
SITE = sample_site(Path("config/sites/laocai"))
FLOOD = SITE.hotline.crises[0]
COMMUNE = SITE.communes[0].code

HOTLINE = """
[service]
answer_within_s = 20
source = "mẫu"
verified = false

[[seat]]
user = "lan"
agents = ["101", "102"]

[[seat]]
user = "mai"
agents = ["102"]
"""
THEME = """
[[template]]
template_id = "lu"
name_vi = "Lũ"

[[template.entries]]
entry_id = "ngap"
name_vi = "Ngập"
category_id = "ngap-lut"
agency_id = "pcc"
questions = ["nguoi"]

[[template.entries]]
entry_id = "ngap"
name_vi = "Ngập"
category_id = "ngap-sat-lo"

[[template.questions]]
question_id = "nuoc"
words_vi = "Nước?"
answers = [{ answer_id = "co", name_vi = "Có" }, { answer_id = "co", name_vi = "Có" }]
"""


def told(folder: Path, hotline: str, crisis: str) -> list[str]:
    (folder / "hotline.toml").write_text(hotline, encoding="utf-8")
    (folder / "crisis.toml").write_text(crisis, encoding="utf-8")
    problems = Problems()
    read_hotline(folder, ["lan", "minh"], ["ngap-sat-lo"], ["pccc"], problems)
    return [str(one) for one in sorted(problems.found)]


def test_every_mistake_of_themes_and_seats_is_told_with_its_line_and_what_would_be_right(tmp_path: Path) -> None:
    found = told(tmp_path, HOTLINE, THEME)
    assert found == [
        "crisis.toml:9: unknown category 'ngap-lut', did you mean 'ngap-sat-lo'? allowed: ngap-sat-lo",
        "crisis.toml:10: unknown agency 'pcc', did you mean 'pccc'? allowed: pccc",
        "crisis.toml:11: unknown question 'nguoi', did you mean 'nuoc'? allowed: nuoc",
        "crisis.toml:14: entry_id 'ngap' is there already; each has its own",
        "crisis.toml:21: answer_id 'co' is there already; each has its own",
        "hotline.toml:12: unknown operator 'mai'; allowed: lan, minh",
        "hotline.toml:13: '102' is 'lan' already; each sits at one account",
    ]
    (one,) = told(tmp_path, "", '[[template]]\ntemplate_id = "Lũ"\nname_vi = "Lũ"\nentries = []\n')[:1]
    assert "crisis.toml:2: template_id:" in one


def test_the_demonstration_has_themes_whose_ready_reports_can_be_filed() -> None:
    themes = SITE.hotline.crises
    assert len(themes) >= 4
    for theme in themes:
        assert theme.announcement_vi
        for entry in theme.entries:
            assert all(question in theme.questions for question in theme.asked(entry.entry_id))


def test_only_the_supervisor_begins_and_ends_a_crisis() -> None:
    for right in ("hotline.begin_crisis", "hotline.end_crisis"):
        assert [role for role in Role if right in RIGHTS[role]] == [Role.SUPERVISOR]


class Room:
    def __init__(self) -> None:
        self.state = RoomState(epoch="test")
        self.happen(SiteLoaded(site=SITE))

    def happen(self, *events: Event, actor: str = "") -> Delta:
        delta = Delta()
        for event in events:
            logged = LoggedEvent(
                seq=self.state.seq + 1, at_ms=NOW_MS, actor=actor, caused_by=None, origin="", event=event
            )
            delta.merge(apply(self.state, logged))
        return delta

    def begin(self, template_id: str = "lu-lut") -> ct.Crisis:
        command = BeginCrisis(command_id="a" * 32, template_id=template_id, reason="lũ lên nhanh")
        events = domain.decide(self.state, command, "truong-ca", NOW_MS)
        assert not isinstance(events, Refusal)
        self.happen(*events, actor="truong-ca")
        assert self.state.crisis is not None
        return self.state.crisis

    def end(self, crisis_id: str) -> None:
        events = domain.decide(
            self.state, EndCrisis(command_id="b" * 32, crisis_id=crisis_id, reason="nước rút"), "x", NOW_MS
        )
        assert not isinstance(events, Refusal)
        self.happen(*events, actor="truong-ca")


def report(number: int, crisis_id: str) -> Report:
    return Report(
        report_id=f"PA-{number}", number=number, code=f"PA-{number}", channel="call", category_id="ngap-sat-lo",
        flow="instant", title="Ngập", commune_code=COMMUNE, received_ms=NOW_MS, changed_ms=NOW_MS, campaign=crisis_id,
    )  # fmt: skip


def call(number: int, place: str = "") -> Call:
    return Call(call_id=f"t:{number}", producer_id="t", place=place, arrived_ms=NOW_MS, changed_ms=NOW_MS)


def test_a_crisis_counts_calls_and_reports_by_place_and_by_answer_and_its_end_tells_the_totals() -> None:
    room = Room()
    room.happen(CallArrived(call=call(1)), ReportReceived(report=report(1, ""), text="Ngập"))
    crisis = room.begin()
    room.happen(CallArrived(call=call(2, COMMUNE)), CallArrived(call=call(3)))
    room.happen(
        CallMoved(call_id="t:2", step="answered", at_ms=NOW_MS + 12_000),
        CallMoved(call_id="t:3", step="abandoned", at_ms=NOW_MS),
        ReportReceived(report=report(2, crisis.crisis_id), text="Ngập", answers={"nguoi": "co"}),
        ReportReceived(report=report(3, "chu-nhat-xanh"), text="Rác", answers={"nguoi": "khong"}),
    )
    assert room.state.crisis is not None
    tally = room.state.crisis.tally
    assert (tally.calls, tally.answered, tally.lost, tally.tickets) == (2, 1, 1, 1)
    assert (tally.calls_by_place, tally.tickets_by_place) == ({COMMUNE: 1, "": 1}, {COMMUNE: 1})
    assert (tally.tickets_by_category, tally.answers) == ({"ngap-sat-lo": 1}, {"nguoi": {"co": 1}})
    day = room.state.hotline_day
    assert day is not None
    assert FLOOD.answer_within_s == 10
    assert (day.answered, day.in_target) == (1, 0), "the shorter goal of the theme counts"
    restored = RoomState.from_snapshot(room.state.snapshot())
    assert restored.crisis == room.state.crisis
    room.end(crisis.crisis_id)
    assert room.state.snapshot().crisis is None
    over = room.state.past_crises[crisis.crisis_id]
    assert (over.tally, over.ended_by, over.end_reason) == (tally, "truong-ca", "nước rút")
    room.happen(CallArrived(call=call(4)))
    assert RoomState.from_snapshot(room.state.snapshot()).past_crises[crisis.crisis_id].tally == tally
    assert difference(restored, room.state).crises == {crisis.crisis_id}


def test_one_crisis_at_a_time_of_a_theme_that_the_site_has_and_each_has_an_id_of_its_own() -> None:
    room = Room()

    def refused(command: BeginCrisis | EndCrisis) -> str:
        decision = domain.decide(room.state, command, "truong-ca", NOW_MS)
        assert isinstance(decision, Refusal)
        return decision.code

    other = BeginCrisis(command_id="a" * 32, template_id="dich-benh", reason="ca bệnh")
    assert refused(other.model_copy(update={"template_id": "x"})) == RefusalCode.NOT_FOUND
    assert refused(other.model_copy(update={"reason": ""})) == RefusalCode.NEEDS_REASON
    first = room.begin()
    assert refused(other) == RefusalCode.WRONG_PHASE
    assert refused(EndCrisis(command_id="a" * 32, crisis_id="x", reason="xong")) == RefusalCode.NOT_FOUND
    room.end(first.crisis_id)
    second = room.begin()
    assert (first.crisis_id, second.crisis_id) == ("lu-lut-20261123", "lu-lut-20261123-2")


def test_a_ticket_of_a_crisis_carries_its_tag_its_answers_in_words_and_its_agency() -> None:
    crisis = Room().begin()
    ticket = CallTicket(
        ticket_id="c" * 32, category_id="ngap-sat-lo", text="Ngập tới mái", crisis_id=crisis.crisis_id,
        entry_id="mac-ket", answers={"nguoi": "bi-thuong", "nuoc": "nguc"},
    )  # fmt: skip
    filed = filed_of(ticket, "call", crisis)
    assert (filed.campaign, filed.chief, filed.title) == (crisis.crisis_id, "tim-kiem-cuu-nan", "Ngập tới mái")
    assert filed.text.splitlines() == [
        "Ngập tới mái",
        "Có người già, trẻ em, người bị thương? Có người bị thương",
        "Nước trong nhà sâu? Ngực trở lên",
    ]
    assert filed_of(ticket.model_copy(update={"category_id": "cay-do"}), "call", crisis).chief == ""
    for change, place in (
        ({"entry_id": "x"}, "entry_id: no ready report 'x'; there are mac-ket"),
        ({"answers": {"x": "co"}}, "answers: no question 'x'; there are nguoi"),
        ({"answers": {"nguoi": "x"}}, "answers.nguoi: no answer 'x'; there are co"),
        ({"crisis_id": ""}, "crisis_id: answers and ready reports belong to a crisis"),
        ({"crisis_id": "lu-lut-1"}, "crisis_id: 'lu-lut-1' is not on any more"),
    ):
        with pytest.raises(ReportError, match=place):
            filed_of(ticket.model_copy(update=change), "call", crisis)
    with pytest.raises(ReportError, match="is not on any more"):
        filed_of(ticket, "call", None)

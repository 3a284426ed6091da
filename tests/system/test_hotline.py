"""The hotline: calls from the webhook of the switchboard to the room, what is told twice, and whose number."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.commands import BeginCrisis, Role
from backend.contracts.doors import IngestAnswer
from backend.contracts.hotline import Call, CallMoved, CallStep, EarlierCalls, HotlineRules
from backend.contracts.hotline_fold import after, arrived, moved
from backend.contracts.state import RoomState
from backend.domain.hotline import is_next
from backend.gateway.feed.sight import Sight
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import SignedIn
from backend.services.hotline import masked
from backend.simulate import switchboard
from tests.bench.hotline_day import Truth, day_of_calls
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.test_open311 import staffed

NUMBER = "0912345678"


@dataclass
class Exchange:
    """A switchboard that tells our door of its calls."""

    backend: OpenBackend
    http: httpx.AsyncClient
    token: str
    begin_ms: int
    told: list[dict[str, str]] = field(default_factory=list)

    def word(self, call_id: str, event: str, after_s: float, **more: str) -> dict[str, str]:
        at = datetime.fromtimestamp(self.begin_ms / 1000 + after_s, UTC).isoformat()
        return {"call_id": call_id, "event": event, "at": at, **more}

    async def tell(self, *words: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.post(
            "/api/v1/ingest/calls", content=json.dumps({"events": list(words)}), headers=headers
        )

    async def earlier(self, role: Role, call_id: str) -> httpx.Response:
        token = await self.backend.parts.accounts.local_token(role.value)
        return await self.http.get(
            f"/api/v1/hotline/calls/{call_id}/earlier", headers={"Authorization": f"Bearer {token}"}
        )

    @property
    def state(self) -> RoomState:
        return self.backend.parts.room.state


@asynccontextmanager
async def exchange(data: Path, rules: HotlineRules | None = None) -> AsyncIterator[Exchange]:
    site = staffed() if rules is None else staffed().model_copy(update={"hotline": rules})
    async with (
        open_backend(data, GatewaySettings(), site) as backend,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=20) as http,
    ):
        token = await backend.parts.accounts.create_producer_token("camera-ai")
        yield Exchange(backend, http, token, backend.parts.now_ms() - 3_600_000)


@pytest.mark.anyio
async def test_a_call_is_answered_and_another_hung_up_and_what_is_told_twice_counts_once(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        words = (
            line.word("1", "arrived", 0, caller="+84 912 345 678"),
            line.word("1", "queued", 1, queue="1022"),
            line.word("1", "answered", 16, agent="Bàn 3"),
            line.word("2", "arrived", 10, caller=NUMBER),
            line.word("2", "abandoned", 70),
        )
        answer = IngestAnswer.model_validate_json((await line.tell(*words)).content)
        assert (answer.accepted, answer.duplicates) == (5, 0)
        seq = line.state.seq
        again = IngestAnswer.model_validate_json((await line.tell(*words)).content)
        assert (again.accepted, again.duplicates, line.state.seq) == (0, 5, seq)
        (first,) = line.state.calls.values()
        (second,) = line.state.ended_calls.values()
        assert (first.state, first.agent, first.queue, first.masked) == ("answered", "Bàn 3", "1022", "09xx xxx 678")
        assert second.state == "abandoned"
        assert second.caller_id == first.caller_id
        day = line.state.hotline_day
        assert day is not None
        assert (day.arrived, day.answered, day.in_target, day.abandoned) == (2, 1, 1, 1)
        assert day.longest_wait_ms == 60_000
        assert RoomState.from_snapshot(line.state.snapshot()).hotline_day == day


@pytest.mark.anyio
async def test_earlier_calls_of_the_number_are_found_and_the_number_stands_nowhere(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await line.tell(line.word("1", "arrived", 0, caller=NUMBER), line.word("1", "ended", 9))
        await line.tell(line.word("2", "arrived", 60, caller=NUMBER), line.word("3", "arrived", 61))
        bad = await line.tell(line.word("4", "arrived", 62, caller=NUMBER) | {"at": "hôm qua"})
        assert bad.status_code == 422
        assert NUMBER not in bad.text
        assert "at:" in bad.text
        found = EarlierCalls.model_validate_json((await line.earlier(Role.DUTY_OFFICER, "camera-ai:2")).content)
        assert [(one.call_id, one.state) for one in found.calls] == [("camera-ai:1", "abandoned")]
        withheld = EarlierCalls.model_validate_json((await line.earlier(Role.SUPERVISOR, "camera-ai:3")).content)
        assert withheld.calls == ()
        for role in (Role.LEADER, Role.AGENCY, Role.ADMINISTRATOR, Role.CYBER):
            assert (await line.earlier(role, "camera-ai:2")).status_code == 403, role
        assert (await line.earlier(Role.SUPERVISOR, "nobody")).status_code == 404
        agency = Sight(agency_id="pccc").snapshot(line.state)
        assert (agency.calls, agency.ended_calls, agency.hotline_day) == ((), (), None)
    kept = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert any(one.name == "callers.key" for one in kept)
    assert [one.name for one in kept if NUMBER.encode() in one.read_bytes()] == []


STEPS: tuple[CallStep, ...] = ("queued", "answered", "held", "resumed", "ended", "abandoned", "overflowed")


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 100_000)), max_size=30))
def test_a_call_is_counted_once_whatever_is_told_in_whatever_order(told: list[tuple[CallStep, int]]) -> None:
    call = Call(call_id="c", producer_id="p", arrived_ms=1_000, changed_ms=1_000)
    day = arrived(None, 0)
    for step, at_ms in told:
        if not is_next(call, step, at_ms):
            continue
        now = after(call, CallMoved(call_id="c", step=step, at_ms=at_ms))
        assert not call.is_over
        assert now.changed_ms >= call.changed_ms
        day, call = moved(day, 0, call, now, 20), now
    assert (day.answered, day.abandoned + day.overflowed) == (
        int(call.answered_ms is not None),
        int(call.is_over and call.answered_ms is None),
    )
    assert day.in_target <= day.answered
    assert day.arrived == 1
    assert call.is_over == (call.ended_ms is not None)


@pytest.mark.parametrize(
    ("digits", "seen"), [("", ""), ("0912345678", "09xx xxx 678"), ("1900", "xxx"), ("02143", "xxx")]
)
def test_a_masked_number_tells_three_digits_at_most_of_the_line(digits: str, seen: str) -> None:
    assert masked(digits) == seen


@pytest.mark.anyio
async def test_the_demonstration_s_calls_go_their_whole_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "WAIT_S", (0.0, 0.0))
    monkeypatch.setattr(switchboard, "TALK_S", (0.0, 0.0))
    async with exchange(tmp_path) as line:
        board = switchboard.Switchboard(switchboard.webhook(line.http, line.token), 5)
        for _ in range(30):
            await board.call()
        calls = [*line.state.calls.values(), *line.state.ended_calls.values()]
        assert {one.state for one in calls} == {"ended", "abandoned"}
        assert len(calls) == 30
        assert not list((tmp_path / "quarantine").glob("*.bin"))


@pytest.mark.anyio
async def test_of_a_day_s_calls_told_as_fast_as_can_be_none_is_lost(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        truth = Truth()
        words = list(day_of_calls(300, line.begin_ms / 1000 - 86_400, truth, agents=1))
        for begin in range(0, len(words), 100):
            assert (await line.tell(*words[begin : begin + 100])).status_code == 202
        day = line.state.hotline_day
        assert day is not None
        assert truth.abandoned > 0
        assert (day.arrived, day.answered, day.abandoned) == (300, truth.answered, truth.abandoned)
        assert not line.state.calls


@pytest.mark.anyio
async def test_a_ticket_of_a_call_is_a_report_with_the_caller_sealed_and_taken_once(tmp_path: Path) -> None:
    async with exchange(tmp_path) as line:
        await line.tell(line.word("1", "arrived", 0, caller=NUMBER), line.word("1", "answered", 3, agent="Bàn 3"))
        (call_id,) = line.state.calls
        door = f"/api/v1/hotline/calls/{call_id}/report"
        ticket = {"ticket_id": "a" * 32, "category_id": "cay-do", "text": "Cây đổ trước số 12"}

        async def post(role: Role, body: dict[str, str], path: str = door) -> httpx.Response:
            token = await line.backend.parts.accounts.local_token(role.value)
            return await line.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})

        first, again = [await post(Role.DUTY_OFFICER, ticket) for _ in range(2)]
        assert first.status_code == again.status_code == 201
        assert first.json()["report_id"] == again.json()["report_id"] == "PA-000001"
        report = line.state.reports["PA-000001"]
        assert (report.channel, report.state) == ("call", "assigned")
        who = await line.backend.parts.reports.reporters.reveal("PA-000001", "gọi lại", actor="lan", origin="")
        assert who is not None
        assert who.phone == NUMBER
        assert (await post(Role.LEADER, ticket)).status_code == 403
        assert (await post(Role.DUTY_OFFICER, ticket | {"ticket_id": "b" * 32, "category_id": "x"})).status_code == 422
        assert (await post(Role.DUTY_OFFICER, ticket, door.replace(call_id, "x:1"))).status_code == 404


@pytest.mark.anyio
async def test_a_crisis_is_begun_by_the_supervisor_and_a_ticket_of_it_goes_to_its_agency_with_tag_and_answers(
    tmp_path: Path,
) -> None:
    async with exchange(tmp_path) as line:
        parts = line.backend.parts
        commune = parts.site.communes[0].code
        await line.tell(line.word("1", "arrived", 0, caller=NUMBER, place=commune))
        begin = BeginCrisis(command_id="a" * 32, template_id="lu-lut", reason="lũ lên nhanh")

        async def signed_in(role: Role) -> SignedIn:
            found = await parts.accounts.operator(await parts.accounts.local_token(role.value))
            assert found is not None
            return found

        refused = await parts.desk.execute(begin, await signed_in(Role.DUTY_OFFICER), "seat")
        assert (refused.accepted, refused.reason_code) == (False, "not_allowed")
        begun = await parts.desk.execute(
            begin.model_copy(update={"command_id": "b" * 32}), await signed_in(Role.SUPERVISOR), "seat"
        )
        assert begun.accepted
        crisis = line.state.crisis
        assert crisis is not None
        assert (crisis.begun_by, Sight(agency_id="pccc").snapshot(line.state).crisis) == ("supervisor", None)
        await line.tell(line.word("2", "arrived", 60, caller="0987654321", place=commune))
        earlier = EarlierCalls.model_validate_json((await line.earlier(Role.DUTY_OFFICER, "camera-ai:2")).content)
        assert ([one.call_id for one in earlier.at_place], earlier.calls) == (["camera-ai:1"], ())

        token = await parts.accounts.local_token(Role.DUTY_OFFICER.value)
        headers = {"Authorization": f"Bearer {token}"}
        ticket = {
            "ticket_id": "c" * 32, "category_id": "duong-hong", "text": "Ngập tới mái", "crisis_id": crisis.crisis_id,
            "entry_id": "mac-ket", "answers": {"nguoi": "co"},
        }  # fmt: skip
        answer = await line.http.post("/api/v1/hotline/calls/camera-ai:2/report", json=ticket, headers=headers)
        report = line.state.reports[answer.json()["report_id"]]
        assert (report.campaign, report.chief, report.title) == (
            crisis.crisis_id,
            "pccc",
            "Ngập tới mái",
        )
        assert line.state.crisis is not None
        assert line.state.crisis.tally.answers == {"nguoi": {"co": 1}}
        wrong = ticket | {"ticket_id": "d" * 32, "answers": {"nguoi": "x"}}
        answer = await line.http.post("/api/v1/hotline/calls/camera-ai:2/report", json=wrong, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["reason"].startswith("answers.nguoi: no answer 'x'; there are co")


@pytest.mark.anyio
async def test_a_report_of_the_counter_is_compared_before_it_is_filed_then_taken_once_with_its_citizen_sealed(
    tmp_path: Path,
) -> None:
    async with exchange(tmp_path) as line:
        parts = line.backend.parts
        headers = {"Authorization": f"Bearer {await parts.accounts.local_token(Role.DUTY_OFFICER.value)}"}
        entry = {
            "ticket_id": "a" * 32, "channel": "walk_in", "category_id": "cay-do", "text": "Cây đổ chắn đường",
            "lat_deg": parts.site.home.lat_deg, "lon_deg": parts.site.home.lon_deg,
            "who": {"first_name": "Nguyễn Thị Kín", "phone": NUMBER},
        }  # fmt: skip
        draft = {key: entry[key] for key in ("channel", "category_id", "text", "lat_deg", "lon_deg")}

        async def alike() -> list[str]:
            answer = await line.http.post("/api/v1/reports/similar", json=draft, headers=headers)
            assert answer.status_code == 200, answer.text
            return [one["report"]["report_id"] for one in answer.json()["likely"]]

        assert await alike() == []
        first, again = [await line.http.post("/api/v1/reports", json=entry, headers=headers) for _ in range(2)]
        assert (first.status_code, first.json()["report_id"], again.json()["report_id"]) == (
            201,
            "PA-000001",
            "PA-000001",
        )
        assert line.state.reports["PA-000001"].channel == "walk_in"
        assert await alike() == ["PA-000001"]
        who = await parts.reports.reporters.reveal("PA-000001", "gọi lại", actor="lan", origin="")
        assert who is not None
        assert (who.first_name, who.phone) == ("Nguyễn Thị Kín", NUMBER)
        agency = {"Authorization": f"Bearer {await parts.accounts.local_token(Role.LEADER.value)}"}
        assert (await line.http.post("/api/v1/reports", json=entry, headers=agency)).status_code == 403
    kept = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert [one.name for one in kept if b"0912345678" in one.read_bytes()] == []

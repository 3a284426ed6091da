"""Citizens' programs at `/open311/v2`: a third-party client, both formats, what is refused and what nobody may read."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import georeport
import httpx
import pytest

from backend.contracts.commands import MoveReport, ReportCommand, Role
from backend.contracts.feed import CommandResult
from backend.contracts.report_doors import LookRequest
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import SignedIn
from config.model import OperatorConfig, SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE

pytestmark = pytest.mark.anyio

PLACE = {"lat": "22.4986", "long": "103.9689"}
CANARY = {"first_name": "Sầm", "last_name": "Thị Hoàng Yến", "phone": "0912 777 345", "email": "yen.sam@vidu.vn"}


def staffed() -> SiteConfig:
    """The small site with somebody of every role."""
    site = load_site(SMALL_SITE)
    more = tuple(
        OperatorConfig(
            user=role.value, display_name=role.value, role=role, agency_id="pccc" if role is Role.AGENCY else ""
        )
        for role in Role
    )
    return site.model_copy(update={"operators": (*site.operators, *more)})


@dataclass
class App:
    """A citizens' program with its key, beside the room it reports to."""

    backend: OpenBackend
    http: httpx.AsyncClient
    key: str
    moves: int = 0

    async def post(self, *, form_: str = "json", idempotency_key: str = "", **fields: str) -> httpx.Response:
        data = {"api_key": self.key, "service_code": "cay-do", "description": "Cây đổ chắn đường", **PLACE, **fields}
        return await self.http.post(
            f"/open311/v2/requests.{form_}",
            data={name: value for name, value in data.items() if value},
            headers={"Idempotency-Key": idempotency_key} if idempotency_key else {},
        )

    async def filed(self, **fields: str) -> str:
        answer = await self.post(**fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["service_request_id"])

    async def move(self, report_id: str, role: Role, **wish: str) -> None:
        result = await self.do(MoveReport, report_id, role, **wish)
        assert result.accepted, result.reason

    async def do(self, kind: type[ReportCommand], report_id: str, role: Role, **wish: object) -> CommandResult:
        operator = await self.operator(role)
        self.moves += 1
        command = kind.model_validate(
            {"command_id": f"{self.moves:032x}", "report_id": report_id, **wish}, strict=False
        )
        return await self.backend.parts.desk.execute(command, operator, "10.0.0.7")

    async def publish(self, report_id: str) -> None:
        await self.move(report_id, Role.AGENCY, state="in_progress")
        await self.move(report_id, Role.AGENCY, state="done_pending")
        await self.move(report_id, Role.DUTY_OFFICER, state="published", text="Đã dọn xong")

    async def operator(self, role: Role) -> SignedIn:
        token = await self.backend.parts.accounts.local_token(role.value)
        found = await self.backend.parts.accounts.operator(token)
        assert found is not None
        return found

    async def as_role(self, role: Role) -> httpx.AsyncClient:
        token = await self.backend.parts.accounts.local_token(role.value)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.backend.port}/api/v1", headers=headers, timeout=20)


@asynccontextmanager
async def app(data_dir: Path, settings: GatewaySettings | None = None) -> AsyncIterator[App]:
    async with open_backend(data_dir, settings or GatewaySettings(), staffed()) as backend:
        key = await backend.parts.accounts.create_producer_token("citizen-app")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=20) as http:
            yield App(backend, http, key)


async def test_a_third_party_client_reads_what_it_filed_through_its_whole_life(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        root = f"http://127.0.0.1:{one.backend.port}/open311/v2"
        for form in ("json", "xml"):
            client = georeport.GeoReport(root, jurisdiction="small", api_key=one.key, output_format=form)
            services = await asyncio.to_thread(client.get_service_list)
            assert [item["service_code"] for item in services] == ["cay-do", "duong-hong"]
            definition = await asyncio.to_thread(client.get_service_definition, "duong-hong")
            attributes = definition["attributes"]
            first = attributes[0] if isinstance(attributes, list) else attributes["attribute"]
            assert first["code"] == "muc-do"
            report_id = await one.filed()
            found = await asyncio.to_thread(client.get_service_request, report_id)
            assert (found["service_request_id"], found["status"]) == (report_id, "open")
            assert found["agency_responsible"] == "Cảnh sát PCCC"
            assert not found["description"]  # not published yet, and nobody said who asks
            await one.publish(report_id)
            found = await asyncio.to_thread(client.get_service_request, report_id)
            assert (found["status"], found["description"]) == ("closed", "Cây đổ chắn đường")
            assert found["status_notes"] == "Đã dọn xong"
            listed = await asyncio.to_thread(client.get_service_requests, status="closed")
            assert report_id in str(listed)


async def test_what_is_not_published_is_for_the_program_that_filed_it(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await one.filed()
        with_key = {"api_key": one.key}
        for params, seen in (({}, []), (with_key, [report_id])):
            answer = await one.http.get("/open311/v2/requests.json", params=params)
            assert [item["service_request_id"] for item in answer.json()] == seen
        mine = (await one.http.get(f"/open311/v2/requests/{report_id}.json", params=with_key)).json()[0]
        assert mine["description"] == "Cây đổ chắn đường"
        assert mine["expected_datetime"].endswith("+07:00")
        anybody = (await one.http.get(f"/open311/v2/requests/{report_id}.json")).json()[0]
        assert [anybody[name] for name in ("description", "lat", "long", "address")] == [None] * 4
        nothing = await one.http.get("/open311/v2/servicerequestupdates.json")
        assert nothing.json() == []
        own = (await one.http.get("/open311/v2/servicerequestupdates.json", params=with_key)).json()
        assert [(item["service_request_id"], item["status"]) for item in own] == [(report_id, "internal_referral")]


async def test_a_citizen_answers_rates_and_reopens_by_updates(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await one.filed()
        await one.move(report_id, Role.DUTY_OFFICER, state="need_info", text="Ở số nhà nào?")

        async def update(**fields: str) -> httpx.Response:
            data = {"api_key": one.key, "service_request_id": report_id, **fields}
            return await one.http.post("/open311/v2/servicerequestupdates.json", data=data)

        assert (await update(description="Trước số 12", update_id="u1")).json() == [{"update_id": "u1"}]
        state = one.backend.parts.room.durable
        assert state.reports[report_id].state == "verifying"
        refused = await update(rating="satisfied")
        assert refused.status_code == 400
        assert "cannot become rated" in refused.json()[0]["description"]
        operator = await one.operator(Role.DUTY_OFFICER)
        assert "report.route" in operator.rights
        assert (await update(rating="good")).status_code == 400
        assert (await update()).json()[0]["description"].startswith("description: nothing is said")
        stranger = await one.http.post(
            "/open311/v2/servicerequestupdates.json",
            data={"api_key": one.key, "service_request_id": "PA-999999", "description": "x"},
        )
        assert stranger.status_code == 404


async def test_the_same_idempotency_key_files_once(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        answers = [await one.post(idempotency_key="k1", **CANARY) for _ in range(3)]
        assert {answer.json()[0]["service_request_id"] for answer in answers} == {"PA-000001"}
        assert (await one.post(idempotency_key="k2")).json()[0]["service_request_id"] == "PA-000002"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": "wrong"}, 403, "api_key: it is unknown"),
        ({"api_key": ""}, 403, "api_key: it is missing"),
        ({"jurisdiction_id": "hue"}, 404, "this is 'small'"),
        ({"service_code": ""}, 400, "service_code: it is missing"),
        ({"service_code": "rac"}, 404, "offered are cay-do, duong-hong"),
        ({"lat": "", "long": ""}, 400, "one place is needed"),
        ({"long": ""}, 400, "come together"),
        ({"lat": "103.9689", "long": "22.4986"}, 400, "lat: '103.9689'"),
        ({"lat": "21.03", "long": "105.85"}, 400, "lie outside"),
        ({"lat": "nan"}, 400, "lat: 'nan'"),
        ({"lat": "٢٢.٤"}, 400, "right are degrees"),
        ({"description": "x" * 4001}, 400, "4001 characters; 4000 at most"),
        ({"description": "\u202e\u200f"}, 400, "nothing is said"),
        ({"campaign": "x"}, 400, "known are chu-nhat-xanh"),
        ({"service_code": "duong-hong"}, 400, "attribute[muc-do]: it is required"),
        ({"service_code": "duong-hong", "attribute[muc-do]": "x"}, 400, "right is one of nhe, nang"),
        ({"attribute[la]": "x"}, 400, "no such attribute"),
    ],
)
async def test_what_is_wrong_is_refused_by_name_and_leaves_nothing(
    tmp_path: Path, fields: dict[str, str], status: int, words: str
) -> None:
    async with app(tmp_path) as one:
        answer = await one.post(**fields)
        assert answer.status_code == status
        (error,) = answer.json()
        assert error["code"] == status
        assert words in error["description"]
        xml = ElementTree.fromstring((await one.post(form_="xml", **fields)).content)
        assert (xml.tag, xml.findtext("error/code")) == ("errors", str(status))
        assert one.backend.parts.room.durable.reports == {}


async def test_a_flood_from_one_key_is_slowed_and_says_until_when(tmp_path: Path) -> None:
    async with app(tmp_path, GatewaySettings(reports_per_min=60, reports_at_once=5)) as one:
        statuses = [(await one.post()).status_code for _ in range(7)]
        assert statuses == [201] * 5 + [429] * 2
        assert int((await one.post()).headers["retry-after"]) >= 1
        assert len(one.backend.parts.room.durable.reports) == 5


async def test_who_reported_is_sealed_shown_for_a_reason_and_to_two_roles_only(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        report_id = await one.filed(**CANARY)
        again = await one.filed(**(CANARY | {"phone": "+84 912 777 345"}))
        may = {Role.DUTY_OFFICER, Role.SUPERVISOR}
        for role in Role:
            async with await one.as_role(role) as seat:
                answer = await seat.post(f"/reports/{report_id}/reporter", json=LookRequest(why="gọi lại").model_dump())
                assert answer.status_code == (200 if role in may else 403), role
                if role in may:
                    told = answer.json()
                    assert told["identity"]["phone"] == CANARY["phone"]
                    assert told["others"] == [again]
                    assert (await seat.post(f"/reports/{report_id}/reporter", json={})).status_code == 422
                    assert (await seat.post("/reports/PA-9/reporter", json={"why": "xem thử"})).status_code == 404
        looks = [row for row in await one.backend.parts.audit.store.read(0, 1000) if row.deed == "report.identity"]
        assert {(row.actor, row.about) for row in looks} == {(role.value, report_id) for role in may}
        unknown = await one.filed()
        async with await one.as_role(Role.SUPERVISOR) as seat:
            assert (await seat.post(f"/reports/{unknown}/reporter", json={"why": "xem thử"})).json()["known"] is False
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for value in CANARY.values():
            for form in (value.encode(), value.encode("utf-16-le"), base64.b64encode(value.encode())[:-4]):
                assert form not in content, (file, value)


async def test_an_agency_reads_its_own_reports_and_finds_no_others(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        mine = await one.filed()
        other = await one.filed(service_code="duong-hong", **{"attribute[muc-do]": "nang"})
        async with await one.as_role(Role.AGENCY) as seat:
            assert (await seat.get(f"/reports/{mine}")).json()["text"] == "Cây đổ chắn đường"
            page = (await seat.get("/reports", params={"agency": "so-khac"})).json()
            assert [item["report_id"] for item in page["reports"]] == [mine]
            assert (await seat.get(f"/reports/{other}")).status_code == 404
            assert (await seat.get(f"/reports/{mine}/similar")).status_code == 403
            refused = await seat.post("/reports", json={"channel": "walk_in", "category_id": "cay-do", "text": "x"})
            assert refused.status_code == 403
        async with await one.as_role(Role.DUTY_OFFICER) as seat:
            assert (await seat.get("/reports")).json()["total"] == 2
            taken = await seat.post("/reports", json={"channel": "walk_in", "category_id": "cay-do", "text": "Cây"})
            assert taken.status_code == 201
            bad = await seat.post("/reports", json={"channel": "walk_in", "category_id": "x", "text": "Cây"})
            assert bad.status_code == 422
            assert (await seat.get("/reports", params={"after": "x"})).status_code == 422
            assert (await seat.get("/reports", params={"box": "1,2"})).status_code == 422

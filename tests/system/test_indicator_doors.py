"""Figures come in by the form and by programs, all or none, and are read as they were known at any instant."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path

import httpx
import openpyxl
import pytest

from backend.contracts.commands import Role
from backend.contracts.indicators import (
    FigureBehind,
    ImportAnswer,
    IndicatorHistory,
    IndicatorReport,
    IndicatorRules,
    League,
    Levels,
    Sector,
)
from backend.contracts.state import RoomState
from backend.gateway.settings import GatewaySettings
from backend.simulate import offices
from config.model import OperatorConfig, SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import LAOCAI, SMALL_SITE
from tests.unit.test_indicator_rules import indicator

pytestmark = pytest.mark.anyio

BEDS = indicator(code="BEDS", owner="pccc", owner_vi="Cảnh sát PCCC", areas="commune", decimals=0, minimum=0.0,
    producer_id="logger")  # fmt: skip
USED = BEDS.model_copy(update={"code": "USED"})
SHARE = BEDS.model_copy(update={"code": "SHARE", "formula": "ratio(USED, BEDS)", "target": 80.0, "decimals": 1})
OTHER = BEDS.model_copy(update={"code": "OTHER", "owner": "so-yt", "owner_vi": "Sở Y tế", "producer_id": ""})
SDMX = """STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA: Area,INDICATOR,TIME_PERIOD,OBS_VALUE
dataflow,LC:IND(1.0),R,VN-15,BEDS,2026-08,"1.200"
dataflow,LC:IND(1.0),I,15: Lào Cai,USED: Beds in use,2026-08,900
"""


def site() -> SiteConfig:
    small = load_site(SMALL_SITE)
    sectors = (Sector(sector_id="s", name_vi="S", name_en="S"),)
    roles = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AGENCY)
    more = tuple(
        OperatorConfig(user=role.value, display_name=role.value, role=role, agency_id="pccc" * (role is Role.AGENCY))
        for role in roles
    )
    rules = IndicatorRules(sectors=sectors, indicators=(BEDS, USED, SHARE, OTHER))
    first = small.communes[0]
    others = tuple(first.model_copy(update={"code": code, "name": code}) for code in ("00001", "00002", "00003"))
    communes = (*others, first)
    return small.model_copy(update={"communes": communes, "indicators": rules, "operators": (*small.operators, *more)})


def asking(backend: OpenBackend, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}/api/v1", headers=headers, timeout=20)


async def entered(client: httpx.AsyncClient, *values: dict[str, object]) -> ImportAnswer:
    answer = await client.post("/indicators/values", json={"values": list(values)})
    assert answer.status_code == 200, answer.text
    return ImportAnswer.model_validate_json(answer.content)


def figure(code: str, value: object, period: str = "2026-10", area: str = "", note: str = "") -> dict[str, object]:
    return {"code": code, "period": period, "value": value, "area": area, "note": note}


async def test_an_agency_enters_its_own_figures_all_or_none_and_the_past_stays_as_it_was(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.local_token("agency")
        commune = backend.parts.site.communes[0].code
        async with asking(backend, token) as agency, asking(backend, backend.token) as officer:
            wrong = await entered(
                agency, figure("BEDS", 100), figure("USED", "12,5x"), figure("OTHER", 5), figure("SHARE", 5),
                figure("BEDS", 100, "2026-W40"), figure("BEDS", -1, "2026-09"), figure("BEDS", 1, area="nowhere"),
                figure("BEDS", 1), figure("NONE", 1), figure("BEDS", 1, "2999-01"),
            )  # fmt: skip
            assert [one.place for one in wrong.problems] == [f"values.{number}" for number in range(1, 10)]
            assert wrong.problems[0].words_en == "'12,5x' is no number; write 12,5 or 12.5"
            assert wrong.problems[1].words_vi == "'OTHER': số liệu do Sở Y tế nhập"
            assert backend.parts.room.durable.indicators == {}
            first = await entered(agency, figure("BEDS", "1.200"), figure("USED", 900), figure("BEDS", 9, area=commune))
            assert (first.entered, first.derived, len(first.told)) == (3, 1, 1)
            assert (await entered(agency, figure("BEDS", 1200))).unchanged == 1
            before_ms = backend.clock.now_ms()
            backend.clock.ahead_ms += 60_000
            (unsaid,) = (await entered(agency, figure("USED", 600))).problems
            assert (unsaid.entry_field, unsaid.words_en) == (
                "note", "900 stands there: a correction needs its reason in the note",
            )  # fmt: skip
            assert (await entered(agency, figure("USED", 600, note="đếm lại"))).derived == 1
            for at, share in (("", 50.0), (f"?at={before_ms}", 75.0)):
                report = IndicatorReport.model_validate_json((await officer.get(f"/indicators{at}")).content)
                row = next(one for one in report.rows if one.indicator.code == "SHARE")
                assert row.newest is not None
                assert row.evaluation is not None
                assert (row.newest.value, row.newest.channel, row.newest.entered_by) == (share, "computed", "")
                assert row.evaluation.standing == "warn"
            path = "/indicators/USED/values?revisions=true&area="
            history = IndicatorHistory.model_validate_json((await officer.get(path)).content)
            assert [(one.revision, one.value, one.entered_by) for one in history.values] == [
                (1, 900.0, "agency"),
                (2, 600.0, "agency"),
            ]
            refused = await officer.post("/indicators/values", json={"values": [figure("BEDS", 1)]})
            assert refused.status_code == 403
        state = backend.parts.room.durable
        assert RoomState.from_snapshot(state.snapshot()).indicators == state.indicators
        assert [point.value for point in state.indicators["USED@"].points] == [600.0]


async def test_a_program_sends_sdmx_and_json_and_what_is_wrong_of_it_is_kept(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.create_producer_token("logger")
        async with asking(backend, token) as program:
            answer = await program.post("/ingest/indicators", content=SDMX.encode())
            assert answer.status_code == 202, answer.text
            assert answer.json()["accepted"] == 2
            assert "was read as 1,200" in answer.json()["warnings"][0]
            again = await program.post("/ingest/indicators", content=SDMX.encode())
            assert (again.json()["accepted"], again.json()["duplicates"]) == (0, 2)
            bad = await program.post("/ingest/indicators", json={"values": [figure("OTHER", 1), figure("BEDS", 2)]})
            assert bad.status_code == 422
            assert [one["line"] for one in bad.json()["rejected"]] == [1]
            cut = await program.post("/ingest/indicators", content=SDMX.encode()[:-20])
            assert "line 3: " in cut.json()["rejected"][0]["reason"]
            gone = SDMX.replace(",R,", ",D,").replace('"1.200"', "").encode()
            assert (await program.post("/ingest/indicators", content=gone)).json()["accepted"] == 1
        state = backend.parts.room.durable
        assert set(state.indicators) == {"USED@"}
        assert any(alert.kind == "input.quarantined" for alert in state.alerts.values())


async def test_a_league_ranks_areas_and_says_how_they_moved_and_everything_is_there_after_a_restart(
    tmp_path: Path,
) -> None:
    for run in range(2):
        async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
            communes = [one.code for one in backend.parts.site.communes[:3]]
            supervisor = await backend.parts.accounts.local_token("supervisor")
            async with asking(backend, supervisor) as client:
                if run == 0:
                    assert (await client.get("/indicators/BEDS/league")).status_code == 404
                    for period, values in (("2026-09", (3, 2, 1)), ("2026-10", (5, 7, 7))):
                        pairs = zip(communes, values, strict=False)
                        await entered(client, *(figure("BEDS", value, period, code) for code, value in pairs))
                await backend.parts.indicators.book.ready.wait()
                table = League.model_validate_json((await client.get("/indicators/BEDS/league")).content)
                places = {row.area: (row.rank, row.moved) for row in table.rows}
                wanted = dict(zip(communes, [(3, -2), (1, 1), (1, 2)], strict=False))
                assert places == {code: wanted[code] for code in communes}
                assert len(table.missing) == len(backend.parts.site.communes) - len(communes)


async def test_the_demonstration_s_figures_are_taken_whole_and_once(tmp_path: Path) -> None:
    city = load_site(LAOCAI)
    taken = {name: getattr(city, name) for name in ("indicators", "producers", "communes", "agencies")}
    site = load_site(SMALL_SITE).model_copy(update=taken)
    async with open_backend(tmp_path, GatewaySettings(), site) as backend:
        token = await backend.parts.accounts.create_producer_token(offices.PRODUCER)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=30) as http:
            office = offices.Offices(http, token, site, 5)
            await office.run()
            state = backend.parts.room.durable
            sent = {one.code for one in site.indicators.indicators if one.producer_id == offices.PRODUCER}
            assert {key.partition("@")[0] for key in state.indicators} >= sent
            await office.run()
            points = [one for series in backend.parts.room.durable.indicators.values() for one in series.points]
            assert {one.revision for one in points} == {1}
            assert list((tmp_path / "quarantine").glob("*.bin")) == []


def filled(content: bytes, values: dict[str, tuple[object, ...]]) -> bytes:
    """The template with (area, period, value) put in by code."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["Nhập liệu"]
    for row in page.iter_rows(min_row=2, max_row=page.max_row):
        if row[0].value in values:
            for cell, value in zip(row[3:6], values[str(row[0].value)], strict=True):
                cell.value = value
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


async def test_the_sheet_of_an_agency_is_filled_in_and_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.local_token("agency")
        async with asking(backend, token) as agency:
            sheet = (await agency.get("/indicators/sheet/template.xlsx")).content
            codes = [
                row[0] for row in openpyxl.load_workbook(io.BytesIO(sheet))["Nhập liệu"].iter_rows(values_only=True)
            ]
            assert codes[:3] == ["Mã", "BEDS", "USED"]
            assert "OTHER" not in codes  # another agency's
            assert "SHARE" not in codes  # made by its formula

            async def sent(body: bytes) -> httpx.Response:
                return await agency.post("/indicators/sheet", params={"name": "tháng 8.xlsx"}, content=body)

            bad = filled(sheet, {"BEDS": ("", "2026-08", "12,5x"), "USED": ("", "2026-13", "=1+1")})
            told = (await sent(bad)).json()["problems"]
            assert [one["place"] for one in told] == ["sheet 'Nhập liệu', F2", "sheet 'Nhập liệu', E3"]
            assert backend.parts.room.durable.indicators == {}
            good = filled(sheet, {"BEDS": ("", date(2026, 8, 1), 1200), "USED": ("", "2026-08", "900")})
            answer = (await sent(good)).json()
            assert (answer["entered"], answer["derived"], answer["problems"]) == (2, 1, [])
            values = (await agency.get("/indicators/BEDS/values")).json()["values"]
            assert [(one["period"], one["value"], one["channel"]) for one in values] == [("2026-08", 1200.0, "sheet")]
            assert values[0]["file_name"] == "tháng 8.xlsx"
            assert values[0]["digest"] == hashlib.sha256(good).hexdigest()
            again = (await sent(good)).json()
            assert (again["entered"], again["unchanged"]) == (0, 2)


async def test_every_wrong_cell_of_a_sheet_is_named_at_once_also_when_it_was_saved_as_csv(tmp_path: Path) -> None:
    rows = (
        ("BEDS", "", "2026-08", "1.200", ""), ("USED", "", "2026-08-01-and-much-more", "12,5x", "y" * 501),
        ("OTHER", "", "2026-08", "5", ""), ("BEDS", "00001", "2026-W30", "7", ""),
    )  # fmt: skip
    lines = [f"{code};;;{area};{period};{value};{note}" for code, area, period, value, note in rows]
    head = "Mã;Chỉ tiêu;Đơn vị;Địa bàn;Kỳ;Giá trị;Ghi chú"
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.local_token("agency")
        async with asking(backend, token) as agency:
            bad = "\r\n".join([head, *lines]).encode("utf-8-sig")
            told = ImportAnswer.model_validate_json((await agency.post("/indicators/sheet", content=bad)).content)
            assert sorted((one.place, one.entry_field) for one in told.problems) == [
                ("CSV, A4", "code"),
                ("CSV, E3", "period"),
                ("CSV, E5", "period"),
                ("CSV, G3", "note"),
            ]
            assert backend.parts.room.durable.indicators == {}
            good = "\r\n".join([head, lines[0]]).encode("utf-8-sig")
            answer = (await agency.post("/indicators/sheet", content=good)).json()
            assert (answer["entered"], answer["problems"]) == (1, [])
            assert "1.200" in answer["told"][0]["words_vi"]


@pytest.mark.parametrize("kind", ["nothing", "text", "zip", "bomb", "headings", "cut"])
async def test_what_is_no_sheet_of_ours_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (50_000_000 if kind == "bomb" else 10))
    other = openpyxl.Workbook()
    book = io.BytesIO()
    other.save(book)
    bodies = {
        "nothing": b"", "text": b"M\xc3\xa3;1", "zip": packed.getvalue(), "bomb": packed.getvalue(),
        "headings": book.getvalue(), "cut": book.getvalue()[:-200],
    }  # fmt: skip
    async with (
        open_backend(tmp_path, GatewaySettings(), site()) as backend,
        asking(backend, await backend.parts.accounts.local_token("supervisor")) as clerk,
    ):
        answer = await clerk.post("/indicators/sheet", content=bodies[kind])
        assert answer.status_code == 422
        assert len(answer.json()["reason"]) > 20
        assert backend.parts.room.durable.indicators == {}


async def test_a_past_instant_is_judged_by_the_targets_of_its_time_and_a_past_period_by_its_own(tmp_path: Path) -> None:
    first = site()
    beds = BEDS.model_copy(update={"target": 10.0, "levels": (Levels(since="2026-10", target=5.0),)})
    rules = first.indicators.model_copy(update={"indicators": (beds, USED, SHARE)})
    before_ms = 0
    changed = first.model_copy(update={"indicators": rules})
    for whole in (first, changed):
        async with open_backend(tmp_path, GatewaySettings(), whole) as backend:
            token = await backend.parts.accounts.local_token("supervisor")
            await backend.parts.indicators.book.ready.wait()
            async with asking(backend, token) as client:
                if whole is first:
                    await entered(client, figure("BEDS", 7, "2026-09"))
                    before_ms = backend.clock.now_ms()
                    continue
                assert await stands(client) == "warn"  # 7 of 10
                assert await stands(client, f"?at={before_ms}") == "none"  # it had no target yet
                await entered(client, figure("BEDS", 7, "2026-10"))
                assert await stands(client) == "good"  # 7 of 5
                assert (await client.get("/indicators/OTHER/values")).status_code == 404
                assert (await client.get(f"/indicators/OTHER/values?at={before_ms}")).status_code == 200


async def stands(client: httpx.AsyncClient, at: str = "") -> str | None:
    report = IndicatorReport.model_validate_json((await client.get(f"/indicators{at}")).content)
    row = next(one for one in report.rows if one.indicator.code == "BEDS")
    return row.evaluation.standing if row.evaluation is not None else None


async def test_a_formula_s_figure_opens_to_the_figures_it_was_made_of(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.local_token("supervisor")
        async with asking(backend, token) as client:
            await entered(client, figure("BEDS", 1200), figure("USED", 900))
            before_ms = backend.clock.now_ms()
            backend.clock.ahead_ms += 60_000
            await entered(client, figure("USED", 600, note="đếm lại"))
            for at, used in (("", 600.0), (f"&at={before_ms}", 900.0)):
                answer = await client.get(f"/indicators/SHARE/behind?period=2026-10{at}")
                found = FigureBehind.model_validate_json(answer.content)
                assert [(one.code, one.value) for one in found.parts] == [("USED", used), ("BEDS", 1200.0)]
            entered_one = FigureBehind.model_validate_json(
                (await client.get("/indicators/BEDS/behind?period=2026-10")).content
            )
            assert (entered_one.parts, entered_one.counted) == ((), ())
            assert (await client.get("/indicators/BEDS/behind?period=2026-W10")).status_code == 422
            assert (await client.get("/indicators/NONE/behind?period=2026-10")).status_code == 404

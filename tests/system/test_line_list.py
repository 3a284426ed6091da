"""A line list of cases at the real door: counted into the figures, corrected, and without anybody's name in it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest

from backend.gateway.settings import GatewaySettings
from backend.simulate import clinics
from backend.sources.case_list import parse_cases
from backend.storage.cases import CaseStore
from config.model import SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import LAOCAI, SMALL_SITE

pytestmark = pytest.mark.anyio
HEAD: Final = "Mã ca,Ngày báo cáo,Xã/phường,Tình trạng,Ngày kết thúc\n"


def site() -> SiteConfig:
    city = load_site(LAOCAI)
    taken = {name: getattr(city, name) for name in ("indicators", "producers", "communes", "agencies", "outbreak")}
    return load_site(SMALL_SITE).model_copy(update=taken)


async def posted(backend: OpenBackend, body: str) -> dict[str, object]:
    token = await backend.parts.accounts.create_producer_token(clinics.PRODUCER)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=30) as http:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post("/api/v1/ingest/cases", content=body.encode(), headers=headers)
        told: dict[str, object] = answer.json()
        return told


def figure(backend: OpenBackend, code: str, day: date, area: str = "") -> tuple[float, int] | None:
    """(value, revision) of the newest revision."""
    point = backend.parts.indicators.book.newest(code, area, day.isoformat())
    return None if point is None else (point.value or 0.0, point.revision)


def today(backend: OpenBackend) -> date:
    return backend.parts.indicators.day(backend.parts.now_ms())


async def test_cases_become_figures_of_commune_and_province_and_a_correction_a_new_revision(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        day = today(backend)
        before = day - timedelta(days=3)
        commune = backend.parts.site.communes[0]
        rows = [f"LC-{number},{before:%d/%m/%Y},{commune.name},đang điều trị,\n" for number in range(3)]
        assert (await posted(backend, HEAD + "".join(rows)))["accepted"] == 3
        assert figure(backend, "CASES", before, commune.code) == (3, 1)
        assert figure(backend, "CASES", before) == (3, 1)
        assert figure(backend, "CASES_ACTIVE", before, commune.code) == (3, 1)
        assert figure(backend, "CASES", before, backend.parts.site.communes[5].code) == (0, 1)
        again = await posted(backend, HEAD + "".join(rows))
        assert (again["accepted"], again["duplicates"]) == (0, 3)
        assert figure(backend, "CASES", before) == (3, 1)
        corrected = [
            f"LC-0,{before:%d/%m/%Y},{commune.code},khỏi bệnh,{day:%d/%m/%Y}\n",
            f"LC-1,{before:%d/%m/%Y},{commune.code},loại trừ,\n",
        ]
        assert (await posted(backend, HEAD + "".join(corrected)))["accepted"] == 2
        assert figure(backend, "CASES", before, commune.code) == (2, 2)
        assert figure(backend, "CASES_RECOVERED", day, commune.code) == (1, 1)
        assert figure(backend, "CASES_ACTIVE", day, commune.code) == (1, 1)
        assert figure(backend, "CASES_DEATHS", day) == (0, 1)
        series = backend.parts.room.durable.indicators["CASES_ACTIVE@"]
        assert series.points[-1].entered_by == f"producer:{clinics.PRODUCER}"


async def test_a_case_of_long_ago_that_is_corrected_changes_the_figures_of_its_own_days(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        day = today(backend)
        old, ended = day - timedelta(days=60), day - timedelta(days=50)
        code = backend.parts.site.communes[0].code
        await posted(backend, HEAD + f"LC-1,{old:%Y-%m-%d},{code},khỏi bệnh,{ended:%Y-%m-%d}\n"
                     f"LC-2,{day:%Y-%m-%d},{code},đang điều trị,\n")  # fmt: skip
        assert figure(backend, "CASES", old, code) == (1, 1)
        assert figure(backend, "CASES_ACTIVE", old + timedelta(days=5), code) == (1, 1)
        await posted(backend, HEAD + f"LC-1,{old:%Y-%m-%d},{code},loại trừ,\n")
        assert figure(backend, "CASES", old, code) == (0, 2)
        assert figure(backend, "CASES_ACTIVE", old + timedelta(days=5), code) == (0, 2)
        assert figure(backend, "CASES_RECOVERED", ended, code) == (0, 2)


async def test_a_list_with_names_is_refused_and_nothing_of_it_is_kept_anywhere(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        body = "Mã ca,Họ và tên,Ngày báo cáo,Xã/phường,Tình trạng\nLC-1,Giàng Thị Mỷ,2026-11-01,02647,mắc\n"
        assert "personal data does not enter this system" in str((await posted(backend, body))["rejected"])
        assert "CASES@" not in backend.parts.room.durable.indicators
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or "Giàng Thị Mỷ".encode() not in file.read_bytes(), file


async def test_a_wrong_cell_keeps_the_whole_list_out(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        day = today(backend)
        good = f"LC-1,{day:%Y-%m-%d},{backend.parts.site.communes[0].code},đang điều trị,\n"
        answer = await posted(backend, HEAD + good + f"LC-2,{day:%Y-%m-%d},Sa Huỳnh,đang điều trị,\n")
        assert answer["accepted"] == 0
        assert answer["rejected"] == [
            {"line": 3, "reason": "commune: 'Sa Huỳnh' is no commune of the site; write its GSO code or its name"}
        ]
        assert figure(backend, "CASES", day) is None


async def test_what_was_kept_before_the_backend_died_is_counted_when_it_is_back(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        outbreak = backend.parts.outbreak
        day, commune = today(backend), backend.parts.site.communes[0].code
        rules = outbreak.rules(clinics.PRODUCER, backend.parts.now_ms())
        rows = parse_cases((HEAD + f"LC-1,{day:%Y-%m-%d},{commune},đang điều trị,\n").encode(), rules).rows
        await CaseStore(backend.parts.database).merge([outbreak.keyed(row) for row in rows], 1)
        assert figure(backend, "CASES", day) is None
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        async with asyncio.timeout(20):
            while figure(backend, "CASES", day, commune) != (1, 1):
                await asyncio.sleep(0.02)


async def test_the_demonstration_s_outbreak_is_taken_whole_and_once(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site()) as backend:
        token = await backend.parts.accounts.create_producer_token(clinics.PRODUCER)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=30) as http:
            clinic = clinics.Clinics(http, token, backend.parts.site, 5)
            await clinic.run()
            rows = clinic.rows(today(backend))
            assert len(rows) > 100
            days = [today(backend) - timedelta(days=back) for back in range(clinics.DAYS)]
            told = [figure(backend, "CASES", one) for one in days]
            assert sum(one[0] for one in told if one is not None) == len(rows)
            await clinic.run()
            assert [figure(backend, "CASES", one) for one in days] == told
        assert list((tmp_path / "quarantine").glob("*.bin")) == []

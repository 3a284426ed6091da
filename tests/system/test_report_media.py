"""Photos of reports through the doors: a citizen's program posts, an agency attaches, those concerned see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.contracts.commands import Role
from backend.gateway.app import create_app
from backend.gateway.settings import GatewaySettings
from tests.system.test_open311 import CANARY, PLACE, App, app
from tests.unit import media_files as files
from tests.unit.test_media import pieces

pytestmark = pytest.mark.anyio


async def posted(one: App, *given: tuple[str, bytes], **fields: str) -> httpx.Response:
    data = {"api_key": one.key, "service_code": "cay-do", "description": "Cây đổ", **PLACE, **CANARY, **fields}
    return await one.http.post(
        "/open311/v2/requests.json", data=data, files=[("media", (name, content)) for name, content in given]
    )


async def media_of(seat: httpx.AsyncClient, report_id: str) -> list[dict[str, Any]]:
    media: list[dict[str, Any]] = (await seat.get(f"/reports/{report_id}")).json()["media"]
    return media


async def test_a_citizens_photos_reach_the_officer_and_the_reports_own_agency_only(tmp_path: Path) -> None:
    film = files.film(tmp_path / "film.mp4")
    data = tmp_path / "data"
    async with app(data) as one:
        answer = await posted(one, ("anh.exe", files.photo(orientation=6)), ("phim.jpg", film))
        assert answer.status_code == 201, answer.text
        mine = answer.json()[0]["service_request_id"]
        more = {"service_code": "duong-hong", "attribute[muc-do]": "nang"}
        other = (await posted(one, ("a", files.photo(orientation=3)), **more)).json()[0]["service_request_id"]
        async with await one.as_role(Role.DUTY_OFFICER) as seat:
            photo, moving = await media_of(seat, mine)
            assert (photo["kind"], photo["taken_ms"], photo["lat_deg"]) == ("image", files.TAKEN_MS, files.LAT)
            assert (moving["kind"], moving["mime"]) == ("video", "video/mp4")
            (others,) = await media_of(seat, other)
            page = (await seat.get("/reports")).json()["reports"]
            assert {item["report_id"]: item["media"] for item in page} == {mine: 2, other: 1}
        for role in Role:
            async with await one.as_role(role) as seat:
                for medium, theirs in ((photo, True), (moving, True), (others, role is not Role.AGENCY)):
                    for path in ("", "/thumbnail"):
                        found = await seat.get(f"/media/{medium['digest']}{path}")
                        assert found.status_code == (200 if theirs else 404), (role, path)
        async with await one.as_role(Role.AGENCY) as seat:
            found = await seat.get(f"/media/{photo['digest']}")
            assert (found.headers["content-type"], len(found.content)) == ("image/jpeg", photo["bytes"])
            assert found.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in found.headers["content-security-policy"]
            assert found.headers["cache-control"].startswith("private")
            part = await seat.get(f"/media/{moving['digest']}", headers={"Range": "bytes=4-7"})
            assert (part.status_code, part.content) == (206, b"ftyp")
            assert (await seat.get(f"/media/{moving['digest']}/thumbnail")).headers["content-type"] == "image/jpeg"
            assert (await seat.get(f"/media/{'0' * 64}")).status_code == 404
            assert (await seat.get("/media/..%2F..%2Fetc")).status_code in (404, 422)
        assert (await one.http.get(f"/api/v1/media/{photo['digest']}")).status_code == 401
    for file in (file for file in data.rglob("*") if file.is_file()):
        assert files.MAKER.encode() not in file.read_bytes(), file


async def test_a_photo_that_is_none_refuses_the_whole_report_by_its_number(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        answer = await posted(one, ("a.jpg", files.photo()), ("b.jpg", files.bomb()))
        assert answer.status_code == 400
        assert answer.json()[0]["description"].startswith("file 2 of 2: size: the picture is 100000 x 100000; right")
        assert one.backend.parts.room.durable.reports == {}
        update = {"api_key": one.key, "service_request_id": await one.filed()}
        answer = await one.http.post(
            "/open311/v2/servicerequestupdates.json", data=update, files=[("media", ("x", files.photo()))]
        )
        assert answer.status_code == 201
        assert next(iter(one.backend.parts.room.durable.reports.values())).media == 1


async def test_a_body_without_end_is_refused_at_the_doors_of_media(tmp_path: Path) -> None:
    limits = GatewaySettings(body_limit_bytes=2_000, media_body_limit_bytes=30_000)
    async with app(tmp_path, limits) as one:
        # Inside of the process: over a socket the sender may be cut off before it reads the answer.
        transport = httpx.ASGITransport(create_app(one.backend.parts))
        async with httpx.AsyncClient(transport=transport, base_url="http://room") as one.http:
            assert (await posted(one, ("a", files.photo() + bytes(5_000)))).status_code == 201
            assert (await posted(one, ("a", bytes(40_000)))).status_code == 413
            assert (await one.http.post("/api/v1/login", content=bytes(4_000))).status_code == 413
            token = await one.backend.parts.accounts.local_token(Role.DUTY_OFFICER.value)
            streamed = await one.http.post(
                "/api/v1/media",
                params={"report": "PA-000001", "stage": "report"},
                headers={"Authorization": f"Bearer {token}"},
                content=pieces(files.photo() + bytes(40_000)),
            )
            assert streamed.status_code == 413
        assert list((tmp_path / "media" / "work").iterdir()) == []


async def test_so_many_large_bodies_and_no_more_are_taken_in_at_once(tmp_path: Path) -> None:
    limits = GatewaySettings(body_limit_bytes=2_000, media_at_once=1)
    async with app(tmp_path, limits) as one:
        mine = await one.filed()
        photo, going_on = files.photo(), asyncio.Event()
        coming = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield photo[:3000]
            coming.set()
            await going_on.wait()
            yield photo[3000:]

        transport = httpx.ASGITransport(create_app(one.backend.parts))
        token = await one.backend.parts.accounts.local_token(Role.DUTY_OFFICER.value)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://room", headers=headers) as seat:

            async def attach(content: bytes | AsyncIterator[bytes]) -> int:
                asked = {"report": mine, "stage": "after"}
                return (await seat.post("/api/v1/media", params=asked, content=content)).status_code

            first = asyncio.create_task(attach(slow()))
            await asyncio.wait_for(coming.wait(), 10)
            assert await attach(photo) == 429
            going_on.set()
            assert await first == 201
            assert await attach(photo) == 201


async def test_who_works_on_a_report_attaches_pictures_of_the_place(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        mine = await one.filed()
        other = await one.filed(service_code="duong-hong", **{"attribute[muc-do]": "nang"})
        may = {Role.DUTY_OFFICER, Role.SUPERVISOR, Role.AGENCY}
        for role in Role:
            async with await one.as_role(role) as seat:
                asked = {"report": mine, "stage": "after"}
                answer = await seat.post("/media", params=asked, content=files.photo())
                assert answer.status_code == (201 if role in may else 403), role
        async with await one.as_role(Role.AGENCY) as seat:
            answer = await seat.post("/media", params={"report": other, "stage": "after"}, content=files.photo())
            assert answer.status_code == 404
            answer = await seat.post("/media", params={"report": mine, "stage": "before"}, content=b"<svg/>")
            assert answer.status_code == 422
            assert "SVG" in answer.json()["reason"]
            assert [medium["stage"] for medium in await media_of(seat, mine)] == ["after"] * 3
            (event,) = {
                item["event"]["text"]
                for item in (await seat.get(f"/reports/{mine}")).json()["events"]
                if item["event"]["kind"] == "report.noted"
            }
            assert event == "Ảnh sau xử lý"

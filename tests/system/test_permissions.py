"""Every door as every role, against a table written by hand: who may, who may not, and what an agency is told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import httpx
import pytest

from backend.contracts import events as ev
from backend.contracts.commands import RIGHTS, Role
from backend.gateway.settings import GatewaySettings
from tests.system.backend_in_process import open_backend
from tests.system.test_open311 import app, staffed

pytestmark = pytest.mark.anyio

ALL: Final = frozenset(Role)
ROOM: Final = ALL - {Role.AGENCY}
WATCH: Final = frozenset(role for role in Role if "watch" in RIGHTS[role])
REPLAY: Final = frozenset((Role.DUTY_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.CYBER))
NOBODY: Final = frozenset[Role]()
S: Final = frozenset((Role.SUPERVISOR,))

DOORS: Final[dict[str, frozenset[Role]]] = {
    "GET /api/v1/me": WATCH,
    "POST /api/v1/logout": WATCH,
    "POST /api/v1/camera-keys": WATCH - {Role.AGENCY},
    "GET /api/v1/state": WATCH,
    "GET /api/v1/events": WATCH - {Role.AGENCY},
    "GET /api/v1/alerts": WATCH,
    "GET /api/v1/cameras": WATCH,
    "GET /api/v1/stations": WATCH,
    "GET /api/v1/readings": WATCH,
    "GET /api/v1/site/communes.geojson": WATCH,
    "GET /api/v1/site/provinces.geojson": WATCH,
    "GET /api/v1/reports": WATCH,
    "GET /api/v1/reports/grid": WATCH,
    "GET /api/v1/reports/kpi": WATCH,
    "POST /api/v1/reports": S | {Role.DUTY_OFFICER},
    "POST /api/v1/reports/similar": S | {Role.DUTY_OFFICER},
    "GET /api/v1/reports/{report_id}": WATCH,
    "GET /api/v1/reports/{report_id}/similar": WATCH - {Role.AGENCY},
    "GET /api/v1/reports/{report_id}/public": WATCH - {Role.AGENCY},
    "POST /api/v1/reports/{report_id}/reporter": S | {Role.DUTY_OFFICER},
    "POST /api/v1/media": S | {Role.DUTY_OFFICER, Role.AGENCY},
    "GET /api/v1/media/{digest}": WATCH,
    "GET /api/v1/media/{digest}/thumbnail": WATCH,
    "GET /api/v1/press/stories": WATCH,
    "GET /api/v1/press/stories/{story_id}": WATCH,
    "GET /api/v1/press/posts/{post_id}/snapshot": WATCH,
    "GET /api/v1/press/spikes": WATCH - {Role.AGENCY},
    "GET /api/v1/hotline/calls/{call_id}/earlier": S | {Role.DUTY_OFFICER},
    "GET /api/v1/hotline/calls/{call_id}/recording": S | {Role.DUTY_OFFICER},
    "GET /api/v1/hotline/recorded": S | {Role.DUTY_OFFICER},
    "POST /api/v1/hotline/calls/{call_id}/report": S | {Role.DUTY_OFFICER},
    "GET /api/v1/indicators": WATCH,
    "GET /api/v1/indicators/{code}/values": WATCH,
    "GET /api/v1/indicators/{code}/league": WATCH,
    "GET /api/v1/indicators/{code}/behind": WATCH,
    "POST /api/v1/indicators/values": S | {Role.ADMINISTRATOR, Role.AGENCY},
    "POST /api/v1/indicators/sheet": S | {Role.ADMINISTRATOR, Role.AGENCY},
    "GET /api/v1/indicators/sheet/template.xlsx": S | {Role.ADMINISTRATOR, Role.AGENCY},
    "GET /api/v1/shifts/{watch_id}/handover.html": WATCH - {Role.AGENCY},
    "GET /api/v1/shifts/{watch_id}/handover.pdf": WATCH - {Role.AGENCY},
    "GET /api/v1/audit": S | {Role.ADMINISTRATOR},
    "GET /api/v1/audit/head": S | {Role.ADMINISTRATOR},
    "POST /api/v1/sops": S | {Role.ADMINISTRATOR},
    "POST /api/v1/sops/check": S | {Role.ADMINISTRATOR},
    "GET /api/v1/meetings/{meeting_id}/minutes.docx": WATCH,
    "GET /api/v1/meetings/{meeting_id}/minutes.pdf": WATCH,
    "GET /api/v1/exercise/score": WATCH,
    "GET /api/v1/incidents/{incident_id}/report.pdf": REPLAY,
}
"""A door that is not here is either open to nobody signed in (`PRODUCERS`), to everybody, or under a prefix below."""

PREFIXES: Final[dict[str, frozenset[Role]]] = {
    "/api/v1/recordings": REPLAY,
    "/api/v1/replay": REPLAY,
    "/api/v1/exports": frozenset(role for role in Role if "evidence.export" in RIGHTS[role]),
}
STRICTER: Final[dict[str, frozenset[Role]]] = {
    "GET /api/v1/replay/debrief.csv": frozenset(role for role in Role if "debrief" in RIGHTS[role]),
    "GET /api/v1/replay/debrief.html": frozenset(role for role in Role if "debrief" in RIGHTS[role]),
}
PRODUCERS: Final = ("/api/v1/ingest/", "/api/v1/audit/heads")
EVERYBODY: Final = ("/api/v1/login", "/api/v1/ballots", "/healthz", "/metrics", "/open311/", "/public/")

VALUES: Final = {
    "report_id": "PA-000001", "code": "X", "watch_id": "2026-01-01.dem", "incident_id": "i", "export_id": "0" * 32,
    "segment_id": "1", "story_id": "s", "post_id": "p", "camera_id": "cam", "start_ms": "0", "digest": "0" * 64,
    "call_id": "c", "meeting_id": "m", "producer_id": "zalo-oa",
}  # fmt: skip
QUERY: Final[dict[str, str | int]] = {
    "start": 0, "end": 1000, "at": 1, "known": 1, "camera": "cam", "station": "R-01", "parameter": "Level",
    "buckets": 10, "direction": 1, "after_seq": 0, "until": 1, "report": "PA-000001", "stage": "after",
}  # fmt: skip


def allowed(door: str, path: str) -> frozenset[Role] | None:
    if door in STRICTER:
        return STRICTER[door]
    if door in DOORS:
        return DOORS[door]
    if path.startswith(PRODUCERS):
        return NOBODY
    return next((roles for prefix, roles in PREFIXES.items() if path.startswith(prefix)), None)


async def test_every_door_lets_in_whom_the_table_names_and_nobody_else(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), staffed()) as backend:
        base = f"http://127.0.0.1:{backend.port}"
        async with httpx.AsyncClient(base_url=base, timeout=20) as http:
            paths = (await http.get("/api/openapi.json")).json()["paths"]
            doors = [(method.upper(), path) for path, methods in paths.items() for method in methods]
            asked = [one for one in doors if not one[1].startswith(EVERYBODY)]
            unknown = [f"{method} {path}" for method, path in asked if allowed(f"{method} {path}", path) is None]
            assert unknown == [], "a new door needs its line in the table"
            wrong = []
            for method, path in asked:
                roles = allowed(f"{method} {path}", path)
                assert roles is not None
                url = path.format(**VALUES)
                assert (await http.request(method, url, params=QUERY)).status_code == 401, path
                for role in Role:
                    token = await backend.parts.accounts.local_token(role.value)
                    headers = {"Authorization": f"Bearer {token}"}
                    body = {
                        "why": "xem thử",
                        "channel": "web",
                        "category_id": "x",
                        "text": "x",
                        "public_key": "x",
                        "ticket_id": "0" * 32,
                    }
                    extra = {"json": body} if method == "POST" else {}
                    answer = await http.request(method, url, params=QUERY, headers=headers, **extra)  # type: ignore[arg-type]
                    let_in = answer.status_code not in (401, 403)
                    # A body that is no good is told before the right is looked at: it says nothing of the room.
                    if answer.status_code != 422 and let_in != (role in roles):
                        wrong.append((method, path, role.value, answer.status_code))
            assert wrong == []


async def test_an_agency_s_doors_tell_its_own_part_of_the_room_only(tmp_path: Path) -> None:
    async with app(tmp_path) as one:
        mine = await one.filed()
        other = await one.filed(service_code="duong-hong", **{"attribute[muc-do]": "nang"})
        await one.backend.raise_alert("theirs")
        await one.backend.raise_alert("ours")
        handed = ev.AlertDispatched(alert_id="ours", agency_id="pccc")
        await one.backend.parts.room.record(lambda state: [handed])
        async with await one.as_role(Role.AGENCY) as seat:
            state = (await seat.get("/state")).json()
            assert [item["report_id"] for item in state["reports"]] == [mine]
            assert [item["alert_id"] for item in state["alerts"]] == ["ours"]
            assert state["operators"] == {}
            alerts = (await seat.get("/alerts", params={"closed": "true"})).json()
            assert [item["alert_id"] for item in alerts["alerts"]] == ["ours"]
            everything = "".join(
                [(await seat.get(path)).text for path in ("/state", "/alerts", "/reports", "/reports/grid")]
            )
            assert other not in everything
            assert "theirs" not in everything
        async with await one.as_role(Role.DUTY_OFFICER) as seat:
            state = (await seat.get("/state")).json()
            assert {item["report_id"] for item in state["reports"]} == {mine, other}


def test_rights_over_people_and_over_what_leaves_the_room_are_with_few() -> None:
    holders = {
        right: {role for role in Role if right in RIGHTS[role]}
        for right in ("report.identity", "evidence.export", "press.leaders")
    }
    assert holders["press.leaders"] == {Role.SUPERVISOR, Role.LEADER}
    assert holders["report.identity"] == {Role.DUTY_OFFICER, Role.SUPERVISOR}
    assert Role.AGENCY not in holders["evidence.export"]
    agency = {right for right in RIGHTS[Role.AGENCY] if right.startswith("report.")}
    assert agency == {"report.move", "report.note", "report.ask_extension", "report.read"}

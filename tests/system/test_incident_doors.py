"""The doors of incidents and procedures: what they give, to whom, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from backend.contracts import events as ev
from backend.contracts.commands import Role
from backend.contracts.incidents import Incident
from backend.contracts.kinds.alerts import Priority
from backend.gateway.settings import GatewaySettings
from config.model import OperatorConfig, SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE

pytestmark = pytest.mark.anyio


def asking(backend: OpenBackend, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}/api/v1", headers=headers, timeout=20)


def staffed() -> SiteConfig:
    """The small site with somebody of every role the doors tell apart."""
    site = load_site(SMALL_SITE)
    more = tuple(
        OperatorConfig(user=role.value, display_name=role.value, role=role)
        for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    )
    return site.model_copy(update={"operators": (*site.operators, *more)})


async def test_the_report_is_for_who_may_replay_and_every_look_is_kept(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), staffed()) as backend:
        now_ms = backend.clock.now_ms()
        incident = Incident(
            incident_id="i", number=1, title="Ngập", category="flood", priority=Priority.HIGH, opened_ms=now_ms,
            opened_by="an", changed_ms=now_ms,
        )  # fmt: skip
        await backend.parts.room.record(lambda state: [ev.IncidentOpened(incident=incident)])
        async with asking(backend, backend.token) as officer:
            answer = await officer.get("/incidents/i/report.pdf")
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF-")
            assert 'filename="su-viec-1.pdf"' in answer.headers["content-disposition"]
            assert (await officer.get("/incidents/j/report.pdf")).status_code == 404
        async with asking(backend, await backend.parts.accounts.local_token("administrator")) as stranger:
            assert (await stranger.get("/incidents/i/report.pdf")).status_code == 403
        async with asking(backend, "nobody") as nobody:
            assert (await nobody.get("/incidents/i/report.pdf")).status_code == 401

"""The doors of incidents and procedures: what they give, to whom, and what is kept of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from backend.contracts import events as ev
from backend.contracts.commands import Role
from backend.contracts.incidents import Incident
from backend.contracts.kinds.alerts import Priority
from backend.contracts.sop import SopAnswer, SopText
from backend.gateway.settings import GatewaySettings
from config.model import OperatorConfig, SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE

pytestmark = pytest.mark.anyio


def asking(backend: OpenBackend, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}/api/v1", headers=headers, timeout=20)


def staffed(folder: Path = SMALL_SITE) -> SiteConfig:
    """The small site with somebody of every role the doors tell apart."""
    site = load_site(folder)
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


GOOD = """[sop]
sop_id = "ngap"
version = {version}
title_vi = "Ngập phố"
category = "flood"
source = "mẫu"
verified = false

[[step]]
step_id = "xem"
words_vi = "Xem camera"
limit_s = {limit_s}
"""


async def test_a_procedure_is_saved_as_the_next_version_or_refused_with_its_lines(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(SMALL_SITE, folder)
    async with open_backend(tmp_path / "data", GatewaySettings(), staffed(folder)) as backend:
        token = await backend.parts.accounts.local_token("supervisor")
        async with asking(backend, token) as supervisor, asking(backend, backend.token) as officer:
            wrong = SopText(sop_id="ngap", text=GOOD.format(version=1, limit_s=3) + 'next = "nowhere"\n')
            for path in ("/sops/check", "/sops"):
                answer = await supervisor.post(path, content=wrong.model_dump_json())
                told = SopAnswer.model_validate_json(answer.content)
                assert [(one.line, one.message[:8]) for one in told.problems] == [(12, "steps.0.")], told
            assert not (folder / "sop").exists()
            good = SopText(sop_id="ngap", text=GOOD.format(version=1, limit_s=60))
            assert (await officer.post("/sops", content=good.model_dump_json())).status_code == 403
            assert (await supervisor.post("/sops/check", content=good.model_dump_json())).json()["problems"] == []
            assert "ngap" not in backend.parts.room.durable.sops
            assert (await supervisor.post("/sops", content=good.model_dump_json())).json()["version"] == 1
            again = SopAnswer.model_validate_json(
                (await supervisor.post("/sops", content=good.model_dump_json())).content
            )
            assert again.version is None
            assert "version 2" in again.problems[0].message
            second = SopText(sop_id="ngap", text=GOOD.format(version=2, limit_s=90))
            assert (await supervisor.post("/sops", content=second.model_dump_json())).json()["version"] == 2
            assert backend.parts.room.durable.sops["ngap"].steps[0].limit_s == 90
            assert sorted(path.name for path in (folder / "sop").iterdir()) == ["ngap.1.toml", "ngap.2.toml"]
            assert load_site(folder).sops == (backend.parts.room.durable.sops["ngap"],)

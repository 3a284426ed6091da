"""Zones at the real door: in the room of every seat, once, and gone when they are lifted; what is wrong stays out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from backend.contracts.commands import Role
from backend.gateway.settings import GatewaySettings
from backend.simulate.committee import PRODUCER, Committee
from config.model import OperatorConfig
from config.site import load_site
from tests.system.backend_in_process import open_backend
from tests.system.backend_process import LAOCAI, SMALL_SITE
from tests.system.feed_client import feed_client

pytestmark = pytest.mark.anyio


async def test_the_demonstration_s_zones_are_declared_once_seen_by_seats_and_lifted(tmp_path: Path) -> None:
    city = load_site(LAOCAI)
    taken = {name: getattr(city, name) for name in ("producers", "communes", "zones")}
    site = load_site(SMALL_SITE)
    officer = OperatorConfig(user="agency", display_name="Cơ quan", role=Role.AGENCY, agency_id="pccc")
    site = site.model_copy(update={**taken, "operators": (*site.operators, officer)})
    async with open_backend(tmp_path, GatewaySettings(), site) as backend:
        token = await backend.parts.accounts.create_producer_token(PRODUCER)
        base = f"http://127.0.0.1:{backend.port}"
        async with httpx.AsyncClient(base_url=base, timeout=30) as http:
            committee = Committee(http, token, site, 5)
            await committee.run()
            seq = backend.parts.room.durable.seq
            await committee.run()
            assert backend.parts.room.durable.seq == seq, "the same message changes nothing"
            agency = await backend.parts.accounts.local_token("agency")
            async with feed_client(backend.feed_url, agency) as seat:
                assert set(seat.state.zones) == {"vung-1", "vung-2"}
                assert len(seat.state.checkpoints) == 3
                headers = {"Authorization": f"Bearer {token}"}
                wrong = {"type": "FeatureCollection", "features": [{"type": "Feature"}], "replace": True}
                answer = await http.post("/api/v1/ingest/zones", json=wrong, headers=headers)
                assert answer.json()["rejected"] == [{"line": 1, "reason": "it needs properties and a geometry"}]
                lifted = {"type": "FeatureCollection", "features": [], "lifted": ["vung-1"]}
                assert (await http.post("/api/v1/ingest/zones", json=lifted, headers=headers)).json()["accepted"] == 1
                await seat.until(lambda: set(seat.state.zones) == {"vung-2"})
                assert len(seat.state.checkpoints) == 3

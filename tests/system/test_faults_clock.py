"""Clocks that are wrong: a logger's is refused as documented, the server's own step breaks no order and no age."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from backend.contracts.doors import IngestAnswer
from backend.contracts.readings import ReadingHistory
from backend.gateway.settings import GatewaySettings
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.feed_client import feed_client, same_state
from tests.system.producers import cap_message, file_name, station_file

HOUR_S = 3600.0
FAST = GatewaySettings(heartbeat_s=0.2, check_s=0.2)


def _client(backend: OpenBackend, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", headers=headers, timeout=20)


async def _send(backend: OpenBackend, token: str, at_s: float, value: float) -> IngestAnswer:
    async with _client(backend, token) as client:
        body, query = station_file([("Level", value, "m")], at_s), {"name": file_name("R-01", at_s)}
        answer = await client.post("/api/v1/ingest/station-file", params=query, content=body)
    return IngestAnswer.model_validate_json(answer.content)


@pytest.mark.parametrize(
    ("offset_s", "reason"),
    [(HOUR_S, "min in the future"), (365 * 24 * HOUR_S, "min in the future"), (-time.time(), "before the year 2000")],
    ids=["an hour ahead", "a year ahead", "1970"],
)
def test_a_logger_with_a_wrong_clock_is_told_and_its_samples_never_become_the_newest(
    tmp_path: Path, offset_s: float, reason: str
) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, FAST) as backend:
            token = await backend.parts.accounts.create_producer_token("logger")
            now_s = float(int(time.time()))
            assert (await _send(backend, token, now_s, 70.0)).accepted == 1
            refused = await _send(backend, token, now_s + offset_s, 71.0)
            assert refused.accepted == 0
            assert reason in refused.rejected[0].reason
            # Late is not wrong: what a logger kept during an outage is stored at its own time, behind the newest.
            assert (await _send(backend, token, now_s - 30 * 24 * HOUR_S, 69.0)).accepted == 1
            (latest,) = backend.parts.readings.latest()
            assert (latest.at_ms, latest.value) == (int(now_s * 1000), 70.0)

    asyncio.run(scenario())


@pytest.mark.parametrize("step_ms", [-3_600_000, 3_600_000, -5_000], ids=["hour back", "hour on", "5 s back"])
def test_a_step_of_the_servers_clock_breaks_no_order_and_no_age(tmp_path: Path, step_ms: int) -> None:
    async def scenario() -> None:
        async with open_backend(tmp_path, FAST) as backend, feed_client(backend.feed_url, backend.token) as seat:
            tokens = {
                name: await backend.parts.accounts.create_producer_token(name) for name in ("logger", "bulletins")
            }
            await backend.raise_alert("before")
            assert (await _send(backend, tokens["logger"], time.time(), 70.0)).accepted == 1
            backend.clock.ahead_ms = step_ms
            await backend.raise_alert("after")
            async with _client(backend, tokens["bulletins"]) as client:
                assert (await client.post("/api/v1/ingest/cap", content=cap_message("step"))).status_code == 202
            await seat.until(lambda: {"before", "after"} <= set(seat.state.alerts))
            seqs = [event.seq for event in seat.events]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
            assert list(seat.state.alerts).index("before") < list(seat.state.alerts).index("after")
            beats = len(seat.heartbeats)
            await seat.until(lambda: len(seat.heartbeats) > beats + 2)
            assert seat.farewell is None
            async with _client(backend, backend.token) as client:
                metrics = (await client.get("/metrics")).text
                history = (await client.get("/api/v1/readings?station=R-01&parameter=Level")).content
            assert not [line for line in metrics.splitlines() if "_seconds" in line and " -" in line]
            told = ReadingHistory.model_validate_json(history)
            assert told.start_ms <= told.end_ms
            theirs = backend.parts.room.durable.snapshot()
            await seat.until(lambda: same_state(seat.state, theirs))

    asyncio.run(scenario())

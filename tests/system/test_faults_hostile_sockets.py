"""Rubbish at the doors of fire panels and security sensors of a real backend: kept, counted, and nobody is hurt."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from backend.sources.dc09 import framed
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.feed_client import FeedClient, feed_client
from tests.system.producers import cap_message

PANEL: Final = "bao-chay"
SENSORS: Final = "attt"
FIRE: Final = '"SIA-DCS"0007R0L0#1001[#1001|Nri1/FA2]'
SITE: Final = """
[[producer]]
producer_id = "{panel}"
name_vi = "Tủ báo cháy"
name_en = "Fire panels"
door = "sia"
expect_every_s = 0

[[producer]]
producer_id = "{sensors}"
name_vi = "An toàn thông tin"
name_en = "Security sensors"
door = "syslog"
expect_every_s = 0

[[source]]
kind = "fire_panel"
producer_id = "{panel}"
tcp_port = {panel_port}
udp_port = 0

[[source]]
kind = "syslog"
producer_id = "{sensors}"
tcp_port = {syslog_port}
"""
PREMISES: Final = """
[[fire_site]]
fire_site_id = "cho"
name_vi = "Chợ"
name_en = "Market"
address = "Hòa An"
lat_deg = 22.49
lon_deg = 103.96
commune_code = "02647"

[fire_site.panel]
account = "1001"
producer_id = "bao-chay"
poll_every_s = 3600
"""
RUBBISH: Final = (
    b"\x00" * 5_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\n00000033" + FIRE.encode() + b"\r\n",
    framed(b'"SIA-DCS"0001L0#9999[#9999|NFA1]') + b"\n",
    b"\xff\xfe\xfa\x80" * 2_000 + b"\r\n",
    b"99999999999999 <1>1 - - - - - -\r\n",
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def ports() -> dict[str, int]:
    return {PANEL: free_port(), SENSORS: free_port()}


@pytest.fixture
def backend(tmp_path: Path, ports: dict[str, int]) -> Iterator[BackendProcess]:
    site = tmp_path / "site"
    shutil.copytree(SMALL_SITE, site)
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(SITE.format(panel=PANEL, sensors=SENSORS, panel_port=ports[PANEL], syslog_port=ports[SENSORS]))
    (site / "fire_sites.toml").write_text(PREMISES, encoding="utf-8")
    with BackendProcess.start(site, tmp_path / "data", "--local-seat") as running:
        yield running
        assert "Traceback" not in running.stderr_text()


def counted(seat: FeedClient, producer_id: str) -> tuple[int, int]:
    """(accepted, rejected) of the newest heartbeat."""
    pulses = seat.heartbeats[-1].producers if seat.heartbeats else ()
    return next(((one.accepted, one.rejected) for one in pulses if one.producer_id == producer_id), (0, 0))


async def send(port: int, body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(body)
    writer.write_eof()
    async with asyncio.timeout(10):
        while await reader.read(4_096):
            pass
    writer.close()


def test_rubbish_at_one_door_is_kept_and_counted_there_and_the_others_go_on(
    backend: BackendProcess, ports: dict[str, int]
) -> None:
    async def scenario() -> None:
        async with feed_client(backend.feed_url, backend.local_token) as seat:
            for producer_id, port in ports.items():
                for body in RUBBISH:
                    await send(port, body)
                await seat.until(lambda name=producer_id: counted(seat, name)[1] >= 3)  # type: ignore[misc]
            told = {one.place_id for one in seat.state.alerts.values() if one.kind == "input.quarantined"}
            assert {PANEL, SENSORS} <= told
            assert counted(seat, "bulletins") == (0, 0)

            reader, writer = await asyncio.open_connection("127.0.0.1", ports[PANEL])
            writer.write(framed(FIRE.encode()))
            async with asyncio.timeout(10):
                assert b'"ACK"0007R0L0#1001[]' in await reader.readuntil(b"\r")
            writer.close()
            cef = b"<33>1 - gw CEF - - - CEF:0|Maker|Wall|1|77|Port scan|9|src=10.0.0.9 dst=10.0.0.1\n"
            await send(ports[SENSORS], cef)
            with backend.client(backend.producer_token("bulletins")) as client:
                assert client.post("/api/v1/ingest/cap", content=cap_message("after-rubbish")).status_code == 202
            wanted = {"fire.alarm", "cyber.alert", "cap.message"}
            await seat.until(lambda: wanted <= {one.kind for one in seat.state.alerts.values()})

    asyncio.run(scenario())
    kept = [path for path in (backend.data_dir / "quarantine").rglob("*") if path.is_file()]
    assert any(PANEL in str(path) for path in kept)
    assert any(SENSORS in str(path) for path in kept)

"""The camera probe against real sockets: answering, refusing, hanging, talking something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sources import SourceContext, source_specs
from backend.sources.camera_probe import AddressError, Door, door_of, knock
from config.source_model import CameraProbeSource
from tests.unit.feeds_samples import camera, opened_desk, small_site


@asynccontextmanager
async def door(answer: bytes | None, seen: list[bytes] | None = None) -> AsyncIterator[int]:
    """A TCP server that answers `answer` to whatever comes; None = accepts and never answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(4096)
        if seen is not None:
            seen.append(request)
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def test_the_door_of_an_address_holds_no_credentials() -> None:
    found = door_of("rtsp://admin:hunter2@10.0.0.5/live/main?channel=1")
    assert found == Door("10.0.0.5", 554, False, "rtsp://10.0.0.5:554/live/main?channel=1")
    assert door_of("RTSPS://cam.example/x").port == 322
    assert door_of("rtsp://[::1]:8554/x").target == "rtsp://[::1]:8554/x"


@pytest.mark.parametrize(
    "url",
    [
        "http://u:hunter2@host/x",
        "file:///etc/passwd",
        "exec:rm",
        "rtsp://",
        "rtsp://u:hunter2@host:99999/",
        "rtsp://u:hunter2@[bad/",
        "rtsp://u:hunter2@host/a b",
        "rtsp://u:hunter2@host/\u1ea1",
        "",
    ],
)
def test_addresses_that_are_not_rtsp_are_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        door_of(url)
    assert "hunter2" not in str(caught.value)
    assert "host" not in str(caught.value).replace("//host/", "")


@given(st.text(max_size=60))
def test_any_text_is_a_door_or_refused(text: str) -> None:
    try:
        found = door_of("rtsp://" + text)
    except AddressError:
        return
    assert "\r" not in found.target
    assert "\n" not in found.target


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n", ""),
        (b"RTSP/1.0 401 Unauthorized\r\n\r\n", ""),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "trả lời không phải RTSP"),
        (b"x" * 100_000, "trả lời không phải RTSP"),
        (b"", "trả lời không phải RTSP"),
        (None, "không trả lời trong 0.2 s"),
    ],
)
def test_any_rtsp_answer_is_alive_and_nothing_else(answer: bytes | None, reason: str) -> None:
    async def scenario() -> str:
        async with door(answer) as port:
            return await knock(Door("127.0.0.1", port, False, f"rtsp://127.0.0.1:{port}/x"), 0.2)

    assert asyncio.run(scenario()) in (reason, "kết nối bị ngắt" if answer and len(answer) > 4096 else reason)


def test_a_closed_port_and_a_door_without_tls_are_told_apart() -> None:
    async def scenario() -> None:
        async with door(b"RTSP/1.0 200 OK\r\n\r\n") as port:
            secure = await knock(Door("127.0.0.1", port, True, "rtsps://127.0.0.1/x"), 2.0)
        assert secure == "không bắt tay TLS được"
        assert await knock(Door("127.0.0.1", port, False, "rtsp://127.0.0.1/x"), 2.0) == "từ chối kết nối"

    asyncio.run(scenario())


def test_cameras_are_found_online_and_lost_and_no_password_leaves_the_house(tmp_path: Path) -> None:
    seen: list[bytes] = []
    faults: list[str] = []

    async def scenario() -> None:
        async with door(b"RTSP/1.0 401 Unauthorized\r\n\r\n", seen) as good, door(None) as hanging:
            cameras = (
                camera("cam-1", f"rtsp://u:hunter2@127.0.0.1:{good}/a"),
                camera("cam-2", f"rtsp://u:hunter2@127.0.0.1:{hanging}/b"),
                camera("cam-3", "http://u:hunter2@127.0.0.1/c"),
            )
            source = CameraProbeSource(producer_id="probe", every_s=0.05, lost_after=2, timeout_s=0.2)
            site = small_site(cameras=cameras, sources=(source,))
            async with opened_desk(tmp_path, site) as desk:
                context = SourceContext(
                    site,
                    tmp_path,
                    desk.ingest,
                    desk.cameras,
                    desk.accounts,
                    desk.now,
                    lambda who, text: faults.append(text),
                )
                task = asyncio.create_task(_run(source, context))
                await _until(lambda: len(desk.room.durable.cameras) == 2)
                assert {name: state.condition for name, state in desk.room.durable.cameras.items()} == {
                    "cam-1": "online",
                    "cam-2": "lost",
                }
                assert desk.only("camera.lost").place_id == "cam-2"
                assert desk.ingest.last_message_ms("probe") is not None
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                log = "".join(event.model_dump_json() for event in desk.events)
        assert "hunter2" not in log + "".join(faults) + "".join(map(repr, seen))
        assert len(faults) == 1
        assert "cam-3" in faults[0]

    asyncio.run(scenario())


async def _run(source: CameraProbeSource, context: SourceContext) -> None:
    await source_specs()["camera_probe"].bind(source, context)()


async def _until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)

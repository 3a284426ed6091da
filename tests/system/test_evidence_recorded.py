"""From a camera's RTSP door to a checked package: recorded by the real recorder, exported, read frame by frame."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from backend.contracts.events import ExportOrdered
from backend.contracts.recording import ExportOrder
from backend.services.evidence.package_source import FolderSource
from backend.services.evidence.verify import check
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape
from tests.bench.frame_code import read_code
from tests.system.recorder_room import recorded, recorded_site, recording_room, until
from tests.system.rtsp_server_process import make_clip, rtsp_server

pytestmark = pytest.mark.anyio

FPS = 15
SECONDS = 4
SHAPE = StreamShape("small", 320, 180, FPS, 28, 300)


def codes(file: Path) -> list[int | None]:
    with av.open(str(file)) as container:
        frames = container.decode(video=0)
        return [read_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8)) for frame in frames]


async def test_what_the_recorder_wrote_is_exported_without_a_lost_frame(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "small.h264", SHAPE, SECONDS)
    folder = tmp_path / "server"
    folder.mkdir()
    with rtsp_server(folder, {"/cam-1": rtsp.Mount(clip, FPS)}) as server:
        site = recorded_site([server.address("/cam-1")])
        async with recording_room(site, tmp_path / "data") as parts:
            await recorded(parts, "cam-1", 2)
            rows = (await parts.segments.overlapping(["cam-1"], 0, parts.now_ms()))[:2]
            order = ExportOrder(
                title="Ngã tư", start_ms=rows[0].start_ms, end_ms=rows[-1].end_ms - 1, camera_ids=("cam-1",)
            )
            await parts.room.record(lambda state: [ExportOrdered(export_id="e" * 32, order=order)], actor="giam-sat")
            await until(lambda: parts.room.durable.exports["e" * 32].condition != "running", "the package", 60)
            assert parts.room.durable.exports["e" * 32].condition == "done"
            ready = parts.exporter.ready("e" * 32)
            assert ready is not None
            assert ready.folder is not None
            assert check(FolderSource(ready.folder), [parts.signer.public_key]).good
            (video,) = (ready.folder / "cameras/cam-1").glob("*.mp4")
            seen = codes(video)
            assert seen == [code for row in rows for code in codes(parts.segments.file(row))]
            first = seen[0]
            assert first is not None
            assert seen == [(first + index) % (FPS * SECONDS) for index in range(len(seen))]

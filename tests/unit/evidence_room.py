"""A room with recorded cameras, alerts and readings whose evidence is exported: real files, a real maker's process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import (
    AlertAcknowledged,
    AlertCommented,
    AlertDispatched,
    AlertRaised,
    AlertReturned,
    Event,
    ExportChanged,
    ExportOrdered,
    MarkPlaced,
    SiteLoaded,
)
from backend.contracts.kinds.alerts import Priority
from backend.contracts.marks import Mark
from backend.contracts.recording import ExportOrder, ExportState
from backend.contracts.state import RoomState
from backend.services.evidence import maker
from backend.services.evidence.child import MakerError, run_maker
from backend.services.evidence.exporter import Exporter
from backend.services.evidence.gather import Sources
from backend.services.evidence.messages import Task, Told
from backend.services.room import Room
from backend.services.signing import Signer
from backend.storage.database import Database
from backend.storage.event_log import EventLog
from backend.storage.history import History
from backend.storage.readings import ReadingRow, ReadingsStore
from backend.storage.segments import NewSegment, SegmentsStore
from config.site import load_site, public_site
from tests.unit.storage_samples import opened

SMALL_SITE = Path(__file__).resolve().parents[1] / "fixtures" / "sites" / "small"
T0_MS = 1_767_232_800_000
"""2026-01-01T09:00:00+07:00: begin of the recordings."""

FPS = 10
GOP = 10
MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe"
"""As the recorder writes them."""

HOSTILE = "<script>alert(1)</script> ${1+1} `x` \\ </div><img src=http://evil.example/x.png> Đường ngập «sâu» ấ"


def record(
    path: Path,
    seconds: float,
    codec: str = "libx264",
    size: tuple[int, int] = (160, 96),
    sound: bool = False,
    first_level: int = 40,
    b_frames: int = 0,
) -> tuple[int, str]:
    """A recorded file like the recorder's: fragmented, a key frame a second. (bytes, codec's name).

    Each picture is grey of a level that rises by 2 a frame, so that a picture tells which one it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = size
    with av.open(str(path), "w", format="mp4", options={"movflags": MOVFLAGS}) as container:
        video = cast("VideoStream", container.add_stream(codec, rate=FPS))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.time_base = Fraction(1, FPS)
        video.codec_context.thread_count = 1
        video.codec_context.gop_size = GOP
        video.codec_context.max_b_frames = b_frames
        options: dict[str, object] = {"preset": "ultrafast", "crf": "20"}
        name = "x265-params" if codec == "libx265" else "x264-params"
        quiet = ":log-level=none:pools=none" if codec == "libx265" else ""
        options[name] = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:open-gop=0:bframes={b_frames}{quiet}"
        video.options = options
        heard = container.add_stream("aac", rate=8000, layout="mono") if sound else None
        for index in range(round(seconds * FPS)):
            picture = np.full((height * 3 // 2, width), 128, np.uint8)
            picture[:height] = min(230, first_level + 2 * index)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts = index
            container.mux(video.encode(frame))
            if heard is not None:
                tone = np.zeros((1, 800), np.float32)
                sample = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
                sample.rate, sample.pts = 8000, index * 800
                container.mux(heard.encode(sample))
        container.mux(video.encode(None))
        if heard is not None:
            container.mux(heard.encode(None))
    return path.stat().st_size, "hevc" if codec == "libx265" else "h264"


def alert(alert_id: str = "a-1", at_ms: int = T0_MS + 3_000, headline: str = "Ngập cầu Cốc Lếu") -> Alert:
    return Alert(
        alert_id=alert_id,
        kind="station.level",
        priority=Priority(2),
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id="R-01",
        place_name="Cầu Cốc Lếu",
        headline_vi=headline,
        headline_en="Flood",
        raised_ms=at_ms,
        changed_ms=at_ms,
        lat_deg=22.4992,
        lon_deg=103.9671,
        commune_code="02647",
    )


@dataclass
class EvidenceRoom:
    """`now_ms` is set by hand."""

    database: Database
    log: EventLog
    room: Room
    segments: SegmentsStore
    sources: Sources
    exporter: Exporter
    folder: Path
    clock: list[int]
    running: asyncio.Task[None] | None = None
    recorded: list[NewSegment] = field(default_factory=list)

    async def log_at(self, at_ms: int, *events: Event, actor: str = "") -> None:
        before, self.clock[0] = self.clock[0], at_ms
        await self.room.record(lambda state: list(events), actor=actor, origin="10.0.0.7" if actor else "")
        self.clock[0] = before

    async def record(
        self,
        camera_id: str,
        after_ms: int,
        seconds: float = 2.0,
        codec: str = "libx264",
        size: tuple[int, int] = (160, 96),
        sound: bool = False,
        b_frames: int = 0,
    ) -> Path:
        """A recorded file that begins so long after T0_MS, in the index."""
        start_ms = T0_MS + after_ms
        path = f"{camera_id}/{start_ms}-main.mp4"
        file = self.segments.volumes["disk"] / path
        made = await asyncio.to_thread(record, file, seconds, codec, size, sound, 40, b_frames)
        row = NewSegment(
            camera_id=camera_id, stream="main", start_ms=start_ms, end_ms=start_ms + round(seconds * 1000),
            volume="disk", path=path, bytes=made[0], frames=round(seconds * FPS), codec=made[1], width_px=size[0],
            height_px=size[1], has_audio=sound, cause="continuous", retention_class="all",
        )  # fmt: skip
        await self.segments.insert([row])
        self.recorded.append(row)
        return file

    async def order(self, export_id: str, order: ExportOrder) -> None:
        await self.room.record(
            lambda state: [ExportOrdered(export_id=export_id, order=order)], actor="giam-sat", origin="10.0.0.9"
        )

    async def change(self, export_id: str, condition: str) -> None:
        await self.room.record(
            lambda state: [ExportChanged.model_validate({"export_id": export_id, "condition": condition})]
        )

    def state(self, export_id: str) -> ExportState:
        return self.room.durable.exports[export_id]

    def start(self) -> None:
        self.running = asyncio.create_task(self.exporter.run())

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.wait({self.running})
            self.running = None

    async def until(self, right: Callable[[], bool], what: str, timeout_s: float = 90.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not right():
                assert self.running is None or not self.running.done(), self.running
                await asyncio.sleep(0.01)

    async def ended(self, export_id: str, condition: str = "done") -> ExportState:
        await self.until(lambda: self.state(export_id).condition != "running", "the export's end")
        state = self.state(export_id)
        assert state.condition == condition, state
        return state

    async def exported(self, export_id: str, order: ExportOrder) -> Path:
        """Order it and wait for its folder."""
        if self.running is None:
            self.start()
        await self.order(export_id, order)
        await self.ended(export_id)
        ready = self.exporter.ready(export_id)
        assert ready is not None
        assert ready.folder is not None
        return ready.folder


def order(cameras: Sequence[str] = ("cam-1",), seconds: float = 6.0, **changes: object) -> ExportOrder:
    value = ExportOrder(
        title="Ngập cầu Cốc Lếu", start_ms=T0_MS, end_ms=T0_MS + round(seconds * 1000), camera_ids=tuple(cameras)
    )
    return value.model_copy(update=changes)


async def make_here(work: Path, task: Task, told: Callable[[Told], None]) -> Told:
    """What the maker's process does, in a thread of this one: it starts sooner."""
    last: list[Told] = []
    if await asyncio.to_thread(maker.run, work, task, last.append):
        raise MakerError(last[-1].failed, "")
    return last[-1]


def new_exporter(sources: Sources, folder: Path, reserve_bytes: int = 1_000_000, own_process: bool = False) -> Exporter:
    return Exporter(sources, folder, 2_000, reserve_bytes, run_maker if own_process else make_here)


@asynccontextmanager
async def evidence_room(
    url: str, folder: Path, reserve_bytes: int = 1_000_000, own_process: bool = False
) -> AsyncIterator[EvidenceRoom]:
    """A room of the small site with nothing recorded yet; it is two minutes after T0_MS.

    `own_process`: the maker is one, as in a real backend.
    """
    site = load_site(SMALL_SITE)
    clock = [T0_MS - 60_000]
    async with opened(url) as database:
        log = await EventLog.open(database)
        room = await Room.open(log, lambda: clock[0])
        if room.state.site is None:
            await room.record(lambda state: [SiteLoaded(site=public_site(site, T0_MS))])
        clock[0] = T0_MS + 120_000
        segments = SegmentsStore(database, {"disk": folder / "recordings"})
        history = History(database, log.epoch)
        signer = await asyncio.to_thread(Signer.open, folder / "keys")
        readings = ReadingsStore(database)
        sources = Sources(room, log, history, readings, segments, signer, site.communes_file, lambda: clock[0])
        exporter = new_exporter(sources, folder / "exports", reserve_bytes, own_process)
        made = EvidenceRoom(database, log, room, segments, sources, exporter, folder, clock)
        try:
            yield made
        finally:
            await made.stop()
            await room.stop()


async def happened(room: EvidenceRoom, headline: str = "Ngập cầu Cốc Lếu") -> None:
    """An incident from being raised to its end, a mark, and a minute of readings."""
    raised = alert(headline=headline)
    await room.log_at(T0_MS + 3_000, AlertRaised(alert=raised))
    await room.log_at(T0_MS + 4_500, AlertAcknowledged(alert_id="a-1", comment="đã gọi xã"), actor="lan")
    mark = Mark(mark_id="m-1", kind="note", at_ms=T0_MS + 5_000, text="xe mắc kẹt", placed_by="lan", placed_ms=T0_MS)
    await room.log_at(T0_MS + 5_000, MarkPlaced(mark=mark), actor="lan")
    await room.log_at(T0_MS + 20_000, AlertCommented(alert_id="a-1", comment=headline), actor="lan")
    await room.log_at(T0_MS + 30_000, AlertDispatched(alert_id="a-1", agency_id=agency(room.room.durable)), actor="lan")
    await room.log_at(T0_MS + 40_000, AlertReturned(alert_id="a-1", reason="nước rút"))
    rows = [
        ReadingRow("R-01", "Level", T0_MS + 1_000 * index, 80.0 + index / 100, 0, T0_MS, "logger")
        for index in range(60)
    ]
    await room.sources.readings.insert(rows)


def agency(state: RoomState) -> str:
    assert state.site is not None
    return state.site.agencies[0].agency_id

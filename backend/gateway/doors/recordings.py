"""What the cameras recorded, for whoever may replay it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import FileResponse, Response, StreamingResponse

from backend.contracts.recording import RecorderHealth, SegmentList
from backend.gateway.callers import PartsDep
from backend.gateway.doors.reading import Instant, json_answer
from backend.gateway.doors.replay import Replayer
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.recorder.fragments import BrokenFileError, Fragments, read_fragments
from backend.services.recorder.service import TooManyError
from backend.storage.segments import SegmentRow

router = APIRouter(prefix="/api/v1/recordings", tags=["recordings"])

LONGEST_MS: Final = 7 * 86_400_000
MP4: Final = "video/mp4"
MOST: Final = 20_000
PIECE_BYTES: Final = 1 << 18

CameraIds = Annotated[list[str], Query(alias="camera", min_length=1, max_length=200)]


@router.get("/segments", response_model=SegmentList)
async def segments(
    request: Request, parts: PartsDep, operator: Replayer, camera: CameraIds, start: Instant, end: Instant
) -> Response:
    """Recorded files that overlap a span; those that are being written as far as they can be played."""
    if not 0 <= end - start <= LONGEST_MS:
        raise Refusal(422, f"the span must end after its begin and be {LONGEST_MS // 86_400_000} days long at most")
    for camera_id in camera:
        # A camera of the past may not be in today's site: its recordings are answered all the same.
        await _watched(request, parts, operator, camera_id)
    try:
        found = await parts.recorder.segments(camera, start, end, MOST)
    except TooManyError:
        raise Refusal(422, f"there are more than {MOST} segments: ask for a shorter span or fewer cameras") from None
    return json_answer(SegmentList(segments=found))


@router.get("/health", response_model=RecorderHealth)
async def health(parts: PartsDep, operator: Replayer) -> Response:
    """Bytes, gaps and room on the disks."""
    return json_answer(await parts.recorder.health())


@router.get("/files/{segment_id}", response_class=FileResponse)
async def file(
    request: Request, parts: PartsDep, operator: Replayer, segment_id: Annotated[int, PathParameter(ge=1)]
) -> Response:
    """One recorded file, whole or by Range."""
    row = await parts.segments.get(segment_id)
    if row is None:
        raise Refusal(404, f"there is no recording {segment_id}; it may be older than what is kept")
    await _watched(request, parts, operator, row.camera_id)
    found = _file_of(parts, row)
    if not await asyncio.to_thread(found.is_file):
        raise Refusal(404, f"the file of recording {segment_id} is not on its disk any more")
    return FileResponse(found, media_type=MP4)


@router.get("/open/{camera_id}/{start_ms}", response_class=StreamingResponse)
async def open_file(
    request: Request, parts: PartsDep, operator: Replayer, camera_id: str, start_ms: Annotated[int, PathParameter(ge=0)]
) -> Response:
    """A file that is being written, as far as it can be played."""
    await _watched(request, parts, operator, camera_id)
    found = parts.recorder.open_file(camera_id, start_ms)
    if found is None:
        raise Refusal(404, "that file is finished or gone: ask for the segments again")
    fragments = await _fragments(found)
    pieces = _pieces(found, ((0, fragments.whole_bytes),))
    return StreamingResponse(pieces, media_type=MP4, headers={"Content-Length": str(fragments.whole_bytes)})


@router.get("/preview", response_class=StreamingResponse)
async def preview(request: Request, parts: PartsDep, operator: Replayer, camera: str, at: Instant) -> Response:
    """The few frames around an instant as a small MP4: what a slider shows while it is dragged.

    Header `X-Start-Ms`: the wall clock of the file's own time 0.
    """
    await _watched(request, parts, operator, camera)
    found = await parts.recorder.segments([camera], at, at)
    if not found:
        raise Refusal(404, "nothing was recorded then")
    segment = found[-1]
    path = await _path(parts, segment.segment_id, camera, segment.start_ms)
    fragments = await _fragments(path)
    wanted = fragments.at((at - segment.start_ms) / 1000)
    if not wanted:
        raise Refusal(404, "nothing was recorded then")
    spans = ((0, fragments.head_bytes), *((one.offset, one.bytes) for one in wanted))
    size = sum(length for _, length in spans)
    headers = {"X-Start-Ms": str(segment.start_ms), "Content-Length": str(size)}
    return StreamingResponse(_pieces(path, spans), media_type=MP4, headers=headers)


async def _watched(request: Request, parts: Parts, operator: SignedIn, camera_id: str) -> None:
    """Raises: StorageError when it cannot be recorded: then nothing is shown."""
    await parts.audit.look("recording.watched", camera_id, actor=operator.user, origin=peer_address(request.scope))


async def _path(parts: Parts, segment_id: int, camera_id: str, start_ms: int) -> Path:
    row = await parts.segments.get(segment_id) if segment_id > 0 else None
    found = parts.recorder.open_file(camera_id, start_ms) if row is None else _file_of(parts, row)
    if found is None:
        raise Refusal(404, "that file is finished or gone: ask again")
    return found


def _file_of(parts: Parts, row: SegmentRow) -> Path:
    try:
        return parts.segments.file(row)
    except KeyError:
        raise Refusal(404, f"the volume {row.volume!r} of that recording is not in recording.toml any more") from None


async def _fragments(path: Path) -> Fragments:
    try:
        return await asyncio.to_thread(read_fragments, path)
    except (BrokenFileError, OSError):
        raise Refusal(404, "the recording cannot be read") from None


async def _pieces(path: Path, spans: tuple[tuple[int, int], ...]) -> AsyncIterator[bytes]:
    """(offset, length) spans of a file, one after the other."""
    with await asyncio.to_thread(path.open, "rb") as opened:
        for offset, length in spans:
            opened.seek(offset)
            left = length
            while left > 0:
                piece = await asyncio.to_thread(opened.read, min(left, PIECE_BYTES))
                if not piece:
                    return
                left -= len(piece)
                yield piece

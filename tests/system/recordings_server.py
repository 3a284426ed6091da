"""Recordings made by the test, behind the doors of the recorder: a real HTTP server, the fragments are really cut."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit

import av
import numpy as np
from av.video.stream import VideoStream

from backend.contracts.recording import Segment, SegmentList
from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.simulate.encode import burn_code

MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe"


@dataclass(frozen=True)
class Film:
    """What a made recording looks like. `codec`: an encoder of FFmpeg."""

    width_px: int = 320
    height_px: int = 180
    fps: int = 10
    group: int = 10
    b_frames: int = 0
    codec: str = "libx264"


def film(path: Path, first_code: int, frames: int, shape: Film) -> None:
    """A fragmented MP4 as the recorder writes it; the frames carry the codes from `first_code` on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4", options={"movflags": MOVFLAGS}) as container:
        stream = cast(VideoStream, container.add_stream(shape.codec, rate=shape.fps))
        stream.width, stream.height, stream.pix_fmt = shape.width_px, shape.height_px, "yuv420p"
        stream.codec_context.thread_count = 1
        group = f"keyint={shape.group}:min-keyint={shape.group}:scenecut=0:open-gop=0:bframes={shape.b_frames}"
        key = "x265-params" if shape.codec == "libx265" else "x264-params"
        quiet = ":log-level=none:pools=none:frame-threads=1" if shape.codec == "libx265" else ""
        stream.options = {"preset": "ultrafast", "crf": "24", key: f"{group}{quiet}"}
        for picture in _pictures(first_code, frames, shape):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _pictures(first_code: int, frames: int, shape: Film) -> Iterator[av.VideoFrame]:
    for number in range(frames):
        picture = np.full((shape.height_px, shape.width_px, 3), 70, np.uint8)
        left = (first_code + number) * 7 % (shape.width_px - 40)
        picture[30:-30, left : left + 40] = (200, 120, 40)
        burn_code(picture, (first_code + number) % 4096)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        yield frame


@dataclass
class Recorded:
    """One recording of the server. `hidden`: not listed; `refused`: listed, but its file cannot be had."""

    segment: Segment
    path: Path
    hidden: bool = False
    refused: bool = False


class RecordingsServer:
    """Listens on a free port. `slow_s` delays every file; `asked` holds the paths that were asked for."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self.slow_s = 0.0
        self.broken = False
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.answer(self)

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def add(
        self, camera_id: str, start_ms: int, end_ms: int, path: Path, shape: Film, *, growing: bool = False
    ) -> Recorded:
        number = len(self.recorded) + 1
        segment = Segment(
            segment_id=-number if growing else number,
            camera_id=camera_id,
            stream="main",
            start_ms=start_ms,
            end_ms=end_ms,
            bytes=path.stat().st_size,
            codec="hevc" if shape.codec == "libx265" else "h264",
            width_px=shape.width_px,
            height_px=shape.height_px,
            has_audio=False,
            open=growing,
        )
        one = Recorded(segment, path)
        with self._lock:
            self.recorded.append(one)
        return one

    def change(self, one: Recorded, **changes: object) -> None:
        """What is listed of a recording from now on."""
        with self._lock:
            one.segment = one.segment.model_copy(update=changes)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        kind, _, rest = parts.path.removeprefix("/api/v1/recordings/").partition("/")
        doors: dict[str, Callable[[dict[str, list[str]], str], bytes | None]] = {
            "segments": self._segments, "files": self._file, "open": self._open, "preview": self._preview,
        }  # fmt: skip
        with self._lock:
            self.asked.append(request.path)
        door = None if self.broken else doors.get(kind)
        body = None if door is None else door(query, rest)
        if body is None:
            body = b'{"reason": "not there"}'
            request.send_response(404)
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _segments(self, query: dict[str, list[str]], rest: str) -> bytes:
        start_ms, end_ms = int(query["start"][0]), int(query["end"][0])
        with self._lock:
            found = [
                one.segment
                for one in self.recorded
                if one.segment.camera_id in query["camera"]
                and one.segment.start_ms <= end_ms
                and one.segment.end_ms >= start_ms
                and not one.hidden
            ]
        found.sort(key=lambda one: (one.camera_id, one.start_ms))
        return SegmentList(segments=tuple(found)).model_dump_json().encode()

    def _file(self, query: dict[str, list[str]], rest: str) -> bytes | None:
        return self._bytes(next((one for one in self.recorded if one.segment.segment_id == int(rest)), None))

    def _open(self, query: dict[str, list[str]], rest: str) -> bytes | None:
        camera_id, _, start_ms = rest.partition("/")
        return self._bytes(self._find(camera_id, int(start_ms), growing=True))

    def _bytes(self, one: Recorded | None) -> bytes | None:
        self._ended.wait(self.slow_s)
        return None if one is None or one.refused else one.path.read_bytes()

    def _preview(self, query: dict[str, list[str]], rest: str) -> bytes | None:
        at_ms = int(query["at"][0])
        one = self._find(query["camera"][0], at_ms)
        if one is None or one.refused:
            return None
        try:
            fragments = read_fragments(one.path)
        except BrokenFileError:
            return None
        content = one.path.read_bytes()
        wanted = fragments.at((at_ms - one.segment.start_ms) / 1000)
        pieces = b"".join(content[each.offset : each.offset + each.bytes] for each in wanted)
        return content[: fragments.head_bytes] + pieces if pieces else None

    def _find(self, camera_id: str, at_ms: int, *, growing: bool | None = None) -> Recorded | None:
        """The one that began last, as the real door chooses."""
        return next(
            (
                one
                for one in sorted(self.recorded, key=lambda one: -one.segment.start_ms)
                if one.segment.camera_id == camera_id
                and one.segment.start_ms <= at_ms < one.segment.end_ms
                and growing in (None, one.segment.open)
            ),
            None,
        )


def record(
    server: RecordingsServer,
    folder: Path,
    camera_id: str,
    start_ms: int,
    count: int,
    shape: Film,
    *,
    segment_s: int = 2,
    without: Sequence[int] = (),
) -> list[Recorded]:
    """`count` segments on end; code c is the frame of start_ms + 1000 * c / fps. Those of `without` are missing."""
    frames = segment_s * shape.fps
    made = []
    for number in range(count):
        if number in without:
            continue
        path = folder / camera_id / f"{number}.mp4"
        film(path, number * frames, frames, shape)
        begin_ms = start_ms + number * segment_s * 1000
        # The recorder's way: reordered frames come late on the file's own clock, and so does its end.
        late_ms = 2000 // shape.fps if shape.b_frames else 0
        made.append(server.add(camera_id, begin_ms, begin_ms + segment_s * 1000 + late_ms, path, shape))
    return made


__all__ = ["Film", "Recorded", "RecordingsServer", "film", "record"]

"""From the server's sending to the painted tile, by the frame code in the picture; against bare decode loops.

Both look at the same shared streams at the same time, so that what the server holds back counts for both.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from tests.bench._video_source import SHAPE, cameras, in_window, make_clips, phase_ms
from tests.bench.frame_code import age_s, read_code

ROUNDS = 3
SECONDS = 10.0
SIZES = (16, 64)
REFERENCES = 8
GOAL_MS = 2 * 1000 / SHAPE.fps


def run(brief: bool) -> dict[str, object]:
    """Milliseconds. `added`: a painted picture's age beyond what a plain PyAV loop on the same stream has when it
    holds the decoded picture (the loop's median; the loop decodes too, so the decode is in both). `arrival_to_paint`:
    from the last byte of the picture's data to the paint, as the product itself measures. Goal: 2 frame intervals.
    """
    rounds, seconds = (1, 3.0) if brief else (ROUNDS, SECONDS)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = make_clips(folder)
        for _ in range(rounds):
            for count in SIZES[: 1 if brief else None]:
                with cameras(folder, clips, count) as (_, addresses):
                    _one(taken, count, addresses, seconds)
    medians: dict[str, object] = {key: round(statistics.median(values), 2) for key, values in taken.items()}
    return {"rounds": rounds, "two_frame_intervals_ms": round(GOAL_MS, 1), **medians}


def _one(taken: dict[str, list[float]], count: int, addresses: Sequence[str], seconds: float) -> None:
    references = [Reference(index, addresses[index]) for index in range(REFERENCES)]
    for reference in references:
        reference.start()
    figures = in_window("tests.bench._latency_window", str(seconds), *addresses)
    for reference in references:
        reference.stop()
    added = [
        age - reference.median_ms()
        for reference in references
        for age in figures["ages_ms"].get(str(reference.index), [])
    ]
    for share in (50, 95, 99):
        taken.setdefault(f"added_p{share}_ms_{count}", []).append(float(np.percentile(added, share)))
        arrival = float(np.percentile(figures["added_ms"], share))
        taken.setdefault(f"arrival_to_paint_p{share}_ms_{count}", []).append(arrival)
    bare = statistics.median(reference.median_ms() for reference in references)
    taken.setdefault(f"bare_loop_age_p50_ms_{count}", []).append(bare)
    taken.setdefault(f"pictures_read_{count}", []).append(float(len(added)))
    taken.setdefault(f"pictures_unread_{count}", []).append(float(figures["unread"]))


class Reference(threading.Thread):
    """A plain loop on one stream: reads, decodes, notes the picture's age."""

    def __init__(self, index: int, address: str) -> None:
        super().__init__(daemon=True)
        self.index = index
        self._address = address
        self._ended = threading.Event()
        self._ages_ms: list[float] = []

    def run(self) -> None:
        options = {"rtsp_transport": "tcp", "flags": "low_delay"}
        with av.open(self._address, options=options) as container:
            video = container.streams.video[0]
            video.codec_context.thread_count = 1
            started_s = time.monotonic()
            for frame in container.decode(video):
                now_s = time.time()
                if self._ended.is_set():
                    return
                grey = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(-1, frame.planes[0].line_size)
                code = read_code(grey[: frame.height, : frame.width])
                if code is not None and time.monotonic() - started_s > 2.0:
                    self._ages_ms.append(1000 * age_s(code, SHAPE.frames, SHAPE.fps, now_s, phase_ms(self.index)))

    def stop(self) -> None:
        self._ended.set()
        self.join(10.0)

    def median_ms(self) -> float:
        """Half of the pictures were younger than this when the loop had decoded them."""
        return statistics.median(self._ages_ms)

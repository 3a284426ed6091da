"""From the server's sending to the painted tile, by the frame code in the picture; against a bare decode loop."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import av
import numpy as np

from tests.bench._video_source import SHAPE, cameras, in_window, make_clips, phase_ms
from tests.bench.frame_code import age_s, read_code

ROUNDS = 3
SECONDS = 10.0
SIZES = (16, 64)
GOAL_MS = 2 * 1000 / SHAPE.fps


def run(brief: bool) -> dict[str, object]:
    """Percentiles of a picture's age when it is painted, milliseconds; the goal is 2 frame intervals and the decode.

    The anchor is the age at which a plain PyAV loop on one idle stream holds the decoded picture: what the server,
    the loopback and the decoder take by themselves.
    """
    rounds, seconds = (1, 3.0) if brief else (ROUNDS, SECONDS)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = make_clips(folder)
        for _ in range(rounds):
            with cameras(folder, clips, 1) as (_, addresses):
                taken.setdefault("bare_p95_ms", []).append(bare_p95_ms(addresses[0], seconds))
            for count in SIZES[: 1 if brief else None]:
                with cameras(folder, clips, count) as (_, addresses):
                    figures = in_window("tests.bench._latency_window", str(seconds), *addresses)
                for key, value in figures.items():
                    taken.setdefault(f"{key}_{count}", []).append(float(value))
    medians: dict[str, object] = {key: round(statistics.median(values), 2) for key, values in taken.items()}
    return {"rounds": rounds, "two_frame_intervals_ms": round(GOAL_MS, 1), **medians}


def bare_p95_ms(address: str, seconds: float) -> float:
    """Age of the decoded picture in a plain loop."""
    ages = []
    options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "flags": "low_delay"}
    with av.open(address, options=options) as container:
        video = container.streams.video[0]
        video.codec_context.thread_count = 1
        started_s = time.monotonic()
        for frame in container.decode(video):
            now_s = time.time()
            if time.monotonic() - started_s > seconds:
                break
            grey = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(-1, frame.planes[0].line_size)
            code = read_code(grey[: frame.height, : frame.width])
            if code is not None and time.monotonic() - started_s > 1.5:
                ages.append(age_s(code, SHAPE.frames, SHAPE.fps, now_s, phase_ms(0)))
    return float(np.percentile(np.array(ages) * 1000, 95))

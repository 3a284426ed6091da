"""CPU, first pictures, shown share and memory of the wall, against bare decoding and against QMediaPlayer."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench._video_source import SHAPE, cameras, ffmpeg_cpu_s_per_frame, in_window, make_clips

ROUNDS = 3
SECONDS = 10.0
SIZES = (16, 64, 128)
PLAYERS = 16
WINDOW = "tests.bench._wall_window"


def run(brief: bool) -> dict[str, object]:
    """Anchor and product take turns; the median of the rounds is told, with all rounds beside it.

    Ratios are CPU-seconds against those of `ffmpeg -threads 1 -i clip -f null -` for the same pictures.
    """
    rounds, seconds = (1, 3.0) if brief else (ROUNDS, SECONDS)
    sizes = SIZES[:1] if brief else SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = make_clips(folder)
        taken = [_round(folder, clips, sizes, seconds) for _ in range(rounds)]
    return {
        "cores": os.cpu_count(),
        "rounds": rounds,
        "seconds": seconds,
        "clip": f"{SHAPE.width_px}x{SHAPE.height_px}@{SHAPE.fps}, {len(clips)} films",
        **_medians(taken),
    }


def _round(folder: Path, clips: Sequence[Path], sizes: Sequence[int], seconds: float) -> dict[str, float]:
    figures: dict[str, float] = {}
    anchor = ffmpeg_cpu_s_per_frame(clips, 6) * SHAPE.fps
    figures["anchor_core_per_stream"] = anchor
    for count in sizes:
        with cameras(folder, clips, count) as (_, addresses):
            wall = in_window(WINDOW, "wall", str(seconds), *addresses)
            _note_wall(figures, wall, count, anchor)
            if count == sizes[min(1, len(sizes) - 1)]:
                alone = in_window(WINDOW, "decode", str(seconds), *addresses)
                figures[f"decode_alone_ratio_{count}"] = float(alone["workers_core"]) / _due(alone, anchor, count)
            if count == PLAYERS:
                players = in_window(WINDOW, "players", str(seconds), *addresses)
                ours = float(wall["gui_core"]) + float(wall["workers_core"])
                figures["players_core_16"] = float(players["core"])
                figures["players_shown_share_16"] = float(players["shown_share"])
                figures["players_last_first_picture_s_16"] = float(players["last_first_picture_s"])
                figures["players_memory_mb_per_tile_16"] = float(players["memory_mb_per_tile"])
                figures["ratio_to_players_16"] = ours / float(players["core"])
    return figures


def _due(alone: dict[str, Any], anchor: float, count: int) -> float:
    """What the anchor would have used for the pictures that were really decoded."""
    return anchor * count * float(alone["decoded_share"])


def _note_wall(figures: dict[str, float], wall: dict[str, Any], count: int, anchor: float) -> None:
    for name in (
        "gui_core", "workers_core", "painted_share", "last_first_picture_s", "timer_late_p99_ms", "live_tiles",
        "memory_mb_per_tile", "threads_per_stream",
    ):  # fmt: skip
        figures[f"{name}_{count}"] = float(wall[name])
    used = float(wall["gui_core"]) + float(wall["workers_core"])
    figures[f"ratio_to_bare_decode_{count}"] = used / (anchor * count)


def _medians(taken: Sequence[dict[str, float]]) -> dict[str, object]:
    medians: dict[str, object] = {name: round(statistics.median(one[name] for one in taken), 4) for name in taken[0]}
    if len(taken) > 1:
        medians["spread"] = {
            name: [round(min(one[name] for one in taken), 3), round(max(one[name] for one in taken), 3)]
            for name in taken[0]
            if "ratio" in name or "share" in name
        }
    return medians

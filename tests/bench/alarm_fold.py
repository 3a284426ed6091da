"""The fold of a long log of alarms against bare decoding of it, and the inbox opened after many of them.

A million events of a plausible room (as the replay's benchmark makes them) are written as JSON once; the anchor parses
each line with `json.loads` and no more, the product validates it and folds it into the room's state, turn by turn.
The inbox is a real window after 50,000 alarms, of which 500 are open: told is the longest time its event loop did not
come round while it was opened, scrolled from end to end, and while a hundred alarms changed.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backend.contracts.events import LoggedEvent
from backend.contracts.state import RoomState, apply
from config.site import load_site, public_site
from tests.bench.desk import _display
from tests.system.backend_process import LAOCAI, TOP
from tests.unit.log_story import Story

EVENTS = 1_000_000
ROUNDS = 3
HISTORY = 50_000
PART = 50_000
BEGIN_MS = 1_767_225_600_000
MONTH_MS = 30 * 86_400_000


def run(brief: bool) -> dict[str, object]:
    """Fold and anchor take turns, part by part."""
    count, alarms, rounds = (20_000, 2_000, 1) if brief else (EVENTS, HISTORY, ROUNDS)
    with tempfile.TemporaryDirectory() as name, _display() as display:
        log = Path(name) / "log.jsonl"
        _write(log, count)
        taken = [_round(log) for _ in range(rounds)]
        out = Path(name) / "inbox.json"
        command = [sys.executable, "-m", "tests.bench._inbox_window", str(out), str(alarms)]
        subprocess.run(command, cwd=TOP, env={**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}, check=True)
        inbox = json.loads(out.read_text("utf-8"))
    ours, bare = (statistics.median(column) for column in zip(*taken, strict=True))
    return {
        "cores": os.cpu_count(),
        "rounds": rounds,
        "events": count,
        "fold_per_s": round(ours),
        "bare_decode_per_s": round(bare),
        "ratio": round(ours / bare, 3),
        "alarms_before": alarms,
        **inbox,
    }


def _write(log: Path, count: int) -> None:
    story = Story(public_site(load_site(LAOCAI), BEGIN_MS), 7, BEGIN_MS, MONTH_MS / count)
    with log.open("w", encoding="utf-8") as file:
        for seq, one in zip(range(1, count + 1), story.happenings(), strict=False):
            logged = LoggedEvent(seq=seq, at_ms=one.at_ms, actor=one.actor, caused_by=None, origin="", event=one.event)
            file.write(logged.model_dump_json() + "\n")


def _round(log: Path) -> tuple[float, float]:
    """(events folded, events decoded) a second of processor time."""
    state, ours_s, bare_s, count = RoomState(epoch="bench"), 0.0, 0.0, 0
    gc.disable()
    with log.open("rb") as file:
        while lines := [line for _, line in zip(range(PART), file, strict=False)]:
            began_s = time.process_time()
            for line in lines:
                json.loads(line)
            middle_s = time.process_time()
            for line in lines:
                apply(state, LoggedEvent.model_validate_json(line))
            ours_s += time.process_time() - middle_s
            bare_s += middle_s - began_s
            count += len(lines)
    gc.enable()
    return count / ours_s, count / bare_s

"""A storm: 5,000 detections a second for a minute on all cameras, grave bulletins among them, one officer's desk.

The detections come through the HTTP door in bodies of 250, all rules but those of priority 1; the bulletins (CAP,
severity Extreme) come at uneven times. Told: how many of the storm's detections were stored a second, whether a
bulletin was lost or seen late (from its own time in the log to the end of the painting of its row), how late the
desk's event loop got, what the backend's memory did, and how many rows are left that need a hand. The anchor is the
empty window's event loop beside the same storm, and the same desk before it.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench._desk_room import BenchRoom, bench_room
from tests.bench.desk import SETTLE_S, _display, _ended, _load, _ordered, _window, cpu_ticks, every_due_ms, percentile
from tests.system.backend_process import PASSWORD

STORM_PER_S = 5_000.0
SECONDS = 60.0
ALERTS = 30


def run(brief: bool) -> dict[str, object]:
    """One storm."""
    seconds, alerts = (10.0, 5) if brief else (SECONDS, ALERTS)
    with tempfile.TemporaryDirectory() as name, bench_room(Path(name)) as room:
        return _stormed(Path(name), room, seconds, alerts)


def _stormed(folder: Path, room: BenchRoom, seconds: float, alerts: int) -> dict[str, object]:
    with ExitStack() as stack:
        empty_out, desk_out = folder / "empty.json", folder / "desk.json"
        load = stack.enter_context(_load(folder, room))
        display = stack.enter_context(_display())
        empty = stack.enter_context(_window("empty", empty_out, display))
        desk = stack.enter_context(_window("desk", desk_out, display, room.backend.url, room.operator, PASSWORD))
        time.sleep(SETTLE_S)
        quiet_s = time.time()
        _ordered(load, {"seconds": seconds / 4, "samples_per_s": 0, "changes_per_s": 0, "alerts": 3})
        before_mb = _memory_mb(room.backend.process.pid)
        began_s, ticks = time.time(), cpu_ticks()
        order = {"seconds": seconds, "samples_per_s": 0, "changes_per_s": 0, "alerts": alerts}
        outcome = _ordered(load, {**order, "storm_per_s": STORM_PER_S})
        ended_s = time.time()
        busy, whole = (after - earlier for after, earlier in zip(cpu_ticks(), ticks, strict=True))
        after_mb = _memory_mb(room.backend.process.pid)
        time.sleep(SETTLE_S)
        _ended(desk)
        _ended(empty)
        seen, idle = json.loads(desk_out.read_text("utf-8")), json.loads(empty_out.read_text("utf-8"))
    return {
        "cores": os.cpu_count(),
        "seconds": seconds,
        "asked_per_s": STORM_PER_S,
        "stored_per_s": round(outcome["changes"] / (ended_s - began_s)),
        "took_s": round(ended_s - began_s, 1),
        "machine_busy": round(busy / whole, 2),
        **_bulletins(outcome, seen),
        **_lateness("storm", seen["beats"], began_s, ended_s),
        **_lateness("before", seen["beats"], quiet_s, quiet_s + seconds / 4),
        **_lateness("empty_beside", idle["beats"], began_s, ended_s),
        "backend_mb_before": before_mb,
        "backend_mb_after": after_mb,
        "storm_alerts_left": len([one for one in seen["left"] if one[0] < 5]),
        "inbox_rows_that_wait": seen["rows"],
        "alerts": [f"{priority} · {headline}" for priority, _, headline in seen["left"] if priority < 5][:15],
        "refused": outcome["refused"][:3],
    }


def _bulletins(outcome: dict[str, Any], seen: dict[str, Any]) -> dict[str, object]:
    keys = list(outcome["alerts"])
    shown = [key for key in keys if key in seen["painted_s"] and key in seen["logged_s"]]
    spans = [max(0.0, seen["painted_s"][key] - seen["logged_s"][key]) * 1000 for key in shown]
    told: dict[str, object] = {"critical": len(keys), "critical_never_seen": len(keys) - len(shown)}
    if spans:
        told |= {f"critical_seen_{name}_ms": round(percentile(spans, share)) for share, name in _SHARES}
    return told


_SHARES = ((0.5, "p50"), (0.95, "p95"), (1.0, "max"))


def _lateness(name: str, beats: list[tuple[float, float]], start_s: float, end_s: float) -> dict[str, object]:
    _, due = every_due_ms(beats, start_s, end_s)
    return {f"late_{name}_p99_ms": round(percentile(due, 0.99), 1), f"late_{name}_max_ms": round(max(due), 1)}


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0

"""From an alarm to the room standing on it with no click, and how many keys it takes to answer it.

A real desk (one window, the demonstration city, its cameras from a real RTSP server) shows the camera wall. A fire is
detected on one camera after the other. The room stands on it when the alarm layout is shown, the alert is selected, the
card shows its headline, the strip begins with its camera and the map has flown there. Counted from the event's own time
in the log. Then real key presses: the blank acknowledges, D and Enter hand it to an agency; a key counts when it was
pressed, and is done when its event came back. The anchor is one fsync where the backend stores, one loopback round trip
and the time the same map takes to fly to a place when a person asks for it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench._desk_room import bench_room
from tests.bench.desk import _display, percentile
from tests.system.backend_process import TOP

ROUNDS = 25


def run(brief: bool) -> dict[str, object]:
    """One fire after the other."""
    rounds = 3 if brief else ROUNDS
    with tempfile.TemporaryDirectory() as name, bench_room(Path(name)) as room, _display() as display:
        out = Path(name) / "alarm.json"
        words = [str(out), str(room.site), room.backend.url, room.operator, room.tokens["camera-ai"], str(rounds)]
        command = [sys.executable, "-m", "tests.bench._alarm_window", *words]
        subprocess.run(command, cwd=TOP, env={**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}, check=True)
        seen = json.loads(out.read_text("utf-8"))
    standing, flown = seen["standing_ms"], seen["flight_ms"]
    return {
        "cores": os.cpu_count(),
        "alarms": rounds,
        "standing_p50_ms": round(statistics.median(standing)),
        "standing_p95_ms": round(percentile(standing, 0.95)),
        "standing_first_ms": round(standing[0]),
        "map_flight_by_hand_p50_ms": round(statistics.median(flown)),
        "acknowledge_keys": max(seen["acknowledge_keys"]),
        "acknowledge_p95_ms": round(percentile(seen["acknowledge_ms"], 0.95)),
        "dispatch_keys": max(seen["dispatch_keys"]),
        "dispatch_p95_ms": round(percentile(seen["dispatch_ms"], 0.95)),
    }

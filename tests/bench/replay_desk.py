"""Does a replay at high speed hold up the desk? Timer lateness in a window with every panel of the room.

`python -m tests.bench replay_desk [--data FOLDER]`. The anchor is an empty window of the same process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench._replay_room import built, doors

RATES = (1.0, 64.0, -4.0)
WINDOW = "tests.bench._replay_desk_window"


def run(brief: bool, data: Path | None = None) -> dict[str, object]:
    """Milliseconds; `events_per_s` folded meanwhile, `reached_rate` how fast the room really went."""
    # The density of the large log: 10 million events in 30 days.
    events, days, seconds = (20_000, 0.06, 5.0) if brief else (500_000, 1.5, 30.0)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as scratch:
        folder = data or Path(scratch)
        made = built(folder, events, days)
        with doors(folder) as (port, token):
            order = {
                "port": port,
                "token": token,
                "at_ms": (made.first_ms + made.last_ms) // 2,
                "seconds": seconds,
                "rates": RATES,
            }
            done = subprocess.run(
                [sys.executable, "-m", WINDOW], input=json.dumps(order), capture_output=True, text=True, check=False
            )
    if done.returncode or not done.stdout:
        raise SystemExit(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    figures: dict[str, object] = json.loads(done.stdout)
    return {"events": made.events, "spans_days": made.spans_days, **figures}

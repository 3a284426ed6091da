"""The whole desk under load: how late its event loop gets, how soon an alert is seen, how fast it starts.

Two monitors (inbox, map in QtWebEngine, eight charts; sixteen live tiles 640x360@15 from a real RTSP server), a real
backend on a copy of the demonstration city, and 500 things a second through its HTTP doors: 400 samples of station
files and 100 changes of open alerts (detections on the cameras), each stored, logged, fanned out and folded.

Lateness is that of a 5 ms timer of the GUI thread. A beat that comes late stands for all that were due meanwhile
(otherwise a stall of a second would count as one bad beat among many good ones); what the plain timer says is told
beside it. The anchor is the same timer in an empty window: before the desk starts, and beside it under the same load.

Seen: from the event's own time in the log (set before it is stored) to the end of the painting of its row in the inbox.
The anchor is one fsync where the backend stores, one loopback round trip and one frame of 60 Hz, in the same minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench._desk_room import BenchRoom, bench_room, copy_city, free_ports
from tests.system.backend_process import PASSWORD, TOP

ROUNDS = 5
SECONDS = 20.0
ALERTS = 20
SAMPLES_PER_S = 400.0
CHANGES_PER_S = 100.0
BEAT_S = 0.005
FRAME_MS = 1000 / 60
READY_S = 60.0
TWO_MONITORS = "-screen 0 3840x1080x24"
SETTLE_S = 3.0
STARTS = 5
PHASES = ("nothing", "quiet", "load")
START_S = 240.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time (Unix seconds) and what the load did in it.

    Attributes:
        busy: share of the whole machine's processors that was used, by anybody.
    """

    name: str
    start_s: float
    end_s: float
    outcome: dict[str, Any]
    busy: float


def run(brief: bool) -> dict[str, object]:
    """Rounds of quiet and load take turns on one desk; medians over the rounds, alerts of all rounds together."""
    rounds, seconds, alerts = (1, 8.0, 10) if brief else (ROUNDS, SECONDS, ALERTS)
    with tempfile.TemporaryDirectory() as name, bench_room(Path(name)) as room:
        phases, desk, empty = _live(Path(name), room, rounds, seconds, alerts)
    with tempfile.TemporaryDirectory() as name:
        starts = _starts(Path(name), 1 if brief else STARTS)
    return {
        "cores": os.cpu_count(),
        "rounds": rounds,
        "seconds": seconds,
        "load": f"{SAMPLES_PER_S:g} samples/s + {CHANGES_PER_S:g} alert changes/s",
        **_lateness(phases, desk, empty),
        **_seen(phases, desk),
        **_load_told(phases),
        **starts,
    }


def _live(
    folder: Path, room: BenchRoom, rounds: int, seconds: float, alerts: int
) -> tuple[list[Phase], dict[str, Any], dict[str, Any]]:
    phases: list[Phase] = []

    def phase(name: str, load: subprocess.Popen[str], samples_per_s: float, changes_per_s: float, count: int) -> None:
        order = {"seconds": seconds, "samples_per_s": samples_per_s, "changes_per_s": changes_per_s, "alerts": count}
        start_s, before = time.time(), cpu_ticks()
        outcome = _ordered(load, order)
        busy, whole = (after - earlier for after, earlier in zip(cpu_ticks(), before, strict=True))
        phases.append(Phase(name, start_s, start_s + seconds, outcome, busy / whole))

    with ExitStack() as stack:
        empty_out, desk_out = folder / "empty.json", folder / "desk.json"
        load = stack.enter_context(_load(folder, room))
        display = stack.enter_context(_display())
        empty = stack.enter_context(_window("empty", empty_out, display))
        time.sleep(SETTLE_S)
        phase("nothing", load, 0, 0, 0)
        desk = stack.enter_context(_window("desk", desk_out, display, room.backend.url, room.operator, PASSWORD))
        # Every camera gets its alerts of each kind, so that the load changes alerts and does not raise them.
        _ordered(load, {"seconds": 3.0, "samples_per_s": SAMPLES_PER_S, "changes_per_s": CHANGES_PER_S, "alerts": 1})
        for _ in range(rounds):
            time.sleep(SETTLE_S)
            phase("quiet", load, 0, 0, alerts)
            phase("load", load, SAMPLES_PER_S, CHANGES_PER_S, alerts)
        _ended(desk)
        _ended(empty)
        return phases, json.loads(desk_out.read_text("utf-8")), json.loads(empty_out.read_text("utf-8"))


# -- processes -------------------------------------------------------------------------------------------------


@contextmanager
def _display() -> Iterator[str]:
    """A display as wide as two monitors."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), *TWO_MONITORS.split(), "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def _window(kind: str, out: Path, display: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench._desk_window", kind, str(out), *words]
    environment = {**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}
    with (out.with_suffix(".log")).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=TOP, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        _await_line(process, "ready", READY_S, out.with_suffix(".log"))
        yield process
    finally:
        process.kill()
        process.wait(10)


def _await_line(process: subprocess.Popen[str], wanted: str, timeout_s: float, log: Path) -> str:
    """The first line that begins with `wanted`. Raises RuntimeError when the process ends or takes too long."""
    assert process.stdout is not None
    pipe = process.stdout
    found: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in pipe:
            found.put(line)

    threading.Thread(target=read, daemon=True).start()
    alarm_s = time.monotonic() + timeout_s
    while time.monotonic() < alarm_s and (process.poll() is None or not found.empty()):
        with contextlib.suppress(queue.Empty):
            line = found.get(timeout=0.5)
            if line.startswith(wanted):
                return line.strip()
    raise RuntimeError(f"{wanted!r} never came: {log.read_text('utf-8')[-3000:]}")


def _ended(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@contextmanager
def _load(folder: Path, room: BenchRoom) -> Iterator[subprocess.Popen[str]]:
    told = folder / "load.json"
    told.write_text(json.dumps({"url": room.backend.url, "tokens": room.tokens, "site": str(room.site)}), "utf-8")
    command = [sys.executable, "-m", "tests.bench._desk_load", str(told)]
    process = subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _ordered(load: subprocess.Popen[str], order: dict[str, float]) -> dict[str, Any]:
    assert load.stdin is not None
    assert load.stdout is not None
    load.stdin.write(json.dumps(order) + "\n")
    load.stdin.flush()
    outcome: dict[str, Any] = json.loads(load.stdout.readline())
    return outcome


# -- figures ---------------------------------------------------------------------------------------------------


def cpu_ticks() -> tuple[int, int]:
    """(busy, whole) ticks of all processors so far."""
    fields = [int(word) for word in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def percentile(values: Sequence[float], share: float) -> float:
    """NaN-free: an empty sequence is an error of the benchmark."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def every_due_ms(beats: Sequence[tuple[float, float]], start_s: float, end_s: float) -> tuple[list[float], list[float]]:
    """Lateness, ms, of the beats in a stretch: as they came, and of every beat that was due."""
    came, due = [], []
    for at_s, late_s in beats:
        if start_s <= at_s < end_s:
            came.append(late_s * 1000)
            while late_s >= 0:
                due.append(late_s * 1000)
                late_s -= BEAT_S
    return came, due


def _lateness(phases: Sequence[Phase], desk: dict[str, Any], empty: dict[str, Any]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for label, beats, phase_name in (
        ("late_load", desk["beats"], "load"),
        ("late_quiet", desk["beats"], "quiet"),
        ("late_empty_beside_load", empty["beats"], "load"),
        ("late_empty_alone", empty["beats"], "nothing"),
    ):
        rounds = [every_due_ms(beats, one.start_s, one.end_s) for one in phases if one.name == phase_name]
        for share, name in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
            figures[f"{label}_{name}_ms"] = _middle(percentile(due, share) for _, due in rounds)
        figures[f"{label}_p99_ms_plain_timer"] = _middle(percentile(came, 0.99) for came, _ in rounds)
        figures[f"{label}_p99_ms_rounds"] = [round(percentile(due, 0.99), 1) for _, due in rounds]
    idle_ms = float(str(figures["late_empty_alone_p99_ms"]))
    beside_ms = float(str(figures["late_empty_beside_load_p99_ms"]))
    figures["late_goal_ms"] = round(min(50.0, 3 * idle_ms + FRAME_MS), 1)
    figures["late_goal_ms_same_load"] = round(min(50.0, 3 * beside_ms + FRAME_MS), 1)
    return figures


def _middle(values: Iterator[float] | Sequence[float]) -> float:
    return round(statistics.median(values), 2)


def _seen(phases: Sequence[Phase], desk: dict[str, Any]) -> dict[str, object]:
    """Alerts that were never painted count as missed, and are told."""
    figures: dict[str, object] = {}
    for name in ("load", "quiet"):
        mine = [one for one in phases if one.name == name]
        keys = [key for one in mine for key in one.outcome["alerts"]]
        shown = [key for key in keys if key in desk["painted_s"] and key in desk["logged_s"]]
        figures[f"alerts_{name}"], figures[f"alerts_{name}_never_seen"] = len(keys), len(keys) - len(shown)
        answered = {key: times[1] for one in mine for key, times in one.outcome["alerts"].items()}
        for label, since in (("logged", desk["logged_s"]), ("answered", answered)):
            spans = [max(0.0, desk["painted_s"][key] - since[key]) * 1000 for key in shown]
            for share, word in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"), (1.0, "max")):
                figures[f"{label}_to_painted_{name}_{word}_ms"] = round(percentile(spans, share), 1)
        taken = [(desk["taken_s"][key] - desk["logged_s"][key]) * 1000 for key in shown]
        flushed = [(at_s - desk["painted_s"][key]) * 1000 for key, at_s in desk["flushed_s"].items() if key in shown]
        figures[f"logged_to_gui_{name}_p95_ms"] = round(percentile(taken, 0.95), 1)
        figures[f"painted_to_screen_{name}_p95_ms"] = round(percentile(flushed, 0.95), 1)
        anchor = [one.outcome["fsync_ms"] + one.outcome["round_trip_ms"] + FRAME_MS for one in mine]
        figures[f"seen_anchor_{name}_ms"] = _middle(anchor)
        p95_ms = float(str(figures[f"logged_to_painted_{name}_p95_ms"]))
        figures[f"seen_ratio_{name}_p95"] = round(p95_ms / _middle(anchor), 2)
    return figures


def _load_told(phases: Sequence[Phase]) -> dict[str, object]:
    """What was really taken a second; a load that did not keep its times measures nothing."""
    mine = [one for one in phases if one.name == "load"]
    return {
        "samples_stored_per_s": _middle(one.outcome["samples"] / (one.end_s - one.start_s) for one in mine),
        "alert_changes_stored_per_s": _middle(one.outcome["changes"] / (one.end_s - one.start_s) for one in mine),
        **{f"machine_busy_{name}": _middle(one.busy for one in phases if one.name == name) for name in PHASES},
        "load_late_s": round(max(one.outcome["late_s"] for one in mine), 3),
        "refused": [line for one in phases for line in one.outcome["refused"]][:5],
    }


# -- starts ----------------------------------------------------------------------------------------------------


def _starts(folder: Path, again: int) -> dict[str, object]:
    """Seconds from the start of `main.py --demo` to the first live picture that was painted."""
    rtsp_port, feed_port = free_ports(2)
    site = copy_city(folder / "site", rtsp_port, feed_port)
    data = folder / "data"
    cold_s = _start_s(site, data)
    seconds = [_start_s(site, data) for _ in range(again)]
    return {
        "cold_start_s": round(cold_s, 2),
        "second_start_s": _middle(seconds),
        "second_start_s_rounds": [round(one, 2) for one in seconds],
    }


def _start_s(site: Path, data: Path) -> float:
    data.mkdir(exist_ok=True)
    shutil.rmtree(data / "desk", ignore_errors=True)
    log = data.with_suffix(".log")
    command = [sys.executable, "-m", "tests.bench._desk_start", "--demo", "--site", str(site), "--data", str(data)]
    with _display() as display, log.open("w", encoding="utf-8") as said:
        environment = {**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}
        began_s = time.monotonic()
        process = subprocess.Popen(command, cwd=TOP, env=environment, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            line = _await_line(process, "live ", START_S, log)
            return float(line.split()[1]) - began_s
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait(10)

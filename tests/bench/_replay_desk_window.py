"""A replay of the whole room in a window, in a process of its own; reads what to do from stdin, prints JSON."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from backend.contracts.state import RoomState
from console.app import dress, prepare_environment
from console.chrome.transport import TransportBar
from console.commands.commands import Commands
from console.link.target import Target
from console.link.thread import Link
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.session import Session
from console.panels import panel_specs
from console.replay_room import ReplaySession
from console.sources.live import LiveSource
from console.timebase import WallClock
from console.video.service import VideoService
from tests.bench._desk_window import Heartbeat

PANELS = ("map", "inbox", "room_log", "station_chart", "environment", "alert_card", "video_wall")
WAIT_S = 60.0


@dataclass(frozen=True)
class Order:
    """What the parent asks for; see `tests/bench/replay_desk.py`."""

    port: int
    token: str
    at_ms: int
    seconds: float
    rates: Sequence[float]


class LiveSeat:
    """The live session that a replay stands beside, without windows."""

    def __init__(self, order: Order) -> None:
        self.clock = WallClock()
        self.link = Link()
        self.link.start()
        state = RoomState()
        self.session = Session(
            clock=self.clock,
            state=state,
            alerts=AlertModel(state, "vi"),
            readings=ReadingStore(self.clock),
            link=LinkModel(),
            commands=Commands(self.link.send),
            history=self.link,
            server=self.link,
            video=VideoService(1),
            preferences=Preferences(),
            language="vi",
        )
        self.source = LiveSource(self.session, self.link, self.clock)
        self.link.connect_to(Target(f"http://127.0.0.1:{order.port}"), order.token)
        spin(lambda: self.session.link.condition == "live" and self.session.operator is not None)


def spin(right: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
    """Runs the event loop until `right()`. Raises: TimeoutError."""
    end_s = time.monotonic() + timeout_s
    loop = QEventLoop()
    beat = QTimer(interval=20)
    beat.timeout.connect(lambda: loop.quit() if right() or time.monotonic() > end_s else None)
    beat.start()
    loop.exec()
    beat.stop()
    if not right():
        raise TimeoutError


def lateness(seconds: float) -> dict[str, float]:
    """How late a timer of 5 ms came, over a while."""
    heartbeat = Heartbeat()
    heartbeat.start()
    end_s = time.monotonic() + seconds
    spin(lambda: time.monotonic() > end_s, seconds + WAIT_S)
    late = sorted(late_s * 1000 for _, late_s in heartbeat.beats)
    heartbeat.deleteLater()
    return {"p50_ms": late[len(late) // 2], "p99_ms": late[int(len(late) * 0.99)], "most_ms": late[-1]}


def main() -> None:
    order = Order(**json.loads(sys.stdin.read()))
    prepare_environment()
    application = QApplication(sys.argv[:1])
    dress(application, "vi")
    gc.disable()
    collector = QTimer(interval=500)
    collector.timeout.connect(lambda: gc.collect(1))
    collector.start()
    empty = QWidget()
    empty.resize(1900, 1000)
    empty.show()
    figures: dict[str, object] = {"empty_window": lateness(5.0)}
    empty.close()
    seat = LiveSeat(order)
    with tempfile.TemporaryDirectory() as cache:
        replay = ReplaySession(seat.session, seat.clock, Path(cache), 1)
        replay.start(order.at_ms)
        spin(lambda: replay.session.link.condition == "live")
        specs = panel_specs()
        shown: list[QWidget] = [specs[key].build(replay.session) for key in PANELS]
        shown.append(TransportBar(replay.session))
        for number, panel in enumerate(shown):
            panel.setGeometry(480 * (number % 4), 500 * (number // 4), 480, 500)
            panel.show()
        end_s = time.monotonic() + 5.0
        spin(lambda: time.monotonic() > end_s)
        figures["standing"] = lateness(5.0)
        for rate in order.rates:
            replay.control.seek(order.at_ms)
            spin(lambda: replay.session.link.condition == "live")
            before_ms, before_seq = replay.clock.now_ms(), replay.session.state.seq
            replay.control.play(rate)
            late = lateness(order.seconds)
            replay.control.pause()
            late["events_per_s"] = (replay.session.state.seq - before_seq) / order.seconds
            late["reached_rate"] = (replay.session.state.at_ms - before_ms) / 1000 / order.seconds
            figures[f"at_{rate:g}x"] = late
        replay.stop()
    print(json.dumps(figures), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()

"""The desk, or an empty window, as a process with a heartbeat: `... desk|empty OUT [URL USER PASSWORD]`.

Prints `ready` when everything in the windows is live; on SIGTERM writes what it saw to OUT and ends. Times are Unix
seconds, so that processes can be compared.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

import console.app
from backend.contracts.events import AlertRaised
from config.settings import load_settings
from console.link.inbound import LinkBatch
from console.link.target import Target
from console.panels.inbox import Inbox
from console.workspace import Leaf, Split, Workspace
from widgets.alert_row import AlertRow, AlertRowDelegate

BEAT_S = 0.005
LOOK_EVERY_MS = 100
SETTLE_MS = 4000
MARK = "bench-"
HOUR_MS = 3_600_000
CHARTS_STATION = "LC-KK-01"
"""The station with eight parameters."""

WINDOW = QRect(0, 0, 1920, 1080)
BENCH = Workspace(
    "bench",
    99,
    {"vi": "bench"},
    (
        (
            Split("row", (30, 70), (Leaf("inbox"), Split("column", (50, 50), (Leaf("map"), Leaf("station_chart"))))),
            Leaf("video_wall"),
        ),
    ),
)


class Heartbeat(QObject):
    """A 5 ms timer of the GUI thread: when each beat came, and how late."""

    def __init__(self) -> None:
        super().__init__()
        self.beats: list[tuple[float, float]] = []
        self._due_s = 0.0
        self._timer = QTimer(self, interval=round(BEAT_S * 1000), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._due_s = time.monotonic() + BEAT_S
        self._timer.start()

    def _beat(self) -> None:
        now_s = time.monotonic()
        self.beats.append((time.time(), max(now_s - self._due_s, 0.0)))
        self._due_s = now_s + BEAT_S


class Witness(QObject):
    """When each alert of the benchmark was logged, reached the GUI thread, and was painted as a row of the inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.logged_s: dict[str, float] = {}
        self.taken_s: dict[str, float] = {}
        self.painted_s: dict[str, float] = {}
        self.flushed_s: dict[str, float] = {}
        self._waiting: list[str] = []

    def watch_rows(self) -> None:
        """Note each row after it was painted, and once more when the loop runs again: then it is on the screen."""
        paint = AlertRowDelegate._painted

        def painted(
            delegate: AlertRowDelegate, row: AlertRow, size: QSize, ratio: float, font: QFont, ground: str
        ) -> QPixmap:
            pixmap = paint(delegate, row, size, ratio, font, ground)
            if MARK in row.headline and row.headline not in self.painted_s:
                self.painted_s[row.headline] = time.time()
                self._waiting.append(row.headline)
                QTimer.singleShot(0, self, self._flushed)
            return pixmap

        AlertRowDelegate._painted = painted  # type: ignore[method-assign, assignment]

    def _flushed(self) -> None:
        now_s = time.time()
        self.flushed_s |= dict.fromkeys(self._waiting, now_s)
        self._waiting.clear()

    def take(self, batch: LinkBatch) -> None:
        for logged in batch.events:
            if isinstance(logged.event, AlertRaised) and MARK in logged.event.alert.headline_vi:
                self.logged_s[logged.event.alert.headline_vi] = logged.at_ms / 1000
                self.taken_s[logged.event.alert.headline_vi] = time.time()


class BenchDesk(console.app.Desk):
    """The whole desk, with the benchmark's workspace on two monitors side by side, and an eye on it."""

    def start(self) -> None:
        self.windows.workspaces.append(BENCH)
        self.heartbeat, self.witness = Heartbeat(), Witness()
        self.witness.watch_rows()
        super().start()
        self.link.batch.connect(self.witness.take)
        url, user, password = sys.argv[3:6]
        self.link.sign_in(Target(url), user, password)
        self._told: tuple[int, tuple[str, ...], str] = (0, (), "")
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self._tell_ready)
        self._look.start()

    def _open_windows(self) -> None:
        if not self.windows.windows:
            self.windows.open_for_pictures(2, BENCH.key, WINDOW)
            self.session.selection.select("station", CHARTS_STATION)
            # An hour wide, every second's samples move the picture; in a day they would be lost in one column.
            charts = dict(self.windows.panels())["station_chart"]
            charts.restore_state({"span_ms": HOUR_MS, "station_id": CHARTS_STATION})

    def _tell_ready(self) -> None:
        panels = self.windows.panels()
        # The inbox and the chart have nothing to show before the load begins.
        waiting = [key for key, panel in panels if key in ("map", "video_wall") and not panel.is_live()]
        if len(panels) == 4 and not waiting:
            self._look.stop()
            QTimer.singleShot(SETTLE_MS, self, self._ready)
        elif (told := (len(panels), tuple(waiting), self.session.link.condition)) != self._told:
            self._told = told
            print(f"not ready: {told}", file=sys.stderr, flush=True)

    def _ready(self) -> None:
        self.heartbeat.start()
        print("ready", flush=True)

    def stop(self) -> None:
        witness = self.witness
        seen = {name: getattr(witness, name) for name in ("logged_s", "taken_s", "painted_s", "flushed_s")}
        left = [
            (int(alert.priority), alert.count, alert.headline_vi)
            for alert in self.session.alerts.alerts()
            if not alert.acknowledged and MARK not in alert.headline_vi
        ]
        (inbox,) = (one for window in self.windows.windows for one in window.findChildren(Inbox))
        shown = (inbox.rows.alert_at(inbox.rows.index(row, 0)) for row in range(inbox.rows.rowCount()))
        rows = sum(alert is not None and alert.unanswered for alert in shown)
        told = {"beats": self.heartbeat.beats, "left": left, "rows": rows, **seen}
        Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
        super().stop()


def desk() -> int:
    console.app.Desk = BenchDesk  # type: ignore[misc]
    data = Path(sys.argv[2]).with_suffix(".data")
    settings = load_settings(
        {"server": sys.argv[3], "data": data, "language": "vi", "alarm_workspace": ""}, data / "none.toml"
    )
    return console.app.run(settings)


def empty() -> int:
    """The anchor: an empty window's event loop in the same minutes on the same machine."""
    application = QApplication(sys.argv[:1])
    signal.signal(signal.SIGTERM, lambda number, frame: application.quit())
    window = QWidget()
    window.resize(400, 300)
    window.show()
    heartbeat = Heartbeat()
    heartbeat.start()
    print("ready", flush=True)
    code = application.exec()
    Path(sys.argv[2]).write_text(json.dumps({"beats": heartbeat.beats}), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(empty() if sys.argv[1] == "empty" else desk())

"""`--shots`: opens each workspace, waits until every panel shows live data, writes a picture of each window."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from console.models.session import Session
from console.timebase import monotonic_s
from console.windows import RoomWindow, Windows

DEADLINE_S: Final = 90.0
LOOK_EVERY_MS: Final = 250
SETTLE_S: Final = 3.0
"""After everything is live: charts draw, the map flies, tiles get their second picture."""

TO_FRONT_MS: Final = 800
"""Until a window that was raised over another has drawn itself again, the map's own process included."""

MONITORS: Final = 3
REPLAYED: Final = "replay"
WIDTH_PX: Final = 1920
HEIGHT_PX: Final = 1080


class ShotTaker(QObject):
    """One workspace after the other, then the set of three monitors: side by side where the display is wide enough,
    else one over the other and each brought to the front for its picture.

    Args:
        folder: where the pictures go.
        session: whose panels are waited for.
        windows: what is photographed.
        only: key of the one workspace to show; "" = all of them.
        screens: the set for so many monitors only; 0 = one monitor, and three of them unless `only` is given.
        replayed: begins a replay and answers its windows, for the workspaces that are for replay only.

    Signals:
        finished: exit code, 0 when every panel was live.
    """

    finished = Signal(int)

    def __init__(
        self,
        folder: Path,
        session: Session,
        windows: Windows,
        only: str = "",
        screens: int = 0,
        replayed: Callable[[], Windows] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._session = session
        self._windows = windows
        self._replayed = replayed
        known = [workspace.key for workspace in windows.workspaces]
        keys = [only] if only else known
        self._plans = [(1, key) for key in keys] if screens in (0, 1) else []
        if screens > 1 or not (screens or only):
            self._plans.append((screens or MONITORS, keys[0]))
        if not only and screens in (0, 1) and replayed is not None:
            self._plans.append((1, REPLAYED))
        self._known = known
        self._to_take: list[RoomWindow] = []
        self._empty: list[str] = []
        self._since_s = 0.0
        self._live_since_s = 0.0
        self._key = ""
        self._count = 1
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin; the outcome is `finished`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._next()

    def _next(self) -> None:
        if not self._plans:
            for line in self._empty:
                print(line, file=sys.stderr)
            self.finished.emit(1 if self._empty else 0)
            return
        self._count, self._key = self._plans.pop(0)
        first = QRect(0, 0, WIDTH_PX, HEIGHT_PX)
        if self._key not in self._known and self._replayed is not None:
            self._windows = self._replayed()
            self._key = next(one.key for one in self._windows.workspaces if one.session == "replay")
        self._windows.open_for_pictures(self._count, self._key, first)
        screen = QGuiApplication.primaryScreen()
        if screen is None or screen.geometry().width() < self._count * WIDTH_PX:
            for window in self._windows.windows:
                window.setGeometry(first)
        self._since_s, self._live_since_s = monotonic_s(), 0.0
        self._timer.start()

    def _look(self) -> None:
        now_s = monotonic_s()
        waiting = [key for key, panel in self._windows.panels() if not panel.is_live()]
        if not self._windows.panels():
            waiting = ["no panel"]
        if waiting:
            self._live_since_s = 0.0
        elif not self._live_since_s:
            self._live_since_s = now_s
        if waiting and now_s - self._since_s > DEADLINE_S:
            self._empty.append(f"--shots: {self._key}: still empty after {DEADLINE_S:g} s: {', '.join(waiting)}")
            self._take()
        elif self._live_since_s and now_s - self._live_since_s > SETTLE_S:
            self._take()

    def _take(self) -> None:
        self._timer.stop()
        self._to_take = list(self._windows.windows)
        self._bring_to_front()

    def _bring_to_front(self) -> None:
        if not self._to_take:
            self._next()
            return
        self._to_take[0].raise_()
        # A window that stands alone is drawn already.
        QTimer.singleShot(TO_FRONT_MS if self._count > 1 else 0, self, self._take_front)

    def _take_front(self) -> None:
        window = self._to_take.pop(0)
        # From the screen, not from the widget: the map's picture is composed outside of Qt's own painting.
        screen = QGuiApplication.primaryScreen()
        place = window.frameGeometry()
        picture = screen.grabWindow(0, place.x(), place.y(), place.width(), place.height())
        name = f"{self._key}-{self._count}-monitors-{window.number + 1}.png" if self._count > 1 else f"{self._key}.png"
        if picture.save(str(self._folder / name)):
            print(self._folder / name, flush=True)
        else:
            self._empty.append(f"--shots: {self._folder / name} could not be written")
        self._bring_to_front()

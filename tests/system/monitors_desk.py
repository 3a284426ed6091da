"""The desk's windows on the monitors of $DISPLAY; tells where everything stands, one JSON object a line.

Started by test_monitors.py as a process of its own, because Qt talks to one X server in its life.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QWidget

from console.models.preferences import Preferences
from console.windows import Windows
from console.workspace import Leaf, Split, Workspace

TELL_EVERY_MS = 50


class Plain(QLabel):
    """A panel with nothing in it: windows know nothing of panels, so any will do."""

    def save_state(self) -> dict[str, object]:
        return {}

    def restore_state(self, state: Mapping[str, object]) -> None:
        return

    def is_live(self) -> bool:
        return True


def main(preferences_file: str, floating: str) -> int:
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    preferences = Preferences(Path(preferences_file))
    preferences.load_now()
    two = Split("row", (50, 50), (Leaf("one"), Leaf("two")))
    windows = Windows(
        [Workspace("duty", 1, {"vi": "Trực ban"}, ((two,), (two, two, two)))],
        lambda key: (key, Plain(key)),
        lambda: (QWidget(), QWidget()),
        preferences,
        "vi",
    )
    windows.open()

    def place(widget: QWidget) -> list[int]:
        area = widget.geometry()
        return [area.x(), area.y(), area.width(), area.height()]

    def docks() -> list[QDockWidget]:
        return [dock for window in windows.windows for dock in window.findChildren(QDockWidget) if dock.isFloating()]

    def tell() -> None:
        areas = [screen.geometry() for screen in QGuiApplication.screens()]
        screens = sorted([area.x(), area.y(), area.width(), area.height()] for area in areas)
        told = {
            "screens": screens,
            "windows": [place(window) for window in windows.windows if window.isVisible()],
            "floating": [place(dock) for dock in docks()],
        }
        print(json.dumps(told), flush=True)

    def take_out() -> None:
        dock = windows.windows[-1].findChildren(QDockWidget)[0]
        dock.setFloating(True)
        corner = windows.windows[-1].geometry().topLeft()
        dock.setGeometry(corner.x() + 300, corner.y() + 300, 400, 300)

    def leave() -> None:
        windows.save()
        preferences.flush()
        application.quit()

    timer = QTimer(interval=TELL_EVERY_MS)
    timer.timeout.connect(tell)
    timer.start()
    if floating == "floating":
        QTimer.singleShot(0, take_out)
    signal.signal(signal.SIGTERM, lambda number, frame: leave())
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

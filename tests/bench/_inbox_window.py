"""The inbox after a long history of alarms, as a process: `... OUT COUNT`; the gaps of its event loop go to OUT."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from backend.contracts.events import AlertAcknowledged, AlertRaised, AlertReturned, Event, LoggedEvent
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta, apply
from console.app import dress
from console.panels.inbox import Inbox
from tests.bench._desk_window import Heartbeat
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

WATCH_S = 2.0
OPEN = 500
"""Of all alarms so many are still open: far more than one person can answer."""

PRIORITIES = (Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW)


def history(count: int, now_ms: int) -> Iterator[Event]:
    """So many alarms of the last month, each from raised to over; the last ones are still open, and hours old."""
    for number in range(count):
        made = alert(f"a-{number:06}", PRIORITIES[number % 4])
        yield AlertRaised(alert=made.model_copy(update={"raised_ms": now_ms - 7_200_000 - number}))
        if number < count - OPEN:
            yield AlertAcknowledged(alert_id=made.alert_id)
            yield AlertReturned(alert_id=made.alert_id)


def lived(seat: Seat, count: int) -> None:
    """Fold the history into the seat's room, as a desk that was there all the time."""
    now_ms = seat.clock.now_ms()
    for event in history(count, now_ms):
        logged = LoggedEvent(
            seq=seat.state.seq + 1, at_ms=now_ms, actor="an.tran", caused_by=None, origin="", event=event
        )
        apply(seat.state, logged)


def main() -> None:
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    application = QApplication(sys.argv[:1])
    dress(application, "vi")
    seat = Seat()
    heartbeat = Heartbeat()
    heartbeat.start()
    lived(seat, count)
    told: dict[str, float] = {}

    def during(name: str, do: Callable[[], object]) -> None:
        """Do it, let the loop run on, and tell the longest time it did not come round."""
        application.processEvents()
        heartbeat.beats.clear()
        began_s = time.monotonic()
        do()
        while time.monotonic() - began_s < WATCH_S:
            application.processEvents()
        told[f"{name}_longest_ms"] = round(max(late_s for _, late_s in heartbeat.beats) * 1000, 1)

    during("arrive", lambda: _arrive(seat))
    panel = Inbox(seat.session)
    panel.resize(500, 1000)
    during("open", panel.show)
    during("end", lambda: QTest.keyClick(panel.view, Qt.Key.Key_End))
    during("home", lambda: QTest.keyClick(panel.view, Qt.Key.Key_Home))
    some = list(seat.state.alerts)[:100]
    during("change", lambda: seat.happen(*(AlertAcknowledged(alert_id=key) for key in some), actor="an.tran"))
    out.write_text(json.dumps(told), encoding="utf-8")


def _arrive(seat: Seat) -> None:
    delta = Delta(reset=True)
    seat.session.alerts.take(delta)
    seat.session.changed.emit(delta)


if __name__ == "__main__":
    main()

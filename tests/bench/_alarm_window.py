"""The desk of the alarm benchmark as a process: `... OUT SITE URL USER TOKEN ROUNDS`; what it saw goes to OUT."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import httpx
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from console.app import prepare_environment
from console.link.target import Target
from console.models.places import place_of
from console.models.session import Selected
from console.panels.alert_card import AlertCard
from console.panels.camera_strip import CameraStrip
from tests.system.backend_process import PASSWORD
from tests.system.desk_in_process import RunningDesk, until
from tests.system.producers import frigate_event
from widgets.map_view import MapView

SEEN = ("standing_ms", "acknowledge_ms", "dispatch_ms", "flight_ms", "acknowledge_keys", "dispatch_keys")

THERE_DEG = 0.01
"""The map has arrived: its middle is within a kilometre of the place."""


class Officer:
    """Who sits at the desk, and the analytics that see a fire."""

    def __init__(self, room: RunningDesk, url: str, token: str) -> None:
        self.room = room
        self.session = room.desk.session
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        self._number = 0
        self.seen: dict[str, list[float]] = {name: [] for name in SEEN}

    def leave(self) -> None:
        """Back to the wall; the map of the alarm layout goes home."""
        self.session.selection.clear()
        self.room.desk.windows.show_workspace("cameras")

    def fire(self, camera_id: str) -> str:
        known = set(self.session.state.alerts)
        self._number += 1
        body = frigate_event(f"alarm-{time.time_ns()}-{self._number}", camera_id)
        assert self._client.post("/api/v1/ingest/detections", content=body).status_code == 202
        new: list[str] = []

        def came() -> bool:
            new[:] = [key for key in self.session.state.alerts if key not in known]
            return bool(new)

        until(came, "the fire is at the desk")
        return new[0]

    def stands(self, alert_id: str, camera_id: str) -> bool:
        if self.room.desk.windows.key != "duty" or self.session.selection.current != Selected("alert", alert_id):
            return False
        card, strip = self.room.panel("alert_card"), self.room.panel("camera_strip")
        assert isinstance(card, AlertCard)
        assert isinstance(strip, CameraStrip)
        headline = self.session.alerts.headline(self.room.alert(alert_id))
        shown = any(label.text() == headline and label.isVisible() for label in card.findChildren(QLabel))
        return shown and strip.wall.camera_ids[:1] == [camera_id] and self.map_is_at(Selected("alert", alert_id))

    def map_is_at(self, target: Selected) -> bool:
        panel, place = self.room.panel("map"), place_of(self.session.state, target)
        page = panel.findChild(MapView)
        if page is None or page.view is None or place is None:
            return False
        return abs(page.view.lat_deg - place[0]) < THERE_DEG and abs(page.view.lon_deg - place[1]) < THERE_DEG

    def press(self, *keys: Qt.Key) -> int:
        """How many were pressed."""
        for key in keys:
            focus = QApplication.focusWidget() or self.room.window
            QTest.keyClick(focus, key)
        return len(keys)

    def answer(self, camera_id: str) -> None:
        """One fire, from its event to the agency that has it."""
        self.leave()
        alert_id = self.fire(camera_id)
        raised_ms = self.room.alert(alert_id).raised_ms
        until(lambda: self.stands(alert_id, camera_id), "the room stands on it", 20.0)
        self.seen["standing_ms"].append(time.time() * 1000 - raised_ms)
        until(lambda: self.session.selection.is_settled, "it can be seen")
        began_s = time.monotonic()
        self.seen["acknowledge_keys"].append(self.press(Qt.Key.Key_Space))
        until(lambda: self.room.alert(alert_id).acknowledged, "acknowledged")
        self.seen["acknowledge_ms"].append((time.monotonic() - began_s) * 1000)
        began_s = time.monotonic()
        self.seen["dispatch_keys"].append(self.press(Qt.Key.Key_D, Qt.Key.Key_Return))
        until(lambda: bool(self.room.alert(alert_id).dispatched_to), "the agency has it")
        self.seen["dispatch_ms"].append((time.monotonic() - began_s) * 1000)

    def fly(self, camera_id: str) -> None:
        """The anchor: a person asks the same map to go somewhere."""
        target = Selected("camera", camera_id)
        began_s = time.monotonic()
        self.session.selection.bring_room_to("camera", camera_id)
        until(lambda: self.map_is_at(target), "the map is there")
        self.seen["flight_ms"].append((time.monotonic() - began_s) * 1000)


def main() -> None:
    out, site, url, user, token, rounds = sys.argv[1:7]
    prepare_environment()
    QApplication(sys.argv[:1])
    with RunningDesk(Path(site), Path(out).parent / "alarm", "cameras", server=url) as room:
        room.desk.session.link.server = url
        room.desk.link.sign_in(Target(url), user, PASSWORD)
        room.until_live()
        officer = Officer(room, url, token)
        until(lambda: all(w.has("duty") for w in room.desk.windows.windows), "the alarm layout is made", 20.0)
        cameras = [camera.camera_id for camera in room.desk.session.state.site.cameras]  # type: ignore[union-attr]
        for number in range(int(rounds)):
            officer.answer(cameras[number % len(cameras)])
            officer.fly(cameras[(number + 7) % len(cameras)])
        Path(out).write_text(json.dumps(officer.seen), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Asking the map's page, and waiting for its answer, from a test."""

from __future__ import annotations

import json
from typing import Any

from pytestqt.qtbot import QtBot

from widgets.map_view import MapView

WAIT_MS = 15_000


def ask(qtbot: QtBot, view: MapView, script: str) -> Any:
    """What `script` evaluates to in the page, by way of JSON."""
    answers: list[str] = []
    view.web_page.runJavaScript(f"JSON.stringify({script})", lambda answer: answers.append(answer))
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT_MS)
    return json.loads(answers[0] or "null")


def settled(qtbot: QtBot, view: MapView) -> None:
    """Until the page has shown everything it was sent."""
    qtbot.waitUntil(
        lambda: view.is_ready and not view.feed.due and view.feed.in_flight is None, timeout=WAIT_MS
    )  # fmt: skip

"""Three monitors that come and go on a real X server: every window goes home, none is ever lost."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

from tests.system.xorg_display import XorgDisplay, xorg_missing

TOP: Final = Path(__file__).resolve().parents[2]
WAIT_S: Final = 15.0
LEFT, MIDDLE, RIGHT = ([index * 1920, 0, 1920, 1080] for index in range(3))

pytestmark = [pytest.mark.xorg, pytest.mark.skipif(bool(xorg_missing()), reason=xorg_missing())]


class DeskProcess:
    """The windows of the desk in a process of their own."""

    def __init__(self, display: XorgDisplay, preferences: Path, *, floating: bool = False) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.monitors_desk", str(preferences), "floating" if floating else "-"],
            cwd=TOP,
            env={**os.environ, "DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            for line in stdout:
                self._lines.put(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(10)
        self._reader.join(10)

    def until(self, right: Callable[[dict[str, list[list[int]]]], bool]) -> dict[str, list[list[int]]]:
        """What the desk tells, once it is as `right` wants it."""
        deadline = time.monotonic() + WAIT_S
        told: dict[str, list[list[int]]] = {}
        while time.monotonic() < deadline:
            try:
                told = json.loads(self._lines.get(timeout=1.0))
            except queue.Empty:
                continue
            if right(told):
                return told
        raise AssertionError(f"after {WAIT_S:g} s the desk still tells {told}")

    def leave(self) -> None:
        """As the operator leaves it: places are remembered."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(10) == 0


@pytest.fixture
def display(tmp_path: Path) -> Iterator[XorgDisplay]:
    with XorgDisplay(tmp_path) as server:
        yield server


def inside(area: list[int], screens: list[list[int]]) -> bool:
    """The whole rectangle lies on one of the screens."""
    return any(
        area[0] >= one[0]
        and area[1] >= one[1]
        and area[0] + area[2] <= one[0] + one[2]
        and area[1] + area[3] <= one[1] + one[3]
        for one in screens
    )


def test_each_monitor_has_a_window_and_they_follow_monitors_that_go_and_come_back(
    display: XorgDisplay, tmp_path: Path
) -> None:
    display.connect(1)
    display.connect(2)
    with DeskProcess(display, tmp_path / "desk.json") as desk:
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE, RIGHT])
        display.disconnect(2)
        told = desk.until(lambda told: len(told["screens"]) == 2 and inside(told["windows"][2], told["screens"]))
        assert told["windows"][:2] == [LEFT, MIDDLE]
        assert len(told["windows"]) == 3
        display.disconnect(1)
        desk.until(
            lambda told: len(told["screens"]) == 1 and all(inside(one, told["screens"]) for one in told["windows"])
        )
        display.connect(2)
        desk.until(lambda told: told["windows"][2] == RIGHT and told["windows"][0] == LEFT)
        display.connect(1)
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE, RIGHT])


def test_after_a_restart_the_windows_stand_where_they_stood_whatever_was_plugged_in_first(
    display: XorgDisplay, tmp_path: Path
) -> None:
    display.connect(1)
    with DeskProcess(display, tmp_path / "desk.json") as desk:
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE])
        desk.leave()
    values = json.loads((tmp_path / "desk.json").read_text(encoding="utf-8"))["values"]
    homes = [values["screen/2/0"], values["screen/2/1"]]
    assert len(set(homes)) == 2
    # The operator had them the other way round: that is what has to come back.
    values["screen/2/0"], values["screen/2/1"] = homes[::-1]
    swapped = {"version": 1, "values": values}
    (tmp_path / "desk.json").write_text(json.dumps(swapped), encoding="utf-8")
    with DeskProcess(display, tmp_path / "desk.json") as desk:
        desk.until(lambda told: told["windows"] == [MIDDLE, LEFT])


def test_a_monitor_that_is_plugged_in_gets_a_window_of_its_own(display: XorgDisplay, tmp_path: Path) -> None:
    with DeskProcess(display, tmp_path / "desk.json") as desk:
        desk.until(lambda told: told["windows"] == [LEFT])
        display.connect(1)
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE])


def test_a_monitor_that_is_away_at_the_start_loses_no_window_and_mixes_up_no_places(
    display: XorgDisplay, tmp_path: Path
) -> None:
    display.connect(1)
    display.connect(2)
    preferences = tmp_path / "desk.json"
    with DeskProcess(display, preferences) as desk:
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE, RIGHT])
        desk.leave()
    display.disconnect(1)
    with DeskProcess(display, preferences) as desk:
        desk.until(lambda told: told["windows"] == [LEFT, RIGHT])
        display.connect(1)
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE, RIGHT])
        desk.leave()
    display.disconnect(1)
    with DeskProcess(display, preferences) as desk:
        desk.until(lambda told: told["windows"] == [LEFT, RIGHT])
        desk.leave()
    display.connect(1)
    with DeskProcess(display, preferences) as desk:
        desk.until(lambda told: told["windows"] == [LEFT, MIDDLE, RIGHT])


def test_a_remembered_monitor_that_exists_no_more_costs_nothing(display: XorgDisplay, tmp_path: Path) -> None:
    values = {"screen/1/0": "HDMI-9|Sold|0815"}
    (tmp_path / "desk.json").write_text(json.dumps({"version": 1, "values": values}), encoding="utf-8")
    with DeskProcess(display, tmp_path / "desk.json") as desk:
        desk.until(lambda told: told["windows"] == [LEFT])


def test_a_panel_taken_out_on_a_monitor_that_goes_is_not_lost_with_it(display: XorgDisplay, tmp_path: Path) -> None:
    display.connect(1)
    with DeskProcess(display, tmp_path / "desk.json", floating=True) as desk:
        desk.until(lambda told: bool(told["floating"]) and inside(told["floating"][0], [MIDDLE]))
        display.disconnect(1)
        desk.until(
            lambda told: (
                len(told["screens"]) == 1 and bool(told["floating"]) and inside(told["floating"][0], told["screens"])
            )
        )

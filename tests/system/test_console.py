"""The program as a person starts it: a real process over a real backend, how it opens, refuses and ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest
from PySide6.QtGui import QImage

from tests.system.backend_process import SMALL_SITE, TOP, BackendProcess, wait_until
from tests.system.producers import cap_message, file_name, station_file

START_S: Final = 40.0
CLOSE_S: Final = 3.0
COMPLAINTS: Final = re.compile(
    r"QObject|QThread|QProcess|QTimer|QPainter|QSocketNotifier|QWidget|QBasicTimer|QMainWindow|QFont|QSS|style ?sheet"
    r"|profile requested|not deleted|Traceback|leaked|RuntimeError|DeprecationWarning|js:"
)
"""What Qt, Python and the map's page write when something is destroyed, drawn or asked in the wrong way."""


class ConsoleProcess:
    """`main.py` in a session of its own, so that every process it leaves behind can be found."""

    def __init__(self, *arguments: str | Path) -> None:
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "main.py", *map(str, arguments)],
            cwd=TOP,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent"},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as pipe:
            for line in pipe:
                self._lines.append(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process_id in self.left():
            os.kill(process_id, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)

    @property
    def stderr_text(self) -> str:
        return "".join(self._lines)

    def until_open(self) -> None:
        """Until the backend says that this desk has asked for the cameras: it is linked and knows the room."""
        wait_until(lambda: "camera addresses sealed" in self.stderr_text or self.ended, START_S, "the desk is open")
        assert not self.ended, self.stderr_text

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def left(self) -> list[int]:
        """Every process of its session that still runs."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found.append(int(folder.name))
        return found

    def nothing_left(self) -> None:
        """Helpers that end by themselves when their parent's end of a pipe closes are given the time to see it."""
        wait_until(lambda: not self.left(), 10.0, "no process is left behind")

    def close(self) -> float:
        """As the system asks it to end; how many seconds it took."""
        started_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - started_s


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The small site in a folder of the test's own."""
    return Path(shutil.copytree(SMALL_SITE, tmp_path / "site"))


@pytest.fixture
def desk(site: Path, tmp_path: Path) -> Iterator[ConsoleProcess]:
    with ConsoleProcess("--site", site, "--data", tmp_path / "data", "--workspace", "duty") as process:
        yield process


def feed(site: Path, data: Path) -> None:
    """A room in which something was measured and something happened."""
    with BackendProcess.start(site, data) as backend:
        now_s = time.time()
        for station, symbol, unit in (("R-01", "Level", "m"), ("K-01", "PM2.5", "ug/m3")):
            with backend.client(backend.producer_token("logger")) as client:
                for ago_s in range(600, -60, -60):
                    at_s = now_s - ago_s
                    answer = client.post(
                        "/api/v1/ingest/station-file",
                        params={"name": file_name(station, at_s)},
                        content=station_file([(symbol, 20.0 + ago_s / 60, unit)], at_s),
                    )
                    assert answer.status_code == 202, answer.text
        with backend.client(backend.producer_token("bulletins")) as client:
            assert client.post("/api/v1/ingest/cap", content=cap_message("shot-1")).status_code == 202


def test_pictures_are_taken_when_every_panel_is_live(site: Path, tmp_path: Path) -> None:
    feed(site, tmp_path / "data")
    shots = tmp_path / "shots"
    arguments = ("--site", site, "--data", tmp_path / "data", "--workspace", "environment", "--shots", shots)
    with ConsoleProcess(*arguments) as process:
        assert process.process.wait(60) == 0, process.stderr_text
        process.nothing_left()
        assert COMPLAINTS.findall(process.stderr_text) == [], process.stderr_text
    (picture,) = shots.iterdir()
    assert picture.name == "environment.png"
    image = QImage(str(picture))
    assert image.size().toTuple() == (1920, 1080)
    colours = {image.pixel(x, y) for x in range(0, 1920, 3) for y in range(0, 1080, 3)}
    assert len(colours) > 50, "a window that was never drawn is one colour"


def test_pictures_of_a_room_whose_backend_cannot_start_fail_with_the_reason(site: Path, tmp_path: Path) -> None:
    with BackendProcess.start(site, tmp_path / "data"):
        arguments = ("--site", site, "--data", tmp_path / "data", "--shots", tmp_path / "shots")
        with ConsoleProcess(*arguments) as process:
            assert process.process.wait(START_S) == 1, process.stderr_text
            process.nothing_left()
    assert "--shots: the backend did not start" in process.stderr_text
    assert str(tmp_path / "data") in process.stderr_text


def test_asked_to_end_it_leaves_nothing_behind_and_says_nothing(desk: ConsoleProcess) -> None:
    desk.until_open()
    wait_until(lambda: len(desk.left()) >= 4, 10, "backend, decoders and the map's browser run")
    took_s = desk.close()
    assert desk.process.returncode == 0, desk.stderr_text
    desk.nothing_left()
    assert took_s < CLOSE_S
    assert COMPLAINTS.findall(desk.stderr_text) == [], desk.stderr_text


def test_asked_to_end_before_it_is_open_it_ends(desk: ConsoleProcess) -> None:
    wait_until(lambda: len(desk.left()) >= 2 or desk.ended, START_S, "it has started its backend")
    took_s = desk.close()
    assert desk.process.returncode in (0, -signal.SIGTERM), desk.stderr_text
    desk.nothing_left()
    assert took_s < CLOSE_S
    assert COMPLAINTS.findall(desk.stderr_text) == [], desk.stderr_text


def test_a_desk_that_is_killed_takes_its_backend_with_it(desk: ConsoleProcess) -> None:
    desk.until_open()
    desk.process.kill()
    desk.nothing_left()


def test_a_wrong_site_is_told_with_every_mistake() -> None:
    done = run_main("--site", TOP / "tests" / "fixtures" / "sites" / "broken")
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert len(lines) > 3
    assert all(re.match(r"\S+:\d+: ", line) for line in lines), done.stderr


def test_a_workspace_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    done = run_main("--site", SMALL_SITE, "--data", tmp_path, "--workspace", "kitchen")
    assert done.returncode == 2
    assert "kitchen" in done.stderr
    assert "duty" in done.stderr


def test_a_server_elsewhere_without_tls_is_refused_in_words(tmp_path: Path) -> None:
    done = run_main("--server", "http://192.0.2.7:8080", "--data", tmp_path)
    assert done.returncode == 1
    assert "https" in done.stderr
    assert "--insecure" in done.stderr
    assert len(own_lines(done.stderr)) == 1


@pytest.mark.parametrize("program", ["packaging/run", "main.py"])
def test_without_a_display_one_line_says_what_to_do_instead(program: str, tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, program, "--data", str(tmp_path)] if program == "main.py" else [str(TOP / program)]
    done = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    (line,) = own_lines(done.stderr)
    assert "--shots" in line


def own_lines(stderr: str) -> list[str]:
    """What the program says; Qt tells on its own which sound libraries a machine lacks."""
    return [line for line in stderr.splitlines() if not line.startswith("qt.multimedia")]


def run_main(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments)],
        cwd=TOP,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent"},
    )

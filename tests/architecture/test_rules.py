"""House rules that a program can check, each with its reason beside it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for name in ("backend", "config", "console", "widgets", "resources") for path in (TOP / name).rglob("*.py")
)
TESTS = sorted((TOP / "tests").rglob("*.py"))


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True).stdout
    return [TOP / name.decode() for name in listing.split(b"\0") if name]


def offenders(pattern: str, paths: list[Path], allowed: tuple[str, ...] = ()) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in paths
        if not str(path.relative_to(TOP).as_posix()).startswith(allowed) or not allowed
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if wanted.search(line)
    ]


def test_dialogs_are_opened_never_executed() -> None:
    # exec() runs a nested event loop: state moves under the caller's feet, and shutdown can hang on it.
    assert offenders(r"\.exec\(\)", [path for path in SOURCES if "console/app.py" not in path.as_posix()]) == []


def test_tests_wait_for_conditions_never_for_fixed_times() -> None:
    # A fixed wait is either too short (flaky) or too long (slow), and hides what is waited for.
    here = Path(__file__).resolve()
    paths = [path for path in TESTS if path.resolve() != here and "bench" not in path.parts]
    assert offenders(r"qtbot\.wait\(|\btime\.sleep\((?!POLL_S\))", paths) == []


def test_broad_excepts_stand_only_where_everything_must_be_survived() -> None:
    allowed = (
        "console/app.py",
        "console/link/",
        "backend/services/supervisor.py",
        "backend/exercise/room.py",
        "console/video/recorded/player.py",  # whatever a damaged file does, the other tiles go on
    )
    assert offenders(r"except( Base| )?Exception\b|except:", SOURCES, allowed) == []


def test_the_wall_clock_is_read_by_the_timebase_only_in_the_console() -> None:
    # Replay is a change of clock: whoever reads the wall clock by himself cannot be replayed.
    console = [path for path in SOURCES if path.parts[len(TOP.parts)] == "console"]
    allowed = ("console/timebase.py", "console/link/", "console/video/", "console/shots.py")
    assert offenders(r"\btime\.time(_ns)?\(|datetime\.now\(|QDateTime\.current", console, allowed) == []


def test_no_main_window_has_more_than_twenty_methods() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("QMainWindow" in ast.dump(base) for base in node.bases):
                methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
                assert len(methods) <= 20, f"{path.name}: {node.name} has {len(methods)} methods"


def test_tracked_files_name_no_machine_path_and_no_registry() -> None:
    here = Path(__file__).resolve()
    text_files = [
        path
        for path in tracked_files()
        if path.suffix in {".py", ".md", ".toml", ".lock", ".in", ".csv", ".json", ".html", ".js", ".css", ""}
        and path.is_file()
        and path.resolve() != here
    ]
    assert offenders(r"/root/|/home/[a-z]+/|(?<![\w.])/work/|files\.pythonhosted|registry\.npmjs", text_files) == []


def test_lock_files_hold_versions_and_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "clips.lock"):
        text = (TOP / "packaging" / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        pinned = re.findall(r"^[A-Za-z0-9][^\s]*==[^\s]+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)), name


@pytest.mark.timeout(120)
def test_twenty_thousand_emits_leave_reference_counts_alone() -> None:
    # PySide6 6.12.0 on CPython 3.11 drops a reference to True at each emit and aborts after some hundreds.
    script = (
        "from PySide6.QtCore import QObject, Signal\n"
        "class Source(QObject):\n    fired = Signal(object)\n"
        "source, count = Source(), []\n"
        "source.fired.connect(count.append)\n"
        "for number in range(20_000): source.fired.emit(number)\n"
        "assert len(count) == 20_000\n"
        "import PySide6; assert PySide6.__version__ == '6.11.3', PySide6.__version__\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_backend_and_config_import_without_qt() -> None:
    # The services run on servers that have no Qt: block it and import everything.
    script = (
        "import sys, importlib, pkgutil\n"
        "class NoQt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph', 'qtawesome'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, NoQt())\n"
        "for top in ('backend', 'config'):\n"
        "    package = importlib.import_module(top)\n"
        "    for info in pkgutil.walk_packages(package.__path__, top + '.'):\n"
        "        if info.name in ('backend.__main__', 'backend.simulate.rtsp_server'): continue\n"
        "        if '.migrations' in info.name or '.alembic' in info.name or info.name.endswith('.env'): continue\n"
        "        importlib.import_module(info.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=TOP, check=False)
    assert done.returncode == 0, done.stderr

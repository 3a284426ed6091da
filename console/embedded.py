"""The backend that this desk starts for itself, and the producers of the demonstration city beside it.

They are ordinary child processes with the ordinary commands (`python -m backend ...`); the desk then talks to them
over the same websocket as to any server. Each child stops when its standard input closes, so that none outlives a
desk that was killed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from config.settings import AuditSettings, Settings
from console.timebase import monotonic_s

RESTART_AFTER_MS = 500
STOP_WAIT_MS = 1500


class EmbeddedBackend(QObject):
    """Starts, watches and stops the children. Called on the GUI thread; nothing here blocks but `stop`.

    Signals:
        ready: (url, token) of a backend that accepts connections; again after each restart, with a new token.
        failed: the backend refused to start; the text is what it wrote, for a person.
        progress: one line of what is being prepared.
    """

    ready = Signal(str, str)
    failed = Signal(str)
    progress = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._stopping = False
        self._port = settings.backend.port
        self._url = ""
        self._producing = False
        self._was_ready = False
        self._complaints: list[str] = []
        self._backend: QProcess | None = None
        self._producers: QProcess | None = None
        self._cameras: QProcess | None = None
        self._tokens = settings.data_folder / "tokens"

    def start(self) -> None:
        if self._settings.run.demo:
            self._start_cameras()
        else:
            self._start_backend()

    def stop(self) -> None:
        """Ask every child to stop and wait at most `STOP_WAIT_MS` for all of them; then end those that are left."""
        self._stopping = True
        children = [child for child in (self._producers, self._backend, self._cameras) if child is not None]
        for child in children:
            child.closeWriteChannel()
        deadline_s = monotonic_s() + STOP_WAIT_MS / 1000
        for child in children:
            left_ms = max(1, int((deadline_s - monotonic_s()) * 1000))
            if child.state() != QProcess.ProcessState.NotRunning and not child.waitForFinished(left_ms):
                child.kill()
                child.waitForFinished(STOP_WAIT_MS)

    @property
    def process_id(self) -> int:
        """Of the backend that runs now; 0 when none does."""
        return self._backend.processId() if self._backend is not None else 0

    def _child(self, arguments: Sequence[str]) -> QProcess:
        child = QProcess(self)
        child.setProgram(sys.executable)
        child.setArguments(["-m", "backend", *arguments])
        child.setWorkingDirectory(str(Path(__file__).resolve().parent.parent))
        child.readyReadStandardError.connect(lambda: self._heard(child))
        return child

    def _heard(self, child: QProcess) -> None:
        text = bytes(child.readAllStandardError().data()).decode("utf-8", "replace")
        sys.stderr.write(text)
        self._complaints = (self._complaints + text.splitlines())[-40:]

    def _start_cameras(self) -> None:
        """The demonstration's cameras must be there before the backend looks for them."""
        child = self._simulator("cameras")
        child.readyReadStandardOutput.connect(lambda: self._read_progress(child))
        child.finished.connect(lambda code, status: self._cameras_ended())
        self._cameras = child
        child.start()

    def _cameras_ended(self) -> None:
        """Without its cameras the room still opens; they are tried again beside it."""
        if self._backend is None:
            self._start_backend()
        self._again(self._start_cameras)

    def _start_backend(self) -> None:
        if self._stopping:
            return
        child = self._child(self._backend_arguments())
        child.readyReadStandardOutput.connect(lambda: self._read_greeting(child))
        child.finished.connect(lambda code, status: self._backend_ended(code))
        self._backend = child
        self._url = ""
        self.progress.emit(self.tr("Starting the backend"))
        child.start()

    def _backend_arguments(self) -> list[str]:
        settings = self._settings
        doors = ["--data", str(settings.data_folder), "--local-seat"]
        doors += ["--host", settings.backend.host, "--port", str(self._port)]
        if settings.run.exercise:
            # A training room has a database of its own, whatever this desk is set to.
            cameras = ["--cameras"] if settings.run.demo else []
            return ["exercise", "run", settings.run.exercise, *doors, *cameras]
        arguments = ["serve", "--site", str(settings.site_folder), *doors]
        arguments += ["--body-limit-bytes", str(settings.backend.body_limit_kb * 1024)]
        arguments += ["--token-life-h", str(settings.backend.token_life_h)]
        arguments += ["--login-free-tries", str(settings.backend.login_free_tries)]
        if settings.backend.database:
            arguments += ["--database", settings.backend.database]
        return arguments + _head_arguments(settings.audit)

    def _read_greeting(self, child: QProcess) -> None:
        while child.canReadLine():
            line = bytes(child.readLine().data()).decode("utf-8", "replace").strip()
            if line.startswith("listening on "):
                self._url = line.removeprefix("listening on ")
            elif line.startswith("local token ") and self._url:
                # The same door after a restart, so that producers and other seats find it again.
                self._port = int(self._url.rpartition(":")[2])
                self._was_ready = True
                self.ready.emit(self._url, line.removeprefix("local token "))
                if self._settings.run.demo and not self._settings.run.exercise and not self._producing:
                    self._make_tokens()
            elif line.startswith("exercise"):
                sys.stderr.write(f"{line}\n")

    def _backend_ended(self, code: int) -> None:
        if self._stopping:
            return
        if not self._url and self._port and any("in use" in line for line in self._complaints):
            # Somebody else has the usual door; any other serves this desk as well.
            self._port = 0
            self._complaints.clear()
            self._start_backend()
            return
        if self._url:
            QTimer.singleShot(RESTART_AFTER_MS, self._start_backend)
            return
        self.failed.emit(
            "\n".join(self._complaints) or self.tr("The backend ended with code %1").replace("%1", str(code))
        )
        if self._was_ready:
            # It ran before: a full disk or a door still held by somebody passes, and the room waits for it.
            self._again(self._start_backend)

    def _make_tokens(self) -> None:
        self._producing = True
        arguments = ["token", "--all", "--site", str(self._settings.site_folder), "--token-dir", str(self._tokens)]
        arguments += ["--data", str(self._settings.data_folder)]
        if self._settings.backend.database:
            arguments += ["--database", self._settings.backend.database]
        child = self._child(arguments)
        child.finished.connect(lambda code, status: self._start_producers())
        self._producers = child
        child.start()

    def _start_producers(self) -> None:
        if self._stopping:
            return
        child = self._simulator("producers")
        child.readyReadStandardOutput.connect(lambda: self._read_progress(child))
        child.finished.connect(lambda code, status: self._again(self._start_producers))
        self._producers = child
        child.start()

    def _simulator(self, only: str) -> QProcess:
        settings = self._settings
        arguments = ["simulate", "--only", only, "--with-parent", "--site", str(settings.site_folder)]
        arguments += ["--data", str(settings.data_folder), "--token-dir", str(self._tokens)]
        return self._child([*arguments, "--server", self._url] if self._url else arguments)

    def _again(self, start: Callable[[], None]) -> None:
        if not self._stopping:
            QTimer.singleShot(4 * RESTART_AFTER_MS, start)

    def _read_progress(self, child: QProcess) -> None:
        while child.canReadLine():
            line = bytes(child.readLine().data()).decode("utf-8", "replace").strip()
            sys.stderr.write(f"{line}\n")
            self.progress.emit(line)
            if self._backend is None and " cameras on " in line:
                self._start_backend()


def _head_arguments(audit: AuditSettings) -> list[str]:
    """Where the backend writes the heads of its audit log."""
    arguments = ["--head-every-s", str(audit.head_every_s)]
    for folder in audit.head_folders:
        arguments += ["--head-folder", str(Path(folder).expanduser())]
    if audit.head_url:
        arguments += ["--head-url", audit.head_url]
    if audit.head_token_file:
        arguments += ["--head-token-file", str(Path(audit.head_token_file).expanduser())]
    return arguments

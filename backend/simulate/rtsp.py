"""Starts the RTSP server (rtsp_server.py) as a child process under the system's own Python."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SYSTEM_PYTHON: Final = "/usr/bin/python3"
_SCRIPT: Final = Path(__file__).with_name("rtsp_server.py")


class RtspServerError(RuntimeError):
    """The server did not start: a package is missing, the port is taken or a clip is broken."""


@dataclass(frozen=True, slots=True)
class Mount:
    """What one address plays. `phase_ms` shifts its loop against the clock (see rtsp_server.py).

    Attributes:
        turns_px: width and height of the clip when the camera turns in it (`turn`), None = it does not.
    """

    clip: Path
    fps: int
    phase_ms: float = 0.0
    turns_px: tuple[int, int] | None = None


def start(
    mounts_file: Path, mounts: Mapping[str, Mount], *, port: int = 0, user: str = "", password: str = ""
) -> tuple[subprocess.Popen[bytes], str]:
    """Writes `mounts_file`, starts the server and waits for its first line.

    Returns:
        The process and its base address, rtsp://127.0.0.1:PORT. It ends when its stdin is closed.

    Raises:
        RtspServerError: with the server's own words.
    """
    content = {name: _told(mount) for name, mount in mounts.items()}
    mounts_file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    words = [SYSTEM_PYTHON, str(_SCRIPT), "--port", str(port), "--mounts", str(mounts_file)]
    if user:
        words += ["--user", user, "--password", password]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline().decode().strip()
    if not line.startswith("listening on "):
        process.wait()
        problem = process.stderr.read().decode(errors="replace").strip()
        raise RtspServerError(problem.splitlines()[-1] if problem else "the RTSP server ended without a word")
    # Nobody reads its complaints afterwards: a full pipe would stop it.
    process.stderr.close()
    return process, line.removeprefix("listening on ")


def _told(mount: Mount) -> dict[str, object]:
    told: dict[str, object] = {"clip": str(mount.clip), "fps": mount.fps, "phase_ms": mount.phase_ms}
    return told if mount.turns_px is None else told | {"width": mount.turns_px[0], "height": mount.turns_px[1]}


def turn(process: subprocess.Popen[bytes], mount: str, pan: float, tilt: float, zoom: float) -> None:
    """Have the camera of an address look elsewhere at once: pan and tilt -1..1, zoom 0..1."""
    line = json.dumps({"mount": mount, "pan": pan, "tilt": tilt, "zoom": zoom}) + "\n"
    if process.stdin is not None and not process.stdin.closed:
        with suppress(OSError):  # it ended just now: started again, it is told again
            process.stdin.write(line.encode())
            process.stdin.flush()


def stop(process: subprocess.Popen[bytes], timeout_s: float = 3.0) -> None:
    """Ends the server: asks, then insists."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()

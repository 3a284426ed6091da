"""A real X server with three monitors that come and go (Debian's xserver-xorg-video-dummy, xrandr)."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

POLL_S: Final = 0.05
MODE: Final = "1920x1080"
OUTPUTS: Final = ("DUMMY0", "DUMMY1", "DUMMY2")

_CONFIGURATION: Final = """
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 256000
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5-1000
    VertRefresh 5-200
    Modeline "1920x1080" 148.50 1920 2008 2052 2200 1080 1084 1089 1125 +hsync +vsync
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "1920x1080"
        Virtual 5760 1080
    EndSubSection
EndSection
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
EndSection
"""


def xorg_missing() -> str:
    """Why no such server can run here; "" when it can."""
    for program in ("Xorg", "xrandr"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not list(Path("/usr/lib/xorg/modules/drivers").glob("dummy_drv.so")):
        return "the dummy video driver of Xorg is not installed"
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        return "Xorg without a console needs root"
    return ""


class XorgDisplay:
    """An X server of its own; `name` is its DISPLAY. Starts with `DUMMY0` connected.

    Args:
        folder: for its configuration and log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self.name = ""

    def __enter__(self) -> Self:
        configuration = self._folder / "xorg.conf"
        configuration.write_text(_CONFIGURATION, encoding="utf-8")
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xorg", "-noreset", "-nolisten", "tcp", "-config", str(configuration), "-logfile",
             str(self._folder / "xorg.log"), "-displayfd", str(writing)],
            pass_fds=(writing,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError(f"Xorg did not start: {(self._folder / 'xorg.log').read_text(errors='replace')[-2000:]}")
        self.name = f":{number}"
        for output in OUTPUTS[1:]:
            self._xrandr("--addmode", output, MODE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.terminate()
        self._server.wait(10)

    def connect(self, index: int) -> None:
        """Monitor `index` (0..2) appears, to the right of the ones before it."""
        self._xrandr("--output", OUTPUTS[index], "--mode", MODE, "--pos", f"{index * 1920}x0")

    def disconnect(self, index: int) -> None:
        self._xrandr("--output", OUTPUTS[index], "--off")

    def _xrandr(self, *arguments: str) -> None:
        deadline = time.monotonic() + 10
        while True:
            done = subprocess.run(
                ["xrandr", *arguments], env={**os.environ, "DISPLAY": self.name}, capture_output=True, check=False
            )
            if done.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"xrandr {' '.join(arguments)}: {done.stderr.decode()}")
            time.sleep(POLL_S)

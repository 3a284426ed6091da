"""`python -m backend simulate`: the demonstration city, speaking the real protocols to a running backend's doors."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs

from backend.simulate.broker import BrokerError
from backend.simulate.city import City, CityError, say
from backend.simulate.draw import TextError
from backend.simulate.plan import PlanError, read_plan
from backend.simulate.rtsp import RtspServerError
from backend.simulate.scenes import SceneError
from config.site import SiteErrors, load_site

_TOLD = (BrokerError, CityError, PlanError, RtspServerError, SceneError, TextError)


def main(argv: Sequence[str]) -> int:
    """Plays until SIGTERM or Ctrl+C; 0 then, 2 when the site is wrong, 1 when something cannot be played."""
    options = _parser().parse_args(argv)
    try:
        site = load_site(options.site)
        options.data.mkdir(parents=True, exist_ok=True)
        city = City(site, read_plan(site), options.data, options.server, options.token_dir or options.data / "tokens")
        if options.prepare:
            city.prepare()
            return 0
        asyncio.run(_play(city, options.only, options.with_parent))
    except SiteErrors as errors:
        print("\n".join(errors.messages), file=sys.stderr)
        return 2
    except _TOLD as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 1
    except BaseExceptionGroup as group:
        told, others = group.split(_TOLD)
        if others is not None or told is None:
            raise
        print("\n".join(f"simulate: {error}" for error in told.exceptions), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend simulate", description=__doc__)
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("--server", default="http://127.0.0.1:8080", metavar="URL", help="the backend's HTTP door")
    parser.add_argument(
        "--data",
        type=Path,
        default=platformdirs.user_data_path("trucban", appauthor=False),
        metavar="DIR",
        help="the backend's data folder: drop folders lie in it, clips are kept there",
    )
    parser.add_argument("--token-dir", type=Path, metavar="DIR", help="one file per producer (default: DATA/tokens)")
    parser.add_argument("--prepare", action="store_true", help="only make the clips that are missing, then leave")
    parser.add_argument("--only", choices=("cameras", "producers"), default="", help="half of the city; default both")
    parser.add_argument("--with-parent", action="store_true", help="leave when stdin closes")
    return parser


async def _play(city: City, only: str, with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    parts = {"cameras": city.run_cameras, "producers": city.run_producers}
    running = asyncio.ensure_future(parts.get(only, city.run)())
    for name in ("SIGTERM", "SIGINT"):
        if os.name == "posix":
            loop.add_signal_handler(getattr(signal, name), running.cancel)
    if with_parent:
        threading.Thread(target=_until_stdin_closes, args=(loop, running.cancel), daemon=True).start()
    try:
        await running
    except asyncio.CancelledError:
        say("simulate: stopped")


def _until_stdin_closes(loop: asyncio.AbstractEventLoop, stop: Callable[[], bool]) -> None:
    # Not through sys.stdin: its lock, held by a thread that waits, aborts the interpreter's end.
    while sys.stdin is not None and os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(stop)

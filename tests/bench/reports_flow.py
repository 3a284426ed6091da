"""Citizens' reports from the POST to the officer's queue, at the rate of a bad day, and how the desk bears it.

A real backend of the demonstration city, and a real desk on the workspace of reports. A citizens' program posts through
Open311, sixteen or so a second. A report is on the screen when the queue holds it and its view has painted
after that; counted from just before the POST was sent. The anchor is one loopback round trip of the same door that
stores nothing (GET discovery), median. The desk's event loop has a heartbeat of 5 ms.

Every tenth report carries a photo of twelve megapixels, as a phone makes it, no two alike: it is checked, made anew
and made small before the report is taken. Their figures are told apart.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx
import numpy as np
from PIL import Image

from tests.bench._desk_room import copy_city, free_ports
from tests.bench.desk import _display, percentile
from tests.system.backend_process import TOP, BackendProcess
from tests.unit.media_files import encoded, exif

PER_MIN: Final = 1000
MINUTES: Final = 10.0
TEXTS: Final = ("Rác đổ trộm bên vỉa hè", "Khói khét lúc rạng sáng", "Nước suối có bọt trắng", "Loa kéo quá nửa đêm")
PHOTO_EVERY: Final = 10
PHOTO_PX: Final = (4000, 3000)
CATEGORIES: Final = ("rac-thai", "o-nhiem", "duong-hong", "cay-do")


def run(brief: bool, minutes: float | None = None) -> dict[str, object]:
    """Post for `minutes` while the desk watches."""
    photo = _photo()
    length_s = 60 * minutes if minutes is not None else 20.0 if brief else 60 * MINUTES
    with tempfile.TemporaryDirectory() as name, _display() as display:
        folder = Path(name)
        site = copy_city(folder / "site", *free_ports(2))
        with BackendProcess.start(site, folder / "data") as backend:
            user, key = backend.add_user("do.bench"), backend.producer_token("ung-dung-phan-anh")
            out = folder / "seen.json"
            words = [sys.executable, "-m", "tests.bench._reports_window", str(out), str(site), backend.url, user]
            environment = {**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}
            desk = subprocess.Popen(words, cwd=TOP, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert desk.stdout is not None
            assert desk.stdin is not None
            assert desk.stdout.readline().strip() == b"ready"
            sent, refused, trip_ms = asyncio.run(_posted(backend.url, key, length_s, photo))
            desk.stdin.write(f"{len(sent)}\n".encode())
            desk.stdin.close()
            desk.wait(120)
            seen = json.loads(out.read_text("utf-8"))
    waits_ms: dict[bool, list[float]] = {False: [], True: []}
    for report_id, (at_s, pictured) in sent.items():
        if report_id in seen["shown_s"]:
            waits_ms[pictured].append(1000 * (seen["shown_s"][report_id] - at_s))
    late_ms = [1000 * late_s for _, late_s in seen["beats"]]
    return {
        "cores": os.cpu_count(),
        "seconds": length_s,
        "asked_per_min": PER_MIN,
        "stored_per_min": round(60 * len(sent) / length_s),
        "refused": refused,
        "on_the_screen": sum(map(len, waits_ms.values())),
        "photo_kbytes": round(len(photo) / 1024),
        "post_to_screen_ms": _told(waits_ms[False]),
        "with_photo_to_screen_ms": _told(waits_ms[True]),
        "round_trip_p50_ms": round(trip_ms, 1),
        "loop_late_p99_ms": round(percentile(late_ms, 0.99), 1),
        "loop_late_most_ms": round(max(late_ms), 1),
    }


def _told(waits_ms: list[float]) -> dict[str, int]:
    return {
        "count": len(waits_ms),
        "p50": round(statistics.median(waits_ms)),
        "p95": round(percentile(waits_ms, 0.95)),
        "most": round(max(waits_ms)),
    }


def _photo() -> bytes:
    """Soft shapes under the grain of a small sensor."""
    chance = np.random.default_rng(5)
    shapes = Image.fromarray(chance.integers(0, 256, (30, 40, 3), np.uint8)).resize(PHOTO_PX, Image.Resampling.BICUBIC)
    grain = chance.normal(0.0, 5.0, (PHOTO_PX[1], PHOTO_PX[0], 3))
    pixels = np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8)
    return encoded(Image.fromarray(pixels), quality=85, exif=exif())


def _other(photo: bytes, number: int) -> bytes:
    """The same with a comment of its own (ISO/IEC 10918-1, B.2.4.5): no two files are alike."""
    return photo[:2] + b"\xff\xfe" + struct.pack(">HI", 6, number) + photo[2:]


async def _posted(
    url: str, key: str, length_s: float, photo: bytes
) -> tuple[dict[str, tuple[float, bool]], int, float]:
    """(report -> Unix time of its POST and whether it had a photo, refused, round trip in ms)."""
    sent: dict[str, tuple[float, bool]] = {}
    refused = 0
    async with httpx.AsyncClient(base_url=f"{url}/open311/v2", timeout=30) as http:
        trips = []
        for _ in range(50):
            began_s = time.perf_counter()
            await http.get("/discovery.json")
            trips.append(1000 * (time.perf_counter() - began_s))

        async def post(number: int) -> None:
            nonlocal refused
            said = f"{TEXTS[number % 4]} ({number})"
            form = {
                "api_key": key, "service_code": CATEGORIES[number % 4], "description": said,
                "lat": f"{22.48 + number % 97 / 1000:.4f}", "long": f"{103.95 + number % 89 / 1000:.4f}",
                "phone": f"09{number:08d}",
            }  # fmt: skip
            pictured = number % PHOTO_EVERY == 0
            files = {"media": ("IMG.jpg", _other(photo, number), "image/jpeg")} if pictured else None
            at_s = time.time()
            answer = await http.post("/requests.json", data=form, files=files)
            if answer.status_code == 201:
                sent[answer.json()[0]["service_request_id"]] = at_s, pictured
            else:
                refused += 1

        began_s = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            number = 0
            while (due_s := began_s + number * 60 / PER_MIN) < began_s + length_s:
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                tasks.create_task(post(number))
                number += 1
    return sent, refused, statistics.median(trips)

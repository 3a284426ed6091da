"""The demonstration city against the real backend: everything arrives through the real doors."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

from config.site import load_site
from config.source_model import MqttSource
from tests.bench.frame_code import read_code
from tests.system.backend_process import LAOCAI, TOP, BackendProcess, run_backend, wait_until

CAMERAS = 2


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(item.getsockname()[1]) for item in sockets]
    for item in sockets:
        item.close()
    return ports


def small_laocai(folder: Path) -> Path:
    """The demonstration city on free ports, with two cameras of one scene: clips in seconds, not in a minute."""
    shutil.copytree(LAOCAI, folder)
    rtsp, feed, broker, panels, syslog, onvif, calls, paper, mails = free_ports(9)
    rows = (folder / "cameras.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.startswith(("camera_id", "gt-kim-tan", "gt-tran-hung-dao"))]
    assert len(kept) == CAMERAS + 1
    (folder / "cameras.csv").write_text("\n".join(kept).replace(":8554/", f":{rtsp}/") + "\n", encoding="utf-8")
    site = (folder / "site.toml").read_text(encoding="utf-8")
    site = (
        site.replace(":8555/", f":{feed}/")
        .replace("port = 8556", f"port = {broker}")
        .replace("port = 8563", f"port = {calls}")
        .replace(":8557", f":{paper}")
        .replace("port = 8559", f"port = {mails}")
    )
    site = site.replace("poll_every_s = 10.0", "poll_every_s = 1.0")
    site = site.replace("_port = 7700", f"_port = {panels}").replace("_port = 5514", f"_port = {syslog}")
    (folder / "site.toml").write_text(site, encoding="utf-8")
    (folder / "patrols.toml").write_text("", encoding="utf-8")
    (folder / "analytics.toml").unlink()
    turning = (folder / "ptz.toml").read_text(encoding="utf-8").split('[[camera]]\ncamera_id = "mt-tl-cong"')[0]
    turning = turning.replace("gt-coc-leu", "gt-tran-hung-dao").replace(":8561/", f":{onvif}/")
    (folder / "ptz.toml").write_text(turning, encoding="utf-8")
    for name in ("stations.toml", "fire_sites.toml"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join(line for line in lines if not line.startswith("camera_ids")), "utf-8")
    plan = (folder / "simulation.toml").read_text(encoding="utf-8")
    scenes, story = plan.split("[scenes]", 1)[0], "[[exceed]]" + plan.split("[[exceed]]", 1)[1]
    named = '[scenes]\ngt-kim-tan = "gate-day"\ngt-tran-hung-dao = "gate-day"\n\n'
    # The fire and the scan begin with the story: nobody waits ten minutes for them here.
    story = story.replace("at_h = 0.75\n", "at_h = 0.0\n").replace("at_h = 0.5\nfor_h = 1.0", "at_h = 0.0\nfor_h = 1.0")
    (folder / "simulation.toml").write_text(scenes + named + story, encoding="utf-8")
    return folder


@contextmanager
def simulation(site: Path, data: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    words = [
        sys.executable,
        "-m",
        "backend",
        "simulate",
        "--site",
        site,
        "--data",
        data,
        "--server",
        url,
        "--with-parent",
    ]
    with (data / "simulate.txt").open("wb") as log:
        process = subprocess.Popen(list(map(str, words)), cwd=TOP, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(15)


@pytest.mark.timeout(180)
def test_stations_bulletins_detections_and_pictures_arrive_through_their_doors(tmp_path: Path) -> None:
    site, data = small_laocai(tmp_path / "site"), tmp_path / "data"
    made = run_backend("token", "--all", "--site", site, "--token-dir", data / "tokens", "--data", data)
    assert made.returncode == 0, made.stderr
    with BackendProcess.start(site, data, "--local-seat") as backend, simulation(site, data, backend.url) as process:
        client = httpx.Client(base_url=backend.url, headers={"Authorization": f"Bearer {backend.local_token}"})
        now_ms = time.time_ns() // 1_000_000

        def samples(station: str, parameter: str) -> int:
            span = {"start": now_ms - 86_400_000, "end": now_ms + 600_000, "max_points": 100}
            answer = client.get("/api/v1/readings", params={"station": station, "parameter": parameter, **span})
            found = answer.json()
            series = len(found["series"]["at_ms"]) if found["series"] else 0
            return int(series + sum(bucket["samples"] for bucket in found["buckets"]))

        def kinds() -> set[str]:
            alerts = client.get("/api/v1/alerts").json()["alerts"]
            return {alert["detection"]["label"] if alert["detection"] else alert["kind"] for alert in alerts}

        def fresh() -> set[str]:
            producers = client.get("/api/v1/state").json()["producers"]
            return {name for name, state in producers.items() if state["condition"] == "fresh"}

        # By drop folder, by HTTP, and by another producer's own names: 24 hours of each.
        for station, parameter in (("TL-KT-08", "SO2"), ("TL-KT-14", "SO2"), ("LC-KK-01", "PM2,5"), ("TV-LC", "Level")):
            wait_until(lambda s=station, p=parameter: samples(s, p) >= 890, 90, f"history of {station}")  # type: ignore[misc]
        # One detection comes by HTTP, the other through the broker; the fire by DC-09, the scan in Suricata's file.
        wanted = {"cap.message", "illegal_parking", "crash", "fire.alarm", "cyber.alert"}
        wait_until(lambda: kinds() >= wanted, 60, "a bulletin, two detections, a fire and a scan")
        wait_until(lambda: "camera-mqtt" in fresh(), 10, "the analytics server at the broker")
        wait_until(lambda: samples("DEM-KT", "People") > 0, 30, "a count of people")
        address = next(row for row in (site / "cameras.csv").read_text().split(",") if row.endswith("/gt-kim-tan/sub"))
        wait_until(lambda: b"streams of" in (data / "simulate.txt").read_bytes(), 60, "the RTSP server")
        with av.open(address, options={"rtsp_transport": "tcp"}, timeout=10.0) as container:
            frame = next(container.decode(video=0))
            assert (frame.width, frame.height) == (640, 360)
            assert read_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8)) is not None
        assert process.poll() is None
        assert not list((data / "quarantine").rglob("*.txt")), (data / "simulate.txt").read_text()
        client.close()
    source = next(one for one in load_site(site).sources if isinstance(one, MqttSource))
    with pytest.raises(ConnectionRefusedError):  # the broker went with the city
        socket.create_connection((source.host, source.port), 1)


def test_a_wrong_site_is_told_and_nothing_is_played(tmp_path: Path) -> None:
    broken = TOP / "tests" / "fixtures" / "sites" / "broken"
    done = run_backend("simulate", "--site", broken, "--data", tmp_path)
    assert done.returncode == 2
    assert "site.toml:7: unknown key 'speedup'" in done.stderr
    assert "bimat123" not in done.stderr + done.stdout


def test_no_two_parts_of_the_demonstration_want_the_same_port() -> None:
    texts = [path.read_text("utf-8") for path in sorted(LAOCAI.glob("*.toml"))]
    lines = [line.partition("#")[0] for text in texts for line in text.splitlines()]
    servers = re.compile(r"^(?:port|tcp_port|tls_port) = (\d+)|^(?:url|address) = \"http://127\.0\.0\.1:(\d+)/")
    ports = Counter(found[1] or found[2] for line in lines if (found := servers.match(line)))
    assert ports
    assert [port for port, count in ports.items() if count > 1] == []

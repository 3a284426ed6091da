"""Secrets marked with a canary: after a whole session it stands nowhere but where it was put."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from nacl.public import PrivateKey

from backend.contracts.state import StateSnapshot
from backend.gateway.answers import CameraList
from config.settings import load_settings
from config.site import load_site
from tests.system.backend_process import SMALL_SITE, BackendProcess, run_backend, wait_until
from tests.system.feed_client import feed_client
from tests.system.producers import cap_message, file_name, frigate_event, station_file

CANARY: Final = "canary-S3cr3t"
PASSWORD: Final = f"{CANARY}-of-the-leader"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small site with passwords of every shape that addresses have."""
    folder = tmp_path_factory.mktemp("secrets") / "site"
    shutil.copytree(SMALL_SITE, folder)
    cameras = (folder / "cameras.csv").read_text(encoding="utf-8")
    changed = cameras.replace("canary-7Hq2", CANARY).replace(f"viewer:{CANARY}-main@", f"viewer:{CANARY}%40%2F-main@")
    assert changed.count(CANARY) == 4
    (folder / "cameras.csv").write_text(changed, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def backend(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    data_dir = tmp_path_factory.mktemp("secrets") / "data"
    with BackendProcess.start(site, data_dir, "--local-seat") as running:
        running.add_user("leader", password=PASSWORD)
        yield running


def _session(backend: BackendProcess) -> tuple[dict[str, str], list[str]]:
    """Everything once: what was answered, and the tokens that were used."""
    answers: dict[str, str] = {}
    login = httpx.post(f"{backend.url}/api/v1/login", json={"user": "leader", "password": PASSWORD}, timeout=20)
    session = login.json()["token"]
    wrong = {"user": "leader", "password": PASSWORD + "x"}
    for number, body in enumerate((wrong, {"user": PASSWORD, "password": "x"}, {"user": [PASSWORD]}, [PASSWORD])):
        answers[f"refused login {number}"] = httpx.post(f"{backend.url}/api/v1/login", json=body, timeout=20).text
    key = base64.b64encode(bytes(PrivateKey.generate().public_key)).decode()
    tokens = {owner: backend.producer_token(owner) for owner in ("logger", "bulletins", "camera-ai")}
    with backend.client(session) as client:
        answers["camera-keys"] = client.post("/api/v1/camera-keys", json={"public_key": key}).text
        answers["bad camera-keys"] = client.post("/api/v1/camera-keys", json={"public_key": PASSWORD}).text
        answers["query"] = client.get("/api/v1/readings", params={"station": session, "parameter": "x"}).text
        answers["query"] = answers["query"].replace(session, "")  # what the caller itself put into the question

        def probed() -> bool:
            rows = CameraList.model_validate_json(client.get("/api/v1/cameras").content).cameras
            return all(row.state is not None and row.state.condition == "lost" for row in rows)

        wait_until(probed, 20, "the probe of the cameras")
    _ingest(backend, tokens, answers)
    answers["feed"] = asyncio.run(_feed(backend, session))
    with backend.client(session) as client:
        for door in ("state", "events?limit=5000", "alerts?closed=true", "cameras", "stations", "me"):
            answers[door] = client.get(f"/api/v1/{door}").text
        for door in ("/healthz", "/metrics", "/api/openapi.json", "/nowhere"):
            answers[door] = client.get(door).text
    assert StateSnapshot.model_validate_json(answers["state"]).site is not None
    return answers, [session, backend.local_token, *tokens.values()]


def _ingest(backend: BackendProcess, tokens: dict[str, str], answers: dict[str, str]) -> None:
    good = {
        "cap": ("bulletins", cap_message("secrets")),
        f"station-file?name={file_name('R-01')}": ("logger", station_file([("Level", 70.0, "m")])),
        "detections": ("camera-ai", frigate_event("secrets", "cam-1")),
    }
    for door, (owner, body) in good.items():
        with backend.client(tokens[owner]) as client:
            answers[f"good {door}"] = client.post(f"/api/v1/ingest/{door}", content=body).text
            answers[f"bad {door}"] = client.post(f"/api/v1/ingest/{door}", content=b"\x00nothing").text


async def _feed(backend: BackendProcess, token: str) -> str:
    async with feed_client(backend.feed_url, token) as seat:
        await seat.acknowledge("nothing")
        await seat.until(lambda: bool(seat.heartbeats))
        frames = [*seat.snapshots, *seat.heartbeats, *[batch for _, batch in seat.batches], *seat.results.values()]
        told = "".join(frame.model_dump_json() for frame in frames)
    async with feed_client(backend.feed_url, token + "x", wait_for="nothing") as stranger:
        await stranger.until(lambda: stranger.farewell is not None)
        assert stranger.farewell is not None
        told += stranger.farewell.model_dump_json()
    return told


def test_after_a_whole_session_no_secret_stands_anywhere(backend: BackendProcess) -> None:
    answers, tokens = _session(backend)
    port = backend.port
    assert backend.stop() == 0
    first_lines = "".join(backend.stdout_lines)
    assert backend.local_token in first_lines
    backend.restart(port=port)
    texts = {**answers, "stderr": backend.stderr_text(), "stdout": first_lines.replace(tokens[1], "")}
    for secret in (CANARY, *tokens):
        for name, text in texts.items():
            assert secret not in text, f"{name}: {secret[:6]}"
        files = [path for path in backend.data_dir.rglob("*") if path.is_file()]
        assert len(files) >= 5
        for path in files:
            assert secret.encode() not in path.read_bytes(), f"{path.name}: {secret[:6]}"
    assert "127.0.0.1:9/one/main" in answers["cameras"], "the address without its password is shown"


def test_no_secret_stands_in_what_is_printed_of_the_configuration(site: Path) -> None:
    loaded = load_site(site)
    settings = load_settings({"cameras": (f"rtsp://viewer:{CANARY}@127.0.0.1:9/own",)})
    for thing in (loaded, loaded.cameras[0], settings, settings.run):
        for text in (repr(thing), str(thing), f"{thing}"):
            assert CANARY not in text
    assert CANARY not in loaded.model_dump_json()
    assert loaded.cameras[0].main_url.get_secret_value().count(CANARY) == 1


NO_CAMERAS: Final = (
    f"http://viewer:{CANARY}@camera/one",
    f"file:///etc/passwd?{CANARY}",
    f"exec:ffmpeg -i {CANARY}",
    f"rtsp:/viewer:{CANARY}@camera",
    f"concat:rtsp://viewer:{CANARY}@camera/one",
    f"{CANARY}",
    f"rtsp://viewer:{CANARY}@",
    f"rtsp://viewer:{CANARY}@camera:99999/one",
    f"RTSP+http://viewer:{CANARY}@camera/one",
    f"udp://{CANARY}@239.0.0.1:1234",
)


def test_addresses_that_are_no_cameras_are_refused_by_check_without_being_repeated(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site, folder)
    head, first, *rest = (folder / "cameras.csv").read_text(encoding="utf-8").splitlines()
    rows = []
    for number, address in enumerate(NO_CAMERAS):
        cells = first.split(",")
        cells[0], cells[head.split(",").index("main_url")] = f"bad-{number}", address
        rows.append(",".join(cells))
    (folder / "cameras.csv").write_text("\n".join([head, *rows, first, *rest]) + "\n", encoding="utf-8")
    told = run_backend("check", "--site", folder)
    assert told.returncode == 2
    lines = [line for line in told.stderr.splitlines() if "cameras.csv:" in line]
    for number in range(len(NO_CAMERAS)):
        about = [line for line in lines if f"cameras.csv:{number + 2}:" in line]
        assert about, f"nothing is said about address {number}"
        assert "rtsp" in about[0]
    assert CANARY not in told.stderr + told.stdout

"""The HTTP doors of a real backend."""

from __future__ import annotations

import base64
import socket
import sqlite3
import time
from collections.abc import Iterator

import httpx
import pytest
from nacl.public import PrivateKey, SealedBox

from backend.contracts.commands import Role
from backend.contracts.doors import ErrorAnswer, IngestAnswer, LoginAnswer, SealedStreams, StreamList
from backend.contracts.readings import ReadingHistory
from backend.gateway.answers import AlertList, CameraList, EventPage, StationList
from tests.system.backend_process import PASSWORD, SMALL_SITE, TOP, BackendProcess, wait_until
from tests.system.producers import cap_message, file_name, frigate_event, station_file

CANARY = "canary-7Hq2"
CAP_SAMPLES = TOP / "tests" / "fixtures" / "cap"


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    data_dir = tmp_path_factory.mktemp("doors") / "data"
    with BackendProcess.start(SMALL_SITE, data_dir, "--body-limit-bytes", "200000") as running:
        running.add_user("officer")
        running.add_user("watcher", Role.AGENCY)
        yield running


@pytest.fixture(scope="module")
def officer(backend: BackendProcess) -> Iterator[httpx.Client]:
    with backend.client(backend.login("officer")) as client:
        yield client


def producer(backend: BackendProcess, producer_id: str) -> httpx.Client:
    return backend.client(backend.producer_token(producer_id))


def refusal(answer: httpx.Response) -> ErrorAnswer:
    return ErrorAnswer.model_validate_json(answer.content)


def test_a_password_opens_a_session_and_signing_out_ends_it(backend: BackendProcess) -> None:
    body = {"user": "officer", "password": PASSWORD}
    login = LoginAnswer.model_validate_json(httpx.post(f"{backend.url}/api/v1/login", json=body).content)
    assert login.role is Role.DUTY_OFFICER
    assert "alert.acknowledge" in login.rights
    with backend.client(login.token) as client:
        assert client.get("/api/v1/me").json()["user"] == "officer"
        assert client.post("/api/v1/logout").status_code == 204
        assert client.get("/api/v1/me").status_code == 401


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(backend: BackendProcess) -> None:
    url = f"{backend.url}/api/v1/login"
    answers = [httpx.post(url, json={"user": user, "password": "wrong-word-here"}) for user in ("officer", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    "path",
    ["state", "events", "alerts", "cameras", "stations", "readings?station=R-01&parameter=Level", "me"],
)
def test_reading_doors_are_closed_without_a_token(backend: BackendProcess, path: str) -> None:
    for token in ("", "no-such-token"):
        with backend.client(token) as client:
            answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 401
        assert refusal(answer).code == "unauthorised"


def test_an_ingest_token_opens_no_reading_door_and_a_session_no_ingest_door(
    backend: BackendProcess, officer: httpx.Client
) -> None:
    with producer(backend, "bulletins") as client:
        assert client.get("/api/v1/state").status_code == 401
    assert officer.post("/api/v1/ingest/cap", content=cap_message("by-officer")).status_code == 401


def test_a_cap_message_becomes_an_alert_once(backend: BackendProcess, officer: httpx.Client) -> None:
    body = cap_message("once-1", headline="Lũ quét <b>khẩn</b>")
    with producer(backend, "bulletins") as client:
        first = client.post("/api/v1/ingest/cap", content=body)
        again = client.post("/api/v1/ingest/cap", content=body)
    assert (first.status_code, IngestAnswer.model_validate_json(first.content).accepted) == (202, 1)
    assert (again.status_code, IngestAnswer.model_validate_json(again.content).duplicates) == (202, 1)
    alerts = AlertList.model_validate_json(officer.get("/api/v1/alerts").content).alerts
    assert len([alert for alert in alerts if alert.cap and "once-1" in alert.cap.key]) == 1


def test_a_real_cap_message_is_taken(backend: BackendProcess, officer: httpx.Client) -> None:
    with producer(backend, "bulletins") as client:
        answer = client.post("/api/v1/ingest/cap", content=(CAP_SAMPLES / "weather.cap").read_bytes())
    assert answer.status_code == 202, answer.text
    page = EventPage.model_validate_json(officer.get("/api/v1/events?limit=5000").content)
    assert any(logged.actor == "producer:bulletins" for logged in page.events)


def test_station_files_become_history_and_the_newest_value(backend: BackendProcess, officer: httpx.Client) -> None:
    now_s = int(time.time()) - 600
    with producer(backend, "logger") as client:
        for number in range(10):
            at_s = now_s + number * 60
            body = station_file([("Level", 70.0 + number, "m")], at_s)
            answer = client.post("/api/v1/ingest/station-file", params={"name": file_name("R-01", at_s)}, content=body)
            assert answer.status_code == 202, answer.text
    window: dict[str, str | int] = {
        "station": "R-01",
        "parameter": "Level",
        "start": now_s * 1000,
        "end": (now_s + 540) * 1000,
    }
    history = ReadingHistory.model_validate_json(officer.get("/api/v1/readings", params=window).content)
    assert history.series is not None
    assert history.series.value == tuple(70.0 + number for number in range(10))
    assert history.unit == "m"
    few = officer.get("/api/v1/readings", params={**window, "max_points": 4})
    buckets = ReadingHistory.model_validate_json(few.content).buckets
    assert buckets[0].minimum == 70.0
    assert buckets[-1].maximum == 79.0
    rows = StationList.model_validate_json(officer.get("/api/v1/stations").content).stations
    latest = next(row for row in rows if row.station.station_id == "R-01").latest
    assert latest[0].value == (79.0,)


def test_detections_are_taken_at_their_door(backend: BackendProcess, officer: httpx.Client) -> None:
    with producer(backend, "camera-ai") as client:
        answer = client.post("/api/v1/ingest/detections", content=frigate_event("1700000000.1-abc", "cam-2"))
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    alerts = AlertList.model_validate_json(officer.get("/api/v1/alerts").content).alerts
    assert any(alert.detection and alert.detection.camera_id == "cam-2" for alert in alerts)


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("cap", b"<!DOCTYPE a [<!ENTITY x 'y'>]><alert>&x;</alert>"),
        ("cap", b"\xff\xfe\x00 not xml"),
        ("detections", b'{"type": "new", "after": '),
        ("detections", b"\xff\xff\xff"),
        ("station-file?name=R-01_20260131070000.txt", b"\x00\x01\x02"),
        ("station-file?name=NOBODY_20260131070000.txt", b"Level\t1\tm\t20260131070000\t00"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason_and_kept(
    backend: BackendProcess, door: str, body: bytes
) -> None:
    owner = {"cap": "bulletins", "detections": "camera-ai"}.get(door, "logger")
    kept_before = len(list((backend.data_dir / "quarantine").rglob("*")))
    with producer(backend, owner) as client:
        answer = client.post(f"/api/v1/ingest/{door}", content=body)
        healthy = client.get("/healthz")
    assert answer.status_code == 422, answer.text
    assert IngestAnswer.model_validate_json(answer.content).rejected[0].reason
    assert len(list((backend.data_dir / "quarantine").rglob("*"))) > kept_before
    assert healthy.status_code == 200


def test_a_body_over_the_limit_is_refused_whether_announced_or_not(backend: BackendProcess) -> None:
    with producer(backend, "bulletins") as client:
        announced = client.post("/api/v1/ingest/cap", content=b"x" * 200_001)
        streamed = client.post("/api/v1/ingest/cap", content=(b"y" * 10_000 for _ in range(30)))
        good = client.post("/api/v1/ingest/cap", content=cap_message("after-large"))
    for answer in (announced, streamed):
        assert answer.status_code == 413
        assert "200000 bytes" in refusal(answer).reason
    assert good.status_code == 202


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b'{"user": "officer", "password": 5}', b"null"])
def test_a_broken_login_body_is_refused_without_repeating_it(backend: BackendProcess, body: bytes) -> None:
    answer = httpx.post(f"{backend.url}/api/v1/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert refusal(answer).reason


def test_web_pages_are_refused(backend: BackendProcess) -> None:
    answer = httpx.get(f"{backend.url}/healthz", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert refusal(answer).code == "origin_refused"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("station=R-01&parameter=Nothing", "no parameter"),
        ("station=R-01&parameter=Level&start=yesterday", "start: epoch milliseconds or ISO 8601"),
        ("station=R-01&parameter=Level&start=2026-01-31T07:00:00", "offset is missing"),
        ("station=R-01&parameter=Level&start=2000&end=1000", "start lies after end"),
    ],
)
def test_a_wrong_history_question_is_told_what_is_wrong(officer: httpx.Client, query: str, words: str) -> None:
    answer = officer.get(f"/api/v1/readings?{query}")
    assert answer.status_code in (404, 422)
    assert words in refusal(answer).reason


def test_history_takes_iso_times_with_a_plus_in_the_address(officer: httpx.Client) -> None:
    query = "station=R-01&parameter=Level&start=2026-01-31T07:00:00+07:00&end=2026-01-31T08:00:00%2B07:00"
    history = ReadingHistory.model_validate_json(officer.get(f"/api/v1/readings?{query}").content)
    assert history.end_ms - history.start_ms == 3_600_000


def test_boundaries_are_served_with_an_etag(officer: httpx.Client) -> None:
    first = officer.get("/api/v1/site/communes.geojson")
    assert first.json()["features"][0]["properties"]["code"] == "02647"
    again = officer.get("/api/v1/site/communes.geojson", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert officer.get("/api/v1/site/provinces.geojson").status_code == 404


def test_openapi_names_every_door(backend: BackendProcess) -> None:
    paths = httpx.get(f"{backend.url}/api/openapi.json").json()["paths"]
    for door in ("login", "state", "events", "readings", "ingest/cap", "ingest/station-file", "camera-keys"):
        assert f"/api/v1/{door}" in paths


def test_metrics_count_what_producers_sent(backend: BackendProcess) -> None:
    with producer(backend, "bulletins") as client:
        client.post("/api/v1/ingest/cap", content=cap_message("counted"))
    figures = backend.metrics()
    name = 'trucban_ingest_items_total{door="cap",outcome="accepted",producer="bulletins"}'
    assert figures[name] >= 1
    assert figures["trucban_append_seconds_count"] >= 1
    assert figures["trucban_storage_transactions_total"] >= 1


def test_camera_addresses_come_sealed_to_the_seats_key_only(backend: BackendProcess, officer: httpx.Client) -> None:
    key = PrivateKey.generate()
    body = {"public_key": base64.b64encode(bytes(key.public_key)).decode()}
    answer = officer.post("/api/v1/camera-keys", json=body)
    assert CANARY not in answer.text
    sealed = SealedStreams.model_validate_json(answer.content).sealed
    streams = StreamList.model_validate_json(SealedBox(key).decrypt(base64.b64decode(sealed)))
    assert streams.cameras[0].main_url == "rtsp://viewer:canary-7Hq2-main@127.0.0.1:9/one/main"
    with backend.client(backend.login("watcher")) as agency:
        assert agency.post("/api/v1/camera-keys", json=body).status_code == 403
    assert officer.post("/api/v1/camera-keys", json={"public_key": "A" * 44}).status_code == 422


def test_camera_passwords_appear_nowhere(backend: BackendProcess, officer: httpx.Client) -> None:
    def probed() -> bool:
        rows = CameraList.model_validate_json(officer.get("/api/v1/cameras").content).cameras
        return all(row.state is not None and row.state.condition == "lost" for row in rows)

    wait_until(probed, 20, "the probe of the cameras")
    paths = ("/api/v1/state", "/api/v1/cameras", "/api/v1/events?limit=5000", "/api/v1/alerts?closed=true")
    texts = {path: officer.get(path).text for path in (*paths, "/metrics", "/healthz", "/api/openapi.json")}
    texts["log"] = backend.stderr_text()
    for name, text in texts.items():
        assert CANARY not in text, name
    assert "127.0.0.1:9/one/main" in texts["/api/v1/cameras"]
    for path in backend.data_dir.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name


def test_a_reader_that_stops_half_way_holds_nobody_up(backend: BackendProcess, officer: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", backend.port)) as lame:
        lame.sendall(b"POST /api/v1/ingest/cap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<alert>")
        assert officer.get("/api/v1/me").status_code == 200


def test_the_database_holds_no_token_and_no_password(backend: BackendProcess) -> None:
    token = backend.login("officer")
    database = sqlite3.connect(f"file:{backend.data_dir / 'trucban.sqlite3'}?mode=ro", uri=True)
    dump = "\n".join(database.iterdump())
    database.close()
    assert token not in dump
    assert PASSWORD not in dump


def test_logs_are_one_line_an_entry(backend: BackendProcess) -> None:
    assert all(line[:4].isdigit() for line in backend.stderr_text().splitlines() if line)


def test_files_of_the_site_are_read_from_its_folder_only(officer: httpx.Client) -> None:
    assert officer.get("/api/v1/site/../../../../etc/passwd").status_code == 404

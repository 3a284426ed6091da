"""Hostile input at every door there is: the doors are taken from the server's own OpenAPI, so a new one is covered."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from backend.contracts.commands import AcknowledgeAlert
from backend.contracts.doors import ErrorAnswer, IngestAnswer
from backend.sources.zalo_note import signature_of
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.feed_client import feed_client, hello
from tests.system.producers import cap_message, file_name, station_file

LIMIT_BYTES: Final = 300_000
OPEN_DOORS: Final = {"/api/v1/login", "/api/v1/ballots", "/healthz", "/metrics"}
"""Everything else asks for a token. A new door without one must be put here on purpose."""

CITIZENS: Final = ("/open311/v2/", "/public/")
"""What begins so is read by anybody, tells nothing but what was published, and files by a key of its own."""

_GEOREPORT: Final = TypeAdapter(list[dict[str, int | str]])
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PRODUCER_OF: Final = {
    "cap": "bulletins", "station-file": "logger", "detections": "camera-ai", "forecasts": "logger",
    "posts": "camera-ai", "calls": "camera-ai", "indicators": "logger", "cases": "logger", "zones": "logger",
    "zalo": "zalo-oa", "{call_id}": "camera-ai",
}  # fmt: skip

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]><alert>&l9;</alert>'.encode(),
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
    "remote DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><alert/>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><alert/>',
    "deep XML": b"<a>" * 90_000,
    "wide XML": b"<alert " + b" ".join(b'a%d="1"' % n for n in range(20_000)) + b"/>",
    "deep JSON": b"[" * 100_000,
    "deep JSON object": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "huge integer": b'{"user": ' + b"9" * 100_000 + b', "password": 1e400}',
    "no numbers": b'[{"type": "new", "after": {"id": "x", "start_time": NaN, "score": -Infinity}}]',
    "half a surrogate": b'{"user": "\\ud800", "password": "\\udfff", "public_key": "\\ud800"}',
    "NUL in JSON": b'{"user": "a\\u0000b", "password": "\\u0000secret", "public_key": "\\u0000"}',
    "NUL bytes": b"\x00" * 5000,
    "bad UTF-8": b"\xff\xfe\xfa\x80" * 100,
    "UTF-16 without end": b"\xff\xfe<\x00a\x00",
    "overlong UTF-8": b'{"user": "\xc0\xaf", "password": "\xed\xa0\x80"}',
    "wrong shapes": b'{"user": ["officer"], "password": {"$ne": ""}, "public_key": 5}',
    "a list": b"[[], {}, null, 1]",
    "a string": b'"text"',
    "null": b"null",
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 50,
    "long line": b"Level\t" + b"1" * 250_000,
    "script": b"<script>alert(1)</script>",
    "SQL": b'{"user": "x\' OR 1=1 --", "password": "\'; DROP TABLE events; --"}',
}
VALUES: Final = (
    "",
    "\x00",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%2e%2e%2f",
    "/etc/passwd",
    "C:\\x_1.txt",
    "R-01_20260131000000.txt\x00.exe",
    "R-01_\u202etxt.exe",
    "x" * 30_000,
    "9" * 400,
    "-1",
    "9223372036854775808",
    "1e400",
    "NaN",
    "\ufffd\ufffe",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE readings; --",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "\u0663\u0664",
)


@dataclass(frozen=True)
class Door:
    method: str
    path: str
    query: tuple[str, ...]
    secured: bool
    json_body: bool

    @property
    def producer(self) -> str:
        """Whose token it wants; "" = an operator's session."""
        return PRODUCER_OF.get(self.path.rpartition("/")[2], "") if "/ingest/" in self.path else ""


@dataclass
class Target:
    backend: BackendProcess
    doors: tuple[Door, ...]
    tokens: dict[str, str]

    def client(self, door: Door) -> httpx.Client:
        """Somebody who may come in at `door`, and means ill."""
        return self.backend.client(self.tokens[door.producer])

    def check(self, answer: httpx.Response, what: str) -> None:
        """Refused in words or taken, never failed; and the answer is nothing that a browser would run."""
        assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
        page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code >= 400 and not page:
            assert worded(answer), f"{what}: {answer.status_code} {answer.text[:300]}"
        if page:  # of /public: what it says is shown, and nothing of it run
            assert answer.headers["content-security-policy"].startswith("default-src 'none';"), what
            assert "script-src" not in answer.headers["content-security-policy"], what
            assert "<script" not in answer.text, what


def worded(answer: httpx.Response) -> bool:
    with contextlib.suppress(ValidationError):
        return bool(_GEOREPORT.validate_json(answer.content)[0]["description"])
    with contextlib.suppress(ValidationError):
        return bool(ErrorAnswer.model_validate_json(answer.content).reason)
    with contextlib.suppress(ValidationError):
        return bool(IngestAnswer.model_validate_json(answer.content).rejected)
    return False


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    data_dir = tmp_path_factory.mktemp("hostile") / "data"
    extra = ("--local-seat", "--body-limit-bytes", str(LIMIT_BYTES), "--media-limit-bytes", str(LIMIT_BYTES))
    with BackendProcess.start(SMALL_SITE, data_dir, *extra) as backend:
        tokens = {name: backend.producer_token(name) for name in PRODUCER_OF.values()}
        yield Target(backend, doors_of(backend), {"": backend.local_token, **tokens})
        # Whatever this module sent: nothing of it was a failure of the program.
        assert backend.process.poll() is None
        assert "Traceback" not in backend.stderr_text()
        assert " ERROR " not in backend.stderr_text()
        assert httpx.get(f"{backend.url}/healthz").status_code == 200


def doors_of(backend: BackendProcess) -> tuple[Door, ...]:
    paths = httpx.get(f"{backend.url}/api/openapi.json").json()["paths"]
    return tuple(
        Door(
            method.upper(),
            path.replace("{form}", "json"),
            tuple(item["name"] for item in told.get("parameters", ()) if item["in"] == "query"),
            "security" in told,
            "requestBody" in told,
        )
        for path, methods in paths.items()
        for method, told in methods.items()
    )


def posts(target: Target) -> list[Door]:
    # Signing out would end the session that the other tests use; it reads no body.
    return [door for door in target.doors if door.method == "POST" and door.path != "/api/v1/logout"]


def test_every_door_is_known_to_these_tests(target: Target) -> None:
    assert len(target.doors) >= 14
    unsecured = {door.path for door in target.doors if not door.secured}
    assert {path for path in unsecured if not path.startswith(CITIZENS)} == OPEN_DOORS
    assert len([path for path in unsecured if path.startswith(CITIZENS)]) == 13
    assert all(door.producer for door in target.doors if "/ingest/" in door.path)


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_are_refused_at_every_door_that_reads_one(target: Target, name: str) -> None:
    for door in posts(target):
        with target.client(door) as client:
            for kind in ("application/json", "text/xml; charset=utf-7", ""):
                query = {"name": file_name("R-01")} if "name" in door.query else {}
                headers = {"Content-Type": kind} if kind else {}
                answer = client.request(door.method, door.path, params=query, content=BODIES[name], headers=headers)
                target.check(answer, f"{name} at {door.path}")
                assert answer.status_code in (400, 401, 403, 413, 422, 429), f"{name} at {door.path}"


def test_bodies_over_the_limit_are_refused_at_every_door_announced_or_not(target: Target) -> None:
    body = b"[" + b" " * LIMIT_BYTES + b"]"
    for door in posts(target):
        with target.client(door) as client:
            query = {"name": "a.txt"} if "name" in door.query else {}
            kind = {"Content-Type": "application/json"}
            announced = client.request(door.method, door.path, params=query, content=body, headers=kind)
            parts = (body[start : start + 20_000] for start in range(0, len(body), 20_000))
            streamed = client.request(door.method, door.path, params=query, content=parts, headers=kind)
        # These know whose report or call it is before they read any of the body.
        reads_late = door.path in ("/api/v1/media", "/api/v1/ingest/recordings/{call_id}")
        for answer in (announced,) if reads_late else (announced, streamed):
            assert answer.status_code == 413, f"{door.path}: {answer.text[:200]}"
            assert ErrorAnswer.model_validate_json(answer.content).code == "too_large"


def test_hostile_values_of_every_parameter_are_refused_in_words(target: Target) -> None:
    good = {"station": "R-01", "parameter": "Level"}
    for door in target.doors:
        with target.client(door) as client:
            for name in door.query:
                for value in VALUES:
                    others = {other: good[other] for other in door.query if other in good and other != name}
                    query = "&".join(f"{key}={quote(text, safe='')}" for key, text in {**others, name: value}.items())
                    answer = client.request(door.method, f"{door.path}?{query}", content=b"Level\t1\tm\t2\t00")
                    target.check(answer, f"{name}={value[:40]!r} at {door.path}")


def test_queries_that_are_no_utf8_are_refused_in_words(target: Target) -> None:
    for door in (door for door in target.doors if door.path != "/api/v1/logout"):
        with target.client(door) as client:
            for name in (*door.query, "unasked"):
                answer = client.request(door.method, f"{door.path}?{name}=%ff%fe%c0%af&{name}=twice&=&&{name}")
                target.check(answer, f"{name} at {door.path}")


def test_other_methods_are_refused_in_words(target: Target) -> None:
    for path in {door.path for door in target.doors}:
        # A name may be a door of its own and what another door takes as an id.
        known = {door.method for door in target.doors if re.fullmatch(re.sub(r"{[^/]+}", "[^/]+", door.path), path)}
        with target.backend.client(target.backend.local_token) as client:
            for method in set(METHODS) - known:
                answer = client.request(method, path, content=b"x")
                target.check(answer, f"{method} {path}")
                assert answer.status_code == 405, f"{method} {path}"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1/",
        "/api/v1/state/",
        "/feed",
        "/docs",
        "/redoc",
        "/api/v1/site/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/site/%2e%2e/site.toml",
        "/api/v1/site/cameras.csv",
        "/.%00./x",
        "//etc/passwd",
        "/%ff%fe",
        "/" + "a" * 20_000,
    ],
)
def test_paths_that_are_no_door_lead_nowhere(target: Target, path: str) -> None:
    with target.backend.client(target.backend.local_token) as client:
        answer = client.get(target.backend.url + path, follow_redirects=False)
    target.check(answer, path)
    assert answer.status_code == 404


def test_every_closed_door_turns_every_foreign_token_away(target: Target) -> None:
    backend = target.backend
    leader = backend.add_user("leader")
    expired, ended = backend.login(leader), backend.login(leader)
    with contextlib.closing(sqlite3.connect(backend.data_dir / "trucban.sqlite3", isolation_level=None)) as database:
        digest = hashlib.sha256(expired.encode()).hexdigest()
        changed = database.execute("UPDATE sessions SET expires_ms = 1 WHERE token_hash = ?", (digest,))
        assert changed.rowcount == 1
    with backend.client(ended) as client:
        assert client.post("/api/v1/logout").status_code == 204
    for door in (door for door in target.doors if door.secured and door.path != "/api/v1/logout"):
        other = backend.local_token if door.producer else target.tokens["logger"]
        heads = [f"Bearer {token}" for token in (expired, ended, other, "x", "x" * 20_000, "\xffé", "' OR 1=1 --")]
        heads += ["", "Bearer", "Basic b2ZmaWNlcjpvZmZpY2Vy", f"bearer  {other}", f"Token {other}"]
        for head in heads:
            raw = {b"Authorization": head.encode("latin-1")}
            answer = httpx.request(door.method, backend.url + door.path, headers=raw, params={"name": "a"})
            target.check(answer, f"{door.path} with {head[:30]!r}")
            assert answer.status_code == 401, f"{door.path} with {head[:30]!r}"


def test_one_producers_token_opens_no_other_producers_station(target: Target) -> None:
    with target.backend.client(target.tokens["bulletins"]) as client:
        body = station_file([("Level", 70.0, "m")])
        answer = client.post("/api/v1/ingest/station-file", params={"name": file_name("R-01")}, content=body)
    assert answer.status_code == 422
    assert "belongs to another producer" in answer.text


ZALO_SHAPES: Final[tuple[object, ...]] = (
    {"event_name": "user_send_text", "sender": {"id": "9" * 9000}, "message": {"msg_id": "1", "text": "x"}},
    {"event_name": "user_send_text", "sender": [], "message": {"msg_id": {}}},
    {"event_name": "user_send_text", "sender": {"id": "\ud800"}, "message": {"msg_id": "\udfff", "text": "\ud800"}},
    {"event_name": ["user_send_text"], "sender": None},
    {"event_name": "user_send_image", "sender": {"id": "1"}, "message": {"msg_id": "1", "attachments": [1, None]}},
    {"event_name": "user_send_image", "sender": {"id": "1"}, "message": {"msg_id": "1", "attachments": [{}] * 5000}},
    {
        "event_name": "user_send_location",
        "sender": {"id": "1"},
        "message": {"msg_id": "1", "attachments": [{"payload": {"coordinates": {"latitude": "NaN", "longitude": 1}}}]},
    },
    {"event_name": "user_send_text", "sender": {"id": "\0"}, "message": {"msg_id": "\0", "text": "\0" * 9000}},
)


@pytest.mark.parametrize("number", range(len(ZALO_SHAPES)))
@pytest.mark.parametrize("at", ["now", "9" * 400, "-1", "٣", "1e400"])
def test_hostile_events_with_zalos_own_signature_are_answered_and_refused_in_words(
    target: Target, number: int, at: str
) -> None:
    timestamp = f"{time.time_ns() // 1_000_000}" if at == "now" else at
    body = json.dumps({**cast("dict[str, object]", ZALO_SHAPES[number]), "timestamp": timestamp}).encode()
    secret = (SMALL_SITE / "zalo.secret").read_text(encoding="utf-8").strip()
    headers = {"X-ZEvent-Signature": signature_of(body, timestamp, "2553928453557884079", secret)}
    answer = httpx.post(f"{target.backend.url}/api/v1/ingest/zalo-oa/zalo", content=body, headers=headers)
    target.check(answer, f"{at} {body[:100]!r}")
    # A signed one would be sent again for hours, whatever is wrong with it.
    found = IngestAnswer.model_validate_json(answer.content)
    assert (answer.status_code, found.accepted) == (200, 0) or (at, found.accepted) == ("now", 1)


def test_html_in_names_stays_text_and_in_json(target: Target) -> None:
    mark = "<img src=x onerror=alert(1)>"
    with target.backend.client(target.tokens["bulletins"]) as client:
        body = cap_message("html-in-names", mark.replace("<", "&lt;").replace(">", "&gt;"))
        assert client.post("/api/v1/ingest/cap", content=body).status_code == 202
    with target.backend.client(target.backend.local_token) as client:
        answer = client.get("/api/v1/alerts")
    assert answer.headers["content-type"] == "application/json"
    assert any(mark in alert["headline_vi"] for alert in answer.json()["alerts"])


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_KEYS: Final = st.sampled_from(["user", "password", "public_key", "type", "before", "after", "id", "camera", "topic"])
_OBJECTS: Final = st.dictionaries(_KEYS, _JSON, max_size=6)
_LINES: Final = st.lists(st.text(alphabet="Level\tm0123456789.,-+eE \x00\u202eệ", max_size=60), max_size=5)
_GENERATED: Final = st.one_of(
    st.binary(max_size=400),
    _JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
    _OBJECTS.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
    _LINES.map(lambda lines: "\r\n".join(lines).encode()),
    st.text(alphabet='<>/&;![]"=? alertinfo', max_size=200).map(str.encode),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_GENERATED, name=st.text(max_size=40), choice=st.integers(min_value=0, max_value=100))
def test_generated_bodies_are_taken_or_refused_in_words(target: Target, body: bytes, name: str, choice: int) -> None:
    doors = posts(target)
    door = doors[choice % len(doors)]
    with target.client(door) as client:
        query = f"?name={quote(name, safe='')}" if "name" in door.query else ""
        answer = client.request(
            door.method, door.path + query, content=body, headers={"Content-Type": "application/json"}
        )
    target.check(answer, f"{door.path} {body[:100]!r}")


FRAMES: Final[dict[str, str | bytes]] = {
    "deep": '{"type": "command", "command": ' + "[" * 30_000,
    "huge integer": '{"type": "hello", "protocol": ' + "9" * 60_000 + "}",
    "half a surrogate": '{"type": "hello", "protocol": 1, "token": "\\ud800"}',
    "NUL": '{"type": "hello", "protocol": 1, "token": "\\u0000"}',
    "negative place": '{"type": "hello", "protocol": 1, "token": "x", "epoch": "x", "seq": -1}',
    "unknown type": '{"type": "shutdown"}',
    "a list": "[]",
    "nothing": "",
    "bad UTF-8": b"\xff\xfe",
    "binary": b"\x00" * 100,
    "too long": "x" * 70_000,
}


async def _ended(connection_url: str, frames: list[str | bytes]) -> None:
    async with connect(connection_url, max_size=None, open_timeout=10) as connection:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await connection.send(frame)
            async with asyncio.timeout(10):
                while True:
                    await connection.recv()
        assert connection.close_code is not None


@pytest.mark.parametrize("seated", [False, True], ids=["before hello", "after hello"])
def test_hostile_frames_end_their_own_connection_only(target: Target, seated: bool) -> None:
    token = target.backend.local_token
    first: list[str | bytes] = [hello(token)] if seated else []

    async def scenario() -> None:
        async with feed_client(target.backend.feed_url, token) as other:
            await asyncio.gather(*[_ended(target.backend.feed_url, [*first, frame]) for frame in FRAMES.values()])
            assert other.farewell is None
            beats = len(other.heartbeats)
            await other.until(lambda: len(other.heartbeats) > beats)

    asyncio.run(scenario())


@pytest.mark.parametrize("have", [("x" * 60_000, 1), ("", 2**63), ("another", 10**300)])
def test_a_place_in_the_log_that_cannot_be_is_answered_with_a_snapshot_or_refused(
    target: Target, have: tuple[str, int]
) -> None:
    async def scenario() -> None:
        async with connect(target.backend.feed_url, max_size=None) as connection:
            answers: list[str] = []
            await connection.send(hello(target.backend.local_token, have))
            with contextlib.suppress(ConnectionClosed):
                async with asyncio.timeout(10):
                    while not any(word in text for text in answers for word in ('"snapshot"', '"farewell"')):
                        answers.append(str(await connection.recv()))
            assert answers

    asyncio.run(scenario())


@pytest.mark.parametrize("alert_id", ["<b>x</b>", "../../x", "' OR 1=1 --", "x" * 200, "ệ\u202e"])
def test_commands_about_strange_things_are_refused_and_the_seat_stays(target: Target, alert_id: str) -> None:
    async def scenario() -> None:
        async with feed_client(target.backend.feed_url, target.backend.local_token) as seat:
            command_id = f"strange-{hashlib.sha256(alert_id.encode()).hexdigest()[:16]}"
            result = await seat.command(AcknowledgeAlert.model_construct(command_id=command_id, alert_id=alert_id))
            assert not result.accepted
            assert seat.farewell is None

    with contextlib.suppress(ValidationError):
        AcknowledgeAlert(command_id="x", alert_id=alert_id)
        asyncio.run(scenario())

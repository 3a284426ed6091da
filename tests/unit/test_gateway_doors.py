"""The gateway's small rules, and its documents: they say what the program does."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from backend.contracts.feed import CLIENT_FRAME, SERVER_FRAME
from backend.gateway.doors.ingest import Turnstile
from backend.gateway.doors.reading import instant_ms
from backend.gateway.errors import Refusal
from backend.gateway.logs import LineFormatter
from backend.gateway.origins import browser_origin_refused
from backend.gateway.schema import schemas
from backend.gateway.server import BindError, ServeOptions, is_loopback
from backend.gateway.settings import GatewaySettings
from config.site import load_site

TOP = Path(__file__).resolve().parents[2]
PROTOCOL = (TOP / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_the_schemas_in_docs_are_those_of_the_contracts() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (TOP / "docs" / "schema").iterdir()}
    assert written == schemas(), "run: python -m backend.gateway.schema docs/schema"


def examples() -> list[str]:
    return re.findall(r"^```json\n(.*?)^```", PROTOCOL, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", examples())
def test_every_frame_shown_in_the_protocol_is_one(text: str) -> None:
    kind = json.loads(text)["type"]
    client = {"hello", "command", "subscribe", "clock", "goodbye"}
    adapter: TypeAdapter[object] = TypeAdapter(object)
    frame = CLIENT_FRAME.validate_json(text) if kind in client else SERVER_FRAME.validate_json(text)
    assert adapter.dump_python(frame)


def test_the_protocol_shows_every_type_of_frame() -> None:
    shown = {json.loads(text)["type"] for text in examples()}
    for name in ("client-frame.json", "server-frame.json"):
        assert set(json.loads(schemas()[name])["discriminator"]["mapping"]) <= shown


def test_the_protocol_states_the_limits_that_hold() -> None:
    settings = GatewaySettings()
    for figure in (
        f"{settings.outbox.events} events",
        f"{settings.outbox.event_bytes // 2**20} MiB",
        f"{settings.outbox.samples} samples",
        f"{settings.tail_events} events",
        f"{settings.stuck_s:g} s",
        f"{settings.batch_s * 1000:g} ms",
        f"{settings.frame_limit_bytes} bytes",
        f"{settings.body_limit_bytes} bytes",
        f"{settings.frames_per_s:g} frames",
    ):
        assert figure in PROTOCOL, figure


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("0", 0),
        ("1767225600000", 1_767_225_600_000),
        ("2026-01-01T07:00:00+07:00", 1_767_225_600_000),
        ("2026-01-01T07:00:00 07:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01T00:00:00.250Z", 1_767_225_600_250),
    ],
)
def test_instants_are_epoch_milliseconds_or_iso_with_an_offset(text: str, at_ms: int) -> None:
    assert instant_ms("start", text) == at_ms


@pytest.mark.parametrize("text", ["x", "-5", "2026-01-01", "2026-01-01T00:00:00", "999999999999999", "１２"])
def test_other_instants_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        instant_ms("start", text)
    assert refused.value.detail.startswith("start: ")


def test_a_flooding_producer_uses_up_its_own_places_only() -> None:
    turnstile = Turnstile(2)
    with turnstile.pass_through("one"), turnstile.pass_through("one"):
        with pytest.raises(Refusal) as refused, turnstile.pass_through("one"):
            pass
        assert refused.value.status_code == 429
        with turnstile.pass_through("two"):
            pass
    with turnstile.pass_through("one"):
        pass


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("no-such-name.invalid", False),
    ],
)
def test_only_loopback_addresses_count_as_such(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_other_machines_are_let_in_with_tls_or_on_purpose_only(tmp_path: Path) -> None:
    site = load_site(TOP / "tests" / "fixtures" / "sites" / "small")
    pem = tmp_path / "x.pem"
    pem.write_text("", encoding="utf-8")
    everywhere = {"site": site, "data_dir": tmp_path, "host": "0.0.0.0"}
    ServeOptions(**everywhere, insecure=True).check()  # type: ignore[arg-type]
    ServeOptions(**everywhere, certfile=pem, keyfile=pem).check()  # type: ignore[arg-type]
    for wrong in ({}, {"certfile": pem}, {"certfile": pem, "keyfile": tmp_path / "none"}):
        with pytest.raises(BindError):
            ServeOptions(**everywhere, **wrong).check()  # type: ignore[arg-type]


def test_a_web_page_is_let_in_only_when_its_origin_is_named() -> None:
    def scope(origin: str | None) -> dict[str, object]:
        headers = [] if origin is None else [(b"origin", origin.encode())]
        return {"type": "http", "headers": headers}

    allowed = frozenset(("https://desk.example",))
    assert browser_origin_refused(scope(None), allowed) is None
    assert browser_origin_refused(scope("https://desk.example"), allowed) is None
    for origin in ("https://desk.example.evil", "null", "", "https://desk.example:444"):
        assert browser_origin_refused(scope(origin), allowed) is not None


@pytest.mark.parametrize("as_json", [False, True])
def test_log_lines_carry_no_password_and_no_line_break(as_json: bool) -> None:
    try:
        raise ValueError("cannot open rtsp://viewer:secret@host/x?token=hidden\nsecond line")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("cam", logging.ERROR, "", 0, "lost %s", ("rtsp://a:secret@host/",), info)
    line = LineFormatter(as_json).format(record)
    assert "\n" not in line
    assert "secret@" not in line
    assert "hidden" not in line
    assert "second line" in line
    if as_json:
        assert json.loads(line)["level"] == "ERROR"

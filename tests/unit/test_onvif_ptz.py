"""Turning a camera over real HTTP: arrived by its own word, or a reason an officer understands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import pytest
from pydantic import SecretStr

from backend.simulate.onvif import Device, Head, OnvifServer
from backend.sources.onvif_ptz import OnvifPtz, Position, PtzError, ptz_http
from config.camera_model import PtzCamera

PASSWORD: Final = "bí mật & <lớn>"
PRESETS: Final = {"1": Position(0.0, 0.0, 0.0), "cho & bến": Position(0.5, -0.2, 0.4)}


def camera(address: str, password: str = PASSWORD, user: str = "trucban") -> PtzCamera:
    secret = SecretStr(password)
    return PtzCamera(camera_id="cam-1", address=address, profile="Profile_1", user=user, password=secret)


@contextmanager
def device(speed: float = 4.0) -> Iterator[OnvifServer]:
    one = Device(PRESETS, "trucban", PASSWORD, Head(speed))
    server = OnvifServer(one, "http://127.0.0.1:0/onvif/device_service")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def answering(code: int, body: bytes, hold_s: float = 0.0) -> Iterator[str]:
    """A web server that says the same to everybody; its address."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            ended.wait(hold_s)
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/onvif"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def go(one: PtzCamera, token: str, within_s: float = 5.0, answer_within_s: float = 2.0) -> None:
    async def play() -> None:
        async with ptz_http() as http:
            await OnvifPtz(one, http, answer_within_s).go(token, within_s)

    asyncio.run(play())


def test_it_comes_back_only_when_the_camera_stands_there() -> None:
    with device() as server:
        go(camera(server.address), "cho & bến")
        assert server.device.head.at() == PRESETS["cho & bến"]
        assert not server.device.head.moving


def test_a_head_that_takes_too_long_did_not_arrive() -> None:
    with device(speed=0.01) as server, pytest.raises(PtzError, match="không tới vị trí trong 0.6 s"):
        go(camera(server.address), "cho & bến", within_s=0.6)


def test_a_preset_the_camera_does_not_have_moves_nothing() -> None:
    with device() as server:
        with pytest.raises(PtzError, match="không có vị trí đặt sẵn 9"):
            go(camera(server.address), "9")
        assert server.device.head.at() == Position(0.0, 0.0, 0.0)


@pytest.mark.parametrize(("user", "password"), [("trucban", "sai"), ("ai-do", PASSWORD), ("", "")])
def test_who_may_not_turn_it_is_told_so_without_the_password(user: str, password: str) -> None:
    with device() as server, pytest.raises(PtzError) as caught:
        go(camera(server.address, password, user), "1")
    assert str(caught.value) == "camera từ chối tên hoặc mật khẩu ONVIF"


BOMB: Final = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("code", "body", "told"),
    [
        (200, BOMB, "không phải XML an toàn"),
        (200, b"<html>login", "không phải XML an toàn"),
        (200, b"<a>" * 60 + b"</a>" * 60, "không phải XML an toàn"),
        (200, b"<Envelope/>", "không phải SOAP"),
        (200, b"<Envelope>" + b" " * 600_000 + b"</Envelope>", "dài hơn 512 KB"),
        (401, b"", "từ chối tên hoặc mật khẩu"),
        (302, b"", "không phải XML an toàn"),
    ],
)
def test_what_a_stranger_answers_hurts_nobody(code: int, body: bytes, told: str) -> None:
    with answering(code, body) as address, pytest.raises(PtzError, match=told):
        go(camera(address), "1")


def test_a_camera_that_is_silent_or_gone_is_told_within_the_time() -> None:
    with answering(200, b"", hold_s=5.0) as address, pytest.raises(PtzError, match="không trả lời trong 0.3 s"):
        go(camera(address), "1", answer_within_s=0.3)
    with pytest.raises(PtzError, match="không tới được dịch vụ ONVIF"):
        go(camera(address), "1")


def test_the_password_stands_in_no_text_of_it() -> None:
    assert PASSWORD not in repr(camera("http://127.0.0.1/onvif"))

"""An ONVIF device with a head that turns: SOAP over HTTP, WS-Security digests, presets, a speed of its own."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from backend.sources.onvif_ptz import DEVICE, ENVELOPE, PTZ, Position, password_digest
from backend.sources.safe_xml import XmlError, children, local_name, parse_xml

SCHEMA: Final = "http://www.onvif.org/ver10/schema"
PAN_PER_S: Final = 0.5
"""Of the range -1..1: from one end to the other in four seconds."""

_MAX_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class Head:
    """Where a camera looks: turns from where it was to where it shall be at `speed` a second, on every axis."""

    speed: float = PAN_PER_S
    clock_s: Callable[[], float] = time.monotonic
    came_from: Position = Position(0.0, 0.0, 0.0)
    goes_to: Position = Position(0.0, 0.0, 0.0)
    since_s: float = 0.0

    def at(self) -> Position:
        gone = (self.clock_s() - self.since_s) * self.speed

        def along(start: float, end: float) -> float:
            return end if abs(end - start) <= gone else start + gone * (1 if end > start else -1)

        start, end = self.came_from, self.goes_to
        return Position(along(start.pan, end.pan), along(start.tilt, end.tilt), along(start.zoom, end.zoom))

    @property
    def moving(self) -> bool:
        return self.at() != self.goes_to

    def turn(self, to: Position) -> None:
        self.came_from, self.since_s = self.at(), self.clock_s()
        self.goes_to = to


@dataclass(slots=True)
class Device:
    """One camera's service: who may turn it, its presets by token, its head."""

    presets: Mapping[str, Position]
    user: str = ""
    password: str = ""
    head: Head = field(default_factory=Head)


class OnvifServer:
    """Serves one device at `address` (http://127.0.0.1:PORT/onvif/device_service; port 0 = a free one) on threads.

    Args:
        turned: told of every order, from a thread of the server's.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, device: Device, address: str, turned: Callable[[Head], None] = lambda head: None) -> None:
        self.device = device
        self._turned = turned
        self._lock = Lock()
        parts = urlsplit(address)
        host = parts.hostname or "127.0.0.1"
        port = 80 if parts.port is None else parts.port
        self.server = ThreadingHTTPServer((host, port), self._handler())
        self.server.daemon_threads = True
        self.base_url = f"http://{host}:{self.server.server_address[1]}"
        self.address = self.base_url + parts.path
        self._thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """HTTP code and body of the answer to a request."""
        try:
            root = parse_xml(body, _MAX_BYTES)
        except XmlError:
            return 400, _fault("WellFormed", "not XML")
        inside = next((one[0] for one in children(root, "Body") if len(one)), None)
        if inside is None:
            return 400, _fault("WellFormed", "no body")
        name = local_name(inside)
        if name != "GetSystemDateAndTime" and not self._is_known(root):
            return 400, _fault("NotAuthorized", "Sender not Authorized")
        with self._lock:
            return self._do(name, inside)

    def _is_known(self, root: Element) -> bool:
        if not self.device.user:
            return True
        texts = {
            local_name(one): (one.text or "").strip() for header in children(root, "Header") for one in header.iter()
        }
        try:
            nonce = base64.b64decode(texts["Nonce"], validate=True)
            digest = password_digest(nonce, texts["Created"], self.device.password)
        except (KeyError, ValueError):
            return False
        return texts.get("Username") == self.device.user and texts.get("Password") == digest

    def _do(self, name: str, asked: Element) -> tuple[int, bytes]:
        match name:
            case "GetSystemDateAndTime":
                return 200, _body(DEVICE, name, _date())
            case "GetCapabilities":
                there = f"<tt:PTZ><tt:XAddr>{escape(self.base_url)}/onvif/ptz_service</tt:XAddr></tt:PTZ>"
                return 200, _body(DEVICE, name, f"<n:Capabilities>{there}</n:Capabilities>")
            case "GetPresets":
                return 200, _body(PTZ, name, "".join(_preset(*one) for one in self.device.presets.items()))
            case "GetStatus":
                return 200, _body(PTZ, name, self._status())
            case "GotoPreset":
                token = next((one.text or "" for one in children(asked, "PresetToken")), "")
                if token not in self.device.presets:
                    return 400, _fault("NoToken", "the requested preset token does not exist")
                self.device.head.turn(self.device.presets[token])
            case "Stop":
                self.device.head.turn(self.device.head.at())
            case _:
                return 400, _fault("ActionNotSupported", f"{name} is not supported")
        self._turned(self.device.head)
        return 200, _body(PTZ, name, "")

    def _status(self) -> str:
        moving = "MOVING" if self.device.head.moving else "IDLE"
        states = f"<tt:PanTilt>{moving}</tt:PanTilt><tt:Zoom>{moving}</tt:Zoom>"
        place = _place("tt:Position", self.device.head.at())
        return f"<n:PTZStatus>{place}<tt:MoveStatus>{states}</tt:MoveStatus></n:PTZStatus>"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not length.isdecimal() or int(length) > _MAX_BYTES:
                    self.close_connection = True
                    code, body = 400, _fault("WellFormed", "too long")
                else:
                    code, body = answer(self.rfile.read(int(length)))
                self.send_response(code)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


def _envelope(inside: str) -> bytes:
    spaces = f'xmlns:s="{ENVELOPE}" xmlns:tt="{SCHEMA}" xmlns:ter="http://www.onvif.org/ver10/error"'
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {spaces}><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def _body(space: str, name: str, inside: str) -> bytes:
    return _envelope(f'<n:{name}Response xmlns:n="{space}">{inside}</n:{name}Response>')


def _fault(code: str, reason: str) -> bytes:
    sub = f"<s:Subcode><s:Value>ter:{code}</s:Value></s:Subcode>"
    text = f'<s:Text xml:lang="en">{escape(reason)}</s:Text>'
    return _envelope(f"<s:Fault><s:Code><s:Value>s:Sender</s:Value>{sub}</s:Code><s:Reason>{text}</s:Reason></s:Fault>")


def _place(name: str, at: Position) -> str:
    pan_tilt = f'<tt:PanTilt x="{at.pan:.4f}" y="{at.tilt:.4f}"/>'
    return f'<{name}>{pan_tilt}<tt:Zoom x="{at.zoom:.4f}"/></{name}>'


def _preset(token: str, at: Position) -> str:
    name = f"<tt:Name>{escape(token)}</tt:Name>"
    return f"<n:Preset token={quoteattr(token)}>{name}{_place('tt:PTZPosition', at)}</n:Preset>"


def _date() -> str:
    now = time.gmtime()
    clock = f"<tt:Hour>{now.tm_hour}</tt:Hour><tt:Minute>{now.tm_min}</tt:Minute><tt:Second>{now.tm_sec}</tt:Second>"
    day = f"<tt:Year>{now.tm_year}</tt:Year><tt:Month>{now.tm_mon}</tt:Month><tt:Day>{now.tm_mday}</tt:Day>"
    told = f"<tt:UTCDateTime><tt:Time>{clock}</tt:Time><tt:Date>{day}</tt:Date></tt:UTCDateTime>"
    return f"<n:SystemDateAndTime>{told}</n:SystemDateAndTime>"

"""The largest bodies the doors let in, made to be slow: read or refused within a bound, on any door's parser."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final

import pytest

from backend.sources.cap import CapError, parse_cap
from backend.sources.detections import DetectionsError, parse_detections
from backend.sources.station_file import StationFileError, parse_station_file
from backend.sources.text import paragraphs, plain
from config.site import load_site
from tests.system.backend_process import SMALL_SITE

MOST_S: Final = 3.0
"""Ten times what the slowest takes on a slow core; the one that was found took seven minutes."""

_HEAD: Final = (
    b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>x</identifier><sender>a</sender>'
    b"<sent>2026-01-01T00:00:00+07:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
)
MARKS: Final = "a" + "\u0323\u0302" * 500_000
BODIES: Final[dict[str, bytes]] = {
    "combining marks": MARKS.encode(),
    "lines of combining marks": ("\u0323\u0302" * 200 + "\tx\tm\t2026\t00\n").encode() * 2500,
    "bad lines": b"Level\tx\tm\t20260101000000\t00\r\n" * 19_000,
    "line ends": b"\r" * 2_000_000,
    "one line": b"1" * 2_000_000,
    "elements": b"<alert>" + b"<x/>" * 450_000,
    "comments": b"<alert>" + b"<!---->" * 250_000,
    "attributes": b"<alert " + b" ".join(b'a%d="1"' % n for n in range(130_000)) + b"/>",
    "open attribute": b"<alert a='" + b"x" * 2_000_000,
    "polygon": _HEAD + b"<info><event>x</event><area><polygon>" + b"22.49,103.96 " * 150_000 + b"</polygon>",
    "headline of marks": _HEAD + b"<info><event>x</event><headline>" + MARKS.encode() + b"</headline></info></alert>",
    "infos": _HEAD + b"<info><event>x</event></info>" * 70_000 + b"</alert>",
    "nested lists": b"[" * 2_000_000,
    "nested objects": b'{"a":' * 400_000,
    "empty objects": b"[" + b"{}," * 650_000 + b"{}]",
    "digits": b"9" * 2_000_000,
    "label of marks": b'{"type": "new", "after": {"id": "1", "camera": "c", "label": "' + MARKS.encode() + b'"}}',
}


def _station(body: bytes) -> object:
    station = load_site(SMALL_SITE).station("R-01")
    assert station is not None
    return parse_station_file(body, station, 420, 1_800_000_000_000)


PARSERS: Final[dict[str, Callable[[bytes], object]]] = {
    "station file": _station,
    "CAP": lambda body: parse_cap(body, 1_800_000_000_000),
    "detections": lambda body: parse_detections(body, 1_800_000_000_000),
}


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("name", BODIES)
def test_the_largest_hostile_bodies_are_read_or_refused_quickly(parser: str, name: str) -> None:
    began_s = time.perf_counter()
    with contextlib.suppress(CapError, DetectionsError, StationFileError):
        PARSERS[parser](BODIES[name])
    assert time.perf_counter() - began_s < MOST_S


def test_text_of_combining_marks_is_cut_before_it_is_composed() -> None:
    began_s = time.perf_counter()
    assert len(plain(MARKS, 500)) <= 500
    assert len(paragraphs(MARKS, 20_000)) <= 20_000
    assert time.perf_counter() - began_s < MOST_S

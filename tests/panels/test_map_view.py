"""The map widget on the real web engine: offline, one batch at a time, text is text, a dead page comes back."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.panels.map_page import WAIT_MS, ask, settled
from tests.panels.map_room import SITE_FOLDER
from widgets.map_page import build_page
from widgets.map_scheme import read_file
from widgets.map_types import MapArea, MapDelta, MapLayer, MapPoint, MapWords
from widgets.map_view import MapView

THINGS = MapLayer("things", "things", cluster_px=0, label_zoom=5)
MARKS = MapLayer("marks", "marks", cluster_px=0, label_zoom=5)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[MapView]:
    made = MapView([THINGS, MARKS])
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.fly_to(22.4, 104.0, 11)
    made.set_texts(MapWords(attribution="Nguồn ranh giới", legend_title="Chú giải"))
    made.push(MapDelta(points={"things": [MapPoint("a", 22.4, 104.0, "camera", label="Ngã sáu")]}))
    settled(qtbot, made)
    yield made
    made.close()


def test_the_page_names_no_address_outside_its_own_scheme() -> None:
    page = build_page().decode()
    assert "http:" not in page
    assert "https:" not in page
    assert "unsafe-eval" not in page
    assert "script-src trucban: 'sha256-" in page


@pytest.mark.parametrize(
    "name", ["../desk.js", "..%2fdesk.js", "/etc/passwd", "desk.js/../../../main.py", "", "x.html"]
)
def test_no_file_outside_the_folders_is_served(name: str) -> None:
    assert read_file("own", name) is None
    assert read_file("secrets", "desk.js") is None


def test_the_page_stands_without_any_network_and_shows_what_it_was_given(qtbot: QtBot, view: MapView) -> None:
    assert view.report["items"] == 1
    assert ask(qtbot, view, "[...Desk.points.items.values()].map(i => i.label)") == ["Ngã sáu"]
    assert ask(qtbot, view, "document.getElementById('attribution').textContent") == "Nguồn ranh giới"
    assert ask(qtbot, view, "document.fonts.check('12px \"Be Vietnam Pro\"')") is True
    assert view.blocked == []


def test_the_page_cannot_reach_anything_else(qtbot: QtBot, view: MapView) -> None:
    try_to_reach = """(() => {
        window.reached = [];
        for (const url of ["http://127.0.0.1:9/x", "https://example.org/", "file:///etc/passwd"])
            fetch(url).then(() => reached.push(url)).catch(() => reached.push("refused"));
        return 1; })()"""
    ask(qtbot, view, try_to_reach)
    qtbot.waitUntil(lambda: len(ask(qtbot, view, "reached")) == 3, timeout=WAIT_MS)
    assert ask(qtbot, view, "reached") == ["refused"] * 3
    view.web_page.runJavaScript("window.open('https://example.org/'); location.href = 'https://example.org/'")
    assert ask(qtbot, view, "location.href") == "trucban://map/"
    assert view.web_page.url() == QUrl("trucban://map/")


def test_communes_and_provinces_are_drawn(qtbot: QtBot, view: MapView) -> None:
    for name in ("provinces", "communes"):
        view.set_document(name, (SITE_FOLDER / f"{name}.geojson").read_bytes())
    qtbot.waitUntil(lambda: view.report["documents"] == {"provinces": 34, "communes": 99}, timeout=WAIT_MS)
    far_islands = """['48', '56'].map((code) =>
        Desk.boundaries.ringsOf(code).filter((ring) => ring.every((p) => p[0] * 360 - 180 > 111)).length)"""
    hoang_sa, truong_sa = ask(qtbot, view, far_islands)
    assert hoang_sa > 20
    assert truong_sa > 80


def test_a_broken_document_is_told_and_the_map_goes_on(qtbot: QtBot, view: MapView) -> None:
    with qtbot.waitSignal(view.failed, timeout=WAIT_MS) as told:
        view.set_document("communes", b'{"type": "nothing"}')
    assert "FeatureCollection" in told.args[0]
    view.push(MapDelta(points={"things": [MapPoint("b", 22.41, 104.01, "drop")]}))
    qtbot.waitUntil(lambda: view.report["items"] == 2, timeout=WAIT_MS)


def test_a_tinted_thing_stands_on_its_colour_with_an_ink_that_is_read_on_it(qtbot: QtBot, view: MapView) -> None:
    grounds = {"light": ("#FFFF00", "#000"), "dark": ("#7E0023", "#fff")}
    things = [MapPoint(key, 22.41, 104.02, "wind", tint=ground) for key, (ground, _) in grounds.items()]
    view.push(MapDelta(points={"things": things}))
    settled(qtbot, view)
    colours = """(key => {
        const item = Desk.points.items.get("things/" + key);
        const s = Desk.shapes.sprite(item.shape, item.look, 0, false, item.tint);
        const d = s.getContext("2d").getImageData(0, 0, s.width, s.height).data, counts = {};
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) {
          const c = "#" + [0, 1, 2].map(k => d[i + k].toString(16).padStart(2, "0")).join("").toUpperCase();
          counts[c] = (counts[c] || 0) + 1;
        }
        return Object.entries(counts).sort((a, b) => b[1] - a[1])[0][0]; })"""
    for key, (ground, ink) in grounds.items():
        assert ask(qtbot, view, f"{colours}('{key}')") == ground
        assert ask(qtbot, view, f"Desk.shapes.inkOn('{ground}')") == ink


def test_a_click_on_a_symbol_names_it(qtbot: QtBot, view: MapView) -> None:
    x, y = ask(qtbot, view, "(p => [p.x, p.y])(map_desk.latLngToContainerPoint([22.4, 104.0]))")
    target = view.focusProxy()
    assert target is not None
    with qtbot.waitSignal(view.clicked, timeout=WAIT_MS) as clicked:
        inner = target.focusProxy() or target
        QTest.mouseClick(inner, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert clicked.args == ["things", "a"]


def test_a_click_beside_all_symbols_is_a_point_of_the_ground(qtbot: QtBot, view: MapView) -> None:
    x, y = ask(qtbot, view, "(p => [p.x, p.y])(map_desk.latLngToContainerPoint([22.45, 104.1]))")
    target = view.focusProxy()
    assert target is not None
    with qtbot.waitSignal(view.pointed, timeout=WAIT_MS) as pointed:
        inner = target.focusProxy() or target
        QTest.mouseClick(inner, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert pointed.args == [pytest.approx(22.45, abs=0.01), pytest.approx(104.1, abs=0.01)]


def test_never_more_than_one_batch_is_under_way(qtbot: QtBot, view: MapView) -> None:
    watch_both_ways = """(() => {
        window.log = [];
        const ack = Desk.bridge.ack;
        Desk.bridge.batch.connect((text) => log.push(["in", JSON.parse(text).n]));
        Desk.bridge.ack = (n, report) => { log.push(["ack", n]); ack.call(Desk.bridge, n, report); };
        return 1; })()"""
    ask(qtbot, view, watch_both_ways)
    started = view.feed.batches
    changes = iter(range(100_000))

    def busy() -> bool:
        for _ in range(20):
            view.push(MapDelta(points={"things": [MapPoint("a", 22.4, 104.0, "camera", value=str(next(changes)))]}))
        return view.feed.batches >= started + 20

    qtbot.waitUntil(busy, timeout=WAIT_MS)
    settled(qtbot, view)
    log = ask(qtbot, view, "log")
    assert [what for what, _ in log] == ["in", "ack"] * (len(log) // 2)
    assert [number for what, number in log if what == "in"] == list(range(started + 1, started + 1 + len(log) // 2))
    assert ask(qtbot, view, "Desk.points.items.get('things/a').value") == str(next(changes) - 1)


HOSTILE = (
    "<img src=x onerror={c}>",
    "<script>{c}</script>",
    "<svg/onload={c}>",
    "<iframe srcdoc='<script>{c}</script>'>",
    '"><body onload={c}>',
    "javascript:{c}",
    "<a href=javascript:{c}>x</a>",
    "</script><script>{c}</script>",
    "<details open ontoggle={c}>",
    "${{{c}}}",
    "{{{{{c}}}}}",
    "');{c};//",
    "\\u003cscript\\u003e{c}",
    "<math><mi xlink:href=javascript:{c}>",
    "<video><source onerror={c}>",
    "<style>@import 'javascript:{c}'</style>",
)


def _hostile_names(count: int) -> list[str]:
    chance = random.Random(1)
    twists: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda text: text.replace(" ", "/"),
        lambda text: text.replace("<", "<\x00"),
        lambda text: "Cốc Lếu " + text,
        lambda text: text + "\u202e",
    ]
    return [chance.choice(twists)(HOSTILE[n % len(HOSTILE)].format(c=f"window.canary=1+{n}")) for n in range(count)]


def test_names_are_text_whatever_they_contain(qtbot: QtBot, view: MapView) -> None:
    names = _hostile_names(1000)
    for start in range(0, 1000, 250):
        batch = names[start : start + 250]
        things = [
            MapPoint(text, 22.3 + n / 2000, 104 + n / 2000, "camera", label=text, value=text, note=text, tip=text)
            for n, text in enumerate(batch)
        ]
        marks = [
            MapPoint(text, 22.4, 104.0, "mark", "filled", 1 + n % 5, label=text, tip=text)
            for n, text in enumerate(batch)
        ]
        view.push(MapDelta(points={"things": things, "marks": marks}))
        view.set_texts(MapWords(attribution=batch[0], legend_title=batch[1], north=batch[2], east=batch[3]))
        settled(qtbot, view)
    point_at_each = """(() => { for (const i of Desk.points.items.values()) {
        const p = map_desk.latLngToContainerPoint([i.lat, i.lon]);
        Desk.furniture.pointed({x: p.x, y: p.y}, {lat: i.lat, lng: i.lon});
    } return 1; })()"""
    ask(qtbot, view, point_at_each)
    assert view.report["items"] == 2001
    assert ask(qtbot, view, "window.canary === undefined") is True
    assert ask(qtbot, view, "document.querySelectorAll('img,iframe,svg,video,a[href],details,math').length") == 0
    assert ask(qtbot, view, "document.getElementById('attribution').textContent") == names[750]


def test_an_area_is_tinted_by_its_level_and_striped_in_an_exercise(qtbot: QtBot, view: MapView) -> None:
    def shown(area: MapArea) -> set[tuple[int, int, int]]:
        view.push(MapDelta(areas={"x": (area,)}))
        settled(qtbot, view)
        image = view.grab().toImage()
        middle = range(view.height() // 2 - 40, view.height() // 2 + 40, 4)
        found = [image.pixelColor(view.width() // 2 + 90, y) for y in middle]
        return {(each.red(), each.green(), each.blue()) for each in found}

    view.fly_to(22.4, 104.0, 12)
    qtbot.waitUntil(lambda: view.view is not None and view.view.zoom == 12, timeout=WAIT_MS)
    plain = MapArea(4, "outline", centre=(104.0, 22.4), radius_m=60_000.0)
    grey = shown(plain)
    red = replace(plain, level=4, note="Lũ quét\nđến 19:00")
    qtbot.waitUntil(lambda: max(r - g for r, g, _ in shown(red)) > 20, timeout=WAIT_MS)
    striped = replace(plain, striped=True)
    qtbot.waitUntil(lambda: _contrast(shown(striped)) > _contrast(grey) + 60, timeout=WAIT_MS)


def test_a_warning_of_many_areas_is_written_once_in_the_largest(qtbot: QtBot, view: MapView) -> None:
    view.fly_to(22.4, 104.0, 11)
    qtbot.waitUntil(lambda: view.view is not None and view.view.zoom == 11, timeout=WAIT_MS)
    parts = tuple(
        MapArea(3, "outline", centre=(104.0 + n * 0.08, 22.4), radius_m=radius_m, note="Lũ\nđến 01:55", level=2)
        for n, radius_m in enumerate((4_000.0, 9_000.0, 3_000.0))
    )
    view.push(MapDelta(areas={"flood": parts, "quiet": (MapArea(4, "outline", centre=(104.0, 22.5), radius_m=900.0),)}))
    settled(qtbot, view)
    found = ask(qtbot, view, "Desk.areas.notes(Desk.points.labels).map((n) => [n.lines, n.boxes.length])")
    assert found == [[["Lũ", "đến 01:55"], 3]]
    boxes = ask(qtbot, view, "Desk.areas.notes(Desk.points.labels)[0].boxes")
    assert isinstance(boxes, list)
    sizes = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    assert sizes == sorted(sizes, reverse=True)


def _contrast(colours: set[tuple[int, int, int]]) -> int:
    return max(map(sum, colours)) - min(map(sum, colours))


def test_a_killed_render_process_comes_back_with_everything(qtbot: QtBot, view: MapView) -> None:
    view.push(
        MapDelta(
            points={"marks": [MapPoint(str(n), 22.35 + n / 1000, 104.0, "mark", "filled", 1) for n in range(40)]},
            areas={"x": (MapArea(1, "filled", centre=(104.0, 22.4), radius_m=500.0),)},
        )
    )
    view.set_document("communes", (SITE_FOLDER / "communes.geojson").read_bytes())
    settled(qtbot, view)
    view.fly_to(22.38, 104.01, 12)
    qtbot.waitUntil(lambda: view.view is not None and view.view.zoom == 12, timeout=WAIT_MS)
    settled(qtbot, view)
    before = {key: value for key, value in view.report.items() if key != "painted_ms"}
    with qtbot.waitSignals([view.failed, view.ready], timeout=WAIT_MS):
        os.kill(view.web_page.renderProcessPid(), signal.SIGKILL)
        qtbot.waitUntil(lambda: not view.is_ready, timeout=WAIT_MS)
        assert view.overlay_words != ""
    settled(qtbot, view)
    qtbot.waitUntil(
        lambda: {key: value for key, value in view.report.items() if key != "painted_ms"} == before, timeout=WAIT_MS
    )
    assert view.overlay_words == ""
    zoom, lat = ask(qtbot, view, "[map_desk.getZoom(), map_desk.getCenter().lat]")
    assert (zoom, lat) == (12, pytest.approx(22.38, abs=0.001))


def _mbtiles(path: Path, kind: str, tile: bytes) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        database.executemany(
            "INSERT INTO metadata VALUES (?, ?)", [("format", kind), ("attribution", "Bản đồ của <b>sở</b>")]
        )
        rows = [(6, column, row, tile) for column in range(64) for row in range(64)]
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.close()
    return path


def _png(colour: str) -> bytes:
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def test_tiles_of_a_file_become_the_ground(qtbot: QtBot, view: MapView, tmp_path: Path) -> None:
    view.set_base_tiles(_mbtiles(tmp_path / "nền.mbtiles", "png", _png("#ff00ff")))
    loaded = "[...document.querySelectorAll('img.leaflet-tile-loaded')].filter(i => i.naturalWidth === 256).length"
    qtbot.waitUntil(lambda: ask(qtbot, view, loaded) >= 1, timeout=WAIT_MS)

    def purple() -> bool:
        colour = view.grab().toImage().pixelColor(view.width() // 4, view.height() // 2)
        return colour.red() > colour.green() + 8 and colour.blue() > colour.green() + 8

    qtbot.waitUntil(purple, timeout=WAIT_MS)
    assert "Bản đồ của <b>sở</b>" in ask(qtbot, view, "document.getElementById('attribution').textContent")
    view.set_base_tiles(None)
    qtbot.waitUntil(lambda: ask(qtbot, view, "document.querySelectorAll('img').length") == 0, timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "missing.mbtiles", "not there"),
        (lambda folder: _mbtiles(folder / "v.mbtiles", "pbf", b"\x1f\x8b1234"), "raster tiles"),
        (lambda folder: _mbtiles(folder / "t.mbtiles", "tiff", b"II*\x00"), "png, jpg, webp"),
        (lambda folder: _written(folder / "noise.mbtiles", b"noise" * 400), "SQLite"),
        (lambda folder: _written(folder / "empty.mbtiles", b""), "no tiles"),
    ],
)
def test_a_file_that_is_no_ground_is_refused_in_words(
    qtbot: QtBot, view: MapView, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    with qtbot.waitSignal(view.base_refused, timeout=WAIT_MS) as refused:
        view.set_base_tiles(make(tmp_path))
    assert words in refused.args[0]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_the_page_says_is_checked(qtbot: QtBot, view: MapView) -> None:
    seen = view.view
    for text in ("{}", "[]", "nonsense", '{"zoom": 99}', json.dumps({"zoom": "9", "lat": 1})):
        ask(qtbot, view, f"(Desk.bridge.view_changed({json.dumps(text)}), 1)")
    ask(qtbot, view, "(Desk.bridge.click('things/nobody'), Desk.bridge.ack(999999, 'x'), 1)")
    with qtbot.assertNotEmitted(view.pointed):
        ask(qtbot, view, "(Desk.bridge.point(91, 104), Desk.bridge.point(22, 181), 1)")
        settled(qtbot, view)
    assert view.view == seen

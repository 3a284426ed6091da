"""Map: 10,000 objects all in view with 500 updates a second, against a bare Leaflet page, and the bridge's throughput.

Anchors of the same run: a page with Leaflet's own canvas and 10,000 circle markers, fed by a JavaScript timer; and
`json.dumps` + `JSON.parse` of the same batches without a bridge between them.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from widgets.map_scheme import BASE_URL, SCHEME, MapSchemeHandler, register_map_scheme

if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
register_map_scheme()

from PySide6.QtCore import QEventLoop, QTimer, QUrl  # noqa: E402
from PySide6.QtWebChannel import QWebChannel  # noqa: E402
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile  # noqa: E402
from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from widgets.map_bridge import BridgeHandler, MapBridge  # noqa: E402
from widgets.map_tiles import TileReader  # noqa: E402
from widgets.map_types import MapDelta, MapLayer, MapPoint, View  # noqa: E402
from widgets.map_view import MapView  # noqa: E402

OBJECTS = 10_000
UPDATES_PER_S = 500
TICK_MS = 20
SIZE = (1600, 900)
LIMIT_S = 30.0

BARE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<script src="trucban://map/qt/qwebchannel.js"></script>
<script src="trucban://map/leaflet/leaflet.js"></script>
<link rel="stylesheet" href="trucban://map/leaflet/leaflet.css">
<style>html, body, #m { height: 100%; margin: 0; background: #0e1116 }</style></head><body><div id="m"></div><script>
const map = L.map("m", { zoomControl: false, attributionControl: false, zoomAnimation: false });
map.setView([22.4, 104.0], 11);
const drawn = L.canvas(), all = [], waits = [];
let s = 7; const rnd = () => (s = (s * 16807) % 2147483647) / 2147483647;
function begin(objects, perTick, tickMs) {
  const b = map.getBounds();
  for (let i = 0; i < objects; i++) all.push(L.circleMarker([b.getSouth() + rnd() * (b.getNorth() - b.getSouth()),
    b.getWest() + rnd() * (b.getEast() - b.getWest())],
    { renderer: drawn, radius: 7, weight: 1, color: "#a7b1be" }).addTo(map));
  setInterval(() => { const at = performance.now();
    for (let i = 0; i < perTick; i++) all[Math.floor(rnd() * objects)].setStyle({ fillOpacity: rnd() });
    const shown = () => { for (let i = 0; i < perTick; i++) waits.push(performance.now() - at); };
    requestAnimationFrame(() => requestAnimationFrame(shown));
  }, tickMs);
}
let texts = 0;
function parse(text, times) {
  const at = performance.now();
  for (let i = 0; i < times; i++) texts += JSON.parse(text).n;
  return (performance.now() - at) / times;
}
new QWebChannel(qt.webChannelTransport, (c) => { const b = c.objects.bridge;
  b.batch.connect((t) => { const n = JSON.parse(t).n; b.ack(n, ""); }); window.joined = true; });
</script></body></html>"""


def _spin(until: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Run the event loop until `until()`.

    Raises:
        TimeoutError: it did not come true.
    """
    end = time.monotonic() + limit_s
    loop = QEventLoop()
    waker = QTimer(interval=10)  # so that waiting for events ends also when there are none
    waker.start()
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the page did not get there in time")
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _ask(page: QWebEnginePage, script: str) -> object:
    answers: list[str] = []
    page.runJavaScript(f"JSON.stringify({script})", lambda answer: answers.append(answer))
    _spin(lambda: bool(answers))
    return json.loads(answers[0] or "null")


def _tree_cpu_s() -> dict[int, float]:
    """CPU seconds so far of this process and each of its descendants, by process id."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(folder.name)] = int(fields[1])
            ticks[int(folder.name)] = int(fields[11]) + int(fields[12])
    mine = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return {pid: ticks.get(pid, 0) / os.sysconf("SC_CLK_TCK") for pid in mine}


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def _measure(seconds: float) -> float:
    """Let the loop run; cores used meanwhile."""
    cpu, start = _tree_cpu_s(), time.monotonic()
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    # A process that ended meanwhile belonged to an earlier measurement.
    used = sum(spent - cpu.get(pid, 0.0) for pid, spent in _tree_cpu_s().items())
    return used / (time.monotonic() - start)


class _Probe:
    """Times each update from the call that made it to the acknowledgement of the frame that showed it."""

    def __init__(self, view: MapView) -> None:
        self.waits_ms: list[float] = []
        self._waiting: list[float] = []
        self._under_way: list[float] = []
        view.about_to_send.connect(self._sent)
        view.shown.connect(self._shown)

    def updated(self) -> None:
        self._waiting.append(time.perf_counter())

    def _sent(self) -> None:
        self._under_way, self._waiting = self._waiting, []

    def _shown(self) -> None:
        now = time.perf_counter()
        self.waits_ms += [(now - at) * 1000 for at in self._under_way]
        self._under_way = []


def _map_figures(seconds: float, cluster_px: int) -> dict[str, object]:
    view = MapView([MapLayer("things", "things", cluster_px=cluster_px, label_zoom=19, value_zoom=19)])
    view.resize(*SIZE)
    view.show()
    view.fly_to(22.4, 104.0, 11)
    view.push(MapDelta())
    _spin(lambda: view.is_ready and view.view is not None and view.view.zoom == 11)
    assert view.view is not None
    box, chance = view.view.bounds, random.Random(7)
    where = [(chance.uniform(box.south, box.north), chance.uniform(box.west, box.east)) for _ in range(OBJECTS)]
    view.push(MapDelta(points={"things": [MapPoint(str(n), *at, "camera") for n, at in enumerate(where)]}))
    _spin(lambda: not view.feed.due and view.feed.in_flight is None)
    probe, turn = _Probe(view), iter(range(1 << 60))

    def update() -> None:
        points = []
        for _ in range(UPDATES_PER_S * TICK_MS // 1000):
            n = chance.randrange(OBJECTS)
            look = chance.choice(("normal", "dim", "lost"))
            points.append(MapPoint(str(n), *where[n], "camera", look=look, value=str(next(turn))))  # type: ignore[arg-type]
            probe.updated()
        view.push(MapDelta(points={"things": points}))

    ticker = QTimer(interval=TICK_MS)
    ticker.timeout.connect(update)
    ticker.start()
    cores = _measure(seconds)
    ticker.stop()
    _spin(lambda: not view.feed.due and view.feed.in_flight is None)
    shown = view.report["items"]
    view.deleteLater()
    return {
        "symbols_on_page": shown,
        "update_to_paint_p50_ms": round(statistics.median(probe.waits_ms), 1),
        "update_to_paint_p95_ms": round(_p95(probe.waits_ms), 1),
        "updates_per_s": round(len(probe.waits_ms) / seconds),
        "cores": round(cores, 3),
    }


class _Bare:
    """A page with Leaflet and nothing of ours but the bridge object."""

    def __init__(self) -> None:
        self.tiles = TileReader()
        self.profile = QWebEngineProfile()
        self.handler = MapSchemeHandler(BARE.encode(), self.tiles, self.profile)
        self.profile.installUrlSchemeHandler(SCHEME, self.handler)
        self.view = QWebEngineView()
        self.page = QWebEnginePage(self.profile, self.view)
        self.bridge = MapBridge(self.page)
        channel = QWebChannel(self.page)
        channel.registerObject("bridge", self.bridge)
        self.page.setWebChannel(channel)
        self.view.setPage(self.page)
        self.view.resize(*SIZE)
        self.view.show()
        self.page.load(QUrl(BASE_URL))
        _spin(lambda: _ask(self.page, "window.joined === true") is True)

    def close(self) -> None:
        self.view.close()
        self.view.deleteLater()
        self.tiles.stop()


def _leaflet_figures(seconds: float, bare: _Bare) -> dict[str, object]:
    _ask(bare.page, f"(begin({OBJECTS}, {UPDATES_PER_S * TICK_MS // 1000}, {TICK_MS}), 1)")
    _measure(1.0)
    _ask(bare.page, "(waits.length = 0, 1)")
    cores = _measure(seconds)
    waits = _ask(bare.page, "waits")
    assert isinstance(waits, list)
    return {"update_to_paint_p95_ms": round(_p95(waits), 1), "updates_per_s": round(len(waits) / seconds),
            "cores": round(cores, 3)}  # fmt: skip


class _Acks(BridgeHandler):
    def __init__(self) -> None:
        self.newest = 0

    def page_acknowledged(self, number: int, report: dict[str, object]) -> None:
        self.newest = number

    def page_view_changed(self, view: View) -> None:
        """The bare page has no view to tell."""


def _bridge_figures(rounds: int, bare: _Bare) -> dict[str, object]:
    rows = [["things/" + str(n), 22.4 + n / 1e4, 104.0, 0, "camera", "normal", 0, f"Ngã tư số {n}", "3,41 m", "",
             "Ngã tư\nGiao thông", [75.0, 60.0, 180.0], 15, 12] for n in range(1000)]  # fmt: skip
    batch: dict[str, object] = {"up": rows, "n": 0}

    def text(number: int) -> str:
        return json.dumps({**batch, "n": number}, ensure_ascii=False, separators=(",", ":"))

    acks = _Acks()
    bare.bridge.handler = acks
    start = time.perf_counter()
    for number in range(1, rounds + 1):
        bare.bridge.batch.emit(text(number))
        _spin(lambda number=number: acks.newest == number)  # type: ignore[misc]
    bridged_ms = (time.perf_counter() - start) * 1000 / rounds
    start = time.perf_counter()
    for number in range(rounds):
        text(number)
    dumps_ms = (time.perf_counter() - start) * 1000 / rounds
    parse_ms = _ask(bare.page, f"parse({json.dumps(text(1))}, {rounds})")
    assert isinstance(parse_ms, int | float)
    return {
        "batch_kbytes": round(len(text(1).encode()) / 1024),
        "bridged_ms": round(bridged_ms, 2),
        "serialise_only_ms": round(dumps_ms + parse_ms, 2),
        "rate_ratio": round((dumps_ms + parse_ms) / bridged_ms, 2),
    }


def run(brief: bool) -> dict[str, object]:
    """Figures of one run; needs a display (Xvfb will do)."""
    app = QApplication.instance() or QApplication([])
    seconds = 3.0 if brief else 15.0
    all_drawn = _map_figures(seconds, cluster_px=0)
    clustered = _map_figures(seconds, cluster_px=56)
    bare = _Bare()
    bridge = _bridge_figures(20 if brief else 100, bare)
    leaflet = _leaflet_figures(seconds, bare)
    bare.close()
    app.processEvents()
    return {
        "objects": OBJECTS,
        "map_every_object_drawn": all_drawn,
        "map_clustered_as_shipped": clustered,
        "anchor_bare_leaflet": leaflet,
        "bridge_1000_rows": bridge,
    }

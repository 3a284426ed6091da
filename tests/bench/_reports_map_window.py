"""The desk of the reports' map benchmark as a process: `... OUT SITE URL USER`; it writes its figures to OUT."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QApplication

from console.app import prepare_environment
from console.link.target import Target
from console.panels.map import MapPanel
from tests.bench._desk_window import Heartbeat
from tests.bench.desk import percentile
from tests.system.backend_process import PASSWORD
from tests.system.desk_in_process import RunningDesk, until

COURSE: Final = """(() => {
  const frames = []; let legs = 0; window.course = null;
  const zooms = [10, 11, 12, 13, 11];
  const count = (now) => { frames.push(now); if (window.course === null) requestAnimationFrame(count); };
  const leg = () => {
    if (legs === zooms.length * 4) { window.course = frames.slice(1).map((at, i) => at - frames[i]); return; }
    if (legs % 4 === 0) Desk.map.setView([22.48, 103.97], zooms[legs / 4], { animate: false });
    const way = [[500, 0], [0, 300], [-500, 0], [0, -300]][legs++ % 4];
    Desk.map.once("moveend", () => setTimeout(leg, 50));
    Desk.map.panBy(way, { animate: true, duration: 0.8 });
  };
  requestAnimationFrame(count); leg(); return 1; })()"""
"""One frame interval after the other, in milliseconds."""

BUBBLES: Final = "[...Desk.points.items.keys()].filter(id => id.startsWith('report/')).length"
CELLS: Final = "[...Desk.areas.areas.keys()].filter(owner => owner.startsWith('heat/')).length"


class Watch:
    def __init__(self, panel: MapPanel) -> None:
        self.beat = Heartbeat()
        self.panel = panel

    def ask(self, script: str) -> Any:
        answers: list[str] = []
        self.panel.map_view.web_page.runJavaScript(f"JSON.stringify({script})", answers.append)
        until(lambda: bool(answers), "the page answers", 60.0)
        return json.loads(answers[0] or "null")

    def settled(self) -> None:
        view = self.panel.map_view
        until(lambda: view.is_ready and not view.feed.due and view.feed.in_flight is None, "all is drawn", 120.0)

    def course(self) -> dict[str, float]:
        """Along the course: frames a second, longest intervals of the page, and how late the event loop was."""
        first = len(self.beat.beats)
        self.ask(COURSE)
        until(lambda: self.ask("window.course !== null") is True, "the course is run", 120.0)
        intervals_ms: list[float] = self.ask("window.course")
        late_ms = [1000 * late_s for _, late_s in self.beat.beats[first:]]
        return {
            "frames_per_s": round(1000 / statistics.mean(intervals_ms), 1),
            "frame_p50_ms": round(statistics.median(intervals_ms), 1),
            "frame_p95_ms": round(percentile(intervals_ms, 0.95), 1),
            "frame_most_ms": round(max(intervals_ms)),
            "loop_late_p99_ms": round(percentile(late_ms, 0.99), 1),
            "loop_late_most_ms": round(max(late_ms), 1),
        }


def main() -> None:
    out, site, url, user = sys.argv[1:5]
    prepare_environment()
    QApplication(sys.argv[:1])
    with RunningDesk(Path(site), Path(out).parent / "desk", "map", server=url) as room:
        session = room.desk.session
        session.link.server = url
        beat = Heartbeat()
        beat.start()
        began_s = time.monotonic()
        room.desk.link.sign_in(Target(url), user, PASSWORD)
        room.until_live()
        until(lambda: "map" in dict(room.desk.windows.panels()), "the workspace of the map is shown")
        panel = room.panel("map")
        assert isinstance(panel, MapPanel)
        watch = Watch(panel)
        watch.beat = beat
        until(panel.is_live, "the map is live", 120.0)
        placed = sum(one.lat_deg is not None for one in session.state.reports.values())
        until(lambda: len(panel.map_view.feed.index.points("report")) == placed, "all reports are on the map")
        watch.settled()
        seen: dict[str, Any] = {
            "signed_in_to_drawn_s": round(time.monotonic() - began_s, 2),
            "loop_late_most_while_coming_ms": round(1000 * max(late_s for _, late_s in beat.beats)),
            "open_reports": placed,
        }
        panel.restore_state({"hidden_layers": ["report"]})
        until(lambda: watch.ask(BUBBLES) == 0, "no bubbles")
        seen["anchor_no_reports"] = watch.course()
        panel._layer_actions["report"].setChecked(True)
        until(lambda: watch.ask("Desk.points.items.size") > 0, "bubbles")
        watch.settled()
        seen["bubbles_of_the_open_ones"] = watch.course()
        asked_s = time.monotonic()
        panel.restore_state({"heat": True, "heat_days": 0})
        until(lambda: watch.ask(CELLS) > 0, "cells", 60.0)
        watch.settled()
        seen["cells_drawn_after_ms"] = round(1000 * (time.monotonic() - asked_s))
        seen["cells"] = watch.ask(CELLS)
        seen["cells_of_all"] = watch.course()
        anchor = seen["anchor_no_reports"]["frames_per_s"]
        for shown in ("bubbles_of_the_open_ones", "cells_of_all"):
            seen[shown]["frames_to_anchor"] = round(seen[shown]["frames_per_s"] / anchor, 2)
        Path(out).write_text(json.dumps(seen), encoding="utf-8")


if __name__ == "__main__":
    main()

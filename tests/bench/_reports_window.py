"""The desk of the reports' benchmark as a process: `... OUT SITE URL USER`; it prints `ready`, reads how many reports
were stored when all were sent, waits until it shows them, and writes what it saw to OUT."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from console.app import prepare_environment
from console.link.target import Target
from console.panels.reports import ReportsPanel
from tests.bench._desk_window import Heartbeat
from tests.system.backend_process import PASSWORD
from tests.system.desk_in_process import RunningDesk, until


class Witness(QObject):
    """When the queue had taken each report in and its view had painted after that."""

    def __init__(self, panel: ReportsPanel) -> None:
        super().__init__()
        self.shown_s: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._panel = panel
        panel.queue.rowsInserted.connect(lambda parent, first, last: self._took(range(first, last + 1)))
        panel.queue.layoutChanged.connect(lambda: self._took(range(panel.queue.rowCount())))
        panel.table.viewport().installEventFilter(self)

    def _took(self, rows: range) -> None:
        ids = {report.report_id for row in rows if (report := self._panel.queue.report_at(row)) is not None}
        self._waiting |= ids - self.shown_s.keys()
        # What lies outside of the view needs no paint of its own; the view paints all the same when it is asked.
        self._panel.table.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._waiting:
            at_s = time.time()
            self.shown_s.update(dict.fromkeys(self._waiting, at_s))
            self._waiting.clear()
        return super().eventFilter(watched, event)


def main() -> None:
    out, site, url, user = sys.argv[1:5]
    prepare_environment()
    QApplication(sys.argv[:1])
    with RunningDesk(Path(site), Path(out).parent / "reports", "reports", server=url) as room:
        room.desk.session.link.server = url
        room.desk.link.sign_in(Target(url), user, PASSWORD)
        room.until_live()
        room.desk.windows.show_workspace("reports")
        until(lambda: "reports" in dict(room.desk.windows.panels()), "the workspace of reports is shown")
        panel = room.panel("reports")
        assert isinstance(panel, ReportsPanel)
        witness, beat, stored = Witness(panel), Heartbeat(), list[int]()
        until(lambda: panel.isVisible(), "the queue is shown")
        beat.start()
        print("ready", flush=True)
        threading.Thread(target=lambda: stored.append(int(sys.stdin.readline())), daemon=True).start()
        until(lambda: bool(stored), "all reports were sent", 3600.0)
        until(lambda: len(witness.shown_s) >= stored[0], "all of them are shown", 60.0)
        seen = {"shown_s": witness.shown_s, "beats": beat.beats}
        Path(out).write_text(json.dumps(seen), encoding="utf-8")


if __name__ == "__main__":
    main()

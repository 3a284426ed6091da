"""A network sensor: Suricata's EVE file, flows all the time and now and then somebody who scans."""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from backend.simulate.plan import Scan
from backend.simulate.story import Story

STEP_S: Final = 2.0
ROTATE_BYTES: Final = 1_000_000


class Suricata:
    """Writes `folder`/eve.json; a file that grew large is renamed, as logrotate does."""

    def __init__(self, folder: Path, story: Story, scans: tuple[Scan, ...], seed: int) -> None:
        self._folder = folder
        self._story = story
        self._scans = scans
        self._chance = random.Random(seed)

    async def run(self) -> None:
        """Plays until cancelled."""
        while True:
            now_ms = time.time_ns() // 1_000_000
            hour = self._story.hour(now_ms)
            records = [self._record("flow", now_ms, "10.20.1.15", "10.20.1.1", 53)]
            for scan in self._scans:
                if scan.at_h <= hour < scan.at_h + scan.for_h:
                    target = f"10.20.1.{self._chance.randint(10, 60)}"
                    alert = self._record("alert", now_ms, scan.source, target, scan.port)
                    alert["alert"] = {
                        "action": "allowed",
                        "gid": 1,
                        "signature_id": scan.signature_id,
                        "rev": 3,
                        "signature": scan.signature,
                        "category": scan.category,
                        "severity": scan.severity,
                    }
                    records.append(alert)
            await asyncio.to_thread(self._write, records)
            await asyncio.sleep(STEP_S)

    def _record(self, kind: str, now_ms: int, source: str, target: str, port: int) -> dict[str, object]:
        zone = timezone(timedelta(minutes=self._story.site.utc_offset_min))
        at = datetime.fromtimestamp(now_ms / 1000, zone)
        return {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
            "flow_id": self._chance.getrandbits(48),
            "in_iface": "eth1",
            "event_type": kind,
            "src_ip": source,
            "src_port": self._chance.randint(30_000, 60_000),
            "dest_ip": target,
            "dest_port": port,
            "proto": "TCP" if kind == "alert" else "UDP",
            "host": "ids-ioc-01",
        }

    def _write(self, records: list[dict[str, object]]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "eve.json"
        if path.exists() and path.stat().st_size > ROTATE_BYTES:
            path.replace(self._folder / "eve.json.1")
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(record)}\n" for record in records)

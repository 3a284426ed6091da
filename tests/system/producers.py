"""What producers send, made to order: CAP messages, station files, detections."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

HANOI = timezone(timedelta(hours=7))


def cap_message(identifier: str, headline: str = "Cảnh báo mưa lớn", severity: str = "Severe") -> bytes:
    """A valid CAP 1.2 alert over the whole of one small circle, effective now."""
    now = datetime.now(HANOI)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier><sender>tests@example.vn</sender>
  <sent>{now.isoformat(timespec="seconds")}</sent>
  <status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
  <info>
    <language>vi-VN</language><category>Met</category><event>Mưa lớn</event>
    <urgency>Immediate</urgency><severity>{severity}</severity><certainty>Observed</certainty>
    <expires>{(now + timedelta(hours=6)).isoformat(timespec="seconds")}</expires>
    <senderName>Đài thử</senderName><headline>{headline}</headline>
    <description>Mưa to đến rất to.</description>
    <area><areaDesc>Lào Cai</areaDesc><circle>22.49,103.96 5</circle></area>
  </info>
</alert>""".encode()


def station_file(values: Sequence[tuple[str, float, str]], at_s: float | None = None, status: str = "00") -> bytes:
    """(symbol, value, unit) lines of TT 10/2021, stamped with Hanoi time; `at_s` in Unix seconds."""
    moment = datetime.fromtimestamp(time.time() if at_s is None else at_s, HANOI).strftime("%Y%m%d%H%M%S")
    lines = [f"{symbol}\t{value}\t{unit}\t{moment}\t{status}" for symbol, value, unit in values]
    return ("\r\n".join(lines) + "\r\n").encode()


def file_name(station_id: str, at_s: float | None = None) -> str:
    moment = datetime.fromtimestamp(time.time() if at_s is None else at_s, UTC).strftime("%Y%m%d%H%M%S")
    return f"{station_id}_{moment}.txt"


def frigate_event(detection_id: str, camera_id: str, label: str = "fire", score: float = 0.9) -> bytes:
    now_s = time.time()
    after: dict[str, object] = {
        "id": detection_id,
        "camera": camera_id,
        "label": label,
        "sub_label": None,
        "top_score": score,
        "score": score,
        "false_positive": False,
        "start_time": now_s - 1.0,
        "end_time": None,
        "current_zones": [],
        "entered_zones": [],
    }
    return json.dumps({"type": "new", "before": after, "after": after}).encode()

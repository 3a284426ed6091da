"""A scenario over the smallest site, and a log of an exercise written by hand."""

from __future__ import annotations

from pathlib import Path

from backend.contracts.alerts import Alert, AlertPhase, CapDetail
from backend.contracts.events import Event, LoggedEvent, MarkPlaced
from backend.contracts.exercise import END_MARK, INSTRUCTOR, START_MARK, STEP_MARK
from backend.contracts.kinds.alerts import AlertKindKey, Priority
from backend.contracts.marks import Mark, MarkKind
from config.scenario import Scenario
from config.scenario_file import load_scenario

SMALL_SITE = Path(__file__).resolve().parents[1] / "fixtures" / "sites" / "small"

HEAD = f"""
[scenario]
title_vi = "Lũ thử"
title_en = "Test flood"
site = "{SMALL_SITE.as_posix()}"
start = 2024-09-09T08:00:00
length = "02:00:00"
speed_up = 60.0
send_every_s = 5
history_h = 1.0
pass_percent = 60.0
sources = ["viết cho phép thử"]
"""

CURVE = """
[[step]]
step_id = "song"
title_vi = "Nước lên"
kind = "readings"
station = "R-01"
symbol = "Level"
points = [
  { at = "00:00:00", value = 79.0, source = "phép thử" },
  { at = 01:00:00, value = 84.0, source = "phép thử" },
]
"""

REST = """
[[step]]
step_id = "tin-1"
at = "00:10:00"
title_vi = "Tin lũ"
kind = "bulletin"
producer = "bulletins"
event = "Lũ"
headline = "Tin lũ số 1"
severity = "Moderate"
communes = ["02647"]

[[step]]
step_id = "tin-2"
at = "00:20:00"
title_vi = "Tin lũ cập nhật"
kind = "bulletin"
producer = "bulletins"
event = "Lũ"
headline = "Tin lũ số 2"
severity = "Severe"
message_type = "Update"
replaces = ["tin-1"]
communes = ["02647"]

[[step]]
step_id = "chay"
at = "00:30:00"
title_vi = "Khói ở cầu"
kind = "detection"
producer = "camera-ai"
camera = "cam-1"
label = "fire"
score = 0.9
lasts_s = 8.0

[[step]]
step_id = "goi"
at = "00:40:00"
title_vi = "Điện thoại"
kind = "note"
text = "Điện thoại: nước vào nhà"
alert = { kind = "cap.message", step = "tin-2" }

[[expect]]
expect_id = "ghi-nhan"
title_vi = "Ghi nhận mực nước"
alert = { kind = "station.level", place = "R-01" }
action = "acknowledged"
within_s = 60.0
points = 10
late_points = 4

[[expect]]
expect_id = "chuyen"
title_vi = "Chuyển sau cuộc gọi"
alert = { kind = "cap.message", step = "goi" }
action = "dispatched"
to = ["pccc"]
within_s = 90.0
points = 20

[[expect]]
expect_id = "y-kien"
title_vi = "Ghi ý kiến về sơ tán"
alert = { kind = "cap.message", step = "tin-2" }
action = "commented"
contains = ["sơ tán"]
within_s = 120.0
points = 5

[[expect]]
expect_id = "nhan-chay"
title_vi = "Nhận xử lý cháy"
alert = { kind = "detection", place = "cam-1", step = "chay" }
action = "taken"
within_s = 30.0
points = 5
"""

WHOLE = HEAD + CURVE + REST


def scenario_of(folder: Path, text: str = WHOLE, name: str = "thu") -> Scenario:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return load_scenario(file)[0]


class Log:
    """Writes a log event by event; instants in seconds."""

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []

    def add(self, at_s: float, event: Event, actor: str = "") -> None:
        seq = len(self.events) + 1
        logged = LoggedEvent(seq=seq, at_ms=round(at_s * 1000), actor=actor, caused_by=None, origin="", event=event)
        self.events.append(logged)

    def mark(self, at_s: float, mark_id: str, kind: MarkKind = "bookmark", actor: str = INSTRUCTOR) -> None:
        at_ms = round(at_s * 1000)
        mark = Mark(mark_id=mark_id, kind=kind, at_ms=at_ms, text="dấu", placed_by=actor, placed_ms=at_ms)
        self.add(at_s, MarkPlaced(mark=mark), actor)

    def start(self, at_s: float = 0.0) -> None:
        self.mark(at_s, START_MARK)

    def end(self, at_s: float) -> None:
        self.mark(at_s, END_MARK)

    def step(self, at_s: float, step_id: str) -> None:
        self.mark(at_s, STEP_MARK + step_id)


def alert_of(
    alert_id: str, kind: AlertKindKey, at_s: float, place: str = "", priority: int = 3, bulletin: str = ""
) -> Alert:
    at_ms = round(at_s * 1000)
    return Alert(
        alert_id=alert_id,
        kind=kind,
        priority=Priority(priority),
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id=place,
        place_name=place,
        headline_vi=f"Cảnh báo {alert_id}",
        headline_en=f"Alert {alert_id}",
        raised_ms=at_ms,
        changed_ms=at_ms,
        cap=cap_of(bulletin) if bulletin else None,
        exercise=True,
    )


def cap_of(step_id: str) -> CapDetail:
    return CapDetail(
        key=f"dien-tap@small,DT.1.{step_id},2024-09-09T08:00:00+07:00",
        status="Exercise",
        message_type="Alert",
        category="Met",
        event="Lũ",
        urgency="Expected",
        severity="Moderate",
        certainty="Likely",
        sender_name="Đài thử",
        description="",
        instruction="",
        web="",
        effective_ms=0,
        expires_ms=None,
        risk_level=None,
        area_names=(),
        commune_codes=("02647",),
    )

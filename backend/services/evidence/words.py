"""Every kind of event as one Vietnamese sentence, for the tables of a package. Plain text, never markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from backend.contracts import events as ev
from backend.contracts.air import AirIndex, air_band
from backend.contracts.alerts import Alert
from backend.contracts.crisis import CrisisEvent
from backend.contracts.events import CameraSteered
from backend.contracts.hotline import CallEvent
from backend.contracts.incident_fold import line_of
from backend.contracts.kinds.alerts import ALERT_KINDS, Priority
from backend.contracts.meeting_events import MeetingEvent, MeetingPlanned
from backend.contracts.press import StoryEvent, StorySeen
from backend.contracts.report_events import ReportEvent, ReportReceived
from backend.contracts.site import Site
from backend.contracts.zones import ZonesDeclared, ZonesLifted
from backend.services.evidence.call_words import call_told, crisis_told
from backend.services.evidence.incident_words import line_told
from backend.services.evidence.meeting_words import meeting_told
from backend.services.evidence.names import LocalTime
from backend.services.evidence.press_words import story_told
from backend.services.evidence.report_words import report_told

PRIORITY: Final = {
    Priority.CRITICAL: "khẩn cấp",
    Priority.HIGH: "cao",
    Priority.MEDIUM: "trung bình",
    Priority.LOW: "thấp",
    Priority.SYSTEM: "hệ thống",
}
_CAMERA: Final = {"unknown": "chưa rõ", "online": "có tín hiệu", "lost": "mất tín hiệu"}
_STEERED: Final = {"moving": "được quay tới", "arrived": "đã tới", "failed": "không tới được"}
_PRODUCER: Final = {"unknown": "chưa rõ", "fresh": "gửi số liệu bình thường", "silent": "im lặng"}
_RECORDING: Final = {
    "off": "không ghi",
    "waiting": "chờ ghi",
    "recording": "đang ghi",
    "gap": "bị gián đoạn",
    "failed": "không lưu được",
}
_EXPORT: Final = {"running": "tiếp tục", "done": "xong", "cancelled": "đã hủy", "failed": "không thành"}
_MARK: Final = {"bookmark": "dấu", "note": "ghi chú", "debrief": "nhận xét rút kinh nghiệm", "span": "khoảng thời gian"}
_FIRE: Final = {
    "alarm": "báo động",
    "restore": "hết báo động",
    "trouble": "sự cố",
    "trouble_restore": "hết sự cố",
    "test": "kiểm tra",
    "other": "bản tin",
}
_ACT: Final = {
    "workspace": "mở màn hình",
    "camera": "phóng to camera",
    "go_to": "chuyển tới",
    "brought": "bàn trực tự chuyển tới",
    "replay": "mở phát lại",
    "snapshot": "lưu ảnh",
    "sound": "tắt hoặc bật âm báo",
}


@dataclass(slots=True)
class Names:
    """What the identifiers of a package's events mean to people."""

    site: Site
    local: LocalTime
    alerts: dict[str, Alert] = field(default_factory=dict)

    def camera(self, camera_id: str) -> str:
        found = next((one.name_vi for one in self.site.cameras if one.camera_id == camera_id), "")
        return f"{found} ({camera_id})" if found else camera_id

    def preset(self, event: CameraSteered) -> str:
        """What its preset is called."""
        camera = next((one for one in self.site.cameras if one.camera_id == event.camera_id), None)
        found = camera.ptz.preset(event.preset) if camera is not None and camera.ptz is not None else None
        return found.name_vi if found is not None else event.preset

    def producer(self, producer_id: str) -> str:
        found = next((one.name_vi for one in self.site.producers if one.producer_id == producer_id), "")
        return found or producer_id

    def fire_site(self, fire_site_id: str) -> str:
        found = (one.name_vi for one in self.site.fire_sites if one.fire_site_id == fire_site_id)
        return next(found, fire_site_id)

    def agency(self, agency_id: str) -> str:
        return next((one.name_vi for one in self.site.agencies if one.agency_id == agency_id), agency_id)

    def alert(self, alert_id: str) -> str:
        known = self.alerts.get(alert_id)
        return alert_id if known is None else known.headline_vi

    def who(self, actor: str) -> str:
        if not actor:
            return "Hệ thống"
        if actor.startswith("producer:"):
            return self.producer(actor.removeprefix("producer:"))
        return actor


def kind_name(kind: str) -> str:
    known = ALERT_KINDS.get(kind)
    return kind if known is None else known.name_vi


def told(event: ev.Event, names: Names) -> str:
    """What happened; who did it stands beside it."""
    if isinstance(event, ev.IncidentOpened | ev.IncidentEvent):
        return _incident(event, names)
    if isinstance(event, ReportReceived | ReportEvent):
        return report_told(event, names.agency)
    if isinstance(event, StorySeen | StoryEvent):
        return story_told(event, names.agency)
    if isinstance(event, CallEvent):
        return call_told(event)
    if isinstance(event, CrisisEvent):
        return crisis_told(event)
    if isinstance(event, ZonesDeclared):
        return "Công bố vùng, chốt: " + ", ".join(one.name_vi for one in (*event.zones, *event.checkpoints))
    if isinstance(event, ZonesLifted):
        return _with("Bãi bỏ vùng, chốt " + ", ".join((*event.zone_ids, *event.checkpoint_ids)), event.reason)
    if isinstance(event, MeetingPlanned | MeetingEvent):
        return meeting_told(event)
    return _TELLERS[event.kind](event, names)


def _incident(event: ev.IncidentOpened | ev.IncidentEvent, names: Names) -> str:
    """As its own log tells it; the package has no state of incidents, so that tasks and steps go by their id."""
    incident = event.incident if isinstance(event, ev.IncidentOpened) else None
    line = line_of(ev.LoggedEvent(seq=1, at_ms=0, actor="", caused_by=None, origin="", event=event))
    assert line is not None
    return line_told(line, incident, names.alert, names.agency)


def _with(sentence: str, text: str) -> str:
    return f"{sentence}: {text}" if text else sentence


def _raised(event: ev.AlertRaised, names: Names) -> str:
    alert = event.alert
    return f"Cảnh báo mức {PRIORITY[alert.priority]}: {alert.headline_vi}"


def _updated(event: ev.AlertUpdated, names: Names) -> str:
    changes = [] if event.priority is None else [f"mức {PRIORITY[event.priority]}"]
    changes += [text for text in (event.headline_vi, event.text) if text]
    return _with(f"Cập nhật cảnh báo «{names.alert(event.alert_id)}»", "; ".join(changes))


def _about(verb: str) -> Callable[[object, Names], str]:
    def tell(event: object, names: Names) -> str:
        about = cast("ev.AlertAcknowledged | ev.AlertCommented | ev.AlertReturned | ev.AlertReactivated", event)
        text = getattr(about, "comment", "") or getattr(about, "reason", "")
        return _with(f"{verb} «{names.alert(about.alert_id)}»", text)

    return tell


def _owned(event: ev.AlertOwned, names: Names) -> str:
    verb = f"{event.owner} nhận xử lý" if event.owner else "Trả lại"
    return _with(f"{verb} «{names.alert(event.alert_id)}»", event.comment)


def _dispatched(event: ev.AlertDispatched, names: Names) -> str:
    return _with(f"Chuyển «{names.alert(event.alert_id)}» tới {names.agency(event.agency_id)}", event.note)


def _air_indexed(index: AirIndex, names: Names) -> str:
    span = f"{names.local.shown(index.from_ms)} – {names.local.shown(index.until_ms)}"
    if index.value is None:
        return f"Trạm {index.station_id}, {span}: không đủ số liệu bụi để tính VN_AQI"
    band = air_band(index.value).name_vi
    return f"VN_AQI của trạm {index.station_id}, {span}: {index.value} ({band}), cao nhất {index.pollutant}"


_ENTERED: Final = {"form": "Nhập", "sheet": "Nhập", "api": "Nhập", "computed": "Tự tính"}


def _codes(event: ev.IndicatorsEntered) -> list[str]:
    return sorted({one.code for one in event.figures or event.derived})


def _judged(event: ev.AlertJudged, names: Names) -> str:
    verb = "Xác minh đúng" if event.verdict == "confirmed" else "Đánh giá báo sai"
    return _with(f"{verb} «{names.alert(event.alert_id)}»", event.comment)


def _export_changed(event: ev.ExportChanged, names: Names) -> str:
    return _with(f"Xuất bằng chứng {_EXPORT[event.condition]}", event.reason or event.digest)


def _span(start_ms: int, end_ms: int, names: Names) -> str:
    return f"{names.local.shown(start_ms)} – {names.local.shown(end_ms)}"


_Teller = Callable[..., str]

_TELLERS: Final[Mapping[str, _Teller]] = {
    "site.loaded": lambda event, names: f"Nạp cấu hình của {event.site.name_vi}",
    "alert.raised": _raised,
    "alert.updated": _updated,
    "alert.returned": _about("Điều kiện không còn"),
    "alert.reactivated": _about("Điều kiện tái diễn"),
    "alert.acknowledged": _about("Xác nhận"),
    "alert.commented": _about("Ghi chú về"),
    "alert.owned": _owned,
    "alert.dispatched": _dispatched,
    "alert.judged": _judged,
    "alert.shelved": lambda event, names: _with(
        f"Tạm gác «{names.alert(event.alert_id)}» đến {names.local.shown(event.until_ms)}", event.reason
    ),
    "alert.unshelved": _about("Thôi tạm gác"),
    "alert.suppressed": _about("Ẩn theo quy tắc"),
    "alert.unsuppressed": _about("Thôi ẩn theo quy tắc"),
    "alert.taken_out_of_service": lambda event, names: _with(
        f"Ngừng phục vụ «{names.alert(event.alert_id)}» đến {names.local.shown(event.until_ms)}",
        f"{event.permit}; {event.reason}",
    ),
    "alert.returned_to_service": _about("Đưa trở lại phục vụ"),
    "alert.reset": _about("Đặt lại"),
    "alert.re_alarmed": _about("Báo lại vì vẫn chưa hết"),
    "alert.escalated": lambda event, names: (
        f"Không ai xác nhận «{names.alert(event.alert_id)}»: báo lên cấp {event.level}, {event.recipient_vi}"
    ),
    "camera.changed": lambda event, names: _with(
        f"Camera {names.camera(event.camera_id)} {_CAMERA[event.condition]}", event.reason
    ),
    "camera.steered": lambda event, names: _with(
        f"Camera {names.camera(event.camera_id)} {_STEERED[event.condition]} «{names.preset(event)}»", event.reason
    ),
    "producer.changed": lambda event, names: (
        f"Nguồn dữ liệu {names.producer(event.producer_id)} {_PRODUCER[event.condition]}"
    ),
    "input.quarantined": lambda event, names: _with(
        f"Cách ly dữ liệu vào của {names.producer(event.producer_id)}", event.reason
    ),
    "fire.reported": lambda event, names: _with(
        f"Tủ báo cháy {names.fire_site(event.fire_site_id)}: {_FIRE[event.nature]} {event.code}", event.zone
    ),
    "operator.signed_in": lambda event, names: f"{event.user} vào phiên trực",
    "operator.signed_out": lambda event, names: f"{event.user} rời phiên trực",
    "command.refused": lambda event, names: _with(f"Không thực hiện lệnh {event.command}", event.reason),
    "recording.changed": lambda event, names: _with(
        f"Ghi hình {names.camera(event.camera_id)} {_RECORDING[event.condition]}", event.reason
    ),
    "evidence.held": lambda event, names: _with(
        f"Niêm giữ đoạn ghi {_span(event.hold.start_ms, event.hold.end_ms, names)}", event.hold.reason
    ),
    "evidence.released": lambda event, names: _with("Thôi niêm giữ đoạn ghi", event.reason),
    "export.ordered": lambda event, names: (
        f"Yêu cầu xuất bằng chứng «{event.order.title}», {_span(event.order.start_ms, event.order.end_ms, names)}"
    ),
    "export.changed": _export_changed,
    "mark.placed": lambda event, names: _with(
        f"Đặt {_MARK[event.mark.kind]} tại {names.local.shown(event.mark.at_ms)}", event.mark.text
    ),
    "sop.published": lambda event, names: f"Áp dụng quy trình «{event.sop.title_vi}» bản {event.sop.version}",
    "limits.changed": lambda event, names: _with(
        f"Giới hạn mới có hiệu lực từ {event.day}", ", ".join(station.station_id for station in event.stations)
    ),
    "air.indexed": lambda event, names: _air_indexed(event.index, names),
    "indicators.entered": lambda event, names: _with(
        f"{_ENTERED[event.channel]} {len(event.figures)} số liệu chỉ tiêu", event.file_name or ", ".join(_codes(event))
    ),
    "forecast.issued": lambda event, names: _with(
        f"Dự báo cho trạm {event.forecast.station_id}, phát lúc {names.local.shown(event.forecast.issued_ms)}",
        event.forecast.source,
    ),
    "rows.shown": lambda event, names: _with(
        "Lấy lại hồ sơ đã kết thúc",
        ", ".join((*(one.code for one in event.reports), *(one.title for one in event.stories))),
    ),
    "mark.removed": lambda event, names: "Xóa một dấu trên dòng thời gian",
    "desk.acted": lambda event, names: f"Tại bàn trực: {_ACT[event.act]} {event.about}".rstrip(),
}

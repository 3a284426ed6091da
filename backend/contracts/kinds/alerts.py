"""Catalogue of alert kinds. A new kind is one entry here.

Priorities follow the practice of ISA-18.2: 1 is the worst. `Priority.SYSTEM` is a class of its own for the
room's own faults, never mixed with the city's alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal


class Priority(IntEnum):
    """1 khẩn cấp, 2 cao, 3 trung bình, 4 thấp; 5 is the room's own faults."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
    SYSTEM = 5


AlertKindKey = Literal[
    "station.limit",
    "station.level",
    "station.rising",
    "station.rain",
    "cap.message",
    "detection",
    "camera.lost",
    "producer.silent",
    "input.quarantined",
    "service.fault",
    "disk.low",
    "database.slow",
    "queue.full",
    "clock.skew",
    "certificate.ending",
    "fire.alarm",
    "fire.trouble",
    "fire.silent",
    "cyber.alert",
    "press.spike",
    "indicator.late",
    "indicator.off_target",
    "hotline.overflow",
]


@dataclass(frozen=True, slots=True)
class AlertKind:
    """What sort of alert it is: names, default priority, glyph (a qtawesome name) and the response expected.

    Attributes:
        response_vi: what the duty officer is expected to do, one sentence; a site may override it.
        about: which sort of thing the alert's `place_id` names.
    """

    key: AlertKindKey
    name_vi: str
    name_en: str
    default_priority: Priority
    icon: str
    about: Literal["station", "camera", "producer", "area", "service", "fire_site", "watch_item", "agency", "indicator"]
    response_vi: str
    response_en: str


_KINDS: Final[tuple[AlertKind, ...]] = (
    AlertKind(
        "station.limit",
        "Vượt ngưỡng quan trắc",
        "Limit exceeded",
        Priority.MEDIUM,
        "mdi6.chart-bell-curve",
        "station",
        "Gọi đầu mối của cơ sở, xác nhận nguyên nhân, báo Sở Nông nghiệp và Môi trường.",
        "Call the plant's contact, confirm the cause, inform the environment department.",
    ),
    AlertKind(
        "station.level",
        "Mực nước vượt báo động",
        "Water above alarm level",
        Priority.HIGH,
        "mdi6.waves-arrow-up",
        "station",
        "Xem camera tại trạm, báo Ban chỉ huy phòng thủ dân sự của xã, phường ven sông.",
        "Look at the gauge's camera, inform the civil-defence command of the riverside communes.",
    ),
    AlertKind(
        "station.rising",
        "Nước lên nhanh",
        "Water rising fast",
        Priority.HIGH,
        "mdi6.trending-up",
        "station",
        "Xem camera tại trạm và mưa phía thượng nguồn, báo sớm xã, phường ven sông.",
        "Look at the gauge's camera and the rain upstream, warn the riverside communes early.",
    ),
    AlertKind(
        "station.rain",
        "Mưa lớn",
        "Heavy rain",
        Priority.MEDIUM,
        "mdi6.weather-pouring",
        "station",
        "Đối chiếu bản tin, báo xã, phường có nguy cơ lũ quét, sạt lở đất, ngập úng.",
        "Compare with the bulletin, warn communes at risk of flash flood, landslide or flooding.",
    ),
    AlertKind(
        "cap.message",
        "Bản tin cảnh báo",
        "Warning bulletin",
        Priority.MEDIUM,
        "mdi6.weather-lightning-rainy",
        "area",
        "Đọc bản tin, đối chiếu khu vực trên bản đồ, chuyển tới xã, phường trong vùng.",
        "Read the bulletin, compare the area on the map, pass it to the communes inside.",
    ),
    AlertKind(
        "detection",
        "Phát hiện qua camera",
        "Camera detection",
        Priority.MEDIUM,
        "mdi6.cctv",
        "camera",
        "Xem hình trực tiếp, xác nhận sự việc trước khi điều lực lượng.",
        "Look at the live picture and confirm before sending anybody.",
    ),
    AlertKind(
        "camera.lost",
        "Mất tín hiệu camera",
        "Camera lost",
        Priority.SYSTEM,
        "mdi6.video-off-outline",
        "camera",
        "Kiểm tra đường truyền, báo đơn vị quản lý camera.",
        "Check the line, inform the camera's owner.",
    ),
    AlertKind(
        "producer.silent",
        "Nguồn dữ liệu im lặng",
        "Producer silent",
        Priority.SYSTEM,
        "mdi6.lan-disconnect",
        "producer",
        "Liên hệ đầu mối của nguồn dữ liệu; số liệu trên màn hình là số liệu cũ.",
        "Contact the producer; what the screens show is old.",
    ),
    AlertKind(
        "input.quarantined",
        "Dữ liệu vào bị cách ly",
        "Input quarantined",
        Priority.SYSTEM,
        "mdi6.file-alert-outline",
        "producer",
        "Mở tệp trong thư mục cách ly, báo đơn vị gửi lý do bị từ chối.",
        "Open the file in quarantine, tell the sender why it was refused.",
    ),
    AlertKind(
        "service.fault",
        "Lỗi của hệ thống",
        "System fault",
        Priority.SYSTEM,
        "mdi6.alert-octagon-outline",
        "service",
        "Báo quản trị hệ thống.",
        "Inform the administrator.",
    ),
    AlertKind(
        "disk.low",
        "Đĩa sắp đầy",
        "Disk nearly full",
        Priority.SYSTEM,
        "mdi6.harddisk",
        "service",
        "Báo quản trị hệ thống: thêm đĩa hoặc giảm thời gian lưu; dữ liệu được giữ làm bằng chứng không bị xóa.",
        "Inform the administrator: add a disk or keep for less long; what is held as evidence is never deleted.",
    ),
    AlertKind(
        "database.slow",
        "Cơ sở dữ liệu chậm",
        "Database slow",
        Priority.SYSTEM,
        "mdi6.database-clock-outline",
        "service",
        "Lệnh vẫn được ghi nhưng chậm; báo quản trị hệ thống.",
        "Commands are still stored, but late; inform the administrator.",
    ),
    AlertKind(
        "queue.full",
        "Hàng đợi ghi đầy",
        "Write queue full",
        Priority.SYSTEM,
        "mdi6.tray-full",
        "service",
        "Nguồn gửi nhanh hơn máy ghi được: tìm nguồn đang gửi dồn dập, báo quản trị hệ thống.",
        "More comes than can be stored: find the producer that floods, inform the administrator.",
    ),
    AlertKind(
        "clock.skew",
        "Sai đồng hồ",
        "Clock wrong",
        Priority.SYSTEM,
        "mdi6.clock-alert-outline",
        "service",
        "Báo đơn vị quản lý thiết bị chỉnh giờ; thời điểm của số liệu có thể sai.",
        "Have the clock set by who runs it; the times of what it sends may be wrong.",
    ),
    AlertKind(
        "certificate.ending",
        "Chứng chỉ TLS sắp hết hạn",
        "TLS certificate ending",
        Priority.SYSTEM,
        "mdi6.certificate-outline",
        "service",
        "Báo quản trị hệ thống thay chứng chỉ rồi khởi động lại; khi hết hạn, bàn trực và thiết bị không kết nối được.",
        "Inform the administrator: new certificate, then a restart; once it has ended, nothing can connect.",
    ),
    AlertKind(
        "fire.alarm",
        "Báo cháy từ tủ trung tâm",
        "Fire alarm of a panel",
        Priority.CRITICAL,
        "mdi6.fire-alert",
        "fire_site",
        "Báo 114 và cơ sở ngay, xem camera gần nhất, chuyển lực lượng trong thời gian quy định.",
        "Call 114 and the premises at once, look at the nearest camera, dispatch within the set time.",
    ),
    AlertKind(
        "fire.trouble",
        "Sự cố hệ thống báo cháy",
        "Fire panel trouble",
        Priority.LOW,
        "mdi6.fire-off",
        "fire_site",
        "Gọi đầu mối của cơ sở: hệ thống báo cháy có thể không phát hiện được đám cháy.",
        "Call the premises' contact: the system may not detect a fire.",
    ),
    AlertKind(
        "fire.silent",
        "Tủ báo cháy im lặng",
        "Fire panel silent",
        Priority.SYSTEM,
        "mdi6.fire-off",
        "fire_site",
        "Gọi cơ sở kiểm tra tủ báo cháy và đường truyền; khi im lặng, báo cháy không tới được đây.",
        "Have the premises check panel and line; while it is silent no fire alarm reaches this room.",
    ),
    AlertKind(
        "cyber.alert",
        "Cảnh báo an toàn thông tin",
        "Cyber security alert",
        Priority.MEDIUM,
        "mdi6.shield-alert-outline",
        "producer",
        "Chuyển cán bộ an toàn thông tin; trực ban không tự xử lý máy bị tấn công.",
        "For the information security officer; the duty officer leaves the attacked machine alone.",
    ),
    AlertKind(
        "press.spike",
        "Báo chí, mạng xã hội nói nhiều bất thường",
        "Spoken of unusually much",
        Priority.LOW,
        "mdi6.newspaper-variant-multiple-outline",
        "watch_item",
        "Đọc các tin đang lan, xác minh với cơ quan liên quan, giao cơ quan trả lời báo chí khi cần.",
        "Read the stories that spread, verify with the agencies concerned, assign an answer where it is needed.",
    ),
    AlertKind(
        "indicator.late",
        "Chậm số liệu chỉ tiêu",
        "Figures late",
        Priority.LOW,
        "mdi6.calendar-alert",
        "agency",
        "Nhắc cơ quan phụ trách nhập số liệu; cảnh báo tự hết khi có đủ số liệu.",
        "Remind the agency in charge to enter the figures; the alert ends by itself when they are there.",
    ),
    AlertKind(
        "indicator.off_target",
        "Chỉ tiêu xấu",
        "Indicator bad",
        Priority.LOW,
        "mdi6.target-variant",
        "indicator",
        "Đề nghị cơ quan phụ trách giải trình nguyên nhân và biện pháp; báo cáo lãnh đạo.",
        "Ask the agency in charge for cause and measures; report to the leaders.",
    ),
    AlertKind(
        "hotline.overflow",
        "Tổng đài quá tải",
        "Hotline overloaded",
        Priority.MEDIUM,
        "mdi6.phone-alert",
        "producer",
        "Gọi thêm tổng đài viên, phát thông báo chờ; nhiều cuộc cùng một việc thì đề nghị mở chế độ khủng hoảng.",
        "Call more agents in, play an announcement; when many call about one thing, ask for crisis mode.",
    ),
)

ALERT_KINDS: Final[dict[str, AlertKind]] = {kind.key: kind for kind in _KINDS}

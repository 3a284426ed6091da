"""The bulletins of the demonstration: CAP 1.2 in Vietnamese, over real communes, with update, cancel and exercise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.etree import ElementTree

from config.communes import Areas, Ring

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER: Final = "mophong@kttv.laocai.example"
MAX_RING_POINTS: Final = 80


@dataclass(frozen=True, slots=True)
class Bulletin:
    """`after_s`: seconds after the start at which it is issued. `replaces`: keys of bulletins it updates or cancels."""

    key: str
    after_s: float
    event: str
    headline: str
    description: str
    instruction: str
    severity: str
    level: int
    communes: tuple[str, ...]
    life_h: float = 6.0
    status: str = "Actual"
    message_type: str = "Alert"
    urgency: str = "Expected"
    certainty: str = "Likely"
    replaces: tuple[str, ...] = ()


_FLOOD: Final = ("02647", "02671", "02923", "02905")
BULLETINS: Final[tuple[Bulletin, ...]] = (
    Bulletin(
        "lu-1",
        8,
        "Lũ",
        "Cảnh báo lũ trên sông Hồng tại Lào Cai: mực nước lên trên báo động 1",
        "Mực nước sông Hồng tại trạm thủy văn Lào Cai đang lên nhanh, khả năng vượt báo động 1 (80,0 m) trong ít phút "
        "tới và tiếp tục lên. Nguy cơ ngập vùng trũng ven sông.",
        "Các xã, phường ven sông rà soát khu vực trũng thấp, neo đậu phương tiện thủy, sẵn sàng sơ tán dân.",
        "Moderate",
        2,
        _FLOOD,
    ),
    Bulletin(
        "mua-1",
        55,
        "Mưa lớn",
        "Mưa to đến rất to khu vực Sa Pa, Bát Xát",
        "Trong 3 giờ tới, khu vực Sa Pa, Tả Phìn, Bát Xát tiếp tục có mưa to, cục bộ trên 100 mm. Cấp độ rủi ro thiên "
        "tai do mưa lớn: cấp 1.",
        "Hạn chế đi lại qua ngầm tràn, đèo dốc; theo dõi sạt lở ven Quốc lộ 4D.",
        "Minor",
        1,
        ("03006", "03013", "02683", "03004"),
    ),
    Bulletin(
        "lu-2",
        150,
        "Lũ",
        "Cập nhật: lũ sông Hồng tại Lào Cai lên mức báo động 2",
        "Dự báo trong 6 giờ tới đỉnh lũ tại Lào Cai trên báo động 2 (82,0 m), có thể đạt báo động 3 (83,5 m).",
        "Sơ tán dân khỏi bãi ven sông các phường Lào Cai, Cam Đường; cấm đò ngang; trực 24/24.",
        "Severe",
        3,
        (*_FLOOD, "02989"),
        urgency="Immediate",
        certainty="Observed",
        message_type="Update",
        replaces=("lu-1",),
    ),
    Bulletin(
        "dien-tap",
        240,
        "Diễn tập phòng thủ dân sự",
        "DIỄN TẬP: sơ tán dân khu vực hạ lưu Tằng Loỏng",
        "Bản tin phục vụ diễn tập phòng thủ dân sự, không phải tình huống thật.",
        "Lực lượng tham gia diễn tập thực hiện theo kịch bản.",
        "Severe",
        3,
        ("02908",),
        life_h=1.0,
        status="Exercise",
    ),
    Bulletin(
        "sat-lo-1",
        330,
        "Lũ quét, sạt lở đất",
        "Nguy cơ lũ quét, sạt lở đất tại Mường Bo, Bản Hồ, Tả Van",
        "Đất đã bão hòa nước, mưa tiếp diễn. Nguy cơ rất cao lũ quét trên suối nhỏ, sạt lở đất trên sườn dốc.",
        "Di dời ngay các hộ ở chân taluy, ven suối; chốt chặn các điểm ngầm tràn.",
        "Extreme",
        4,
        ("03043", "03046", "03037"),
        urgency="Immediate",
    ),
    Bulletin(
        "mua-2",
        480,
        "Mưa lớn",
        "Kết thúc cảnh báo mưa lớn khu vực Sa Pa, Bát Xát",
        "Mưa đã giảm, cảnh báo được hủy.",
        "",
        "Minor",
        1,
        ("03006", "03013", "02683", "03004"),
        message_type="Cancel",
        urgency="Past",
        replaces=("mua-1",),
    ),
)


class Issue:
    """The bulletins of one run: identifiers and times follow from its start.

    Args:
        start_ms: when the story began.
    """

    def __init__(self, areas: Areas, start_ms: int, utc_offset_min: int) -> None:
        self.areas = areas
        self.start_ms = start_ms
        self.utc_offset_min = utc_offset_min

    def issued(self, now_ms: int) -> list[Bulletin]:
        """Those out by now, newest first."""
        out = [item for item in BULLETINS if self.start_ms + item.after_s * 1000 <= now_ms]
        return sorted(out, key=lambda item: -item.after_s)

    def identifier(self, bulletin: Bulletin) -> str:
        return f"VN-LCA-{self.start_ms // 1000}-{bulletin.key}"

    def instant(self, bulletin: Bulletin, later_h: float = 0.0) -> str:
        """CAP's dateTime: local, with the offset written out and no Z."""
        shift = timedelta(minutes=self.utc_offset_min)
        at_s = self.start_ms // 1000 + bulletin.after_s + later_h * 3600
        local = datetime.fromtimestamp(at_s, UTC) + shift
        hours, minutes = divmod(abs(self.utc_offset_min), 60)
        return f"{local:%Y-%m-%dT%H:%M:%S}{'-' if self.utc_offset_min <= 0 else '+'}{hours:02d}:{minutes:02d}"

    def reference(self, key: str) -> str:
        earlier = next(item for item in BULLETINS if item.key == key)
        return f"{SENDER},{self.identifier(earlier)},{self.instant(earlier)}"

    def xml(self, bulletin: Bulletin) -> bytes:
        """The whole CAP 1.2 message."""
        alert = ElementTree.Element("alert", xmlns=NAMESPACE)
        _fill(
            alert,
            identifier=self.identifier(bulletin),
            sender=SENDER,
            sent=self.instant(bulletin),
            status=bulletin.status,
            msgType=bulletin.message_type,
            source="Mô phỏng Trực Ban",
            scope="Public",
            note="Bản tin mô phỏng",
            references=" ".join(self.reference(key) for key in bulletin.replaces),
        )
        info = ElementTree.SubElement(alert, "info")
        _fill(
            info,
            language="vi-VN",
            category="Met",
            event=bulletin.event,
            responseType="AllClear" if bulletin.message_type == "Cancel" else "Prepare",
            urgency=bulletin.urgency,
            severity=bulletin.severity,
            certainty=bulletin.certainty,
            effective=self.instant(bulletin),
            expires=self.instant(bulletin, bulletin.life_h),
            senderName="Đài Khí tượng Thủy văn tỉnh Lào Cai (mô phỏng)",
            headline=bulletin.headline,
            description=bulletin.description,
            instruction=bulletin.instruction,
        )
        _fill(ElementTree.SubElement(info, "parameter"), valueName="VN:CapDoRuiRo", value=str(bulletin.level))
        for code in bulletin.communes:
            if code in self.areas.by_code:
                self._area(info, code)
        body: bytes = ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)
        return body

    def _area(self, info: ElementTree.Element, code: str) -> None:
        area = self.areas.by_code[code]
        ring = thinned(max((rings[0] for rings in area.polygons), key=len))
        element = ElementTree.SubElement(info, "area")
        _fill(element, areaDesc=area.commune.name, polygon=" ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring))
        _fill(ElementTree.SubElement(element, "geocode"), valueName="VN:GSO", value=code)


def thinned(ring: Ring) -> Ring:
    """At most `MAX_RING_POINTS` of the ring's points, closed."""
    step = -(-len(ring) // MAX_RING_POINTS)
    kept = ring[:-1:step]
    return [*kept, kept[0]]


def _fill(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            ElementTree.SubElement(parent, name).text = text

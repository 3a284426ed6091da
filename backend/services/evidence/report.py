"""report.pdf: the package on paper. Be Vietnam Pro is put into the file, so that every letter stays."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from PIL import Image as Picture
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)

from backend.contracts.alerts import Alert
from backend.services.evidence.contents import Contents, Still
from backend.services.evidence.pictures import FONT_FOLDER
from backend.services.evidence.report_map import MapDrawing
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE
from backend.services.evidence.story import Answer, total_s
from backend.services.evidence.words import PRIORITY, kind_name

REGULAR: Final = "BeVietnamPro"
BOLD: Final = "BeVietnamPro-Bold"
_WIDTH: Final = A4[0] - 36 * mm - 12
"""What reportlab's frame leaves between its margins."""

_LINES_MOST: Final = 1_500
"""About fifty pages; events.jsonl has all."""

_STILLS_MOST: Final = 60
_PICTURE_PX: Final = 700
_PICTURE_MOST: Final = 90 * mm
_GRID: Final = [
    ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#c9d1d9")),
    ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#f1f4f7")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(REGULAR, str(FONT_FOLDER / "BeVietnamPro-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FONT_FOLDER / "BeVietnamPro-Bold.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


_BODY: Final = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13)
_SMALL: Final = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=10.5, splitLongWords=True)
_TITLE: Final = ParagraphStyle("title", parent=_BODY, fontName=BOLD, fontSize=18, leading=23, spaceAfter=4)
_HEAD: Final = ParagraphStyle(
    "head", parent=_BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=10, spaceAfter=4
)
_BANNER: Final = ParagraphStyle(
    "banner", parent=_BODY, fontName=BOLD, textColor=colors.white, backColor=colors.HexColor("#b3001b"),
    borderPadding=4, spaceAfter=10,
)  # fmt: skip


def report(contents: Contents, package: Path) -> bytes:
    """The PDF. Args: package: where the pictures lie."""
    _fonts()
    target = io.BytesIO()
    order = contents.case.order
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=order.title, author=contents.case.site.name_vi, subject="Báo cáo bằng chứng", creator="Trực Ban",
    )  # fmt: skip
    parts: list[Flowable] = [
        *_banners(contents),
        Paragraph("BÁO CÁO BẰNG CHỨNG", _HEAD),
        Paragraph(_text(order.title), _TITLE),
        _facts(contents),
        *_incident(contents),
        *_section("Bản đồ", [MapDrawing(contents, _WIDTH, 105 * mm)]),
        *_places(contents),
        *_cameras(contents),
        *_answers(contents),
        *_timeline(contents),
        *_stills(contents, package),
        *_hashes(contents),
        *_how_to_check(contents),
    ]
    number = _PageNumber(contents)
    document.build(parts, onFirstPage=number, onLaterPages=number)
    return target.getvalue()


def _text(value: object) -> str:
    """Strangers' words are words: reportlab reads its own markup in paragraphs."""
    clean = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in str(value))
    return html.escape(clean, quote=False).replace("\n", "<br/>")


class _PageNumber:
    """Foot of every page."""

    def __init__(self, contents: Contents) -> None:
        self._words = f"{contents.case.site.name_vi} · gói {contents.case.export_id[:40]}"

    def __call__(self, canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(REGULAR, 7.5)
        canvas.drawString(18 * mm, 10 * mm, self._words[:110])
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"trang {document.page}")
        canvas.restoreState()


def _banners(contents: Contents) -> list[Flowable]:
    site = contents.case.site
    words = [f"DIỄN TẬP: {site.exercise_vi}"] if site.exercise_vi else []
    words += ["DỮ LIỆU MÔ PHỎNG"] if site.simulated else []
    return [Paragraph(_text(" · ".join(words)), _BANNER)] if words else []


def _table(header: Sequence[str], rows: Iterable[Sequence[object]], shares: Sequence[float]) -> LongTable:
    cells = [[Paragraph(_text(cell), _SMALL) for cell in row] for row in rows]
    head = [[Paragraph(f"<b>{_text(cell)}</b>", _SMALL) for cell in header]] if header else []
    style = _GRID if header else [one for one in _GRID if one[0] != "BACKGROUND"]
    table = LongTable([*head, *cells], colWidths=[_WIDTH * share for share in shares], repeatRows=len(head))
    table.setStyle(style)
    return table


def _section(title: str, parts: Sequence[Flowable]) -> list[Flowable]:
    """The heading stays with what it heads."""
    if not parts:
        return []
    head = Paragraph(_text(title), _HEAD)
    if isinstance(parts[0], LongTable):
        return [CondPageBreak(35 * mm), head, *parts]
    return [KeepTogether([head, parts[0]]), *parts[1:]]


def _facts(contents: Contents) -> LongTable:
    case = contents.case
    order = case.order
    rows: list[tuple[str, str]] = [
        ("Đơn vị", case.site.name_vi),
        ("Khoảng thời gian", contents.span_words(order.start_ms, order.end_ms)),
        ("Người yêu cầu", f"{case.ordered_by}, lúc {contents.local.shown(case.ordered_ms)}"),
        ("Lập trên máy", f"{case.machine}, bắt đầu lúc {contents.local.shown(case.begun_ms)}"),
        ("Camera", "; ".join(contents.names.camera(camera_id) for camera_id in case.camera_ids) or "không có"),
        ("Mã gói", case.export_id),
        ("Nhật ký sự kiện", f"{case.epoch}, số {case.first_seq} – {case.last_seq}"),
    ]
    if not case.incident_complete:
        rows.append(("Lưu ý", "Sự việc chưa kết thúc hoặc có quá nhiều diễn biến: sự kiện của nó có thể chưa đủ."))
    rows += [("Không có trong gói", sentence) for sentence in contents.left_out]
    return _table((), rows, (0.24, 0.76))


def _incident(contents: Contents) -> list[Flowable]:
    alert = next((one for one in contents.case.alerts if one.alert_id == contents.case.order.alert_id), None)
    if alert is None:
        return []
    return _section("Sự việc", [_table((), _card(contents, alert), (0.24, 0.76))])


def _card(contents: Contents, alert: Alert) -> list[tuple[str, str]]:
    rows = [
        ("Nội dung", alert.headline_vi),
        ("Loại, mức", f"{kind_name(alert.kind)}, {PRIORITY[alert.priority]}"),
        ("Nơi", " · ".join(filter(None, (alert.place_name, alert.place_id, _place(alert.lat_deg, alert.lon_deg))))),
        ("Phát sinh", contents.local.clock(alert.raised_ms)),
    ]
    if alert.acknowledged_ms is not None:
        rows.append(("Xác nhận", f"{contents.local.clock(alert.acknowledged_ms)}, {alert.acknowledged_by}"))
    rows += [("Người xử lý", alert.owner)] if alert.owner else []
    if alert.dispatched_to:
        rows.append(("Đã chuyển tới", ", ".join(contents.names.agency(one) for one in alert.dispatched_to)))
    if alert.limit is not None:
        limit = alert.limit
        rows.append(
            ("Số đo", f"{limit.symbol} {limit.value:g} {limit.unit}, ngưỡng {limit.limit_value:g} {limit.unit}")
        )
        rows.append(("Căn cứ", limit.limit_source))
    if alert.cap is not None:
        rows += [("Bản tin", alert.cap.description), ("Khuyến cáo", alert.cap.instruction)]
    return rows


def _place(lat_deg: float | None, lon_deg: float | None) -> str:
    return "" if lat_deg is None or lon_deg is None else f"{lat_deg:.5f}, {lon_deg:.5f}"


def _places(contents: Contents) -> list[Flowable]:
    """What the map shows, in figures."""
    chosen = set(contents.case.camera_ids)
    rows: list[tuple[str, str, str]] = [
        ("Camera", contents.names.camera(camera.camera_id), _place(camera.lat_deg, camera.lon_deg))
        for camera in contents.case.site.cameras
        if camera.camera_id in chosen
    ]
    rows += [
        ("Cảnh báo", alert.headline_vi, _place(alert.lat_deg, alert.lon_deg))
        for alert in contents.case.alerts
        if alert.lat_deg is not None
    ]
    return [Spacer(1, 4), _table(("", "Tên", "Vĩ độ, kinh độ (WGS 84)"), rows, (0.14, 0.58, 0.28))] if rows else []


def _cameras(contents: Contents) -> list[Flowable]:
    rows: list[tuple[str, str, str]] = []
    for camera_id in contents.case.camera_ids:
        videos = [video for video in contents.videos if video.camera_id == camera_id]
        seen = "\n".join(f"{contents.span_words(video.start_ms, video.end_ms)}" for video in videos)
        holes = contents.holes.get(camera_id, [])
        words = [contents.span_words(*hole) for hole in holes]
        words += [f"hỏng: {contents.span_words(*span)}" for span in contents.damaged.get(camera_id, ())]
        missing = f"{total_s(holes):.0f} giây\n" + "\n".join(words) if words else "không"
        rows.append((contents.names.camera(camera_id), seen or "không có hình", missing))
    if not rows:
        return []
    return _section("Camera và khoảng trống", [_table(("Camera", "Có hình", "Khoảng trống"), rows, (0.3, 0.35, 0.35))])


def _answers(contents: Contents) -> list[Flowable]:
    def cell(answer: Answer, at_ms: int | None, who: str) -> str:
        return f"{answer.after(at_ms)}\n{who}".strip() if at_ms is not None else "–"

    rows = [
        (
            answer.headline,
            contents.local.shown(answer.raised_ms),
            cell(answer, answer.acknowledged_ms, answer.acknowledged_by),
            cell(answer, answer.owned_ms, answer.owned_by),
            cell(answer, answer.dispatched_ms, answer.dispatched_to),
        )
        for answer in contents.story.answers[:_LINES_MOST]
    ]
    if not rows:
        return []
    header = ("Cảnh báo", "Phát sinh", "Xác nhận sau", "Nhận xử lý sau", "Chuyển đi sau")
    return _section("Thời gian xử lý", [_table(header, rows, (0.36, 0.16, 0.16, 0.16, 0.16))])


def _timeline(contents: Contents) -> list[Flowable]:
    lines = contents.story.lines[:_LINES_MOST]
    rows = [
        (contents.local.clock(line.at_ms), line.who, f"{'• ' if line.of_incident else ''}{line.what}") for line in lines
    ]
    if not rows:
        return []
    parts: list[Flowable] = [_table(("Thời điểm", "Ai", "Việc"), rows, (0.28, 0.14, 0.58))]
    more = contents.story.more + len(contents.story.lines) - len(lines)
    if more:
        parts.append(Paragraph(f"và {more} dòng nữa trong events.jsonl", _SMALL))
    return _section("Diễn biến và việc đã làm", parts)


def _stills(contents: Contents, package: Path) -> list[Flowable]:
    """Two in a row."""
    cells = [_still(contents, still, package) for still in contents.stills[:_STILLS_MOST]]
    rows = [[*cells[start : start + 2], ""][:2] for start in range(0, len(cells), 2)]
    if not rows:
        return []
    table = LongTable(rows, colWidths=[_WIDTH / 2] * 2)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return _section("Ảnh", [table])


def _still(contents: Contents, still: Still, package: Path) -> list[Flowable]:
    with Picture.open(package / still.path) as picture:
        small = picture.convert("RGB")
        small.thumbnail((_PICTURE_PX, _PICTURE_PX))
        content = io.BytesIO()
        small.save(content, "JPEG", quality=85)
    width = min(_WIDTH / 2 - 8, _PICTURE_MOST * small.width / small.height)
    image = Image(content, width=width, height=width * small.height / small.width)
    image.hAlign = "LEFT"
    words = f"{contents.names.camera(still.camera_id)} · {contents.local.clock(still.at_ms)} · {still.why}"
    return [image, Paragraph(_text(words[:300]), _SMALL)]


def _hashes(contents: Contents) -> list[Flowable]:
    rows = [(one.path, f"{one.bytes}", one.sha256) for _, one in sorted(contents.made.items())]
    return _section("Mã SHA-256 của các tệp", [_table(("Tệp", "Byte", "SHA-256"), rows, (0.42, 0.12, 0.46))])


def _how_to_check(contents: Contents) -> list[Flowable]:
    sentences = (
        f"Mã của mọi tệp, kể cả báo cáo này, nằm trong {MANIFEST}; chữ ký Ed25519 của {MANIFEST} nằm trong "
        f"{SIGNATURE}, khóa công khai trong {PUBLIC_KEY}.",
        f"Dấu vân tay khóa ký: {contents.case.fingerprint}. Hãy đối chiếu với dấu vân tay do "
        f"{contents.case.site.name_vi} công bố bằng đường khác.",
        "Kiểm tra cả gói: python -m backend verify THƯ_MỤC_HOẶC_ZIP. Cách kiểm tra bằng công cụ có sẵn: README.txt.",
    )
    return _section("Cách kiểm tra", [Paragraph(_text(sentence), _BODY) for sentence in sentences])

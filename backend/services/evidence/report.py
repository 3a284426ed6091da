"""report.pdf: the package on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image as Picture
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, Paragraph, Spacer

from backend.contracts.alerts import Alert
from backend.services.evidence.contents import Contents, Still
from backend.services.evidence.paper import (
    BODY,
    HEAD,
    SMALL,
    TITLE,
    WIDTH,
    banners,
    fonts,
    picture,
    pictures,
    printed,
    section,
    table,
    text,
)
from backend.services.evidence.report_map import MapDrawing
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE
from backend.services.evidence.story import Answer, total_s
from backend.services.evidence.words import PRIORITY, kind_name

_LINES_MOST: Final = 1_500
"""About fifty pages; events.jsonl has all."""

_STILLS_MOST: Final = 60


def report(contents: Contents, package: Path) -> bytes:
    """The PDF. Args: package: where the pictures lie."""
    fonts()
    order = contents.case.order
    parts: list[Flowable] = [
        *banners(contents.case.site),
        Paragraph("BÁO CÁO BẰNG CHỨNG", HEAD),
        Paragraph(text(order.title), TITLE),
        _facts(contents),
        *_incident(contents),
        *section("Bản đồ", [MapDrawing(contents.case, WIDTH, 105 * mm)]),
        *_places(contents),
        *_cameras(contents),
        *_answers(contents),
        *_timeline(contents),
        *_stills(contents, package),
        *_hashes(contents),
        *_how_to_check(contents),
    ]
    site = contents.case.site.name_vi
    foot = f"{site} · gói {contents.case.export_id[:40]}"
    return printed(parts, order.title, site, "Báo cáo bằng chứng", foot)


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
    return table((), rows, (0.24, 0.76))


def _incident(contents: Contents) -> list[Flowable]:
    alert = next((one for one in contents.case.alerts if one.alert_id == contents.case.order.alert_id), None)
    if alert is None:
        return []
    return section("Sự việc", [table((), _card(contents, alert), (0.24, 0.76))])


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
    return [Spacer(1, 4), table(("", "Tên", "Vĩ độ, kinh độ (WGS 84)"), rows, (0.14, 0.58, 0.28))] if rows else []


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
    return section("Camera và khoảng trống", [table(("Camera", "Có hình", "Khoảng trống"), rows, (0.3, 0.35, 0.35))])


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
    return section("Thời gian xử lý", [table(header, rows, (0.36, 0.16, 0.16, 0.16, 0.16))])


def _timeline(contents: Contents) -> list[Flowable]:
    lines = contents.story.lines[:_LINES_MOST]
    rows = [
        (contents.local.clock(line.at_ms), line.who, f"{'• ' if line.of_incident else ''}{line.what}") for line in lines
    ]
    if not rows:
        return []
    parts: list[Flowable] = [table(("Thời điểm", "Ai", "Việc"), rows, (0.28, 0.14, 0.58))]
    more = contents.story.more + len(contents.story.lines) - len(lines)
    if more:
        parts.append(Paragraph(f"và {more} dòng nữa trong events.jsonl", SMALL))
    return section("Diễn biến và việc đã làm", parts)


def _stills(contents: Contents, package: Path) -> list[Flowable]:
    return pictures([_still(contents, still, package) for still in contents.stills[:_STILLS_MOST]])


def _still(contents: Contents, still: Still, package: Path) -> list[Flowable]:
    words = f"{contents.names.camera(still.camera_id)} · {contents.local.clock(still.at_ms)} · {still.why}"
    with Picture.open(package / still.path) as image:
        return picture(image, words)


def _hashes(contents: Contents) -> list[Flowable]:
    rows = [(one.path, f"{one.bytes}", one.sha256) for _, one in sorted(contents.made.items())]
    return section("Mã SHA-256 của các tệp", [table(("Tệp", "Byte", "SHA-256"), rows, (0.42, 0.12, 0.46))])


def _how_to_check(contents: Contents) -> list[Flowable]:
    sentences = (
        f"Mã của mọi tệp, kể cả báo cáo này, nằm trong {MANIFEST}; chữ ký Ed25519 của {MANIFEST} nằm trong "
        f"{SIGNATURE}, khóa công khai trong {PUBLIC_KEY}.",
        f"Dấu vân tay khóa ký: {contents.case.fingerprint}. Hãy đối chiếu với dấu vân tay do "
        f"{contents.case.site.name_vi} công bố bằng đường khác.",
        "Kiểm tra cả gói: python -m backend verify THƯ_MỤC_HOẶC_ZIP. Cách kiểm tra bằng công cụ có sẵn: README.txt.",
    )
    return section("Cách kiểm tra", [Paragraph(text(sentence), BODY) for sentence in sentences])

"""The scoring sheet on paper: CSV for a spreadsheet, one HTML file to print. Both in Vietnamese."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from backend.contracts.exercise import ExpectationScore, ScoreSheet

STATES_VI: Final = {
    "met": "Đạt",
    "late": "Muộn",
    "missed": "Bỏ sót",
    "waiting": "Đang chờ",
    "not_yet": "Chưa diễn ra",
}
ACTIONS_VI: Final = {
    "acknowledged": "Ghi nhận",
    "taken": "Nhận xử lý",
    "dispatched": "Chuyển đơn vị",
    "commented": "Ghi ý kiến",
}
_COLUMNS: Final = (
    "Yêu cầu", "Việc phải làm", "Kết quả", "Cảnh báo", "Tính từ", "Thời hạn (s)", "Thực hiện sau (s)",
    "Người thực hiện", "Điểm", "Điểm tối đa",
)  # fmt: skip
_OFFICER_COLUMNS: Final = (
    "Cán bộ", "Ghi nhận", "Nhận xử lý", "Chuyển đơn vị", "Ý kiến", "Ghi nhận: trung vị (s)", "Đạt", "Muộn", "Điểm",
)  # fmt: skip


def verdict_vi(sheet: ScoreSheet) -> str:
    """What came out, in two words."""
    if sheet.passed is None:
        return "Chưa kết thúc" if sheet.ended_ms is None else "Chưa có kết luận"
    return "ĐẠT" if sheet.passed else "KHÔNG ĐẠT"


def percent(sheet: ScoreSheet) -> float | None:
    """Points of what took place, in percent."""
    return None if sheet.max_points == 0 else sheet.points * 100 / sheet.max_points


def to_csv(sheet: ScoreSheet, utc_offset_min: int) -> str:
    """Comma separated, CRLF, with a byte order mark so that spreadsheets read the accents."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    for rows in (_summary(sheet, utc_offset_min), [_COLUMNS, *_rows(sheet, utc_offset_min)], _officers(sheet)):
        for row in rows:
            writer.writerow([_harmless(cell) for cell in row])
        writer.writerow([])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A name that begins like a formula would be computed by a spreadsheet."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _summary(sheet: ScoreSheet, utc_offset_min: int) -> list[tuple[str, str]]:
    share = percent(sheet)
    total = f"{sheet.points}/{sheet.max_points}" + (f" ({_number(share)} %)" if share is not None else "")
    return [
        ("Buổi diễn tập", sheet.title_vi),
        ("Bắt đầu", _instant(sheet.started_ms, utc_offset_min)),
        ("Kết thúc", _instant(sheet.ended_ms, utc_offset_min)),
        ("Tổng điểm", total),
        ("Mức đạt", f"{_number(sheet.pass_percent)} %"),
        ("Kết quả", verdict_vi(sheet)),
        ("Số cảnh báo", str(sheet.alerts)),
        ("Không ai ghi nhận", str(sheet.unanswered)),
        ("Thời gian ghi nhận, trung vị (s)", _number(sheet.acknowledge_p50_s)),
        ("Thời gian ghi nhận, 95 % (s)", _number(sheet.acknowledge_p95_s)),
    ]


def _rows(sheet: ScoreSheet, utc_offset_min: int) -> list[tuple[str, ...]]:
    return [_row(item, utc_offset_min) for item in sheet.expectations]


def _row(item: ExpectationScore, utc_offset_min: int) -> tuple[str, ...]:
    after_s = None if item.done_ms is None or item.due_ms is None else (item.done_ms - item.due_ms) / 1000
    return (
        item.title_vi,
        ACTIONS_VI[item.action],
        STATES_VI[item.state],
        item.headline_vi,
        _instant(item.due_ms, utc_offset_min),
        _number(item.within_s),
        _number(after_s),
        item.done_by,
        str(item.points),
        str(item.max_points),
    )


def _officers(sheet: ScoreSheet) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [_OFFICER_COLUMNS]
    for one in sheet.officers:
        counts = (one.acknowledged, one.taken, one.dispatched, one.commented)
        results = (one.met, one.late, one.points)
        rows.append((one.user, *map(str, counts), _number(one.acknowledge_p50_s), *map(str, results)))
    return rows


def _number(value: float | None) -> str:
    """At most one decimal, with the decimal comma; "" = none."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _instant(at_ms: int | None, utc_offset_min: int) -> str:
    if at_ms is None:
        return ""
    local = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)
    return f"{local:%H:%M:%S %d/%m/%Y}"


def to_html(sheet: ScoreSheet, utc_offset_min: int) -> str:
    """One file, nothing loaded from elsewhere, A4 landscape when printed."""
    summary = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _summary(sheet, utc_offset_min)
    )
    states = [item.state for item in sheet.expectations]
    return _PAGE.format(
        title=escape(sheet.title_vi),
        summary=summary,
        rows=_table(_COLUMNS, _rows(sheet, utc_offset_min), states),
        officers=_table(_OFFICER_COLUMNS, _officers(sheet)[1:]) if sheet.officers else "<p>Chưa có thao tác nào.</p>",
        printed=_instant(sheet.at_ms, utc_offset_min),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[str] = ()) -> str:
    def line(cells: Sequence[str], tag: str, kind: str = "") -> str:
        mark = f' class="{kind}"' if kind else ""
        return f"<tr{mark}>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = [line(row, "td", classes[index] if classes else "") for index, row in enumerate(rows)]
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{''.join(body)}</tbody></table>"


_PAGE: Final = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Phiếu chấm điểm diễn tập – {title}</title><style>
@page {{ size: A4 landscape; margin: 12mm }}
body {{ font: 11pt/1.4 "Be Vietnam Pro", "Segoe UI", sans-serif; color: #111; margin: 16px }}
h1 {{ font-size: 17pt; margin: 0 0 4px }} h2 {{ font-size: 13pt; margin: 18px 0 6px }}
.band {{ height: 10px; margin-bottom: 10px; print-color-adjust: exact;
  background: repeating-linear-gradient(135deg, #f2b705 0 14px, #1a1a1a 14px 28px) }}
dl {{ display: grid; grid-template-columns: max-content auto max-content auto; gap: 2px 14px; margin: 8px 0 }}
dt {{ color: #444 }} dd {{ margin: 0; font-weight: 600 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #999; padding: 3px 6px; text-align: left; vertical-align: top }}
th {{ background: #eee; print-color-adjust: exact }} tr {{ break-inside: avoid }}
tr.met td:nth-child(3) {{ color: #1b6e2c; font-weight: 700 }}
tr.late td:nth-child(3) {{ color: #9a5b00; font-weight: 700 }}
tr.missed td:nth-child(3) {{ color: #b00020; font-weight: 700 }}
.sign {{ display: flex; justify-content: space-around; margin-top: 28px; text-align: center; break-inside: avoid }}
.sign div {{ min-height: 80px }} footer {{ color: #555; font-size: 9pt; margin-top: 12px }}
</style></head><body><div class="band"></div>
<h1>PHIẾU CHẤM ĐIỂM DIỄN TẬP</h1><dl>{summary}</dl>
<h2>Từng yêu cầu</h2>{rows}
<h2>Từng cán bộ</h2>{officers}
<div class="sign"><div>Đạo diễn diễn tập<br>(ký, ghi rõ họ tên)</div><div>Trưởng ca<br>(ký, ghi rõ họ tên)</div></div>
<footer>Lập từ nhật ký phòng diễn tập, tính đến {printed}.</footer></body></html>
"""

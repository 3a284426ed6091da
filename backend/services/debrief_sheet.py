"""The debrief on paper, for the minutes: CSV for a spreadsheet, one HTML file to print. Both in Vietnamese."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from statistics import median
from typing import Final, Literal

from backend.contracts.kinds.alerts import ALERT_KINDS
from backend.contracts.marks import Mark
from backend.contracts.replay import AnswerTimes, Debrief

Standing = Literal["in_time", "late", "missing", "open", "none"]

STANDINGS_VI: Final[dict[Standing, str]] = {
    "in_time": "Đúng hạn",
    "late": "Muộn",
    "missing": "Không thực hiện",
    "open": "Chưa đến hạn",
    "none": "",
}
PRIORITIES_VI: Final = {1: "1 Khẩn cấp", 2: "2 Cao", 3: "3 Trung bình", 4: "4 Thấp", 5: "Hệ thống"}
_COLUMNS: Final = (
    "Phát sinh lúc", "Mức", "Loại", "Cảnh báo",
    "Ghi nhận sau (s)", "Hạn ghi nhận (s)", "Kết quả ghi nhận", "Người ghi nhận",
    "Nhận xử lý sau (s)", "Người nhận xử lý",
    "Chuyển đơn vị sau (s)", "Hạn chuyển (s)", "Kết quả chuyển", "Người chuyển", "Đơn vị được chuyển",
    "Kết thúc sau (s)",
)  # fmt: skip
_COMMENT_COLUMNS: Final = ("Thời điểm", "Người nhận xét", "Nhận xét")


@dataclass(frozen=True, slots=True)
class SheetContext:
    """What the sheet says besides the times. `users` and `agencies`: id -> name for people."""

    site_vi: str
    utc_offset_min: int
    printed_ms: int
    printed_by: str
    exercise_vi: str = ""
    marks: Sequence[Mark] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)

    def instant(self, at_ms: int) -> str:
        local = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=self.utc_offset_min)
        return f"{local:%H:%M:%S %d/%m/%Y}"

    def user(self, user: str) -> str:
        return self.users.get(user, user)


def standing(raised_ms: int, done_ms: int | None, target_s: float | None, end_ms: int) -> Standing:
    """How an answer stands against its target, as it is known at `end_ms`."""
    if target_s is None:
        return "none"
    if done_ms is None:
        return "missing" if end_ms - raised_ms > target_s * 1000 else "open"
    return "in_time" if done_ms - raised_ms <= target_s * 1000 else "late"


def comments(marks: Sequence[Mark], start_ms: int, end_ms: int) -> list[Mark]:
    """The supervisors' comments on a span, as they stand in it."""
    found = [mark for mark in marks if mark.kind == "debrief" and start_ms <= mark.at_ms <= end_ms]
    return sorted(found, key=lambda mark: (mark.at_ms, mark.placed_ms, mark.mark_id))


def to_csv(found: Debrief, context: SheetContext) -> str:
    """Comma separated, CRLF, with a byte order mark so that spreadsheets read the accents."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    said = [
        (context.instant(mark.at_ms), context.user(mark.placed_by), mark.text)
        for mark in comments(context.marks, found.start_ms, found.end_ms)
    ]
    parts: list[Sequence[Sequence[str]]] = [
        _summary(found, context),
        _targets(found),
        [_COLUMNS, *(_row(times, found.end_ms, context) for times in found.alerts)],
    ]
    if said:
        parts.append([_COMMENT_COLUMNS, *said])
    for rows in parts:
        for row in rows:
            writer.writerow([_harmless(cell) for cell in row])
        writer.writerow([])
    return text.getvalue()


def to_html(found: Debrief, context: SheetContext) -> str:
    """One file, nothing loaded from elsewhere, A4 landscape when printed; comments stand where they belong."""
    lines: list[tuple[int, str]] = [
        (times.raised_ms, _alert_line(times, found.end_ms, context)) for times in found.alerts
    ]
    for mark in comments(context.marks, found.start_ms, found.end_ms):
        who, when = escape(context.user(mark.placed_by)), escape(context.instant(mark.at_ms))
        said = f'<td>{when}</td><td colspan="{_WIDTH - 1}"><b>{who}:</b> {escape(mark.text)}</td>'
        lines.append((mark.at_ms, f'<tr class="comment">{said}</tr>'))
    lines.sort(key=lambda line: line[0])
    summary = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _summary(found, context))
    head, *targets = _targets(found)
    return _PAGE.format(
        site=escape(context.site_vi),
        band=f'<div class="band">DIỄN TẬP – {escape(context.exercise_vi)}</div>' if context.exercise_vi else "",
        summary=summary,
        heads="".join(f"<th>{escape(head)}</th>" for head in _HEADS),
        lines="".join(line for _, line in lines)
        or f'<tr><td colspan="{_WIDTH}">Không có cảnh báo nào phát sinh.</td></tr>',
        targets=table(head, targets) if targets else "<p>Chưa quy định thời hạn.</p>",
        printed=escape(context.instant(context.printed_ms)),
        printed_by=escape(context.user(context.printed_by)),
    )


def _harmless(cell: str) -> str:
    """A text that begins like a formula would be computed by a spreadsheet."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _number(value: float | None) -> str:
    """At most one decimal, with the decimal comma; "" = none."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _after_s(times: AnswerTimes, done_ms: int | None) -> float | None:
    return None if done_ms is None else (done_ms - times.raised_ms) / 1000


def _acknowledged(times: AnswerTimes, end_ms: int) -> Standing:
    return standing(times.raised_ms, times.acknowledged_ms, times.acknowledge_target_s, end_ms)


def _dispatched(times: AnswerTimes, end_ms: int) -> Standing:
    return standing(times.raised_ms, times.dispatched_ms, times.dispatch_target_s, end_ms)


def _summary(found: Debrief, context: SheetContext) -> list[tuple[str, str]]:
    after = [_after_s(times, times.acknowledged_ms) for times in found.alerts]
    known = [value for value in after if value is not None]
    stands = [_acknowledged(times, found.end_ms) for times in found.alerts]
    rows = [
        ("Trung tâm", context.site_vi),
        ("Từ", context.instant(found.start_ms)),
        ("Đến", context.instant(found.end_ms)),
        ("Số cảnh báo", str(len(found.alerts))),
        ("Ghi nhận đúng hạn", str(stands.count("in_time"))),
        ("Ghi nhận muộn", str(stands.count("late"))),
        ("Quá hạn, không ai ghi nhận", str(stands.count("missing"))),
        ("Thời gian ghi nhận, trung vị (s)", _number(median(known)) if known else ""),
    ]
    return [("Diễn tập", context.exercise_vi), *rows] if context.exercise_vi else rows


def _targets(found: Debrief) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Mức", "Hạn ghi nhận (s)", "Hạn chuyển đơn vị (s)", "Căn cứ")]
    for one in found.targets:
        name = PRIORITIES_VI.get(one.priority, str(one.priority))
        rows.append((name, _number(one.acknowledge_s), _number(one.dispatch_s), one.source))
    return rows if found.targets else [("Chưa quy định thời hạn",)]


def _row(times: AnswerTimes, end_ms: int, context: SheetContext) -> tuple[str, ...]:
    kind = ALERT_KINDS.get(times.kind)
    return (
        context.instant(times.raised_ms),
        PRIORITIES_VI.get(times.priority, str(times.priority)),
        kind.name_vi if kind else times.kind,
        times.headline_vi,
        _number(_after_s(times, times.acknowledged_ms)),
        _number(times.acknowledge_target_s),
        STANDINGS_VI[_acknowledged(times, end_ms)],
        context.user(times.acknowledged_by),
        _number(_after_s(times, times.owned_ms)),
        context.user(times.owned_by),
        _number(_after_s(times, times.dispatched_ms)),
        _number(times.dispatch_target_s),
        STANDINGS_VI[_dispatched(times, end_ms)],
        context.user(times.dispatched_by),
        context.agencies.get(times.dispatched_to, times.dispatched_to),
        _number(_after_s(times, times.closed_ms)),
    )


_HEADS: Final = (
    "Phát sinh", "Mức", "Cảnh báo", "Ghi nhận", "Nhận xử lý", "Chuyển đơn vị", "Kết thúc",
)  # fmt: skip
_WIDTH: Final = len(_HEADS)


def _alert_line(times: AnswerTimes, end_ms: int, context: SheetContext) -> str:
    kind = ALERT_KINDS.get(times.kind)
    acknowledged, dispatched = _acknowledged(times, end_ms), _dispatched(times, end_ms)
    agency = context.agencies.get(times.dispatched_to, times.dispatched_to)
    cells = (
        ("", escape(context.instant(times.raised_ms))),
        ("", escape(PRIORITIES_VI.get(times.priority, str(times.priority)))),
        ("", f"{escape(times.headline_vi)}<br><small>{escape(kind.name_vi if kind else times.kind)}</small>"),
        (acknowledged, _deed(_after_s(times, times.acknowledged_ms), times.acknowledge_target_s, acknowledged,
                             context.user(times.acknowledged_by))),
        ("", _deed(_after_s(times, times.owned_ms), None, "none", context.user(times.owned_by))),
        (dispatched, _deed(_after_s(times, times.dispatched_ms), times.dispatch_target_s, dispatched,
                           " → ".join(filter(None, (context.user(times.dispatched_by), agency))))),
        ("", escape(duration(_after_s(times, times.closed_ms)))),
    )  # fmt: skip
    return "<tr>" + "".join(f'<td class="{name}">{text}</td>' for name, text in cells) + "</tr>"


def _deed(after_s: float | None, target_s: float | None, stands: Standing, who: str) -> str:
    figures = duration(after_s) or "–"
    if target_s is not None:
        figures += f" / {duration(target_s)}"
    lines = [figures, STANDINGS_VI[stands], who]
    return "<br>".join(escape(line) for line in lines if line)


def duration(seconds: float | None) -> str:
    """ "0:41", "12:05", "1:02:05": as on a stopwatch; "" = none."""
    if seconds is None:
        return ""
    sign, whole = ("-" if seconds <= -0.5 else ""), round(abs(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{left:02d}" if hours else f"{sign}{minutes}:{left:02d}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table, every cell escaped."""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


_PAGE: Final = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Rút kinh nghiệm ca trực – {site}</title><style>
@page {{ size: A4 landscape; margin: 12mm }}
body {{ font: 10.5pt/1.4 "Be Vietnam Pro", "Segoe UI", sans-serif; color: #111; margin: 16px }}
h1 {{ font-size: 17pt; margin: 0 0 4px }} h2 {{ font-size: 13pt; margin: 18px 0 6px }}
.band {{ padding: 4px 10px; margin-bottom: 10px; font-weight: 700; border: 4px solid #f2b705 }}
dl {{ display: grid; grid-template-columns: max-content auto max-content auto; gap: 2px 14px; margin: 8px 0 }}
dt {{ color: #444 }} dd {{ margin: 0; font-weight: 600 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #999; padding: 3px 6px; text-align: left; vertical-align: top }}
th {{ background: #eee; print-color-adjust: exact }} tr {{ break-inside: avoid }} small {{ color: #555 }}
td.in_time {{ color: #1b6e2c }} td.late {{ color: #9a5b00; font-weight: 700 }}
td.missing {{ color: #b00020; font-weight: 700 }}
tr.comment td {{ background: #f4f1e4; print-color-adjust: exact; white-space: pre-line }}
.sign {{ display: flex; justify-content: space-around; margin-top: 28px; text-align: center; break-inside: avoid }}
.sign div {{ min-height: 80px }} footer {{ color: #555; font-size: 9pt; margin-top: 12px }}
</style></head><body>{band}
<h1>RÚT KINH NGHIỆM CA TRỰC</h1><dl>{summary}</dl>
<h2>Diễn biến</h2><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>
<h2>Thời hạn áp dụng</h2>{targets}
<div class="sign"><div>Giám sát<br>(ký, ghi rõ họ tên)</div><div>Trưởng ca trực<br>(ký, ghi rõ họ tên)</div></div>
<footer>Lập từ nhật ký sự kiện lúc {printed}, người lập: {printed_by}.
Thời gian tính từ lúc cảnh báo phát sinh.</footer>
</body></html>
"""

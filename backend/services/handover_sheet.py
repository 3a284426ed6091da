"""The hand-over sheet of a watch (biên bản giao ca) in Vietnamese: what stands in it, and as one HTML file to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from backend.contracts.alerts import AlertPhase
from backend.contracts.shifts import HandoverSheet, SheetAlert, Signature
from backend.services.debrief_sheet import PRIORITIES_VI, SheetContext, table

TASK_STATES_VI: Final = {"done": "Đã làm", "skipped": "Bỏ qua", "overdue": "Quá hạn", "open": "Chưa đến hạn"}
PHASES_VI: Final = {
    AlertPhase.ACTIVE_UNACKNOWLEDGED: "Chưa ghi nhận",
    AlertPhase.ACTIVE_ACKNOWLEDGED: "Đã ghi nhận",
    AlertPhase.RETURNED_UNACKNOWLEDGED: "Đã hết, chưa ghi nhận",
    AlertPhase.NORMAL: "Kết thúc",
    AlertPhase.LATCHED_UNACKNOWLEDGED: "Đã hết, chờ ghi nhận và đặt lại",
    AlertPhase.LATCHED_ACKNOWLEDGED: "Đã hết, chờ đặt lại",
    AlertPhase.SHELVED: "Gác lại",
    AlertPhase.SUPPRESSED: "Bị chặn theo quy tắc",
    AlertPhase.OUT_OF_SERVICE: "Ngừng hoạt động",
}
INCIDENT_PHASES_VI: Final = {"open": "Mới", "in_hand": "Đang xử lý", "resolved": "Đã giải quyết", "closed": "Đã đóng"}
NOTHING_VI: Final = "Không có."
_ALERT_HEAD: Final = ("Mức", "Cảnh báo", "Trạng thái", "Phát sinh", "Ghi nhận", "Người giữ")


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the sheet.

    Attributes:
        shares: of each column, how much of the page's width it takes where that is fixed; 1 in sum.
        rows: none = there is nothing of the kind, which is told, too.
    """

    title: str
    head: tuple[str, ...]
    shares: tuple[float, ...]
    rows: Sequence[tuple[str, ...]]


def title(sheet: HandoverSheet, context: SheetContext) -> str:
    return f"Biên bản giao ca – {sheet.shift_vi} – {context.site_vi}"


def summary(sheet: HandoverSheet, context: SheetContext) -> list[tuple[str, str]]:
    """Whose watch it was, from when until when, and its counts."""
    tally = sheet.tally
    raised = ", ".join(f"{PRIORITIES_VI[n]}: {count}" for n, count in enumerate(tally.raised, 1))
    return [
        ("Trung tâm", context.site_vi),
        ("Ca trực", sheet.shift_vi),
        ("Từ", context.instant(sheet.begins_ms)),
        ("Đến", context.instant(sheet.ends_ms)),
        ("Trực ca", ", ".join(context.user(one.user) for one in sheet.crew)),
        ("Phát sinh (tính từ lúc nhận ca)", raised),
        ("Ghi nhận / kết thúc", f"{tally.acknowledged} / {tally.closed}"),
        ("Lập lúc", f"{context.instant(sheet.made_ms)}, {context.user(sheet.made_by)}"),
    ]


def sections(sheet: HandoverSheet, context: SheetContext) -> list[Section]:
    """Everything that is handed over, in the order of the sheet; the same on every kind of paper."""
    tasks = [
        (one.words_vi, TASK_STATES_VI[one.state], context.instant(one.due_ms), context.user(one.who), one.text)
        for one in sheet.tasks
    ]
    incidents = [
        (f"#{one.number}", one.title, INCIDENT_PHASES_VI.get(one.phase, one.phase), context.user(one.lead))
        for one in sheet.incidents
    ]
    notes = [(context.instant(one.at_ms), context.user(one.who), one.text) for one in sheet.notes]
    return [
        _alerts(f"Cảnh báo chưa kết thúc ({sheet.open_count})", sheet.open, context),
        _alerts("Gác lại, chặn, ngừng hoạt động", sheet.aside, context),
        _alerts("Phát sinh trong ca, đã kết thúc", sheet.over, context),
        Section("Sự việc chưa đóng", ("Số", "Sự việc", "Trạng thái", "Chủ trì"), (0.1, 0.5, 0.2, 0.2), incidents),
        _names("Cảnh báo thiên tai còn hiệu lực", "Bản tin", sheet.warnings),
        _names("Sự cố hệ thống", "Sự cố", sheet.faults),
        _names("Nguồn dữ liệu im lặng", "Nguồn", sheet.silent),
        _names("Camera mất tín hiệu", "Camera", sheet.lost),
        Section(
            "Nhiệm vụ trong ca",
            ("Nhiệm vụ", "Kết quả", "Hạn", "Người làm", "Ghi chú"),
            (0.34, 0.14, 0.14, 0.16, 0.22),
            tasks,
        ),
        Section("Ghi chép trong ca", ("Lúc", "Người ghi", "Nội dung"), (0.16, 0.2, 0.64), notes),
    ]


def signed(signature: Signature | None, context: SheetContext) -> tuple[str, str]:
    """Who signed, and when; of nobody it says so."""
    return ("(chưa ký)", "") if signature is None else (context.user(signature.user), context.instant(signature.at_ms))


def to_html(
    sheet: HandoverSheet,
    digest: str,
    leaving: Signature | None,
    coming: Signature | None,
    context: SheetContext,
) -> str:
    """One file, nothing loaded from elsewhere, A4 when printed; every text escaped."""
    body = "".join(
        f"<h2>{escape(one.title)}</h2>" + (table(one.head, one.rows) if one.rows else f"<p>{NOTHING_VI}</p>")
        for one in sections(sheet, context)
    )
    return _PAGE.format(
        title=escape(title(sheet, context)),
        band=f'<div class="band">DIỄN TẬP – {escape(context.exercise_vi)}</div>' if context.exercise_vi else "",
        summary="".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in summary(sheet, context)),
        body=body,
        remarks=escape(sheet.remarks).replace("\n", "<br>") or NOTHING_VI,
        leaving=_signed_html(leaving, context),
        coming=_signed_html(coming, context),
        digest=escape(digest),
    )


def _alerts(title_vi: str, alerts: Sequence[SheetAlert], context: SheetContext) -> Section:
    rows: list[tuple[str, ...]] = []
    for one in alerts:
        known = ""
        if one.acknowledged_ms is not None:
            known = f"{context.instant(one.acknowledged_ms)}, {context.user(one.acknowledged_by)}"
        phase = PHASES_VI.get(AlertPhase(one.phase), one.phase)
        raised = context.instant(one.raised_ms)
        priority = PRIORITIES_VI.get(one.priority, str(one.priority))
        rows.append((priority, one.headline_vi, phase, raised, known, context.user(one.owner)))
    return Section(title_vi, _ALERT_HEAD, (0.12, 0.3, 0.15, 0.13, 0.17, 0.13), rows)


def _names(title_vi: str, head: str, names: Sequence[str]) -> Section:
    return Section(title_vi, (head,), (1.0,), [(one,) for one in names])


def _signed_html(signature: Signature | None, context: SheetContext) -> str:
    who, when = signed(signature, context)
    return escape(who) + (f"<br><small>{escape(when)}</small>" if when else "")


_PAGE: Final = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 14mm }}
body {{ font: 10.5pt/1.4 "Be Vietnam Pro", "Segoe UI", sans-serif; color: #111; margin: 16px }}
h1 {{ font-size: 17pt; margin: 0 0 4px }} h2 {{ font-size: 12pt; margin: 14px 0 4px }} p {{ margin: 2px 0 }}
.band {{ padding: 4px 10px; margin-bottom: 10px; font-weight: 700; border: 4px solid #f2b705 }}
dl {{ display: grid; grid-template-columns: max-content auto; gap: 2px 14px; margin: 8px 0 }}
dt {{ color: #444 }} dd {{ margin: 0; font-weight: 600 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #999; padding: 3px 6px; text-align: left; vertical-align: top }}
th {{ background: #eee; print-color-adjust: exact }} tr {{ break-inside: avoid }} small {{ color: #555 }}
.signs {{ display: grid; grid-template-columns: 1fr 1fr; text-align: center; margin-top: 24px; break-inside: avoid }}
footer {{ margin-top: 18px; color: #555; font-size: 8.5pt; word-break: break-all }}
</style></head><body>{band}<h1>BIÊN BẢN GIAO CA</h1><dl>{summary}</dl>{body}
<h2>Ý kiến của người giao ca</h2><p>{remarks}</p>
<div class="signs"><div><b>Người giao ca</b><br>{leaving}</div><div><b>Người nhận ca</b><br>{coming}</div></div>
<footer>SHA-256: {digest}</footer></body></html>
"""

"""The hand-over sheet of a watch (biên bản giao ca) on paper: one HTML file to print, in Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
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
_ALERT_HEAD: Final = ("Mức", "Cảnh báo", "Trạng thái", "Phát sinh", "Ghi nhận", "Người giữ")


def to_html(
    sheet: HandoverSheet,
    digest: str,
    leaving: Signature | None,
    coming: Signature | None,
    context: SheetContext,
) -> str:
    """One file, nothing loaded from elsewhere, A4 when printed; every text escaped."""
    tally = sheet.tally
    raised = ", ".join(f"{PRIORITIES_VI[n]}: {count}" for n, count in enumerate(tally.raised, 1))
    summary = (
        ("Trung tâm", context.site_vi),
        ("Ca trực", sheet.shift_vi),
        ("Từ", context.instant(sheet.begins_ms)),
        ("Đến", context.instant(sheet.ends_ms)),
        ("Trực ca", ", ".join(context.user(one.user) for one in sheet.crew)),
        ("Phát sinh (tính từ lúc nhận ca)", raised),
        ("Ghi nhận / kết thúc", f"{tally.acknowledged} / {tally.closed}"),
        ("Lập lúc", f"{context.instant(sheet.made_ms)}, {context.user(sheet.made_by)}"),
    )
    tasks = [
        (one.words_vi, TASK_STATES_VI[one.state], context.instant(one.due_ms), context.user(one.who), one.text)
        for one in sheet.tasks
    ]
    incidents = [
        (f"#{one.number}", one.title, INCIDENT_PHASES_VI.get(one.phase, one.phase), context.user(one.lead))
        for one in sheet.incidents
    ]
    notes = [(context.instant(one.at_ms), context.user(one.who), one.text) for one in sheet.notes]
    parts = (
        (f"Cảnh báo chưa kết thúc ({sheet.open_count})", _ALERT_HEAD, _alerts(sheet.open, context)),
        ("Gác lại, chặn, ngừng hoạt động", _ALERT_HEAD, _alerts(sheet.aside, context)),
        ("Phát sinh trong ca, đã kết thúc", _ALERT_HEAD, _alerts(sheet.over, context)),
        ("Sự việc chưa đóng", ("Số", "Sự việc", "Trạng thái", "Chủ trì"), incidents),
        ("Cảnh báo thiên tai còn hiệu lực", ("Bản tin",), [(one,) for one in sheet.warnings]),
        ("Sự cố hệ thống", ("Sự cố",), [(one,) for one in sheet.faults]),
        ("Nguồn dữ liệu im lặng", ("Nguồn",), [(one,) for one in sheet.silent]),
        ("Camera mất tín hiệu", ("Camera",), [(one,) for one in sheet.lost]),
        ("Nhiệm vụ trong ca", ("Nhiệm vụ", "Kết quả", "Hạn", "Người làm", "Ghi chú"), tasks),
        ("Ghi chép trong ca", ("Lúc", "Người ghi", "Nội dung"), notes),
    )
    body = "".join(
        f"<h2>{escape(title)}</h2>" + (table(head, rows) if rows else "<p>Không có.</p>") for title, head, rows in parts
    )
    return _PAGE.format(
        title=f"Biên bản giao ca – {escape(sheet.shift_vi)} – {escape(context.site_vi)}",
        band=f'<div class="band">DIỄN TẬP – {escape(context.exercise_vi)}</div>' if context.exercise_vi else "",
        summary="".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in summary),
        body=body,
        remarks=escape(sheet.remarks).replace("\n", "<br>") or "Không có.",
        leaving=_signed(leaving, context),
        coming=_signed(coming, context),
        digest=escape(digest),
    )


def _alerts(alerts: Sequence[SheetAlert], context: SheetContext) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in alerts:
        known = ""
        if one.acknowledged_ms is not None:
            known = f"{context.instant(one.acknowledged_ms)}, {context.user(one.acknowledged_by)}"
        phase = PHASES_VI.get(AlertPhase(one.phase), one.phase)
        raised = context.instant(one.raised_ms)
        priority = PRIORITIES_VI.get(one.priority, str(one.priority))
        rows.append((priority, one.headline_vi, phase, raised, known, context.user(one.owner)))
    return rows


def _signed(signature: Signature | None, context: SheetContext) -> str:
    if signature is None:
        return "(chưa ký)"
    return f"{escape(context.user(signature.user))}<br><small>{escape(context.instant(signature.at_ms))}</small>"


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

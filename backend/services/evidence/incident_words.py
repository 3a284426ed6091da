"""Lines of an incident's log as Vietnamese sentences, for papers. Plain text, never markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.contracts.incidents import Incident, IncidentLine
from backend.contracts.kinds.incidents import CAUSE_CATEGORIES

PHASE: Final = {"open": "mới mở", "in_hand": "đang xử lý", "resolved": "đã xử lý xong", "closed": "đã đóng"}
TASK: Final = {
    "asked": "đã yêu cầu",
    "accepted": "đã nhận",
    "on_the_way": "đang đến",
    "arrived": "đã có mặt",
    "done": "đã xong",
    "refused": "từ chối",
}
STEP: Final = {
    "open": "lấy lại",
    "done": "đã xong",
    "skipped": "bỏ qua",
    "not_applicable": "không áp dụng",
    "yes": "có",
    "no": "không",
}


def cause_name(cause: str) -> str:
    return next((named.name_vi for key, named in CAUSE_CATEGORIES.items() if key == cause), cause)


def step_name(incident: Incident | None, step_id: str) -> str:
    step = incident.run.sop.step(step_id) if incident is not None and incident.run is not None else None
    return step.words_vi if step is not None else step_id


def line_told(
    line: IncidentLine, incident: Incident | None, alert_name: Callable[[str], str], agency_name: Callable[[str], str]
) -> str:
    """What happened; who did it stands beside it."""
    what = _what(line, incident, alert_name, agency_name)
    in_it = line.kind in ("opened", "changed", "note", "lead")
    return f"{what}: {line.text}" if line.text and not in_it else what


def _what(
    line: IncidentLine, incident: Incident | None, alert_name: Callable[[str], str], agency_name: Callable[[str], str]
) -> str:
    task = incident.task(line.about) if incident is not None else None
    asked = "Việc đã giao" if task is None else f"{agency_name(task.agency_id)} – {task.what}"
    if line.kind == "phase":
        cause = f", nguyên nhân: {cause_name(line.word).lower()}" if line.word else ""
        return f"Sự việc {PHASE.get(line.about, line.about)}{cause}"
    if line.kind == "overdue":
        if line.word == "step":
            return f"Quá hạn bước «{step_name(incident, line.about)}»"
        return f"{'Chưa đến như đã hẹn' if line.word == 'eta' else 'Quá hạn'}: {asked}"
    if line.kind == "lead":
        return f"{line.about} chủ trì" if line.about else "Thôi chủ trì"
    return {
        "opened": f"Mở sự việc «{line.text}»",
        "linked": f"Ghép «{alert_name(line.about)}»",
        "unlinked": f"Tách «{alert_name(line.about)}»",
        "changed": f"Sửa sự việc: {line.text}",
        "note": line.text,
        "sop": f"Theo quy trình «{line.about}» bản {line.word}",
        "step": f"Bước «{step_name(incident, line.about)}»: {STEP.get(line.word, line.word)}",
        "task": f"{asked}: {TASK.get(line.word, line.word)}",
        "reviewed": "Giám sát đã xem các bước bỏ qua và quá hạn",
    }[line.kind]

"""The closing report of an incident on paper: what it was, where, who did what when, how well the times were kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PIL import Image as Picture
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph

from backend.contracts.alerts import Alert
from backend.contracts.incidents import Incident
from backend.contracts.kinds.incidents import INCIDENT_CATEGORIES
from backend.contracts.site import Site
from backend.contracts.sop import Standing, standing
from backend.contracts.state import RoomState
from backend.services.evidence.case import SourceFile
from backend.services.evidence.footage import footage
from backend.services.evidence.gather import source_file
from backend.services.evidence.incident_words import PHASE, STEP, TASK, cause_name, line_told
from backend.services.evidence.names import LocalTime
from backend.services.evidence.paper import (
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
from backend.services.evidence.pictures import Painting, still
from backend.services.evidence.report_map import MapDrawing
from backend.services.evidence.words import PRIORITY, Names
from backend.storage.segments import SegmentsStore

CAMERAS_MOST: Final = 6
INSTANTS_MOST: Final = 3
AROUND_MS: Final = 60_000
"""A recorded file that holds the instant of a picture begins and ends no farther away."""

FILES_MOST: Final = 200
_LINES_MOST: Final = 1_500
_WHO: Final = {"duty_officer": "trực ban", "leader": "lãnh đạo", "supervisor": "giám sát", "agency": "cơ quan"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the report is made of; the map shows it (`report_map.Shows`)."""

    site: Site
    incident: Incident
    alerts: tuple[Alert, ...]
    camera_ids: tuple[str, ...]
    communes_file: str
    made_by: str
    made_ms: int
    stills: tuple[tuple[Picture.Image, str], ...] = ()

    @property
    def names(self) -> Names:
        known = {alert.alert_id: alert for alert in self.alerts}
        return Names(self.site, LocalTime(self.site.utc_offset_min), known)


async def incident_report(
    state: RoomState, incident: Incident, segments: SegmentsStore, communes_file: Path, made_by: str, made_ms: int
) -> bytes:
    """The PDF. Pictures are taken out of the recordings where there are any.

    Raises:
        StorageError: the index of the recordings cannot be read.
        ValueError: the room has no site.
    """
    if state.site is None:
        raise ValueError("the room has no site yet")
    keys = [link.key for link in incident.links if link.kind == "alert"]
    alerts = tuple(alert for key in keys if (alert := state.find_alert(key)) is not None)
    cameras = _cameras(state.site, incident, alerts)
    sheet = Sheet(state.site, incident, alerts, cameras, str(communes_file.resolve()), made_by, made_ms)
    instants = _instants(incident, alerts)
    recorded: list[SourceFile] = []
    for camera_id in cameras:
        for at_ms in instants:
            rows = await segments.overlapping([camera_id], at_ms - AROUND_MS, at_ms + AROUND_MS, FILES_MOST)
            recorded += [source_file(segments, row) for row in rows if row.volume in segments.volumes]
    return await asyncio.to_thread(_made, sheet, tuple(dict.fromkeys(recorded)), instants)


def _cameras(site: Site, incident: Incident, alerts: Sequence[Alert]) -> tuple[str, ...]:
    """The cameras that saw it, then those at the stations, then those that a step named."""
    known = {camera.camera_id for camera in site.cameras}
    at_station = {station.station_id: station.camera_ids for station in site.stations}
    at_site = {one.fire_site_id: one.camera_ids for one in site.fire_sites}
    found: list[str] = []
    for alert in alerts:
        if alert.detection is not None:
            found += [alert.detection.camera_id, *alert.detection.also]
        found += [*at_station.get(alert.place_id, ()), *at_site.get(alert.place_id, ()), alert.place_id]
    steps = incident.run.sop.steps if incident.run is not None else ()
    found += [step.open_key for step in steps if step.opens == "camera"]
    return tuple(dict.fromkeys(one for one in found if one in known))[:CAMERAS_MOST]


def _instants(incident: Incident, alerts: Sequence[Alert]) -> tuple[int, ...]:
    """When the worst alerts were raised, else when it was opened."""
    worst = sorted(alerts, key=lambda alert: (alert.priority, alert.raised_ms))
    raised = dict.fromkeys(alert.raised_ms for alert in worst)
    return tuple(sorted(tuple(raised)[:INSTANTS_MOST])) or (incident.opened_ms,)


def _made(sheet: Sheet, recorded: Sequence[SourceFile], instants: Sequence[int]) -> bytes:
    local = sheet.names.local
    stills: list[tuple[Picture.Image, str]] = []
    for camera_id in sheet.camera_ids:
        files = [one for one in recorded if one.camera_id == camera_id]
        for at_ms in instants:
            # From a little before: the file that holds the instant begins at a key frame of its own.
            piece = footage(files, at_ms - AROUND_MS, at_ms + AROUND_MS).at(at_ms)
            found = None if piece is None else still(piece, at_ms, Painting())
            if found is not None:
                stills.append((found[0], f"{sheet.names.camera(camera_id)} · {local.clock(found[1])}"))
    return report(replace(sheet, stills=tuple(stills)))


def report(sheet: Sheet) -> bytes:
    """The PDF of a sheet."""
    fonts()
    incident = sheet.incident
    title = f"#{incident.number} {incident.title}"
    head = "BÁO CÁO KẾT THÚC SỰ VIỆC" if incident.phase == "closed" else "BÁO CÁO SỰ VIỆC (CHƯA KẾT THÚC)"
    parts: list[Flowable] = [
        *banners(sheet.site),
        Paragraph(head, HEAD),
        Paragraph(text(title), TITLE),
        table((), _facts(sheet), (0.24, 0.76)),
        *_map(sheet),
        *_alerts(sheet),
        *_procedure(sheet),
        *_tasks(sheet),
        *_log(sheet),
        *pictures([picture(image, words) for image, words in sheet.stills]),
    ]
    site = sheet.site.name_vi
    return printed(parts, title, site, "Báo cáo sự việc", f"{site} · sự việc #{incident.number}")


def _facts(sheet: Sheet) -> list[tuple[str, str]]:
    incident, local = sheet.incident, sheet.names.local
    until_ms = incident.closed_ms or sheet.made_ms
    place = f"{incident.lat_deg:.5f}, {incident.lon_deg:.5f}" if incident.lat_deg and incident.lon_deg else ""
    commune = next((one.name for one in sheet.site.communes if one.code == incident.commune_code), "")
    rows = [
        ("Đơn vị", sheet.site.name_vi),
        ("Loại, mức", f"{INCIDENT_CATEGORIES[incident.category].name_vi}, {PRIORITY[incident.priority]}"),
        ("Nơi", " · ".join(dict.fromkeys(part for part in (incident.place_name, commune, place) if part))),
        ("Mở", f"{local.shown(incident.opened_ms)}, {incident.opened_by}"),
        ("Trạng thái", PHASE[incident.phase]),
        ("Chủ trì", incident.lead or "chưa có ai"),
        ("Kéo dài", _lasted(until_ms - incident.opened_ms)),
        ("Nguyên nhân", cause_name(incident.cause) if incident.cause else ""),
        ("Tóm tắt", incident.summary),
        ("Lập báo cáo", f"{sheet.made_by}, lúc {local.shown(sheet.made_ms)}"),
    ]
    if incident.exercise:
        rows.insert(0, ("DIỄN TẬP", "Sự việc thuộc một cuộc diễn tập"))
    return [row for row in rows if row[1]]


def _lasted(span_ms: int) -> str:
    """ "1 giờ 05 phút", "4 phút 10 giây"."""
    seconds = max(0, span_ms // 1000)
    if seconds >= 3600:
        return f"{seconds // 3600} giờ {seconds % 3600 // 60:02d} phút"
    return f"{seconds // 60} phút {seconds % 60:02d} giây" if seconds >= 60 else f"{seconds} giây"


def _map(sheet: Sheet) -> list[Flowable]:
    placed = any(alert.lat_deg is not None for alert in sheet.alerts) or sheet.camera_ids
    return section("Bản đồ", [MapDrawing(sheet, WIDTH, 100 * mm)]) if placed else []


def _alerts(sheet: Sheet) -> list[Flowable]:
    local = sheet.names.local
    rows = [
        (local.shown(alert.raised_ms), PRIORITY[alert.priority], alert.headline_vi, alert.place_name)
        for alert in sheet.alerts
    ]
    forgotten = len(sheet.incident.links) - len(rows)
    if forgotten:
        rows.append(("", "", f"và {forgotten} mục nữa, xem nhật ký", ""))
    return (
        section("Cảnh báo", [table(("Lúc", "Mức", "Nội dung", "Nơi"), rows, (0.2, 0.12, 0.44, 0.24))]) if rows else []
    )


def _procedure(sheet: Sheet) -> list[Flowable]:
    run = sheet.incident.run
    if run is None:
        return []
    sop = run.sop
    rows = [_step_row(sheet, one) for one in standing(run)]
    verified = "" if sop.verified else " (chưa xác minh)"
    words = f"{sop.title_vi}, bản {sop.version}. Căn cứ: {sop.source}{verified}"
    header = ("Bước", "Ai", "Kết quả", "Thời hạn", "Thực hiện")
    return section("Quy trình", [table(header, rows, (0.38, 0.14, 0.22, 0.12, 0.14)), Paragraph(text(words), SMALL)])


def _step_row(sheet: Sheet, one: Standing) -> tuple[str, ...]:
    step, mark, local = one.step, one.mark, sheet.names.local
    whose = sheet.names.agency(step.agency_id) if step.agency_id else _WHO[step.who]
    limit = _lasted(step.limit_s * 1000) if step.limit_s else "–"
    if mark is None:
        return step.words_vi, whose, "chưa làm", limit, "–"
    said = f"{STEP[mark.answer or mark.state]}, {mark.who}, {local.shown(mark.at_ms)}"
    taken = _lasted(one.taken_ms) if one.taken_ms is not None else "–"
    return step.words_vi, whose, f"{said}\n{mark.reason}".strip(), limit, f"{taken}{' – QUÁ HẠN' if one.late else ''}"


def _tasks(sheet: Sheet) -> list[Flowable]:
    names, rows = sheet.names, []
    for task in sheet.incident.tasks:
        asked_ms = task.changes[0].at_ms if task.changes else 0
        told = [
            f"{TASK[change.state]} sau {_lasted(change.at_ms - asked_ms)}{f': {change.note}' if change.note else ''}"
            for change in task.changes[1:]
        ]
        late = "\nQUÁ HẠN" if task.late else ""
        promised = f"\nhẹn đến {names.local.shown(task.eta_ms)}" if task.eta_ms is not None else ""
        rows.append(
            (names.agency(task.agency_id), task.what, names.local.shown(asked_ms), "\n".join(told) + promised + late)
        )
    header = ("Cơ quan", "Việc", "Yêu cầu lúc", "Diễn biến")
    return section("Việc giao các cơ quan", [table(header, rows, (0.24, 0.3, 0.16, 0.3))]) if rows else []


def _log(sheet: Sheet) -> list[Flowable]:
    names, incident = sheet.names, sheet.incident
    rows = [
        (names.local.shown(line.at_ms), names.who(line.actor), line_told(line, incident, names.alert, names.agency))
        for line in incident.lines[-_LINES_MOST:]
    ]
    return section("Nhật ký", [table(("Lúc", "Ai", "Việc"), rows, (0.2, 0.16, 0.64))])

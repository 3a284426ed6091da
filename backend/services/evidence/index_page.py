"""index.html: the package to look through by a double click: no script, nothing from elsewhere, any browser."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from backend.services.evidence.case import EVENTS_FILE, STATE_FILE
from backend.services.evidence.contents import Contents, Video
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE
from backend.services.evidence.words import PRIORITY, kind_name

_STYLE: Final = (
    "body{font:16px/1.5 'Be Vietnam Pro','Segoe UI',system-ui,sans-serif;margin:2rem auto;max-width:72rem;"
    "padding:0 1rem;color:#16202a;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;"
    "border-bottom:1px solid #c9d1d9}table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "td,th{border:1px solid #c9d1d9;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#f1f4f7}"
    "video{width:100%;max-height:70vh;background:#000}figure{display:inline-block;width:22rem;margin:.4rem}"
    "figure img{width:100%}figcaption{font-size:.85rem}.hand{background:#fff8e1}.incident{font-weight:600}"
    ".banner{background:#b3001b;color:#fff;padding:.5rem 1rem;font-weight:700}code{word-break:break-all}"
)
_POLICY: Final = "script-src 'none'; connect-src 'none'; object-src 'none'; frame-src 'none'; base-uri 'none'"


def index_page(contents: Contents) -> bytes:
    """The page as UTF-8 HTML."""
    case = contents.case
    body = [
        *_banners(contents),
        f"<h1>{_text(case.order.title)}</h1>",
        _table((), _facts(contents)),
        *_links(),
        *_alerts(contents),
        *_videos(contents),
        *_stills(contents),
        *_timeline(contents),
        *_answers(contents),
        *_readings(contents),
        *_check(contents),
    ]
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{_text(case.order.title)}</title>'
        f"<style>{_STYLE}</style>"
    )
    page = f'<!doctype html>\n<html lang="vi"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"
    return page.encode("utf-8", "replace")


def _text(value: object) -> str:
    return html.escape(str(value))


def _link(path: str, words: str = "") -> str:
    return f'<a href="{_text(quote(path))}">{_text(words or path)}</a>'


def _table(header: Sequence[str], rows: Iterable[tuple[Sequence[str], str]]) -> str:
    """Args: rows: (cells that are HTML already, class)."""
    head = f"<tr>{''.join(f'<th>{_text(cell)}</th>' for cell in header)}</tr>\n" if header else ""
    lines = (
        f"<tr{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for cells, kind in rows
    )
    return f"<table>\n{head}{chr(10).join(lines)}\n</table>"


def _banners(contents: Contents) -> list[str]:
    site = contents.case.site
    banners = [f"DIỄN TẬP: {site.exercise_vi}"] if site.exercise_vi else []
    banners += ["DỮ LIỆU MÔ PHỎNG"] if site.simulated else []
    return [f'<p class="banner">{_text(banner)}</p>' for banner in banners]


def _facts(contents: Contents) -> list[tuple[Sequence[str], str]]:
    case = contents.case
    order = case.order
    facts = [
        ("Đơn vị", case.site.name_vi),
        ("Khoảng thời gian", contents.span_words(order.start_ms, order.end_ms)),
        ("Người yêu cầu", f"{case.ordered_by}, {contents.local.shown(case.ordered_ms)}"),
        ("Mã gói", case.export_id),
        ("Nhật ký sự kiện", f"{case.epoch}, số {case.first_seq} – {case.last_seq}"),
    ]
    facts += [("Không có trong gói", sentence) for sentence in contents.left_out]
    return [((f"<b>{_text(name)}</b>", _text(value)), "") for name, value in facts]


def _links() -> list[str]:
    links = [
        _link("report.pdf", "Báo cáo (PDF)"),
        _link("map.html", "Bản đồ"),
        _link(EVENTS_FILE, "Toàn bộ sự kiện (JSONL)"),
        _link(STATE_FILE, "Trạng thái trước đó (JSON)"),
        _link("README.txt", "Cách kiểm tra gói"),
    ]
    return [f"<p>{' · '.join(links)}</p>"]


def _alerts(contents: Contents) -> list[str]:
    rows = [
        (
            (
                _text(contents.local.shown(alert.raised_ms)),
                _text(alert.headline_vi),
                _text(f"{kind_name(alert.kind)}, mức {PRIORITY[alert.priority]}"),
                _text(alert.place_name),
            ),
            "incident" if alert.alert_id == contents.case.order.alert_id else "",
        )
        for alert in contents.case.alerts
    ]
    if not rows:
        return []
    return ["<h2>Cảnh báo</h2>", _table(("Phát sinh", "Nội dung", "Loại", "Nơi"), rows)]


def _videos(contents: Contents) -> list[str]:
    parts = ["<h2>Camera</h2>"]
    for camera_id in contents.case.camera_ids:
        parts.append(f"<h3>{_text(contents.names.camera(camera_id))}</h3>")
        videos = [video for video in contents.videos if video.camera_id == camera_id]
        parts += [_video(contents, video) for video in videos]
        parts += [] if videos else ["<p>Không có đoạn ghi nào trong khoảng thời gian này.</p>"]
        for words, spans in (("Khoảng trống", contents.holes), ("Đoạn ghi hỏng", contents.damaged)):
            parts += [
                f"<p>{words}: {_text(contents.span_words(start_ms, end_ms))}</p>"
                for start_ms, end_ms in spans.get(camera_id, ())
            ]
    return parts


def _video(contents: Contents, video: Video) -> str:
    shown = video.path or video.copy_path
    links = [_link(video.path, "bản gốc, không nén lại")] if video.path else []
    links += [_link(video.copy_path, "bản sao")] if video.copy_path else []
    links += [_link(video.times_path, "bảng giờ")]
    # Nothing is loaded until somebody presses play: a package may hold hours.
    player = f'<video controls preload="none" src="{_text(quote(shown))}"></video>'
    span = _text(contents.span_words(video.start_ms, video.end_ms))
    return f"<p>{span} · {' · '.join(links)}</p>\n{player}"


def _stills(contents: Contents) -> list[str]:
    if not contents.stills:
        return []
    figures = [
        f'<figure><img loading="lazy" src="{_text(quote(still.path))}" alt=""><figcaption>'
        f"{_text(contents.names.camera(still.camera_id))}<br>{_text(contents.local.clock(still.at_ms))} · "
        f"{_text(still.why)}</figcaption></figure>"
        for still in contents.stills
    ]
    return ["<h2>Ảnh</h2>", *figures]


def _timeline(contents: Contents) -> list[str]:
    rows = [
        (
            (_text(contents.local.clock(line.at_ms)), _text(line.who), _text(line.what), str(line.seq)),
            " ".join(name for name, wanted in (("hand", line.by_hand), ("incident", line.of_incident)) if wanted),
        )
        for line in contents.story.lines
    ]
    more = f"<p>và {contents.story.more} dòng nữa trong {_link(EVENTS_FILE)}</p>" if contents.story.more else ""
    return ["<h2>Diễn biến</h2>", _table(("Thời điểm", "Ai", "Việc", "Số"), rows), more]


def _answers(contents: Contents) -> list[str]:
    rows = [
        (
            (
                _text(answer.headline),
                _text(contents.local.shown(answer.raised_ms)),
                _text(" · ".join(filter(None, (answer.after(answer.acknowledged_ms), answer.acknowledged_by)))),
                _text(" · ".join(filter(None, (answer.after(answer.owned_ms), answer.owned_by)))),
                _text(" · ".join(filter(None, (answer.after(answer.dispatched_ms), answer.dispatched_to)))),
            ),
            "",
        )
        for answer in contents.story.answers
    ]
    if not rows:
        return []
    header = ("Cảnh báo", "Phát sinh", "Xác nhận sau", "Nhận xử lý sau", "Chuyển đi sau")
    return ["<h2>Thời gian xử lý</h2>", _table(header, rows)]


def _readings(contents: Contents) -> list[str]:
    paths = [path for path in sorted(contents.made) if path.startswith("readings/")]
    if not paths:
        return []
    return ["<h2>Số liệu quan trắc</h2>", "<ul>", *(f"<li>{_link(path)}</li>" for path in paths), "</ul>"]


def _check(contents: Contents) -> list[str]:
    seals = ", ".join(_link(path) for path in (MANIFEST, SIGNATURE, PUBLIC_KEY))
    return [
        "<h2>Kiểm tra gói</h2>",
        f"<p>Mã SHA-256 của từng tệp nằm trong {seals}; cách kiểm tra ở {_link('README.txt')}. "
        f"Dấu vân tay khóa ký: <code>{_text(contents.case.fingerprint)}</code></p>",
    ]

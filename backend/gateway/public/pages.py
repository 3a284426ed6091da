"""The pages: one column that a telephone shows, in Vietnamese, without any script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

from backend.contracts.reports import Medium
from backend.gateway.public.told import PublicReport
from backend.services.evidence.names import LocalTime
from config.model import SiteConfig

_STYLE: Final = """
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 system-ui,"Be Vietnam Pro",sans-serif;max-width:44rem;margin:0 auto;padding:0 1rem 3rem}
h1{font-size:1.3rem;margin:1.25rem 0 .25rem}h2{font-size:1.05rem;margin:1.25rem 0 .25rem}article h2{margin-top:0}
a{color:inherit}p{margin:.25rem 0}.small{font-size:.875rem;opacity:.8}
article,dl,form{border-top:1px solid var(--line);padding:.75rem 0;margin:0}
form{display:flex;gap:.5rem;flex-wrap:wrap}select,button{font:inherit;padding:.25rem .5rem;max-width:100%}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.25rem 1rem}dt{opacity:.8}dd{margin:0}
.words{white-space:pre-line;overflow-wrap:anywhere}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.75rem}
figure{margin:0}img{width:100%;height:auto;border-radius:4px}nav{display:flex;justify-content:space-between}
"""
CSP: Final = (
    "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_SIMULATED: Final = '<p class="small">Dữ liệu mô phỏng.</p>'
_TITLE: Final = "Phản ánh hiện trường"
_WORDS: Final = 200


class Pages:
    """Of one site. Every text of a stranger is escaped."""

    def __init__(self, site: SiteConfig) -> None:
        self._site = site
        self._time = LocalTime(site.utc_offset_min)

    def listing(self, reports: Sequence[PublicReport], category_id: str, page: int, more: bool) -> str:
        """A page of published reports, newest first."""
        rows = "".join(self._row(one) for one in reports) or "<p>Chưa có phản ánh nào được công khai ở đây.</p>"
        links = [self._link("‹ Mới hơn", category_id, page - 1) if page > 1 else "<span></span>"]
        links.append(self._link("Cũ hơn ›", category_id, page + 1) if more else "<span></span>")
        return self._page(
            _TITLE,
            f"<h1>{_TITLE}</h1><p>{escape(self._site.name_vi)} – kết quả đã công khai</p>"
            f"{self._choice(category_id)}{rows}<nav>{''.join(links)}</nav>"
            '<p class="small">Dữ liệu mở: <a href="reports.csv">CSV</a>, <a href="reports.geojson">GeoJSON</a>. '
            "Không có thông tin của người phản ánh; vị trí được làm tròn.</p>",
        )

    def single(self, one: PublicReport) -> str:
        """How one report stands; its words and pictures once it is published."""
        facts = [
            ("Trạng thái", one.state_vi),
            ("Lĩnh vực", one.category_vi),
            ("Địa bàn", one.commune_vi),
            ("Đơn vị xử lý", one.agency_vi),
            ("Tiếp nhận", self._time_of(one.received_ms)),
            ("Hạn xử lý", self._time_of(one.due_ms)),
            ("Công khai", self._time_of(one.closed_ms) if one.is_published else ""),
            ("Đánh giá", one.rating_vi.capitalize()),
        ]
        told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
        parts = [f"<h1>{escape(one.code)}</h1>", _SIMULATED if one.simulated else "", f"<dl>{told}</dl>"]
        if one.is_published:
            parts.append(_words("Nội dung", one.text) + _words("Kết quả", one.answer))
            parts.append(_pictures(one.media))
        else:
            parts.append('<p class="small">Nội dung và kết quả hiện ra khi được công khai.</p>')
        parts.append('<p><a href="../reports">Tất cả phản ánh</a></p>')
        return self._page(f"{one.code} – {_TITLE}", "".join(parts))

    def missing(self, code: str) -> str:
        return self._page(
            _TITLE,
            f"<h1>Không có phản ánh {escape(code[:60])}</h1><p>Hãy xem lại mã trong tin nhắn đã nhận.</p>"
            '<p><a href="../reports">Tất cả phản ánh</a></p>',
        )

    def _row(self, one: PublicReport) -> str:
        short = one.text if len(one.text) <= _WORDS else f"{one.text[:_WORDS].rstrip()}…"
        about = " · ".join(part for part in (one.category_vi, one.commune_vi, one.agency_vi) if part)
        at = " · ".join(part for part in (self._time_of(one.closed_ms), one.rating_vi) if part)
        return (
            f'<article><h2><a href="reports/{escape(one.code)}">{escape(one.code)}</a> – {escape(one.state_vi)}</h2>'
            f'<p class="small">{escape(about)}</p><p class="words">{escape(short)}</p>'
            f'<p class="small">{escape(at)}</p>{_SIMULATED if one.simulated else ""}</article>'
        )

    def _choice(self, category_id: str) -> str:
        options = "".join(
            f'<option value="{escape(one.category_id)}"{" selected" if one.category_id == category_id else ""}>'
            f"{escape(one.name_vi)}</option>"
            for one in self._site.reports.rules.categories
        )
        return (
            '<form><label>Lĩnh vực <select name="category"><option value="">Tất cả</option>'
            f"{options}</select></label><button>Xem</button></form>"
        )

    def _link(self, words: str, category_id: str, page: int) -> str:
        query = urlencode({"category": category_id, "page": page} if category_id else {"page": page})
        return f'<a href="?{escape(query)}">{words}</a>'

    def _time_of(self, at_ms: int | None) -> str:
        return self._time.at(at_ms).strftime("%H:%M %d/%m/%Y") if at_ms is not None else ""

    def _page(self, title: str, body: str) -> str:
        return (
            '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
        )


def _words(title: str, text: str) -> str:
    return f'<h2>{title}</h2><p class="words">{escape(text)}</p>' if text else ""


def _pictures(media: Sequence[Medium]) -> str:
    parts = []
    for stage, words in (("report", "Khi phản ánh"), ("before", "Trước xử lý"), ("after", "Sau xử lý")):
        shown = "".join(
            f'<figure><a href="../media/{one.digest}"><img loading="lazy" src="../media/{one.digest}/thumbnail" '
            f'alt="{words}"></a><figcaption class="small">{"Video" if one.kind == "video" else "Ảnh"}</figcaption>'
            "</figure>"
            for one in media
            if one.stage == stage
        )
        parts.append(f'<h2>{words}</h2><div class="pictures">{shown}</div>' if shown else "")
    return "".join(parts)

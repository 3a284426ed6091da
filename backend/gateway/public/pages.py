"""The pages: one column that a telephone shows, without any script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import urlencode

from backend.contracts.reports import Medium
from backend.gateway.public.told import PublicReport
from backend.gateway.public.words import VI, Words
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
_EXCERPT: Final = 200


class Pages:
    """Of one site, in one language. Every text of a stranger is escaped; what people wrote stays as they wrote it.

    Args:
        told: whether the language stands in the address: links keep it.
    """

    def __init__(self, site: SiteConfig, words: Words = VI, told: bool = False) -> None:
        self._site = site
        self._words = words
        self._query = {"lang": words.language} if told else {}
        self._time = LocalTime(site.utc_offset_min)

    def listing(self, reports: Sequence[PublicReport], category_id: str, page: int, more: bool) -> str:
        """A page of published reports, newest first."""
        words = self._words
        rows = "".join(self._row(one) for one in reports) or f"<p>{words.nothing}</p>"
        links = [self._link(words.newer, category_id, page - 1) if page > 1 else "<span></span>"]
        links.append(self._link(words.older, category_id, page + 1) if more else "<span></span>")
        place = self._site.name_en if words.language == "en" and self._site.name_en else self._site.name_vi
        return self._page(
            words.title,
            f"<h1>{words.title}</h1><p>{escape(place)} – {words.published}</p>"
            f"{self._choice(category_id)}{rows}<nav>{''.join(links)}</nav>"
            f'<p class="small">{words.open_data}: <a href="reports.csv">CSV</a>, '
            f'<a href="reports.geojson">GeoJSON</a>. {words.no_person}</p>',
            {"category": category_id, "page": page} if category_id else {"page": page},
        )

    def single(self, one: PublicReport) -> str:
        """How one report stands; its words and pictures once it is published."""
        words = self._words
        facts = [
            (words.state, self._state(one)),
            (words.category, self._category(one)),
            (words.area, one.commune_vi),
            (words.agency, self._agency(one)),
            (words.received, self._time_of(one.received_ms)),
            (words.due, self._time_of(one.due_ms)),
            (words.closed, self._time_of(one.closed_ms) if one.is_published else ""),
            (words.rating, self._rating(one).capitalize()),
        ]
        told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
        parts = [f"<h1>{escape(one.code)}</h1>", self._simulated(one), f"<dl>{told}</dl>"]
        if one.is_published:
            parts.append(_words(words.said, one.text) + _words(words.result, one.answer))
            parts.append(self._pictures(one.media))
        else:
            parts.append(f'<p class="small">{words.not_yet}</p>')
        parts.append(self._back())
        return self._page(f"{one.code} – {words.title}", "".join(parts), {})

    def missing(self, code: str) -> str:
        words = self._words
        said = words.missing.format(code=escape(code[:60]))
        return self._page(words.title, f"<h1>{said}</h1><p>{words.look_again}</p>{self._back()}", {})

    def _state(self, one: PublicReport) -> str:
        return self._words.states[one.state].capitalize()

    def _rating(self, one: PublicReport) -> str:
        return self._words.ratings[one.rating] if one.rating is not None else ""

    def _category(self, one: PublicReport) -> str:
        return one.category_en if self._words.language == "en" and one.category_en else one.category_vi

    def _agency(self, one: PublicReport) -> str:
        return one.agency_en if self._words.language == "en" and one.agency_en else one.agency_vi

    def _simulated(self, one: PublicReport) -> str:
        return f'<p class="small">{self._words.simulated}</p>' if one.simulated else ""

    def _back(self) -> str:
        return f'<p><a href="../reports{self._kept()}">{self._words.all}</a></p>'

    def _kept(self) -> str:
        """The query that keeps the language; "" when the address does not name it."""
        return f"?{urlencode(self._query)}" if self._query else ""

    def _row(self, one: PublicReport) -> str:
        short = one.text if len(one.text) <= _EXCERPT else f"{one.text[:_EXCERPT].rstrip()}…"
        about = " · ".join(part for part in (self._category(one), one.commune_vi, self._agency(one)) if part)
        at = " · ".join(part for part in (self._time_of(one.closed_ms), self._rating(one)) if part)
        code = escape(one.code)
        return (
            f'<article><h2><a href="reports/{code}{self._kept()}">{code}</a> – {escape(self._state(one))}</h2>'
            f'<p class="small">{escape(about)}</p><p class="words">{escape(short)}</p>'
            f'<p class="small">{escape(at)}</p>{self._simulated(one)}</article>'
        )

    def _choice(self, category_id: str) -> str:
        words, english = self._words, self._words.language == "en"
        options = "".join(
            f'<option value="{escape(one.category_id)}"{" selected" if one.category_id == category_id else ""}>'
            f"{escape(one.name_en if english and one.name_en else one.name_vi)}</option>"
            for one in self._site.reports.rules.categories
        )
        kept = f'<input type="hidden" name="lang" value="{words.language}">' if self._query else ""
        return (
            f'<form>{kept}<label>{words.category} <select name="category"><option value="">{words.every}</option>'
            f"{options}</select></label><button>{words.show}</button></form>"
        )

    def _link(self, words: str, category_id: str, page: int) -> str:
        asked = {"category": category_id, "page": page} if category_id else {"page": page}
        return f'<a href="?{escape(urlencode({**asked, **self._query}))}">{words}</a>'

    def _time_of(self, at_ms: int | None) -> str:
        return self._time.at(at_ms).strftime("%H:%M %d/%m/%Y") if at_ms is not None else ""

    def _pictures(self, media: Sequence[Medium]) -> str:
        parts, words = [], self._words
        for stage, title in words.stages.items():
            shown = "".join(
                f'<figure><a href="../media/{one.digest}"><img loading="lazy" src="../media/{one.digest}/thumbnail" '
                f'alt="{title}"></a><figcaption class="small">{words.film if one.kind == "video" else words.picture}'
                "</figcaption></figure>"
                for one in media
                if one.stage == stage
            )
            parts.append(f'<h2>{title}</h2><div class="pictures">{shown}</div>' if shown else "")
        return "".join(parts)

    def _page(self, title: str, body: str, asked: Mapping[str, str | int]) -> str:
        """`asked`: of the query of this very page, which the link to the other language keeps."""
        words = self._words
        other = escape(urlencode({**asked, "lang": words.other_language}))
        return (
            f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
            f'<p class="small"><a href="?{other}" hreflang="{words.other_language}" lang="{words.other_language}">'
            f"{words.other}</a></p>{body}</body></html>"
        )


def _words(title: str, text: str) -> str:
    return f'<h2>{title}</h2><p class="words">{escape(text)}</p>' if text else ""

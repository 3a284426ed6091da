"""Parts of printed pages: letters, styles, tables, headings, pictures, the foot of a page.

Be Vietnam Pro is put into the file, so that every letter stays.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from PIL import Image as Picture
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, Image, KeepTogether, LongTable, Paragraph, SimpleDocTemplate

from backend.contracts.site import Site
from backend.services.evidence.pictures import FONT_FOLDER

REGULAR: Final = "BeVietnamPro"
BOLD: Final = "BeVietnamPro-Bold"
WIDTH: Final = A4[0] - 36 * mm - 12
"""What reportlab's frame leaves between its margins."""

_PICTURE_PX: Final = 700
_PICTURE_MOST: Final = 90 * mm
_GRID: Final = [
    ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#c9d1d9")),
    ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#f1f4f7")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]

BODY: Final = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13)
SMALL: Final = ParagraphStyle("small", parent=BODY, fontSize=8, leading=10.5, splitLongWords=True)
TITLE: Final = ParagraphStyle("title", parent=BODY, fontName=BOLD, fontSize=18, leading=23, spaceAfter=4)
CENTRED: Final = ParagraphStyle("centred", parent=BODY, alignment=TA_CENTER)
HEAD: Final = ParagraphStyle("head", parent=BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=10, spaceAfter=4)
_BANNER: Final = ParagraphStyle(
    "banner", parent=BODY, fontName=BOLD, textColor=colors.white, backColor=colors.HexColor("#b3001b"),
    borderPadding=4, spaceAfter=10,
)  # fmt: skip


@cache
def fonts() -> None:
    """Before anything is laid out."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(FONT_FOLDER / "BeVietnamPro-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FONT_FOLDER / "BeVietnamPro-Bold.ttf")))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def printed(parts: Sequence[Flowable], title: str, author: str, subject: str, foot: str) -> bytes:
    """The PDF, A4 upright. `foot` stands on every page, beside its number."""
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=title, author=author, subject=subject, creator="Trực Ban",
    )  # fmt: skip

    def number(canvas: Any, page: Any) -> None:
        canvas.saveState()
        canvas.setFont(REGULAR, 7.5)
        canvas.drawString(18 * mm, 10 * mm, foot[:110])
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"trang {page.page}")
        canvas.restoreState()

    document.build(list(parts), onFirstPage=number, onLaterPages=number)
    return target.getvalue()


def text(value: object) -> str:
    """Strangers' words are words: reportlab reads its own markup in paragraphs."""
    clean = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in str(value))
    return html.escape(clean, quote=False).replace("\n", "<br/>")


def banners(site: Site) -> list[Flowable]:
    words = [f"DIỄN TẬP: {site.exercise_vi}"] if site.exercise_vi else []
    words += ["DỮ LIỆU MÔ PHỎNG"] if site.simulated else []
    return [Paragraph(text(" · ".join(words)), _BANNER)] if words else []


def table(header: Sequence[str], rows: Iterable[Sequence[object]], shares: Sequence[float]) -> LongTable:
    cells = [[Paragraph(text(cell), SMALL) for cell in row] for row in rows]
    head = [[Paragraph(f"<b>{text(cell)}</b>", SMALL) for cell in header]] if header else []
    style = _GRID if header else [one for one in _GRID if one[0] != "BACKGROUND"]
    widths = [WIDTH * share for share in shares]
    # A cell of very many lines goes on over the page: refused, it would cost the whole paper.
    made = LongTable([*head, *cells], colWidths=widths, repeatRows=len(head), splitInRow=1)
    made.setStyle(style)
    return made


def section(title: str, parts: Sequence[Flowable]) -> list[Flowable]:
    """The heading stays with what it heads."""
    if not parts:
        return []
    head = Paragraph(text(title), HEAD)
    if isinstance(parts[0], LongTable):
        return [CondPageBreak(35 * mm), head, *parts]
    return [KeepTogether([head, parts[0]]), *parts[1:]]


def picture(image: Picture.Image, words: str) -> list[Flowable]:
    """A picture half a page wide with words below it."""
    small = image.convert("RGB")
    small.thumbnail((_PICTURE_PX, _PICTURE_PX))
    content = io.BytesIO()
    small.save(content, "JPEG", quality=85)
    width = min(WIDTH / 2 - 8, _PICTURE_MOST * small.width / small.height)
    shown = Image(content, width=width, height=width * small.height / small.width)
    shown.hAlign = "LEFT"
    return [shown, Paragraph(text(words[:300]), SMALL)]


def pictures(cells: Sequence[list[Flowable]]) -> list[Flowable]:
    """Two in a row."""
    rows = [[*cells[start : start + 2], ""][:2] for start in range(0, len(cells), 2)]
    if not rows:
        return []
    made = LongTable(rows, colWidths=[WIDTH / 2] * 2)
    made.setStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return section("Ảnh", [made])

"""Minutes as a PDF, to be read, signed and filed: the same places as the DOCX has."""

from __future__ import annotations

import io
from typing import Any, Final

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from backend.services.evidence.paper import BOLD, REGULAR, fonts, text
from backend.services.minutes.content import MOTTO_VI, NAME_VI, NATION_VI, Minutes

_LEFT: Final = 30 * mm
_RIGHT: Final = 15 * mm
_WIDTH: Final = A4[0] - _LEFT - _RIGHT - 12
_SHARES: Final = (0.42, 0.58)
_BODY: Final = ParagraphStyle(
    "minutes", fontName=REGULAR, fontSize=11.5, leading=17, alignment=TA_JUSTIFY, spaceAfter=3
)
_LINE: Final = ParagraphStyle("minutesLine", parent=_BODY, firstLineIndent=10 * mm)
_HEAD: Final = ParagraphStyle("minutesHead", parent=_BODY, fontName=BOLD, spaceBefore=6, alignment=0, keepWithNext=True)
_SMALL: Final = ParagraphStyle("minutesSmall", parent=_BODY, fontSize=10, leading=14, spaceAfter=0)
_MIDDLE: Final = ParagraphStyle("minutesMiddle", parent=_SMALL, alignment=TA_CENTER)
_STRONG: Final = ParagraphStyle("minutesStrong", parent=_MIDDLE, fontName=BOLD)
_NAME: Final = ParagraphStyle("minutesName", parent=_STRONG, fontSize=13, leading=18)
_PLAIN: Final = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("ALIGN", (0, 0), (-1, -1), "CENTER"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
]


def to_pdf(paper: Minutes) -> bytes:
    """A4 upright; the page's number above, from page 2 on."""
    fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=_LEFT, rightMargin=_RIGHT, topMargin=20 * mm, bottomMargin=20 * mm,
        title=f"{NAME_VI} {paper.subject}", author=paper.issuer, creator="Trực Ban",
    )  # fmt: skip

    def above(canvas: Any, page: Any) -> None:
        canvas.saveState()
        canvas.setFont(REGULAR, 10)
        middle = _LEFT + (A4[0] - _LEFT - _RIGHT) / 2
        if page.page > 1:
            canvas.drawCentredString(middle, A4[1] - 14 * mm, str(page.page))
        if paper.banner:
            canvas.setFont(BOLD, 8)
            canvas.drawCentredString(middle, 12 * mm, paper.banner)
        canvas.restoreState()

    document.build(_parts(paper), onFirstPage=above, onLaterPages=above)
    return target.getvalue()


def _parts(paper: Minutes) -> list[Flowable]:
    parts: list[Flowable] = [
        _head(paper),
        Spacer(0, 14),
        Paragraph(NAME_VI, _NAME),
        Paragraph(text(paper.subject), _NAME),
        Spacer(0, 8),
    ]
    if paper.draft:
        parts += [Paragraph("DỰ THẢO – cuộc họp chưa kết thúc", _STRONG), Spacer(0, 8)]
    parts += [Paragraph(text(line), _BODY) for line in paper.facts]
    for part in paper.parts:
        parts.append(Paragraph(text(part.title), _HEAD))
        parts += [Paragraph(text(line), _LINE) for line in part.lines]
    parts += [Spacer(0, 6), Paragraph(f"{text(paper.closing)}/.", _BODY), Spacer(0, 10), _signs(paper), Spacer(0, 10)]
    copies = [Paragraph("<b>Nơi nhận:</b>", _SMALL), *(Paragraph(f"- {text(one)}", _SMALL) for one in paper.copies)]
    parts.append(KeepTogether(copies))
    return parts


def _head(paper: Minutes) -> Table:
    left = [Paragraph(text(paper.parent), _MIDDLE)] if paper.parent else []
    left += [Paragraph(text(paper.issuer), _STRONG), _rule(0.15), Paragraph(text(paper.number), _MIDDLE)]
    right = [
        Paragraph(NATION_VI, _STRONG),
        Paragraph(MOTTO_VI, _STRONG),
        _rule(0.3),
        Paragraph(text(paper.place_date), _MIDDLE),
    ]
    return Table([[left, right]], [_WIDTH * share for share in _SHARES], style=_PLAIN)


def _rule(share: float) -> Table:
    """A thin line below the middle of a cell."""
    return Table([[""]], [_WIDTH * share], [6], style=[("LINEABOVE", (0, 0), (-1, -1), 0.7, "black")])


def _signs(paper: Minutes) -> Flowable:
    cells = [
        [Paragraph(title, _STRONG), Paragraph("(Ký, ghi rõ họ tên)", _MIDDLE), Spacer(0, 54)]
        + [Paragraph(text(name), _STRONG)]
        for title, name in (("THƯ KÝ", paper.secretary), ("CHỦ TỌA", paper.chair))
    ]
    return KeepTogether([Table([cells], [_WIDTH / 2] * 2, style=_PLAIN)])

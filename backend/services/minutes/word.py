"""Minutes as a DOCX file, to be edited by the secretary: page, letters and places as annex I of decree 30/2020 asks."""

from __future__ import annotations

import io
from typing import Final

from docx import Document
from docx.document import Document as Written
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from backend.services.minutes.content import MOTTO_VI, NAME_VI, NATION_VI, Minutes

FONT: Final = "Times New Roman"
BODY_PT: Final = 13.0
_MIDDLE: Final = WD_ALIGN_PARAGRAPH.CENTER


def to_docx(paper: Minutes) -> bytes:
    """A4 upright; margins 20, 20, 30, 15 mm (top, bottom, left, right); the page's number above, from page 2 on."""
    document = Document()
    _page(document, paper)
    _head(document, paper)
    _line(document, "", space_pt=6)
    _line(document, NAME_VI, bold=True, size_pt=14, middle=True)
    _line(document, paper.subject, bold=True, size_pt=14, middle=True, space_pt=12)
    if paper.draft:
        _line(document, "DỰ THẢO – cuộc họp chưa kết thúc", bold=True, middle=True, space_pt=12)
    for line in paper.facts:
        _line(document, line, justified=True)
    for part in paper.parts:
        _line(document, part.title, bold=True, space_pt=6, stays=True)
        for words in part.lines:
            _line(document, words, justified=True, indent=True)
    _line(document, f"{paper.closing}/.", space_pt=12, justified=True)
    _foot(document, paper)
    document.core_properties.title = f"{NAME_VI} {paper.subject}"[:255]
    document.core_properties.author = paper.issuer[:255]
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Written, paper: Minutes) -> None:
    style = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = Pt(BODY_PT)
    # Without this letters with marks are drawn in another font.
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _MIDDLE
    run = number.add_run()
    for kind in ("begin", "PAGE", "end"):
        if kind == "PAGE":
            part = OxmlElement("w:instrText")
            part.text = kind
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
    if paper.banner:
        for header in (section.header, section.first_page_header):
            band = header.add_paragraph(paper.banner)
            band.alignment = _MIDDLE
            band.runs[0].bold = True


def _head(document: Written, paper: Minutes) -> None:
    """Who issues it on the left; nation, motto, place and date on the right."""
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Mm(68), Mm(97)
    left, right = table.rows[0].cells
    if paper.parent:
        _in(left, paper.parent, 12)
    _in(left, paper.issuer, 12, bold=True, ruled=True)
    _in(right, NATION_VI, 12, bold=True)
    _in(right, MOTTO_VI, 13, bold=True, ruled=True)
    number, dated = table.rows[1].cells
    _in(number, paper.number, 13)
    _in(dated, paper.place_date, 13, italic=True)


def _foot(document: Written, paper: Minutes) -> None:
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    for cell, title, name in ((left, "THƯ KÝ", paper.secretary), (right, "CHỦ TỌA", paper.chair)):
        _in(cell, title, 13, bold=True)
        _in(cell, "(Ký, ghi rõ họ tên)", 12, italic=True)
        for _ in range(3):
            _in(cell, "", 13)
        _in(cell, name, 13, bold=True)
    _line(document, "Nơi nhận:", bold=True, size_pt=12)
    for copy in paper.copies:
        _line(document, f"- {copy}", size_pt=11)


def _line(
    document: Written,
    text: str,
    *,
    bold: bool = False,
    size_pt: float = BODY_PT,
    middle: bool = False,
    justified: bool = False,
    indent: bool = False,
    space_pt: float = 3,
    stays: bool = False,
) -> None:
    line = document.add_paragraph()
    if middle or justified:
        line.alignment = _MIDDLE if middle else WD_ALIGN_PARAGRAPH.JUSTIFY
    form = line.paragraph_format
    form.space_after, form.space_before = Pt(space_pt), Pt(0)
    form.first_line_indent = Mm(10) if indent else None
    form.keep_with_next = stays
    _words(line, text, size_pt, bold=bold)


def _in(cell: _Cell, text: str, size_pt: float, bold: bool = False, italic: bool = False, ruled: bool = False) -> None:
    """One more centred line of a cell. `ruled`: with a line below it."""
    first = cell.paragraphs[0]
    line = first if len(cell.paragraphs) == 1 and not first.runs and not first.text else cell.add_paragraph()
    line.alignment = _MIDDLE
    line.paragraph_format.space_after = Pt(0)
    run = _words(line, text, size_pt, bold=bold, italic=italic)
    run.underline = ruled or None


def _words(line: Paragraph, text: str, size_pt: float, bold: bool = False, italic: bool = False) -> Run:
    # XML knows no control characters; what people wrote has none, what a file had may.
    clean = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    run = line.add_run(clean)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size_pt), FONT
    return run

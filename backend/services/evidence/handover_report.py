"""The hand-over sheet of a watch as a PDF, for the file of the centre."""

from __future__ import annotations

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from backend.contracts.shifts import HandoverSheet, Signature
from backend.contracts.site import Site
from backend.services.debrief_sheet import SheetContext
from backend.services.evidence.paper import (
    BODY,
    CENTRED,
    TITLE,
    WIDTH,
    banners,
    fonts,
    printed,
    section,
    table,
    text,
)
from backend.services.handover_sheet import NOTHING_VI, sections, signed, summary, title


def to_pdf(
    sheet: HandoverSheet,
    digest: str,
    leaving: Signature | None,
    coming: Signature | None,
    context: SheetContext,
    site: Site,
) -> bytes:
    """What `handover_sheet.to_html` says, A4 upright; its SHA-256 stands at the foot of every page."""
    fonts()
    parts: list[Flowable] = [
        *banners(site),
        Paragraph("BIÊN BẢN GIAO CA", TITLE),
        table((), summary(sheet, context), (0.28, 0.72)),
    ]
    for one in sections(sheet, context):
        shown = table(one.head, one.rows, one.shares) if one.rows else Paragraph(NOTHING_VI, BODY)
        parts += section(one.title, [shown])
    parts += section("Ý kiến của người giao ca", [Paragraph(text(sheet.remarks or NOTHING_VI), BODY)])
    signs = [[_signs("Người giao ca", leaving, context), _signs("Người nhận ca", coming, context)]]
    parts.append(
        KeepTogether([Spacer(0, 18), Table(signs, [WIDTH / 2] * 2, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])])
    )
    return printed(parts, title(sheet, context), context.site_vi, "Biên bản giao ca", f"SHA-256: {digest}")


def _signs(side_vi: str, signature: Signature | None, context: SheetContext) -> Paragraph:
    who, when = signed(signature, context)
    return Paragraph(f"<b>{text(side_vi)}</b><br/>{text(who)}<br/>{text(when)}", CENTRED)

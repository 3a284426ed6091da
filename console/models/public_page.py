"""What everybody reads of a report: the server's page for it, and what is withheld, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.report_doors import Withheld
from console.models.word_rows import Row
from resources import tokens

translate = QCoreApplication.translate

MASK: Final = "•••"


def marked(html: str) -> str:
    """The page with every mask in it marked, so that it is seen at one glance."""
    colours = f"background-color:{tokens.P2};color:{tokens.WINDOW}"
    return html.replace(MASK, f'<span style="{colours}">&nbsp;{MASK}&nbsp;</span>')


def withheld_rows(withheld: Sequence[Withheld]) -> list[Row]:
    """What, as the room has it, and what stands in its place; pictures of one stage are counted."""
    rows = []
    stages: dict[str, int] = {}
    for one in withheld:
        if one.kind == "picture":
            stages[one.what] = stages.get(one.what, 0) + 1
        else:
            rows.append(Row((_kind_name(one), one.what, one.shown or translate("PublicPage", "nothing"))))
    for stage, count in stages.items():
        not_free = translate("PublicPage", "{count} that nobody gave free").format(count=count)
        rows.append(Row((_stage_name(stage), not_free, translate("PublicPage", "nothing"))))
    return rows


def _kind_name(one: Withheld) -> str:
    if one.kind == "contact":
        return translate("PublicPage", "Telephone, mail or identity card")
    return translate("PublicPage", "Address") if one.kind == "address" else translate("PublicPage", "Place")


def _stage_name(stage: str) -> str:
    return {
        "before": translate("PublicPage", "Pictures before the work"),
        "after": translate("PublicPage", "Pictures after the work"),
    }.get(stage, translate("PublicPage", "Pictures of the citizen"))

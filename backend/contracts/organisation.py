"""The organisation tree of a province, with its history: who exists when, under whom, and what became of it.

Districts ended on 1 July 2025 and communes were merged: what was said before keeps the names of its day.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import Identifier, Wire

UnitKind = Literal["province", "department", "force", "commune", "district", "enterprise", "other"]
"""UBND tỉnh, sở ban ngành, lực lượng vũ trang, xã phường, huyện (until 2025), doanh nghiệp, khác."""

Day = Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
"""ISO date at the site; "" = open."""


class Unit(Wire):
    """One agency, office or enterprise that can be given something to do.

    Attributes:
        code: identifier by QĐ 20/2020/QĐ-TTg, "" where it is not known.
        area_code: GSO code of the area it answers for, "" = no area of its own.
        valid_from, valid_to: first and last day on which it exists under this name.
        replaced_by: ids of the units that took over.
        aliases: other names people still use.
        leader: title or account of who leads it and is told of what happens in its place.
    """

    unit_id: Identifier
    name_vi: Annotated[str, Field(min_length=1, max_length=300)]
    name_en: str = ""
    kind: UnitKind
    parent_id: str = ""
    code: str = ""
    area_code: str = ""
    valid_from: Day = ""
    valid_to: Day = ""
    replaced_by: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    leader: str = ""
    phone: str = ""

    def exists_on(self, day: str) -> bool:
        """Whether it exists on the ISO date `day`."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)

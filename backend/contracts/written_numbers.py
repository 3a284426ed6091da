"""Numbers as people in Viet Nam write them: 1.234,5 as well as 1,234.5 and 1 234,5."""

from __future__ import annotations

import re
from typing import Final

_BLANKS: Final = re.compile("[ \u00a0\u202f]")
_SIMPLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_ONE_MARK: Final = re.compile(r"([+-]?\d+)([.,])(\d+)", re.ASCII)
_GROUPS: Final = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+", re.ASCII)
_GROUPS_AND_DECIMALS: Final = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)[.,]\d+", re.ASCII)
_BLANK_GROUPS: Final = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?", re.ASCII)


class NumberError(ValueError):
    """The text is no number."""


def written_number(text: str, decimals: int) -> tuple[float, bool]:
    """The number, and whether it could have been read in another way.

    "1.234" is 1234 where the indicator has fewer than three decimals, 1,234 (one and a bit) where it has three or more.

    Raises:
        NumberError: it is none.
    """
    clean = _BLANKS.sub(" ", text.strip()).replace("\u2212", "-")
    if _BLANK_GROUPS.fullmatch(clean):
        return float(clean.replace(" ", "").replace(",", ".")), False
    if _SIMPLE.fullmatch(clean):
        return float(clean), False
    if one := _ONE_MARK.fullmatch(clean):
        whole, _, rest = one.groups()
        digits = whole.lstrip("+-")
        ambiguous = len(rest) == 3 and len(digits) <= 3 and not digits.startswith("0")
        if ambiguous and decimals < 3:
            return float(whole + rest), True
        return float(f"{whole}.{rest}"), ambiguous
    if _GROUPS.fullmatch(clean):
        return float(clean.replace(".", "").replace(",", "")), False
    if both := _GROUPS_AND_DECIMALS.fullmatch(clean):
        return float(clean.replace(both.group(1), "").replace(",", ".")), False
    raise NumberError(f"{text[:60]!r} is no number")

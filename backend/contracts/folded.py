"""Text as it is searched: nobody at a keyboard at night types the diacritics."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Lower case, without diacritics, đ as d: "Đường Nguyễn Huệ" -> "duong nguyen hue"."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """The words of `text`, folded, in their order."""
    return _WORD.findall(folded(text))

"""Words of citizens as everybody may read them: without telephone numbers, mail addresses and identity cards."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "•••"
_CONTACTS: Final = re.compile(
    r"[^\s@<>()]+@[^\s@<>()]+\.\w+"  # mail
    r"|(?:\+\s?84|(?<!\d)84|(?<!\d)0)(?:[\s.\-]?\d){8,10}(?!\d)"  # telephones of Vietnam, however they are grouped
    r"|(?<!\d)\d{9,12}(?!\d)"  # identity cards: 9 or 12 digits
)


def contacts_in(text: str) -> list[str]:
    """What `without_contacts` masks, in its order."""
    return _CONTACTS.findall(text)


def without_contacts(text: str) -> str:
    """Each of them as `MASK`."""
    return _CONTACTS.sub(MASK, text)

"""Feed text as plain text: what a person reads of it can neither steer a terminal nor turn a line round."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# C0 and C1 controls, lone surrogates, bidirectional overrides and isolates, byte-order marks, non-characters.
_UNWANTED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BLANKS: Final = re.compile(r"\s+")
_PIECE_CHARS: Final = 1024


def plain(text: str, max_length: int) -> str:
    """`text` in NFC, without control characters, runs of blanks as one, cut at `max_length`. Markup stays text."""
    # Composed before it is cut: a cut may fall between a letter and its mark. Cut before too: NFC of megabytes is slow.
    clean = _UNWANTED.sub("", text[: max_length * 8])
    return _composed(_BLANKS.sub(" ", clean).strip())[:max_length].rstrip()


def _composed(text: str) -> str:
    """NFC, piece by piece: the time it takes grows with the square of a run of marks without a letter."""
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = start + _PIECE_CHARS
        while end < min(len(text), start + 2 * _PIECE_CHARS) and unicodedata.combining(text[end]):
            end += 1
        pieces.append(unicodedata.normalize("NFC", text[start:end]))
        start = end
    return "".join(pieces)


def paragraphs(text: str, max_length: int) -> str:
    """As `plain`, but lines stay lines."""
    lines = (plain(line, max_length) for line in text[: max_length * 8].splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:max_length].rstrip()


def shown(text: str) -> str:
    """A piece of bad input as an error quotes it: short, quoted, harmless."""
    clean = plain(text, 61)
    return f"'{clean[:60]}…'" if len(clean) > 60 else f"'{clean}'"

"""Which names of the site's watch lists a text says: whole words, with or without diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.folded import folded
from backend.contracts.press import WatchList

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """`bare` without marks; `marks` are its marks, sorted: "hòa" and "hoà" are the same word."""

    bare: str
    marks: str


@dataclass(frozen=True, slots=True)
class _Name:
    item_id: str
    words: tuple[_Word, ...]


class Watcher:
    """Finds the items of `lists` in texts; built once."""

    def __init__(self, lists: Iterable[WatchList]) -> None:
        self._by_first: dict[str, list[_Name]] = {}
        for one in lists:
            for item in one.items:
                for alias in (item.name, *item.aliases):
                    words = _words(alias)
                    if words:
                        self._by_first.setdefault(words[0].bare, []).append(_Name(item.item_id, words))

    def hits(self, text: str) -> tuple[str, ...]:
        """Ids of the items that the text names, in the order in which it does."""
        words = _words(text)
        found: dict[str, None] = {}
        for place, word in enumerate(words):
            for name in self._by_first.get(word.bare, ()):
                if name.item_id not in found and _says(words[place : place + len(name.words)], name.words):
                    found[name.item_id] = None
        return tuple(found)


def _says(written: Sequence[_Word], name: Sequence[_Word]) -> bool:
    """Word for word, each with the name's marks; or all of it typed without any."""
    if len(written) != len(name) or any(one.bare != other.bare for one, other in zip(written, name, strict=True)):
        return False
    exact = all(one.marks == other.marks for one, other in zip(written, name, strict=True))
    return exact or not any(one.marks for one in written)


def _words(text: str) -> tuple[_Word, ...]:
    composed = unicodedata.normalize("NFC", text)
    return tuple(_Word(folded(word), _marks(word)) for word in _WORD.findall(composed))


def _marks(word: str) -> str:
    lower = word.casefold()
    marks = [char for char in unicodedata.normalize("NFD", lower) if unicodedata.combining(char)]
    return "".join(sorted([*marks, *("đ" * lower.count("đ"))]))

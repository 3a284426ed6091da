"""Which line of a TOML file a key stands on: `tomllib` gives values without positions.

Only for text that `tomllib` has accepted; it is loose where the real parser is strict.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]
"""E.g. ("station", 3, "limits", 0, "standard"): the keys and array indexes that lead to a value."""

_KEY: Final = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_BARE_END: Final = re.compile(r"[,\]}\n#]")


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.indexes: dict[Path, int] = {}  # array of tables -> index of its newest element
        self.counted = 0
        self.line = 1

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def skip(self, what: str) -> None:
        """Past blanks in `what` and comments."""
        while self.at < len(self.text):
            if self.text[self.at] in what:
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def keys(self) -> list[str]:
        parts: list[str] = []
        while match := _KEY.match(self.text, self.at):
            parts.append(next(group for group in match.groups() if group is not None))
            self.at = match.end()
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return parts

    def resolve(self, parts: list[str]) -> Path:
        """Dotted names with the index of the newest element put in where they pass an array of tables."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self.indexes:
                path = (*path, self.indexes[path])
        return path

    def document(self) -> None:
        base: Path = ()
        while True:
            self.skip(" \t\r\n")
            if self.at >= len(self.text):
                return
            line = self.here()
            if self.text.startswith("[[", self.at):
                self.at += 2
                *parents, last = self.keys()
                array = (*self.resolve(parents), last)
                self.indexes[array] = self.indexes.get(array, -1) + 1
                base = (*array, self.indexes[array])
                self.lines.setdefault(array, line)
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                base = self.resolve(self.keys())
                self.at += 1
            else:
                self.pair(base)
                continue
            self.lines[base] = line

    def pair(self, base: Path) -> None:
        line = self.here()
        path: Path = base
        for part in self.keys():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self.at += 1  # the "="
        self.skip(" \t")
        self.value(path)

    def value(self, path: Path) -> None:
        self.lines[path] = self.here() if path and isinstance(path[-1], int) else self.lines.get(path, self.here())
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        elif opening in "\"'" and opening:
            self.string(opening)
        else:
            end = _BARE_END.search(self.text, self.at)
            self.at = end.start() if end else len(self.text)

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(" \t\r\n,")
            if self.at >= len(self.text) or self.text[self.at] == "]":
                self.at += 1
                return
            self.value((*path, index))
            index += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self.skip(" \t\r\n,")
            if self.at >= len(self.text) or self.text[self.at] == "}":
                self.at += 1
                return
            self.pair(path)

    def string(self, quote: str) -> None:
        if self.text.startswith(quote * 3, self.at):
            end = self.text.find(quote * 3, self.at + 3)
            while quote == '"' and end > 0 and self.text[end - 1] == "\\":
                end = self.text.find(quote * 3, end + 1)
            self.at = end + 3
            return
        self.at += 1
        while self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" and quote == '"' else 1
        self.at += 1


def toml_lines(text: str) -> dict[Path, int]:
    """The 1-based line of every table, key and array element of `text`."""
    walk = _Walk(text)
    walk.document()
    return walk.lines

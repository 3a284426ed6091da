"""Formulas of indicators: `100 * A / (B - C)`, `ratio(A, B)`, `sum(D)`, `mean(D)`, `last(D)`, `prev(A)`, `areas(A)`.

A language of our own: nothing of it can run anything. Codes stand for the figure of the same area and period; of a
longer period, for the one around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

MAX_CHARS: Final = 500
MAX_DEPTH: Final = 30

Over = Literal["sum", "mean", "last", "prev", "areas"]
"""Of one code: sum, mean and last of the shorter periods inside; the period before; the sum over all areas."""

_OVER: Final[tuple[Over, ...]] = ("sum", "mean", "last", "prev", "areas")
_TOKEN: Final = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Z][A-Z0-9_]*)|([a-z]+)|([-+*/(),]))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure of an indicator, or one made `over` several of its figures."""

    code: str
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Negative:
    inner: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`ratio` is 100 * left / right: what a percentage is."""

    operator: Literal["+", "-", "*", "/", "ratio"]
    left: Node
    right: Node


Node = Number | Figure | Negative | Binary


class FormulaError(ValueError):
    """It cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column


def parse_formula(text: str) -> Node:
    """Raises: FormulaError."""
    if len(text) > MAX_CHARS:
        raise FormulaError(f"a formula has at most {MAX_CHARS} characters", MAX_CHARS + 1)
    return _Parser(text).whole()


def figures_of(node: Node) -> Iterator[Figure]:
    """Every figure that it needs, as often as it stands there."""
    match node:
        case Figure():
            yield node
        case Negative():
            yield from figures_of(node.inner)
        case Binary():
            yield from figures_of(node.left)
            yield from figures_of(node.right)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
                raise FormulaError(
                    f"{text[column - 1]!r} is neither number, code, function nor one of + - * / ( ) ,", column
                )
            kind = ("number", "code", "function", "sign")[match.lastindex - 1 if match.lastindex else 0]
            self.tokens.append((kind, match.group(match.lastindex or 0), match.start(match.lastindex or 0) + 1))
            at = match.end()
        self.tokens.append(("end", "", len(text) + 1))
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.sum()
        kind, word, column = self.tokens[self.at]
        if kind != "end":
            raise FormulaError(f"{word!r} cannot follow; an operator would", column)
        return node

    def take(self, *signs: str) -> str:
        kind, word, _ = self.tokens[self.at]
        if kind == "sign" and word in signs:
            self.at += 1
            return word
        return ""

    def need(self, sign: str) -> None:
        _, word, column = self.tokens[self.at]
        if not self.take(sign):
            raise FormulaError(f"{sign!r} is missing before {word!r}" if word else f"{sign!r} is missing", column)

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = Binary("+" if sign == "+" else "-", node, self.product())
        return node

    def product(self) -> Node:
        node = self.factor()
        while sign := self.take("*", "/"):
            node = Binary("*" if sign == "*" else "/", node, self.factor())
        return node

    def factor(self) -> Node:
        kind, word, column = self.tokens[self.at]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"nested deeper than {MAX_DEPTH}", column)
        try:
            return self.single(kind, word, column)
        finally:
            self.depth -= 1

    def single(self, kind: str, word: str, column: int) -> Node:
        if self.take("-"):
            return Negative(self.factor())
        if self.take("("):
            node = self.sum()
            self.need(")")
            return node
        self.at += 1
        match kind:
            case "number":
                return Number(float(word))
            case "code":
                return Figure(word)
            case "function":
                return self.call(word, column)
            case "end":
                raise FormulaError("a number, a code or a function is missing", column)
        raise FormulaError(f"{word!r} cannot stand here; a number, a code or a function would", column)

    def call(self, name: str, column: int) -> Node:
        over = next((each for each in _OVER if each == name), None)
        if over is None and name != "ratio":
            raise FormulaError(f"unknown function {name!r}; allowed: ratio, {', '.join(_OVER)}", column)
        self.need("(")
        if over is None:
            left = self.sum()
            self.need(",")
            node: Node = Binary("ratio", left, self.sum())
        else:
            kind, word, at = self.tokens[self.at]
            if kind != "code":
                raise FormulaError(f"{name}() takes the code of one indicator", at)
            self.at += 1
            node = Figure(word, over)
        self.need(")")
        return node

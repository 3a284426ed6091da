"""What a formula of an indicator makes for one area and period; None where a figure that it needs is missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend.contracts.indicator_formula import Binary, Figure, Negative, Node, Number
from backend.contracts.indicators import PROVINCE, Indicator
from backend.contracts.periods import after, first_day, is_inside, kind_of, period_of, periods_in

Look = Callable[[str, str, str], float | None]
"""(code, area, period) -> its figure."""


def formula_value(
    node: Node,
    area: str,
    period: str,
    look: Look,
    indicator: Callable[[str], Indicator | None],
    areas: Callable[[str], Iterable[str]],
) -> float | None:
    """`areas`: those of which an indicator has figures. A division by zero and what is not finite give None."""
    found = _Sum(area, period, look, indicator, areas).value(node)
    return found if found is None or math.isfinite(found) else None


def formula_parts(
    node: Node,
    area: str,
    period: str,
    look: Look,
    indicator: Callable[[str], Indicator | None],
    areas: Callable[[str], Iterable[str]],
) -> dict[tuple[str, str, str], float | None]:
    """Every figure that the formula looks at for that area and period, in its order."""
    parts: dict[tuple[str, str, str], float | None] = {}

    def noted(code: str, there: str, then: str) -> float | None:
        parts[code, there, then] = look(code, there, then)
        return parts[code, there, then]

    _Sum(area, period, noted, indicator, areas).value(node)
    return parts


@dataclass(frozen=True, slots=True)
class _Sum:
    area: str
    period: str
    look: Look
    indicator: Callable[[str], Indicator | None]
    areas: Callable[[str], Iterable[str]]

    def value(self, node: Node) -> float | None:
        match node:
            case Number():
                return node.value
            case Figure():
                one = self.indicator(node.code)
                return None if one is None else self.figure(node, one)
            case Negative():
                inner = self.value(node.inner)
                return None if inner is None else -inner
            case Binary():
                left, right = self.value(node.left), self.value(node.right)
                return None if left is None or right is None else _operated(node.operator, left, right)

    def figure(self, node: Figure, one: Indicator) -> float | None:
        code, period = node.code, self.period
        area = PROVINCE if one.areas == "province" else self.area
        if node.over is None:
            mine = kind_of(period)
            wider = one.period != mine and is_inside(mine, one.period)
            return self.look(code, area, period_of(first_day(period), one.period) if wider else period)
        if node.over == "prev":
            return self.look(code, area, after(period, -1))
        if node.over == "areas":
            found = [self.look(code, each, period) for each in self.areas(code) if each != PROVINCE]
        else:
            found = [self.look(code, area, each) for each in periods_in(period, one.period)]
        known = [each for each in found if each is not None]
        if not known or len(known) < len(found):
            return None
        return known[-1] if node.over == "last" else sum(known) / (len(known) if node.over == "mean" else 1)


def _operated(operator: str, left: float, right: float) -> float | None:
    try:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case _:
                return 100 * left / right
    except ZeroDivisionError:
        return None

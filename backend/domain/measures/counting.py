"""What every measure works with: the span it is of, and what it counted, so that the figure can be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Span:
    """[start_ms, end_ms) of the period.

    Attributes:
        until_ms: how far of it is over, its end once it is.
        known_ms: what came later than this is not known.
    """

    start_ms: int
    end_ms: int
    until_ms: int
    known_ms: int = 1 << 62

    def has(self, at_ms: int | None) -> bool:
        return at_ms is not None and self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was counted. `hit`: for shares, it is one of those that the share is of."""

    key: str
    at_ms: int
    hit: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """`value` None: there is nothing to make a share or a mean of."""

    value: float | None
    rows: tuple[Row, ...] = field(default=())


class Placed(Protocol):
    """A fact that lies somewhere; "" = nobody knows where."""

    @property
    def commune_code(self) -> str: ...
    @property
    def agency_id(self) -> str: ...
    @property
    def key(self) -> str:
        """As `Row.key` has it."""
        ...

    @property
    def titles(self) -> tuple[str, str]:
        """What people call it, Vietnamese and English."""
        ...


Fact = TypeVar("Fact", bound=Placed)
Count = Callable[[Sequence[Fact], Span], Counted]


def number(rows: Iterable[Row]) -> Counted:
    found = tuple(rows)
    return Counted(float(len(found)), found)


def share(rows: Iterable[Row]) -> Counted:
    """Percentage of hits."""
    found = tuple(rows)
    return Counted(100 * sum(one.hit for one in found) / len(found) if found else None, found)


def mean(rows: Iterable[tuple[Row, float]]) -> Counted:
    found = tuple(rows)
    value = sum(value for _, value in found) / len(found) if found else None
    return Counted(value, tuple(row for row, _ in found))

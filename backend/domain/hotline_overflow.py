"""Whether the hotline is overloaded, by what waits now and what was lost lately. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend.contracts.hotline import OverflowRules


@dataclass(frozen=True, slots=True)
class HotlineLoad:
    """`longest_wait_s` of those that wait now; `settled`: answered or lost within the window, `lost` of them."""

    waiting: int = 0
    longest_wait_s: float = 0.0
    settled: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """What is over its limit, in words."""

    vi: str
    en: str


def excesses(load: HotlineLoad, rules: OverflowRules) -> tuple[Excess, ...]:
    """Everything that is over its limit now, nothing = it is not overloaded."""
    return tuple(words for share, words in _shares(load, rules) if share >= 1)


def is_clear(load: HotlineLoad, rules: OverflowRules) -> bool:
    """Everything is well below its limit."""
    return all(share < rules.clear_share for share, _ in _shares(load, rules))


def _shares(load: HotlineLoad, rules: OverflowRules) -> Iterator[tuple[float, Excess]]:
    """(part of its limit, what it would be called)."""
    if rules.waiting is not None:
        words = Excess(f"từ {rules.waiting} người chờ", f"{rules.waiting} or more waiting")
        yield load.waiting / rules.waiting, words
    if rules.longest_wait_s is not None:
        words = Excess(f"có người chờ quá {rules.longest_wait_s} giây", f"a wait over {rules.longest_wait_s} s")
        yield load.longest_wait_s / rules.longest_wait_s, words
    if rules.lost_share is not None and load.settled >= rules.least_calls:
        percent = f"{rules.lost_share:.0%}"
        vi = f"từ {percent} cuộc gọi nhỡ trong {rules.window_min} phút"
        words = Excess(vi, f"{percent} or more lost in {rules.window_min} min")
        yield load.lost / load.settled / rules.lost_share, words

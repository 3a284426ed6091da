"""Keeps endless jobs running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`name` ended at its `count`-th time in a row and starts again in `retry_s`."""

    name: str
    error: str
    count: int
    retry_s: float


class Supervisor:
    def __init__(self, on_fault: Callable[[Fault], None]) -> None:
        raise NotImplementedError

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run until `stop`; a job that raises or returns is started again after 0.5 s .. 30 s, jittered."""
        raise NotImplementedError

    def faults(self) -> dict[str, Fault]:
        """Jobs that are down at the moment."""
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

"""Keeps endless jobs running: whatever ends is started again, later and later, and said."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

_log = logging.getLogger(__name__)

FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 30.0
STEADY_S: Final = 60.0
"""A job that ran this long before it ended begins with a short wait again."""

STOP_WITHIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Job `name` ended for the `count`-th time in a row and starts again in `retry_s`."""

    name: str
    error: str
    count: int
    retry_s: float


class Supervisor:
    """Event-loop thread only.

    Args:
        on_fault: told each time a job ends without being asked to.
        first_retry_s: the wait after the first fault; it doubles up to LONGEST_RETRY_S, each shortened by up to half.
    """

    def __init__(self, on_fault: Callable[[Fault], None], first_retry_s: float = FIRST_RETRY_S) -> None:
        self._on_fault = on_fault
        self._first_retry_s = first_retry_s
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._down: dict[str, Fault] = {}

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run the job until `stop`; when it raises or returns it is started again.

        Raises:
            ValueError: a job of that name runs already.
        """
        if name in self._tasks:
            raise ValueError(f"a job named {name!r} runs already")
        self._tasks[name] = asyncio.get_running_loop().create_task(self._keep(name, run), name=name)

    def faults(self) -> dict[str, Fault]:
        """Jobs that wait for their next start just now."""
        return dict(self._down)

    async def stop(self) -> None:
        """Cancel every job and wait for their ends; one that does not end in time is left and named in the log."""
        tasks = set(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            _, stuck = await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
            for task in stuck:
                _log.error("job %s did not end within %g s", task.get_name(), STOP_WITHIN_S)
        self._down.clear()

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        count = 0
        while True:
            began_s = time.monotonic()
            error = await _outcome(name, run)
            count = 1 if time.monotonic() - began_s >= STEADY_S else count + 1
            ceiling_s = min(LONGEST_RETRY_S, self._first_retry_s * 2.0 ** min(count - 1, 30))
            # Jittered, so that jobs that fell together do not all come back at one instant.
            retry_s = ceiling_s * random.uniform(0.5, 1.0)
            fault = Fault(name, error, count, retry_s)
            self._down[name] = fault
            self._tell(fault)
            await asyncio.sleep(retry_s)
            del self._down[name]

    def _tell(self, fault: Fault) -> None:
        try:
            self._on_fault(fault)
        except Exception:  # noqa: BLE001 - a listener's own bug must not end the job that it is told about
            _log.exception("the fault listener failed on %s", fault.name)


async def _outcome(name: str, run: Callable[[], Awaitable[None]]) -> str:
    """Run to the end; what ended it, in words. Being cancelled passes through."""
    try:
        await run()
    except Exception as error:  # noqa: BLE001 - to outlive whatever a job raises is what this file is for
        _log.exception("job %s failed", name)
        return f"{type(error).__name__}: {error}"
    return "it ended by itself"

"""The inside of a confined child: lines of JSON in, one line out for each, until its input ends or it took too much.

Its first line of output is `Ready`. It ends after `JOBS_MOST` jobs: whoever needs it starts another.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from backend.services.confined.confine import Allowance, allow_cpu, confine

JOBS_MOST: Final = 500
EXIT_MEMORY: Final = 4


@dataclass(frozen=True, slots=True)
class Ready:
    """The first line of a child: `open` names what this system does not let it be kept from."""

    open: tuple[str, ...] = ()


def serve(allowed: Allowance, done: Callable[[str], Any], too_much: Callable[[], Any]) -> int:
    """Answer until the end; the exit code.

    Args:
        done: makes the answer of a line, a dataclass. Raises: MemoryError, OSError.
        too_much: the answer to a job that took the child's memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints must not be taken for an answer

    def tell(one: Any) -> None:
        pipe.write(json.dumps(asdict(one), default=str) + "\n")  # a date as ISO 8601
        pipe.flush()

    tell(Ready(confine(allowed)))
    for _ in range(JOBS_MOST):
        line = sys.stdin.readline()
        if not line:
            break
        allow_cpu(allowed.cpu_s)
        try:
            tell(done(line))
        except MemoryError:
            tell(too_much())
            return EXIT_MEMORY
    return 0

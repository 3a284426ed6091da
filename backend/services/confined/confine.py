"""Takes from this process what it needs not: a broken library must not reach further than the file it reads.

What a system does not offer is named, not passed over: the caller tells it on.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from typing import Final

FILES_MOST: Final = 64
_NEW_NETWORK: Final = 0x40000000
_NEW_USER: Final = 0x10000000
_DIE_WITH_PARENT: Final = 1
_NO_NEW_RIGHTS: Final = 38
_KILL: Final = 9


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a child may use.

    Attributes:
        memory_bytes: its address space.
        output_bytes: of a file that it writes.
        cpu_s, wall_s: of one job.
    """

    memory_bytes: int
    output_bytes: int
    cpu_s: int
    wall_s: float


def confine(allowed: Allowance) -> tuple[str, ...]:
    """Once, at the start, with one thread. Returns what stays open: "memory", "network", ..."""
    if sys.platform == "win32":
        return ("memory", "cpu", "network")
    import resource

    for what, most in (
        (resource.RLIMIT_AS, allowed.memory_bytes),
        (resource.RLIMIT_FSIZE, allowed.output_bytes),
        (resource.RLIMIT_NOFILE, FILES_MOST),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform != "linux":
        return ("network",)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)
    libc.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0)
    # Own network, without any interface; where the user may not have one by himself, with an own user list.
    alone = libc.unshare(_NEW_NETWORK) == 0 or libc.unshare(_NEW_USER | _NEW_NETWORK) == 0
    return () if alone else ("network",)


def allow_cpu(seconds: int) -> None:
    """So much more from now on; past it the system ends the process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def bare_environment() -> dict[str, str]:
    """What a child of Python needs to start; no token, no address, no password of its parent."""
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TEMP", "TMP")
    # A number library that starts threads would take address space for each, and forbid a network of its own.
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {name: os.environ[name] for name in kept if name in os.environ} | fixed

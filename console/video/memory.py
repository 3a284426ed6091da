"""Shared memory between the desk and its decode workers. The desk makes and removes; a worker only attaches."""

from __future__ import annotations

from collections.abc import Sized
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory


def create(size_bytes: int) -> SharedMemory:
    """A new block, zeroed."""
    return SharedMemory(create=True, size=size_bytes)


def attach(name: str) -> SharedMemory:
    """A block the desk made.

    Raises:
        FileNotFoundError: it has been removed meanwhile.
    """
    return SharedMemory(name=name)


def leave_removal_to_the_desk() -> None:
    """Called once in a worker.

    WORKAROUND python/cpython#82300 (until 3.13's track=False): attaching registers the block with the resource
    tracker as if this process owned it; a worker that attaches after the desk removed the block would leave a
    "leaked" entry and a warning at exit.
    """
    resource_tracker.register = _ignore


def _ignore(name: Sized, rtype: str) -> None:
    pass


def view_of(block: SharedMemory) -> memoryview:
    """The block's bytes.

    Raises:
        ValueError: it has been closed.
    """
    if block.buf is None:
        raise ValueError("the shared memory has been closed")
    return block.buf


def remove(block: SharedMemory) -> None:
    """Close and unlink. A view still held somewhere keeps the mapping alive until it is collected."""
    block.unlink()
    try:
        block.close()
    except BufferError:
        # A picture made on the memory is still referenced: the mapping goes with it.
        return

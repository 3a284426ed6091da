"""The recorder's own process: started with `spawn`, told by `Order`s, tells by `Report`s; ends with its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from typing import Final

import av

from backend.services.recorder.capture import Capture
from backend.services.recorder.messages import Follow, Order, Report, Stop

NICER_BY: Final = 3
END_WITHIN_S: Final = 2.5


def main(pipe: Connection) -> None:
    """The process's entry. Ends on `Stop` and when the backend is gone (its end of the pipe closes)."""
    # Ctrl+C in a terminal reaches the whole group: the backend decides when its recorder ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICER_BY)
    # FFmpeg writes addresses with their passwords into its messages: none of them goes anywhere.
    av.logging.set_level(None)
    recorder = _Recorder(pipe)
    try:
        while recorder.take(pipe.recv()):
            pass
    except (EOFError, OSError):
        pass
    recorder.end()
    # Threads may still hang in the network or on a disk; what they hold ends with the process.
    os._exit(0)


class _Recorder:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._sending = threading.Lock()
        self._captures: dict[str, Capture] = {}

    def take(self, order: Order) -> bool:
        """Do what the backend said; False = end. Returns at once: whatever may block has its own thread."""
        if isinstance(order, Stop):
            return False
        running = self._captures.get(order.camera_id)
        if running is not None and (order.task == "off" or not _same_stream(running.order, order)):
            running.stop()
            del self._captures[order.camera_id]
            running = None
        if running is not None:
            running.follow(order)
        elif order.task != "off":
            self._captures[order.camera_id] = Capture(order, self.report)
        return True

    def report(self, report: Report) -> None:
        """Called on any camera's threads."""
        with self._sending, contextlib.suppress(OSError, ValueError):  # the backend is gone: so are we, soon
            self._pipe.send(report)

    def end(self) -> None:
        """Close what is open, if it can be closed soon."""
        end_s = time.monotonic() + END_WITHIN_S
        for capture in self._captures.values():
            capture.stop()
        for capture in self._captures.values():
            capture.join(max(0.0, end_s - time.monotonic()))


def _same_stream(old: Follow, new: Follow) -> bool:
    names = ("address", "stream", "folder", "segment_s", "pre_s")
    return all(getattr(old, name) == getattr(new, name) for name in names)

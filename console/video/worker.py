"""A decode worker: a process that owns many streams. Started with `spawn`; imports neither Qt nor the console."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from typing import Final

from console.video import memory
from console.video.board import Board
from console.video.orders import (
    AddOutput,
    CloseStream,
    HaveFiles,
    Nudge,
    OpenRecorded,
    OpenStream,
    Order,
    RemoveOutput,
    Stop,
)
from console.video.pyav_engine import play as play_pyav
from console.video.pyav_engine import quiet_library
from console.video.recorded.motion_block import MotionBlock
from console.video.recorded.player import Company, RecordedPlayer
from console.video.ring import FrameRing
from console.video.stream import OpenGate, Player, Stream

BEAT_S: Final = 0.25
OPENING_AT_ONCE: Final = 8
NICER_BY: Final = 5


def main(orders: Connection, board_name: str) -> None:
    """The process's entry. Ends on `Stop`, and when the desk is gone (its end of the pipe closes)."""
    # Ctrl+C in a terminal reaches the whole group: the desk decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        # Dozens of decode threads wake at once; the desk that shows their pictures must not queue behind them.
        os.nice(NICER_BY)
    memory.leave_removal_to_the_desk()
    quiet_library()
    try:
        board = Board.attach(board_name)
    except FileNotFoundError:
        return
    worker = Worker(board)
    while worker.running:
        board.beat(time.monotonic())
        try:
            if orders.poll(BEAT_S):
                worker.take(orders.recv())
        except (EOFError, OSError):
            break
    worker.close()
    # Threads may still hang in the network; their sockets end with the process.
    os._exit(0)


class Worker:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._gate = OpenGate(OPENING_AT_ONCE)
        self._streams: dict[int, Stream | RecordedPlayer] = {}
        self._company = Company()
        self._clocks: dict[str, MotionBlock] = {}
        self.running = True

    def take(self, order: Order) -> None:
        """Do one thing the desk said. Returns at once: whatever may block has its own thread."""
        match order:
            case OpenStream():
                self._close(order.row)
                stream = Stream(order, self._board, self._gate, player_for(order))
                self._streams[order.row] = stream
                stream.start()
            case OpenRecorded() | HaveFiles() | Nudge():
                self._take_recorded(order)
            case CloseStream(row):
                self._close(row)
            case AddOutput(row, name, width_px, height_px):
                self._add_output(row, name, (width_px, height_px))
            case RemoveOutput(row, name):
                if row in self._streams:
                    self._streams[row].remove_output(name)
            case Stop():
                self.running = False

    def close(self) -> None:
        for row in list(self._streams):
            self._close(row)

    def _close(self, row: int) -> None:
        stream = self._streams.pop(row, None)
        if stream is not None:
            stream.close()

    def _take_recorded(self, order: OpenRecorded | HaveFiles | Nudge) -> None:
        match order:
            case OpenRecorded():
                self._open_recorded(order)
            case HaveFiles(row):
                player = self._streams.get(row)
                if isinstance(player, RecordedPlayer):
                    player.have(order)
            case Nudge():
                for player in self._streams.values():
                    if isinstance(player, RecordedPlayer):
                        player.nudge()

    def _open_recorded(self, order: OpenRecorded) -> None:
        self._close(order.row)
        try:
            clock = self._clocks.get(order.clock) or MotionBlock.attach(order.clock)
        except FileNotFoundError:
            return  # the replay is over already
        self._clocks[order.clock] = clock
        player = RecordedPlayer(order, self._board, clock, self._company)
        self._streams[order.row] = player
        player.start()

    def _add_output(self, row: int, name: str, box_px: tuple[int, int]) -> None:
        stream = self._streams.get(row)
        if stream is None:
            return
        try:
            ring = FrameRing.attach(name, *box_px)
        except FileNotFoundError:
            return  # the tile is gone already
        stream.add_output(ring, box_px)


def player_for(order: OpenStream) -> Player:
    """The engine's entry; `vlc` is imported only where a camera asks for it."""
    if order.engine == "vlc":
        from console.video.vlc_engine import play as play_vlc

        return play_vlc
    return play_pyav

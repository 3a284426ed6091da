"""One decode in a worker, shared by every tile that shows it; and its outputs, one a tile size."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from console.video.board import Reason
from console.video.liveness import DEFAULT_RULES, Rules, judge
from console.video.orders import AddOutput, CloseStream, Engine, OpenStream, RemoveOutput
from console.video.pool import WorkerKeeper
from console.video.retry import CAP_S, FIRST_S
from console.video.ring import FrameRing
from widgets.tile_types import TileStatus


class Output:
    """Pictures of one size, for every tile of that size."""

    def __init__(self, size_px: tuple[int, int]) -> None:
        self.size_px = size_px
        self.ring = FrameRing.create(*size_px)
        self.users = 0


class Decode(ABC):
    """A row of a worker's board and the outputs of what is decoded there. GUI thread only.

    `weight` is its rough cost, for spreading decodes over the workers.
    """

    def __init__(self, keeper: WorkerKeeper, weight: int) -> None:
        self.keeper = keeper
        self.weight = weight
        self.row = keeper.take_row()
        self.users = 0
        self._outputs: dict[tuple[int, int], Output] = {}

    def output(self, size_px: tuple[int, int]) -> Output:
        """The output of this size, shared; give it back with `release`."""
        output = self._outputs.get(size_px)
        if output is None:
            output = self._outputs[size_px] = Output(size_px)
            self.keeper.tell(AddOutput(self.row, output.ring.name, *size_px))
        output.users += 1
        self.users += 1
        return output

    def release(self, output: Output) -> None:
        output.users -= 1
        self.users -= 1
        if output.users == 0:
            del self._outputs[output.size_px]
            self.keeper.tell(RemoveOutput(self.row, output.ring.name))
            output.ring.close(remove=True)

    @abstractmethod
    def status(self, rules: Rules) -> TileStatus:
        """The truth about the picture, now."""

    def figure(self, name: str) -> float:
        """A field of the board's row, for diagnostics and benchmarks."""
        return float(self.keeper.board.rows[name][self.row])

    def end(self) -> None:
        """Nobody looks any more. The row is free once the worker was told."""
        for output in self._outputs.values():
            output.ring.close(remove=True)
        self._outputs.clear()
        self.keeper.tell(CloseStream(self.row))
        self.keeper.give_row(self.row)


class DecodedStream(Decode):
    """A camera's stream. `retry_s`: first and longest pause before a lost stream is tried again."""

    def __init__(
        self,
        keeper: WorkerKeeper,
        address: str,
        engine: Engine,
        weight: int,
        *,
        is_file: bool,
        retry_s: tuple[float, float] = (FIRST_S, CAP_S),
    ) -> None:
        super().__init__(keeper, weight)
        keeper.tell(OpenStream(self.row, address, engine, is_file, *retry_s))

    def status(self, rules: Rules = DEFAULT_RULES) -> TileStatus:
        return judge(self.keeper.board.rows[self.row], time.monotonic(), rules)


NO_ADDRESS = TileStatus("lost", 0.0, Reason.NO_ADDRESS.name.lower())
BAD_ADDRESS = TileStatus("lost", 0.0, Reason.BAD_ADDRESS.name.lower())

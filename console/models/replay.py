"""The replay's transport: one slider for the whole room. Panels and the timeline touch this; the source follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from backend.contracts.replay import Lane
from console.models.link import Condition, LinkModel
from console.timebase import RATES, ReplayClock, monotonic_s

LATE_S: Final = 0.5
"""The room at the clock's instant is so late: what is shown is called old."""

FRAME_MS: Final = 40
"""One frame step when no camera says how long its frames are (25 a second)."""


class ReplayControl(QObject):
    """Lives on the GUI thread.

    Args:
        clock: the replay's clock, which only this object moves.

    Signals:
        jumped: the clock was set somewhere else: (at_ms, exact); exact False while the slider is being dragged.
        moved: play, pause or another rate.
        span_changed: first or last instant that can be replayed, or the in and out marks.
        loading_changed: the room at the clock's instant is being fetched, or is there.
        jump_wanted: find the next event of a lane: (lane or "", +1 or -1); the source seeks to it.
        live_wanted: back to the present.
        no_further: there is no other event in that direction: +1 or -1.
    """

    jumped = Signal(object, bool)
    moved = Signal()
    span_changed = Signal()
    loading_changed = Signal()
    jump_wanted = Signal(str, int)
    live_wanted = Signal()
    no_further = Signal(int)

    def __init__(self, clock: ReplayClock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        self._rate = 1.0
        self.in_ms: int | None = None
        self.out_ms: int | None = None
        self.loading = False
        self.fault = ""
        self.frame_ms: Callable[[], int] = lambda: FRAME_MS
        self.stepped: Callable[[int, int], int] = lambda at_ms, frames: at_ms + frames * self.frame_ms()
        """Where so many frames from an instant lead; the video knows when each frame was taken."""

    @property
    def first_ms(self) -> int:
        """The oldest instant that can be replayed; 0 = not known yet."""
        return self.clock.first_ms

    @property
    def edge_ms(self) -> int:
        """The youngest one."""
        return self.clock.edge_ms

    @property
    def playing(self) -> bool:
        return self.clock.motion.rate != 0.0

    @property
    def rate(self) -> float:
        """The chosen speed, negative = backwards; it stays while paused."""
        return self._rate

    def play(self, rate: float | None = None) -> None:
        if rate is not None:
            self._rate = rate
        self.clock.set_rate(self._rate)
        self.moved.emit()

    def pause(self) -> None:
        self.clock.set_rate(0.0)
        self.moved.emit()

    def toggle(self) -> None:
        """Space."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def faster(self) -> None:
        """L of a video editor: forwards, each press one speed more."""
        self.play(_next_rate(self._rate) if self.playing and self._rate > 0 else 1.0)

    def backwards(self) -> None:
        """J of a video editor: backwards, each press one speed more."""
        self.play(-_next_rate(-self._rate) if self.playing and self._rate < 0 else -1.0)

    def set_rate(self, rate: float) -> None:
        """Choose a speed without starting to play."""
        self._rate = rate
        if self.playing:
            self.clock.set_rate(rate)
        self.moved.emit()

    def change_rate(self, steps: int) -> None:
        """So many speeds faster (or slower when negative), in the direction it plays."""
        at = min(range(len(RATES)), key=lambda number: abs(RATES[number] - abs(self._rate)))
        rate = RATES[min(max(at + steps, 0), len(RATES) - 1)]
        self.set_rate(rate if self._rate > 0 else -rate)

    def turn(self) -> None:
        """The same speed the other way round; plays."""
        self.play(-self._rate)

    def shift(self, by_ms: int) -> None:
        """Jump so far; playing goes on."""
        self.seek(self.clock.now_ms() + by_ms)

    def seek(self, at_ms: int) -> None:
        """Jump and show exactly that instant."""
        self.clock.seek(at_ms)
        self.jumped.emit(self.clock.now_ms(), True)

    def scrub(self, at_ms: int) -> None:
        """The slider passes here: show what is at hand at once. `seek` ends it."""
        self.clock.seek(at_ms, scrubbing=True)
        self.jumped.emit(self.clock.now_ms(), False)

    def step(self, frames: int) -> None:
        """Frames forwards or backwards; playing stops."""
        if self.playing:
            self.pause()
        self.seek(self.stepped(self.clock.now_ms(), frames))

    def jump(self, lane: Lane | None, direction: int) -> None:
        """To the next (+1) or previous (-1) event of a lane; None = of any."""
        self.jump_wanted.emit(lane or "", direction)

    def mark_in(self) -> None:
        self.in_ms = self.clock.now_ms()
        if self.out_ms is not None and self.out_ms <= self.in_ms:
            self.out_ms = None
        self.span_changed.emit()

    def mark_out(self) -> None:
        self.out_ms = self.clock.now_ms()
        if self.in_ms is not None and self.in_ms >= self.out_ms:
            self.in_ms = None
        self.span_changed.emit()

    def set_span(self, in_ms: int | None, out_ms: int | None) -> None:
        """In and out marks as they were dragged."""
        self.in_ms, self.out_ms = in_ms, out_ms
        self.span_changed.emit()

    def clear_span(self) -> None:
        self.set_span(None, None)

    @property
    def span_ms(self) -> tuple[int, int] | None:
        """The marked span when both of its ends are set."""
        if self.in_ms is None or self.out_ms is None:
            return None
        return self.in_ms, self.out_ms

    def set_first_ms(self, first_ms: int) -> None:
        """For the source: the log or the recordings begin here."""
        self.clock.first_ms = first_ms
        self.span_changed.emit()

    def set_loading(self, loading: bool, fault: str = "") -> None:
        """For the source; `fault` is a sentence for a person."""
        if (loading, fault) != (self.loading, self.fault):
            self.loading, self.fault = loading, fault
            self.loading_changed.emit()


class ReplayLink(LinkModel):
    """What panels draw staleness from, in a replay: is the room at the clock's instant here?"""

    def __init__(self, control: ReplayControl, parent: QObject | None = None) -> None:
        super().__init__(parent=parent)
        self._control = control
        self._there = False
        self._loading_since_s: float | None = None
        control.loading_changed.connect(self._loading_changed)

    @property
    def age_s(self) -> float:
        """Seconds the room at the clock's instant has been waited for."""
        since_s = self._loading_since_s
        return 0.0 if since_s is None else monotonic_s() - since_s

    @property
    def condition(self) -> Condition:
        if self._control.fault:
            return "lost"
        if not self._there:
            return "connecting"
        return "stale" if self.age_s > LATE_S else "live"

    def _loading_changed(self) -> None:
        control = self._control
        if control.loading:
            self._loading_since_s = self._loading_since_s or monotonic_s()
        else:
            self._loading_since_s = None
            self._there = self._there or not control.fault
        self.reason = control.fault
        self._look()


def _next_rate(rate: float) -> float:
    return next((one for one in RATES if one > rate), RATES[-1])

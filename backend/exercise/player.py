"""Plays a scenario: what is due when, in order, through the real doors.

Stations send by the clock on the wall, steps happen by the clock of the story; the story can stand still while the
stations go on sending what it shows.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, Literal, Protocol

from backend.contracts.exercise import END_MARK, START_MARK, STEP_MARK
from backend.contracts.marks import MarkKind
from backend.contracts.site import Station
from backend.exercise.inputs import Body, Inputs, Tick
from config.model import SiteConfig
from config.scenario import (
    AlertMatch,
    BulletinStep,
    CameraStep,
    DetectionStep,
    NoteStep,
    ProducerStep,
    ReadingsStep,
    Scenario,
    Step,
)

SEEN_AGAIN_MS: Final = 5_000
MAX_TICKS_A_FILE: Final = 2_000
_GOLDEN: Final = 0.618034


class Doors(Protocol):
    """Where producers bring what they have."""

    async def bring(self, body: Body) -> None:
        """Back when the door has it, or has refused it for good."""


class Instructor(Protocol):
    """The seat of whoever plays the exercise."""

    async def mark(self, mark_id: str, kind: MarkKind, at_ms: int, text: str) -> None: ...

    async def comment(self, match: AlertMatch, step_id: str, text: str) -> None:
        """On every open alert that fits."""


class CameraLines(Protocol):
    """The lines to the cameras that the scenario cuts."""

    async def turn(self, camera_id: str, condition: Literal["lost", "back"]) -> None: ...


class NoCameraLines:
    """A training room without its cameras."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    async def turn(self, camera_id: str, condition: Literal["lost", "back"]) -> None:
        self._say(f"camera {camera_id} is not {condition}: this training room has no cameras")


@dataclass(order=True, slots=True)
class _Due:
    """Something at an instant of the wall clock; `order` keeps equal instants in order."""

    at_ms: int
    order: int
    act: Callable[[int], Awaitable[None]] = field(compare=False)


class Player:
    """One run of a scenario. `play_until` does everything; nothing here waits for a clock.

    Args:
        site: the training room's.
        speed_up: seconds of the story in a second.
        start_ms: when the exercise begins, a whole second.
    """

    def __init__(
        self,
        scenario: Scenario,
        site: SiteConfig,
        speed_up: float,
        start_ms: int,
        doors: Doors,
        instructor: Instructor,
        cameras: CameraLines,
    ) -> None:
        if start_ms % 1000:
            raise ValueError("station files know whole seconds: so does the start")
        self.scenario = scenario
        self.site = site
        self.speed_up = speed_up
        self.start_ms = start_ms
        self._doors = doors
        self._instructor = instructor
        self._cameras = cameras
        self._inputs = Inputs(scenario, site, start_ms)
        self._anchor_ms, self._anchor_s, self._running = start_ms, 0.0, True
        self._due: list[_Due] = []
        self._count = 0
        self._told_s: dict[str, float] = {}
        self._silent: set[str] = set()
        self._kept: dict[str, list[Tick]] = {}
        self._steps: list[Step] = sorted(scenario.steps, key=lambda step: step.at)
        self._ended = False
        self._queue(start_ms, self._begin)

    # -- the two clocks ---------------------------------------------------------------------------

    @property
    def length_s(self) -> int:
        return self.scenario.head.length

    @property
    def ended(self) -> bool:
        """The story is over; the stations go on."""
        return self._ended

    @property
    def paused(self) -> bool:
        return not self._running

    def story_s(self, at_ms: int) -> float:
        """The clock of the story at an instant, as it runs now."""
        if not self._running:
            return self._anchor_s
        return min(float(self.length_s), self._anchor_s + (at_ms - self._anchor_ms) / 1000 * self.speed_up)

    def pause(self, at_ms: int) -> None:
        self._anchor_ms, self._anchor_s, self._running = at_ms, self.story_s(at_ms), False

    def resume(self, at_ms: int) -> None:
        self._anchor_ms, self._anchor_s, self._running = at_ms, self.story_s(at_ms), True

    def _when(self, story_s: float) -> int | None:
        """When the story comes to it; None while it stands still."""
        if not self._running:
            return None
        return self._anchor_ms + max(0, round((story_s - self._anchor_s) * 1000 / self.speed_up))

    def story_clock(self, story_s: float) -> str:
        """The story's time of day and date, as officers read them."""
        return f"{self.scenario.head.start + timedelta(seconds=story_s):%H:%M %d/%m}"

    # -- what is due ------------------------------------------------------------------------------

    def next_ms(self) -> int | None:
        """When there is something to do next; None = nothing before somebody resumes the story."""
        step_ms = self._next_step_ms()
        due_ms = self._due[0].at_ms if self._due else None
        return min((ms for ms in (step_ms, due_ms) if ms is not None), default=None)

    def _next_step_ms(self) -> int | None:
        if self._ended:
            return None
        return self._when(self._steps[0].at if self._steps else self.length_s)

    async def play_until(self, now_ms: int) -> None:
        """Do everything that is due by `now_ms`, in order."""
        while (next_ms := self.next_ms()) is not None and next_ms <= now_ms:
            if self._due and self._due[0].at_ms <= next_ms:
                await self._due[0].act(self._due[0].at_ms)
                heapq.heappop(self._due)
            elif self._steps:
                # Taken off only when it was played: cancelled in between, it is played again.
                await self._play(self._steps[0], next_ms)
                del self._steps[0]
            else:
                await self._instructor.mark(END_MARK, "bookmark", next_ms, "Kết thúc diễn tập")
                self._ended = True

    def _queue(self, at_ms: int, act: Callable[[int], Awaitable[None]]) -> None:
        self._count += 1
        heapq.heappush(self._due, _Due(at_ms, self._count, act))

    # -- stations ---------------------------------------------------------------------------------

    async def _begin(self, at_ms: int) -> None:
        """The first mark, then what was before; then every station on its own beat."""
        head = self.scenario.head
        text = f"{self.story_clock(0)} · Bắt đầu diễn tập: {head.title_vi}"
        if self.speed_up != 1:
            text += f" (nhanh gấp {self.speed_up:g} lần)".replace(".", ",")
        await self._instructor.mark(START_MARK, "bookmark", at_ms, text)
        for place, station in enumerate(self.site.stations):
            interval_ms = station.interval_s * 1000
            for file in self._history(station):
                await self._doors.bring(file)
            self._told_s[station.station_id] = 0.0
            shift_ms = round(place * _GOLDEN % 1.0 * station.interval_s) * 1000 % interval_ms
            self._queue(at_ms + shift_ms, partial(self._beat, station))

    def _history(self, station: Station) -> list[Body]:
        interval_ms = station.interval_s * 1000
        span_ms = round(self.scenario.head.history_h * 3_600_000 / self.speed_up)
        scale = self.speed_up / 1000
        ticks = [
            Tick(self.start_ms - back_ms, -(back_ms + interval_ms) * scale, -back_ms * scale)
            for back_ms in range(span_ms // interval_ms * interval_ms, 0, -interval_ms)
        ]
        return self._files(station, ticks)

    def _files(self, station: Station, ticks: Sequence[Tick]) -> list[Body]:
        per_file = max(1, MAX_TICKS_A_FILE // len(station.parameters))
        return [self._inputs.station_file(station, ticks[at : at + per_file]) for at in range(0, len(ticks), per_file)]

    async def _beat(self, station: Station, due_ms: int) -> None:
        name = station.station_id
        story_s = self.story_s(due_ms)
        tick = Tick(due_ms, self._told_s[name], story_s)
        if station.producer_id in self._silent:
            self._kept.setdefault(name, []).append(tick)
        else:
            await self._doors.bring(self._inputs.station_file(station, [tick]))
        self._told_s[name] = story_s
        self._queue(due_ms + station.interval_s * 1000, partial(self._beat, station))

    # -- steps ------------------------------------------------------------------------------------

    async def _play(self, step: Step, at_ms: int) -> None:
        text = f"{self.story_clock(step.at)} · {step.text if isinstance(step, NoteStep) else step.title_vi}"
        # First the mark: what comes of the step stands behind it in the log.
        await self._instructor.mark(
            STEP_MARK + step.step_id, "note" if isinstance(step, NoteStep) else "bookmark", at_ms, text
        )
        match step:
            case ReadingsStep():
                pass  # the stations follow the curve by themselves
            case BulletinStep():
                await self._doors.bring(self._inputs.bulletin(step, at_ms, self.speed_up))
            case DetectionStep():
                await self._see(step, at_ms)
            case ProducerStep():
                await self._turn_producer(step)
            case CameraStep():
                await self._cameras.turn(step.camera, step.condition)
            case NoteStep():
                if step.alert is not None:
                    await self._instructor.comment(step.alert, step.step_id, text)

    async def _see(self, step: DetectionStep, begin_ms: int) -> None:
        end_ms = begin_ms + round(step.lasts_s * 1000)

        async def again(at_ms: int, kind: Literal["new", "update", "end"]) -> None:
            await self._doors.bring(self._inputs.detection(step, begin_ms, at_ms, kind))

        await again(begin_ms, "new")
        for at_ms in range(begin_ms + SEEN_AGAIN_MS, end_ms, SEEN_AGAIN_MS):
            self._queue(at_ms, lambda due_ms: again(due_ms, "update"))
        self._queue(end_ms, lambda due_ms: again(due_ms, "end"))

    async def _turn_producer(self, step: ProducerStep) -> None:
        if step.condition == "silent":
            self._silent.add(step.producer)
            return
        self._silent.discard(step.producer)
        for station in self.site.stations:
            # As loggers do: what could not be sent comes later, the oldest first.
            if station.producer_id == step.producer:
                for file in self._files(station, self._kept.pop(station.station_id, [])):
                    await self._doors.bring(file)


async def play(player: Player, now_ms: Callable[[], int]) -> None:
    """Play by a real clock, for ever: after the story's end the stations go on."""
    while True:
        now = now_ms()
        await player.play_until(now)
        next_ms = player.next_ms()
        wait_ms = 200 if next_ms is None else min(200, max(0, next_ms - now_ms()))
        await asyncio.sleep(wait_ms / 1000)

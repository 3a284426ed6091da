"""A seat for tests over a real wire: session, link thread and live source as the desk composes them."""

from __future__ import annotations

from typing import Any, cast

from backend.contracts.doors import CameraStreams
from backend.contracts.state import Delta, RoomState, StateSnapshot
from console.commands.commands import Commands
from console.link.inbound import SAMPLES_KEPT
from console.link.target import Target
from console.link.thread import Link
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.session import Session
from console.sources.live import LiveSource
from console.timebase import WallClock


class LinkSeat:
    """Call `close` at the end. `conditions` are the link's states in the order they were told."""

    def __init__(self, timeout_s: float = 5.0, samples_kept: int = SAMPLES_KEPT) -> None:
        self.clock = WallClock()
        self.link = Link(samples_kept=samples_kept)
        state = RoomState()
        self.commands = Commands(self.link.send, timeout_s)
        self.session = Session(
            clock=self.clock,
            state=state,
            alerts=AlertModel(state),
            readings=ReadingStore(self.clock),
            link=LinkModel(),
            commands=self.commands,
            history=self.link,
            video=cast(Any, None),
            preferences=Preferences(),
            language="vi",
        )
        self.live = LiveSource(self.session, self.link, self.clock)
        self.conditions: list[str] = []
        self.deltas = 0
        self.resets = 0
        self.streams: tuple[CameraStreams, ...] = ()
        self.asked_to_sign_in: list[str] = []
        self.refusals: list[str] = []
        self.session.link.changed.connect(self._note_condition)
        self.session.changed.connect(self._note_delta)
        self.link.streams.connect(self._note_streams)
        self.link.sign_in_needed.connect(self.asked_to_sign_in.append)
        self.link.sign_in_refused.connect(self.refusals.append)
        self.link.start()

    def connect(self, url: str, token: str) -> None:
        self.link.connect_to(Target(url), token)

    def close(self) -> None:
        self.link.stop()

    @property
    def live_now(self) -> bool:
        return self.session.link.condition == "live"

    @property
    def snapshot(self) -> StateSnapshot:
        return self.session.state.snapshot()

    def _note_condition(self) -> None:
        condition = self.session.link.condition
        if not self.conditions or self.conditions[-1] != condition:
            self.conditions.append(condition)

    def _note_delta(self, delta: Delta) -> None:
        self.deltas += 1
        self.resets += delta.reset

    def _note_streams(self, streams: tuple[CameraStreams, ...]) -> None:
        self.streams = streams

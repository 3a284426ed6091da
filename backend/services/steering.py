"""Turns cameras as the log orders it and tells the log how that ended: one order at a time for each camera."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from backend.contracts.events import CameraSteered, Event, LoggedEvent
from backend.contracts.state import RoomState
from backend.domain import steering
from backend.services.room import Room
from backend.sources.onvif_ptz import OnvifPtz, PtzError, ptz_http
from backend.storage.errors import StorageError
from config.camera_model import PtzConfig
from config.model import SiteConfig

_log = logging.getLogger(__name__)

HOMEWARD_EVERY_S: Final = 1.0
RESTARTED: Final = "máy chủ khởi động lại trong lúc camera quay"


class Steering:
    """Event-loop thread only. In a training room it moves nothing: no camera of that room can be turned."""

    def __init__(self, site: SiteConfig, room: Room) -> None:
        self._config = PtzConfig() if site.exercise_vi else site.ptz
        self._room = room
        self._locks = {camera.camera_id: asyncio.Lock() for camera in self._config.cameras}
        self._driving: dict[str, asyncio.Task[None]] = {}
        if any(camera.by_itself for camera in self._config.cameras):
            room.follow(self._by_itself)

    def _by_itself(self, state: RoomState, events: Sequence[Event]) -> Sequence[Event]:
        return tuple(steering.by_itself(state, events, self._room.now_ms()))

    async def run(self) -> None:
        """Until cancelled. Raises: StorageError: an end could not be stored; running again is right."""
        left = [(key, last) for key, last in self._room.durable.steering.items() if last.condition == "moving"]
        rules = self._config.rules
        async with ptz_http() as http:
            cameras = {
                one.camera_id: OnvifPtz(one, http, rules.answer_within_s) for one in self._config.cameras
            }  # fmt: skip
            try:
                async with asyncio.TaskGroup() as group:

                    def take(logged: Sequence[LoggedEvent]) -> None:
                        for one in logged:
                            event = one.event
                            if isinstance(event, CameraSteered) and event.condition == "moving":
                                self._drive(group, cameras.get(event.camera_id), one, event)

                    stop = self._room.listen(take)
                    try:
                        for camera_id, last in left:
                            await self._end(camera_id, last.order_seq, None, RESTARTED)
                        await self._go_home()
                    finally:
                        stop()
            except* StorageError as errors:
                raise errors.exceptions[0] from None

    def _drive(
        self, group: asyncio.TaskGroup, camera: OnvifPtz | None, logged: LoggedEvent, order: CameraSteered
    ) -> None:
        if camera is None:
            return
        before = self._driving.get(order.camera_id)
        if before is not None:
            before.cancel()  # the newest order counts
        self._driving[order.camera_id] = group.create_task(self._turn(camera, logged, order))

    async def _turn(self, camera: OnvifPtz, logged: LoggedEvent, order: CameraSteered) -> None:
        reason = ""
        async with self._locks[order.camera_id]:
            try:
                await camera.go(order.preset, self._config.rules.arrive_within_s)
            except PtzError as error:
                reason = str(error)
                _log.warning("camera %s did not go to %s: %s", order.camera_id, order.preset, reason)
        await self._end(order.camera_id, logged.seq, logged.caused_by, reason)

    async def _end(self, camera_id: str, order_seq: int, caused_by: str | None, reason: str) -> None:
        await self._room.record(lambda state: steering.ended(state, order_seq, camera_id, reason), caused_by=caused_by)

    async def _go_home(self) -> None:
        while True:
            await asyncio.sleep(HOMEWARD_EVERY_S)
            if self._config.rules.home_after_s and any(camera.home for camera in self._config.cameras):
                await self._room.record(lambda state: tuple(steering.homeward(state, self._room.now_ms())))

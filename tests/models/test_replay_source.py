"""The replay's source against a real log: what it asks, and that the room is the one of the clock's instant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from backend.contracts.events import LoggedEvent
from backend.contracts.replay import ReplaySpan
from backend.contracts.state import RoomState
from backend.storage.database import open_database
from backend.storage.density import DensityCount
from backend.storage.event_log import EventLog
from backend.storage.history import History
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.readings import ReadingStore
from console.models.replay import ReplayControl
from console.models.session import Session
from console.sources.replay import ReplaySource
from console.timebase import ReplayClock
from tests.unit.replay_samples import SNAPSHOT_EVERY, last_by, store, told

EVENTS = 300
STEP = 2 * SNAPSHOT_EVERY + 1
"""The clock is set back just behind a snapshot."""


class LogDoors:
    """The doors of the replay over a database; `refuse` answers everything with this sentence instead."""

    def __init__(self, folder: Path, steps: Sequence[int]) -> None:
        self.asked: list[tuple[str, int]] = []
        self.refuse = ""
        self.logged: list[LoggedEvent] = []
        self._runner = asyncio.Runner()
        self._database = open_database(f"sqlite:///{folder / 'trucban.sqlite3'}")
        self._runner.run(self._store(steps))

    async def _store(self, steps: Sequence[int]) -> None:
        log = await EventLog.open(self._database)
        self.logged = await store(log, told(EVENTS, mean_ms=100, steps=steps))
        await DensityCount(self._database).count(10_000)
        self._history, self._epoch = History(self._database, log.epoch), log.epoch

    def close(self) -> None:
        self._runner.run(self._database.close())
        self._runner.close()

    @property
    def first_ms(self) -> int:
        return min(one.at_ms for one in self.logged)

    @property
    def last_ms(self) -> int:
        return max(one.at_ms for one in self.logged)

    def asked_for(self, door: str) -> list[int]:
        return [at_ms for path, at_ms in self.asked if path.endswith(door)]

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        self.asked.append((path, int(query.get("at", 0))))
        if self.refuse:
            QTimer.singleShot(0, lambda: failed(self.refuse))
            return
        answer = self._runner.run(self._answer(path.rsplit("/", 1)[1], {key: int(each) for key, each in query.items()}))
        QTimer.singleShot(0, lambda: done(model.model_validate_json(answer)))

    async def _answer(self, door: str, query: Mapping[str, int]) -> bytes | str:
        match door:
            case "state":
                return await self._history.state_then(query["at"])
            case "events":
                return await self._history.events(query["after_seq"], query["until"], query["limit"])
            case "readings":
                found = await self._history.readings(query["start"], query["end"], query["known"])
                return found.model_dump_json()
        bounds = await self._history.bounds()
        return ReplaySpan(
            epoch=self._epoch,
            first_ms=self.first_ms,
            last_ms=self.last_ms,
            first_seq=bounds.first_seq,
            last_seq=bounds.last_seq,
            server_ms=self.last_ms,
        ).model_dump_json()

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        raise AssertionError("the source downloads nothing")


class Replay:
    def __init__(self, doors: LogDoors) -> None:
        self.doors = doors
        self.clock = ReplayClock(lambda: doors.last_ms)
        self.control = ReplayControl(self.clock)
        self.state = RoomState()
        session = Session(
            clock=self.clock,
            state=self.state,
            alerts=AlertModel(self.state, "vi"),
            readings=ReadingStore(self.clock),
            link=LinkModel(),
            commands=cast(Any, None),
            history=cast(Any, None),
            video=cast(Any, None),
            preferences=cast(Any, None),
            language="vi",
            replay=self.control,
        )
        self.source = ReplaySource(session, self.control, doors)

    def stands(self) -> bool:
        """The room is the one of the clock's instant, and nothing is on its way."""
        return not self.control.loading and self.state.seq == last_by(self.doors.logged, self.clock.now_ms())


@contextmanager
def replayed(folder: Path, steps: Sequence[int]) -> Iterator[Replay]:
    doors = LogDoors(folder, steps)
    made = Replay(doors)
    yield made
    made.source.stop()
    doors.close()


@pytest.fixture
def replay(qtbot: QtBot, tmp_path: Path) -> Iterator[Replay]:
    with replayed(tmp_path, ()) as made:
        yield made


@pytest.fixture
def stepped(qtbot: QtBot, tmp_path: Path) -> Iterator[Replay]:
    with replayed(tmp_path, (STEP,)) as made:
        yield made


def test_playing_backwards_asks_for_a_state_where_the_tape_begins_only(replay: Replay, qtbot: QtBot) -> None:
    replay.source.start(replay.doors.logged[2 * SNAPSHOT_EVERY - 10].at_ms)
    qtbot.waitUntil(lambda: replay.state.seq > 0 and replay.stands())
    replay.control.play(-16.0)
    qtbot.waitUntil(lambda: replay.clock.now_ms() == replay.doors.first_ms and replay.stands(), timeout=20_000)
    # The begin, one snapshot, and the clock may have gone past a begin again by the time the answer was there.
    assert len(replay.doors.asked_for("state")) <= 6


def test_an_instant_in_an_hour_that_came_twice_is_asked_for_once(stepped: Replay, qtbot: QtBot) -> None:
    before, after = stepped.doors.logged[STEP - 2], stepped.doors.logged[STEP - 1]
    assert before.seq % SNAPSHOT_EVERY == 0, "a snapshot of"
    assert before.at_ms > after.at_ms, "a later hour"
    stepped.source.start(after.at_ms)
    qtbot.waitUntil(lambda: stepped.state.seq >= after.seq and stepped.stands())
    asked = len(stepped.doors.asked_for("state"))
    with qtbot.waitSignal(stepped.control.jumped):
        stepped.control.shift(1)
    qtbot.waitUntil(stepped.stands)
    assert asked <= 2
    assert len(stepped.doors.asked_for("state")) <= asked + 1


def test_a_server_that_refuses_is_asked_again_now_and_then_and_the_fault_stands_meanwhile(
    replay: Replay, qtbot: QtBot
) -> None:
    replay.source.start(replay.doors.last_ms)
    qtbot.waitUntil(lambda: replay.state.seq > 0 and replay.stands())
    replay.doors.refuse = "the server is gone"
    faults: list[str] = []
    replay.control.seek(replay.doors.first_ms)
    asked = len(replay.doors.asked_for("state"))
    qtbot.waitUntil(lambda: replay.control.fault == replay.doors.refuse)
    replay.control.loading_changed.connect(lambda: faults.append(replay.control.fault))
    qtbot.waitUntil(lambda: len(replay.doors.asked_for("state")) > asked + 2, timeout=10_000)
    assert set(faults) <= {replay.doors.refuse}
    replay.doors.refuse = ""
    qtbot.waitUntil(replay.stands, timeout=10_000)
    assert replay.control.fault == ""


def test_a_replay_that_was_opened_while_the_server_was_away_begins_when_it_is_back(
    replay: Replay, qtbot: QtBot
) -> None:
    replay.doors.refuse = "the server is gone"
    replay.source.start(replay.doors.last_ms)
    qtbot.waitUntil(lambda: replay.control.fault == replay.doors.refuse)
    replay.doors.refuse = ""
    qtbot.waitUntil(lambda: replay.state.seq > 0 and replay.stands())
    assert replay.control.fault == ""
    assert replay.control.first_ms == replay.doors.first_ms


def test_a_replay_that_was_ended_while_it_began_asks_nothing_any_more(replay: Replay, qtbot: QtBot) -> None:
    replay.source.start(replay.doors.last_ms)
    replay.source.stop()
    with qtbot.assertNotEmitted(replay.control.span_changed, wait=200):
        pass
    assert not replay.doors.asked_for("state")

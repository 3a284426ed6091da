"""The hotline by Asterisk's manager interface over TCP: it refuses, breaks off, garbles and comes back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from backend.contracts.state import RoomState
from backend.gateway.settings import GatewaySettings
from backend.simulate import switchboard
from backend.simulate.asterisk import Asterisk, Channel
from config.source_model import AmiSource
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.test_open311 import staffed

NUMBER = "0912345678"
SECRET = "bi-mat-thu"
WHO = "camera-ai"


@dataclass
class Hotline:
    """A room that listens to a switchboard."""

    backend: OpenBackend
    asterisk: Asterisk
    port: int

    @property
    def state(self) -> RoomState:
        return self.backend.parts.room.state

    def calls(self) -> dict[str, str]:
        """Everything the room knows: the switchboard's id -> state."""
        every = [*self.state.calls.values(), *self.state.ended_calls.values()]
        return {one.call_id.partition(":")[2]: one.state for one in every}

    def stands(self, call_id: str, state: str) -> bool:
        return self.calls().get(call_id) == state

    def pulse(self) -> tuple[int, int]:
        """Accepted and refused of the producer."""
        (one,) = (each for each in self.backend.parts.ingest.pulses() if each.producer_id == WHO)
        return one.accepted, one.rejected

    async def until(self, right: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(20):
                while not right():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{what}; calls: {self.calls()}") from None

    async def listened_to(self) -> None:
        await self.until(lambda: self.asterisk.listeners == 1, "the room has logged in")


class AsteriskInAHurry(Asterisk):
    """A caller joins when it has listed its channels and not yet who waits."""

    def _list(self, name: str) -> list[dict[str, str]]:
        found = super()._list(name)
        if name == "coreshowchannels":
            self.channels["9"] = Channel(NUMBER, "1022", time.time())
            self._event("QueueCallerJoin", "9", Queue="1022", Position="1", Count="1")
        return found


@asynccontextmanager
async def hotline(data: Path, asterisk: Asterisk | None = None, **changed: object) -> AsyncIterator[Hotline]:
    asterisk = asterisk or Asterisk("trucban", SECRET)
    port = await asterisk.start("127.0.0.1", 0)
    source = AmiSource(
        producer_id=WHO, host="127.0.0.1", port=port, user="trucban", password=SecretStr(SECRET),
        ping_every_s=0.3, gone_after_s=0.2,
    ).model_copy(update=changed)  # fmt: skip
    try:
        async with open_backend(
            data, GatewaySettings(), staffed().model_copy(update={"sources": (source,)})
        ) as backend:
            yield Hotline(backend, asterisk, port)
    finally:
        await asterisk.stop()


@pytest.mark.anyio
async def test_a_call_is_followed_from_its_queue_to_its_end_and_its_number_stands_nowhere(tmp_path: Path) -> None:
    async with hotline(tmp_path, queues={"1022": "Phản ánh hiện trường"}) as line:
        await line.listened_to()
        tell = line.asterisk.tell
        await tell("17.1", "arrived", caller=NUMBER, queue="1022")
        await tell("17.2", "arrived", caller="0987654321", queue="noi-bo")
        for call_id in ("17.1", "17.2"):
            await tell(call_id, "queued")
        await line.until(lambda: line.calls() == {"17.1": "queued"}, "the hotline's own queue, and no other")
        (call,) = line.state.calls.values()
        assert (call.masked, call.queue) == ("09xx xxx 678", "Phản ánh hiện trường")
        for step, state in (("answered", "answered"), ("held", "on_hold"), ("resumed", "answered"), ("ended", "ended")):
            await tell("17.1", step, agent="Bàn 3")
            await line.until(partial(line.stands, "17.1", state), step)
        day = line.state.hotline_day
        assert day is not None
        assert (day.arrived, day.answered, day.abandoned, line.pulse()[1]) == (1, 1, 0, 0)
        await tell("17.3", "arrived", caller="", queue="1022")
        await tell("17.3", "queued")
        await tell("17.3", "abandoned")
        await line.until(lambda: line.calls().get("17.3") == "abandoned", "given up")
        assert line.state.ended_calls[f"{WHO}:17.3"].caller_id == ""
    kept = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert [one.name for one in kept if NUMBER.encode() in one.read_bytes()] == []


@pytest.mark.anyio
async def test_a_caller_whom_his_queue_lets_go_has_overflowed_and_one_who_joins_another_waits(
    tmp_path: Path,
) -> None:
    async with hotline(tmp_path, contexts=("from-trunk",)) as line:
        await line.listened_to()
        tell = line.asterisk.tell
        for call_id in ("1.1", "1.2"):
            await tell(call_id, "arrived", caller=NUMBER, queue="1022")
            await line.until(partial(line.stands, call_id, "ringing"), "it rings before it waits")
            await tell(call_id, "queued")
            await tell(call_id, "overflowed")
        await tell("1.2", "queued", queue="tran-may")
        await line.until(lambda: line.calls() == {"1.1": "overflowed", "1.2": "queued"}, "one is let go")
        await tell("1.2", "answered", agent="Bàn 1")
        await line.until(lambda: line.calls()["1.2"] == "answered", "the other is answered")


@pytest.mark.anyio
async def test_what_ended_while_the_line_was_cut_is_not_shown_as_going_on(tmp_path: Path) -> None:
    async with hotline(tmp_path) as line:
        await line.listened_to()
        board = line.asterisk
        for call_id in ("1", "2", "3", "5"):
            await board.tell(call_id, "arrived", caller=NUMBER, queue="1022")
            await board.tell(call_id, "queued")
        await board.tell("2", "answered", agent="Bàn 2")
        await line.until(
            lambda: line.calls() == {"1": "queued", "2": "answered", "3": "queued", "5": "queued"}, "four calls"
        )
        board.say(b"Event: Hangup\r\nUniqu")  # broken off in the middle of a word
        await board.stop()
        await board.tell("1", "abandoned")
        await board.tell("2", "ended")
        await board.tell("5", "answered", agent="Bàn 4")
        await board.tell("4", "arrived", caller="0987654321", queue="1022")
        board.channels["4"].since_s -= 30
        away = f"producer.silent of {WHO}"
        await line.until(lambda: any(one.place_id == WHO for one in line.state.alerts.values()), away)
        await board.start("127.0.0.1", line.port)
        await line.until(
            lambda: line.calls() == {"1": "abandoned", "2": "ended", "3": "queued", "4": "queued", "5": "answered"},
            "as it is now",
        )
        fourth = line.state.calls[f"{WHO}:4"]
        assert fourth.wait_ms(line.backend.clock.now_ms()) >= 30_000
        await line.until(lambda: line.pulse()[1] == 0, "a word that was cut off is nobody's fault")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("board", "changed", "why"),
    [
        (Asterisk("trucban", "another"), {}, "it lets us not in: Authentication failed"),
        (Asterisk("trucban", SECRET, challenges=False), {}, "in the clear only with tls = true"),
        (Asterisk("trucban", SECRET, mute=True), {}, "it does not answer"),
    ],
    ids=["secret", "no-challenge", "mute"],
)
async def test_a_switchboard_that_lets_nobody_in_is_told_once_and_the_secret_is_never_said(
    tmp_path: Path,
    board: Asterisk,
    changed: dict[str, object],
    why: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backend.sources.ami.CONNECT_S", 0.3)
    monkeypatch.setattr("backend.sources.lasting.FIRST_RETRY_S", 0.02)
    monkeypatch.setattr("backend.sources.lasting.LONGEST_RETRY_S", 0.05)
    with caplog.at_level(logging.WARNING):
        async with hotline(tmp_path, board, **changed) as line:
            await line.until(lambda: why in caplog.text, why)
            assert board.listeners == 0
            assert line.calls() == {}
    assert SECRET not in caplog.text
    assert caplog.text.count(why) == 1


@pytest.mark.anyio
async def test_what_is_no_message_is_kept_without_numbers_and_calls_go_on(tmp_path: Path) -> None:
    async with hotline(tmp_path) as line:
        await line.listened_to()
        board = line.asterisk
        board.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        board.say(b"Event: QueueCallerJoin\r\nUniqueid: a b\r\nCallerIDNum: 0912345678\r\n\r\n")
        board.say(b"Event: Hangup\r\nUniqueid: 9\r\nTimestamp: yesterday\r\n\r\n")
        board.say(b"Event: VarSet\r\nValue: " + b"x" * 200_000 + b"\r\n\r\n")
        board.say(b"".join(b"Event: RTCPSent\r\nUniqueid: %d\r\n\r\n" % n for n in range(5_000)))
        await board.tell("7", "arrived", caller=NUMBER, queue="1022")
        await board.tell("7", "queued")
        await line.until(lambda: line.calls() == {"7": "queued"}, "the next call is taken")
        assert line.pulse()[1] == 4
    kept = [one.read_bytes() for one in (tmp_path / "quarantine").iterdir()]
    assert kept
    assert not any(b"0912345678" in one for one in kept)


@pytest.mark.anyio
async def test_a_call_that_comes_while_the_lists_are_made_goes_on(tmp_path: Path) -> None:
    board = AsteriskInAHurry("trucban", SECRET)
    async with hotline(tmp_path, board) as line:
        await line.until(lambda: line.calls() == {"9": "queued"}, "it waits")
        await board.tell("9", "answered", agent="Bàn 1")
        await line.until(lambda: line.calls() == {"9": "answered"}, "and is answered")


@pytest.mark.anyio
async def test_a_switchboard_that_hangs_is_left_and_asked_again(tmp_path: Path) -> None:
    async with hotline(tmp_path) as line:
        await line.listened_to()
        line.asterisk.mute = True
        await line.until(lambda: line.asterisk.listeners == 0, "the room hangs up on it")
        line.asterisk.mute = False
        await line.listened_to()


@pytest.mark.anyio
async def test_the_demonstration_s_switchboard_plays_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "WAIT_S", (0.0, 0.0))
    monkeypatch.setattr(switchboard, "TALK_S", (0.0, 0.0))
    async with hotline(tmp_path) as line:
        await line.listened_to()
        token = await line.backend.parts.accounts.create_producer_token(WHO)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{line.backend.port}", timeout=20) as http:
            board = switchboard.Switchboard(line.asterisk.tell, 5, switchboard.handed_over(http, token))
            await asyncio.gather(*(board.call() for _ in range(3)))
        assert all(one.recording is not None for one in line.state.ended_calls.values() if one.answered_ms)
        await line.listened_to()  # a busy machine may have cut the line meanwhile; what nobody hears is not told again
        board = switchboard.Switchboard(line.asterisk.tell, 6)
        for _ in range(30):
            await board.call()
        await line.until(lambda: len(line.calls()) == 33 and not line.state.calls, "all calls are over")
        assert set(line.calls().values()) == {"ended", "abandoned"}
        assert line.pulse()[1] == 0

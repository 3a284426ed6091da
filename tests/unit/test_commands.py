"""Commands: rights, decisions, the record, and once only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from backend.contracts.alerts import AlertPhase
from backend.contracts.commands import (
    AcknowledgeAlert,
    Command,
    CommentAlert,
    DispatchAlert,
    RefusalCode,
    ReleaseAlert,
    Role,
    TakeAlert,
)
from backend.contracts.events import CommandRefused
from backend.services.commands import CommandDesk
from tests.unit.feeds_samples import Desk, cap, opened_desk, operator


def at_desk(data_dir: Path, scenario: Callable[[Desk, CommandDesk, str], Coroutine[None, None, None]]) -> None:
    async def play() -> None:
        async with opened_desk(data_dir) as desk:
            await desk.ingest.cap("kttv", cap())
            desk.events.clear()
            await scenario(desk, desk.commands(), desk.only("cap.message").alert_id)

    asyncio.run(play())


def command_id(number: int) -> str:
    return f"{number:032x}"


def test_an_acknowledgement_is_recorded_with_who_when_and_from_where(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        command = AcknowledgeAlert(command_id=command_id(1), alert_id=alert_id, comment="đã gọi\x00 xã")
        result = await commands.execute(command, operator(), "10.0.0.7")
        assert (result.accepted, result.command_id) == (True, command_id(1))
        (logged,) = desk.events
        assert (logged.actor, logged.caused_by, logged.origin) == ("lan", command_id(1), "10.0.0.7")
        alert = desk.only("cap.message")
        assert (alert.phase, alert.acknowledged_by) == (AlertPhase.ACTIVE_ACKNOWLEDGED, "lan")
        assert alert.history[-1].text == "đã gọi xã"

    at_desk(tmp_path, scenario)


def test_the_same_command_again_is_answered_again_and_done_once(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        command = CommentAlert(command_id=command_id(1), alert_id=alert_id, comment="một lần")
        results = await asyncio.gather(*(commands.execute(command, operator(), "") for _ in range(5)))
        assert {result.accepted for result in results} == {True}
        later = await desk.commands().execute(command, operator(), "")
        assert later.accepted
        assert desk.kinds() == ["alert.commented"]

    at_desk(tmp_path, scenario)


def test_a_refusal_is_recorded_and_its_answer_repeated(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        await commands.execute(AcknowledgeAlert(command_id=command_id(1), alert_id=alert_id), operator(), "")
        again = AcknowledgeAlert(command_id=command_id(2), alert_id=alert_id)
        first = await commands.execute(again, operator(user="minh"), "10.0.0.8")
        second = await commands.execute(again, operator(user="minh"), "10.0.0.8")
        assert first == second
        assert (first.accepted, first.reason_code) == (False, RefusalCode.WRONG_PHASE)
        event = desk.events[-1].event
        assert isinstance(event, CommandRefused)
        assert (event.command, event.about, desk.events[-1].actor) == ("alert.acknowledge", alert_id, "minh")
        assert desk.kinds() == ["alert.acknowledged", "command.refused"]

    at_desk(tmp_path, scenario)


def test_anothers_command_id_gives_nothing_away(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        command = CommentAlert(command_id=command_id(1), alert_id=alert_id, comment="x")
        await commands.execute(command, operator(), "")
        stolen = await commands.execute(command, operator(user="minh"), "")
        assert (stolen.accepted, stolen.reason_code) == (False, RefusalCode.INVALID)

    at_desk(tmp_path, scenario)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.DUTY_OFFICER, {"acknowledge", "comment", "take", "dispatch"}),
        (Role.SUPERVISOR, {"acknowledge", "comment", "take", "dispatch"}),
        (Role.LEADER, {"comment", "dispatch"}),
        (Role.AGENCY, {"comment"}),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_each_role_may_do_what_its_rights_say(tmp_path: Path, role: Role, allowed: set[str]) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        wishes: dict[str, Command] = {
            "comment": CommentAlert(command_id=command_id(1), alert_id=alert_id, comment="x"),
            "take": TakeAlert(command_id=command_id(2), alert_id=alert_id, expected_owner=""),
            "dispatch": DispatchAlert(command_id=command_id(3), alert_id=alert_id, agency_id="ubnd"),
            "acknowledge": AcknowledgeAlert(command_id=command_id(4), alert_id=alert_id),
        }
        for name, wish in wishes.items():
            result = await commands.execute(wish, operator(role), "")
            assert result.accepted == (name in allowed), name
            if not result.accepted:
                assert result.reason_code == RefusalCode.NOT_ALLOWED

    at_desk(tmp_path, scenario)


def test_ownership_and_agencies_are_judged_by_the_room_as_it_is(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk, alert_id: str) -> None:
        async def code(command: Command, user: str = "lan") -> str:
            return (await commands.execute(command, operator(user=user), "")).reason_code

        assert await code(TakeAlert(command_id=command_id(1), alert_id=alert_id, expected_owner="")) == ""
        late = TakeAlert(command_id=command_id(2), alert_id=alert_id, expected_owner="")
        assert await code(late, "minh") == RefusalCode.OWNER_CHANGED
        over = TakeAlert(command_id=command_id(3), alert_id=alert_id, expected_owner="lan")
        assert await code(over, "minh") == ""
        assert await code(ReleaseAlert(command_id=command_id(4), alert_id=alert_id)) == RefusalCode.OWNER_CHANGED
        wrong = DispatchAlert(command_id=command_id(5), alert_id=alert_id, agency_id="nobody")
        assert await code(wrong) == RefusalCode.UNKNOWN_AGENCY
        gone = AcknowledgeAlert(command_id=command_id(6), alert_id="no-such-alert")
        assert await code(gone) == RefusalCode.NOT_FOUND
        blank = CommentAlert(command_id=command_id(7), alert_id=alert_id, comment=" \x00 ")
        assert await code(blank) == RefusalCode.INVALID
        assert desk.only("cap.message").owner == "minh"

    at_desk(tmp_path, scenario)

"""A command is pending until its event is back; refusals and silence are told with a reason."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot

from backend.contracts.commands import ActAtDesk, Command, DispatchAlert, PlaceMark, TakeAlert
from backend.contracts.events import AlertAcknowledged, CommandRefused, Event, LoggedEvent, MarkPlaced
from backend.contracts.feed import CommandResult
from backend.contracts.marks import Mark
from console.commands.commands import KEPT, Commands, Pending, new_id


class Wire:
    """The link's end: keeps what was sent."""

    def __init__(self, connected: bool = True) -> None:
        self.connected = connected
        self.sent: list[Command] = []

    def send(self, command: Command) -> bool:
        if self.connected:
            self.sent.append(command)
        return self.connected


def answer(pending: Pending, accepted: bool, code: str = "", reason: str = "") -> CommandResult:
    return CommandResult(command_id=pending.command_id, accepted=accepted, reason_code=code, reason=reason)


def logged(event: Event, caused_by: str | None) -> LoggedEvent:
    return LoggedEvent(seq=1, at_ms=1, actor="an.tran", caused_by=caused_by, origin="", event=event)


def state_of(pending: Pending) -> str:
    """The state now; a function, because the type checker takes an attribute for something that stays."""
    return pending.state


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def commands(qapp: object, wire: Wire) -> Commands:
    return Commands(wire.send)


def test_accepted_is_not_done_before_the_event_is_back(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.take_result(answer(pending, accepted=True))
    assert state_of(pending) == "accepted"
    assert pending.waiting
    assert commands.latest("fire") is pending
    commands.take_events([logged(AlertAcknowledged(alert_id="fire"), pending.command_id)])
    assert state_of(pending) == "done"
    assert commands.latest("fire") is None


def test_the_event_may_overtake_the_answer(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.take_events([logged(AlertAcknowledged(alert_id="fire"), pending.command_id)])
    commands.take_result(answer(pending, accepted=True))
    assert state_of(pending) == "done"


def test_an_event_of_somebody_elses_command_finishes_nothing(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.take_events([logged(AlertAcknowledged(alert_id="fire"), "0" * 32)])
    assert state_of(pending) == "pending"


def test_the_record_of_a_refusal_is_not_taken_for_success(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    refused = CommandRefused(command="alert.acknowledge", about="fire", reason_code="not_allowed", reason="role")
    commands.take_events([logged(refused, pending.command_id)])
    commands.take_result(answer(pending, accepted=False, code="not_allowed", reason="role"))
    assert state_of(pending) == "rejected"


@pytest.mark.parametrize("code", ["not_allowed", "owner_changed", "wrong_phase", "unknown_agency", "read_only"])
def test_every_refusal_has_words_of_its_own(commands: Commands, code: str) -> None:
    pending = commands.take("fire", expected_owner="")
    commands.take_result(answer(pending, accepted=False, code=code, reason="server words"))
    assert pending.failed
    assert pending.reason
    assert pending.reason != "server words"


def test_an_unknown_refusal_keeps_the_servers_words_braces_and_all(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.take_result(answer(pending, accepted=False, code="brand_new", reason="see {this}"))
    assert pending.reason == "see {this}"


def test_no_answer_within_the_time_is_told(qtbot: QtBot, wire: Wire) -> None:
    commands = Commands(wire.send, timeout_s=0.05)
    pending = commands.acknowledge("fire")
    qtbot.waitUntil(lambda: state_of(pending) == "timed_out", timeout=2000)
    assert "0.05" in pending.reason


def test_an_accepted_command_whose_event_never_comes_is_told_too(qtbot: QtBot, wire: Wire) -> None:
    commands = Commands(wire.send, timeout_s=0.05)
    pending = commands.acknowledge("fire")
    commands.take_result(answer(pending, accepted=True))
    qtbot.waitUntil(lambda: pending.failed, timeout=2000)


def test_a_late_event_corrects_what_was_called_timed_out(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.link_lost()
    assert state_of(pending) == "timed_out"
    commands.take_events([logged(AlertAcknowledged(alert_id="fire"), pending.command_id)])
    assert state_of(pending) == "done"
    assert commands.latest("fire") is None


def test_without_a_connection_nothing_is_pretended(qapp: object) -> None:
    pending = Commands(Wire(connected=False).send).acknowledge("fire")
    assert state_of(pending) == "rejected"
    assert pending.reason


def test_a_session_that_only_shows_sends_nothing(qapp: object, wire: Wire) -> None:
    pending = Commands(wire.send, refusal="replay").acknowledge("fire")
    assert (state_of(pending), pending.reason, wire.sent) == ("rejected", "replay", [])


def test_the_fields_reach_the_wire(commands: Commands, wire: Wire) -> None:
    commands.take("fire", expected_owner="binh")
    commands.dispatch("fire", "pccc", "cổng sau")
    take, dispatch = wire.sent
    assert isinstance(take, TakeAlert)
    assert take.expected_owner == "binh"
    assert isinstance(dispatch, DispatchAlert)
    assert (dispatch.agency_id, dispatch.note) == ("pccc", "cổng sau")


def test_a_comment_without_words_never_leaves_the_desk(commands: Commands, wire: Wire) -> None:
    with pytest.raises(ValidationError):
        commands.comment("fire", "")
    assert wire.sent == []


def test_each_command_has_an_id_of_its_own(commands: Commands, wire: Wire) -> None:
    for _ in range(50):
        commands.acknowledge("fire")
    assert len({command.command_id for command in wire.sent}) == 50


def test_a_dismissed_refusal_is_gone_and_one_under_way_is_not(commands: Commands) -> None:
    pending = commands.acknowledge("fire")
    commands.dismiss("fire")
    assert commands.latest("fire") is pending
    commands.take_result(answer(pending, accepted=False, code="not_found"))
    commands.dismiss("fire")
    assert commands.latest("fire") is None


def place(mark_id: str = "m1") -> PlaceMark:
    return PlaceMark(command_id=new_id(), mark_id=mark_id, mark_kind="bookmark", at_ms=5)


def test_a_command_about_no_alert_is_followed_to_its_event(commands: Commands, wire: Wire) -> None:
    pending = commands.submit_room(place())
    assert (pending.kind, pending.about, pending.alert_id) == ("mark.place", "m1", "")
    assert [command.command_id for command in wire.sent] == [pending.command_id]
    commands.take_result(answer(pending, accepted=True))
    assert pending.waiting
    mark = Mark(mark_id="m1", kind="bookmark", at_ms=5, placed_by="an.tran", placed_ms=6)
    commands.take_events([logged(MarkPlaced(mark=mark), pending.command_id)])
    assert state_of(pending) == "done"


def test_room_commands_never_stand_for_an_alerts_newest(commands: Commands) -> None:
    commands.submit_room(place())
    commands.act("workspace", "duty")
    assert commands.latest("") is None
    commands.link_lost()
    assert commands.latest("") is None


def test_a_refused_room_command_does_not_speak_of_an_alert(commands: Commands) -> None:
    pending = commands.submit_room(place())
    commands.take_result(answer(pending, accepted=False, code="not_found", reason="m1"))
    about_alert = commands.acknowledge("fire")
    commands.take_result(answer(about_alert, accepted=False, code="not_found", reason="m1"))
    assert pending.failed
    assert pending.reason != about_alert.reason


def test_a_replay_places_no_marks_of_its_own(qapp: object, wire: Wire) -> None:
    pending = Commands(wire.send, refusal="replay").submit_room(place())
    assert (pending.failed, pending.reason, wire.sent) == (True, "replay", [])


def test_a_deed_at_the_desk_is_cut_to_what_the_record_takes(commands: Commands, wire: Wire) -> None:
    commands.act("camera", "x" * 300)
    (sent,) = wire.sent
    assert isinstance(sent, ActAtDesk)
    assert len(sent.about) == 200


@pytest.mark.parametrize("kept_more", [1, 5])
def test_finished_room_commands_are_forgotten_in_the_end(commands: Commands, kept_more: int) -> None:
    first = commands.act("sound", "mute")
    for _ in range(KEPT - 1 + kept_more):
        commands.act("sound", "mute")
    commands.take_result(answer(first, accepted=True))
    assert state_of(first) == "pending"

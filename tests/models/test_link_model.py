"""The link's condition follows what was heard and when, on a clock the test turns."""

from __future__ import annotations

import math

import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.feed import ProducerPulse
from console.models.link import LinkModel


class Turned:
    """A monotonic clock by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def __call__(self) -> float:
        return self.at_s


def seen(link: LinkModel) -> str:
    """The condition now; a function, because the type checker takes a property for something that stays."""
    return link.condition


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
def link(qapp: object, clock: Turned) -> LinkModel:
    return LinkModel(stale_after_s=3.0, now_s=clock)


def test_before_anything_was_heard_it_connects_and_has_no_age(link: LinkModel) -> None:
    assert seen(link) == "connecting"
    assert math.isinf(link.age_s)


def test_live_turns_stale_by_time_alone_and_says_so_once(qtbot: QtBot, link: LinkModel, clock: Turned) -> None:
    link.linked()
    link.heard(clock.at_s)
    assert seen(link) == "live"
    with qtbot.waitSignal(link.changed, timeout=2000):
        clock.at_s += 3.5
    assert seen(link) == "stale"
    assert link.age_s == pytest.approx(3.5)


def test_a_lost_link_keeps_counting_its_age(link: LinkModel, clock: Turned) -> None:
    link.linked()
    link.heard(clock.at_s)
    link.unlinked("connection refused")
    clock.at_s += 40
    assert (seen(link), link.reason) == ("lost", "connection refused")
    assert link.age_s == pytest.approx(40)


def test_a_seat_that_never_linked_is_connecting_whatever_fails(link: LinkModel) -> None:
    link.unlinked("connection refused")
    assert seen(link) == "connecting"


def test_welcome_after_an_outage_is_live_only_when_something_is_heard(link: LinkModel, clock: Turned) -> None:
    link.linked()
    link.heard(clock.at_s)
    link.unlinked("cut")
    clock.at_s += 10
    link.linked()
    assert seen(link) == "stale"
    link.heard(clock.at_s)
    assert seen(link) == "live"
    assert link.reason == ""


def test_an_offset_of_zero_is_told_the_first_time(qtbot: QtBot, link: LinkModel) -> None:
    with qtbot.waitSignal(link.changed, timeout=1000):
        link.set_offset_ms(0)
    assert link.offset_known


def test_dropped_samples_add_up(link: LinkModel) -> None:
    link.add_dropped(7)
    link.add_dropped(0)
    link.add_dropped(5)
    assert link.dropped == 12


def test_pulses_and_the_servers_own_fault_are_kept(link: LinkModel) -> None:
    pulse = ProducerPulse(producer_id="thuy-van", last_message_ms=5, accepted=3, rejected=1)
    link.set_pulses([pulse], "database or disk is full")
    assert link.producers == {"thuy-van": pulse}
    assert link.degraded == "database or disk is full"

"""An overloaded hotline raises one alert, which ends when the calls were answered; nothing flutters at the limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import Alert
from backend.contracts.hotline import HotlineRules, OverflowRules
from backend.domain.hotline_overflow import HotlineLoad, excesses, is_clear
from backend.services.hotline_watch import KIND, HotlineWatch
from config.hotline import read_hotline
from config.problems import Problems
from tests.system.test_hotline import Exchange, exchange

RULES = OverflowRules(
    waiting=3, longest_wait_s=3600 * 2, lost_share=0.5, least_calls=4, on_delay_s=0, off_delay_s=0, clear_share=0.7
)
LOADS = st.builds(
    HotlineLoad, waiting=st.integers(0, 9), longest_wait_s=st.floats(0, 9_000), settled=st.integers(0, 20),
    lost=st.integers(0, 20),
).filter(lambda load: load.lost <= load.settled)  # fmt: skip


@given(LOADS)
def test_what_is_over_a_limit_is_never_clear_and_what_grows_stays_over(load: HotlineLoad) -> None:
    over = excesses(load, RULES)
    assert not (over and is_clear(load, RULES))
    worse = HotlineLoad(load.waiting + 1, load.longest_wait_s + 1, load.settled + 1, load.lost + 1)
    assert len(excesses(worse, RULES)) >= len(over)


def test_a_share_of_few_calls_says_nothing() -> None:
    assert excesses(HotlineLoad(settled=3, lost=3), RULES) == ()
    assert [one.en for one in excesses(HotlineLoad(settled=4, lost=2), RULES)] == ["50% or more lost in 15 min"]


def overloads(line: Exchange) -> list[Alert]:
    return [one for one in line.state.alerts.values() if one.kind == KIND]


async def until(right: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(20):
        while not right():
            await asyncio.sleep(0.02)
    assert right(), what


@pytest.mark.anyio
async def test_too_many_who_wait_are_one_alert_until_they_are_answered(tmp_path: Path) -> None:
    async with exchange(tmp_path, HotlineRules(overflow=RULES)) as line:
        for number in range(3):
            await line.tell(line.word(str(number), "arrived", 3500))
        await until(lambda: [one.active for one in overloads(line)] == [True], "raised")
        (alert,) = overloads(line)
        assert (alert.place_id, alert.headline_en) == ("camera-ai", "Hotline overloaded: 3 or more waiting")
        # Two are below the limit and not yet well below it.
        await line.tell(line.word("0", "answered", 3510, agent="Bàn 1"))
        await line.tell(line.word("9", "arrived", 3511), line.word("9", "answered", 3512, agent="Bàn 2"))
        assert [one.active for one in overloads(line)] == [True]
        await line.tell(line.word("1", "answered", 3520, agent="Bàn 2"))
        await line.tell(line.word("2", "answered", 3521, agent="Bàn 3"))
        await until(lambda: [one.active for one in overloads(line)] == [False], "over")
        for number in range(20, 24):
            await line.tell(line.word(str(number), "arrived", 3530), line.word(str(number), "abandoned", 3540))
        await until(lambda: [one.active for one in overloads(line)] == [True], "the same one again")
        (again,) = overloads(line)
        assert (again.alert_id, "lost" in again.headline_en) == (alert.alert_id, True)


@pytest.mark.anyio
async def test_a_short_peak_raises_nothing(tmp_path: Path) -> None:
    rules = RULES.model_copy(update={"on_delay_s": 3600.0})
    async with exchange(tmp_path, HotlineRules(overflow=rules)) as line:
        for number in range(5):
            await line.tell(line.word(str(number), "arrived", 3500))
        watch = HotlineWatch(line.backend.parts.site, line.backend.parts.room, line.backend.clock.now_ms)
        await watch.look()
        line.backend.clock.ahead_ms += 3_500_000
        await watch.look()
        assert overloads(line) == []
        line.backend.clock.ahead_ms += 110_000
        await watch.look()
        assert len(overloads(line)) == 1


def test_wrong_limits_are_told_with_their_line(tmp_path: Path) -> None:
    service = '[service]\nanswer_within_s = 20\nsource = "x"\nverified = false\n'
    text = f'[overflow]\nwindow_min = 5\nsource = "x"\nverified = false\n{service}'
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    problems = Problems()
    read_hotline(tmp_path, (), (), (), problems)
    assert [str(one) for one in problems.found] == [
        "hotline.toml:1: no limit; right would be at least one of waiting, longest_wait_s, lost_share"
    ]

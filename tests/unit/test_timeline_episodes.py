"""Episodes of a timeline laid out: each is in one bar, no bar hides another, and a pointer finds every one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.chart_types import View
from widgets.timeline_episodes import EPISODES_PX, LEAST_PX, STACKED, Bar, bar_at, bars, chosen_of, neighbour
from widgets.timeline_scale import Scale
from widgets.timeline_types import Contents, Episode, EpisodeRow

LEFT_PX, WIDTH_PX, TOP_PX = 120.0, 1000.0, 122.0


def episode(number: int, start_ms: int, length_ms: int) -> Episode:
    return Episode(f"{number:03}", start_ms, start_ms + length_ms, (start_ms, start_ms + length_ms), f"tip {number}")


EPISODES = st.lists(st.tuples(st.integers(-2000, 12_000), st.integers(0, 4000)), max_size=60).map(
    lambda rows: tuple(episode(number, *row) for number, row in enumerate(rows))
)


def scale(start_ms: int = 0, span_ms: int = 10_000) -> Scale:
    return Scale(View(start_ms, start_ms + span_ms), LEFT_PX, WIDTH_PX)


def ids(found: list[Bar]) -> list[str]:
    return sorted(one.episode_id for bar in found for one in bar.episodes)


@given(EPISODES)
def test_every_episode_in_the_view_is_in_one_bar_that_hides_no_other(episodes: tuple[Episode, ...]) -> None:
    found = bars(episodes, scale(), TOP_PX)
    whole = bars(episodes, Scale(View(-5_000, 20_000), LEFT_PX, 2.5 * WIDTH_PX), TOP_PX)
    assert ids(whole) == sorted(one.episode_id for one in episodes)
    alone = {bar.episodes[0].episode_id for bar in whole if len(bar.episodes) == 1}
    going_on = {one.episode_id for one in episodes if one.end_ms > 0 and one.start_ms < 10_000}
    begun = {one.episode_id for one in episodes if 0 <= one.start_ms < 10_000}
    assert len(ids(found)) == len(set(ids(found)))
    assert begun | (going_on & alone) <= set(ids(found))
    for number, bar in enumerate(found):
        assert bar.rect.width() >= LEAST_PX or bar.rect.left() < LEFT_PX or bar.rect.right() > LEFT_PX + WIDTH_PX
        assert TOP_PX <= bar.rect.top() < bar.rect.bottom() <= TOP_PX + EPISODES_PX - 1
        for other in found[:number]:
            assert not bar.rect.intersects(other.rect)
    at = {round(one.rect.center().x()) for one in found}
    for x in at:
        assert sum(one.rect.left() <= x < one.rect.right() for one in found) <= STACKED


@given(EPISODES)
def test_the_pointer_finds_each_bar_and_clicks_reach_each_of_its_episodes(episodes: tuple[Episode, ...]) -> None:
    contents = Contents(episodes=EpisodeRow("x", episodes))
    for bar in bars(episodes, scale(), TOP_PX):
        centre = bar.rect.center()
        if not centre.x() >= LEFT_PX:
            continue
        assert bar_at(centre, contents, scale(), TOP_PX) == bar
        reached, marked = set(), ""
        for _ in bar.episodes:
            marked = chosen_of(bar, marked).episode_id
            reached.add(marked)
        assert reached == {one.episode_id for one in bar.episodes}


@given(EPISODES, st.integers(-50, 50))
def test_bars_keep_their_rows_while_the_view_is_panned(episodes: tuple[Episode, ...], by_px: int) -> None:
    before = {bar.episodes: bar.rect for bar in bars(episodes, scale(), TOP_PX)}
    after = {bar.episodes: bar.rect for bar in bars(episodes, scale(10 * by_px), TOP_PX)}
    for together in before.keys() & after.keys():
        assert before[together].top() == after[together].top()
    if not by_px:
        assert before == after


def test_three_stand_over_each_other_and_a_fourth_is_told_as_a_count() -> None:
    three = [episode(number, 1000 + 100 * number, 3000) for number in range(3)]
    assert [len(bar.episodes) for bar in bars(three, scale(), TOP_PX)] == [1, 1, 1]
    assert len({bar.rect.top() for bar in bars(three, scale(), TOP_PX)}) == 3
    four = [*three, episode(3, 1500, 5000)]
    found = bars(four, scale(), TOP_PX)
    assert [[one.episode_id for one in bar.episodes] for bar in found] == [["000"], ["001"], ["002", "003"]]
    later = bars([*four, episode(4, 8000, 100)], scale(), TOP_PX)
    assert len(later) == 4, "who comes after them has a row of his own"
    (alone,) = bars([episode(0, 5000, 0)], scale(span_ms=86_400_000), TOP_PX)
    assert alone.rect.width() == LEAST_PX


@given(EPISODES, st.integers(-3000, 13_000))
def test_keys_go_through_all_of_them_in_the_order_of_time(episodes: tuple[Episode, ...], now_ms: int) -> None:
    row = EpisodeRow("x", episodes)
    ordered = sorted(episodes, key=lambda one: (one.start_ms, one.episode_id))
    first = neighbour(row, "", now_ms, +1)
    assert first == next((one for one in ordered if one.start_ms > now_ms), None)
    went: list[Episode] = []
    at = neighbour(row, "", -10_000, +1)
    while at is not None:
        went.append(at)
        at = neighbour(row, at.episode_id, now_ms, +1)
    assert went == ordered
    if ordered:
        assert neighbour(row, ordered[0].episode_id, now_ms, -1) is None
        assert neighbour(row, "gone", 20_000, -1) == ordered[-1]
    assert neighbour(None, "", now_ms, +1) is None

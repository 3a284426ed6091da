"""Which posts tell the same story, which names they say, and when a name is spoken of too much."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.press import SpikeRule, WatchItem, WatchList
from backend.domain.press.spikes import BIN_MS, DAY_MS, HOUR_MS, Counts, is_spike, read
from backend.domain.press.stories import StoryIndex, runs_of, share
from backend.domain.press.texts import compared_words
from backend.domain.press.watch_lists import Watcher
from config.press import read_press
from config.problems import Problems

FLOOD = (
    "Mưa lớn từ rạng sáng khiến nhiều tuyến đường ở phường Cốc Lếu ngập sâu, có nơi tới nửa mét. Lực lượng chức năng "
    "đã có mặt phân luồng giao thông, hỗ trợ người dân di chuyển tài sản và cảnh báo người đi xe máy không qua đó."
)
FLOOD_ANEW = (
    "(Báo Giả) - Mưa lớn từ rạng sáng nay khiến nhiều tuyến đường ở phường Cốc Lếu ngập sâu, có nơi tới nửa mét. "
    "Lực lượng chức năng đã có mặt phân luồng giao thông, hỗ trợ người dân di chuyển tài sản.\nXem thêm: giá vàng"
)
BRIDGE = (
    "Sở Xây dựng cho biết cầu Phú Thịnh sẽ được sửa chữa mặt cầu trong hai tuần, các phương tiện trên năm tấn đi theo "
    "hướng cầu Cốc Lếu. Việc phân luồng bắt đầu từ thứ hai tuần sau và có người hướng dẫn ở hai đầu cầu."
)
TITLE = "Ngập sâu nhiều tuyến đường phường Cốc Lếu sau mưa lớn"


def story_of(first: tuple[str, str], second: tuple[str, str]) -> bool:
    index = StoryIndex(DAY_MS)
    index.add("1", "one", compared_words(first[0], ""), compared_words(*first), 0)
    return index.find(compared_words(second[0], ""), compared_words(*second)) == "one"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        pytest.param((TITLE, FLOOD), (TITLE, FLOOD), True, id="copied"),
        pytest.param(("Ngập nặng", FLOOD), ("Cốc Lếu thành sông", FLOOD_ANEW), True, id="shortened, with a teaser"),
        pytest.param((TITLE, FLOOD), (TITLE.upper(), ""), True, id="the title alone, shouted"),
        pytest.param((TITLE, FLOOD), ("Ngap sau nhieu tuyen duong phuong Coc Leu sau mua lon", ""), True, id="bare"),
        pytest.param((TITLE, FLOOD), ("Sửa cầu Phú Thịnh", BRIDGE), False, id="another matter with common words"),
        pytest.param(("Thông báo khẩn", ""), ("Thông báo khẩn", BRIDGE), False, id="a title that says too little"),
        pytest.param((TITLE, FLOOD), ("Ngập sâu ở phường Sa Pa", ""), False, id="another place"),
    ],
)  # fmt: skip
def test_posts_that_tell_the_same_are_one_story(first: tuple[str, str], second: tuple[str, str], same: bool) -> None:
    assert story_of(first, second) is same
    assert story_of(second, first) is same


_WORDS = st.lists(st.sampled_from([f"từ{n}" for n in range(40)]), min_size=1, max_size=60)


@given(_WORDS, _WORDS)
def test_the_share_of_common_runs_is_symmetric_and_whole_for_the_same(one: list[str], other: list[str]) -> None:
    runs, others = runs_of(one), runs_of(other)
    assert share(runs, runs) == 1.0
    assert share(runs, others) == share(others, runs) <= 1.0


@given(st.lists(_WORDS, min_size=1, max_size=20), st.integers(1, 5))
def test_the_index_forgets_the_oldest_and_keeps_no_bucket_of_it(texts: list[list[str]], most: int) -> None:
    index = StoryIndex(DAY_MS, most)
    for number, words in enumerate(texts):
        index.add(str(number), f"s{number}", words, words, number)
    assert len(index) == min(most, len(texts))
    assert index.find(texts[-1], texts[-1]) is not None
    index.forget_old(DAY_MS + len(texts))
    assert len(index) == 0
    assert not index._buckets


WATCHED = WatchList(
    list_id="dia-danh",
    name_vi="Địa danh",
    name_en="Places",
    items=(
        WatchItem(item_id="sa-pa", name="Sa Pa", aliases=("Sapa",)),
        WatchItem(item_id="hoa-binh", name="Hòa Bình"),
        WatchItem(item_id="dong-da", name="Đống Đa"),
        WatchItem(item_id="so-nnmt", name="Sở NN&MT"),
    ),
)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Du khách đổ về Sa Pa", ("sa-pa",)),
        ("SAPA đông nghịt", ("sa-pa",)),
        ("o sa pa troi mua", ("sa-pa",)),
        ("xã Sa Pả có mưa", ()),
        ("Sa Pay", ()),
        ("phường Hoà Bình", ("hoa-binh",)),
        ("phường Hoa Binh", ("hoa-binh",)),
        ("phường Hoa Bình", ()),
        ("dong da", ("dong-da",)),
        ("Đông Đa", ()),
        ("Sở NN&MT và Sa Pa", ("so-nnmt", "sa-pa")),
        ("", ()),
    ],
)
def test_a_name_is_said_in_whole_words_with_its_marks_or_with_none(text: str, hits: tuple[str, ...]) -> None:
    assert Watcher([WATCHED]).hits(text) == hits


RULE = SpikeRule(days=14, times_spread=5.0, floor=8, clear_ratio=0.5)


@pytest.mark.parametrize(
    ("count", "past", "spike"),
    [
        (7, [0] * 14, False),
        (8, [0] * 14, True),
        (20, [20] * 14, False),
        (26, [20] * 14, True),
        (30, [20, 21, 19, 400, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20], True),
        (30, [10, 50, 20, 40, 15, 45, 30, 35, 25, 20, 40, 10, 50, 30], False),
        (8, [], True),
        (7, [5, 5], False),
    ],
    ids=["few", "from nothing", "as ever", "above", "one loud day", "a restless name", "nothing known", "floor"],
)
def test_a_spike_is_far_above_the_usual_of_the_hour(count: int, past: list[int], spike: bool) -> None:
    assert is_spike(read(count, past, RULE), False, RULE) is spike


@given(st.integers(0, 500), st.lists(st.integers(0, 500), max_size=14))
def test_a_spike_ends_lower_than_it_began(count: int, past: list[int]) -> None:
    reading = read(count, past, RULE)
    if is_spike(reading, False, RULE):
        assert is_spike(reading, True, RULE)
    assert reading.raise_at >= RULE.floor


def test_the_hour_is_compared_with_the_same_hour_of_days_that_were_listened_to() -> None:
    counts = Counts()
    now_ms = 20 * DAY_MS
    counts.add(now_ms - day * DAY_MS - BIN_MS for day in range(15) for _ in range(3))
    counts.add([now_ms - 6 * HOUR_MS] * 50)  # another hour of today
    assert counts.reading(now_ms, now_ms - 4 * DAY_MS - HOUR_MS, RULE).usual == 3
    assert counts.reading(now_ms, now_ms - DAY_MS, RULE).usual is None
    counts.forget(now_ms - DAY_MS)
    assert counts.hour(now_ms) == 3
    assert counts.hour(now_ms - 2 * DAY_MS) == 0


def test_a_wrong_press_file_is_told_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "press.toml").write_text(
        '[press]\nsame_story_days = 0\n[spikes]\nfloor = 1\nsource = "x"\nverified = false\n'
        '[[list]]\nlist_id = "a"\nname_vi = "A"\nname_en = "A"\nitems = [{ item_id = "x", name = "Xã Một" }]\n'
        '[[list]]\nlist_id = "a"\nname_vi = "A"\nname_en = "A"\nitems = [{ item_id = "x", name = "Xã Hai" }]\n'
        "[lists]\n",
        encoding="utf-8",
    )
    problems = Problems()
    read_press(tmp_path, problems)
    told = [str(one) for one in problems.found]
    assert len(told) == 5, told
    for line, word in ((2, "same_story_days"), (4, "floor"), (12, "'a'"), (16, "'x'"), (17, "lists")):
        assert any(one.startswith(f"press.toml:{line}:") and word in one for one in told), (line, word, told)

"""The stream of press and social media as rows: the newest word first, what is watched and what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.folded import folded
from backend.contracts.press import Post, SpikeState, Story, WatchList
from backend.contracts.state import RoomState
from console.models.numbers import format_age, format_number, format_time
from console.models.press_words import agency_name, state_words, tone_words
from console.models.word_rows import Row

translate = QCoreApplication.translate

Which = Literal["new", "watched", "all"]
"""Nobody did anything with it yet; somebody on a watch list is named; everything."""

RESTRICTED_MARK: Final = "◈"
"""Before what only the leaders' list finds."""


def chosen(stories: Iterable[Story], which: Which, words: str) -> list[Story]:
    """Those of a choice that hold every word, the newest word first."""
    wanted = folded(words).split()
    found = [
        one
        for one in stories
        if (which == "all" or (which == "new" and one.state == "new") or (which == "watched" and one.hits))
        and all(word in folded(f"{one.title} {one.outlet}") for word in wanted)
    ]
    return sorted(found, key=lambda one: (-one.newest_ms, one.story_id))


def headings() -> Sequence[str]:
    return (
        translate("Press", "Age"),
        translate("Press", "Story"),
        translate("Press", "Told by"),
        translate("Press", "Tone"),
        translate("Press", "Named"),
        translate("Press", "State"),
    )


def story_row(story: Story, state: RoomState, lists: Sequence[WatchList], now_ms: int, language: str) -> Row:
    told = story.outlet
    if story.posts > 1:
        more = translate("Press", "{outlet} +{posts}")
        told = more.format(outlet=story.outlet, posts=story.posts - 1)
    title = f"{RESTRICTED_MARK} {story.title}" if story.restricted else story.title
    cells = (
        format_age((now_ms - story.newest_ms) / 1000, language),
        title,
        told,
        tone_words(story, state),
        named(story.hits, lists),
        standing(story, state),
    )
    return Row(cells, "good" if story.state == "new" else "none", 1, story.story_id)


def standing(story: Story, state: RoomState) -> str:
    words = state_words(story.state)
    if story.state == "assigned":
        return f"{words}: {agency_name(story.agency_id, state)}"
    return f"{words} {story.report_id}" if story.report_id else words


def named(hits: Iterable[str], lists: Sequence[WatchList]) -> str:
    names = {item.item_id: item.name for one in lists for item in one.items}
    return ", ".join(names.get(hit, hit) for hit in hits)


def post_rows(posts: Iterable[Post], state: RoomState, language: str) -> list[Row]:
    """When, who, what; the newest first."""
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    rows = []
    for post in posts:
        likes = post.engagement
        counts = [
            f"{format_number(count, 0, language)} {name}"
            for count, name in (
                (likes.views, translate("Press", "views")),
                (likes.shares, translate("Press", "shares")),
                (likes.comments, translate("Press", "comments")),
            )
            if count
        ]
        when = format_time(post.published_ms, offset_min, with_date=True)
        rows.append(Row((when, post.outlet, post.title or post.text, " · ".join(counts)), key=post.post_id))
    return rows


def spike_words(spikes: Iterable[SpikeState], language: str) -> str:
    """Names that are spoken of unusually much just now; "" = none."""
    told = []
    for one in spikes:
        if not one.active:
            continue
        usual = "–" if one.usual is None else format_number(one.usual, 1, language)
        words = translate("Press", "▲ {name}: {count} in the last hour, usual {usual}")
        told.append(words.format(name=one.name, count=one.count, usual=usual))
    return "   ".join(told)


def facts(story: Story, state: RoomState, lists: Sequence[WatchList], now_ms: int, language: str) -> str:
    words = [
        translate("Press", "EXERCISE") if story.exercise else "",
        standing(story, state),
        translate("Press", "told {posts} times by {outlets}").format(posts=story.posts, outlets=story.outlets),
        tone_words(story, state),
        format_age((now_ms - story.first_ms) / 1000, language),
        named(story.hits, lists),
        story.reason,
    ]
    return " · ".join(word for word in words if word)

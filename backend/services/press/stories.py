"""What the posts of the last days tell together: each post to its story, each story with its figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.contracts.press import Post, SpikeRule, SpikeState, Story, StoryGrew, WatchList
from backend.domain.press.spikes import DAY_MS, HOUR_MS, Counts, is_spike
from backend.domain.press.stories import StoryIndex
from backend.domain.press.texts import compared_words
from backend.domain.press.watch_lists import Watcher
from backend.sources.news_item import NewsItem


def post_id_of(producer_id: str, item_id: str) -> str:
    name = f"{producer_id}\n{item_id}".encode()
    return f"post-{hashlib.sha256(name).hexdigest()[:24]}"


@dataclass(slots=True)
class Growing:
    """One story as its posts are: `told` is what the room was told of it, None = nothing yet."""

    first: Post
    posts: int = 0
    outlets: set[str] = field(default_factory=set)
    newest_ms: int = 0
    sentiment: str = ""
    sentiment_by: str = ""
    hits: dict[str, None] = field(default_factory=dict)
    leaders: dict[str, None] = field(default_factory=dict)
    told_posts: int = 0
    told_ms: int = 0

    @property
    def restricted(self) -> bool:
        """Only restricted lists name it."""
        return bool(self.leaders) and not self.hits

    def take(self, post: Post, hits: Iterable[str], leaders: Iterable[str]) -> None:
        self.posts += 1
        self.outlets.add(post.outlet or post.producer_id)
        if post.published_ms >= self.newest_ms and post.sentiment:
            self.sentiment, self.sentiment_by = post.sentiment, post.producer_id
        self.newest_ms = max(self.newest_ms, post.published_ms)
        self.hits.update(dict.fromkeys(hits))
        self.leaders.update(dict.fromkeys(leaders))

    def story(self, now_ms: int, simulated: bool, exercise: bool) -> Story:
        """Without what restricted lists found."""
        values = {
            "story_id": self.first.story_id,
            "title": self.first.title,
            "outlet": self.first.outlet,
            "url": self.first.url,
            "producer_id": self.first.producer_id,
            "first_ms": self.first.published_ms,
            "newest_ms": self.newest_ms,
            "posts": self.posts,
            "outlets": len(self.outlets),
            "sentiment": self.sentiment,
            "sentiment_by": self.sentiment_by,
            "hits": tuple(self.hits),
            "restricted": self.restricted,
            "changed_ms": now_ms,
            "simulated": simulated,
            "exercise": exercise,
        }
        return Story.model_validate(values)

    def grew(self) -> StoryGrew:
        values = {"story_id": self.first.story_id, "posts": self.posts, "outlets": len(self.outlets)}
        values |= {"newest_ms": self.newest_ms, "sentiment": self.sentiment, "sentiment_by": self.sentiment_by}
        return StoryGrew.model_validate(values | {"hits": tuple(self.hits)})


class Stories:
    """Posts of the last `days`, grouped; how often each watched name was said. One thread at a time."""

    def __init__(self, lists: Iterable[WatchList], rule: SpikeRule, days: int) -> None:
        lists = tuple(lists)
        self._lists = lists
        self._rule = rule
        self._window_ms = days * DAY_MS
        self._index = StoryIndex(self._window_ms)
        self._open = Watcher(one for one in lists if not one.restricted)
        self._restricted = Watcher(one for one in lists if one.restricted)
        self._counts = {item.item_id: Counts() for one in lists for item in one.items}
        self._active: dict[str, bool] = {}
        self._since_ms: int | None = None
        self.growing: dict[str, Growing] = {}

    def story_of(self, post_id: str, item: NewsItem) -> str:
        """The story it tells; a new one when none is known. Known again at once: the next one may tell the same."""
        title, words = compared_words(item.title, ""), compared_words(item.title, item.text)
        known = self._index.story_of(post_id)
        story_id = known or self._index.find(title, words) or f"story-{post_id.removeprefix('post-')}"
        self._index.add(post_id, story_id, title, words, item.published_ms)
        return story_id

    def take(self, post: Post) -> Growing:
        """A post that is stored."""
        title, words = compared_words(post.title, ""), compared_words(post.title, post.text)
        self._index.add(post.post_id, post.story_id, title, words, post.published_ms)
        said = f"{post.title}\n{post.text}"
        hits, leaders = self._open.hits(said), self._restricted.hits(said)
        for item_id in (*hits, *leaders):
            self._counts[item_id].add((post.published_ms,))
        since = post.received_ms if self._since_ms is None else min(self._since_ms, post.received_ms)
        self._since_ms = since
        growing = self.growing.setdefault(post.story_id, Growing(post))
        growing.take(post, hits, leaders)
        return growing

    def spikes(self, now_ms: int) -> tuple[SpikeState, ...]:
        """Every watched name as it is now."""
        found: list[SpikeState] = []
        for one in self._lists:
            for item in one.items:
                since_ms = now_ms if self._since_ms is None else self._since_ms
                reading = self._counts[item.item_id].reading(now_ms, since_ms, self._rule)
                active = is_spike(reading, self._active.get(item.item_id, False), self._rule)
                self._active[item.item_id] = active
                found.append(
                    SpikeState(
                        item_id=item.item_id,
                        name=item.name,
                        list_id=one.list_id,
                        restricted=one.restricted,
                        count=reading.count,
                        usual=reading.usual,
                        raise_at=reading.raise_at,
                        active=active,
                    )
                )
        return tuple(found)

    def resume(self, item_ids: Iterable[str]) -> None:
        """These were spikes when the room was last told."""
        self._active.update(dict.fromkeys(item_ids, True))

    def forget_old(self, now_ms: int) -> None:
        self._index.forget_old(now_ms)
        self.growing = {key: one for key, one in self.growing.items() if one.newest_ms > now_ms - self._window_ms}
        for counts in self._counts.values():
            counts.forget(now_ms - self._rule.days * DAY_MS - HOUR_MS)

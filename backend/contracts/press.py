"""Press and social media: watch lists, posts, and the stories they tell. The room's state holds the newest stories.

What only the leaders' lists name is restricted: such a story and such a hit never stand in the log; their doors ask
for the right "press.leaders".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

Sentiment = Literal["", "positive", "neutral", "negative"]
"""What the producer of a post says of its tone; "" = it says nothing. Never our own guess."""

StoryState = Literal["new", "assigned", "dismissed", "reported"]

STORY_TEXT_MOST: Final = 4000
TITLE_MOST: Final = 300
REASON_MOST: Final = 500


class WatchItem(Wire):
    """A name that is looked for: whole words; typed without any diacritics it counts, too."""

    item_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    name: Annotated[str, Field(min_length=2, max_length=120)]
    aliases: tuple[Annotated[str, Field(min_length=2, max_length=120)], ...] = ()


class WatchList(Wire):
    """`restricted`: only the right "press.leaders" sees the list and what it finds."""

    list_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    name_vi: Annotated[str, Field(min_length=1, max_length=120)]
    name_en: Annotated[str, Field(min_length=1, max_length=120)]
    restricted: bool = False
    items: Annotated[tuple[WatchItem, ...], Field(min_length=1)]


class SpikeRule(Wire):
    """When a name is spoken of so much that it is an alert.

    Attributes:
        days: the same hour of so many days before is what is usual.
        times_spread: so many spreads above the usual it begins.
        floor: fewer posts in an hour are never a spike.
        clear_ratio: it ends when the hour counts less than this share of what raised it.
        source: who set the figures.
    """

    days: Annotated[int, Field(ge=3, le=60)] = 14
    times_spread: Annotated[float, Field(ge=1, le=50)] = 5.0
    floor: Annotated[int, Field(ge=2, le=10_000)] = 8
    clear_ratio: Annotated[float, Field(gt=0, lt=1)] = 0.6
    source: str = ""


class PressRules(Wire):
    """What every seat may know of it: restricted lists are not among `lists`."""

    lists: tuple[WatchList, ...] = ()
    spikes: SpikeRule = SpikeRule()

    def item_name(self, item_id: str) -> str:
        """Its own id for one that no list of these has."""
        return next((item.name for one in self.lists for item in one.items if item.item_id == item_id), item_id)


class Picture(Wire):
    """A picture that came with a post: kept under its SHA-256."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/gif"]
    size_bytes: Annotated[int, Field(ge=1)]


class Engagement(Wire):
    """Counts as the producer gives them; None = it does not."""

    likes: Annotated[int, Field(ge=0)] | None = None
    shares: Annotated[int, Field(ge=0)] | None = None
    comments: Annotated[int, Field(ge=0)] | None = None
    views: Annotated[int, Field(ge=0)] | None = None


class Post(Wire):
    """One article or post as it was given to us. Texts are plain text, never markup.

    Attributes:
        post_id: made of the producer and its own id of the post.
        outlet: newspaper, page or account that published it.
        published_ms: as the producer says, never later than `received_ms`.
        sentiment: the producer's label.
        digest: SHA-256 of the snapshot's canonical JSON, which stands in the audit log, too.
    """

    post_id: Identifier
    story_id: Identifier
    producer_id: Identifier
    title: Annotated[str, Field(max_length=TITLE_MOST)]
    text: Annotated[str, Field(max_length=STORY_TEXT_MOST)]
    outlet: Annotated[str, Field(max_length=120)]
    url: Annotated[str, Field(max_length=2000)]
    author: Annotated[str, Field(max_length=120)] = ""
    published_ms: EpochMs
    received_ms: EpochMs
    sentiment: Sentiment = ""
    engagement: Engagement = Engagement()
    pictures: tuple[Picture, ...] = ()
    digest: str


class Story(Wire):
    """Posts that tell the same. Made by its first post.

    Attributes:
        title, outlet, url: of the first post that came.
        first_ms, newest_ms: when its first and its newest post were published.
        posts, outlets: how many there are so far.
        sentiment: of the newest post that has one, `sentiment_by` the producer who says so.
        hits: ids of watch items that its posts name; of a restricted list only where the right was shown.
        restricted: only restricted lists name it.
        reason: why it was dismissed, or the note to its agency.
    """

    story_id: Identifier
    title: Annotated[str, Field(max_length=TITLE_MOST)]
    outlet: Annotated[str, Field(max_length=120)]
    url: Annotated[str, Field(max_length=2000)]
    producer_id: Identifier
    first_ms: EpochMs
    newest_ms: EpochMs
    posts: Annotated[int, Field(ge=1)] = 1
    outlets: Annotated[int, Field(ge=1)] = 1
    sentiment: Sentiment = ""
    sentiment_by: str = ""
    hits: tuple[str, ...] = ()
    restricted: bool = False
    state: StoryState = "new"
    agency_id: str = ""
    report_id: str = ""
    reason: str = ""
    changed_ms: EpochMs
    simulated: bool = False
    exercise: bool = False


class StorySeen(Wire):
    """The first post of a story that is news to the room."""

    kind: Literal["story.seen"] = "story.seen"
    story: Story


class StoryGrew(Wire):
    """More posts told it; told at most once in a while."""

    kind: Literal["story.grew"] = "story.grew"
    story_id: Identifier
    posts: Annotated[int, Field(ge=1)]
    outlets: Annotated[int, Field(ge=1)]
    newest_ms: EpochMs
    sentiment: Sentiment = ""
    sentiment_by: str = ""
    hits: tuple[str, ...] = ()


class StoryAssigned(Wire):
    """The agency is to answer it."""

    kind: Literal["story.assigned"] = "story.assigned"
    story_id: Identifier
    agency_id: Identifier
    note: Annotated[str, Field(max_length=REASON_MOST)] = ""


class StoryDismissed(Wire):
    kind: Literal["story.dismissed"] = "story.dismissed"
    story_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MOST)]


class StoryReported(Wire):
    """It became a report (channel "press") that the agencies work on."""

    kind: Literal["story.reported"] = "story.reported"
    story_id: Identifier
    report_id: Identifier


StoryEvent = StoryGrew | StoryAssigned | StoryDismissed | StoryReported
"""Events about a story that is there: they have a `story_id`."""


class StoryPage(Wire):
    """Stories of a span, newest first; `next_ms`: ask again with it as the end, None = these are all."""

    stories: tuple[Story, ...]
    next_ms: EpochMs | None = None


class StoryDetail(Wire):
    """A story with its newest posts, newest first."""

    story: Story
    posts: tuple[Post, ...]


class SpikeState(Wire):
    """How much an item is spoken of just now: posts of the last hour against what is usual at this hour.

    Attributes:
        usual: median of the same hour of the days before; None = too few days are known.
        raise_at: from this count on it is a spike.
    """

    item_id: str
    name: str
    list_id: str
    restricted: bool
    count: int
    usual: float | None
    raise_at: float
    active: bool


class SpikeBoard(Wire):
    """`lists`: those whose items this seat may see."""

    lists: tuple[WatchList, ...]
    spikes: tuple[SpikeState, ...]


def story_after(story: Story, event: StoryEvent, at_ms: int) -> Story:
    """The story with one more event, logged at `at_ms`."""
    match event:
        case StoryGrew():
            changes: dict[str, object] = {"posts": event.posts, "outlets": event.outlets, "newest_ms": event.newest_ms}
            if event.sentiment:
                changes |= {"sentiment": event.sentiment, "sentiment_by": event.sentiment_by}
            changes["hits"] = event.hits or story.hits
        case StoryAssigned():
            changes = {"state": "assigned", "agency_id": event.agency_id, "reason": event.note}
        case StoryDismissed():
            changes = {"state": "dismissed", "reason": event.reason}
        case StoryReported():
            changes = {"state": "reported", "report_id": event.report_id, "reason": ""}
    return story.model_copy(update={**changes, "changed_ms": at_ms})

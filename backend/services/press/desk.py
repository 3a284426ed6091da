"""The press desk: posts come in, stories are told to the room, names that are spoken of too much become alerts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.commands import AssignStory, DismissStory, RefusalCode, ReportStory, StoryCommand
from backend.contracts.events import Event, LoggedEvent, RowsShown
from backend.contracts.press import (
    REASON_MOST,
    Picture,
    Post,
    SpikeState,
    Story,
    StoryAssigned,
    StoryDismissed,
    StoryEvent,
    StoryReported,
    StorySeen,
)
from backend.contracts.site import Producer
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, Decision, Refusal, reactivate, return_alert, update
from backend.domain.press.spikes import DAY_MS, HOUR_MS
from backend.services.audit import Audit
from backend.services.open_alerts import OpenOfPlace
from backend.services.places import is_simulated, own_alert, raised, taken
from backend.services.press.snapshots import AUDITED, PictureFolder, snapshot_of
from backend.services.press.stories import Growing, Stories, post_id_of
from backend.services.reports.desk import Filed, ReportDesk, ReportError
from backend.services.room import Room
from backend.sources.news_item import NewsItem, PictureGiven
from backend.sources.text import paragraphs, plain
from backend.storage.errors import StorageError
from backend.storage.press import PostRow, PressStore, StoryRow
from config.model import SiteConfig

_log = logging.getLogger(__name__)

KIND: Final = "press.spike"
RESTRICTED: Final = "restricted-list"
"""Place of the one alert for every name of a restricted list."""

RESTRICTED_VI: Final = "Danh sách lãnh đạo"
LOOK_S: Final = 1.0
GREW_EVERY_MS: Final = 10_000
"""A story that a hundred outlets copy within a minute is told six times, not a hundred."""

COUNT_EVERY_MS: Final = 60_000
SPIKES_EVERY_MS: Final = 5_000
FORGET_EVERY_MS: Final = HOUR_MS
READ_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Coming:
    """One item on its way in."""

    row: PostRow
    item: NewsItem


class PressDesk:
    """Event-loop thread only. `run` is an endless job for the supervisor.

    A post is durable when `take` returns; the room is told of its story at once, or as soon as the disk takes it.
    """

    def __init__(
        self, site: SiteConfig, room: Room, store: PressStore, audit: Audit, reports: ReportDesk, pictures: Path
    ) -> None:
        self._site = site
        self._room = room
        self.store = store
        self.pictures = PictureFolder(pictures)
        self._audit = audit
        self._reports = reports
        self._stories = Stories(site.press.lists, site.press.spikes, site.same_story_days)
        self._alerts = OpenOfPlace(KIND)
        self._turn = asyncio.Lock()
        self._telling = asyncio.Lock()
        self._opened = False
        self._untold: dict[str, Growing] = {}
        self._unkept: dict[str, Story | None] = {}
        self._counted_ms: dict[str, int] = {}
        self._spiked_ms = 0
        self._forgot_ms = 0

    # -- what comes in --------------------------------------------------------------------------------------------

    async def take(self, producer: Producer, items: Sequence[NewsItem], received_ms: int) -> tuple[int, int]:
        """How many are new, and how many were known. Raises: StorageError: nothing of it was stored."""
        async with self._turn:
            await self._open()
            coming = await asyncio.to_thread(self._coming, producer.producer_id, items, received_ms)
            new = await self.store.add([one.row for one in coming])
            fresh = [one for one in coming if one.row.post.post_id in new]
            for one in fresh:
                self._grown(one.row.post)
        for one in fresh:
            detail: dict[str, str | int] = {"sha256": one.row.post.digest, "pictures": len(one.row.post.pictures)}
            actor = f"producer:{producer.producer_id}"
            await self._audit.note(AUDITED, one.row.post.post_id, actor=actor, origin="", detail=detail)
        await self.tell()
        return len(fresh), len(items) - len(fresh)

    def _coming(self, producer_id: str, items: Sequence[NewsItem], received_ms: int) -> list[_Coming]:
        """Worker thread, under `_turn`. Raises: StorageError: a picture could not be kept."""
        coming: list[_Coming] = []
        kept: list[tuple[Picture, PictureGiven]] = []
        for item in items:
            post_id = post_id_of(producer_id, item.item_id)
            snapshot, digest, pictures = snapshot_of(post_id, producer_id, item, received_ms)
            kept += zip(pictures, item.pictures, strict=True)
            post = Post(
                post_id=post_id,
                story_id=self._stories.story_of(post_id, item),
                producer_id=producer_id,
                title=item.title,
                text=item.text,
                outlet=item.outlet,
                url=item.url,
                author=item.author,
                published_ms=item.published_ms,
                received_ms=received_ms,
                sentiment=item.sentiment,
                engagement=item.engagement,
                pictures=pictures,
                digest=digest,
            )
            coming.append(_Coming(PostRow(post, snapshot), item))
        try:
            self.pictures.keep(kept)
        except OSError as error:
            raise StorageError(f"a picture cannot be kept: {error.strerror}") from error
        return coming

    def _grown(self, post: Post) -> None:
        growing = self._stories.take(post)
        self._untold[post.story_id] = growing
        self._unkept[post.story_id] = self._room.durable.stories.get(post.story_id)

    async def _open(self) -> None:
        """What earlier runs knew; once, under `_turn`. Raises: StorageError."""
        if self._opened:
            return
        days = max(self._site.press.spikes.days, self._site.same_story_days)
        at_ms, post_id = max(0, self._room.now_ms() - days * DAY_MS - HOUR_MS), ""
        while found := await self.store.posts_after(at_ms, post_id, READ_AT_ONCE):
            await asyncio.to_thread(self._remember, found)
            at_ms, post_id = found[-1].received_ms, found[-1].post_id
        for story_id, growing in self._stories.growing.items():
            stored = self._room.state.stories.get(story_id)
            if stored is None:
                row = await self.store.story(story_id)
                stored = row.story if row is not None else None
            growing.told_posts = stored.posts if stored is not None else 0
            if growing.told_posts < growing.posts:
                self._untold[story_id] = growing  # killed between storing and telling
        self._stories.resume(alert.place_id for alert in self._room.state.alerts.values() if alert.kind == KIND)
        self._unkept |= self._room.durable.stories
        self._opened = True

    def _remember(self, posts: Sequence[Post]) -> None:
        for post in posts:
            self._stories.take(post)

    # -- what the room is told ------------------------------------------------------------------------------------

    async def tell(self) -> None:
        """Tell the room of what is new, and of what grew if it is time to. Raises: StorageError."""
        async with self._telling:
            await self._tell()

    async def _tell(self) -> None:
        now_ms = self._room.now_ms()
        due = [
            one
            for one in self._untold.values()
            if not one.restricted and (not one.told_posts or now_ms - one.told_ms >= GREW_EVERY_MS)
        ]
        if due:
            posts = {one.first.story_id: one.posts for one in due}
            await self._room.record(lambda state: [event for one in due for event in self._told(one, now_ms)])
            for one in due:
                one.told_posts, one.told_ms = posts[one.first.story_id], now_ms
                if one.told_posts == one.posts:
                    self._untold.pop(one.first.story_id, None)
        for key in [key for key, one in self._untold.items() if one.restricted]:
            del self._untold[key]  # its row in the store is all that there is of it

    def _told(self, growing: Growing, now_ms: int) -> Sequence[Event]:
        if growing.told_posts:
            return (growing.grew(),)
        return (StorySeen(story=self._story(growing, now_ms)),)

    def _story(self, growing: Growing, now_ms: int) -> Story:
        simulated = is_simulated(self._site, growing.first.producer_id)
        return growing.story(now_ms, simulated, bool(self._site.exercise_vi))

    def followed(self, logged: Sequence[LoggedEvent]) -> None:
        """Listener of the room: rows of the store follow the log."""
        for one in logged:
            if isinstance(one.event, StorySeen):
                self._unkept[one.event.story.story_id] = one.event.story
            elif isinstance(one.event, StoryEvent):
                key = one.event.story_id
                self._unkept[key] = self._room.durable.stories.get(key) or self._unkept.get(key)

    async def run(self) -> None:
        """Tell, keep and judge, until cancelled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                _log.warning("stories of the press are not told: %s", error)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """What is due now. Raises: StorageError."""
        async with self._turn:
            await self._open()
            now_ms = self._room.now_ms()
            if now_ms - self._forgot_ms >= FORGET_EVERY_MS:
                self._forgot_ms = now_ms
                self._stories.forget_old(now_ms)
        await self.tell()
        await self.keep()
        if now_ms - self._spiked_ms >= SPIKES_EVERY_MS:
            self._spiked_ms = now_ms
            await self._judge(now_ms)

    async def keep(self) -> None:
        """Bring the rows of the store up to what the room knows. Raises: StorageError."""
        unkept, self._unkept = self._unkept, {}
        rows: list[StoryRow] = []
        for key, story in unkept.items():
            growing = self._stories.growing.get(key)
            if story is None and growing is not None and growing.restricted:
                story = self._story(growing, self._room.now_ms())
            if story is not None:
                rows.append(StoryRow(story, tuple(growing.leaders) if growing is not None else ()))
        try:
            await self.store.keep(rows)
        except StorageError:
            self._unkept = {**unkept, **self._unkept}
            raise

    # -- spikes ---------------------------------------------------------------------------------------------------

    async def spikes(self) -> tuple[SpikeState, ...]:
        """How much every watched name is spoken of now, the restricted ones too. Raises: StorageError."""
        async with self._turn:
            await self._open()
            return self._stories.spikes(self._room.now_ms())

    async def _judge(self, now_ms: int) -> None:
        """Spikes of the open lists are alerts by name; of the restricted ones the log learns only that there is one."""
        spikes = await self.spikes()
        told = [one for one in spikes if not one.restricted]
        restricted = [one for one in spikes if one.restricted]
        if restricted:
            told.append(_without_name(restricted))
        if any(self._due(self._room.state, one, now_ms) for one in told):
            await self._room.record(lambda state: [event for one in told for event in self._due(state, one, now_ms)])

    def _due(self, state: RoomState, spike: SpikeState, now_ms: int) -> Sequence[Event]:
        alert = next(iter(self._alerts.of(state, spike.item_id)), None)
        if alert is None:
            return self._raise(spike, now_ms) if spike.active else ()
        if alert.active and not spike.active:
            return taken(return_alert(alert, "không còn được nhắc nhiều"))
        if spike.active and not alert.active:
            return taken(reactivate(alert))
        counted = not spike.restricted and spike.count != alert.count
        if spike.active and counted and now_ms - alert.changed_ms >= COUNT_EVERY_MS:
            headline_vi, headline_en = headlines(spike)
            return taken(update(alert, Change(headline_vi=headline_vi, headline_en=headline_en, count=spike.count)))
        return ()

    def _raise(self, spike: SpikeState, now_ms: int) -> Sequence[Event]:
        alert: Alert = own_alert(self._site, KIND, spike.item_id, spike.name, headlines(spike), now_ms)
        alert = alert.model_copy(update={"count": max(1, spike.count), "simulated": self._site.simulated})
        self._alerts.note(spike.item_id, alert.alert_id)
        return raised(alert)

    # -- what people do with a story ------------------------------------------------------------------------------

    async def stored(self, story_id: str) -> Story | None:
        """The row of one that the room's state holds no more; None for a restricted one. Raises: StorageError."""
        if story_id in self._room.state.stories:
            return None
        await self.keep()
        row = await self.store.story(story_id)
        return None if row is None or row.story.restricted else row.story

    def wish(self, state: RoomState, command: StoryCommand, stored: Story | None) -> Decision:
        """What `command` comes to. `stored`: what `stored` said of its story just before."""
        story = state.stories.get(command.story_id)
        if story is None and stored is None:
            return Refusal(RefusalCode.NOT_FOUND, f"the room knows no story {command.story_id!r}"[:300])
        decided = self._asked(state, story or stored, command)
        if isinstance(decided, Refusal) or story is not None or stored is None:
            return decided
        return (RowsShown(stories=(stored,)), *decided)

    def _asked(self, state: RoomState, story: Story | None, command: StoryCommand) -> Decision:
        assert story is not None
        if story.state == "reported":
            return Refusal(RefusalCode.WRONG_PHASE, f"it became the report {story.report_id} already"[:300])
        match command:
            case AssignStory():
                if command.agency_id not in self._reports.agencies():
                    return Refusal(RefusalCode.UNKNOWN_AGENCY, f"unknown agency {command.agency_id!r}"[:300])
                note = plain(command.note, REASON_MOST)
                return (StoryAssigned(story_id=story.story_id, agency_id=command.agency_id, note=note),)
            case DismissStory():
                reason = plain(command.reason, REASON_MOST)
                if not reason:
                    return Refusal(RefusalCode.NEEDS_REASON, "say why nothing is to be done")
                return (StoryDismissed(story_id=story.story_id, reason=reason),)
            case ReportStory():
                return self._report(state, story, command)

    def _report(self, state: RoomState, story: Story, command: ReportStory) -> Decision:
        filed = Filed(
            channel="press",
            category_id=command.category_id,
            text=f"{paragraphs(command.text, 3000)}\n\n{story.outlet} {story.url}".strip(),
            lat_deg=command.lat_deg,
            lon_deg=command.lon_deg,
            address=command.address,
            title=story.title,
            simulated=story.simulated,
        )
        try:
            report, events = self._reports.filing(state, filed)
        except ReportError as error:
            return Refusal(RefusalCode.INVALID, str(error)[:300])
        return (*events, StoryReported(story_id=story.story_id, report_id=report.report_id))


def _without_name(spikes: Sequence[SpikeState]) -> SpikeState:
    """All of the restricted lists as one that names nobody and counts nothing: who may, asks at the door of spikes."""
    return SpikeState(
        item_id=RESTRICTED,
        name=RESTRICTED_VI,
        list_id=RESTRICTED,
        restricted=True,
        count=0,
        usual=None,
        raise_at=0.0,
        active=any(one.active for one in spikes),
    )


def headlines(spike: SpikeState) -> tuple[str, str]:
    """What is so, Vietnamese and English."""
    if spike.restricted:
        return f"{RESTRICTED_VI}: được nhắc nhiều bất thường", "The leaders' list: spoken of unusually much"
    usual = "" if spike.usual is None else f"{spike.usual:g}"
    vi = f"{spike.name}: {spike.count} bài trong một giờ" + (f", thường ngày {usual}" if usual else "")
    en = f"{spike.name}: {spike.count} posts within an hour" + (f", usually {usual}" if usual else "")
    return vi, en

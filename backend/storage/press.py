"""Posts as they were given to us, and the stories they tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, or_, select

from backend.contracts.press import Post, Story
from backend.storage.database import Database
from backend.storage.dialect import insert_new, insert_or_replace
from backend.storage.tables import press_posts, press_stories

_AT_ONCE: Final = 500
_STORY: Final = select(press_stories.c.body, press_stories.c.leaders)


@dataclass(frozen=True, slots=True)
class PostRow:
    """`snapshot`: canonical JSON whose SHA-256 is the post's digest."""

    post: Post
    snapshot: str


@dataclass(frozen=True, slots=True)
class StoryRow:
    """`leaders`: ids of items of restricted lists that the story names; they are not among the story's own hits."""

    story: Story
    leaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoriesAsked:
    """Published last in start_ms <= newest_ms < end_ms. `agency_id` "" = of every agency and none."""

    start_ms: int
    end_ms: int
    limit: int
    restricted: bool
    agency_id: str = ""


class PressStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._new_post = insert_new(press_posts, database.is_sqlite)
        self._upsert = insert_or_replace(press_stories, ("story_id",), database.is_sqlite)

    async def add(self, rows: Sequence[PostRow]) -> frozenset[str]:
        """Store those that are new; their ids. Raises: StorageError: nothing was stored."""
        if not rows:
            return frozenset()
        return await self._database.write(lambda connection: self._add(connection, rows))

    def _add(self, connection: Connection, rows: Sequence[PostRow]) -> frozenset[str]:
        wanted = {row.post.post_id: row for row in rows}
        ids = list(wanted)
        for start in range(0, len(ids), _AT_ONCE):
            query = select(press_posts.c.post_id).where(press_posts.c.post_id.in_(ids[start : start + _AT_ONCE]))
            for post_id in connection.execute(query).scalars():
                del wanted[post_id]
        if wanted:
            connection.execute(
                self._new_post,
                [
                    {
                        "post_id": row.post.post_id,
                        "story_id": row.post.story_id,
                        "published_ms": row.post.published_ms,
                        "received_ms": row.post.received_ms,
                        "body": row.post.model_dump_json(),
                        "snapshot": row.snapshot,
                    }
                    for row in wanted.values()
                ],
            )
        return frozenset(wanted)

    async def keep(self, rows: Sequence[StoryRow]) -> None:
        """Stories as they stand now. Raises: StorageError."""
        values = [
            {
                "story_id": row.story.story_id,
                "newest_ms": row.story.newest_ms,
                "restricted": row.story.restricted,
                "agency_id": row.story.agency_id,
                "leaders": json.dumps(row.leaders),
                "body": row.story.model_dump_json(),
            }
            for row in rows
        ]
        if values:
            await self._database.write(lambda connection: connection.execute(self._upsert, values) and None)

    async def posts_after(self, received_ms: int, post_id: str, limit: int) -> tuple[Post, ...]:
        """The next `limit` behind that post in the order in which they came. Raises: StorageError."""
        later = or_(
            press_posts.c.received_ms > received_ms,
            (press_posts.c.received_ms == received_ms) & (press_posts.c.post_id > post_id),
        )
        query = (
            select(press_posts.c.body)
            .where(later)
            .order_by(press_posts.c.received_ms, press_posts.c.post_id)
            .limit(limit)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Post.model_validate_json(body) for body in bodies)

    async def posts_of(self, story_id: str, limit: int) -> tuple[Post, ...]:
        """Newest first. Raises: StorageError."""
        query = (
            select(press_posts.c.body)
            .where(press_posts.c.story_id == story_id)
            .order_by(press_posts.c.published_ms.desc(), press_posts.c.post_id)
            .limit(limit)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Post.model_validate_json(body) for body in bodies)

    async def post(self, post_id: str) -> PostRow | None:
        """Raises: StorageError."""
        query = select(press_posts.c.body, press_posts.c.snapshot).where(press_posts.c.post_id == post_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else PostRow(Post.model_validate_json(row[0]), str(row[1]))

    async def story(self, story_id: str) -> StoryRow | None:
        """Raises: StorageError."""
        query = _STORY.where(press_stories.c.story_id == story_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _story_row(*row)

    async def stories(self, asked: StoriesAsked) -> tuple[StoryRow, ...]:
        """Newest first. Raises: StorageError."""
        query = _STORY.where(press_stories.c.newest_ms >= asked.start_ms, press_stories.c.newest_ms < asked.end_ms)
        if not asked.restricted:
            query = query.where(~press_stories.c.restricted)
        if asked.agency_id:
            query = query.where(press_stories.c.agency_id == asked.agency_id)
        query = query.order_by(press_stories.c.newest_ms.desc(), press_stories.c.story_id).limit(asked.limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_story_row(*row) for row in rows)


def _story_row(body: str, leaders: str) -> StoryRow:
    return StoryRow(Story.model_validate_json(body), tuple(json.loads(leaders)))

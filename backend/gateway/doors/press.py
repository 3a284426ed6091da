"""Press and social media: stories of a span, their posts, the snapshot of each, how much each name is spoken of.

What only the leaders' lists find is shown by the right "press.leaders"; for everybody else it is not there. An agency
sees the stories that it was given.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from backend.contracts.press import SpikeBoard, Story, StoryDetail, StoryPage
from backend.gateway.callers import Insider, PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.storage.press import StoriesAsked, StoryRow

router = APIRouter(prefix="/api/v1/press", tags=["press"])

PAGE_MOST: Final = 300
POSTS_MOST: Final = 100

Instant = Annotated[int, Query(ge=0, le=10**14, description="epoch ms")]


@router.get("/stories")
async def stories(
    request: Request,
    parts: PartsDep,
    operator: Watcher,
    start: Instant,
    end: Instant,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
) -> StoryPage:
    """Stories whose newest post was published from `start` until before `end`, newest first."""
    leaders = "press.leaders" in operator.rights
    if leaders:
        await _looked(request, parts, operator, "stories")
    await parts.press.keep()
    asked = StoriesAsked(start, end, limit, leaders, operator.agency_id)
    rows = await parts.press.store.stories(asked)
    shown = tuple(_shown(row, operator) for row in rows)
    return StoryPage(stories=shown, next_ms=shown[-1].newest_ms if len(shown) == limit else None)


@router.get("/stories/{story_id}")
async def story(request: Request, parts: PartsDep, operator: Watcher, story_id: str) -> StoryDetail:
    """One story with its newest posts. 404: there is none, or it is not for this seat."""
    await parts.press.keep()
    row = await _their_story(request, parts, operator, story_id)
    posts = await parts.press.store.posts_of(story_id, POSTS_MOST)
    return StoryDetail(story=_shown(row, operator), posts=posts)


@router.get("/posts/{post_id}/snapshot", response_class=Response)
async def snapshot(request: Request, parts: PartsDep, operator: Watcher, post_id: str) -> Response:
    """What the post was when it came, as a ZIP: post.json, its pictures, manifest.json. 404 as for its story."""
    row = await parts.press.store.post(post_id)
    if row is None:
        raise Refusal(404, f"there is no post {post_id!r}"[:300])
    await parts.press.keep()
    await _their_story(request, parts, operator, row.post.story_id)
    try:
        packed = await asyncio.to_thread(parts.press.pictures.packed, row.post, row.snapshot)
    except FileNotFoundError as error:
        raise Refusal(410, "a picture of this post is not on the disk any more") from error
    await parts.audit.look("press.exported", post_id, actor=operator.user, origin=peer_address(request.scope))
    headers = {"Content-Disposition": f'attachment; filename="{post_id}.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


@router.get("/spikes")
async def spikes(parts: PartsDep, operator: Insider) -> SpikeBoard:
    """How much each watched name is spoken of now, and the lists of these names."""
    leaders = "press.leaders" in operator.rights
    found = await parts.press.spikes()
    return SpikeBoard(
        lists=tuple(one for one in parts.site.press.lists if leaders or not one.restricted),
        spikes=tuple(one for one in found if leaders or not one.restricted),
    )


def _shown(row: StoryRow, operator: SignedIn) -> Story:
    """With what restricted lists found, for who may see it."""
    if "press.leaders" not in operator.rights:
        return row.story
    return row.story.model_copy(update={"hits": (*row.story.hits, *row.leaders)})


async def _their_story(request: Request, parts: Parts, operator: SignedIn, story_id: str) -> StoryRow:
    """Raises: Refusal (404): there is none, or it is not theirs; which of both is nobody's business."""
    row = await parts.press.store.story(story_id)
    hidden = row is None or (operator.agency_id and row.story.agency_id != operator.agency_id)
    if row is None or hidden or (row.story.restricted and "press.leaders" not in operator.rights):
        raise Refusal(404, f"there is no story {story_id!r}"[:300])
    if row.story.restricted:
        await _looked(request, parts, operator, story_id)
    return row


async def _looked(request: Request, parts: Parts, operator: SignedIn, about: str) -> None:
    """Raises: StorageError: what cannot be recorded is not shown."""
    await parts.audit.look("press.leaders", about, actor=operator.user, origin=peer_address(request.scope))

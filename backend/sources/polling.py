"""An address that is asked again and again over HTTP, until it is no longer wanted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Protocol

import httpx

from backend.sources.spec import SourceContext
from config.source_model import CapFeedSource, NewsFeedSource


class Poller(Protocol):
    async def poll(self) -> bool:
        """Look once; whether the address answered. Passes on what ingest raises."""
        ...


async def poll_on(
    config: CapFeedSource | NewsFeedSource,
    context: SourceContext,
    accept: str,
    begun: Callable[[httpx.AsyncClient], Poller],
) -> None:
    """Poll until cancelled; passes on what ingest raises.

    Args:
        accept: media types that are asked for.
        begun: the poller, on the client it fetches with.
    """
    headers = {"User-Agent": "TrucBan", "Accept": f"{accept}, application/xml, */*;q=0.1"}
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(10.0), trust_env=False) as client:
        poller = begun(client)
        while True:
            if await poller.poll():
                context.ingest.heard(config.producer_id)
            # Jittered, so that a province's feeds are not all asked at one instant.
            await asyncio.sleep(config.poll_every_s * random.uniform(0.9, 1.1))

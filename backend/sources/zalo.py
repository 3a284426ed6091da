"""A Zalo Official Account: its webhook comes in by our door; here what citizens sent becomes reports, with pictures."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx

from backend.sources.media_fetch import MediaFetcher
from backend.sources.spec import SourceContext, SourceSpec
from config.source_model import ZaloSource

LOOK_S: Final = 0.5


async def run(config: ZaloSource, context: SourceContext) -> None:
    """Until cancelled; passes on what ingest raises."""
    async with httpx.AsyncClient(
        headers={"User-Agent": "TrucBan"}, timeout=httpx.Timeout(10.0), trust_env=False
    ) as client:
        fetcher = MediaFetcher(client, config.media_hosts)
        while True:
            await context.ingest.settle(config, fetcher.pieces)
            await asyncio.sleep(LOOK_S)


SPEC = SourceSpec(key="zalo", config=ZaloSource, run=run)

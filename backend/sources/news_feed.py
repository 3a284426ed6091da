"""An RSS or Atom feed of news, polled over HTTP with ETag and If-Modified-Since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from backend.contracts.doors import IngestAnswer
from backend.contracts.redact import redacted
from backend.sources.http_fetch import FETCH_S, Fetcher, FetchError
from backend.sources.news_document import MAX_NEWS_BYTES
from backend.sources.polling import poll_on
from backend.sources.spec import SourceContext, SourceSpec
from config.source_model import NewsFeedSource


class NewsPoller:
    """One polled feed. `poll` is called again and again; an unchanged document is not fetched twice."""

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        take: Callable[[bytes], Awaitable[IngestAnswer]],
        fault: Callable[[str], None],
        fetch_s: float = FETCH_S,
    ) -> None:
        self._url = url
        self._fetcher = Fetcher(url, client, fetch_s)
        self._take = take
        self._fault = fault
        self._validators: dict[str, str] = {}

    async def poll(self) -> bool:
        """Look once; whether the address answered. Passes on what ingest raises."""
        try:
            fetched = await self._fetcher.fetch(self._url, MAX_NEWS_BYTES, self._validators)
        except FetchError as error:
            self._fault(f"{redacted(self._url)}: {error}")
            return False
        if fetched is not None:
            body, validators = fetched
            await self._take(body)
            # Kept only now: when ingest raised, the next poll must see everything again.
            self._validators = validators
        return True


async def run(config: NewsFeedSource, context: SourceContext) -> None:
    """Poll until cancelled; passes on what ingest raises."""

    async def take(body: bytes) -> IngestAnswer:
        return await context.ingest.news(config.producer_id, body)

    def begun(client: httpx.AsyncClient) -> NewsPoller:
        return NewsPoller(config.url, client, take, lambda text: context.fault(config.producer_id, text))

    await poll_on(config, context, "application/rss+xml, application/atom+xml, application/rdf+xml", begun)


SPEC = SourceSpec(key="news_feed", config=NewsFeedSource, run=run)

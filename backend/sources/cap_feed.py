"""A CAP message, or an Atom or RSS feed of them, polled over HTTP with ETag and If-Modified-Since."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from backend.contracts.doors import IngestAnswer
from backend.contracts.redact import redacted
from backend.sources.cap import MAX_CAP_BYTES
from backend.sources.cap_index import MAX_INDEX_BYTES, Entry, FeedError, read_index
from backend.sources.http_fetch import FETCH_S, Fetcher, FetchError
from backend.sources.polling import poll_on
from backend.sources.spec import SourceContext, SourceSpec
from config.source_model import CapFeedSource

AT_ONCE: Final = 4
REMEMBERED: Final = 5_000


class Poller:
    """One polled address. `poll` is called again and again; it remembers what needs no second look."""

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
        self._done: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()

    async def poll(self) -> bool:
        """Look once; whether the address answered. Passes on what ingest raises."""
        try:
            fetched = await self._fetcher.fetch(self._url, MAX_INDEX_BYTES, self._validators)
        except FetchError as error:
            self._tell(f"{redacted(self._url)}: {error}", once=False)
            return False
        if fetched is None:
            return True
        body, validators = fetched
        try:
            index = read_index(body, self._url)
        except FeedError:
            # Broken for good or hostile: through the door like everything, which keeps it and tells the operator.
            await self._take(body)
            return True
        if index is None:
            await self._take(body)
        else:
            for fault in index.faults:
                self._tell(f"{redacted(self._url)}: {fault}")
            if not await self._follow(index.entries):
                return True  # asked again in full: an unchanged feed would hide what is missing
        # Kept only now: when ingest raised, the next poll must see everything again.
        self._validators = validators
        return True

    async def _follow(self, entries: tuple[Entry, ...]) -> bool:
        """Take what is new; False when an entry could not be fetched and is to be tried again."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(entry: Entry) -> bool:
            async with slots:
                return await self._entry(entry)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(entry)) for entry in entries]
        return all(task.result() for task in tasks)

    async def _entry(self, entry: Entry) -> bool:
        key = (entry.link, entry.version)
        if entry.message is None and key in self._done:
            self._done.move_to_end(key)
            return True
        body = entry.message
        if body is None:
            try:
                fetched = await self._fetcher.fetch(entry.link, MAX_CAP_BYTES, {})
            except FetchError as error:
                self._tell(f"{redacted(entry.link)}: {error}")
                return False
            if fetched is None:
                return False
            body = fetched[0]
        await self._take(body)
        self._done[key] = None
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return True

    def _tell(self, text: str, once: bool = True) -> None:
        """A broken entry stands in the feed for days: it is told once."""
        if once and text in self._told:
            return
        self._told[text] = None
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        self._fault(text)


async def run(config: CapFeedSource, context: SourceContext) -> None:
    """Poll until cancelled; passes on what ingest raises."""

    async def take(body: bytes) -> IngestAnswer:
        return await context.ingest.cap(config.producer_id, body)

    def begun(client: httpx.AsyncClient) -> Poller:
        return Poller(config.url, client, take, lambda text: context.fault(config.producer_id, text))

    await poll_on(config, context, "application/cap+xml, application/atom+xml", begun)


SPEC = SourceSpec(key="cap_feed", config=CapFeedSource, run=run)

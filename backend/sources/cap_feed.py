"""A CAP message, or an Atom or RSS feed of them, polled over HTTP with ETag and If-Modified-Since."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urljoin

import httpx

from backend.contracts.doors import IngestAnswer
from backend.contracts.redact import redacted
from backend.sources.cap import MAX_CAP_BYTES
from backend.sources.cap_index import MAX_INDEX_BYTES, Entry, FeedError, allowed_link, read_index
from backend.sources.spec import SourceContext, SourceSpec
from config.model import CapFeedSource

FETCH_S: Final = 30.0
MAX_REDIRECTS: Final = 5
AT_ONCE: Final = 4
REMEMBERED: Final = 5_000


class FetchError(Exception):
    """It could not be fetched; the message holds no secret of the address."""


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
        self._client = client
        self._take = take
        self._fault = fault
        self._fetch_s = fetch_s
        self._validators: dict[str, str] = {}
        self._done: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()

    async def poll(self) -> bool:
        """Look once; whether the address answered. Passes on what ingest raises."""
        try:
            fetched = await self._fetch(self._url, MAX_INDEX_BYTES, self._validators)
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
                fetched = await self._fetch(entry.link, MAX_CAP_BYTES, {})
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

    async def _fetch(self, url: str, max_bytes: int, validators: dict[str, str]) -> tuple[bytes, dict[str, str]] | None:
        """The body and what to ask with next time; None = not modified."""
        try:
            async with asyncio.timeout(self._fetch_s):
                for _ in range(MAX_REDIRECTS + 1):
                    async with self._client.stream("GET", url, headers=validators) as response:
                        if response.has_redirect_location:
                            url = self._redirected(url, response)
                            continue
                        return await _body(response, max_bytes)
        except TimeoutError as error:
            raise FetchError(f"no whole answer within {self._fetch_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(f"{type(error).__name__}") from error
        raise FetchError(f"more than {MAX_REDIRECTS} redirections")

    def _redirected(self, url: str, response: httpx.Response) -> str:
        location: str = response.headers.get("location", "")
        target = urljoin(url, location)
        if reason := allowed_link(target, self._url):
            raise FetchError(f"redirected to where is not followed: {reason}")
        return target

    def _tell(self, text: str, once: bool = True) -> None:
        """A broken entry stands in the feed for days: it is told once."""
        if once and text in self._told:
            return
        self._told[text] = None
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        self._fault(text)


async def _body(response: httpx.Response, max_bytes: int) -> tuple[bytes, dict[str, str]] | None:
    if response.status_code == httpx.codes.NOT_MODIFIED:
        return None
    if response.status_code != httpx.codes.OK:
        raise FetchError(f"answered {response.status_code}")
    chunks: list[bytes] = []
    size_bytes = 0
    async for chunk in response.aiter_bytes():
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise FetchError(f"more than {max_bytes} bytes")
        chunks.append(chunk)
    asked = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    validators = {asked[name]: response.headers[name] for name in asked if name in response.headers}
    return b"".join(chunks), validators


async def run(config: CapFeedSource, context: SourceContext) -> None:
    """Poll until cancelled; passes on what ingest raises."""

    async def take(body: bytes) -> IngestAnswer:
        return await context.ingest.cap(config.producer_id, body)

    headers = {
        "User-Agent": "TrucBan",
        "Accept": "application/cap+xml, application/atom+xml, application/xml, */*;q=0.1",
    }
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(10.0), trust_env=False) as client:
        poller = Poller(config.url, client, take, lambda text: context.fault(config.producer_id, text))
        while True:
            if await poller.poll():
                context.ingest.heard(config.producer_id)
            await asyncio.sleep(config.poll_every_s * random.uniform(0.9, 1.1))


SPEC = SourceSpec(key="cap_feed", config=CapFeedSource, run=run)

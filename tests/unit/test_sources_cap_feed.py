"""Polled CAP feeds over real HTTP: validators, links, limits, broken entries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from backend.contracts.doors import IngestAnswer
from backend.sources import SourceContext, source_specs
from backend.sources.cap_feed import Poller
from config.source_model import CapFeedSource
from tests.unit.feeds_samples import cap, opened_desk, small_site


@dataclass
class WebServer:
    """Answers what it is told to, one request a connection, and remembers what was asked."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hanging: set[str] = field(default_factory=set)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split()[1]
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        self.asked.append((path, headers))
        if path in self.hanging:
            await reader.read()
        else:
            writer.write(self._answer(path, headers))
            await writer.drain()
        writer.close()

    def _answer(self, path: str, headers: dict[str, str]) -> bytes:
        status, extra, body = self.pages.get(path, (404, {}, b"nothing here"))
        if extra.get("ETag") and headers.get("if-none-match") == extra["ETag"].lower():
            status, body = 304, b""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in extra.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


@asynccontextmanager
async def web_server() -> AsyncIterator[WebServer]:
    web = WebServer()
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()


@dataclass
class Polled:
    web: WebServer
    poller: Poller
    taken: list[bytes]
    faults: list[str]


@asynccontextmanager
async def polled(path: str, fetch_s: float = 10.0) -> AsyncIterator[Polled]:
    taken: list[bytes] = []
    faults: list[str] = []

    async def take(body: bytes) -> IngestAnswer:
        taken.append(body)
        return IngestAnswer(accepted=1, duplicates=0)

    async with web_server() as web, httpx.AsyncClient(trust_env=False) as client:
        yield Polled(web, Poller(web.url(path), client, take, faults.append, fetch_s), taken, faults)


def atom(*links: str) -> bytes:
    entries = "".join(f"<entry><id>{link}</id><updated>u</updated><link href='{link}'/></entry>" for link in links)
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode()


def test_an_index_is_followed_once_and_asked_for_with_its_validators() -> None:
    async def scenario() -> None:
        async with polled("/feeds/index.atom") as it:
            it.web.pages["/feeds/index.atom"] = (
                200,
                {"ETag": '"v1"', "Last-Modified": "then"},
                atom("1.cap", "/2.cap"),
            )
            it.web.pages["/feeds/1.cap"] = (200, {}, cap("A"))
            it.web.pages["/2.cap"] = (200, {}, cap("B"))
            assert await it.poller.poll()
            assert sorted(it.taken) == sorted([cap("A"), cap("B")])
            assert await it.poller.poll()
            path, headers = it.web.asked[-1]
            assert (path, headers["if-none-match"], headers["if-modified-since"]) == (
                "/feeds/index.atom",
                '"v1"',
                "then",
            )
            assert len(it.taken) == 2
            it.web.pages["/feeds/index.atom"] = (200, {"ETag": '"v2"'}, atom("1.cap", "/2.cap", "/3.cap"))
            it.web.pages["/3.cap"] = (200, {}, cap("C"))
            await it.poller.poll()
            assert (it.taken[2:], it.web.count("/2.cap")) == ([cap("C")], 1)
            assert it.faults == []

    asyncio.run(scenario())


def test_broken_entries_do_not_stop_the_others_and_are_tried_again() -> None:
    async def scenario() -> None:
        async with polled("/i.atom", fetch_s=0.3) as it:
            links = ("gone.cap", "http://169.254.169.254/x", "slow.cap", "loop.cap", "away.cap", "good.cap")
            it.web.pages["/i.atom"] = (200, {"ETag": '"v1"'}, atom(*links))
            it.web.pages["/good.cap"] = (200, {}, cap("A"))
            it.web.pages["/loop.cap"] = (302, {"Location": "/loop.cap"}, b"")
            it.web.pages["/away.cap"] = (302, {"Location": "file:///etc/passwd"}, b"")
            it.web.hanging.add("/slow.cap")
            assert await it.poller.poll()
            assert it.taken == [cap("A")]
            said = "\n".join(it.faults)
            for words in ("404", "this machine", "no whole answer", "redirections", "redirected to where"):
                assert words in said
            told = len(it.faults)
            it.web.pages["/gone.cap"] = (200, {}, cap("B"))
            await it.poller.poll()
            assert it.taken == [cap("A"), cap("B")]
            assert len(it.faults) == told, "what stays broken is told once"

    asyncio.run(scenario())


@pytest.mark.parametrize("body", [cap(), b"<html>login</html>", b"\x00\x01", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"])
def test_a_message_itself_and_whatever_is_no_feed_go_through_the_door(body: bytes) -> None:
    async def scenario() -> None:
        async with polled("/x") as it:
            it.web.pages["/x"] = (200, {}, body)
            assert await it.poller.poll()
            assert it.taken == [body]

    asyncio.run(scenario())


def test_an_address_that_does_not_answer_is_a_fault_without_its_password() -> None:
    async def scenario() -> None:
        async with polled("/secret?token=hunter2") as it:
            assert not await it.poller.poll()
            assert it.faults == [f"http://127.0.0.1:{it.web.port}/secret?token=***: answered 404"]
            it.web.pages["/secret?token=hunter2"] = (200, {}, b"<feed>" + b"x" * 9_000_000)
            assert not await it.poller.poll()
            assert "more than 8388608 bytes" in it.faults[-1]

    asyncio.run(scenario())


def test_what_ingest_could_not_store_is_seen_again() -> None:
    async def scenario() -> None:
        async with polled("/i.atom") as it:
            it.web.pages["/i.atom"] = (200, {"ETag": '"v1"'}, atom("a.cap"))
            it.web.pages["/a.cap"] = (200, {}, cap())
            failing = Poller(it.web.url("/i.atom"), it.poller._fetcher._client, _full, it.faults.append)
            with pytest.raises(ExceptionGroup):
                await failing.poll()
            failing._take = it.poller._take
            await failing.poll()
            assert it.taken == [cap()]

    asyncio.run(scenario())


async def _full(body: bytes) -> IngestAnswer:
    raise OSError("disk full")


def test_a_polled_feed_reaches_the_room_and_keeps_its_producer_fresh(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with web_server() as web:
            web.pages["/i.rss"] = (
                200,
                {},
                b"<rss><channel><item><link>/a.cap</link><pubDate>x</pubDate></item><item/></channel></rss>",
            )
            web.pages["/a.cap"] = (200, {}, cap())
            source = CapFeedSource(producer_id="kttv", url=web.url("/i.rss"), poll_every_s=0.05)
            site = small_site(sources=(source,))
            faults: list[str] = []
            async with opened_desk(tmp_path, site) as desk:
                context = SourceContext(
                    site,
                    tmp_path,
                    desk.ingest,
                    desk.cameras,
                    desk.accounts,
                    desk.now,
                    lambda who, text: faults.append(text),
                )
                task = asyncio.create_task(_run(source, context))
                await _until(lambda: web.count("/i.rss") >= 3)
                assert len(desk.alerts("cap.message")) == 1
                assert desk.ingest.last_message_ms("kttv") == desk.now()
                assert len(faults) == 1
                assert "entry 2 has no link" in faults[0]
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())


async def _run(source: CapFeedSource, context: SourceContext) -> None:
    await source_specs()["cap_feed"].bind(source, context)()


async def _until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)

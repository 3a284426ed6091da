"""A document of a server out there: bounded in size and time, fetched only when it changed, no redirection unseen."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urljoin

import httpx

from backend.sources.cap_index import allowed_link

FETCH_S: Final = 30.0
MAX_REDIRECTS: Final = 5


class FetchError(Exception):
    """It could not be fetched; the message holds no secret of the address."""


class Fetcher:
    """Fetches for the feed at `url`; what that redirects to is followed where its links would be."""

    def __init__(self, url: str, client: httpx.AsyncClient, fetch_s: float = FETCH_S) -> None:
        self._url = url
        self._client = client
        self._fetch_s = fetch_s

    async def fetch(self, url: str, max_bytes: int, validators: dict[str, str]) -> tuple[bytes, dict[str, str]] | None:
        """The body and what to ask with next time; None = not modified. Raises: FetchError."""
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

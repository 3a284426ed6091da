"""Pictures and films that a message only points at: from the hosts that the site names, and from nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx

from backend.sources.http_fetch import FetchError

FETCH_S: Final = 10.0


class MediaFetcher:
    """Event-loop thread only.

    Args:
        hosts: "zdn.vn" = it and what is below it, https on its own port; "http://127.0.0.1:8560" = just that.
    """

    def __init__(self, client: httpx.AsyncClient, hosts: Sequence[str], fetch_s: float = FETCH_S) -> None:
        self._client = client
        self._hosts = hosts
        self._fetch_s = fetch_s

    def refusal(self, url: str) -> str:
        """Why it is not fetched, "" when it may be."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            return "its address cannot be read"
        if parts.username is not None or parts.password is not None:
            return "its address names a user"
        if f"{parts.scheme}://{parts.netloc}" in self._hosts:
            return ""
        if parts.scheme != "https" or port not in (None, 443):
            return "only https is fetched"
        if not any(host == one or host.endswith(f".{one}") for one in self._hosts if "://" not in one):
            return "its host is none of the site's media_hosts"
        return ""

    async def pieces(self, url: str) -> AsyncGenerator[bytes, None]:
        """The body as it comes; whoever reads stops when it is too much. No redirection is followed.

        Raises:
            FetchError: it is not fetched, or could not be.
        """
        if reason := self.refusal(url):
            raise FetchError(reason)
        try:
            async with (
                asyncio.timeout(self._fetch_s),
                self._client.stream("GET", url, follow_redirects=False) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    raise FetchError(f"answered {response.status_code}")
                async for piece in response.aiter_bytes():
                    yield piece
        except TimeoutError as error:
            raise FetchError(f"no whole answer within {self._fetch_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(type(error).__name__) from error

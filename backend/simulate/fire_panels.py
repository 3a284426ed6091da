"""Fire panels of the city: each speaks SIA DC-09 to the receiver that the site names for it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from backend.simulate.plan import Fire
from backend.simulate.story import Story
from backend.sources.dc09 import encrypt, framed, stamp
from config.model import FireSiteConfig
from config.source_model import FirePanelSource

TEST_EVERY_S: Final = 600.0
LINK_TEST_SHARE: Final = 0.6
"""Of the time after which the receiver expects a word: a panel is early, not late."""

ANSWER_S: Final = 5.0
AWAY_S: Final = 10.0
STEP_S: Final = 1.0


class Panel:
    """One panel. What is not acknowledged is sent again, with the same sequence, until it is."""

    def __init__(self, site: FireSiteConfig, source: FirePanelSource, story: Story, fires: tuple[Fire, ...]) -> None:
        self._account = site.panel.account
        self._key = site.panel.key_bytes
        self._source = source
        self._story = story
        self._fires = fires
        self._link_test_s = site.panel.poll_every_s * LINK_TEST_SHARE
        self._sequence = 0
        self._burning: dict[str, None] = {}
        self._link_due_s = 0.0
        self._test_due_s = time.monotonic() + TEST_EVERY_S

    async def run(self) -> None:
        """Plays until cancelled; a receiver that is away is called again."""
        while True:
            for word in self._due(time.time_ns() // 1_000_000):
                await self._say(word)
            await asyncio.sleep(STEP_S)

    def _due(self, now_ms: int) -> list[str]:
        """Blocks of DC-03 that the panel has to say now, "" a link test: alarms and restores of its zones first."""
        words: list[str] = []
        burning = {zone for fire in self._fires for zone in _burning(fire, self._story.hour(now_ms))}
        for zone in sorted(burning - self._burning.keys()):
            words.append(f"Nri1/FA{zone}")
            self._burning[zone] = None
        for zone in sorted(self._burning.keys() - burning):
            words.append(f"Nri1/FH{zone}")
            del self._burning[zone]
        now_s = time.monotonic()
        if now_s >= self._test_due_s:
            self._test_due_s = now_s + TEST_EVERY_S
            words.append("NRP0")
        if now_s >= self._link_due_s or words:
            self._link_due_s = now_s + self._link_test_s
            words = words or [""]
        return words

    async def _say(self, word: str) -> None:
        self._sequence = self._sequence % 9_999 + 1
        while True:
            frame = framed(self._body(word, time.time_ns() // 1_000_000).encode("ascii"))
            try:
                async with asyncio.timeout(ANSWER_S):
                    if b'ACK"' in await self._exchange(frame):
                        return
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                pass  # no receiver, or none that answers
            if not word:
                return  # the next link test is as good
            await asyncio.sleep(AWAY_S)

    async def _exchange(self, frame: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._source.host, self._source.tcp_port)
        try:
            writer.write(frame)
            return await reader.readuntil(b"\r")
        finally:
            writer.transport.abort()

    def _body(self, word: str, now_ms: int) -> str:
        token = "SIA-DCS" if word else "NULL"
        head = f"{self._sequence:04}R0L0#{self._account}["
        data = f"#{self._account}|{word}" if word else ""
        if not self._key:
            return f'"{token}"{head}{data}]{stamp(now_ms)}'
        return f'"*{token}"{head}{encrypt(f"{data}]{stamp(now_ms)}", self._key)}'


def _burning(fire: Fire, hour: float) -> list[str]:
    """The zones that burn at this hour of the story: one after the other, all out at the end."""
    if not fire.at_h <= hour < fire.at_h + fire.for_h:
        return []
    return [zone for place, zone in enumerate(fire.zones) if hour >= fire.at_h + place * fire.spread_h]

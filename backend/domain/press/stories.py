"""Which posts tell the same story: near-duplicates of a text, found among many without comparing with all of them.

A post is the set of its runs of three syllables. MinHash (Broder 1997) makes a short signature of the set; bands of
the signature are buckets that likely alike posts share (locality-sensitive hashing), and what shares a bucket is
compared by the true share of common runs (Jaccard). A title alone, as many feeds give it, is found by its words.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

RUN: Final = 3
BANDS: Final = 32
ROWS: Final = 3
"""Posts with a share s of common runs meet in a bucket with 1-(1-s^3)^32: 0.99 of them at s = 0.5, 0.58 at 0.3."""

ALIKE: Final = 0.45
"""From this share on two posts tell the same story: one sentence in four may have been written anew."""

TITLE_ALIKE: Final = 0.8
TITLE_WORDS_LEAST: Final = 6
"""A shorter title ("Thông báo khẩn") says too little to tell a story by itself."""

BUCKET_MOST: Final = 50
"""Newest posts of one bucket that are compared: a text posted a thousand times is one story after the first few."""

_CHANCE: Final = random.Random(20_140_714)
_FACTORS: Final = np.array([_CHANCE.getrandbits(64) | 1 for _ in range(BANDS * ROWS)], dtype=np.uint64)
_ADDENDS: Final = np.array([_CHANCE.getrandbits(64) for _ in range(BANDS * ROWS)], dtype=np.uint64)

Runs = frozenset[int]


def runs_of(words: Sequence[str]) -> Runs:
    """Hashes of every run of three words; of fewer words, the hash of what there is."""
    if not words:
        return frozenset()
    count = max(1, len(words) - RUN + 1)
    return frozenset(_hash(" ".join(words[start : start + RUN])) for start in range(count))


def share(one: Runs, other: Runs) -> float:
    """Share of common runs, 0 to 1 (Jaccard)."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def _signature(runs: Runs) -> NDArray[np.uint32]:
    """Minimum of each of the hash functions over the runs: multiply, add, take the upper half."""
    values = np.fromiter(runs, dtype=np.uint64, count=len(runs))
    mixed = (values[:, None] * _FACTORS[None, :] + _ADDENDS[None, :]) >> np.uint64(32)
    return np.asarray(mixed.min(axis=0), dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class _Kept:
    story_id: str
    at_ms: int
    runs: Runs
    title: Runs
    buckets: tuple[bytes, ...]


class StoryIndex:
    """Posts of the last `window_ms`, at most `most`, oldest forgotten first. One thread only."""

    def __init__(self, window_ms: int, most: int = 20_000) -> None:
        self._window_ms = window_ms
        self._most = most
        self._posts: OrderedDict[str, _Kept] = OrderedDict()
        self._buckets: dict[bytes, list[str]] = {}

    def __len__(self) -> int:
        return len(self._posts)

    def story_of(self, post_id: str) -> str | None:
        """The story of a post that is remembered."""
        kept = self._posts.get(post_id)
        return kept.story_id if kept is not None else None

    def find(self, title_words: Sequence[str], words: Sequence[str]) -> str | None:
        """The story that a post with these words tells; None = none that is known."""
        runs, title = runs_of(words), _title_runs(title_words)
        best, best_share = None, 0.0
        for kept in self._near(_buckets(runs, title)):
            found = share(runs, kept.runs)
            # A bare title is compared with titles; one that another outlet took over with its own text counts, too.
            by_title = share(title, kept.title)
            alike = max(found / ALIKE, by_title / TITLE_ALIKE)
            if alike >= 1.0 and alike > best_share:
                best, best_share = kept.story_id, alike
        return best

    def add(self, post_id: str, story_id: str, title_words: Sequence[str], words: Sequence[str], at_ms: int) -> None:
        """Remember the post of that story; one that is known already stays as it is."""
        if post_id in self._posts:
            return
        runs, title = runs_of(words), _title_runs(title_words)
        kept = _Kept(story_id, at_ms, runs, title, tuple(_buckets(runs, title)))
        self._posts[post_id] = kept
        for bucket in kept.buckets:
            self._buckets.setdefault(bucket, []).append(post_id)
        while len(self._posts) > self._most:
            self._forget(next(iter(self._posts)))

    def forget_old(self, now_ms: int) -> None:
        """Drop what is older than the window."""
        old = [post_id for post_id, kept in self._posts.items() if kept.at_ms < now_ms - self._window_ms]
        for post_id in old:
            self._forget(post_id)

    def _forget(self, post_id: str) -> None:
        for bucket in self._posts.pop(post_id).buckets:
            members = self._buckets[bucket]
            members.remove(post_id)
            if not members:
                del self._buckets[bucket]

    def _near(self, buckets: Iterator[bytes]) -> Iterator[_Kept]:
        seen: set[str] = set()
        for bucket in buckets:
            for post_id in self._buckets.get(bucket, ())[-BUCKET_MOST:]:
                if post_id not in seen:
                    seen.add(post_id)
                    yield self._posts[post_id]


def _title_runs(words: Sequence[str]) -> Runs:
    """Words of a title that says enough, one by one: their order changes from outlet to outlet."""
    return frozenset(_hash(word) for word in words) if len(words) >= TITLE_WORDS_LEAST else frozenset()


def _buckets(runs: Runs, title: Runs) -> Iterator[bytes]:
    for mark, one in ((b"x", runs), (b"t", title)):
        if one:
            signature = _signature(one)
            for band in range(BANDS):
                yield mark + bytes((band,)) + signature[band * ROWS : (band + 1) * ROWS].tobytes()

"""Posts grouped into stories: 20,000 posts of one day, none like another, against the bare shingling of their words.

20,000 posts a day are one in 4 s; what is grouped in a second has to be hundreds, because a restart reads a day again.
"""

from __future__ import annotations

import os
import random
import time
from typing import Final

from backend.domain.press.stories import StoryIndex

POSTS: Final = 20_000
WORDS: Final = 200
DAY_MS: Final = 86_400_000


def run(brief: bool) -> dict[str, object]:
    """Group, then only count the words."""
    chance = random.Random(5)
    words = [f"tu{number}" for number in range(4000)]
    posts = [chance.choices(words, k=WORDS) for _ in range(500 if brief else POSTS)]
    index = StoryIndex(DAY_MS)
    began_s = time.perf_counter()
    for number, post in enumerate(posts):
        index.find(post[:10], post)
        index.add(str(number), str(number), post[:10], post, number)
    grouped_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for post in posts:
        {hash(three) for three in zip(post, post[1:], post[2:], strict=False)}
    bare_s = time.perf_counter() - began_s
    return {
        "cores": os.cpu_count(),
        "posts": len(posts),
        "grouped_per_s": round(len(posts) / grouped_s),
        "bare_per_s": round(len(posts) / bare_s),
        "grouped_to_bare": round(grouped_s / bare_s, 1),
    }

"""What a post says, as it is compared: its words folded, without what every outlet puts around a story."""

from __future__ import annotations

import re
from typing import Final

from backend.contracts.folded import words_of

WORDS_MOST: Final = 600
"""Of one post: a story is told in its first paragraphs."""

_URL: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_AROUND: Final = re.compile(
    r"^\s*(?:"
    r"(?:xem|đọc|tin) (?:thêm|tiếp|liên quan|chi tiết)\b|mời (?:quý|bạn|các bạn)\b|theo dõi (?:trang|fanpage|kênh)\b|"
    r"(?:nguồn|ảnh|video|clip|bài|tác giả|từ khóa|tags?|hashtag)\s*:|©|bản quyền\b|chia sẻ bài viết|bình luận\b"
    r").*$",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
_DATELINE: Final = re.compile(r"^\s*(?:\([^()\n]{1,40}\)|[A-ZĐ]{2,6}(?:\.[A-ZĐ]{2,6})?)\s*[-–—]+\s+")


def bare(text: str) -> str:
    """`text` without links, the outlet's own sign before it and the lines that invite to read more."""
    return _AROUND.sub("", _URL.sub(" ", _DATELINE.sub("", text)))


def compared_words(title: str, text: str) -> list[str]:
    """The words that a post is compared by, folded, in their order, at most `WORDS_MOST`."""
    return words_of(f"{bare(title)}\n{bare(text)}"[: WORDS_MOST * 12])[:WORDS_MOST]

"""The words of the public pages, in Vietnamese and in English, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from backend.contracts.reports import Rating, ReportState
from backend.services.evidence.report_words import RATING, STATE

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """`other`: the link to the same page in the other language."""

    language: Language
    other_language: Language
    other: str
    title: str
    published: str
    nothing: str
    newer: str
    older: str
    open_data: str
    no_person: str
    state: str
    category: str
    area: str
    agency: str
    received: str
    due: str
    closed: str
    rating: str
    said: str
    result: str
    not_yet: str
    all: str
    missing: str
    look_again: str
    every: str
    show: str
    simulated: str
    picture: str
    film: str
    stages: Mapping[str, str]
    states: Mapping[ReportState, str]
    ratings: Mapping[Rating, str]


VI: Final = Words(
    language="vi",
    other_language="en",
    other="English",
    title="Phản ánh hiện trường",
    published="kết quả đã công khai",
    nothing="Chưa có phản ánh nào được công khai ở đây.",
    newer="‹ Mới hơn",
    older="Cũ hơn ›",
    open_data="Dữ liệu mở",
    no_person="Không có thông tin của người phản ánh; vị trí được làm tròn.",
    state="Trạng thái",
    category="Lĩnh vực",
    area="Địa bàn",
    agency="Đơn vị xử lý",
    received="Tiếp nhận",
    due="Hạn xử lý",
    closed="Công khai",
    rating="Đánh giá",
    said="Nội dung",
    result="Kết quả",
    not_yet="Nội dung và kết quả hiện ra khi được công khai.",
    all="Tất cả phản ánh",
    missing="Không có phản ánh {code}",
    look_again="Hãy xem lại mã trong tin nhắn đã nhận.",
    every="Tất cả",
    show="Xem",
    simulated="Dữ liệu mô phỏng.",
    picture="Ảnh",
    film="Video",
    stages={"report": "Khi phản ánh", "before": "Trước xử lý", "after": "Sau xử lý"},
    states=STATE,
    ratings=RATING,
)

EN: Final = Words(
    language="en",
    other_language="vi",
    other="Tiếng Việt",
    title="Field reports of citizens",
    published="published results",
    nothing="No report has been published here yet.",
    newer="‹ Newer",
    older="Older ›",
    open_data="Open data",
    no_person="Nothing is told of who reported; places are rounded.",
    state="State",
    category="Field",
    area="Area",
    agency="Handled by",
    received="Received",
    due="Due",
    closed="Published",
    rating="Rating",
    said="What was reported",
    result="Result",
    not_yet="What was reported and the result are shown once they are published.",
    all="All reports",
    missing="There is no report {code}",
    look_again="Look at the code in the message you received.",
    every="All",
    show="Show",
    simulated="Simulated data.",
    picture="Picture",
    film="Film",
    stages={"report": "When it was reported", "before": "Before", "after": "Afterwards"},
    states={
        "new": "received",
        "verifying": "being verified",
        "need_info": "more information is asked for",
        "rejected": "refused",
        "duplicate": "same as another report",
        "assigned": "given to an agency",
        "returned": "given back",
        "in_progress": "being handled",
        "extension": "more time is asked for",
        "done_pending": "handled, the result is being checked",
        "published": "published",
        "rated": "rated",
        "reopened": "opened again",
    },
    ratings={"satisfied": "satisfied", "accepted": "accepted", "dissatisfied": "not satisfied"},
)
WORDS: Final[dict[Language, Words]] = {"vi": VI, "en": EN}


def language_of(asked: str, accepted: str) -> Language:
    """`asked`: of the query; else what the browser would rather read of the two (Accept-Language, RFC 9110)."""
    if asked == "en" or asked == "vi":
        return "en" if asked == "en" else "vi"
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wish = float(quality or 1)
        except ValueError:
            continue
        for language in WORDS:
            if tag.strip().lower().partition("-")[0] == language and wish > 0:
                wishes.append((-wish, place, language))
    return min(wishes)[2] if wishes else "vi"

"""A citizen's report (phản ánh hiện trường): its states, its clock, and the row of it that the room's state holds.

The row is what queues, maps and counts need. The text, the thread and the media of one report are asked for at its
door; who reported it is kept elsewhere, encrypted, and never stands in the log.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire

ReportState = Literal[
    "new", "verifying", "need_info", "rejected", "duplicate", "assigned", "returned", "in_progress", "extension",
    "done_pending", "published", "rated", "reopened",
]  # fmt: skip
"""mới tiếp nhận, đang xác minh, yêu cầu bổ sung, từ chối, trùng, đã chuyển, chuyển lại, đang xử lý, xin gia hạn,
đã xử lý chờ duyệt kết quả, đã công khai, đã đánh giá, mở lại."""

ENDED: Final[frozenset[ReportState]] = frozenset(("rejected", "duplicate", "published", "rated"))
"""Nobody has anything to do: the row leaves the queues. A citizen may still rate or open it again."""

PUBLIC: Final[frozenset[ReportState]] = frozenset(("published", "rated"))
"""Its result was made public: everybody may read what it is about."""

WITH_AGENCY: Final[frozenset[ReportState]] = frozenset(("assigned", "in_progress", "extension"))
"""The chief agency has the next step."""

Channel = Literal["app", "call", "zalo", "web", "email", "walk_in", "press", "room"]
Flow = Literal["instant", "timed"]
"""xử lý tức thời, xử lý có thời gian: the two flows of a province's rules."""

Rating = Literal["satisfied", "accepted", "dissatisfied"]
Timeliness = Literal["none", "stopped", "in_time", "near", "late"]
"""không hạn, đồng hồ dừng, còn hạn, sắp hạn, quá hạn."""

OPEN311_STATUS: Final[dict[ReportState, Literal["open", "closed"]]] = {
    "new": "open", "verifying": "open", "need_info": "open", "rejected": "closed", "duplicate": "closed",
    "assigned": "open", "returned": "open", "in_progress": "open", "extension": "open", "done_pending": "open",
    "published": "closed", "rated": "closed", "reopened": "open",
}  # fmt: skip
"""GeoReport v2 knows these two only."""

EXTENDED_STATUS: Final[dict[ReportState, str]] = {
    "new": "open", "verifying": "for_triage", "need_info": "open", "rejected": "no_further_action",
    "duplicate": "duplicate", "assigned": "internal_referral", "returned": "not_councils_responsibility",
    "in_progress": "in_progress", "extension": "action_scheduled", "done_pending": "fixed", "published": "closed",
    "rated": "closed", "reopened": "reopen",
}  # fmt: skip
"""The words of FixMyStreet's update extension."""


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a stored file, in hexadecimal digits."""


class Clock(Wire):
    """The time an agency has. Instants are computed with the calendar of the category by who decides, once.

    Attributes:
        allowed_ms: working time in all, extensions included.
        due_ms: when it is over; None while the clock stands.
        near_ms: from when on it counts as near its end.
        left_ms: working time left while the clock stands, None while it runs; negative when it was over.
    """

    allowed_ms: Annotated[int, Field(ge=1)]
    due_ms: EpochMs | None = None
    near_ms: EpochMs | None = None
    left_ms: int | None = None

    def timeliness(self, at_ms: int) -> Timeliness:
        if self.due_ms is None or self.near_ms is None:
            return "stopped"
        if at_ms > self.due_ms:
            return "late"
        return "near" if at_ms >= self.near_ms else "in_time"


class Medium(Wire):
    """A picture or a film of a report; its bytes are asked for at the media door.

    Attributes:
        digest: SHA-256 of the stored file, which carries no place, no time and no device any more.
        stage: what it shows: the report itself, or the place before and after the work.
        taken_ms, lat_deg, lon_deg: what the file said of itself when it came.
    """

    medium_id: Identifier
    kind: Literal["image", "video"]
    mime: str
    digest: Digest
    bytes: Annotated[int, Field(ge=1)]
    stage: Literal["report", "before", "after"] = "report"
    taken_ms: EpochMs | None = None
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None


class Extension(Wire):
    """More time an agency asked for and nobody has decided on yet."""

    more_ms: Annotated[int, Field(ge=60_000)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    asked_ms: EpochMs
    asked_by: str


class Report(Wire):
    """One report as a row.

    Attributes:
        number: 1, 2, 3 ... in the order of the log; `code` is what people call it.
        title: the first words of what was said, one line.
        came_in: state before it was sent back to the room ("returned", "reopened"): who had it.
        chief: agency that answers for it, "" before it was routed; `partners` work with it.
        leader: account or title of the leader of the place, who is told with the agency.
        clock: None before it was routed.
        told: what was told last of its clock as it is now.
        late: the clock ran out at least once, however long the extension that came after.
        duplicate_of: id of the report that is handled instead.
        reopened: how often it was opened again.
        first_answer_ms: when somebody first did something that its citizen sees.
        done_ms: when the agency last called it done.
        apart: ids of reports that somebody looked at beside it and found to be about something else, newest last.
        public_media: digests of its pictures that an officer gave free for the public page, in the order of that.
        read_ms, read_by, read_words: when the leader of the place opened it first, by which account, and a word of his.
    """

    report_id: Identifier
    number: Annotated[int, Field(ge=1)]
    code: Identifier
    channel: Channel
    category_id: Identifier
    flow: Flow
    title: Annotated[str, Field(min_length=1, max_length=200)]
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    address: Annotated[str, Field(max_length=300)] = ""
    commune_code: str = ""
    state: ReportState = "new"
    priority: Annotated[int, Field(ge=1, le=4)] = 3
    received_ms: EpochMs
    changed_ms: EpochMs
    chief: str = ""
    partners: tuple[str, ...] = ()
    leader: str = ""
    clock: Clock | None = None
    extension: Extension | None = None
    extended: int = 0
    told: Literal["", "near", "late"] = ""
    late: bool = False
    duplicate_of: str = ""
    reopened: int = 0
    campaign: str = ""
    media: int = 0
    rating: Rating | None = None
    first_answer_ms: EpochMs | None = None
    done_ms: EpochMs | None = None
    closed_ms: EpochMs | None = None
    apart: tuple[str, ...] = ()
    public_media: tuple[str, ...] = ()
    read_ms: EpochMs | None = None
    read_by: str = ""
    read_words: str = ""
    simulated: bool = False
    exercise: bool = False

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def timeliness(self, at_ms: int) -> Timeliness:
        """How it stands with its time at `at_ms`; an ended one stands as when it was done."""
        if self.clock is None:
            return "none"
        if self.is_ended or self.state == "done_pending":
            return "late" if self.late else "in_time"
        return self.clock.timeliness(at_ms)

"""Years of citizens' reports as the log holds them, nine of ten ended, for benchmarks that need many."""

from __future__ import annotations

import random
from typing import Final

from backend.contracts import report_events as rev
from backend.contracts.events import Event
from backend.contracts.reports import Clock, Report
from backend.storage.event_log import Draft, EventLog

DAY_MS: Final = 86_400_000
WORDS: Final = (
    "rác đổ trộm bên vỉa hè", "ổ gà sâu giữa đường", "đèn đường tắt từ tối qua", "nước ngập ngang bánh xe",
    "khói khét lúc rạng sáng", "loa kéo quá nửa đêm", "cây đổ chắn lòng đường", "hàng quán lấn vỉa hè",
)  # fmt: skip
STREETS: Final = ("Hoàng Liên", "Nguyễn Huệ", "Cốc Lếu", "Trần Hưng Đạo", "Duyên Hải", "Thủy Hoa", "An Dương Vương")
CATEGORIES: Final = ("rac-thai", "duong-hong", "den-duong", "ngap-sat-lo", "o-nhiem", "cay-do")
AGENCIES: Final = ("so-xd", "so-nnmt", "csgt", "dien-luc", "moi-truong-do-thi")


async def fill(log: EventLog, count: int, now_ms: int) -> None:
    """Append the events of `count` reports of the last two years."""
    chance = random.Random(5)
    for start in range(1, count + 1, 1000):
        drafts = [
            Draft(event)
            for number in range(start, min(start + 1000, count + 1))
            for event in _life(number, chance, now_ms)
        ]
        await log.append(drafts, now_ms)


def _life(number: int, chance: random.Random, now_ms: int) -> list[Event]:
    """One report; nine of ten have ended."""
    key = f"PA-{number:06d}"
    received_ms = now_ms - chance.randrange(730 * DAY_MS)
    title = f"{chance.choice(WORDS)}, đường {chance.choice(STREETS)} số {chance.randrange(300)}"
    report = Report(
        report_id=key, number=number, code=key, channel="app", category_id=chance.choice(CATEGORIES), flow="timed",
        title=title, commune_code=chance.choice(("02647", "02671", "02680", "02683")), received_ms=received_ms,
        changed_ms=received_ms, lat_deg=22.3 + chance.random() / 2, lon_deg=103.7 + chance.random() / 2,
    )  # fmt: skip
    due_ms = received_ms + 3 * DAY_MS
    clock = Clock(allowed_ms=3 * DAY_MS, due_ms=due_ms, near_ms=due_ms - DAY_MS)
    events: list[Event] = [rev.ReportReceived(report=report, text=f"{title}. Đề nghị cơ quan chức năng xử lý.")]
    if chance.random() < 0.97:
        events.append(rev.ReportRouted(report_id=key, chief=chance.choice(AGENCIES), clock=clock))
    if chance.random() < 0.9:
        events.append(rev.ReportMoved(report_id=key, state="published", text="Đã xử lý xong, cảm ơn người dân"))
    return events

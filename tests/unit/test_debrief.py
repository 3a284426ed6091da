"""The debrief: times and names as the log has them, against the site's targets; the sheets for the minutes."""

from __future__ import annotations

import asyncio
import csv
import io
import shutil
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from backend.contracts import events as ev
from backend.contracts.alerts import AlertPhase
from backend.contracts.kinds.alerts import Priority
from backend.contracts.marks import Mark
from backend.contracts.replay import AnswerTimes, Debrief
from backend.contracts.state import RoomState, apply
from backend.services.debrief import ALERTS_MOST, TooManyAlertsError, debrief
from backend.services.debrief_sheet import SheetContext, duration, standing, to_csv, to_html
from backend.storage.event_log import Draft, EventLog
from backend.storage.history import History
from config.model import TargetConfig
from config.problems import SiteErrors
from config.site import load_site
from tests.unit.replay_samples import store, told
from tests.unit.storage_samples import NOW_MS, alert, opened_log

LAOCAI = Path(__file__).resolve().parents[2] / "config" / "sites" / "laocai"
TARGETS = (
    TargetConfig(priority=3, acknowledge_s=60, dispatch_s=300, source="Quy chế trực ban", verified=False),
    TargetConfig(priority=1, acknowledge_s=30, source="Quy chế trực ban", verified=True),
)
HOUR_MS = 3_600_000


async def _log(log: EventLog, story: Sequence[tuple[float, str, ev.Event]]) -> None:
    for after_s, actor, event in story:
        await log.append([Draft(event, actor)], NOW_MS + round(after_s * 1000))


def _of(story: Sequence[tuple[float, str, ev.Event]], url: str, end_s: float = 3600) -> dict[str, AnswerTimes]:
    async def scenario() -> Debrief:
        async with opened_log(url) as log:
            await _log(log, story)
            return await debrief(History(log.database, log.epoch), TARGETS, NOW_MS, NOW_MS + round(end_s * 1000))

    return {one.alert_id: one for one in asyncio.run(scenario()).alerts}


def test_times_are_the_first_ones_with_who_did_it(database_url: str) -> None:
    found = _of(
        [
            (-10, "", ev.AlertRaised(alert=alert("before"))),
            (0, "", ev.AlertRaised(alert=alert("fire"))),
            (2, "", ev.AlertRaised(alert=alert("flood", 1))),
            (20, "lan", ev.AlertOwned(alert_id="fire", owner="lan", previous="")),
            (41.5, "lan", ev.AlertAcknowledged(alert_id="fire", comment="")),
            (45, "minh", ev.AlertAcknowledged(alert_id="before", comment="")),
            (50, "lan", ev.AlertOwned(alert_id="fire", owner="", previous="lan")),
            (60, "minh", ev.AlertDispatched(alert_id="fire", agency_id="pccc")),
            (61, "lan", ev.AlertDispatched(alert_id="fire", agency_id="csgt")),
            (70, "minh", ev.AlertAcknowledged(alert_id="fire", comment="lần hai")),
            (90, "", ev.AlertReturned(alert_id="fire")),
            (95, "lan", ev.AlertAcknowledged(alert_id="fire", comment="đã đóng rồi")),
            (4_000, "lan", ev.AlertAcknowledged(alert_id="flood", comment="sau khoảng thời gian")),
        ],
        database_url,
    )
    assert list(found) == ["fire", "flood"]
    fire, flood = found["fire"], found["flood"]
    assert (fire.raised_ms, fire.acknowledged_ms, fire.acknowledged_by) == (NOW_MS, NOW_MS + 41_500, "lan")
    assert (fire.owned_ms, fire.owned_by) == (NOW_MS + 20_000, "lan")
    assert (fire.dispatched_ms, fire.dispatched_by, fire.dispatched_to) == (NOW_MS + 60_000, "minh", "pccc")
    assert fire.closed_ms == NOW_MS + 90_000
    assert (fire.acknowledge_target_s, fire.dispatch_target_s) == (60, 300)
    assert (flood.acknowledged_ms, flood.acknowledged_by, flood.closed_ms) == (None, "", None)
    assert (flood.acknowledge_target_s, flood.dispatch_target_s) == (30, None)


def test_an_alert_that_got_worse_closes_only_when_it_was_acknowledged_anew(sqlite_url: str) -> None:
    found = _of(
        [
            (0, "", ev.AlertRaised(alert=alert("a", 3))),
            (5, "lan", ev.AlertAcknowledged(alert_id="a", comment="")),
            (9, "", ev.AlertUpdated(alert_id="a", priority=Priority(2))),
            (12, "", ev.AlertReturned(alert_id="a")),
            (30, "minh", ev.AlertAcknowledged(alert_id="a", comment="")),
            (0, "", ev.AlertRaised(alert=alert("b", 3))),
            (4, "", ev.AlertReturned(alert_id="b")),
            (6, "", ev.AlertReactivated(alert_id="b")),
            (8, "lan", ev.AlertAcknowledged(alert_id="b", comment="")),
        ],
        sqlite_url,
    )
    assert (found["a"].acknowledged_ms, found["a"].closed_ms) == (NOW_MS + 5_000, NOW_MS + 30_000)
    assert found["a"].priority == 3
    assert (found["b"].acknowledged_ms, found["b"].closed_ms) == (NOW_MS + 8_000, None)


def test_a_told_story_is_answered_as_the_rooms_own_fold_says(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            logged = await store(log, told(1_500, steps=()))
            end_ms = logged[-1].at_ms
            found = await debrief(History(log.database, log.epoch), TARGETS, logged[0].at_ms, end_ms)
            raised = [one for one in logged if isinstance(one.event, ev.AlertRaised)]
            assert [one.alert_id for one in found.alerts] == [
                one.event.alert.alert_id for one in raised if isinstance(one.event, ev.AlertRaised)
            ]
            state, closed_ms, first = RoomState(), dict[str, int](), dict[str, tuple[int, str]]()
            for one in logged:
                before = set(state.alerts)
                apply(state, one)
                closed_ms |= dict.fromkeys(before - set(state.alerts), one.at_ms)
                if isinstance(one.event, ev.AlertAcknowledged):
                    first.setdefault(one.event.alert_id, (one.at_ms, one.actor))
            assert {one.alert_id: one.closed_ms for one in found.alerts if one.closed_ms} == closed_ms
            answered = {
                one.alert_id: (one.acknowledged_ms, one.acknowledged_by) for one in found.alerts if one.acknowledged_ms
            }
            assert answered == first
            assert len(closed_ms) > 30
            open_now = {one.alert_id for one in found.alerts if one.closed_ms is None}
            assert open_now == set(state.alerts)
            assert {state.alerts[key].phase for key in open_now} <= set(AlertPhase)

    asyncio.run(scenario())


def test_more_than_people_can_go_through_is_refused_in_words(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            many = [Draft(ev.AlertRaised(alert=alert(f"a{number}"))) for number in range(ALERTS_MOST + 1)]
            await log.append(many, NOW_MS)
            with pytest.raises(TooManyAlertsError, match="ask for a shorter one"):
                await debrief(History(log.database, log.epoch), (), NOW_MS, NOW_MS + 1)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("done_s", "target_s", "end_s", "expected"),
    [
        (60, 60, 100, "in_time"),
        (60.001, 60, 100, "late"),
        (None, 60, 60, "open"),
        (None, 60, 60.001, "missing"),
        (None, None, 1e6, "none"),
        (5, None, 100, "none"),
    ],
)
def test_an_answer_stands_against_its_target(
    done_s: float | None, target_s: float | None, end_s: float, expected: str
) -> None:
    done_ms = None if done_s is None else NOW_MS + round(done_s * 1000)
    assert standing(NOW_MS, done_ms, target_s, NOW_MS + round(end_s * 1000)) == expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.4, "0:00"), (41, "0:41"), (725, "12:05"), (3725, "1:02:05"), (-75, "-1:15")]
)
def test_durations_read_like_a_stopwatch(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


# -- sheets ----------------------------------------------------------------------------------------------------------


def _mark(mark_id: str, after_s: float, text: str, kind: str = "debrief") -> Mark:
    at_ms = NOW_MS + round(after_s * 1000)
    return Mark.model_validate_json(
        f'{{"mark_id":"{mark_id}","kind":"{kind}","at_ms":{at_ms},"text":"{text}","placed_by":"chi","placed_ms":1}}'
    )


def _sheet(url: str) -> tuple[Debrief, SheetContext]:
    async def scenario() -> Debrief:
        async with opened_log(url) as log:
            evil = alert("a2").model_copy(update={"headline_vi": "=1+1 <script>alert(1)</script> & \u202e"})
            await _log(
                log,
                [
                    (0, "", ev.AlertRaised(alert=alert("a1"))),
                    (90, "lan", ev.AlertAcknowledged(alert_id="a1", comment="")),
                    (120, "lan", ev.AlertDispatched(alert_id="a1", agency_id="pccc")),
                    (600, "", ev.AlertRaised(alert=evil)),
                ],
            )
            return await debrief(History(log.database, log.epoch), TARGETS, NOW_MS, NOW_MS + HOUR_MS)

    context = SheetContext(
        site_vi="Lào Cai",
        utc_offset_min=420,
        printed_ms=NOW_MS + HOUR_MS,
        printed_by="chi",
        marks=(
            _mark("m2", 700, "gọi chậm"),
            _mark("m1", 300, "nên gọi 114 trước <b>"),
            _mark("m3", 300, "dấu trang", "bookmark"),
            _mark("m4", -5, "trước đó"),
            _mark("m5", 9_999, "sau đó"),
        ),
        users={"lan": "Nguyễn Thị Lan", "chi": "Giám sát Chi"},
        agencies={"pccc": "Cảnh sát PCCC"},
    )
    return asyncio.run(scenario()), context


def test_the_csv_holds_times_targets_names_and_comments(sqlite_url: str) -> None:
    text = to_csv(*_sheet(sqlite_url))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    head = next(index for index, row in enumerate(rows) if row and row[0] == "Phát sinh lúc")
    first = dict(zip(rows[head], rows[head + 1], strict=True))
    assert first["Ghi nhận sau (s)"] == "90"
    assert first["Hạn ghi nhận (s)"] == "60"
    assert first["Kết quả ghi nhận"] == "Muộn"
    assert first["Người ghi nhận"] == "Nguyễn Thị Lan"
    assert (first["Kết quả chuyển"], first["Đơn vị được chuyển"]) == ("Đúng hạn", "Cảnh sát PCCC")
    second = dict(zip(rows[head], rows[head + 2], strict=True))
    assert second["Kết quả ghi nhận"] == "Không thực hiện"
    assert second["Cảnh báo"].startswith("'=1+1"), "a spreadsheet would compute it"
    assert [row[2] for row in rows if len(row) == 3] == ["Nhận xét", "nên gọi 114 trước <b>", "gọi chậm"]
    assert ["3 Trung bình", "60", "300", "Quy chế trực ban (chưa xác minh)"] in rows
    assert ["1 Khẩn cấp", "30", "", "Quy chế trực ban"] in rows


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_one_harmless_file_with_the_comments_in_their_places(sqlite_url: str) -> None:
    page = to_html(*_sheet(sqlite_url))
    reader = _Reader()
    reader.feed(page)
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "img", "link", "iframe", "b>"})
    assert not any(set(attributes) & {"src", "href", "onload"} for _, attributes in reader.tags)
    assert "<script>" not in page
    places = [reader.text.index(words) for words in
              ("SO₂ vượt ngưỡng", "nên gọi 114 trước <b>", "=1+1 <script>", "gọi chậm")]  # fmt: skip
    assert places == sorted(places)
    for words in ("1:30 / 1:00", "Muộn", "Cảnh sát PCCC", "Không thực hiện", "Giám sát Chi", "(chưa xác minh)"):
        assert words in reader.text, words
    for words in ("dấu trang", "trước đó", "sau đó"):
        assert words not in reader.text
    assert "DIỄN TẬP" not in page


def test_an_empty_span_and_a_site_without_targets_say_so(sqlite_url: str) -> None:
    async def scenario() -> Debrief:
        async with opened_log(sqlite_url) as log:
            await _log(log, [(-9, "", ev.AlertRaised(alert=alert("before")))])
            return await debrief(History(log.database, log.epoch), (), NOW_MS, NOW_MS + 1)

    empty = asyncio.run(scenario())
    context = SheetContext("Lào Cai", 420, NOW_MS, "chi", exercise_vi="Lũ sông Hồng")
    page = to_html(empty, context)
    assert "Không có cảnh báo nào phát sinh." in page
    assert "Chưa quy định thời hạn" in page
    assert "DIỄN TẬP – Lũ sông Hồng" in page
    assert "Chưa quy định thời hạn" in to_csv(empty, context)


# -- targets of a site -----------------------------------------------------------------------------------------------


def test_the_demonstration_city_says_that_its_targets_are_not_verified() -> None:
    targets = load_site(LAOCAI).targets
    assert sorted(one.priority for one in targets) == [1, 2, 3, 4, 5]
    assert all(one.source_vi.endswith("(chưa xác minh)") for one in targets)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("priority = 1\nsource = 'x'\nverified = true\n", "is already in line"),
        ("priority = 6\nsource = 'x'\nverified = true\n", "priority: must be less than or equal to 5, not 6"),
        ("priority = 2\nacknowledge_s = 0\nsource = 'x'\nverified = true\n", "greater than 0, not 0"),
        ("priority = 2\nverified = true\n", "key 'source' is missing"),
        ("priority = 2\nsource = 'x'\nverified = true\nacknowlege_s = 5\n", "did you mean 'acknowledge_s'"),
    ],
)
def test_a_mistaken_target_is_told_with_its_line(tmp_path: Path, more: str, words: str) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    file = folder / "site.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n[[target]]\n{more}", encoding="utf-8")
    with pytest.raises(SiteErrors) as caught:
        load_site(folder, date(2026, 11, 23))
    first = before.count("\n") + 2
    told_of = [one for one in caught.value.errors if words in one.message]
    assert told_of, str(caught.value)
    assert told_of[0].file == "site.toml"
    assert told_of[0].line >= first

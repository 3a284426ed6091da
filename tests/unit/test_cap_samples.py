"""Every sample of the field, through the real door: the right alert, or a refusal that says why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.contracts.alerts import Alert
from backend.contracts.geometry import Circle, Polygon
from backend.sources.cap import CapError, parse_cap
from backend.sources.cap_index import FeedError, read_index
from tests.unit.feeds_samples import FIXTURES, NOW_MS, Desk, Moment, cap, opened_desk

SAMPLES = FIXTURES / "cap"
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Raised:
    """What the duty officer sees a minute after it was sent. `life_min` None = it names no expiry."""

    headline: str
    severity: str
    priority: int
    area: str
    life_min: int | None
    shapes: tuple[type, ...] = ()
    active: bool = True
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answered:
    """It is a message, and raises nothing by itself."""

    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    reason: str


@dataclass(frozen=True)
class Index:
    """A feed of `links`; what cannot be followed is named."""

    links: tuple[str, ...]
    faults: tuple[str, ...] = ()


ORANGE = Raised(
    "Homeland Security Sets Code ORANGE", "Severe", 2, "U.S. nationwide and interests worldwide", life_min=None
)
EXPECTED: dict[str, Raised | Answered | Refused | Index] = {
    # An update of two messages that never came; its response is AllClear: shown as over, without a sound.
    "canada.cap": Raised(
        "severe thunderstorm watch", "Minor", 4, "Windsor - Leamington - Essex County", 58, (Polygon, Polygon), False
    ),
    "earthquake.cap": Raised(
        "EQ 6.3 Neiafu, Tonga - PRELIMINARY REPORT", "Unknown", 4, "185 miles (298 km) NNE of Neiafu", 2880, (Circle,)
    ),
    "earthquake_signed.cap": Raised(
        "EQ 1.3 The Geysers, CA - PRELIMINARY REPORT",
        "Unknown",
        4,
        "2 miles (2 km) NNW of The Geysers",
        10080,
        (Circle,),
    ),
    "invalid.cap": Raised("Storm", "Unknown", 3, "New York", None, faults=("<scope> is missing",)),
    "no_optional_fields.cap": Raised(
        "Bản tin không có nội dung: USGS-earthquakes-us2010apcd.6.201",
        "",
        3,
        "",
        None,
        faults=("no info block: it says nothing about what happens",),
    ),
    "weather.cap": Raised(
        "Flash Flood Watch issued August 30 at 4:07AM MDT", "Severe", 2, "Central and Southern Lewis and Clark", 473
    ),
    "v1dot1_appendix_adot1.xml": ORANGE,
    "v1dot2_appendix_adot1.xml": ORANGE,
    "v1dot2_appendix_adot2.xml": Raised(
        "SEVERE THUNDERSTORM WARNING", "Severe", 2, "EXTREME NORTH CENTRAL TUOLUMNE COUNTY", 63, (Polygon,)
    ),
    "v1dot2_appendix_adot3.xml": Raised(
        "EQ 3.4 Imperial County CA", "Minor", 4, "1 mi. WSW of Brawley", None, (Circle,)
    ),
    "v1dot2_appendix_adot4.xml": Raised("Amber Alert in Los Angeles County", "Severe", 2, "Los Angeles County", None),
    "ipaws-5e6dd9de023f1930ef6548d9.xml": Answered(("it cancels nothing that is open here",)),
    "xee.cap": Refused("document type, entity or external reference"),
    "invalid.rss": Index((), ("entry 1 has no link",)),
    "no_id.atom": Index((), ("entry 1 has no link",)),
    "ny_index.rss": Index(("3167113", "3162202")),
    "weather_index.atom": Index(("tOKX20100901031500CT", "tLWX20100901040000DC")),
}


def test_no_sample_is_without_an_expectation() -> None:
    there = {path.name for path in SAMPLES.iterdir() if path.suffix in (".cap", ".xml", ".atom", ".rss")}
    assert there == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gives_the_right_alert_or_a_clear_refusal(name: str, tmp_path: Path) -> None:
    body, wanted = (SAMPLES / name).read_bytes(), EXPECTED[name]
    if isinstance(wanted, Index):
        index = read_index(body, "http://www.weather.gov/x/")
        assert index is not None
        assert [entry.link[-len(end) :] for entry, end in zip(index.entries, wanted.links, strict=True)] == list(
            wanted.links
        )
        assert index.faults == wanted.faults
        return
    asyncio.run(_through_the_door(tmp_path, body, wanted))


async def _through_the_door(folder: Path, body: bytes, wanted: Raised | Answered | Refused) -> None:
    try:
        now = Moment(parse_cap(body, NOW_MS).sent_ms + MINUTE_MS)
    except CapError:
        now = Moment()
    async with opened_desk(folder, None, now) as desk:
        answer = await desk.ingest.cap("kttv", body)
        alerts = desk.alerts("cap.message")
        if isinstance(wanted, Refused):
            assert alerts == []
            assert wanted.reason in answer.rejected[0].reason
            assert len(desk.quarantined()) == 1, "kept, with its reason"
            with pytest.raises(FeedError, match=wanted.reason):
                read_index(body, "http://a/")
            return
        assert (answer.accepted, answer.rejected, desk.quarantined()) == (1, (), [])
        if isinstance(wanted, Answered):
            assert (alerts, answer.warnings) == ([], wanted.warnings)
            return
        (alert,) = alerts
        _as_wanted(alert, wanted)
        again = await desk.ingest.cap("kttv", body)
        assert (again.accepted, again.duplicates) == (0, 1), "the same message is one alert"


def _as_wanted(alert: Alert, wanted: Raised) -> None:
    detail = alert.cap
    assert detail is not None
    assert alert.headline_vi.startswith(wanted.headline)
    assert (detail.severity, int(alert.priority)) == (wanted.severity, wanted.priority)
    assert alert.place_name.startswith(wanted.area)
    assert tuple(type(shape) for shape in alert.shapes) == wanted.shapes
    assert alert.active == wanted.active
    assert alert.silent == (not wanted.active)
    assert detail.faults == wanted.faults
    assert detail.risk_level is None, "no bulletin of these states a Vietnamese level, so there is none"
    assert not alert.exercise
    life = None if detail.expires_ms is None else (detail.expires_ms - (alert.raised_ms - MINUTE_MS)) // MINUTE_MS
    assert life == wanted.life_min


# -- order of arrival ------------------------------------------------------------------------------------------


def key_of(identifier: str) -> str:
    return f"kttv@laocai.gov.vn,{identifier},2026-01-01T08:30:00+07:00"


def test_what_was_replaced_before_it_came_is_shown_as_over_also_after_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap("KTTV-2", "Update", key_of("KTTV-1"), headline="Lũ lên nhanh"))
            assert desk.only("cap.message").active
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap("KTTV-1"))
            late = next(each for each in desk.alerts("cap.message") if "KTTV-1" in (each.cap.key if each.cap else ""))
            assert (late.active, late.silent) == (False, True)
            assert "đã được thay" in late.history[-1].text
            assert sum(each.active for each in desk.alerts("cap.message")) == 1

    asyncio.run(scenario())


def test_what_was_cancelled_before_it_came_stays_cancelled_after_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened_desk(tmp_path) as desk:
            answer = await desk.ingest.cap("kttv", cap("KTTV-9", "Cancel", key_of("KTTV-1")))
            assert answer.warnings == ("it cancels nothing that is open here",)
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap("KTTV-1"))
            assert not desk.only("cap.message").active

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("written", "level", "faulty"),
    [
        ("3", 3, False),
        ("cấp 4", 4, False),
        ("Cấp  5", 5, False),
        ("6", None, True),
        ("cao", None, True),
        ("", None, True),
    ],
)
def test_the_risk_level_is_the_bulletins_or_none(tmp_path: Path, written: str, level: int | None, faulty: bool) -> None:
    stated = f"<parameter><valueName>VN:CapDoRuiRo</valueName><value>{written}</value></parameter>"
    usual = "<parameter><valueName>VN:CapDoRuiRo</valueName><value>2</value></parameter>"
    body = cap(severity="Extreme").replace(usual.encode(), stated.encode())

    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", body)
        detail = desk.only("cap.message").cap
        assert detail is not None
        assert detail.risk_level == level
        assert any("risk level" in fault for fault in detail.faults) == faulty

    async def play() -> None:
        async with opened_desk(tmp_path) as desk:
            await scenario(desk)

    asyncio.run(play())


@pytest.mark.parametrize("status", ["Exercise", "Test", "Draft"])
@pytest.mark.parametrize("message_type", ["Update", "Cancel"])
def test_an_exercise_or_a_test_never_ends_a_real_warning(tmp_path: Path, status: str, message_type: str) -> None:
    async def scenario() -> None:
        async with opened_desk(tmp_path) as desk:
            await desk.ingest.cap("kttv", cap("KTTV-1"))
            answer = await desk.ingest.cap("kttv", cap("KTTV-2", message_type, key_of("KTTV-1"), status=status))
            real = next(each for each in desk.alerts("cap.message") if each.cap and each.cap.status == "Actual")
            assert real.active
            assert not real.exercise
            assert any("touches no real warning" in warning for warning in answer.warnings)
            await desk.ingest.cap("kttv", cap("KTTV-3", "Cancel", key_of("KTTV-4"), status=status))
            await desk.ingest.cap("kttv", cap("KTTV-4"))
            late = next(each for each in desk.alerts("cap.message") if each.cap and "KTTV-4" in each.cap.key)
            assert late.active, "cancelled by an exercise before it came, and real all the same"

    asyncio.run(scenario())

"""Ingest on a real room and a real SQLite file: counts, idempotence, quarantine, alerts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from backend.contracts.alerts import AlertPhase
from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from backend.services.faulty_input import MAX_RECORDED_PER_MINUTE
from backend.services.quarantine import Quarantine
from backend.services.seen_keys import SeenKeys
from tests.unit.feeds_samples import (
    FIXTURES,
    MINUTE_MS,
    NOW_MS,
    Desk,
    Moment,
    cap,
    local_time,
    opened_desk,
    reference,
)

NAME = "TL-KT-01_20260101090000.txt"
GOOD = f"SO2\t312.4\tmg/Nm3\t{local_time(NOW_MS)}\t00\r\nTemp\t25\toC\t{local_time(NOW_MS)}\t00\r\n".encode()
HALF = GOOD + b"nonsense\r\n"


def on_desk(data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]], now: Moment | None = None) -> None:
    async def play() -> None:
        async with opened_desk(data_dir, now=now) as desk:
            await scenario(desk)

    asyncio.run(play())


def frigate(
    detection_id: str = "1767232800.1-abc",
    label: str = "fire",
    score: float = 0.9,
    camera: str = "cam-1",
    kind: str = "new",
    start_ms: int = NOW_MS,
    **after: object,
) -> bytes:
    side = {
        "id": detection_id,
        "camera": camera,
        "label": label,
        "top_score": score,
        "false_positive": False,
        "start_time": start_ms / 1000,
        "end_time": None,
        "entered_zones": ["cong"],
        **after,
    }
    return json.dumps({"type": kind, "before": side, "after": side}).encode()


def test_a_station_file_is_stored_once_and_sent_twice_changes_nothing(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        first = await desk.ingest.station_file("tang-loong", NAME, GOOD)
        assert (first.accepted, first.duplicates, first.rejected) == (2, 0, ())
        again = await desk.ingest.station_file("tang-loong", NAME, GOOD)
        assert (again.accepted, again.duplicates, again.rejected) == (0, 2, ())
        assert await desk.store.samples("TL-KT-01", "SO2", 0, NOW_MS) == ((NOW_MS, 312.4, 0),)
        assert desk.events == []

    on_desk(tmp_path, scenario)


def test_what_is_good_in_a_half_broken_file_is_taken_and_the_rest_kept_and_told(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await desk.ingest.station_file("tang-loong", NAME, HALF)
        assert (answer.accepted, [item.line for item in answer.rejected]) == (2, [3])
        (kept,) = desk.quarantined()
        assert kept.read_bytes() == HALF
        reason = kept.with_name(f"{kept.name}.reason.txt").read_text(encoding="utf-8")
        assert f"name: {NAME}" in reason
        assert "line 3: 1 fields instead of 5" in reason
        alert = desk.only("input.quarantined")
        assert (alert.place_id, alert.priority, alert.count) == ("tang-loong", Priority.SYSTEM, 1)

    on_desk(tmp_path, scenario)


def test_one_alert_a_producer_counts_and_returns_with_good_input(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for number in range(3):
            await desk.ingest.station_file("tang-loong", NAME, f"broken {number}".encode())
        await desk.ingest.station_file("thuy-van", "x.txt", b"broken")
        by_producer = {alert.place_id: alert for alert in desk.alerts("input.quarantined")}
        assert {name: alert.count for name, alert in by_producer.items()} == {"tang-loong": 3, "thuy-van": 1}
        assert "3 lần" in by_producer["tang-loong"].headline_vi
        await desk.ingest.station_file("tang-loong", NAME, GOOD)
        after = {alert.place_id: alert.phase for alert in desk.alerts("input.quarantined")}
        assert after["tang-loong"] is AlertPhase.RETURNED_UNACKNOWLEDGED
        assert after["thuy-van"] is AlertPhase.ACTIVE_UNACKNOWLEDGED
        await desk.ingest.station_file("tang-loong", NAME, b"broken again")
        again = next(alert for alert in desk.alerts("input.quarantined") if alert.place_id == "tang-loong")
        assert (again.phase, again.count) == (AlertPhase.ACTIVE_UNACKNOWLEDGED, 4)

    on_desk(tmp_path, scenario)


def test_the_same_broken_bytes_again_are_answered_but_change_nothing(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", b"<broken")
        before = len(desk.events)
        answer = await desk.ingest.cap("kttv", b"<broken")
        assert answer.rejected
        assert (len(desk.events), len(desk.quarantined())) == (before, 1)

    on_desk(tmp_path, scenario)


def test_a_flood_of_broken_input_is_kept_and_counted_without_filling_the_log(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for number in range(MAX_RECORDED_PER_MINUTE + 30):
            await desk.ingest.cap("kttv", f"<broken {number}".encode())
        assert desk.kinds().count("input.quarantined") == MAX_RECORDED_PER_MINUTE
        desk.now.move(61)
        await desk.ingest.cap("kttv", b"<broken once more")
        assert desk.only("input.quarantined").count == MAX_RECORDED_PER_MINUTE + 31

    on_desk(tmp_path, scenario)


@pytest.mark.parametrize(
    ("producer", "name", "words"),
    [
        ("tang-loong", "TL-KT-99_20260101090000.txt", "unknown station 'TL-KT-99'"),
        ("tang-loong", "TV-LC_20260101090000.txt", "belongs to another producer"),
        ("tang-loong", "TL-KT-01.txt", "does not match"),
        ("tang-loong", "../TL-KT-01_20260101090000.txt", "not a plain name"),
        ("tang-loong", "a\x00b", "not a plain name"),
        ("tang-loong", "x" * 500, "not a plain name"),
    ],
)
def test_a_file_of_no_known_station_is_rejected_with_the_reason(
    tmp_path: Path, producer: str, name: str, words: str
) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await desk.ingest.station_file(producer, name, GOOD)
        assert (answer.accepted, answer.duplicates) == (0, 0)
        assert words in answer.rejected[0].reason
        (kept,) = desk.quarantined()
        assert kept.parent == tmp_path / "quarantine"

    on_desk(tmp_path, scenario)


def test_the_producers_own_station_names_and_symbols_are_known(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        body = f"Luu huynh dioxit\t5\tmg/Nm3\t{local_time(NOW_MS)}\t00".encode()
        answer = await desk.ingest.station_file("tang-loong", "ONGKHOI1_20260101090000.txt", body)
        assert (answer.accepted, answer.warnings) == (1, ())
        assert await desk.store.samples("TL-KT-01", "SO2", 0, NOW_MS) == ((NOW_MS, 5.0, 0),)

    on_desk(tmp_path, scenario)


def test_an_unknown_producer_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for answer in (
            await desk.ingest.cap("nobody", cap()),
            await desk.ingest.station_file("nobody", NAME, GOOD),
            await desk.ingest.detections("nobody", frigate()),
        ):
            assert "unknown producer" in answer.rejected[0].reason
        assert desk.events == []

    on_desk(tmp_path, scenario)


def test_pulses_tell_of_every_producer_of_the_site(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.station_file("tang-loong", NAME, HALF)
        desk.ingest.heard("probe")
        pulses = {pulse.producer_id: pulse for pulse in desk.ingest.pulses()}
        assert (pulses["tang-loong"].accepted, pulses["tang-loong"].rejected) == (2, 1)
        assert pulses["probe"].last_message_ms == NOW_MS
        assert pulses["kttv"].last_message_ms is None

    on_desk(tmp_path, scenario)


@pytest.mark.parametrize("body", [b"\x00" * 10_000_000, b"[" * 10_000_000, b"<a>" * 3_000_000, b"\xff" * 10_000_000])
def test_ten_megabytes_of_nothing_are_refused_at_every_door(tmp_path: Path, body: bytes) -> None:
    async def scenario(desk: Desk) -> None:
        for answer in (
            await desk.ingest.cap("kttv", body),
            await desk.ingest.station_file("tang-loong", NAME, body),
            await desk.ingest.detections("camera-ai", body),
        ):
            assert (answer.accepted, answer.duplicates, len(answer.rejected)) == (0, 0, 1)
        assert len(desk.alerts("input.quarantined")) == 3
        assert all(path.stat().st_size <= 4 * 1024 * 1024 for path in desk.quarantined())

    on_desk(tmp_path, scenario)


def test_a_bulletin_becomes_an_alert_with_its_place_and_words(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await desk.ingest.cap("kttv", cap())
        assert (answer.accepted, answer.warnings) == (1, ())
        alert = desk.only("cap.message")
        assert (alert.headline_vi, alert.priority, alert.commune_code) == ("Cảnh báo lũ quét", Priority.HIGH, "02908")
        assert (alert.lat_deg, alert.lon_deg, alert.place_name) == (22.2577, 104.132, "Xã Tằng Loỏng")
        assert alert.cap is not None
        assert (alert.cap.risk_level, alert.cap.sender_name) == (2, "Đài KTTV Lào Cai")
        assert (alert.simulated, alert.exercise, alert.silent) == (True, False, False)
        again = await desk.ingest.cap("kttv", cap())
        assert (again.accepted, again.duplicates) == (0, 1)
        assert len(desk.events) == 1

    on_desk(tmp_path, scenario)


def test_the_same_bulletin_from_many_hands_at_once_is_one_alert(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        answers = await asyncio.gather(*(desk.ingest.cap("kttv", cap()) for _ in range(8)))
        assert sorted(answer.accepted for answer in answers) == [0] * 7 + [1]
        assert desk.kinds() == ["alert.raised"]

    on_desk(tmp_path, scenario)


def test_an_update_carries_the_thread_on_and_a_worse_one_asks_for_a_new_acknowledgement(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap())
        first = desk.only("cap.message")
        await desk.room.record(lambda state: (AlertAcknowledged(alert_id=first.alert_id),), actor="lan")
        await desk.ingest.cap("kttv", cap("KTTV-2", "Update", reference("KTTV-1"), severity="Extreme"))
        await desk.ingest.cap("kttv", cap("KTTV-3", "Update", reference("KTTV-2"), severity="Extreme", headline="Lũ"))
        alert = desk.only("cap.message")
        assert alert.alert_id == first.alert_id
        assert (alert.priority, alert.phase) == (Priority.CRITICAL, AlertPhase.ACTIVE_UNACKNOWLEDGED)
        assert alert.cap is not None
        assert alert.cap.key == reference("KTTV-3")
        assert alert.headline_vi == "Lũ"

    on_desk(tmp_path, scenario)


def test_an_update_of_what_was_never_received_is_an_alert_of_its_own(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap("KTTV-2", "Update", reference("KTTV-1")))
        assert desk.only("cap.message").active

    on_desk(tmp_path, scenario)


def test_a_cancellation_ends_what_it_names_also_when_it_comes_first(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap())
        await desk.ingest.cap("kttv", cap("KTTV-2", "Cancel", reference("KTTV-1", "2026-01-01T01:30:00-00:00")))
        assert desk.only("cap.message").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        early = await desk.ingest.cap("kttv", cap("KTTV-9", "Cancel", reference("KTTV-8")))
        assert "cancels nothing" in early.warnings[-1]
        await desk.ingest.cap("kttv", cap("KTTV-8"))
        late = next(alert for alert in desk.alerts("cap.message") if alert.cap and "KTTV-8" in alert.cap.key)
        assert (late.phase, late.silent) == (AlertPhase.RETURNED_UNACKNOWLEDGED, True)

    on_desk(tmp_path, scenario)


@pytest.mark.parametrize(
    ("status", "exercise", "silent"),
    [("Actual", False, False), ("Exercise", True, False), ("Test", False, True), ("Draft", False, True)],
)
def test_exercises_say_so_and_tests_are_silent(tmp_path: Path, status: str, exercise: bool, silent: bool) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap(status=status))
        alert = desk.only("cap.message")
        assert (alert.exercise, alert.silent) == (exercise, silent)

    on_desk(tmp_path, scenario)


def test_an_exercise_never_turns_real_by_an_update(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap(status="Exercise"))
        await desk.ingest.cap("kttv", cap("KTTV-2", "Update", reference("KTTV-1")))
        active = [alert for alert in desk.alerts("cap.message") if alert.active]
        assert [(alert.exercise, alert.silent) for alert in active] == [(False, False)]
        assert len(desk.alerts("cap.message")) == 2

    on_desk(tmp_path, scenario)


def test_a_bulletin_ends_at_its_expiry_and_one_without_after_the_sites_default(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap())
        await desk.ingest.cap("kttv", cap("KTTV-2", expires=""))
        desk.now.move(3 * 3600 - 1)
        await desk.expiry.look()
        assert all(alert.active for alert in desk.alerts("cap.message"))
        desk.now.move(1)
        await desk.expiry.look()
        active = [alert for alert in desk.alerts("cap.message") if alert.active]
        assert [alert.cap and alert.cap.expires_ms for alert in active] == [None]
        desk.now.move(21 * 3600)
        await desk.expiry.look()
        assert not any(alert.active for alert in desk.alerts("cap.message"))

    on_desk(tmp_path, scenario)


def test_an_all_clear_ends_the_thread(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap())
        clear = cap("KTTV-2", "Update", reference("KTTV-1"), extra="<responseType>AllClear</responseType>")
        await desk.ingest.cap("kttv", clear)
        alert = desk.only("cap.message")
        assert (alert.phase, alert.priority) == (AlertPhase.RETURNED_UNACKNOWLEDGED, Priority.LOW)

    on_desk(tmp_path, scenario)


_REFUSED = {"xee.cap", "weather_index.atom", "no_id.atom", "ny_index.rss", "invalid.rss"}
_SAMPLES = [path for path in sorted((FIXTURES / "cap").iterdir()) if path.suffix in (".cap", ".xml", ".atom", ".rss")]


@pytest.mark.parametrize("path", _SAMPLES, ids=lambda path: path.name)
def test_every_sample_of_the_field_gives_an_alert_or_a_refusal(tmp_path: Path, path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await desk.ingest.cap("kttv", path.read_bytes())
        alerts = desk.alerts("cap.message")
        if path.name in _REFUSED:
            assert (answer.accepted, alerts, len(answer.rejected)) == (0, [], 1)
            assert len(desk.quarantined()) == 1
            return
        assert (answer.accepted, answer.rejected) == (1, ())
        if path.name.startswith("ipaws"):
            assert (alerts, "cancels nothing" in answer.warnings[-1]) == ([], True)
            return
        # Their time was over years ago: listed, but never heard.
        assert [(alert.silent, alert.active) for alert in alerts] == [(True, False)]
        assert alerts[0].headline_vi

    on_desk(tmp_path, scenario)


def test_two_samples_of_one_identity_are_one_message(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for name in ("v1dot1_appendix_adot1.xml", "v1dot2_appendix_adot1.xml"):
            answer = await desk.ingest.cap("kttv", (FIXTURES / "cap" / name).read_bytes())
        assert (answer.accepted, answer.duplicates) == (0, 1)

    on_desk(tmp_path, scenario)


def test_a_restart_remembers_bulletins_longer_than_the_state_does(tmp_path: Path) -> None:
    async def first(desk: Desk) -> None:
        await desk.ingest.cap("kttv", cap())

    async def second(desk: Desk) -> None:
        assert (await desk.ingest.cap("kttv", cap())).duplicates == 1
        desk.room.state.alerts.clear()
        assert (await desk.ingest.cap("kttv", cap())).duplicates == 1

    on_desk(tmp_path, first)
    on_desk(tmp_path, second)


def test_the_memory_of_keys_is_bounded_and_survives_a_torn_line(tmp_path: Path) -> None:
    keys = SeenKeys(tmp_path / "seen.txt", max_keys=10)
    for number in range(25):
        keys.add(f"k{number}")
    with (tmp_path / "seen.txt").open("a", encoding="ascii") as file:
        file.write("abc")
    again = SeenKeys(tmp_path / "seen.txt", max_keys=10)
    assert "k24" in again
    assert "k0" not in again


def test_detections_of_one_camera_and_label_are_one_alert_that_counts(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for number in range(3):
            answer = await desk.ingest.detections("camera-ai", frigate(f"d-{number}"))
            assert answer.accepted == 1
        await desk.ingest.detections("camera-ai", frigate("d-9", camera="cam-2"))
        again = await desk.ingest.detections("camera-ai", frigate("d-0"))
        assert (again.accepted, again.duplicates) == (0, 1)
        await desk.ingest.tell_counts()
        counts = {alert.place_id: alert.count for alert in desk.alerts("detection")}
        assert counts == {"cam-1": 3, "cam-2": 1}
        alert = next(alert for alert in desk.alerts("detection") if alert.place_id == "cam-1")
        assert (alert.priority, alert.headline_vi) == (Priority.CRITICAL, "Ngã tư Kim Tân: Cháy, 3 lần")
        assert (alert.lat_deg, alert.commune_code, alert.simulated) == (22.49, "02647", True)

    on_desk(tmp_path, scenario)


def test_what_no_rule_asks_for_is_stored_without_an_alert(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        for body in (
            frigate("a", label="cat"),
            frigate("b", score=0.3),
            frigate("c", stationary=True),
            frigate("d", false_positive=True),
        ):
            assert (await desk.ingest.detections("camera-ai", body)).rejected == ()
        assert desk.events == []
        better = await desk.ingest.detections("camera-ai", frigate("b", score=0.8, kind="update"))
        assert better.duplicates == 1
        assert desk.only("detection").count == 1

    on_desk(tmp_path, scenario)


def test_a_detection_returns_when_it_is_not_seen_again_and_rings_when_it_is(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.ingest.detections("camera-ai", frigate("a"))
        desk.now.move(100)
        await desk.ingest.detections("camera-ai", frigate("a", kind="update"))
        desk.now.move(100)
        await desk.expiry.look()
        assert desk.only("detection").active, "an update about the same thing keeps it alive"
        desk.now.move(30)
        await desk.expiry.look()
        assert desk.only("detection").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        await desk.ingest.detections("camera-ai", frigate("b", start_ms=desk.now()))
        alert = desk.only("detection")
        assert (alert.phase, alert.count) == (AlertPhase.ACTIVE_UNACKNOWLEDGED, 2)

    on_desk(tmp_path, scenario)


def test_detections_sent_late_are_silent(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        old_ms = NOW_MS - 60 * MINUTE_MS
        await desk.ingest.detections("camera-ai", frigate("a", start_ms=old_ms, end_time=old_ms / 1000 + 5))
        assert desk.only("detection").silent
        await desk.ingest.detections("camera-ai", frigate("b"))
        active = [alert for alert in desk.alerts("detection") if alert.active]
        assert [alert.silent for alert in active] == [False]

    on_desk(tmp_path, scenario)


def test_a_detection_of_an_unknown_camera_is_rejected_and_the_others_taken(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        both = b"[" + frigate("a", camera="cam-x") + b"," + frigate("b") + b"]"
        answer = await desk.ingest.detections("camera-ai", both)
        assert answer.accepted == 1
        assert [(item.line, "unknown camera 'cam-x'" in item.reason) for item in answer.rejected] == [(1, True)]

    on_desk(tmp_path, scenario)


def test_quarantine_stays_within_its_size_and_keeps_the_newest(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "q", max_bytes=1000, max_inputs=5)
    names = [quarantine.keep("p", "cap", "../../etc/passwd", b"x" * 150, "why", NOW_MS) for _ in range(20)]
    kept = sorted(path.name for path in (tmp_path / "q").glob("*.bin"))
    assert kept == names[-5:]
    assert len(list((tmp_path / "q").iterdir())) == 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["q"]


def test_quarantine_that_cannot_write_costs_only_the_copy(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        (tmp_path / "quarantine").write_text("a file where the folder should be")
        answer = await desk.ingest.cap("kttv", b"<broken")
        assert answer.rejected
        event = desk.events[0].event
        assert event.kind == "input.quarantined"
        assert event.file_name == ""
        assert "could not be kept" in event.reason

    on_desk(tmp_path, scenario)

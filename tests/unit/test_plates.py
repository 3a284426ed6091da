"""Number plates: those looked for are told, of all others nothing readable is kept anywhere."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from backend.services.plates import PlateKeyError, Plates, normal
from backend.sources.detections import parse_detections
from backend.storage.detections import DetectionsStore
from config.model import DetectionRule
from tests.unit.feeds_samples import NOW_MS, opened_desk, small_site

WANTED = DetectionRule(
    label="wanted", name_vi="Xe cần tìm", name_en="Wanted vehicle", priority=2, plates=("24A-123.45", "29C 000.01")
)


def onvif(plate: str, second: int = 0) -> dict[str, object]:
    payload = {"UtcTime": f"2026-01-01T02:00:{second:02}Z", "Source": {"VideoSource": "1"}}
    data = {"Likelihood": 0.9, "LicensePlateInfo": {"PlateNumber": {"#text": plate, "@Likelihood": "0.9"}}}
    return {"topic": "cam-1/onvif-ej/RuleEngine/Recognition/LicensePlate", "payload": {**payload, "Data": data}}


def frigate(plate: str, kind: str = "update") -> dict[str, object]:
    side = {"id": "1767232800.1-car", "camera": "cam-1", "label": "car", "top_score": 0.9, "start_time": NOW_MS / 1000}
    return {
        "type": kind,
        "after": {**side, "recognized_license_plate": plate, "recognized_license_plate_score": 0.93, "end_time": None},
    }


def test_a_plate_that_is_looked_for_is_told_and_another_leaves_no_trace(tmp_path: Path) -> None:
    async def scenario() -> None:
        site = small_site()
        site = site.model_copy(update={"detection_rules": (*site.detection_rules, WANTED)})
        async with opened_desk(tmp_path, site) as desk:
            body = [onvif("51F-999.99"), onvif("24a 12345", 1), onvif("51f 99999", 2), frigate("30K-777.77")]
            answer = await desk.ingest.detections("camera-ai", json.dumps(body).encode())
            assert (answer.accepted, answer.rejected) == (5, ())  # the car is one, and its plate
            alert = desk.only("detection")
            assert alert.headline_vi == "Ngã tư Kim Tân: Xe cần tìm (24a 12345)"
            stored = await DetectionsStore(desk.database).of_camera("cam-1", 0, NOW_MS + 60_000, 10)
            plates = [row.sub_label for row in stored if row.label == "license_plate"]
            assert len(plates) == 3
            assert len(set(plates)) == 2  # the same vehicle twice
            assert all(plate.startswith("#") for plate in plates)
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert b"24a 12345" in kept
        for trace in (b"51F-999.99", b"51f 99999", b"51F99999", b"30K-777.77", b"30K77777"):
            assert trace not in kept

    asyncio.run(scenario())


def test_a_better_look_at_the_same_vehicle_may_read_a_plate_that_is_looked_for(tmp_path: Path) -> None:
    async def scenario() -> None:
        site = small_site()
        site = site.model_copy(update={"detection_rules": (*site.detection_rules, WANTED)})
        async with opened_desk(tmp_path, site) as desk:
            for plate in ("29C-000.07", "29C-000.01", "29C-000.01"):
                await desk.ingest.detections("camera-ai", json.dumps(frigate(plate)).encode())
            assert desk.only("detection").count == 1

    asyncio.run(scenario())


def test_digests_are_keyed_and_the_key_is_the_backends_own(tmp_path: Path) -> None:
    first, again, other = (Plates((), tmp_path / name / "plates.key") for name in ("a", "a", "b"))
    assert first.digest_of("24A-123.45") == again.digest_of("24a12345") != other.digest_of("24A-123.45")
    assert stat.S_IMODE((tmp_path / "a" / "plates.key").stat().st_mode) == 0o600
    (tmp_path / "b" / "plates.key").write_bytes(b"short")
    (item,) = parse_detections(json.dumps(onvif("24A-123.45")).encode(), NOW_MS).items
    with pytest.raises(PlateKeyError, match=r"plates\.key holds 5 bytes where 32 were expected"):
        Plates((), tmp_path / "b" / "plates.key").treated(item)


@pytest.mark.parametrize("written", ["24A-123.45", "24a 12345", " 24A\u00a012345 ", "24A.123-45"])
def test_plates_are_compared_without_what_stands_between(written: str) -> None:
    assert normal(written) == "24A12345"

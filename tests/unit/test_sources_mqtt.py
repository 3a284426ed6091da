"""What MQTT messages say, what is dropped in a flood, and what a site may not say about a broker."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from backend.sources.mqtt import Inbox
from backend.sources.mqtt_messages import Heard, MessageError, MqttMessage, PropertyStates, may_be_dropped, read_message
from backend.storage.detections import DetectionsStore
from backend.storage.errors import StorageError
from config.site import SiteErrors, load_site
from config.source_model import MqttSource
from tests.unit.feeds_samples import FIXTURES, NOW_MS, opened_desk, small_site

SOURCE = MqttSource(
    producer_id="camera-ai",
    host="broker",
    client_id="trucban",
    cameras={"CAM": "cam-1", "CAM/2": "cam-2"},
    counters={
        "CAM/Cua": "DEM-1/People",
        "cua/person": "DEM-1/People",
        "SCN/onvif-mj/Human": "DEM-1/People",
        "SCN/onvif-mj/main/Vehicle": "DEM-1/Vehicles",
    },
)
INSIDE = "CAM/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/Bai"
UPDATE = b'{"type": "update"}'


def onvif(topic: str, data: dict[str, Any], retained: bool = False, at: str = "02:00:00", **source: str) -> Heard:
    body = {"UtcTime": f"2026-01-01T{at}Z", "Source": {"VideoSource": "1", **source}, "Data": data}
    return read_message(MqttMessage(topic, json.dumps(body).encode(), retained), SOURCE, NOW_MS)


def test_a_devices_second_lens_is_another_camera() -> None:
    crossed = "CAM/onvif-ej/RuleEngine/LineDetector/Crossed"
    assert onvif(crossed, {"ObjectId": 3}).detections[0].camera == "cam-1"
    assert onvif(crossed, {"ObjectId": 3}, VideoSource="2").detections[0].camera == "cam-2"
    bare = read_message(
        MqttMessage(f"{crossed}/&2/Vach", b'{"UtcTime":"2026-01-01T02:00:00Z","Data":{"ObjectId":"3"}}'), SOURCE, NOW_MS
    )
    assert bare.detections[0].camera == "cam-2"


def scene(profile: str, *kinds: object) -> tuple[tuple[str, int, float], ...]:
    things = [{"@ObjectId": number, "Appearance": {"Class": {"Type": kind}}} for number, kind in enumerate(kinds)]
    body = {"Frame": [{"@UtcTime": "2025-12-31T00:00:00"}, {"@UtcTime": "2026-01-01T02:00:00.5", "Object": things}]}
    topic = f"SCN/onvif-mj/VideoAnalytics/{profile}/MyClassifier"
    counts = read_message(MqttMessage(topic, json.dumps(body).encode()), SOURCE, NOW_MS).counts
    return tuple((one.place, one.at_ms - NOW_MS, one.value) for one in counts)


def test_a_scene_is_how_many_of_a_class_its_newest_picture_shows() -> None:
    human, car = [{"@Likelihood": 0.8, "#text": "Human"}, {"@Likelihood": 0.1, "#text": "Vehicle"}], "Vehicle"
    assert scene("sub", human, human, car, None) == (("DEM-1/People", 500, 2.0),)
    assert scene("main", human, car, {"#text": "vehicle"}) == (("DEM-1/People", 500, 1.0), ("DEM-1/Vehicles", 500, 2.0))
    assert scene("sub") == (("DEM-1/People", 500, 0.0),)
    assert scene("sub", {"#text": 3}, {"@Likelihood": "x", "#text": "Human"}) == (("DEM-1/People", 500, 1.0),)


@pytest.mark.parametrize("value", [True, "true", "TRUE", 1, "1", {"#text": "true", "@x": "y"}])
def test_a_property_begins_goes_on_and_ends(value: object) -> None:
    states = PropertyStates()

    def told(data: dict[str, Any], at: str, retained: bool = False) -> tuple[tuple[str, int | None], ...]:
        change = onvif(INSIDE, data, retained, at).change
        assert change is not None
        return tuple((item.detection_id, item.end_ms) for item in states.apply(change, NOW_MS))

    ((first, open_end),) = told({"IsInside": value}, "02:00:01")
    assert open_end is None
    assert told({"IsInside": value}, "02:00:05") == ((first, None),)
    assert told({"IsInside": "false"}, "02:00:09") == ((first, NOW_MS + 9_000),)
    assert told({"IsInside": False}, "02:00:10") == ()
    ((second, _),) = told({"IsInside": value}, "02:00:11")
    assert second != first


def test_what_was_so_before_is_a_state_until_it_is_told_anew() -> None:
    states = PropertyStates()
    for retained, initial in ((True, True), (True, True), (False, False), (False, False)):
        change = onvif(INSIDE, {"IsInside": "true"}, retained).change
        assert change is not None
        (item,) = states.apply(change, NOW_MS)
        assert (item.initial, item.lasting) == (initial, True)
    gone = read_message(MqttMessage(INSIDE, b""), SOURCE, NOW_MS).change
    assert gone is not None
    (ended,) = states.apply(gone, NOW_MS + 5)
    assert (ended.end_ms, ended.lasting) == (NOW_MS + 5, False)
    assert states.apply(gone, NOW_MS + 6) == ()


def test_objects_of_one_rule_come_and_go_each_for_itself() -> None:
    states = PropertyStates()

    def tell(inside: bool, thing: str) -> int:
        change = onvif(INSIDE, {"IsInside": inside, "ObjectId": thing}).change
        assert change is not None
        return len({item.detection_id for item in states.apply(change, NOW_MS)})

    assert [tell(True, "7"), tell(True, "8"), tell(False, "7"), tell(False, "7"), tell(False, "8")] == [1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("frigate/stats", b"{}"),
        ("frigate/cua/motion", b"ON"),
        ("frigate/cua/car", b"2"),
        ("CAM/onvif-ej/Monitoring/ProcessorUsage", b'{"UtcTime":"2026-01-01T02:00:00Z","Data":{"Value":1}}'),
        ("CAM/onvif-mj/VideoAnalytics/1", b"{}"),
        ("SCN/onvif-mj/PTZ/1", b"{}"),
        ("elsewhere", b"\xff"),
    ],
)
def test_what_the_room_has_no_use_for_is_neither_taken_nor_refused(topic: str, payload: bytes) -> None:
    assert read_message(MqttMessage(topic, payload), SOURCE, NOW_MS).nothing


@pytest.mark.parametrize(
    ("topic", "payload", "words"),
    [
        ("frigate/events", b"{", "no JSON"),
        ("frigate/events", b'{"after": 3}', "'after' is no JSON object"),
        ("frigate/events", b'{"after": {"id": "a", "start_time": NaN}}', "NaN is no JSON number"),
        ("frigate/reviews", b'{"after": {}}', "no review item"),
        ("frigate/available", b"maybe", "online or offline"),
        ("frigate/cua/person", b"-3", "no count"),
        ("frigate/cua/person", b"1" * 5_000, "no count"),
        ("CAM/onvif-ej/RuleEngine/LineDetector/Crossed", b"[]", "no JSON object"),
        ("CAM/onvif-ej/RuleEngine/LineDetector/Crossed", b'{"Data":{}}', "UtcTime is missing"),
        ("CAM/onvif-ej/RuleEngine/Recognition/LicensePlate", b'{"UtcTime":"2026-01-01","Data":{}}', "no PlateNumber"),
        (
            "CAM/onvif-ej/RuleEngine/CountAggregation/Counter",
            b'{"UtcTime":"2026-01-01","Source":{"Rule":"Cua"},"Data":{"Count":"many"}}',
            "no count",
        ),
        ("SCN/onvif-mj/VideoAnalytics/1/x", b"{}", "Frame is missing"),
        ("SCN/onvif-mj/VideoAnalytics/1/x", b'{"Frame": [7]}', "no JSON object"),
        ("SCN/onvif-mj/VideoAnalytics/1/x", b'{"Frame": {"Object": []}}', "UtcTime is missing"),
        ("SCN/onvif-mj/VideoAnalytics/1/x", b'{"Frame": {"@UtcTime": "2026-01-01", "Object": [3]}}', "Object is no"),
    ],
)
def test_what_is_broken_is_refused_with_the_reason(topic: str, payload: bytes, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        read_message(MqttMessage(topic, payload), SOURCE, NOW_MS)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("2026-01-01T02:00:00Z"))
FRIGATE = ("after", "type", "id", "camera", "label", "start_time", "end_time", "data", "severity", "sub_label")
ONVIF = ("Data", "Source", "Key", "UtcTime", "IsInside", "Object", "Class", "Type", "PlateNumber", "#text", "Count")
NAMES = st.sampled_from(
    (
        *FRIGATE,
        "entered_zones",
        "recognized_license_plate",
        *ONVIF,
        "Appearance",
        "Rule",
        "Class",
        "Type",
        "#text",
        "@Likelihood",
    )
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=8)
)
TOPICS = st.sampled_from(
    [
        "frigate/events",
        "frigate/reviews",
        "frigate/available",
        "frigate/cua/person",
        INSIDE,
        "CAM/onvif-ej/RuleEngine/LineDetector/Crossed",
        "CAM/onvif-ej/RuleEngine/Recognition/LicensePlate",
        "CAM/onvif-ej/RuleEngine/CountAggregation/Counter/&Cua",
        "/onvif-ej//",
        "SCN/onvif-mj/VideoAnalytics/main/x",
    ]
)
DEEP = st.integers(1, 100_000).map(lambda depth: b'{"after":' * depth)
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({"UtcTime": SCALARS, "Source": JSON, "Data": JSON}).map(lambda v: json.dumps(v).encode()),
    st.fixed_dictionaries({"type": SCALARS, "after": JSON}).map(lambda v: json.dumps(v).encode()),
    st.fixed_dictionaries({"@UtcTime": SCALARS, "Object": JSON | st.lists(JSON)}).map(
        lambda v: json.dumps({"Frame": [v]}).encode()
    ),
    DEEP,
)


@given(topic=TOPICS | st.text(max_size=60), payload=BODIES, retained=st.booleans())
@settings(max_examples=600, deadline=2_000)
def test_whatever_comes_is_read_or_refused(topic: str, payload: bytes, retained: bool) -> None:
    message = MqttMessage(topic, payload, retained)
    may_be_dropped(message)
    try:
        heard = read_message(message, SOURCE, NOW_MS)
    except MessageError:
        return
    if heard.change is not None:
        PropertyStates().apply(heard.change, NOW_MS)
    for item in heard.detections:
        item.raw.encode("utf-8")
        assert "\x00" not in item.camera + item.label + item.sub_label + item.detection_id


def test_a_full_inbox_drops_what_will_be_told_again_and_waits_for_the_rest() -> None:
    async def scenario() -> None:
        inbox, acknowledged = Inbox(max_messages=10), []

        def put(payload: bytes) -> None:
            inbox.put(MqttMessage("frigate/events", payload), lambda: acknowledged.append(payload))

        for _ in range(15):
            await asyncio.to_thread(put, UPDATE)
        assert len(acknowledged) == 5  # dropped at the door
        for number in range(10):
            await asyncio.to_thread(put, b"state %d" % number)
        assert len(acknowledged) == 15  # those inside made room
        waiting = threading.Thread(target=put, args=(b"state 10",))
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        found, dropped = await inbox.take()
        assert ([item.message.payload for item in found], dropped) == ([b"state %d" % n for n in range(10)], 15)
        await asyncio.to_thread(waiting.join, 5)
        assert not waiting.is_alive()
        ((last,), none) = await inbox.take()
        assert (last.message.payload, none) == (b"state 10", 0)

    asyncio.run(scenario())


def test_a_closed_inbox_lets_go_of_who_waits() -> None:
    async def scenario() -> None:
        inbox = Inbox(max_messages=0)
        waiting = threading.Thread(target=inbox.put, args=(MqttMessage("x", b"1"), lambda: None))
        waiting.start()
        inbox.close()
        await asyncio.to_thread(waiting.join, 5)
        assert not waiting.is_alive()

    asyncio.run(scenario())


def test_an_end_that_could_not_be_stored_is_an_end_when_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        site = small_site(sources=(SOURCE,))
        async with opened_desk(tmp_path, site) as desk:
            store = DetectionsStore(desk.database)

            async def send(inside: bool) -> None:
                body = {"UtcTime": "2026-01-01T02:00:00Z", "Source": {}, "Data": {"IsInside": inside}}
                await desk.ingest.mqtt("camera-ai", [MqttMessage(INSIDE, json.dumps(body).encode())])

            await send(True)
            with monkeypatch.context() as broken:
                broken.setattr(DetectionsStore, "insert", _full_disk)
                with pytest.raises(StorageError):
                    await send(False)
            (row,) = await store.of_camera("cam-1", 0, NOW_MS, 10)
            assert row.end_ms is None
            await send(False)
            (row,) = await store.of_camera("cam-1", 0, NOW_MS, 10)
            assert row.end_ms == NOW_MS

    asyncio.run(scenario())


async def _full_disk(store: DetectionsStore, rows: object) -> None:
    raise StorageError("disk full")


def site_with(folder: Path, text: str, kind: str = "mqtt") -> Path:
    shutil.copytree(FIXTURES / "sites" / "small", folder)
    with (folder / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[source]]\nkind = "{kind}"\nproducer_id = "camera-ai"\nhost = "10.0.0.5"\n{text}\n')
    return folder


def test_the_password_comes_from_its_file_and_is_not_shown(tmp_path: Path) -> None:
    text = 'client_id = "trucban"\nuser = "trucban"\npassword_file = "mqtt-password"'
    folder = site_with(tmp_path / "site", text)
    (folder / "mqtt-password").write_text("bí mật\n", encoding="utf-8")
    site = load_site(folder)
    (source,) = [source for source in site.sources if isinstance(source, MqttSource)]
    assert source.password == SecretStr("bí mật")
    assert "bí mật" not in repr(site)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('host2 = "x"', "unknown key 'host2'"),
        ('client_id = "a b"', "client_id"),
        ('client_id = "a"\ntopics = ["a/#/b"]', "has # where it does not stand alone"),
        ('client_id = "a"\ntopics = ["a+/b"]', "it stands for a whole level"),
        ('client_id = "a"\nport = 0', "port"),
        ('client_id = "a"\nuser = "u"\npassword = "canary-1"', "passwords do not stand in site.toml"),
        ('client_id = "a"\npassword_file = "x"', "a password needs its user"),
        ('client_id = "a"\nuser = "u"\npassword_file = "no-such-file"', "is no readable text"),
        ('client_id = "a"\nca_file = "ca.pem"\ntls = true', "there is no file 'ca.pem'"),
        ('client_id = "a"\ncameras = { cua = "cam-77" }', "unknown camera 'cam-77'"),
        ('client_id = "a"\ncounters = { "cua/person" = "X/People" }', "is no STATION/SYMBOL of this producer"),
    ],
)
def test_a_wrong_broker_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SiteErrors) as told:
        load_site(site_with(tmp_path / "site", text))
    message = str(told.value)
    assert words in message
    assert message.startswith("site.toml:")
    assert "canary" not in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('user = "u"', "password_file is missing"),
        ('user = "u"\npassword_file = "no-such-file"', "is no readable text"),
        ('user = "u"\npassword = "canary-1"\npassword_file = "x"', "passwords do not stand in site.toml"),
        ('password_file = "x"', "user"),
        ('user = "u"\npassword_file = "x"\nqueues = ["1022"]', "queues"),
    ],
)
def test_a_wrong_switchboard_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SiteErrors) as told:
        load_site(site_with(tmp_path / "site", text, "ami"))
    message = str(told.value)
    assert words in message
    assert "canary-1" not in message
    assert message.startswith("site.toml:")

"""Detections as Frigate and ONVIF cameras send them, and JSON from anywhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sources.detections import DetectionsError, ParsedDetections, parse_detections
from tests.unit.feeds_samples import FIXTURES, NOW_MS

FOLDER = FIXTURES / "detections"


def parse(value: object) -> ParsedDetections:
    return parse_detections(json.dumps(value).encode(), NOW_MS)


def test_recorded_frigate_events_are_read() -> None:
    parsed = parse_detections((FOLDER / "frigate_events.json").read_bytes(), NOW_MS)
    first, last = parsed.items
    assert (parsed.ignored, parsed.rejections) == (1, ())
    assert first.detection_id == last.detection_id == "1767232790.475377-mxklsc"
    assert (first.camera, first.label, first.score, first.zones) == ("cam-1", "person", 0.83, ("cong_truoc",))
    assert (first.start_ms, first.end_ms) == (1_767_232_790_475, None)
    assert (last.end_ms, last.score, last.sub_label) == (1_767_232_798_000, 0.91, "An")
    assert json.loads(first.raw)["type"] == "new"


def test_recorded_onvif_events_are_read() -> None:
    parsed = parse_detections((FOLDER / "onvif_events.json").read_bytes(), NOW_MS)
    assert [(item.camera, item.label, item.zones) for item in parsed.items] == [
        ("cam-1", "line_crossed", ("VachDung",)),
        ("cam-2", "intrusion", ("BaiXe",)),
    ]
    assert parsed.ignored == 1, "that the object left is no alert"
    again = parse_detections((FOLDER / "onvif_events.json").read_bytes(), NOW_MS + 999)
    assert [item.detection_id for item in again.items] == [item.detection_id for item in parsed.items]


def test_an_onvif_event_without_a_topic_is_known_by_its_data() -> None:
    event = {"UtcTime": "2026-01-01T02:00:00Z", "camera": "cam-1", "Source": {}, "Data": {"IsMotion": 1}}
    (item,) = parse(event).items
    assert (item.camera, item.label) == ("cam-1", "motion")


def test_namespace_prefixes_of_topics_are_dropped() -> None:
    event = {
        "topic": "cam-1/onvif-ej/tns1:VideoSource/tns1:GlobalSceneChange/x",
        "payload": {"UtcTime": "2026-01-01T02:00:00Z", "Data": {"State": "true"}},
    }
    (item,) = parse(event).items
    assert (item.camera, item.label) == ("cam-1", "tamper")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (17, "neither an event nor a list"),
        ([], "0 events"),
        ("x", "neither an event nor a list"),
    ],
)
def test_what_is_no_list_of_events_is_refused(value: object, words: str) -> None:
    with pytest.raises(DetectionsError, match=words):
        parse(value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b"[" * 200_000,
        b'{"a":NaN}',
        b'{"a":' + b"9" * 10_000 + b"}",
        b'{"a"' + b" " * 3_000_000,
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(DetectionsError):
        parse_detections(body, NOW_MS)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (5, "no JSON object"),
        ({}, "neither a Frigate event"),
        ({"after": []}, "'after' is no JSON object"),
        ({"after": {"camera": "c"}}, "after.id is missing"),
        ({"after": {"id": "x"}}, "start_time is missing"),
        ({"after": {"id": "x", "start_time": "today"}}, "no time in epoch seconds"),
        ({"after": {"id": "x", "start_time": 1e13}}, "no time in epoch seconds"),
        ({"after": {"id": "x", "start_time": -5}}, "before 1970"),
        ({"after": {"id": "x", "start_time": NOW_MS / 1000 + 7200}}, "120 min in the future"),
        ({"Data": {"IsMotion": 1}}, "UtcTime is missing"),
        ({"Data": {"IsMotion": 1}, "UtcTime": "soon"}, "no date and time"),
        ({"Data": {"x": 1}, "UtcTime": "2026-01-01T02:00:00Z"}, "Data does not tell"),
        ({"Data": [1], "UtcTime": "2026-01-01T02:00:00Z"}, "are JSON objects"),
        (
            {"topic": "a/onvif-ej/X/Y", "payload": {"Data": {}, "UtcTime": "2026-01-01T02:00:00Z"}},
            "none this room knows",
        ),
    ],
)
def test_a_bad_item_is_rejected_and_the_others_are_taken(item: object, words: str) -> None:
    good = {"after": {"id": "ok", "start_time": NOW_MS / 1000, "camera": "c", "label": "fire"}}
    parsed = parse([item, good])
    assert [found.detection_id for found in parsed.items] == ["ok"]
    assert [(found.line, words in found.reason) for found in parsed.rejections] == [(1, True)]


def test_texts_are_cleaned_and_a_thumbnail_is_not_kept() -> None:
    after = {"id": "x", "start_time": 1, "label": "<b>\x1bfire", "camera": "c\u202e", "thumbnail": "A" * 100_000}
    (item,) = parse({"after": after}).items
    assert (item.label, item.camera) == ("<b>fire", "c")
    assert len(item.raw) < 100


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["after", "before", "type", "id", "start_time", "end_time", "label", "camera", "topic", "payload", "Data",
             "Source", "UtcTime", "IsMotion", "top_score", "entered_zones", "sub_label", "frame_time"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_JSON)
def test_any_json_gives_detections_or_reasons(value: object) -> None:
    try:
        parsed = parse(value)
    except DetectionsError:
        return
    for item in parsed.items:
        assert item.detection_id
        assert 0.0 <= item.score <= 1.0
        assert item.start_ms >= 0
    assert all(found.reason for found in parsed.rejections)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_detections_or_a_refusal(body: bytes) -> None:
    try:
        parsed = parse_detections(body, NOW_MS)
    except DetectionsError:
        return
    assert len(parsed.items) + len(parsed.rejections) + parsed.ignored >= 1

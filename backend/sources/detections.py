"""Camera detections as JSON: Frigate events {type, before, after} and ONVIF events {UtcTime, Source, Data}.

One object or a list of them. ONVIF's payload does not name its topic (MQTT does): over HTTP it comes as
{"topic": "MyDevice/onvif-ej/RuleEngine/LineDetector/Crossed/...", "payload": {...}}, over a bridge as a "Topic" key.
Pure.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backend.contracts.doors import Rejection
from backend.sources.text import plain, shown

MAX_DETECTIONS_BYTES: Final = 2 * 1024 * 1024
MAX_EVENTS: Final = 2_000
MAX_RAW_CHARS: Final = 20_000
MAX_AHEAD_MS: Final = 15 * 60 * 1000

_TOPICS: Final[tuple[tuple[str, str, str], ...]] = (
    # end of the topic, the Data item that says whether it is so ("" = its coming is the event), our label
    ("RuleEngine/LineDetector/Crossed", "", "line_crossed"),
    ("RuleEngine/FieldDetector/ObjectsInside", "IsInside", "intrusion"),
    ("RuleEngine/CellMotionDetector/Motion", "IsMotion", "motion"),
    ("RuleEngine/Recognition/LicensePlate", "", "license_plate"),
    ("VideoSource/MotionAlarm", "State", "motion"),
    ("VideoSource/GlobalSceneChange", "State", "tamper"),
    ("VideoSource/ImageTooDark", "State", "tamper"),
    ("VideoSource/ImageTooBlurry", "State", "tamper"),
    ("Device/Trigger/DigitalInput", "LogicalState", "digital_input"),
)

Json = Mapping[str, object]


class DetectionsError(ValueError):
    """The body is no list of detections; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class ParsedDetection:
    """One message about one detection. `ended`: the thing is gone; `stationary`: it stands still since long."""

    line: int
    detection_id: str
    camera: str
    label: str
    sub_label: str
    score: float
    zones: tuple[str, ...]
    start_ms: int
    end_ms: int | None
    stationary: bool
    raw: str


@dataclass(frozen=True, slots=True)
class ParsedDetections:
    """`ignored` counts what is no detection by its own word: false positives and states that ended."""

    items: tuple[ParsedDetection, ...]
    rejections: tuple[Rejection, ...]
    ignored: int


class _ItemError(ValueError):
    """Why one item was rejected."""


def parse_detections(body: bytes, received_ms: int) -> ParsedDetections:
    """Read one body; items are counted as lines, from 1.

    Raises:
        DetectionsError: too large, no JSON, or neither an object nor a list.
    """
    items: list[ParsedDetection] = []
    rejections: list[Rejection] = []
    ignored = 0
    for number, value in enumerate(_values(body), 1):
        try:
            item = _item(number, value, received_ms)
        except _ItemError as error:
            rejections.append(Rejection(line=number, reason=str(error)))
            continue
        if item is None:
            ignored += 1
        else:
            items.append(item)
    return ParsedDetections(tuple(items), tuple(rejections), ignored)


def _values(body: bytes) -> list[object]:
    if len(body) > MAX_DETECTIONS_BYTES:
        raise DetectionsError(f"{len(body)} bytes; at most {MAX_DETECTIONS_BYTES} are taken")
    try:
        value: object = json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise DetectionsError("JSON nested too deeply") from error
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError and numbers of a thousand digits
        raise DetectionsError(f"no JSON: {plain(str(error), 200)}") from error
    if isinstance(value, list):
        if not 1 <= len(value) <= MAX_EVENTS:
            raise DetectionsError(f"a list of {len(value)} events; 1 to {MAX_EVENTS} are taken")
        return value
    if isinstance(value, dict):
        return [value]
    raise DetectionsError("neither an event nor a list of events; right would be a JSON object or a list of them")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _item(number: int, value: object, received_ms: int) -> ParsedDetection | None:
    if not isinstance(value, dict):
        raise _ItemError("the event is no JSON object")
    payload = value.get("payload")
    topic = value.get("topic", value.get("Topic", ""))
    if isinstance(payload, dict) and "after" not in value:
        inner = {**payload, **({"camera": value["camera"]} if "camera" in value else {})}
    else:
        inner = value
    if "after" in inner:
        return _frigate(number, inner, received_ms)
    if "Data" in inner or "UtcTime" in inner:
        return _onvif(number, inner, topic if isinstance(topic, str) else "", received_ms)
    raise _ItemError(
        'neither a Frigate event {"type", "before", "after"} nor an ONVIF event {"UtcTime", "Source", "Data"}'
    )


def _frigate(number: int, value: Json, received_ms: int) -> ParsedDetection | None:
    after = value["after"]
    if not isinstance(after, dict):
        raise _ItemError("'after' is no JSON object")
    if after.get("false_positive") is True:
        return None
    detection_id = _text(after, "id", 200)
    if not detection_id:
        raise _ItemError("after.id is missing")
    start_ms = _seconds(after.get("start_time", after.get("frame_time")), "after.start_time", received_ms)
    if start_ms is None:
        raise _ItemError("after.start_time is missing")
    end_ms = _seconds(after.get("end_time"), "after.end_time", received_ms)
    if end_ms is None and value.get("type") == "end":
        end_ms = max(start_ms, _seconds(after.get("frame_time"), "after.frame_time", received_ms) or received_ms)
    top, score = _score(after.get("top_score")), _score(after.get("score"))
    sub_label = after.get("sub_label")
    if isinstance(sub_label, list) and sub_label:  # newer Frigate: [name, score]
        sub_label = sub_label[0]
    return ParsedDetection(
        line=number,
        detection_id=detection_id,
        camera=_text(after, "camera", 200),
        label=_text(after, "label", 100),
        sub_label=plain(sub_label, 200) if isinstance(sub_label, str) else "",
        score=max(top, score),
        zones=_zones(after.get("entered_zones")),
        start_ms=start_ms,
        end_ms=end_ms,
        stationary=after.get("stationary") is True,
        raw=_raw(value),
    )


def _onvif(number: int, value: Json, topic: str, received_ms: int) -> ParsedDetection | None:
    data = value.get("Data") or {}
    source = value.get("Source") or {}
    if not isinstance(data, dict) or not isinstance(source, dict):
        raise _ItemError("Source and Data are JSON objects")
    label, state_item = _onvif_label(topic, data)
    if state_item and not _true(data.get(state_item)):
        return None
    start_ms = _utc(value.get("UtcTime"), received_ms)
    camera = _text(value, "camera", 200) or plain(topic.partition("/onvif-ej/")[0], 200)
    camera = camera or _text(source, "VideoSource", 200) or _text(source, "VideoSourceConfigurationToken", 200)
    identity = json.dumps([camera, topic, start_ms, source, data], sort_keys=True, default=str)
    likelihood = data.get("Likelihood")
    return ParsedDetection(
        line=number,
        detection_id="onvif-" + hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32],
        camera=camera,
        label=label,
        sub_label=_text(data, "PlateNumber", 200) or _text(data, "ClassTypes", 200),
        # Cameras seldom say how sure they are: their rule fired, which is all there is to know.
        score=1.0 if likelihood is None else _score(likelihood),
        zones=tuple(rule for rule in (_text(source, "Rule", 200),) if rule),
        start_ms=start_ms,
        end_ms=start_ms,
        stationary=False,
        raw=_raw(value),
    )


def _onvif_label(topic: str, data: Json) -> tuple[str, str]:
    if topic:
        stripped = "/".join(part.rpartition(":")[2] for part in topic[:1000].split("/"))
        for end, state_item, label in _TOPICS:
            if f"/{end}/" in f"/{stripped}/":
                return label, state_item
        raise _ItemError(f"topic {shown(topic)} is none this room knows")
    if "IsInside" in data:
        return "intrusion", "IsInside"
    if "IsMotion" in data:
        return "motion", "IsMotion"
    if "ObjectId" in data:
        return "line_crossed", ""
    raise _ItemError("no topic, and Data does not tell what it is; send {topic, payload}")


def _text(value: Json, key: str, max_length: int) -> str:
    found = value.get(key)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return plain(str(found) if isinstance(found, str) or abs(found) < 10**18 else "", max_length)


def _zones(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(zone for item in value[:50] if isinstance(item, str) and (zone := plain(item, 100)))


def _score(value: object) -> float:
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return 0.0
    return float(value)


def _true(value: object) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.strip().casefold() in ("true", "1"))


def _seconds(value: object, name: str, received_ms: int) -> int | None:
    """Epoch milliseconds of epoch seconds."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12 or math.isnan(value):
        raise _ItemError(f"{name} is no time in epoch seconds")
    return _plausible(round(value * 1000), name, received_ms)


def _utc(value: object, received_ms: int) -> int:
    if not isinstance(value, str):
        raise _ItemError("UtcTime is missing")
    try:
        instant = datetime.fromisoformat(value[:60])
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        at_ms = round(instant.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise _ItemError(f"UtcTime {shown(value)} is no date and time") from error
    return _plausible(at_ms, "UtcTime", received_ms)


def _plausible(at_ms: int, name: str, received_ms: int) -> int:
    if at_ms < 0:
        raise _ItemError(f"{name} is before 1970")
    if at_ms > received_ms + MAX_AHEAD_MS:
        raise _ItemError(f"{name} lies {(at_ms - received_ms) // 60_000} min in the future: a wrong clock")
    return at_ms


def _raw(value: Json) -> str:
    # PostgreSQL stores neither NUL nor a lone surrogate: ASCII escapes keep the text whole in every database.
    text = json.dumps(value, ensure_ascii=True, default=str)
    if len(text) > MAX_RAW_CHARS:  # older Frigate sends the thumbnail along
        return json.dumps({"left_out": f"{len(text)} characters"})
    return text

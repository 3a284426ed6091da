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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from backend.contracts.doors import Rejection
from backend.sources.text import plain, shown

MAX_DETECTIONS_BYTES: Final = 2 * 1024 * 1024
MAX_EVENTS: Final = 2_000
MAX_RAW_CHARS: Final = 20_000
MAX_AHEAD_MS: Final = 15 * 60 * 1000

ONVIF_LEVEL: Final = "onvif-ej"
PLATE_LABEL: Final = "license_plate"

_TOPICS: Final[tuple[tuple[str, str, str], ...]] = (
    # end of the topic, the Data item that says whether it is so ("" = its coming is the event), our label
    ("RuleEngine/LineDetector/Crossed", "", "line_crossed"),
    ("RuleEngine/FieldDetector/ObjectsInside", "IsInside", "intrusion"),
    ("RuleEngine/CellMotionDetector/Motion", "IsMotion", "motion"),
    ("RuleEngine/Recognition/LicensePlate", "", PLATE_LABEL),
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
    """One message about one detection.

    Attributes:
        end_ms: when the thing was gone; None while it is there.
        stationary: it stands still since long.
        plate: the plate that was read, as it was written; personal data, see `backend.services.plates`.
        lasting: its end will be told, so until then it is there though nothing more is heard of it.
        initial: it was so already when we began to listen: a state, nothing that happens now.
    """

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
    plate: str = ""
    lasting: bool = False
    initial: bool = False


@dataclass(frozen=True, slots=True)
class ParsedDetections:
    """`ignored` counts what is no detection by its own word: false positives and states that ended."""

    items: tuple[ParsedDetection, ...]
    rejections: tuple[Rejection, ...]
    ignored: int


class ItemError(ValueError):
    """Why one item was rejected."""


class UnknownTopicError(ItemError):
    """A device tells many things the room has no use for."""


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
        except RecursionError:
            rejections.append(Rejection(line=number, reason="JSON nested too deeply"))
            continue
        except ItemError as error:
            rejections.append(Rejection(line=number, reason=str(error)))
            continue
        ignored += not item
        items += item
    return ParsedDetections(tuple(items), tuple(rejections), ignored)


def _values(body: bytes) -> list[object]:
    if len(body) > MAX_DETECTIONS_BYTES:
        raise DetectionsError(f"{len(body)} bytes; at most {MAX_DETECTIONS_BYTES} are taken")
    try:
        value: object = json.loads(body, parse_constant=no_constant)
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


def no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _item(number: int, value: object, received_ms: int) -> tuple[ParsedDetection, ...]:
    if not isinstance(value, dict):
        raise ItemError("the event is no JSON object")
    payload = value.get("payload")
    topic = value.get("topic", value.get("Topic", ""))
    if isinstance(payload, dict) and "after" not in value:
        inner = {**payload, **({"camera": value["camera"]} if "camera" in value else {})}
    else:
        inner = value
    if "after" in inner:
        return frigate_event(number, inner, received_ms)
    if "Data" in inner or "UtcTime" in inner:
        event = onvif_event(number, inner, topic if isinstance(topic, str) else "", received_ms)
        return () if event.on is False else (event.detection,)
    raise ItemError(
        'neither a Frigate event {"type", "before", "after"} nor an ONVIF event {"UtcTime", "Source", "Data"}'
    )


def frigate_event(number: int, value: Json, received_ms: int) -> tuple[ParsedDetection, ...]:
    """What an event {type, before, after} of Frigate tells: the object, and its plate when one was read.

    Nothing when Frigate itself calls it a false positive.

    Raises:
        ItemError: it is no such event.
    """
    after = value.get("after")
    if not isinstance(after, dict):
        raise ItemError("'after' is no JSON object")
    if after.get("false_positive") is True:
        return ()
    detection_id = _text(after, "id", 200)
    if not detection_id:
        raise ItemError("after.id is missing")
    seen = "frame_time" if after.get("frame_time") is not None else "snapshot_time"  # as older Frigate has it
    start_ms = _seconds(after.get("start_time", after.get(seen)), "after.start_time", received_ms)
    if start_ms is None:
        raise ItemError("after.start_time is missing")
    end_ms = _seconds(after.get("end_time"), "after.end_time", received_ms)
    if end_ms is None and value.get("type") == "end":
        end_ms = max(start_ms, _seconds(after.get(seen), f"after.{seen}", received_ms) or received_ms)
    top, score = _score(after.get("top_score")), _score(after.get("score"))
    thing = ParsedDetection(
        line=number,
        detection_id=detection_id,
        camera=_text(after, "camera", 200),
        label=_text(after, "label", 100),
        sub_label=_first(after.get("sub_label")),
        score=max(top, score),
        zones=_zones(after.get("entered_zones")),
        start_ms=start_ms,
        end_ms=end_ms,
        stationary=after.get("stationary") is True,
        raw=_raw(value),
    )
    plate = _first(after.get("recognized_license_plate"))
    if not plate:
        return (thing,)
    certain = _score(after.get("recognized_license_plate_score"))
    read = replace(
        thing,
        detection_id=f"{detection_id[:190]}/plate",
        label=PLATE_LABEL,
        plate=plate,
        score=certain or thing.score,
        stationary=False,
        sub_label="",
    )
    return (replace(thing, plate=plate), read)


@dataclass(frozen=True, slots=True)
class OnvifEvent:
    """`on`: whether what the property tells is so; None for what is no property but happens once."""

    detection: ParsedDetection
    on: bool | None


def onvif_event(number: int, value: Json, topic: str, received_ms: int) -> OnvifEvent:
    """What a message {UtcTime, Source, Data} of ONVIF tells. `topic` "" = not known, Data has to do.

    Raises:
        UnknownTopicError: nothing the room has a use for.
        ItemError: it is no such message.
    """
    data = value.get("Data") or {}
    source = value.get("Source") or {}
    key = value.get("Key") or {}
    if not isinstance(data, dict) or not isinstance(source, dict) or not isinstance(key, dict):
        raise ItemError("Source, Key and Data are JSON objects")
    label, state_item = _onvif_label(topic, data)
    on = _true(_simple(data, state_item)) if state_item else None
    start_ms = utc_ms(value.get("UtcTime"), received_ms)
    camera = _text(value, "camera", 200) or plain(topic.partition(f"/{ONVIF_LEVEL}/")[0], 200)
    camera = camera or source_token(source)
    identity = json.dumps([camera, topic, start_ms, source, key, data], sort_keys=True, default=str)
    likelihood = _simple(data, "Likelihood")
    plate = _plate(data) if label == PLATE_LABEL else ""
    if label == PLATE_LABEL and not plate:
        raise ItemError("no PlateNumber in Data")
    detection = ParsedDetection(
        line=number,
        detection_id="onvif-" + hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32],
        camera=camera,
        label=label,
        sub_label="" if plate else _class(data),
        # Cameras seldom say how sure they are: their rule fired, which is all there is to know.
        score=1.0 if likelihood is None else _score(likelihood),
        zones=tuple(rule for rule in (_text(source, "Rule", 200),) if rule),
        start_ms=start_ms,
        end_ms=start_ms,
        stationary=False,
        raw=_raw(value),
        plate=plate,
    )
    return OnvifEvent(detection, on)


def source_token(source: Json) -> str:
    """Which of a device's video sources a message is about, as the device calls it; "" when it does not say."""
    names = ("VideoSource", "VideoSourceConfigurationToken", "VideoSourceToken", "Source")
    return next((token for name in names if (token := _text(source, name, 200))), "")


def without_prefixes(topic: str) -> str:
    """The topic without the namespaces some devices leave in it ("tns1:RuleEngine")."""
    return "/".join(part.rpartition(":")[2] for part in topic[:1000].split("/"))


def _onvif_label(topic: str, data: Json) -> tuple[str, str]:
    if topic:
        stripped = without_prefixes(topic)
        for end, state_item, label in _TOPICS:
            if f"/{end}/" in f"/{stripped}/":
                return label, state_item
        raise UnknownTopicError(f"topic {shown(topic)} is none this room knows")
    if "IsInside" in data:
        return "intrusion", "IsInside"
    if "IsMotion" in data:
        return "motion", "IsMotion"
    if "ObjectId" in data:
        return "line_crossed", ""
    raise ItemError("no topic, and Data does not tell what it is; send {topic, payload}")


def _simple(value: Json, key: str) -> object:
    """A simple item: its value, or an XML attribute ("@key"), or the text of an element that has attributes."""
    found = value.get(key, value.get(f"@{key}"))
    if isinstance(found, dict):
        found = next((found[name] for name in ("#text", "$", "Value", "@Value") if name in found), None)
    return found


def _class(data: Json) -> str:
    """Human, Vehicle ...: as a simple item, or in Data.Object.Appearance.Class.Type."""
    found: object = data
    for name in ("Object", "Appearance", "Class"):
        found = found.get(name) if isinstance(found, dict) else None
        found = found[0] if isinstance(found, list) and found else found
    if isinstance(found, dict):
        kind = found.get("Type")
        return _text({"Type": kind[0] if isinstance(kind, list) and kind else kind}, "Type", 200)
    return _text(data, "ClassTypes", 200)


def _plate(data: Json) -> str:
    for name in ("LicensePlateInfo", "LicensePlate", "Plate"):
        inside = data.get(name)
        if isinstance(inside, dict) and (plate := _text(inside, "PlateNumber", 200)):
            return plate
    return _text(data, "PlateNumber", 200) or _text(data, "LicensePlate", 200)


def _first(value: object) -> str:
    """Newer Frigate: [name, score]; older: the name."""
    if isinstance(value, list) and value:
        value = value[0]
    return plain(value, 200) if isinstance(value, str) else ""


def _text(value: Json, key: str, max_length: int) -> str:
    found = _simple(value, key)
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
        raise ItemError(f"{name} is no time in epoch seconds")
    return _plausible(round(value * 1000), name, received_ms)


def utc_ms(value: object, received_ms: int) -> int:
    """Epoch milliseconds of an ISO 8601 instant; UTC when it names no zone. Raises: ItemError."""
    if not isinstance(value, str):
        raise ItemError("UtcTime is missing")
    try:
        instant = datetime.fromisoformat(value[:60])
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        at_ms = round(instant.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise ItemError(f"UtcTime {shown(value)} is no date and time") from error
    return _plausible(at_ms, "UtcTime", received_ms)


def _plausible(at_ms: int, name: str, received_ms: int) -> int:
    if at_ms < 0:
        raise ItemError(f"{name} is before 1970")
    if at_ms > received_ms + MAX_AHEAD_MS:
        raise ItemError(f"{name} lies {(at_ms - received_ms) // 60_000} min in the future: a wrong clock")
    return at_ms


def _raw(value: Json) -> str:
    # PostgreSQL stores neither NUL nor a lone surrogate: ASCII escapes keep the text whole in every database.
    text = json.dumps(value, ensure_ascii=True, default=str)
    if len(text) > MAX_RAW_CHARS:  # older Frigate sends the thumbnail along
        return json.dumps({"left_out": f"{len(text)} characters"})
    return text

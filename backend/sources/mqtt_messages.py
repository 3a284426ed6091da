"""What a message of an MQTT broker says: Frigate's topics and ONVIF's events (Profile M, `onvif-ej`). Pure.

Scene descriptions of Profile M (`onvif-mj`) are counted only: `backend.sources.onvif_scene`.

Frigate: docs/docs/integrations/mqtt.md of blakeblackshear/frigate. ONVIF: Core Specification, "Event Broker":
`TopicPrefix/onvif-ej/Local/Topic[/&Source/Source...]`, payload {"UtcTime", "Source", "Key", "Data"}; properties are
retained, and a payload of no bytes means that the property is gone.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Final

from backend.sources.detections import (
    ONVIF_LEVEL,
    ItemError,
    Json,
    ParsedDetection,
    UnknownTopicError,
    frigate_event,
    no_constant,
    onvif_event,
    source_token,
    utc_ms,
    without_prefixes,
)
from backend.sources.fire_mqtt import FireEnvelopeError, FireWord, fire_word
from backend.sources.onvif_scene import SCENE_LEVEL, counted_classes, scene_counts
from backend.sources.text import plain, shown
from config.source_model import MqttSource

MAX_MESSAGE_BYTES: Final = 1024 * 1024
MAX_COUNT: Final = 1_000_000

_COUNTER: Final = "/RuleEngine/CountAggregation/Counter/"
_UPDATE: Final = re.compile(rb'"type"\s*:\s*"update"')


class MessageError(ValueError):
    """Why a message is refused: what is wrong with it and where."""


@dataclass(frozen=True, slots=True)
class MqttMessage:
    """A message as the broker handed it over. `retained`: it was published before we listened."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What an ONVIF property is now. `detection` None: the property is gone, and with it whatever it told.

    Attributes:
        key: which property of which thing: its topic, and the object it names.
        topic_key: which topic; a deleted one takes along every property of it.
    """

    key: str
    topic_key: str
    on: bool
    detection: ParsedDetection | None
    retained: bool


@dataclass(frozen=True, slots=True)
class CountReading:
    """How many were counted, at a place of the site's `counters`. `of_many`: each picture of a camera tells so."""

    place: str
    at_ms: int
    value: float
    of_many: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message told; nothing of all this when the room has no use for its topic.

    Attributes:
        available: whether the analytics server says that it works.
        fire: what a fire panel says (`MqttSource.fire_prefix`).
    """

    detections: tuple[ParsedDetection, ...] = ()
    change: PropertyChange | None = None
    counts: tuple[CountReading, ...] = ()
    available: bool | None = None
    fire: FireWord | None = None

    @property
    def nothing(self) -> bool:
        return self == NOTHING


NOTHING: Final = Heard()


def may_be_dropped(message: MqttMessage) -> bool:
    """In a flood: another message about the same thing will come, so that nothing is missed for good.

    Never the first and the last word about a thing, and never a state.
    """
    if message.retained or f"/{ONVIF_LEVEL}/" in message.topic:
        return False
    if f"/{SCENE_LEVEL}/" in message.topic:
        return True
    return message.topic.endswith("/events") and _UPDATE.search(message.payload) is not None


def read_message(message: MqttMessage, source: MqttSource, received_ms: int) -> Heard:
    """What the message says, the broker's names replaced by the site's (`source.cameras`, `source.counters`).

    Raises:
        MessageError: it is broken, or hostile.
    """
    if len(message.payload) > MAX_MESSAGE_BYTES:
        raise MessageError(f"{len(message.payload)} bytes; at most {MAX_MESSAGE_BYTES} are taken")
    try:
        word = fire_word(message.topic, source.fire_prefix, message.payload)
        if word is not None:
            # A retained report is an old one: what burned yesterday must not ring at every start.
            return NOTHING if message.retained else Heard(fire=word)
        if ONVIF_LEVEL in message.topic.split("/"):
            return _onvif(message, source, received_ms)
        if places := counted_classes(message.topic, source.counters):
            scene = () if message.retained else scene_counts(_object(message.payload), places, received_ms)
            return Heard(counts=tuple(CountReading(*one, of_many=True) for one in scene))
        prefix = f"{source.frigate_prefix}/"
        if message.topic.startswith(prefix):
            return _frigate(message.topic.removeprefix(prefix), message, source, received_ms)
    except UnknownTopicError:
        return NOTHING
    except RecursionError as error:
        raise MessageError("JSON nested too deeply") from error
    except (ItemError, FireEnvelopeError) as error:
        raise MessageError(str(error)) from error
    return NOTHING


def _frigate(topic: str, message: MqttMessage, source: MqttSource, received_ms: int) -> Heard:
    if topic == "available":
        word = plain(message.payload[:100].decode("utf-8", "replace"), 100)
        if word not in ("online", "offline"):
            raise MessageError(f"{shown(word)} where online or offline was expected")
        return Heard(available=word == "online")
    if topic == "events":
        found = frigate_event(1, _json(message.payload), received_ms)
    elif topic == "reviews":
        found = _review(_json(message.payload), received_ms)
    elif place := source.counters.get(topic, ""):
        return Heard(counts=(CountReading(place, received_ms, _count(message.payload)),))
    else:
        return NOTHING
    # A retained event is an old one: somebody's broker keeps the last.
    return NOTHING if message.retained else Heard(tuple(_placed(item, source) for item in found))


def _placed(item: ParsedDetection, source: MqttSource) -> ParsedDetection:
    return replace(item, camera=source.cameras.get(item.camera, item.camera), lasting=item.end_ms is None)


def _review(value: Json, received_ms: int) -> tuple[ParsedDetection, ...]:
    """A review item of newer Frigate: several objects that belong together. Its label is review_SEVERITY."""
    after = value.get("after")
    data = after.get("data") if isinstance(after, dict) else None
    if not isinstance(after, dict) or not isinstance(data, dict):
        raise MessageError("no review item: 'after' with its 'data' is missing")
    objects = data.get("objects")
    names = [name for name in objects[:20] if isinstance(name, str)] if isinstance(objects, list) else []
    severity = after.get("severity")
    side = {
        **{name: after.get(name) for name in ("id", "camera", "start_time", "end_time")},
        "label": f"review_{severity if isinstance(severity, str) else 'detection'}",
        "sub_label": ", ".join(names) or None,
        "top_score": 1.0,
        "entered_zones": data.get("zones"),
    }
    return frigate_event(1, {**value, "after": side}, received_ms)


def _onvif(message: MqttMessage, source: MqttSource, received_ms: int) -> Heard:
    device, _, rest = message.topic.partition(f"/{ONVIF_LEVEL}/")
    local = f"/{without_prefixes(rest)}/"
    topic_key = hashlib.sha256(message.topic.encode("utf-8", "replace")).hexdigest()[:32]
    if not message.payload:
        return Heard(change=PropertyChange(topic_key, topic_key, False, None, message.retained))
    value = _json(message.payload)
    if _COUNTER in local:
        return _counter(device, value, source, received_ms)
    event = onvif_event(1, value, message.topic, received_ms)
    item = replace(event.detection, camera=_camera(device, value, rest, source))
    if event.on is None:
        return NOTHING if message.retained else Heard((item,))
    return Heard(change=PropertyChange(_property(message.topic, value), topic_key, event.on, item, message.retained))


def _property(topic: str, value: Json) -> str:
    """A rule that watches several objects tells of each for itself."""
    data, key = value.get("Data"), value.get("Key")
    thing = data.get("ObjectId") if isinstance(data, dict) else None
    named = json.dumps([topic, value.get("Source"), key, thing], sort_keys=True, default=str)
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _camera(device: str, value: Json, rest: str, source: MqttSource) -> str:
    """The site's camera for a device and the video source it names, if it has several."""
    told = value.get("Source")
    token = source_token(told) if isinstance(told, dict) else ""
    if not token:
        token = plain(rest.partition("/&")[2].partition("/")[0], 200)
    name = plain(device, 200)
    return source.cameras.get(f"{name}/{token}", source.cameras.get(name, name))


def _counter(device: str, value: Json, source: MqttSource, received_ms: int) -> Heard:
    """CountAggregation/Counter: at the place of "device/rule" or, when a device has one counter only, "device"."""
    told, data = value.get("Source"), value.get("Data")
    rule = told.get("Rule") if isinstance(told, dict) else None
    name = plain(device, 200)
    place = source.counters.get(f"{name}/{rule}", "") or source.counters.get(name, "")
    if not place:
        return NOTHING
    if not isinstance(data, dict):
        raise MessageError("Data is no JSON object")
    count = data.get("Count", data.get("@Count"))
    text = count if isinstance(count, str) else json.dumps(count, default=str)
    return Heard(counts=(CountReading(place, utc_ms(value.get("UtcTime"), received_ms), _count(text[:40].encode())),))


def _count(payload: bytes) -> float:
    text = payload[:40].strip()
    if not re.fullmatch(rb"[0-9]{1,7}", text) or int(text) > MAX_COUNT:
        raise MessageError(f"{shown(text.decode('utf-8', 'replace'))} is no count from 0 to {MAX_COUNT}")
    return float(int(text))


def _json(payload: bytes) -> Json:
    value = _object(payload)
    if "after" not in value and "Data" not in value and "UtcTime" not in value:
        raise MessageError("neither an event of Frigate (type, before, after) nor one of ONVIF (UtcTime, Source, Data)")
    return value


def _object(payload: bytes) -> Json:
    try:
        value: object = json.loads(payload, parse_constant=no_constant)
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError and numbers of a thousand digits
        raise MessageError(f"no JSON: {plain(str(error), 200)}") from error
    if not isinstance(value, dict):
        raise MessageError("the payload is no JSON object")
    return value


class PropertyStates:
    """Turns what properties are into what happened: it began, it goes on, it is over.

    A message does not tell whether it is a change ("PropertyOperation is never in the payload"), so that the value
    before has to be known. What was retained is a state: it is remembered and nothing happened.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._on: dict[str, tuple[str, ParsedDetection]] = {}

    def copy(self) -> PropertyStates:
        made = PropertyStates(self._limit)
        made._on = dict(self._on)
        return made

    def apply(self, change: PropertyChange, at_ms: int) -> tuple[ParsedDetection, ...]:
        """Detections to take: begun (`end_ms` None), still there, or over (`end_ms` set)."""
        if change.detection is None:
            gone = [key for key, (topic_key, _) in self._on.items() if topic_key == change.topic_key]
            return tuple(_ended(self._on.pop(key)[1], at_ms) for key in gone)
        _, before = self._on.get(change.key, ("", None))
        if not change.on:
            self._on.pop(change.key, None)
            return () if before is None else (_ended(before, change.detection.start_ms),)
        if before is not None and (change.retained or not before.initial):
            return (before,)
        begun = replace(change.detection, end_ms=None, lasting=True, initial=change.retained)
        self._on[change.key] = (change.topic_key, begun)
        while len(self._on) > self._limit:
            del self._on[next(iter(self._on))]
        return (begun,)


def _ended(item: ParsedDetection, end_ms: int) -> ParsedDetection:
    return replace(item, end_ms=max(item.start_ms, end_ms), lasting=False)

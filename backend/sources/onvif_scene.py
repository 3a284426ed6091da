"""Counts from ONVIF's scene descriptions over MQTT (`onvif-mj`, Profile M). Pure.

ONVIF Analytics Service Specification, "ONVIF Metadata in JSON over MQTT":
`TopicPrefix/onvif-mj/VideoAnalytics/ProfileToken/ModuleName`, payload {"Frame": [{"@UtcTime", "Object": [...]}]}, XML
attributes as "@x" and texts as "#text". Only how many things of a class a picture shows is taken; the things are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from backend.sources.detections import ItemError, utc_ms

SCENE_LEVEL: Final = "onvif-mj"
MAX_OBJECTS: Final = 10_000


def counted_classes(topic: str, counters: Mapping[str, str]) -> dict[str, str]:
    """Class, in small letters -> place, of what the site counts in the scenes of this topic; mostly nothing."""
    device, _, rest = topic.partition(f"/{SCENE_LEVEL}/")
    kind, _, producer = rest.partition("/")
    if kind != "VideoAnalytics":
        return {}
    found: dict[str, str] = {}
    for prefix in (f"{device}/{SCENE_LEVEL}/", f"{device}/{SCENE_LEVEL}/{producer.partition('/')[0]}/"):
        for name, place in counters.items():
            if name.startswith(prefix) and "/" not in name[len(prefix) :]:
                found[name[len(prefix) :].casefold()] = place
    return found


def scene_counts(
    value: Mapping[str, object], places: Mapping[str, str], received_ms: int
) -> Iterator[tuple[str, int, float]]:
    """(place, epoch ms, how many) of the newest picture of the message; one that shows nothing of a class counts 0.

    Raises:
        ItemError: it is no scene description.
    """
    frames = _several(value.get("Frame"))
    if not frames or not isinstance(frames[-1], dict):
        raise ItemError("no scene description: Frame is missing or no JSON object")
    frame = frames[-1]
    at_ms = utc_ms(frame.get("@UtcTime"), received_ms)
    things = _several(frame.get("Object"))
    if len(things) > MAX_OBJECTS:
        raise ItemError(f"{len(things)} objects in a picture; at most {MAX_OBJECTS} are counted")
    numbers = Counter(_class_of(thing) for thing in things)
    for name, place in places.items():
        yield place, at_ms, float(numbers[name])


def _several(value: object) -> list[object]:
    """A repeated element is an array; one of its kind is by some devices written alone."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _class_of(thing: object) -> str:
    """The likeliest class, in small letters; "" = none is told.

    Raises:
        ItemError: it is no object.
    """
    if not isinstance(thing, dict):
        raise ItemError("an Object is no JSON object")
    appearance = thing.get("Appearance")
    described = appearance.get("Class") if isinstance(appearance, dict) else None
    types = _several(described.get("Type")) if isinstance(described, dict) else []
    return max((_likely(one) for one in types), default=(0.0, ""))[1]


def _likely(one: object) -> tuple[float, str]:
    if isinstance(one, str):
        return 1.0, one.casefold()
    name, likelihood = (one.get("#text"), one.get("@Likelihood", 1.0)) if isinstance(one, dict) else (None, None)
    if not isinstance(name, str):
        return 0.0, ""
    return (likelihood if isinstance(likelihood, int | float) else 0.0), name.casefold()

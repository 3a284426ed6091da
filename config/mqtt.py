"""A [[source]] of kind "mqtt": what can be checked before the broker is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from config.logins import login_of
from config.problems import TomlFile, one_of
from config.source_model import MqttSource
from config.toml_lines import Path as KeyPath


def completed(
    source: MqttSource,
    file: TomlFile,
    path: KeyPath,
    folder: Path,
    cameras: Collection[str],
    parameters: Mapping[str, Collection[str]],
) -> MqttSource:
    """The source with its password, its authority's file in full; every mistake is told to `file`.

    Args:
        folder: the site folder.
        cameras: camera_ids of the site.
        parameters: station_id -> symbols of the producer's own stations.
    """
    for topic in source.topics:
        if mistake := topic_mistake(topic):
            file.wrong((*path, "topics"), f"topic {topic!r} {mistake}")
    if source.frigate_prefix.strip("/") != source.frigate_prefix or set("+#") & set(source.frigate_prefix):
        file.wrong((*path, "frigate_prefix"), f"{source.frigate_prefix!r} is no plain prefix; right would be 'frigate'")
    for name, camera_id in source.cameras.items():
        if camera_id not in cameras:
            file.wrong((*path, "cameras", name), f"unknown camera {camera_id!r}{one_of(camera_id, cameras)}")
    places = {f"{station}/{symbol}" for station, symbols in parameters.items() for symbol in symbols}
    for name, place in source.counters.items():
        if place not in places:
            hint = one_of(place, places) if places else "; the producer has no station with parameters"
            file.wrong((*path, "counters", name), f"{place!r} is no STATION/SYMBOL of this producer{hint}")
    return source.model_copy(update=login_of(source, file, path, folder))


def topic_mistake(topic: str) -> str:
    """What is wrong with a topic filter of MQTT 3.1.1 (4.7), or ""."""
    levels = topic.split("/")
    if "\0" in topic or len(topic.encode("utf-8", "replace")) > 65_535:
        return "is longer than MQTT allows or holds a NUL"
    if "#" in "".join(levels[:-1]) or (len(levels[-1]) > 1 and "#" in levels[-1]):
        return "has # where it does not stand alone at the end"
    if any("+" in level and level != "+" for level in levels):
        return "has + beside other characters; it stands for a whole level"
    return ""

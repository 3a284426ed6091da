"""What the producers of an exercise send, byte for byte: station files, CAP messages, detections.

A pure function of the scenario, the instant the exercise began and the instant of the story: the same exercise twice
gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import Final, Literal
from xml.etree import ElementTree

from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Parameter, Station
from backend.simulate.bulletins import NAMESPACE, thinned
from backend.simulate.detections import Sighting, event_side
from backend.simulate.plan import Plan
from backend.simulate.station_files import local_stamp
from backend.simulate.story import Story
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems
from config.scenario import BulletinStep, DetectionStep, ReadingsStep, Scenario
from config.source_model import DropFolderSource

_HOUR_S: Final = 3600
_BELOW_ALARM: Final = 2.5
"""A river of which the scenario says nothing flows so many units below its lowest alarm level."""


@dataclass(frozen=True, slots=True)
class Body:
    """One input. `name` is the file's name at the door for station files, "" elsewhere."""

    door: Literal["station-file", "cap", "detections"]
    producer_id: str
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """A sample: when it is stamped, and the span of the story it stands for (seconds; the value is that at its end)."""

    at_ms: int
    from_s: float
    to_s: float


class Inputs:
    """Makes the inputs of one run.

    Args:
        site: the training room's.
        start_ms: the instant at which the exercise began.
    """

    def __init__(self, scenario: Scenario, site: SiteConfig, start_ms: int) -> None:
        self.scenario = scenario
        self.site = site
        self.start_ms = start_ms
        self._curves: dict[tuple[str, str], ReadingsStep] = {
            (step.station, step.symbol): step for step in scenario.curves
        }
        # Everything the scenario is silent about has a quiet day.
        self._quiet = Story(site.model_copy(update={"speed_up": 1.0}), Plan(), start_ms)
        self._areas = read_communes(site.communes_file, Problems())
        self._sent_ms: dict[str, int] = {}

    # -- station files ----------------------------------------------------------------------------

    def station_file(self, station: Station, ticks: Sequence[Tick]) -> Body:
        """One file with every parameter of the station at each of `ticks`."""
        lines: list[str] = []
        stamp = ""
        for tick in ticks:
            stamp = local_stamp(tick.at_ms, self.site.utc_offset_min)
            for parameter in station.parameters:
                value = f"{self.value(station, parameter, tick):.{parameter.decimals + 1}f}"
                lines.append(f"{parameter.symbol}\t{value}\t{parameter.unit}\t{stamp}\t00")
        body = ("\r\n".join(lines) + "\r\n").encode()
        return Body("station-file", station.producer_id, f"{self._file_name(station)}_{stamp}.txt", body)

    def value(self, station: Station, parameter: Parameter, tick: Tick) -> float:
        """In the parameter's unit; of what accumulates, what fell in the span."""
        curve = self._curves.get((station.station_id, parameter.symbol))
        kind = sensor_kind(parameter.symbol)
        accumulates = kind is not None and kind.accumulates
        if curve is None:
            return 0.0 if accumulates else self._quiet_value(station, parameter, tick.at_ms)
        return amount(curve, tick.from_s, tick.to_s) if accumulates else curve.value_at(tick.to_s)

    def _quiet_value(self, station: Station, parameter: Parameter, at_ms: int) -> float:
        above = [limit.value for limit in parameter.limits if limit.direction == "above"]
        if parameter.symbol == "Level":
            return min(above, default=_BELOW_ALARM) - _BELOW_ALARM
        samples = self._quiet.samples(station, at_ms)
        return next(sample.value for sample in samples if sample.symbol == parameter.symbol)

    def _file_name(self, station: Station) -> str:
        """As the producer's own pattern wants it."""
        for source in self.site.sources:
            if isinstance(source, DropFolderSource) and source.producer_id == station.producer_id:
                names = {known: name for name, known in source.station_names.items()}
                prefix = source.file_name_pattern.removeprefix("^").partition("(?P<station>")[0]
                return prefix + names.get(station.station_id, station.station_id)
        return station.station_id

    # -- bulletins --------------------------------------------------------------------------------

    def bulletin(self, step: BulletinStep, at_ms: int, speed_up: float) -> Body:
        """The whole CAP 1.2 message. What it replaces must have been made before, by this object."""
        self._sent_ms[step.step_id] = at_ms
        alert = ElementTree.Element("alert", xmlns=NAMESPACE)
        _fill(
            alert,
            identifier=self.identifier(step.step_id),
            sender=self.sender,
            sent=self._instant(at_ms),
            status="Exercise",
            msgType=step.message_type,
            scope="Public",
            note="Bản tin phục vụ diễn tập, không phải tình huống thật",
            references=" ".join(self._reference(name) for name in step.replaces),
        )
        info = ElementTree.SubElement(alert, "info")
        _fill(
            info,
            language="vi-VN",
            category="Met",
            event=step.event,
            responseType="AllClear" if step.message_type == "Cancel" else "Prepare",
            urgency=step.urgency,
            severity=step.severity,
            certainty=step.certainty,
            effective=self._instant(at_ms),
            expires=self._instant(at_ms + round(step.life_h * _HOUR_S * 1000 / speed_up)),
            senderName=step.sender_name or "Ban điều hành diễn tập",
            headline=step.headline,
            description=step.description,
            instruction=step.instruction,
        )
        if step.risk_level is not None:
            parameter = ElementTree.SubElement(info, "parameter")
            _fill(parameter, valueName="VN:CapDoRuiRo", value=str(step.risk_level))
        for code in step.communes:
            self._area(info, code)
        body: bytes = ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)
        return Body("cap", step.producer, "", body)

    @property
    def sender(self) -> str:
        return f"dien-tap@{self.site.site_id}"

    def identifier(self, step_id: str) -> str:
        """Ends with the step's id behind its last dot: the sheet finds the bulletin's alert by it."""
        return f"DT.{self.start_ms // 1000}.{step_id}"

    def _reference(self, step_id: str) -> str:
        return f"{self.sender},{self.identifier(step_id)},{self._instant(self._sent_ms[step_id])}"

    def _instant(self, at_ms: int) -> str:
        """CAP's dateTime: local, with the offset written out and no Z."""
        offset_min = self.site.utc_offset_min
        local = datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(minutes=offset_min)
        hours, minutes = divmod(abs(offset_min), 60)
        return f"{local:%Y-%m-%dT%H:%M:%S}{'-' if offset_min <= 0 else '+'}{hours:02d}:{minutes:02d}"

    def _area(self, info: ElementTree.Element, code: str) -> None:
        area = self._areas.by_code[code]
        ring = thinned(max((rings[0] for rings in area.polygons), key=len))
        element = ElementTree.SubElement(info, "area")
        _fill(element, areaDesc=area.commune.name, polygon=" ".join(f"{lat:.5f},{lon:.5f}" for lon, lat in ring))
        _fill(ElementTree.SubElement(element, "geocode"), valueName="VN:GSO", value=code)

    # -- detections -------------------------------------------------------------------------------

    def detection(self, step: DetectionStep, begin_ms: int, at_ms: int, kind: Literal["new", "update", "end"]) -> Body:
        """A Frigate event message: first seen, still there, gone."""
        begin_s, at_s = begin_ms / 1000, at_ms / 1000
        tail = blake2b(step.step_id.encode(), digest_size=3).hexdigest()
        event_id = f"{begin_s:.6f}-{tail}"
        seen = Sighting(step.camera, step.label, step.zone, 0.0, 0.0, step.lasts_s, step.score)
        corner = (40 + int(tail[:2], 16), 80 + int(tail[2:4], 16) // 2)
        before = event_side(seen, event_id, begin_s, begin_s, step.score, corner, None)
        after = event_side(seen, event_id, begin_s, at_s, step.score, corner, at_s if kind == "end" else None)
        if not step.zone:
            for side in (before, after):
                side["current_zones"] = side["entered_zones"] = []
        body = json.dumps({"type": kind, "before": before, "after": after}, ensure_ascii=False).encode()
        return Body("detections", step.producer, "", body)


def amount(curve: ReadingsStep, from_s: float, to_s: float) -> float:
    """What fell between two instants of the story, of a curve in units per hour: the whole is the sum of its parts."""
    inner = [float(point.at) for point in curve.points if from_s < point.at < to_s]
    total = 0.0
    for begin_s, end_s in pairwise([from_s, *inner, to_s]):
        total += (curve.value_at(begin_s) + curve.value_at(end_s)) / 2 * (end_s - begin_s)
    return total / _HOUR_S


def _fill(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            ElementTree.SubElement(parent, name).text = text

"""Makes a scenario of what a real room lived through: the inputs that led to its alerts, and what was done about them.

Names of people, their words and their addresses are not taken over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contracts import events as ev
from backend.contracts.alerts import Alert, CapDetail
from backend.contracts.kinds.sensors import sensor_kind
from backend.exercise.past import Past
from backend.exercise.thin import turning_points
from config.model import SiteConfig
from config.scenario import written_offset

HISTORY_H: Final = 6.0
ROUND_UP_S: Final = (30, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
SEEN_APART_MS: Final = 60_000
_TOLERANCE_SHARE: Final = 0.005
_POINTS: Final = {"acknowledged": 10, "taken": 5, "dispatched": 15}
_SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
_URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
_CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
_ACTIONS_VI: Final = {"acknowledged": "Ghi nhận", "taken": "Nhận xử lý", "dispatched": "Chuyển đơn vị"}

Value = str | int | float | tuple["Value", ...] | dict[str, "Value"]
Table = dict[str, Value]


class RecordError(ValueError):
    """Nothing can be made of the span; the text says why."""


@dataclass(slots=True)
class _Deeds:
    """First time of each deed about an alert, in seconds after it was raised, and to whom it was passed."""

    raised_ms: int
    acknowledged_s: float | None = None
    taken_s: float | None = None
    dispatched_s: float | None = None
    agencies: list[str] = field(default_factory=list)


class Recording:
    """One span of one room.

    Args:
        site: the site as it is now; what it no longer names is left out, and told in `left_out`.
        start_ms, end_ms: the span, by the server's clock.
    """

    def __init__(self, past: Past, site: SiteConfig, start_ms: int, end_ms: int) -> None:
        self._past = past
        self._site = site
        self._start_ms = start_ms
        self._end_ms = end_ms
        self._steps: list[tuple[int, Table]] = []
        self._ids: set[str] = set()
        self._bulletins: dict[str, str] = {}
        self._first_bulletin: dict[str, str] = {}
        self._seen: dict[tuple[str, str], str] = {}
        self.left_out: list[str] = []
        log = past.events()
        sites = [one.event.site for one in log if isinstance(one.event, ev.SiteLoaded) and one.at_ms <= end_ms]
        if any(site.exercise_vi for site in sites):
            raise RecordError("that room is for an exercise itself; its scenario lies in its folder")
        # A simulated city's windows are as much shorter as its story is faster: played again, they must be again.
        self._scale = sites[-1].speed_up if sites else 1.0
        self._log = [one for one in log if start_ms <= one.at_ms <= end_ms]
        self._alerts = {
            one.event.alert.alert_id: one.event.alert for one in self._log if isinstance(one.event, ev.AlertRaised)
        }

    def toml(self, title_vi: str, title_en: str, site: str) -> str:
        """The scenario file.

        Raises:
            RecordError: no alert was raised in the span.
        """
        if not self._alerts:
            raise RecordError("no alert was raised in that span")
        self._curves()
        self._bulletin_steps()
        self._detection_steps()
        self._condition_steps()
        expectations = self._expectations()
        local = datetime.fromtimestamp(self._start_ms / 1000, UTC) + timedelta(minutes=self._site.utc_offset_min)
        head: Table = {
            "title_vi": title_vi,
            "title_en": title_en,
            "site": site,
            "length": written_offset(self._offset_s(self._end_ms) + 1),
            "speed_up": self._scale,
            "history_h": HISTORY_H,
            "pass_percent": 70.0,
            "sources": (f"nhật ký phòng {self._site.site_id}, từ {local:%H:%M %d/%m/%Y}",),
        }
        lines = [
            "# Recorded from a room's own log. Look through it before it is played: names and words of officers were",
            "# not taken over, but a bulletin's text and the times are real.",
            "",
            "[scenario]",
            f"start = {local:%Y-%m-%dT%H:%M:%S}",
            *_pairs(head),
        ]
        for _, step in sorted(self._steps, key=lambda item: item[0]):
            lines += ["", "[[step]]", *_pairs(step)]
        for expectation in expectations:
            lines += ["", "[[expect]]", *_pairs(expectation)]
        return "\n".join(lines) + "\n"

    # -- times and ids ----------------------------------------------------------------------------

    def _offset_s(self, at_ms: int) -> int:
        return round((at_ms - self._start_ms) / 1000 * self._scale)

    def _at(self, at_ms: int) -> str:
        return written_offset(max(0, self._offset_s(at_ms)))

    def _id(self, *words: str) -> str:
        base = "-".join("".join(char if char.isascii() and char.isalnum() else "-" for char in word) for word in words)
        base = "-".join(part for part in base.casefold().split("-") if part)[:50] or "buoc"
        number, found = 1, base
        while found in self._ids:
            number += 1
            found = f"{base}-{number}"
        self._ids.add(found)
        return found

    def _add(self, at_ms: int, step: Table) -> None:
        self._steps.append((at_ms, step))

    # -- readings ---------------------------------------------------------------------------------

    def _curves(self) -> None:
        wanted = dict.fromkeys(
            (alert.place_id, alert.limit.symbol) for alert in self._alerts.values() if alert.limit is not None
        )
        history_ms = round(HISTORY_H * 3_600_000 / self._scale)
        for station_id, symbol in wanted:
            parameter = self._site.parameter(station_id, symbol)
            station = self._site.station(station_id)
            if parameter is None or station is None:
                self.left_out.append(f"{symbol} of station {station_id}: the site no longer names it")
                continue
            samples = self._past.samples(station_id, symbol, self._start_ms - history_ms, self._end_ms)
            kind = sensor_kind(symbol)
            if kind is not None and kind.accumulates:
                # In the scenario what accumulates is a rate per hour of the story.
                samples = [(at, value * 3600 / (station.interval_s * self._scale)) for at, value in samples]
            points = self._thinned(samples, parameter.decimals)
            if not points:
                self.left_out.append(f"{symbol} of station {station_id}: nothing was measured in the span")
                continue
            step: Table = {
                "step_id": self._id(station_id, symbol),
                "title_vi": f"{symbol} tại {station.name_vi}",
                "kind": "readings",
                "station": station_id,
                "symbol": symbol,
                "points": points,
            }
            self._add(self._start_ms, step)

    def _thinned(self, samples: Sequence[tuple[int, float]], decimals: int) -> tuple[Value, ...]:
        by_second = {self._offset_s(at_ms): value for at_ms, value in samples}
        if not by_second:
            return ()
        spread = max(by_second.values()) - min(by_second.values())
        tolerance = max(0.5 * 10**-decimals, _TOLERANCE_SHARE * spread)
        source = f"nhật ký phòng {self._site.site_id}"
        return tuple(
            {"at": written_offset(at_s), "value": round(value, decimals + 1), "source": source}
            for at_s, value in turning_points(sorted(by_second.items()), tolerance)
        )

    # -- bulletins --------------------------------------------------------------------------------

    def _bulletin_steps(self) -> None:
        newest: dict[str, CapDetail] = {}
        for one in self._log:
            match one.event:
                case ev.AlertRaised(alert=alert) if alert.cap is not None:
                    newest[alert.alert_id] = alert.cap
                    self._bulletin(one, alert, alert.cap, alert.headline_vi, "Alert")
                case ev.AlertUpdated(alert_id=alert_id, cap=cap) if cap is not None and alert_id in newest:
                    if cap.key != newest[alert_id].key:
                        headline = one.event.headline_vi or self._alerts[alert_id].headline_vi
                        newest[alert_id] = cap
                        self._bulletin(one, self._alerts[alert_id], cap, headline, "Update")
                case ev.AlertReturned(alert_id=alert_id, reason=reason) if reason.startswith("hủy bởi bản tin"):
                    if alert_id in newest:
                        alert = self._alerts[alert_id]
                        self._bulletin(one, alert, newest[alert_id], alert.headline_vi, "Cancel")
                case _:
                    pass

    def _bulletin(self, one: ev.LoggedEvent, alert: Alert, cap: CapDetail, headline: str, message_type: str) -> None:
        at_ms = one.at_ms
        known = {commune.code for commune in self._site.communes}
        codes = tuple(code for code in (*cap.commune_codes, alert.commune_code) if code in known)
        before = self._bulletins.get(alert.alert_id)
        if not codes:
            self.left_out.append(f"bulletin {headline!r}: it names no commune of the site")
            return
        life_ms = (cap.expires_ms - cap.effective_ms) if cap.expires_ms is not None else 24 * 3_600_000
        step_id = self._id("ban-tin", _short(headline))
        step: Table = {
            "step_id": step_id,
            "at": self._at(at_ms),
            "title_vi": f"Bản tin: {headline}"[:200],
            "kind": "bulletin",
            "producer": one.actor.removeprefix("producer:"),
            "event": cap.event or headline[:200],
            "headline": headline[:2000],
            "description": cap.description[:20_000],
            "instruction": cap.instruction[:20_000],
            "severity": _known(cap.severity, _SEVERITIES),
            "urgency": _known(cap.urgency, _URGENCIES),
            "certainty": _known(cap.certainty, _CERTAINTIES),
            "communes": tuple(dict.fromkeys(codes)),
            "life_h": min(240.0, max(0.1, round(life_ms * self._scale / 3_600_000, 1))),
            "sender_name": cap.sender_name,
            "source": f"bản tin {cap.key.split(',')[1] if ',' in cap.key else cap.key}",
        }
        if cap.risk_level is not None:
            step["risk_level"] = cap.risk_level
        if message_type != "Alert" and before is not None:
            step["message_type"] = message_type
            step["replaces"] = (before,)
        self._bulletins[alert.alert_id] = step_id
        self._first_bulletin.setdefault(alert.alert_id, step_id)
        self._add(at_ms, step)

    # -- cameras and producers --------------------------------------------------------------------

    def _detection_steps(self) -> None:
        rules = {rule.label: rule for rule in self._site.detection_rules}
        cameras = {camera.camera_id for camera in self._site.cameras}
        wanted = dict.fromkeys(
            (alert.detection.camera_id, alert.detection.label)
            for alert in self._alerts.values()
            if alert.detection is not None
        )
        for camera_id, label in wanted:
            if camera_id not in cameras or label not in rules:
                self.left_out.append(f"{label} at camera {camera_id}: the site no longer names it")
                continue
            last_ms = -SEEN_APART_MS
            for seen in self._past.detections(camera_id, label, self._start_ms - SEEN_APART_MS, self._end_ms):
                at_ms = max(seen.start_ms, self._start_ms)
                if seen.score < rules[label].min_score or at_ms - last_ms < SEEN_APART_MS:
                    continue
                last_ms = at_ms
                lasts_s = 30.0 if seen.end_ms is None else (seen.end_ms - seen.start_ms) / 1000
                step_id = self._id(label, camera_id)
                self._seen.setdefault((camera_id, label), step_id)
                step: Table = {
                    "step_id": step_id,
                    "at": self._at(at_ms),
                    "title_vi": f"{rules[label].name_vi} tại camera {camera_id}"[:200],
                    "kind": "detection",
                    "producer": seen.producer_id,
                    "camera": camera_id,
                    "label": label,
                    "zone": seen.zones[0] if seen.zones else "",
                    "score": round(min(1.0, seen.score), 3),
                    "lasts_s": min(3600.0, max(1.0, round(lasts_s, 1))),
                }
                self._add(at_ms, step)

    def _condition_steps(self) -> None:
        speaking = {station.producer_id for station in self._site.stations}
        cameras = {camera.camera_id for camera in self._site.cameras}
        gone: set[str] = set()
        for one in self._log:
            match one.event:
                case ev.ProducerChanged(producer_id=name) if name in speaking:
                    lost = one.event.condition == "silent"
                    since_ms = one.event.last_message_ms if lost else None
                    self._condition(gone, "producer", name, "silent" if lost else "back", since_ms or one.at_ms)
                case ev.CameraChanged(camera_id=name) if name in cameras and one.event.condition != "unknown":
                    lost = one.event.condition == "lost"
                    self._condition(gone, "camera", name, "lost" if lost else "back", one.at_ms)
                case _:
                    pass

    def _condition(self, gone: set[str], kind: str, name: str, condition: str, at_ms: int) -> None:
        if (condition == "back") != (name in gone):
            return
        gone ^= {name}
        words = {"silent": "im lặng", "lost": "mất tín hiệu", "back": "có lại"}
        step: Table = {
            "step_id": self._id(kind, name, condition),
            "at": self._at(at_ms),
            "title_vi": f"{name} {words[condition]}",
            "kind": kind,
            kind: name,
            "condition": condition,
        }
        self._add(max(at_ms, self._start_ms), step)

    # -- what was done ----------------------------------------------------------------------------

    def _expectations(self) -> list[Table]:
        deeds = self._deeds()
        agencies = {agency.agency_id for agency in self._site.agencies}
        found: list[Table] = []
        told: set[str] = set()
        for alert in self._alerts.values():
            match = self._match(alert)
            key = json.dumps(match, ensure_ascii=False, default=list)
            if match is None or key in told:
                continue
            told.add(key)
            one = deeds[alert.alert_id]
            done = {"acknowledged": one.acknowledged_s, "taken": one.taken_s, "dispatched": one.dispatched_s}
            for action, after_s in done.items():
                to = tuple(name for name in one.agencies if name in agencies)
                if after_s is None or (action == "dispatched" and not to):
                    continue
                expectation: Table = {
                    "expect_id": self._id(alert.kind, alert.place_id, action),
                    "title_vi": f"{_ACTIONS_VI[action]}: {alert.headline_vi}"[:300],
                    "alert": match,
                    "action": action,
                    "within_s": rounded_up(after_s),
                    "points": _POINTS[action],
                }
                if action == "dispatched":
                    expectation["to"] = to
                found.append(expectation)
        return found

    def _match(self, alert: Alert) -> dict[str, Value] | None:
        """How the scenario says which alert is meant; None when its cause was left out."""
        if alert.cap is not None:
            step_id = self._first_bulletin.get(alert.alert_id)
            return None if step_id is None else {"kind": alert.kind, "step": step_id}
        if alert.detection is not None:
            step_id = self._seen.get((alert.detection.camera_id, alert.detection.label))
            return None if step_id is None else {"kind": alert.kind, "place": alert.place_id, "step": step_id}
        if alert.cyber is not None:
            return None  # no step of a scenario is a sensor's report
        places = {
            "station": {item.station_id for item in self._site.stations},
            "camera": {item.camera_id for item in self._site.cameras},
            "producer": {item.producer_id for item in self._site.producers},
        }
        if not any(alert.place_id in names for names in places.values()):
            return None
        return {"kind": alert.kind, "place": alert.place_id}

    def _deeds(self) -> dict[str, _Deeds]:
        deeds: dict[str, _Deeds] = {}
        for one in self._log:
            event = one.event
            if isinstance(event, ev.AlertRaised):
                deeds[event.alert.alert_id] = _Deeds(one.at_ms)
                continue
            done = deeds.get(str(getattr(event, "alert_id", "")))
            if done is None or not one.actor or one.actor.startswith("producer:"):
                continue
            after_s = (one.at_ms - done.raised_ms) / 1000
            match event:
                case ev.AlertAcknowledged() if done.acknowledged_s is None:
                    done.acknowledged_s = after_s
                case ev.AlertOwned() if done.taken_s is None and event.owner:
                    done.taken_s = after_s
                case ev.AlertDispatched():
                    done.dispatched_s = after_s if done.dispatched_s is None else done.dispatched_s
                    if event.agency_id not in done.agencies:
                        done.agencies.append(event.agency_id)
                case _:
                    pass
        return deeds


def rounded_up(after_s: float) -> float:
    """The next time limit that a person would set."""
    return float(next((limit for limit in ROUND_UP_S if after_s <= limit), ROUND_UP_S[-1]))


def _known(word: str, allowed: Sequence[str]) -> str:
    return word if word in allowed else "Unknown"


def _short(text: str) -> str:
    return " ".join(text.split()[:4])


def _pairs(table: Table) -> list[str]:
    return [f"{key} = {_written(value)}" for key, value in table.items()]


def _written(value: Value) -> str:
    """A value as TOML."""
    match value:
        case str():
            # JSON's strings are TOML's but for one character.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple() if value and isinstance(value[0], dict):
            return "[\n" + "".join(f"  {_written(item)},\n" for item in value) + "]"
        case tuple():
            return "[" + ", ".join(_written(item) for item in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + " }"
        case _:
            return repr(value)

"""From measures of single pictures to what is so for a while: pure, with delays both ways, no clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from backend.services.recorder.modes import in_schedule
from config.camera_model import AnalyticsCamera, AnalyticsRules

SIGHT: Final = ("camera_dark", "camera_covered", "camera_blurred", "camera_moved", "camera_frozen")


@dataclass(frozen=True, slots=True)
class ZoneMeasure:
    """Shares of a zone, 0..1: what changed since the last picture, and what differs from the zone when it is empty.

    Attributes:
        counted: what the detector counted in it, None = nothing counts there or nothing has lately.
    """

    moving: float
    occupied: float
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One picture.

    Attributes:
        luma: mean brightness, 0..255.
        texture: edges of the picture against those it usually has, 1 = as many.
        contrast: its large lights and darks against those it usually has, 1 = as strong.
        likeness: how much its edges lie where they usually do, -1..1.
        same_s: for how long the very same picture has come.
        learnt: it is known what is usual here.
    """

    luma: float
    texture: float
    contrast: float
    likeness: float
    same_s: float
    learnt: bool
    zones: dict[str, ZoneMeasure] = field(default_factory=dict)


class Condition:
    """True after it was so for `on_s`, false after it was not for `off_s`."""

    def __init__(self, on_s: float, off_s: float) -> None:
        self._on_s = on_s
        self._off_s = off_s
        self._since_s: float | None = None
        self.active = False

    def update(self, so: bool, at_s: float) -> bool:
        """Take what is so at an instant; whether `active` changed by it."""
        if so == self.active:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = at_s
        if at_s - self._since_s < (self._on_s if so else self._off_s):
            return False
        self.active, self._since_s = so, None
        return True


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    zone: str
    began: bool
    share: float


class CameraRules:
    """All conditions of one camera."""

    def __init__(self, camera: AnalyticsCamera, rules: AnalyticsRules, utc_offset_min: int) -> None:
        self._camera = camera
        self._rules = rules
        self._utc_offset_min = utc_offset_min
        self._conditions: dict[tuple[str, str], Condition] = {}
        self._away_since_s: float | None = None
        self._frozen = False
        self._at_s = 0.0

    @property
    def sees(self) -> bool:
        """What is usual here may be learnt from such a picture: nothing is wrong with it, or since so long that this is
        how the camera looks now.
        """
        return self._away_since_s is None or self._at_s - self._away_since_s >= self._rules.relearn_after_s

    @property
    def zones_seen(self) -> bool:
        """The newest picture tells how the zones are now: it shows them, and it is no old one."""
        return self._away_since_s is None and not self._frozen

    def update(self, measure: Measure, at_s: float) -> list[Change]:
        """Conditions that began or ended with this picture. `at_s`: seconds since the epoch."""
        changes: list[Change] = []
        sight = self._sight(measure)
        self._at_s = at_s
        self._frozen = sight["camera_frozen"]
        away = any(so for label, so in sight.items() if label != "camera_frozen")
        self._away_since_s = (at_s if self._away_since_s is None else self._away_since_s) if away else None
        if self._camera.sight:
            for label, so in sight.items():
                changes += self._changed(label, "", so, at_s, 1.0, self._rules.sight_on_s, self._rules.sight_off_s)
        if not away:
            for label, zone, so, share, on_s in self._zones(measure, at_s):
                changes += self._changed(label, zone, so, at_s, share, on_s, self._rules.zone_off_s)
        return changes

    def end(self) -> list[Change]:
        """Nobody can tell any more whether it is so: everything that is active ends."""
        ended = [Change(label, zone, False, 0.0) for (label, zone), one in self._conditions.items() if one.active]
        self._conditions.clear()
        self._away_since_s = None
        return ended

    def _sight(self, measure: Measure) -> dict[str, bool]:
        """The plainest cause alone: a dark picture is neither covered nor moved."""
        rules = self._rules
        found = dict.fromkeys(SIGHT, False)
        known = self._conditions.get(("camera_dark", ""))
        is_dark = known is not None and known.active
        if measure.luma < (max(rules.dark_below_luma, rules.light_from_luma) if is_dark else rules.dark_below_luma):
            found["camera_dark"] = True
        elif measure.learnt and measure.texture < rules.blurred_below_texture:
            covered = measure.contrast < rules.covered_below_contrast
            found["camera_covered" if covered else "camera_blurred"] = True
        elif measure.learnt and not self._camera.turns and measure.likeness < rules.moved_below_likeness:
            found["camera_moved"] = True
        found["camera_frozen"] = measure.same_s >= rules.frozen_after_s
        return found

    def _zones(self, measure: Measure, at_s: float) -> Iterator[tuple[str, str, bool, float, float]]:
        rules = self._rules
        for zone in self._camera.zones:
            seen = measure.zones.get(zone.name)
            if seen is None or (zone.classes and seen.counted is None):
                continue
            # Where something counts, its number is what fills the zone or moves in it.
            enough = seen.counted is not None and seen.counted >= zone.from_count
            match zone.use:
                case "forbidden":
                    closed = in_schedule(zone.hours, round(at_s * 1000), self._utc_offset_min)
                    moves = enough if zone.classes else seen.moving >= (zone.from_share or rules.motion_from_share)
                    yield "motion_forbidden", zone.name, closed and moves, seen.moving, rules.motion_on_s
                case "crowd":
                    so = enough if zone.classes else seen.occupied >= (zone.from_share or rules.crowd_from_share)
                    yield "crowd_dense", zone.name, so, seen.occupied, rules.crowd_on_s
                case "traffic":
                    full = enough if zone.classes else seen.occupied >= (zone.from_share or rules.traffic_from_share)
                    so = full and seen.moving < rules.standing_below_share
                    yield "traffic_standstill", zone.name, so, seen.occupied, rules.traffic_on_s

    def _changed(
        self, label: str, zone: str, so: bool, at_s: float, share: float, on_s: float, off_s: float
    ) -> list[Change]:
        condition = self._conditions.setdefault((label, zone), Condition(on_s, off_s))
        return [Change(label, zone, so, share)] if condition.update(so, at_s) else []

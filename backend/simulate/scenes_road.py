"""Scenes with vehicles: streets, highways and border gates, seen from a pole, by day, at night, in rain and fog."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Literal

from backend.simulate import draw
from backend.simulate.draw import HEIGHT, WIDTH, Colour, Point
from backend.simulate.encode import LOOP_S, Picture
from backend.simulate.weather import LOOKS, Look, rain_over

Kind = Literal["car", "truck", "bus", "bike"]
_SIZES: Final[dict[str, tuple[float, float, float]]] = {
    # width, height, length, metres
    "car": (1.8, 1.45, 4.3),
    "truck": (2.4, 3.3, 8.5),
    "bus": (2.5, 3.1, 10.5),
    "bike": (0.7, 1.6, 1.9),
}
_PAINTS: Final[tuple[Colour, ...]] = (
    (208, 210, 212),
    (60, 66, 74),
    (150, 32, 30),
    (28, 60, 120),
    (226, 226, 220),
    (112, 118, 120),
    (40, 88, 66),
    (196, 160, 60),
)


@dataclass(frozen=True, slots=True)
class Lens:
    """A camera on a pole over flat ground: x to the right, z away, y up, metres."""

    horizon_px: float = 190.0
    focal_px: float = 900.0
    height_m: float = 7.0
    centre_px: float = WIDTH / 2
    slant: float = 0.0

    def at(self, x: float, z: float, y: float = 0.0) -> Point:
        """Where a point is in the picture; `slant` turns the road."""
        z = max(z, 3.0)
        return (
            self.centre_px + self.focal_px * (x + self.slant * (z - 30)) / z,
            self.horizon_px + self.focal_px * (self.height_m - y) / z,
        )


@dataclass(frozen=True, slots=True)
class Vehicle:
    """`rounds` times through the whole road in one loop (so that the loop closes); negative = towards us."""

    kind: Kind
    lane_m: float
    start: float
    rounds: int
    paint: Colour


class Road:
    """A road with traffic.

    Args:
        lanes: (middle, metres from the centre; rounds per loop with sign) of each lane.
        city: houses and lamps along it, else hills and guard rails.
    """

    near_m = 9.0
    far_m = 130.0

    def __init__(
        self, look: str, seed: int, lanes: tuple[tuple[float, int], ...], density: int, city: bool, lens: Lens
    ) -> None:
        self.look: Look = LOOKS[look]
        self.lens = lens
        self.city = city
        self.chance = random.Random(seed)
        self.half_m = max(abs(lane) for lane, _ in lanes) + 2.2
        self.vehicles = [self._vehicle(lane, rounds, n / density) for lane, rounds in lanes for n in range(density)]
        self.background = self._background(seed)

    def _vehicle(self, lane: float, rounds: int, start: float) -> Vehicle:
        kinds: tuple[Kind, ...] = (
            ("bike", "car", "bike", "car", "bus", "truck") if self.city else ("car", "truck", "car")
        )
        kind = self.chance.choice(kinds)
        aside = self.chance.uniform(-0.9, 0.9) if kind == "bike" else self.chance.uniform(-0.25, 0.25)
        jitter = self.chance.uniform(0, 0.12)
        return Vehicle(kind, lane + aside, start + jitter, rounds, self.chance.choice(_PAINTS))

    # -- the still part ---------------------------------------------------------------------------

    def _background(self, seed: int) -> Picture:
        look, lens = self.look, self.lens
        picture = draw.canvas(look.sky_top, look.sky_low)
        horizon = int(lens.horizon_px)
        draw.texture(picture, 0, horizon, 5, 120, seed)
        self._skyline(picture, horizon)
        ground: Colour = (118, 116, 110) if self.city else (96, 112, 74)
        draw.box(picture, 0, horizon, WIDTH, HEIGHT, ground)
        strip = [lens.at(side * self.half_m, z) for side, z in ((-1, 4), (-1, 400), (1, 400), (1, 4))]
        draw.polygon(picture, strip, (86, 88, 92) if not look.wet else (70, 74, 82))
        draw.texture(picture, horizon, HEIGHT, 4, 14, seed + 3)
        for side in (-1, 1):
            self._stripe(picture, side * (self.half_m - 0.3), 0.14, 4, 400)
        for z in range(6, 220, 9):
            self._stripe(picture, 0.0, 0.16, z, z + 4.5)
        if self.city:
            self._crossing(picture)
            self._houses(picture)
            self._lamps(picture)
        else:
            self._trees(picture)
            self._rails(picture)
        draw.shade(picture, look.light, look.haze, look.haze_part)
        self._night_lights(picture)
        return picture

    def _stripe(self, picture: Picture, x: float, half_m: float, z_near: float, z_far: float) -> None:
        corners = [(x - half_m, z_near), (x - half_m, z_far), (x + half_m, z_far), (x + half_m, z_near)]
        draw.polygon(picture, [self.lens.at(*corner) for corner in corners], (214, 214, 206), 0.85)

    def _crossing(self, picture: Picture) -> None:
        step = 1.1
        count = int(2 * self.half_m / step)
        for index in range(0, count, 2):
            x = -self.half_m + index * step
            corners = [(x, 15.0), (x, 19.5), (x + step, 19.5), (x + step, 15.0)]
            draw.polygon(picture, [self.lens.at(*corner) for corner in corners], (206, 206, 200), 0.8)

    def _skyline(self, picture: Picture, horizon: int) -> None:
        for layer, (tall, colour) in enumerate((((40, 110), (92, 112, 122)), ((20, 70), (74, 94, 92)))):
            x = -60.0
            while x < WIDTH:
                width = self.chance.uniform(160, 420)
                peak = horizon - self.chance.uniform(*tall)
                points = [(x, horizon + 2.0), (x + width * 0.5, peak), (x + width, horizon + 2.0)]
                draw.polygon(picture, points, mix_far(colour, self.look, 0.35 - 0.15 * layer))
                x += width * 0.45

    def _houses(self, picture: Picture) -> None:
        for z in range(131, 12, -9):
            for side in (-1, 1):
                self._house(picture, side, float(z))

    def _trees(self, picture: Picture) -> None:
        for z in range(190, 14, -8):
            for side in (-1, 1):
                x = side * (self.half_m + self.chance.uniform(5, 26))
                reach = self.lens.focal_px / z
                foot = self.lens.at(x, z)
                leaf = mix_far(self.chance.choice(((52, 84, 46), (66, 96, 52), (44, 74, 48))), self.look, z / 420)
                draw.ellipse(picture, foot[0], foot[1], reach * 2.0, reach * 0.5, (30, 36, 28), 0.4, 0.8)
                draw.line(picture, foot, (foot[0], foot[1] - reach * 2.2), max(1.0, reach * 0.35), (70, 58, 44))
                for lobe in range(4):
                    dx, dy = self.chance.uniform(-1.1, 1.1), 2.2 + lobe * 0.7
                    tone = draw.dim(leaf, 0.82 + 0.09 * lobe)
                    draw.ellipse(picture, foot[0] + reach * dx, foot[1] - reach * dy, reach * 1.5, reach * 1.1, tone)

    def _house(self, picture: Picture, side: int, z: float) -> None:
        x, tall = side * (self.half_m + 3.2), self.chance.uniform(6, 13)
        paint = self.chance.choice(
            ((178, 164, 138), (150, 158, 160), (190, 178, 150), (164, 140, 122), (138, 146, 132))
        )
        far = mix_far(paint, self.look, min(0.5, z / 220))
        front = [self.lens.at(x, z, y) for y in (0, tall)] + [self.lens.at(x, z + 8, y) for y in (tall, 0)]
        draw.polygon(picture, front, far)
        face = [self.lens.at(x + side * w, z, y) for w, y in ((0, 0), (0, tall), (14, tall), (14, 0))]
        draw.polygon(picture, face, draw.dim(far, 0.82))
        for floor in range(int(tall // 3.4)):
            for bay in (1.2, 4.6):
                y0 = 1.0 + floor * 3.4
                corners = ((bay, y0), (bay, y0 + 1.7), (bay + 1.9, y0 + 1.7), (bay + 1.9, y0))
                pane = [self.lens.at(x, z + along, y) for along, y in corners]
                lit = self.look.dark and self.chance.random() < 0.45
                draw.polygon(picture, pane, (250, 214, 130) if lit else draw.dim(far, 0.5))

    def _lamps(self, picture: Picture) -> None:
        for z in (70, 48, 30):
            for side in (-1, 1):
                foot, top = self.lens.at(side * (self.half_m + 0.8), z), self.lens.at(side * (self.half_m + 0.8), z, 8)
                arm = self.lens.at(side * (self.half_m - 1.2), z, 8.3)
                draw.line(picture, foot, top, 260 / z * 0.5, (60, 62, 64))
                draw.line(picture, top, arm, 180 / z * 0.5, (60, 62, 64))

    def _rails(self, picture: Picture) -> None:
        for side in (-1, 1):
            x = side * (self.half_m + 0.7)
            for z in range(8, 160, 6):
                draw.line(picture, self.lens.at(x, z), self.lens.at(x, z, 0.8), max(1.0, 60 / z), (120, 122, 124))
            rail = [self.lens.at(x, z, y) for z, y in ((6, 0.55), (200, 0.55), (200, 0.85), (6, 0.85))]
            draw.polygon(picture, rail, (166, 170, 174))

    def _night_lights(self, picture: Picture) -> None:
        if not self.look.dark:
            return
        for z in (70, 48, 30):
            for side in (-1, 1):
                x, y = self.lens.at(side * (self.half_m - 1.2), z, 8.2)
                draw.glow(picture, x, y, 2600 / z, (255, 206, 130), 0.8)
                x, y = self.lens.at(side * (self.half_m - 2.5), z)
                draw.glow(picture, x, y, 7000 / z, (110, 84, 46), 0.55)

    # -- what moves -------------------------------------------------------------------------------

    def picture(self, at_s: float) -> Picture:
        """The scene `at_s` seconds into the loop."""
        picture = self.background.copy()
        span = self.far_m - self.near_m
        placed = []
        for vehicle in self.vehicles:
            way = (vehicle.start + vehicle.rounds * at_s / LOOP_S) % 1.0
            placed.append((self.near_m + span * way, vehicle))
        for z, vehicle in sorted(placed, key=lambda item: -item[0]):
            draw_vehicle(picture, self.lens, self.look, vehicle, z)
        if self.look.rain:
            rain_over(picture, at_s, self.look.rain)
        return picture


def mix_far(colour: Colour, look: Look, part: float) -> Colour:
    """A colour as the air between lets it through."""
    return draw.mix(colour, look.sky_low, part)


def draw_vehicle(picture: Picture, lens: Lens, look: Look, vehicle: Vehicle, z: float) -> None:
    """A vehicle as a box with windows and lamps; its near end stands at `z`."""
    width, height, length = _SIZES[vehicle.kind]
    towards = vehicle.rounds < 0
    lit = draw.mix(
        (vehicle.paint[0] * look.light[0], vehicle.paint[1] * look.light[1], vehicle.paint[2] * look.light[2]),
        look.haze,
        min(0.95, look.haze_part + look.thick * z / 130),
    )
    x0, x1 = vehicle.lane_m - width / 2, vehicle.lane_m + width / 2
    foot = lens.at(vehicle.lane_m, z + length / 2)
    reach = lens.focal_px / z
    draw.ellipse(picture, foot[0], foot[1] + 2, reach * width * 0.75, reach * 0.55, (10, 10, 12), 0.45, 0.7)
    if vehicle.kind == "bike":
        _draw_bike(picture, lens, vehicle.lane_m, z, lit)
    else:
        _draw_box(picture, lens, (x0, x1), (z, length, height), lit, towards)
    _draw_lamps(picture, lens, look, (x0, x1), z, towards)


def _draw_box(
    picture: Picture,
    lens: Lens,
    sides: tuple[float, float],
    size: tuple[float, float, float],
    lit: Colour,
    towards: bool,
) -> None:
    (x0, x1), (z, length, height) = sides, size
    cabin = 0.62 if height < 2 else 1.0
    body = height * cabin
    flank = x1 if (x0 + x1) / 2 < 0 else x0
    draw.polygon(picture, [lens.at(flank, z, 0.25), lens.at(flank, z, body), lens.at(flank, z + length, body),
                           lens.at(flank, z + length, 0.25)], draw.dim(lit, 0.66))  # fmt: skip
    draw.polygon(picture, [lens.at(x, far, body) for x, far in
                           ((x0, z), (x0, z + length), (x1, z + length), (x1, z))], draw.dim(lit, 1.12))  # fmt: skip
    if cabin < 1:
        near, far = (z + 0.9, z + 3.4) if not towards else (z + 1.1, z + 3.6)
        inset = 0.18
        draw.polygon(picture, [lens.at(x0 + inset, near, height), lens.at(x0 + inset, far, height),
                               lens.at(x1 - inset, far, height), lens.at(x1 - inset, near, height)], lit)  # fmt: skip
        draw.polygon(picture, [lens.at(x0 + 0.06, near - 0.7, body), lens.at(x0 + inset, near, height),
                               lens.at(x1 - inset, near, height), lens.at(x1 - 0.06, near - 0.7, body)],
                     draw.dim((70, 84, 98), 0.4 + lit[0] / 300))  # fmt: skip
    draw.polygon(picture, [lens.at(x0, z, 0.25), lens.at(x0, z, body), lens.at(x1, z, body), lens.at(x1, z, 0.25)],
                 draw.dim(lit, 0.9))  # fmt: skip
    if cabin == 1.0 and towards:
        pane = [lens.at(x, z, y) for x, y in ((x0 + 0.15, 1.6), (x0 + 0.15, body - 0.3), (x1 - 0.15, body - 0.3),
                                              (x1 - 0.15, 1.6))]  # fmt: skip
        draw.polygon(picture, pane, draw.dim((70, 84, 98), 0.4 + lit[0] / 300))
    bumper = [lens.at(x, z, y) for x, y in ((x0, 0.2), (x0, 0.45), (x1, 0.45), (x1, 0.2))]
    draw.polygon(picture, bumper, (24, 24, 26))


def _draw_bike(picture: Picture, lens: Lens, x: float, z: float, lit: Colour) -> None:
    reach = lens.focal_px / z
    low, seat, head = lens.at(x, z + 0.6, 0.35), lens.at(x, z + 0.6, 1.0), lens.at(x, z + 0.6, 1.55)
    draw.ellipse(picture, low[0], low[1], reach * 0.16, reach * 0.36, (22, 22, 24))
    draw.ellipse(picture, seat[0], seat[1], reach * 0.27, reach * 0.42, lit)
    draw.ellipse(picture, head[0], head[1], reach * 0.16, reach * 0.17, draw.mix(lit, (240, 240, 240), 0.4))


def _draw_lamps(picture: Picture, lens: Lens, look: Look, sides: tuple[float, float], z: float, towards: bool) -> None:
    reach = lens.focal_px / z
    single = sides[1] - sides[0] < 1
    spots = (sum(sides) / 2,) if single else (sides[0] + 0.25, sides[1] - 0.25)
    for x in spots:
        at = lens.at(x, z, 0.75)
        if towards:
            draw.ellipse(picture, at[0], at[1], reach * 0.13, reach * 0.1, (255, 246, 220), 0.9)
        else:
            draw.ellipse(picture, at[0], at[1], reach * 0.13, reach * 0.08, (200, 20, 16), 0.9)
        if look.dark or look.haze_part > 0.3:
            draw.glow(picture, at[0], at[1], reach * (1.1 if towards else 0.6),
                      (255, 240, 200) if towards else (220, 20, 10), 0.75)  # fmt: skip
    if towards and look.dark:
        beam = lens.at(sum(sides) / 2, max(4.0, z - 5.5))
        draw.ellipse(picture, beam[0], beam[1], reach * 1.9, reach * 1.3, (220, 200, 150), 0.22, 1.0)


def street(look: str, seed: int, slant: float = 0.0) -> Road:
    """A city street of four lanes with houses."""
    lens = Lens(horizon_px=170, focal_px=820, height_m=7.5, slant=slant)
    return Road(look, seed, ((-4.8, -2), (-1.7, -3), (1.7, 3), (4.8, 2)), 3, True, lens)


def highway(look: str, seed: int, slant: float = 0.0) -> Road:
    """An open road of two lanes through hills."""
    lens = Lens(horizon_px=210, focal_px=1000, height_m=8.5, slant=slant)
    return Road(look, seed, ((-5.6, -4), (-1.9, -5), (1.9, 5), (5.6, 4)), 2, False, lens)

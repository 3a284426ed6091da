"""Scenes of places: counter hall, factory stacks, river gauge, square, border gate."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

from backend.simulate import draw
from backend.simulate.draw import HEIGHT, WIDTH, Colour
from backend.simulate.encode import LOOP_S, Picture
from backend.simulate.scenes_road import Lens, Vehicle, draw_vehicle
from backend.simulate.weather import LOOKS, Look, loop_part, rain_over

_CLOTHES: tuple[Colour, ...] = (
    (176, 52, 48), (52, 84, 140), (210, 206, 196), (64, 104, 76), (60, 60, 70), (198, 150, 70), (130, 84, 130),
)  # fmt: skip


def person(picture: Picture, x: float, foot: float, tall_px: float, clothes: Colour, step: float = 0.0) -> None:
    """A standing or walking person; `step` -1..1 swings the legs."""
    part = tall_px / 1.7
    draw.ellipse(picture, x, foot, part * 0.45, part * 0.12, (12, 12, 14), 0.45, 0.7)
    for side in (-1, 1):
        hip, heel = (x + side * part * 0.09, foot - part * 0.8), (x + side * part * (0.1 + 0.16 * step), foot)
        draw.line(picture, hip, heel, part * 0.17, (38, 40, 50))
    draw.ellipse(picture, x, foot - part * 1.08, part * 0.25, part * 0.38, clothes)
    for side in (-1, 1):
        shoulder, hand = (
            (x + side * part * 0.22, foot - part * 1.3),
            (x + side * part * (0.28 - 0.1 * step), foot - part * 0.8),
        )
        draw.line(picture, shoulder, hand, part * 0.11, draw.dim(clothes, 0.85))
    draw.ellipse(picture, x, foot - part * 1.56, part * 0.13, part * 0.16, (196, 152, 122))
    draw.ellipse(picture, x, foot - part * 1.62, part * 0.14, part * 0.12, (28, 24, 22))


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks `reach_px` to and fro, or all the way across when `across`."""

    x: float
    foot: float
    reach_px: float
    rounds: int
    phase: float
    clothes: Colour
    across: bool = False

    def draw(self, picture: Picture, at_s: float, light: float = 1.0) -> None:
        part = (loop_part(at_s, self.rounds) + self.phase) % 1.0
        x = self.x + self.reach_px * (part if self.across else math.sin(2 * math.pi * part))
        tall = 40 + (self.foot - 220) * 0.32
        stride = math.sin(at_s * 2 * math.pi * 18 / LOOP_S + self.phase * 9) if self.reach_px > 8 else 0.0
        person(picture, x, self.foot, tall, draw.dim(self.clothes, light), stride)


class Hall:
    """A one-stop office: counters with numbers, chairs, people who queue and walk."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.background = self._background(seed)
        self.people = sorted(
            [
                Walker(150 + 82 * n + chance.uniform(-14, 14), 430 + chance.uniform(-8, 60), chance.uniform(2, 6), 1,
                       chance.random(), chance.choice(_CLOTHES))
                for n in range(12)
            ]
            + [Walker(-80, 620, WIDTH + 160, 1, chance.random(), chance.choice(_CLOTHES), True),
               Walker(WIDTH + 80, 560, -WIDTH - 160, 1, chance.random(), chance.choice(_CLOTHES), True)],
            key=lambda walker: walker.foot,
        )  # fmt: skip

    def _background(self, seed: int) -> Picture:
        picture = draw.canvas((214, 212, 204), (190, 188, 180))
        draw.box(picture, 0, 330, WIDTH, HEIGHT, (152, 146, 136))
        for row in range(9):
            y = 330 + 390 * (row / 8) ** 1.7
            draw.line(picture, (0, y), (WIDTH, y), 1.5, (132, 126, 118))
        for column in range(-14, 30):
            draw.line(picture, (640 + (column - 8) * 42, 330), (640 + (column - 8) * 210, 720), 1.5, (132, 126, 118))
        draw.box(picture, 0, 96, WIDTH, 176, (150, 34, 34))
        draw.box(picture, 0, 172, WIDTH, 178, (214, 178, 74))
        title = draw.text_masks(("BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ",), 38)["BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"]
        draw.put_text(picture, title, (WIDTH - title.shape[1]) // 2, 100, (250, 224, 130))
        numbers = draw.text_masks(tuple(f"{n:02d}" for n in range(1, 9)), 26)
        for n in range(8):
            left = 40 + n * 152
            draw.box(picture, left, 214, left + 140, 300, (186, 206, 214))
            draw.box(picture, left + 46, 196, left + 94, 236, (26, 30, 36))
            draw.put_text(picture, numbers[f"{n + 1:02d}"], left + 54, 190, (255, 70, 50))
            person(picture, left + 70, 332, 96, (200, 206, 216))
            draw.box(picture, left - 6, 300, left + 150, 372, (126, 88, 56))
            draw.box(picture, left - 6, 294, left + 150, 306, (176, 138, 96))
        for x in (240, 640, 1040):
            draw.box(picture, x - 120, 20, x + 120, 34, (255, 255, 250))
            draw.glow(picture, x, 30, 260, (46, 46, 40))
        draw.texture(picture, 0, HEIGHT, 3, 10, seed)
        return picture

    def picture(self, at_s: float) -> Picture:
        picture = self.background.copy()
        for walker in self.people:
            walker.draw(picture, at_s)
        return picture


class Stack:
    """Chimneys of a chemical plant with plumes that drift and thin out."""

    def __init__(self, look: str, seed: int) -> None:
        self.look: Look = LOOKS[look]
        self.chance = random.Random(seed)
        self.tops = ((420.0, 132.0, 1.0), (640.0, 208.0, 0.8), (930.0, 168.0, 0.9))
        self.background = self._background(seed)
        self.puffs = [
            (top, n / 22, self.chance.uniform(-1, 1), self.chance.uniform(0.8, 1.25))
            for top in self.tops
            for n in range(22)
        ]

    def _background(self, seed: int) -> Picture:
        look = self.look
        picture = draw.canvas(look.sky_top, look.sky_low)
        draw.texture(picture, 0, 520, 9, 160, seed)
        for x, peak in ((-80.0, 380), (240, 420), (560, 360), (900, 400), (1120, 370)):
            draw.polygon(
                picture, [(x, 540), (x + 230, peak), (x + 520, 540)], draw.mix((84, 106, 104), look.sky_low, 0.4)
            )
        draw.box(picture, 0, 530, WIDTH, HEIGHT, (92, 94, 84))
        for x, top, wide in ((90.0, 430.0, 210), (340.0, 470.0, 240), (700.0, 440.0, 190), (1010.0, 460.0, 230)):
            draw.box(picture, x, top, x + wide, 580, (140, 146, 150))
            draw.polygon(picture, [(x, top), (x + wide / 2, top - 26), (x + wide, top)], (112, 118, 124))
            for pane in range(int(wide // 34)):
                lit = look.dark and self.chance.random() < 0.6
                paint: Colour = (255, 214, 130) if lit else (76, 88, 98)
                draw.box(picture, x + 10 + pane * 34, top + 26, x + 30 + pane * 34, top + 48, paint)
        for side_px, tank in ((270.0, 500), (610.0, 512), (880.0, 506)):
            draw.box(picture, side_px, tank, side_px + 62, 590, (186, 190, 188))
            draw.ellipse(picture, side_px + 31, tank, 31, 10, (206, 210, 208))
        for x, top, scale in self.tops:
            half = 15 * scale
            corners = [(x - half * 0.72, top), (x + half * 0.72, top), (x + half * 1.5, 580), (x - half * 1.5, 580)]
            draw.polygon(picture, corners, (176, 172, 166))
            shadow = [(x + half * 0.2, top), (x + half * 0.72, top), (x + half * 1.5, 580), (x + half * 0.5, 580)]
            draw.polygon(picture, shadow, (134, 130, 126))
            for band in range(4):
                y = top + band * 34
                draw.box(
                    picture, x - half * (0.75 + band * 0.06), y, x + half * (0.75 + band * 0.06), y + 16, (190, 44, 36)
                )
        for y in (556, 572):
            draw.line(picture, (0, y), (WIDTH, y + 4), 6, (150, 142, 118))
        draw.texture(picture, 530, HEIGHT, 6, 16, seed + 2)
        draw.shade(picture, look.light, look.haze, look.haze_part)
        if look.dark:
            for x, top, _ in self.tops:
                draw.glow(picture, x, top + 4, 26, (255, 40, 30), 0.9)
            for lamp in range(120, WIDTH, 190):
                draw.glow(picture, lamp, 560, 90, (255, 190, 110), 0.5)
        return picture

    def picture(self, at_s: float) -> Picture:
        picture = self.background.copy()
        white = draw.mix((236, 236, 234), self.look.sky_low, 0.3)
        if self.look.dark:
            white = draw.mix(white, (110, 92, 96), 0.5)
        for (x, top, scale), phase, wander, size in self.puffs:
            age = (phase + loop_part(at_s, 2)) % 1.0
            drift = x + scale * (age * 420 * age + 14 * wander * math.sin(6 * age))
            up = top - 12 - scale * 130 * age**0.7 + 10 * wander
            radius = scale * size * (13 + 82 * age)
            fading = 0.55 * (1 - age) ** 1.1 * min(1.0, age * 12)
            draw.ellipse(picture, drift, up, radius, radius * 0.72, white, fading, 0.9)
        return picture


class River:
    """A staff gauge in a river whose water runs; `level` 0..1 is how high it stands."""

    def __init__(self, look: str, seed: int, level: float) -> None:
        self.look: Look = LOOKS[look]
        self.level = level
        self.water_top = int(430 - 110 * level)
        self.background = self._background(seed)
        brown: Colour = draw.mix((96, 116, 112), (134, 96, 62), 0.35 + 0.6 * level)
        # Stretched sideways as running water is, and mirrored so that it goes round without a seam.
        short = WIDTH // 8
        field = draw.noise(HEIGHT, short, 9, seed + 5) + 0.8 * draw.noise(HEIGHT, short, 4, seed + 6)
        wide = np.repeat(field[self.water_top :], 4, axis=1)
        wide = (wide + np.roll(wide, 1, 1) + np.roll(wide, 2, 1) + np.roll(wide, 3, 1)) / 4
        closed = np.concatenate([wide, wide[:, ::-1]], axis=1)
        closed *= np.linspace(0.4, 1.2, HEIGHT - self.water_top, dtype=np.float32)[:, None]
        light = np.array(self.look.light, np.float32)
        self.water = np.clip((np.array(brown, np.float32) + 20 * closed[:, :, None]) * light, 0, 255).astype(np.uint8)

    def _background(self, seed: int) -> Picture:
        look = self.look
        picture = draw.canvas(look.sky_top, look.sky_low)
        draw.texture(picture, 0, 260, 7, 140, seed)
        for x, peak in ((-120.0, 120), (260, 170), (640, 110), (980, 150)):
            draw.polygon(
                picture, [(x, 300), (x + 250, peak), (x + 600, 300)], draw.mix((74, 100, 82), look.sky_low, 0.3)
            )
        draw.box(picture, 0, 284, WIDTH, HEIGHT, (84, 104, 68))
        for bush in range(20, WIDTH, 66):
            draw.ellipse(picture, bush, 284, 40, 22, (58, 88, 52))
        draw.box(picture, 60, 206, WIDTH, 226, (166, 164, 158))
        draw.box(picture, 60, 196, WIDTH, 200, (120, 122, 124))
        for x in (240.0, 620.0, 1000.0):
            draw.box(picture, x, 226, x + 44, 470, (150, 148, 142))
            draw.box(picture, x + 30, 226, x + 44, 470, (118, 116, 112))
        draw.shade(picture, look.light, look.haze, look.haze_part)
        draw.texture(picture, 280, HEIGHT, 4, 12, seed + 1)
        return picture

    def picture(self, at_s: float) -> Picture:
        picture = self.background.copy()
        fast = 1 if self.level < 0.5 else 2
        shift = round(loop_part(at_s, fast) * WIDTH)
        picture[self.water_top :] = np.roll(self.water, shift, 1)
        for x in (240.0, 620.0, 1000.0):
            draw.ellipse(picture, x + 40, self.water_top + 10, 60, 9, (226, 220, 206), 0.35, 0.8)
        if self.level > 0.6:
            for n in range(4):
                x = (loop_part(at_s, fast) * WIDTH + n * 331) % WIDTH
                y = self.water_top + 60 + n * 66 + 4 * math.sin(at_s * 2 * math.pi * 3 / LOOP_S + n)
                draw.line(picture, (x - 46, y), (x + 40, y + 5), 9, (66, 50, 36))
        self._gauge(picture, at_s)
        if self.look.rain:
            rain_over(picture, at_s, self.look.rain)
        return picture

    def _gauge(self, picture: Picture, at_s: float) -> None:
        bob = 3 * math.sin(at_s * 2 * math.pi * 4 / LOOP_S)
        waterline = self.water_top + 150 + bob
        numbers = draw.text_masks(tuple(f"{metre}" for metre in range(76, 90)), 26)
        draw.box(picture, 846, 96, 934, waterline, (238, 238, 232))
        for tick in range(40):
            y = 108 + tick * 13
            if y > waterline - 4:
                break
            metre = tick // 5
            paint: Colour = (190, 30, 30) if metre % 2 == 0 else (20, 40, 110)
            if tick % 2 == 0:
                draw.box(picture, 850, y, 878, y + 10, paint)
            if tick % 5 == 0:
                draw.put_text(picture, numbers[str(86 - metre)], 884, round(y) - 10, (24, 24, 28))
        draw.ellipse(picture, 890, waterline, 74, 8, (226, 220, 206), 0.5, 0.8)


class Square:
    """A square with a stone church front, a lamp row and people."""

    def __init__(self, look: str, seed: int) -> None:
        self.look: Look = LOOKS[look]
        chance = random.Random(seed)
        self.background = self._background(seed)
        walkers = []
        for n in range(16):
            foot = 400 + chance.random() ** 1.5 * 290
            way = chance.choice((-1, 1))
            start = -90.0 if way > 0 else WIDTH + 90.0
            walkers.append(
                Walker(start, foot, way * (WIDTH + 180.0), 1, chance.random(), chance.choice(_CLOTHES), True)
                if n % 3
                else Walker(
                    chance.uniform(100, 1180), foot, chance.uniform(6, 60), 1, chance.random(), chance.choice(_CLOTHES)
                )
            )
        self.people = sorted(walkers, key=lambda walker: walker.foot)

    def _background(self, seed: int) -> Picture:
        look = self.look
        picture = draw.canvas(look.sky_top, look.sky_low)
        draw.texture(picture, 0, 340, 6, 150, seed)
        for x, peak in ((-60.0, 190), (330, 150), (760, 180)):
            far = draw.mix((86, 106, 104), look.sky_low, 0.45)
            draw.polygon(picture, [(x, 360), (x + 300, peak), (x + 680, 360)], far)
        stone: Colour = (150, 138, 120)
        draw.box(picture, 430, 212, 860, 372, stone)
        draw.polygon(picture, [(410, 214), (645, 150), (880, 214)], (112, 62, 52))
        draw.box(picture, 590, 92, 700, 372, draw.dim(stone, 1.08))
        draw.polygon(picture, [(582, 94), (645, 18), (708, 94)], (112, 62, 52))
        draw.line(picture, (645, 20), (645, -4), 4, (60, 60, 60))
        draw.ellipse(picture, 645, 150, 20, 20, (60, 66, 76))
        draw.ellipse(picture, 645, 330, 24, 46, (64, 46, 36))
        for x in (470, 530, 740, 800):
            draw.ellipse(picture, x + 10, 268, 13, 34, (66, 76, 88))
        for x in (40, 160, 280, 960, 1080, 1200):
            draw.line(picture, (x, 380), (x, 330), 9, (74, 60, 44))
            for lobe in range(4):
                draw.ellipse(picture, x + 18 * (lobe - 1.5), 312 - 10 * (lobe % 2), 36, 28, (54 + 6 * lobe, 86, 52))
        draw.box(picture, 0, 372, WIDTH, HEIGHT, (158, 152, 142))
        for row in range(1, 9):
            y = 372 + 348 * (row / 8) ** 1.6
            draw.line(picture, (0, y), (WIDTH, y), 2, (138, 132, 122))
        for column in range(-16, 32):
            draw.line(picture, (640 + (column - 8) * 60, 372), (640 + (column - 8) * 240, 720), 2, (138, 132, 122))
        draw.texture(picture, 372, HEIGHT, 4, 12, seed + 1)
        draw.shade(picture, look.light, look.haze, look.haze_part)
        return picture

    def picture(self, at_s: float) -> Picture:
        picture = self.background.copy()
        for walker in self.people:
            walker.draw(picture, at_s, self.look.light[1])
        return picture


class Gate:
    """A border gate: a roof, two barriers that rise and fall, lorries that wait and pass."""

    def __init__(self, look: str, seed: int) -> None:
        self.look: Look = LOOKS[look]
        self.lens = Lens(horizon_px=200, focal_px=900, height_m=6.0)
        self.background = self._background(seed)

    def _background(self, seed: int) -> Picture:
        look = self.look
        picture = draw.canvas(look.sky_top, look.sky_low)
        draw.texture(picture, 0, 260, 5, 140, seed)
        for x, peak in ((-100.0, 130), (300, 100), (780, 140)):
            far = draw.mix((84, 104, 96), look.sky_low, 0.4)
            draw.polygon(picture, [(x, 262), (x + 300, peak), (x + 700, 262)], far)
        draw.box(picture, 0, 200, WIDTH, HEIGHT, (128, 126, 120))
        for lane in (-6.2, -0.3, 0.3, 6.2):
            edge = [self.lens.at(lane + dx, z) for dx, z in ((-0.08, 5), (-0.08, 200), (0.08, 200), (0.08, 5))]
            draw.polygon(picture, edge, (216, 206, 120))
        draw.texture(picture, 200, HEIGHT, 5, 14, seed + 1)
        for x in (-9.0, 9.0):
            foot, top = self.lens.at(x, 30), self.lens.at(x, 30, 8)
            draw.line(picture, foot, top, 24, (172, 172, 168))
            booth = [self.lens.at(x * 0.78 + dx, 24, y) for dx, y in ((-1.2, 0), (-1.2, 2.8), (1.2, 2.8), (1.2, 0))]
            draw.polygon(picture, booth, (206, 208, 200))
            pane = [self.lens.at(x * 0.78 + dx, 24, y) for dx, y in ((-1.0, 1.2), (-1.0, 2.3), (1.0, 2.3), (1.0, 1.2))]
            draw.polygon(picture, pane, (255, 224, 150) if look.dark else (92, 116, 132))
        left, right = self.lens.at(-11, 30, 8), self.lens.at(11, 30, 9.6)
        draw.box(picture, left[0], right[1], right[0], left[1], (176, 46, 40))
        sign = draw.text_masks(("CỬA KHẨU QUỐC TẾ",), 36)["CỬA KHẨU QUỐC TẾ"]
        draw.put_text(
            picture, sign, (WIDTH - sign.shape[1]) // 2, round((left[1] + right[1]) / 2) - 36, (255, 226, 120)
        )
        draw.shade(picture, look.light, look.haze, look.haze_part)
        if look.dark:
            for x in (-6, -2, 2, 6):
                at = self.lens.at(x, 30, 7.6)
                draw.glow(picture, at[0], at[1], 150, (255, 236, 190), 0.8)
                ground = self.lens.at(x, 25)
                draw.glow(picture, ground[0], ground[1], 260, (104, 92, 66), 0.8)
        return picture

    def picture(self, at_s: float) -> Picture:
        picture = self.background.copy()
        part = loop_part(at_s, 1)
        traffic = [
            (self._queue(part, 34.0, 100.0), Vehicle("truck", -3.2, 0, -1, (52, 92, 150))),
            (self._queue((part + 0.5) % 1, 34.0, 100.0), Vehicle("truck", 3.2, 0, -1, (190, 176, 150))),
        ]
        raised = {-1: self._raised(part), 1: self._raised((part + 0.5) % 1)}
        behind = [item for item in traffic if item[0] >= 23]
        for z, vehicle in sorted(behind, key=lambda item: -item[0]):
            draw_vehicle(picture, self.lens, self.look, vehicle, z)
        for side, lift in raised.items():
            self._barrier(picture, side, lift)
        for z, vehicle in traffic:
            if 8 < z < 23:
                draw_vehicle(picture, self.lens, self.look, vehicle, z)
        person(picture, 640 + 26 * math.sin(2 * math.pi * part), 470, 118, draw.dim((54, 88, 58), self.look.light[1]))
        return picture

    @staticmethod
    def _queue(part: float, wait_m: float, far_m: float) -> float:
        """Distance of the lorry: comes up, waits, passes, is gone."""
        if part < 0.35:
            return wait_m + (far_m - wait_m) * (1 - part / 0.35) ** 2
        if part < 0.6:
            return wait_m
        return wait_m - (part - 0.6) / 0.4 * (wait_m - 4.0)

    @staticmethod
    def _raised(part: float) -> float:
        return max(0.0, min(1.0, (part - 0.5) / 0.08, (1.0 - part) / 0.06))

    def _barrier(self, picture: Picture, side: int, lift: float) -> None:
        foot = self.lens.at(side * 6.6, 23, 1.0)
        angle = lift * 1.35
        reach = 900 / 23 * 6.0
        count = 8
        for n in range(count):
            paint: Colour = (208, 40, 34) if n % 2 else (236, 236, 232)
            ends = [
                (foot[0] - side * reach * q / count * math.cos(angle), foot[1] - reach * q / count * math.sin(angle))
                for q in (n, n + 1)
            ]
            draw.line(picture, ends[0], ends[1], 9, draw.dim(paint, max(0.5, self.look.light[1])))
        draw.box(picture, foot[0] - 14, foot[1] - 16, foot[0] + 14, foot[1] + 44, (220, 170, 40))

"""Drawing with numpy: convex shapes with smooth edges, glows, textures, text. Coordinates are pixels, colours RGB."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.simulate.encode import Picture

Colour = tuple[float, float, float]
Point = tuple[float, float]
Mask = NDArray[np.float32]
WIDTH: Final = 1280
HEIGHT: Final = 720


def mix(a: Colour, b: Colour, part: float) -> Colour:
    """`a` with `part` (0..1) of `b`."""
    return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part)


def dim(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def canvas(top: Colour, bottom: Colour) -> Picture:
    """A picture with a vertical gradient."""
    part = np.linspace(0.0, 1.0, HEIGHT, dtype=np.float32)[:, None, None]
    rows = np.array(top, np.float32) * (1 - part) + np.array(bottom, np.float32) * part
    return np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).round().astype(np.uint8).copy()


def _lay(picture: Picture, left: int, top: int, cover: Mask, colour: Colour) -> None:
    """Blends `colour` over the picture where `cover` (0..1) says; the mask lies inside the picture."""
    part = picture[top : top + cover.shape[0], left : left + cover.shape[1]]
    paint = np.array(colour, np.float32)
    blended = part + (paint - part) * cover[:, :, None]
    part[...] = np.clip(blended, 0, 255).astype(np.uint8)


def polygon(picture: Picture, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
    """Fills a convex polygon (either direction)."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, right = max(0, int(min(xs)) - 1), min(picture.shape[1], int(max(xs)) + 2)
    top, bottom = max(0, int(min(ys)) - 1), min(picture.shape[0], int(max(ys)) + 2)
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right, dtype=np.float32)[None, :] + 0.5
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
    sign = 1.0 if area > 0 else -1.0
    cover = np.full((bottom - top, right - left), alpha, np.float32)
    for a, b in zip(points, [*points[1:], points[0]], strict=True):
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = float(np.hypot(dx, dy))
        if length < 1e-6:
            continue
        inside = sign * (dx * (y - a[1]) - dy * (x - a[0])) / length
        np.minimum(cover, np.clip(inside + 0.5, 0, 1) * alpha, out=cover)
    _lay(picture, left, top, cover, colour)


def box(picture: Picture, left: float, top: float, right: float, bottom: float, colour: Colour, a: float = 1.0) -> None:
    polygon(picture, [(left, top), (right, top), (right, bottom), (left, bottom)], colour, a)


def line(picture: Picture, a: Point, b: Point, width_px: float, colour: Colour, alpha: float = 1.0) -> None:
    length = float(np.hypot(b[0] - a[0], b[1] - a[1])) or 1.0
    nx, ny = -(b[1] - a[1]) / length * width_px / 2, (b[0] - a[0]) / length * width_px / 2
    corners = [(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny), (b[0] - nx, b[1] - ny), (a[0] - nx, a[1] - ny)]
    polygon(picture, corners, colour, alpha)


def ellipse(
    picture: Picture, x: float, y: float, rx: float, ry: float, colour: Colour, alpha: float = 1.0, soft: float = 0.0
) -> None:
    """`soft` 0 = a sharp edge, 1 = fading from the middle outwards."""
    left, right = max(0, int(x - rx) - 1), min(picture.shape[1], int(x + rx) + 2)
    top, bottom = max(0, int(y - ry) - 1), min(picture.shape[0], int(y + ry) + 2)
    if left >= right or top >= bottom or rx <= 0 or ry <= 0:
        return
    across = (np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - x) / rx
    down = (np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y) / ry
    distance = np.sqrt(across * across + down * down)
    edge = max(soft, 1.0 / max(rx, ry))
    cover = np.clip((1.0 - distance) / edge, 0, 1) * alpha
    _lay(picture, left, top, (cover * cover * (3 - 2 * cover) if soft else cover).astype(np.float32), colour)


def glow(picture: Picture, x: float, y: float, radius_px: float, colour: Colour, strength: float = 1.0) -> None:
    """Adds light that fades outwards."""
    left, right = max(0, int(x - radius_px)), min(picture.shape[1], int(x + radius_px) + 1)
    top, bottom = max(0, int(y - radius_px)), min(picture.shape[0], int(y + radius_px) + 1)
    if left >= right or top >= bottom:
        return
    across = (np.arange(left, right, dtype=np.float32)[None, :] - x) / radius_px
    down = (np.arange(top, bottom, dtype=np.float32)[:, None] - y) / radius_px
    light = np.clip(1 - np.sqrt(across * across + down * down), 0, 1) ** 2 * strength
    part = picture[top:bottom, left:right]
    part[...] = np.minimum(255, part + light[:, :, None] * np.array(colour, np.float32)).astype(np.uint8)


@cache
def noise(height: int, width: int, cell_px: int, seed: int) -> Mask:
    """A smooth random field, -1..1, repeating at neither edge."""
    grid = np.random.default_rng(seed).uniform(-1, 1, (height // cell_px + 2, width // cell_px + 2))
    ys, xs = np.arange(height) / cell_px, np.arange(width) / cell_px
    y0, x0 = ys.astype(int), xs.astype(int)
    fy, fx = (ys - y0)[:, None], (xs - x0)[None, :]
    fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
    upper = grid[y0][:, x0] * (1 - fx) + grid[y0][:, x0 + 1] * fx
    lower = grid[y0 + 1][:, x0] * (1 - fx) + grid[y0 + 1][:, x0 + 1] * fx
    field: Mask = (upper * (1 - fy) + lower * fy).astype(np.float32)
    return field


def texture(picture: Picture, top: int, bottom: int, strength: float, cell_px: int, seed: int) -> None:
    """Roughens the rows top..bottom: a flat colour looks drawn, a grainy one filmed."""
    grain = noise(bottom - top, WIDTH, cell_px, seed) + 0.6 * noise(bottom - top, WIDTH, max(2, cell_px // 4), seed + 1)
    rows = picture[top:bottom]
    rows[...] = np.clip(rows + strength * grain[:, :, None], 0, 255).astype(np.uint8)


def shade(picture: Picture, factor: Colour, haze: Colour = (0, 0, 0), haze_part: float = 0.0) -> None:
    """Multiplies the whole picture by `factor` and mixes `haze` in; for backgrounds, drawn once."""
    lit = picture * np.array(factor, np.float32)
    picture[...] = np.clip(lit + (np.array(haze, np.float32) - lit) * haze_part, 0, 255).astype(np.uint8)


class TextError(RuntimeError):
    """Text cannot be drawn: ffmpeg or the font is missing."""


def _font() -> Path:
    spec = find_spec("fontpkg_be_vietnam_pro")
    if spec is None or not spec.submodule_search_locations:
        raise TextError("the package fontpkg-be-vietnam-pro is missing")
    return next(Path(spec.submodule_search_locations[0]).rglob("BeVietnamPro-SemiBold.ttf"))


@cache
def text_masks(texts: tuple[str, ...], size_px: int) -> dict[str, Mask]:
    """Each text as a mask (0..1), cut to its width; one call of ffmpeg for all of them.

    Raises:
        TextError: ffmpeg or the font is missing.
    """
    row_px, width = size_px * 2, size_px * max(len(text) + 1 for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        filters = []
        for index, text in enumerate(texts):
            file = Path(folder) / f"{index}.txt"
            file.write_text(text, encoding="utf-8")
            filters.append(
                f"drawtext=fontfile={_font()}:textfile={file}:fontsize={size_px}:fontcolor=white:x=2:"
                f"y={index * row_px + round(size_px * 1.45)}-max_glyph_a"
            )
        height = row_px * len(texts)
        source = f"color=black:s={width}x{height}:d=1,{','.join(filters)},format=gray"
        words = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-f", "rawvideo", "-"]
        try:
            raw = subprocess.run(words, capture_output=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise TextError(f"ffmpeg cannot draw text: {error}") from error
    grey = np.frombuffer(raw, np.uint8).reshape(height, width).astype(np.float32)
    sheet: Mask = np.clip((grey - 20) / 210, 0, 1).astype(np.float32)  # video black is 16, white 235
    masks: dict[str, Mask] = {}
    for index, text in enumerate(texts):
        row = sheet[index * row_px : (index + 1) * row_px]
        used = np.flatnonzero(row.max(axis=0) > 0.05)
        masks[text] = row[:, : int(used[-1]) + 2 if used.size else size_px // 2]
    return masks


def put_text(picture: Picture, mask: Mask, left: int, top: int, colour: Colour = (240, 240, 240)) -> None:
    """Lays a text with a dark edge, readable on anything; cut at the picture's edges."""
    height, width = picture.shape[:2]
    cut = mask[: max(0, height - top), : max(0, width - left)]
    if cut.size:
        _lay(picture, left, top, np.roll(cut, (1, 1), (0, 1)) * 0.8, (0, 0, 0))
        _lay(picture, left, top, cut, colour)

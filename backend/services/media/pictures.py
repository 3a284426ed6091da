"""A picture made anew: decoded, turned upright, encoded; nothing else of the file comes along."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from backend.services.media import said
from backend.services.media.kinds import FileKind
from backend.services.media.messages import PICTURE_FILE, THUMBNAIL_FILE, Job, Made, MediaError, MediaLimits

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)

QUALITY: Final = 85
THUMBNAIL_QUALITY: Final = 80
_ROUGH: Final = 2
"""The picture a thumbnail is made from may be so many times larger: then it is cut down cheaply first."""


def make(job: Job, kind: FileKind, limits: MediaLimits) -> Made:
    """The upright picture as JPEG and its thumbnail in the job's folder. Raises: MediaError, OSError, MemoryError."""
    try:
        with Image.open(job.source, formats=(kind,)) as image:
            _check(image, kind, limits)
            exif = image.getexif()
            where, taken_ms = said.exif_place(exif), said.exif_taken_ms(exif, job.utc_offset_min)
            folder = Path(job.folder)
            upright = _upright(image, limits)
    except UnidentifiedImageError:
        raise MediaError(f"content: it begins as {kind} and cannot be read as one; send the picture itself") from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, IndexError, KeyError, TypeError) as error:
        if isinstance(error, MediaError):
            raise
        raise MediaError(f"content: the {kind} is damaged or cut off ({_plain(error)}); send it again, whole") from None
    upright.save(folder / PICTURE_FILE, "JPEG", quality=QUALITY, optimize=False)
    save_thumbnail(upright, folder, limits)
    lat_deg, lon_deg = where or (None, None)
    return Made("image", "image/jpeg", taken_ms, lat_deg, lon_deg)


def save_thumbnail(upright: Image.Image, folder: Path, limits: MediaLimits) -> None:
    """Raises: OSError."""
    side = (limits.thumbnail_px, limits.thumbnail_px)
    upright.thumbnail(side, Image.Resampling.BICUBIC, reducing_gap=_ROUGH)
    upright.save(folder / THUMBNAIL_FILE, "JPEG", quality=THUMBNAIL_QUALITY)


def _check(image: Image.Image, kind: FileKind, limits: MediaLimits) -> None:
    width, height = image.size
    if width * height > limits.picture_pixels:
        raise MediaError(
            f"size: the picture is {width} x {height}; right are {limits.picture_pixels // 1_000_000} million pixels "
            "at most"
        )
    # A JPEG or HEIC may hold a second picture (depth, a preview); a PNG or WebP of several is a film.
    if kind in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise MediaError(f"content: the {kind} moves; right is one picture, or a video as MP4, MOV or WebM")


def _upright(image: Image.Image, limits: MediaLimits) -> Image.Image:
    """8-bit RGB, `side_px` at most, as it is looked at."""
    side = (limits.side_px, limits.side_px)
    image.draft("RGB", side)  # a JPEG is decoded to a half, a quarter, ... at once
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        turned = Image.new("RGB", clear.size, "white")
        turned.paste(clear, mask=clear.getchannel("A"))
    elif turned.mode != "RGB":
        turned = turned.convert("RGB")
    turned.thumbnail(side, Image.Resampling.BICUBIC, reducing_gap=_ROUGH)
    turned.info = {}  # nothing of the old file is written into the new one
    return turned


def _plain(error: BaseException) -> str:
    return "".join(letter for letter in str(error) if letter.isprintable())[:100]

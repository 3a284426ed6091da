"""What the backend and the media child tell each other, as JSON lines, and how far the child may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from backend.services.confined.confine import Allowance

Kind = Literal["image", "video", "sound"]

PICTURE_FILE: Final = "picture.jpg"
THUMBNAIL_FILE: Final = "thumbnail.jpg"
FILM_FILES: Final = {"video/mp4": "film.mp4", "video/webm": "film.webm"}
SOUND_FILES: Final = {"audio/wav": "sound.wav", "audio/ogg": "sound.ogg", "audio/mpeg": "sound.mp3"}

MEGA: Final = 1_000_000
OUTPUT_SLACK: Final = 1.1
"""A film packed anew may be a little larger than it was."""


class MediaError(ValueError):
    """The file is not taken; the text says what is wrong, where, and what would be right."""


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What is taken, and what the child may use for it.

    Attributes:
        picture_pixels: a picture that unpacks to more is refused before it is unpacked.
        side_px: longest side of what is kept; a larger picture is made smaller.
        film_pixels: of one frame.
        memory_bytes: address space of the child.
        cpu_s, wall_s: of one file.
    """

    picture_bytes: int = 25 * MEGA
    picture_pixels: int = 120 * MEGA
    side_px: int = 4096
    thumbnail_px: int = 480
    film_bytes: int = 100 * MEGA
    film_pixels: int = 4096 * 2304
    film_s: float = 180.0
    sound_bytes: int = 100 * MEGA
    sound_s: float = 7200.0
    memory_bytes: int = 1 << 30
    cpu_s: int = 30
    wall_s: float = 45.0

    @property
    def allowance(self) -> Allowance:
        return Allowance(self.memory_bytes, int(self.film_bytes * OUTPUT_SLACK), self.cpu_s, self.wall_s)


@dataclass(frozen=True, slots=True)
class Job:
    """One file. `utc_offset_min`: of times that name no zone; `sound`: it is to be a recording of a call."""

    source: str
    folder: str
    utc_offset_min: int
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What the child says of a job; `refused` "" = the medium and its thumbnail lie in the folder.

    Attributes:
        taken_ms, lat_deg, lon_deg: what the file said of itself; None = nothing that can be true.
        duration_ms: of a recording, counted.
    """

    kind: Kind = "image"
    mime: str = ""
    taken_ms: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    duration_ms: int = 0
    refused: str = ""

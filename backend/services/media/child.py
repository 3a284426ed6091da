"""The process that opens strangers' files, so that the backend never does.

    python -m backend.services.media.child < jobs

Each line of its input after the limits is a `Job`, each line of its output the `Made` of it (services.confined).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import av
from PIL import Image

from backend.services.confined.serving import serve
from backend.services.media import films, pictures, sounds
from backend.services.media.kinds import HEAD_BYTES, kind_of
from backend.services.media.messages import Job, Made, MediaError, MediaLimits


def done(job: Job, limits: MediaLimits) -> Made:
    """One file. Raises: MemoryError, OSError."""
    try:
        if job.sound:
            return sounds.make(job, limits)
        with Path(job.source).open("rb") as file:
            kind = kind_of(file.read(HEAD_BYTES))
            size = os.fstat(file.fileno()).st_size
        is_film = kind in ("mp4", "webm")
        most = limits.film_bytes if is_film else limits.picture_bytes
        if size > most:
            raise MediaError(f"size: the file has {size} bytes; right are {most} at most for its kind")
        return films.make(job, kind, limits) if is_film else pictures.make(job, kind, limits)
    except MediaError as error:
        return Made(refused=str(error))


def main() -> int:
    limits = MediaLimits(**json.loads(sys.stdin.readline()))
    Image.MAX_IMAGE_PIXELS = None  # counted by ourselves, with words
    av.logging.set_level(None)
    return serve(
        limits.allowance,
        lambda line: done(Job(**json.loads(line)), limits),
        lambda: Made(refused="size: it needs more memory than a picture or film of its kind may; send a smaller one"),
    )


if __name__ == "__main__":
    sys.exit(main())

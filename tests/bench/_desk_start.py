"""`main.py` itself, with an eye on its tiles: prints `live SECONDS` (monotonic) once a live picture was painted."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path


def watch() -> None:
    """Note the first painting of a tile whose picture is live."""
    from PySide6.QtGui import QPaintEvent

    from widgets.tile_canvas import TileCanvas

    paint = TileCanvas.paintEvent
    told = False

    def painted(canvas: TileCanvas, event: QPaintEvent) -> None:
        nonlocal told
        paint(canvas, event)
        if not told and any(tile.status.state == "live" and tile.sequence > 0 for _, tile in canvas.visible_tiles()):
            told = True
            print(f"live {time.monotonic():.3f}", flush=True)

    TileCanvas.paintEvent = painted  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    watch()
    main = Path(__file__).resolve().parents[2] / "main.py"
    sys.argv[0] = str(main)
    runpy.run_path(str(main), run_name="__main__")

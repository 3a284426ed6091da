"""What lies under the pointer of a timeline and can be taken hold of or clicked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF

from widgets.timeline_paint import FLAGS_PX, Rows, handle_rect
from widgets.timeline_scale import Scale, clusters
from widgets.timeline_types import Contents, Flag

FLAG_PX: Final = 8
GRIP_PX: Final = 2


def handle_at(position: QPointF, contents: Contents, scale: Scale, rows: Rows) -> str:
    """Which end of the marked span is held there: "in", "out" or ""."""
    view = scale.view
    for which, at_ms in (("in", contents.in_ms), ("out", contents.out_ms)):
        if at_ms is not None and view.start_ms <= at_ms <= view.end_ms:
            grip = handle_rect(scale.x(at_ms), rows, which).adjusted(-GRIP_PX, -GRIP_PX, GRIP_PX, GRIP_PX)
            if grip.contains(position):
                return which
    return ""


def flags_at(position: QPointF, contents: Contents, scale: Scale, rows: Rows) -> tuple[Flag, ...]:
    if not rows.flags_top <= position.y() < rows.flags_top + FLAGS_PX:
        return ()
    near = [
        (abs(x - position.x()), group)
        for x, group in clusters(contents.flags, scale)
        if abs(x - position.x()) <= FLAG_PX
    ]
    return min(near, key=lambda each: each[0])[1] if near else ()

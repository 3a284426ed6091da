"""What a timeline says about the place under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF

from widgets.timeline_paint import Rows
from widgets.timeline_scale import Scale, instant_text, names_with_gap
from widgets.timeline_types import Contents, Episode, Flag, TimelineFormats

NAMES_MOST: Final = 12
FLAGS_MOST: Final = 8
EPISODES_MOST: Final = 5
NEAR_PX: Final = 3

translate = QCoreApplication.translate


def flag_tip(flags: Sequence[Flag], formats: TimelineFormats) -> str:
    """Kind, instant, words and author of each flag, one below the other."""
    kinds = {
        "bookmark": translate("Timeline", "Bookmark"),
        "note": translate("Timeline", "Note"),
        "debrief": translate("Timeline", "Debrief"),
        "span": translate("Timeline", "Span"),
    }
    blocks = []
    for flag in flags[:FLAGS_MOST]:
        at = instant_text(flag.at_ms, formats.utc_offset_min, formats.decimal)
        lines = [f"{kinds[flag.kind]} · {at}"]
        if flag.text:
            lines.append(flag.text)
        if flag.pending:
            lines.append(translate("Timeline", "Sent, waiting for the server…"))
        elif flag.who:
            lines.append(flag.who)
        blocks.append("\n".join(lines))
    if len(flags) > FLAGS_MOST:
        blocks.append(translate("Timeline", "and {count} more").format(count=len(flags) - FLAGS_MOST))
    return "\n\n".join(blocks)


def episode_tip(episodes: Sequence[Episode]) -> str:
    """What is said of each of them; of many that stand together, of the first ones."""
    blocks = [one.tip for one in episodes[:EPISODES_MOST]]
    if len(episodes) > 1:
        together = translate("Timeline", "{count} stand together here; each click goes to the next one")
        blocks.insert(0, together.format(count=len(episodes)))
    if len(episodes) > EPISODES_MOST:
        blocks.append(translate("Timeline", "and {count} more").format(count=len(episodes) - EPISODES_MOST))
    return "\n\n".join(blocks)


def as_written(text: str) -> str:
    """The text for a tool tip that would otherwise take what people wrote for markup."""
    return f"<div style='white-space: pre-wrap'>{escape(text)}</div>"


def tip_at(position: QPointF, contents: Contents, scale: Scale, rows: Rows) -> str:
    """What the lane under the pointer holds there: how many, or which cameras have a gap."""
    if not scale.left_px <= position.x() <= scale.right_px:
        return ""
    if rows.gaps_top <= position.y() < rows.bottom:
        return _gap_tip(position.x(), contents, scale)
    number = int(position.y() - rows.lanes_top) // max(1, rows.lane_top(1) - rows.lane_top(0))
    density = contents.density
    if density is None or not rows.lanes_top <= position.y() < rows.episodes_top or number >= len(contents.lanes):
        return ""
    lane = contents.lanes[number]
    bucket = (scale.at_ms(position.x()) - density.start_ms) // max(1, density.bucket_ms)
    counts = density.counts.get(lane.key)
    if counts is None or not 0 <= bucket < len(counts) or not counts[bucket]:
        return ""
    formats = contents.formats
    begin_ms = density.start_ms + bucket * density.bucket_ms
    begin, end = (
        instant_text(at_ms, formats.utc_offset_min, formats.decimal)
        for at_ms in (begin_ms, begin_ms + density.bucket_ms)
    )
    return f"{lane.name}: {int(counts[bucket])}\n{begin} – {end}"


def _gap_tip(x: float, contents: Contents, scale: Scale) -> str:
    names = names_with_gap(contents.gaps, scale.at_ms(x - NEAR_PX), scale.at_ms(x + NEAR_PX))
    if not names:
        return ""
    lines = [translate("Timeline", "No recording of:"), *names[:NAMES_MOST]]
    if len(names) > NAMES_MOST:
        lines.append(translate("Timeline", "and {count} more").format(count=len(names) - NAMES_MOST))
    return "\n".join(lines)

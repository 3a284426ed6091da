"""What a tile shows and whether it is true: the words between a tile canvas and whoever feeds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

TileState = Literal[
    "connecting", "live", "slow", "frozen", "unchanging", "lost", "past", "near", "loading", "gap", "damaged"
]
"""The last five are of a replay. past: the picture of the clock's instant. near: one of another instant. loading: the
recording is being fetched. gap: nothing was recorded then. damaged: what was recorded then cannot be shown."""


@dataclass(frozen=True, slots=True)
class TileStatus:
    """The truth about a tile's picture.

    Attributes:
        age_s: for how long this has been so: since the last new picture (frozen, lost), since the picture last
            differed (unchanging), since it was asked for (connecting, loading), how far behind (slow), how long before
            the clock's instant it was taken, negative = after it (near); 0 when live.
        reason: key of the words that say why, "" when there is nothing to say.
        note: key of words shown beside any state, "" for none.
    """

    state: TileState
    age_s: float = 0.0
    reason: str = ""
    note: str = ""


class TileSource(Protocol):
    """Where a tile's pictures come from. Everything is called on the GUI thread and returns at once."""

    @property
    def sequence(self) -> int:
        """Changes when there is a new picture."""
        ...

    def image(self) -> QImage | None:
        """The newest picture. Valid only until control returns to the event loop: copy what is kept."""
        ...

    def status(self) -> TileStatus: ...

    def resize(self, tile_px: tuple[int, int], quality: Literal["auto", "main", "sub"] = "auto") -> None:
        """The tile is now this large, in device pixels."""
        ...

    def pause(self) -> None:
        """The tile is not seen: stop costing anything."""
        ...

    def resume(self) -> None: ...

    def close(self) -> None: ...

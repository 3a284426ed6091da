"""The panels of the room: one module each, each with `SPEC`. Nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from console.models.session import Session

Need = Literal["state", "readings", "video", "history", "web"]
"""What a panel uses, so that a session that lacks it can say so in the panel's place."""


class Panel(QWidget):
    """Base of every panel's widget. A panel knows its session and nothing of windows or of other panels."""

    def save_state(self) -> dict[str, object]:
        """What the workspace should remember of this panel: JSON values only."""
        return {}

    def restore_state(self, state: Mapping[str, object]) -> None:
        """Undo of `save_state`; unknown or broken entries are ignored (a later program may have written them)."""

    def is_live(self) -> bool:
        """The panel shows data of its session now: what `--shots` waits for."""
        return True


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """Describes a panel to the workspaces.

    Attributes:
        key: stable name in saved workspaces.
        title: English source string of the title, translated in the context "Panels".
        build: makes the widget for a session; called on the GUI thread.
        needs: what of the session it uses.
    """

    key: str
    title: str
    build: Callable[[Session], Panel]
    needs: frozenset[Need]


def panel_specs() -> dict[str, PanelSpec]:
    """All panels, found by looking into this package: a new panel is one new module with a `SPEC`."""
    specs: dict[str, PanelSpec] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        spec = getattr(module, "SPEC", None)
        if isinstance(spec, PanelSpec):
            specs[spec.key] = spec
    return specs

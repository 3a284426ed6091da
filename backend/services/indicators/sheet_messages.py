"""What the child that opens workbooks says, and how far it may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.services.confined.confine import Allowance
from backend.sources.indicator_sheet import SheetRows

ALLOWED: Final = Allowance(memory_bytes=1 << 30, output_bytes=0, cpu_s=10, wall_s=20.0)


@dataclass(frozen=True, slots=True)
class SheetMade:
    """`refused`: why there is no `sheet`."""

    sheet: SheetRows | None = None
    refused: str = ""

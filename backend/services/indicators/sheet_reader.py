"""Workbooks of figures, opened by a confined child."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import asdict
from typing import Final

from pydantic import TypeAdapter

from backend.services.confined.confine import Allowance
from backend.services.confined.workshop import Trade, Workshop
from backend.services.indicators.sheet_messages import ALLOWED, SheetMade
from backend.sources.indicator_message import IndicatorMessageError
from backend.sources.indicator_sheet import SheetRows, text_rows

CHILDREN: Final = 1
ANSWER_BYTES: Final = 32 << 20
ZIP: Final = b"PK"


class SheetReader:
    """Event-loop thread only; `run` is an endless job for the supervisor. The child starts with the first workbook."""

    def __init__(self, allowed: Allowance = ALLOWED) -> None:
        trade = Trade(
            "backend.services.indicators.sheet_child",
            asdict(allowed),
            allowed.wall_s,
            TypeAdapter(SheetMade),
            IndicatorMessageError,
            f"the workbook took longer than {allowed.wall_s:g} s to read; take the template, and fill in that",
            "reading the workbook took more than a sheet of figures may; take the template, and fill in that",
            ANSWER_BYTES,
        )
        self.workshop = Workshop(trade, CHILDREN)

    async def read(self, body: bytes) -> SheetRows:
        """The cells of a workbook, or of a sheet saved as CSV.

        Raises:
            IndicatorMessageError: it cannot be read.
            OSError: no child can be started.
        """
        if not body.startswith(ZIP):
            return text_rows(body)
        made = await self.workshop.make({"body": base64.b64encode(body).decode("ascii")})
        if made.sheet is None:
            raise IndicatorMessageError(made.refused)
        return made.sheet

    async def run(self) -> None:
        """Until cancelled; the child ends with it."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.workshop.close()

"""The process that opens the workbooks that offices send: a packed bomb hurts nobody but it.

    python -m backend.services.indicators.sheet_child < jobs

Each line of its input after the allowance is a `SheetJob`, each line of its output the `SheetMade` of it.
"""

from __future__ import annotations

import base64
import json
import sys

from backend.services.confined.confine import Allowance
from backend.services.confined.serving import serve
from backend.services.indicators.sheet_messages import SheetMade
from backend.sources.indicator_message import IndicatorMessageError
from backend.sources.indicator_sheet import workbook_rows


def done(line: str) -> SheetMade:
    """One workbook. Raises: MemoryError."""
    try:
        return SheetMade(sheet=workbook_rows(base64.b64decode(json.loads(line)["body"])))
    except IndicatorMessageError as error:
        return SheetMade(refused=str(error))


def main() -> int:
    allowed = Allowance(**json.loads(sys.stdin.readline()))
    too_much = "the workbook needs more memory than a sheet of figures may; take the template, without pictures"
    return serve(allowed, done, lambda: SheetMade(refused=too_much))


if __name__ == "__main__":
    sys.exit(main())

"""What a case of an outbreak is: a place, two days and how it ended; no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

CaseStatus = Literal["active", "recovered", "dead", "excluded"]
"""excluded: it was none after all; it counts nowhere."""

CaseCount = Literal["new", "active", "recovered", "deaths"]


@dataclass(frozen=True, slots=True)
class Case:
    """`ended_on`: when it recovered or died; None while it is active.

    It is active from the day it was reported on, up to the day before it ended: ended on the very same day, never.
    """

    commune: str
    reported_on: date
    status: CaseStatus
    ended_on: date | None = None

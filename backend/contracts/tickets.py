"""What an officer takes down for somebody: on the telephone, at the counter, from a letter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.contracts.base import LatDeg, LonDeg, Wire


class Ticket(Wire):
    """A report as it is taken down.

    Attributes:
        commune_code: where it is, when nobody knows the point; a point says it better.
        crisis_id: the crisis it is part of, "" = none.
        entry_id: the ready report of the crisis it was made of, "" = none of them.
        answers: question id -> answer id, of the questions of the crisis.
    """

    category_id: Annotated[str, Field(max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    address: Annotated[str, Field(max_length=300)] = ""
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    commune_code: Annotated[str, Field(max_length=20)] = ""
    crisis_id: Annotated[str, Field(max_length=200)] = ""
    entry_id: Annotated[str, Field(max_length=100)] = ""
    answers: Annotated[dict[str, str], Field(max_length=6)] = Field(default_factory=dict)

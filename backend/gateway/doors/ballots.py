"""The box of secret votes: whoever holds a ballot that the room handed out may cast it; nobody asks who he is."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contracts.ballots import Ballot, BallotAnswer
from backend.gateway.callers import PartsDep
from backend.gateway.errors import Refusal
from backend.services.meetings import BallotError

router = APIRouter(prefix="/api/v1", tags=["meetings"])


@router.post("/ballots")
async def cast(parts: PartsDep, ballot: Ballot) -> BallotAnswer:
    """Cast a ballot, without a session: no name comes with it and no address is written down.

    Sent again it is counted once. 422: it does not count, and why; 410: the vote is closed.
    """
    try:
        await parts.meetings.cast(ballot)
    except BallotError as refused:
        raise Refusal(410 if refused.gone else 422, str(refused)) from None
    return BallotAnswer()

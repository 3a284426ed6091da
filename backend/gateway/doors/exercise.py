"""The scoring sheet of a training room."""

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from backend.contracts.exercise import ExerciseAnswer
from backend.exercise.score import Scorer
from backend.exercise.training import SCENARIO_COPY
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.doors.reading import LAST_MS, json_answer
from backend.gateway.errors import Refusal
from backend.gateway.parts import Parts
from config.problems import SiteErrors
from config.scenario import Scenario
from config.scenario_file import load_scenario

router = APIRouter(prefix="/api/v1/exercise", tags=["exercise"])

READ_AT_ONCE: Final = 2000


class ScoreKeeper:
    """Follows the log as often as somebody asks; one at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = asyncio.Lock()
        self._scenario: Scenario | None = None
        self._scorer: Scorer | None = None

    async def up_to_date(self) -> Scorer:
        """Raises: Refusal (500), StorageError."""
        async with self._lock:
            if self._scorer is None:
                self._scorer = Scorer(await self._read_scenario())
            await _catch_up(self._parts, self._scorer, LAST_MS)
            return self._scorer

    async def then(self, at_ms: int) -> Scorer:
        """As it was at an instant. Raises: Refusal (500), StorageError."""
        scorer = Scorer(await self._read_scenario())
        await _catch_up(self._parts, scorer, at_ms)
        return scorer

    async def _read_scenario(self) -> Scenario:
        if self._scenario is not None:
            return self._scenario
        path = self._parts.data_dir / SCENARIO_COPY
        try:
            scenario, _ = await asyncio.to_thread(load_scenario, path, self._parts.site)
        except SiteErrors as errors:
            raise Refusal(500, f"the training room's copy of its scenario cannot be read: {errors}") from errors
        self._scenario = scenario
        return scenario


async def _catch_up(parts: Parts, scorer: Scorer, until_ms: int) -> None:
    """Up to the first event that was logged after the instant: the order is the log's, never the clock's."""
    while events := await parts.log.read(scorer.seq, READ_AT_ONCE):
        known = tuple(takewhile(lambda one: one.at_ms <= until_ms, events))
        scorer.feed(known)
        if len(known) < len(events):
            return


@router.get("/score", response_model=ExerciseAnswer)
async def score(
    request: Request,
    parts: PartsDep,
    operator: Watcher,
    at: Annotated[int | None, Query(ge=0, le=LAST_MS)] = None,
) -> Response:
    """The sheet now, or as it was at an instant; none in a real room.

    While the exercise goes on it is for who may debrief: it says what is expected. Afterwards it is for everybody.
    """
    if not parts.site.exercise_vi:
        return json_answer(ExerciseAnswer(sheet=None))
    if not hasattr(request.app.state, "score_keeper"):
        request.app.state.score_keeper = ScoreKeeper(parts)
    keeper = request.app.state.score_keeper
    assert isinstance(keeper, ScoreKeeper)
    live = await keeper.up_to_date()
    if "debrief" not in operator.rights and not live.ended:
        raise Refusal(403, f"the role {operator.role} sees the sheet when the exercise is over")
    now_ms = parts.now_ms()
    if at is None or at >= now_ms:
        sheet = live.sheet(now_ms)
    else:
        sheet = (await keeper.then(at)).sheet(at)
    return json_answer(ExerciseAnswer(sheet=sheet))

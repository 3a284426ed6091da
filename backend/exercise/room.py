"""A training room: a backend of its own with its own database, and the player beside it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from backend.contracts.commands import Role
from backend.contracts.doors import LoginAnswer, LoginRequest
from backend.contracts.exercise import END_MARK, INSTRUCTOR
from backend.exercise.doors import InstructorSeat, ProducerDoors, RefusedError
from backend.exercise.player import CameraLines, NoCameraLines, Player, play
from backend.exercise.relay import CameraRelays
from backend.exercise.training import SCENARIO_COPY, through_relays, training_site
from backend.gateway.parts import Parts
from backend.gateway.server import ServeOptions, serve
from config.model import SiteConfig
from config.scenario import CameraStep, Scenario

ROOMS: Final = "exercises"
_SAY_GOODBYE_S: Final = 3.0
_STEPS_AT_ONCE: Final = 8


class ExerciseError(ValueError):
    """The exercise cannot be played so; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is to be played and where.

    Attributes:
        data_dir: the training rooms of this machine lie in its folder `exercises`.
        speed_up: seconds of the story in a second.
        cameras: the site's cameras answer here.
        controls: take "pause" and "resume" as lines of standard input.
    """

    scenario: Scenario
    site: SiteConfig
    data_dir: Path
    speed_up: float
    cameras: bool
    serve: ServeOptions
    controls: bool = False


def say(text: str) -> None:
    """One line of progress on stdout, at once."""
    print(text, flush=True)


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


async def run(exercise: Exercise) -> None:
    """Open the room, play, stay open afterwards for the debrief; until a signal.

    Raises:
        ExerciseError: the site names the instructor's account.
        RoomKindError, BindError, StorageError: the room cannot be opened.
    """
    if any(operator.user == INSTRUCTOR for operator in exercise.site.operators):
        raise ExerciseError(f"operators.toml: the name {INSTRUCTOR!r} is the exercise's own; call that account another")
    folder = await asyncio.to_thread(new_room, exercise.data_dir, exercise.scenario, exercise.site.utc_offset_min)
    say(f"exercise room {folder}")
    async with AsyncExitStack() as stack:
        site = training_site(exercise.site, exercise.scenario, exercise.speed_up, exercise.cameras)
        lines: CameraLines = NoCameraLines(say)
        cut = [step.camera for step in exercise.scenario.steps if isinstance(step, CameraStep)]
        if exercise.cameras and cut:
            relays = await stack.enter_async_context(CameraRelays(site, cut))
            site, lines = through_relays(site, relays.ports), relays
        beside = partial(_play, exercise, lines)
        await serve(replace(exercise.serve, site=site, data_dir=folder, database="", beside=beside))


def new_room(data_dir: Path, scenario: Scenario, utc_offset_min: int) -> Path:
    """A new folder for a training room, with the scenario in it as it is played.

    Raises:
        ExerciseError: it cannot be made.
    """
    now = datetime.now(UTC) + timedelta(minutes=utc_offset_min)
    base = data_dir / ROOMS / f"{scenario.name}-{now:%Y%m%d-%H%M%S}"
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, 100):
            folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                shutil.copyfile(scenario.file, folder / SCENARIO_COPY)
                return folder
    except OSError as error:
        raise ExerciseError(f"{base}: cannot be made: {error.strerror}") from error
    raise ExerciseError(f"{base}: there are a hundred such rooms of this second")


async def _play(exercise: Exercise, lines: CameraLines, parts: Parts, url: str) -> None:
    """The player as long as the room is open. What stops it is told; the room stays."""
    try:
        await _play_in(exercise, lines, parts, url)
    except RefusedError as error:
        say(f"exercise: {error}; nothing more is played")
    except Exception as error:  # noqa: BLE001 - whatever it is, the officers in the room must not lose their seats
        say(f"exercise: {type(error).__name__}: {error}; nothing more is played")


async def _play_in(exercise: Exercise, lines: CameraLines, parts: Parts, url: str) -> None:
    producers = [producer.producer_id for producer in parts.site.producers]
    tokens = {name: await parts.accounts.create_producer_token(name) for name in producers}
    password = secrets.token_urlsafe(24)
    await parts.accounts.add_user(INSTRUCTOR, password, Role.SUPERVISOR, "Đạo diễn diễn tập")
    # Whoever reaches this machine otherwise: the certificate is for the seats' name of it, the door is our own.
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as client:
        seat = InstructorSeat(url, partial(_sign_in, client, password), parts.data_dir.name, client, say)
        doors = ProducerDoors(parts.site, parts.data_dir, client, tokens, say)
        start_ms = (wall_ms() // 1000 + 1) * 1000
        player = Player(exercise.scenario, parts.site, exercise.speed_up, start_ms, doors, seat, lines)
        end = timedelta(seconds=round(player.length_s / exercise.speed_up))
        say(f"exercise begins: {exercise.scenario.head.title_vi} ({len(exercise.scenario.steps)} steps, {end} long)")
        if exercise.controls:
            _listen(player)
        try:
            await play(player, wall_ms)
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_SAY_GOODBYE_S):
                    if not player.ended:
                        await seat.mark(END_MARK, "bookmark", wall_ms(), "Dừng diễn tập trước khi hết kịch bản")
            await seat.close()


async def _sign_in(client: httpx.AsyncClient, password: str) -> str:
    """Raises: RefusedError."""
    body = LoginRequest(user=INSTRUCTOR, password=password)
    answer = await client.post(
        "/api/v1/login", content=body.model_dump_json(), headers={"Content-Type": "application/json"}
    )
    if answer.status_code != httpx.codes.OK:
        raise RefusedError(f"{INSTRUCTOR} cannot sign in: {answer.text[:300]}")
    return LoginAnswer.model_validate_json(answer.content).token


def _listen(player: Player) -> None:
    """Lines of standard input: pause, resume. A thread reads: pipes cannot be polled everywhere."""
    loop = asyncio.get_running_loop()
    orders: dict[str, Callable[[int], None]] = {"pause": player.pause, "resume": player.resume}

    def obey(word: str) -> None:
        now_ms = wall_ms()
        orders[word](now_ms)
        say(f"exercise: {word}d at {player.story_clock(player.story_s(now_ms))} of the story")

    def read() -> None:
        for line in sys.stdin:
            word = line.strip().casefold()
            if word in orders:
                loop.call_soon_threadsafe(obey, word)
            elif word:
                say(f"exercise: {word!r} is not known; write pause or resume, Ctrl+C ends it")

    threading.Thread(target=read, name="controls", daemon=True).start()

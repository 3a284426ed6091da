"""`exercise`: check a scenario, play it into a training room, make one of a recording, score."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from backend.contracts.redact import redacted
from config.scenario import ReadingsStep, Scenario, written_offset
from config.scenario_file import load_scenario, scenario_file


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    exercise = commands.add_parser("exercise", help="exercises: check, run, record, score")
    parts = exercise.add_subparsers(required=True, metavar="check|run|record|score")
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("file", metavar="FILE", help="a scenario's .toml file, or the name of a shipped one")
    check = parts.add_parser("check", parents=[file], help="read a scenario and tell every mistake")
    check.set_defaults(run=_check)
    _add_run(parts.add_parser("run", parents=[file], help="play it into a training room of its own"))


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("--data", type=Path, required=True, metavar="DIR", help="training rooms are kept in DIR/exercises")
    run.add_argument("--speed", type=float, metavar="N", help="seconds of the story in a second (default: the file's)")
    run.add_argument("--cameras", action="store_true", help="the site's cameras answer here: look for them")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument("--port", type=int, default=0, help="0 = a free one (default: %(default)s)")
    run.add_argument("--insecure", action="store_true", help="allow other machines without TLS")
    run.add_argument("--local-seat", action="store_true", help="print a session token; stop when stdin closes")
    run.set_defaults(run=_run)


def _check(options: argparse.Namespace) -> int:
    scenario, _ = load_scenario(scenario_file(options.file))
    print(_summary(scenario))
    return 0


def _summary(scenario: Scenario) -> str:
    head = scenario.head
    lasts_s = round(head.length / head.speed_up)
    curves = sum(isinstance(step, ReadingsStep) for step in scenario.steps)
    points = sum(item.points for item in scenario.expectations)
    return (
        f"{scenario.name}: good; {len(scenario.steps)} steps ({curves} curves), {len(scenario.expectations)} "
        f"expectations of {points} points; {written_offset(head.length)} of the story in {written_offset(lasts_s)}"
    )


def _run(options: argparse.Namespace) -> int:
    # Only here: the other parts of this command need no backend.
    from backend.exercise import room
    from backend.gateway.server import ServeOptions

    scenario, site = load_scenario(scenario_file(options.file))
    speed = scenario.head.speed_up if options.speed is None else options.speed
    if not 1 <= speed <= 1000:
        return _told(f"--speed {speed:g}: allowed are 1 to 1000")
    serve = ServeOptions(
        site=site,
        data_dir=options.data,
        host=options.host,
        port=options.port,
        insecure=options.insecure,
        local_seat=options.local_seat,
    )
    exercise = room.Exercise(
        scenario, site, options.data, speed, options.cameras, serve, controls=not options.local_seat
    )
    try:
        asyncio.run(room.run(exercise))
    except room.ExerciseError as error:
        return _told(str(error))
    return 0


def _told(*lines: str) -> int:
    for line in lines:
        print(redacted(line), file=sys.stderr)
    return 2

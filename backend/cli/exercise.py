"""`exercise`: check a scenario, play it into a training room, make one of a recording, score."""

from __future__ import annotations

import argparse
import asyncio
import glob
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from backend.contracts.events import SiteLoaded
from backend.contracts.redact import redacted
from config.scenario import ReadingsStep, Scenario, written_offset
from config.scenario_file import SITES, load_scenario, scenario_file
from config.site import load_site


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    exercise = commands.add_parser("exercise", help="exercises: check, run, record, score")
    parts = exercise.add_subparsers(required=True, metavar="check|run|record|score")
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("file", metavar="FILE", help="a scenario's .toml file, or the name of a shipped one")
    check = parts.add_parser("check", parents=[file], help="read a scenario and tell every mistake")
    check.set_defaults(run=_check)
    _add_run(parts.add_parser("run", parents=[file], help="play it into a training room of its own"))
    _add_record(parts.add_parser("record", help="make a scenario of what a real room lived through"))
    _add_score(parts.add_parser("score", parents=[file], help="the scoring sheet of a training room"))


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("--data", type=Path, required=True, metavar="DIR", help="training rooms are kept in DIR/exercises")
    run.add_argument("--speed", type=float, metavar="N", help="seconds of the story in a second (default: the file's)")
    run.add_argument("--cameras", action="store_true", help="the site's cameras answer here: look for them")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument("--port", type=int, default=0, help="0 = a free one (default: %(default)s)")
    run.add_argument("--insecure", action="store_true", help="allow other machines without TLS")
    run.add_argument("--local-seat", action="store_true", help="print a session token; stop when stdin closes")
    run.set_defaults(run=_run)


def _add_record(record: argparse.ArgumentParser) -> None:
    record.add_argument("--data", type=Path, required=True, metavar="DIR", help="the real room's data folder")
    record.add_argument("--database", default="", metavar="URL", help="its database when it is not in --data")
    record.add_argument("--site", default="laocai", metavar="SITE", help="name or folder of its site (%(default)s)")
    record.add_argument("--from", dest="start", required=True, metavar="TIME", help="2026-01-31T07:00, the site's time")
    record.add_argument("--to", dest="end", required=True, metavar="TIME", help="the same")
    record.add_argument("--title", default="", metavar="TEXT", help="title of the exercise, in Vietnamese")
    record.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the scenario to write")
    record.set_defaults(run=_record)


def _add_score(score: argparse.ArgumentParser) -> None:
    score.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="the training room's folder, or the newest in DIR/exercises",
    )
    score.add_argument("--csv", type=Path, metavar="OUT", help="write the sheet as CSV")
    score.add_argument("--html", type=Path, metavar="OUT", help="write the sheet as one page to print")
    score.set_defaults(run=_score)


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


def _record(options: argparse.Namespace) -> int:
    from backend.exercise.past import open_past
    from backend.exercise.record import RecordError, Recording

    folder = SITES / options.site if (SITES / options.site / "site.toml").is_file() else Path(options.site)
    site = load_site(folder)
    # From the file's own folder a name is looked for among the shipped sites; any other is a path.
    named = options.site if folder.parent == SITES else folder.resolve().as_posix()
    try:
        start_ms, end_ms = (_instant_ms(text, site.utc_offset_min) for text in (options.start, options.end))
        if end_ms <= start_ms:
            return _told("--to must lie after --from")
        with open_past(options.data, options.database) as past:
            recording = Recording(past, site, start_ms, end_ms)
            title = options.title or f"Diễn lại diễn biến từ {options.start}"
            text = recording.toml(title, title, named)
    except (RecordError, _TimeError) as error:
        return _told(str(error))
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        return _told(f"{options.output}: cannot be written: {error.strerror}")
    for line in recording.left_out:
        print(f"left out: {redacted(line)}", file=sys.stderr)
    scenario, _ = load_scenario(options.output)
    print(f"{_summary(scenario)}; edit {options.output.name} by hand before it is played")
    return 0


class _TimeError(ValueError):
    """Not an instant."""


def _instant_ms(text: str, utc_offset_min: int) -> int:
    """Epoch milliseconds of ISO 8601; without an offset in the site's own time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _TimeError(f"{text!r} is no time; write 2026-01-31T07:00 (the site's time)") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(timedelta(minutes=utc_offset_min)))
    return round(moment.timestamp() * 1000)


def _score(options: argparse.Namespace) -> int:
    from backend.exercise.past import DATABASE_NAME, open_past
    from backend.exercise.score import score
    from backend.exercise.sheet import percent, to_csv, to_html, verdict_vi

    scenario, site = load_scenario(scenario_file(options.file))
    folder = options.data
    if not (folder / DATABASE_NAME).is_file():
        rooms = sorted((folder / "exercises").glob(f"{glob.escape(scenario.name)}-*"))
        if not rooms:
            return _told(f"{folder}: neither a training room nor a folder with training rooms of {scenario.name!r}")
        folder = rooms[-1]
    with open_past(folder) as past:
        events = past.events()
    if not any(isinstance(one.event, SiteLoaded) and one.event.site.exercise_vi for one in events):
        return _told(f"{folder}: that is a real room; only exercises are scored")
    sheet = score(scenario, events)
    for path, write in ((options.csv, to_csv), (options.html, to_html)):
        if path is not None:
            try:
                path.write_text(write(sheet, site.utc_offset_min), encoding="utf-8", newline="")
            except OSError as error:
                return _told(f"{path}: cannot be written: {error.strerror}")
    share = percent(sheet)
    print(f"{folder.name}: {sheet.points}/{sheet.max_points}" + (f" ({share:.0f} %)" if share is not None else ""))
    print(verdict_vi(sheet))
    for item in sheet.expectations:
        print(f"  {item.state:8} {item.points:3}/{item.max_points:<3} {item.expect_id}")
    return 0


def _told(*lines: str) -> int:
    for line in lines:
        print(redacted(line), file=sys.stderr)
    return 2

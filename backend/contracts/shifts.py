"""Shifts of the room (ca trực): who is on duty, what is to be done in a shift, and how it is handed over.

What stands here is pure and the same in backend, desk and replay. A watch is one shift of one day that people signed
on to; a hand-over sheet is made of the room's state and never changes once both officers signed it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

DAY_MIN: Final = 1440
MINUTE_MS: Final = 60_000
LINES_MOST: Final = 100
"""Lines of one list of a sheet; how many there were in all is told besides."""

NOTES_MOST: Final = 200
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ShortText = Annotated[str, Field(max_length=500)]


class Shift(Wire):
    """One shift of every day. `begins_min`, `ends_min`: minutes of the local day; an end not after the begin is the
    next day's.
    """

    shift_id: Key
    name_vi: Name
    name_en: ShortText = ""
    begins_min: Annotated[int, Field(ge=0, lt=DAY_MIN)]
    ends_min: Annotated[int, Field(ge=0, lt=DAY_MIN)]

    @property
    def length_min(self) -> int:
        return (self.ends_min - self.begins_min) % DAY_MIN or DAY_MIN


class Position(Wire):
    """A place at the desk that somebody signs on to."""

    position_id: Key
    name_vi: Name
    name_en: ShortText = ""


class DutyTask(Wire):
    """Something to do in a shift.

    Attributes:
        due_min: minutes after the shift's begin by which it shall be done.
        shifts: the shifts it is for; empty = every one.
        opens: key of the workspace where it is done, "" = none.
        source: the text that asks for it; `verified` once it was compared with it.
    """

    task_id: Key
    words_vi: Annotated[str, Field(min_length=1, max_length=300)]
    words_en: ShortText = ""
    due_min: Annotated[int, Field(ge=1, le=DAY_MIN)]
    shifts: tuple[Key, ...] = ()
    opens: Annotated[str, Field(max_length=60)] = ""
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool = False


class Team(Wire):
    """A team (kíp) and its rota: from the day `begins` on, day after day, what `pattern` says; "" = free."""

    team_id: Key
    name_vi: Name
    name_en: ShortText = ""
    begins: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    pattern: Annotated[tuple[Key | Literal[""], ...], Field(min_length=1, max_length=60)]

    def shift_on(self, day: date) -> str:
        """Which shift it has on this day, "" = none."""
        since = (day - date.fromisoformat(self.begins)).days
        return self.pattern[since % len(self.pattern)] if since >= 0 else ""


class ShiftRules(Wire):
    """The shifts of a site; none = it keeps no shifts. `early_min`: so long before its begin one may sign on."""

    shifts: tuple[Shift, ...] = ()
    positions: tuple[Position, ...] = ()
    tasks: tuple[DutyTask, ...] = ()
    teams: tuple[Team, ...] = ()
    early_min: Annotated[int, Field(ge=0, le=240)] = 30


class Turn(Wire):
    """One shift of one day. `watch_id` is "YYYY-MM-DD.SHIFT" by the day it begins."""

    watch_id: Identifier
    shift: Shift
    begins_ms: EpochMs
    ends_ms: EpochMs


def turn_on(shift: Shift, day: date, utc_offset_min: int) -> Turn:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(minutes=utc_offset_min)
    begins_ms = int(midnight.timestamp() * 1000) + shift.begins_min * MINUTE_MS
    return Turn(
        watch_id=f"{day.isoformat()}.{shift.shift_id}",
        shift=shift,
        begins_ms=begins_ms,
        ends_ms=begins_ms + shift.length_min * MINUTE_MS,
    )


def turns_at(rules: ShiftRules, now_ms: int, utc_offset_min: int) -> list[Turn]:
    """What one may sign on to now: what runs, and what begins within `early_min`; in order of their begin."""
    today = (datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)).date()
    days = [today + timedelta(days=one) for one in (-1, 0, 1)]
    turns = [turn_on(shift, day, utc_offset_min) for day in days for shift in rules.shifts]
    early_ms = rules.early_min * MINUTE_MS
    return sorted(
        (one for one in turns if one.begins_ms - early_ms <= now_ms < one.ends_ms), key=lambda one: one.begins_ms
    )


def roster(rules: ShiftRules, now_ms: int, utc_offset_min: int, count: int) -> list[Turn]:
    """The turn that runs and those that follow it, `count` of them at most, in order of their begin."""
    today = (datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)).date()
    days = [today + timedelta(days=one) for one in range(-1, count + 1)]
    turns = [turn_on(shift, day, utc_offset_min) for day in days for shift in rules.shifts]
    return sorted((one for one in turns if now_ms < one.ends_ms), key=lambda one: one.begins_ms)[:count]


def tasks_of(tasks: Sequence[DutyTask], shift_id: str) -> tuple[DutyTask, ...]:
    """Those that are to be done in this shift, in the order of their time."""
    mine = [task for task in tasks if not task.shifts or shift_id in task.shifts]
    return tuple(sorted(mine, key=lambda task: task.due_min))


def due_ms(turn: Turn | Watch, task: DutyTask) -> int:
    """Until when it is to be done in this turn."""
    return min(turn.begins_ms + task.due_min * MINUTE_MS, turn.ends_ms)


def team_of(rules: ShiftRules, watch_id: str) -> Team | None:
    """The team that the rota has for this watch."""
    day, _, shift_id = watch_id.partition(".")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    return next((team for team in rules.teams if team.shift_on(on) == shift_id), None)


class CrewMember(Wire):
    user: Identifier
    position_id: str
    since_ms: EpochMs


TaskEnd = Literal["done", "skipped"]


class TaskMark(Wire):
    """What became of a task. `text`: the reason it was skipped, or a remark."""

    state: TaskEnd
    who: str
    at_ms: EpochMs
    text: str = ""


class WatchNote(Wire):
    who: str
    at_ms: EpochMs
    text: str


class Tally(Wire):
    """Counted from the log since the first one signed on, by priority 1..5."""

    raised: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    acknowledged: int = 0
    closed: int = 0


class SheetAlert(Wire):
    alert_id: str
    priority: int
    headline_vi: str
    headline_en: str
    phase: str
    owner: str
    raised_ms: EpochMs
    acknowledged_ms: EpochMs | None = None
    acknowledged_by: str = ""


class SheetTask(Wire):
    words_vi: str
    words_en: str
    state: Literal["done", "skipped", "overdue", "open"]
    due_ms: EpochMs
    who: str = ""
    at_ms: EpochMs | None = None
    text: str = ""


class SheetIncident(Wire):
    number: int
    title: str
    phase: str
    lead: str
    priority: int


class HandoverSheet(Wire):
    """What the leaving officer hands over, as the room stood at `made_ms`.

    Attributes:
        open: alerts that are not over, the worst first; `open_count` how many there are in all.
        over: alerts raised in the watch that are closed, newest first, as far as the room keeps them.
        warnings: headlines of bulletins in force; `faults` of the room's own parts.
        silent, lost: producers silent and cameras lost, by name.
    """

    watch_id: Identifier
    shift_vi: str
    shift_en: str
    begins_ms: EpochMs
    ends_ms: EpochMs
    counted_ms: EpochMs
    made_ms: EpochMs
    made_by: str
    crew: tuple[CrewMember, ...]
    tally: Tally
    open: tuple[SheetAlert, ...]
    open_count: int
    aside: tuple[SheetAlert, ...]
    over: tuple[SheetAlert, ...]
    incidents: tuple[SheetIncident, ...]
    warnings: tuple[str, ...]
    faults: tuple[str, ...]
    silent: tuple[str, ...]
    lost: tuple[str, ...]
    tasks: tuple[SheetTask, ...]
    notes: tuple[WatchNote, ...]
    remarks: str


def sheet_digest(sheet: HandoverSheet) -> str:
    """SHA-256 of the sheet's JSON with sorted keys, hexadecimal."""
    text = json.dumps(sheet.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Signature(Wire):
    user: Identifier
    at_ms: EpochMs


class Watch(Wire):
    """One shift of one day with its people.

    Attributes:
        tasks: as they held when it began.
        sheet: the newest draft until both signed; then it lies in the log at `sheet_seq`.
        digest: of that sheet.
        leaving, coming: who signed it.
    """

    watch_id: Identifier
    shift: Shift
    begins_ms: EpochMs
    ends_ms: EpochMs
    started_ms: EpochMs
    tasks: tuple[DutyTask, ...]
    crew: tuple[CrewMember, ...] = ()
    marks: dict[str, TaskMark] = Field(default_factory=dict)
    notes: tuple[WatchNote, ...] = ()
    tally: Tally = Tally()
    sheet: HandoverSheet | None = None
    sheet_seq: int = 0
    digest: str = ""
    leaving: Signature | None = None
    coming: Signature | None = None

    @property
    def is_signed(self) -> bool:
        return self.leaving is not None and self.coming is not None

    def has(self, user: str) -> bool:
        return any(one.user == user for one in self.crew)

    def task_state(self, task: DutyTask, now_ms: int) -> Literal["done", "skipped", "overdue", "open"]:
        mark = self.marks.get(task.task_id)
        if mark is not None:
            return mark.state
        return "overdue" if now_ms > due_ms(self, task) else "open"

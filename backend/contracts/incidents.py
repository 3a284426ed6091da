"""An incident (sự việc) as the room's state holds it: what belongs together, who leads, what is asked of whom."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.kinds.alerts import Priority
from backend.contracts.kinds.incidents import CauseCategory, IncidentCategory
from backend.contracts.sop import SopRun, standing

IncidentPhase = Literal["open", "in_hand", "resolved", "closed"]
"""mới mở, đang xử lý, đã xử lý xong, đã đóng."""

LinkKind = Literal["alert", "report"]
TaskState = Literal["asked", "accepted", "on_the_way", "arrived", "done", "refused"]
TASK_ENDED: Final[tuple[TaskState, ...]] = ("done", "refused")
Late = Literal["due", "eta"]

LINES_KEPT: Final = 500
"""Newest lines of an incident's own log; the room's log keeps all."""


class Link(Wire):
    """What is joined to an incident: an alert or a citizen's report, by its id."""

    kind: LinkKind
    key: Identifier


class TaskChange(Wire):
    at_ms: EpochMs
    who: str
    state: TaskState
    note: str = ""


class Task(Wire):
    """Something asked of one agency.

    Attributes:
        due_ms: until when it shall be done; None = nothing was said.
        eta_ms: when the agency says it will be there.
        changes: every state with its time, the first is "asked".
        late: which of its times passed before it was met.
    """

    task_id: Identifier
    agency_id: Identifier
    what: Annotated[str, Field(min_length=1, max_length=500)]
    state: TaskState = "asked"
    due_ms: EpochMs | None = None
    eta_ms: EpochMs | None = None
    changes: tuple[TaskChange, ...] = ()
    late: tuple[Late, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in TASK_ENDED

    @property
    def awaited_ms(self) -> int | None:
        """What its clock runs to now: the arrival that was promised, else the end of its time."""
        if self.ended:
            return None
        return self.eta_ms if self.eta_ms is not None and self.state != "arrived" else self.due_ms


LineKind = Literal[
    "opened", "linked", "unlinked", "changed", "lead", "phase", "note", "sop", "step", "overdue", "task", "reviewed"
]


class IncidentLine(Wire):
    """One line of the incident's own log. `text` is what a person wrote.

    Attributes:
        about: a step, a task, an alert, a user, a phase or a procedure's title, by `kind`.
        word: what happened to it: a step's state or answer, a task's state, a cause, a version, or what is late:
            "step", "due" or "eta".
    """

    seq: int
    at_ms: EpochMs
    actor: str
    kind: LineKind
    about: str = ""
    word: str = ""
    text: str = ""


class Incident(Wire):
    """One incident, from opened to closed.

    Attributes:
        number: 1, 2, 3 ... in the order of the log: what people call it.
        priority: the worst of what is joined, or `raised_to` when a person set it higher.
        lead: single owner, "" when nobody has taken it.
        concerns: skipped and overdue steps and late tasks that no supervisor has looked at, newest last.
    """

    incident_id: Identifier
    number: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1, max_length=300)]
    category: IncidentCategory
    priority: Priority
    raised_to: Priority | None = None
    phase: IncidentPhase = "open"
    opened_ms: EpochMs
    opened_by: str
    changed_ms: EpochMs
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    commune_code: str = ""
    place_name: str = ""
    exercise: bool = False
    lead: str = ""
    links: tuple[Link, ...] = ()
    tasks: tuple[Task, ...] = ()
    run: SopRun | None = None
    summary: str = ""
    cause: CauseCategory | None = None
    closed_ms: EpochMs | None = None
    concerns: tuple[str, ...] = ()
    lines: tuple[IncidentLine, ...] = ()

    @property
    def active(self) -> bool:
        """Somebody still has something to do: clocks run."""
        return self.phase in ("open", "in_hand")

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.task_id == task_id), None)

    def has(self, kind: LinkKind, key: str) -> bool:
        return any(link.key == key and link.kind == kind for link in self.links)

    def progress(self) -> tuple[int, int]:
        """(steps decided, steps on the way as far as it is known); (0, 0) without a procedure."""
        steps = standing(self.run) if self.run is not None else ()
        return sum(one.mark is not None for one in steps), len(steps)

    def late_now(self) -> int:
        """Steps and tasks that are past their time and still wait."""
        steps = 0
        if self.run is not None:
            steps = sum(one.mark is None and one.step.step_id in self.run.overdue for one in standing(self.run))
        return steps + sum(bool(task.late) and not task.ended for task in self.tasks)

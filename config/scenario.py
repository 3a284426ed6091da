"""What a scenario of an exercise says, typed and frozen. `config.scenario_file.load_scenario` reads it.

Times in the file are of the story: `at = "01:30:00"` is an hour and a half after the story's start, however fast it
is played. `within_s` are real seconds: people are not played faster.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.base import Config

_TEXT: Final = Field(min_length=1, max_length=2000)
_OFFSET: Final = re.compile(r"(-?)(\d{1,3}):([0-5]\d):([0-5]\d)")


def seconds_of(written: object) -> object:
    """ "01:30:00" (TOML time or text, negative = before the start) as seconds; anything else is told as wrong."""
    if isinstance(written, time):
        return written.hour * 3600 + written.minute * 60 + written.second
    match = _OFFSET.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('must be "HH:MM:SS" after the story\'s start, like "01:30:00"')
    sign, hours, minutes, seconds = match.groups()
    return (-1 if sign else 1) * (int(hours) * 3600 + int(minutes) * 60 + int(seconds))


def written_offset(offset_s: float) -> str:
    """The inverse of `seconds_of`, to the second."""
    whole = round(abs(offset_s))
    return f"{'-' if offset_s < 0 and whole else ''}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


Offset = Annotated[int, BeforeValidator(seconds_of)]
StepId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class CurvePoint(Config):
    """What was measured at an instant of the story, or lies between two measurements.

    Attributes:
        value: in the parameter's unit; for what accumulates (rain) per hour.
        source: where the figure was read; "" only for an interpolated one.
        interpolated: nobody documented it: it was put between documented figures by whoever wrote the scenario.
    """

    at: Offset
    value: float = Field(allow_inf_nan=False)
    source: str = ""
    interpolated: bool = False

    @model_validator(mode="after")
    def _says_where_from(self) -> Self:
        if not self.source.strip() and not self.interpolated:
            raise ValueError("a figure has a source, or says interpolated = true")
        return self


class _Step(Config):
    """`title_vi` is what the supervisor reads on the timeline when the step is played."""

    step_id: StepId
    title_vi: str = Field(min_length=1, max_length=200)
    title_en: str = ""


class _TimedStep(_Step):
    at: Offset = Field(ge=0)


class ReadingsStep(_Step):
    """One parameter of one station through the whole story: straight between the points, level outside of them."""

    kind: Literal["readings"] = "readings"
    station: str
    symbol: str
    points: tuple[CurvePoint, ...] = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _points_in_order(self) -> Self:
        if any(after.at <= before.at for before, after in pairwise(self.points)):
            raise ValueError("the points must be in order of time, no two at the same")
        return self

    @property
    def at(self) -> int:
        """When the story of this parameter begins."""
        return max(0, self.points[0].at)

    def value_at(self, offset_s: float) -> float:
        """The curve at an instant of the story."""
        before = self.points[0]
        for point in self.points:
            if point.at >= offset_s:
                if point is before or point.at == offset_s:
                    return point.value
                share = (offset_s - before.at) / (point.at - before.at)
                return before.value + (point.value - before.value) * share
            before = point
        return before.value


class BulletinStep(_TimedStep):
    """A CAP message, sent as an exercise (status Exercise) whatever it was. `life_h` is of the story.

    Attributes:
        communes: codes of the communes it holds for.
        replaces: steps whose bulletins it updates or cancels.
        producer: who sends it; "" = the site's only one with a CAP feed.
        source: where the text was read; "" only for one that was written for the exercise.
    """

    kind: Literal["bulletin"] = "bulletin"
    event: str = _TEXT
    headline: str = _TEXT
    description: str = Field(default="", max_length=20_000)
    instruction: str = Field(default="", max_length=20_000)
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"] = "Expected"
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"] = "Likely"
    message_type: Literal["Alert", "Update", "Cancel"] = "Alert"
    risk_level: int | None = Field(default=None, ge=1, le=5)
    communes: tuple[str, ...] = Field(min_length=1)
    life_h: float = Field(default=6.0, gt=0, le=240)
    sender_name: str = ""
    replaces: tuple[StepId, ...] = ()
    producer: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _refers(self) -> Self:
        if self.message_type != "Alert" and not self.replaces:
            raise ValueError(f"a bulletin of message_type {self.message_type!r} names in `replaces` what it is about")
        return self


class DetectionStep(_TimedStep):
    """Something a camera sees for `lasts_s` real seconds. `producer` "" = the site's only one that sends detections."""

    kind: Literal["detection"] = "detection"
    camera: str
    label: str = Field(min_length=1, max_length=100)
    zone: str = ""
    score: float = Field(default=0.85, gt=0, le=1)
    lasts_s: float = Field(default=30.0, gt=0, le=3600)
    producer: str = ""


class ProducerStep(_TimedStep):
    """A producer of station files falls silent, or is back and sends what it kept meanwhile."""

    kind: Literal["producer"] = "producer"
    producer: str
    condition: Literal["silent", "back"]


class CameraStep(_TimedStep):
    """A camera's line is cut, or whole again; played only where the training room has its cameras."""

    kind: Literal["camera"] = "camera"
    camera: str
    condition: Literal["lost", "back"]


class AlertMatch(Config):
    """Which alert is meant: every key given must fit.

    Attributes:
        place: station, camera or producer, as the alert's kind is about.
        priority: the alert is at least so bad (1 is the worst).
        step: the alert was raised or worsened after this step was played; of a bulletin: by this bulletin.
    """

    kind: str
    place: str = ""
    priority: int | None = Field(default=None, ge=1, le=5)
    step: str = ""


class NoteStep(_TimedStep):
    """A line for the officers, such as a telephone call: every seat is shown it.

    Attributes:
        alert: also written as a comment on the open alert that is meant.
        source: where a real message was read; "" for one that was written for the exercise.
    """

    kind: Literal["note"] = "note"
    text: str = _TEXT
    alert: AlertMatch | None = None
    source: str = ""


Step = ReadingsStep | BulletinStep | DetectionStep | ProducerStep | CameraStep | NoteStep
TimedStep = BulletinStep | DetectionStep | ProducerStep | CameraStep | NoteStep
Action = Literal["acknowledged", "taken", "dispatched", "commented"]


class Expectation(Config):
    """What a good officer does about an alert, in real seconds from when it is due.

    Attributes:
        to: agencies of which any will do, for `dispatched`.
        contains: words of which any will do, for `commented` (also in the words given with another act); capital
            letters and accents do not count.
        late_points: for doing it after `within_s`.
    """

    expect_id: StepId
    title_vi: str = Field(min_length=1, max_length=300)
    title_en: str = ""
    alert: AlertMatch
    action: Action
    within_s: float = Field(gt=0, le=86_400)
    to: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    points: int = Field(ge=1, le=1000)
    late_points: int = Field(default=0, ge=0, le=1000)

    @model_validator(mode="after")
    def _fits_its_action(self) -> Self:
        if (self.action == "dispatched") != bool(self.to):
            raise ValueError("`to` names the agencies of the action 'dispatched', and stands with no other")
        if (self.action == "commented") != bool(self.contains):
            raise ValueError("`contains` names the words of the action 'commented', and stands with no other")
        if self.late_points > self.points:
            raise ValueError("late_points are more than points")
        return self


class ScenarioHead(Config):
    """[scenario] of the file.

    Attributes:
        site: name of a folder of config/sites, or a path from the scenario's own folder.
        start: the site's own time at which the story begins.
        length: how long the story is.
        speed_up: how much faster than it happened it is played; the windows of limits shrink by it.
        send_every_s: real seconds between two files of a station.
        history_h: so much of the story before its start stands in the charts when the exercise begins.
        pass_percent: share of the points of what took place with which the exercise is passed.
        sources: what the scenario was written from, for people.
    """

    title_vi: str = Field(min_length=1, max_length=200)
    title_en: str = Field(min_length=1, max_length=200)
    site: str = Field(min_length=1)
    start: datetime
    length: Offset = Field(gt=0)
    speed_up: float = Field(default=1.0, ge=1.0, le=1000.0)
    send_every_s: int = Field(default=10, ge=1, le=3600)
    history_h: float = Field(default=6.0, ge=0, le=240)
    pass_percent: float = Field(default=70.0, gt=0, le=100)
    sources: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _local(self) -> Self:
        if self.start.tzinfo is not None:
            raise ValueError("start is the site's own time, written without an offset, like 2024-09-09T08:00:00")
        return self


class Scenario(Config):
    """A whole scenario. `name` is the file's, `file` where it was read from, `site_folder` its site."""

    name: str
    file: Path
    site_folder: Path
    head: ScenarioHead
    steps: tuple[Step, ...]
    expectations: tuple[Expectation, ...]

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.step_id == step_id), None)

    @property
    def curves(self) -> tuple[ReadingsStep, ...]:
        return tuple(step for step in self.steps if isinstance(step, ReadingsStep))

    @property
    def timed(self) -> tuple[TimedStep, ...]:
        """The steps that happen at an instant, in order."""
        found = [step for step in self.steps if not isinstance(step, ReadingsStep)]
        return tuple(sorted(found, key=lambda step: step.at))

"""Indicators (chỉ tiêu) of every sector: what they are, their figures, how they stand, and the boards made of them.

The room's state holds the newest figures of each; all of them, with every revision, are asked for at a door.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.periods import PeriodKind, first_day

PROVINCE: Final = ""
"""The area of a figure of the whole province."""

POINTS_KEPT: Final = 13
"""Newest figures of the province in the room's state: a year of months and the same month of the year before."""

AREA_POINTS_KEPT: Final = 2
"""Of every other area: now, and what the change of rank is counted from."""

FIGURES_AT_ONCE: Final = 2000
"""Most figures of one import."""

COUNTED_MOST: Final = 200
"""Most rows behind one figure."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
PeriodLabel = Annotated[str, Field(pattern=r"^\d{4}(-(\d\d(-\d\d)?|W\d\d|Q[1-4]))?$")]
Direction = Literal["up", "down", "band"]
"""More is better; less is better; between two values is right."""

AreaKind = Literal["province", "commune", "agency"]
Channel = Literal["form", "sheet", "api", "computed"]
"""By hand, in a sheet (XLSX, CSV), by a program (JSON, SDMX-CSV), by the room: of other figures, of its log."""


class Sector(Wire):
    """A branch that indicators belong to (lĩnh vực)."""

    sector_id: Identifier
    name_vi: str
    name_en: str


class Levels(Wire):
    """Target and levels (`Indicator`) of every period that begins with `since`, a period of any length, or later."""

    since: PeriodLabel
    target: float | None = None
    warn: float | None = None
    bad: float | None = None
    low: float | None = None
    high: float | None = None
    margin: Annotated[float, Field(ge=0)] | None = None


class Indicator(Wire):
    """One indicator.

    Attributes:
        unit: as people write it, e.g. "%", "tỷ đồng", "lượt khách"; a label, nothing is converted by it.
        owner: agency that answers for the figure and enters it; `owner_vi` and `owner_en` its names.
        target: what shall be reached (up) or not be passed (down). `warn` and `bad`: from there on it is watched, and
            bad; for "up" bad <= warn <= target, for "down" the other way round. None = no such level.
        levels: those of later periods, oldest first: each replaces all that stood before it; `of` tells those of one.
        low, high: of "band": right is between them, both included; further away than `margin` is bad.
        due_after_days: so many days after the end of a period its figure is late; None = it is waited for in vain.
        expected_from: first period that is waited for, "" = those after the first figure that came.
        areas: whose figures there are besides the province's own.
        formula: made of other figures (contracts.indicator_formula); "" = it is not.
        computed: counted by the room from its own log, the name of a measure (contracts.measures); "" = it is not.
        minimum, maximum: a figure outside of these is a mistake.
        producer_id: whose program may send it, "" = nobody's.
        source: who set target and definition; it says so when that was not verified.
    """

    code: Code
    name_vi: str
    name_en: str
    sector: Identifier
    unit: str
    owner: Identifier
    owner_vi: str = ""
    owner_en: str = ""
    period: PeriodKind
    direction: Direction = "up"
    target: float | None = None
    warn: float | None = None
    bad: float | None = None
    low: float | None = None
    high: float | None = None
    margin: Annotated[float, Field(ge=0)] | None = None
    levels: tuple[Levels, ...] = ()
    due_after_days: Annotated[int, Field(ge=0, le=400)] | None = None
    expected_from: Annotated[str, Field(pattern=r"^(\d{4}(-(\d\d(-\d\d)?|W\d\d|Q[1-4]))?)?$")] = ""
    areas: AreaKind = "province"
    formula: str = ""
    computed: str = ""
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    minimum: float | None = None
    maximum: float | None = None
    producer_id: str = ""
    source: str

    @property
    def is_entered(self) -> bool:
        """Somebody enters its figures; others make themselves."""
        return not (self.formula or self.computed)

    def of(self, period: str) -> Indicator:
        """The indicator with the levels that a figure of `period` is judged by: those of its own time."""
        begins = first_day(period)
        held = [one for one in self.levels if first_day(one.since) <= begins]
        return self.model_copy(update=held[-1].model_dump(exclude={"since"})) if held else self


BlockKind = Literal["tile", "trend", "league", "table", "map", "curve"]
"""A figure and how it stands; its course; ranks of areas; many indicators by row; areas coloured; daily bars."""


class Block(Wire):
    """One block of a board. `width` in twelfths of the board, `height` in rows; they fill it from left to right.

    Attributes:
        zones: a map has the outlines of the zones that hold (contracts.zones) and counts checkpoints.
    """

    kind: BlockKind
    title_vi: str = ""
    title_en: str = ""
    indicators: Annotated[tuple[Code, ...], Field(min_length=1)]
    width: Annotated[int, Field(ge=1, le=12)] = 3
    height: Annotated[int, Field(ge=1, le=12)] = 1
    zones: bool = False


class Board(Wire):
    """A layout over indicators (bảng điều hành): data, not code."""

    board_id: Identifier
    title_vi: str
    title_en: str
    blocks: tuple[Block, ...] = ()


class IndicatorRules(Wire):
    """Everything of a site; no indicators = it keeps none."""

    sectors: tuple[Sector, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    boards: tuple[Board, ...] = ()

    def indicator(self, code: str) -> Indicator | None:
        return next((one for one in self.indicators if one.code == code), None)


# -- figures -------------------------------------------------------------------------------------


class IndicatorFigure(Wire):
    """A figure as an event of the log has it; who entered it when is the event's.

    Attributes:
        area: GSO code of a commune or id of an agency; "" = the province.
        value: None = what was entered before is withdrawn.
        revision: 1 for the first figure of the area and period, then counted on.
        from_seq, to_seq: the part of the log it was counted from; 0 = it was not.
        partial: its period was not over yet, or the log begins in the middle of it.
    """

    code: Code
    area: Annotated[str, Field(max_length=200)] = PROVINCE
    period: PeriodLabel
    value: Finite | None
    revision: Annotated[int, Field(ge=1)]
    note: Annotated[str, Field(max_length=500)] = ""
    from_seq: Annotated[int, Field(ge=0)] = 0
    to_seq: Annotated[int, Field(ge=0)] = 0
    partial: bool = False


class IndicatorPoint(Wire):
    """The newest revision of a figure. `entered_by`: a user, "producer:ID", or "" when it was made by the room.

    `partial`: not of the whole period (`IndicatorFigure`): it is shown, and judged by nothing.
    """

    period: PeriodLabel
    value: float
    revision: Annotated[int, Field(ge=1)]
    entered_by: str
    entered_ms: EpochMs
    channel: Channel
    note: str = ""
    partial: bool = False


class IndicatorSeries(Wire):
    """Newest figures of an indicator in one area, oldest first, as the room's state holds them."""

    code: Code
    area: str
    points: tuple[IndicatorPoint, ...]

    @property
    def key(self) -> str:
        return series_key(self.code, self.area)


def series_key(code: str, area: str) -> str:
    return f"{code}@{area}"


class IndicatorValue(Wire):
    """One revision of a figure, with where it came from. `seq`: of its event in the log; others: `IndicatorFigure`."""

    code: Code
    area: str
    period: PeriodLabel
    value: float | None
    revision: Annotated[int, Field(ge=1)]
    entered_by: str
    entered_ms: EpochMs
    channel: Channel
    note: str = ""
    file_name: str = ""
    digest: str = ""
    seq: int
    from_seq: int = 0
    to_seq: int = 0
    partial: bool = False


# -- how it stands -------------------------------------------------------------------------------

Standing = Literal["good", "warn", "bad", "none"]
"""Against its target and levels; "none" = it has none."""

Move = Literal["better", "worse", "same", "other"]
"""Of a figure against an earlier one, by its direction; "other" = neither better nor worse follows from it."""


class Comparison(Wire):
    """With an earlier period. `percent` of that figure's size, None when it was 0."""

    period: PeriodLabel
    value: float
    change: float
    percent: float | None
    move: Move


TrendKind = Literal["rising", "falling", "steady", "unknown"]


class Trend(Wire):
    """Mann-Kendall test over the newest figures; "unknown" = too few of them.

    Attributes:
        samples: how many; `p_value` two-sided, with ties and continuity corrected, None when unknown.
        slope: Theil-Sen, units a period; `move` what it means for the indicator.
    """

    kind: TrendKind
    samples: int
    p_value: float | None = None
    slope: float | None = None
    move: Move = "other"


class Evaluation(Wire):
    """How a figure stands.

    Attributes:
        goal: the level it is held against: `target`, or the nearer limit of the band; `gap` = value - goal.
        attained: value as a percentage of the target, for "up" only; None when that says nothing.
    """

    code: Code
    area: str
    period: PeriodLabel
    value: float
    standing: Standing
    goal: float | None = None
    gap: float | None = None
    attained: float | None = None
    previous: Comparison | None = None
    last_year: Comparison | None = None
    trend: Trend


class LateFigure(Wire):
    """A figure that is missing though it was due. `periods`: how many are; `areas`: how many areas of them lack it."""

    code: Code
    period: PeriodLabel
    due_ms: EpochMs
    periods: Annotated[int, Field(ge=1)]
    areas: int = 0


class IndicatorRow(Wire):
    """An indicator as it stood at the instant asked for; None where there is nothing to say yet."""

    indicator: Indicator
    newest: IndicatorValue | None = None
    evaluation: Evaluation | None = None
    late: LateFigure | None = None


class IndicatorReport(Wire):
    """Answer of GET /api/v1/indicators. `seq`: the last event it knows; `day`: ISO date at the site."""

    seq: int
    at_ms: EpochMs
    day: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    rows: tuple[IndicatorRow, ...]


class IndicatorHistory(Wire):
    """Answer of GET /api/v1/indicators/{code}/values: in order of area, period and revision."""

    code: Code
    values: tuple[IndicatorValue, ...]


class FigurePart(Wire):
    """A figure that a formula was made of; None = there is none."""

    code: Code
    area: str
    period: PeriodLabel
    value: float | None


CountedKind = Literal["report", "alert", "call", "camera"]


class CountedRow(Wire):
    """One thing of the log that was counted. `hit`: for a share, one of those that the share is of."""

    kind: CountedKind
    key: Identifier
    at_ms: EpochMs
    title_vi: str
    title_en: str
    hit: bool


class FigureBehind(Wire):
    """Answer of GET /api/v1/indicators/{code}/behind: what a figure is made of, newest first.

    Attributes:
        parts: figures that its formula needs.
        counted: what was counted in the log, at most `COUNTED_MOST`; `total`, `hits`: of all.
        hidden: of all, those that the asker may not see; they stand among `total`, not among `counted`.
    """

    code: Code
    area: str
    period: PeriodLabel
    parts: tuple[FigurePart, ...] = ()
    counted: tuple[CountedRow, ...] = ()
    total: int = 0
    hits: int = 0
    hidden: int = 0


class LeagueRow(Wire):
    """One area. Equal figures share a rank (1, 2, 2, 4). `moved`: ranks won since the period before, None = no rank."""

    area: str
    name_vi: str
    name_en: str
    value: float
    rank: Annotated[int, Field(ge=1)]
    moved: int | None = None
    standing: Standing


class League(Wire):
    """Answer of GET /api/v1/indicators/{code}/league, best first; `missing`: areas without a figure, by name."""

    code: Code
    period: PeriodLabel
    previous_period: PeriodLabel
    rows: tuple[LeagueRow, ...]
    missing: tuple[str, ...] = ()


# -- entering ------------------------------------------------------------------------------------


class FigureEntry(Wire):
    """A figure that somebody enters: body of POST /api/v1/indicators/values, item of a producer's JSON.

    Attributes:
        value: a number, or text as people write it ("1.234,5"); None withdraws what was entered.
    """

    code: Annotated[str, Field(max_length=60)]
    area: Annotated[str, Field(max_length=200)] = PROVINCE
    period: Annotated[str, Field(max_length=20)]
    value: Finite | Annotated[str, Field(max_length=60)] | None
    note: Annotated[str, Field(max_length=500)] = ""


class FigureForm(Wire):
    """What somebody entered by hand: body of POST /api/v1/indicators/values."""

    values: list[FigureEntry]


EntryField = Literal["", "code", "area", "period", "value", "note"]


class CellProblem(Wire):
    """What is wrong, and with which cell: "sheet 'Nhập liệu', C7", "line 4, OBS_VALUE", "values.3".

    `entry_field`: of the `FigureEntry` that was read there, "" = the whole of it.
    """

    place: str
    entry_field: EntryField = ""
    words_vi: str
    words_en: str


class ImportAnswer(Wire):
    """All or nothing: with `problems` nothing of it was entered.

    Attributes:
        entered: figures that are new or changed; `unchanged`: those that stand so already; `derived`: figures that
            were made of them.
        seq: of the event, None when nothing was to be entered.
        told: how a figure was read that could have been read in another way.
    """

    entered: int = 0
    unchanged: int = 0
    derived: int = 0
    seq: int | None = None
    problems: tuple[CellProblem, ...] = ()
    told: tuple[CellProblem, ...] = ()

"""Reports that may be the same, pair by pair: what waits to be looked at, and what speaks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from backend.contracts.report_likeness import JOINABLE, LikelyPairs, Pair
from backend.contracts.report_rules import ReportRules
from backend.contracts.reports import Report
from backend.contracts.state import Delta
from console.models.numbers import format_age, format_number, format_time
from console.models.report_card import place
from console.models.report_words import category_name, state_name
from console.models.session import Session
from console.models.word_rows import Row
from console.timebase import monotonic_s

translate = QCoreApplication.translate

PARTS: Final = 4
"""Place, time, category and words count alike."""

SETTLE_MS: Final = 250
SLICE_S: Final = 0.008
"""So long the desk may stand still for it at a time: half of a frame."""

SHOWN_MOST: Final = 200


class ReportPairs(QObject):
    """Kept up with the room; agencies see no report that is not theirs, and no pairs.

    Signals:
        changed: `pairs` are others, or in another order.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._likely = LikelyPairs(ReportRules())
        self._to_look_at: dict[str, None] = {}
        self.pairs: list[Pair] = []
        self.total = 0
        # However many reports come in a second, the order is made a few times in it.
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._tell)
        self._slice = QTimer(self, interval=0)
        self._slice.timeout.connect(self._look)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._begin_anew)
        self._begin_anew()

    @property
    def settled(self) -> bool:
        """Everything that changed is looked at and told."""
        return not (self._to_look_at or self._settle.isActive())

    @property
    def for_the_room(self) -> bool:
        operator = self._session.operator
        return operator is None or not operator.agency_id

    def find(self, key: str) -> Pair | None:
        return next((pair for pair in self.pairs if pair.key == key), None)

    def _begin_anew(self) -> None:
        state = self._session.state
        self._likely = LikelyPairs(state.site.reports if state.site is not None else ReportRules())
        self._to_look_at = dict.fromkeys((*state.ended_reports, *state.reports)) if self.for_the_room else {}
        self._look()

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site:
            self._begin_anew()
        elif delta.reports and self.for_the_room:
            self._to_look_at |= dict.fromkeys(delta.reports)
            self._look()

    def _look(self) -> None:
        """A slice of what changed; the rest when the desk has done what else there is to do."""
        until_s = monotonic_s() + SLICE_S
        while self._to_look_at and monotonic_s() < until_s:
            report_id = next(iter(self._to_look_at))
            del self._to_look_at[report_id]
            report = self._session.state.report(report_id)
            if report is None:
                self._likely.drop(report_id)
            else:
                self._likely.put(report)
        if self._to_look_at:
            self._slice.start()
            return
        self._slice.stop()
        if not self._settle.isActive():
            self._settle.start()

    def _tell(self) -> None:
        found, self.total = self._likely.best(SHOWN_MOST)
        if found != self.pairs:
            self.pairs = found
            self.changed.emit()


@dataclass(frozen=True, slots=True)
class Joining:
    """One report that would be handled with another."""

    joined: Report
    to: Report


def joining(pair: Pair, turned: bool) -> Joining | None:
    """What "the same matter" would do: the later goes to the earlier, or the other way round. None: it cannot."""
    later, earlier = pair.later, pair.likeness.report
    wanted = Joining(earlier, later) if turned else Joining(later, earlier)
    return wanted if wanted.joined.state in JOINABLE else None


def pair_rows(pairs: Sequence[Pair], language: str) -> list[Row]:
    """How likely, which two, what, how far apart in place and time, and in how many suggestions they stand."""
    often = Counter(code for pair in pairs for code in (pair.later.code, pair.likeness.report.code))
    rows = []
    for pair in pairs:
        found, earlier = pair.likeness, pair.likeness.report
        count = max(often[pair.later.code], often[earlier.code])
        cells = (
            f"{_percent(found.score / PARTS, language)} %",
            pair.later.code,
            earlier.code,
            pair.later.title,
            distance_words(pair, language),
            format_age(found.apart_ms / 1000, language),
            "" if count == 1 else format_number(count, 0, language),
        )
        rows.append(Row(cells, key=pair.key))
    return rows


def distance_words(pair: Pair, language: str) -> str:
    away_m = pair.likeness.distance_m
    if away_m is None:
        return translate("ReportPairs", "no place")
    return f"{format_number(away_m, 0, language)} m"


def comparison(pair: Pair, session: Session) -> list[Row]:
    """Place, time, category and words of both, what differs, and what each speaks for their being the same."""
    found, later, earlier = pair.likeness, pair.later, pair.likeness.report
    state, language = session.state, session.language
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    same_category = later.category_id == earlier.category_id
    lines = (
        (
            translate("ReportPairs", "Place"), place(later, state), place(earlier, state),
            distance_words(pair, language), found.near,
        ),
        (
            translate("ReportPairs", "Time"), format_time(later.received_ms, offset_min, with_date=True),
            format_time(earlier.received_ms, offset_min, with_date=True),
            translate("ReportPairs", "{time} apart").format(time=format_age(found.apart_ms / 1000, language)),
            found.fresh,
        ),
        (
            translate("ReportPairs", "Category"), category_name(state, later.category_id, language),
            category_name(state, earlier.category_id, language),
            translate("ReportPairs", "the same") if same_category else translate("ReportPairs", "of one branch"),
            found.same,
        ),
        (
            translate("ReportPairs", "Words"), later.title, earlier.title,
            translate("ReportPairs", "{share} % in common").format(share=_percent(found.common, language)),
            found.common,
        ),
    )  # fmt: skip
    return [
        Row((name, one, other, differs, f"{_percent(share / PARTS, language)} / {100 // PARTS}"))
        for name, one, other, differs, share in lines
    ]


def side_words(report: Report, session: Session) -> str:
    """Above what one of the two says: its code, how it stands, and who has it."""
    return f"{report.code} · {state_name(report.state)} · {place(report, session.state)}"


def _percent(share: float, language: str) -> str:
    return format_number(100 * share, 0, language)

"""Pairs that may be the same: kept up report by report, they are what comparing everything with everything finds."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.report_likeness import LikelyPairs, joinable, likeness
from backend.contracts.report_rules import ReportRules
from backend.contracts.reports import Report, ReportState

NOW_MS = 1_795_316_535_000
RULES = ReportRules()
PLACES = st.one_of(
    st.none(), st.tuples(st.floats(22.4900, 22.4915), st.floats(103.9700, 103.9715))
)  # some 160 m across: some are near, some are not


def report(
    number: int,
    place: tuple[float, float] | None = (22.49, 103.97),
    words: str = "Rác trước chợ",
    days: float = 0,
    category: str = "rac",
    state: ReportState = "new",
    apart: tuple[str, ...] = (),
) -> Report:
    lat_deg, lon_deg = place or (None, None)
    return Report(
        report_id=f"PA-{number}", number=number, code=f"PA-{number}", channel="app", category_id=category,
        flow="timed", title=words, received_ms=NOW_MS + round(days * 86_400_000), changed_ms=NOW_MS, lat_deg=lat_deg,
        lon_deg=lon_deg, state=state, apart=apart,
    )  # fmt: skip


REPORTS = st.builds(
    report,
    number=st.integers(1, 6),
    place=PLACES,
    words=st.sampled_from(("Rác trước chợ", "Rác ở chợ Cốc Lếu", "Đèn hỏng")),
    days=st.floats(0, 45),
    category=st.sampled_from(("rac", "den")),
    state=st.sampled_from(("new", "assigned", "published", "duplicate", "done_pending")),
    apart=st.sampled_from(((), ("PA-1",), ("PA-2", "PA-3"))),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(REPORTS, st.integers(1, 6)), max_size=16))
def test_pairs_kept_up_are_those_of_comparing_all_with_all(steps: list[Report | int]) -> None:
    kept, there = LikelyPairs(RULES), dict[str, Report]()
    for step in steps:
        if isinstance(step, int):
            kept.drop(f"PA-{step}")
            there.pop(f"PA-{step}", None)
        else:
            kept.put(step)
            there[step.report_id] = step
    expected = {}
    for one, other in combinations(sorted(there.values(), key=lambda one: one.number), 2):
        found = None if other.state == "duplicate" else likeness(other, one, RULES)
        if found is not None:
            expected[f"{other.report_id}+{one.report_id}"] = found
    shown = {pair.key: pair.likeness for pair in kept.best(99)[0]}
    assert all(expected[key] == found for key, found in shown.items())
    hidden = expected.keys() - shown.keys()
    assert all({there[one].state for one in key.split("+")} <= {"published", "done_pending"} for key in hidden)


def test_the_likelier_pair_stands_first_and_its_score_is_told_in_parts() -> None:
    kept = LikelyPairs(RULES)
    for one in (report(1), report(2, words="Rác ở chợ"), report(3, (22.4902, 103.97), "Đèn hỏng", days=12)):
        kept.put(one)
    first, *rest = kept.best(9)[0]
    assert first.key == "PA-2+PA-1"
    parts = first.likeness
    assert (parts.near, parts.fresh, parts.same, parts.common) == (1.0, 1.0, 1.0, 0.5)
    assert parts.score == 3.5
    assert [pair.key for pair in rest] == ["PA-3+PA-2", "PA-3+PA-1"] or [pair.key for pair in rest] == [
        "PA-3+PA-1",
        "PA-3+PA-2",
    ]
    assert 0 < rest[0].likeness.near < 1
    assert 0 < rest[0].likeness.fresh < 1


def test_two_that_were_told_apart_are_no_pair_any_more() -> None:
    kept = LikelyPairs(RULES)
    kept.put(report(1))
    kept.put(report(2))
    assert [pair.key for pair in kept.best(9)[0]] == ["PA-2+PA-1"]
    kept.put(report(1, apart=("PA-2",)))
    assert kept.best(9) == ([], 0)


def test_of_two_that_both_have_an_end_none_can_be_joined() -> None:
    kept = LikelyPairs(RULES)
    kept.put(report(1, state="published"))
    kept.put(report(2, state="new"))
    (pair,), total = kept.best(9)
    assert total == 1
    assert joinable(pair)
    kept.put(report(2, state="published"))
    assert kept.best(9) == ([], 0)

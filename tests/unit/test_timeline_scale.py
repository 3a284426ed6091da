"""Ticks at round times for every zoom, views within bounds, gaps joined, flags told apart: for all inputs."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from widgets.chart_types import View
from widgets.timeline_scale import (
    CLUSTER_PX,
    INSIDE_SHARE,
    MINOR_PX,
    SPAN_LEAST_MS,
    SPAN_MOST_MS,
    STEPS_MS,
    Scale,
    bounded,
    clusters,
    instant_text,
    label_px,
    names_with_gap,
    ruler,
    step_for,
    union,
    zoomed,
)
from widgets.timeline_types import Flag, GapRow

NOON_MS = 1_795_320_000_000
MINUTE_MS = 60_000
DAY_MS = 86_400_000
instants = st.integers(NOON_MS - 400 * DAY_MS, NOON_MS + 400 * DAY_MS)
spans = st.integers(SPAN_LEAST_MS, SPAN_MOST_MS)
widths = st.integers(300, 4000)
offsets = st.sampled_from([420, 0, -210, 345, 825])


@given(instants, spans, widths, offsets)
def test_ticks_stand_at_round_local_times_inside_the_view(start: int, span: int, width: int, offset: int) -> None:
    view = View(start, start + span)
    step = step_for(span, width)
    labelled = [mark for mark in ruler(view, width, offset) if mark.label]
    for mark in labelled:
        assert view.start_ms <= mark.at_ms <= view.end_ms
        local = mark.at_ms + offset * MINUTE_MS
        assert local % min(step, DAY_MS) == 0
    apart = {after.at_ms - before.at_ms for before, after in zip(labelled, labelled[1:], strict=False)}
    assert apart <= {step}
    assert len(labelled) >= span // step - 1


@given(instants, spans, widths, offsets)
def test_labels_have_room_and_no_zoom_goes_without_them(start: int, span: int, width: int, offset: int) -> None:
    view = View(start, start + span)
    step = step_for(span, width)
    assert step * width >= label_px(step) * span
    finer = [each for each in STEPS_MS if each < step]
    assert not finer or finer[-1] * width < label_px(finer[-1]) * span, "no finer step would have had room"
    if width >= 700:
        assert sum(bool(mark.label) for mark in ruler(view, width, offset)) >= 3


@given(instants, spans, widths, offsets)
def test_small_ticks_divide_the_large_ones_and_keep_apart(start: int, span: int, width: int, offset: int) -> None:
    marks = ruler(View(start, start + span), width, offset)
    apart = {after.at_ms - before.at_ms for before, after in zip(marks, marks[1:], strict=False)}
    assert len(apart) <= 1
    for step in apart:
        assert step_for(span, width) % step == 0
        assert step * width >= MINOR_PX * span


@given(instants, spans, widths, offsets)
def test_a_label_says_the_local_time_of_its_tick(start: int, span: int, width: int, offset: int) -> None:
    for mark in ruler(View(start, start + span), width, offset):
        local = datetime.fromtimestamp((mark.at_ms + offset * MINUTE_MS) / 1000, UTC)
        if not mark.label:
            continue
        if "/" in mark.label:
            assert (local.hour, local.minute, local.second) == (0, 0, 0)
            assert mark.label == f"{local:%d/%m}"
        elif "," in mark.label:
            assert mark.label == f"{local:%S},{local.microsecond // 1000:03d}"
        else:
            assert f"{local:%H:%M:%S}".startswith(mark.label)


@given(instants, spans, widths, st.sampled_from([1.0, 1.25, 1.5, 2.0]), st.floats(0, 1))
def test_pixels_and_instants_are_inverse_to_a_pixel(
    start: int, span: int, width: int, ratio: float, share: float
) -> None:
    scale = Scale(View(start, start + span), 96.0, width, ratio)
    at_ms = start + round(share * span)
    assert abs(scale.at_ms(scale.x(at_ms)) - at_ms) <= scale.ms_per_px + 1
    assert abs(scale.x(at_ms) * ratio - round(scale.x(at_ms) * ratio)) < 1e-6, "on a whole device pixel"


@given(instants, spans, st.floats(0.01, 100), st.floats(0, 1))
def test_zoom_keeps_what_is_under_the_pointer_and_stays_in_its_limits(
    start: int, span: int, factor: float, share: float
) -> None:
    view = View(start, start + span)
    anchor = start + round(share * span)
    new = zoomed(view, factor, anchor)
    assert SPAN_LEAST_MS <= new.span_ms <= SPAN_MOST_MS
    before = (anchor - view.start_ms) / view.span_ms
    after = (anchor - new.start_ms) / new.span_ms
    assert abs(before - after) <= 1 / new.span_ms + 1e-9


@given(instants, st.integers(1, 100 * DAY_MS), st.integers(0, 60 * DAY_MS), instants)
def test_a_view_always_shows_some_time_that_can_be_replayed(first: int, span: int, length: int, start: int) -> None:
    edge = first + length
    view = bounded(View(start, start + span), first, edge)
    assert SPAN_LEAST_MS <= view.span_ms <= SPAN_MOST_MS
    inside = round(view.span_ms * INSIDE_SHARE)
    assert view.start_ms <= edge - inside
    assert view.end_ms >= min(first + inside, edge - inside + view.span_ms)
    assert bounded(view, first, edge) == view


gap_rows = st.lists(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 200)), max_size=6).map(
        lambda spans: tuple((start, start + length) for start, length in spans)
    ),
    max_size=6,
).map(lambda rows: [GapRow(f"camera {number}", spans) for number, spans in enumerate(rows)])


@given(gap_rows, st.integers(0, 1300))
def test_the_one_lane_of_gaps_holds_every_cameras_gap_and_nothing_else(rows: list[GapRow], at: int) -> None:
    joined = union(rows)
    assert all(before[1] < after[0] for before, after in zip(joined, joined[1:], strict=False))
    in_a_row = [row.name for row in rows if any(start <= at < end for start, end in row.spans)]
    assert any(start <= at < end for start, end in joined) == bool(in_a_row)
    assert names_with_gap(rows, at, at + 1) == in_a_row


@given(st.lists(st.integers(0, 1_000_000), max_size=40), widths)
def test_flags_that_stand_apart_can_be_told_apart(instants_ms: list[int], width: int) -> None:
    flags = [Flag(str(number), "bookmark", at_ms) for number, at_ms in enumerate(instants_ms)]
    scale = Scale(View(0, 1_000_000), 0.0, width)
    groups = clusters(flags, scale)
    assert sorted(flag.flag_id for _, group in groups for flag in group) == sorted(flag.flag_id for flag in flags)
    places = [x for x, _ in groups]
    assert all(after - before >= CLUSTER_PX for before, after in zip(places, places[1:], strict=False))


def test_the_heads_label_is_the_sites_time_to_the_millisecond() -> None:
    assert instant_text(1_795_316_535_320, 420) == "10:02:15,320 · 22/11"
    assert instant_text(1_795_316_535_007, 0, ".") == "03:02:15.007 · 22/11"

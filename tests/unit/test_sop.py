"""Procedures: what is wrong with a flow is told, every sound flow ends, the nearest guidance wins, files are exact."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import Alert, AlertPhase, DetectionDetail, LimitReading
from backend.contracts.kinds.alerts import AlertKindKey, Priority
from backend.contracts.sop import (
    END,
    Sop,
    SopMatch,
    SopRun,
    Step,
    StepMark,
    best_sop,
    current,
    path,
    sop_text,
    standing,
    tables_of,
)
from backend.domain.sop import leads_to, mistakes
from config.model import SiteConfig
from config.problems import Problems, SiteErrors
from config.site import load_site, public_site
from config.sop import parse_sop
from tests.unit.feeds_samples import small_site
from tests.unit.test_site import LAOCAI, TODAY

NOW_MS = 1_795_000_000_000
SMALL = public_site(small_site(), 0)


def sop(*steps: Step, sop_id: str = "chay", match: SopMatch | None = None, version: int = 1) -> Sop:
    return Sop(
        sop_id=sop_id, version=version, title_vi="Cháy", category="fire", source="mẫu", verified=False,
        match=match or SopMatch(), steps=steps,
    )  # fmt: skip


def step(step_id: str, *, limit_s: int | None = None, next_to: str = "", yes: str = "", no: str = "") -> Step:
    return Step(
        step_id=step_id, words_vi=step_id, limit_s=limit_s, question=bool(yes or no), next=next_to, yes=yes, no=no
    )


@st.composite
def flows(draw: st.DrawFn) -> Sop:
    """Any flow at all: targets forwards, backwards, to itself and to the end."""
    count = draw(st.integers(1, 9))
    ids = [f"s{number}" for number in range(count)]
    targets = st.sampled_from(["", END, *ids])
    steps = []
    for name in ids:
        if draw(st.booleans()):
            steps.append(Step(step_id=name, words_vi=name, question=True, yes=draw(targets), no=draw(targets)))
        else:
            steps.append(Step(step_id=name, words_vi=name, next=draw(targets)))
    return sop(*steps)


def every_way(flow: Sop) -> tuple[bool, set[str]]:
    """(some way never ends, steps that are met): by walking all of them, as the checker does not."""
    met: set[str] = set()
    endless = False

    def walk(step_id: str, way: tuple[str, ...]) -> None:
        nonlocal endless
        if step_id == END:
            return
        if step_id in way:
            endless = True
            return
        met.add(step_id)
        one = flow.step(step_id)
        assert one is not None
        for target in leads_to(flow, one).values():
            walk(target, (*way, step_id))

    walk(flow.steps[0].step_id, ())
    return endless, met


@given(flows())
def test_a_flow_is_sound_exactly_when_every_way_ends_and_every_step_is_met(flow: Sop) -> None:
    endless, met = every_way(flow)
    assert bool(mistakes(flow)) == (endless or len(met) < len(flow.steps))


@given(flows(), st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_run_of_a_sound_flow_comes_to_its_end_whatever_is_answered(flow: Sop, answers: list[bool]) -> None:
    if mistakes(flow):
        return
    run = SopRun(sop=flow, started_ms=NOW_MS, started_by="an")
    for number, answer in enumerate(answers):
        now = current(run)
        if now is None:
            break
        mark = StepMark(
            step_id=now.step.step_id, state="done", who="an", at_ms=NOW_MS + number * 1000,
            answer=("yes" if answer else "no") if now.step.question else "",
        )  # fmt: skip
        run = run.model_copy(update={"marks": {**run.marks, mark.step_id: mark}})
    assert current(run) is None
    assert len({one.step.step_id for one in standing(run)}) == len(standing(run))


def test_the_way_goes_to_the_first_question_and_on_by_its_answer() -> None:
    flow = sop(step("look"), step("fire", yes="call", no="false"), step("call", next_to=END), step("false"))
    assert not mistakes(flow)
    assert [one.step_id for one in path(flow, {})] == ["look", "fire"]
    assert [one.step_id for one in path(flow, {"fire": "yes"})] == ["look", "fire", "call"]
    assert [one.step_id for one in path(flow, {"fire": "no"})] == ["look", "fire", "false"]


def test_a_steps_clock_starts_when_everything_before_it_is_decided() -> None:
    flow = sop(step("a", limit_s=60), step("b", limit_s=30), step("c", limit_s=30))
    run = SopRun(sop=flow, started_ms=NOW_MS, started_by="an")
    assert [one.due_ms for one in standing(run)] == [NOW_MS + 60_000, None, None]
    # "b" was done ahead of its turn: it took no time, and "c" waits for "a" only.
    marks = {
        "b": StepMark(step_id="b", state="done", who="an", at_ms=NOW_MS + 5_000),
        "a": StepMark(step_id="a", state="done", who="an", at_ms=NOW_MS + 90_000),
    }
    a, b, c = standing(run.model_copy(update={"marks": marks}))
    assert (a.late, a.taken_ms) == (True, 90_000)
    assert (b.late, b.taken_ms) == (False, 0)
    assert (c.reached_ms, c.due_ms) == (NOW_MS + 90_000, NOW_MS + 120_000)


@pytest.fixture(scope="module")
def laocai() -> SiteConfig:
    return load_site(LAOCAI, TODAY)


def alert(
    kind: AlertKindKey, place_id: str = "", symbol: str = "", priority: Priority = Priority.MEDIUM, label: str = ""
) -> Alert:
    limit = LimitReading(symbol=symbol, unit="", value=1, limit_value=1, limit_source="x", window_min=0)
    seen = DetectionDetail(camera_id=place_id or "c", label=label, sub_label="", score=1, zones=(), count=1)
    return Alert(
        alert_id="a", kind=kind, priority=priority, phase=AlertPhase.ACTIVE_UNACKNOWLEDGED, place_id=place_id,
        place_name="", headline_vi="x", headline_en="x", raised_ms=NOW_MS, changed_ms=NOW_MS,
        limit=limit if symbol else None, detection=seen if label else None,
    )  # fmt: skip


def test_the_nearest_guidance_wins_and_something_general_is_always_there(laocai: SiteConfig) -> None:
    site = public_site(laocai, 0)

    def chosen(one: Alert) -> str:
        found = best_sop(laocai.sops, one, site)
        return "" if found is None else found.sop_id

    stack = next(one for one in laocai.stations if one.plant_id == "dap-2")
    other = next(one for one in laocai.stations if one.kind == "stack" and one.plant_id != "dap-2")
    river = next(one for one in laocai.stations if one.kind == "river")
    assert chosen(alert("station.limit", stack.station_id, "SO2")) == "tang-loong"
    assert chosen(alert("station.limit", other.station_id, "SO2")) == "moi-truong"
    assert chosen(alert("station.level", river.station_id, "Level", Priority.CRITICAL)) == "song-bd3"
    assert chosen(alert("station.level", river.station_id, "Level", Priority.HIGH)) == "song-bd2"
    assert chosen(alert("detection", "gt-coc-leu", label="fire")) == "chay"
    assert chosen(alert("detection", "gt-coc-leu", label="crowd")) == "giao-thong"
    assert chosen(alert("detection", "gt-coc-leu", label="smoking")) == "chung"
    assert chosen(alert("cap.message")) == "ban-tin"
    assert chosen(alert("camera.lost", "gt-coc-leu", priority=Priority.SYSTEM)) == "mat-tin-hieu"


def test_every_shipped_procedure_is_sound_and_its_text_gives_it_again(laocai: SiteConfig) -> None:
    site = public_site(laocai, 0)
    assert len(laocai.sops) >= 8
    for one in laocai.sops:
        assert one.source
        assert not one.verified, "no duration of ours was compared with a text"
        problems = Problems()
        assert parse_sop(f"{one.sop_id}.{one.version}.toml", sop_text(*tables_of(one)), site, problems) == one
        assert not problems.found


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_what_is_written_is_what_is_read_whatever_the_words(note: str, words: str) -> None:
    made = sop(Step(step_id="a", words_vi=words, words_en=note))
    problems = Problems()
    again = parse_sop("chay.1.toml", sop_text(*tables_of(made)), SMALL, problems)
    assert (again, problems.found) == (made, [])


def test_mistakes_are_told_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    (folder / "sop" / "thu.1.toml").write_text(
        '[sop]\nsop_id = "thu"\nversion = 2\ntitle_vi = "Thử"\ncategory = "fires"\nsource = "x"\nverified = false\n'
        '\n[[step]]\nstep_id = "a"\nwords_vi = "A"\nlimit_s = 1\n',
        encoding="utf-8",
    )
    (folder / "sop" / "vong.1.toml").write_text(
        '[sop]\nsop_id = "vong"\nversion = 1\ntitle_vi = "Vòng"\ncategory = "fire"\nsource = "x"\nverified = false\n'
        '[match]\nkinds = ["detections"]\n'
        '[[step]]\nstep_id = "a"\nwords_vi = "A"\ndispatch_to = "pcc"\n'
        '[[step]]\nstep_id = "b"\nwords_vi = "B"\nnext = "a"\n'
        '[[step]]\nstep_id = "c"\nwords_vi = "C"\n',
        encoding="utf-8",
    )
    with pytest.raises(SiteErrors) as caught:
        load_site(folder, date(2026, 11, 22))
    told = {(error.file, error.line): error.message for error in caught.value.errors}
    assert "must be 'fire'" in told["thu.1.toml", 5]
    assert "limit_s" in told["thu.1.toml", 12]
    assert "a → b → a" in told["vong.1.toml", 17]
    assert "no way leads to step 'c'" in told["vong.1.toml", 19]
    assert "did you mean 'pccc'" in told["vong.1.toml", 13]
    assert "did you mean 'detection'" in told["vong.1.toml", 9]
    assert not any(file.startswith("chay") for file, _ in told)


def test_the_newest_version_of_a_procedure_holds(tmp_path: Path, laocai: SiteConfig) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    old = next(one for one in laocai.sops if one.sop_id == "chay")
    for version in (2, 10):
        new = old.model_copy(update={"version": version, "title_vi": f"Cháy {version}"})
        (folder / "sop" / f"chay.{version}.toml").write_text(sop_text(*tables_of(new)), encoding="utf-8")
    assert next(one for one in load_site(folder, TODAY).sops if one.sop_id == "chay").title_vi == "Cháy 10"

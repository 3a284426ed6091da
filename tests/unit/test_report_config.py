"""Categories, working hours, routing and the organisation tree of a site, and what is told of mistakes in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backend.services.reports.rules import calendar_of, router_of
from config.organisation import read_organisation
from config.problems import Problems, SiteErrors
from config.report_model import ReportsConfig
from config.reports import read_reports
from config.site import load_site
from tests.unit.test_working_time import at

LAOCAI = load_site(Path("config/sites/laocai"), date(2026, 11, 23))

CALENDAR = """
[[calendar]]
calendar_id = "gio"
days = ["mon", "tue", "wed", "thu", "fri"]
hours = ["07:30-11:30", "13:30-17:00"]
closed = [2026-09-02]
worked = [2026-09-05]
source = "mẫu"
"""
CATEGORY = """
[[category]]
category_id = "rac"
name_vi = "Rác"
name_en = "Waste"
group_vi = "Môi trường"
group_en = "Environment"
flow = "timed"
allowed_min = 450
calendar_id = "gio"
source = "QĐ 1/2026"
verified = false
"""
ROUTE = """
[[route]]
rule_id = "đêm"
hours = ["17:00-24:00", "00:00-07:30"]
chief = "so-xd"

[[route]]
rule_id = "ngày"
chief = "@commune"
partners = ["so-xd", "@commune"]
"""


def read(folder: Path, text: str) -> tuple[ReportsConfig, list[str]]:
    (folder / "reports.toml").write_text(text, encoding="utf-8")
    problems = Problems()
    found = read_reports(folder, {"so-xd", "ubnd-1"}, {"1"}, problems)
    return found, [str(one) for one in sorted(problems.found)]


def test_working_hours_holidays_and_worked_saturdays_come_from_the_file(tmp_path: Path) -> None:
    found, wrong = read(tmp_path, CALENDAR + CATEGORY + ROUTE)
    assert wrong == []
    category = found.rules.category("rac")
    assert category is not None
    assert category.source == "QĐ 1/2026 (chưa xác minh)"
    calendar = calendar_of(LAOCAI.model_copy(update={"reports": found}), category)
    assert calendar.add(at("2026-09-01T16:00"), 2 * 3_600_000) == at("2026-09-03T08:30")
    assert calendar.works_at(at("2026-09-05T09:00"))
    assert not calendar.works_at(at("2026-09-02T09:00"))


def test_the_first_rule_that_holds_decides_and_a_place_in_no_commune_goes_to_the_next(tmp_path: Path) -> None:
    found, _ = read(tmp_path, CALENDAR + CATEGORY + ROUTE + '[[route]]\nrule_id = "khác"\nchief = "so-xd"\n')
    category = found.rules.category("rac")
    assert category is not None
    units = [unit.model_copy(update={"unit_id": "ubnd-1", "area_code": "1"}) for unit in LAOCAI.units[-1:]]
    router = router_of(LAOCAI.model_copy(update={"reports": found, "units": tuple(units)}), "2026-11-23")
    night, noon = at("2026-11-23T23:00"), at("2026-11-23T12:00")
    at_night, by_day = router.target(category, "1", night), router.target(category, "1", noon)
    nowhere = router.target(category, "", noon)
    assert at_night is not None
    assert at_night.rule == "đêm"
    assert by_day is not None
    assert (by_day.chief, by_day.partners, by_day.rule) == ("ubnd-1", ("so-xd",), "ngày")
    assert by_day.leader == units[0].leader
    assert by_day.allowed_ms == 450 * 60_000
    assert nowhere is not None
    assert (nowhere.chief, nowhere.rule, nowhere.leader) == ("so-xd", "khác", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CALENDAR.replace("13:30-17:00", "11:00-17:00"), "hours must follow each other within one day"),
        (CALENDAR.replace("13:30-17:00", "25:00-26:00"), "String should match pattern"),
        (CALENDAR.replace("2026-09-05", "2026-09-02"), "2026-09-02 is both closed and worked"),
        (CALENDAR.replace('"mon"', '"monday"'), "must be 'mon', 'tue'"),
        (CALENDAR + CATEGORY.replace('"gio"', '"gioo"'), "unknown calendar 'gioo', did you mean 'gio'?"),
        (CALENDAR + CATEGORY.replace("allowed_min = 450", "allowed_min = 0"), "allowed_min"),
        (CALENDAR + CATEGORY + ROUTE.replace('chief = "so-xd"', 'chief = "so-xdd"'), "unknown agency 'so-xdd'"),
        (CALENDAR + CATEGORY + CATEGORY, "category 'rac' is there already"),
        (CALENDAR + '[[route]]\nrule_id="x"\nchief="so-xd"\ncommunes=["9"]', "unknown commune '9'"),
    ],
)
def test_every_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    _, wrong = read(tmp_path, text)
    assert any(told in one for one in wrong), wrong
    assert all(one.startswith("reports.toml:") for one in wrong)


HEADER = "unit_id,name_vi,kind,parent_id,area_code,valid_from,valid_to,replaced_by\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,Sở A,departmnt,,,,,\n", "organisation.csv:2: kind 'departmnt', did you mean 'department'?"),
        ("a,,department,,,,,\n", "organisation.csv:2: name_vi is empty"),
        ("a,Sở A,department,b,,,,\n", "organisation.csv:2: a: unknown unit 'b'"),
        ("a,Sở A,department,b,,,,\nb,Sở B,department,a,,,,\n", "organisation.csv:2: a stands under itself"),
        ("a,Sở A,department,,,01/07/2025,,\n", "valid_from '01/07/2025' is no day; right would be 2025-07-01"),
        ("a,Sở A,department,,,2025-07-01,2025-06-30,\n", "a ends on 2025-06-30, before it begins"),
        ("a,Xã A,commune,,77777,2025-07-01,,\n", "no commune has the code '77777'"),
        ("a,Sở A,department,,,,,\na,Sở A,department,,,,,\n", "unit 'a' is already in line 2"),
    ],
)
def test_mistakes_of_the_organisation_tree_are_told(tmp_path: Path, rows: str, told: str) -> None:
    (tmp_path / "organisation.csv").write_text(HEADER + rows, encoding="utf-8")
    problems = Problems()
    read_organisation(tmp_path, {"02647"}, problems)
    with pytest.raises(SiteErrors) as wrong:
        problems.raise_if_any()
    assert any(told in one for one in wrong.value.messages), wrong.value.messages


def test_lao_cai_has_every_commune_of_today_and_the_districts_of_yesterday() -> None:
    today, before = "2026-11-23", "2025-06-30"
    communes = {unit.area_code for unit in LAOCAI.units if unit.kind == "commune" and unit.exists_on(today)}
    assert communes == {commune.code for commune in LAOCAI.communes}
    assert len([unit for unit in LAOCAI.units if unit.exists_on(today)]) > 100
    districts = [unit for unit in LAOCAI.units if unit.kind == "district"]
    assert districts
    assert all(unit.exists_on(before) and not unit.exists_on(today) and unit.replaced_by for unit in districts)


def test_every_category_of_lao_cai_reaches_an_agency_from_every_commune_and_from_nowhere() -> None:
    router = router_of(LAOCAI, "2026-11-23")
    known = {unit.unit_id for unit in LAOCAI.units} | {agency.agency_id for agency in LAOCAI.agencies}
    for category in LAOCAI.reports.rules.categories:
        for code in ("", *(commune.code for commune in LAOCAI.communes)):
            target = router.target(category, code, at("2026-11-23T09:00"))
            assert target is not None, (category.category_id, code)
            assert {target.chief, *target.partners} <= known

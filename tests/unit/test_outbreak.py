"""Line lists: what is read, what is refused, and that cases count the same in whatever order they are corrected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.outbreak import Case, CaseStatus
from backend.domain.outbreak import counted, days_between, touched_days
from backend.sources.case_list import CaseList, CaseListError, CaseRules, parse_cases
from config.outbreak import USUAL_WORDS, read_outbreak
from config.problems import Problems
from config.site import load_site
from tests.system.backend_process import LAOCAI

TODAY = date(2026, 11, 24)
COMMUNES = {"02647": "02647", "Cốc Lếu": "02650"}


def commune(written: str) -> str:
    if written not in COMMUNES:
        raise ValueError(f"{written!r} is no commune")
    return COMMUNES[written]


RULES = CaseRules(
    communes=commune,
    words={"khoi benh": "recovered", "dang dieu tri": "active", "tu vong": "dead", "loai tru": "excluded"},
    diseases=("sxh",),
    today=TODAY,
)
HEAD = "Mã ca,Ngày báo cáo,Xã/phường,Tình trạng,Ngày kết thúc\n"


def read(text: str) -> CaseList:
    return parse_cases(text.encode(), RULES)


def test_a_list_of_vietnamese_columns_is_read_by_commas_semicolons_and_as_json() -> None:
    (row,) = read(HEAD + "LC-1,01/11/2026,Cốc Lếu,Khỏi bệnh,2026-11-09\n").rows
    assert (row.case_id, row.disease_id, row.commune, row.status) == ("LC-1", "sxh", "02650", "recovered")
    assert (row.reported_on, row.ended_on, row.line) == (date(2026, 11, 1), date(2026, 11, 9), 2)
    assert read("\ufeff" + HEAD.replace(",", ";") + "LC-1;01/11/2026;Cốc Lếu;Khỏi bệnh;2026-11-09\n").rows == (row,)
    text = (
        '{"cases": [{"case_id": "LC-1", "reported_on": "2026-11-01", "commune": "Cốc Lếu", "status": "khỏi bệnh", '
        '"ended_on": "2026-11-09"}]}'
    )
    assert read(text).rows == (row.__class__(1, *[getattr(row, name) for name in row.__slots__[1:]]),)


def test_every_wrong_cell_is_named_and_nothing_is_taken() -> None:
    told = read(
        HEAD
        + "LC-1,01/11/2026,Cốc Lếu,đang điều trị,\n"
        + ",31/02/2026,Sa Huỳnh,mất tích,\n"
        + "LC-1,25/11/2026,02647,khỏi bệnh,\n"
        + "LC-3,10/11/2026,02647,tử vong,09/11/2026\n"
        + "LC-4,10/11/2026,02647,đang điều trị,11/11/2026\n"
    )
    assert told.rows == ()
    assert [(one.line, one.reason.partition(":")[0]) for one in told.rejections] == [
        (3, "case_id"), (3, "commune"), (3, "status"), (3, "reported_on"), (4, "reported_on"), (4, "ended_on"),
        (4, "case_id"), (5, "ended_on"), (6, "ended_on"),
    ]  # fmt: skip
    assert "stands in line 2 already" in told.rejections[6].reason
    assert "write 2026-11-24 or 24/11/2026" in told.rejections[3].reason


@pytest.mark.parametrize(
    "column", ["Họ và tên", "ngày sinh", "CCCD", "Số điện thoại", "address", "patient_name", "Năm sinh", "BHYT"]
)
def test_a_column_that_tells_who_somebody_is_is_refused_in_words(column: str) -> None:
    with pytest.raises(CaseListError, match="personal data does not enter this system") as told:
        read(HEAD.strip() + f",{column}\nLC-1,01/11/2026,Cốc Lếu,khỏi bệnh,02/11/2026,Nguyễn Văn A\n")
    assert "Nguyễn" not in str(told.value)


@pytest.mark.parametrize("number", ["010090001234", "0912345678", "+84 912 345 678", "123456789", "HS4010120878811"])
def test_the_number_of_a_person_is_no_number_of_a_case(number: str) -> None:
    (told,) = read(HEAD + f"{number},01/11/2026,Cốc Lếu,đang điều trị,\n").rejections
    assert "number of a person" in told.reason
    assert number not in told.reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "columns case_id"),
        ("a,b\n", "'a' is not known"),
        ("Mã ca,mã ca\n", "twice"),
        (HEAD, "no case"),
        (HEAD + "a,b\n", "line 2: 2 cells"),
        ("[1]", "object of texts"),
        ("{}", "list of cases"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_list_says_what_would_be_right(text: str, told: str) -> None:
    with pytest.raises(CaseListError, match=told):
        read(text)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_input_is_read_as_anything_but_a_list_or_a_refusal(body: bytes) -> None:
    for text in (body, HEAD.encode() + body):
        try:
            found = parse_cases(text, RULES)
        except CaseListError:
            continue
        assert not (found.rows and found.rejections)


DAYS = days_between(TODAY - timedelta(days=20), TODAY)
CASES = st.builds(
    lambda place, began, length, status: Case(
        place, began, status, None if status == "active" else began + timedelta(days=length)
    ),
    st.sampled_from(["02647", "02650"]),
    st.sampled_from(DAYS),
    st.integers(0, 12),
    st.sampled_from(["active", "recovered", "dead", "excluded"]),
)


def by_hand(cases: list[Case], day: date, place: str) -> dict[str, int]:
    """A count of its own: day by day, from what each case says."""
    there = [one for one in cases if one.status != "excluded" and place in ("", one.commune)]
    return {
        "new": len([one for one in there if one.reported_on == day]),
        "active": len([one for one in there if one.reported_on <= day and not (one.ended_on and one.ended_on <= day)]),
        "recovered": len([one for one in there if one.status == "recovered" and one.ended_on == day]),
        "deaths": len([one for one in there if one.status == "dead" and one.ended_on == day]),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, max_size=25))
def test_counts_equal_a_count_by_hand_and_add_up_to_the_province(cases: list[Case]) -> None:
    found = counted(cases, DAYS, ["02647", "02650"])
    for (count, place, day), value in found.items():
        assert value == by_hand(cases, day, place)[count]
    for count in ("new", "active", "recovered", "deaths"):
        for day in DAYS:
            assert found[count, "", day] == found[count, "02647", day] + found[count, "02650", day]


@settings(max_examples=60, deadline=None)
@given(CASES, CASES)
def test_a_correction_touches_every_day_whose_count_it_changes(before: Case, after: Case) -> None:
    touched = touched_days(before, TODAY) | touched_days(after, TODAY)
    then, now = counted([before], DAYS, ["02647", "02650"]), counted([after], DAYS, ["02647", "02650"])
    assert {key[2] for key in then if then[key] != now[key]} <= touched


def test_the_site_s_list_names_daily_indicators_and_its_words() -> None:
    site = load_site(LAOCAI)
    (disease,) = site.outbreak.diseases
    assert set(disease.codes().values()) == {"CASES", "CASES_ACTIVE", "CASES_RECOVERED", "CASES_DEATHS"}
    statuses: set[CaseStatus] = set(site.outbreak.words.values())
    assert statuses == set(USUAL_WORDS)
    assert site.outbreak.words["xuat vien"] == "recovered"


def test_a_list_that_counts_for_nothing_there_is_told_with_its_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("site")
    (folder / "outbreak.toml").write_text(
        '[[disease]]\ndisease_id = "a"\nname_vi = "A"\nproducer_id = "x"\nnew = "CASE"\n'
        '[words]\nactive = ["khỏi"]\nlost = ["mất"]\n[count]\ndays = 0\n',
        encoding="utf-8",
    )
    site = load_site(LAOCAI)
    problems = Problems()
    read_outbreak(folder, ["cdc"], {one.code: one for one in site.indicators.indicators}, problems)
    told = "\n".join(str(one) for one in problems.found)
    for words in ("unknown producer", "no indicator 'CASE'", "means active already", "unknown status 'lost'", "days"):
        assert words in told, told

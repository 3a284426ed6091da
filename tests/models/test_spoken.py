"""Alerts are said so that a synthesiser reads them right, in bursts as one sentence, and what is critical always."""

from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.kinds.alerts import Priority
from console.models.speech_queue import SpeechQueue
from console.models.spoken import SPOKEN_MOST, alert_sentence, readable, spelled_vi
from tests.panels.map_room import alert

ESPEAK = shutil.which("espeak-ng") or ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"), (4, "bốn"), (5, "năm"), (10, "mười"), (11, "mười một"), (14, "mười bốn"), (15, "mười lăm"),
        (20, "hai mươi"), (21, "hai mươi mốt"), (24, "hai mươi tư"), (51, "năm mươi mốt"), (52, "năm mươi hai"),
        (55, "năm mươi lăm"), (100, "một trăm"), (105, "một trăm linh năm"), (115, "một trăm mười lăm"),
        (201, "hai trăm linh một"), (1000, "một nghìn"), (1005, "một nghìn không trăm linh năm"),
        (1250, "một nghìn hai trăm năm mươi"), (10_021, "mười nghìn không trăm hai mươi mốt"),
        (1_000_000, "một triệu"), (2_000_000_000, "hai tỷ"),
    ],
)  # fmt: skip
def test_whole_numbers(number: int, words: str) -> None:
    assert spelled_vi(number) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trên BĐ3 3,41 m", "trên báo động ba, ba phẩy bốn mốt mét"),
        ("1.250 m³/s", "một nghìn hai trăm năm mươi mét khối trên giây"),
        ("SO2 51,0 mg/Nm3", "ét ô hai, năm mươi mốt phẩy không mi li gam trên mét khối chuẩn"),
        ("PM2,5 38 %", "pê em hai phẩy năm, ba mươi tám phần trăm"),
        ("trạm TL-07", "trạm tê en lờ không bảy"),
        ("lúc 10:02 ngày 22/11", "lúc mười giờ hai phút ngày hai mươi hai tháng mười một"),
        ("-3,5 °C", "âm ba phẩy năm độ xê"),
        ("QCVN 19:2009", "quy chuẩn Việt Nam mười chín, hai nghìn không trăm linh chín"),
        ("từ 10.0.0.12", "từ một không chấm không chấm không chấm một hai"),
        ("0,05 mg/L", "không phẩy không năm mi li gam trên lít"),
        ("gọi 0987654321", "gọi không chín tám bảy sáu năm bốn ba hai một"),
        ("UBND tỉnh: pH 8,15", "ủy ban nhân dân tỉnh, pê hát tám phẩy mười lăm"),
        ("mưa 62,0 mm trong 24 giờ (mưa to)", "mưa sáu mươi hai phẩy không mi li mét trong hai mươi tư giờ, mưa to,"),
        ("Sông Hồng dâng nhanh", "Sông Hồng dâng nhanh"),
    ],
)  # fmt: skip
def test_what_headlines_hold_is_read_as_people_say_it(text: str, words: str) -> None:
    assert readable(text, "vi") == words


def test_english_keeps_its_figures_and_names_its_units() -> None:
    assert readable("water level 1,250.5 m, 3.41 m above BĐ3", "en") == (
        "water level 1250.5 metres, 3.41 metres above alarm level 3"
    )


@given(st.text(max_size=2000))
def test_nothing_is_left_for_the_synthesiser_to_guess(text: str) -> None:
    said = readable(text, "vi")
    assert len(said) <= SPOKEN_MOST
    assert not any(letter.isdigit() for letter in said if letter.isascii())
    assert all(letter.isalpha() or letter in " ,.;?!" or not letter.isascii() for letter in said)


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_every_number_is_said_in_other_words(number: int) -> None:
    assert spelled_vi(number) != spelled_vi(number + 1)
    assert "  " not in spelled_vi(number)


def test_a_sentence_says_how_urgent_what_where_and_how_many_others() -> None:
    one = alert("a", Priority.CRITICAL, headline="Cháy 51 nhà", place_name="Cốc Lếu")
    assert alert_sentence(one, "vi", 10) == "Khẩn cấp. Cháy năm mươi mốt nhà, Cốc Lếu. còn mười cảnh báo khác."
    drill = one.model_copy(update={"exercise": True})
    assert alert_sentence(drill, "en").startswith("Exercise. Critical. Fire")


# ---- whose turn it is ------------------------------------------------------------------------------------------


def queue() -> SpeechQueue:
    return SpeechQueue(burst_s=2.0, lead_s=1.0, repeat_s=30.0)


def test_a_burst_is_its_worst_and_a_count() -> None:
    turns = queue()
    wanting = {f"a{number}": 3 for number in range(10)} | {"worst": 2}
    for number, key in enumerate(wanting):
        turns.arrive(key, number * 0.1)
    assert turns.next(1.9, wanting, False, False) is None
    said = turns.next(2.0, wanting, False, False)
    assert said is not None
    assert (said.alert_id, said.more) == ("worst", 10)
    assert turns.next(60.0, wanting, False, False) is None


def test_what_was_answered_before_its_turn_is_not_said() -> None:
    turns = queue()
    turns.arrive("a", 0.0)
    turns.arrive("b", 0.0)
    said = turns.next(3.0, {"b": 3}, False, False)
    assert said is not None
    assert (said.alert_id, said.more) == ("b", 0)


def test_what_is_critical_comes_first_and_again_until_it_is_answered() -> None:
    turns = queue()
    turns.arrive("high", 0.0)
    turns.arrive("fire", 0.5)
    wanting = {"high": 2, "fire": 1}
    assert [turns.next(at_s, wanting, False, False) for at_s in (0.5, 1.4)] == [None, None]
    order = [turns.next(at_s, wanting, False, False) for at_s in (2.5, 2.6, 20.0, 32.5)]
    assert [one.alert_id if one else "" for one in order] == ["fire", "high", "", "fire"]
    assert turns.next(90.0, {"high": 2}, False, False) is None


def test_muted_nothing_is_said_and_what_still_waits_is_said_after_it() -> None:
    turns = queue()
    wanting = {"a": 2, "b": 3, "fire": 1}
    for key in wanting:
        turns.arrive(key, 0.0)
    assert turns.next(5.0, wanting, True, True) is None
    said = turns.next(6.0, wanting, True, False)
    assert said is not None
    assert said.critical
    assert turns.next(7.0, wanting, True, False) is None
    late = turns.next(600.0, {"a": 2, "b": 3}, False, False)
    assert late is not None
    assert (late.alert_id, late.more) == ("a", 1)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=30))
def test_every_critical_alert_is_said_by_name_and_every_other_is_counted(arrivals: list[tuple[int, int]]) -> None:
    turns = queue()
    wanting = {str(number): priority for number, (_, priority) in enumerate(arrivals)}
    named, told, number = set(), 0, 0
    order = sorted((at_s, str(key)) for key, (at_s, _) in enumerate(arrivals))
    for second in range(32 + len(arrivals)):
        while number < len(order) and order[number][0] <= second:
            turns.arrive(order[number][1], float(order[number][0]))
            number += 1
        said = turns.next(float(second), wanting, False, False)
        if said is not None and said.critical:
            named.add(said.alert_id)
        elif said is not None:
            told += 1 + said.more
    for second in range(70, 75):
        said = turns.next(float(second), wanting, False, False)
        if said is not None and not said.critical:
            told += 1 + said.more
    assert named >= {key for key, priority in wanting.items() if priority == 1}
    assert told == sum(priority != 1 for priority in wanting.values())


# ---- real speech -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not ESPEAK, reason="espeak-ng is not installed here")
def test_real_speech_comes_of_all_kinds_of_figures_and_none_stands_still(tmp_path: Path) -> None:
    figures = [*range(0, 200, 7), 51, 52, 55, 105, 1_000_000, 999_999_999_999, 10**40]
    texts = [f"{figure}" for figure in figures] + ["3,41 m", "1" * 300, "TL-07 SO2 -0,05 mg/Nm3 12:05 22/11/2026"]
    for text in texts:
        path = tmp_path / "said.wav"
        command = [ESPEAK, "-v", "vi", "-s", "300", "-b", "1", "-w", str(path), "--stdin"]
        subprocess.run(command, input=readable(text, "vi").encode(), check=True, timeout=5)
        with wave.open(str(path), "rb") as file:
            assert 0.1 < file.getnframes() / file.getframerate() < 25, text

"""Alerts as sentences that a speech synthesiser reads right: no figure, unit or code is left for it to guess.

espeak-ng misreads Vietnamese figures and stands still over long ones (espeak-ng issue 2442): here everything becomes
words, and a sentence has a bounded length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from backend.contracts.alerts import Alert

SPOKEN_MOST: Final = 280
"""Characters of one sentence: about 20 s of speech."""

FIGURE_MOST: Final = 12
"""Digits that are still read as one number; a longer row of them is a code."""

DIGITS_MOST: Final = 16
"""Digits of a code that are read at all."""

_DIGITS_VI: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES_VI: Final = ("", "nghìn", "triệu", "tỷ")
_LETTERS_VI: Final = {
    "A": "a", "B": "bê", "C": "xê", "D": "đê", "Đ": "đê", "E": "e", "F": "ép", "G": "giê", "H": "hát", "I": "i",
    "J": "gi", "K": "ca", "L": "en lờ", "M": "em", "N": "en", "O": "ô", "P": "pê", "Q": "quy", "R": "e rờ",
    "S": "ét", "T": "tê", "U": "u", "V": "vê", "W": "vê kép", "X": "ích", "Y": "i dài", "Z": "dét",
}  # fmt: skip
_WORDS_VI: Final = {
    "UBND": "ủy ban nhân dân", "KTTV": "khí tượng thủy văn", "PCCC": "phòng cháy chữa cháy",
    "QCVN": "quy chuẩn Việt Nam", "TCVN": "tiêu chuẩn Việt Nam", "ATTT": "an toàn thông tin",
    "CSGT": "cảnh sát giao thông", "TTATGT": "trật tự an toàn giao thông", "ĐBSCL": "đồng bằng sông Cửu Long",
    "BĐ": "báo động", "QĐ": "quyết định", "TT": "thông tư", "NĐ": "nghị định", "KCN": "khu công nghiệp",
    "TP": "thành phố", "TX": "thị xã", "QL": "quốc lộ", "BTNMT": "bộ tài nguyên và môi trường",
}  # fmt: skip
_UNITS_VI: Final = {
    "m": "mét", "cm": "xen ti mét", "mm": "mi li mét", "km": "ki lô mét", "m3/s": "mét khối trên giây",
    "m3/h": "mét khối trên giờ", "m3/d": "mét khối trên ngày", "m3": "mét khối", "m2": "mét vuông",
    "mg/nm3": "mi li gam trên mét khối chuẩn", "µg/nm3": "mi crô gam trên mét khối chuẩn",
    "g/nm3": "gam trên mét khối chuẩn", "mg/m3": "mi li gam trên mét khối", "µg/m3": "mi crô gam trên mét khối",
    "mg/l": "mi li gam trên lít", "µg/l": "mi crô gam trên lít", "g/l": "gam trên lít", "l/s": "lít trên giây",
    "m/s": "mét trên giây", "m/giờ": "mét mỗi giờ", "m/h": "mét mỗi giờ", "km/h": "ki lô mét trên giờ",
    "mm/h": "mi li mét mỗi giờ", "mm/giờ": "mi li mét mỗi giờ", "°c": "độ xê", "%": "phần trăm",
    "hpa": "héc tô pát can", "kpa": "ki lô pát can", "mbar": "mi li ba", "gb": "ghi ga bai", "mb": "mê ga bai",
    "ppm": "phần triệu", "s": "giây", "h": "giờ", "ph": "phút", "kw": "ki lô oát", "pt-co": "đơn vị màu",
    "mm/24 giờ": "mi li mét trong hai mươi bốn giờ",
}  # fmt: skip
_UNITS_EN: Final = {
    "m": "metres", "cm": "centimetres", "mm": "millimetres", "km": "kilometres", "m3/s": "cubic metres per second",
    "m3/h": "cubic metres per hour", "mg/nm3": "milligrams per normal cubic metre",
    "mg/m3": "milligrams per cubic metre", "µg/m3": "micrograms per cubic metre", "mg/l": "milligrams per litre",
    "m/h": "metres per hour", "km/h": "kilometres per hour", "m/s": "metres per second", "°c": "degrees Celsius",
    "%": "percent", "s": "seconds", "h": "hours", "min": "minutes", "hpa": "hectopascals",
}  # fmt: skip
_PRIORITY: Final = {
    "vi": {1: "Khẩn cấp", 2: "Mức cao", 3: "Mức trung bình", 4: "Mức thấp", 5: "Hệ thống"},
    "en": {1: "Critical", 2: "High", 3: "Medium", 4: "Low", 5: "System"},
}
_EXERCISE: Final = {"vi": "Diễn tập", "en": "Exercise"}
_SUPERSCRIPTS: Final = str.maketrans(
    {"³": "3", "²": "2", "μ": "µ", "−": "-", "–": "-", "₂": "2", "₃": "3", "\xa0": " "}
)
_TOKEN: Final = re.compile(
    r"(?P<address>\d+(?:\.\d+){3,})"
    r"|(?P<time>(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:]))"
    r"|(?P<date>(?<![\d/])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/\d{4})?(?![\d/]))"
    r"|(?P<code>[A-ZĐ][A-ZĐa-z]{0,7}[-_]?\d[\d,.]*(?:[-_]\d+)*)"
    r"|(?P<number>(?:(?<![\w,.])[-+])?\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]+)"
)  # fmt: skip


def spelled_vi(number: int) -> str:
    """A whole number in words: 51 "năm mươi mốt", 105 "một trăm linh năm", 1005 "một nghìn không trăm linh năm"."""
    if number < 0:
        return "âm " + spelled_vi(-number)
    if number == 0:
        return _DIGITS_VI[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    words: list[str] = []
    for index in reversed(range(len(groups))):
        if not groups[index]:
            continue
        words.append(_group_vi(groups[index], whole=bool(words)))
        if index:
            words.append(" ".join([_SCALES_VI[index % 3]] * bool(index % 3) + ["tỷ"] * (index // 3)))
    return " ".join(words)


def _group_vi(group: int, whole: bool) -> str:
    """Three digits; `whole`: something stands before them, so that the empty hundreds are told."""
    hundreds, rest = divmod(group, 100)
    words = [_DIGITS_VI[hundreds], "trăm"] if hundreds or whole else []
    if rest and rest < 10:
        return " ".join([*words, *(["linh"] if words else []), _DIGITS_VI[rest]])
    return " ".join([*words, _below_hundred_vi(rest)]).strip()


def _below_hundred_vi(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not number:
        return ""
    if not tens:
        return _DIGITS_VI[ones]
    last = {0: "", 5: "lăm"}.get(ones, _DIGITS_VI[ones])
    if tens == 1:
        return f"mười {last}".strip()
    last = {1: "mốt", 4: "tư"}.get(ones, last)
    return f"{_DIGITS_VI[tens]} mươi {last}".strip()


def _fraction_vi(digits: str) -> str:
    """What stands behind the comma: 41 "bốn mốt", 05 "không năm", 375 "ba bảy năm"."""
    if len(digits) == 2 and digits[0] not in "01" and digits[1] != "0":
        last = {"1": "mốt", "4": "tư", "5": "lăm"}.get(digits[1], _DIGITS_VI[int(digits[1])])
        return f"{_DIGITS_VI[int(digits[0])]} {last}"
    if len(digits) == 2 and digits[0] != "0":
        return _below_hundred_vi(int(digits))
    return _digits_vi(digits)


def _digits_vi(digits: str) -> str:
    return " ".join(_DIGITS_VI[int(digit)] for digit in digits[:DIGITS_MOST])


def figure_vi(text: str) -> str:
    """A figure as Vietnamese writes it ("1.250", "-3,41", "0.9") in words."""
    sign = "âm " if text.startswith("-") else ""
    body = text.lstrip("+-")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", body):
        body = body.replace(".", "")
    whole, mark, fraction = body.replace(".", ",").partition(",")
    if "," in fraction or len(whole) > FIGURE_MOST or (len(whole) > 1 and whole.startswith("0")):
        return sign + _digits_vi(re.sub(r"\D", "", text))
    words = sign + spelled_vi(int(whole))
    return f"{words} phẩy {_fraction_vi(fraction)}" if mark else words


def _code_vi(code: str) -> str:
    """ "SO2" "ét ô hai", "PM2,5" "pê em hai phẩy năm", "TL-07" "tê en lờ không bảy", "BĐ3" "báo động ba"."""
    match = re.match(r"([A-ZĐa-z]+)(.*)", code)
    assert match is not None
    letters, rest = match.groups()
    words = [_WORDS_VI.get(letters) or _letters_vi(letters)]
    words += [figure_vi(part) for part in re.findall(r"\d+(?:[.,]\d+)*", rest)]
    return " ".join(words)


def _letters_vi(letters: str) -> str:
    if len(letters) > 3 and letters[1:].islower():
        return letters  # a name with a number behind it
    return " ".join(_LETTERS_VI.get(letter.upper(), "") for letter in letters).strip()


def _word_vi(word: str) -> str:
    if word in _WORDS_VI:
        return _WORDS_VI[word]
    plain = word.isascii()
    if plain and word.isupper() and 2 <= len(word) <= 5:
        return _letters_vi(word)
    if plain and word in ("NOx", "SOx", "pH"):
        return _letters_vi(word)
    return word


def _time_vi(text: str) -> str:
    names = ("giờ", "phút", "giây")
    return " ".join(f"{spelled_vi(int(part))} {name}" for part, name in zip(text.split(":"), names, strict=False))


def _date_vi(text: str) -> str:
    names = ("ngày", "tháng", "năm")
    parts = zip(text.split("/"), names, strict=False)
    return " ".join(f"{name} {spelled_vi(int(part))}".strip() for part, name in parts)


_READ_VI: Final[dict[str, Callable[[str], str]]] = {
    "address": lambda text: " chấm ".join(_digits_vi(part) for part in text.split(".")[:6]),
    "time": _time_vi,
    "date": _date_vi,
    "code": _code_vi,
    "number": figure_vi,
    "word": _word_vi,
}


def _figure_en(text: str) -> str:
    body = text.replace(",", "")
    digits = re.sub(r"\D", "", body)
    if len(digits) > FIGURE_MOST or body.count(".") > 1:
        return " ".join(digits[:DIGITS_MOST])
    return f"minus {body[1:]}" if body.startswith("-") else body.lstrip("+")


def _code_en(code: str) -> str:
    match = re.match(r"([A-ZĐa-z]+)(.*)", code)
    assert match is not None
    letters, rest = match.groups()
    if letters == "BĐ":
        return f"alarm level {_figure_en(rest)}"
    name = letters if len(letters) > 3 else " ".join(letters.upper())
    return " ".join([name, *(_figure_en(part) for part in re.findall(r"\d+(?:[.,]\d+)*", rest))])


_READ_EN: Final[dict[str, Callable[[str], str]]] = {
    "address": lambda text: " point ".join(text.split(".")[:6]),
    "code": _code_en,
    "number": _figure_en,
}


def _unit_after(text: str, at: int, units: dict[str, str]) -> tuple[str, int]:
    """(words, where it ends) of a unit that stands at `at`; ("", at) when there is none."""
    start = at + 1 if text[at : at + 1] == " " else at
    for length in range(min(10, len(text) - start), 0, -1):
        word = text[start : start + length].lower()
        if word in units and not text[start + length : start + length + 1].isalnum():
            return units[word], start + length
    return "", at


def readable(text: str, language: str) -> str:
    """`text` as words alone, at most SPOKEN_MOST characters; marks that part sentences stay."""
    text = text[: 4 * SPOKEN_MOST].translate(_SUPERSCRIPTS)
    read, units = (_READ_EN, _UNITS_EN) if language == "en" else (_READ_VI, _UNITS_VI)
    words: list[str] = []
    at, after_code = 0, False
    for found in _TOKEN.finditer(text):
        if found.start() < at:
            continue
        between = text[at : found.start()]
        kind, token = found.lastgroup or "word", found.group()
        # "báo động ba, ba phẩy bốn mốt mét": the figure is not the code's.
        words.append("," if after_code and kind == "number" else _pause(between))
        after_code = kind == "code"
        trailing = token[len(token.rstrip(".,")) :] if kind == "code" else ""
        words.append(read.get(kind, str)(token.rstrip(".,") if trailing else token))
        at = found.end() - len(trailing)
        if kind == "number":
            unit, at = _unit_after(text, at, units)
            words.append(unit)
    words.append(_pause(text[at:]))
    said = " ".join(" ".join(words).split()).replace("ngày ngày", "ngày")
    return _bounded(re.sub(r"\s+([,.;?!])", r"\1", said))


def _pause(between: str) -> str:
    """Of what stands between words only what makes a pause."""
    return next((mark for mark in ".;?!," if mark in between), "," if re.search(r"[:·|()\n]|\s-\s", between) else "")


def _bounded(text: str) -> str:
    if len(text) <= SPOKEN_MOST:
        return text
    head = text[:SPOKEN_MOST]
    end = max(head.rfind(mark) for mark in (",", ".", ";"))
    return head[: end if end > SPOKEN_MOST // 2 else head.rfind(" ")].rstrip(" ,.;")


def alert_sentence(alert: Alert, language: str, more: int = 0) -> str:
    """What is said of an alert: how urgent, what and where, and how many others came with it."""
    tongue = "en" if language == "en" else "vi"
    headline = alert.headline_en if tongue == "en" and alert.headline_en else alert.headline_vi
    if alert.place_name and alert.place_name.lower() not in headline.lower():
        headline = f"{headline}, {alert.place_name}"
    urgency = _PRIORITY[tongue][int(alert.priority)]
    parts = [_EXERCISE[tongue]] if alert.exercise else []
    parts += [urgency, readable(headline, tongue)]
    if more:
        parts.append(f"còn {spelled_vi(more)} cảnh báo khác" if tongue == "vi" else f"and {more} other alerts")
    return ". ".join(part.rstrip(" .,") for part in parts if part) + "."

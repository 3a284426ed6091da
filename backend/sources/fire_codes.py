"""What a panel's message says: SIA DC-03 codes and Ademco Contact ID, as reports of one zone each. Pure.

Names of codes and the way from Contact ID to SIA codes are pysiaalarm's tables; which of them are fire is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pysiaalarm.data.adm_mapping import ADM_MAPPING
from pysiaalarm.data.sia_codes import SIA_CODES

from backend.contracts.events import FireNature
from backend.sources.dc09 import Message
from backend.sources.text import plain

MAX_REPORTS: Final = 50
"""Of one message; a body of 4,095 characters could name a thousand."""

_FIRE: Final = ("F", "K", "S", "G")
"""First letters of fire, heat, sprinkler and gas; the second says what happened to it."""

_NATURES: Final[dict[str, FireNature]] = {
    **dict.fromkeys([f"{sort}A" for sort in _FIRE] + ["FM", "FG"], "alarm"),
    **dict.fromkeys([f"{sort}{end}" for sort in _FIRE for end in "HR"] + ["AN"], "restore"),
    **dict.fromkeys([f"{sort}{end}" for sort in _FIRE for end in "TSB"], "trouble"),
    **dict.fromkeys(["FW", "FY", "FZ", "AS", "AT", "ET", "YA", "YC", "YI", "YM", "YP", "YS", "YT", "TA"], "trouble"),
    **dict.fromkeys([f"{sort}{end}" for sort in _FIRE for end in "JU"], "trouble_restore"),
    **dict.fromkeys(["FV", "FQ", "AR", "ER", "YH", "YJ", "YK", "YQ", "YR", "TR", "TH"], "trouble_restore"),
    **dict.fromkeys(["RP", "RX", "FX", "FI", "FK", "GX", "TS", "TE", "TX", "TP", "TC", "RR", "YY"], "test"),
}

TROUBLE_ENDS: Final[Mapping[str, str]] = {
    **{f"{sort}J": f"{sort}T" for sort in _FIRE},
    **{f"{sort}U": f"{sort}B" for sort in _FIRE},
    "FV": "FS", "FQ": "FW", "AR": "AT", "ER": "ET", "YH": "YA", "YJ": "YI", "YK": "YC", "YQ": "YP", "YR": "YT",
    "TR": "TA", "TH": "TA",
}  # fmt: skip
"""Code of a trouble's end -> code of the trouble."""

WORDS_VI: Final[Mapping[str, str]] = {
    "FA": "Báo cháy", "FM": "Báo cháy (hai đầu báo)", "FG": "Báo cháy chưa xác minh", "KA": "Báo nhiệt",
    "SA": "Đầu phun nước hoạt động", "GA": "Báo khí gas", "FT": "Lỗi mạch báo cháy", "FS": "Giám sát chữa cháy",
    "FW": "Lỗi giám sát chữa cháy", "FB": "Đã cô lập khu vực báo cháy", "FY": "Mất đầu báo cháy",
    "FZ": "Mất giám sát chữa cháy", "KT": "Lỗi đầu báo nhiệt", "ST": "Lỗi hệ thống đầu phun", "GT": "Lỗi đầu báo khí",
    "AT": "Mất điện lưới", "YT": "Ắc quy yếu", "YM": "Mất ắc quy", "YP": "Lỗi nguồn", "YC": "Lỗi truyền tin",
    "YS": "Lỗi đường truyền", "YA": "Lỗi chuông", "YI": "Quá dòng", "ET": "Lỗi mô đun mở rộng", "TA": "Tủ bị mở",
    "AS": "Đầu báo cần vệ sinh", "RP": "Tự kiểm tra", "RX": "Kiểm tra thủ công", "FX": "Kiểm tra báo cháy",
}  # fmt: skip

_SIA: Final = re.compile(r"(?P<code>[A-Z]{2})(?P<zone>[0-9A-F]{0,8})")
_MODIFIER: Final = re.compile(r"(?:ti|id|ri|pi|va|ph)[^/]{0,40}")
_CONTACT_ID: Final = re.compile(r"([136])([0-9A-F]{3}) ([0-9A-F]{2}) ([0-9A-F]{3})")


@dataclass(frozen=True, slots=True)
class FireReport:
    """One thing a panel reports about one zone ("" = none named). `text`: the panel's own words."""

    nature: FireNature
    code: str
    zone: str
    text: str = ""


class FireCodeError(ValueError):
    """The message's data is no report; the message says why."""


def reports_of(message: Message, natures: Mapping[str, FireNature] | None = None) -> tuple[FireReport, ...]:
    """What `message` reports, in order; nothing for a link test. `natures`: the site's own word for some codes.

    Raises:
        FireCodeError: the data is not as DC-03 or Contact ID write it, or its code is unknown.
    """
    if message.token == "NULL":
        return ()
    natures = {**_NATURES, **(natures or {})}
    text = plain(" ".join(item[1:] for item in message.xdata if item[:1] in ("I", "L")), 200)
    data = message.data.partition("|")[2] if message.data.startswith("#") else message.data
    if message.token == "ADM-CID":
        return (_contact_id(data, text, natures),)
    return _sia(data, text, natures)


def code_words(code: str, english: bool) -> str:
    """The code in words: the Vietnamese of the fire codes, otherwise the standard's English."""
    known = SIA_CODES.get(code)
    standard = known.type if known is not None else code
    return standard if english else WORDS_VI.get(code, standard)


def _contact_id(data: str, text: str, natures: Mapping[str, FireNature]) -> FireReport:
    match = _CONTACT_ID.fullmatch(data)
    if match is None:
        raise FireCodeError(f"Contact ID is written 'QEEE GG ZZZ', not {plain(data, 40)!r}")
    qualifier, event, _, zone = match.groups()
    # 6 repeats a condition that was reported before and still holds.
    code = ADM_MAPPING.get(event, {}).get("1" if qualifier == "6" else qualifier)
    if code is None:
        raise FireCodeError(f"Contact ID event {qualifier}{event} is unknown")
    return FireReport(nature_of(code, natures), code, _zone(zone), text)


def _sia(data: str, text: str, natures: Mapping[str, FireNature]) -> tuple[FireReport, ...]:
    if not data.startswith("N"):
        raise FireCodeError(f"a block of DC-03 begins with 'N' (new event), not {plain(data, 40)!r}")
    reports: list[FireReport] = []
    area = ""
    for part in data[1:].split("/"):
        head, *words = re.split(r"\|A|[|*'^]", part, maxsplit=1)
        while head and (modifier := _MODIFIER.match(head)) is not None:
            area = modifier[0][2:] if modifier[0].startswith("ri") else area
            head = _after_modifier(head, modifier)
        if not head:
            continue
        match = _SIA.match(head)
        if match is None or match["code"] not in SIA_CODES:
            raise FireCodeError(f"{plain(part, 40)!r} is no event code of DC-03")
        own = plain(" ".join((head[match.end() :], *words)).strip("'^*| "), 200)
        # Small panels name no point, only the area.
        zone = _zone(match["zone"]) or _zone(re.match(r"\d*", area)[0])  # type: ignore[index]  # it always matches
        reports.append(FireReport(nature_of(match["code"], natures), match["code"], zone, own or text))
        if len(reports) > MAX_REPORTS:
            raise FireCodeError(f"more than {MAX_REPORTS} events in one message")
    if not reports:
        raise FireCodeError("the block names no event")
    return tuple(reports)


def _after_modifier(head: str, modifier: re.Match[str]) -> str:
    """Panels write `ri1/FA05`, but also `ri1FA05` without the slash."""
    found = re.search(r"[A-Z]{2}[0-9A-F]*$", head)
    return head[found.start() :] if found is not None and found.start() >= 2 else head[modifier.end() :]


def nature_of(code: str, natures: Mapping[str, FireNature] = _NATURES) -> FireNature:
    """What a code of DC-03 means to this room."""
    return natures.get(code, "other")


def _zone(written: str) -> str:
    """ "005" and "5" are the same zone; 0 is the panel itself."""
    return written.lstrip("0")

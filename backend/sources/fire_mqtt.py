"""Fire reports as JSON messages of a broker: `PREFIX/ACCOUNT`, for gateways that speak no DC-09. Pure.

`{"code": "FA", "zone": "2", "text": "..."}` with a code of SIA DC-03, a list of such, or `{"alive": true}` as the
link test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pysiaalarm.data.sia_codes import SIA_CODES

from backend.sources.fire_codes import MAX_REPORTS, FireReport, nature_of
from backend.sources.text import plain, shown


class FireEnvelopeError(ValueError):
    """The message is no report; the message of the error says what would be one."""


@dataclass(frozen=True, slots=True)
class FireWord:
    """What the panel of `account` says; no report = it lives."""

    account: str
    reports: tuple[FireReport, ...]


def fire_word(topic: str, prefix: str, payload: bytes) -> FireWord | None:
    """The word of a message; None when its topic is not of fire panels.

    Raises:
        FireEnvelopeError: the payload is not as written above.
    """
    account = topic.removeprefix(f"{prefix}/")
    if not prefix or account == topic:
        return None
    if not re.fullmatch(r"[0-9A-Za-z]{3,16}", account):
        raise FireEnvelopeError(f"account {shown(account)}; it is 3 to 16 letters or digits")
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        raise FireEnvelopeError("the payload is no JSON") from None
    items = said if isinstance(said, list) else [said]
    if not 1 <= len(items) <= MAX_REPORTS:
        raise FireEnvelopeError(f"{len(items)} reports; a message has 1 to {MAX_REPORTS}")
    reports = [_report(item) for item in items]
    return FireWord(account.upper(), tuple(report for report in reports if report is not None))


def _report(item: object) -> FireReport | None:
    if not isinstance(item, Mapping):
        raise FireEnvelopeError('a report is an object such as {"code": "FA", "zone": "2"}')
    if item.get("alive") is True and "code" not in item:
        return None
    code, zone, text = item.get("code"), item.get("zone", ""), item.get("text", "")
    if not isinstance(code, str) or code not in SIA_CODES:
        raise FireEnvelopeError(f"code {shown(str(code)[:100])}; it must be a code of SIA DC-03 such as FA, FR, FT")
    if isinstance(zone, bool) or not re.fullmatch(r"[0-9A-Za-z]{0,8}", str(zone)):
        raise FireEnvelopeError(f"zone {shown(str(zone)[:100])}; it must be a number or up to 8 letters and digits")
    if not isinstance(text, str):
        raise FireEnvelopeError("text must be a string")
    return FireReport(nature_of(code), code, str(zone).lstrip("0"), plain(text, 200))

"""meetings.toml: majorities and quorum of the site's meetings, how long one speaks, the head of their minutes.

A site without the file holds meetings with polls only: nothing is carried by a rule nobody wrote down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.contracts.meetings import Majority, MeetingRules, MinutesHead, Quorum
from config.problems import Problems, one_of, read_toml

FILE: Final = "meetings.toml"
_SPEECH: Final = ("speech_s", "warn_left_s")


def read_meetings(folder: Path, problems: Problems) -> MeetingRules:
    """What the file of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return MeetingRules()
    file = read_toml(path, problems)
    file.only(("majority", "quorum", "speech", "minutes"))
    found: dict[str, Majority] = {}
    for where, table in file.tables("majority"):
        majority = file.parse(where, table, Majority)
        if majority is None:
            continue
        if majority.majority_id in found:
            file.wrong(where, f"majority {majority.majority_id!r} is there already; each has its own id")
        if majority.numerator > majority.denominator or (majority.more and majority.numerator == majority.denominator):
            file.wrong(where, "this share can never be reached: the numerator is less than the denominator")
        found[majority.majority_id] = majority
    quorum = file.parse(("quorum",), file.table("quorum"), Quorum) or Quorum()
    if quorum.numerator > quorum.denominator:
        file.wrong(("quorum", "numerator"), "more than everybody can never be present")
    speech = file.table("speech")
    for key in speech:
        if key not in _SPEECH:
            file.wrong(("speech", key), f"unknown key {key!r}{one_of(key, _SPEECH)}")
    times = file.parse(("speech",), {key: speech[key] for key in _SPEECH if key in speech}, MeetingRules)
    rules = times or MeetingRules()
    head = file.parse(("minutes",), file.table("minutes"), MinutesHead) or MinutesHead()
    return rules.model_copy(update={"majorities": tuple(found.values()), "quorum": quorum, "minutes": head})

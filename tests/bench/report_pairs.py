"""Duplicates among thousands of open reports: all pairs at first, and one more report, against comparing with all.

Reports lie in a province of 20 by 20 km, one of ten without a place, in the words of a city's complaints. The anchor
compares one report with every other by the same rule (`likely`), as it would be without cells and branches.
"""

from __future__ import annotations

import os
import random
import time

from backend.contracts.report_likeness import LikelyPairs, likely
from backend.contracts.report_rules import ReportRules
from tests.unit.test_report_likeness import report

CITY = (
    "rác đường chợ cây đổ cống tắc đèn hỏng ngập trước nhà số cầu phường hẻm ngõ bệnh viện trường học sụt lún ổ gà bụi "
    "khói mùi hôi nước thải dây điện chùng nắp hố ga mất biển báo gãy xe tải chở đất rơi vãi tiếng ồn karaoke đêm"
)
OPEN = 5_000
CHANGES = 300
DAYS = 30
PLACELESS = 10
"""One of so many says no place."""


def run(brief: bool) -> dict[str, object]:
    chance, count = random.Random(5), 500 if brief else OPEN
    reports, known = [], CITY.split()
    for number in range(1, count + 1):
        place = (22.40 + chance.random() * 0.2, 103.9 + chance.random() * 0.2) if number % PLACELESS else None
        words = " ".join(chance.choices(known, k=9))
        category = f"linh-vuc-{chance.randrange(12)}"
        reports.append(report(number, place, words, days=-DAYS * chance.random(), category=category))
    rules = ReportRules()
    kept = LikelyPairs(rules)
    began_s = time.perf_counter()
    for one in reports:
        kept.put(one)
    whole_s = time.perf_counter() - began_s
    changed = chance.sample(reports, min(CHANGES, count))
    began_s = time.perf_counter()
    for one in changed:
        kept.put(one)
    one_s = (time.perf_counter() - began_s) / len(changed)
    began_s = time.perf_counter()
    for one in changed[:20]:
        likely(one, reports, rules)
    bare_s = (time.perf_counter() - began_s) / len(changed[:20])
    return {
        "cores": os.cpu_count(),
        "open": count,
        "pairs": kept.best(1)[1],
        "all_ms": round(whole_s * 1000, 1),
        "one_more_ms": round(one_s * 1000, 3),
        "against_all_ms": round(bare_s * 1000, 3),
        "ratio": round(one_s / bare_s, 3),
    }

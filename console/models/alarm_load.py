"""The alarm load as rows of words: figures against their targets, what comes most, what chatters and what stands."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.alarm_load import AlarmLoad, AlarmName, Kpi, KpiTarget
from backend.contracts.kinds.alerts import ALERT_KINDS
from console.models.alert_words import priority_words
from console.models.numbers import NO_VALUE, format_age, format_number
from console.models.word_rows import Row, Standing

translate = QCoreApplication.translate

_ORDER: Final[tuple[Kpi, ...]] = (
    "per_10min", "per_hour", "per_day", "peak_10min", "flood_ratio", "busy_hours_ratio", "top_ten_ratio", "chattering",
    "stale", "priority_1_ratio", "priority_2_ratio", "priority_3_ratio", "priority_4_ratio",
)  # fmt: skip


def figure_headings() -> list[str]:
    return [
        translate("AlarmLoad", "Figure"),
        translate("AlarmLoad", "Measured"),
        translate("AlarmLoad", "Target"),
        translate("AlarmLoad", "Against it"),
        translate("AlarmLoad", "Source"),
    ]


def alarm_headings() -> list[str]:
    return [
        translate("AlarmLoad", "Most frequent"),
        translate("AlarmLoad", "Place"),
        translate("AlarmLoad", "Times"),
        translate("AlarmLoad", "Share"),
    ]


def attention_headings() -> list[str]:
    return [
        translate("AlarmLoad", "Wants attention"),
        translate("AlarmLoad", "Alarm or rule"),
        translate("AlarmLoad", "How much"),
    ]


def standing_of(value: float, target: KpiTarget | None) -> Standing:
    """A figure against its target; what is exactly the target keeps it."""
    if target is None:
        return "none"
    if value <= target.target:
        return "good"
    return "over" if value <= (target.most if target.most is not None else target.target) else "far_over"


def figure_rows(load: AlarmLoad, language: str) -> list[Row]:
    """Every figure with what it should be."""
    targets = {one.kpi: one for one in load.targets}
    words = {
        "none": "",
        "good": translate("AlarmLoad", "kept"),
        "over": translate("AlarmLoad", "over"),
        "far_over": translate("AlarmLoad", "far over"),
    }
    rows = []
    for kpi in _ORDER:
        value, target = load.figure(kpi), targets.get(kpi)
        standing = standing_of(value, target)
        aim = NO_VALUE if target is None else f"≤ {_figure(kpi, target.target, language)}"
        source = ""
        if target is not None:
            source = target.source if target.verified else f"{target.source} (chưa xác minh)"
        rows.append(Row((_kpi_words(kpi), _figure(kpi, value, language), aim, words[standing], source), standing, 3))
    return rows


def alarm_rows(load: AlarmLoad, language: str) -> list[Row]:
    """The ten that came most."""
    return [
        Row(
            (
                _headline(one.alarm, language),
                one.alarm.place_name,
                format_number(one.count, 0, language),
                _percent(one.count / load.alarms if load.alarms else 0.0, language),
            ),
            key=one.alarm.alert_id,
        )
        for one in load.top
    ]


def attention_rows(load: AlarmLoad, language: str) -> list[Row]:
    """What chatters, what stands for more than a day, which rules were wrong."""
    rows = []
    for chattering in load.chattering:
        rate = translate("AlarmLoad", "{count} changes in a minute").format(count=chattering.most_per_min)
        name = _headline(chattering.alarm, language)
        rows.append(Row((translate("AlarmLoad", "chatters"), name, rate), key=chattering.alarm.alert_id))
    for stale in load.stale:
        age = format_age((load.end_ms - stale.raised_ms) / 1000, language)
        name = _headline(stale.alarm, language)
        rows.append(Row((translate("AlarmLoad", "stands for long"), name, age), key=stale.alarm.alert_id))
    for rule in load.rules:
        if rule.false_ratio:
            told = translate("AlarmLoad", "{share} false of {count} judged")
            share = _percent(rule.false_ratio, language)
            judged = rule.confirmed + rule.rejected
            name = _rule_words(rule.rule, language)
            rows.append(Row((translate("AlarmLoad", "false alarms"), name, told.format(share=share, count=judged))))
    return rows


def summary(load: AlarmLoad, language: str) -> str:
    """One line above the tables."""
    alarms = translate("AlarmLoad", "{count} alarms").format(count=format_number(load.alarms, 0, language))
    parts = [alarms]
    if load.flood_now:
        parts.insert(0, translate("AlarmLoad", "FLOOD NOW"))
    if load.median_acknowledge_s is not None and load.mean_acknowledge_s is not None:
        told = translate("AlarmLoad", "acknowledged after {mean} on average, {median} in the middle")
        mean, median = (format_age(one, language) for one in (load.mean_acknowledge_s, load.median_acknowledge_s))
        parts.append(told.format(mean=mean, median=median))
    return " · ".join(parts)


def aside_words(load: AlarmLoad, language: str) -> str:
    """What is set aside, who answered how much, and our own faults, in one line under the bars."""
    told = translate(
        "AlarmLoad", "shelved {shelved} · suppressed {suppressed} · out of service {out} · own faults {own}"
    )
    parts = [
        told.format(shelved=load.shelved, suppressed=load.suppressed, out=load.out_of_service, own=load.own_alarms)
    ]
    for priority in load.priorities:
        if priority.mean_s is not None:
            one = translate("AlarmLoad", "{priority}: {count} in {mean}")
            mean = format_age(priority.mean_s, language)
            parts.append(one.format(priority=priority_words(priority.priority), count=priority.acknowledged, mean=mean))
    for operator in load.operators:
        if operator.mean_s is not None:
            one = translate("AlarmLoad", "{user}: {count} answered")
            parts.append(one.format(user=operator.user, count=operator.acknowledged))
    return " · ".join(parts)


def _kpi_words(kpi: Kpi) -> str:
    if kpi.startswith("priority_"):
        share = translate("AlarmLoad", "Share of priority “{name}”")
        return share.format(name=priority_words(int(kpi[len("priority_")])))
    return {
        "per_10min": translate("AlarmLoad", "Alarms in 10 minutes"),
        "per_hour": translate("AlarmLoad", "Alarms an hour"),
        "per_day": translate("AlarmLoad", "Alarms a day"),
        "peak_10min": translate("AlarmLoad", "Most in 10 minutes"),
        "flood_ratio": translate("AlarmLoad", "Time in a flood"),
        "busy_hours_ratio": translate("AlarmLoad", "Hours with more than 30"),
        "top_ten_ratio": translate("AlarmLoad", "Share of the ten most frequent"),
        "chattering": translate("AlarmLoad", "Alarms that chatter"),
        "stale": translate("AlarmLoad", "Alarms of more than a day"),
    }[kpi]


def _figure(kpi: Kpi, value: float, language: str) -> str:
    if kpi.endswith("_ratio"):
        return _percent(value, language)
    return format_number(value, 0 if value == round(value) or value >= 100 else 1, language)


def _percent(share: float, language: str) -> str:
    percent = share * 100
    return format_number(percent, 0 if percent == round(percent) else 1, language) + " %"


def _headline(alarm: AlarmName, language: str) -> str:
    return alarm.headline_en if language == "en" and alarm.headline_en else alarm.headline_vi


def _rule_words(rule: str, language: str) -> str:
    kind, _, about = rule.partition(":")
    known = ALERT_KINDS.get(kind)
    name = kind if known is None else known.name_en if language == "en" else known.name_vi
    return f"{name}: {about}" if about else name

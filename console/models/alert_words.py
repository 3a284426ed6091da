"""An alert in words for people: its phase, its facts, the lines of its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.alerts import Alert, AlertPhase, CyberDetail, DetectionDetail, HistoryEntry
from backend.contracts.kinds.alerts import ALERT_KINDS
from backend.contracts.state import RoomState
from console.models.numbers import format_number, format_time, format_value
from console.models.places import neighbours

translate = QCoreApplication.translate

NEAR_NAMED: Final = 3
"""Neighbours of an alert that its card names."""

MarkStyle = Literal["filled", "outline", "dashed", "grey", "clock"]

FIRE_ZONES_SHOWN: Final = 12

MARK_STYLES: Final[dict[AlertPhase, MarkStyle]] = {
    AlertPhase.ACTIVE_UNACKNOWLEDGED: "filled",
    AlertPhase.ACTIVE_ACKNOWLEDGED: "outline",
    AlertPhase.RETURNED_UNACKNOWLEDGED: "dashed",
    AlertPhase.NORMAL: "grey",
    AlertPhase.LATCHED_UNACKNOWLEDGED: "dashed",
    AlertPhase.LATCHED_ACKNOWLEDGED: "outline",
    AlertPhase.SHELVED: "clock",
    AlertPhase.SUPPRESSED: "grey",
    AlertPhase.OUT_OF_SERVICE: "clock",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the card. `strong`: the figure that made it an alert."""

    label: str
    text: str
    strong: bool = False


def phase_words(alert: Alert) -> str:
    """What the alert waits for."""
    words = {
        AlertPhase.ACTIVE_UNACKNOWLEDGED: translate("AlertWords", "Not acknowledged"),
        AlertPhase.ACTIVE_ACKNOWLEDGED: translate("AlertWords", "Acknowledged"),
        AlertPhase.RETURNED_UNACKNOWLEDGED: translate("AlertWords", "Over, not acknowledged"),
        AlertPhase.NORMAL: translate("AlertWords", "Closed"),
        AlertPhase.LATCHED_UNACKNOWLEDGED: translate("AlertWords", "Over and latched, not acknowledged"),
        AlertPhase.LATCHED_ACKNOWLEDGED: translate("AlertWords", "Over and latched, waits for its reset"),
        AlertPhase.SHELVED: translate("AlertWords", "Shelved"),
        AlertPhase.SUPPRESSED: translate("AlertWords", "Suppressed by design"),
        AlertPhase.OUT_OF_SERVICE: translate("AlertWords", "Out of service"),
    }
    return words[alert.phase]


def priority_words(priority: int) -> str:
    """Name of the priority, as the mark's shape and digit mean it."""
    words = {
        1: translate("AlertWords", "Critical"),
        2: translate("AlertWords", "High"),
        3: translate("AlertWords", "Medium"),
        4: translate("AlertWords", "Low"),
    }
    return words.get(priority, translate("AlertWords", "System"))


def agency_name(state: RoomState, agency_id: str, language: str) -> str:
    """Of an agency or any unit of the organisation, also one of the past; its id when the site does not know it."""
    for agency in state.site.agencies if state.site else ():
        if agency.agency_id == agency_id:
            return agency.name_en if language == "en" and agency.name_en else agency.name_vi
    for unit in state.site.units if state.site else ():
        if unit.unit_id == agency_id:
            return unit.name_en if language == "en" and unit.name_en else unit.name_vi
    return agency_id


def place_words(state: RoomState, alert: Alert) -> str:
    """Place and commune."""
    commune = ""
    for one in state.site.communes if state.site else ():
        if one.code == alert.commune_code:
            commune = one.name
            break
    if alert.cap is not None and alert.cap.area_names:
        # A warning's place is its areas; the one commune that holds their middle would mislead.
        return ", ".join(alert.cap.area_names)
    return " · ".join(dict.fromkeys(part for part in (alert.place_name, commune) if part))


def response_words(alert: Alert, language: str) -> str:
    """What the officer is expected to do."""
    kind = ALERT_KINDS[alert.kind]
    return kind.response_en if language == "en" else kind.response_vi


def facts(state: RoomState, alert: Alert, language: str) -> list[Fact]:
    """The lines of the card that are the same as long as the alert does not change (ages are not among them)."""
    offset_min = state.site.utc_offset_min if state.site else 0
    lines = [Fact(translate("AlertWords", "Where"), place_words(state, alert))]
    lines += _detail_facts(state, alert, offset_min, language)
    lines += _rule_facts(state, alert, language)
    near = neighbours(state, alert)
    if near:
        headlines = "; ".join(one.headline_en if language == "en" else one.headline_vi for one in near[:NEAR_NAMED])
        more = len(near) - NEAR_NAMED
        told = translate("AlertWords", "{alerts} and {count} more").format(alerts=headlines, count=more)
        lines.append(Fact(translate("AlertWords", "Near here"), told if more > 0 else headlines))
    owner = alert.owner or translate("AlertWords", "nobody")
    lines.append(Fact(translate("AlertWords", "Owner"), owner))
    if alert.acknowledged_by and alert.acknowledged_ms is not None:
        at = format_time(alert.acknowledged_ms, offset_min)
        lines.append(Fact(translate("AlertWords", "Acknowledged by"), f"{alert.acknowledged_by} · {at}"))
    lines += _life_facts(state, alert, language, offset_min)
    if alert.dispatched_to:
        names = ", ".join(agency_name(state, agency_id, language) for agency_id in alert.dispatched_to)
        lines.append(Fact(translate("AlertWords", "Handed to"), names))
    return [fact for fact in lines if fact.text]


def verdict_words(verdict: str) -> str:
    """What a person found when he looked; "" when nobody said."""
    words = {
        "confirmed": translate("AlertWords", "confirmed: there was something"),
        "false": translate("AlertWords", "false alarm"),
    }
    return words.get(verdict, "")


def _rule_facts(state: RoomState, alert: Alert, language: str) -> list[Fact]:
    """What was found here, and how often the rule behind it was wrong."""
    lines = [Fact(translate("AlertWords", "Found"), verdict_words(alert.verdict))]
    record = state.rules.get(alert.rule)
    if alert.can_be_judged and record is not None and record.false_ratio is not None:
        share = format_number(record.false_ratio * 100, 0, language)
        told = translate("AlertWords", "{share}% false among the last {count} judged")
        lines.append(Fact(translate("AlertWords", "This rule"), told.format(share=share, count=len(record.recent))))
    return lines


def _detail_facts(state: RoomState, alert: Alert, offset_min: int, language: str) -> list[Fact]:
    """What made it an alert, in the words of its kind."""
    lines: list[Fact] = []
    if alert.limit is not None:
        lines += _limit_facts(alert, language)
    if alert.detection is not None:
        lines += _detection_facts(alert.detection, language)
    if alert.cap is not None:
        lines += _cap_facts(alert, offset_min)
    if alert.fire is not None:
        lines += _fire_facts(state, alert, offset_min, language)
    if alert.cyber is not None:
        lines += _cyber_facts(alert.cyber)
    return lines


def _detection_facts(found: DetectionDetail, language: str) -> list[Fact]:
    # The producer's own label is a machine's word; the headline says it in people's.
    share = format_number(found.score * 100, 0, language)
    sure = translate("AlertWords", "confidence {share}% · seen {count} times").format(share=share, count=found.count)
    lines = [Fact(translate("AlertWords", "Seen"), sure, strong=True)]
    if found.also:
        cameras = translate("AlertWords", "gathered from {count} cameras").format(count=len(found.also) + 1)
        lines.append(Fact(translate("AlertWords", "Flood"), cameras))
    return lines


def _life_facts(state: RoomState, alert: Alert, language: str, offset_min: int) -> list[Fact]:
    """Why it is set aside, how often it asked again, who was told because nobody answered."""
    lines: list[Fact] = []
    if alert.aside is not None:
        parts = [alert.aside.permit, alert.aside.reason, alert.aside.by]
        lines.append(Fact(phase_words(alert), " · ".join(part for part in parts if part), strong=True))
        if alert.aside.until_ms is not None:
            until = format_time(alert.aside.until_ms, offset_min, with_date=True)
            lines.append(Fact(translate("AlertWords", "Comes back"), until))
    if alert.escalation:
        level = translate("AlertWords", "level {level}: {recipient}")
        name = recipient_name(state, alert.escalated_to, language)
        told = level.format(level=alert.escalation, recipient=name)
        lines.append(Fact(translate("AlertWords", "Escalated"), told, strong=True))
    if alert.re_alarms:
        times = translate("AlertWords", "{count} times").format(count=alert.re_alarms)
        lines.append(Fact(translate("AlertWords", "Asked again"), times))
    hands = [entry for entry in alert.history if entry.kind == "handed_over"]
    if hands:
        names = [hands[0].actor, *(entry.text.partition(": ")[0] for entry in hands)]
        lines.append(Fact(translate("AlertWords", "Handed over"), " → ".join(names)))
    return lines


def recipient_name(state: RoomState, recipient_id: str, language: str) -> str:
    """Name of a step of the escalation chain; its id when the site no longer has it."""
    for one in state.site.alarms.recipients if state.site else ():
        if one.recipient_id == recipient_id:
            name = one.name_en if language == "en" and one.name_en else one.name_vi
            return f"{name} · {one.phone}" if one.phone else name
    return recipient_id


def _limit_facts(alert: Alert, language: str) -> list[Fact]:
    limit = alert.limit
    assert limit is not None
    value = format_value(limit.value, limit.unit, 2, language)
    bound = format_value(limit.limit_value, limit.unit, 2, language)
    over = ""
    if limit.window_min and limit.limit_value:
        percent = (limit.value / limit.limit_value - 1) * 100
        over = f" ({'+' if percent >= 0 else '−'}{format_number(abs(percent), 0, language)}%)"
    mean = ""
    if limit.window_min:
        words = {
            "station.rain": translate("AlertWords", "sum of {minutes} min"),
            "station.rising": translate("AlertWords", "slope over {minutes} min"),
        }.get(alert.kind, translate("AlertWords", "mean of {minutes} min"))
        mean = " · " + words.format(minutes=limit.window_min)
    return [
        Fact(translate("AlertWords", "Measured"), f"{limit.symbol} {value}{over}{mean}", strong=True),
        Fact(translate("AlertWords", "Limit"), f"{bound} · {limit.limit_source}"),
    ]


def _cap_facts(alert: Alert, offset_min: int) -> list[Fact]:
    cap = alert.cap
    assert cap is not None
    until = (
        format_time(cap.expires_ms, offset_min, with_date=True)
        if cap.expires_ms is not None
        else translate("AlertWords", "no end stated")
    )
    lines = [
        Fact(translate("AlertWords", "From"), cap.sender_name),
        Fact(translate("AlertWords", "Valid until"), until, strong=True),
        Fact(
            translate("AlertWords", "CAP"),
            " · ".join(cap_term(one) for one in (cap.severity, cap.urgency, cap.certainty)),
        ),
    ]
    if cap.risk_level is not None:
        lines.append(Fact(translate("AlertWords", "Disaster risk level"), str(cap.risk_level), strong=True))
    if cap.faults:
        lines.append(Fact(translate("AlertWords", "Faults of the message"), "; ".join(cap.faults)))
    return lines


def zone_words(state: RoomState, fire_site_id: str, zone: str, language: str) -> str:
    """What the premises call the zone; its number when they have no name for it."""
    if not zone:
        return translate("AlertWords", "the panel itself")
    for site in state.site.fire_sites if state.site is not None else ():
        for known in site.zones if site.fire_site_id == fire_site_id else ():
            if known.zone.lstrip("0") == zone:
                return known.name_en if language == "en" and known.name_en else known.name_vi
    return translate("AlertWords", "zone {zone}").format(zone=zone)


def _fire_facts(state: RoomState, alert: Alert, offset_min: int, language: str) -> list[Fact]:
    """The zones in the order in which they came: the way the fire goes."""
    assert alert.fire is not None
    lines: list[Fact] = []
    for zone in alert.fire.zones[:FIRE_ZONES_SHOWN]:
        place = zone_words(state, alert.place_id, zone.zone, language)
        text = place if zone.name in ("", place) else f"{place} · {zone.name}"
        if zone.restored_ms is not None:
            at = format_time(zone.restored_ms, offset_min)
            text += " · " + translate("AlertWords", "over since {time}").format(time=at)
        at = format_time(zone.at_ms, offset_min)
        lines.append(Fact(f"{at} {zone.code}", text, strong=zone.restored_ms is None))
    if len(alert.fire.zones) > FIRE_ZONES_SHOWN:
        more = len(alert.fire.zones) - FIRE_ZONES_SHOWN
        lines.append(Fact("", translate("AlertWords", "and {count} more zones").format(count=more)))
    return lines


def _cyber_facts(cyber: CyberDetail) -> list[Fact]:
    way = " → ".join(part for part in (cyber.source, cyber.target) if part)
    rule = f"{cyber.signature} ({cyber.signature_id})" if cyber.signature_id else cyber.signature
    return [
        Fact(translate("AlertWords", "Rule"), rule, strong=True),
        Fact(translate("AlertWords", "Category"), cyber.category),
        Fact(translate("AlertWords", "From, to"), way),
        Fact(translate("AlertWords", "Sensor"), f"{cyber.sensor} · {cyber.severity}".strip(" ·")),
        Fact(translate("AlertWords", "Seen"), translate("AlertWords", "{count} times").format(count=cyber.count)),
    ]


def cap_term(term: str) -> str:
    """A code of CAP 1.2 §3.2.2 in words; an unknown one as it came."""
    words = {
        "Extreme": translate("AlertWords", "extreme"),
        "Severe": translate("AlertWords", "severe"),
        "Moderate": translate("AlertWords", "moderate"),
        "Minor": translate("AlertWords", "minor"),
        "Immediate": translate("AlertWords", "immediate"),
        "Expected": translate("AlertWords", "expected soon"),
        "Future": translate("AlertWords", "in the future"),
        "Past": translate("AlertWords", "past"),
        "Observed": translate("AlertWords", "observed"),
        "Likely": translate("AlertWords", "likely"),
        "Possible": translate("AlertWords", "possible"),
        "Unlikely": translate("AlertWords", "unlikely"),
        "Unknown": translate("AlertWords", "unknown"),
    }
    return words.get(term, term)


def history_words(state: RoomState, entry: HistoryEntry, language: str) -> str:
    """One line of "what happened so far", without its time."""
    who = entry.actor or translate("AlertWords", "the system")
    if entry.actor.startswith("producer:"):
        who = entry.actor.removeprefix("producer:")
    if entry.kind == "handed_over":
        colleague, _, note = entry.text.partition(": ")
        text = translate("AlertWords", "{who} handed it over to {colleague}").format(who=who, colleague=colleague)
        return f"{text}: {note}" if note else text
    if entry.kind == "owned":
        if entry.text == entry.actor:
            return translate("AlertWords", "{who} took it over").format(who=who)
        return translate("AlertWords", "{who} gave it back").format(who=who)
    if entry.kind == "dispatched":
        agency_id, _, note = entry.text.partition(": ")
        name = agency_name(state, agency_id, language)
        text = translate("AlertWords", "{who} handed it to {agency}").format(who=who, agency=name)
        return f"{text}: {note}" if note else text
    words = {
        "judged": translate("AlertWords", "judged by {who}"),
        "raised": translate("AlertWords", "raised by {who}"),
        "updated": translate("AlertWords", "updated by {who}"),
        "returned": translate("AlertWords", "over"),
        "reactivated": translate("AlertWords", "true again"),
        "acknowledged": translate("AlertWords", "{who} acknowledged"),
        "commented": translate("AlertWords", "{who} commented"),
        "closed": translate("AlertWords", "closed"),
        "shelved": translate("AlertWords", "{who} shelved it"),
        "unshelved": translate("AlertWords", "back from the shelf by {who}"),
        "suppressed": translate("AlertWords", "suppressed by design"),
        "unsuppressed": translate("AlertWords", "no longer suppressed"),
        "out_of_service": translate("AlertWords", "{who} took it out of service"),
        "in_service": translate("AlertWords", "back in service by {who}"),
        "reset": translate("AlertWords", "{who} reset it"),
        "re_alarmed": translate("AlertWords", "still active: asks again"),
        "escalated": translate("AlertWords", "nobody answered: escalated"),
    }
    text = words[entry.kind].format(who=who)
    return f"{text}: {entry.text}" if entry.text else text

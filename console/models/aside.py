"""What a seat may do with an alert's life beyond acknowledging it: offered or not, asked for how, sent.

Shelving, out of service, hand-over and reset, for card, inbox, menus and keys alike.
"""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.commands import RIGHTS, Role
from console.models.numbers import format_age, format_time
from console.models.session import Session
from widgets.ask_form import Question

translate = QCoreApplication.translate

AsideKind = Literal[
    "alert.hand_over",
    "alert.shelve",
    "alert.unshelve",
    "alert.take_out_of_service",
    "alert.return_to_service",
    "alert.reset",
]
ASIDE_KINDS: Final[tuple[AsideKind, ...]] = (
    "alert.hand_over",
    "alert.shelve",
    "alert.unshelve",
    "alert.take_out_of_service",
    "alert.return_to_service",
    "alert.reset",
)

_SHELF_MIN: Final = (5, 10, 15, 30, 60, 120, 240, 480)
_SERVICE_H: Final = (1, 4, 8, 24, 72, 168, 720)
_USUAL_MIN: Final = 15
_PHASES: Final[dict[AsideKind, frozenset[AlertPhase]]] = {
    "alert.hand_over": frozenset(AlertPhase) - {AlertPhase.NORMAL},
    "alert.shelve": frozenset(
        (AlertPhase.ACTIVE_UNACKNOWLEDGED, AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.RETURNED_UNACKNOWLEDGED)
    ),
    "alert.unshelve": frozenset((AlertPhase.SHELVED,)),
    "alert.take_out_of_service": frozenset(AlertPhase) - {AlertPhase.NORMAL, AlertPhase.OUT_OF_SERVICE},
    "alert.return_to_service": frozenset((AlertPhase.OUT_OF_SERVICE,)),
    "alert.reset": frozenset((AlertPhase.LATCHED_ACKNOWLEDGED,)),
}


def offered(session: Session, alert: Alert, kind: AsideKind) -> bool:
    """Whether this seat may ask for it now: the role, the phase, and nothing of the kind under way."""
    if alert.alert_id not in session.state.alerts or alert.phase not in _PHASES[kind]:
        return False
    if kind == "alert.hand_over" and (session.operator is None or alert.owner != session.operator.user):
        return False
    return session.may_change(kind, alert) and not session.commands.waiting(alert.alert_id, kind)


def question(session: Session, alert: Alert, kind: AsideKind) -> Question | None:
    """What must be told with it; None when it is done at once."""
    headline = session.alerts.headline(alert)
    if kind == "alert.shelve":
        return _shelf_question(session, alert, headline)
    if kind == "alert.take_out_of_service":
        return Question(
            title=translate("Aside", "Take “{headline}” out of service").format(headline=headline),
            choices=tuple((_span(hours * 3600, session.language), hours * 3600) for hours in _SERVICE_H),
            chosen=1,
            lines=(translate("Aside", "Permit number"), translate("Aside", "Reason, Enter sends, Esc leaves")),
            needed=(True, True),
            send=translate("Aside", "Out of service"),
        )
    if kind == "alert.hand_over":
        names = colleagues(session)
        title = translate("Aside", "Hand “{headline}” over to a colleague")
        if not names:
            title = translate("Aside", "No colleague who could take “{headline}” is at a desk")
        return Question(
            title=title.format(headline=headline),
            choices=tuple((name, name) for name in names),
            lines=(translate("Aside", "Comment, Enter sends, Esc leaves"),) if names else (),
            needed=(False,),
            send=translate("Aside", "Hand over"),
        )
    return None


def _shelf_question(session: Session, alert: Alert, headline: str) -> Question:
    site = session.state.site
    most_s = 0 if site is None else site.alarms.shelve_max_s(int(alert.priority))
    if not most_s:
        title = translate("Aside", "The site allows no shelving of alerts of this priority")
        return Question(title=title)
    rule = None if site is None else site.alarms.of(int(alert.priority))
    title = translate("Aside", "Shelve “{headline}”, for at most {most}; it comes back by itself")
    if rule is not None and not rule.verified:
        title = translate("Aside", "Shelve “{headline}”, for at most {most} (unverified); it comes back by itself")
    spans = shelf_spans(most_s)
    usual = [index for index, span_s in enumerate(spans) if span_s <= _USUAL_MIN * 60]
    return Question(
        title=title.format(headline=headline, most=_span(most_s, session.language)),
        choices=tuple((_span(span_s, session.language), span_s) for span_s in spans),
        chosen=usual[-1] if usual else 0,
        lines=(translate("Aside", "Reason, Enter sends, Esc leaves"),),
        needed=(True,),
        send=translate("Aside", "Shelve"),
    )


def shelf_spans(most_s: int) -> tuple[int, ...]:
    """Times to choose from, seconds, up to the longest that is allowed."""
    usual = [minutes * 60 for minutes in _SHELF_MIN if minutes * 60 < most_s]
    return (*usual, most_s)


def send(session: Session, alert_id: str, kind: AsideKind, value: object = None, texts: tuple[str, ...] = ()) -> None:
    """Ask the server for it, with the answers to its question."""
    commands = session.commands
    match kind, value, texts:
        case "alert.shelve", int(), (reason,):
            commands.shelve(alert_id, value, reason)
        case "alert.take_out_of_service", int(), (permit, reason):
            commands.take_out_of_service(alert_id, value, permit[:200], reason)
        case "alert.hand_over", str(), (comment,):
            commands.hand_over(alert_id, value, comment)
        case "alert.unshelve", _, _:
            commands.unshelve(alert_id)
        case "alert.return_to_service", _, _:
            commands.return_to_service(alert_id)
        case "alert.reset", _, _:
            commands.reset(alert_id)


def colleagues(session: Session) -> tuple[str, ...]:
    """Who else is at a desk and may own an alert."""
    owners = {role.value for role in Role if "alert.take" in RIGHTS[role]}
    me = session.operator.user if session.operator is not None else ""
    seats = session.state.operators.values()
    return tuple(sorted(seat.user for seat in seats if seat.role in owners and seat.user != me))


def aside_words(session: Session, alert: Alert) -> str:
    """Why it is set aside and for how long still; "" when it is not."""
    aside = alert.aside
    if aside is None:
        return ""
    words = {
        AlertPhase.SHELVED: translate("Aside", "Shelved"),
        AlertPhase.SUPPRESSED: translate("Aside", "Suppressed"),
        AlertPhase.OUT_OF_SERVICE: translate("Aside", "Out of service"),
    }
    parts = [words.get(alert.phase, ""), aside.by, aside.permit, aside.reason]
    return " · ".join(part for part in parts if part)


def time_left(session: Session, alert: Alert) -> str:
    """How long it stays set aside: "12 min left", or "" when only its rule knows."""
    if alert.aside is None or alert.aside.until_ms is None:
        return ""
    left_s = (alert.aside.until_ms - session.clock.now_ms()) / 1000
    return translate("Aside", "{time} left").format(time=format_age(left_s, session.language))


def until_words(session: Session, alert: Alert) -> str:
    """When it comes back, on the site's clock."""
    if alert.aside is None or alert.aside.until_ms is None:
        return ""
    offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
    return format_time(alert.aside.until_ms, offset_min, with_date=True)


def _span(span_s: int, language: str) -> str:
    return format_age(span_s, language)

"""How a site wants its alarms treated beyond the standard's state chart: what it may set aside, what rings again.

Nothing of it has a figure of its own: a site that says nothing shelves nothing, rings nothing again and escalates to
nobody. Every rule carries the text that set it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

Minutes = Annotated[int, Field(ge=0, le=10_080)]


class PriorityRule(Wire):
    """Of all alarms of one priority.

    Attributes:
        shelve_max_min: the longest time one may be shelved; 0 = not at all.
        re_alarm_after_min: acknowledged and still active for so long, it asks for a hand again; 0 = never.
        escalate_after_s: unanswered for so long, it goes to the next recipient of the chain, and again; 0 = never.
        source: who set it; `verified` once the figures were compared with that text.
    """

    priority: Annotated[int, Field(ge=1, le=5)]
    shelve_max_min: Minutes = 0
    re_alarm_after_min: Minutes = 0
    escalate_after_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


class Recipient(Wire):
    """One step of the escalation chain, in its order: a person or a post that is told when nobody answered."""

    recipient_id: Identifier
    name_vi: str
    name_en: str
    phone: str = ""
    priorities: tuple[int, ...] = ()
    """Whose alarms reach it; empty = all."""


class LatchRule(Wire):
    """Alarms that stay until somebody resets them, though their condition is over: a fire panel, an intrusion.

    Attributes:
        kinds: of these alert kinds; `priorities`: of these priorities, empty = all.
    """

    kinds: tuple[str, ...]
    priorities: tuple[int, ...] = ()
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


SuppressionScope = Literal["place", "plant", "producer", "site"]


class SuppressionRule(Wire):
    """Alarms that say nothing new: what lies behind another alarm, or a place that is being worked on.

    Attributes:
        kinds: alert kinds that are suppressed; empty = every kind that is not itself a cause of the rule.
        cause_kinds: while an alarm of one of these is active in the same `scope`; empty = in the window alone.
        scope: what the cause and the suppressed alarm have in common. producer: the cause is about a producer and the
            other about a station that it feeds.
        place_ids: only there (stations, cameras, producers); empty = everywhere.
        priorities: only of these; empty = of all but priority 1.
        from_ms, until_ms: only then; None = open.
    """

    rule_id: Identifier
    name_vi: str
    name_en: str
    kinds: tuple[str, ...] = ()
    cause_kinds: tuple[str, ...] = ()
    scope: SuppressionScope = "place"
    place_ids: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    from_ms: EpochMs | None = None
    until_ms: EpochMs | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


class AlarmRules(Wire):
    """Everything of it. The empty one is the room that only acknowledges."""

    priorities: tuple[PriorityRule, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    latches: tuple[LatchRule, ...] = ()
    suppressions: tuple[SuppressionRule, ...] = ()

    def of(self, priority: int) -> PriorityRule | None:
        return next((rule for rule in self.priorities if rule.priority == priority), None)

    def shelve_max_s(self, priority: int) -> int:
        """0 = alarms of it may not be shelved."""
        rule = self.of(priority)
        return 0 if rule is None else rule.shelve_max_min * 60

    def latching(self, kind: str, priority: int) -> bool:
        return any(kind in rule.kinds and (not rule.priorities or priority in rule.priorities) for rule in self.latches)

    def chain(self, priority: int) -> tuple[Recipient, ...]:
        """Whom unanswered alarms of it go to, one after the other."""
        return tuple(one for one in self.recipients if not one.priorities or priority in one.priorities)

    def suppression(self, rule_id: str) -> SuppressionRule | None:
        return next((rule for rule in self.suppressions if rule.rule_id == rule_id), None)

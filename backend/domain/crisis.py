"""Crisis mode of the hotline as pure decisions: one crisis at a time, of one of the site's themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backend.contracts.commands import BeginCrisis, EndCrisis, RefusalCode
from backend.contracts.crisis import Crisis, CrisisBegun, CrisisEnded
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal


def decide(state: RoomState, command: BeginCrisis | EndCrisis, user: str, now_ms: int) -> Decision:
    if not command.reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why: it stands in the log")
    if isinstance(command, BeginCrisis):
        return _begin(state, command, user, now_ms)
    crisis = state.crisis
    if crisis is None or crisis.crisis_id != command.crisis_id:
        return Refusal(RefusalCode.NOT_FOUND, f"no crisis {command.crisis_id!r} is on"[:300])
    return (CrisisEnded(crisis_id=crisis.crisis_id, reason=command.reason, tally=crisis.tally),)


def _begin(state: RoomState, command: BeginCrisis, user: str, now_ms: int) -> Decision:
    if state.crisis is not None:
        on = state.crisis.template.name_vi
        return Refusal(RefusalCode.WRONG_PHASE, f"a crisis is on already ({on}): end it before another begins")
    themes = state.site.hotline.crises if state.site is not None else ()
    template = next((one for one in themes if one.template_id == command.template_id), None)
    if template is None:
        known = ", ".join(one.template_id for one in themes) or "none: crisis.toml names them"
        return Refusal(RefusalCode.NOT_FOUND, f"no theme {command.template_id!r}; the site's are {known}"[:500])
    crisis = Crisis(
        crisis_id=_new_id(state, template.template_id, now_ms),
        template=template,
        begun_ms=now_ms,
        begun_by=user,
        reason=command.reason,
    )
    return (CrisisBegun(crisis=crisis),)


def _new_id(state: RoomState, template_id: str, now_ms: int) -> str:
    """The theme and the day, as people say it; a number behind it from the second of a day on."""
    site = state.site
    here = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=site.utc_offset_min if site else 0)
    taken = set(state.past_crises)
    taken |= {one.campaign_id for one in site.reports.campaigns} if site is not None else set()
    name = f"{template_id}-{here:%Y%m%d}"
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found

"""Zones as pure decisions: what an authority's message changes of those that stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.contracts.events import Event
from backend.contracts.state import RoomState
from backend.contracts.zones import CHECKPOINTS_MOST, ZONES_MOST, Checkpoint, Zone, ZonesDeclared, ZonesLifted

REPLACED: Final = "không còn trong danh sách của đơn vị công bố"


def declare(
    state: RoomState,
    producer_id: str,
    zones: Sequence[Zone],
    checkpoints: Sequence[Checkpoint],
    lifted: Sequence[str],
    replace: bool,
) -> tuple[Event, ...]:
    """What is new or other than it stands; nothing when the message says what is known.

    Raises:
        ValueError: an id is another producer's, or there would be too many.
    """
    stands: dict[str, Zone | Checkpoint] = {**state.zones, **state.checkpoints}
    told: dict[str, Zone | Checkpoint] = {one.zone_id: one for one in zones}
    told |= {one.checkpoint_id: one for one in checkpoints}
    for key, one in told.items():
        known = stands.get(key)
        if known is not None and (known.producer_id != producer_id or type(known) is not type(one)):
            raise ValueError(f"the id {key!r} belongs to {known.name_vi!r} of {known.producer_id}: give another")
    own = {key for key, one in stands.items() if one.producer_id == producer_id}
    gone = {key for key in lifted if key in own} | ({key for key in own if key not in told} if replace else set())
    kept = {*stands, *told} - gone
    zones_kept = sum(key in told and isinstance(told[key], Zone) or key in state.zones for key in kept)
    if zones_kept > ZONES_MOST or len(kept) - zones_kept > CHECKPOINTS_MOST:
        raise ValueError(f"more than {ZONES_MOST} zones or {CHECKPOINTS_MOST} checkpoints would hold: lift some first")
    events: list[Event] = []
    new_zones = tuple(one for one in zones if stands.get(one.zone_id) != one)
    new_points = tuple(one for one in checkpoints if stands.get(one.checkpoint_id) != one)
    if new_zones or new_points:
        events.append(ZonesDeclared(zones=new_zones, checkpoints=new_points))
    if gone:
        zone_ids = tuple(key for key in state.zones if key in gone)
        checkpoint_ids = tuple(key for key in state.checkpoints if key in gone)
        events.append(ZonesLifted(zone_ids=zone_ids, checkpoint_ids=checkpoint_ids, reason=REPLACED if replace else ""))
    return tuple(events)

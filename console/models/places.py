"""Where the selected thing is."""

from __future__ import annotations

from backend.contracts.state import RoomState
from console.models.map_features import place_of_thing
from console.models.session import Selected


def place_of(state: RoomState, selected: Selected) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None when nobody knows."""
    site = state.site
    if site is None:
        return None
    if selected.kind in ("camera", "station"):
        return place_of_thing(site, selected.key)
    if selected.kind == "commune":
        return next(((one.lat_deg, one.lon_deg) for one in site.communes if one.code == selected.key), None)
    alert = state.find_alert(selected.key)
    if alert is None:
        return None
    if alert.lat_deg is not None and alert.lon_deg is not None:
        return alert.lat_deg, alert.lon_deg
    codes = (alert.commune_code, *(alert.cap.commune_codes if alert.cap is not None else ()))
    of_communes = next(((one.lat_deg, one.lon_deg) for one in site.communes if one.code in codes), None)
    return place_of_thing(site, alert.place_id) or of_communes

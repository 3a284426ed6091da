"""One message of a citizen, whichever service brought it."""

from __future__ import annotations

from backend.contracts.base import EpochMs, LatDeg, LonDeg, Wire
from backend.contracts.report_doors import Identity


class CitizenMessage(Wire):
    """It stands nowhere but sealed: `sender_id` and `who` say whose it is.

    Attributes:
        message_id: the service's own.
        media_urls: where its pictures and films can be fetched.
        address: what the sender's program calls the place.
        remarks: for the room, not for the citizen: what was sent and not taken.
    """

    message_id: str
    sender_id: str
    at_ms: EpochMs
    text: str = ""
    media_urls: tuple[str, ...] = ()
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    address: str = ""
    remarks: tuple[str, ...] = ()
    who: Identity = Identity()

    @property
    def says_nothing(self) -> bool:
        """It tells who somebody is, and reports nothing."""
        return not (self.text or self.media_urls or self.remarks or self.lat_deg is not None)

"""What one package is made of: everything the maker needs besides the recorded files themselves.

It lies as `case.json` in the work folder, so that an export goes on after a restart with what it began with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.marks import Mark
from backend.contracts.recording import ExportOrder
from backend.contracts.site import Site

CASE_FILE: Final = "case.json"
PACKAGE_FOLDER: Final = "package"
PROGRAM: Final = "Trực Ban"
EVENTS_FILE: Final = "events.jsonl"
STATE_FILE: Final = "state_before.json"


class SourceFile(Wire):
    """One recorded file. `file` is its absolute path; its time 0 is `start_ms`."""

    camera_id: Identifier
    stream: str
    file: str
    start_ms: EpochMs
    end_ms: EpochMs
    bytes: int
    codec: str
    width_px: int
    height_px: int
    has_audio: bool


class KnownGap(Wire):
    """The recorder knew that it missed this. `end_ms` None: it still lasted when the package was made."""

    camera_id: Identifier
    start_ms: EpochMs
    end_ms: EpochMs | None
    reason: str


class Case(Wire):
    """
    Attributes:
        first_seq, last_seq: events of the log that were logged in the span, both included; 0 and 0 when none was.
        incident_seqs: events of the incident that lie outside the span.
        incident_complete: False when the incident had not ended where the search for its events was given up.
        alerts: every alert that stood or changed in the span, and the incident, as they were last known.
        marks: marks of the timeline in the span.
        public_key: base64 of what the package is signed with.
    """

    export_id: Identifier
    order: ExportOrder
    ordered_by: str
    ordered_ms: EpochMs
    order_origin: str
    begun_ms: EpochMs
    machine: str
    version: str
    site: Site
    epoch: str
    first_seq: int
    last_seq: int
    incident_seqs: tuple[int, ...]
    incident_complete: bool
    alerts: tuple[Alert, ...]
    marks: tuple[Mark, ...]
    sources: tuple[SourceFile, ...]
    gaps: tuple[KnownGap, ...]
    communes_file: str
    public_key: str
    fingerprint: str

    @property
    def camera_ids(self) -> tuple[str, ...]:
        """The cameras of the package: those ordered."""
        return tuple(dict.fromkeys(self.order.camera_ids))

    @property
    def masked(self) -> frozenset[str]:
        """Cameras whose untouched pictures stay out of the package."""
        return frozenset(mask.camera_id for mask in self.order.masks)


def read_case(work: Path) -> Case:
    """Raises: OSError, ValueError."""
    return Case.model_validate_json((work / CASE_FILE).read_bytes())

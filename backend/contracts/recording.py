"""What is recorded of the cameras and what is kept as evidence: state of the recorder, segments, holds, exports."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

RecordingMode = Literal["off", "continuous", "event", "schedule"]
RecordingStream = Literal["main", "sub"]
RecordingCondition = Literal["off", "waiting", "recording", "gap", "failed"]
"""off: not to be recorded. waiting: nothing to record just now (event or schedule). gap: it should be, and is not,
because nothing comes. failed: it should be, and is not, because it cannot be stored."""


class RecordingState(Wire):
    """How the recording of one camera does. Bytes and gaps in figures: `RecordingHealth`."""

    condition: RecordingCondition
    since_ms: EpochMs
    reason: str


class RecordingHealth(Wire):
    """Figures of one camera's recording over the last 24 hours.

    Attributes:
        gap_s: seconds that should have been recorded and were not.
        kept_from_ms: begin of the oldest segment that is still there.
    """

    camera_id: Identifier
    mode: RecordingMode
    stream: RecordingStream
    retention_class: str
    bytes_day: int
    recorded_s: float
    gap_s: float
    gaps: int
    kept_bytes: int
    kept_from_ms: EpochMs | None


class VolumeHealth(Wire):
    """One place where recordings lie. `held_bytes`: protected by evidence holds."""

    name: str
    free_bytes: int
    used_bytes: int
    held_bytes: int
    days_left: float | None
    fault: str = ""


class RecorderHealth(Wire):
    """Answer of `GET /api/v1/recordings/health`."""

    at_ms: EpochMs
    cameras: tuple[RecordingHealth, ...]
    volumes: tuple[VolumeHealth, ...]


class Segment(Wire):
    """One fragmented MP4 file of one camera: `start_ms` is the wall clock of its first frame, `end_ms` of its end.

    A file's own time 0 is `start_ms`; frame i was captured at start_ms + its presentation time.
    """

    segment_id: int
    camera_id: Identifier
    stream: RecordingStream
    start_ms: EpochMs
    end_ms: EpochMs
    bytes: int
    codec: str
    width_px: int
    height_px: int
    has_audio: bool
    open: bool = False
    """Still being written: a later look finds it longer."""


class SegmentList(Wire):
    """Segments that overlap the span asked for, by camera and time."""

    segments: tuple[Segment, ...]


class Hold(Wire):
    """Evidence hold: what the cameras recorded in this span outlives every retention. No camera named = all."""

    hold_id: Identifier
    alert_id: str
    camera_ids: tuple[Identifier, ...]
    start_ms: EpochMs
    end_ms: EpochMs
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    placed_by: str
    placed_ms: EpochMs


class Mask(Wire):
    """Privacy mask of one camera: a polygon in shares of the picture (0..1, origin top left)."""

    camera_id: Identifier
    corners: Annotated[tuple[tuple[float, float], ...], Field(min_length=3, max_length=64)]


LONGEST_HOLD_MS: Final = 31 * 86_400_000
LONGEST_EXPORT_MS: Final = 24 * 3_600_000


class ExportOrder(Wire):
    """What is to be exported. An incident's span is worked out by who orders it.

    Attributes:
        alert_id: the incident it is about, "" for a marked span.
        watermark: text burnt into a second copy of each video; "" = no such copy.
        masks: polygons painted over in a second copy of each video.
        encrypt: the package as one AES-256 ZIP; its passphrase goes to the exporter by the export door, never here.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    start_ms: EpochMs
    end_ms: EpochMs
    camera_ids: Annotated[tuple[Identifier, ...], Field(max_length=500)]
    alert_id: str = ""
    watermark: Annotated[str, Field(max_length=200)] = ""
    masks: Annotated[tuple[Mask, ...], Field(max_length=200)] = ()
    encrypt: bool = False


ExportCondition = Literal["running", "done", "cancelled", "failed"]


class ExportState(Wire):
    """One export as the room knows it; how far it is comes from `GET /api/v1/exports/{export_id}`."""

    export_id: Identifier
    order: ExportOrder
    condition: ExportCondition
    reason: str
    ordered_by: str
    ordered_ms: EpochMs
    changed_ms: EpochMs


class ExportPassphraseRequest(Wire):
    """Body of `POST /api/v1/exports/{export_id}/passphrase`. "": the server makes one, or tells the one there is."""

    passphrase: Annotated[str, Field(max_length=200, pattern=r"^(|[^\r\n]{12,})$", repr=False)] = ""


class ExportPassphrase(Wire):
    """Answer of `POST /api/v1/exports/{export_id}/passphrase`: opens an encrypted package. Never logged or stored."""

    passphrase: Annotated[str, Field(repr=False)]


class ExportProgress(Wire):
    """Answer of `GET /api/v1/exports/{export_id}`. `share` 0..1; `step` names what is being made."""

    export_id: Identifier
    condition: ExportCondition
    share: float
    step: str
    files: int
    bytes: int
    reason: str = ""

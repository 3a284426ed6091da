"""A small evidence package as the program makes it, for the tests of its check."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path

from backend.contracts.recording import ExportOrder
from backend.contracts.site import MapView, Site
from backend.services.evidence.case import PACKAGE_FOLDER, Case
from backend.services.evidence.journal import Journal
from backend.services.evidence.packing import zip_stream
from backend.services.evidence.seal import MANIFEST, PUBLIC_KEY, SIGNATURE, manifest_bytes, public_key_pem
from backend.services.signing import Signer

T0_MS = 1_767_232_800_000
"""2026-01-01T09:00:00+07:00."""

FILES: Mapping[str, bytes] = {
    "README.txt": "Gói bằng chứng\n".encode(),
    "cameras/cam-1/cam-1_20260101-090000.mp4": bytes(range(256)) * 12,
    "cameras/cam-1/cam-1_20260101-090000.csv": b"file_s,epoch_ms\r\n0.000,1767232800000\r\n",
    "copies/cam-1/cam-1_20260101-090000.mp4": bytes(range(255, -1, -1)) * 12,
    "events.jsonl": b'{"seq":1}\n{"seq":2}\n',
    "readings/TV-LC_Level.csv": b"at,value\r\n1,2\r\n",
    "state_before.json": b"{}",
    "stills/cam-1_20260101-090000.jpg": b"\xff\xd8\xff\xe0" + bytes(900) + b"\xff\xd9",
    "rong.txt": b"",
}


def site(**changes: object) -> Site:
    value = Site(
        site_id="thu",
        name_vi="Phòng trực thử",
        name_en="Test room",
        province_code="10",
        utc_offset_min=420,
        simulated=True,
        speed_up=1.0,
        digest="d" * 8,
        loaded_ms=T0_MS,
        home=MapView(lat_deg=22.4, lon_deg=104.0, zoom=9),
        plants=(),
        stations=(),
        cameras=(),
        patrols=(),
        agencies=(),
        producers=(),
        communes=(),
    )
    return value.model_copy(update=changes)


def case(signer: Signer, **changes: object) -> Case:
    order = ExportOrder(title="Ngập cầu Cốc Lếu", start_ms=T0_MS, end_ms=T0_MS + 60_000, camera_ids=("cam-1",))
    value = Case(
        export_id="e" * 32,
        order=order,
        ordered_by="giam-sat",
        ordered_ms=T0_MS + 90_000,
        order_origin="10.0.0.7",
        begun_ms=T0_MS + 91_000,
        machine="phong-truc-1",
        version="0.1.0",
        site=site(),
        epoch="epoch-1",
        first_seq=1,
        last_seq=2,
        incident_seqs=(),
        incident_complete=True,
        alerts=(),
        marks=(),
        sources=(),
        gaps=(),
        communes_file="",
        public_key=base64.b64encode(signer.public_key).decode("ascii"),
        fingerprint=signer.fingerprint,
    )
    return value.model_copy(update=changes)


def package(work: Path, signer: Signer, files: Mapping[str, bytes] = FILES) -> Path:
    """A sealed package; its folder."""
    journal = Journal(work)
    for path, content in files.items():
        journal.write(path, content)
    folder = work / PACKAGE_FOLDER
    manifest = manifest_bytes(case(signer), journal.made, (), T0_MS + 100_000)
    (folder / MANIFEST).write_bytes(manifest)
    (folder / SIGNATURE).write_bytes(signer.sign(manifest))
    (folder / PUBLIC_KEY).write_bytes(public_key_pem(signer.public_key))
    return folder


def zipped(folder: Path, signer: Signer) -> bytes:
    stream = io.BytesIO()
    for chunk in zip_stream(folder, signer.sign):
        stream.write(chunk)
    return stream.getvalue()

"""Evidence packages: how far one is, its passphrase, the package itself, through whose hands it went."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from backend.contracts.recording import ExportPassphrase, ExportPassphraseRequest, ExportProgress
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.evidence.exporter import PassphraseError, Ready
from backend.services.evidence.names import file_name
from backend.services.evidence.packing import zip_stream

router = APIRouter(prefix="/api/v1/exports", tags=["evidence"])

_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def exporter(operator: Watcher) -> SignedIn:
    """A signed-in operator who may export evidence. Raises: Refusal (401, 403)."""
    if "evidence.export" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not export evidence")
    return operator


ExporterDep = Annotated[SignedIn, Depends(exporter)]


@router.get("/{export_id}", response_model=ExportProgress)
async def progress(parts: PartsDep, operator: ExporterDep, export_id: str) -> ExportProgress:
    """How far an export is."""
    found = parts.exporter.progress(export_id)
    if found is None:
        raise Refusal(404, f"the room knows no export {export_id!r}"[:300])
    if found.condition != "done":
        return found
    files, size = await asyncio.to_thread(parts.exporter.measured, export_id)
    return found.model_copy(update={"files": files, "bytes": size})


@router.post("/{export_id}/passphrase")
async def passphrase(
    request: Request, parts: PartsDep, operator: ExporterDep, export_id: str, body: ExportPassphraseRequest
) -> ExportPassphrase:
    """The passphrase of an export that was ordered encrypted: given, made, or told again. In memory only.

    Its package waits until it has one; after a restart of the backend it is asked for again.
    409: the export is not encrypted, has another passphrase already, or it is no longer known.
    """
    origin = peer_address(request.scope)
    await parts.audit.record("export.passphrase", export_id, actor=operator.user, origin=origin)
    try:
        return ExportPassphrase(passphrase=parts.exporter.passphrase(export_id, body.passphrase))
    except PassphraseError as error:
        raise Refusal(409, str(error)) from None


@router.get("/{export_id}/package")
async def package(request: Request, parts: PartsDep, operator: ExporterDep, export_id: str) -> Response:
    """The package as a ZIP: uncompressed and streamed, or the encrypted file. Who fetches it is recorded first."""
    ready = await _ready(parts, export_id)
    await _record(request, parts, operator, ready, "fetched")
    name = f"bang-chung-{file_name(export_id)}.zip"
    if ready.file is not None:
        return FileResponse(ready.file, media_type="application/zip", filename=name, headers=_PRIVATE)
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_stream(parts, ready), media_type="application/zip", headers=headers)


@router.get("/{export_id}/custody")
async def custody(request: Request, parts: PartsDep, operator: ExporterDep, export_id: str) -> Response:
    """The signed log of who fetched the package, one JSON line each."""
    ready = await _ready(parts, export_id)
    try:
        content = await asyncio.to_thread(ready.custody.read_bytes)
    except FileNotFoundError:
        content = b""
    return Response(content, media_type="application/x-ndjson", headers=_PRIVATE)


async def _ready(parts: Parts, export_id: str) -> Ready:
    """Raises: Refusal (404, 409)."""
    known = parts.exporter.progress(export_id)
    ready = await asyncio.to_thread(parts.exporter.ready, export_id)
    if ready is not None:
        return ready
    if known is None or known.condition == "done":
        raise Refusal(404, f"there is no package {export_id!r}"[:300])
    raise Refusal(409, f"the package is not ready: its export is {known.condition}")


async def _record(request: Request, parts: Parts, operator: SignedIn, ready: Ready, deed: str) -> None:
    """In the audit log and in the package's own custody log. Raises: StorageError, Refusal (503)."""
    origin = peer_address(request.scope)
    detail: dict[str, str | int] = {"manifest": ready.digest}
    await parts.audit.record(f"export.{deed}", ready.export_id, actor=operator.user, origin=origin, detail=detail)
    try:
        await asyncio.to_thread(parts.exporter.taken, ready, deed, operator.user, origin)
    except OSError as error:
        raise Refusal(503, f"the custody log cannot be written: {error.strerror or error}") from None


def _stream(parts: Parts, ready: Ready) -> Iterator[bytes]:
    assert ready.folder is not None
    return zip_stream(ready.folder, parts.signer.sign)

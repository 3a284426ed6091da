"""Bodies of the HTTP doors that both sides name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.commands import Right, Role


class LoginRequest(Wire):
    user: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class LoginAnswer(Wire):
    token: str
    expires_ms: EpochMs
    user: Identifier
    display_name: str
    role: Role
    rights: tuple[Right, ...]


class Rejection(Wire):
    """One thing that was not taken: which line (1-based, 0 = the whole body) and why."""

    line: int
    reason: str


class IngestAnswer(Wire):
    """Answer of every ingest door. Everything counted in `accepted` is durable when this is sent."""

    accepted: int
    duplicates: int
    rejected: tuple[Rejection, ...] = ()
    warnings: tuple[str, ...] = ()


class StreamKeyRequest(Wire):
    """A seat's ephemeral X25519 public key, base64."""

    public_key: Annotated[str, Field(min_length=44, max_length=44)]


class CameraStreams(Wire):
    """Full addresses, password included, of one camera. Only ever sealed on the wire, never logged."""

    camera_id: Identifier
    main_url: str
    sub_url: str


class StreamList(Wire):
    cameras: tuple[CameraStreams, ...]


class SealedStreams(Wire):
    """`StreamList` as JSON in a libsodium sealed box to the seat's key, base64."""

    sealed: str


class ErrorAnswer(Wire):
    """Body of every 4xx and 5xx."""

    code: str
    reason: str

"""The audit log as others read it, and its signed heads as they are kept on other machines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Wire

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MAX_SEQ = 2**63 - 1
_Count = Annotated[int, Field(ge=0, le=MAX_SEQ)]


class AuditRecord(Wire):
    """One deed. `digest` covers `previous` and all the rest, so no record can be changed alone."""

    number: int
    at_ms: EpochMs
    actor: str
    origin: str
    deed: str
    about: str
    outcome: str
    detail: str
    previous: str
    digest: str


class AuditPage(Wire):
    """Records after the number asked for; ask again with the last one's until there are none."""

    newest: int
    records: tuple[AuditRecord, ...]


class AuditHead(Wire):
    """What the audit log was at `at_ms`.

    Attributes:
        chain: the chain's name: digest that its record 1 follows.
        number: the newest record, `digest` its digest.
        events_seq: events of the event log up to here are sealed by records of the chain.
    """

    version: Literal[1] = 1
    chain: Sha256
    number: Annotated[int, Field(ge=1, le=MAX_SEQ)]
    digest: Sha256
    events_seq: _Count
    at_ms: EpochMs


class SignedHead(Wire):
    """Ed25519 over "trucban audit head\\n" and the head as JSON (keys sorted, no blanks, ASCII); both in base64."""

    head: AuditHead
    public_key: Annotated[str, Field(min_length=44, max_length=44)]
    signature: Annotated[str, Field(min_length=88, max_length=88)]


class AuditHeadAnswer(Wire):
    """`fingerprint` is for people to compare with what they wrote down; `newest` is None until the first one."""

    public_key: str
    fingerprint: str
    newest: SignedHead | None

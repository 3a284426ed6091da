"""Limits of the gateway. docs/protocol.md states them; the tests use smaller ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from backend.gateway.feed.outbox import OutboxLimits
from backend.services.accounts import SESSION_S
from backend.services.audit_heads import HeadPlan
from backend.services.login_throttle import FREE_ATTEMPTS


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How the doors behave.

    Attributes:
        body_limit_bytes: larger bodies are refused with 413 while they arrive.
        media_body_limit_bytes: as much, of the doors that take photos and video.
        media_at_once: bodies over `body_limit_bytes` that may be on their way at the same time; more are answered 429.
        session_s: how long a sign-in holds.
        login_free_tries: wrong passwords of one user from one address before each further one has to wait.
        ingest_at_once: inputs of one producer that may be in work at the same time; more are answered 429.
        reports_per_min: citizens' reports that one program may file a minute, on the average; more are answered 429.
        reports_at_once: so many of them in a burst.
        allowed_origins: browser origins that are let in; none by default (cross-site websocket hijacking).
        frame_limit_bytes: longest frame a seat may send.
        frames_per_s: a seat that sends more is read more slowly.
        batch_s: a seat gets at most one batch in this time.
        heartbeat_s: a seat hears something at least this often.
        hello_s: a connection that has not said hello by then is closed.
        tail_events: a seat that missed more gets a snapshot.
        stuck_s: a connection that takes no byte for so long, although some wait, is cut.
        check_s: how often a seat's session is looked up again (expired, disabled, signed out).
        certificate: PEM file of the TLS certificate that the doors are served with; None = without TLS.
        heads: where the signed heads of the audit log go.
    """

    body_limit_bytes: int = 5_000_000
    media_body_limit_bytes: int = 105_000_000
    media_at_once: int = 16
    session_s: float = SESSION_S
    login_free_tries: int = FREE_ATTEMPTS
    ingest_at_once: int = 8
    reports_per_min: float = 3000.0
    reports_at_once: int = 500
    allowed_origins: frozenset[str] = frozenset()
    frame_limit_bytes: int = 65_536
    frames_per_s: float = 50.0
    batch_s: float = 0.05
    heartbeat_s: float = 2.0
    hello_s: float = 5.0
    tail_events: int = 20_000
    stuck_s: float = 30.0
    check_s: float = 3.0
    outbox: OutboxLimits = field(default_factory=OutboxLimits)
    certificate: Path | None = None
    heads: HeadPlan = HeadPlan()

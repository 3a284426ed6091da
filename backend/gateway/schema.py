"""JSON Schema of everything that crosses the doors: `python -m backend.gateway.schema docs/schema` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter

from backend.contracts.audit import AuditHeadAnswer, AuditPage, SignedHead
from backend.contracts.doors import (
    ErrorAnswer,
    IngestAnswer,
    LoginAnswer,
    LoginRequest,
    SealedStreams,
    StreamKeyRequest,
    StreamList,
)
from backend.contracts.events import LoggedEvent
from backend.contracts.exercise import ExerciseAnswer
from backend.contracts.feed import CLIENT_FRAME, SERVER_FRAME
from backend.contracts.readings import ReadingHistory
from backend.contracts.state import StateSnapshot

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """File name -> text, the same on every machine."""
    found = {"client-frame.json": CLIENT_FRAME.json_schema(), "server-frame.json": SERVER_FRAME.json_schema()}
    for name, model in (
        ("logged-event", LoggedEvent),
        ("state-snapshot", StateSnapshot),
        ("reading-history", ReadingHistory),
        ("login-request", LoginRequest),
        ("login-answer", LoginAnswer),
        ("ingest-answer", IngestAnswer),
        ("stream-key-request", StreamKeyRequest),
        ("sealed-streams", SealedStreams),
        ("stream-list", StreamList),
        ("error-answer", ErrorAnswer),
        ("exercise-answer", ExerciseAnswer),
        ("audit-page", AuditPage),
        ("audit-head-answer", AuditHeadAnswer),
        ("signed-head", SignedHead),
    ):
        found[f"{name}.json"] = TypeAdapter(model).json_schema()
    return {
        name: json.dumps({"$schema": _DIALECT, **schema}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, schema in found.items()
    }


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

"""The backend's log: stderr, one line an entry, addresses redacted whoever wrote them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from backend.contracts.redact import redacted


class LineFormatter(logging.Formatter):
    """`2026-01-31T07:00:00.123Z WARNING name: text`, or the same as a JSON object."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        # Line by line: the redaction of an address ends at white space, a traceback has plenty.
        text = "\n".join(redacted(line) for line in text.splitlines())
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._as_json:
            entry = {"at": moment, "level": record.levelname, "logger": record.name, "text": text}
            return json.dumps(entry, ensure_ascii=False)
        return f"{moment} {record.levelname} {record.name}: {text}".replace("\n", " ⏎ ")


def configure(as_json: bool = False, level: int = logging.INFO) -> None:
    """Let everything that logs in this process write to stderr, and nothing else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(as_json))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in ("alembic", "httpx", "httpcore", "websockets"):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))

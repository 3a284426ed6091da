"""Addresses that people may see: the password and everything secret-looking left out."""

from __future__ import annotations

import re
from typing import Final

_SECRET_QUERY: Final = re.compile(r"(?i)\b(password|passwd|pwd|pass|token|auth|secret|key)=[^&\s]*")
# Greedy on purpose: a password may hold "/" or "@" unescaped; losing a path that holds "@" is the lesser harm.
_USERINFO: Final = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)\S*@")


def redacted(address: str) -> str:
    """`address`, or any text with addresses in it, without users, passwords and secret-looking query values."""
    return _USERINFO.sub(r"\1", _SECRET_QUERY.sub(r"\1=***", address))

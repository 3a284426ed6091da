"""What the backend and the maker's process tell each other, as JSON lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

ENCRYPTED_FILE: Final = "encrypted.zip"

FailedBecause = Literal["disk_full", "disk_error", "in_use"]


@dataclass(frozen=True, slots=True)
class Task:
    """`reserve_bytes`: so much stays free on the disk, whatever happens. `passphrase`: for "encrypt" only."""

    do: Literal["make", "encrypt"]
    reserve_bytes: int
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """How far it is. `digest`: hexadecimal, of an encrypted ZIP that waits for its seal. `failed`: why it ended."""

    share: float = 0.0
    step: str = ""
    files: int = 0
    bytes: int = 0
    done: bool = False
    digest: str = ""
    failed: str = ""

"""Secret votes by blind signatures (Chaum 1983; the idea of RFC 9474 with a full-domain hash); pure but for `drawn`.

A seat makes a random serial number, blinds it and has it signed under its name: nobody sees the number. Later it
casts its vote under the number and the unblinded signature, without a name. For every ballot handed out and every
ballot cast there is a blinding factor that fits the two, so that the record, keys and all, fits every assignment of
voters to votes alike: nobody, the room's own administrator included, can tell who voted how.

Numbers on the wire are hexadecimal without a prefix. Each secret vote has a key of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from math import gcd
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.base import Identifier, Wire
from backend.contracts.meetings import BallotKey, Key

SERIAL_BYTES: Final = 32
EXPONENT: Final = 65_537
KEY_BITS: Final = 2048

Serial = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Ballot(Wire):
    """A vote without a name. The same one sent again is counted once."""

    meeting_id: Identifier
    vote_id: Key
    serial: Serial
    option_id: Key
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{1,1024}$")]


class BallotAnswer(Wire):
    """It lies in the box, on the disk."""

    counted: bool = True


def digest(meeting_id: str, vote_id: str, serial: str, modulus: int) -> int:
    """The serial number of this vote spread over the whole domain of the key (MGF1 with SHA-256)."""
    seed = hashlib.sha256(f"{meeting_id}\n{vote_id}\n{serial}".encode()).digest()
    # 16 bytes more than the modulus: what the remainder favours cannot be told.
    length = (modulus.bit_length() + 7) // 8 + 16
    parts = [hashlib.sha256(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-length // 32))]
    return int.from_bytes(b"".join(parts)[:length], "big") % modulus


def fits(blinding: int, modulus: int) -> bool:
    """Whether a random number can blind: it has an inverse."""
    return 1 < blinding < modulus and gcd(blinding, modulus) == 1


def drawn(key: BallotKey) -> tuple[str, int]:
    """A new serial number and a number to blind it with: nobody but the seat that draws them ever has both."""
    modulus = int(key.modulus, 16)
    while not fits(blinding := secrets.randbelow(modulus), modulus):
        pass
    return secrets.token_hex(SERIAL_BYTES), blinding


def blinded(meeting_id: str, vote_id: str, serial: str, blinding: int, key: BallotKey) -> str:
    """What is handed in to be signed. Raises: ValueError, the number cannot blind."""
    modulus, exponent = int(key.modulus, 16), int(key.exponent, 16)
    if not fits(blinding, modulus):
        raise ValueError("a blinding number lies between 1 and the modulus and has no divisor in common with it")
    number = digest(meeting_id, vote_id, serial, modulus) * pow(blinding, exponent, modulus) % modulus
    return f"{number:x}"


def signed(blinded_number: str, key: BallotKey, private_exponent: int) -> str:
    """Our signature under a blinded number. Raises: ValueError, it is none of this key's."""
    modulus, number = int(key.modulus, 16), int(blinded_number, 16)
    if not 1 < number < modulus - 1:
        raise ValueError("a blinded number lies between 1 and the modulus")
    return f"{pow(number, private_exponent, modulus):x}"


def unblinded(signature: str, blinding: int, key: BallotKey) -> str:
    """The signature under the serial number itself."""
    modulus = int(key.modulus, 16)
    return f"{int(signature, 16) * pow(blinding, -1, modulus) % modulus:x}"


def is_genuine(ballot: Ballot, key: BallotKey) -> bool:
    """Whether the room signed this number for this vote."""
    modulus, exponent = int(key.modulus, 16), int(key.exponent, 16)
    number = int(ballot.signature, 16)
    if not 0 < number < modulus:
        return False
    return pow(number, exponent, modulus) == digest(ballot.meeting_id, ballot.vote_id, ballot.serial, modulus)

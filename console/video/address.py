"""Which camera addresses are opened at all: RTSP only, files only when the command line said so."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

CAMERA_SCHEMES: Final = frozenset({"rtsp", "rtsps"})


class AddressRefusedError(ValueError):
    """The address is not one that this program opens. The message never holds the address itself."""


def is_file_address(address: str) -> bool:
    """A plain path, a `file:` address or a Windows drive: anything without a network scheme."""
    scheme = address.partition(":")[0].lower() if ":" in address else ""
    return scheme in {"", "file"} or (len(scheme) == 1 and scheme.isalpha()) or "/" in scheme


def checked(address: str, *, file_allowed: bool = False) -> str:
    """`address` in the form the engines take it.

    Raises:
        AddressRefusedError: the scheme is neither rtsp nor rtsps, there is no host, or it is a file that was not
            given on the command line.
    """
    if any(ord(letter) < 32 for letter in address):
        raise AddressRefusedError("the address holds control characters")
    if is_file_address(address):
        if not file_allowed:
            raise AddressRefusedError("only rtsp:// and rtsps:// are opened; files only from the command line")
        return str(Path(address.removeprefix("file://")))
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise AddressRefusedError("the address cannot be read; rtsp://host[:port]/path is expected") from None
    if parts.scheme.lower() not in CAMERA_SCHEMES:
        raise AddressRefusedError("only rtsp:// and rtsps:// are opened")
    if not host:
        raise AddressRefusedError("the address has no host; rtsp://host[:port]/path is expected")
    return address

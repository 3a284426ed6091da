"""Where the link connects to, and whether that is allowed."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from backend.contracts.feed import FEED_PATH


class TargetError(ValueError):
    """The server's address cannot be used; the text says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Target:
    """A backend.

    Attributes:
        url: http(s)://HOST:PORT, without a path.
        ca_file: certificate authority of the server; None = the system's.
        insecure: allow http:// to another machine.
    """

    url: str
    ca_file: Path | None = None
    insecure: bool = False

    def checked(self) -> Target:
        """Itself.

        Raises:
            TargetError: not http(s), something beside host and port in it, or http to another machine without
                `insecure`.
        """
        try:
            parts = urlsplit(self.url)
            known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            known = False
        if not known:
            raise TargetError(f"{self.url!r} is not an address of a server; it would be https://HOST:PORT")
        if "@" in parts.netloc:
            # Not quoted: what stands before the @ may be a password.
            raise TargetError("a server's address holds no user or password: it would be https://HOST:PORT")
        if parts.path.rstrip("/") or parts.query or parts.fragment:
            raise TargetError(f"{self.url!r} says more than the server: it would be https://HOST:PORT")
        if parts.scheme == "http" and not self.insecure and not is_loopback(parts.hostname or ""):
            raise TargetError(f"{self.url!r} is not encrypted: use https://, or --insecure if the network is your own")
        return self

    @property
    def feed_url(self) -> str:
        parts = urlsplit(self.url)
        return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{FEED_PATH}"

    def tls(self) -> ssl.SSLContext | None:
        """Context of an https target, None of an http one.

        Raises:
            TargetError: the CA file cannot be read.
        """
        if urlsplit(self.url).scheme != "https":
            return None
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except (OSError, ssl.SSLError) as error:
            raise TargetError(f"certificate authority {self.ca_file}: {error}") from error


def is_loopback(host: str) -> bool:
    """The host is this machine by its name or address; nothing is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

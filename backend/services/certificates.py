"""Certificates of our own doors: when each ends, told before it does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from OpenSSL import crypto

from backend.services.self_watch import Eye, Look
from config.model import SiteConfig
from config.source_model import FirePanelSource, FtpDoorSource, SyslogSource

DAY_MS: Final = 86_400_000
_BLOCK: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def certificate_files(site: SiteConfig, data_dir: Path, gateway: Path | None) -> dict[str, Path]:
    """Door -> PEM file of its certificate chain. `gateway`: of the desk's own door; None = it has no TLS."""
    files = {} if gateway is None else {"gateway": gateway}
    for source in site.sources:
        if isinstance(source, FtpDoorSource) and source.certfile:
            files[f"ftp {source.port}"] = data_dir / source.certfile
        elif isinstance(source, SyslogSource | FirePanelSource) and source.tls_port:
            files[f"{source.kind} {source.tls_port}"] = site.folder / source.cert_file
    return files


def ends_ms(pem: bytes) -> int:
    """When the first certificate of a chain ends: the chain is worth no more than its weakest link.

    Raises:
        ValueError: there is no certificate in it, or one that cannot be read.
    """
    ends = []
    for block in _BLOCK.findall(pem):
        try:
            told = crypto.load_certificate(crypto.FILETYPE_PEM, block).get_notAfter()
        except crypto.Error as error:
            raise ValueError(f"a certificate that cannot be read: {error}") from None
        if told is None:
            raise ValueError("a certificate that does not say when it ends")
        at = datetime.strptime(told.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        ends.append(round(at.timestamp() * 1000))
    if not ends:
        raise ValueError("no certificate in it")
    return min(ends)


def certificate_eye(files: Mapping[str, Path], site: SiteConfig, now_ms: Callable[[], int]) -> Eye:
    """Two looks for each door: ends soon, and has ended, which is told anew however the first was dealt with.

    A file is read until it could be once: the doors go on with what they loaded at their start, so that a new file
    ends the alert only with the restart that puts it to use.
    """
    ends: dict[str, int] = {}
    zone = timezone(timedelta(minutes=site.utc_offset_min))

    async def look() -> Sequence[Look]:
        looks = []
        for door, path in files.items():
            if door not in ends:
                try:
                    ends[door] = ends_ms(await asyncio.to_thread(path.read_bytes))
                except (OSError, ValueError):
                    continue  # its door cannot open either, and says so
            left_days = (ends[door] - now_ms()) / DAY_MS
            day = datetime.fromtimestamp(ends[door] / 1000, zone).strftime("%d/%m/%Y")
            soon = site.self_watch.certificate_days / max(left_days, 1e-6)
            looks.append(_told(door, "", soon, (f"hết hạn ngày {day}", f"ends on {day}")))
            ended = 1.0 if left_days <= 0 else 0.0
            looks.append(_told(door, "-ended", ended, (f"đã hết hạn ngày {day}", f"ended on {day}")))
        return looks

    return look


def _told(door: str, stage: str, badness: float, words: tuple[str, str]) -> Look:
    place_id = f"certificate-{door.replace(' ', '-').replace('_', '-')}{stage}"
    headline = (f"Chứng chỉ TLS của cổng {door} {words[0]}", f"The TLS certificate of door {door} {words[1]}")
    return Look("certificate.ending", place_id, door, badness, headline)

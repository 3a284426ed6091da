"""[[source]]s of kind "zalo" and "imap", by which citizens write: their secrets, and what their reports are of."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.problems import TomlFile, one_of
from config.report_model import ReportsConfig
from config.secret_files import secret_of
from config.source_model import ImapSource, ZaloSource
from config.toml_lines import Path as KeyPath

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def completed_zalo(source: ZaloSource, file: TomlFile, path: KeyPath, folder: Path) -> ZaloSource:
    """The source with its secret; every mistake is told to `file`."""
    for host in source.media_hosts:
        parts = urlsplit(host if "://" in host else f"//{host}")
        plain_host = "://" not in host and parts.netloc == host and parts.port is None
        if not plain_host and not (parts.scheme == "http" and parts.hostname in _LOOPBACK and not parts.path):
            told = f"{host!r}; right would be a host whose https pictures are fetched, e.g. 'zdn.vn'"
            file.wrong((*path, "media_hosts"), told)
    found = secret_of(source.secret_file, source.secret, "secret", file, path, folder)
    return source.model_copy(update={"secret": found})


def completed_imap(source: ImapSource, file: TomlFile, path: KeyPath, folder: Path) -> ImapSource:
    """The source with its password and its authority's file in full; every mistake is told to `file`."""
    if source.security == "none" and source.host not in _LOOPBACK:
        file.wrong((*path, "security"), "'none' would send the password in the clear; right is 'tls' or 'starttls'")
    ca_file = folder / source.ca_file
    if source.ca_file and not ca_file.is_file():
        file.wrong((*path, "ca_file"), f"there is no file {source.ca_file!r}; it lies in the site folder")
    found = {
        "password": secret_of(source.password_file, source.password, "password", file, path, folder),
        "ca_file": str(ca_file) if source.ca_file else "",
    }
    return source.model_copy(update=found)


def check_categories(file: TomlFile, reports: ReportsConfig) -> None:
    """What citizens write there is of a category that the room looks at first: nobody chose it."""
    looked_at = [one.category_id for one in reports.rules.categories if not one.auto_route and not one.retired]
    for path, table in file.tables("source"):
        category = table.get("category_id")
        if table.get("kind") in ("zalo", "imap") and isinstance(category, str) and category not in looked_at:
            told = f"{category!r} is no category that the room looks at first (auto_route = false)"
            file.wrong((*path, "category_id"), f"{told}{one_of(category, looked_at)}")

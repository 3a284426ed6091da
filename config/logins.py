"""How a [[source]] logs in at somebody's server: the password and the authority's certificate, from their files."""

from __future__ import annotations

from pathlib import Path

from config.problems import TomlFile
from config.secret_files import secret_of
from config.source_model import ServerLogin
from config.toml_lines import Path as KeyPath


def login_of(source: ServerLogin, file: TomlFile, path: KeyPath, folder: Path) -> dict[str, object]:
    """The source's `password` and its `ca_file` in full; every mistake is told to `file`.

    Args:
        folder: the site folder, where both files lie.
    """
    ca_file = folder / source.ca_file
    if source.ca_file and not ca_file.is_file():
        file.wrong((*path, "ca_file"), f"there is no file {source.ca_file!r}; it lies in the site folder")
    if source.ca_file and not source.tls:
        file.wrong((*path, "ca_file"), "an authority is only asked with tls = true")
    if source.password_file and not source.user:
        file.wrong((*path, "password_file"), "a password needs its user")
    password = secret_of(source.password_file, source.password, "password", file, path, folder)
    return {"password": password, "ca_file": str(ca_file) if source.ca_file else ""}

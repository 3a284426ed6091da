"""A password or key of a feed: one line of a file in the site folder, never the site's own text."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from config.problems import TomlFile
from config.toml_lines import Path as KeyPath


def secret_of(name: str, written: SecretStr, key: str, file: TomlFile, path: KeyPath, folder: Path) -> SecretStr:
    """The secret of the file `name`, empty when there is none; every mistake is told to `file`.

    Args:
        written: what stands under `key` itself, where nothing may stand.
        key: "password" or "secret"; the file is named by `key`_file.
    """
    if written.get_secret_value():
        file.wrong((*path, key), f"{key}s do not stand in site.toml; name the file with it: {key}_file")
    if not name:
        return SecretStr("")
    try:
        text = (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        file.wrong((*path, f"{key}_file"), f"{name!r} in the site folder is no readable text")
        return SecretStr("")
    if not text or "\n" in text:
        file.wrong((*path, f"{key}_file"), f"{name!r} is to hold the {key}, on one line")
    return SecretStr(text)

"""Every setting a person may write into settings.toml is read by the program: none promises what nobody does."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import config.settings as settings_module
from config.settings import DEFAULTS, Settings

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    name: field.annotation.__name__
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type)
}


def _python_files() -> Iterator[Path]:
    yield ROOT / "main.py"
    yield Path(settings_module.__file__)
    yield from (ROOT / "console").rglob("*.py")


def _reads(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(table, key) of every `….table.key`, also through a name that stands for the table."""
    stands_for: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr in TABLES:
            stands_for.update({one.id: node.value.attr for one in node.targets if isinstance(one, ast.Name)})
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name):
            for name, kind in TABLES.items():
                if kind == node.annotation.id:
                    stands_for[node.arg] = name
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if isinstance(node.value, ast.Attribute) and node.value.attr in TABLES:
            yield node.value.attr, node.attr
        elif isinstance(node.value, ast.Name) and node.value.id in stands_for:
            yield stands_for[node.value.id], node.attr


def test_every_setting_of_the_defaults_is_read_somewhere() -> None:
    defaults = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    known = {(table, key) for table, keys in defaults.items() for key in keys}
    read = {one for file in _python_files() for one in _reads(ast.parse(file.read_text(encoding="utf-8")))}
    assert known - read == set()


def test_the_search_does_not_take_a_settings_name_elsewhere_for_a_read() -> None:
    tree = ast.parse("def f(video: VideoSettings, other: int) -> None:\n    video.workers\n    other.main_from_px\n")
    assert set(_reads(tree)) == {("video", "workers")}

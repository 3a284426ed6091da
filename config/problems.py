"""Mistakes of a configuration, collected so that all are told at once, each with its file and line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from backend.contracts.redact import redacted
from config import toml_lines

ModelT = TypeVar("ModelT", bound=BaseModel)
Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, order=True)
class SiteError:
    """One mistake: `line` is 1-based, 0 = the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class SiteErrors(Exception):  # noqa: N818 - it holds many
    """Everything that is wrong with a configuration; `str()` is one line per mistake."""

    def __init__(self, errors: Iterable[SiteError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        self.messages = tuple(str(error) for error in self.errors)
        super().__init__("\n".join(self.messages))


def one_of(wrong: str, allowed: Iterable[str]) -> str:
    """ "(did you mean 'x'?) allowed: a, b": the end of a message about a word that is not in a set."""
    words = sorted(allowed)
    near = difflib.get_close_matches(wrong, words, n=1)
    hint = f", did you mean {near[0]!r}?" if near else ";"
    shown = ", ".join(words[:40]) + (f" and {len(words) - 40} more" if len(words) > 40 else "")
    return f"{hint} allowed: {shown}"


class Problems:
    """The collector. `raise_if_any` at the end of a load."""

    def __init__(self) -> None:
        self.found: list[SiteError] = []

    def add(self, file: str, line: int, message: str) -> None:
        self.found.append(SiteError(file, line, message))

    def raise_if_any(self, kind: type[SiteErrors] = SiteErrors) -> None:
        if self.found:
            raise kind(self.found)


def read_text(path: Path, problems: Problems) -> str | None:
    """The file's text, or None with the reason told."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.add(path.name, 0, "the file is missing; a site has it (it may be empty)")
        return None
    except OSError as error:
        problems.add(path.name, 0, f"cannot be read: {error.strerror}")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(path.name, line, f"byte 0x{raw[error.start]:02X} is not UTF-8; save the file as UTF-8")
        return None


_TOML_PLACE: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")


class TomlFile:
    """A parsed TOML file that knows where its keys stand."""

    def __init__(self, name: str, data: Table, lines: dict[toml_lines.Path, int], problems: Problems) -> None:
        self.name = name
        self.data = data
        self.lines = lines
        self.problems = problems

    def line(self, path: toml_lines.Path) -> int:
        """The line of `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def wrong(self, path: toml_lines.Path, message: str) -> None:
        self.problems.add(self.name, self.line(path), message)

    def only(self, allowed: Iterable[str]) -> None:
        """Tells of every top-level key that is not `allowed`."""
        names = tuple(allowed)
        for key in self.data:
            if key not in names:
                self.wrong((key,), f"unknown key {key!r}{one_of(key, names)}")

    def table(self, key: str) -> Table:
        value = self.data.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((key,), f"{key!r} must be a table, written [{key}]")
        return {}

    def tables(self, key: str) -> list[tuple[toml_lines.Path, Table]]:
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return [((key, index), item) for index, item in enumerate(value)]
        self.wrong((key,), f"{key!r} must be an array of tables, each written [[{key}]]")
        return []

    def parse(
        self,
        path: toml_lines.Path,
        table: Table,
        model: type[ModelT],
        stands: Callable[[toml_lines.Path], toml_lines.Path] = lambda place: place,
    ) -> ModelT | None:
        """`table` as `model`, or None with every mistake told. `stands`: where a field of the model is in the file."""
        try:
            return TypeAdapter(model).validate_json(json.dumps(table, default=str), strict=True)
        except ValidationError as error:
            details = error.errors()
            for detail in details:
                if _only_follows(detail, details):
                    continue
                place = tuple(part for part in detail["loc"])
                self.wrong((*path, *stands(place)), explained(detail, model))
            return None


def read_toml(path: Path, problems: Problems) -> TomlFile:
    """Reads `path`; with a syntax error the file is told of and counts as empty."""
    text = read_text(path, problems)
    if text is None:
        return TomlFile(path.name, {}, {}, problems)
    return parse_toml(path.name, text, problems)


def parse_toml(name: str, text: str, problems: Problems) -> TomlFile:
    """The text of a file called `name`; with a syntax error it is told of and counts as empty."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _TOML_PLACE.search(str(error))
        line = int(match.group(1)) if match else text.count("\n") + 1
        problems.add(name, line, f"not valid TOML: {_TOML_PLACE.sub('', str(error))}")
        return TomlFile(name, {}, {}, problems)
    return TomlFile(name, data, toml_lines.toml_lines(text), problems)


_SECRETS: Final = ("key", "password")
"""Keys whose value is never repeated, not even to say that it is wrong."""


def _only_follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """A list that is too short only because what stands in it is wrong, which is told already."""
    place = detail["loc"]
    inside = (other["loc"] for other in details if other is not detail)
    return detail["type"] == "too_short" and any(one[: len(place)] == place for one in inside)


def explained(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """A pydantic error in words a person editing the file understands."""
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f"key {place!r} is missing"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {place!r}{one_of(str(detail['loc'][-1]), _allowed(model, detail['loc']))}"
    words = detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    given = None if place.rpartition(".")[2] in _SECRETS else detail.get("input")
    if isinstance(given, str | int | float | bool):
        return f"{place}: {words}, not {redacted(repr(given))}"
    return f"{place}: {words}"


def _allowed(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys allowed beside the last of `place`, found by walking down the model's fields."""
    for part in place[:-1]:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        if field is None:
            continue
        inner = [item for item in _types(field.annotation) if isinstance(item, type) and issubclass(item, BaseModel)]
        if inner:
            model = inner[0]
    return list(model.model_fields)


def _types(annotation: object) -> list[object]:
    arguments = getattr(annotation, "__args__", ())
    return [annotation, *(item for argument in arguments for item in _types(argument))]

"""Workspaces as data: which panels stand where, in how many windows; and each operator's own changes to them.

A workspace has sets of windows: for one monitor, for two, for three. A layout is a panel's key, or
{"row": [shares], "parts": [...]} side by side, or {"column": [shares], "parts": [...]} one above the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast, get_args

VERSION: Final = 1
"""Of what is saved per operator; older versions are left alone and the workspace's own layout is used."""

FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "workspaces"


class WorkspaceError(ValueError):
    """A workspace file is wrong; the text says which file and what."""


Where = Literal["any", "replay", "exercise"]

LAST_KEY: Final = 10
"""F11 is the full screen."""


@dataclass(frozen=True, slots=True)
class Leaf:
    panel: str


@dataclass(frozen=True, slots=True)
class Split:
    """`shares` are relative sizes of `parts`, one each."""

    way: Literal["row", "column"]
    shares: tuple[int, ...]
    parts: tuple[Layout, ...]


Layout = Leaf | Split


@dataclass(frozen=True, slots=True)
class Workspace:
    """`titles`: language -> title; the file carries them, so that a site's own workspace needs no translator.

    `session`: where it makes sense: in any room, in a replay only, in a training room only ("session" in its file).
    `home_of`: roles whose seats begin with it until they chose another.
    `states`: how its panels are set up at first, as their own `save_state` writes it ("panels" in its file).
    """

    key: str
    order: int
    titles: Mapping[str, str]
    sets: tuple[tuple[Layout, ...], ...]
    session: Where = "any"
    home_of: frozenset[str] = frozenset()
    states: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def title(self, language: str) -> str:
        return self.titles.get(language) or next(iter(self.titles.values()))

    def windows(self, monitors: int) -> tuple[Layout, ...]:
        """The set for so many monitors: the largest one that fits, the smallest when none does."""
        fitting = [one for one in self.sets if len(one) <= monitors]
        return max(fitting, key=len) if fitting else min(self.sets, key=len)


def leaves(layout: Layout) -> Iterator[str]:
    """Keys of the panels in a layout, in reading order."""
    if isinstance(layout, Leaf):
        yield layout.panel
    else:
        for part in layout.parts:
            yield from leaves(part)


def load_workspaces(known_panels: Sequence[str], folder: Path = FOLDER) -> list[Workspace]:
    """All workspaces of the folder, in order.

    Raises:
        WorkspaceError: a file is not what it should be, or names a panel that does not exist.
    """
    found: dict[str, Workspace] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            workspace = _workspace(json.loads(path.read_text(encoding="utf-8")), set(known_panels))
        except KeyError as error:
            raise WorkspaceError(f"{path.name}: {error} is missing") from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise WorkspaceError(f"{path.name}: {error}") from error
        if workspace.key in found:
            raise WorkspaceError(f"{path.name}: there is a workspace with the key {workspace.key!r} already")
        found[workspace.key] = workspace
    if not found:
        raise WorkspaceError(f"{folder}: no workspace, a workspace is a .json file there")
    return sorted(found.values(), key=lambda workspace: workspace.order)


def _workspace(data: Mapping[str, object], known_panels: set[str]) -> Workspace:
    sets = data["sets"]
    if not isinstance(sets, list) or not sets or not all(isinstance(one, list) and one for one in sets):
        raise ValueError("sets must be a list of lists of layouts")
    titles = data["title"]
    if not isinstance(titles, dict) or not titles:
        raise ValueError('title must be {"vi": "...", "en": "..."}')
    layouts = tuple(tuple(_layout(part, known_panels) for part in one) for one in sets)
    for layout in (layout for one in layouts for layout in one):
        keys = list(leaves(layout))
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"a window shows the panel {twice!r} twice")
    return Workspace(
        key=str(data["key"]),
        order=int(str(data["order"])),
        titles={str(language): str(text) for language, text in titles.items()},
        sets=layouts,
        session=_where(data.get("session", "any")),
        home_of=_roles(data.get("home_of", [])),
        states=_states(data.get("panels", {}), known_panels),
    )


def _states(states: object, known_panels: set[str]) -> dict[str, dict[str, object]]:
    if not isinstance(states, dict) or not all(isinstance(state, dict) for state in states.values()):
        raise ValueError('panels must be {"panel": {...}}')
    for key in states:
        if key not in known_panels:
            raise ValueError(f"no panel {key!r}; there are {', '.join(sorted(known_panels))}")
    return states


def _roles(named: object) -> frozenset[str]:
    if not isinstance(named, list) or not all(isinstance(role, str) for role in named):
        raise ValueError(f'home_of must be a list of roles, e.g. ["agency"], not {named!r}')
    return frozenset(named)


def _where(session: object) -> Where:
    for known in get_args(Where):
        if session == known:
            return cast("Where", known)
    raise ValueError(f"session is one of {', '.join(get_args(Where))}, not {session!r}")


def _layout(data: object, known_panels: set[str]) -> Layout:
    if isinstance(data, str):
        if data not in known_panels:
            raise ValueError(f"no panel {data!r}; there are {', '.join(sorted(known_panels))}")
        return Leaf(data)
    if not isinstance(data, dict):
        raise ValueError(f"a layout is a panel's key or a row or column of layouts, not {data!r}")
    for way in ("row", "column"):
        if way in data:
            shares, parts = data[way], data.get("parts")
            if not isinstance(shares, list) or not isinstance(parts, list) or len(shares) != len(parts) or not parts:
                raise ValueError(f"{way}: one share for each of the parts")
            if not all(isinstance(share, int) and share > 0 for share in shares):
                raise ValueError(f"{way}: shares are whole numbers above 0, not {shares}")
            return Split(
                "row" if way == "row" else "column",
                tuple(shares),
                tuple(_layout(part, known_panels) for part in parts),
            )
    raise ValueError('a layout needs "row" or "column"')


def key_of(number: int) -> str:
    """The key that shows the workspace `number` (1 = the first); "" for those behind F10."""
    return f"F{number}" if number <= LAST_KEY else ""


def named(workspaces: Sequence[Workspace], name: str) -> str:
    """Key of the workspace that a person means by `name`: its key or its title in any language.

    Raises:
        WorkspaceError: there is no such workspace.
    """
    for workspace in workspaces:
        if name.casefold() in {workspace.key, *(title.casefold() for title in workspace.titles.values())}:
            return workspace.key
    known = ", ".join(workspace.key for workspace in workspaces)
    raise WorkspaceError(f"there is no workspace {name!r}; there are {known}")


def saved_name(workspace: str, monitors: int, window: int) -> str:
    """Name under which an operator's own layout of one window is kept in his preferences."""
    return f"layout/{workspace}/{monitors}/{window}"


@dataclass(frozen=True, slots=True)
class SavedLayout:
    """`docks`: Qt's own state of the docks, base64; `panels`: each panel's `save_state`."""

    docks: str
    panels: dict[str, dict[str, object]]

    def to_json(self) -> dict[str, object]:
        return {"version": VERSION, "docks": self.docks, "panels": self.panels}

    @classmethod
    def from_json(cls, data: object) -> SavedLayout | None:
        """None for anything this program did not write, or wrote in another version."""
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return None
        docks, panels = data.get("docks"), data.get("panels")
        if not isinstance(docks, str) or not isinstance(panels, dict):
            return None
        kept = {str(key): dict(value) for key, value in panels.items() if isinstance(value, dict)}
        return cls(docks, kept)

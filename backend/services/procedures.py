"""Procedures written at a desk: checked by the site's own rules, saved as a new version, then told to the room."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from backend.contracts.events import SopPublished
from backend.contracts.site import Site
from backend.contracts.sop import Sop, SopAnswer, SopProblem, SopText
from backend.services.room import Room
from config.problems import Problems
from config.sop import FOLDER, file_name, parse_sop

FIRST: Final = 1


class Procedures:
    """Event-loop thread only. `folder`: the site's."""

    def __init__(self, room: Room, folder: Path) -> None:
        self._room = room
        self._folder = folder / FOLDER
        self._saving = asyncio.Lock()

    def check(self, wanted: SopText, site: Site) -> SopAnswer:
        """What is wrong with the text, as `python -m backend check` would tell it."""
        return self._checked(wanted, site)[1]

    async def save(self, wanted: SopText, site: Site, actor: str, origin: str) -> SopAnswer:
        """Write the next version and tell the room of it; runs under way keep theirs.

        Raises:
            OSError: the site's folder takes no file.
            StorageError: the room takes no event; the file is not left behind.
        """
        async with self._saving:
            sop, answer = self._checked(wanted, site)
            if sop is None:
                return answer
            path = self._folder / file_name(sop)
            await asyncio.to_thread(_write, path, wanted.text)
            stored = False
            try:
                await self._room.record(lambda state: [SopPublished(sop=sop)], actor=actor, origin=origin)
                stored = True
            finally:
                if not stored:
                    await asyncio.to_thread(path.unlink, missing_ok=True)
            return SopAnswer(version=sop.version)

    def _checked(self, wanted: SopText, site: Site) -> tuple[Sop | None, SopAnswer]:
        known = self._room.state.sops.get(wanted.sop_id)
        version = FIRST if known is None else known.version + 1
        problems = Problems()
        sop = parse_sop(f"{wanted.sop_id}.{version}.toml", wanted.text, site, problems)
        found = tuple(SopProblem(line=one.line, message=one.message) for one in sorted(problems.found))
        return (None if found else sop), SopAnswer(problems=found)


def _write(path: Path, text: str) -> None:
    """Only a file that is not there yet: a version is never written anew. Raises: OSError."""
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)

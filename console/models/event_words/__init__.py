"""Every kind of event in words for people: what is written in the room's log, live and replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from backend.contracts import events as ev
from backend.contracts.state import RoomState
from console.models.event_words import acts, alerts, commands, meetings, parts, people
from console.models.event_words.commands import command_words
from console.models.event_words.told import EventWords, LogKind, Told, recording_word, who_words

__all__ = ["EventWords", "LogKind", "Told", "command_words", "event_words", "recording_word", "who_words"]

_TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    **alerts.TELLERS,
    **parts.TELLERS,
    **commands.TELLERS,
    **acts.TELLERS,
    **people.TELLERS,
    **meetings.TELLERS,
}


def event_words(
    logged: ev.LoggedEvent, state: RoomState, language: str, workspaces: Mapping[str, str] | None = None
) -> EventWords:
    """The line of an event. `state` may be older or newer than the event: what it lacks is told by its id.

    `workspaces`: titles by key, in the language of the seat (`Session.workspace_titles`).
    """
    told = Told(logged, state, language, workspaces or {})
    return _TELLERS[logged.event.kind](told)

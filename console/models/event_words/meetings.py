"""What happens in meetings, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from PySide6.QtCore import QCoreApplication

from backend.contracts.meeting_events import MeetingEvent, MeetingPlanned
from console.models.event_words.told import EventWords, Told, line
from console.models.meeting_words import event_words

translate = QCoreApplication.translate


def _meeting(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, MeetingPlanned | MeetingEvent)
    meeting = event.meeting if isinstance(event, MeetingPlanned) else told.state.meetings.get(event.meeting_id)
    what, text = event_words(event, meeting, told.state, told.language)
    title = f"“{meeting.plan.title}”" if meeting is not None else translate("EventWords", "meeting")
    return line(told, "operator", f"{title}: {what}", text)


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "meeting.planned": _meeting,
    **{event.model_fields["kind"].default: _meeting for event in get_args(MeetingEvent)},
}

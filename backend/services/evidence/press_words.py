"""What happened to a story of press or social media as Vietnamese sentences, for papers. Plain text, never markup."""

from __future__ import annotations

from collections.abc import Callable

from backend.contracts import press


def story_told(event: press.StorySeen | press.StoryEvent, agency_name: Callable[[str], str]) -> str:
    match event:
        case press.StorySeen():
            return f"Tin mới trên báo chí, mạng xã hội ({event.story.outlet or 'không rõ nguồn'}): {event.story.title}"
        case press.StoryGrew():
            return f"Tin {event.story_id}: {event.posts} bài, {event.outlets} nguồn"
        case press.StoryAssigned():
            note = f": {event.note}" if event.note else ""
            return f"Tin {event.story_id}: giao {agency_name(event.agency_id)}{note}"
        case press.StoryDismissed():
            return f"Tin {event.story_id}: bỏ qua: {event.reason}"
        case press.StoryReported():
            return f"Tin {event.story_id}: chuyển thành phản ánh {event.report_id}"

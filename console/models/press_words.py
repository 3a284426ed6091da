"""Stories of press and social media as words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts import press
from backend.contracts.state import RoomState

translate = QCoreApplication.translate

SENTIMENT_SHAPE: Final[dict[press.Sentiment, str]] = {"": "", "positive": "▲", "neutral": "■", "negative": "▼"}
STATES: Final[tuple[press.StoryState, ...]] = ("new", "assigned", "dismissed", "reported")


def sentiment_words(sentiment: press.Sentiment) -> str:
    return {
        "": "",
        "positive": translate("PressWords", "positive"),
        "neutral": translate("PressWords", "neutral"),
        "negative": translate("PressWords", "negative"),
    }[sentiment]


def state_words(state: press.StoryState) -> str:
    return {
        "new": translate("PressWords", "new"),
        "assigned": translate("PressWords", "assigned"),
        "dismissed": translate("PressWords", "dismissed"),
        "reported": translate("PressWords", "made a report"),
    }[state]


def tone_words(story: press.Story, state: RoomState) -> str:
    """The label with its shape, and whose it is; never without that."""
    if not story.sentiment:
        return ""
    by = producer_name(story.sentiment_by or story.producer_id, state)
    words = translate("PressWords", "{shape} {tone}, says {producer}")
    return words.format(shape=SENTIMENT_SHAPE[story.sentiment], tone=sentiment_words(story.sentiment), producer=by)


def producer_name(producer_id: str, state: RoomState) -> str:
    producers = state.site.producers if state.site is not None else ()
    return next((one.name_vi for one in producers if one.producer_id == producer_id), producer_id)


def agency_name(agency_id: str, state: RoomState) -> str:
    agencies = state.site.agencies if state.site is not None else ()
    return next((one.name_vi for one in agencies if one.agency_id == agency_id), agency_id)


def story_event_words(event: press.StorySeen | press.StoryEvent, state: RoomState) -> tuple[str, str]:
    """What happened, and what was written with it."""
    match event:
        case press.StorySeen():
            outlet = event.story.outlet or producer_name(event.story.producer_id, state)
            return translate("PressWords", "first told by {outlet}").format(outlet=outlet), ""
        case press.StoryGrew():
            words = translate("PressWords", "told {posts} times by {outlets} outlets")
            return words.format(posts=event.posts, outlets=event.outlets), ""
        case press.StoryAssigned():
            words = translate("PressWords", "assigned to {agency}")
            return words.format(agency=agency_name(event.agency_id, state)), event.note
        case press.StoryDismissed():
            return translate("PressWords", "dismissed"), event.reason
        case press.StoryReported():
            return translate("PressWords", "became the report {code}").format(code=event.report_id), ""

"""Calls of the hotline as words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend.contracts.hotline import CallState, CallStep

translate = QCoreApplication.translate


def state_words(state: CallState) -> str:
    return {
        "ringing": translate("CallWords", "ringing"),
        "queued": translate("CallWords", "in the queue"),
        "answered": translate("CallWords", "talking"),
        "on_hold": translate("CallWords", "on hold"),
        "ended": translate("CallWords", "ended"),
        "abandoned": translate("CallWords", "hung up unanswered"),
        "overflowed": translate("CallWords", "turned away: overflow"),
    }[state]


def step_words(step: CallStep) -> str:
    match step:
        case "held":
            return state_words("on_hold")
        case "resumed":
            return state_words("answered")
        case _:
            return state_words(step)

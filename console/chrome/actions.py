"""Everything an operator can do, once: name, key and deed. Menu, palette, help and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

Group = Literal["alert", "replay", "marks", "timeline", "room", "sound", "window", "help"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One action.

    Attributes:
        shown_only: its key belongs to the panels and is only listed here.
        repeats: it is done again and again while its key is held down.
        also: other keys that do the same; they are not listed.
    """

    group: Group
    text: str
    key: str
    act: Callable[[], None]
    shown_only: bool = False
    repeats: bool = False
    also: tuple[str, ...] = ()


def add_to(window: QWidget, deeds: Sequence[Deed]) -> list[QAction]:
    """Make the deeds actions of a window, with their keys."""
    actions = []
    for deed in deeds:
        action = QAction(deed.text, window)
        if deed.key and not deed.shown_only:
            action.setShortcuts([QKeySequence(key) for key in (deed.key, *deed.also)])
            # A key that is held down is one order, not thirty a second, unless the deed is a small step.
            action.setAutoRepeat(deed.repeats)
        action.triggered.connect(lambda checked=False, act=deed.act: act())
        window.addAction(action)
        actions.append(action)
    return actions


def menu_of(actions: Sequence[QAction], deeds: Sequence[Deed], parent: QWidget) -> QMenu:
    """The same actions as a menu, a line between groups."""
    menu = QMenu(parent)
    group = ""
    for action, deed in zip(actions, deeds, strict=True):
        if group and deed.group != group:
            menu.addSeparator()
        group = deed.group
        menu.addAction(action)
    return menu


def key_text(key: str) -> str:
    """The key as it is printed on a keyboard."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
